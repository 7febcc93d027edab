"""Photos with boxes: the table's pixels become fractions, whatever size the arrays get."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convkit import boxed_photos
from convkit.datasets import DatasetError

HEADER = "file,class,xmin,ymin,xmax,ymax,width,height,breed\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two photos: one with a red left half and two boxes, one upright and grey with a box beyond its edge."""
    half = np.zeros((20, 40, 3), dtype=np.uint8)
    half[:, :20] = (200, 30, 30)
    Image.fromarray(half).save(tmp_path / "half.png")
    Image.fromarray(np.full((50, 10), 90, dtype=np.uint8)).save(tmp_path / "grey.png")
    rows = [
        "half.png,dog,0,0,20,20,40,20,none",
        "grey.png,cat,5,10,12,60,10,50,none",
        "half.png,cat,30,5,40,15,40,20,none",
    ]
    (tmp_path / "annotations.csv").write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


def test_photos_and_their_boxes(folder: Path) -> None:
    photos = boxed_photos.read_folder(folder, (16, 32))
    assert (photos.images.shape, photos.images.dtype) == ((2, 16, 32, 3), np.uint8)
    assert photos.files == ("half.png", "grey.png")
    assert photos.class_names == ("cat", "dog")
    assert photos.pictures.tolist() == [0, 0, 1]
    assert photos.labels.tolist() == [1, 0, 0]
    np.testing.assert_allclose(photos.boxes, [[0, 0, 0.5, 1], [0.75, 0.25, 1, 0.75], [0.5, 0.2, 1, 1]])
    assert photos.images[0, 8, 4].tolist() == [200, 30, 30]
    assert photos.images[0, 8, 28].tolist() == [0, 0, 0]
    assert np.all(photos.images[1] == 90)  # grey photos get three channels
    assert repr(photos) == "2 photos, 16×32, with 3 boxes"
    assert len(photos) == 2


def test_some_classes_alone_in_the_order_asked_for(folder: Path) -> None:
    photos = boxed_photos.read_folder(folder, 8, classes=("dog", "bird"))
    assert photos.images.shape == (1, 8, 8, 3)
    assert photos.class_names == ("dog", "bird")
    assert photos.labels.tolist() == [0]
    with pytest.raises(DatasetError, match="no photos"):
        boxed_photos.read_folder(folder, 8, classes=("bird",))


def test_what_is_missing_is_named(folder: Path) -> None:
    with pytest.raises(DatasetError, match=r"elsewhere.*annotations\.csv"):
        boxed_photos.read_folder(folder / "elsewhere", 8)
    (folder / "half.png").unlink()
    with pytest.raises(DatasetError, match=r"half\.png"):
        boxed_photos.read_folder(folder, 8)
    (folder / "annotations.csv").write_text("file,class\na.png,dog\n", encoding="utf-8")
    with pytest.raises(DatasetError, match="xmin"):
        boxed_photos.read_folder(folder, 8)
    (folder / "annotations.csv").write_text(HEADER + "grey.png,cat,5,,12,60,10,50,none\n", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"grey\.png is not four numbers"):
        boxed_photos.read_folder(folder, 8)
