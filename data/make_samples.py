"""Makes the samples in convkit/data out of what scikit-learn brings; prints their SHA-256 for registry.toml.

python data/make_samples.py [FOLDER]
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convkit.cache import sha256_of

PHOTOS = ("china.jpg", "flower.jpg")
TEST_EVERY = 5


def split_by_class(labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """True for the test part: every fifth picture of each class, in the order of the data."""
    is_test = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        is_test[np.flatnonzero(labels == label)[TEST_EVERY - 1 :: TEST_EVERY]] = True
    return is_test


def digits() -> dict[str, NDArray[np.uint8]]:
    """scikit-learn's 1,797 digits, 8×8, 0 to 16, in two parts."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images, labels = bunch.images.astype(np.uint8), bunch.target
    is_test = split_by_class(labels)
    return {
        "x_train": images[~is_test],
        "y_train": labels[~is_test].astype(np.uint8),
        "x_test": images[is_test],
        "y_test": labels[is_test].astype(np.uint8),
    }


def main(folder: Path) -> None:
    import sklearn.datasets

    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / "digits.npz", allow_pickle=False, **digits())
    for photo in PHOTOS:
        shutil.copyfile(Path(sklearn.datasets.__file__).parent / "images" / photo, folder / photo)
    for name in ("digits.npz", *PHOTOS):
        print(f"{sha256_of(folder / name)}  {name}  {(folder / name).stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "convkit" / "data")
