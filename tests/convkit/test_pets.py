"""Heads of pets: from a folder, or from archives laid out as the data set's own."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convkit import cache, pets
from convkit.datasets import DatasetError

BOX = "<bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox>"


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return path


def photo(grey: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((20, 40, 3), grey, dtype=np.uint8)).save(file, format="PNG")
    return file.getvalue()


def table(kind: str, *corners: int) -> bytes:
    return f"<annotation><object><name>{kind}</name>{BOX.format(*corners)}</object></annotation>".encode()


def test_archives_give_the_photos_that_have_a_box(tmp_path: Path) -> None:
    annotations = archive(
        tmp_path / "annotations.tar.gz",
        {
            "annotations/xmls/Bengal_1.xml": table("cat", 10, 5, 30, 15),
            "annotations/xmls/pug_2.xml": table("dog", 0, 0, 20, 20),
            "annotations/xmls/._pug_2.xml": b"not XML",
            "annotations/README": b"words",
        },
    )
    names = ("Bengal_1", "Bengal_9", "pug_2")
    images = archive(tmp_path / "images.tar.gz", {f"images/{n}.jpg": photo(40 * k) for k, n in enumerate(names)})
    photos = pets.from_archives(annotations, images, 8)
    assert photos.files == ("Bengal_1.jpg", "pug_2.jpg")
    assert photos.class_names == ("cat", "dog")
    assert photos.labels.tolist() == [0, 1]
    np.testing.assert_allclose(photos.boxes, [[0.25, 0.25, 0.75, 0.75], [0, 0, 0.5, 1]])
    assert photos.images[:, 0, 0, 0].tolist() == [0, 80]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rows = ["file,class,xmin,ymin,xmax,ymax,width,height"]
    for number in range(10):
        (tmp_path / f"{number}.png").write_bytes(photo(10 * number))
        rows.append(f"{number}.png,{'dog' if number % 2 else 'cat'},0,0,{4 * number + 4},20,40,20")
    (tmp_path / "annotations.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    monkeypatch.setenv(pets.FOLDER, str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_every_fifth_photo_is_for_validation_and_keeps_its_label_and_box() -> None:
    train, validation = pets.heads(8)
    assert [len(part[0]) for part in (train, validation)] == [8, 2]
    assert validation[0][:, 0, 0, 0].tolist() == [40, 90]
    assert validation[1].tolist() == [1, 2]  # 0 is "nothing"
    np.testing.assert_allclose(validation[2][:, 2], [0.5, 1.0])
    assert not set(train[0][:, 0, 0, 0]) & set(validation[0][:, 0, 0, 0])


def test_where_the_data_are_missing_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(pets.FOLDER, str(tmp_path))
    with pytest.raises(DatasetError, match=r"annotations\.csv"):
        pets.heads(8)
    monkeypatch.delenv(pets.FOLDER)

    def none(files: object) -> list[Path]:
        raise cache.Unavailable("there is no network")

    monkeypatch.setattr(cache, "obtain", none)
    with pytest.raises(DatasetError, match="because there is no network"):
        pets.heads(8)
