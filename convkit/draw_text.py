"""Figures of texts: reviews of all lengths as one array, a filter along a review, the n-grams it looks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from convkit.draw import BLUE, FAINT, INK, ORANGE, QUIET, WIDTH_INCHES, Array, _figure, _shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS_A_ROW = 20  # at most; more are too narrow on a phone


@_shown
def lengths(sequences: Sequence[Sequence[int]], padded: ArrayLike, *, title: str) -> Figure:
    """Texts as lists of numbers, one a row, above; below the same as an array, its zeros in grey."""
    rows = np.asarray(padded)
    longest = max(len(sequence) for sequence in sequences)
    ragged = np.full((len(sequences), longest), -1)
    for row, sequence in zip(ragged, sequences, strict=True):
        row[: len(sequence)] = sequence
    figure = _figure(title, 3.4)
    above, below = figure.subplots(2, 1, sharex=True)
    for axes, array, name in ((above, ragged, "as lists"), (below, rows, f"as one array {rows.shape}")):
        _cells(axes, array, columns=max(longest, rows.shape[1]))
        axes.set_title(name, loc="left")
        axes.set_ylabel("review")
    above.set_xlim(-0.5, max(longest, rows.shape[1]) - 0.5)
    below.set_xlabel("place (blue: a word, grey: a zero, white: nothing)")
    return figure


@_shown
def response(words: Sequence[str], activations: ArrayLike, length: int, *, title: str) -> Figure:
    """What a filter of this length says along a text: a bar for each window, above the first of its words.

    words: (T,). activations: (T − length + 1,). The words of the strongest window are marked. A long text is
    broken into rows.
    """
    values = np.asarray(activations, dtype=np.float64)
    if len(values) != len(words) - length + 1:
        raise ValueError(f"{len(words)} words have {len(words) - length + 1} windows of {length}, not {len(values)}")
    strongest = int(values.argmax())
    marked = range(strongest, strongest + length)
    bars = np.append(values, np.zeros(length - 1))
    rows = -(-len(words) // _WORDS_A_ROW)
    in_a_row = -(-len(words) // rows)  # rows of equal length, for wide bars
    starts = range(0, len(words), in_a_row)
    figure = _figure(title, 1.5 * len(starts) + 0.7)
    grid = figure.subplots(len(starts), 1, squeeze=False, sharey=True)[:, 0]
    for axes, start in zip(grid, starts, strict=True):
        places = range(start, min(start + in_a_row, len(words)))
        colours = [ORANGE if place == strongest else BLUE for place in places]
        axes.bar(range(len(places)), bars[places.start : places.stop], color=colours, width=0.8)
        axes.set_xticks(range(len(places)), [words[place] for place in places], rotation=60, ha="right", fontsize=9)
        for place, label in zip(places, axes.get_xticklabels(), strict=True):
            label.set(rotation_mode="anchor")
            if place in marked:
                label.set(color=ORANGE, fontweight="bold")
        axes.set_xlim(-0.7, in_a_row - 0.3)
        axes.grid(visible=False, axis="x")
        axes.tick_params(axis="x", length=0)
    figure.supylabel("activation", fontsize=9)
    figure.supxlabel("each bar stands at the first word of its window (orange: the strongest)", fontsize=9)
    return figure


@_shown
def ngrams(rows: Sequence[tuple[str, float]], *, title: str) -> Figure:
    """A table of n-grams, each with its activation as a number and a bar."""
    figure = _figure(title, 0.3 * len(rows) + 0.9)
    axes = figure.subplots()
    top = max((value for _, value in rows), default=1.0) or 1.0
    for place, (text, value) in enumerate(rows):
        axes.barh(place, 0.2 * value / top, color=BLUE, height=0.6)
        axes.text(0.22, place, f"{value:.2f}", va="center", ha="left", fontsize=9, color=QUIET)
        axes.text(0.34, place, text, va="center", ha="left", fontsize=9 if len(text) < 48 else 7.5, color=INK)
    axes.set(xlim=(0, 1.25), ylim=(len(rows) - 0.4, -0.6), xticks=[], yticks=[])
    axes.set_xlabel("activation, and the n-gram", loc="left", fontsize=9)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    return figure


def _cells(axes: Axes, array: Array, columns: int) -> None:
    """Words blue, zeros grey, what is not there white. columns: of the longest array, for both share their ticks."""
    from matplotlib.colors import ListedColormap

    kinds = np.where(array < 0, 0, np.where(array == 0, 1, 2))
    axes.imshow(
        kinds, cmap=ListedColormap(["#ffffff", FAINT, BLUE]), vmin=0, vmax=2, aspect="auto", interpolation="nearest"
    )
    axes.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(array.shape[0] + 1) - 0.5, minor=True)
    axes.grid(visible=False, which="major")
    if columns <= 12 * WIDTH_INCHES * 2:
        axes.grid(visible=True, which="minor", color="#ffffff", linewidth=0.6)
    axes.tick_params(which="minor", length=0)
