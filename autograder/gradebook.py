"""nbgrader's gradebook: results go in, hand-given points come out. One transaction a submission."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    SolutionCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import object_session

from autograder.course import Course, CourseError
from autograder.late import NO_PENALTY, LatePolicy
from autograder.release import generate
from autograder.results import Result
from autograder.source import AssignmentSource, Role

NO_RESPONSE = "No response."
LOCK_SECONDS = 120  # for which a SQLite gradebook that another process writes to is waited for


@dataclass(frozen=True)
class ManualGrade:
    """A hand-graded cell. `score` is None while it waits for a person."""

    score: float | None
    max_score: float
    comment: str = ""


@contextmanager
def open_gradebook(course: Course) -> Iterator[Gradebook]:
    """The course's gradebook; CourseError if the database cannot be opened."""
    with _problems_said(course), _alembic_on_path():
        try:
            gradebook = Gradebook(patient(course.db_url), "")
        except ModuleNotFoundError as error:
            raise CourseError(
                f"The gradebook needs {error.name}. For PostgreSQL: pip install 'convkit[postgresql]', and "
                'db_url = "postgresql+psycopg://…" in course.toml.'
            ) from None
    with gradebook, _problems_said(course):
        yield gradebook


def patient(db_url: str) -> str:
    """The same database; where it is SQLite, one that waits while another process writes."""
    try:
        url = make_url(db_url)
    except ArgumentError:
        raise CourseError("course.toml: db_url is not the URL of a database, such as sqlite:///gradebook.db.") from None
    if url.get_backend_name() != "sqlite":
        return db_url
    return url.update_query_dict({"timeout": str(LOCK_SECONDS)}).render_as_string(hide_password=False)


@contextmanager
def _problems_said(course: Course) -> Iterator[None]:
    """What the database refuses is one sentence, without the password that its URL may hold."""
    try:
        yield
    except SQLAlchemyError as error:
        name = make_url(course.db_url).render_as_string(hide_password=True)
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0].rstrip(".")
        raise CourseError(f"The gradebook {name} cannot be used: {reason}. What was stored stays.") from error


def register(course: Course, source: AssignmentSource) -> None:
    """Let the gradebook know the assignment's cells and points, as `nbgrader generate_assignment` does."""
    with open_gradebook(course):  # says what is wrong with it, if anything is
        pass
    with _problems_said(course), _alembic_on_path():
        generate(source, patient(course.db_url))
    due = course.assignment(source.name).due
    if due is not None:
        with open_gradebook(course) as gradebook:
            gradebook.update_or_create_assignment(source.name, duedate=due)


def record(
    gradebook: Gradebook,
    source: AssignmentSource,
    result: Result,
    answers: dict[str, str],
    *,
    timestamp: datetime | None = None,
    knows_time: bool = False,
    changed: bool = False,
    late: LatePolicy = NO_PENALTY,
) -> None:
    """Write one result in one transaction. Points given by hand stay; `changed` asks for a new look at them.

    timestamp   when it was handed in, in UTC without a zone, as nbgrader keeps it
    knows_time  `timestamp` is all that is known, None included; else None keeps what the gradebook has
    """
    session = gradebook.db
    try:
        with session.no_autoflush:
            submission, grades, comments = _submission_rows(gradebook, result)
        if knows_time or timestamp is not None:
            submission.timestamp = timestamp
        points = {test.grade_id: test.points for e in result.exercises for test in e.tests}
        hints = {e.grade_id: e.message for e in result.exercises}
        for name, grade in grades.items():
            if name in points:
                grade.auto_score = points[name]
                grade.needs_manual_grade = False
            elif not is_answered(source, name, answers.get(name)):
                grade.auto_score, grade.needs_manual_grade = 0.0, False
            else:
                grade.auto_score = None
                grade.needs_manual_grade = grade.manual_score is None or changed or bool(grade.needs_manual_grade)
        for name, comment in comments.items():
            unanswered = not is_answered(source, name, answers.get(name))
            comment.auto_comment = NO_RESPONSE if unanswered else hints.get(name) or None
        session.flush()
        settle_penalty(submission, late)
        session.commit()
    except BaseException:
        session.rollback()
        raise


def settle_penalty(submission: SubmittedAssignment, late: LatePolicy) -> None:
    """Set nbgrader's late penalty by the points that the submission has now; the caller commits.

    The deadline and any extension are the gradebook's. nbgrader settles when it grades, so points given by hand
    afterwards would keep their full value; whoever shows or exports a score settles first.
    """
    seconds = seconds_late(submission)
    session = object_session(submission)
    assert session is not None, "a submission of the gradebook"
    for notebook in submission.notebooks:
        session.refresh(notebook, ["score"])
        notebook.late_submission_penalty = late.penalty(float(notebook.score), seconds) or None


def settle_penalties(gradebook: Gradebook, assignment: str, late: LatePolicy) -> None:
    """`settle_penalty` for everybody, in one transaction; nothing for an assignment that is not in the gradebook."""
    try:
        submissions = gradebook.find_assignment(assignment).submissions
    except MissingEntry:
        return
    for submission in submissions:
        settle_penalty(submission, late)
    gradebook.db.commit()


def seconds_late(submission: SubmittedAssignment) -> float:
    """How much after its deadline, extension included, it came; 0 where either time is unknown."""
    if submission.assignment.duedate is None:  # nbgrader adds an extension to it all the same
        return 0.0
    return float(submission.total_seconds_late)


