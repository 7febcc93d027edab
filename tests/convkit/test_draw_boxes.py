"""Figures of boxes: each at its place, predicted and true told apart, whatever the numbers are."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from convkit import draw, draw_boxes

PICTURES = [np.full((20, 40, 3), 128, dtype=np.uint8), np.full((30, 30), 128, dtype=np.uint8)]


def boxes(*args: object, **more: object) -> Figure:
    return draw_boxes.boxes.__wrapped__(PICTURES, *args, title="One point", **more)


def drawn(axes: Axes, colour: str) -> list[tuple[float, ...]]:
    """(x1, y1, x2, y2) of the rectangles of one colour, in pixels."""
    patches = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    return [
        (patch.get_x(), patch.get_y(), patch.get_x() + patch.get_width(), patch.get_y() + patch.get_height())
        for patch in patches
        if to_hex(patch.get_edgecolor()) == colour
    ]


def test_fractions_become_pixels_of_each_picture() -> None:
    figure = boxes([[0.25, 0.5, 0.75, 1.0], [0.0, 0.1, 0.5, 0.2]])
    wide, square = figure.axes
    np.testing.assert_allclose(drawn(wide, draw.ORANGE), [(9.5, 9.5, 29.5, 19.5)])
    np.testing.assert_allclose(drawn(square, draw.ORANGE), [(-0.5, 2.5, 14.5, 5.5)])
    assert not figure.legends


def test_predicted_and_true_are_told_apart_without_colour() -> None:
    figure = boxes([[0.2, 0.2, 0.6, 0.6]] * 2, [[0.3, 0.2, 0.7, 0.6]] * 2, names=("found", "real"))
    styles = {
        to_hex(patch.get_edgecolor()): patch.get_linestyle()
        for patch in figure.axes[0].patches
        if to_hex(patch.get_edgecolor()) != draw.PAPER
    }
    assert styles == {draw.ORANGE: "-", draw.BLUE: styles[draw.BLUE]}
    assert styles[draw.BLUE] != "-"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["found", "real"]


def test_several_boxes_none_and_their_labels() -> None:
    two = np.array([[0.1, 0.5, 0.3, 0.9], [0.5, 0.0, 0.9, 0.4]])
    figure = boxes([two, np.zeros((0, 4))], labels=[["disc 0.91", "star 0.33"], []], captions=["two", "none"])
    first, second = figure.axes
    assert len(drawn(first, draw.ORANGE)) == 2
    assert not drawn(second, draw.ORANGE)
    assert [text.get_text() for text in first.texts] == ["disc 0.91", "star 0.33"]
    assert [text.get_verticalalignment() for text in first.texts] == ["bottom", "top"]  # the second has no room above
    assert [axes.get_title() for axes in figure.axes] == ["two", "none"]


def test_degenerate_boxes_are_drawn_as_the_docstring_says() -> None:
    odd = [[0.8, 0.2, 0.2, 0.6], [np.nan, 0, 1, 1], [0.5, 0.5, 0.5, 0.9], [-1e30, 0.1, 1e30, np.inf]]
    figure = boxes([odd, np.zeros((0, 4))])
    shown = drawn(figure.axes[0], draw.ORANGE)
    assert len(shown) == 3  # all but the one that is not a number
    np.testing.assert_allclose(shown[0], (7.5, 3.5, 31.5, 11.5))
    assert figure.axes[0].get_xlim() == (-0.5, 39.5)  # the picture stays as large as it is
    figure.canvas.draw()


@pytest.mark.parametrize(
    "wrong", [{"predicted": [[0, 0, 1, 1]]}, {"true": [[0, 0, 1, 1]] * 3}, {"captions": ["one"]}, {"labels": [["a"]]}]
)
def test_what_does_not_fit_the_pictures_is_named(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        boxes(**wrong)
    with pytest.raises(ValueError, match="labels"):
        boxes([[0, 0, 1, 1]] * 2, labels=[["a", "b"], ["c"]])


def test_it_fits_a_phone() -> None:
    for figure in (boxes(), boxes([[0, 0, 1, 1]] * 2, [[0, 0, 1, 1]] * 2, captions=["a\nb", "c"]), boxes(columns=1)):
        figure.canvas.draw()
        assert figure.get_size_inches()[0] == draw.WIDTH_INCHES
        assert figure.get_suptitle() == "One point"
