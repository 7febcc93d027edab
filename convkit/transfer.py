"""What 06 transfers from, and to: a network trained on many pictures, and a new task with few.

    from convkit import transfer
    path = transfer.weights()
    base = keras.applications.MobileNet(alpha=0.25, weights=path, include_top=False, input_shape=(64, 64, 3))
    few = transfer.drawn(50, seed=1)          # hearts and crescents, which that network has never seen
    pets = transfer.photos("train")           # cats and dogs, real ones

The weights are this course's own (`data/train_mobilenet.py`), and are in the package, so that no download is needed.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convkit import cache, scenes
from convkit.datasets import DatasetError, registry

FOLDER = "CONVKIT_CATS_DOGS"  # names a folder with train/cat, train/dog, validation/cat and validation/dog
SHAPES = ("disc", "ring", "square", "triangle", "cross", "star")  # what the network of weights() knows
DRAWN = (scenes.ObjectClass("crescent", "crescent"), scenes.ObjectClass("heart", "heart"))
PETS = ("cat", "dog")
_HELD_OUT = 5  # of the downloaded photos, every fifth is for validation


@dataclass(frozen=True, eq=False, repr=False)
class Pictures:
    """Pictures of two classes, which of them show the same thing, and what they are.

    images uint8 (N, H, W, 3); labels int64 (N,), 0 or 1; groups int64 (N,), the same number for pictures of one thing.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    groups: NDArray[np.int64]
    class_names: tuple[str, str]

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        things = len(np.unique(self.groups))
        height, width = self.images.shape[1:3]
        names = " and ".join(f"{name}s" for name in self.class_names)
        return f"{len(self):,} pictures of {height}×{width}, of {things:,} {names}"


def weights() -> str:
    """The file of weights of MobileNet (alpha 0.25, no top) that this course has trained on drawn scenes."""
    return str(resources.files("convkit") / "data" / "mobilenet_scenes.weights.h5")


def drawn(things: int, seed: int, *, takes: int = 2, size: int = 64) -> Pictures:
    """Crescents and hearts, as many of each, and `takes` pictures of every one: moved a little, in another light.

    things: how many of each class. size: of the pictures, in pixels, 32 or more.
    The first things of a seed are the same for every number of them. Raises ValueError for numbers that are too small.
    """
    if things < 1 or takes < 1 or size < 32:
        raise ValueError(f"needed: a thing, a picture of each, 32 pixels; not {things}, {takes} and {size}")
    images, labels, boxes = _things(things, seed, size + size // 8)
    margin = size // 8
    random = np.random.RandomState([seed, 6])
    chances = random.random_sample((len(images), takes, 3))
    pictures = np.empty((len(images), takes, size, size, 3), np.uint8)
    edges = np.rint(boxes * (size + margin)).astype(int)
    for thing, (x1, y1, x2, y2) in enumerate(edges):
        for take, (across, down, light) in enumerate(chances[thing]):
            column = _corner(across, x1, x2, size, margin)
            row = _corner(down, y1, y2, size, margin)
            cut = images[thing, row : row + size, column : column + size].astype(np.int64)
            pictures[thing, take] = np.minimum(cut * (52 + int(light * 25)) // 64, 255)  # 0.81 to 1.19 times as bright
    names = (DRAWN[0].name, DRAWN[1].name)
    flat = pictures.reshape(-1, size, size, 3)
    return Pictures(flat, np.repeat(labels, takes), np.repeat(np.arange(len(labels)), takes), names)


def photos(split: str, *, size: int = 180, limit: int | None = None) -> Pictures:
    """Real cats and dogs, from the folder that CONVKIT_CATS_DOGS names, or from Microsoft's archive (825 MB).

    split: "train" or "validation". size: photos are fitted into a square of so many pixels, on grey, their sides kept.
    limit: the first so many of each class. Every photo is a group of its own.
    Raises ValueError for another split, DatasetError where the photos cannot be had.
    """
    if split not in ("train", "validation"):
        raise ValueError(f'split must be "train" or "validation", not {split!r}')
    named = os.environ.get(FOLDER)
    if named and not all(Path(named, split, name).is_dir() for name in PETS):
        raise DatasetError(f"{FOLDER} names {named}, which lacks {split}/cat or {split}/dog.")
    found = {name: _in_folder(Path(named, split, name)) if named else _in_archive(name, split) for name in PETS}
    images: list[NDArray[np.uint8]] = []
    labels: list[int] = []
    for label, name in enumerate(PETS):
        for picture in found[name]:
            if limit is not None and labels.count(label) >= limit:
                break
            fitted = _fitted(picture, size)
            if fitted is not None:
                images.append(fitted)
                labels.append(label)
    if len(set(labels)) < 2:
        raise DatasetError(f"There are not both cats and dogs among the photos for {split}.")
    return Pictures(np.stack(images), np.array(labels), np.arange(len(labels)), PETS)


def _things(count: int, seed: int, size: int) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.float64]]:
    """The first `count` scenes of each class, alternating: images, labels, boxes."""
    asked = 2 * count + 40
    while True:
        found = scenes.make(asked, seed, size=size, classes=DRAWN, radius=(0.24, 0.36))
        places = [np.flatnonzero(found.labels == label)[:count] for label in (0, 1)]
        if min(map(len, places)) == count:
            order = np.stack(places, axis=1).ravel()
            return found.images[order], found.labels[order], found.boxes[order]
        asked *= 2


def _corner(chance: float, first: int, last: int, size: int, margin: int) -> int:
    """Where a cut of `size` pixels begins, somewhere in a margin, so that first to last lie in it if they can."""
    low, high = max(0, last - size), min(margin, first)
    low, high = min(low, high, margin), max(low, high, 0)
    return int(low + chance * (high - low + 1))


def _in_folder(folder: Path) -> Iterator[bytes]:
    for path in sorted(folder.glob("*.jp*g")):
        yield path.read_bytes()


def _in_archive(name: str, split: str) -> Iterator[bytes]:
    """Photos of the published archive; they lie in PetImages/Cat and PetImages/Dog, numbered from 0 on."""
    entry = registry()["archives"]["cats_vs_dogs"]
    try:
        (path,) = cache.obtain([cache.RemoteFile(**entry["file"])])
    except (cache.Unavailable, cache.WrongHash) as problem:
        raise DatasetError(
            f"The photos of cats and dogs cannot be loaded, because {problem}. Or let {FOLDER} name a folder with "
            "train/cat, train/dog, validation/cat and validation/dog."
        ) from problem
    with zipfile.ZipFile(path) as archive:
        start = f"PetImages/{name.capitalize()}/"
        numbers = sorted(
            int(member.removeprefix(start).removesuffix(".jpg"))
            for member in archive.namelist()
            if member.startswith(start) and member.endswith(".jpg")
        )
        for number in numbers:
            if (number % _HELD_OUT == 0) == (split == "validation"):
                yield archive.read(f"{start}{number}.jpg")


def _fitted(data: bytes, size: int) -> NDArray[np.uint8] | None:
    """A photo in the middle of a grey square; None for a file that is no picture (the archive has some)."""
    from PIL import Image, ImageOps  # comes with Matplotlib

    try:
        with Image.open(io.BytesIO(data)) as picture:
            photo = picture.convert("RGB")
    except (OSError, SyntaxError, ValueError):
        return None
    padded = ImageOps.pad(photo, (size, size), Image.Resampling.BILINEAR, color=(128, 128, 128))
    return np.asarray(padded, np.uint8)
