"""Checks of arrays: values, shape, dtype."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from convkit.check.compare import Tolerance, matching_mistakes
from convkit.check.failure import CheckFailed, sentence
from convkit.check.hints import shape_hint, value_hint
from convkit.check.texts import array_text, difference_texts
from convkit.check.values import Array, known_array, number_array


def close(
    actual: object,
    expected: ArrayLike,
    *,
    mistakes: Mapping[str, ArrayLike] | None = None,
    name: str = "the result",
    rtol: float = 1e-5,
    atol: float = 1e-6,
) -> None:
    """The whole of `actual` (number, list, array, tensor) is close to `expected`, in shape and values.

    mistakes: {reason: the wrong value which that reason gives}; a failing check names the reason. A reason is
    shown for hidden tests too: it says what was done wrong, not what is right.
    """
    tolerance = Tolerance(rtol, atol)
    wanted = known_array(expected, "the expected value")
    came = number_array(actual, name, array_text(wanted))
    reason = matching_mistakes(came, wanted, mistakes, tolerance)
    if (came.dtype.kind == "b") != (wanted.dtype.kind == "b"):
        kinds = "truth values, not numbers" if came.dtype.kind == "b" else "numbers, not truth values"
        raise CheckFailed(sentence(name, f"holds {kinds}"), reason, array_text(wanted), array_text(came))
    if came.shape != wanted.shape:
        raise _wrong_shape(came, wanted, name, reason or shape_hint(came, wanted, tolerance))
    differs = tolerance.differs(came, wanted)
    if not differs.any():
        return
    expected_text, got_text = difference_texts(wanted, came, differs)
    what, why = _what_is_wrong(came, wanted, tolerance)
    raise CheckFailed(sentence(name, what), reason or why, expected_text, got_text)


def shape(
    actual: object,
    shape: Sequence[int | None],
    *,
    mistakes: Mapping[str, Sequence[int | None]] | None = None,
    name: str = "the result",
) -> None:
    """`actual` has this shape. mistakes: {reason: the wrong shape which that reason gives}."""
    wanted = tuple(shape)
    for reason, wrong in (mistakes or {}).items():
        if tuple(wrong) == wanted:
            raise ValueError(f"this mistake gives the expected shape: {reason!r}")
    came = _shape_of(actual, name, wanted)
    if came == wanted:
        return
    reasons = [reason for reason, wrong in (mistakes or {}).items() if tuple(wrong) == came]
    hint = " Or: ".join(reasons) or shape_hint(came, wanted)
    raise CheckFailed(sentence(name, "has the wrong shape"), hint, str(wanted), str(came))


def dtype(actual: object, dtype: DTypeLike | type[np.generic], *, name: str = "the result") -> None:
    """`actual` is an array (or a number) of this dtype; a family such as `np.integer` will do as well."""
    family = isinstance(dtype, type) and issubclass(dtype, np.generic)
    wanted_text = dtype.__name__ if family else np.dtype(dtype).name  # type: ignore[union-attr]
    came = number_array(actual, name, wanted_text).dtype
    if isinstance(actual, (list, tuple, range)):
        kind = type(actual).__name__
        raise CheckFailed(sentence(name, f"is a {kind}, not an array"), None, wanted_text, f"a {kind}")
    if np.issubdtype(came, dtype):
        return
    kinds = {"b": "True and False", "i": "whole numbers", "u": "whole numbers without a sign", "f": "floats"}
    hint = f"It holds {kinds[came.kind]}. Convert with `.astype(…)`, or create the array with the right `dtype`."
    raise CheckFailed(sentence(name, "has the wrong dtype"), hint, wanted_text, came.name)


def _what_is_wrong(came: Array, wanted: Array, tolerance: Tolerance) -> tuple[str, str | None]:
    if np.isnan(came).any() and not np.isnan(wanted).any():
        return (
            "has NaN (not a number)",
            "NaN comes from 0/0, inf − inf, or the root or logarithm of a negative number.",
        )
    if np.isinf(came).any() and not np.isinf(wanted).any():
        return (
            "has infinite numbers",
            "They come from a division by zero, log(0), or a start value that nothing replaced.",
        )
    return "is not right", value_hint(came, wanted, tolerance)


def _wrong_shape(came: Array, wanted: Array, name: str, hint: str | None) -> CheckFailed:
    got = f"shape {came.shape}" if came.ndim else f"a single number: {array_text(came)}"
    whole = array_text(came)
    got = f"{got}\n{whole}" if whole.startswith("[") else got
    return CheckFailed(sentence(name, "has the wrong shape"), hint, f"shape {wanted.shape}", got)


def _shape_of(actual: Any, name: str, wanted: tuple[int | None, ...]) -> tuple[int | None, ...]:
    if any(base.__name__ == "KerasTensor" for base in type(actual).__mro__):
        return tuple(actual.shape)
    return number_array(actual, name, f"shape {wanted}").shape
