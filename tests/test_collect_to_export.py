"""A class from an LMS's archive to the import of its points, through nbgrader's commands and through ours."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from archives import write, zipped
from forms import as_colab
from html_page import text
from places import ROOT

from autograder.classroom import load_results
from autograder.collect.collecting import collect
from autograder.collect.patterns import Lms
from autograder.collect.roster import read_roster
from autograder.course import Course, load_course
from autograder.export.standings import standings
from autograder.gradebook import open_gradebook, register
from autograder.packing import pack, roster_csv
from autograder.release import build_source
from autograder.simulate import simulate
from autograder.solutions import reference_notebook

pytestmark = pytest.mark.slow
A = "01_mini"


def run(course: Course, *command: str, code: int = 0) -> str:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "JUPYTER_CONFIG_DIR": "/nonexistent",
    }
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=course.root, env=environment, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def with_deadline(course: Course) -> Course:
    path = course.root / "course.toml"
    text = path.read_text().replace('"Doubling" }', '"Doubling", due = "2027-01-31 12:00 UTC" }')
    path.write_text(text + "[late]\npercent_per_day = 10\n")
    return load_course(course.root)


def test_vanilla_nbgrader_grades_what_was_collected_and_takes_the_same_penalty(mini: Course) -> None:
    """Ids in every script, attempts beside the notebook, a late mark: nothing of it confuses nbgrader."""
    course = with_deadline(mini)
    shutil.copy(ROOT / "tests" / "vanilla_config.py", course.root / "nbgrader_config.py")
    source = build_source(course, A)
    right = as_colab(reference_notebook(source))
    wrong = as_colab(reference_notebook(source, {"double": "def double(x):\n    return x"}))
    files = {
        "lefèvrefrançoise_LATE_11_30_01_mini.ipynb": wrong,
        "lefèvrefrançoise_LATE_11_40_01_mini-1.ipynb": right,
        "عليمحمد_12_41_01_mini.ipynb": right,
        "o'briensean_13_42_work.zip": zipped({"home work/01_mini.ipynb": right}),
        "con_14_43_01_mini.ipynb": right,
    }
    collect(course, A, write(course.root / "a.zip", zipped(files)), Lms.CANVAS)
    run(course, "nbgrader", "generate_assignment", A, "--force")
    register(course, source)
    run(course, "nbgrader", "autograde", A)
    assert not list(course.autograded_folder.rglob("attempts*"))
    with open_gradebook(course) as gradebook:
        found = {s.student_id: (s.score, s.late_submission_penalty) for s in gradebook.assignment_submissions(A)}
    assert found == {
        "lefèvrefrançoise-11": (6, 0.6),
        "عليمحمد-12": (6, 0),
        "o-briensean-13": (6, 0),
        "con-14": (6, 0),
    }


def test_honest_work_keeps_its_points_from_a_canvas_archive_to_the_import(mini: Course, tmp_path: Path) -> None:
    """A class of 40, every notebook damaged, every mishap on the way; no hand-work but the written question."""
    course = with_deadline(mini)
    simulate(course, A, 40, 5, tmp_path / "class")
    simulate(course, A, 40, 5, tmp_path / "damaged", damaged=True)
    people = pack(tmp_path / "damaged", A, Lms.CANVAS, tmp_path / "class.zip", seed=5)
    roster = write(tmp_path / "gradebook.csv", roster_csv(Lms.CANVAS, people, "Doubling", 11).encode())
    collect(course, A, tmp_path / "class.zip", Lms.CANVAS, roster=read_roster(roster))
    run(course, "autograder.cli", "grade", A, "--submissions", str(tmp_path / "class"))
    undamaged = {one.student: one.score for one in load_results(course, A)}
    shutil.rmtree(course.results_folder)
    run(course, "autograder.cli", "grade", A)
    results = load_results(course, A)
    points = {one.student: one.score for one in results}
    honest = {person.login: person for person in people if person.mishap.arrives}
    assert points == {login: undamaged[person.source] for login, person in honest.items()}
    assert sum(bool(one.repairs) for one in results) >= 15
    late = {login for login, person in honest.items() if person.late}
    for one in standings(course, A, results):
        assert one.penalty == (round(one.score / 10, 2) if one.student in late else 0)
    with open_gradebook(course) as gradebook:
        for submission in gradebook.assignment_submissions(A):
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    if grade.needs_manual_grade:
                        grade.manual_score, grade.needs_manual_grade = 4.0, False
        gradebook.db.commit()
    run(course, "autograder.cli", "feedback", A)
    for one in results:
        page = text((course.feedback_folder / one.student / A / f"{A}.html").read_text(encoding="utf-8"))
        assert all(repair.replace("`", "") in page for repair in one.repairs)
    run(course, "autograder.cli", "report", A)
    report = (course.build_folder / "reports" / f"{A}.html").read_text(encoding="utf-8")
    assert all(one.student in report for one in results)
    run(course, "autograder.cli", "export", A, "--to", "canvas", "--template", str(roster))
    sheet = course.build_folder / "export" / f"{A}-canvas.csv"
    rows = list(csv.DictReader(sheet.open(newline="", encoding="utf-8")))
    exported = {row["SIS Login ID"]: row["Doubling (4711)"] for row in rows}
    for one in standings(course, A, results):
        assert float(exported[one.student]) == one.total()
    assert {exported[p.login] for p in people if not p.mishap.arrives} == {""}
