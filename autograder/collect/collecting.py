"""`autograder collect` as a function: unpack, sort, place, and say what became of every file and every student."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.collect.identifiers import safe_file_name
from autograder.collect.patterns import Lms
from autograder.collect.placing import Outcome, Record, carry_out, plan, read_shelf
from autograder.collect.roster import Roster
from autograder.collect.sorting import Aside, Question, Student, sort, student_of_person
from autograder.collect.unpacking import DEFAULT_LIMITS, UnpackLimits, unpack
from autograder.course import Assignment, Course, CourseError
from autograder.files import write_atomically
from autograder.gradebook import open_gradebook
from autograder.pages import one_line
from autograder.submission import digest

REASONS_FILE = "WHY.txt"


@dataclass(frozen=True)
class Collected:
    """What became of one student's work. `submitted_at` is in UTC; `seconds_late` None where no time is known."""

    student: Student
    outcome: Outcome
    original: str
    attempts: int
    late: bool
    submitted_at: datetime | None
    seconds_late: float | None


@dataclass(frozen=True)
class Collection:
    """What became of an archive. `missing` are those of the roster of whom nothing is there, now or from before."""

    assignment: str
    lms: Lms
    dry_run: bool
    collected: tuple[Collected, ...]
    aside: tuple[Aside, ...]
    missing: tuple[Student, ...]

    @property
    def falls_short(self) -> bool:
        """Whether something that was handed in is not there to be graded (exit code 1)."""
        return any(not one.beside_notebook for one in self.aside)

    def to_json(self) -> dict[str, Any]:
        """A dictionary of JSON types, the form of `collect --json`."""
        return {
            "schema": 1,
            "assignment": self.assignment,
            "from": self.lms.value,
            "dry_run": self.dry_run,
            "collected": [
                {
                    "student": one.student.student,
                    "name": one.student.name,
                    "outcome": one.outcome.value,
                    "file": one.original,
                    "attempts": one.attempts,
                    "late": one.late,
                    "submitted_at": one.submitted_at.isoformat() if one.submitted_at else None,
                    "seconds_late": one.seconds_late,
                }
                for one in self.collected
            ],
            "aside": [
                {"name": a.name, "reason": a.reason, "student": a.student, "beside_notebook": a.beside_notebook}
                for a in self.aside
            ],
            "missing": [{"student": student.student, "name": student.name} for student in self.missing],
        }


def collect(
    course: Course,
    assignment: str,
    source: Path,
    lms: Lms,
    *,
    roster: Roster | None = None,
    dry_run: bool = False,
    limits: UnpackLimits = DEFAULT_LIMITS,
) -> Collection:
    """Collect an archive or folder into the course.

    Raises CourseError for a broken or oversized archive, of which nothing is collected, and for one in which no file
    is named as `lms` names files.
    """
    entry = course.assignment(assignment)
    question = Question(lms, assignment, frozenset(a.name for a in course.assignments), roster, course.time_zone)
    with tempfile.TemporaryDirectory(prefix="collect-") as folder:
        found = sort(unpack(source, Path(folder), limits), question)
        if not found.attempts and not any(one.student and one.file for one in found.aside):
            why = found.aside[0].reason if found.aside else "It is empty."
            raise CourseError(f"Nothing in {source} could be collected as --from {lms.value}. {why}")
        done = []
        for student, attempts in found.attempts.items():
            place = course.submitted_folder / student.student / assignment
            todo = plan(place, entry, attempts)
            if not dry_run:
                carry_out(todo, place, assignment)
            assert todo.shelf.current is not None, "a plan has a current attempt"
            done.append(_collected(student, todo.outcome, todo.shelf.current, len(todo.shelf.records), entry))
        if not dry_run:
            _keep_aside(course.aside_folder / assignment, found.aside)
            introduce(course, tuple(found.attempts))
    here = {student.student for student in found.attempts}
    return Collection(
        assignment, lms, dry_run, tuple(done), found.aside, _missing(course, assignment, roster, lms, here)
    )


def introduce(course: Course, students: Sequence[Student]) -> None:
    """Tell the gradebook students' names, addresses and LMS numbers, for the formgrader and the exports."""
    with open_gradebook(course) as gradebook:
        for student in students:
            about = {
                "first_name": student.first_name,
                "last_name": student.last_name,
                "email": student.email,
                "lms_user_id": student.number,
            }
            gradebook.update_or_create_student(student.student, **{k: v for k, v in about.items() if v})


def _collected(student: Student, outcome: Outcome, record: Record, attempts: int, assignment: Assignment) -> Collected:
    at = datetime.fromisoformat(record.submitted_at) if record.submitted_at else None
    seconds = None
    if at is not None and assignment.due_at is not None:
        seconds = max(0.0, (at - assignment.due_at).total_seconds())
    late = record.late if seconds is None else assignment.late.days(seconds) > 0
    return Collected(student, outcome, record.original, attempts, late, at, seconds)


def _missing(course: Course, assignment: str, roster: Roster | None, lms: Lms, here: set[str]) -> tuple[Student, ...]:
    if roster is None:
        return ()
    return tuple(
        student_of_person(person, lms)
        for person in roster.people
        if person.student not in here
        and read_shelf(course.submitted_folder / person.student / assignment, assignment).current is None
    )


def _keep_aside(folder: Path, aside: Sequence[Aside]) -> None:
    """Keep copies of what could not be collected, and the reasons beside them; what is there stays."""
    if not aside:
        return
    reasons: dict[str, str] = {}
    for one in aside:
        name = one_line(one.name)
        if one.file is not None:
            data = one.file.path.read_bytes()
            name = f"{digest(data)[:8]}-{safe_file_name(one.name.replace('/', '-'))}"
            if not (folder / name).exists():
                write_atomically(folder / name, data)
        reasons[name] = one_line(f"{one.name}: {one.reason}")
    path = folder / REASONS_FILE
    before = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    lines = dict.fromkeys((*before, *(f"{name}\t{reason}" for name, reason in reasons.items())))
    write_atomically(path, "\n".join(lines) + "\n")
