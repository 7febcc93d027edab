"""Pictures, texts and tracks for the assignments: real data sets, or a bundled sample, and which of them it is.

    from convkit import datasets
    train = datasets.load("mnist")                     # prints one line: what was loaded, and from where
    test = datasets.load("mnist", split="test", limit=500)
    reviews = datasets.load_text("imdb", num_words=10_000)

Where the data come from: `source`, or else the environment variable CONVKIT_SOURCE, or else "auto": the real
data from Keras' cache or by download, and the sample where neither is to be had.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from importlib import resources
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from convkit import cache, reviews, samples, scenes
from convkit.formats import READERS, read_imdb

Kind = TypeVar("Kind", bound=StrEnum)
Data = TypeVar("Data", "Dataset", "TextDataset")

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

    images: uint8 (N, H, W) or (N, H, W, C), 0 to 255, as stored. labels: uint8 (N,), positions in `class_names`,
    which belong to the source: a sample may have classes of its own. description: one sentence, or two.
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


@dataclass(frozen=True, eq=False, repr=False)
class TextDataset:
    """One part of a data set of texts, as word numbers.

    sequences: a list of whole numbers for each text: 1, the start, then a number from 4 on for each word, its rank
    + 3, or 2 where that is not below the `num_words` asked for; 0 is left free for padding. So does
    keras.datasets.imdb. labels: uint8 (N,), positions in `class_names`. word_index: {word: rank}, 1 the most frequent.
    """

    name: str
    split: Split
    source: Source
    sequences: list[list[int]] = field(repr=False)
    labels: NDArray[np.uint8] = field(repr=False)
    word_index: dict[str, int] = field(repr=False)
    class_names: tuple[str, ...]
    description: str

    def __len__(self) -> int:
        return len(self.sequences)

    def __repr__(self) -> str:
        return f"{self.name} ({self.split}): {len(self):,} texts, {self.source} data. {self.description}"


def load(
    name: str,
    source: str | None = None,
    split: str = "train",
    limit: int | None = None,
    *,
    quiet: bool = False,
) -> Dataset:
    """A data set by name ("mnist", "fashion_mnist", "cifar10"); prints one line that says what it is, unless `quiet`.

    source: "auto", "real" or "sample"; if None, CONVKIT_SOURCE counts, then "auto".
    split: "train" or "test"; call twice for both. limit: the first so many pictures.
    Raises ValueError for arguments that do not exist, DatasetError where the data cannot be had.
    """
    entry = _entry(name, "datasets")
    chosen = _source(source)
    part = _member(Split, split, "split")
    _require_count(limit, "limit")
    dataset = _obtain(
        name,
        entry,
        chosen,
        real=lambda: _real(name, entry, part, limit),
        sample=lambda: _sample(name, entry, part, limit),
    )
    if not quiet:
        print(dataset)
    return dataset


def load_text(
    name: str,
    source: str | None = None,
    split: str = "train",
    limit: int | None = None,
    *,
    num_words: int | None = None,
    quiet: bool = False,
) -> TextDataset:
    """A data set of texts by name ("imdb"); prints one line that says what it is, unless `quiet`.

    num_words: numbers from here on become 2, the unknown word; None keeps all. The other arguments, and what is
    raised, are those of `load`. Order and numbers of the real texts are those of keras.datasets.imdb.load_data.
    """
    entry = _entry(name, "texts")
    chosen = _source(source)
    part = _member(Split, split, "split")
    _require_count(limit, "limit")
    _require_count(num_words, "num_words")
    dataset = _obtain(
        name,
        entry,
        chosen,
        real=lambda: _real_text(name, entry, part, limit, num_words),
        sample=lambda: _sample_text(name, entry, part, limit, num_words),
    )
    if not quiet:
        print(dataset)
    return dataset


def registry() -> dict[str, Any]:
    """What data/registry.toml says: `datasets`, `texts`, `photos` by name, with their files, licences and samples."""
    return tomllib.loads((_DATA / "registry.toml").read_text(encoding="utf-8"))


def photo(name: str = "china") -> NDArray[np.uint8]:
    """A real photo of scikit-learn's, "china" (a temple) or "flower": uint8 (427, 640, 3)."""
    photos = registry()["photos"]
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


