"""Draws the front page's picture, learned-kernel.png: nine numbers learn to see edges. `make pictures` runs it.

`correlate2d` and `learn_kernel` are those of assignment 01's reference solution; `convkit.scenes` draws the scene.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO, Any

import numpy as np
from matplotlib import colors, style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from autograder.solutions import load_solution
from convkit import draw, scenes

PICTURE = Path(__file__).with_name("learned-kernel.png")
STEPS = (3, 10, 300)
SOBEL = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
ANGLE = np.radians(70)
WANTED = np.cos(ANGLE) * SOBEL + np.sin(ANGLE) * SOBEL.T
SCENE = 8  # the seed of one with seven objects on a light ground
LETTERS = 17  # points; on a phone the picture is a third as wide
LOUDEST = 1.0  # an answer of this size has the full colour
Array = np.ndarray[Any, Any]


def learned_kernels() -> dict[int, Array]:
    """The 3×3 kernel after each number of steps. It sees random dots and the right answers, never `WANTED` itself."""
    solution = load_solution("01_convolution")
    dots = (np.random.default_rng(0).random((24, 24)) < 0.5).astype(float)
    answers = solution.correlate2d(dots, WANTED)
    return {steps: solution.learn_kernel(dots, answers, (3, 3), steps) for steps in STEPS}


def picture() -> Figure:
    """A scene; beside it each kernel, and below the kernel what it makes of the scene."""
    correlate2d = load_solution("01_convolution").correlate2d
    scene = scenes.make(1, SCENE, size=200, objects=(7, 7), radius=(0.12, 0.2)).images[0]
    strongest = float(np.abs(WANTED).max())
    figure = Figure(figsize=(8.6, 3.42), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.05, h_pad=0.04, wspace=0.0, hspace=0.0)
    (empty, left), *columns = figure.subplots(2, 1 + len(STEPS), height_ratios=(1, 2.05)).T
    empty.set_axis_off()
    empty.text(0.5, 0, "a picture", fontsize=LETTERS, color=draw.INK, ha="center", va="bottom")
    left.imshow(scene)
    _bare(left)
    for (above, below), (steps, kernel) in zip(columns, learned_kernels().items(), strict=True):
        _show(above, kernel, strongest)
        above.set_title(f"{steps} steps", fontsize=LETTERS, color=draw.INK, pad=8)
        above.set_xticks(np.arange(4) - 0.5, minor=True)
        above.set_yticks(np.arange(4) - 0.5, minor=True)
        above.grid(which="minor", color=draw.FAINT, linewidth=1)
        _show(below, correlate2d(scene.mean(axis=2) / 255, kernel), LOUDEST)
    return figure


def _show(axes: Axes, values: Array, top: float) -> None:
    """Blue below zero, white zero, orange above, as everywhere in the course."""
    palette = colors.LinearSegmentedColormap.from_list("signed", [draw.BLUE, draw.PAPER, draw.ORANGE])
    axes.imshow(values, cmap=palette, vmin=-top, vmax=top, interpolation="nearest")
    _bare(axes)


def _bare(axes: Axes) -> None:
    axes.set(xticks=[], yticks=[])
    axes.tick_params(which="both", length=0)
    axes.spines[:].set(color=draw.FAINT, linewidth=1)


def save(file: Path | IO[bytes]) -> None:
    """Write the picture as a PNG of 256 colours, less than half the size of one with all."""
    full = io.BytesIO()
    with style.context("default"):
        picture().savefig(full, dpi=200)
    Image.open(full).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)


if __name__ == "__main__":
    save(PICTURE)
    print(PICTURE)
