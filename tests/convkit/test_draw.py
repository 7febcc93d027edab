"""Figures: what they show, that they are quiet, and that grading does not draw."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from convkit import draw

IMAGE = np.arange(20).reshape(4, 5) % 7
KERNEL = np.array([[1, 0], [-2, 0.5]])
RESULT = np.arange(12.0).reshape(3, 4)

FIGURES: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "images": (([IMAGE / 7, IMAGE, RESULT - 5],), {"signed": [False, False, True]}),
    "numbers": (([KERNEL, RESULT],), {}),
    "window": ((IMAGE, KERNEL, RESULT, [(0, 0), (2, 3)]), {}),
    "lines": (({"a": (range(9), range(9)), "b": (range(50), range(50))},), {"x_label": "x", "y_label": "y"}),
    "bars": (({"slow": 900.0, "fast": 3.0},), {"x_label": "time", "unit": " ms", "logarithmic": True}),
    "learning": (({0: KERNEL * 0, 9: KERNEL}, {0: 4.0, 1: 2.0, 9: 0.1}, KERNEL), {}),
}


def make(name: str, **more: Any) -> Figure:
    """The figure itself, not shown."""
    arguments, options = FIGURES[name]
    return getattr(draw, name).__wrapped__(*arguments, **{"title": "One point", **options, **more})


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_has_its_title_and_fits_a_phone(name: str) -> None:
    figure = make(name)
    figure.canvas.draw()
    assert figure.get_suptitle() == "One point"
    assert figure.get_size_inches()[0] == draw.WIDTH_INCHES


def test_the_window_figure_shows_products_sums_and_the_result_so_far() -> None:
    found = texts(make("window"))
    assert "0 · 1" in found and "5 · −2" in found
    assert "window at row 2, column 3" in found
    assert f"products: sum = {0 * 1 + 1 * 0 - 2 * 5 + 0.5 * 6:g}".replace("-", "−") in found
    first_result = make("window").axes[2]
    assert [text.get_text() for text in first_result.texts] == ["0"]


def test_signed_pictures_are_symmetric_around_zero_and_others_go_from_black_to_white() -> None:
    plain, whole, signed = (axes.images[0] for axes in make("images").axes)
    assert plain.get_clim() == whole.get_clim() == (0, 1)
    assert whole.get_array().max() == pytest.approx(6 / 255)
    low, high = signed.get_clim()
    assert low == -high and high > 0


def test_an_axis_of_whole_numbers_has_whole_ticks() -> None:
    for x, is_whole in ((np.arange(19), True), (np.arange(19.0), False)):  # by itself Matplotlib would write 2.5
        axes = draw.lines.__wrapped__({"": (x, x)}, title="One point", x_label="x", y_label="y").axes[0]
        assert all(tick == round(tick) for tick in axes.get_xticks()) == is_whole


def test_colour_pictures_are_clipped_in_silence() -> None:
    bright = np.full((3, 4, 3), 1.7)
    figure = draw.images.__wrapped__([bright], title="Too bright")
    assert figure.axes[0].images[0].get_array().max() == 1


@pytest.mark.parametrize(
    ("value", "text"), [(3.0, "3"), (-0.25, "−0.25"), (-0.001, "0"), (1 / 3, "0.33"), (10.0, "10")]
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert draw._number(value) == text


def shown_by(monkeypatch: pytest.MonkeyPatch, call: Callable[[], object]) -> list[tuple[Any, dict[str, Any]]]:
    """What a notebook would be given to display."""
    calls: list[tuple[Any, dict[str, Any]]] = []
    monkeypatch.setattr("IPython.get_ipython", object)
    monkeypatch.setattr("IPython.display.display", lambda data, **options: calls.append((data, options)))
    assert call() is None
    return calls


def test_a_notebook_gets_a_png_with_alternative_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONVKIT_DRAW", raising=False)
    [(data, options)] = shown_by(monkeypatch, lambda: draw.numbers([KERNEL], title="A kernel"))
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert options["metadata"]["image/png"] == {"width": draw.SHOWN_PIXELS, "alt": "A kernel"}


def test_grading_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVKIT_DRAW", "0")
    assert shown_by(monkeypatch, lambda: draw.numbers([KERNEL], title="A kernel")) == []


def test_a_student_s_own_matplotlib_settings_stay_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib as mpl

    monkeypatch.delenv("CONVKIT_DRAW", raising=False)
    before = dict(mpl.rcParams)
    draw.lines({"a": ([1, 2], [3, 4])}, title="A line", x_label="x", y_label="y")
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("setting", ["0", "1"])
def test_pyplot_is_never_imported(setting: str) -> None:
    code = (
        "import sys; from convkit import draw; draw.numbers([[[1, 2]]], title='t');"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, "CONVKIT_DRAW": setting},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (run.stdout, run.stderr) == ("False\n", "")
