"""Grading a class: finds the submissions, has each graded, and is the only one who writes results and gradebook."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path

from autograder.course import Course, CourseError
from autograder.files import write_atomically
from autograder.gradebook import open_gradebook, record, register
from autograder.grading import Graded, grade, unreadable
from autograder.release import build_source, notebook_text
from autograder.results import Result, Verdict
from autograder.rooms.server import RoomServer
from autograder.source import AssignmentSource
from autograder.submission import SubmittedFile, Unreadable, find_submissions, read_bytes, submitted_at


def preload_of(source: AssignmentSource) -> tuple[str, ...]:
    """The slow imports that rooms for this assignment should have done already."""
    return ("numpy", "matplotlib", *(name for name in ("keras", "sklearn") if source.imports(name)))


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


def grade_class(
    course: Course, assignment: str, files: Sequence[SubmittedFile], rooms: RoomServer
) -> Iterator[Result]:
    """Grade each file and yield its result once it is stored: result file, autograded notebook, gradebook."""
    source = build_source(course, assignment)
    limits = course.assignment(assignment).limits
    register(course, source)
    with open_gradebook(course) as gradebook:
        for file in files:
            graded = _grade_file(file, source, limits, rooms)
            before = load_result(course, assignment, file.student)
            changed = before is not None and before.receipt.get("submission") != graded.result.receipt.get("submission")
            _store(course, graded)
            record(
                gradebook, source, graded.result, graded.answers, timestamp=submitted_at(file), changed=changed
            )
            yield graded.result


def _grade_file(file: SubmittedFile, source: AssignmentSource, limits: object, rooms: RoomServer) -> Graded:
    receipt = {"grader": grader_digest(), "environment": environment_digest()}
    try:
        data = read_bytes(file)
    except Unreadable as problem:
        return Graded(unreadable(file.student, source, problem, limits, receipt))  # type: ignore[arg-type]
    return grade(file.student, data, source, limits, rooms, receipt)  # type: ignore[arg-type]


# --- results on disk


def result_path(course: Course, assignment: str, student: str) -> Path:
    return course.results_folder / assignment / f"{student}.json"


def load_result(course: Course, assignment: str, student: str) -> Result | None:
    """A stored result, or None if there is none that can be read."""
    try:
        return Result.from_json(json.loads(result_path(course, assignment, student).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def load_results(course: Course, assignment: str) -> tuple[Result, ...]:
    """All stored results of an assignment, in the order of students; CourseError if nothing was graded yet."""
    folder = course.results_folder / assignment
    found = [load_result(course, assignment, path.stem) for path in sorted(folder.glob("*.json"))]
    results = tuple(result for result in found if result is not None)
    if not results:
        raise CourseError(f"Nothing has been graded for {assignment} yet. Run: autograder grade {assignment}")
    return results


def results_document(assignment: str, results: Sequence[Result]) -> str:
    """The form of `grade --json`."""
    document = {"schema": 1, "assignment": assignment, "results": [result.to_json() for result in results]}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _store(course: Course, graded: Graded) -> None:
    result = graded.result
    write_atomically(
        result_path(course, result.assignment, result.student),
        json.dumps(result.to_json(), indent=1, ensure_ascii=False) + "\n",
    )
    if graded.notebook is not None:
        path = course.autograded_folder / result.student / result.assignment / f"{result.assignment}.ipynb"
        write_atomically(path, notebook_text(graded.notebook))


# --- what a receipt names


@cache
def grader_digest() -> str:
    """SHA-256 over the text of both packages: another grader, another digest."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for path in sorted((*root.glob("autograder/**/*.py"), *root.glob("convkit/**/*.py"))):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@cache
def environment_digest() -> str:
    """SHA-256 over Python's version and those of all installed packages."""
    versions = sorted({f"{d.metadata['Name']}=={d.version}" for d in metadata.distributions()})
    return hashlib.sha256("\n".join([platform.python_version(), *versions]).encode()).hexdigest()


def falls_short(results: Sequence[Result]) -> bool:
    """Whether any submission could not be graded (exit code 1)."""
    return any(
        r.verdict in {Verdict.MALFORMED, Verdict.WRONG_ASSIGNMENT, Verdict.NOT_GRADED} for r in results
    )
