"""The layers of a drawn scene: background, places, objects, and bars in front; all pictures of a chunk at once.

`chance` is always one row of random numbers in [0, 1) a picture. All arithmetic is exact, as in `convkit.shapes`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from convkit.shapes import FILLINGS, SHAPES, Floats, segment

CLUTTER = 3  # lines behind the object
PLACES_TRIED = 8
_LUMINANCE = (0.299, 0.587, 0.114)  # ITU-R BT.601


def background(chance: Floats, grids: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Each background's mean grey level (n,), and the backgrounds (n, 3, H, W): gradient, blotches, waves, clutter."""
    height, width = y.shape[1], x.shape[2]
    side = np.float32(min(height, width))
    level = np.float32(0.15) + np.float32(0.7) * chance[:, 0]
    first = _colour(level, chance[:, 1], chance[:, 2])
    second = _colour(level + np.float32(0.24) * (chance[:, 3] - np.float32(0.5)), chance[:, 4], chance[:, 5])
    along, across = _direction(chance[:, 6], chance[:, 7])
    slope = ((x - width / 2) * along + (y - height / 2) * across) / side
    blotches = _value_noise(grids[:, :25].reshape(-1, 5, 5), height, width) - np.float32(0.5)
    blotches += (_value_noise(grids[:, 25:].reshape(-1, 8, 8), height, width) - np.float32(0.5)) * np.float32(0.5)
    mix = slope + blotches * (np.float32(1.6) * chance[:, 8, None, None])
    along, across = _direction(chance[:, 9], chance[:, 10])
    turns = (x * along + y * across) * ((3 + 5 * chance[:, 11, None, None]) / side)
    waves = np.abs(2 * (turns - np.floor(turns)) - 1) - np.float32(0.5)
    mix += waves * (chance[:, 12] < 0.4).astype(np.float32)[:, None, None]
    share = np.clip(mix + np.float32(0.5), 0, 1)[:, None]
    canvas = first[:, :, None, None] + share * (second - first)[:, :, None, None]
    for number in range(CLUTTER):
        own = chance[:, 18 + 8 * number : 26 + 8 * number]
        along, across = _direction(own[:, 0], own[:, 1])
        distance = segment(
            x - own[:, 2, None, None] * width, y - own[:, 3, None, None] * height, along, across,
            own[:, 4, None, None] * np.float32(0.2) * side,
        )  # fmt: skip
        thickness = side * (np.float32(0.015) + np.float32(0.03) * own[:, 5, None, None])
        colour = _colour(level + np.float32(0.5) * (own[:, 6] - np.float32(0.5)), own[:, 7], own[:, 1])
        _blend(canvas, slice(None), np.clip(thickness - distance + np.float32(0.5), 0, 1), colour)
    return level, canvas


def place(chance: Floats, placed: Floats, size: tuple[int, int], radius: tuple[float, float]) -> Floats:
    """(n, 3): x, y and radius in pixels, wholly in the picture; of some places tried the farthest from the others."""
    height, width = size
    low, high = (np.float32(bound * min(size)) for bound in radius)
    own = (low + (high - low) * chance[:, 1])[:, None]
    tries = chance[:, 13:].reshape(len(chance), PLACES_TRIED, 2)
    across = own + (width - 2 * own) * tries[:, :, 0]
    down = own + (height - 2 * own) * tries[:, :, 1]
    best = np.zeros(len(chance), dtype=int)
    if placed.shape[1]:
        apart = [
            np.sqrt((across - other[:, :1]) ** 2 + (down - other[:, 1:2]) ** 2) - other[:, 2:] - own
            for other in placed.transpose(1, 0, 2)
        ]
        best = np.min(apart, axis=0).argmax(axis=1)
    rows = np.arange(len(chance))
    return np.stack([across[rows, best], down[rows, best], own[:, 0]], axis=1)


