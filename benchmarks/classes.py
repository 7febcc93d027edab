"""Simulated classes to grade, each in a course folder of its own, so that no run finds what another has left."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.course import COURSE_FILE, Course, load_course
from autograder.simulate import simulate

ROOT = Path(__file__).resolve().parent.parent
SEED = 1


@dataclass(frozen=True)
class Exercise:
    """An assignment that is measured."""

    name: str
    folder: Path  # of its course


NUMPY = Exercise("01_convolution", ROOT)
KERAS = Exercise("01_small_net", ROOT / "benchmarks" / "course")
TINY = Exercise("01_mini", ROOT / "tests" / "mini")
TRAINING = Exercise("05_vgg", ROOT)


@contextmanager
def class_of(exercise: Exercise, students: int) -> Iterator[Course]:
    """A fresh course with `students` simulated submissions; the same ones each time."""
    with tempfile.TemporaryDirectory(prefix="class-") as folder:
        root = Path(folder) / "course"
        shutil.copytree(exercise.folder / "source" / exercise.name, root / "source" / exercise.name)
        shutil.copy(exercise.folder / COURSE_FILE, root)
        course = load_course(root)
        simulate(course, exercise.name, students, SEED, course.submitted_folder)
        yield course


def notebooks(course: Course, exercise: Exercise) -> list[Path]:
    """The submissions, in the order of students."""
    return sorted(course.submitted_folder.glob(f"*/{exercise.name}/{exercise.name}.ipynb"))
