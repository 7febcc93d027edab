"""Figures of where a classifier looks: maps laid over their pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from convkit.draw import INK, ORANGE, PAPER, WIDTH_INCHES, Array, _figure, _picture, _shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_STRONG = 0.5  # of the largest number: what the line goes round
_COVER = 0.8  # how much of the picture the largest number hides


@_shown
def overlays(
    pictures: Sequence[ArrayLike],
    maps: Sequence[ArrayLike],
    titles: Sequence[str] = (),
    *,
    title: str,
    columns: int = 3,
) -> Figure:
    """Pairs of a picture `(H, W, 3)` and the same in grey under its map `(h, w)`, enlarged to the picture's size.

    Numbers above 0 are orange, the more the larger; a line goes round those of half the largest and more. `columns`
    pairs stand in a row; a title stands above each pair.
    """
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    arrays = [np.asarray(picture) for picture in pictures]
    ratio = max(array.shape[0] / array.shape[1] for array in arrays)
    width = (WIDTH_INCHES - 0.2) / columns
    figure = _figure(title, rows * ((width - 0.15) / 2 * ratio + (0.33 if titles else 0.12)) + 0.35)
    pairs = np.reshape(np.array(figure.subfigures(rows, columns, squeeze=False)), -1)
    for place, part in enumerate(pairs):
        if place >= len(arrays):
            continue
        left, right = part.subplots(1, 2)
        _picture(left, arrays[place], signed=False)
        _overlay(right, arrays[place], np.asarray(maps[place], dtype=np.float64))
        if titles:
            part.suptitle(titles[place], fontsize=10, fontweight="normal")
    return figure


def _overlay(axes: Axes, picture: Array, values: Array) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    height, width = picture.shape[:2]
    area = (-0.5, width - 0.5, height - 0.5, -0.5)
    grey = picture.mean(axis=-1) / 255
    axes.imshow(0.25 + 0.7 * grey, cmap="gray", vmin=0, vmax=1)
    positive = np.maximum(values, 0) / (float(values.max()) if values.max() > 0 else 1.0)
    fading = LinearSegmentedColormap.from_list("fading", [(1, 1, 1, 0), (*_rgb(ORANGE), _COVER)])
    axes.imshow(positive, cmap=fading, vmin=0, vmax=1, extent=area, interpolation="bilinear")
    if values.max() > 0 and min(values.shape) > 1:
        rows, columns = (
            (np.arange(count) + 0.5) * length / count - 0.5
            for count, length in zip(values.shape, (height, width), strict=True)
        )
        for colour, line in ((PAPER, 2.6), (INK, 1.2)):
            axes.contour(columns, rows, positive, levels=[_STRONG], colors=[colour], linewidths=line)
    axes.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5), xticks=[], yticks=[])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)


def _rgb(colour: str) -> tuple[float, float, float]:
    from matplotlib.colors import to_rgb

    return to_rgb(colour)
