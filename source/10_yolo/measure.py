"""What the reference of 10 reaches and how fast it is: on drawn scenes, and with a frozen MobileNet on photographs."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from convkit import boxed_photos, photo_detector
from convkit.datasets import DatasetError
from convkit.nets import device

PHOTOS = "CONVKIT_COCO128"  # names a folder of photos with `annotations.csv`, whose files are in train/ and val/
_CLASSES = ("person", "car", "chair")
_ON_A_CPU = {"COUNT": 6000, "EPOCHS": 14, "BATCH": 32, "WIDTHS": (24, 48, 96, 96)}
Array = np.ndarray[Any, Any]
Part = tuple[Array, list[Array], list[Array]]  # images, labels, boxes


def sample(solution: SimpleNamespace, seed: int) -> dict[str, float]:
    """mAP at an IoU of 0.5 on new scenes at quick scale, and the CPU seconds of the training."""
    started = time.process_time()
    model = solution.train_yolo(solution.train, solution.validation, seed)
    seconds = time.process_time() - started
    new = solution.part(500, 5_000_000 + 1000 * seed)
    known = solution.train[0][:500], solution.train[1][:500], solution.train[2][:500]
    precisions = _average_precisions(solution, _answers(model, new[0]), new, 3)
    return {
        "mAP@0.5, test": float(np.mean(precisions)),
        "worst class": min(precisions),
        "mAP@0.5, training": float(np.mean(_average_precisions(solution, _answers(model, known[0]), known, 3))),
        "CPU seconds": seconds,
    }


def full_scale(solution: SimpleNamespace) -> dict[str, float | str]:
    """More scenes and a wider net, the speed of training and detection, and a head on MobileNet for a few photos.

    Raises DatasetError where CONVKIT_COCO128 names no folder of photos.
    """
    if PHOTOS not in os.environ:
        raise DatasetError(f"Photos with boxes are needed: name their folder in {PHOTOS}.")
    on_photos = _photos(solution, Path(os.environ[PHOTOS]))
    settings = solution.train_yolo.__globals__  # the very names that the notebook's SCALE sets
    if device() == "CPU":
        settings |= _ON_A_CPU
    train, test = solution.part(settings["COUNT"], 6_000_000), solution.part(500, 7_000_000)
    started = time.perf_counter(), time.process_time()
    model = solution.train_yolo(train, solution.validation, 0)
    wall, cpu = time.perf_counter() - started[0], time.process_time() - started[1]
    epochs = settings["EPOCHS"]
    answers = _answers(model, test[0])
    passes, clean_up = _speeds(solution, model, test[0])
    return {
        "training scenes": len(train[0]),
        "epochs": epochs,
        "mAP@0.5, new scenes": float(np.mean(_average_precisions(solution, answers, test, 3))),
        "parameters": model.count_params(),
        "seconds per epoch": wall / epochs,
        "CPU seconds per epoch": cpu / epochs,
        "training, pictures per second": epochs * len(train[0]) / wall,
        "one pass, pictures per second": passes,
        "decode and suppression, pictures per second": clean_up,
        **on_photos,
        "device": device(),
    }


def _photos(solution: SimpleNamespace, folder: Path) -> dict[str, float | str]:
    """AP of a head trained on the frozen features of the photos in train/, on those in val/ and on its own."""
    photos = boxed_photos.read_folder(folder, photo_detector.SIZE, classes=_CLASSES)
    parts = {name: _part(photos, name) for name in ("train", "val")}
    detector = photo_detector.train(parts["train"], len(_CLASSES), solution.encode, solution.yolo_loss)
    figures: dict[str, float | str] = {"photos to learn from": len(parts["train"][0])}
    for name, part in parts.items():
        answers = detector.answers(part[0])
        for label, precision in enumerate(_average_precisions(solution, answers, part, len(_CLASSES))):
            figures[f"AP@0.5, {_CLASSES[label]}, {'own' if name == 'train' else 'new'} photos"] = precision
    return figures


def _part(photos: boxed_photos.BoxedPhotos, folder: str) -> Part:
    chosen = [index for index, file in enumerate(photos.files) if file.startswith(f"{folder}/")]
    own = [photos.pictures == index for index in chosen]
    return photos.images[chosen], [photos.labels[rows] for rows in own], [photos.boxes[rows] for rows in own]


def _answers(model: Any, images: Array) -> Array:
    answers: Array = model.predict(images, batch_size=250, verbose=0)
    return answers


def _average_precisions(solution: SimpleNamespace, answers: Array, part: Part, classes: int) -> list[float]:
    """The AP at an IoU of 0.5 of each class, with the reference's decoding, suppression and average precision."""
    found: list[list[Any]] = [[] for _ in range(classes)]
    for picture, answer in enumerate(answers):
        boxes, scores, labels = solution.decode(answer, 2, 0.02)
        for index in solution.non_max_suppression(boxes, scores, labels):
            found[labels[index]].append((picture, scores[index], boxes[index]))
    truths = [
        {picture: own[names == label] for picture, (names, own) in enumerate(zip(part[1], part[2], strict=True))}
        for label in range(classes)
    ]
    return [solution.average_precision(found[label], truths[label]) for label in range(classes)]


def _speeds(solution: SimpleNamespace, model: Any, images: Array) -> tuple[float, float]:
    """Pictures per second: forward passes in batches of 250, and decoding with suppression, a picture at a time."""
    _answers(model, images)
    started = time.perf_counter()
    answers = _answers(model, images)
    passed = time.perf_counter()
    for answer in answers:
        solution.non_max_suppression(*solution.decode(answer, 2, 0.1))
    return len(images) / (passed - started), len(images) / (time.perf_counter() - passed)
