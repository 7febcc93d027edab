"""Where a submission's CPU time goes, beside the floor: the rooms, the student's cells, the tests, and the rest."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from classes import ROOT, TRAINING, Exercise, class_of, notebooks
from measured import run, tree_seconds
from results_page import table

from autograder.classroom import grade_class, rooms_for, select
from autograder.course import Course
from autograder.release import build_source, notebook_text
from autograder.rooms.server import RoomServer, room_environment
from autograder.rooms.student import StudentRoom
from autograder.rooms.tester import Tester
from autograder.solutions import reference_notebook
from autograder.source import read_source

Phases = dict[str, float]
PHASES = ("start", "student cells", "tests")


@contextmanager
def attributed(found: Phases) -> Iterator[None]:
    """Attribute the rooms' CPU time to start, student cells and tests, by looking before and after each call."""
    run_cell = StudentRoom.run

    def timed(owner: type, name: str, phase: str) -> Callable[[], None]:
        original = getattr(owner, name)

        def wrapper(*arguments: Any, **named: Any) -> Any:
            before = tree_seconds()
            try:
                result = original(*arguments, **named)
                if name == "student_room":
                    run_cell(result, "")  # the kernel is up when it has answered once
                return result
            finally:
                found[phase] = found.get(phase, 0.0) + tree_seconds() - before

        setattr(owner, name, wrapper)
        return lambda: setattr(owner, name, original)

    undo = [
        timed(RoomServer, "student_room", "start"),
        timed(RoomServer, "clean_room", "start"),
        timed(StudentRoom, "run", "student cells"),
        timed(Tester, "run", "tests"),
        timed(Tester, "test", "tests"),
    ]
    try:
        yield
    finally:
        for each in undo:
            each()


def in_rooms(course: Course, exercise: Exercise) -> Phases:
    """CPU seconds of the class by phase, and in all; the fork servers' start is left out, since a run pays it once."""
    files = select(course, exercise.name, None, [])
    found: Phases = {}
    with rooms_for(course, build_source(course, exercise.name), "bubblewrap") as rooms:
        list(grade_class(course, exercise.name, files[:1], rooms))  # warm
        before, own = tree_seconds(), time.process_time()
        list(grade_class(course, exercise.name, files, rooms))
        found["all"] = tree_seconds() - before + time.process_time() - own
        rooms._prestart = False  # else the next room starts within another phase
        with attributed(found):
            list(grade_class(course, exercise.name, files, rooms))
    return found


def floor_of(course: Course, exercise: Exercise) -> float:
    """CPU seconds of the class's cells in one warm process with the rooms' environment."""
    script = ROOT / "benchmarks" / "floor.py"
    command = [sys.executable, script, course.root, exercise.name, *notebooks(course, exercise)]
    variables = {**room_environment(), "MPLBACKEND": "Agg", "CONVKIT_DRAW": "0"}
    return sum(json.loads(run(command, course.root, variables).splitlines()[-1]))


def hand_in_reference(course: Course, exercise: Exercise) -> None:
    """Every student has the reference solution, so that every model is trained."""
    text = notebook_text(reference_notebook(read_source(course, exercise.name)))
    for path in notebooks(course, exercise):
        Path(path).write_text(text, encoding="utf-8")


def phases(exercises: Sequence[Exercise], students: int, report: Callable[[str], None]) -> str:
    """The table: each phase's CPU seconds for one submission, and the floor of the same submissions."""
    rows = []
    for exercise in exercises:
        count = 1 if exercise is TRAINING else students
        with class_of(exercise, count) as course:
            if exercise is TRAINING:
                hand_in_reference(course, exercise)
            found, floor = in_rooms(course, exercise), floor_of(course, exercise)
        parts = [found.get(phase, 0.0) for phase in PHASES]
        figures = [*parts, max(0.0, found["all"] - sum(parts)), found["all"], floor]
        each = [f"{seconds / count:.2f}" for seconds in figures]
        rows.append(
            [
                exercise.name,
                str(count),
                *each,
                f"{(found['all'] - floor) / count:+.2f}",
                f"{found['all'] / floor:.2f} ×",
            ]
        )
        report(f"{exercise.name}: {found['all'] / count:.2f} s, floor {floor / count:.2f} s")
    header = ["assignment", "submissions", "start of the rooms", "student cells", "tests", "rest", "in all", "floor"]
    return table([*header, "over the floor", "times the floor"], rows)
