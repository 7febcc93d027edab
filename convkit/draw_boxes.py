"""Figures of boxes: what a detector found, and where the objects are, on their pictures.

Boxes are (x1, y1, x2, y2), fractions of the picture, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from convkit.draw import BLUE, INK, ORANGE, PAPER, WIDTH_INCHES, Array, _figure, _picture, _shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

_Dashes = Any  # what Matplotlib takes as a line style
_PREDICTED: tuple[str, _Dashes] = (ORANGE, "-")
_TRUE: tuple[str, _Dashes] = (BLUE, (0, (3.5, 2)))  # told apart without colour: a whole line, a dashed one


@_shown
def boxes(
    pictures: Sequence[ArrayLike],
    predicted: Sequence[ArrayLike] = (),
    true: Sequence[ArrayLike] = (),
    *,
    title: str,
    captions: Sequence[str] = (),
    labels: Sequence[Sequence[str]] = (),
    columns: int = 4,
    names: tuple[str, str] = ("predicted", "true"),
) -> Figure:
    """Pictures in rows, with the predicted boxes in orange and the true ones dashed in blue.

    pictures: `(H, W, 3)` or `(H, W)`, of any sizes.
    predicted, true: for each picture its boxes, `(n, 4)`, or one box, `(4,)`; empty: none are drawn anywhere.
    captions: a line above each picture.   labels: for each picture a text for each predicted box.
    names: what the two kinds of boxes are called below the figure, if both are given.
    Of a box beyond the picture the part inside is drawn. One with x1 > x2 is drawn as if the two were exchanged: it
    is the same rectangle. One with a NaN is not drawn.
    Raises ValueError where the lengths do not fit.
    """
    arrays = [np.asarray(picture) for picture in pictures]
    for what, given in (("predicted", predicted), ("true", true), ("captions", captions), ("labels", labels)):
        if len(given) not in (0, len(arrays)):
            raise ValueError(f"{what} has {len(given)} entries for {len(arrays)} pictures")
    columns = min(columns, len(arrays))
    rows = -(-len(arrays) // columns)
    both = len(predicted) > 0 and len(true) > 0
    width = (WIDTH_INCHES - 0.1) / columns - 0.08
    tallest = max(array.shape[0] / array.shape[1] for array in arrays)
    lines = max((caption.count("\n") + 1 for caption in captions), default=0)
    figure = _figure(title, rows * (width * tallest + 0.17 * lines + 0.12) + 0.45 + 0.3 * both)
    grid = figure.subplots(rows, columns, squeeze=False)
    for place, axes in enumerate(grid.flat):
        if place >= len(arrays):
            axes.set_visible(False)
            continue
        _picture(axes, arrays[place], signed=False)
        height, length = arrays[place].shape[:2]
        axes.set(xlim=(-0.5, length - 0.5), ylim=(height - 0.5, -0.5), anchor="N")
        if len(true):
            _draw(axes, true[place], (height, length), *_TRUE)
        if len(predicted):
            _draw(axes, predicted[place], (height, length), *_PREDICTED, labels[place] if len(labels) else ())
        if len(captions):
            axes.set_title(captions[place], fontsize=9, pad=3)
    if both:
        figure.legend(handles=_legend(names), loc="outside lower center", ncols=2, handlelength=2.6, handleheight=1.2)
    return figure


def _draw(
    axes: Axes, boxes: ArrayLike, size: tuple[int, int], colour: str, dashes: _Dashes, texts: Sequence[str] = ()
) -> None:
    from matplotlib.patches import Rectangle

    height, width = size
    # Beyond ten pictures' lengths nothing can be seen, and Matplotlib computes with float32.
    corners: Array = np.clip(np.asarray(boxes, dtype=np.float64).reshape(-1, 4), -10, 10)
    if texts and len(texts) != len(corners):
        raise ValueError(f"there are {len(texts)} labels for {len(corners)} boxes")
    corners = corners * (width, height, width, height) - 0.5
    for number, (x1, y1, x2, y2) in enumerate(corners):
        if np.isnan(corners[number]).any():
            continue
        (x1, x2), (y1, y2) = sorted((x1, x2)), sorted((y1, y2))
        for line, edge, style in ((3.4, PAPER, "-"), (1.9, colour, dashes)):
            axes.add_patch(
                Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, edgecolor=edge, linewidth=line, linestyle=style)
            )
        if texts:
            _label(axes, texts[number], (x1, y1, x2), size, colour)


def _label(axes: Axes, text: str, box: tuple[float, float, float], size: tuple[int, int], colour: str) -> None:
    """On the upper edge of its box, and on the side where it stays in the picture; below the edge at the top."""
    (x1, y1, x2), (height, width) = box, size
    at_right = x1 > 0.5 * width
    axes.text(
        float(np.clip(x2 if at_right else x1, 0, width - 1)),
        float(np.clip(y1, 0, height - 1)),
        text,
        ha="right" if at_right else "left",
        va="bottom" if y1 > 0.12 * height else "top",
        fontsize=7.5,
        color=INK,
        bbox={"facecolor": PAPER, "edgecolor": colour, "linewidth": 0.8, "pad": 1.2},
        clip_on=True,
    )


def _legend(names: tuple[str, str]) -> list[Patch]:
    from matplotlib.patches import Patch

    entries = []
    for name, (colour, dashes) in zip(names, (_PREDICTED, _TRUE), strict=True):
        entries.append(Patch(fill=False, edgecolor=colour, linewidth=1.9, label=name))
        entries[-1].set_linestyle(dashes)
    return entries
