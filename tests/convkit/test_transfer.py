"""`convkit.transfer`: shipped weights, drawn hearts and crescents, and photos from a folder or an archive."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convkit import cache, transfer
from convkit.datasets import DatasetError, registry

ROOT = Path(__file__).parents[2]


def test_the_weights_are_those_of_the_log_and_small_enough() -> None:
    data = Path(transfer.weights()).read_bytes()
    log = (ROOT / "data" / "train_mobilenet.log").read_text(encoding="utf-8").splitlines()
    assert log[-1].split()[0] == hashlib.sha256(data).hexdigest()
    assert len(data) <= 2_000_000
    assert log[1].startswith("seed 0")


@pytest.mark.slow
def test_the_weights_load_through_keras_and_know_their_classes_features() -> None:
    keras = pytest.importorskip("keras")
    base = keras.applications.MobileNet(
        alpha=0.25, weights=transfer.weights(), include_top=False, input_shape=(64, 64, 3)
    )
    assert base.count_params() == 218_544
    new = transfer.drawn(60, seed=91, takes=1)
    features = base.predict(new.images / 127.5 - 1, verbose=0).max(axis=(1, 2))
    middles = np.stack([features[:60][new.labels[:60] == label].mean(axis=0) for label in (0, 1)])
    distances = np.linalg.norm(features[60:, None] - middles, axis=2)
    assert np.mean(distances.argmin(axis=1) == new.labels[60:]) >= 0.7


def test_drawn_things_are_as_many_of_each_class_and_come_in_groups() -> None:
    few = transfer.drawn(6, seed=3, takes=3, size=40)
    assert few.images.shape == (36, 40, 40, 3) and few.images.dtype == np.uint8
    assert np.bincount(few.labels).tolist() == [18, 18]
    assert np.bincount(few.groups).tolist() == [3] * 12
    for group in range(12):
        own = few.groups == group
        assert len(set(few.labels[own])) == 1
        first, *others = few.images[own].astype(int)
        assert all(np.abs(first - other).max() > 0 for other in others)
    assert repr(few) == "36 pictures of 40×40, of 12 crescents and hearts"


def test_drawn_things_are_the_same_from_a_seed_and_others_from_another() -> None:
    one, more, other = transfer.drawn(3, 5), transfer.drawn(5, 5), transfer.drawn(3, 6)
    assert np.array_equal(one.images, more.images[: len(one)]) and np.array_equal(one.labels, more.labels[: len(one)])
    assert not np.array_equal(one.images, other.images)


@pytest.mark.parametrize(("things", "takes", "size"), [(0, 2, 64), (3, 0, 64), (3, 2, 31)])
def test_too_small_numbers_are_refused(things: int, takes: int, size: int) -> None:
    with pytest.raises(ValueError, match="needed"):
        transfer.drawn(things, 1, takes=takes, size=size)


def save(path: Path, colour: tuple[int, int, int], size: tuple[int, int] = (30, 20)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for split in ("train", "validation"):
        for number in range(3):
            save(tmp_path / split / "cat" / f"{number}.jpg", (200, 10, 10))
            save(tmp_path / split / "dog" / f"{number}.jpg", (10, 10, 200), (20, 30))
    monkeypatch.setenv(transfer.FOLDER, str(tmp_path))
    return tmp_path


def test_photos_of_a_folder_are_fitted_into_squares(folder: Path) -> None:
    found = transfer.photos("train", size=24)
    assert found.images.shape == (6, 24, 24, 3)
    assert found.labels.tolist() == [0, 0, 0, 1, 1, 1] and found.class_names == ("cat", "dog")
    assert found.groups.tolist() == list(range(6))
    cat, dog = found.images[0].astype(int), found.images[-1].astype(int)
    assert abs(cat[12, 12] - (200, 10, 10)).max() < 8 and abs(dog[12, 12] - (10, 10, 200)).max() < 8
    assert cat[0, 12].tolist() == dog[12, 0].tolist() == [128, 128, 128]  # a wide one above, a tall one beside


def test_the_first_so_many_of_each_and_no_broken_files(folder: Path) -> None:
    (folder / "train" / "dog" / "0.jpg").write_bytes(b"no picture")
    assert transfer.photos("train", size=24).labels.tolist() == [0, 0, 0, 1, 1]
    assert transfer.photos("train", size=24, limit=2).labels.tolist() == [0, 0, 1, 1]


def test_a_folder_that_lacks_a_part_and_another_split_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match="split must be"):
        transfer.photos("test")
    monkeypatch.setenv(transfer.FOLDER, str(tmp_path))
    with pytest.raises(DatasetError, match="lacks train/cat"):
        transfer.photos("train")
    save(tmp_path / "train" / "cat" / "0.jpg", (0, 0, 0))
    (tmp_path / "train" / "dog").mkdir()
    with pytest.raises(DatasetError, match="not both cats and dogs"):
        transfer.photos("train")


def test_the_archive_is_read_in_the_order_of_its_numbers_and_every_fifth_is_held_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(transfer.FOLDER, raising=False)
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        for name in ("Cat", "Dog"):
            for number in reversed(range(11)):
                save(tmp_path / "one.png", (20 * number, 0, 0))
                archive.write(tmp_path / "one.png", f"PetImages/{name}/{number}.jpg")
            archive.writestr(f"PetImages/{name}/Thumbs.db", "")
    monkeypatch.setattr(cache, "obtain", lambda files: [tmp_path / "photos.zip"])
    shades = {split: transfer.photos(split, size=20).images[:, 10, 10, 0] // 20 for split in ("train", "validation")}
    assert shades["train"].tolist() == [1, 2, 3, 4, 6, 7, 8, 9] * 2
    assert shades["validation"].tolist() == [0, 5, 10] * 2


def test_without_a_network_the_reason_and_the_way_out_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(files: list[cache.RemoteFile]) -> list[Path]:
        assert files[0].bytes == 824_887_076
        raise cache.Unavailable("there is no network")

    monkeypatch.delenv(transfer.FOLDER, raising=False)
    monkeypatch.setattr(cache, "obtain", nothing)
    with pytest.raises(DatasetError, match=f"no network.*{transfer.FOLDER}"):
        transfer.photos("train")
    assert registry()["archives"]["cats_vs_dogs"]["licence"]
