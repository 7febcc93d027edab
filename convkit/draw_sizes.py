"""Figures about sizes: where windows lie on a row of cells, and how the size of a result grows with its input.

Both draw the numbers that they are given, right or wrong, so that readers can check their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from convkit.draw import BLUE, FAINT, GREEN, INK, ORANGE, PAPER, WIDTH_INCHES, _figure, _shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEVEL = 0.42  # the height of one line of windows, in cells
_MOST_WINDOWS = 40
_DRAWN_BEYOND = 3  # cells, of windows that hang over the end


@_shown
def places(rows: Mapping[tuple[Any, ...], object], *, title: str, columns: int = 2) -> Figure:
    """Lay windows on rows of cells: `{(n, k, stride, padding, dilation): how many windows}`.

    The key may end early (stride 1, padding 0, dilation 1); padding is an int or (before, after). The number is
    the reader's: too many windows hang over the end, too few leave room. Anything but an int shows one window
    and a question mark. Cells that no window sees are hatched; s, p, d stand for stride, padding, dilation.
    """
    cases = [_Case(*key) for key in rows]
    columns = min(columns, len(cases))
    lines = -(-len(cases) // columns)
    widest = max(case.length + case.over(count) for case, count in zip(cases, rows.values(), strict=True))
    cell = min(0.36, (WIDTH_INCHES / columns - 0.3) / (widest + 0.4))
    groups = [cases[start : start + columns] for start in range(0, len(cases), columns)]
    heights = [1.3 + _LEVEL * max(case.levels for case in group) for group in groups]
    figure = _figure(title, cell * sum(heights) + 0.34 * lines + 0.4)
    grid = figure.subplots(lines, columns, squeeze=False, height_ratios=heights)
    for axes in grid.flat:
        axes.set_axis_off()
    for index, (case, count) in enumerate(zip(cases, rows.values(), strict=True)):
        axes, height = grid.flat[index], heights[index // columns]
        axes.set(xlim=(-0.1, widest + 0.3), ylim=(height - 0.2, -0.1), aspect="equal", anchor="NW")
        _strip(axes, case, count)
    return figure


@_shown
def staircase(sizes: Mapping[int, tuple[ArrayLike, ArrayLike]], *, title: str) -> Figure:
    """The size of a result against the size of its input: `{stride: (sizes of the input, sizes of the result)}`.

    The first input of each step is a full dot, the others, which give no larger a result, are open.
    """
    figure = _figure(title, 4.2)
    axes = figure.subplots()
    for (stride, (inputs, results)), colour in zip(sizes.items(), (BLUE, ORANGE, GREEN), strict=False):
        x, y = np.asarray(inputs), np.asarray(results)
        first = np.append(True, np.diff(y) > 0)
        axes.step([*x, x[-1] + 1], [*y, y[-1]], where="post", color=colour, linewidth=1.4)
        axes.plot(x[~first], y[~first], "o", color=colour, markerfacecolor=PAPER, markersize=4.5)
        axes.plot(x[first], y[first], "o", color=colour, markersize=4.5)
        axes.text(x[-1] + 1.3, y[-1], f"stride {stride}", color=colour, va="center")
    axes.plot([], [], "o", color=INK, label="the last window ends at the border")
    axes.plot([], [], "o", color=INK, markerfacecolor=PAPER, label="cells at the end are left over")
    axes.legend(loc="upper left")
    axes.set(xlabel="size of the input, n", ylabel="size of the result")
    axes.set_xlim(right=float(np.max([np.max(inputs) for inputs, _ in sizes.values()])) * 1.18)
    return figure


class _Case:
    """One row of cells and the window that slides on it; places are counted from the first padded cell."""

    def __init__(self, n: int, k: int, stride: int = 1, padding: Any = 0, dilation: int = 1) -> None:
        self.n, self.k, self.stride, self.dilation = n, k, stride, dilation
        self.first: int
        self.last: int
        self.first, self.last = (padding, padding) if isinstance(padding, int) else padding
        self.length = self.first + n + self.last
        self.levels = self.taps(0)[-1] // stride + 1

    def taps(self, window: int) -> list[int]:
        return [window * self.stride + self.dilation * tap for tap in range(self.k)]

    def fits(self, window: int) -> bool:
        return self.taps(window)[-1] < self.length

    def over(self, count: object) -> int:
        """How many cells the last of so many windows needs beyond the end; no more than three are drawn."""
        last = _windows(count) - 1
        return 0 if last < 0 else min(max(self.taps(last)[-1] + 1 - self.length, 0), _DRAWN_BEYOND)

    def text(self) -> str:
        padding = f"{self.first}" if self.first == self.last else f"{self.first} + {self.last}"
        dilation = f", d {self.dilation}" if self.dilation > 1 else ""
        return f"n {self.n}, k {self.k}, s {self.stride}, p {padding}{dilation}"


def _windows(count: object) -> int:
    known = isinstance(count, (int, np.integer)) and not isinstance(count, bool)
    return min(max(int(count), 0), _MOST_WINDOWS) if known else 1  # type: ignore[call-overload]


def _strip(axes: Axes, case: _Case, count: object) -> None:
    from matplotlib.patches import Rectangle

    windows = _windows(count)
    known = isinstance(count, (int, np.integer))
    seen = {tap for window in range(windows) for tap in case.taps(window)}
    for cell in range(case.length):
        zero = not case.first <= cell < case.first + case.n
        hatch = "////" if known and cell not in seen else None
        style: dict[str, Any] = {"edgecolor": FAINT if zero or hatch else INK, "linestyle": "--" if zero else "-"}
        axes.add_patch(Rectangle((cell + 0.05, 0.05), 0.9, 0.9, facecolor=PAPER, linewidth=1, hatch=hatch, **style))
        if zero:
            axes.text(cell + 0.5, 0.5, "0", ha="center", va="center", fontsize=8)
    for window in range(windows):
        _draw_window(axes, case, window)
    hangs = windows > 0 and not case.fits(windows - 1)
    verdict = (
        "?" if not known
        else f"{count}: too many" if hangs
        else f"{count}: too few" if case.fits(windows)
        else f"{count}"
    )  # fmt: skip
    axes.set_title(f"{case.text()} → {verdict}", loc="left", fontsize=9, pad=3)


def _draw_window(axes: Axes, case: _Case, window: int) -> None:
    """A line from the first to the last cell of the window, with a dot at each cell that it reads."""
    fits = case.fits(window)
    taps = np.array([tap for tap in case.taps(window) if tap < case.length + _DRAWN_BEYOND]) + 0.5
    if not taps.size:
        return
    height = 1.25 + _LEVEL * (window % case.levels)
    colour = BLUE if fits else ORANGE
    axes.plot(
        [taps[0] - 0.35, taps[-1] + 0.35], [height] * 2, color=colour, linewidth=1.6, linestyle="-" if fits else ":"
    )
    axes.plot(taps, [height] * len(taps), color=colour, linestyle="", marker="o" if fits else "x", markersize=4.5)
