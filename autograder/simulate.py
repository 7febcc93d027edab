"""A simulated class: the reference solution, misconceptions, gaps and the odd broken cell, by a seed.

With damage, each notebook comes back as from Colab, an LMS and a student's hands; the same seed without damage gives
the same work, to compare with.
"""

from __future__ import annotations

import copy
import json
import random
import tempfile
from pathlib import Path

from nbformat import NotebookNode

from autograder.collect.patterns import Lms
from autograder.course import Course, CourseError
from autograder.damage import Damaged, damage, some_kinds
from autograder.files import write_atomically
from autograder.misconceptions import Misconception, read_misconceptions
from autograder.packing import pack, roster_csv
from autograder.release import generate, notebook_text
from autograder.solutions import with_misconception
from autograder.source import AssignmentSource, Role, read_source

_SYNTAX_ERROR = "\nfor row in range(3)\n    pass\n"
_ANSWERS = (
    "The kernel is the same at every place, so a pattern is found wherever it is.",
    "Because it needs fewer numbers: one kernel for the whole picture.",
    "I am not sure. I think it has to do with the edges.",
)


def misconceptions_path(course: Course, assignment: str) -> Path:
    return course.source_folder / assignment / "misconceptions.py"


def damage_path(course: Course, assignment: str) -> Path:
    """Where the last simulation with damage noted what it did to whom."""
    return course.build_folder / "simulated" / f"{assignment}.json"


def simulate(
    course: Course, assignment: str, students: int, seed: int, folder: Path, *, damaged: bool = False
) -> tuple[str, ...]:
    """Write `students` notebooks into `folder/<student>/<assignment>/`; the same seed writes the same bytes.

    `damaged` does one to four kinds of damage to each, and notes them in `damage_path`.
    Raises CourseError rather than overwrite a notebook that is there already with other content.
    """
    source = read_source(course, assignment)
    wrong = read_misconceptions(misconceptions_path(course, assignment))
    release = generate(source)
    done: dict[str, Damaged] = {}
    for number in range(1, students + 1):
        notebook = _notebook(source, release, wrong, random.Random(f"{seed}/{number}"))
        data = notebook_text(notebook).encode()
        kinds = some_kinds(random.Random(f"{seed}/{number}/damage")) if damaged else ()
        student = f"sim-{number:03d}"
        done[student] = damage(data, kinds, f"{seed}/{number}") if damaged else Damaged(data, (), ())
        path = folder / student / assignment / f"{assignment}.ipynb"
        if path.exists() and path.read_bytes() != done[student].data:
            raise CourseError(f"{path} is there already and is different. Name another folder with --submissions.")
        write_atomically(path, done[student].data)
    if damaged:
        kinds_of = {student: list(one.kinds) for student, one in done.items()}
        note = {"schema": 1, "assignment": assignment, "seed": seed, "damage": kinds_of}
        write_atomically(damage_path(course, assignment), json.dumps(note, indent=1) + "\n")
    return tuple(done)


def simulate_archive(
    course: Course, assignment: str, students: int, seed: int, lms: Lms, *, damaged: bool = False
) -> tuple[Path, Path]:
    """Write a class as an archive of an LMS with its class list into `build/simulated/`; returns both paths.

    Neither `submitted/` nor the gradebook is touched: the archive is to be collected like a real one.
    """
    place = course.build_folder / "simulated"
    archive, roster = (place / f"{assignment}-{lms}{suffix}" for suffix in (".zip", ".csv"))
    with tempfile.TemporaryDirectory(prefix="simulate-") as folder:
        simulate(course, assignment, students, seed, Path(folder), damaged=damaged)
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
    texts = {exercise.name: exercise.solution.text for exercise in source.exercises}
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
    notebook = copy.deepcopy(release)
    for cell in notebook.cells:
        cell.source = texts.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""), cell.source)
    return notebook
