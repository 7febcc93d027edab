"""What many tests need: a small course of their own, and the real one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from places import MINI, ROOT

from autograder.course import Course, load_course


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
