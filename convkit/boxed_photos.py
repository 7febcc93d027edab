"""Photos with boxes: a folder of JPEGs and a table of their boxes → arrays, as `convkit.scenes` gives them.

from convkit import boxed_photos
photos = boxed_photos.read_folder("pets_boxes", size=224)
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from convkit.datasets import DatasetError

TABLE = "annotations.csv"
_COLUMNS = ("file", "class", "xmin", "ymin", "xmax", "ymax", "width", "height")


@dataclass(frozen=True, eq=False, repr=False)
class BoxedPhotos:
    """N photos of one size and the M objects in them, in the order of the photos.

    images    uint8 (N, H, W, 3), stretched to one size, which leaves fractions as they were
    pictures  int64 (M,), the photo that each object is in
    labels    int64 (M,), its class
    boxes     float64 (M, 4): x1, y1, x2, y2 as fractions of the photo, within [0, 1]
    files     the N names of the photos
    """

    images: NDArray[np.uint8]
    pictures: NDArray[np.int64]
    labels: NDArray[np.int64]
    boxes: NDArray[np.float64]
    class_names: tuple[str, ...]
    files: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        height, width = self.images.shape[1:3]
        return f"{len(self):,} photos, {height}×{width}, with {len(self.labels):,} boxes"


@dataclass(frozen=True)
class Box:
    """One object in a photo: its class and its corners, in pixels of the photo as it is stored."""

    class_name: str
    x1: float
    y1: float
    x2: float
    y2: float


def read_folder(
    folder: str | Path, size: int | tuple[int, int], *, classes: Sequence[str] | None = None
) -> BoxedPhotos:
    """The photos that `annotations.csv` in `folder` names, in its order, stretched to `size`.

    size: (height, width) in pixels, or one number for both.
    classes: which classes count, in this order; None: all that occur, sorted. Photos without any are left out.
    The table has one line a box: file, class, xmin, ymin, xmax, ymax, width, height, in pixels of the stored photo;
    further columns are passed over. Raises DatasetError where a file or a column is missing.
    """
    folder = Path(folder)
    boxes: dict[str, list[Box]] = {}
    for row in _rows(folder / TABLE):
        if classes is None or row["class"] in classes:
            boxes.setdefault(row["file"], []).append(_box(row))
    return assemble(((file, folder / file, found) for file, found in boxes.items()), size, classes=classes)


def assemble(
    photos: Iterable[tuple[str, Path | IO[bytes], Sequence[Box]]],
    size: int | tuple[int, int],
    *,
    classes: Sequence[str] | None = None,
) -> BoxedPhotos:
    """Photos, each with its name, its file (or an open one) and its boxes, as arrays; see `read_folder`."""
    height, width = (size, size) if isinstance(size, int) else size
    images: list[NDArray[np.uint8]] = []
    files: list[str] = []
    found: list[tuple[int, str, Sequence[float]]] = []
    for file, source, boxes in photos:
        image, scale = _image(file, source, height, width)
        found += [(len(images), box.class_name, np.multiply((box.x1, box.y1, box.x2, box.y2), scale)) for box in boxes]
        images.append(image)
        files.append(file)
    if not images:
        raise DatasetError("There are no photos with boxes of these classes.")
    names = tuple(classes) if classes is not None else tuple(sorted({name for _, name, _ in found}))
    return BoxedPhotos(
        np.stack(images),
        np.array([picture for picture, _, _ in found], dtype=np.int64),
        np.array([names.index(name) for _, name, _ in found], dtype=np.int64),
        np.clip(np.array([corners for _, _, corners in found], dtype=np.float64).reshape(-1, 4), 0, 1),
        names,
        tuple(files),
    )


def _rows(table: Path) -> list[dict[str, str]]:
    try:
        with table.open(newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
    except OSError as problem:
        raise DatasetError(f"{table} cannot be read ({problem.strerror}): name the folder that holds it.") from problem
    missing = [name for name in _COLUMNS if rows and rows[0].get(name) is None]
    if missing or not rows:
        raise DatasetError(f"{table} needs the columns {', '.join(_COLUMNS)} and a line for each box.")
    return rows


def _box(row: dict[str, str]) -> Box:
    try:
        return Box(row["class"], *(float(row[name]) for name in ("xmin", "ymin", "xmax", "ymax")))
    except (TypeError, ValueError):
        raise DatasetError(f"The box of {row['file']} is not four numbers: {row}.") from None


def _image(file: str, source: Path | IO[bytes], height: int, width: int) -> tuple[NDArray[np.uint8], Any]:
    """The photo in its new size, and what turns pixels of the stored photo into fractions."""
    from PIL import Image  # comes with Matplotlib

    try:
        with Image.open(source) as stored:
            across, down = stored.size
            resized = stored.convert("RGB").resize((width, height), Image.Resampling.BILINEAR)
    except OSError as problem:
        raise DatasetError(f"The photo {file} cannot be read ({problem}).") from problem
    return np.asarray(resized, dtype=np.uint8), (1 / across, 1 / down, 1 / across, 1 / down)
