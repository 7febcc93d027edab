"""Shapes and fillings of drawn objects, as functions of the object's own coordinates.

(u, v) are zero in the object's middle, u to its right and v down, in units of its radius. Everything here is made of
+ − × ÷, square roots and comparisons alone: IEEE 754 fixes each of them to the bit, so every machine draws the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Unit normals of a pentagram's five edges: cosines and sines of 90°, 162°, 234°, 306° and 18°.
_STAR_NORMALS = (
    (0.0, 1.0),
    (-0.95105652, 0.30901699),
    (-0.58778525, -0.80901699),
    (0.58778525, -0.80901699),
    (0.95105652, 0.30901699),
)


def disc(u: Floats, v: Floats) -> Floats:
    return _length(u, v) - _f(0.88)


def ring(u: Floats, v: Floats) -> Floats:
    return np.abs(_length(u, v) - _f(0.7)) - _f(0.24)


def square(u: Floats, v: Floats) -> Floats:
    return np.maximum(np.abs(u), np.abs(v)) - _f(0.76)


def triangle(u: Floats, v: Floats) -> Floats:
    return np.maximum(v, np.abs(u) * _f(0.8660254) - v * _f(0.5)) - _f(0.5)


def cross(u: Floats, v: Floats) -> Floats:
    across, along = np.abs(u), np.abs(v)
    longer, shorter = np.maximum(across, along), np.minimum(across, along)
    return np.maximum(longer - _f(0.95), shorter - _f(0.3))


def star(u: Floats, v: Floats) -> Floats:
    """A pentagram: inside are the points beyond at most one of its five edges."""
    largest = second = np.full_like(u, -np.inf)
    for a, b in _STAR_NORMALS:
        edge = u * _f(a) - v * _f(b)
        second = np.maximum(second, np.minimum(largest, edge))
        largest = np.maximum(largest, edge)
    return second - _f(0.36)


def crescent(u: Floats, v: Floats) -> Floats:
    return np.maximum(_length(u, v) - _f(0.95), _f(0.72) - _length(u - _f(0.5), v))


def heart(u: Floats, v: Floats) -> Floats:
    """A square on its tip and a half disc on each of its upper edges."""
    side = np.abs(u)
    tip = (side + np.abs(v) - _f(0.78)) * _f(0.70710678)
    return np.minimum(tip, _length(side - _f(0.39), v + _f(0.39)) - _f(0.55))


def plain(u: Floats, v: Floats) -> Floats:
    return np.zeros_like(u)


def striped(u: Floats, v: Floats) -> Floats:
    return _wave(u)


def checked(u: Floats, v: Floats) -> Floats:
    """Where one wave is high and the other low."""
    across, along = _wave(u), _wave(v)
    return across + along - 2 * across * along


def dotted(u: Floats, v: Floats) -> Floats:
    return np.clip((_triangle_wave(u) + _triangle_wave(v) - _f(1.1)) * _f(4), 0, 1)


Shape = Callable[[Floats, Floats], Floats]

# (u, v) → how far a point lies outside the shape, in radii; negative inside.
SHAPES: Mapping[str, Shape] = MappingProxyType(
    {f.__name__: f for f in (disc, ring, square, triangle, cross, star, crescent, heart)}
)
# (u, v) → how much of the second colour is there, 0 to 1.
FILLINGS: Mapping[str, Shape] = MappingProxyType({f.__name__: f for f in (plain, striped, checked, dotted)})


def segment(x: Floats, y: Floats, along: Floats, across: Floats, half_length: Floats) -> Floats:
    """The distance of (x, y) from a segment through the origin with the direction (along, across), in the unit of x."""
    position: Floats = np.clip(x * along + y * across, -half_length, half_length)
    return _length(x - position * along, y - position * across)


def _wave(position: Floats) -> Floats:
    """0 and 1 in turn, with soft edges; a period is 0.55 radii."""
    return np.clip((_triangle_wave(position) - _f(0.5)) * _f(3) + _f(0.5), 0, 1)


def _triangle_wave(position: Floats) -> Floats:
    turns = position * _f(1 / 0.55)
    return np.abs(2 * (turns - np.floor(turns)) - 1)


def _length(a: Floats, b: Floats) -> Floats:
    squares: Floats = a * a + b * b
    return np.sqrt(squares)


def _f(value: float) -> Any:
    return np.float32(value)
