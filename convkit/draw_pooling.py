"""Figures for pooling: which pixel wins its window, and what stays when the picture moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from convkit.draw import INK, ORANGE, WIDTH_INCHES, Array, _figure, _number, _shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_NUMBERED_COLUMNS = 8
_CHANGED = 0.7  # how much of a changed cell is orange


@_shown
def winners(
    plane: ArrayLike,
    size: tuple[int, int],
    switches: ArrayLike,
    panels: Mapping[str, ArrayLike],
    *,
    title: str,
    columns: int = 3,
) -> Figure:
    """One plane `(H, W)` cut into windows, the winner of each framed; then further planes, `{name: plane}`.

    switches: the winners' flat indices, row · W + column; a winner of 0 gets no frame. A smaller plane (the pooled
    one) is drawn over the same area. A plane of few columns is written in numbers, a larger one shown as a picture.
    """
    whole = np.asarray(plane, dtype=np.float64)
    rows, places = np.divmod(np.asarray(switches).ravel(), whole.shape[1])
    named = {"windows and winners": whole} | {name: np.asarray(p, dtype=np.float64) for name, p in panels.items()}
    columns = min(columns, len(named))
    lines = -(-len(named) // columns)
    height = (WIDTH_INCHES / columns - 0.2) * whole.shape[0] / whole.shape[1]
    figure = _figure(title, lines * (height + 0.35) + 0.45)
    grid = figure.subplots(lines, columns, squeeze=False)
    for axes, (name, values) in zip(grid.flat, named.items(), strict=False):
        _plane(axes, values, whole)
        _windows(axes, whole.shape, size)
        if values.shape == whole.shape:
            for row, place in zip(rows, places, strict=True):
                if 0 <= row < len(whole) and whole[row, place]:
                    _winner(axes, int(row), int(place))
        axes.set_title(name)
    for axes in grid.flat[len(named) :]:
        axes.set_visible(False)
    return figure


@_shown
def shifts(stages: Mapping[str, Sequence[ArrayLike]], pixels: Sequence[int], *, title: str) -> Figure:
    """What becomes of a picture that moves: one row for each stage, `{name: outputs}`, one column for each shift.

    The first output of a stage is that of the picture at rest. A cell that does not keep its value is orange,
    but for the first stage, the picture itself. An output of one number is written as a number.
    """
    first = np.asarray(next(iter(stages.values()))[0])
    shape = first.shape[0] / first.shape[1]
    figure = _figure(title, len(stages) * ((WIDTH_INCHES - 0.5) / len(pixels) * shape + 0.28) + 0.6)
    grid = figure.subplots(len(stages), len(pixels), squeeze=False)
    for line, (name, outputs) in enumerate(stages.items()):
        arrays = [np.asarray(output, dtype=np.float64) for output in outputs]
        for axes, array in zip(grid[line], arrays, strict=True):
            kept = np.isclose(array, arrays[0])
            _stage(axes, array, arrays[0], kept | (line == 0))
            axes.set_box_aspect(shape)
            axes.set_xlabel(f"{100 * kept.mean():.0f} % kept" if line else "", fontsize=9, labelpad=2)
        grid[line, 0].set_ylabel(name.replace(" ", "\n", 1), fontsize=9)
    for axes, shift in zip(grid[0], pixels, strict=True):
        axes.set_title("at rest" if shift == 0 else f"moved by {shift}")
    return figure


def _plane(axes: Axes, values: Array, whole: Array) -> None:
    height, width = whole.shape
    area = (-0.5, width - 0.5, height - 0.5, -0.5)
    in_numbers = width <= _MOST_NUMBERED_COLUMNS
    shown = np.zeros_like(values) if in_numbers else values
    axes.imshow(shown, cmap="gray_r" if in_numbers else "gray", vmin=0, vmax=float(whole.max()) or 1.0, extent=area)
    axes.set(xticks=[], yticks=[])
    if in_numbers:
        rows, columns = height / values.shape[0], width / values.shape[1]
        size = 11 if values.shape == whole.shape else 15
        for (row, column), value in np.ndenumerate(values):
            where = ((column + 0.5) * columns - 0.5, (row + 0.5) * rows - 0.5)
            axes.text(*where, _number(value), ha="center", va="center", fontsize=size)


def _windows(axes: Axes, shape: tuple[int, ...], size: tuple[int, int]) -> None:
    """Lines between windows; rows and columns that fill no window stay outside."""
    axes.grid(visible=False)
    bottom, right = (length // step * step for length, step in zip(shape, size, strict=True))
    axes.hlines(np.arange(0, bottom + 1, size[0]) - 0.5, -0.5, right - 0.5, INK, linewidth=1.1, clip_on=False)
    axes.vlines(np.arange(0, right + 1, size[1]) - 0.5, -0.5, bottom - 0.5, INK, linewidth=1.1, clip_on=False)
    axes.spines[:].set_visible(False)


def _winner(axes: Axes, row: int, column: int) -> None:
    from matplotlib.patches import Rectangle

    corner = (column - 0.42, row - 0.42)
    axes.add_patch(Rectangle(corner, 0.84, 0.84, fill=False, edgecolor=ORANGE, linewidth=2))


def _stage(axes: Axes, array: Array, rest: Array, kept: Array) -> None:
    from matplotlib.colors import to_rgb

    low, span = float(rest.min()), float(np.ptp(rest)) or 1.0
    grey = np.clip((array - low) / span, 0, 1)[..., None] * np.ones(3)
    if array.size == 1:
        grey = np.ones((1, 1, 3))
        axes.text(0, 0, _number(array.item()), ha="center", va="center", fontsize=14)
    changed = (1 - _CHANGED) * grey + _CHANGED * np.array(to_rgb(ORANGE))
    axes.imshow(np.where(kept.reshape(grey.shape[:2])[..., None], grey, changed), aspect="auto")
    axes.set(xticks=[], yticks=[])
    axes.grid(visible=False)
    axes.spines[:].set(visible=array.size == 1, color=INK)
