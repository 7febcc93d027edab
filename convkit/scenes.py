"""Drawn scenes: objects of known class, box and mask on busy backgrounds, the same from a seed everywhere.

    from convkit import scenes
    train = scenes.ten_classes(2000, seed=1)        # 32×32, one object each, shapes and fillings
    street = scenes.make(100, seed=2, size=96, classes=scenes.SHAPE_CLASSES[:3], objects=(1, 6))

Edges are antialiased. Place, size, rotation, colours, background, clutter, noise, and what covers an object are random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from convkit.scene_layers import CLUTTER, PLACES_TRIED, background, paint_bar, paint_object, place
from convkit.shapes import FILLINGS, SHAPES, Floats

_CHUNK_PIXELS = 65_536  # drawn at once: small enough for the processor's cache


@dataclass(frozen=True)
class ObjectClass:
    """What objects of a class look like: one shape, and one filling or (None) any."""

    name: str
    shape: str
    filling: str | None = None

    def __post_init__(self) -> None:
        if self.shape not in SHAPES or not (self.filling is None or self.filling in FILLINGS):
            raise ValueError(
                f"there is no {self.filling or 'plain'} {self.shape}; "
                f"shapes: {', '.join(SHAPES)}; fillings: {', '.join(FILLINGS)}"
            )


TEN_CLASSES = tuple(
    ObjectClass(f"{filling} {shape}", shape, filling)
    for filling in ("plain", "striped")
    for shape in ("disc", "square", "triangle", "cross", "star")
)
SHAPE_CLASSES = tuple(ObjectClass(shape, shape) for shape in SHAPES)


@dataclass(frozen=True, eq=False, repr=False)
class Scenes:
    """Pictures and what is in them: M objects in N pictures, in the order of the pictures.

    images    uint8 (N, H, W, 3)
    pictures  int64 (M,), the picture that each object is in
    labels    int64 (M,), its class
    boxes     float64 (M, 4): x1, y1, x2, y2 of what is seen of it, as fractions of the picture
    masks     bool (M, H, W): the pixels of which it covers at least half, less what is in front of it
    """

    images: NDArray[np.uint8]
    pictures: NDArray[np.int64]
    labels: NDArray[np.int64]
    boxes: NDArray[np.float64]
    masks: NDArray[np.bool_]
    class_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        height, width = self.images.shape[1:3]
        return f"{len(self):,} drawn scenes of {height}×{width} with {len(self.labels):,} objects"


def ten_classes(count: int, seed: int) -> Scenes:
    """32×32 pictures with one object each: five shapes, plain or striped; about as many of each class."""
    return make(count, seed)


def make(
    count: int,
    seed: int,
    *,
    size: int | tuple[int, int] = 32,
    classes: Sequence[ObjectClass] = TEN_CLASSES,
    objects: tuple[int, int] = (1, 1),
    radius: tuple[float, float] | None = None,
) -> Scenes:
    """`count` pictures; the first n of them are the same for every count.

    size: (height, width) in pixels, or one number for both; 16 or more.   seed: 0 or more.
    objects: the least and the most in a picture.
    radius: the least and the largest, as fractions of the shorter side; by default 0.26 and 0.42,
    divided by the square root of the most objects.
    Raises ValueError where an argument makes no sense.
    """
    height, width = (size, size) if isinstance(size, int) else size
    least, most = objects
    low, high = radius or (0.26 / most**0.5, 0.42 / most**0.5) if most else (0.0, 0.0)
    if count < 1 or seed < 0 or not classes or min(height, width) < 16:
        raise ValueError(
            f"needed: a count from 1 on, a seed from 0 on, classes, and 16 pixels or more a side; "
            f"not {count}, {seed}, {len(classes)} classes, {height}×{width}"
        )
    if not (0 <= least <= most <= 100 and 0 <= low <= high <= 0.5):
        raise ValueError(f"objects {objects} or radius {radius}: the first must not be larger than the second")

    streams = [np.random.RandomState([seed, stream]) for stream in range(4)]
    step = max(1, _CHUNK_PIXELS // (height * width))
    parts = [
        _draw(min(step, count - start), streams, (height, width), classes, objects, (low, high))
        for start in range(0, count, step)
    ]
    firsts = range(0, count, step)
    return Scenes(
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.pictures + first for part, first in zip(parts, firsts, strict=True)]),
        np.concatenate([part.labels for part in parts]),
        np.concatenate([part.boxes for part in parts]),
        np.concatenate([part.masks for part in parts]),
        tuple(one.name for one in classes),
    )


def _draw(
    count: int,
    streams: Sequence[np.random.RandomState],
    size: tuple[int, int],
    classes: Sequence[ObjectClass],
    objects: tuple[int, int],
    radius: tuple[float, float],
) -> Scenes:
    """The next `count` pictures of the streams."""
    (height, width), (least, most) = size, objects
    grounds, things, grids = (
        _uniform(stream, count, *shape)
        for stream, shape in zip(streams, [(18 + 8 * CLUTTER,), (1 + most, 13 + 2 * PLACES_TRIED), (89,)], strict=False)
    )
    grain = streams[3].randint(0, 256, size=(count, 3, height, width), dtype=np.uint8)
    x = np.arange(width, dtype=np.float32)[None, None, :] + np.float32(0.5)
    y = np.arange(height, dtype=np.float32)[None, :, None] + np.float32(0.5)

    level, canvas = background(grounds, grids, x, y)
    how_many = least + np.floor(things[:, 0, 0] * (most - least + 1)).astype(int)
    masks = np.zeros((count, most, height, width), dtype=bool)
    labels = np.zeros((count, most), dtype=np.int64)
    placed = np.zeros((count, 0, 3), dtype=np.float32)
    for number in range(most):
        drawn = np.flatnonzero(how_many > number)
        chance = things[:, 1 + number]
        labels[:, number] = np.floor(chance[:, 0] * len(classes))
        placed = np.concatenate([placed, place(chance, placed, size, radius)[:, None]], axis=1)
        kinds = [(classes[label].shape, classes[label].filling) for label in labels[drawn, number]]
        inside = paint_object(canvas, drawn, chance[drawn], kinds, placed[drawn, -1], level[drawn], x, y)
        masks[drawn, :number] &= ~inside[:, None]
        masks[drawn, number] = inside
    if most:
        drawn = np.flatnonzero((how_many == 1) & (things[:, 0, 1] < 0.5))
        covered = paint_bar(canvas, drawn, things[drawn, 0], placed[drawn, 0], level[drawn], x, y)
        masks[drawn, 0] &= ~covered

    strength = (grounds[:, 17] * np.float32(0.1))[:, None, None, None]
    canvas += (grain.astype(np.float32) * np.float32(1 / 255) - np.float32(0.5)) * strength
    images = np.floor(np.clip(canvas, 0, 1) * 255 + np.float32(0.5)).astype(np.uint8)
    present = np.arange(most)[None] < how_many[:, None]
    found = masks[present]
    return Scenes(
        np.ascontiguousarray(images.transpose(0, 2, 3, 1)),
        np.nonzero(present)[0],
        labels[present],
        _boxes(found),
        found,
        (),
    )


def _boxes(masks: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(M, H, W) → (M, 4), from the first to the last pixel in fractions; all zero where nothing is seen."""
    edges = []
    for axis in (1, 2):  # columns, then rows
        seen: NDArray[np.bool_] = np.any(masks, axis=axis)
        length = seen.shape[1]
        first, last = seen.argmax(axis=1), length - seen[:, ::-1].argmax(axis=1)
        edges.append((first / length, np.where(seen.any(axis=1), last, 0) / length))
    (x1, x2), (y1, y2) = edges
    return np.stack([x1, y1, x2, y2], axis=1)


def _uniform(stream: np.random.RandomState, *shape: int) -> Floats:
    """Random numbers in [0, 1). NumPy keeps RandomState's stream as it is (NEP 19)."""
    return np.minimum(stream.random_sample(shape).astype(np.float32), np.float32(1 - 2**-24))
