"""What grading again changes: whose points, in which exercise, and why. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.results import ExerciseResult, Result

NEVER_GRADED = "not graded before"
REASONS = {
    "submission": "handed in anew",
    "assignment": "the assignment changed",
    "grader": "another version of the grader",
    "environment": "other versions of Python or packages",
}


@dataclass(frozen=True)
class Change:
    """The points of one exercise of one student. `before` is None for a student who was not graded before."""

    student: str
    exercise: str
    before: float | None
    after: float
    max_points: float
    reason: str
    message: str

    def to_json(self) -> dict[str, Any]:
        return dict(vars(self))


def changes(
    before: Mapping[str, Result], after: Sequence[Result], by_hand: Mapping[str, Mapping[str, float]]
) -> tuple[Change, ...]:
    """Every exercise whose points differ, in the order of students and exercises.

    before   the stored results by student
    by_hand  student → test → points that a person gave in place of the automatic ones; grading leaves these alone
    """
    found = []
    for new in sorted(after, key=lambda result: result.student):
        old = before.get(new.student)
        given = by_hand.get(new.student, {})
        new = new.corrected(given)
        earlier = {e.grade_id: e for e in old.corrected(given).exercises} if old else {}
        reason = _reason(old, new)
        for exercise in new.exercises:
            was = earlier.pop(exercise.grade_id, None)
            points = was.points if was else 0.0 if old else None
            if points != exercise.points:
                message = _why(was, exercise)
                found.append(
                    Change(
                        new.student, exercise.grade_id, points, exercise.points, exercise.max_points, reason, message
                    )
                )
        for name, was in earlier.items():  # an exercise that the assignment does not have any more
            if was.points:
                found.append(Change(new.student, name, was.points, 0.0, 0.0, reason, "The exercise was removed."))
    return tuple(found)


def _reason(old: Result | None, new: Result) -> str:
    """What differs in the receipts."""
    if old is None:
        return NEVER_GRADED
    differing = [text for name, text in REASONS.items() if old.receipt.get(name) != new.receipt.get(name)]
    return ", ".join(differing) or "limits or options changed"


def _why(was: ExerciseResult | None, now: ExerciseResult) -> str:
    """What the check says now; where it says nothing any more, what it said before."""
    if now.message:
        return now.message
    return f"Passes now. Before: {was.message}" if was and was.message else "Passes."
