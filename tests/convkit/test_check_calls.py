"""`check.raises`, `unchanged`, `faster`, `true`, `between`, `passed`."""

from __future__ import annotations

import time

import numpy as np
import pytest

from convkit import check
from convkit.check import CheckFailed


def raiser(error):
    def call(*arguments):
        raise error

    return call


def failure_of(check_, *arguments, **options) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        check_(*arguments, **options)
    return caught.value


def test_the_right_exception_or_a_subclass_with_a_message_passes():
    check.raises(ValueError, raiser(ValueError("k > n")), "the kernel is too large")
    check.raises(ValueError, raiser(UnicodeError("k > n")), "the kernel is too large")
    check.raises(NotImplementedError, raiser(NotImplementedError("no")), "it is called")


def test_another_exception_is_named_and_chained():
    error = TypeError("bad")
    failure = failure_of(check.raises, ValueError, raiser(error), "the stride is below 1")
    assert failure.headline == "Must raise ValueError when the stride is below 1, but raised TypeError."
    assert "TypeError: bad" in failure.got
    assert failure.__cause__ is error


def test_no_exception_or_one_without_a_message_fails():
    failure = failure_of(check.raises, ValueError, lambda: 3, "the stride is below 1")
    assert "nothing was raised" in failure.headline
    assert "3" in failure.got
    for empty in (ValueError(), ValueError(""), ValueError("  ")):
        assert "without" in failure_of(check.raises, ValueError, raiser(empty), "x").headline


class MuteError(ValueError):
    def __str__(self):
        raise RuntimeError("no text")


def test_an_exception_that_cannot_tell_its_message_has_none():
    assert "without" in failure_of(check.raises, ValueError, raiser(MuteError()), "x").headline
    assert "MuteError" in failure_of(check.raises, TypeError, raiser(MuteError()), "x").got


@pytest.mark.parametrize("exception", [ValueError, RuntimeError, Exception])
def test_a_stub_goes_through_every_check_that_calls(exception):
    stub = raiser(NotImplementedError("Write this"))
    with pytest.raises(NotImplementedError):
        check.raises(exception, stub, "x")
    with pytest.raises(NotImplementedError):
        check.unchanged(stub, np.ones(3))
    with pytest.raises(NotImplementedError):
        check.faster(stub, lambda: time.sleep(0.001), 2)


def test_a_told_traceback_of_another_process_is_shown():
    error = TypeError("bad")
    error.student_traceback = "in correlate2d, line 3: out[i] = …"
    assert "line 3" in failure_of(check.raises, ValueError, raiser(error), "x").got


def test_unchanged_sees_every_way_to_change_an_argument():
    def add(x):
        x += 1

    def sort(x):
        x.sort()

    def set_key(x):
        x["b"] = 1

    def reshape(x):
        x.shape = (3, 1)

    def inner(x):
        x[0][0] = 9

    for call, argument in (
        (add, np.arange(3)),
        (add, np.array([np.nan, 1])),
        (sort, [3, 1, 2]),
        (set_key, {"a": 1}),
        (inner, [np.ones(2)]),
        (inner, ([1, 2], 3)),
    ):
        before = repr(argument)
        failure = failure_of(check.unchanged, call, argument, name="the layer")
        assert failure.headline == "The layer changes its argument."
        assert repr(argument) == before, "the author's own argument is kept"
    failure = failure_of(check.unchanged, lambda x, y: add(y), np.ones(2), np.ones(2))
    assert "argument number 2" in failure.headline


def test_unchanged_passes_on_copies_and_refuses_to_check_nothing():
    check.unchanged(lambda x, f: f(x + 1), np.array([np.nan, 1.0]), np.sum)
    with pytest.raises(ValueError):
        check.unchanged(lambda x: x, 3)
    with pytest.raises(ValueError):
        check.unchanged(lambda x: x, np.ones(0))


def test_unchanged_reports_what_the_call_raises():
    failure = failure_of(check.unchanged, raiser(IndexError("too far")), np.ones(2), name="`pool2d`")
    assert failure.headline == "`pool2d` raised IndexError."
    assert "too far" in failure.got


def test_faster():
    check.faster(lambda: None, lambda: time.sleep(0.002), 5)
    failure = failure_of(check.faster, lambda: time.sleep(0.002), lambda: time.sleep(0.002), 5, repeat=2)
    assert failure.headline == "The function is not fast enough."
    assert "5 times" in failure.expected
    assert failure_of(check.faster, raiser(TypeError("x")), lambda: time.sleep(0.001), 5).got == "TypeError: x"
    with pytest.raises(ValueError, match="too short"):
        check.faster(lambda: None, lambda: None, 2)
    for ratio in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError):
            check.faster(lambda: None, lambda: time.sleep(0.001), ratio)


class SaysTrue:
    def __bool__(self):
        return True


@pytest.mark.parametrize("condition", [False, np.False_, None, 1, "yes", [1], SaysTrue(), np.ones(2, bool), np.ones(1)])
def test_only_true_is_true(condition):
    failure = failure_of(check.true, condition, "The map has the wrong sign.", hint="Look at it.")
    assert (failure.headline, failure.hint) == ("The map has the wrong sign.", "Look at it.")


def test_true_passes():
    check.true(True, "x")
    check.true(np.bool_(True), "x")


def test_between():
    for value in (0.9, 1, np.float32(0.95), np.array(1.0)):
        check.between(value, 0.9, 1.0, name="the accuracy")
    check.between(3, 2, float("inf"), name="the loss")
    assert failure_of(check.between, 0.5, 0.9, 1, name="the accuracy").headline == "The accuracy is too low."
    assert failure_of(check.between, 5, 0.9, 1, name="the loss").headline == "The loss is too high."
    assert "NaN" in failure_of(check.between, float("nan"), 0.9, 1, name="the loss").headline
    for odd in (None, "0.95", [0.95], np.array([0.95]), True, SaysTrue(), 0.95 + 0j, print):
        failure_of(check.between, odd, 0.9, 1, name="the accuracy")


def test_between_names_known_mistakes_by_number_or_range():
    mistakes = {"Guessing.": (0.0, 0.15), "ln 10 of a percentage.": 2.3026}
    options = {"name": "the loss", "mistakes": mistakes}
    assert failure_of(check.between, 0.1, 0.9, 1, **options).hint == "Guessing."
    assert failure_of(check.between, 2.30261, 0.9, 1, **options).hint == "ln 10 of a percentage."
    assert failure_of(check.between, 0.5, 0.9, 1, **options).hint is None
    with pytest.raises(ValueError):
        check.between(0.95, 0.9, 1, name="x", mistakes={"Overlaps.": (0.5, 0.9)})


@pytest.mark.parametrize(("low", "high"), [(1, 0), (float("nan"), 1), (float("-inf"), float("inf"))])
def test_a_range_that_cannot_fail_or_pass_is_an_error_of_the_author(low, high):
    with pytest.raises(ValueError):
        check.between(0.5, low, high, name="x")


def test_passed_prints_one_line(capsys):
    check.passed("correlate2d")
    assert capsys.readouterr().out == "✓ correlate2d: checks passed\n"


def test_a_check_that_passes_prints_nothing(capsys):
    check.close(1, 1)
    check.equal((1, 2), (1, 2))
    assert capsys.readouterr().out == ""
