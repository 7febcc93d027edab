"""The course's figures: one style, narrow enough for a phone, told apart without colour.

Every function draws one figure below the cell that calls it. Where no notebook listens, or with
CONVKIT_DRAW=0 (as in grading), nothing is drawn.
"""

from __future__ import annotations

import base64
import functools
import io
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = np.ndarray[Any, Any]
Parameters = ParamSpec("Parameters")

WIDTH_INCHES = 5.4
SHOWN_PIXELS = 600
DOTS_PER_INCH = 200  # twice the shown size, for sharp screens

INK, PAPER, FAINT, QUIET = "#22303c", "#ffffff", "#c9d1d9", "#7d8893"
BLUE, ORANGE, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#a05a9c"  # after Okabe and Ito
_LINES = ((BLUE, "-"), (ORANGE, "-"), (GREEN, "--"), (PURPLE, "-."))
_STYLE = {
    "font.size": 10,
    "font.family": "DejaVu Sans",
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e8ecf0",
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "figure.titlesize": 12,
    "figure.titleweight": "bold",
    "figure.facecolor": PAPER,
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.h_pad": 0.06,
}


def _shown(make: Callable[Parameters, Figure]) -> Callable[Parameters, None]:
    """Turn a function that makes a figure into one that shows it; the maker stays at `__wrapped__`."""

    @functools.wraps(make)
    def show(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        if os.environ.get("CONVKIT_DRAW") == "0":
            return
        from matplotlib import style

        with style.context(["default", _STYLE]):
            _display(make(*args, **kwargs))

    return show


@_shown
def images(
    pictures: Sequence[ArrayLike],
    titles: Sequence[str] = (),
    *,
    title: str,
    columns: int = 3,
    signed: bool | Sequence[bool] = False,
    frames: Sequence[tuple[int, int, int, int] | None] = (),
    labels: tuple[str, str] = ("column", "row"),
) -> Figure:
    """Pictures in a grid: `(H, W)` or `(H, W, 3)`, black at 0 and white at 1, or at 255 for whole numbers.

    signed: for all pictures or one by one; then blue is below zero, white zero, orange above.
    frames: for each picture (row, column, height, width) of a frame to draw on it, or None.
    """
    arrays = [np.asarray(picture) for picture in pictures]
    marks = [signed] * len(arrays) if isinstance(signed, bool) else list(signed)
    columns = min(columns, len(arrays))
    rows = -(-len(arrays) // columns)
    width = (WIDTH_INCHES - 0.3) / columns - 0.1
    height = max(width * array.shape[0] / array.shape[1] for array in arrays)
    figure = _figure(title, rows * (height + (0.33 if titles else 0.1)) + 0.55)
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes, array, mark in zip(grid.flat, arrays, marks, strict=False):
        _picture(axes, array, mark)
    for axes, text in zip(grid.flat, titles, strict=False):
        axes.set_title(text)
    for axes, frame in zip(grid.flat, frames, strict=False):
        if frame is not None:
            _frame(axes, *frame)
    for axes in grid.flat[len(arrays) :]:
        axes.set_visible(False)
    figure.supxlabel(labels[0], fontsize=9)
    figure.supylabel(labels[1], fontsize=9)
    return figure


@_shown
def numbers(
    tables: Sequence[ArrayLike],
    titles: Sequence[str] = (),
    *,
    title: str,
    labels: tuple[str, str] = ("column", "row"),
) -> Figure:
    """Small 2-D arrays side by side as grids of numbers, coloured by sign: kernels, matrices."""
    arrays = [np.asarray(table, dtype=np.float64) for table in tables]
    cell = min(0.62, (WIDTH_INCHES - 0.6) / sum(array.shape[1] + 0.6 for array in arrays))
    figure = _figure(title, max(array.shape[0] for array in arrays) * cell + 1.1)
    widths = [array.shape[1] for array in arrays]
    grid = figure.subplots(1, len(arrays), squeeze=False, width_ratios=widths)
    for axes, array in zip(grid.flat, arrays, strict=True):
        _number_grid(axes, array, size=9 if cell > 0.4 else 7)
    for axes, text in zip(grid.flat, titles, strict=False):
        axes.set_title(text)
    figure.supxlabel(labels[0], fontsize=9)
    figure.supylabel(labels[1], fontsize=9)
    return figure


@_shown
def window(
    image: ArrayLike, kernel: ArrayLike, result: ArrayLike, steps: Sequence[tuple[int, int]], *, title: str
) -> Figure:
    """The sliding window, one row of the figure for each step `(row, column)`.

    Left the picture with the window on it, in the middle window × kernel, right the result up to this step.
    """
    image, kernel, result = (np.asarray(a, dtype=np.float64) for a in (image, kernel, result))
    widths = [image.shape[1], 1.5 * kernel.shape[1], result.shape[1]]
    row_height = WIDTH_INCHES / sum(widths) * 0.85 * image.shape[0]
    figure = _figure(title, len(steps) * (row_height + 0.3) + 0.5)
    grid = figure.subplots(len(steps), 3, squeeze=False, width_ratios=widths)
    for (left, middle, right), (row, column) in zip(grid, steps, strict=True):
        _number_grid(left, image, colours=False)
        _frame(left, row, column, *kernel.shape)
        left.set_title(f"window at row {row}, column {column}")
        patch = image[row : row + kernel.shape[0], column : column + kernel.shape[1]]
        _products(middle, patch, kernel)
        middle.set_title(f"products: sum = {_number(float(np.sum(patch * kernel)))}")
        order = np.arange(result.size).reshape(result.shape)
        _number_grid(right, np.where(order <= order[row, column], result, np.nan), colours=False)
        _frame(right, row, column, 1, 1)
        right.set_title("result so far")
    return figure


@_shown
def lines(
    series: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    title: str,
    x_label: str,
    y_label: str,
    points: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
    logarithmic: bool = False,
) -> Figure:
    """Lines over one axis, `{label: (x, y)}`; with 30 points or fewer each is marked. points: these are not joined."""
    figure = _figure(title, 3.2)
    axes = figure.subplots()
    for label, (x, y) in (points or {}).items():
        axes.plot(x, y, "o", color=INK, alpha=0.45, markersize=3.5, markeredgewidth=0, label=label)
    _plot_lines(axes, series, x_label, y_label)
    if logarithmic:
        axes.set_yscale("log")
    return figure


@_shown
def bars(
    values: Mapping[str, float],
    *,
    title: str,
    x_label: str,
    unit: str = "",
    logarithmic: bool = False,
    marked: Collection[str] = (),
) -> Figure:
    """Horizontal bars, `{label: value}`, each with its number; those with the labels `marked` in another colour."""
    figure = _figure(title, 0.42 * len(values) + 1.1)
    axes = figure.subplots()
    colours = [ORANGE if label in marked else BLUE for label in values]
    drawn = axes.barh(list(values), list(values.values()), color=colours, height=0.62)
    texts = [f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" for value in values.values()]
    axes.bar_label(drawn, [text + unit for text in texts], padding=4)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.margins(x=0.2)
    if unit.strip() == "%" and 80 < max(values.values()) <= 100:
        axes.set_xticks(range(0, 101, 20))  # the room for the numbers is no room for shares
    if logarithmic:
        axes.set_xscale("log")
        low, high = min(values.values()) / 5, max(values.values())
        axes.set_xlim(low, high * (high / low) ** 0.6)  # room for the number beyond the longest bar
    axes.set_xlabel(x_label)
    return figure


@_shown
def learning(kernels: Mapping[int, ArrayLike], losses: Mapping[int, float], target: ArrayLike, *, title: str) -> Figure:
    """A kernel on its way: above it after some `{steps: kernel}` and the target, below `{steps: loss}`."""
    tables = [np.asarray(kernel, dtype=np.float64) for kernel in (*kernels.values(), target)]
    top = max(float(np.abs(table).max()) for table in tables) or 1.0
    figure = _figure(title, 4.2)
    above, below = np.ravel(figure.subfigures(2, 1, height_ratios=(1, 1.9)))  # type: ignore[arg-type]
    grid = above.subplots(1, len(tables), squeeze=False)[0]
    for axes, table, name in zip(grid, tables, [*map(_steps, kernels), "wanted"], strict=True):
        _number_grid(axes, table, top=top, size=8, decimals=1)
        axes.set_title(name, fontsize=9)
    axes = below.subplots()
    _plot_lines(axes, {"": (list(losses), list(losses.values()))}, "steps of gradient descent", "mean squared error")
    axes.set_yscale("log")
    axes.set_xscale("symlog", linthresh=1)
    axes.set_xlim(left=0)
    axes.set_xticks(list(losses), [str(step) for step in losses], minor=False)
    axes.minorticks_off()
    return figure


def _figure(title: str, height: float) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_INCHES, height), dpi=DOTS_PER_INCH)
    figure.suptitle(title, wrap=True)
    return figure


def _display(figure: Figure) -> None:
    """Into the notebook as a PNG whose title is its alternative text; nothing outside a notebook."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        return
    if get_ipython() is None:
        return
    png = io.BytesIO()
    figure.savefig(png, format="png")
    text = figure.get_suptitle()
    display(
        {"image/png": base64.b64encode(png.getvalue()).decode(), "text/plain": f"[figure: {text}]"},
        metadata={"image/png": {"width": SHOWN_PIXELS, "alt": text}},
        raw=True,
    )


def _picture(axes: Axes, array: Array, signed: bool) -> None:
    if signed:
        top = float(np.percentile(np.abs(array), 98)) or 1.0
        axes.imshow(array, cmap=_signed_colours(), vmin=-top, vmax=top)
    else:
        top = 255 if array.dtype.kind in "iu" else 1
        axes.imshow(np.clip(array / top, 0, 1), cmap="gray", vmin=0, vmax=1)
    axes.set(xticks=[], yticks=[])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)


def _number_grid(
    axes: Axes,
    array: Array,
    *,
    colours: bool = True,
    top: float | None = None,
    size: float = 9,
    decimals: int = 2,
) -> None:
    """Cells with numbers in them; NaN stays empty, and among coloured cells a zero steps back."""
    top = top or float(np.nanmax(np.abs(array))) or 1.0
    shade = np.nan_to_num(array) if colours else np.zeros_like(array)
    axes.imshow(0.75 * shade, cmap=_signed_colours(), vmin=-top, vmax=top)
    for (row, column), value in np.ndenumerate(array):
        if not np.isnan(value):
            colour = QUIET if colours and value == 0 else INK
            text = _number(float(value), decimals)
            axes.text(column, row, text, ha="center", va="center", fontsize=size, color=colour)
    _rule(axes, array.shape)


def _products(axes: Axes, patch: Array, kernel: Array) -> None:
    axes.imshow(np.zeros(patch.shape), cmap=_signed_colours(), vmin=-1, vmax=1, aspect=0.7)
    for (row, column), value in np.ndenumerate(patch):
        text = f"{_number(float(value))} · {_number(float(kernel[row, column]))}"
        weight = "bold" if value * kernel[row, column] else "normal"
        axes.text(column, row, text, ha="center", va="center", fontsize=8, fontweight=weight)
    _rule(axes, patch.shape)


def _rule(axes: Axes, shape: tuple[int, ...]) -> None:
    """Thin lines between the cells; all grids of a row are aligned at the top."""
    axes.set_anchor("N")
    axes.set(xticks=[], yticks=[])
    axes.set_xticks(np.arange(shape[1] + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(shape[0] + 1) - 0.5, minor=True)
    axes.grid(visible=False, which="major")
    axes.grid(visible=True, which="minor", color=FAINT, linewidth=0.8)
    axes.tick_params(which="minor", length=0)
    axes.spines[:].set_visible(False)


def _frame(axes: Axes, row: int, column: int, height: int, width: int) -> None:
    from matplotlib.patches import Rectangle

    corner = (column - 0.5, row - 0.5)
    axes.add_patch(Rectangle(corner, width, height, facecolor=ORANGE, alpha=0.15))
    axes.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=ORANGE, linewidth=2.2, clip_on=False))


def _plot_lines(axes: Axes, series: Mapping[str, tuple[ArrayLike, ArrayLike]], x_label: str, y_label: str) -> None:
    for (label, (x, y)), (colour, dashes) in zip(series.items(), _LINES, strict=False):
        marker = "o" if np.size(x) <= 30 else ""
        axes.plot(x, y, color=colour, linestyle=dashes, marker=marker, markersize=4, linewidth=1.8, label=label)
    if any(series):
        axes.legend()
    if all(np.asarray(x).dtype.kind in "iu" for x, _ in series.values()):
        from matplotlib.ticker import MaxNLocator

        axes.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True))  # no ticks at half a step
    axes.set(xlabel=x_label, ylabel=y_label)


def _signed_colours() -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("signed", [BLUE, PAPER, ORANGE])


def _steps(count: int) -> str:
    return f"{count} step" if count == 1 else f"{count} steps"


def _number(value: float, decimals: int = 2) -> str:
    """Few decimals, no trailing zeros, a real minus sign."""
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if decimals else text
    return "0" if text in ("-0", "") else text.replace("-", "−")
