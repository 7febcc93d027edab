"""What the reference of 09 reaches: on drawn scenes, and on photographs of cats' and dogs' heads."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np

from convkit import pets
from convkit.nets import device

SIZE, COPIES = 224, 7  # a few hundred photos need more copies than the 3,000 of the whole data set
Array = np.ndarray[Any, Any]
Part = tuple[Array, Array, Array]


def sample(solution: SimpleNamespace, seed: int) -> dict[str, float]:
    """Mean IoU, share of boxes found, right labels on new scenes at quick scale; for comparison one box for all."""
    train, validation = solution.drawn(2500, 90), solution.drawn(500, 92)
    started = time.process_time()
    model = solution.train_localizer(train, validation, seed)
    seconds = time.process_time() - started
    new = solution.drawn(1000, 40_000 + 2 * seed)
    return _figures(solution, model, train, new) | {"CPU seconds": seconds}


def full_scale(solution: SimpleNamespace) -> dict[str, float | str]:
    """The two heads on the maps of a frozen MobileNet, which are computed once, for the heads of pets.

    Raises DatasetError where neither CONVKIT_PETS names the folder of the photos nor the archives can be had.
    """
    train, test = pets.heads(SIZE)
    started = time.perf_counter(), time.process_time()
    more = pets.with_copies(train, COPIES, 0, solution.resize_with_boxes, solution.flip_with_boxes)
    pretrained = solution.pretrained((SIZE, SIZE, 3))
    seen, new, plain = ((_maps(pretrained, part[0]), *part[1:]) for part in (more, test, train))
    computed = time.perf_counter()
    epochs, batch, rate = solution.SETTINGS["full"]
    settings = solution.train_localizer.__globals__  # the very names that the notebook's SCALE sets
    names = ("nothing", *pets.CLASSES)
    settings |= {"EPOCHS": epochs, "BATCH": batch, "RATE": rate, "NAMES": names, "base": solution.narrowed}
    model = solution.train_localizer(seen, new, 0)
    wall, cpu = time.perf_counter() - started[0], time.process_time() - started[1]
    return {
        "training photos": len(train[0]),
        "with copies": len(more[0]),
        "test photos": len(test[0]),
        **_figures(solution, model, plain, new),
        "base": "MobileNet, alpha 0.75, frozen",
        "epochs": epochs,
        "seconds per epoch": (time.perf_counter() - computed) / epochs,
        "seconds, with features": wall,
        "CPU seconds": cpu,
        "device": device(),
    }


def _figures(solution: SimpleNamespace, model: keras.Model, train: Part, new: Part) -> dict[str, float]:
    figures = {}
    for name, (images, labels, boxes) in {"test": new, "training": train}.items():
        there = labels > 0
        scores, found = model.predict(images, batch_size=250, verbose=0)
        figures[f"mean IoU, {name}"] = solution.mean_iou(boxes[there], found[there])
        figures[f"IoU at least 0.5, {name}"] = solution.share_above(boxes[there], found[there])
        figures[f"right labels, {name}"] = float(np.mean(scores.argmax(axis=1) == labels))
    boxes = new[2][new[1] > 0]
    mean = train[2][train[1] > 0].mean(axis=0)
    return figures | {"mean IoU of one box for all": solution.mean_iou(boxes, np.tile(mean, (len(boxes), 1)))}


def _maps(pretrained: keras.Model, images: Array) -> Array:
    """Its last maps."""
    maps: Array = pretrained.predict(images / np.float32(127.5) - 1, batch_size=64, verbose=0)
    return maps
