"""What a learner has reached, in `build/progress.json`: the points of the last check of each assignment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course import Course
from autograder.files import write_atomically
from autograder.outline import Outline, OutlinedExercise
from autograder.results import Result, Verdict

SCHEMA = 1


@dataclass(frozen=True)
class Reached:
    """How one exercise fared in the last check that ran its tests."""

    verdict: Verdict
    points: float


@dataclass(frozen=True)
class Standing:
    """How one assignment stands: the notebook that was checked last, and each exercise."""

    notebook: str
    exercises: Mapping[str, Reached]

    def score(self, outline: Outline) -> float:
        """The points of those exercises that the assignment still has."""
        return sum(self.exercises[e.name].points for e in outline.exercises if e.name in self.exercises)

    def open(self, outline: Outline) -> tuple[OutlinedExercise, ...]:
        """The exercises that do not pass all their tests yet, in the notebook's order."""
        passed = {name for name, reached in self.exercises.items() if reached.verdict is Verdict.PASSED}
        return tuple(exercise for exercise in outline.exercises if exercise.name not in passed)


NOT_CHECKED = Standing("", {})


def progress_path(course: Course) -> Path:
    return course.build_folder / "progress.json"


def load_progress(course: Course) -> dict[str, Standing]:
    """Assignment → how it stands. What is not there, damaged or of another version counts as not checked yet."""
    try:
        document = json.loads(progress_path(course).read_text(encoding="utf-8"))
        if document["schema"] != SCHEMA:
            return {}
        return {name: _standing(given) for name, given in document["assignments"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def store_progress(course: Course, result: Result, notebook: Path) -> None:
    """Add what a check of `notebook` found out; exercises that it left out stay as they were.

    OSError where it cannot be written; then the file is as it was.
    """
    known = load_progress(course)
    before = known.get(result.assignment, NOT_CHECKED).exercises
    now = {exercise.grade_id: Reached(exercise.verdict, exercise.points) for exercise in result.exercises}
    known[result.assignment] = Standing(str(notebook), {**before, **now})
    document = {"schema": SCHEMA, "assignments": {name: _to_json(known[name]) for name in sorted(known)}}
    write_atomically(progress_path(course), json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def _to_json(standing: Standing) -> dict[str, Any]:
    reached = {
        name: {"verdict": each.verdict.value, "points": each.points} for name, each in standing.exercises.items()
    }
    return {"notebook": standing.notebook, "exercises": reached}


def _standing(given: Mapping[str, Any]) -> Standing:
    reached = {name: Reached(Verdict(e["verdict"]), float(e["points"])) for name, e in given["exercises"].items()}
    return Standing(str(given["notebook"]), reached)
