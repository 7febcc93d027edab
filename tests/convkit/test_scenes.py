"""Drawn scenes: the same bytes from a seed, objects where masks and boxes say, and nothing for a linear classifier."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convkit import scenes
from convkit.shapes import FILLINGS, SHAPES

STREET = {"size": (48, 64), "classes": scenes.SHAPE_CLASSES, "objects": (0, 5)}


def digest(made: scenes.Scenes) -> str:
    parts = (made.images, made.pictures, made.labels, made.boxes, made.masks)
    return hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in parts)).hexdigest()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, "d367a26d75ad1e9e2148add602fc1b40c40110943347a0a3e941c06223e5dd1b"),
        (STREET, "68b839bb51b6a92e6baac6758ee9d75c39fad0a88b2918dd4d33e6e2648379ae"),
    ],
)
def test_every_machine_draws_the_same_bytes(arguments: dict[str, Any], expected: str) -> None:
    assert digest(scenes.make(200, 1, **arguments)) == expected


@settings(max_examples=10, deadline=None)
@given(first=st.integers(1, 150), more=st.integers(1, 100), seed=st.integers(0, 2**31), street=st.booleans())
def test_the_first_pictures_do_not_depend_on_how_many_follow(first: int, more: int, seed: int, street: bool) -> None:
    arguments = STREET if street else {}
    few, many = scenes.make(first, seed, **arguments), scenes.make(first + more, seed, **arguments)
    assert np.array_equal(few.images, many.images[:first])
    objects = np.flatnonzero(many.pictures < first)
    for name in ("pictures", "labels", "boxes", "masks"):
        assert np.array_equal(getattr(few, name), getattr(many, name)[objects])


def test_other_seeds_give_other_pictures() -> None:
    one, other = scenes.ten_classes(50, 1), scenes.ten_classes(50, 2)
    assert not any(np.array_equal(a, b) for a in one.images for b in other.images)


def test_ten_classes_has_one_object_a_picture_and_all_classes() -> None:
    made = scenes.ten_classes(1000, 3)
    assert (made.images.shape, made.images.dtype) == ((1000, 32, 32, 3), np.uint8)
    assert np.array_equal(made.pictures, np.arange(1000))
    assert np.bincount(made.labels, minlength=10).min() > 70
    assert len(set(made.class_names)) == 10
    assert len(made) == 1000
    assert repr(made) == "1,000 drawn scenes of 32×32 with 1,000 objects"


@pytest.mark.parametrize("arguments", [{}, STREET])
def test_a_box_touches_the_object_on_all_four_sides(arguments: dict[str, Any]) -> None:
    made = scenes.make(100, 4, **arguments)
    height, width = made.images.shape[1:3]
    pixels = made.boxes * np.array([width, height, width, height])
    assert np.array_equal(pixels, np.round(pixels))
    for mask, (x1, y1, x2, y2) in zip(made.masks, pixels.astype(int), strict=True):
        inside = mask[y1:y2, x1:x2]
        assert inside.sum() == mask.sum()
        assert inside[0].any() and inside[-1].any() and inside[:, 0].any() and inside[:, -1].any()


def test_scenes_hold_as_many_objects_as_asked_and_no_pixel_is_two_objects() -> None:
    made = scenes.make(300, 5, **STREET)
    counts = np.bincount(made.pictures, minlength=300)
    assert set(counts) == {0, 1, 2, 3, 4, 5}
    for picture in range(300):
        assert made.masks[made.pictures == picture].sum(axis=0).max(initial=0) <= 1


def test_enough_of_every_object_is_seen() -> None:
    made = scenes.make(400, 6, size=96, classes=scenes.SHAPE_CLASSES[:3], objects=(1, 6))
    boxes = made.boxes * 96
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    assert (made.masks.sum(axis=(1, 2)) > 0.15 * areas).all()
    assert made.masks.sum(axis=(1, 2)).min() > 40


def test_an_object_stands_out_lighter_or_darker() -> None:
    made = scenes.ten_classes(300, 7)
    grey = made.images @ np.array([0.299, 0.587, 0.114]) / 255
    inside = np.array([g[m].mean() for g, m in zip(grey, made.masks, strict=True)])
    outside = np.array([np.median(g[~m]) for g, m in zip(grey, made.masks, strict=True)])
    assert np.mean(np.abs(inside - outside) > 0.12) > 0.98
    assert 0.3 < np.mean(inside > outside) < 0.7


def test_bars_hide_a_part_of_half_of_the_single_objects() -> None:
    disc = (scenes.ObjectClass("disc", "disc", "plain"),)
    made = scenes.make(400, 8, size=64, classes=disc, radius=(0.3, 0.3))
    share = made.masks.sum(axis=(1, 2)) / (np.pi * (0.88 * 0.3 * 64) ** 2)
    assert 0.4 < np.mean(share > 0.985) < 0.6
    assert share.max() < 1.01
    assert 0.4 < share.min() < 0.8


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_is_about_one_radius_large_and_measures_distances(name: str) -> None:
    axis = np.linspace(-1.5, 1.5, 301, dtype=np.float32)
    u, v = np.meshgrid(axis, axis)
    outside = SHAPES[name](u, v)
    reach = np.sqrt(u**2 + v**2)[outside < 0]
    assert 0.85 < reach.max() < 1.25
    assert 0.6 < np.mean(outside < 0) * 9 < 2.5
    steepest = np.maximum(np.abs(np.diff(outside, axis=0)).max(), np.abs(np.diff(outside, axis=1)).max())
    assert 0.95 < steepest / 0.01 < 1.05  # grows by one radius a radius, so that edges are one pixel soft


def test_shapes_and_fillings_differ() -> None:
    axis = np.linspace(-1, 1, 64, dtype=np.float32)
    u, v = np.meshgrid(axis, axis)
    for functions in (SHAPES, FILLINGS):
        drawn = [f(u, v) > (0 if functions is SHAPES else 0.5) for f in functions.values()]
        differ = [np.mean(a != b) for i, a in enumerate(drawn) for b in drawn[:i]]
        assert min(differ) > 0.05
    assert all(f(u, v).min() >= 0 and f(u, v).max() <= 1 for f in FILLINGS.values())


def test_edges_are_antialiased() -> None:
    """Along an edge there are grey levels between those of object and background; noise is small."""
    disc = (scenes.ObjectClass("disc", "disc", "plain"),)
    made = scenes.make(50, 9, size=64, classes=disc, radius=(0.3, 0.3))
    soft = 0
    for image, mask in zip(made.images.astype(int), made.masks, strict=True):
        row = int(np.flatnonzero(mask.any(axis=1)).mean())
        columns = np.flatnonzero(mask[row])
        edge, before, after = image[row, columns[0]], image[row, columns[0] - 3], image[row, columns[0] + 3]
        channel = np.abs(after - before).argmax()
        low, high = sorted((before[channel], after[channel]))
        soft += low + 0.05 * (high - low) < edge[channel] < high - 0.05 * (high - low)
    assert soft >= 15


def test_a_linear_classifier_learns_next_to_nothing() -> None:
    """Ridge regression on one-hot labels, in its dual form."""
    train, test = scenes.ten_classes(2000, 1), scenes.ten_classes(500, 2)
    x, x_new = (s.images.reshape(len(s), -1) / 255 - 0.5 for s in (train, test))
    kernel = x @ x.T
    best = 0.0
    for penalty in (1e1, 1e2, 1e3):
        weights = np.linalg.solve(kernel + penalty * np.eye(len(x)), np.eye(10)[train.labels])
        best = max(best, float(np.mean((x_new @ (x.T @ weights)).argmax(axis=1) == test.labels)))
    assert best <= 0.6


@pytest.mark.parametrize(
    "arguments",
    [
        {"count": 0},
        {"seed": -1},
        {"size": 8},
        {"size": (64, 15)},
        {"classes": ()},
        {"objects": (3, 2)},
        {"objects": (-1, 2)},
        {"radius": (0.3, 0.2)},
        {"radius": (0.3, 0.6)},
    ],
)
def test_arguments_that_make_no_sense_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"needed|must not"):
        scenes.make(**{"count": 3, "seed": 1, **arguments})


def test_a_class_is_made_of_known_parts() -> None:
    with pytest.raises(ValueError, match="shapes: disc, ring, square"):
        scenes.ObjectClass("cube", "cube")
    with pytest.raises(ValueError, match="fillings: plain, striped"):
        scenes.ObjectClass("disc", "disc", "spotted")
