"""The figures of transfer learning: two clouds, two ways, and that both fit a phone."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from convkit import draw, draw_transfer

POINTS = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])


def clouds() -> Figure:
    return draw_transfer.clouds.__wrapped__(
        {"before": POINTS, "after": -POINTS}, [0, 1, 0], ("heart", "crescent"), title="One point"
    )


def side_by_side() -> Figure:
    ways = {"one way": {"seconds": 3.0, "right": 90.0}, "the other": {"seconds": 12.25, "right": 93.5}}
    return draw_transfer.side_by_side.__wrapped__(ways, {"seconds": "seconds", "right": "right, %"}, title="One point")


def test_clouds_puts_each_class_where_its_points_are() -> None:
    for axes, sign in zip(clouds().axes, (1, -1), strict=True):
        first, second = axes.lines
        np.testing.assert_array_equal(first.get_xydata(), sign * POINTS[[0, 2]])
        np.testing.assert_array_equal(second.get_xydata(), sign * POINTS[[1]])
        assert first.get_marker() != second.get_marker()
        assert axes.get_xlabel() and axes.get_ylabel()


def test_clouds_names_the_classes_once() -> None:
    (legend,) = clouds().legends
    assert [text.get_text() for text in legend.get_texts()] == ["heart", "crescent"]


def test_side_by_side_has_a_panel_for_each_measure_and_writes_the_numbers() -> None:
    figure = side_by_side()
    assert [axes.get_xlabel() for axes in figure.axes] == ["seconds", "right, %"]
    assert [[text.get_text() for text in axes.texts] for axes in figure.axes] == [["3", "12.2"], ["90", "93.5"]]
    assert [bar.get_width() for bar in figure.axes[0].patches] == [3.0, 12.25]


def test_both_fit_a_phone() -> None:
    for figure in (clouds(), side_by_side()):
        figure.canvas.draw()
        assert figure.get_size_inches()[0] == draw.WIDTH_INCHES
        assert figure.get_suptitle() == "One point"
