"""What 05's reference reaches: on the drawn sample, and on CIFAR-10."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
from training import Part, cifar10

from convkit import nets, scenes

_ON_A_CPU = {
    "blocks": [(32, 1), (64, 1), (128, 2), (256, 1)],
    "dense": [],
    "dropout": 0.1,
    "batch_size": 64,
    "epochs": 20,
}


def sample(solution: SimpleNamespace, seed: int) -> dict[str, float]:
    """Shares of right answers at quick scale, and the CPU seconds that training took."""
    train, validation = cifar10("sample")
    started = time.process_time()
    model = solution.train_vgg(train, validation, seed)
    seconds = time.process_time() - started
    new = scenes.ten_classes(2000, 30_000 + seed)
    return {
        "test accuracy": _accuracy(model, (new.images, new.labels)),
        "training accuracy": _accuracy(model, train),
        "linear classifier": _linear(train, (new.images, new.labels)),
        "CPU seconds": seconds,
    }


def full_scale(solution: SimpleNamespace) -> dict[str, float | str]:
    """The recipe for all of CIFAR-10; on a CPU with a much smaller net.

    Raises DatasetError where neither CIFAR-10 is in the cache nor CONVKIT_CIFAR10_NPZ names a part of it.
    """
    train, test = cifar10()
    solution.recipe.update(solution.RECIPES["full"])  # the very dictionary that train_vgg reads
    if nets.device() == "CPU":
        solution.recipe.update(_ON_A_CPU)
    started = time.perf_counter(), time.process_time()
    model = solution.train_vgg(train, test, 0)
    wall, cpu = time.perf_counter() - started[0], time.process_time() - started[1]
    epochs = solution.recipe["epochs"]
    return {
        "training pictures": len(train[0]),
        "test accuracy": _accuracy(model, test),
        "training accuracy": _accuracy(model, train),
        "epochs": epochs,
        "seconds per epoch": wall / epochs,
        "CPU seconds per epoch": cpu / epochs,
        "blocks": str(solution.recipe["blocks"]),
        "parameters": model.count_params(),
        "device": nets.device(),
    }


def _accuracy(model: Any, part: Part) -> float:
    images, labels = part
    batches = (images[start : start + 500] for start in range(0, len(images), 500))
    answers = [keras.ops.convert_to_numpy(model(batch)).argmax(axis=1) for batch in batches]
    return float(np.mean(np.concatenate(answers) == labels))


def _linear(train: Part, test: Part) -> float:
    """Ridge regression on pixels, as in the notebook."""
    x, new = (images.reshape(len(images), -1) / 127.5 - 1 for images, _ in (train, test))
    weights = np.linalg.solve(x.T @ x + 300 * np.eye(x.shape[1]), x.T @ np.eye(10)[train[1]])
    return float(np.mean((new @ weights).argmax(axis=1) == test[1]))
