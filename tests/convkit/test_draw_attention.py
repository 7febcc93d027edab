"""The figure of where a classifier looks: the map lies over its picture, at its place and in its size."""

from __future__ import annotations

import numpy as np
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure

from convkit import draw, draw_attention

PICTURE = np.full((20, 40, 3), 128, dtype=np.uint8)
MAP = np.array([[-1.0, 0, 0, 4], [0, 0, 0, 3]])


def overlays(maps: list[np.ndarray] | None = None, **more: object) -> Figure:
    maps = [MAP] * 3 if maps is None else maps
    names = [f"picture {number}" for number in range(len(maps))]
    return draw_attention.overlays.__wrapped__([PICTURE] * len(maps), maps, names, title="One point", **more)


def test_a_map_covers_its_whole_picture_and_shows_what_is_positive() -> None:
    figure = overlays()
    assert len(figure.axes) == 6
    picture, over = figure.axes[:2]
    assert picture.images[0].get_array().shape == (20, 40, 3)
    grey, heat = over.images
    assert grey.get_array().shape == (20, 40)
    assert heat.get_extent() == [-0.5, 39.5, 19.5, -0.5]
    np.testing.assert_allclose(heat.get_array(), [[0, 0, 0, 1], [0, 0, 0, 0.75]])


def test_the_line_goes_round_the_strong_places() -> None:
    over = overlays([MAP]).axes[1]
    line = next(artist for artist in over.collections if isinstance(artist, QuadContourSet))
    assert list(line.levels) == [0.5]
    columns = line.get_paths()[0].vertices[:, 0]
    assert 24 < columns.min() < columns.max() <= 34.5  # the centres of the map's last two columns: 24.5 and 34.5


def test_a_map_with_nothing_positive_leaves_the_picture_as_it_is() -> None:
    over = overlays([-np.ones((2, 2))]).axes[1]
    assert over.images[1].get_array().max() == 0
    assert not over.collections


def test_it_fits_a_phone() -> None:
    for figure in (overlays(), overlays(columns=2), overlays([MAP])):
        figure.canvas.draw()
        assert figure.get_size_inches()[0] == draw.WIDTH_INCHES
        assert figure.get_suptitle() == "One point"
