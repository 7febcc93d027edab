"""Structural hints: each is found on random arrays in which its structure holds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from convkit import check
from convkit.check import CheckFailed

numbers = st.floats(-100, 100, allow_nan=False).map(lambda number: round(number, 3))


def distinct(min_dims=1, max_dims=4, min_side=2, max_side=5):
    """Arrays whose entries are all different, so that no structure holds by chance alone."""
    shapes = hnp.array_shapes(min_dims=min_dims, max_dims=max_dims, min_side=min_side, max_side=max_side)

    @st.composite
    def build(draw):
        shape = draw(shapes)
        seed = draw(st.integers(0, 2**32 - 1))
        return np.random.RandomState(seed).uniform(-100, 100, shape)

    return build()


def hint(actual, expected) -> str:
    with pytest.raises(CheckFailed) as caught:
        check.close(actual, expected)
    return caught.value.hint or ""


@given(distinct(min_dims=2), st.data())
def test_transposed(expected, data):
    order = data.draw(st.permutations(range(expected.ndim)))
    assume(list(order) != list(range(expected.ndim)))
    assert "transposed" in hint(expected.transpose(order), expected)


@given(distinct(min_dims=2, max_dims=2))
def test_turned_by_180_degrees(expected):
    assert "turned by 180°" in hint(expected[::-1, ::-1], expected)


@given(distinct(), st.data())
def test_flipped(expected, data):
    axes = data.draw(st.sets(st.integers(0, expected.ndim - 1), min_size=1))
    text = hint(np.flip(expected, tuple(axes)), expected)
    assert any(word in text for word in ("backwards", "turned by 180°", "reverse order"))


@given(distinct(min_side=3), numbers.filter(lambda number: abs(number) > 0.01))
def test_off_by_a_constant(expected, constant):
    assert "same number everywhere" in hint(expected + constant, expected)


@given(distinct(min_dims=2, min_side=3), st.data())
def test_off_by_a_bias_of_each_channel(expected, data):
    bias = 1.5 * np.arange(1, expected.shape[-1] + 1)
    assert "bias" in hint(expected + bias, expected)
    assert "bias" in hint(expected - bias, expected)


@given(distinct(min_side=3), st.sampled_from([0.01, 1 / 9, 0.5, 2, 9, 255]))
def test_off_by_a_factor(expected, factor):
    text = hint(expected * factor, expected)
    assert "same factor" in text
    assert ("too large" if factor > 1 else "too small") in text


@given(distinct())
def test_wrong_sign(expected):
    assert "sign" in hint(-expected, expected)


@given(distinct())
def test_zero_everywhere(expected):
    assert "zero everywhere" in hint(np.zeros_like(expected), expected)


@given(distinct())
def test_cut_to_whole_numbers(expected):
    assert "whole numbers" in hint(expected.astype(int), expected + np.sign(expected) * 0)


@given(hnp.arrays(np.int64, hnp.array_shapes(min_side=2), elements=st.integers(0, 60_000)))
def test_overflow_of_uint8(expected):
    wrong = expected.astype(np.uint8)
    assume((wrong != expected).any() and wrong.any())
    assume(not np.array_equal(wrong, expected.T))
    text = hint(wrong, expected)
    assert "uint8" in text or "same number" in text


@given(distinct(min_side=4, max_side=6), st.data())
def test_shifted_by_one(expected, data):
    axis = data.draw(st.integers(0, expected.ndim - 1))
    step = data.draw(st.sampled_from([-1, 1]))
    wrong = np.roll(expected, step, axis)
    wrong[tuple(0 if step > 0 and i == axis else slice(None) for i in range(expected.ndim))] = 0
    if step < 0:
        wrong = np.roll(expected, step, axis)
    assert "shifted by one" in hint(wrong, expected)


@given(distinct(min_side=3), st.integers(0, 2**32 - 1))
def test_other_order(expected, seed):
    wrong = np.random.RandomState(seed).permutation(expected.ravel()).reshape(expected.shape)
    assume(not np.array_equal(wrong, expected))
    text = hint(wrong, expected)
    assert any(word in text for word in ("another order", "numbers are right"))


@given(distinct(min_side=3), st.data())
def test_only_the_first_entry_is_right_or_only_the_last_is_wrong(expected, data):
    axis = data.draw(st.integers(0, expected.ndim - 1))
    noise = np.random.RandomState(0).uniform(500, 600, expected.shape)
    index = np.arange(expected.shape[axis]).reshape([-1 if i == axis else 1 for i in range(expected.ndim)])
    assert "Only the first entry" in hint(np.where(index == 0, expected, noise), expected)
    last = index == expected.shape[axis] - 1
    assert "Only the last entry" in hint(np.where(last, noise, expected), expected)


@given(distinct(min_dims=2, min_side=3), st.data())
def test_a_border_is_missing_or_too_much(expected, data):
    axis = data.draw(st.integers(0, expected.ndim - 1))
    last = expected.take(range(expected.shape[axis] - 1), axis)
    first = expected.take(range(1, expected.shape[axis]), axis)
    assert hint(last, expected).startswith("The last entry") and "missing" in hint(last, expected)
    assert hint(first, expected).startswith("The first entry")
    assert "too much" in hint(expected, last)


@given(distinct(min_dims=2, min_side=3), st.data())
def test_a_shape_that_is_one_short_or_long(expected, data):
    axis = data.draw(st.integers(0, expected.ndim - 1))
    for step, word in ((-1, "one too short"), (1, "one too long")):
        shape = list(expected.shape)
        shape[axis] += step
        assume(sorted(shape) != sorted(expected.shape))
        assert word in hint(np.full(shape, 7.0), expected)


@given(distinct(max_dims=3), st.data())
def test_an_axis_of_length_one(expected, data):
    axis = data.draw(st.integers(0, expected.ndim))
    more = np.expand_dims(expected, axis)
    assert "length 1 too many" in hint(more, expected) and "numbers are right" in hint(more, expected)
    assert "length 1 is missing" in hint(expected, more)
    assert "length 1 is missing" in hint(expected + np.arange(expected.shape[-1]), more)


@given(distinct(min_dims=2))
def test_the_same_numbers_in_another_shape(expected):
    assert "another shape" in hint(expected.ravel(), expected)


def test_a_number_for_an_array_and_the_reverse():
    assert hint(3.0, [1.0, 2.0]) == "It is a single number where an array is expected."
    assert hint([1.0, 2.0], 3.0) == "It is an array where a single number is expected."
    assert hint(np.ones((2, 3)), np.ones((2, 3, 4))) == "It has one axis too few."


def test_no_structure_gives_no_hint():
    random = np.random.RandomState(0)
    assert hint(random.rand(4, 5, 3), random.rand(4, 5, 3)) == ""
    assert hint(3.3, 4.7) == ""


def test_a_large_array_is_compared_without_long_search():
    expected = np.random.RandomState(0).rand(3_000_000)
    assert hint(expected[::-1], expected) == ""
