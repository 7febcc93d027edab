"""Figures of transfer learning: clouds of pictures in a plane, and two ways compared by several measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from convkit.draw import BLUE, ORANGE, WIDTH_INCHES, _figure, _shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LOOKS = ((BLUE, "o"), (ORANGE, "^"))  # told apart by form as well


@_shown
def clouds(panels: Mapping[str, ArrayLike], labels: ArrayLike, names: Sequence[str], *, title: str) -> Figure:
    """Points (N, 2) of two classes, a panel for each name; `labels` (N,) are 0 or 1, `names` those of the classes."""
    truth = np.asarray(labels)
    figure = _figure(title, WIDTH_INCHES / len(panels) + 0.8)
    grid = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (name, points) in zip(grid, panels.items(), strict=True):
        x, y = np.asarray(points, dtype=np.float64).T
        for label, (colour, form) in enumerate(_LOOKS):
            own = truth == label
            axes.plot(
                x[own], y[own], form, color=colour, alpha=0.6, markersize=3.5, markeredgewidth=0, label=names[label]
            )
        axes.set_title(name)
        axes.set(xticks=[], yticks=[], xlabel="first direction", ylabel="second direction")
    handles, texts = grid[0].get_legend_handles_labels()
    figure.legend(handles, texts, loc="outside lower center", ncols=2)
    return figure


@_shown
def side_by_side(ways: Mapping[str, Mapping[str, float]], measures: Mapping[str, str], *, title: str) -> Figure:
    """`{way: {measure: value}}` as bars: a panel for each measure (with the label of its axis), a bar for each way."""
    figure = _figure(title, len(measures) * (0.4 * len(ways) + 0.75) + 0.5)
    grid = figure.subplots(len(measures), 1, squeeze=False)[:, 0]
    for axes, (measure, label) in zip(grid, measures.items(), strict=True):
        values = [way[measure] for way in ways.values()]
        drawn = axes.barh(
            list(ways), values, color=[(BLUE, ORANGE)[place % 2] for place in range(len(ways))], height=0.62
        )
        axes.bar_label(drawn, [f"{value:.3g}" for value in values], padding=4)
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.margins(x=0.15)
        axes.set_xlabel(label)
    return figure
