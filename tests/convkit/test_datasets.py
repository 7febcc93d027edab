"""`convkit.datasets`: samples, real data from Keras' cache, downloads, and what is said where neither is to be had."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from places import real_data
from python2_pickle import cifar_archive

from convkit import cache, datasets, samples, scenes
from convkit.datasets import DatasetError, Source

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """No network, an empty cache, no variables from outside."""
    monkeypatch.delenv("CONVKIT_SOURCE", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(cache, "TEMPORARY", tmp_path / "temporary")
    monkeypatch.setattr(cache, "reachable", lambda url: False)


@pytest.fixture
def keras_home(tmp_path):
    """A KERAS_HOME of links to the real files, as their folder must not be written to."""
    real = real_data("keras/datasets/mnist.npz") / "keras" / "datasets"
    for file in real.rglob("*"):
        link = tmp_path / "keras" / "datasets" / file.relative_to(real)
        if file.is_file():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(file)
    return tmp_path / "keras"


def test_the_sample_of_mnist_is_the_digits_of_scikit_learn_each_once():
    parts = [datasets.load("mnist", "sample", split) for split in ("train", "test")]
    assert [len(part) for part in parts] == [1442, 355]
    for part in parts:
        assert part.images.shape == (len(part), 28, 28) and part.images.dtype == np.uint8
        assert part.labels.shape == (len(part),) and part.labels.dtype == np.uint8
        assert part.source is Source.SAMPLE
        assert set(part.labels) == set(range(10))
        assert 200 < part.images.max() <= 255
    everything = np.concatenate([part.images for part in parts])
    assert len(np.unique(everything, axis=0)) == 1797, "no picture is in both parts"


@pytest.mark.slow
def test_every_sample_is_made_again_byte_for_byte(tmp_path):
    for name in ("make_samples.py", "samples.sha256"):
        shutil.copy(ROOT / "data" / name, tmp_path)
    record, published = tmp_path / "samples.sha256", (ROOT / "data" / "samples.sha256").read_bytes()
    listed = re.findall(r"^[0-9a-f]{64}  (\w+) (\w+) (images|labels|sequences), ", published.decode(), re.MULTILINE)
    entries = [*datasets.registry()["datasets"].values(), *datasets.registry()["texts"].values()]
    assert len(listed) == len(set(listed)) == 2 * 2 * sum("sample" in entry for entry in entries)

    def make(*arguments: str) -> subprocess.CompletedProcess:
        command = [sys.executable, str(tmp_path / "make_samples.py"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    done = make()
    assert done.returncode == 0, done.stdout + done.stderr
    first = published[:1]
    record.write_bytes(published.replace(first, b"1" if first == b"0" else b"0", 1))
    done = make()
    assert done.returncode == 1 and "DIFFERS: mnist train images" in done.stdout
    assert make("--write").returncode == 0 and record.read_bytes() == published


def test_enlarging_keeps_grey_values_and_centres_the_digit():
    full = samples.enlarge(np.full((1, 8, 8), 16, np.uint8))[0]
    assert (full[4:24, 4:24] == 255).all() and full.sum() == 255 * 400
    random = np.random.RandomState(0).randint(0, 17, (5, 8, 8)).astype(np.uint8)
    np.testing.assert_array_equal(samples.enlarge(random)[:, ::-1], samples.enlarge(random[:, ::-1]))
    np.testing.assert_array_equal(
        samples.enlarge(random).transpose(0, 2, 1), samples.enlarge(random.transpose(0, 2, 1))
    )


def test_every_entry_of_the_registry_names_its_licence_and_each_download_its_hash():
    registry = datasets.registry()
    listed = [entry["sample"] for entry in registry["datasets"].values() if "sample" in entry]
    assert all(entry["licence"] for entry in [*listed, *registry["photos"].values()])
    for entry in registry["datasets"].values():
        assert entry["licence"] and entry["citation"] and len(entry["class_names"]) == 10
        for file in entry["files"]:
            assert cache.RemoteFile(**file).url.startswith("https://") and len(file["sha256"]) == 64


def test_without_scikit_learn_one_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setattr(samples, "find_spec", lambda name: None)
    with pytest.raises(DatasetError, match="pip install scikit-learn"):
        datasets.load("mnist", "sample")
    with pytest.raises(DatasetError, match="pip install scikit-learn"):
        datasets.photo("china")


def test_one_line_says_what_was_loaded_and_quiet_says_nothing(capsys):
    datasets.load("mnist", limit=20)
    line = capsys.readouterr().out
    assert line.count("\n") == 1
    for words in ("mnist (train)", "20 pictures", "sample data", "was not loaded: there is no network"):
        assert words in line
    datasets.load("mnist", quiet=True)
    assert capsys.readouterr().out == ""


def test_limit_takes_the_first_pictures():
    some, all_ = datasets.load("mnist", "sample", limit=7), datasets.load("mnist", "sample")
    np.testing.assert_array_equal(some.images, all_.images[:7])
    assert len(datasets.load("mnist", "sample", limit=10**6)) == 1442


def test_a_data_set_is_frozen_and_its_text_short():
    data = datasets.load("mnist", "sample")
    for name in ("images", "labels", "class_names", "source"):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(data, name, 0)
    assert repr(data) == (
        "mnist (train): 1,442 pictures 28×28, sample data. "
        "The sample: scikit-learn's real handwritten digits, enlarged."
    )


def test_the_sample_of_cifar10_is_drawn_scenes_with_classes_of_their_own():
    parts = [datasets.load("cifar10", "sample", split) for split in ("train", "test")]
    assert [len(part) for part in parts] == [6000, 1000]
    for part in parts:
        assert part.images.shape == (len(part), 32, 32, 3)
        assert part.images.dtype == part.labels.dtype == np.uint8
        assert part.labels.shape == (len(part),) and (np.bincount(part.labels, minlength=10) > len(part) / 20).all()
        assert part.class_names == tuple(one.name for one in scenes.TEN_CLASSES)
        assert "drawn scenes" in part.description and part.source is Source.SAMPLE
    assert len(np.unique(np.concatenate([part.images for part in parts]), axis=0)) == 7000, "no picture is twice there"


def test_a_limit_draws_no_more_scenes_than_asked_for_and_the_same_ones(monkeypatch):
    everything = datasets.load("cifar10", "sample", "test")
    counts = []
    draw = scenes.ten_classes
    monkeypatch.setattr(scenes, "ten_classes", lambda count, seed: counts.append(count) or draw(count, seed))
    for limit in (1, 65, 10**6):
        some = datasets.load("cifar10", "sample", "test", limit)
        np.testing.assert_array_equal(some.images, everything.images[:limit])
        np.testing.assert_array_equal(some.labels, everything.labels[:limit])
    assert counts == [1, 65, 1000]


def test_real_cifar10_comes_from_an_archive_with_the_class_names_of_cifar10(monkeypatch, tmp_path):
    path = tmp_path / "keras" / "datasets" / "cifar-10-batches-py-target_archive"
    pixels = np.random.RandomState(0).randint(0, 256, (6, 3, 3072)).astype(np.uint8)
    cifar_archive(path, pixels, np.arange(18).reshape(6, 3) % 10)
    registry = datasets.registry()
    registry["datasets"]["cifar10"]["files"][0] |= {
        "bytes": path.stat().st_size,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    monkeypatch.setattr(datasets, "registry", lambda: registry)
    train, test = datasets.load("cifar10"), datasets.load("cifar10", split="test", limit=2)
    assert (len(train), len(test)) == (15, 2) and train.source is test.source is Source.REAL
    np.testing.assert_array_equal(train.labels, np.arange(15) % 10)
    np.testing.assert_array_equal(test.labels, [5, 6])
    assert test.class_names[2:6] == ("bird", "cat", "deer", "dog")
    train.images[0] = test.images[0] = 0


def test_the_environment_pins_the_source_and_an_argument_wins(monkeypatch, keras_home):
    monkeypatch.setenv("CONVKIT_SOURCE", "sample")
    assert datasets.load("mnist", limit=1).source is Source.SAMPLE
    assert datasets.load("mnist", "auto", limit=1).source is Source.REAL
    monkeypatch.setenv("CONVKIT_SOURCE", "real")
    assert datasets.load("mnist", "sample", limit=1).source is Source.SAMPLE
    monkeypatch.setenv("CONVKIT_SOURCE", "cloud")
    with pytest.raises(ValueError, match="CONVKIT_SOURCE must be one of auto, real, sample, not 'cloud'"):
        datasets.load("mnist")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": "mnits"}, "mnist, fashion_mnist, cifar10"),
        ({"name": "mnist", "source": "download"}, "auto, real, sample"),
        ({"name": "mnist", "split": "all"}, "train, test"),
        ({"name": "mnist", "limit": 0}, "limit"),
        ({"name": "mnist", "limit": 2.5}, "limit"),
        ({"name": "mnist", "limit": True}, "limit"),
    ],
)
def test_wrong_arguments_name_the_right_ones(arguments, words):
    with pytest.raises(ValueError, match=words):
        datasets.load(**arguments)


@pytest.mark.parametrize(("name", "size"), [("mnist", 10_000), ("fashion_mnist", 10_000)])
def test_real_data_come_from_the_cache_without_keras_and_without_network(keras_home, name, size):
    train, test = datasets.load(name), datasets.load(name, split="test")
    assert (len(train), len(test)) == (60_000, size)
    for part in (train, test):
        assert part.source is Source.REAL and part.images.dtype == part.labels.dtype == np.uint8
        assert part.images.shape[1:] == (28, 28)
        assert (np.bincount(part.labels) > size // 15).all()
        part.images[0] = 0


@pytest.mark.slow
def test_real_data_are_what_the_loaders_of_keras_give(keras_home):
    code = """
