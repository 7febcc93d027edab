"""The same test cells, unchanged, give the same points in one kernel (vanilla nbgrader) and in the three rooms.

Where networks are trained, which takes a minute each time, that is left out of all but 07: that the references earn
all points is tested in one kernel by `test_backends`, and in the rooms by `autograder quality`.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from places import ROOT, trains
from shorter import TRAININGS, figures, untrained
from test_grading import autograder
from test_vanilla_nbgrader import environment, nbgrader

from autograder.course import Course, load_course
from autograder.files import write_atomically
from autograder.gradebook import open_gradebook, register
from autograder.release import build_source, release
from autograder.simulate import simulate
from autograder.source import AssignmentSource, read_source

SEED = 5
TRAINS = "07_conv1d_text"  # for the shortest time of all
COURSES = (ROOT, ROOT / "benchmarks" / "course")  # NumPy, and Keras models that cross between the rooms


def _classes() -> list[Any]:
    found = [(origin, a.name) for origin in COURSES for a in load_course(origin).assignments]
    return [pytest.param(origin, name, id=name, marks=pytest.mark.slow(seconds=40)) for origin, name in found]


@pytest.mark.filterwarnings("ignore:Object of type .* not in session")  # nbgrader's own
@pytest.mark.parametrize(("origin", "assignment"), _classes())
def test_a_simulated_class_earns_the_same_points_both_ways(
    origin: Path, assignment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("PATH", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(key, environment()[key])
    folder = tmp_path / "course"
    shutil.copytree(origin / "source", folder / "source")
    shutil.copy(origin / "course.toml", folder)
    shutil.copy(ROOT / "tests" / "vanilla_config.py", folder / "nbgrader_config.py")
    course = load_course(folder)
    source = read_source(course, assignment)
    students = _students(origin, source)
    simulate(course, assignment, students, SEED, course.submitted_folder)
    for path in course.submitted_folder.rglob("*.ipynb"):
        data = path.read_bytes()
        data = data if assignment == TRAINS else untrained(source, data)
        write_atomically(path, _without_figures(source, data))

    release(course, assignment)
    register(course, source)
    _autograde_as_vanilla(course, assignment)
    one_kernel = _scores(course, assignment)

    out = tmp_path / "out.json"
    assert autograder(course, "grade", assignment, "--json", str(out), seconds=900).returncode == 0
    results = json.loads(out.read_text())["results"]
    three_rooms = {r["student"]: r["score"] for r in results}
    assert three_rooms == one_kernel
    earned = {e["points"] == e["max_points"] for r in results for e in r["exercises"] if e["grade_id"] not in TRAININGS}
    assert earned == {False, True}, "a class that does everything right, or wrong, shows little: choose another seed"
    assert _scores(course, assignment) == three_rooms


def _autograde_as_vanilla(course: Course, assignment: str) -> None:
    """What `nbgrader autograde` does with each submission, without starting nbgrader anew."""
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import PyFileConfigLoader

    config = PyFileConfigLoader("nbgrader_config.py", path=str(course.root)).load_config()
    config.CourseDirectory.root = str(course.root)
    nbgrader_api = NbGraderAPI(CourseDirectory(config=config), config=config)
    for student in sorted(folder.name for folder in course.submitted_folder.iterdir()):
        done = nbgrader_api.autograde(assignment, student)
        assert done["success"], done


def _scores(course: Course, assignment: str) -> dict[str, float]:
    """What stands in the gradebook, by student."""
    with open_gradebook(course) as gradebook:
        return {s.student_id: s.score for s in gradebook.assignment_submissions(assignment)}


def _students(origin: Path, source: AssignmentSource) -> int:
    """As few as show something: Keras takes as long in one notebook as NumPy in several."""
    if "keras" not in source.imports:
        return 4
    return 1 if trains(origin / "source", source.name) else 2


def _without_figures(source: AssignmentSource, data: bytes) -> str:
    """The student deletes the course's figures, which earn nothing."""
    document, unneeded = json.loads(data), figures(source)
    kept = [cell for cell in document["cells"] if cell["id"] not in unneeded]
    assert len(document["cells"]) - len(kept) == len(unneeded)
    return json.dumps(document | {"cells": kept})


@pytest.mark.slow
def test_nbgraders_own_command_uses_the_rooms(tmp_path: Path) -> None:
    """`nbgrader autograde` with the course's configuration: what would fool one kernel earns nothing."""
    from forms import as_colab

    from autograder.solutions import reference_notebook

    folder = tmp_path / "course"
    shutil.copytree(ROOT / "tests" / "mini", folder)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    course = load_course(folder)
    source = build_source(course, "01_mini")
    liar = "class Liar:\n    def __eq__(self, other):\n        return True\ndef double(x):\n    return Liar()"
    texts = {
        "right": {},
        "liar": {"double": liar, "prediction": "prediction = type('L', (), {'__eq__': lambda *a: True})()"},
    }
    nbgrader(course, "generate_assignment", "01_mini", "--force")
    for student, replaced in texts.items():
        notebook = reference_notebook(source, replaced)
        write_atomically(folder / "submitted" / student / "01_mini" / "01_mini.ipynb", as_colab(notebook))
    nbgrader(course, "autograde", "01_mini")
    assert _scores(course, "01_mini") == {"right": 6, "liar": 0}
