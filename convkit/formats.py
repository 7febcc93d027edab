"""Reads the files of public data sets into arrays, and runs nothing that stands in them."""

from __future__ import annotations

import gzip
import json
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Images (N, H, W) or (N, H, W, C) and labels (N,).
Pictures = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def read_npz(paths: list[Path], test: bool) -> Pictures:
    """One NumPy archive with the arrays x_train, y_train, x_test, y_test."""
    split = "test" if test else "train"
    with np.load(paths[0], allow_pickle=False) as arrays:
        return arrays[f"x_{split}"], arrays[f"y_{split}"]


def read_idx(paths: list[Path], test: bool) -> Pictures:
    """Four gzipped IDX files: training images and labels, test images and labels."""
    images, labels = paths[2:] if test else paths[:2]
    with gzip.open(images) as file:
        pixels = np.frombuffer(bytearray(file.read()), dtype=np.uint8, offset=16)
    with gzip.open(labels) as file:
        classes = np.frombuffer(bytearray(file.read()), dtype=np.uint8, offset=8)
    return pixels.reshape(-1, 28, 28), classes


def read_cifar(paths: list[Path], test: bool) -> Pictures:
    """One gzipped tar with five batches for training and one for testing, read where it is, without unpacking.

    A batch is a pickle of Python 2: `data`, (n, 3072), a picture's red values, then its green, then its blue
    ones, row by row; `labels`, a list. (A. Krizhevsky, https://www.cs.toronto.edu/~kriz/cifar.html)
    """
    names = ["test_batch"] if test else [f"data_batch_{number}" for number in range(1, 6)]
    batches: dict[str, dict[bytes, Any]] = {}
    with tarfile.open(paths[0], "r:gz") as archive:
        for member in archive:
            name = PurePosixPath(member.name).name
            content = archive.extractfile(member) if name in names else None
            if content is not None:
                batches[name] = _ArraysOnly(content, encoding="bytes").load()
    pixels = np.concatenate([batches[name][b"data"] for name in names])
    classes = np.concatenate([np.array(batches[name][b"labels"], dtype=np.uint8) for name in names])
    return np.ascontiguousarray(pixels.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)), classes


def read_imdb(
    paths: list[Path], test: bool, limit: int | None, num_words: int | None
) -> tuple[list[list[int]], NDArray[np.uint8], dict[str, int]]:
    """Word numbers, labels and word index of Keras' two files, `imdb.npz` and `imdb_word_index.json`.

    The order of the reviews and the numbers (1 for the start, 2 for num_words and above, rank + 3) are those of
    keras.datasets.imdb.load_data. The reviews are an array of lists, which NumPy stores as a pickle.
    """
    with np.load(paths[0], allow_pickle=False) as arrays:
        parts = {split: arrays[f"y_{split}"] for split in ("train", "test")}
    rng, orders = np.random.RandomState(113), {}
    for split, labels in parts.items():  # one stream of random numbers, the training part first
        orders[split] = np.arange(len(labels))
        rng.shuffle(orders[split])
    split = "test" if test else "train"
    chosen = orders[split][:limit]
    ranks = _array_of_lists(paths[0], f"x_{split}")
    word_index = json.loads(paths[1].read_text(encoding="utf-8"))
    largest = max(word_index.values())
    known = largest + 4 if num_words is None else min(num_words, largest + 4)
    numbers = [*range(known), *[2] * (largest + 4 - known)]  # one object for each number saves much memory
    sequences = [[1, *(numbers[rank + 3] for rank in ranks[place])] for place in chosen]
    return sequences, parts[split][chosen].astype(np.uint8), word_index


def _array_of_lists(path: Path, name: str) -> Any:
    with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as file:
        np.lib.format.read_magic(file)
        np.lib.format.read_array_header_1_0(file)
        return _ArraysOnly(file, encoding="latin1").load()


READERS: dict[str, Callable[[list[Path], bool], Pictures]] = {
    "npz": read_npz,
    "idx": read_idx,
    "cifar": read_cifar,
}


# By their names in the files; NumPy's modules have moved since (to the second name, which today's files have).
_PARTS_OF_ARRAYS: dict[tuple[str, str], Any] = {
    ("numpy._core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
    ("numpy.core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}


class _ArraysOnly(pickle.Unpickler):
    """Rebuilds built-in values and NumPy arrays. A pickle can name any function to be called: here it cannot."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _PARTS_OF_ARRAYS:
            raise pickle.UnpicklingError(f"the file asks for {module}.{name}, which no array needs")
        return _PARTS_OF_ARRAYS[module, name]
