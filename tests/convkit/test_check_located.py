"""The check of trained localizers: it passes what is good, and says what bad boxes look like."""

from __future__ import annotations

import numpy as np
import pytest

from convkit import check
from convkit.check.values import Array


def truths(count: int = 200) -> Array:
    """Boxes at random places, off the middle, wider than high."""
    rng = np.random.default_rng(9)
    corner = rng.uniform(0.02, 0.5, size=(count, 2))
    return np.concatenate([corner, corner + rng.uniform((0.2, 0.12), (0.45, 0.25), size=(count, 2))], axis=1)


def hint_of(boxes: Array, at_least: float = 0.6, **more: object) -> str:
    with pytest.raises(check.CheckFailed) as failure:
        check.located(boxes, truths(), at_least, **more)
    return str(failure.value)


def test_good_boxes_pass() -> None:
    check.located(truths() + 0.005, truths(), 0.8)
    check.located(truths(), truths(), 1.0, train=(truths(), truths()))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t * np.nan, "no finite numbers"),
        (lambda t: np.broadcast_to([0.2, 0.2, 0.7, 0.7], t.shape), "the same box for every picture"),
        (lambda t: np.concatenate([(t[:, :2] + t[:, 2:]) / 2, t[:, 2:] - t[:, :2]], axis=1), "centre and size"),
        (lambda t: t[:, [1, 0, 3, 2]], "y before x"),
        (lambda t: t[:, [2, 1, 0, 3]] * (-1, 1, -1, 1) + (1, 0, 1, 0), "mirrored"),
        (lambda t: t / t.max() * 96, "in pixels"),
        (lambda t: np.roll(t, 1, axis=0), "no better than one box"),
        (lambda t: np.add(t, (0.08, 0.05, 0.08, 0.05)), "something, but not enough"),
    ],
)
def test_it_says_what_it_looks_like(change: object, says: str) -> None:
    assert says in hint_of(change(truths()))


def test_an_untrained_net_is_not_taken_for_one_that_gives_centre_and_size() -> None:
    around_the_middle = 0.5 + np.random.default_rng(1).normal(0, 0.05, size=truths().shape)
    assert "learned nothing of where" in hint_of(around_the_middle)


def test_overfitting_is_told_from_too_little_training() -> None:
    poor = np.add(truths(), (0.1, 0.06, 0.1, 0.06))
    assert "overfits" in hint_of(poor, train=(truths(), truths()))
    assert "not enough" in hint_of(poor, train=(poor, truths()))


def test_wrong_shapes_and_wrong_use() -> None:
    assert "four units" in hint_of(truths()[:, :3])
    with pytest.raises(ValueError, match="at_least"):
        check.located(truths(), truths(), 60)
    with pytest.raises(ValueError, match="true boxes"):
        check.located(truths(), truths()[:, :2], 0.5)
    with pytest.raises(ValueError, match="true boxes"):
        check.located(np.zeros((0, 4)), np.zeros((0, 4)), 0.5)


def test_what_falls_short_never_looks_as_if_it_did_not() -> None:
    close = truths() + 0.005
    text = hint_of(close, 0.999)
    assert "0.999" in text
    assert "1.000" not in text
