"""Heads of cats and dogs: photographs of the Oxford-IIIT Pet data set, one box each, for the localization assignment.

From a folder with `annotations.csv` that CONVKIT_PETS names, or else from the data set's own two archives, which are
looked for in Keras' cache and downloaded into it (0.8 GB).
"""

from __future__ import annotations

import os
import tarfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np

from convkit import boxed_photos, cache
from convkit.boxed_photos import Box, BoxedPhotos
from convkit.datasets import DatasetError, registry

FOLDER = "CONVKIT_PETS"
CLASSES = ("cat", "dog")
VALIDATION_EVERY = 5
_TABLES, _PHOTOS = "annotations/xmls/", "images/"

Array = np.ndarray[Any, Any]
Part = tuple[Array, Array, Array]
Resize = Callable[[Array, Array, tuple[int, int]], tuple[Array, Array]]
Flip = Callable[[Array, Array], tuple[Array, Array]]


def heads(size: int) -> tuple[Part, Part]:
    """(training, validation): images uint8 (N, size, size, 3), labels (N,) with 1 a cat and 2 a dog, boxes (N, 4).

    Every fifth photo, in the order of their names, is for validation. Raises DatasetError where the data are missing.
    """
    photos = photos_of_heads(size)
    order = np.argsort(np.array(photos.files))
    held_out = np.zeros(len(order), dtype=bool)
    held_out[order[VALIDATION_EVERY - 1 :: VALIDATION_EVERY]] = True
    first = np.searchsorted(photos.pictures, np.arange(len(photos)))  # of two boxes in a photo the first
    labels, boxes = photos.labels[first] + 1, photos.boxes[first]
    train, validation = ((photos.images[chosen], labels[chosen], boxes[chosen]) for chosen in (~held_out, held_out))
    return train, validation


def with_copies(part: Part, copies: int, seed: int, resize: Resize, flip: Flip) -> Part:
    """A part and so many random copies of it: a square with the whole box is cut out and enlarged, half are flipped.

    resize, flip: (image, boxes in pixels, size) and (image, boxes in pixels) → (image, boxes).
    The squares have few different sizes, because some backends compile `resize` anew for each.
    """
    images, labels, boxes = part
    size = images.shape[1]
    sides = np.unique(np.linspace(0.625 * size, size, 7).astype(int))
    rng = np.random.default_rng(seed)
    all_images, all_boxes = [images], [boxes]
    for _ in range(copies):
        cut, moved = np.empty_like(images), np.empty_like(boxes)
        for n, box in enumerate(boxes * size):
            side = rng.choice(sides[sides >= min(np.ceil(np.max(box[2:] - box[:2])) + 1, size)])
            first = np.ceil(np.maximum(box[2:] - side, 0)).astype(int)
            last = np.floor(np.minimum(box[:2], size - side)).astype(int)
            x, y = rng.integers(np.minimum(first, last), last + 1)
            image, box = resize(images[n, y : y + side, x : x + side], box[None] - (x, y, x, y), (size, size))
            image, box = flip(image, box) if rng.random() < 0.5 else (image, box)
            cut[n], moved[n] = np.clip(np.round(image), 0, 255), np.clip(box[0] / size, 0, 1)
        all_images.append(cut)
        all_boxes.append(moved)
    return np.concatenate(all_images), np.tile(labels, copies + 1), np.concatenate(all_boxes)


def photos_of_heads(size: int) -> BoxedPhotos:
    """All photos that have a head's box, from the folder or the archives."""
    if folder := os.environ.get(FOLDER):
        return boxed_photos.read_folder(folder, size, classes=CLASSES)
    try:
        entry = registry()["archives"]["pets"]
        annotations, images = cache.obtain([cache.RemoteFile(**entry[part]) for part in ("annotations", "images")])
    except (cache.Unavailable, cache.WrongHash) as problem:
        raise DatasetError(f"The photos of pets cannot be loaded, because {problem}.") from problem
    return from_archives(annotations, images, size)


def from_archives(annotations: Path, images: Path, size: int) -> BoxedPhotos:
    """The photos of `images` whose head is boxed in an XML file of `annotations`, both gzipped tar archives."""
    boxes = {Path(name).stem: _boxes(file) for name, file in _members(annotations, _TABLES, ".xml")}
    photos = (
        (Path(name).name, file, boxes[Path(name).stem])
        for name, file in _members(images, _PHOTOS, ".jpg")
        if boxes.get(Path(name).stem)
    )
    return boxed_photos.assemble(photos, size, classes=CLASSES)


def _members(archive: Path, folder: str, ending: str) -> Iterator[tuple[str, IO[bytes]]]:
    """Files of one folder in an archive, read as a stream; nothing is unpacked to the disk."""
    with tarfile.open(archive, "r|gz") as tar:
        for member in tar:
            hidden = Path(member.name).name.startswith(".")
            if member.isfile() and member.name.startswith(folder) and member.name.endswith(ending) and not hidden:
                file = tar.extractfile(member)
                assert file is not None  # because it is a file
                yield member.name, file


def _boxes(file: IO[bytes]) -> list[Box]:
    """The boxes of one annotation in the form of Pascal VOC; its corners count pixels from 1, which is let be."""
    found = []
    for thing in ElementTree.parse(file).iter("object"):
        corners = [float(thing.findtext(f"bndbox/{name}", "nan")) for name in ("xmin", "ymin", "xmax", "ymax")]
        found.append(Box(thing.findtext("name", ""), *corners))
    return found
