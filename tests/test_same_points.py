"""The same test cells, unchanged, give the same points in one kernel (vanilla nbgrader) and in the three rooms."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from places import ROOT, trains
from test_grading import autograder
from test_vanilla_nbgrader import nbgrader

from autograder.course import load_course
from autograder.gradebook import open_gradebook

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("vanilla")]
STUDENTS = 6


COURSES = (ROOT, ROOT / "benchmarks" / "course")  # NumPy, and Keras models that cross between the rooms


@pytest.mark.parametrize(
    ("origin", "assignment"), [(origin, a.name) for origin in COURSES for a in load_course(origin).assignments]
)
def test_a_simulated_class_earns_the_same_points_both_ways(origin: Path, assignment: str, tmp_path: Path) -> None:
    folder = tmp_path / "course"
    shutil.copytree(origin / "source", folder / "source")
    shutil.copy(origin / "course.toml", folder)
    shutil.copy(ROOT / "tests" / "vanilla_config.py", folder / "nbgrader_config.py")
    course = load_course(folder)
    students = 2 if trains(course.source_folder, assignment) else STUDENTS  # a minute a student in one kernel
    assert autograder(course, "simulate", assignment, "--students", str(students), "--seed", "5").returncode == 0

    assert autograder(course, "release", assignment).returncode == 0
    nbgrader(course, "autograde", assignment)
    nbgrader(course, "export")
    rows = list(csv.DictReader((folder / "grades.csv").open()))
    one_kernel = {row["student_id"]: float(row["raw_score"]) for row in rows if row["assignment"] == assignment}

    out = tmp_path / "out.json"
    assert autograder(course, "grade", assignment, "--json", str(out), seconds=900).returncode == 0
    results = json.loads(out.read_text())["results"]
    three_rooms = {r["student"]: r["score"] for r in results}
    assert three_rooms == one_kernel
    by_exercise = {tuple(e["points"] for e in r["exercises"]) for r in results}
    assert len(by_exercise) > 1, "a class in which all have the same points in everything shows little"
    with open_gradebook(course) as gradebook:
        assert {s.student_id: s.score for s in gradebook.assignment_submissions(assignment)} == three_rooms


def test_nbgraders_own_command_uses_the_rooms(tmp_path: Path) -> None:
    """`nbgrader autograde` with the course's configuration: what would fool one kernel earns nothing."""
    from forms import as_colab

    from autograder.files import write_atomically
    from autograder.release import build_source
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
    with open_gradebook(course) as gradebook:
        assert {s.student_id: s.score for s in gradebook.assignment_submissions("01_mini")} == {"right": 6, "liar": 0}
