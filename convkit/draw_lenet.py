"""Figures for a small classifier: its layers as stacks of maps, one digit on its way through, what it confuses."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from convkit.draw import (
    BLUE,
    INK,
    ORANGE,
    PAPER,
    QUIET,
    WIDTH_INCHES,
    Array,
    _figure,
    _picture,
    _shown,
    _signed_colours,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Row = tuple[str, Sequence[int], int]

_MOST_MAPS = 16  # of a layer; further ones are left out
_MAPS_A_ROW = 8


@_shown
def stacks(table: Sequence[Row], *, title: str) -> Figure:
    """A network as stacks of maps, left to right; `table` has a row (name, output shape, parameters) for each layer.

    A stack has the size of its maps and a sheet for every four of them; dense layers are columns.
    """
    from matplotlib.patches import Rectangle

    tallest = max((shape[0] for _, shape, _ in table if len(shape) == 3), default=1)
    figure = _figure(title, 2.6)
    axes = figure.subplots()
    left = 0.0
    for name, shape, parameters in table:
        height, width, sheets = _stack(shape, tallest)
        for sheet in reversed(range(sheets)):
            corner = (left + 0.03 * sheet, -height / 2 + 0.03 * sheet)
            colour = BLUE if len(shape) == 3 else ORANGE
            axes.add_patch(Rectangle(corner, width, height, facecolor=PAPER, edgecolor=colour, linewidth=1.2))
        middle, size = left + (width + 0.03 * sheets) / 2, "×".join(str(length) for length in shape)
        axes.text(middle, -0.62, name, ha="center", va="top", fontsize=8, fontweight="bold")
        axes.text(middle, -0.74, f"{size}\n{parameters:,}", ha="center", va="top", fontsize=7, linespacing=1.4)
        left += max(width + 0.03 * sheets, 0.46) + 0.18
    axes.set(xlim=(-0.1, left - 0.14), ylim=(-1.15, 0.6), xticks=[], yticks=[], aspect="equal")
    axes.set_xlabel("layer, its output's shape, its parameters (a sheet stands for up to four maps)", fontsize=9)
    _bare(axes)
    return figure


@_shown
def through(image: ArrayLike, activations: Mapping[str, ArrayLike], *, title: str) -> Figure:
    """One picture and what each layer makes of it, `{name: (h, w, c) or (units,)}`, from top to bottom.

    Maps as pictures, at most 16 a layer; dense layers as strips. Blue is below zero, white zero, orange above.
    The last layer is written in numbers from 0 to 1.
    """
    named = {"picture": np.asarray(image, dtype=np.float64)} | {
        name: np.asarray(values, dtype=np.float64) for name, values in activations.items()
    }
    rows = [(name, values) for name, values in named.items() if values.ndim == 3 or values.shape[0] <= 200]
    heights = [_row_height(values) for _, values in rows]
    figure = _figure(title, sum(heights) + 0.22 * len(rows) + 0.5)
    parts = np.ravel(figure.subfigures(len(rows), 1, height_ratios=[h + 0.22 for h in heights]))  # type: ignore[arg-type]
    for number, (part, (name, values)) in enumerate(zip(parts, rows, strict=True)):
        size = "×".join(str(length) for length in values.shape)
        part.suptitle(f"{name}: {size}", fontsize=9, fontweight="normal", x=0.02, ha="left")
        if values.ndim == 3:
            _maps(part, values, signed=number > 0)
        elif number == len(rows) - 1:
            _answers(part.subplots(), values)
        else:
            axes = part.subplots()
            axes.imshow(values[None, :], aspect="auto", cmap=_signed_colours(), vmin=-1, vmax=1)
            _bare(axes)
    return figure


@_shown
def confusion(matrix: ArrayLike, names: Sequence[str], *, title: str) -> Figure:
    """A confusion matrix, rows the truth: right answers on blue, confusions on orange, zeros left empty."""
    counts = np.asarray(matrix)
    figure = _figure(title, WIDTH_INCHES * 0.86)
    axes = figure.subplots()
    right = np.eye(len(counts), dtype=bool)
    shade = np.where(right, -counts / max(int(counts.max()), 1), counts / max(int(counts[~right].max()), 1))
    axes.imshow(0.55 * shade, cmap=_signed_colours(), vmin=-1, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        if count:
            axes.text(column, row, str(count), ha="center", va="center", fontsize=9, color=INK)
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.set_xticks(np.arange(len(names) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(names) + 1) - 0.5, minor=True)
    axes.grid(visible=False, which="major")
    axes.grid(visible=True, which="minor", color="#e8ecf0", linewidth=0.8)
    axes.tick_params(which="both", length=0)
    axes.set(xlabel="the network's answer", ylabel="the truth")
    return figure


def _stack(shape: Sequence[int], tallest: int) -> tuple[float, float, int]:
    """(height, width, sheets) of one layer's drawing; heights up to 1."""
    if len(shape) == 3:
        return shape[0] / tallest, shape[1] / tallest, max(1, math.ceil(shape[2] / 4))
    return min(1.0, 0.25 + shape[0] / 400), 0.07, 1


def _row_height(values: Array) -> float:
    if values.ndim == 1:
        return 0.24
    rows, columns = _map_grid(values)
    return rows * min(0.75, WIDTH_INCHES / columns * values.shape[0] / values.shape[1])


def _map_grid(values: Array) -> tuple[int, int]:
    maps = min(values.shape[2], _MOST_MAPS)
    return math.ceil(maps / _MAPS_A_ROW), min(maps, _MAPS_A_ROW)


def _maps(part: Figure, values: Array, *, signed: bool) -> None:
    grid = part.subplots(*_map_grid(values), squeeze=False)
    for channel, axes in enumerate(grid.flat):
        if channel < values.shape[2]:
            _picture(axes, values[..., channel], signed)
        else:
            axes.set_visible(False)


def _answers(axes: Axes, values: Array) -> None:
    axes.imshow(values[None, :], aspect="auto", cmap=_signed_colours(), vmin=-1, vmax=1)
    for answer, share in enumerate(values):
        colour = INK if share >= 0.005 else QUIET
        axes.text(answer, 0, f"{answer}: {share:.2f}", ha="center", va="center", fontsize=7, color=colour)
    _bare(axes)


def _bare(axes: Axes) -> None:
    axes.set(xticks=[], yticks=[])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