@dataclass(frozen=True)
class Entry:
    """What the gradebook has of one submission by itself, without people: automatic points by cell, and its time."""

    points: dict[str, float | None]
    timestamp: datetime | None

    @classmethod
    def expected(
        cls, source: AssignmentSource, result: Result, answers: dict[str, str], timestamp: datetime | None
    ) -> Entry:
        """What `record` writes."""
        points: dict[str, float | None] = {t.grade_id: t.points for e in result.exercises for t in e.tests}
        for cell in source.cells:
            if cell.role is Role.MANUAL:
                points[cell.grade_id] = None if is_answered(source, cell.grade_id, answers.get(cell.grade_id)) else 0.0
        return cls(points, timestamp)


def entries(gradebook: Gradebook, assignment: str) -> dict[str, Entry]:
    """student → what the gradebook has of their submission, in one query for the class."""
    rows = gradebook.db.execute(
        select(SubmittedAssignment.student_id, SubmittedAssignment.timestamp, BaseCell.name, Grade.auto_score)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(Assignment.name == assignment)
    )
    found: dict[str, Entry] = {}
    for student, timestamp, cell, score in rows:
        found.setdefault(student, Entry({}, timestamp)).points[cell] = score
    return found


@dataclass(frozen=True)
class HandWork:
    """What people, and the calendar, added to the automatic points of one submission.

    questions     hand-graded question → its grade
    unanswered    questions that got 0 points without anybody looking, because nothing was written
    corrections   test → the points that a person gave in place of the automatic ones, extra credit included
    comments      exercise → a person's words about it
    late_penalty  points taken off for a late hand-in
    seconds_late  0 for a submission in time, or without a due date or a time of its own
    """

    questions: dict[str, ManualGrade] = field(default_factory=dict)
    unanswered: frozenset[str] = frozenset()
    corrections: dict[str, float] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    late_penalty: float = 0.0
    seconds_late: float = 0.0


def hand_work(gradebook: Gradebook, assignment: str, student: str, late: LatePolicy | None = None) -> HandWork:
    """Everything that the gradebook has of people; empty for an unknown submission.

    With `late`, the penalty is settled first.
    """
    try:
        submission = gradebook.find_submission(assignment, student)
    except MissingEntry:
        return HandWork()
    if late is not None:
        settle_penalty(submission, late)
        gradebook.db.commit()
    questions: dict[str, ManualGrade] = {}
    unanswered: set[str] = set()
    corrections: dict[str, float] = {}
    comments: dict[str, str] = {}
    for notebook in submission.notebooks:
        written = {comment.name: comment for comment in notebook.comments}
        comments |= {name: comment.manual_comment for name, comment in written.items() if comment.manual_comment}
        for grade in notebook.grades:
            if grade.name in written:
                score = None if grade.needs_manual_grade and grade.manual_score is None else float(grade.score or 0)
                said = written[grade.name].comment or ""
                questions[grade.name] = ManualGrade(score, float(grade.max_score), said)
                if said == NO_RESPONSE and score == 0 and grade.manual_score is None:
                    unanswered.add(grade.name)
            elif grade.manual_score is not None or grade.extra_credit:
                corrections[grade.name] = float(grade.score or 0)
    penalty = sum(float(notebook.late_submission_penalty or 0) for notebook in submission.notebooks)
    return HandWork(questions, frozenset(unanswered), corrections, comments, penalty, seconds_late(submission))


def manual_grades(gradebook: Gradebook, assignment: str, student: str) -> dict[str, ManualGrade]:
    """What a person has graded or has still to grade, by grade_id; empty for an unknown submission."""
    return hand_work(gradebook, assignment, student).questions


def is_answered(source: AssignmentSource, grade_id: str, answer: str | None) -> bool:
    """Whether a student wrote anything in the place of the stub."""
    cell = source.by_grade_id.get(grade_id)
    if answer is None or not answer.strip() or cell is None:
        return False
    if cell.role is Role.MANUAL:
        return answer.strip() != "YOUR ANSWER HERE"
    return "raise NotImplementedError()" not in answer or "# YOUR CODE HERE" not in answer


def _submission_rows(
    gradebook: Gradebook, result: Result
) -> tuple[SubmittedAssignment, dict[str, Grade], dict[str, Comment]]:
    """The rows of one submission, made where they are missing, nothing committed yet."""
    session = gradebook.db
    assignment = gradebook.find_assignment(result.assignment)
    student = session.get(Student, result.student)
    if student is None:
        student = Student(id=result.student)
        session.add(student)
    mine = select(SubmittedAssignment).filter_by(assignment_id=assignment.id, student_id=result.student)
    submission = session.scalars(mine).first()
    if submission is None:
        submission = SubmittedAssignment(assignment=assignment, student=student)
        session.add(submission)
    grades: dict[str, Grade] = {}
    comments: dict[str, Comment] = {}
    for notebook in assignment.notebooks:
        rows = next((n for n in submission.notebooks if n.notebook is notebook), None)
        if rows is None:
            rows = SubmittedNotebook(notebook=notebook, assignment=submission)
            session.add(rows)
        have = {g.cell_id for g in rows.grades}
        for cell in notebook.grade_cells:
            if cell.id not in have:
                session.add(Grade(cell_id=cell.id, cell=cell, notebook=rows))
        have = {c.cell_id for c in rows.comments}
        for cell in notebook.solution_cells:
            if cell.id not in have:
                session.add(Comment(cell_id=cell.id, cell=cell, notebook=rows))
        grades |= {g.cell.name: g for g in rows.grades}
        comments |= {c.cell.name: c for c in rows.comments if isinstance(c.cell, SolutionCell)}
    return submission, grades, comments


@contextmanager
def _alembic_on_path() -> Iterator[None]:
    """nbgrader calls `alembic` by name for a new database; it lies beside this Python."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before
