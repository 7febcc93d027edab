"""Checks of one number or one condition, and the line that says that all is well."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from convkit.check.failure import CheckFailed, sentence
from convkit.check.texts import number_text
from convkit.check.values import describe, number_array

Range = tuple[float, float]


def true(condition: object, message: str, hint: str | None = None) -> None:
    """`condition` is True; `message` says in one sentence what is wrong where it is not.

    Only True itself counts (of Python or NumPy), so that no object with its own `__bool__` passes.
    """
    if not message.strip():
        raise ValueError("the message is empty")
    if isinstance(condition, (bool, np.bool_)):
        if condition:
            return
        raise CheckFailed(message, hint)
    raise CheckFailed(message, hint, "True", describe(condition))


def between(
    value: object,
    low: float,
    high: float,
    *,
    name: str,
    mistakes: Mapping[str, float | Range] | None = None,
) -> None:
    """low ≤ value ≤ high. mistakes: {reason: a wrong number, or the (low, high) of wrong numbers}."""
    if not low <= high or (math.isinf(low) and math.isinf(high)):
        raise ValueError(f"no range, or one that holds every number: {low} to {high}")
    ranges = {reason: _as_range(wrong) for reason, wrong in (mistakes or {}).items()}
    for reason, (first, last) in ranges.items():
        if not (last < low or first > high):
            raise ValueError(f"this mistake can give a right number: {reason!r}")
    expected_text = _range_text(low, high)
    array = number_array(value, name, expected_text)
    if array.ndim or array.dtype.kind == "b":
        what = "is an array, not a single number" if array.ndim else "is a truth value, not a number"
        raise CheckFailed(sentence(name, what), None, expected_text, describe(value))
    number = float(array)
    if low <= number <= high:
        return
    what = "is too low" if number < low else "is too high" if number > high else "is NaN (not a number)"
    reasons = [reason for reason, (first, last) in ranges.items() if first <= number <= last]
    raise CheckFailed(sentence(name, what), " Or: ".join(reasons) or None, expected_text, number_text(number))


def passed(name: str) -> None:
    """Prints one line: all checks of the cell pass. The last line of a check cell."""
    print(f"✓ {name}: checks passed")


def _as_range(wrong: float | Range) -> Range:
    if isinstance(wrong, tuple):
        first, last = wrong
        if not first <= last:
            raise ValueError(f"no range: {first} to {last}")
        return first, last
    margin = 1e-6 + 1e-5 * abs(wrong)
    return wrong - margin, wrong + margin


def _range_text(low: float, high: float) -> str:
    if math.isinf(high):
        return f"at least {number_text(low)}"
    return f"at most {number_text(high)}" if math.isinf(low) else f"{number_text(low)} to {number_text(high)}"
