"""Reads the files of public data sets into arrays, and runs nothing that stands in them."""

from __future__ import annotations

import gzip
import pickle
import tarfile
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


READERS: dict[str, Callable[[list[Path], bool], Pictures]] = {
    "npz": read_npz,
    "idx": read_idx,
    "cifar": read_cifar,
}


# By their names in the files; NumPy's modules have moved since.
_PARTS_OF_ARRAYS: dict[tuple[str, str], Any] = {
    ("numpy.core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}


class _ArraysOnly(pickle.Unpickler):
    """Rebuilds built-in values and NumPy arrays. A pickle can name any function to be called: here it cannot."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _PARTS_OF_ARRAYS:
            raise pickle.UnpicklingError(f"the file asks for {module}.{name}, which no array of pictures needs")
        return _PARTS_OF_ARRAYS[module, name]
