"""The first cell of every notebook: it installs nothing where convkit is, and offers a GPU without taking it."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from places import trains

from autograder.course import Course
from autograder.source import Role, read_source
from convkit import nets

NAMES = (
    "01_convolution", "02_padding_stride", "03_pooling", "04_lenet", "05_vgg",
    "06_transfer_learning", "07_conv1d_text", "08_global_pooling", "09_localization", "10_yolo",
)  # fmt: skip


def test_these_are_all_notebooks(course: Course) -> None:
    assert tuple(assignment.name for assignment in course.assignments) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_where_convkit_is_nothing_is_installed_and_a_gpu_is_offered(
    name: str, course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(nets, "device", lambda: "GPU")
    cells = read_source(course, name).cells
    setup = next(cell for cell in cells if cell.is_code)
    assert (setup.grade_id, setup.role) == ("setup", Role.LOCKED)
    first_line = "import importlib.util, subprocess, sys\n"
    assert setup.text.startswith(first_line) and "subprocess.run(" in setup.text
    names = {"subprocess": SimpleNamespace()}  # without `run`: a call of it would fail
    exec(setup.text.replace(first_line, "import importlib.util, sys\n"), names)
    first, *offer = capsys.readouterr().out.splitlines()
    assert first.startswith("Python 3.")
    if not trains(course.source_folder, name):
        assert offer == []
        return
    assert re.fullmatch(r'There is a GPU\. SCALE = "full" below would use it: .* minutes?\b.*\.', *offer)
    scales = [line for cell in cells if cell.is_code for line in cell.text.splitlines() if line.startswith("SCALE")]
    assert scales == ['SCALE = "quick"']
