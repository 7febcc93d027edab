"""Tests of the tests: the reference earns everything, a blank nothing, each misconception is caught and named."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from nbformat import NotebookNode

from autograder.grading import Run, never
from autograder.misconceptions import Misconception
from autograder.release import generate, notebook_text
from autograder.repair import put_on_frame
from autograder.results import TestResult, Verdict
from autograder.rooms.limits import Limits
from autograder.rooms.server import RoomServer
from autograder.selection import tests_of
from autograder.solutions import reference_notebook, with_misconception
from autograder.source import AssignmentSource
from autograder.submission import parse_notebook

MIN_HINTED_SHARE = 0.9
MIN_PER_EXERCISE = 5


@dataclass(frozen=True)
class Tried:
    """One misconception and what the exercise's tests said. `hinted` is None where no hint is asked.

    `points` is what it keeps; None if it was left at the test that rejected and named it.
    """

    misconception: Misconception
    rejected: bool
    hinted: bool | None
    points: float | None
    max_points: float
    message: str


@dataclass(frozen=True)
class Quality:
    """The whole table of one assignment."""

    assignment: str
    reference_score: float
    reference_failures: tuple[TestResult, ...]
    blank_score: float
    max_score: float
    tried: tuple[Tried, ...]

    @property
    def rejected_share(self) -> float:
        return sum(t.rejected for t in self.tried) / len(self.tried) if self.tried else 1.0

    @property
    def hinted_share(self) -> float:
        asked = [t for t in self.tried if t.hinted is not None]
        return sum(bool(t.hinted) for t in asked) / len(asked) if asked else 1.0

    @property
    def is_good(self) -> bool:
        """Reference full, blank zero, all rejected, and hints in at least nine of ten."""
        return (
            self.reference_score == self.max_score
            and self.blank_score == 0
            and self.rejected_share == 1
            and self.hinted_share >= MIN_HINTED_SHARE
        )

    def to_json(self) -> dict[str, Any]:
        """The form of `quality --json`."""
        return {
            "schema": 1,
            "assignment": self.assignment,
            "reference": {"score": self.reference_score, "max_score": self.max_score},
            "blank": {"score": self.blank_score},
            "misconceptions": [
                {
                    "name": t.misconception.name,
                    "exercise": t.misconception.exercise,
                    "rejected": t.rejected,
                    "hinted": t.hinted,
                    "message": t.message,
                }
                for t in self.tried
            ],
        }


def reference_results(source: AssignmentSource, limits: Limits, rooms: RoomServer) -> tuple[TestResult, ...]:
    """How the reference fares in every test."""
    return _results(source, reference_notebook(source), limits, rooms, [e.name for e in source.exercises])


def blank_results(source: AssignmentSource, limits: Limits, rooms: RoomServer) -> tuple[TestResult, ...]:
    """How the release fares as it is handed out."""
    return _results(source, generate(source), limits, rooms, [e.name for e in source.exercises])


def try_misconceptions(
    source: AssignmentSource,
    misconceptions: Sequence[Misconception],
    limits: Limits,
    rooms: RoomServer,
    *,
    until_named: bool = False,
) -> Iterator[Tried]:
    """Each misconception in the reference's place, one after the other, in a fresh room each.

    With `until_named`, each until a test has rejected it and its hint was shown: the rest can only add to that.
    """
    for misconception in misconceptions:
        exercise = source.by_grade_id[misconception.exercise]
        text = with_misconception(source, exercise.grade_id, misconception.replacing(exercise.names.functions))
        notebook = reference_notebook(source, {exercise.grade_id: text})
        enough = partial(_is_named, misconception) if until_named else never
        yield _tried(source, misconception, _results(source, notebook, limits, rooms, [exercise.grade_id], enough))


def _lost(tests: Collection[TestResult]) -> list[TestResult]:
    return [test for test in tests if test.verdict is not Verdict.PASSED]


def _is_hinted(misconception: Misconception, tests: Collection[TestResult]) -> bool | None:
    """Whether its hint was shown; None where none is asked."""
    if misconception.hint is None:
        return None
    return any(misconception.hint.lower() in f"{test.hint or ''}\n{test.message}".lower() for test in _lost(tests))


def _is_named(misconception: Misconception, tests: Collection[TestResult]) -> bool:
    return bool(_lost(tests)) and _is_hinted(misconception, tests) is not False


def _tried(source: AssignmentSource, misconception: Misconception, tests: Collection[TestResult]) -> Tried:
    lost, all_tests = _lost(tests), tests_of(source, [misconception.exercise])
    message = next((test.hint for test in lost if test.hint), lost[0].message if lost else "")
    points = sum(test.points for test in tests) if len(tests) == len(all_tests) else None
    maximum = sum(test.points for test in all_tests)
    return Tried(misconception, bool(lost), _is_hinted(misconception, tests), points, maximum, message)


def _results(
    source: AssignmentSource,
    notebook: NotebookNode,
    limits: Limits,
    rooms: RoomServer,
    only: list[str],
    enough: Callable[[Collection[TestResult]], bool] = never,
) -> tuple[TestResult, ...]:
    submitted = parse_notebook(notebook_text(notebook).encode())
    run = Run(source, put_on_frame(source, submitted), limits, rooms, only=only, enough=enough)
    run.execute()
    return tuple(run.results.values())