from convkit import datasets, quiet
with quiet.startup():
    import keras
import numpy as np
for name in ("mnist", "fashion_mnist"):
    (x, y), (u, v) = getattr(keras.datasets, name).load_data()
    for split, images, labels in (("train", x, y), ("test", u, v)):
        ours = datasets.load(name, "real", split)
        np.testing.assert_array_equal(ours.images, images)
        np.testing.assert_array_equal(ours.labels, labels)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "nothing of TensorFlow's start-up is shown"


def test_a_cached_file_with_other_bytes_is_refused_with_both_hashes(tmp_path):
    path = tmp_path / "keras" / "datasets" / "mnist.npz"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not MNIST")
    for source in ("auto", "real"):
        with pytest.raises(DatasetError) as caught:
            datasets.load("mnist", source)
        text = str(caught.value)
        assert hashlib.sha256(b"not MNIST").hexdigest() in text
        assert "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1" in text
        assert "\n" not in text and str(path) in text
    assert datasets.load("mnist", "sample").source is Source.SAMPLE
    assert path.read_bytes() == b"not MNIST"


def test_a_file_of_the_right_size_and_other_bytes_is_refused_too(tmp_path):
    path = tmp_path / "keras" / "datasets" / "mnist.npz"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(11_490_434)
    with pytest.raises(DatasetError, match="SHA-256"):
        datasets.load("mnist")


