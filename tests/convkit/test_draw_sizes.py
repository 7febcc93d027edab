"""The figures of sizes show the numbers that they are given, right or wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from convkit import draw, draw_sizes


def places(rows: dict[tuple[Any, ...], object], **more: Any) -> Figure:
    return draw_sizes.places.__wrapped__(rows, title="One point", **more)


def verdicts(figure: Figure) -> list[str]:
    return [axes.get_title(loc="left").split(" → ")[1] for axes in figure.axes if axes.get_title(loc="left")]


def windows(figure: Figure) -> list[list[float]]:
    """Cells that each window reads, as drawn in the first row."""
    dots = [line for line in figure.axes[0].lines if isinstance(line, Line2D) and line.get_linestyle() == "None"]
    return [[float(x) - 0.5 for x in np.asarray(line.get_xdata())] for line in dots]


def test_places_lays_as_many_windows_as_it_is_told() -> None:
    assert windows(places({(5, 3, 2): 2})) == [[0, 1, 2], [2, 3, 4]]
    assert windows(places({(5, 2, 3, (1, 0), 2): 1})) == [[0, 2]]
    assert len(windows(places({(9, 3): 1_000_000}))) <= 40


def test_places_says_whether_they_fit() -> None:
    figure = places({(10, 3, 2): 4, (10, 3, 2, 0): 5, (10, 3, 2, (0, 0), 1): 3, (7, 3, 1, 0, 2): ..., (4, 2): 0})
    assert verdicts(figure) == ["4", "5: too many", "3: too few", "?", "0: too few"]


def test_places_hatches_what_no_window_reads() -> None:
    cells = places({(5, 2, 2, (0, 1)): 2}).axes[0].patches
    assert [bool(cell.get_hatch()) for cell in cells] == [False] * 4 + [True] * 2
    assert not any(cell.get_hatch() for cell in places({(5, 2, 2): None}).axes[0].patches)


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_places_fits_a_phone(columns: int) -> None:
    figure = places({(n, 3, 2, 1): n for n in range(1, 8)}, columns=columns)
    figure.canvas.draw()
    assert figure.get_size_inches()[0] == draw.WIDTH_INCHES
    assert figure.get_suptitle() == "One point"


def test_staircase_marks_where_a_step_begins() -> None:
    inputs = range(3, 9)
    figure = draw_sizes.staircase.__wrapped__({2: (inputs, [1, 1, 2, 2, 3, 3])}, title="One point")
    figure.canvas.draw()
    _step, rest, first, *_ = figure.axes[0].lines
    assert list(first.get_xdata()) == [3, 5, 7]
    assert list(rest.get_xdata()) == [4, 6, 8]
    assert figure.axes[0].get_xlabel() and figure.axes[0].get_ylabel()
