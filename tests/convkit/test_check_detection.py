"""`check.detected`: a good detector passes; of a bad one it names the failure that its numbers show."""

from __future__ import annotations

import numpy as np
import pytest

from convkit import check

RNG = np.random.default_rng(7)
COUNT, GRID = 40, 7
LABELS = [RNG.integers(0, 3, 3) for _ in range(COUNT)]
BOXES = []
for _ in range(COUNT):  # three objects a picture, far apart, in cells whose row and column differ
    places = np.array([[0.1, 0.35], [0.5, 0.8], [0.9, 0.2]]) + RNG.uniform(-0.02, 0.02, (3, 2))
    half = RNG.uniform(0.08, 0.12, (3, 2))
    BOXES.append(np.concatenate([places - half, places + half], axis=1))


def perfect(labels: list[np.ndarray] = LABELS) -> np.ndarray:
    """What a perfect detector answers: box 2 of each responsible cell, at the right place."""
    outputs = np.zeros((COUNT, GRID, GRID, 13))
    outputs[..., 10:] = 0.1
    for picture, (boxes, names) in enumerate(zip(BOXES, labels, strict=True)):
        for (x1, y1, x2, y2), name in zip(boxes, names, strict=True):
            x, y = (x1 + x2) / 2 * GRID, (y1 + y2) / 2 * GRID
            cell = outputs[picture, int(y), int(x)]
            cell[5:10] = x % 1, y % 1, x2 - x1, y2 - y1, 0.9
            cell[10 + name] = 0.8
    return outputs


def told(outputs: np.ndarray, **options: object) -> str:
    with pytest.raises(check.CheckFailed) as caught:
        check.detected(outputs, LABELS, BOXES, 0.5, **options)
    return str(caught.value)


def test_a_perfect_detector_passes_in_any_float_type() -> None:
    check.detected(perfect(), LABELS, BOXES, 1.0)
    check.detected(perfect().astype("float32"), LABELS, BOXES, 0.999)


def test_half_of_the_objects_is_half() -> None:
    outputs = perfect()
    outputs[: COUNT // 2, ..., 9] = 0
    check.detected(outputs, LABELS, BOXES, 0.5)
    with pytest.raises(check.CheckFailed, match="50 % found"):
        check.detected(outputs, LABELS, BOXES, 0.51)


def test_each_failure_is_named() -> None:
    assert "the same answer for every picture" in told(np.repeat(perfect()[:1] * 0.1, COUNT, axis=0))
    assert "in the wrong cells" in told(perfect().transpose(0, 2, 1, 3))
    silent = perfect()
    silent[..., 9] *= 0.1
    assert "sure of nothing" in told(silent)
    loud = perfect() * 0
    loud += RNG.random(loud.shape) * 0.1
    loud[..., 4] = 0.9
    assert "sees objects everywhere" in told(loud)
    assert "names them wrongly" in told(perfect([(names + 1) % 3 for names in LABELS]))
    elsewhere = perfect()
    elsewhere[..., 7:9] *= 0.3
    assert "boxes do not fit" in told(elsewhere)
    broken = perfect()
    broken[0, 0, 0, 0] = np.nan
    assert "not finite" in told(broken)


def test_overfitting_and_too_little_training_are_told_apart() -> None:
    weak = perfect()
    weak[: 3 * COUNT // 5, ..., 7:9] *= 0.3
    text = told(weak, train=(perfect(), LABELS, BOXES))
    assert "It overfits: 100 %" in text
    assert "40 % in new pictures" in text.replace("\n", " ")
    unsure = perfect()
    unsure[: 3 * COUNT // 5, ..., 9] *= 0.1
    assert "not enough" in told(unsure, train=(unsure, LABELS, BOXES))


def test_what_cannot_be_an_answer_is_refused() -> None:
    assert "wrong shape" in told(perfect()[:-1])
    assert "wrong shape" in told(perfect()[..., :10])
    assert "wrong shape" in told(perfect()[0])
    with pytest.raises(ValueError, match="no objects"):
        check.detected(perfect()[:1], [np.zeros(0)], [np.zeros((0, 4))], 0.5)
    with pytest.raises(ValueError, match="share"):
        check.detected(perfect(), LABELS, BOXES, 50)
