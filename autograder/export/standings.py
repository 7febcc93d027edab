"""What each student has by now: automatic points, points given by hand, what waits, the late penalty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from nbgrader.api import Assignment, Gradebook, SubmittedAssignment

from autograder.class_statistics import UNGRADED
from autograder.course import Course
from autograder.gradebook import open_gradebook, seconds_late, settle_penalties
from autograder.results import Result


@dataclass(frozen=True)
class Standing:
    """One student and one assignment, as the gradebook has it.

    number   the LMS's number of the student
    score    points so far, automatic and by hand, before the penalty
    manual   question graded by hand → (points or None while it waits, maximum)
    waiting  the cells that a person has still to grade, or to look at again after a new attempt
    penalty  points taken off `score` for being late
    touched  whether a person gave points to anything
    """

    student: str
    first_name: str
    last_name: str
    email: str
    number: str
    result: Result
    score: float
    max_score: float
    manual: Mapping[str, tuple[float | None, float]] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    penalty: float = 0.0
    touched: bool = False
    seconds_late: float = 0.0
    submitted_at: datetime | None = None

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.first_name, self.last_name)))

    @property
    def is_graded(self) -> bool:
        """Whether the file could be graded, or a person gave points all the same."""
        return bool(self.result.exercises) and (self.touched or self.result.verdict not in UNGRADED)

    def total(self, *, partial: bool = False) -> float | None:
        """Points after the penalty; None where nothing could be graded, or while something waits, unless `partial`."""
        if not self.is_graded or (self.waiting and not partial):
            return None
        return round(max(0.0, self.score - self.penalty), 2)


def standings(course: Course, assignment: str, results: Sequence[Result]) -> tuple[Standing, ...]:
    """The standing of each result's student. The penalties in the gradebook are brought up to date on the way."""
    late = course.assignment(assignment).late
    with open_gradebook(course) as gradebook:
        settle_penalties(gradebook, assignment, late)
        entry = gradebook.find_assignment(assignment)
        submissions = {submission.student_id: submission for submission in entry.submissions}
        return tuple(
            _standing(gradebook, entry, submissions[result.student], result)
            for result in results
            if result.student in submissions
        )


def _standing(
    gradebook: Gradebook, assignment: Assignment, submission: SubmittedAssignment, result: Result
) -> Standing:
    student = submission.student
    gradebook.db.refresh(submission, ["score"])
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    by_hand = [
        g for g in grades if g.manual_score is not None or g.needs_manual_grade or g.cell.cell_type == "markdown"
    ]
    return Standing(
        student=student.id,
        first_name=student.first_name or "",
        last_name=student.last_name or "",
        email=student.email or "",
        number=student.lms_user_id or "",
        result=result,
        score=float(submission.score),
        max_score=float(assignment.max_score),
        manual={
            g.name: (
                None if g.needs_manual_grade and g.manual_score is None else float(g.score or 0),
                float(g.max_score),
            )
            for g in by_hand
        },
        touched=any(grade.manual_score is not None for grade in grades),
        waiting=tuple(grade.name for grade in grades if grade.needs_manual_grade),
        penalty=sum(float(notebook.late_submission_penalty or 0) for notebook in submission.notebooks),
        seconds_late=seconds_late(submission),
        submitted_at=submission.timestamp.replace(tzinfo=UTC) if submission.timestamp else None,
    )
