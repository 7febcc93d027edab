"""What the reference of 04 reaches: on the sample, and on MNIST."""

from __future__ import annotations

from types import SimpleNamespace

import keras
import numpy as np
from numpy.typing import NDArray
from training import timed

from convkit import datasets

Part = tuple[NDArray[np.float32], NDArray[np.int64]]


def sample(solution: SimpleNamespace, seed: int) -> dict[str, float]:
    """Accuracies on the sample's 355 test digits, at rest and moved by two pixels, beside one dense layer's."""
    train, test = _part(solution, "sample", "train"), _part(solution, "sample", "test")
    model, linear = solution.train_lenet(*_divided(train, seed), seed), _linear(train, seed)
    moved = np.roll(test[0], 2, axis=2), test[1]
    return {
        "test accuracy": _accuracy(model, test),
        "linear classifier": _accuracy(linear, test),
        "moved by 2": _accuracy(model, moved),
        "linear classifier, moved": _accuracy(linear, moved),
    }


def full_scale(solution: SimpleNamespace) -> dict[str, float | str]:
    """MNIST: 50,000 digits to learn from, 10,000 to watch, 10,000 for the test. Raises DatasetError without them."""
    train, test = _part(solution, "real", "train"), _part(solution, "real", "test")
    learned, watched = _divided(train, 0)
    with timed() as clock:
        model = solution.train_lenet(learned, watched, 0)
    return {
        "test accuracy": _accuracy(model, test),
        "validation accuracy": _accuracy(model, watched),
        "pictures learned from": f"{len(learned[1]):,}",
        **clock.figures(),
    }


def _part(solution: SimpleNamespace, source: str, split: str) -> Part:
    digits = datasets.load("mnist", source, split=split, quiet=True)
    prepared: Part = solution.prepare_digits(digits.images, digits.labels)
    return prepared


def _divided(part: Part, seed: int) -> tuple[Part, Part]:
    """Five sixths and one sixth, shuffled, as in the notebook."""
    order = np.random.default_rng(seed).permutation(len(part[1]))
    first, last = np.split(order, [len(order) * 5 // 6])
    return (part[0][first], part[1][first]), (part[0][last], part[1][last])


def _linear(train: Part, seed: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    layers = [keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")]
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(*train, epochs=10, batch_size=64, verbose=0)
    return model


def _accuracy(model: keras.Model, part: Part) -> float:
    return float(np.mean(model.predict(part[0], batch_size=500, verbose=0).argmax(axis=1) == part[1]))
