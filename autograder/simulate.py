"""A simulated class: the reference solution, misconceptions, gaps and the odd broken cell, by a seed."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from nbformat import NotebookNode

from autograder.collect.patterns import Lms
from autograder.course import Course, CourseError
from autograder.files import write_atomically
from autograder.misconceptions import Misconception, read_misconceptions
from autograder.packing import pack, roster_csv
from autograder.release import generate, notebook_text
from autograder.solutions import reference_notebook, with_misconception
from autograder.source import AssignmentSource, Role, read_source

_SYNTAX_ERROR = "\nfor row in range(3)\n    pass\n"
_ANSWERS = (
    "The kernel is the same at every place, so a pattern is found wherever it is.",
    "Because it needs fewer numbers: one kernel for the whole picture.",
    "I am not sure. I think it has to do with the edges.",
)


def misconceptions_path(course: Course, assignment: str) -> Path:
    return course.source_folder / assignment / "misconceptions.py"


def simulate(course: Course, assignment: str, students: int, seed: int, folder: Path) -> tuple[str, ...]:
    """Write `students` notebooks into `folder/<student>/<assignment>/`; the same seed writes the same bytes.

    Raises CourseError rather than overwrite a notebook that is there already with other content.
    """
    source = read_source(course, assignment)
    wrong = read_misconceptions(misconceptions_path(course, assignment))
    release = generate(source)
    names = [f"sim-{number:03d}" for number in range(1, students + 1)]
    for number, name in enumerate(names):
        notebook = _notebook(source, release, wrong, random.Random(f"{seed}/{number}"))
        path = folder / name / assignment / f"{assignment}.ipynb"
        text = notebook_text(notebook)
        if path.exists() and path.read_text(encoding="utf-8") != text:
            raise CourseError(f"{path} is there already and is different. Name another folder with --submissions.")
        write_atomically(path, text)
    return tuple(names)


def simulate_archive(course: Course, assignment: str, students: int, seed: int, lms: Lms) -> tuple[Path, Path]:
    """Write a class as an archive of an LMS with its class list into `build/simulated/`; returns both paths.

    Neither `submitted/` nor the gradebook is touched: the archive is to be collected like a real one.
    """
    place = course.build_folder / "simulated"
    archive, roster = (place / f"{assignment}-{lms}{suffix}" for suffix in (".zip", ".csv"))
    with tempfile.TemporaryDirectory(prefix="simulate-") as folder:
        simulate(course, assignment, students, seed, Path(folder))
        people = pack(Path(folder), assignment, lms, archive, seed=seed)
    points = sum(cell.points for cell in read_source(course, assignment).cells)
    write_atomically(roster, roster_csv(lms, people, course.assignment(assignment).title, points))
    return archive, roster


def _notebook(
    source: AssignmentSource, release: NotebookNode, wrong: tuple[Misconception, ...], chance: random.Random
) -> NotebookNode:
    """One student: how good they are decides how often an exercise goes wrong, and the exercise in which way."""
    skill = chance.betavariate(3, 1.4)
    stubs = {c.metadata.nbgrader.grade_id: c.source for c in release.cells if "nbgrader" in c.metadata}
    texts: dict[str, str] = {}
    for exercise in source.exercises:
        own = [m for m in wrong if m.exercise == exercise.name]
        if chance.random() < skill:
            continue
        kind = chance.random()
        if own and kind < 0.75:
            pick = chance.choice(own)
            texts[exercise.name] = with_misconception(
                source, exercise.name, pick.replacing(exercise.solution.names.functions)
            )
        elif kind < 0.93:
            texts[exercise.name] = stubs[exercise.name]
        else:
            texts[exercise.name] = exercise.solution.text + _SYNTAX_ERROR
    for cell in source.cells:
        if cell.role is Role.MANUAL:
            texts[cell.grade_id] = chance.choice((*_ANSWERS, stubs[cell.grade_id]))
    return reference_notebook(source, texts)
