"""Figures of a detector: the cells of the centres, and what each step of suppression keeps and takes away."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from convkit import draw, draw_yolo

PICTURE = np.full((70, 140, 3), 128, dtype=np.uint8)
BOXES = np.array([[0.1, 0.1, 0.5, 0.5], [0.12, 0.1, 0.52, 0.5], [0.1, 0.12, 0.5, 0.52], [0.6, 0.6, 0.9, 0.9]])
SCORES, LABELS = np.array([0.9, 0.8, 0.7, 0.6]), np.array([0, 0, 1, 0])


def grid(boxes: np.ndarray) -> Figure:
    return draw_yolo.grid.__wrapped__(PICTURE, boxes, 7, title="One point")


def suppression(kept: list[int], **more: object) -> Figure:
    return draw_yolo.suppression.__wrapped__(PICTURE, BOXES, SCORES, LABELS, kept, title="One point", **more)


def rectangles(axes: Axes, colour: str, filled: bool = False) -> list[Rectangle]:
    found = [patch for patch in axes.patches if isinstance(patch, Rectangle) and patch.get_fill() == filled]
    return [patch for patch in found if to_hex(patch.get_facecolor() if filled else patch.get_edgecolor()) == colour]


def test_the_cell_of_each_centre_is_shaded() -> None:
    axes = grid(np.array([[0.2, 0.1, 0.4, 0.3], [0.8, 0.5, 1.2, 0.9]])).axes[0]
    shaded = [(cell.get_x(), cell.get_y()) for cell in rectangles(axes, draw.ORANGE, filled=True)]
    # centres (0.3, 0.2) and (1.0, 0.7): columns 2 and 6 of 20 pixels, rows 1 and 4 of 10
    np.testing.assert_allclose(shaded, [(39.5, 9.5), (119.5, 39.5)])
    assert len(rectangles(axes, draw.BLUE)) == 2
    assert not rectangles(grid(np.zeros((0, 4))).axes[0], draw.BLUE)


def test_each_panel_shows_who_stays_and_who_goes() -> None:
    figure = suppression([0, 2, 3])
    first, second, third = figure.axes
    assert [len(rectangles(axes, draw.BLUE)) for axes in (first, second, third)] == [1, 0, 0]
    thick = [patch for patch in rectangles(third, draw.ORANGE) if patch.get_linewidth() > 2]
    assert len(thick) == 1
    np.testing.assert_allclose(thick[0].get_xy(), (0.6 * 140 - 0.5, 0.6 * 70 - 0.5))
    assert [axes.get_title() for axes in figure.axes] == [
        "1: score 0.90, 1 go", "2: score 0.70, 0 go", "3: score 0.60, 0 go",
    ]  # fmt: skip


def test_no_more_panels_than_asked_for_and_none_without_boxes() -> None:
    assert [axes.get_visible() for axes in suppression([0, 2, 3], steps=2).axes] == [True, True]
    assert [axes.get_visible() for axes in suppression([]).axes] == [False]


def test_it_fits_a_phone() -> None:
    for figure in (grid(BOXES), suppression([0, 2, 3])):
        figure.canvas.draw()
        assert figure.get_size_inches()[0] == draw.WIDTH_INCHES
        assert figure.get_suptitle() == "One point"
