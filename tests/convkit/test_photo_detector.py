"""The detector for photographs: its base stays as it was, mirrored photos get mirrored boxes, a head comes out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from convkit import photo_detector

Array = np.ndarray[Any, Any]


@pytest.mark.slow
def test_photos_and_their_mirror_images_train_a_head_on_a_frozen_base() -> None:
    import keras

    images = np.random.default_rng(1).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)
    boxes = [np.array([[0.1, 0.2, 0.4, 0.9]]), np.zeros((0, 4))]
    labels = [np.array([1]), np.zeros(0, dtype=int)]
    encoded: list[list[list[float]]] = []

    def encode(own: Array, names: Array, grid: int, classes: int) -> Array:
        encoded.append(own.tolist())
        target = np.zeros((grid, grid, 5 + classes))
        target[..., 4] = len(names)
        return target

    def loss(y_true: Any, y_pred: Any) -> Any:
        return keras.ops.mean(keras.ops.square(y_pred[..., 4] - y_true[..., 4]))

    detector = photo_detector.train((images, labels, boxes), 2, encode, loss, epochs=2, weights=None)
    np.testing.assert_allclose(encoded[0], [[0.1, 0.2, 0.4, 0.9]])
    np.testing.assert_allclose(encoded[2], [[0.6, 0.2, 0.9, 0.9]])
    assert encoded[1] == encoded[3] == []
    assert detector.answers(images).shape == (2, 7, 7, 12)
    assert not detector.base.trainable_variables
    assert 0 <= detector.answers(images).min() <= detector.answers(images).max() <= 1
