"""Grading a class: finds the submissions, has each graded, and is the only one who writes results and gradebook."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat.reader import NotJSONError
from nbgrader.api import Gradebook

from autograder.class_run import Handed
from autograder.class_run import select as select
from autograder.course import Course, CourseError
from autograder.feedback import Late, render_feedback
from autograder.files import write_atomically
from autograder.gradebook import Entry, hand_work, manual_grades, open_gradebook, record, register
from autograder.grading import Graded, grade, unreadable
from autograder.kept import explained
from autograder.outline import read_outline
from autograder.pool.job import Finished, open_rooms
from autograder.receipts import environment_digest, grader_digest
from autograder.release import build_source
from autograder.results import Result
from autograder.rooms.server import RoomServer
from autograder.source import AssignmentSource
from autograder.submission import SubmittedFile, UnreadableError, read_bytes, submitted_at


def rooms_for(course: Course, source: AssignmentSource, sandbox: str, *, figures: bool = False) -> RoomServer:
    """Warm rooms for an assignment. Without `figures` the course's drawing functions return at once."""
    limits = course.assignment(source.name).limits
    return open_rooms(source, limits, sandbox, figures=figures, hidden=course.private_paths)


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
    limits = course.assignment(source.name).limits
    receipt = {"grader": grader_digest(), "environment": environment_digest()}
    if isinstance(data, UnreadableError):
        graded = Graded(unreadable(student, source, data, limits, receipt))
    else:
        graded = grade(student, data, source, limits, rooms, receipt, figures=figures)
    store(course, source, Finished.of(graded), gradebook, timestamp=timestamp, knows_time=knows_time)
    return graded


def store(
    course: Course,
    source: AssignmentSource,
    finished: Finished,
    gradebook: Gradebook,
    *,
    timestamp: datetime | None = None,
    knows_time: bool = False,
) -> None:
    """Everything about a graded submission: notebook, gradebook, result file, in this order.

    The result file is the last, so what stands in one stands in the gradebook too. A run that was killed in between is
    repaired by the next, which compares with the result file to see whether something new was handed in.
    CourseError where something cannot be written; then the result file is as it was.
    """
    result = finished.result
    before = load_result(course, result.assignment, result.student)
    changed = before is not None and before.receipt.get("submission") != result.receipt.get("submission")
    if finished.notebook is not None:
        _write(_autograded_path(course, result.assignment, result.student), finished.notebook)
    record(
        gradebook, source, result, finished.answers,
        timestamp=timestamp, knows_time=knows_time, changed=changed, late=course.assignment(source.name).late,
    )  # fmt: skip
    _write(result_path(course, result.assignment, result.student), _result_text(result))


def is_stored(course: Course, source: AssignmentSource, handed: Handed, entry: Entry | None) -> bool:
    """Whether files and gradebook (`entry`) already say what was handed over now."""
    result, finished = handed.finished.result, handed.finished
    try:
        text = result_path(course, result.assignment, result.student).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
    has_notebook = finished.notebook is None or _autograded_path(course, result.assignment, result.student).exists()
    expected = Entry.expected(source, result, finished.answers, handed.timestamp)
    return has_notebook and text == _result_text(result) and entry == expected


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


def _result_text(result: Result) -> str:
    return json.dumps(result.to_json(), indent=1, ensure_ascii=False) + "\n"


def _write(path: Path, text: str) -> None:
    with explained(path):
        write_atomically(path, text)


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
        read_again=_read_again(course, result.assignment),
        late=Late(by_hand.late_penalty, by_hand.seconds_late) if by_hand.seconds_late > 0 else None,
        hidden_test_names=course.feedback.hidden_test_names,
    )


def _read_again(course: Course, assignment: str) -> dict[str, str]:
    """Exercise → where the notebook explains it; nothing where the source is not at hand: a page does without."""
    try:
        return read_outline(course, assignment).read_again
    except CourseError:
        return {}


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
