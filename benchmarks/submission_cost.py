"""What one submission costs, and where: this grader's rooms beside `nbgrader autograde`, same notebooks, same run.

python benchmarks/submission_cost.py [--count 6] [--write docs/results.md]
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from results_page import machine, write_section

from autograder.classroom import grade_class, rooms_for, select
from autograder.course import Course, load_course
from autograder.release import build_source
from autograder.rooms.server import RoomServer
from autograder.rooms.student import StudentRoom
from autograder.rooms.tester import Tester
from autograder.simulate import simulate

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Cost:
    """CPU seconds of a whole class by phase; `wall` is the time on the clock."""

    start: float = 0.0
    student: float = 0.0
    tests: float = 0.0
    total: float = 0.0
    wall: float = 0.0
    phases: dict[str, float] = field(default_factory=dict)


def tree_seconds() -> float:
    """CPU seconds so far of all descendants of this process, those that they waited for included."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


@contextmanager
def phases(cost: Cost) -> Iterator[None]:
    """Attribute the rooms' CPU time to start, student cells and tests, by looking before and after each."""

    run = StudentRoom.run

    def timed(owner: type, name: str, phase: str) -> Callable[[], None]:
        original = getattr(owner, name)

        def wrapper(*arguments: Any, **named: Any) -> Any:
            before = tree_seconds()
            try:
                result = original(*arguments, **named)
                if name == "student_room":
                    run(result, "")  # the kernel is up when it has answered once
                return result
            finally:
                setattr(cost, phase, getattr(cost, phase) + tree_seconds() - before)

        setattr(owner, name, wrapper)
        return lambda: setattr(owner, name, original)

    undo = [
        timed(RoomServer, "student_room", "start"),
        timed(RoomServer, "clean_room", "start"),
        timed(StudentRoom, "run", "student"),
        timed(Tester, "run", "tests"),
        timed(Tester, "test", "tests"),
    ]
    try:
        yield
    finally:
        for each in undo:
            each()


def in_rooms(course: Course, assignment: str, *, by_phase: bool) -> Cost:
    """Grade the class once; the warm start of the fork servers is not counted (it is paid once a worker)."""
    cost = Cost()
    files = select(course, assignment, None, [])
    source = build_source(course, assignment)
    with rooms_for(course, source, "bubblewrap") as rooms:
        list(grade_class(course, assignment, files[:1], rooms))  # warm
        before, own, started = tree_seconds(), time.process_time(), time.perf_counter()
        if by_phase:
            rooms._prestart = False  # else the next room starts within another phase
            with phases(cost):
                list(grade_class(course, assignment, files, rooms))
        else:
            list(grade_class(course, assignment, files, rooms))
        cost.wall = time.perf_counter() - started
        cost.total = tree_seconds() - before + time.process_time() - own
    return cost


def in_nbgrader(course: Course, assignment: str) -> Cost:
    """`nbgrader autograde` of the class with nbgrader's own execution, its start-up included as everybody pays it."""
    shutil.copy(ROOT / "tests" / "vanilla_config.py", course.root / "nbgrader_config.py")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "nbgrader"]
    subprocess.run([*command, "generate_assignment", assignment, "--force"], cwd=course.root, env=environment,
                   check=True, capture_output=True)  # fmt: skip
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([*command, "autograde", assignment, "--force"], cwd=course.root, env=environment,
                   check=True, capture_output=True)  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Cost(total=total, wall=time.perf_counter() - started)


def measure(course_folder: Path, assignment: str, count: int) -> list[str]:
    """Table rows of one assignment."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "course"
        shutil.copytree(course_folder / "source", root / "source")
        shutil.copy(course_folder / "course.toml", root)
        course = load_course(root)
        simulate(course, assignment, count, 1, course.submitted_folder)
        whole = in_rooms(course, assignment, by_phase=False)
        parts = in_rooms(course, assignment, by_phase=True)
        theirs = in_nbgrader(course, assignment)
    rest = max(0.0, whole.total - parts.start - parts.student - parts.tests)
    cells = [parts.start, parts.student, parts.tests, rest, whole.total, whole.wall]
    return [
        f"| {assignment} | this grader | " + " | ".join(f"{value / count:.2f}" for value in cells) + " |",
        f"| {assignment} | nbgrader autograde | | | | | {theirs.total / count:.2f} | {theirs.wall / count:.2f} |",
        f"| {assignment} | ratio | | | | | {theirs.total / whole.total:.1f} | {theirs.wall / whole.wall:.1f} |",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=6, help="submissions of the simulated class")
    parser.add_argument("--write", type=Path, help="put the table between its marks in this file")
    arguments = parser.parse_args()
    rows = measure(ROOT, "01_convolution", arguments.count)
    rows += measure(ROOT / "benchmarks" / "course", "01_small_net", arguments.count)
    text = "\n".join(
        [
            f"`python benchmarks/submission_cost.py --count {arguments.count}` on {machine()}. CPU seconds per",
            "submission, and seconds on the clock; one submission after the other.",
            "",
            "| assignment | grader | start | student cells | tests | rest | CPU in all | clock |",
            "|---|---|---|---|---|---|---|---|",
            *rows,
        ]
    )
    print(text)
    if arguments.write:
        write_section(arguments.write, "submission_cost", text)


if __name__ == "__main__":
    main()