def test_without_network_real_data_are_one_clear_error():
    with pytest.raises(DatasetError, match=r'mnist cannot be loaded, because there is no network.*source="sample"'):
        datasets.load("mnist", "real")
    with pytest.raises(DatasetError, match=r"fashion_mnist has no bundled sample.*31 MB"):
        datasets.load("fashion_mnist", "sample")
    with pytest.raises(DatasetError, match=r"fashion_mnist cannot be loaded.*connect once"):
        datasets.load("fashion_mnist")
    with pytest.raises(DatasetError, match=r"cifar10 cannot be loaded.*www\.cs\.toronto\.edu does not answer"):
        datasets.load("cifar10", "real")


def test_photos():
    for name in ("china", "flower"):
        picture = datasets.photo(name)
        assert picture.shape == (427, 640, 3) and picture.dtype == np.uint8
        assert picture.std() > 20
    with pytest.raises(ValueError, match="china, flower"):
        datasets.photo("cat")


def test_the_track_is_noisy_and_always_the_same():
    noisy, true = datasets.track(), datasets.track(noise=0.0)
    assert noisy.shape == true.shape == (120,) and noisy.dtype == np.float64
    np.testing.assert_array_equal(noisy, datasets.track())
    assert (np.diff(true) > 0).all()
    assert np.std(noisy - true) == pytest.approx(0.06, rel=0.2)
    window = np.convolve(noisy, np.ones(5) / 5, "valid") - true[2:-2]
    assert np.std(window) < 0.6 * np.std(noisy - true)
    with pytest.raises(ValueError):
        datasets.track(noise=-1)


def test_importing_convkit_is_quick_and_brings_neither_keras_nor_a_plot_window():
    code = (
        "import sys; from convkit import check, datasets; "
        "assert not {'keras', 'tensorflow', 'sklearn', 'pandas', 'autograder'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)


def test_the_sample_of_imdb_is_made_up_reviews_in_the_numbers_of_keras() -> None:
    train, test = (datasets.load_text("imdb", "sample", split, num_words=300) for split in ("train", "test"))
    assert (len(train), len(test)) == (3000, 1000)
    for part in (train, test):
        assert part.source is Source.SAMPLE and part.class_names == ("negative", "positive")
        assert part.labels.shape == (len(part),) and part.labels.dtype == np.uint8
        assert all(sequence[0] == 1 and min(sequence[1:]) >= 2 and max(sequence) < 300 for sequence in part.sequences)
        assert sum(sequence.count(2) for sequence in part.sequences) > len(part) / 2, "there are unknown words"
    few = datasets.load_text("imdb", "sample", limit=3)
    assert [len(sequence) for sequence in few.sequences] == [len(sequence) for sequence in train.sequences[:3]]
    assert repr(few).startswith("imdb (train): 3 texts, sample data. The sample: made-up reviews")


def test_texts_ask_for_their_arguments_and_data_as_pictures_do(capsys):
    for arguments, words in (({"name": "mnist"}, "imdb"), ({"name": "imdb", "num_words": 0}, "num_words")):
        with pytest.raises(ValueError, match=words):
            datasets.load_text(**arguments)
    with pytest.raises(DatasetError, match=r"imdb cannot be loaded, because there is no network"):
        datasets.load_text("imdb", "real")
    assert datasets.load_text("imdb", limit=2).source is Source.SAMPLE
    assert "The real imdb was not loaded: there is no network" in capsys.readouterr().out


@pytest.mark.slow
def test_real_reviews_are_what_the_loader_of_keras_gives(keras_home):
    code = """
from convkit import datasets, quiet
with quiet.startup():
    import keras
parts = keras.datasets.imdb.load_data(num_words=10_000)
for split, (sequences, labels) in zip(("train", "test"), parts):
    ours = datasets.load_text("imdb", "real", split, num_words=10_000)
    assert ours.sequences == list(sequences) and (ours.labels == labels).all()
assert ours.word_index == keras.datasets.imdb.get_word_index()
assert datasets.load_text("imdb", "real", "test", limit=2, num_words=10_000).sequences == list(sequences[:2])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
