"""Exact comparison of whole numbers, text, tuples, lists, dicts and arrays, and where they differ first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from convkit.check.compare import Tolerance
from convkit.check.failure import CheckFailed, sentence
from convkit.check.hints import shape_hint, value_hint
from convkit.check.texts import array_text, difference_texts
from convkit.check.values import RETURN_MISSING, Array, describe, number_array

_EXACT = Tolerance(0.0, 0.0)
_DEEPEST = 20


@dataclass(frozen=True)
class _Difference:
    what: str  # completes "the result …"
    hint: str | None
    expected: str
    got: str


def equal(
    actual: object,
    expected: object,
    *,
    mistakes: Mapping[str, object] | None = None,
    name: str = "the result",
) -> None:
    """`actual` is exactly `expected`: same kinds, same entries.

    NumPy's integers count as ints, an int counts as a float; a bool is no number, a float is no int, a list
    is no tuple. If an array is expected, or came where a list is expected, both are compared as arrays.
    mistakes: {reason: the wrong value which that reason gives}.
    """
    reasons = []
    for reason, wrong in (mistakes or {}).items():
        if _difference(wrong, expected) is None:
            raise ValueError(f"this mistake gives the expected value: {reason!r}")
        if _difference(actual, wrong) is None:
            reasons.append(reason)
    difference = _difference(actual, expected)
    if difference is not None:
        hint = " Or: ".join(reasons) or difference.hint
        raise CheckFailed(sentence(name, difference.what), hint, difference.expected, difference.got)


def _difference(actual: object, expected: object) -> _Difference | None:
    if isinstance(expected, np.ndarray) or (isinstance(expected, (list, tuple)) and _is_array(actual)):
        return _array_difference(actual, np.asarray(expected))
    found = _first_difference(actual, expected, "", 0)
    if found is None:
        return None
    structure = _structure_of_lists(actual, expected)
    return _Difference(
        found.what,
        structure or found.hint,
        found.expected if _long(expected) else _whole(expected, found.expected),
        found.got if _long(actual) else _whole(actual, found.got),
    )


def _first_difference(actual: object, expected: object, path: str, depth: int) -> _Difference | None:
    """Compares kinds of Python values; never calls a method of a class that the student wrote."""
    if depth > _DEEPEST:
        return _Difference("is nested too deeply", None, describe(expected), "a value nested in itself")
    if isinstance(expected, dict):
        return _dict_difference(actual, expected, path, depth)
    if isinstance(expected, (list, tuple)):
        return _sequence_difference(actual, expected, path, depth)
    if isinstance(expected, (set, frozenset)):
        same = type(actual) in (set, frozenset) and _plain_set(actual) and actual == expected
        return None if same else _other(actual, expected, path, None)
    return _scalar_difference(actual, expected, path)


def _scalar_difference(actual: object, expected: object, path: str) -> _Difference | None:
    came = _plain_scalar(actual)
    wanted = _plain_scalar(expected)
    if came is None and wanted is not None:
        hint = RETURN_MISSING if actual is None and not path else None
        return _other(actual, expected, path, hint)
    if type(came) is type(wanted) or (type(came) is int and type(wanted) is float):
        if came == wanted or (came != came and wanted != wanted):  # NaN
            return None
        return _other(actual, expected, path, _scalar_hint(came, wanted))
    names = {bool: "a truth value", int: "a whole number", float: "a float", str: "text", bytes: "bytes"}
    hint = f"It is {names.get(type(came), 'None')}, where {names.get(type(wanted), 'None')} is expected."
    return _other(actual, expected, path, hint)


def _scalar_hint(came: object, wanted: object) -> str | None:
    if isinstance(came, str) and isinstance(wanted, str):
        if came.split() == wanted.split():
            return "Only the white space differs."
        return "Only upper and lower case differ." if came.lower() == wanted.lower() else None
    if type(came) is int and type(wanted) is int and abs(came - wanted) == 1:
        return f"It is one too {'large' if came > wanted else 'small'}."
    return None


def _sequence_difference(
    actual: object, expected: list[object] | tuple[object, ...], path: str, depth: int
) -> _Difference | None:
    kind = type(expected).__name__
    if not isinstance(actual, (list, tuple)):
        hint = RETURN_MISSING if actual is None and not path else f"It is not a {kind}."
        return _other(actual, expected, path, hint)
    entries = list.__iter__(actual) if isinstance(actual, list) else tuple.__iter__(actual)
    came = list(entries)
    if len(came) != len(expected):
        size = "few" if len(came) < len(expected) else "many"
        return _other(actual, expected, path, f"It has too {size} entries.")
    for index, (ours, theirs) in enumerate(zip(came, expected, strict=True)):
        found = _first_difference(ours, theirs, f"{path}[{index}]", depth + 1)
        if found is not None:
            return found
    if isinstance(actual, list) != isinstance(expected, list):
        hint = f"The entries are right, but they stand in a {type(actual).__name__}, not in a {kind}."
        return _other(actual, expected, path, hint)
    return None


def _dict_difference(
    actual: object, expected: dict[object, object], path: str, depth: int
) -> _Difference | None:
    if not isinstance(actual, dict):
        hint = RETURN_MISSING if actual is None and not path else "It is not a dict."
        return _other(actual, expected, path, hint)
    pairs = [
        (_plain_scalar(key) if type(key) is not tuple else key, value) for key, value in dict.items(actual)
    ]
    if any(key is None or (type(key) is tuple and not _plain_set(key)) for key, _ in pairs):
        return _other(actual, expected, path, "Its keys are of another kind.")
    came: dict[object, object] = dict(pairs)
    if came.keys() != expected.keys():
        missing, extra = expected.keys() - came.keys(), came.keys() - expected.keys()
        parts = ["keys are missing"] * bool(missing) + ["there are keys too many"] * bool(extra)
        hint = " and ".join(parts)
        return _Difference(
            "has other keys",
            hint[:1].upper() + hint[1:] + ".",
            f"keys {describe(sorted(map(str, expected)))}",
            f"keys {describe(sorted(map(str, came)))}",
        )
    for key, theirs in expected.items():
        found = _first_difference(came[key], theirs, f"{path}[{key!r}]", depth + 1)
        if found is not None:
            return found
    return None


def _array_difference(actual: object, expected: Array) -> _Difference | None:
    try:
        came = number_array(actual, "the result")
    except CheckFailed as failure:
        what = failure.headline.removeprefix("The result ").removesuffix(".")
        return _Difference(what, failure.hint, array_text(expected), failure.got or "")
    if came.shape != expected.shape:
        hint = shape_hint(came, expected, _EXACT)
        return _Difference("has the wrong shape", hint, f"shape {expected.shape}", f"shape {came.shape}")
    kinds = {"b": "truth values", "i": "whole numbers", "u": "whole numbers", "f": "floats"}
    if kinds[came.dtype.kind] != kinds[expected.dtype.kind] and not (
        came.dtype.kind in "iu" and expected.dtype.kind == "f"
    ):
        what = f"holds {kinds[came.dtype.kind]}, not {kinds[expected.dtype.kind]}"
        return _Difference(what, None, array_text(expected), f"{array_text(came)}, {came.dtype}")
    differs = np.asarray(came != expected)
    if came.dtype.kind == "f":
        differs &= ~(np.isnan(came) & np.isnan(expected))
    if not differs.any():
        return None
    return _Difference(
        "is not right",
        value_hint(came, expected, _EXACT),
        *difference_texts(expected, came, differs),
    )


def _structure_of_lists(actual: object, expected: object) -> str | None:
    """Hints for arrays hold for lists of numbers as well."""
    if not (isinstance(actual, (list, tuple)) and isinstance(expected, (list, tuple))):
        return None
    try:
        came, wanted = number_array(actual, ""), number_array(expected, "")
    except CheckFailed:
        return None
    if came.shape != wanted.shape or came.dtype.kind == "b" or not _EXACT.differs(came, wanted).any():
        return None
    return value_hint(came, wanted, _EXACT)


def _other(actual: object, expected: object, path: str, hint: str | None) -> _Difference:
    place = f"at {path}: " if path else ""
    return _Difference("is not right", hint, f"{place}{_text(expected)}", f"{place}{_text(actual)}")


def _plain_scalar(value: object) -> bool | int | float | str | bytes | None:
    """The plain Python value of a scalar of Python, NumPy or (one number) of a tensor; else None."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bytes):
        return bytes.__getitem__(value, slice(None))
    if isinstance(value, (int, float, np.integer, np.floating)) or _is_array(value):
        try:
            array = number_array(value, "")
        except CheckFailed:  # an int beyond 64 bits is an object to NumPy
            return int.__index__(value) if isinstance(value, int) else None
        return array.item() if array.ndim == 0 else None
    return None


def _plain_set(values: object) -> bool:
    return all(type(value) in (int, str, float, bool, bytes) for value in values)  # type: ignore[attr-defined]


def _is_array(value: object) -> bool:
    return isinstance(value, np.ndarray) or (
        hasattr(type(value), "__array__") and not isinstance(value, np.generic)
    )


def _text(value: object) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (list, tuple, dict, set, frozenset)):
        text = describe(value)
        return text.rpartition(" (")[0]
    return describe(value)


def _whole(value: object, found: str) -> str:
    """The whole value, and the place of the difference where there is one inside."""
    return f"{_text(value)}\n{found}" if found.startswith("at ") else found


def _long(value: object) -> bool:
    return len(describe(value)) > 200
