"""Tests of the tests: the reference earns everything, a blank nothing, each misconception is caught and named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from autograder.grading import Run
from autograder.misconceptions import Misconception
from autograder.release import generate, notebook_text
from autograder.repair import put_on_frame
from autograder.results import TestResult, Verdict
from autograder.rooms.limits import Limits
from autograder.rooms.server import RoomServer
from autograder.solutions import reference_notebook, with_misconception
from autograder.source import AssignmentSource
from autograder.submission import parse_notebook

MIN_HINTED_SHARE = 0.9
MIN_PER_EXERCISE = 5


@dataclass(frozen=True)
class Tried:
    """One misconception and what the exercise's tests said. `hinted` is None where no hint is asked."""

    misconception: Misconception
    rejected: bool
    hinted: bool | None
    points: float
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
    source: AssignmentSource, misconceptions: Sequence[Misconception], limits: Limits, rooms: RoomServer
) -> Iterator[Tried]:
    """Each misconception in the reference's place, one after the other, in a fresh room each."""
    for misconception in misconceptions:
        functions = source.by_grade_id[misconception.exercise].names.functions
        text = with_misconception(source, misconception.exercise, misconception.replacing(functions))
        notebook = reference_notebook(source, {misconception.exercise: text})
        yield _tried(misconception, _results(source, notebook, limits, rooms, [misconception.exercise]))


def _tried(misconception: Misconception, results: Sequence[TestResult]) -> Tried:
    lost = [r for r in results if r.verdict is not Verdict.PASSED]
    shown = "\n".join(f"{r.hint or ''}\n{r.message}" for r in lost)
    hinted = None if misconception.hint is None else misconception.hint.lower() in shown.lower()
    message = next((r.hint for r in lost if r.hint), lost[0].message if lost else "")
    points, maximum = sum(r.points for r in results), sum(r.max_points for r in results)
    return Tried(misconception, bool(lost), hinted, points, maximum, message)


def _results(
    source: AssignmentSource, notebook: NotebookNode, limits: Limits, rooms: RoomServer, only: list[str]
) -> tuple[TestResult, ...]:
    submitted = parse_notebook(notebook_text(notebook).encode())
    run = Run(source, put_on_frame(source, submitted), limits, rooms, only=only)
    run.execute()
    return tuple(run.results.values())
