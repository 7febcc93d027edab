"""A run over a class: what is kept is taken, the rest is graded. Nothing is written but in `build/kept`."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from autograder.course import Course, CourseError
from autograder.kept import Kept
from autograder.pool.job import Finished, Job, close_rooms, grade_submission, not_graded, without_rooms
from autograder.pool.stopping import Stop
from autograder.pool.workers import DaskWorkers, Engine, InThisProcess, LocalWorkers, Lost
from autograder.results import Result, Verdict
from autograder.submission import (
    SubmittedFile,
    UnreadableError,
    digest,
    find_submissions,
    read_bytes,
    submitted_at,
)

WORKER_DIED = "The grader's process ended each time it graded this notebook. Your instructor knows what happened."


@dataclass(frozen=True)
class Handed:
    """A student's result, and when the work was handed in. `kept`: it was graded in an earlier run."""

    finished: Finished
    timestamp: datetime | None
    kept: bool


@dataclass(frozen=True)
class Found:
    """What a class handed in, before anything is graded."""

    ready: tuple[Handed, ...]  # kept, missing or unreadable
    waiting: tuple[SubmittedFile, ...]


@dataclass(frozen=True)
class _Taken:
    """A submission as it was read, once, on its way to a worker."""

    student: str
    data: bytes = field(repr=False)
    timestamp: datetime | None


def select(course: Course, assignment: str, folder: Path | None, students: Sequence[str]) -> tuple[SubmittedFile, ...]:
    """The submissions to grade; CourseError if there are none, or a named student is not among them."""
    folder = folder or course.submitted_folder
    found = find_submissions(folder, assignment)
    if students:
        known = {file.student for file in found}
        missing = [student for student in students if student not in known]
        if missing:
            raise CourseError(f"No folder {folder / missing[0]}. Known students: {', '.join(sorted(known)) or 'none'}.")
        found = tuple(file for file in found if file.student in students)
    if not found:
        raise CourseError(f"No submissions in {folder}. Expected {folder}/STUDENT/{assignment}/{assignment}.ipynb.")
    return found


def look_through(job: Job, kept: Kept, files: Sequence[SubmittedFile], *, regrade: bool = False) -> Found:
    """Sort the files: those whose result is known already, and those to grade. `regrade` knows nothing."""
    ready: list[Handed] = []
    waiting: list[SubmittedFile] = []
    for file in files:
        try:
            data = read_bytes(file)
        except UnreadableError as problem:
            ready.append(_unreadable(job, file, problem))
            continue
        known = None if regrade else kept.load(digest(data))
        if known is None:
            waiting.append(file)
        else:
            ready.append(Handed(known.belonging_to(file.student), submitted_at(file), kept=True))
    return Found(tuple(ready), tuple(waiting))


def engine_for(job: Job, submissions: int, workers: int, scheduler: str | None) -> Engine:
    """What grades so many submissions: Dask if a scheduler is named; no more local processes than it needs."""
    close = functools.partial(close_rooms, job.key)
    if scheduler is not None and submissions:
        return DaskWorkers(grade_submission, scheduler, close)
    count = min(workers, submissions)
    return LocalWorkers(grade_submission, count, close) if count > 1 else InThisProcess(grade_submission, close)


def grade_waiting(
    job: Job, kept: Kept, waiting: Sequence[SubmittedFile], engine: Engine, stop: Stop
) -> Iterator[Handed]:
    """Grade, and keep what was found out, in whatever order it is done.

    A file is read when its turn comes: the receipt says what was graded, whatever stands there afterwards.
    """
    unread: list[Handed] = []

    def tasks() -> Iterator[tuple[_Taken, tuple[Job, bytes]]]:
        for file in waiting:
            try:
                data = read_bytes(file)
            except UnreadableError as problem:  # taken away since it was looked at
                unread.append(_unreadable(job, file, problem))
                continue
            yield _Taken(file.student, data, submitted_at(file)), (job, data)

    for taken, packed in engine.results(tasks(), stop):
        if isinstance(packed, Lost):
            finished = not_graded(job, taken.data, WORKER_DIED, packed.reason)
        else:
            finished = Finished.unpack(packed)
            if finished.result.verdict is not Verdict.NOT_GRADED:
                kept.save(digest(taken.data), packed)  # CourseError where the disk is full
        yield Handed(finished.belonging_to(taken.student), taken.timestamp, kept=False)
    yield from unread


def _unreadable(job: Job, file: SubmittedFile, problem: UnreadableError) -> Handed:
    return Handed(without_rooms(job, problem).belonging_to(file.student), submitted_at(file), kept=False)


def falls_short(results: Sequence[Result]) -> bool:
    """Whether any submission could not be graded (exit code 1)."""
    return any(r.verdict in {Verdict.MALFORMED, Verdict.WRONG_ASSIGNMENT, Verdict.NOT_GRADED} for r in results)
