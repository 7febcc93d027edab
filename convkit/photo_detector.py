"""A detector for a few photographs: a frozen MobileNet as the base, and a small head on its 7×7 maps.

from convkit import boxed_photos, photo_detector
detector = photo_detector.train((images, labels, boxes), 3, encode, yolo_loss)
predictions = detector.answers(images)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIZE = 224  # pixels a side, of which MobileNet makes 7×7 maps
GRID, BOXES_PER_CELL = 7, 2
_ALPHA = 0.75  # of MobileNet's widths
_WIDTH = 96

Array = NDArray[Any]
Part = tuple[Array, Sequence[Array], Sequence[Array]]  # images, labels, boxes
Encode = Callable[[Array, Array, int, int], Array]


@dataclass(frozen=True)
class PhotoDetector:
    """A base that stays as it was and a trained head, both Keras models."""

    base: Any
    head: Any

    def answers(self, images: Array) -> Array:
        """Photos, uint8 (N, 224, 224, 3), → predictions, (N, 7, 7, 5 · 2 + C)."""
        predictions: Array = self.head.predict(_features(self.base, images), batch_size=64, verbose=0)
        return predictions


def train(
    part: Part,
    classes: int,
    encode: Encode,
    loss: Callable[..., Any],
    *,
    epochs: int = 150,
    weights: str | None = "imagenet",
) -> PhotoDetector:
    """A head with 2 boxes a cell, trained on the features of the photos and of their mirror images.

    part: (images, labels, boxes): uint8 (N, 224, 224, 3), and for each photo its classes (n,) and boxes (n, 4).
    encode, loss: as in the notebook on YOLO. The base has the weights that MobileNet learned on ImageNet, from
    Keras' cache or by download (weights None: random ones, for tests). Features are computed once; the same data give
    the same head on one machine.
    """
    import keras

    images, labels, boxes = part
    keras.utils.set_random_seed(0)
    base = keras.applications.MobileNet(input_shape=(SIZE, SIZE, 3), alpha=_ALPHA, include_top=False, weights=weights)
    base.trainable = False
    pictures = np.concatenate([images, images[:, :, ::-1]])
    mirrored = [own[:, [2, 1, 0, 3]] * (-1, 1, -1, 1) + (1, 0, 1, 0) for own in boxes]
    targets = np.stack(
        [encode(own, names, GRID, classes) for names, own in zip([*labels, *labels], [*boxes, *mirrored], strict=True)]
    ).astype("float32")
    head = keras.Sequential(
        [
            keras.Input(base.output_shape[1:]),
            *_normed(keras.layers.Conv2D(_WIDTH, 1, use_bias=False)),
            *_normed(keras.layers.Conv2D(_WIDTH, 3, padding="same", use_bias=False)),
            keras.layers.Dropout(0.3),
            keras.layers.Conv2D(5 * BOXES_PER_CELL + classes, 1, activation="sigmoid"),
        ]
    )
    steps = epochs * -(-len(pictures) // 32)
    head.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.003, steps)), loss)
    head.fit(_features(base, pictures), targets, batch_size=32, epochs=epochs, verbose=0)
    return PhotoDetector(base, head)


def _normed(convolution: Any) -> list[Any]:
    import keras

    return [convolution, keras.layers.BatchNormalization(momentum=0.9), keras.layers.ReLU()]


def _features(base: Any, images: Array) -> Array:
    import keras

    scaled = keras.applications.mobilenet.preprocess_input(images.astype("float32"))
    features: Array = base.predict(scaled, batch_size=32, verbose=0)
    return features
