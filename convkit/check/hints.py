"""Reasons that can be seen in the numbers themselves, the same for every assignment.

A hint never holds a number of the expected value: it is shown for hidden tests too.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np

from convkit.check.compare import Tolerance
from convkit.check.values import Array

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_LARGEST = 2_000_000  # entries; beyond, a hint would take longer than the student's own code
_MOST_AXES = 4


def value_hint(actual: Array, expected: Array, tolerance: Tolerance) -> str | None:
    """Why `actual`, of the right shape, differs from `expected`; None if no structure is found."""
    if actual.size > _LARGEST or not (np.isfinite(actual).all() and np.isfinite(expected).all()):
        return None
    a, e = actual.astype(np.float64), expected.astype(np.float64)
    with np.errstate(all="ignore"):  # a warning would stand among the student's own output
        return next((hint for find in _VALUE_HINTS if (hint := find(a, e, tolerance))), None)


def shape_hint(
    actual: Array | Sequence[int | None],
    expected: Array | Sequence[int | None],
    tolerance: Tolerance | None = None,
) -> str | None:
    """Why the shape is another one. With arrays and a tolerance the numbers are looked at as well."""
    if isinstance(actual, np.ndarray) and isinstance(expected, np.ndarray):
        small = max(actual.size, expected.size) <= _LARGEST
        hint = _same_numbers_hint(actual, expected, tolerance) if small and tolerance else None
        return hint or _lengths_hint(actual.shape, expected.shape)
    return _lengths_hint(tuple(actual), tuple(expected))


def axis_name(axis: int, ndim: int) -> str:
    """0 of 2 → 'first', 3 of 4 → 'last'."""
    return "last" if ndim > 1 and axis == ndim - 1 else _ORDINALS[axis] if axis < 6 else f"{axis + 1}th"


# --- another shape -----------------------------------------------------------------------------------------


def _same_numbers_hint(actual: Array, expected: Array, tolerance: Tolerance) -> str | None:
    """The numbers are right but stand in another shape, or a border of them is missing or too much."""
    if _squeezed(actual.shape) == _squeezed(expected.shape):
        if not tolerance.differs(actual.reshape(expected.shape), expected).any():
            return f"The numbers are right, but {_unit_axes(actual.shape, expected.shape)}."
        return None
    if actual.ndim == expected.ndim:
        axes = _permutation(actual, expected, tolerance)
        if axes:
            return f"The numbers are right, but {axes}."
        cut = _cut_hint(actual, expected, tolerance)
        if cut:
            return cut
    if actual.size == expected.size and tolerance.same(actual.reshape(expected.shape), expected):
        return "The numbers are right and in the right order, but they stand in another shape."
    return None


def _lengths_hint(actual: tuple[int | None, ...], expected: tuple[int | None, ...]) -> str | None:
    if not actual:
        return "It is a single number where an array is expected."
    if not expected:
        return "It is an array where a single number is expected."
    if _squeezed(actual) == _squeezed(expected):
        return _sentence(_unit_axes(actual, expected))
    if len(actual) != len(expected):
        difference = len(actual) - len(expected)
        size = "many" if difference > 0 else "few"
        return f"It has one axis too {size}." if abs(difference) == 1 else f"It has too {size} axes."
    if sorted(actual, key=str) == sorted(expected, key=str):
        return "The lengths are right but stand in another order: are two axes swapped?"
    parts = [
        _length_part(axis, have, want, len(actual))
        for axis, (have, want) in enumerate(zip(actual, expected, strict=True))
        if have != want
    ]
    return _sentence("it is " + " and ".join(parts))


def _length_part(axis: int, have: int | None, want: int | None, ndim: int) -> str:
    where = f"along the {axis_name(axis, ndim)} axis" if ndim > 1 else ""
    if have is None or want is None:
        return f"of {'open' if have is None else 'fixed'} length {where}".strip()
    size = "short" if have < want else "long"
    return f"{'one ' if abs(have - want) == 1 else ''}too {size} {where}".strip()


def _cut_hint(actual: Array, expected: Array, tolerance: Tolerance) -> str | None:
    """One border of one axis is missing from `actual`, or too much."""
    axes = [axis for axis in range(actual.ndim) if actual.shape[axis] != expected.shape[axis]]
    if len(axes) != 1 or min(actual.size, expected.size) == 0:
        return None
    axis = axes[0]
    short, long, verb = (actual, expected, "missing")
    if actual.shape[axis] > expected.shape[axis]:
        short, long, verb = (expected, actual, "too much")
    count = long.shape[axis] - short.shape[axis]
    what = "entry" if count == 1 else "entries"
    where = f" along the {axis_name(axis, actual.ndim)} axis" if actual.ndim > 1 else ""
    kept = long.shape[axis] - count
    for border, start in (("last", 0), ("first", count)):
        if tolerance.same(short, long.take(range(start, start + kept), axis)):
            return f"The {border} {what}{where} {'is' if count == 1 else 'are'} {verb}; the others are right."
    return None


def _squeezed(shape: Sequence[int | None]) -> tuple[int | None, ...]:
    return tuple(length for length in shape if length != 1)


def _unit_axes(actual: Sequence[int | None], expected: Sequence[int | None]) -> str:
    if len(actual) < len(expected):
        return "an axis of length 1 is missing"
    if len(actual) > len(expected):
        return "there is an axis of length 1 too many"
    return "an axis of length 1 stands in another place"


# --- the right shape, other numbers ------------------------------------------------------------------------


def _zeros(a: Array, e: Array, tolerance: Tolerance) -> str | None:
    if a.size > 1 and not a.any():
        return "It is zero everywhere: is the result ever filled in?"
    return None


def _cut_to_integers(a: Array, e: Array, tolerance: Tolerance) -> str | None:
    if a.size == 1 and not a.any():
        return None
    if tolerance.same(a, np.trunc(e)) or tolerance.same(a, np.floor(e)) or tolerance.same(a, np.rint(e)):
        return "The numbers are cut to whole numbers: was an array of integers used where floats are needed?"
    return None


def _overflow(a: Array, e: Array, tolerance: Tolerance) -> str | None:
    turns = (e - a) / 256
    whole = np.abs(turns - np.rint(turns)) * 256 <= tolerance.absolute + tolerance.relative * np.abs(e)
    fits = (a >= -128) & (a <= 255)
    if bool((whole & fits).all()) and bool((np.rint(turns) != 0).any()):
        return "The numbers are off by multiples of 256: uint8 overflows. Convert the input to floats first."
    return None


def _axes_swapped(a: Array, e: Array, tolerance: Tolerance) -> str | None:
    axes = _permutation(a, e, tolerance)
    return f"The numbers are right, but {axes}." if axes else None


def _flipped(a: Array, e: Array, tolerance: Tolerance) -> str | None:
    long = [axis for axis in range(min(a.ndim, _MOST_AXES)) if a.shape[axis] > 1]
    for count in range(1, len(long) + 1):
        for axes in itertools.combinations(long, count):
            if tolerance.same(np.flip(a, axes), e):
                return _flip_text(axes, a.ndim)
    return None


def _sign(a: Array, e: Array, tolerance: Tolerance) -> str | None:
    return "The sign is the other way round." if tolerance.same(-a, e) else None


def _shifted(a: Array, e: Array, tolerance: Tolerance) -> str | None:
    for axis in range(min(a.ndim, _MOST_AXES)):
        if a.shape[axis] < 4:
            continue
        front, back = (slice(None),) * axis + (slice(None, -1),), (slice(None),) * axis + (slice(1, None),)
        for ours, theirs in ((front, back), (back, front)):
            if _varies(e[theirs], tolerance) and tolerance.same(a[ours], e[theirs]):
                where = f" along the {axis_name(axis, a.ndim)} axis" if a.ndim > 1 else ""
                return f"The numbers are right, but shifted by one{where}."
    return None


def _constant(a: Array, e: Array, tolerance: Tolerance) -> str | None:
    if a.size >= 3 and _varies(e, tolerance) and tolerance.same(a - np.median(a - e), e):
        return "It is off by the same number everywhere."
    return None


def _bias(a: Array, e: Array, tolerance: Tolerance) -> str | None:
    if a.ndim < 2 or a.shape[-1] < 2 or a.size // a.shape[-1] < 3:
        return None
    off = np.median((a - e).reshape(-1, a.shape[-1]), axis=0)
    flat = e.reshape(-1, a.shape[-1])
    if all(_varies(flat[:, channel], tolerance) for channel in range(a.shape[-1])) and tolerance.same(a - off, e):
        return (
            "Along the last axis each channel is off by a number of its own: "
            "is a bias left out, added twice, or another channel's?"
        )
    return None


def _factor(a: Array, e: Array, tolerance: Tolerance) -> str | None:
    scale = float((a * e).sum() / (e * e).sum())
    if (
        a.size < 3
        or scale == 0
        or not np.isfinite(scale)
        or not _varies(e, tolerance)
        or not tolerance.same(a / scale, e)
    ):
        return None
    size = "large" if abs(scale) > 1 else "small"
    return f"It is too {size} by the same factor everywhere: is a division missing, or one too many?"


def _one_part(a: Array, e: Array, tolerance: Tolerance) -> str | None:
    """Along some axis one entry alone is wrong, or the first alone is right."""
    differs = tolerance.differs(a, e)
    for axis in range(min(a.ndim, _MOST_AXES)):
        length = a.shape[axis]
        if length < 2:
            continue
        wrong = np.atleast_1d(differs.any(axis=tuple(other for other in range(a.ndim) if other != axis)))
        where = f" along the {axis_name(axis, a.ndim)} axis" if a.ndim > 1 else ""
        if not wrong[0] and wrong[1:].all() and (length > 2 or a.ndim > 1):
            return f"Only the first entry{where} is right."
        if length > 2 and wrong.sum() == 1 and (wrong[0] or wrong[-1]):
            return f"Only the {'first' if wrong[0] else 'last'} entry{where} is wrong."
    return None


def _other_order(a: Array, e: Array, tolerance: Tolerance) -> str | None:
    if a.size > 1 and tolerance.same(np.sort(a, axis=None), np.sort(e, axis=None)):
        return "The numbers are right, but they stand in another order."
    return None


_VALUE_HINTS: tuple[Callable[[Array, Array, Tolerance], str | None], ...] = (
    _zeros, _axes_swapped, _flipped, _sign, _cut_to_integers, _overflow, _constant, _bias, _factor, _shifted,
    _other_order, _one_part,
)  # fmt: skip


def _permutation(a: Array, e: Array, tolerance: Tolerance) -> str | None:
    """How the axes of `a` must be put to give `e`, in words, or None."""
    if not 2 <= a.ndim <= _MOST_AXES or a.size < 2:
        return None
    identity = tuple(range(a.ndim))
    for order in itertools.permutations(identity):
        if order == identity or tuple(a.shape[axis] for axis in order) != e.shape:
            continue
        if tolerance.same(a.transpose(order), e):
            moved = [axis for axis in identity if order[axis] != axis]
            if a.ndim == 2:
                return "rows and columns are swapped (transposed)"
            if len(moved) == 2:
                first, second = (axis_name(axis, a.ndim) for axis in moved)
                return f"the {first} and the {second} axis are swapped (transposed)"
            return "the axes stand in another order (transposed)"
    return None


def _flip_text(axes: tuple[int, ...], ndim: int) -> str:
    if ndim == 1:
        return "The numbers are right, but in reverse order."
    if len(axes) == 2 and ndim == 2:
        return "The numbers are right, but the result is turned by 180°."
    if len(axes) == 1:
        return f"The numbers are right, but the {axis_name(axes[0], ndim)} axis runs backwards."
    names = " and the ".join(axis_name(axis, ndim) for axis in axes)
    return f"The numbers are right, but the {names} axis run backwards (turned by 180°)."


def _varies(values: Array, tolerance: Tolerance) -> bool:
    return values.size > 1 and bool(tolerance.differs(np.full_like(values, values.flat[0]), values).any())


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