def _obtain(
    name: str, entry: dict[str, Any], source: Source, *, real: Callable[[], Data], sample: Callable[[], Data]
) -> Data:
    """What `real` or `sample` makes, as `source` asks."""
    has_sample = "sample" in entry
    if source is Source.SAMPLE:
        if not has_sample:
            raise DatasetError(
                f'{name} has no bundled sample: use source="real" (downloads {_megabytes(entry)} MB once), '
                "or the sample of mnist."
            )
        return sample()
    try:
        return real()
    except cache.WrongHash as problem:
        raise DatasetError(f"{name}: {problem}") from problem
    except cache.Unavailable as problem:
        if source is Source.AUTO and has_sample:
            made = sample()
            return replace(made, description=f"{made.description} The real {name} was not loaded: {problem}.")
        advice = 'use source="sample"' if has_sample else "connect once, and it will be kept in the cache"
        raise DatasetError(f"{name} cannot be loaded, because {problem}: {advice}.") from problem


def _real(name: str, entry: dict[str, Any], split: Split, limit: int | None) -> Dataset:
    paths = cache.obtain([cache.RemoteFile(**file) for file in entry["files"]])
    images, labels = READERS[entry["format"]](paths, split is Split.TEST)
    if limit is not None:  # copies, so that the other pictures' memory is given back
        images, labels = images[:limit].copy(), labels[:limit].copy()
    return Dataset(name, split, Source.REAL, images, labels, tuple(entry["class_names"]), entry["description"])


def _sample(name: str, entry: dict[str, Any], split: Split, limit: int | None) -> Dataset:
    sample = entry["sample"]
    if sample["kind"] == "scenes":
        drawing = sample[split]
        count = drawing["pictures"] if limit is None else min(limit, drawing["pictures"])
        drawn = scenes.ten_classes(count, drawing["seed"])
        images, labels, class_names = drawn.images, drawn.labels.astype(np.uint8), drawn.class_names
    else:
        try:
            images, labels = samples.digits(sample["file"], test=split is Split.TEST)
        except FileNotFoundError as problem:
            raise DatasetError(f"The sample cannot be read: {problem}.") from problem
        images, labels, class_names = images[:limit], labels[:limit], tuple(entry["class_names"])
    return Dataset(name, split, Source.SAMPLE, images, labels, class_names, sample["description"])


def _real_text(name: str, entry: dict[str, Any], split: Split, limit: int | None, num_words: int | None) -> TextDataset:
    paths = cache.obtain([cache.RemoteFile(**file) for file in entry["files"]])
    sequences, labels, word_index = read_imdb(paths, split is Split.TEST, limit, num_words)
    names = tuple(entry["class_names"])
    return TextDataset(name, split, Source.REAL, sequences, labels, word_index, names, entry["description"])


def _sample_text(
    name: str, entry: dict[str, Any], split: Split, limit: int | None, num_words: int | None
) -> TextDataset:
    sample = entry["sample"]
    writing = sample[split]
    count = writing["reviews"] if limit is None else min(limit, writing["reviews"])
    made = reviews.make(count, writing["seed"])
    sequences, names = reviews.encode(made.texts, num_words), tuple(entry["class_names"])
    word_index, description = reviews.word_index(), sample["description"]
    return TextDataset(name, split, Source.SAMPLE, sequences, made.labels, word_index, names, description)


def _require_count(value: int | None, what: str) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ValueError(f"{what} must be a whole number from 1 on, not {value!r}")


def _entry(name: str, kind: str) -> dict[str, Any]:
    known = registry()[kind]
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
