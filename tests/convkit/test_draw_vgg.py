"""The figures of VGG: fields as large as they are, shares that sum to all, and that both fit a phone."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from convkit import draw, draw_vgg


def fields(sides: dict[str, int]) -> Figure:
    return draw_vgg.fields.__wrapped__(np.zeros((20, 30, 3)), sides, title="One point")


def shares() -> Figure:
    parts = {"block": (1.0, 30.0), "dense": (3.0, 10.0)}
    return draw_vgg.shares.__wrapped__(parts, ("parameters", "MACs"), title="One point")


def test_fields_draws_each_square_around_the_middle_and_names_it() -> None:
    axes = fields({"first": 3, "second": 9}).axes[0]
    squares = [patch for patch in axes.patches if isinstance(patch, Rectangle) and patch.get_label()]
    sizes = [(square.get_label(), square.get_width(), square.get_height()) for square in squares]
    assert sizes == [("first: 3×3", 3, 3), ("second: 9×9", 9, 9)]
    for square in squares:
        assert (square.get_x() + square.get_width() / 2, square.get_y() + square.get_height() / 2) == (14.5, 9.5)


def test_a_field_larger_than_the_picture_is_seen_whole() -> None:
    axes = fields({"wide": 50}).axes[0]
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    assert left <= 14.5 - 25 and right >= 14.5 + 25
    assert top <= 9.5 - 25 and bottom >= 9.5 + 25


def test_shares_are_percent_of_all() -> None:
    axes = shares().axes[0]
    widths = [[bar.get_width() for bar in bars] for bars in axes.containers]
    assert widths == [pytest.approx([25, 75]), pytest.approx([75, 25])]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["parameters", "MACs"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["block", "dense"]


def test_both_fit_a_phone() -> None:
    for figure in (fields({"first": 3}), shares()):
        figure.canvas.draw()
        assert figure.get_size_inches()[0] == draw.WIDTH_INCHES
        assert figure.get_suptitle() == "One point"
        assert figure.axes[0].get_xlabel()
