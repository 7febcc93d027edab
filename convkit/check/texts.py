"""Arrays and differences as text: small ones whole, large ones by their first difference."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convkit.check.values import Array

_WHOLE_SIZE = 80
_WHOLE_LINES = 24
_DIGITS = (5, 9, 17)


def array_text(array: Array, digits: int = 5) -> str:
    """A number alone, a small array whole, of a large array its shape."""
    if array.ndim == 0:
        return number_text(array[()], digits)
    if array.size == 0 or array.size > _WHOLE_SIZE:
        return f"shape {array.shape}"
    words = [number_text(value, digits) for value in array.flat]
    width = max(len(word) for word in words)
    text = np.array2string(
        array,
        separator=" ",
        max_line_width=100,
        formatter={"all": lambda v: number_text(v, digits).rjust(width)},
    )
    return text if text.count("\n") < _WHOLE_LINES else f"shape {array.shape}"


def number_text(value: object, digits: int = 5) -> str:
    """4.0 → '4', 1/3 → '0.33333', True → 'True'."""
    number = np.asarray(value)
    if number.dtype.kind != "f":
        return str(number[()])
    decimal = float(number)
    if np.isfinite(decimal) and decimal == round(decimal) and abs(decimal) < 1e15:
        return str(round(decimal))
    return f"{decimal:.{digits}g}"


def index_text(index: Sequence[int]) -> str:
    """(0, 3) → '[0, 3]'."""
    return "[" + ", ".join(str(int(position)) for position in index) + "]"


def difference_texts(expected: Array, actual: Array, differs: Array) -> tuple[str, str]:
    """(expected, got) as text, digits enough to tell them apart; `differs` is a mask, somewhere True."""
    first = tuple(int(position) for position in np.argwhere(differs)[0])
    digits = _enough_digits(expected[first], actual[first])
    if expected.ndim == 0:
        return number_text(expected[()], digits), number_text(actual[()], digits)
    count = f"{int(differs.sum())} of {differs.size} numbers differ"
    place = f"at {index_text(first)}: "
    wanted, came = number_text(expected[first], digits), number_text(actual[first], digits)
    expected_whole, actual_whole = array_text(expected, digits), array_text(actual, digits)
    if "[" in expected_whole and "[" in actual_whole:
        return expected_whole, f"{actual_whole}\n{count}, the first {place}{came} instead of {wanted}."
    return (
        f"shape {expected.shape}, {place}{wanted}",
        f"shape {actual.shape}, {place}{came}\n{count}, this one first.",
    )


def _enough_digits(wanted: object, came: object) -> int:
    for digits in _DIGITS:
        if number_text(wanted, digits) != number_text(came, digits):
            return digits
    return _DIGITS[-1]
