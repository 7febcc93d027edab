"""What many tests need: a small course of their own, and the real one; and the order in which tests start."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from places import MINI, ROOT

from autograder.course import Course, load_course

if TYPE_CHECKING:
    from learner import Learner

settings.register_profile("no clock", deadline=None)  # how long an example takes depends on what else the machine does
settings.load_profile("no clock")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests first, so that at the end no worker is alone with one of them."""
    items.sort(key=_seconds, reverse=True)


def _seconds(item: pytest.Item) -> float:
    """About how long a slow test takes on two cores, where its mark says so."""
    marks = (mark.kwargs.get("seconds", 0.0) for mark in item.iter_markers("slow"))
    return max(marks, default=0.0)


def _mini(folder: Path) -> Course:
    shutil.copytree(MINI, folder)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    return load_course(folder)


@pytest.fixture
def mini(tmp_path: Path) -> Course:
    """A course with one assignment of two exercises (5 + 1 points) and a written question, in a folder of its own."""
    return _mini(tmp_path / "course")


@pytest.fixture(scope="session")
def empty_gradebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gradebook without anybody, as nbgrader makes it, which takes three seconds."""
    from autograder.gradebook import open_gradebook

    course = _mini(tmp_path_factory.mktemp("gradebook") / "course")
    with open_gradebook(course):
        return course.root / "gradebook.db"


@pytest.fixture
def begun(mini: Course, empty_gradebook: Path) -> Course:
    """The mini course as after its first day: nbgrader has made the gradebook, and nobody is in it."""
    shutil.copy(empty_gradebook, mini.root)
    return mini


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
