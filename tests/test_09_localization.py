"""The reference of 09 against counting by hand, other implementations and gradients; what the prose claims."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from backends import each_backend, run_on
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from places import Reference

from convkit import scenes

os.environ.setdefault("CONVKIT_SOURCE", "sample")
Array = np.ndarray[Any, Any]
ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.xdist_group("09_localization")
SOLUTION = Reference("09_localization")
any_boxes = st.integers(0, 6).flatmap(
    lambda n: arrays(np.float64, (n, 4), elements=st.floats(-8, 8).map(lambda x: round(x, 2)))
)
whole_boxes = st.integers(0, 5).flatmap(lambda n: arrays(np.int64, (n, 4), elements=st.integers(-2, 9)))


def counted_iou(a: Array, b: Array) -> float:
    """By counting the unit squares of boxes with whole numbers; empty boxes have none."""
    one, other = ({(x, y) for x in range(c[0], c[2]) for y in range(c[1], c[3])} for c in (a, b))
    return len(one & other) / len(one | other) if one | other else 0.0


@settings(deadline=None)
@given(any_boxes)
def test_corners_and_centres_are_each_others_inverse(boxes: Array) -> None:
    np.testing.assert_allclose(SOLUTION.to_xyxy(SOLUTION.to_cxcywh(boxes)), boxes, atol=1e-9)
    np.testing.assert_allclose(SOLUTION.to_cxcywh(SOLUTION.to_xyxy(boxes)), boxes, atol=1e-9)


@settings(deadline=None)
@given(whole_boxes, whole_boxes)
def test_iou_is_what_counting_squares_gives_whatever_the_boxes(a: Array, b: Array) -> None:
    expected = np.reshape([counted_iou(one, other) for one in a for other in b], (len(a), len(b)))
    np.testing.assert_allclose(SOLUTION.iou(a, b), expected)


@settings(deadline=None)
@given(any_boxes, any_boxes, st.floats(0.1, 10), st.floats(-5, 5))
def test_iou_is_symmetric_bounded_and_has_no_unit(a: Array, b: Array, scale: float, shift: float) -> None:
    result = SOLUTION.iou(a, b)
    assert np.all((result >= 0) & (result <= 1 + 1e-12))
    np.testing.assert_allclose(result, SOLUTION.iou(b, a).T)
    wide = np.prod(np.maximum(a[:, 2:] - a[:, :2], 0), axis=1) > 1e-3
    np.testing.assert_allclose(SOLUTION.iou(a * scale, b * scale)[wide], result[wide], atol=1e-6)
    np.testing.assert_allclose(SOLUTION.iou(a + shift, b + shift)[wide], result[wide], atol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_boxes_stay_on_their_objects(seed: int) -> None:
    """A bright rectangle is resized and flipped as a picture: its box is where it then is."""
    rng = np.random.default_rng(seed)
    height, width = rng.integers(40, 80, size=2)
    x1, y1 = rng.integers(4, 14, size=2)
    x2, y2 = x1 + 16, y1 + 20
    image = np.zeros((height, width, 1))
    image[y1:y2, x1:x2] = 1
    size = (int(rng.integers(100, 160)), int(rng.integers(100, 160)))
    resized, boxes = SOLUTION.resize_with_boxes(image, [[x1, y1, x2, y2]], size)
    flipped, boxes = SOLUTION.flip_with_boxes(resized, boxes)
    rows, columns = np.nonzero(flipped[..., 0] > 0.5)
    seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    np.testing.assert_allclose(boxes[0], seen, atol=1)


def test_resize_agrees_with_pillow() -> None:
    from PIL import Image

    image = np.random.default_rng(0).uniform(0, 255, (9, 7)).astype("float32")
    resized, _ = SOLUTION.resize_with_boxes(image[..., None], np.zeros((0, 4)), (20, 31))
    expected = np.asarray(Image.fromarray(image).resize((31, 20), Image.Resampling.BILINEAR))
    np.testing.assert_allclose(resized[..., 0], expected, atol=1e-2)


@settings(deadline=None)
@given(st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_the_loss_is_the_sum_written_out_and_empty_pictures_do_not_matter(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    true, pred = rng.uniform(size=(2, count, 4))
    present = rng.integers(0, 2, size=count)
    rows = [sum((t - p) ** 2 for t, p in zip(*pair, strict=True)) / 4 for pair in zip(true, pred, strict=True)]
    counts = [row for row, here in zip(rows, present, strict=True) if here]
    expected = sum(counts) / len(counts) if counts else 0.0
    assert float(SOLUTION.localization_loss(true, pred, present)) == pytest.approx(expected, rel=1e-4, abs=1e-9)
    true[present == 0] = 1e3
    assert float(SOLUTION.localization_loss(true, pred, present)) == pytest.approx(expected, rel=1e-4, abs=1e-9)


def test_the_two_numbers_of_a_localizer() -> None:
    rng = np.random.default_rng(3)
    corner = rng.uniform(0, 0.5, (2, 300, 2))
    true, pred = np.concatenate([corner, corner + rng.uniform(0.1, 0.5, (2, 300, 2))], axis=2)
    diagonal = np.diagonal(SOLUTION.iou(true, pred))
    assert SOLUTION.mean_iou(true, pred) == pytest.approx(diagonal.mean())
    for threshold in (0.0, 0.3, 0.5):
        assert SOLUTION.share_above(true, pred, threshold) == np.mean(diagonal >= threshold)
    none = np.zeros((0, 4))
    assert SOLUTION.mean_iou(none, none) == SOLUTION.share_above(none, none) == 0.0


def test_what_the_prose_says_of_iou() -> None:
    """Half a width leaves 1/3, both ways 1/7; a third of a width, or a fifth both ways, leaves half."""
    moved = [[0.5, 0, 1.5, 1], [0.5, 0.5, 1.5, 1.5], [1 / 3, 0, 4 / 3, 1], [0.18, 0.18, 1.18, 1.18]]
    np.testing.assert_allclose(SOLUTION.iou([[0, 0, 1, 1]], moved)[0], [1 / 3, 1 / 7, 1 / 2, 0.507], atol=1e-3)
    written = SOLUTION.iou([[0, 0, 0.6, 1]], [[0.05, 0, 0.65, 1]]), SOLUTION.iou([[0, 0, 0.1, 1]], [[0.05, 0, 0.15, 1]])
    np.testing.assert_allclose(np.ravel(written), [0.55 / 0.65, 1 / 3])


def test_the_drawn_pictures_are_as_the_notebook_says() -> None:
    images, labels, boxes = SOLUTION.drawn(60, 5)
    assert images.shape == (60, 96, 96, 3)
    assert np.sum(labels == 0) == 10
    assert set(labels) == {0, 1, 2, 3}
    assert np.all(boxes[labels == 0] == 0)
    assert np.all(boxes[labels > 0, 2:] > boxes[labels > 0, :2])
    assert [kind.name for kind in SOLUTION.KINDS] == list(SOLUTION.NAMES[1:])
    again = SOLUTION.drawn(60, 5)
    assert all(np.array_equal(one, other) for one, other in zip((images, labels, boxes), again, strict=True))
    assert "star" in {kind.name for kind in scenes.SHAPE_CLASSES}


_TRAINED_TWICE = """
import numpy as np
from autograder.solutions import load_solution
s = load_solution("09_localization")
s.train_localizer.__globals__["EPOCHS"] = 2
train, validation = s.drawn(36, 1), s.drawn(12, 3)
one, other = (s.train_localizer(train, validation, 0).get_weights() for _ in range(2))
assert all(np.allclose(a, b, atol=1e-4) for a, b in zip(one, other))
"""


@pytest.mark.slow
@each_backend
def test_the_same_seed_trains_the_same_network_on_each_backend(backend: str) -> None:
    run_on(backend, _TRAINED_TWICE)
