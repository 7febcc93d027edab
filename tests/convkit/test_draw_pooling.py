"""The figures of pooling: who won, what stayed, and that both fit a phone."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from convkit import draw, draw_pooling

TABLE = np.array([[1, 4, 2, 1, 0], [5, 8, 3, 4, 0], [7, 6, 0, 0, 0], [1, 3, 0, 0, 0]])
SWITCHES = np.array([[6, 8], [10, 12]])
POOLED = np.array([[8, 4], [7, 0]])


def winners(**more: object) -> Figure:
    panels = {"pooled": POOLED, "unpooled": np.where(TABLE > 6, TABLE, 0)}
    return draw_pooling.winners.__wrapped__(TABLE, (2, 2), SWITCHES, panels, title="One point", **more)


def shifts() -> Figure:
    picture = np.arange(12.0).reshape(3, 4)
    stages = {
        "picture": [picture, np.roll(picture, 1, axis=1)],
        "left column": [picture[:, :2], np.array([[0, 3], [4, 3], [8, 3]])],
        "global maximum": [np.full((1, 1), 11.0)] * 2,
    }
    return draw_pooling.shifts.__wrapped__(stages, (0, 1), title="One point")


def frames(figure: Figure, panel: int) -> list[tuple[int, int]]:
    """(row, column) of each framed cell."""
    boxes = [patch for patch in figure.axes[panel].patches if isinstance(patch, Rectangle)]
    return [(round(box.get_y()), round(box.get_x())) for box in boxes]


def texts(figure: Figure, panel: int) -> list[str]:
    return [text.get_text() for text in figure.axes[panel].texts]


def test_winners_frames_who_won_but_for_zeros() -> None:
    figure = winners()
    assert frames(figure, 0) == frames(figure, 2) == [(1, 1), (1, 3), (2, 0)]
    assert frames(figure, 1) == []


def test_winners_writes_small_planes_in_numbers() -> None:
    assert texts(winners(), 1) == ["8", "4", "7", "0"]
    wide = np.arange(40.0).reshape(2, 20)
    figure = draw_pooling.winners.__wrapped__(wide, (2, 2), [[21]], {}, title="One point")
    assert texts(figure, 0) == []


def test_shifts_says_how_many_cells_kept_their_value_and_paints_the_others() -> None:
    figure = shifts()
    labels = [axes.get_xlabel() for axes in figure.axes]
    assert labels == ["", "", "100 % kept", "50 % kept", "100 % kept", "100 % kept"]
    rest, moved = (figure.axes[panel].images[0].get_array() for panel in (2, 3))
    grey = [bool(np.ptp(moved[row, column]) == 0) for row in range(3) for column in range(2)]
    assert grey == [True, False] * 3
    assert np.ptp(rest, axis=2).max() == 0


def test_shifts_paints_nothing_on_the_picture_itself_and_writes_single_numbers() -> None:
    figure = shifts()
    assert np.ptp(figure.axes[1].images[0].get_array(), axis=2).max() == 0
    assert texts(figure, 4) == texts(figure, 5) == ["11"]


def test_both_fit_a_phone() -> None:
    for figure in (winners(), winners(columns=1), shifts()):
        figure.canvas.draw()
        assert figure.get_size_inches()[0] == draw.WIDTH_INCHES
        assert figure.get_suptitle() == "One point"
