"""What an assignment's source says about itself, read in a millisecond: for commands that must not take seconds.

`source.read_source` reads the same file through jupytext, checks it, and knows what every cell needs; that takes half
a second, most of it imports.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from autograder.course import Course, CourseError
from autograder.source import exercise_of, source_path

_CELL = re.compile(r"^# %%(?P<markdown> \[markdown\])?(?:.*? nbgrader=(?P<label>\{.*\}))?.*$", re.MULTILINE)
_HEADING = re.compile(r"^# ##? (?P<text>.+)$", re.MULTILINE)
_FIGURE = re.compile(r"\bdraw\w*\.\w+\(.*?\btitle=(?P<quote>[\"'])(?P<text>.*?)(?P=quote)", re.DOTALL)


@dataclass(frozen=True)
class OutlinedExercise:
    """One exercise, or the written question (then `by_hand`), and where the notebook explains what it is about.

    section   the heading above it, such as `2 · How does a window slide over a picture?`; "" for none
    figure    the title of the last figure that the section draws before it; None where it draws none
    """

    name: str
    max_points: float
    section: str
    figure: str | None = None
    is_function: bool = True
    by_hand: bool = False

    @property
    def read_again(self) -> str:
        """What to read again, as the words after "Read again:"; "" where the notebook has no headings."""
        if not self.section:
            return ""
        return f"section “{self.section}”" + (f", with its figure “{self.figure}”" if self.figure else "")


@dataclass(frozen=True)
class Outline:
    """An assignment from above. `labels` are the grade_ids of all its cells, `title` is its first heading."""

    assignment: str
    title: str
    labels: frozenset[str]
    exercises: tuple[OutlinedExercise, ...]
    questions: tuple[OutlinedExercise, ...]

    @cached_property
    def max_score(self) -> float:
        """The automatic points."""
        return sum(exercise.max_points for exercise in self.exercises)

    @cached_property
    def functions(self) -> frozenset[str]:
        """The exercises that are functions."""
        return frozenset(exercise.name for exercise in self.exercises if exercise.is_function)

    @cached_property
    def read_again(self) -> dict[str, str]:
        """Exercise → where in the notebook its subject is explained."""
        return {exercise.name: exercise.read_again for exercise in self.exercises if exercise.read_again}

    def exercise(self, name: str) -> OutlinedExercise:
        """The exercise of that name; KeyError if there is none."""
        return {exercise.name: exercise for exercise in self.exercises}[name]


def read_outline(course: Course, assignment: str) -> Outline:
    """The outline of an assignment of the course; CourseError where its source cannot be read."""
    course.assignment(assignment)
    path = source_path(course, assignment)
    try:
        return outline_of(assignment, path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(f"{path.relative_to(course.root)} is missing, though course.toml lists it.") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CourseError(f"{path} cannot be read as a py:percent notebook: {error}.") from None


@lru_cache(maxsize=64)  # a class's pages of feedback all ask for the same
def outline_of(assignment: str, text: str) -> Outline:
    """The outline of a source notebook in the py:percent format; ValueError where a cell's label is no JSON."""
    found: list[OutlinedExercise] = []
    points: dict[str, float] = {}
    labels: set[str] = set()
    title = section = ""
    figure: str | None = None
    for marker, body in _cells(text):
        label: dict[str, Any] = json.loads(marker["label"] or "{}")
        name = label.get("grade_id", "")
        labels |= {name} if name else set()
        if marker["markdown"]:
            for heading in _HEADING.finditer(body):
                title, section, figure = title or heading["text"], heading["text"], None
        if label.get("solution"):
            by_hand = bool(label.get("grade"))
            worth = float(label.get("points", 0)) if by_hand else 0.0
            function = not by_hand and re.search(rf"^def {re.escape(name)}\b", body, re.MULTILINE) is not None
            found.append(OutlinedExercise(name, worth, section, figure, function, by_hand))
            figure = None
        elif label.get("grade"):
            exercise = exercise_of(name)
            points[exercise] = points.get(exercise, 0.0) + float(label.get("points", 0))
        elif not label and not marker["markdown"]:
            titles = [drawn["text"] for drawn in _FIGURE.finditer(body) if "{" not in drawn["text"]]
            figure = titles[-1] if titles else figure
    exercises = tuple(_worth(one, points.get(one.name, 0.0)) for one in found if not one.by_hand)
    return Outline(assignment, title, frozenset(labels), exercises, tuple(one for one in found if one.by_hand))


def _cells(text: str) -> list[tuple[re.Match[str], str]]:
    """The marker of each cell and what stands below it."""
    markers = list(_CELL.finditer(text))
    ends = [marker.start() for marker in markers[1:]] + [len(text)]
    return [(marker, text[marker.end() : end].strip("\n")) for marker, end in zip(markers, ends, strict=True)]


def _worth(exercise: OutlinedExercise, points: float) -> OutlinedExercise:
    return OutlinedExercise(exercise.name, points, exercise.section, exercise.figure, exercise.is_function)
