"""What several `measure.py` share: the clock around a training, and CIFAR-10 or a part of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import keras
import numpy as np

from convkit import datasets

SUBSET = "CONVKIT_CIFAR10_NPZ"  # names a file with x_train, y_train, x_test, y_test: a part of CIFAR-10
Part = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]


@dataclass
class Clock:
    """The epochs of all fits, and the time that everything around them took as well."""

    epochs: int = 0
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0

    def figures(self) -> dict[str, float | str]:
        """The lines of a table."""
        return {
            "epochs": self.epochs,
            "seconds per epoch": self.wall_seconds / self.epochs,
            "CPU seconds per epoch": self.cpu_seconds / self.epochs,
        }


@contextmanager
def timed() -> Iterator[Clock]:
    """Count the epochs of every `fit` within, and the time."""
    clock, fit = Clock(), keras.Model.fit

    def counted(model: keras.Model, *arguments: Any, **options: Any) -> Any:
        history = fit(model, *arguments, **options)
        clock.epochs += len(history.epoch)
        return history

    wall, processor = time.perf_counter(), time.process_time()
    with mock.patch.object(keras.Model, "fit", counted):
        yield clock
    clock.wall_seconds, clock.cpu_seconds = time.perf_counter() - wall, time.process_time() - processor


def cifar10(source: str = "real") -> tuple[Part, Part]:
    """(training, test), each (images, labels); the real data may be the part that CONVKIT_CIFAR10_NPZ names.

    DatasetError where they are neither there nor in the cache.
    """
    if source == "real" and (path := os.environ.get(SUBSET)):
        with np.load(Path(path)) as arrays:
            train, test = ((arrays[f"x_{split}"], arrays[f"y_{split}"].reshape(-1)) for split in ("train", "test"))
        return train, test
    loaded = (datasets.load("cifar10", source, split, quiet=True) for split in ("train", "test"))
    train, test = ((data.images, data.labels) for data in loaded)
    return train, test
