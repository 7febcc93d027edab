"""This grader beside `nbgrader autograde` and Otter-Grader: the same classes, on the same machine, in turn."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from classes import ROOT, Exercise, class_of, notebooks
from measured import Cost, measured, run
from nbgrader.api import Gradebook
from otter_assignment import write_submissions, write_tests
from results_page import table

from autograder.course import Course
from autograder.release import build_source

BIN = Path(sys.executable).parent
OTTER_BIN = ROOT / "build" / "otter-venv" / "bin"
WORKERS = 2
# What a teacher's shell has, and: no download where the course's data are not given as samples, no lines about the CPU.
PLAIN = {"CONVKIT_SOURCE": "sample", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
Points = dict[str, float]


@dataclass(frozen=True)
class Measured:
    """What one grader needed for one class."""

    grader: str
    cost: Cost
    points: Points
    workers: int = 1

    @property
    def students(self) -> int:
        return len(self.points)

    @property
    def per_minute(self) -> float:
        return 60 * self.students / self.cost.wall

    @property
    def cpu(self) -> float:
        return self.cost.cpu / self.students


def environment(folder: Path) -> dict[str, str]:
    """With the programs of one virtual environment found first, as after `activate`."""
    return {**PLAIN, "PATH": f"{folder}:/usr/local/bin:/usr/bin:/bin", "VIRTUAL_ENV": str(folder.parent)}


def ours(exercise: Exercise, students: int, *, workers: int = WORKERS, options: Sequence[str] = ()) -> Measured:
    """`autograder grade`, from its start to its end."""
    with class_of(exercise, students) as course:
        results = course.root / "results.json"
        command = [BIN / "autograder", "grade", exercise.name, "--workers", str(workers), "--json", results, *options]
        with measured() as cost:
            run(command, course.root, environment(BIN))
        document = json.loads(results.read_text(encoding="utf-8"))
    points = {result["student"]: result["score"] for result in document["results"]}
    name = f"autograder grade --workers {workers}{''.join(f' {option}' for option in options)}"
    return Measured(name, cost, points, workers)


def nbgrader(exercise: Exercise, students: int) -> Measured:
    """`nbgrader autograde` with nbgrader's own execution: no part of this grader runs."""
    with class_of(exercise, students) as course:
        build_source(course, exercise.name)
        shutil.copy(ROOT / "tests" / "vanilla_config.py", course.root / "nbgrader_config.py")
        run([BIN / "nbgrader", "generate_assignment", exercise.name], course.root, environment(BIN))
        with measured() as cost:
            run([BIN / "nbgrader", "autograde", exercise.name], course.root, environment(BIN))
        points = nbgrader_points(course, exercise)
    return Measured("nbgrader autograde", cost, points)


def nbgrader_points(course: Course, exercise: Exercise) -> Points:
    """The automatic points in nbgrader's gradebook."""
    with Gradebook(course.db_url) as gradebook:
        return {
            submission.student.id: sum(
                grade.auto_score or 0.0 for book in submission.notebooks for grade in book.grades
            )
            for submission in gradebook.assignment_submissions(exercise.name)
        }


def otter(exercise: Exercise, students: int) -> Measured:
    """`otter.api.grade_submission` for each submission, in one process: what `otter run` does without its start-up."""
    with class_of(exercise, students) as course:
        source = build_source(course, exercise.name)
        folder = course.root / "otter"
        write_tests(source, folder / "tests")
        paths = write_submissions(course, source, folder / "submissions")
        generate = [OTTER_BIN / "otter", "generate", "-t", "tests", "-o", "autograder.zip"]
        run(generate, folder, environment(OTTER_BIN))
        command = [OTTER_BIN / "python", ROOT / "benchmarks" / "otter_class.py", "autograder.zip", *paths]
        with measured() as cost:
            total = json.loads(run(command, folder, environment(OTTER_BIN)).splitlines()[-1])
        assert len(paths) == len(notebooks(course, exercise))
    return Measured("Otter-Grader", cost, {Path(path).parts[-3]: points for path, points in total.items()})


def compare(exercise: Exercise, students: int, report: Callable[[str], None]) -> list[list[str]]:
    """Rows of one class: each grader in turn, ours once more with the illustrations, which the others run."""
    found: list[Measured] = []
    for measure in (ours, nbgrader, otter):
        found.append(measure(exercise, students))
        report(f"{exercise.name}, {students}: {found[-1].grader}, {found[-1].cost.wall:.0f} s")
    if students <= 10:
        found.append(ours(exercise, students, options=["--figures"]))
        report(f"{exercise.name}, {students}: {found[-1].grader}, {found[-1].cost.wall:.0f} s")
    return [row(exercise, one, found[0]) for one in found]


HEADER = [
    "assignment", "submissions", "grader", "per minute", "CPU seconds each", "peak memory, MB", "peak for each at work",
    "speed of this grader", "CPU, times ours", "same points",
]  # fmt: skip


def row(exercise: Exercise, one: Measured, own: Measured) -> list[str]:
    """One line of the table; the ratios say how many times better this grader is."""
    megabytes = one.cost.peak_bytes / 1e6
    same = sum(abs(one.points.get(student, -1.0) - points) < 1e-6 for student, points in own.points.items())
    return [
        exercise.name,
        str(one.students),
        one.grader,
        f"{one.per_minute:.1f}",
        f"{one.cpu:.2f}",
        f"{megabytes:.0f}",
        f"{megabytes / one.workers:.0f}",
        f"{own.per_minute / one.per_minute:.1f} ×",
        f"{one.cpu / own.cpu:.1f} ×",
        f"{same} of {own.students}",
    ]


def peers(exercises: Sequence[Exercise], classes: Sequence[int], report: Callable[[str], None]) -> str:
    """The whole table."""
    rows = [line for exercise in exercises for size in classes for line in compare(exercise, size, report)]
    return table(HEADER, rows)
