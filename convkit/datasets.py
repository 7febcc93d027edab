"""Pictures and tracks for the assignments: real data sets, or a bundled sample, and which of them it is.

    from convkit import datasets
    train = datasets.load("mnist")                     # prints one line: what was loaded, and from where
    test = datasets.load("mnist", split="test", limit=500)

Where the data come from: `source`, or else the environment variable CONVKIT_SOURCE, or else "auto": the real
data from Keras' cache or by download, and the sample where neither is to be had.
"""

from __future__ import annotations

import gzip
import os
import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from convkit import cache, samples

Pictures = tuple[NDArray[np.uint8], NDArray[np.uint8]]
Kind = TypeVar("Kind", bound=StrEnum)

_DATA = resources.files("convkit") / "data"


class Source(StrEnum):
    """Where data may come from (AUTO), or came from (REAL, SAMPLE)."""

    AUTO = "auto"
    REAL = "real"
    SAMPLE = "sample"


class Split(StrEnum):
    """The part of a data set."""

    TRAIN = "train"
    TEST = "test"


class DatasetError(RuntimeError):
    """Data cannot be had; the text says why and what to do."""

    def _render_traceback_(self) -> list[str]:
        """IPython shows this line instead of a traceback."""
        return [f"DatasetError: {self}"]


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """One part of a data set.

    images: uint8 (N, H, W) or (N, H, W, C), 0 to 255. labels: uint8 (N,).
    """

    name: str
    split: Split
    source: Source
    images: NDArray[np.uint8] = field(repr=False)
    labels: NDArray[np.uint8] = field(repr=False)
    class_names: tuple[str, ...]
    description: str

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        size = "×".join(str(length) for length in self.images.shape[1:])
        count = f"{len(self):,} pictures {size}"
        return f"{self.name} ({self.split}): {count}, {self.source} data. {self.description}"


def load(
    name: str,
    source: str | None = None,
    split: str = "train",
    limit: int | None = None,
    *,
    quiet: bool = False,
) -> Dataset:
    """A data set by name ("mnist", "fashion_mnist"); prints one line that says what it is, unless `quiet`.

    source: "auto", "real" or "sample"; if None, CONVKIT_SOURCE counts, then "auto".
    split: "train" or "test"; call twice for both. limit: the first so many pictures.
    Raises ValueError for arguments that do not exist, DatasetError where the data cannot be had.
    """
    entry = _entry(name)
    chosen = _source(source)
    part = _member(Split, split, "split")
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise ValueError(f"limit must be a whole number from 1 on, not {limit!r}")
    (images, labels), came_from, description = _read(name, entry, chosen, part)
    dataset = Dataset(name, part, came_from, images[:limit], labels[:limit], tuple(entry["class_names"]), description)
    if not quiet:
        print(dataset)
    return dataset


def photo(name: str = "china") -> NDArray[np.uint8]:
    """A real photo of scikit-learn's, "china" (a temple) or "flower": uint8 (427, 640, 3)."""
    photos = _registry()["photos"]
    if name not in photos:
        raise ValueError(f"there is no photo {name!r}; there are: {', '.join(photos)}")
    try:
        return samples.photo(photos[name]["file"])
    except FileNotFoundError as problem:
        raise DatasetError(f"The photo cannot be read: {problem}.") from problem


def track(noise: float = 0.06, steps: int = 120) -> NDArray[np.float64]:
    """Positions of an aeroplane in kilometres, as a laser sensor sees it once a second: float64 (steps,).

    It flies about 0.15 km a second, speeding up and slowing down. noise: the sensor's standard error in
    kilometres; 0.0 gives the true track. Always the same numbers (NumPy keeps RandomState's stream, NEP 19).
    """
    if steps < 1 or noise < 0:
        raise ValueError(f"steps must be at least 1 and noise not negative, not {steps} and {noise}")
    seconds = np.arange(steps)
    true = 1.0 + 0.15 * seconds + 0.9 * np.sin(seconds / 12)
    return true + noise * np.random.RandomState(1).standard_normal(steps)


def _read(name: str, entry: dict[str, Any], source: Source, split: Split) -> tuple[Pictures, Source, str]:
    """((images, labels), where they came from, one sentence about them)."""
    sample = entry.get("sample")
    if source is Source.SAMPLE:
        if sample is None:
            raise DatasetError(
                f'{name} has no bundled sample: use source="real" (downloads {_megabytes(entry)} MB once), '
                "or the sample of mnist."
            )
        return _read_sample(sample, split), Source.SAMPLE, sample["description"]
    try:
        paths = cache.obtain([cache.RemoteFile(**file) for file in entry["files"]])
    except cache.WrongHash as problem:
        raise DatasetError(f"{name}: {problem}") from problem
    except cache.Unavailable as problem:
        if source is Source.AUTO and sample is not None:
            description = f"{sample['description']} The real {name} was not loaded: {problem}."
            return _read_sample(sample, split), Source.SAMPLE, description
        advice = 'use source="sample"' if sample else "connect once, and it will be kept in the cache"
        raise DatasetError(f"{name} cannot be loaded, because {problem}: {advice}.") from problem
    return _READERS[entry["format"]](paths, split), Source.REAL, entry["description"]


def _read_sample(sample: dict[str, Any], split: Split) -> Pictures:
    try:
        return samples.digits(sample["file"], test=split is Split.TEST)
    except FileNotFoundError as problem:
        raise DatasetError(f"The sample cannot be read: {problem}.") from problem


def _read_npz(paths: list[Path], split: Split) -> Pictures:
    with np.load(paths[0], allow_pickle=False) as arrays:
        return arrays[f"x_{split}"], arrays[f"y_{split}"]


def _read_idx(paths: list[Path], split: Split) -> Pictures:
    """Four gzipped IDX files: training images and labels, test images and labels."""
    images, labels = paths[:2] if split is Split.TRAIN else paths[2:]
    with gzip.open(images) as file:
        pixels = np.frombuffer(bytearray(file.read()), dtype=np.uint8, offset=16)
    with gzip.open(labels) as file:
        classes = np.frombuffer(bytearray(file.read()), dtype=np.uint8, offset=8)
    return pixels.reshape(-1, 28, 28), classes


_READERS = {"npz": _read_npz, "idx": _read_idx}


def _registry() -> dict[str, Any]:
    return tomllib.loads((_DATA / "registry.toml").read_text(encoding="utf-8"))


def _entry(name: str) -> dict[str, Any]:
    known = _registry()["datasets"]
    if name not in known:
        raise ValueError(f"there is no data set {name!r}; there are: {', '.join(known)}")
    return known[name]


def _source(argument: str | None) -> Source:
    if argument is not None:
        return _member(Source, argument, "source")
    return _member(Source, os.environ.get("CONVKIT_SOURCE") or Source.AUTO, "CONVKIT_SOURCE")


def _member(kind: type[Kind], value: str, what: str) -> Kind:
    try:
        return kind(value)
    except ValueError:
        raise ValueError(f"{what} must be one of {', '.join(kind)}, not {value!r}") from None


def _megabytes(entry: dict[str, Any]) -> int:
    return round(sum(file["bytes"] for file in entry["files"]) / 1e6)
