"""`check.equal`: exact comparison of Python values and arrays."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from enum import IntEnum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit import check
from convkit.check import CheckFailed

values = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=4)
    ),
    max_leaves=12,
)


def failure_of(actual, expected, **options) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        check.equal(actual, expected, **options)
    return caught.value


@given(values)
def test_a_value_equals_itself(value):
    check.equal(value, value)


def kinds(value):
    """The value with the kind of everything in it; an int for a float is allowed, so floats are left out."""
    if isinstance(value, (list, tuple)):
        return (type(value).__name__, [kinds(entry) for entry in value])
    if isinstance(value, dict):
        return ("dict", sorted((repr(key), kinds(entry)) for key, entry in value.items()))
    return ("number", float(value)) if type(value) in (int, float) and abs(value) < 2**53 else repr(value)


@given(values, values)
def test_a_pass_means_equal_and_of_the_same_kinds(left, right):
    try:
        check.equal(left, right)
    except CheckFailed:
        return
    assert kinds(left) == kinds(right) or repr(left) == repr(right)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (np.int64(3), 3),
        (np.uint8(3), 3),
        (np.array(3), 3),
        (3, 3.0),
        (np.float64(0.5), 0.5),
        (np.True_, True),
        (np.str_("a"), "a"),
        ((np.int64(1), 2), (1, 2)),
        (np.array([1, 2]), [1, 2]),
        (np.array([1, 2]), (1, 2)),
        ([1, 2], np.array([1, 2])),
        ([np.array([1, 2]), 3], [[1, 2], 3]),
        (OrderedDict(a=1), {"a": 1}),
        ({np.int64(1): 2}, {1: 2}),
        ({(1, 2): 2}, {(1, 2): 2}),
        (namedtuple("Pair", "a b")(1, 2), (1, 2)),
        (IntEnum("Size", "ONE").ONE, 1),
        (2**70, 2**70),
        ({1, 2}, {2, 1}),
        (float("nan"), float("nan")),
        (None, None),
    ],
)
def test_equal_enough(actual, expected):
    check.equal(actual, expected)


class EqualsAll:
    __array_priority__ = 1e9

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __hash__(self):
        return 1


class LyingList(list):
    def __iter__(self):
        return iter([1, 2, 3])

    def __eq__(self, other):
        return True

    def __len__(self):
        return 3


class LyingInt(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


class LyingText(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__


class Pretender:
    @property
    def __class__(self):
        return list


def recursive():
    entries: list[object] = [1, 2]
    entries.append(entries)
    return entries


HOSTILE = [
    EqualsAll(), LyingList([4]), LyingInt(7), LyingText("q"), Pretender(), recursive(), None, ..., object(), print,
    {EqualsAll(): 1}, {"a": EqualsAll()}, [EqualsAll()] * 3, {EqualsAll()}, (i for i in range(3)),
    np.array([object()]), np.ma.array([1, 2, 3], mask=[1, 0, 0]), 1j, float("nan"), np.full(3, np.nan), type,
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(HOSTILE)))
@pytest.mark.parametrize("expected", [3, 0.5, "a", True, [1, 2, 3], (1, 2, 3), {"a": 1}, {1, 2}, np.arange(3)], ids=str)
def test_odd_objects_fail_and_never_raise_anything_else(number, expected):
    assert str(failure_of(HOSTILE[number], expected))


@pytest.mark.parametrize(
    "value", [value for value in HOSTILE if value is not None], ids=lambda value: type(value).__name__
)
def test_only_none_is_none(value):
    failure_of(value, None)


@pytest.mark.parametrize(
    ("actual", "expected", "hint"),
    [
        (True, 1, "truth value"),
        (1, True, "whole number"),
        (3.0, 3, "a float"),
        (4, 3, "one too large"),
        (2, 3, "one too small"),
        ([1, 2], (1, 2), "in a list, not in a tuple"),
        ([1, 2], (1, 2, 3), "too few"),
        ("Conv ", "Conv", "white space"),
        ("conv", "Conv", "upper and lower"),
        (None, 3, "return"),
        (None, (1, 2), "return"),
        ([None, None], [1, 2], "return"),
        ((None, None), ((1, 2), (3, 4)), "return"),
        (3, (3, 3), "not a tuple"),
        ([3, 2, 1], [1, 2, 3], "reverse order"),
        ([5, 7, 10], [4, 6, 9], "same number everywhere"),
        (np.array([[1, 2], [3, 4]]), [[1, 3], [2, 4]], "transposed"),
    ],
)
def test_reasons(actual, expected, hint):
    assert hint in failure_of(actual, expected).hint


def test_some_results_that_are_none_do_not_mean_that_the_return_is_missing():
    assert "return" not in (failure_of([None, None], [None, 2]).hint or "")
    assert "return" not in (failure_of([None, 2], [1, 2]).hint or "")


def test_floats_where_an_array_of_whole_numbers_is_expected():
    assert "floats, not whole numbers" in failure_of(np.array([1.0, 2.0]), np.array([1, 2])).headline


def test_the_place_of_the_first_difference_is_shown_beside_the_values_alone():
    failure = failure_of([("conv", (55, 55, 96), 34)], [("conv", (55, 55, 97), 34)])
    assert "at [0][1][2]: 97" in failure.expected
    assert "at [0][1][2]: 96" in failure.got
    assert "97" not in failure.headline + str(failure.hint)
    assert "at ['b']: 3" in failure_of({"b": 2}, {"b": 3}).expected


def test_keys_that_are_missing_or_too_many():
    failure = failure_of({"a": 1, "c": 1}, {"a": 1, "b": 1})
    assert "lacks keys and has keys too many" in failure.headline
    assert "b" in failure.expected


def test_a_known_mistake_is_named():
    assert failure_of((1, 1), (0, 1), mistakes={"The odd zero goes after.": (1, 1)}).hint == "The odd zero goes after."
    with pytest.raises(ValueError):
        check.equal((0, 1), (0, 1), mistakes={"Equal.": (0, 1)})


def test_an_expected_value_of_an_unknown_kind_is_an_error_of_the_author():
    with pytest.raises(TypeError):
        check.equal(object(), object())


def test_long_values_are_cut():
    failure = failure_of(list(range(10**5)), [*range(10**5 - 1), 7])
    assert len(str(failure)) < 2000
