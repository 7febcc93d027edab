"""Figures for VGG: how much of a picture a layer sees, and which layers hold the parameters and do the work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from convkit.draw import BLUE, GREEN, INK, ORANGE, PAPER, PURPLE, WIDTH_INCHES, _figure, _picture, _shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLOURS = (INK, BLUE, PURPLE, ORANGE, GREEN)


@_shown
def fields(picture: ArrayLike, sides: Mapping[str, int], *, title: str) -> Figure:
    """A picture `(H, W)` or `(H, W, 3)` and on it, around its middle, a square for each receptive field.

    sides: `{what sees it: its side in pixels}`. A field larger than the picture reaches beyond its frame.
    """
    from matplotlib.patches import Rectangle

    array = np.asarray(picture)
    height, width = array.shape[:2]
    figure = _figure(title, (WIDTH_INCHES - 1.95) * height / width + 0.6)
    axes = figure.subplots()
    _picture(axes, array, False)
    across, down = width / 2 - 0.5, height / 2 - 0.5
    for number, (name, side) in enumerate(sides.items()):
        corner = (across - side / 2, down - side / 2)
        for colour, line, label in (
            (PAPER, 4.2, ""),
            (_COLOURS[number % len(_COLOURS)], 2.2, f"{name}: {side}×{side}"),
        ):
            axes.add_patch(Rectangle(corner, side, side, fill=False, edgecolor=colour, linewidth=line, label=label))
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), reverse=True, handlelength=1.2, labelspacing=0.9)
    beyond = max([*sides.values(), 0])
    axes.set_xlim(min(-0.5, across - beyond / 2 - 2), max(width - 0.5, across + beyond / 2 + 2))
    axes.set_ylim(max(height - 0.5, down + beyond / 2 + 2), min(-0.5, down - beyond / 2 - 2))
    axes.set(xlabel=f"{width} pixels", ylabel=f"{height} pixels")
    return figure


@_shown
def shares(parts: Mapping[str, tuple[float, float]], kinds: tuple[str, str], *, title: str) -> Figure:
    """Two bars for each part of a network, `{name: (amount of the first kind, of the second)}`, in percent of all."""
    amounts = np.array(list(parts.values()), dtype=np.float64)
    percent = 100 * amounts / amounts.sum(axis=0)
    figure = _figure(title, 0.5 * len(parts) + 1.4)
    axes = figure.subplots()
    rows = np.arange(len(parts))
    for kind, (colour, offset, hatch) in enumerate(((ORANGE, -0.19, ""), (BLUE, 0.19, "////"))):
        bars = axes.barh(
            rows + offset, percent[:, kind], height=0.36, color=colour, label=kinds[kind], hatch=hatch, edgecolor=PAPER
        )
        axes.bar_label(bars, [f"{value:.1f} %" for value in percent[:, kind]], padding=3, fontsize=8)
    axes.set_yticks(rows, list(parts))
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.margins(x=0.12)
    axes.set_xlabel("share of the whole network, in percent")
    axes.legend()
    return figure
