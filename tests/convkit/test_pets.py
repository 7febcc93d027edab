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


def test_copies_keep_the_whole_box_on_its_object() -> None:
    """A bright rectangle is cut out, enlarged and flipped: the box is where it then is."""

    def resize(image: pets.Array, boxes: pets.Array, size: tuple[int, int]) -> tuple[pets.Array, pets.Array]:
        factor = size[0] / image.shape[0]
        places = ((np.arange(size[0]) + 0.5) / factor).astype(int)
        return image[places][:, places], boxes * factor

    def flip(image: pets.Array, boxes: pets.Array) -> tuple[pets.Array, pets.Array]:
        return image[:, ::-1], np.stack([64 - boxes[:, 2], boxes[:, 1], 64 - boxes[:, 0], boxes[:, 3]], axis=1)

    corners = np.array([[0, 0, 64, 64], [0, 40, 20, 64], [3, 5, 60, 20], [30, 30, 34, 37], [44, 0, 64, 9]])
    images = np.zeros((5, 64, 64, 3), dtype=np.uint8)
    for image, (x1, y1, x2, y2) in zip(images, corners, strict=True):
        image[y1:y2, x1:x2] = 255
    part = images, np.arange(5) % 2 + 1, corners / 64
    more, labels, boxes = pets.with_copies(part, 8, 1, resize, flip)
    assert (more.shape, more.dtype, labels.tolist()) == ((45, 64, 64, 3), np.uint8, [1, 2, 1, 2, 1] * 9)
    assert all(np.array_equal(new[:5], old) for new, old in zip((more, labels, boxes), part, strict=True))
    for image, box in zip(more, boxes * 64, strict=True):
        rows, columns = np.nonzero(image[..., 0])
        seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        np.testing.assert_allclose(box, seen, atol=1)
    assert len({tuple(box) for box in boxes[3::5].round(3)}) >= 7  # of 9 of the smallest
