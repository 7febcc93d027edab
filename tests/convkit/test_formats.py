"""`convkit.formats`: CIFAR-10's archive, read without giving its pickles a free hand, and shared with Keras."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from python2_pickle import cifar_archive, dumps

from convkit import formats


def test_cifar_pictures_keep_their_places_colours_and_order(tmp_path):
    random = np.random.RandomState(0)
    pixels = random.randint(0, 256, (6, 4, 3072)).astype(np.uint8)
    labels = random.randint(0, 10, (6, 4))
    cifar_archive(tmp_path / "archive", pixels, labels)
    for test, batches in ((False, slice(0, 5)), (True, slice(5, 6))):
        images, classes = formats.read_cifar([tmp_path / "archive"], test)
        assert images.dtype == classes.dtype == np.uint8 and images.flags.c_contiguous and images.flags.writeable
        np.testing.assert_array_equal(classes, labels[batches].ravel())
        expected = pixels[batches].reshape(-1, 3072)
        assert images.shape == (len(expected), 32, 32, 3)
        # Red at row 2, column 5; green at row 31, column 0; blue at the last pixel.
        np.testing.assert_array_equal(images[:, 2, 5, 0], expected[:, 2 * 32 + 5])
        np.testing.assert_array_equal(images[:, 31, 0, 1], expected[:, 1024 + 31 * 32])
        np.testing.assert_array_equal(images[:, 31, 31, 2], expected[:, 3071])


class Harmful:
    """Makes a folder where it is unpickled by Python's own `pickle`."""

    def __init__(self, folder):
        self.folder = str(folder)

    def __reduce__(self):
        return os.mkdir, (self.folder,)


def test_a_pickle_cannot_call_anything(tmp_path):
    content = dumps({"data": Harmful(tmp_path / "made"), "labels": []})
    with pytest.raises(pickle.UnpicklingError, match=f"{os.mkdir.__module__}.mkdir"):
        formats._ArraysOnly(io.BytesIO(content), encoding="bytes").load()
    assert not (tmp_path / "made").exists()
    pickle.loads(content)
    assert (tmp_path / "made").exists(), "the pickle was harmful"


@pytest.mark.slow
def test_one_copy_of_cifar_serves_keras_and_us(tmp_path):
    """Whoever downloads first: the other finds the archive, and reads the same pictures."""
    random = np.random.RandomState(1)
    # Keras has room for 10,000 pictures a batch, and repeats a single one.
    cifar_archive(
        tmp_path / "archive", random.randint(0, 256, (6, 1, 3072)).astype(np.uint8), random.randint(0, 10, (6, 1))
    )
    code = """
import os, shutil, sys
from pathlib import Path
import numpy as np
archive, home, away = (Path(sys.argv[1], name) for name in ("archive", "home", "away"))
os.environ["KERAS_HOME"] = str(home)
from convkit import cache, datasets, quiet
with quiet.startup():
    import keras
    from keras.src.datasets import cifar10  # its address and its hash are constants inside the function

ours = {"url": archive.as_uri(), "bytes": archive.stat().st_size, "sha256": cache.sha256_of(archive)}
original, registry = cifar10.get_file, datasets.registry()
entry = registry["datasets"]["cifar10"]
(published,) = entry["files"]

def get_file(fname, origin, extract, file_hash):
    assert (origin, file_hash) == (published["url"], published["sha256"])
    return original(fname=fname, origin=ours["url"], extract=extract, file_hash=ours["sha256"])

cifar10.get_file = get_file
entry["files"] = [published | ours]
datasets.registry = lambda: registry

def by_keras():
    (train, train_labels), (test, test_labels) = keras.datasets.cifar10.load_data()
    return train[::10_000], train_labels[::10_000, 0], test, test_labels[:, 0]

def by_us():
    parts = [datasets.load("cifar10", "real", split, quiet=True) for split in ("train", "test")]
    return [array for part in parts for array in (part.images, part.labels)]

for first, second in ((by_keras, by_us), (by_us, by_keras)):
    shutil.rmtree(home / "datasets", ignore_errors=True)
    one = first()
    archive.rename(away)  # the second must do without a download
    for expected, got in zip(one, second(), strict=True):
        np.testing.assert_array_equal(expected, got)
        assert expected.dtype == got.dtype
    away.rename(archive)
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Downloading data") == 2


def test_imdb_is_read_without_giving_its_pickle_a_free_hand(tmp_path):
    lists = np.array([[1, 2], [3]], dtype=object)
    arrays = {"x_train": lists, "y_train": np.array([0, 1]), "x_test": lists, "y_test": np.array([1, 0])}
    np.savez(tmp_path / "imdb.npz", **arrays)
    (tmp_path / "index.json").write_text('{"good": 2, "the": 1, "film": 3}', encoding="utf-8")
    paths = [tmp_path / "imdb.npz", tmp_path / "index.json"]
    sequences, labels, index = formats.read_imdb(paths, False, None, None)
    assert sorted(sequences) == [[1, 4, 5], [1, 6]] and index["film"] == 3
    assert [len(sequence) - 2 for sequence in sequences] == [1 - label for label in labels], "each keeps its label"
    cut, _, _ = formats.read_imdb(paths, True, None, 5)
    assert sorted(cut) == [[1, 2], [1, 4, 2]]

    harmful = np.empty(1, dtype=object)
    harmful[0] = Harmful(tmp_path / "made")
    np.savez(tmp_path / "imdb.npz", **{**arrays, "x_train": harmful, "y_train": np.array([0])})
    with pytest.raises(pickle.UnpicklingError, match="mkdir"):
        formats.read_imdb(paths, False, None, None)
    assert not (tmp_path / "made").exists()
