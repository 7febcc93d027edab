"""Figures of a detector on a grid: which cells are responsible, and non-max suppression step by step.

Boxes are (x1, y1, x2, y2), fractions of the picture, origin top left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from convkit.draw import BLUE, INK, ORANGE, PAPER, WIDTH_INCHES, Array, _figure, _picture, _shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLUMNS = 3


@_shown
def grid(picture: ArrayLike, boxes: ArrayLike, cells: int, *, title: str) -> Figure:
    """A picture `(H, W, 3)` under a grid of cells × cells; boxes `(n, 4)`, and the cells of their centres."""
    image, corners = np.asarray(picture), np.reshape(np.asarray(boxes, dtype=np.float64), (-1, 4))
    figure = _figure(title, WIDTH_INCHES * 0.82)
    axes = figure.subplots()
    _picture(axes, image, signed=False)
    height, width = image.shape[:2]
    steps = np.array([width, height]) / cells
    for box in corners:
        column, row = np.minimum((box[:2] + box[2:]) / 2 * cells, cells - 1).astype(int)
        _rectangle(axes, (column * steps[0], row * steps[1], *steps), facecolor=ORANGE, alpha=0.7)
    for number in range(cells + 1):
        axes.axvline(number * steps[0] - 0.5, color=PAPER, linewidth=0.9)
        axes.axhline(number * steps[1] - 0.5, color=PAPER, linewidth=0.9)
    for box in corners:
        _outline(axes, box, (height, width), BLUE, "-", 1.8)
        x, y = (box[:2] + box[2:]) / 2 * (width, height) - 0.5
        axes.plot(x, y, "o", color=INK, markersize=5, markeredgecolor=PAPER)
    axes.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    for ticks, step in ((axes.set_xticks, steps[0]), (axes.set_yticks, steps[1])):
        ticks((np.arange(cells) + 0.5) * step - 0.5, [str(number) for number in range(cells)])
    axes.tick_params(length=0)
    axes.set(xlabel="column of the grid", ylabel="row of the grid")
    return figure


@_shown
def suppression(
    picture: ArrayLike,
    boxes: ArrayLike,
    scores: ArrayLike,
    labels: ArrayLike,
    kept: ArrayLike,
    *,
    title: str,
    iou_threshold: float = 0.5,
    steps: int = 6,
) -> Figure:
    """What non-max suppression did, a panel for each of the first `steps` boxes that it kept.

    boxes `(n, 4)`, scores and labels `(n,)`; kept: the indices that stayed, best first. In each panel the box kept is
    orange; those that it suppresses are dashed blue (of its class, IoU above the threshold, not gone before); those
    kept earlier and those that still wait are thin. Its score stands above.
    """
    image, corners = np.asarray(picture), np.reshape(np.asarray(boxes, dtype=np.float64), (-1, 4))
    points, names = np.asarray(scores), np.asarray(labels)
    order = [int(index) for index in np.asarray(kept)][:steps]
    columns = min(_COLUMNS, max(len(order), 1))
    rows = max(1, -(-len(order) // columns))
    side = (WIDTH_INCHES - 0.1) / columns - 0.08
    figure = _figure(title, rows * (side * image.shape[0] / image.shape[1] + 0.3) + 0.4)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    there = np.ones(len(corners), dtype=bool)
    for axes in panels[len(order) :]:
        axes.set_visible(False)
    for number, (axes, index) in enumerate(zip(panels, order, strict=False)):
        there[index] = False
        says_the_same = there & (names == names[index]) & (_overlaps(corners[index], corners) > iou_threshold)
        there &= ~says_the_same
        _picture(axes, image, signed=False)
        size = image.shape[:2]
        for other in np.flatnonzero(there):
            _outline(axes, corners[other], size, PAPER, "-", 0.8, halo=False)
        for earlier in order[:number]:
            _outline(axes, corners[earlier], size, ORANGE, "-", 0.9, halo=False)
        for other in np.flatnonzero(says_the_same):
            _outline(axes, corners[other], size, BLUE, (0, (3, 1.5)), 1.4)
        _outline(axes, corners[index], size, ORANGE, "-", 2.2)
        axes.set(xlim=(-0.5, size[1] - 0.5), ylim=(size[0] - 0.5, -0.5))
        axes.set_title(f"{number + 1}: score {points[index]:.2f}, {says_the_same.sum()} go", fontsize=9, pad=3)
    return figure


def _overlaps(box: Array, boxes: Array) -> Array:
    """IoU of one box with each of several."""
    sides = np.maximum(np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2]), 0)
    both = sides[:, 0] * sides[:, 1]
    either = np.prod(box[2:] - box[:2]) + np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) - both
    shares: Array = both / np.maximum(either, 1e-12)
    return shares


def _outline(
    axes: Axes, box: Array, size: tuple[int, ...], colour: str, dashes: Any, line: float, halo: bool = True
) -> None:
    height, width = size
    x1, y1, x2, y2 = box * (width, height, width, height)
    if halo:
        _rectangle(axes, (x1, y1, x2 - x1, y2 - y1), fill=False, edgecolor=PAPER, linewidth=line + 1.4)
    _rectangle(axes, (x1, y1, x2 - x1, y2 - y1), fill=False, edgecolor=colour, linewidth=line, linestyle=dashes)


def _rectangle(axes: Axes, place: tuple[float, float, float, float], **style: Any) -> None:
    from matplotlib.patches import Rectangle

    x, y, width, height = place
    axes.add_patch(Rectangle((x - 0.5, y - 0.5), width, height, **style))
