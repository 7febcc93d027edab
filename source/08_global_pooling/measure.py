"""What the reference of 08 reaches: on the drawn sample, and on CIFAR-10."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
from training import Part, cifar10

from convkit import scenes
from convkit.nets import device

_ON_A_CPU = {"EPOCHS": 6, "BATCH": 64, "WIDTHS": (16, 32, 64, 64, 64)}
Array = np.ndarray[Any, Any]


def sample(solution: SimpleNamespace, seed: int) -> dict[str, float]:
    """Shares of right answers at quick scale, at rest and moved, and what the class activation maps point at."""
    train, validation = cifar10("sample")
    train = train[0][:4000], train[1][:4000]
    started = time.process_time()
    nets = dict(zip(("flattening", "pooling"), solution.train_both(train, validation, seed), strict=True))
    seconds = time.process_time() - started
    new = scenes.ten_classes(1000, 40_000 + seed)
    free = new.boxes[:, 2] <= 0.75  # the object may move by 8 pixels to the right
    figures = {f"{name}, test": _accuracy(net, (new.images, new.labels)) for name, net in nets.items()}
    figures |= {f"{name}, training": _accuracy(net, train) for name, net in nets.items()}
    figures |= {f"{name}, same answer moved by 8": _stays(net, new.images[free], 8) for name, net in nets.items()}
    pairs = zip(new.images[:200], new.labels[:200], strict=True)
    maps = [solution.class_activation_map(nets["pooling"], image, label) for image, label in pairs]
    inside = [_share_inside(cam, mask) for cam, mask in zip(maps, new.masks[:200], strict=True)]
    return figures | {
        "CAM mass in mask": float(np.mean(inside)),
        "mask area": float(new.masks[:200].mean()),
        "CPU seconds": seconds,
    }


def full_scale(solution: SimpleNamespace) -> dict[str, float | str]:
    """Both nets on CIFAR-10, on a CPU narrower ones.

    Raises DatasetError where neither CIFAR-10 is in the cache nor CONVKIT_CIFAR10_NPZ names a part of it.
    """
    train, test = cifar10()
    settings = solution.train_both.__globals__  # the very names that the notebook's SCALE sets
    settings |= _ON_A_CPU if device() == "CPU" else {"EPOCHS": 20, "BATCH": 256, "WIDTHS": (64, 128, *[256] * 3)}
    started = time.perf_counter(), time.process_time()
    flattening, pooling = solution.train_both(train, test, 0)
    wall, cpu = time.perf_counter() - started[0], time.process_time() - started[1]
    epochs = 2 * settings["EPOCHS"]
    return {
        "training pictures": len(train[0]),
        "flattening, test": _accuracy(flattening, test),
        "pooling, test": _accuracy(pooling, test),
        "flattening, training": _accuracy(flattening, train),
        "pooling, training": _accuracy(pooling, train),
        "flattening, parameters": flattening.count_params(),
        "pooling, parameters": pooling.count_params(),
        "epochs of each": settings["EPOCHS"],
        "seconds per epoch": wall / epochs,
        "CPU seconds per epoch": cpu / epochs,
        "device": device(),
    }


def _answers(model: keras.Model, images: Array) -> Array:
    answers: Array = model.predict(images, batch_size=500, verbose=0).argmax(axis=1)
    return answers


def _accuracy(model: keras.Model, part: Part) -> float:
    return float(np.mean(_answers(model, part[0]) == part[1]))


def _stays(model: keras.Model, images: Array, pixels: int) -> float:
    """The share of answers that are the same after a move to the right."""
    return float(np.mean(_answers(model, images) == _answers(model, np.roll(images, pixels, axis=2))))


def _share_inside(cam: Array, mask: Array) -> float:
    """Of the map's positive part, the share inside the mask; 0 where nothing is positive."""
    times = tuple(large // small for large, small in zip(mask.shape, cam.shape, strict=True))
    mass = np.kron(np.maximum(cam, 0), np.ones(times))
    return float(np.sum(mass * mask) / max(np.sum(mass), 1e-12))
