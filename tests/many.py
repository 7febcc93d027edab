"""A small class for the tests of grading many, the command line, and what a gradebook holds in the end."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from forms import as_colab
from places import AUTOGRADER

from autograder.classroom import load_results
from autograder.course import Course
from autograder.files import write_atomically
from autograder.gradebook import open_gradebook
from autograder.solutions import reference_notebook
from autograder.source import read_source

A = "01_mini"
ANSWERS = {
    "ada": {},
    "bob": {"double": "def double(x):\n    return x"},
    "cleo": {"double": "def double(x):\n    return nothing"},
    "dan": {"double": "class A:\n    pass\ndef double(x):\n    return A()"},
    "eve": {"prediction": "prediction = 5"},
    "gil": {"double": "def double(x):\n    raise ValueError(object())"},
    "fay": {"double": "import numpy as np\ndef double(x):\n    return 2 * x + np.random.rand() / 10"},
}


def notebook(course: Course, **texts: str) -> bytes:
    return as_colab(reference_notebook(read_source(course, A), texts))


def hand_in(course: Course, student: str, data: bytes) -> Path:
    path = course.submitted_folder / student / A / f"{A}.ipynb"
    write_atomically(path, data)
    return path


def hand_in_class(course: Course, students: int = len(ANSWERS)) -> list[str]:
    """Six kinds of students, again and again."""
    kinds = list(ANSWERS.items())
    names = []
    for number in range(students):
        name, texts = kinds[number % len(kinds)]
        names.append(f"{name}{number // len(kinds) or ''}")
        hand_in(course, names[-1], notebook(course, **texts))
    return names


def command(course: Course, *arguments: str) -> list[str]:
    return [AUTOGRADER, "--course", str(course.root), *arguments]


def autograder(course: Course, *arguments: str, seconds: float = 300) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(course, *arguments), capture_output=True, text=True, timeout=seconds, check=False)


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def comparable(course: Course) -> str:
    """All stored results as text, without what a clock says."""
    return json.dumps([r.comparable().to_json() for r in load_results(course, A)], indent=1)


def gradebook_rows(course: Course) -> dict[str, dict[str, tuple[Any, ...]]]:
    """student → cell → (automatic points, points by hand, whether it waits for a person)."""
    with open_gradebook(course) as gradebook:
        return {
            submission.student_id: {
                grade.name: (grade.auto_score, grade.manual_score, bool(grade.needs_manual_grade))
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions(A)
        }