def paint_object(
    canvas: Floats,
    drawn: NDArray[np.int64],
    chance: Floats,
    kinds: Sequence[tuple[str, str | None]],
    place: Floats,
    level: Floats,
    x: Floats,
    y: Floats,
) -> NDArray[np.bool_]:
    """Paint one object, of a shape and a filling (None: any), into each picture of `drawn`; returns where they are."""
    c, s = _direction(chance[:, 2], chance[:, 3])
    across, down, radius = (place[:, i, None, None] for i in range(3))
    u = (x - across) * (c / radius) + (y - down) * (s / radius)
    v = (y - down) * (c / radius) - (x - across) * (s / radius)
    outside, share = np.empty_like(u), np.empty_like(u)
    any_filling = np.floor(chance[:, 4] * len(FILLINGS)).astype(int)
    shapes = np.array([list(SHAPES).index(shape) for shape, _ in kinds], dtype=int)
    fillings = np.array(
        [any_filling[i] if filling is None else list(FILLINGS).index(filling) for i, (_, filling) in enumerate(kinds)],
        dtype=int,
    )
    for index, shape in enumerate(SHAPES.values()):
        if (own := np.flatnonzero(shapes == index)).size:
            outside[own] = shape(u[own], v[own])
    for index, filling in enumerate(FILLINGS.values()):
        if (own := np.flatnonzero(fillings == index)).size:
            share[own] = filling(u[own], v[own])
    cover = np.clip(np.float32(0.5) - outside * radius, 0, 1)

    # Both colours are on the same side of the background's grey level, so that the outline can be seen.
    side = np.where(level + np.float32(0.3) * (chance[:, 5] - np.float32(0.5)) < 0.5, 1, -1).astype(np.float32)
    near = np.float32(0.24) + np.float32(0.1) * chance[:, 6]
    far = near + np.float32(0.22) + np.float32(0.1) * chance[:, 7]
    swap = chance[:, 8] < 0.5
    first = _colour(level + side * np.where(swap, far, near), chance[:, 9], chance[:, 10])
    second = _colour(level + side * np.where(swap, near, far), chance[:, 11], chance[:, 12])
    colour = first[:, :, None, None] + share[:, None] * (second - first)[:, :, None, None]
    _blend(canvas, drawn, cover, colour)
    return cover >= 0.5


def paint_bar(
    canvas: Floats, drawn: NDArray[np.int64], chance: Floats, place: Floats, level: Floats, x: Floats, y: Floats
) -> NDArray[np.bool_]:
    """Paint a bar across a part of each object; returns where they are, (n, H, W)."""
    across, down, radius = (place[:, i, None, None] for i in range(3))
    along, over = _direction(chance[:, 2], chance[:, 3])
    shift = (np.float32(1.6) * chance[:, 4, None, None] - np.float32(0.8)) * radius
    distance = segment(
        x - across + shift * over,
        y - down - shift * along,
        along,
        over,
        radius * (np.float32(0.5) + chance[:, 5, None, None]),
    )
    thickness = radius * (np.float32(0.08) + np.float32(0.1) * chance[:, 6, None, None])
    cover = np.clip(thickness - distance + np.float32(0.5), 0, 1)
    _blend(canvas, drawn, cover, _colour(level, chance[:, 7], chance[:, 8]))
    return cover >= 0.5


def _blend(canvas: Floats, drawn: NDArray[np.int64] | slice, cover: Floats, colour: Floats) -> None:
    """Lay a colour, (n, 3) or (n, 3, H, W), over the pictures of `drawn`, as thick as `cover` (n, H, W) says."""
    colour = colour[:, :, None, None] if colour.ndim == 2 else colour
    below = canvas[drawn]
    canvas[drawn] = below + cover[:, None] * (colour - below)


def _colour(level: Floats, hue: Floats, saturation: Floats) -> Floats:
    """(n, 3): colours of a grey level, of any hue; pale where saturation is small."""
    offsets = np.array([0, 2, 4], dtype=np.float32)
    sixths = hue[:, None] * 6 + offsets
    pure = np.clip(np.abs(sixths - 6 * np.floor(sixths / 6) - 3) - 1, 0, 1)
    grey = sum(pure[:, i] * np.float32(weight) for i, weight in enumerate(_LUMINANCE))
    strength = np.float32(0.2) + np.float32(0.4) * saturation
    return np.clip(level[:, None] + strength[:, None] * (pure - grey[:, None]), 0, 1)


def _direction(half: Floats, side: Floats) -> tuple[Floats, Floats]:
    """Cosine and sine (n, 1, 1) of any angle, by the rational parametrisation of the circle: no sine is computed."""
    t = 2 * half[:, None, None] - 1
    sign = np.where(side < 0.5, 1, -1).astype(np.float32)[:, None, None]
    return sign * (1 - t * t) / (1 + t * t), sign * 2 * t / (1 + t * t)


def _value_noise(grid: Floats, height: int, width: int) -> Floats:
    """(n, g, g) → (n, H, W), bilinear."""
    for axis, length in ((1, height), (2, width)):
        cells = grid.shape[axis] - 1
        position = (np.arange(length, dtype=np.float32) + np.float32(0.5)) * np.float32(cells / length)
        before = np.floor(position).astype(int)
        part = (position - before.astype(np.float32)).reshape((1, -1, 1) if axis == 1 else (1, 1, -1))
        low, high = grid.take(before, axis), grid.take(before + 1, axis)
        grid = low + part * (high - low)
    return grid
