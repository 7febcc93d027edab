"""`check.close`, `check.shape`, `check.dtype`: right passes, anything else fails with a reason and nothing else."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from convkit import check
from convkit.check import CheckFailed

EXPECTED = [[4.0, 3.0, 4.5], [2.0, 4.0, 3.25]]

arrays = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=0, max_dims=4, max_side=5),
    elements=st.floats(-1e6, 1e6, allow_nan=False),
)


def failure_of(*arguments, check_=check.close, **options) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        check_(*arguments, **options)
    return caught.value


@given(arrays)
def test_an_equal_array_passes(array):
    check.close(array.copy(), array)


@given(arrays, st.data())
def test_an_array_that_differs_in_one_place_fails_and_the_place_is_named(array, data):
    index = tuple(data.draw(st.integers(0, length - 1)) for length in array.shape)
    wrong = array.copy()
    sign = data.draw(st.sampled_from([-1, 1]))
    wrong[index] += sign * max(1e-4, abs(wrong[index]) * 1e-3)
    failure = failure_of(wrong, array)
    assert failure.expected is not None
    if array.ndim:
        assert str(list(index)) in f"{failure.expected}{failure.got}"


@given(arrays, arrays)
def test_a_pass_means_equal_in_shape_and_close_in_value(left, right):
    try:
        check.close(left, right)
    except CheckFailed:
        assert left.shape != right.shape or not np.allclose(left, right, rtol=1e-5, atol=1e-6)
    else:
        np.testing.assert_allclose(left, right, rtol=1e-5, atol=2e-6)
        assert left.shape == right.shape


class EqualsAll:
    def __eq__(self, other):
        return True

    def __bool__(self):
        return True


class EqualsAllArray(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, bool)

    def __sub__(self, other):
        return np.zeros(self.shape)

    def __repr__(self):
        raise RuntimeError("no text")

    def astype(self, *arguments, **options):
        return np.array(EXPECTED)


class Pretender:
    """Says that it is an array or a list."""

    @property
    def __class__(self):
        return np.ndarray


class BrokenTensor:
    def __array__(self, *arguments, **options):
        raise SystemError("no array")

    def __repr__(self):
        raise RuntimeError("no text")


class NoText:
    def __repr__(self):
        return 3


def recursive_list():
    entries: list[object] = []
    entries.append(entries)
    return entries


HOSTILE = {
    "None": None,
    "equals all": EqualsAll(),
    "array that equals all": np.zeros((2, 3)).view(EqualsAllArray),
    "list of objects that equal all": [[EqualsAll()] * 3] * 2,
    "pretender": Pretender(),
    "broken tensor": BrokenTensor(),
    "list with a broken tensor": [BrokenTensor()],
    "no text": NoText(),
    "text": "4",
    "bytes": b"4",
    "list of text": [["4", "3", "4.5"], ["2", "4", "3.25"]],
    "ragged": [[4, 3, 4], [2, 4]],
    "ragged with arrays": [np.ones(3), np.ones(2)],
    "list with None": [[4, 3, None], [2, 4, 3]],
    "list of None": [None, None],
    "complex": np.array(EXPECTED) + 1j,
    "complex without an imaginary part": np.array(EXPECTED, dtype=complex),
    "object array": np.array(EXPECTED, dtype=object),
    "function": lambda: EXPECTED,
    "class": np.ndarray,
    "generator": (row for row in EXPECTED),
    "map": map(list, EXPECTED),
    "dict": {0: EXPECTED},
    "set": {4, 3},
    "ellipsis": ...,
    "not implemented": NotImplemented,
    "module": np,
    "dates": np.array(["2020-01-01"], dtype="M8[D]"),
    "structured": np.zeros(2, dtype=[("a", int)]),
    "masked": np.ma.array(EXPECTED, mask=[[1, 0, 0], [0, 0, 0]]),
    "bools": np.ones((2, 3), dtype=bool),
    "nan": np.full((2, 3), np.nan),
    "infinite": np.full((2, 3), np.inf),
    "number": 4.0,
    "empty": np.empty((0, 3)),
    "empty list": [],
    "huge by broadcasting": np.broadcast_to(4.0, (10**6, 10**6)),
    "huge whole number": 10**400,
    "recursive": recursive_list(),
    "exception": ValueError("x"),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("expected", [EXPECTED, 4.5, [], [[True, False]], np.zeros((0, 4))], ids=str)
def test_odd_objects_fail_with_a_sentence_and_never_otherwise(name, expected):
    if name == "empty list" and np.shape(expected) == (0,):
        return
    failure = failure_of(HOSTILE[name], expected)
    assert failure.headline.startswith("The result ")
    assert str(failure)


def test_the_same_numbers_in_a_list_a_tuple_a_subclass_or_another_dtype_pass():
    class Plain(np.ndarray):
        pass

    for value in (EXPECTED, tuple(map(tuple, EXPECTED)), np.array(EXPECTED).view(Plain), np.float32(EXPECTED)):
        check.close(value, EXPECTED)
    check.close(range(3), [0, 1, 2])
    check.close(np.float16(4.5), 4.5)
    check.close([[True, False]], [[True, False]])


def test_nan_and_infinity_are_right_only_where_they_are_expected():
    check.close([np.nan, np.inf, 1], [np.nan, np.inf, 1])
    assert "NaN" in failure_of([np.nan, 1], [2, 1]).headline
    assert "infinite" in failure_of([np.inf, 1], [2, 1]).headline
    failure_of([1, 1], [np.nan, 1])
    failure_of([-np.inf, 1], [np.inf, 1])
    failure_of([1e308, 1], [-1e308, 1])


def test_a_missing_return_is_recognised():
    failure = failure_of(None, EXPECTED)
    assert failure.headline == "The result is None."
    assert "return" in failure.hint


def test_small_arrays_are_printed_whole_and_large_ones_by_their_first_difference():
    small = failure_of([[4, 3, 4.5], [2, 9, 3.25]], EXPECTED)
    assert "2" in small.expected and "9" in small.got and "1 of 6 numbers differ" in small.got
    large = np.zeros((10, 20))
    wrong = large.copy()
    wrong[3, 4] = 1.25
    failure = failure_of(wrong, large)
    assert failure.expected == "shape (10, 20), at [3, 4]: 0"
    assert "at [3, 4]: 1.25" in failure.got and "1 of 200" in failure.got


@given(st.floats(0.1, 10))
def test_both_texts_show_a_difference_however_small(number):
    failure = failure_of(number * (1 + 1e-4), number)
    assert failure.expected != failure.got


def test_a_known_mistake_beats_a_structural_hint_and_the_shape_counts():
    expected = np.arange(6.0).reshape(2, 3)
    mistakes = {"The kernel was turned.": expected[::-1, ::-1], "Rows missed.": expected[:1]}
    assert failure_of(expected[::-1, ::-1].copy(), expected, mistakes=mistakes).hint == "The kernel was turned."
    assert failure_of(expected[:1] + 1e-8, expected, mistakes=mistakes).hint == "Rows missed."
    assert failure_of(expected[:1] + 1, expected, mistakes=mistakes).hint not in mistakes
    assert failure_of(expected + 3, expected, mistakes={"Started at 3.": expected + 3}).hint == "Started at 3."


@given(arrays.filter(lambda a: a.size > 0), st.floats(1, 100))
def test_a_known_mistake_always_gives_its_reason(array, offset):
    wrong = array + offset + np.abs(array)
    assert failure_of(wrong, array, mistakes={"Why.": wrong, "Other.": wrong + 5e6}).hint == "Why."


def test_two_mistakes_with_the_same_value_are_both_named():
    assert failure_of([2], [1], mistakes={"One.": [2], "Two.": [2.0]}).hint == "One. Or: Two."


def test_a_mistake_with_nan_is_recognised():
    assert failure_of([np.nan, 1], [0, 1], mistakes={"0/0 was not caught.": [np.nan, 1]}).hint == "0/0 was not caught."


@pytest.mark.parametrize(
    "options",
    [
        {"mistakes": {"Equal.": [[4, 3, 4.5], [2, 4, 3.25]]}},
        {"mistakes": {"Text.": "abc"}},
        {"rtol": np.inf},
        {"atol": -1},
        {"atol": float("nan")},
    ],
)
def test_a_check_that_is_written_wrongly_says_so_to_its_author_even_when_the_student_is_right(options):
    with pytest.raises(ValueError):
        check.close(EXPECTED, EXPECTED, **options)


def test_an_expected_value_that_is_no_number_is_an_error_of_the_author():
    with pytest.raises(ValueError):
        check.close(1, "1")
    with pytest.raises(ValueError):
        check.close(1, None)


@given(arrays, arrays)
def test_headline_and_hint_never_hold_a_number_of_the_expected_value(left, right):
    try:
        check.close(left, right)
    except CheckFailed as failure:
        words = f"{failure.headline} {failure.hint or ''}"
        assert not re.search(r"\d", re.sub(r"180°|256|uint8|8-bit|0/0|log\(0\)|length 1\b|2-D", "", words)), words


def test_the_order_of_the_text_is_headline_hint_expected_got():
    assert str(CheckFailed("Head.", "Hint.", "1", "2\n3")) == "Head.\nHint.\nExpected: 1\nGot:\n2\n3"
    assert str(CheckFailed("Head.")) == "Head."


def test_a_name_stands_in_the_headline():
    assert failure_of(1, 2, name="`size`").headline == "`size` is not right."
    assert failure_of(1, 2, name="the size").headline == "The size is not right."


def test_shape():
    check.shape(np.zeros((2, 3)), (2, 3))
    check.shape(3.5, ())
    check.shape([[1, 2]], (1, 2))
    failure = failure_of(np.zeros((3, 2)), (2, 3), check_=check.shape)
    assert "another order" in failure.hint
    assert (failure.expected, failure.got) == ("(2, 3)", "(3, 2)")
    known = {"The padding was counted once.": (4, 5)}
    assert failure_of(np.zeros((4, 5)), (6, 7), mistakes=known, check_=check.shape).hint == next(iter(known))
    assert "one too short along the first axis" in failure_of(np.zeros((2, 3)), (3, 3), check_=check.shape).hint.lower()
    with pytest.raises(ValueError):
        check.shape(np.zeros((2, 3)), (2, 3), mistakes={"Equal.": (2, 3)})


@pytest.mark.parametrize("name", [name for name in HOSTILE if name not in ("bools", "nan", "infinite")])
def test_shape_refuses_odd_objects(name):
    failure_of(HOSTILE[name], (2, 3, 9), check_=check.shape)


def test_dtype():
    check.dtype(np.zeros(3), np.float64)
    check.dtype(np.float32(1), "float32")
    check.dtype(np.zeros(3, np.int32), np.integer)
    check.dtype(np.zeros(3), np.floating)
    for value, dtype in (
        (np.zeros(3, np.float32), np.float64),
        (np.zeros(3, int), np.floating),
        (np.zeros(3), int),
        ([1.0], float),
        (None, float),
        (np.zeros(3, bool), np.integer),
    ):
        assert failure_of(value, dtype, check_=check.dtype).expected
