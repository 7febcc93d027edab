"""Samples that come inside scikit-learn: read from its files, without the second that importing it takes."""

from __future__ import annotations

import gzip
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TEST_EVERY = 5


def scikit_learn_file(name: str) -> Path:
    """A file below `sklearn/datasets`; FileNotFoundError, with what to do, where scikit-learn is not installed."""
    specification = find_spec("sklearn")
    if specification is None or not specification.submodule_search_locations:
        raise FileNotFoundError("the samples come with scikit-learn, which is not installed: pip install scikit-learn")
    return Path(specification.submodule_search_locations[0], "datasets", name)


def photo(file: str) -> NDArray[np.uint8]:
    """A photo of scikit-learn's `load_sample_images`: uint8 (427, 640, 3)."""
    from PIL import Image  # comes with Matplotlib

    with Image.open(scikit_learn_file(f"images/{file}")) as picture:
        return np.array(picture.convert("RGB"), dtype=np.uint8)


def digits(file: str, test: bool) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images (N, 28, 28) and labels (N,) of scikit-learn's 1,797 digits; every fifth of each class is for testing."""
    with gzip.open(scikit_learn_file(f"data/{file}"), "rt") as rows:
        table = np.loadtxt(rows, delimiter=",", dtype=np.uint8)
    labels = table[:, 64]
    is_test = np.zeros(len(labels), dtype=bool)
    for label in range(10):
        is_test[np.flatnonzero(labels == label)[TEST_EVERY - 1 :: TEST_EVERY]] = True
    chosen = is_test if test else ~is_test
    return enlarge(table[chosen, :64].reshape(-1, 8, 8)), labels[chosen]


def enlarge(digits: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(N, 8, 8), 0 to 16 → (N, 28, 28), 0 to 255: the digit on 20×20 in the middle, as in MNIST.

    Bilinear, in whole numbers alone, so that every machine gives the same bytes.
    """
    weights = np.zeros((20, 8), dtype=np.int64)  # in tenths: a pixel is 2.5 pixels wide afterwards
    for row in range(20):
        position = min(max(4 * row - 3, 0), 70)  # tenths of a source pixel: 10 · ((row + 0.5)/2.5 − 0.5)
        weights[row, position // 10] += 10 - position % 10
        weights[row, min(position // 10 + 1, 7)] += position % 10
    sums = weights @ digits.astype(np.int64) @ weights.T  # 100 times the grey value
    pictures = np.zeros((len(digits), 28, 28), dtype=np.uint8)
    pictures[:, 4:24, 4:24] = (sums * 255 + 800) // 1600
    return pictures
