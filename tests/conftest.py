"""What many tests need: a small course of their own, and the real one."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from places import MINI, ROOT

from autograder.course import Course, load_course

if TYPE_CHECKING:
    from learner import Learner


@pytest.fixture
def mini(tmp_path: Path) -> Course:
    """A course with one assignment of two exercises (5 + 1 points) and a written question, in a folder of its own."""
    folder = tmp_path / "course"
    shutil.copytree(MINI, folder)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    return load_course(folder)


@pytest.fixture(scope="session")
def course() -> Course:
    """This repository's own course; tests read it and write nothing."""
    return load_course(ROOT)


@pytest.fixture
def learner(mini: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Learner:
    """Somebody who works in the folder of the small course, where an endless loop ends after a second."""
    from learner import Learner  # and with it nbgrader, which most tests do without

    toml = mini.root / "course.toml"
    toml.write_text(toml.read_text().replace("cell_wall_seconds = 5", "cell_wall_seconds = 1"))
    monkeypatch.chdir(mini.root)
    return Learner(load_course(mini.root), monkeypatch, capsys)
