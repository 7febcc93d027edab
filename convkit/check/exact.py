"""Exact comparison of whole numbers, text, tuples, lists, dicts and arrays, and where they differ first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from convkit.check.compare import Tolerance
from convkit.check.failure import CheckFailed, sentence
from convkit.check.hints import shape_hint, value_hint
from convkit.check.texts import array_text, difference_texts
from convkit.check.values import (
    RETURN_MISSING,
    Array,
    describe,
    is_array,
    number_array,
    object_text,
    plain_scalar,
)

_EXACT = Tolerance(0.0, 0.0)
_DEEPEST = 20
_KINDS = {bool: "a truth value", int: "a whole number", float: "a float", str: "text", bytes: "bytes"}
_ARRAY_KINDS = {"b": "truth values", "i": "whole numbers", "u": "whole numbers", "f": "floats"}


@dataclass(frozen=True)
class _Difference:
    what: str  # completes "the result …"
    hint: str | None
    expected: str
    got: str
    path: str = ""  # where inside the value, such as "[2]['name']"


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
        if exactly_equal(wrong, expected):
            raise ValueError(f"this mistake gives the expected value: {reason!r}")
        if exactly_equal(actual, wrong):
            reasons.append(reason)
    found = _difference(actual, expected, "", 0)
    if found is not None:
        hint = (
            " Or: ".join(reasons) or _nothing_hint(actual, expected) or _hint_for_lists(actual, expected) or found.hint
        )
        expected_text, got_text = found.expected, found.got
        if found.path:
            expected_text = f"{object_text(expected)}\nat {found.path}: {expected_text}"
            got_text = f"{object_text(actual)}\nat {found.path}: {got_text}"
        raise CheckFailed(sentence(name, found.what), hint, expected_text, got_text)


def exactly_equal(actual: object, expected: object) -> bool:
    """Whether `equal` passes."""
    return _difference(actual, expected, "", 0) is None


def _difference(actual: object, expected: object, path: str, depth: int) -> _Difference | None:
    """The first difference; never calls `==` or an iterator of a class that the student wrote."""
    if depth > _DEEPEST:
        raise ValueError("the expected value is nested too deeply")
    wanted_array = _expected_array(actual, expected)
    if wanted_array is not None:
        return _array_difference(actual, wanted_array, path)
    if isinstance(expected, dict):
        return _dict_difference(actual, expected, path, depth)
    if isinstance(expected, (list, tuple)):
        return _sequence_difference(actual, expected, path, depth)
    if isinstance(expected, (set, frozenset)):
        kind = type(actual)
        same = kind in (set, frozenset) and _is_plain(actual) and actual == expected
        return None if same else _other(actual, expected, path, _none_hint(actual, path))
    if expected is None:
        return None if actual is None else _other(actual, expected, path, "It is expected to be None.")
    return _scalar_difference(actual, expected, path)


def _expected_array(actual: object, expected: object) -> Array | None:
    """`expected` as an array, if it is one, or if it is a list of numbers and an array came."""
    if isinstance(expected, np.ndarray):
        return expected
    if isinstance(expected, (list, tuple)) and is_array(actual):
        try:
            return number_array(expected, "")
        except CheckFailed:
            return None
    return None


def _scalar_difference(actual: object, expected: object, path: str) -> _Difference | None:
    came, wanted = plain_scalar(actual), plain_scalar(expected)
    if wanted is None:
        raise TypeError(f"a value of type {type(expected).__name__} cannot be expected: {describe(expected)}")
    if came is None:
        return _other(actual, expected, path, _none_hint(actual, path))
    if type(came) is not type(wanted) and not (type(came) is int and type(wanted) is float):
        hint = f"It is {_KINDS[type(came)]}, where {_KINDS[type(wanted)]} is expected."
        return _other(actual, expected, path, hint)
    if came == wanted or (came != came and wanted != wanted):  # NaN is NaN
        return None
    return _other(actual, expected, path, _scalar_hint(came, wanted))


def _scalar_hint(came: object, wanted: object) -> str | None:
    if isinstance(came, str) and isinstance(wanted, str):
        if came.split() == wanted.split():
            return "Only the white space differs."
        return "Only upper and lower case differ." if came.lower() == wanted.lower() else None
    if type(came) is int and type(wanted) is int and abs(came - wanted) == 1:
        return f"It is one too {'large' if came > wanted else 'small'}."
    return None


def _sequence_difference(
    actual: Any, expected: list[object] | tuple[object, ...], path: str, depth: int
) -> _Difference | None:
    kind = "list" if isinstance(expected, list) else "tuple"
    if issubclass(type(actual), list):
        came, came_kind = list(list.__iter__(actual)), "list"
    elif issubclass(type(actual), tuple):
        came, came_kind = list(tuple.__iter__(actual)), "tuple"
    else:
        return _other(actual, expected, path, _none_hint(actual, path) or f"It is not a {kind}.")
    if len(came) != len(expected):
        size = "few" if len(came) < len(expected) else "many"
        return _other(actual, expected, path, f"It has too {size} entries.")
    for index, (ours, theirs) in enumerate(zip(came, expected, strict=True)):
        found = _difference(ours, theirs, f"{path}[{index}]", depth + 1)
        if found is not None:
            return found
    if came_kind != kind:
        return _other(actual, expected, path, f"The entries are right, but in a {came_kind}, not in a {kind}.")
    return None


def _dict_difference(actual: Any, expected: dict[object, object], path: str, depth: int) -> _Difference | None:
    if not issubclass(type(actual), dict):
        return _other(actual, expected, path, _none_hint(actual, path) or "It is not a dict.")
    came: dict[object, object] = {}
    for key, value in dict.items(actual):
        plain = key if type(key) is tuple and _is_plain(key) else plain_scalar(key)
        if plain is None:
            return _other(actual, expected, path, "Its keys are of another kind.")
        came[plain] = value
    if came.keys() != expected.keys():
        missing, extra = expected.keys() - came.keys(), came.keys() - expected.keys()
        what = " and ".join(["lacks keys"] * bool(missing) + ["has keys too many"] * bool(extra))
        return _Difference(what, None, _keys_text(expected), _keys_text(came), path)
    for key, theirs in expected.items():
        found = _difference(came[key], theirs, f"{path}[{key!r}]", depth + 1)
        if found is not None:
            return found
    return None


def _keys_text(values: dict[object, object]) -> str:
    return f"the keys {object_text(list(values))}"


def _array_difference(actual: object, expected: Array, path: str) -> _Difference | None:
    try:
        came = number_array(actual, "")
    except CheckFailed as failure:
        what = failure.headline.strip().removesuffix(".")
        return _Difference(what[:1].lower() + what[1:], failure.hint, array_text(expected), str(failure.got), path)
    if came.shape != expected.shape:
        texts = (f"shape {expected.shape}", f"shape {came.shape}")
        return _Difference("has the wrong shape", shape_hint(came, expected, _EXACT), *texts, path)
    kind, wanted_kind = _ARRAY_KINDS[came.dtype.kind], _ARRAY_KINDS[expected.dtype.kind]
    if kind != wanted_kind and (kind, wanted_kind) != ("whole numbers", "floats"):
        got = f"{array_text(came)}\n{came.dtype}"
        return _Difference(f"holds {kind}, not {wanted_kind}", None, array_text(expected), got, path)
    differs = np.asarray(came != expected)
    if came.dtype.kind == "f":
        differs &= ~(np.isnan(came) & np.isnan(expected))
    if not differs.any():
        return None
    hint = value_hint(came, expected, _EXACT)
    return _Difference("is not right", hint, *difference_texts(expected, came, differs), path)


def _nothing_hint(actual: Any, expected: object) -> str | None:
    """For a list of results each of which is None."""
    kind = list if issubclass(type(actual), list) else tuple if issubclass(type(actual), tuple) else None
    if kind is None or not isinstance(expected, (list, tuple)) or any(entry is None for entry in expected):
        return None
    came = list(kind.__iter__(actual))
    return RETURN_MISSING if came and all(entry is None for entry in came) else None


def _hint_for_lists(actual: object, expected: object) -> str | None:
    """Hints for arrays hold for lists of numbers as well."""
    if not (issubclass(type(actual), (list, tuple)) and isinstance(expected, (list, tuple))):
        return None
    try:
        came, wanted = number_array(actual, ""), number_array(expected, "")
    except CheckFailed:
        return None
    if came.shape != wanted.shape or came.dtype.kind == "b" or not _EXACT.differs(came, wanted).any():
        return None
    return value_hint(came, wanted, _EXACT)


def _other(actual: object, expected: object, path: str, hint: str | None) -> _Difference:
    return _Difference("is not right", hint, object_text(expected), object_text(actual), path)


def _none_hint(actual: object, path: str) -> str | None:
    return RETURN_MISSING if actual is None and not path else None


def _is_plain(values: object) -> bool:
    return all(type(value) in _KINDS for value in values)  # type: ignore[attr-defined]
