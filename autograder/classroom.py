"""Grading a class: finds the submissions, has each graded, and is the only one who writes results and gradebook."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from importlib import metadata
from pathlib import Path

import nbformat
from nbformat.reader import NotJSONError
from nbgrader.api import Gradebook

from autograder.course import Course, CourseError
from autograder.feedback import Late, render_feedback
from autograder.files import write_atomically
from autograder.gradebook import hand_work, manual_grades, open_gradebook, record, register
from autograder.grading import Graded, grade, unreadable
from autograder.release import build_source, notebook_text
from autograder.results import Result, Verdict
from autograder.rooms.server import RoomServer
from autograder.source import AssignmentSource
from autograder.submission import SubmittedFile, UnreadableError, find_submissions, read_bytes, submitted_at


def rooms_for(course: Course, source: AssignmentSource, sandbox: str, *, figures: bool = False) -> RoomServer:
    """Warm rooms for an assignment. Without `figures` the course's drawing functions return at once."""
    limits = course.assignment(source.name).limits
    environment = {} if figures else {"CONVKIT_DRAW": "0"}
    return RoomServer(limits, sandbox, preload_of(source), environment=environment, hidden=course.private_paths)


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
    course: Course, assignment: str, files: Sequence[SubmittedFile], rooms: RoomServer, *, figures: bool = False
) -> Iterator[Result]:
    """Grade each file and yield its result once it is stored: result file, autograded notebook, gradebook."""
    source = build_source(course, assignment)
    register(course, source)
    with open_gradebook(course) as gradebook:
        for file in files:
            try:
                data: bytes | UnreadableError = read_bytes(file)
            except UnreadableError as problem:
                data = problem
            graded = grade_and_store(
                course, source, file.student, data, rooms, gradebook,
                timestamp=submitted_at(file), knows_time=True, figures=figures,
            )  # fmt: skip
            yield graded.result


def grade_and_store(
    course: Course,
    source: AssignmentSource,
    student: str,
    data: bytes | UnreadableError,
    rooms: RoomServer,
    gradebook: Gradebook,
    *,
    timestamp: datetime | None = None,
    knows_time: bool = False,
    figures: bool = False,
) -> Graded:
    """Grade one submission (or note why its file could not be read) and store everything about it."""
    entry = course.assignment(source.name)
    limits = entry.limits
    receipt = {"grader": grader_digest(), "environment": environment_digest()}
    if isinstance(data, UnreadableError):
        graded = Graded(unreadable(student, source, data, limits, receipt))
    else:
        graded = grade(student, data, source, limits, rooms, receipt, figures=figures)
    before = load_result(course, source.name, student)
    changed = before is not None and before.receipt.get("submission") != graded.result.receipt.get("submission")
    _store(course, graded)
    record(
        gradebook, source, graded.result, graded.answers,
        timestamp=timestamp, knows_time=knows_time, changed=changed, late=entry.late,
    )  # fmt: skip
    return graded


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
        path = _autograded_path(course, result.assignment, result.student)
        write_atomically(path, notebook_text(graded.notebook))


def _autograded_path(course: Course, assignment: str, student: str) -> Path:
    return course.autograded_folder / student / assignment / f"{assignment}.ipynb"


# --- pages for students


def write_feedback(course: Course, assignment: str, results: Sequence[Result]) -> tuple[Path, ...]:
    """One page a student, from the stored result, the points given by hand and the student's own code."""
    paths = []
    with open_gradebook(course) as gradebook:
        for result in results:
            path = _feedback_path(course, assignment, result.student)
            write_atomically(path, feedback_page(course, result, gradebook))
            paths.append(path)
    return tuple(paths)


def feedback_page(course: Course, result: Result, gradebook: Gradebook) -> str:
    """The page of one student; `autograder feedback`, `nbgrader generate_feedback` and the formgrader write it."""
    late = course.assignment(result.assignment).late
    by_hand = hand_work(gradebook, result.assignment, result.student, late)
    return render_feedback(
        result,
        course_title=course.title,
        assignment_title=course.assignment(result.assignment).title,
        answers=_answers(course, result.assignment, result.student),
        comments=by_hand.comments,
        manual={name: (grade.score, grade.max_score) for name, grade in by_hand.questions.items()},
        unanswered=by_hand.unanswered,
        corrections=by_hand.corrections,
        late=Late(by_hand.late_penalty, by_hand.seconds_late) if by_hand.seconds_late > 0 else None,
        hidden_test_names=course.feedback.hidden_test_names,
    )


def all_manual_grades(
    course: Course, assignment: str, results: Sequence[Result]
) -> dict[str, dict[str, tuple[float | None, float]]]:
    """student → written question → (points or None while it waits, maximum)."""
    with open_gradebook(course) as gradebook:
        return {
            r.student: {
                name: (grade.score, grade.max_score)
                for name, grade in manual_grades(gradebook, assignment, r.student).items()
            }
            for r in results
        }


def corrected_results(course: Course, results: Sequence[Result]) -> tuple[Result, ...]:
    """The results with the points that people gave to tests in place of the automatic ones."""
    with open_gradebook(course) as gradebook:
        return tuple(r.corrected(hand_work(gradebook, r.assignment, r.student).corrections) for r in results)


def feedback_links(course: Course, assignment: str, results: Sequence[Result], folder: Path) -> dict[str, str]:
    """student → their feedback page as seen from `folder`, where one was written."""
    paths = {r.student: _feedback_path(course, assignment, r.student) for r in results}
    return {student: os.path.relpath(path, folder) for student, path in paths.items() if path.exists()}


def solutions_of(course: Course, source: AssignmentSource, results: Sequence[Result]) -> dict[str, dict[str, str]]:
    """student → exercise → the code they handed in for it, as far as it was read."""
    exercises = {exercise.name for exercise in source.exercises}
    answers = {result.student: _answers(course, source.name, result.student) for result in results}
    return {who: {name: code for name, code in cells.items() if name in exercises} for who, cells in answers.items()}


def _feedback_path(course: Course, assignment: str, student: str) -> Path:
    return course.feedback_folder / student / assignment / f"{assignment}.html"


def _answers(course: Course, assignment: str, student: str) -> dict[str, str]:
    """What the student wrote, by exercise, from the autograded notebook; empty where there is none."""
    path = _autograded_path(course, assignment, student)
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError, NotJSONError):
        return {}
    graded = ((cell.metadata.get("nbgrader", {}), cell.source) for cell in notebook.cells)
    return {data["grade_id"]: text for data, text in graded if data.get("solution")}


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
    return any(r.verdict in {Verdict.MALFORMED, Verdict.WRONG_ASSIGNMENT, Verdict.NOT_GRADED} for r in results)
