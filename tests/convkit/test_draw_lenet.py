"""The figures of a classifier: every layer has its place, counts stand where they belong, all fit a phone."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from convkit import draw, draw_lenet

TABLE = [("C1", (28, 28, 6), 156), ("S2", (14, 14, 6), 0), ("flat", (1176,), 0), ("output", (10,), 11_770)]
MATRIX = np.array([[5, 0, 1], [0, 7, 0], [2, 0, 4]])


def stacks() -> Figure:
    return draw_lenet.stacks.__wrapped__(TABLE, title="One point")


def through() -> Figure:
    rng = np.random.default_rng(0)
    values = {"C1": rng.normal(size=(6, 6, 20)), "flat": rng.normal(size=720), "C5": rng.normal(size=30)}
    answers = np.array([0.9, 0.1, 0.0])
    return draw_lenet.through.__wrapped__(rng.random((6, 6, 1)), values | {"output": answers}, title="One point")


def confusion() -> Figure:
    return draw_lenet.confusion.__wrapped__(MATRIX, ("a", "b", "c"), title="One point")


def test_stacks_names_each_layer_with_its_shape_and_parameters() -> None:
    texts = [text.get_text() for text in stacks().axes[0].texts]
    assert texts == ["C1", "28×28×6\n156", "S2", "14×14×6\n0", "flat", "1176\n0", "output", "10\n11,770"]


def test_stacks_draws_a_sheet_for_four_maps_and_heights_as_the_maps_have() -> None:
    sheets = [(patch.get_height(), patch.get_width()) for patch in stacks().axes[0].patches]
    assert [height for height, _ in sheets][:4] == [1, 1, 0.5, 0.5]
    assert len(sheets) == 6


def test_through_shows_at_most_16_maps_and_leaves_long_vectors_out() -> None:
    parts = through().subfigs
    assert [part.get_suptitle() for part in parts] == ["picture: 6×6×1", "C1: 6×6×20", "C5: 30", "output: 3"]
    assert [len(part.axes) for part in parts] == [1, 16, 1, 1]


def test_through_writes_the_answers_in_numbers() -> None:
    texts = [text.get_text() for text in through().subfigs[-1].axes[0].texts]
    assert texts == ["0: 0.90", "1: 0.10", "2: 0.00"]


def test_confusion_writes_each_count_in_the_row_of_its_truth_and_no_zeros() -> None:
    [axes] = confusion().axes
    written = {(round(text.get_position()[1]), round(text.get_position()[0])): text.get_text() for text in axes.texts}
    assert written == {(0, 0): "5", (0, 2): "1", (1, 1): "7", (2, 0): "2", (2, 2): "4"}
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("the network's answer", "the truth")


def test_confusion_shades_right_and_wrong_answers_differently() -> None:
    shade = confusion().axes[0].images[0].get_array()
    assert np.all(np.diag(shade) < 0)
    assert shade[0, 2] > 0 == shade[0, 1]
    perfect = draw_lenet.confusion.__wrapped__(np.eye(2, dtype=int), ("a", "b"), title="One point")
    assert np.isfinite(perfect.axes[0].images[0].get_array()).all()


def test_all_fit_a_phone() -> None:
    for figure in (stacks(), through(), confusion()):
        figure.canvas.draw()
        assert figure.get_size_inches()[0] == draw.WIDTH_INCHES
        assert figure.get_suptitle() == "One point"
