"""The figures of texts: every word has its place, the strongest window is marked, all fit a phone."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import same_color
from matplotlib.figure import Figure

from convkit import draw, draw_text

WORDS = [f"word{place}" for place in range(33)]
VALUES = np.where(np.arange(31) == 16, 2.0, 0.5)


def response() -> Figure:
    return draw_text.response.__wrapped__(WORDS, VALUES, 3, title="One point")


def lengths() -> Figure:
    return draw_text.lengths.__wrapped__([[1, 5, 6], [7, 8, 9, 4]], [[1, 5, 6], [8, 9, 4]], title="One point")


def ngrams() -> Figure:
    return draw_text.ngrams.__wrapped__([("not bad at all", 3.25), ("is never dull", 1.5)], title="One point")


def test_response_writes_every_word_once_and_a_bar_above_the_first_of_each_window() -> None:
    figure = response()
    written = [label.get_text() for axes in figure.axes for label in axes.get_xticklabels()]
    heights = [patch.get_height() for axes in figure.axes for patch in axes.patches]
    assert written == WORDS
    assert heights == [*VALUES, 0, 0]


def test_response_marks_the_words_of_the_strongest_window_across_rows() -> None:
    labels = [label for axes in response().axes for label in axes.get_xticklabels()]
    marked = [label.get_text() for label in labels if same_color(label.get_color(), draw.ORANGE)]
    assert marked == ["word16", "word17", "word18"]  # the first row ends after word16


def test_response_refuses_words_and_windows_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="33 words have 31 windows of 3, not 30"):
        draw_text.response.__wrapped__(WORDS, VALUES[:-1], 3, title="One point")


def test_lengths_shows_words_zeros_and_what_is_not_there() -> None:
    above, below = (axes.images[0].get_array() for axes in lengths().axes)
    assert above.tolist() == [[2, 2, 2, 0], [2, 2, 2, 2]]
    assert below.tolist() == [[2, 2, 2], [2, 2, 2]]
    padded = draw_text.lengths.__wrapped__([[4]], [[0, 4]], title="One point")
    assert padded.axes[1].images[0].get_array().tolist() == [[1, 2]]


def test_ngrams_writes_each_with_its_number() -> None:
    [axes] = ngrams().axes
    assert [text.get_text() for text in axes.texts] == ["3.25", "not bad at all", "1.50", "is never dull"]
    assert axes.patches[0].get_width() > axes.patches[1].get_width()


def test_all_fit_a_phone() -> None:
    for figure in (response(), lengths(), ngrams()):
        figure.canvas.draw()
        assert figure.get_size_inches()[0] == draw.WIDTH_INCHES
        assert figure.get_suptitle() == "One point"
