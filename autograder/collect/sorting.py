"""From unpacked files to each student's attempts, and to what is kept aside with a sentence. Writes nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path, PurePosixPath

from autograder.collect.gradescope import METADATA, label_of, read_metadata
from autograder.collect.identifiers import folded, safe_id
from autograder.collect.patterns import EXPECTED, Label, Lms, copy_number, names_assignment, read_label
from autograder.collect.roster import NUMBER, Person, Roster
from autograder.collect.unpacking import Found, Refused, Unpacked
from autograder.late import parse_time
from autograder.submission import TIMESTAMP_FILE, UnreadableError, digest, parse_notebook

NOTEBOOK_SUFFIX = ".ipynb"
_INSTEAD: Mapping[str, str] = {
    ".py": "This is a Python script, not a notebook. Ask for the notebook (Colab: File > Download > Download .ipynb).",
    ".pdf": "This is a PDF, not a notebook. Ask for the notebook (Colab: File > Download > Download .ipynb).",
    ".html": "This is a web page, not a notebook. Ask for the notebook (Colab: File > Download > Download .ipynb).",
    ".rar": "This archive has a format that cannot be unpacked here. Ask for the notebook itself.",
    ".7z": "This archive has a format that cannot be unpacked here. Ask for the notebook itself.",
    ".gz": "This archive has a format that cannot be unpacked here. Ask for the notebook itself.",
}
_NO_FILE = "A text or a link was handed in instead of a file. Ask for the notebook itself."
_NO_NOTEBOOK = "This is not a notebook. Ask for the .ipynb file."


@dataclass(frozen=True)
class Student:
    """Whose attempt it is. `number` is the LMS's, for the import of the points."""

    student: str
    name: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    number: str = ""


@dataclass(frozen=True)
class Attempt:
    """A notebook that a student handed in. Times are in UTC; `modified` is the file's own, for the order alone."""

    file: Found
    sha256: str
    original: str
    late: bool
    submitted_at: datetime | None
    sequence: int | None
    modified: datetime | None


@dataclass(frozen=True)
class Aside:
    """What was not collected, and why. `beside_notebook`: the same student's notebook was, so nothing is missing."""

    name: str
    reason: str
    file: Found | None = None
    student: str = ""
    beside_notebook: bool = False


@dataclass(frozen=True)
class Sorted:
    """Students in the order of ids, each with attempts from the oldest to the one that counts."""

    attempts: Mapping[Student, tuple[Attempt, ...]]
    aside: tuple[Aside, ...]


@dataclass(frozen=True)
class Question:
    """What is to be sorted: from which LMS, for which assignment (of all of the course), by which class list."""

    lms: Lms
    assignment: str
    assignments: frozenset[str] = frozenset()
    roster: Roster | None = None
    time_zone: tzinfo = UTC


def sort(unpacked: Unpacked, question: Question) -> Sorted:
    """Whose each file is, and which counts. CourseError for an export of Gradescope without its metadata."""
    owned: dict[Student, list[Attempt]] = {}
    beside: list[Aside] = []
    labels_of = _labels(unpacked, question)
    aside = [_refused(refused, labels_of, question) for refused in unpacked.refused]
    stamps = _stamps(unpacked) if question.lms is Lms.FOLDER else {}
    for file in unpacked.files:
        shown = f"{file.name}/{file.inner}" if file.inner else file.name
        labels = labels_of(file)
        if labels is None:
            continue
        if not labels:
            expected = EXPECTED[question.lms]
            aside.append(Aside(shown, f"The name does not say whose it is; expected is such as {expected}", file))
        for label in labels:
            student = student_of(label, question)
            if isinstance(student, str):
                aside.append(Aside(shown, student, file))
            elif (reason := _why_no_notebook(label, file)) is not None:
                beside.append(Aside(shown, reason, file, student.student))
            else:
                at = _submitted_at(label, student, question) or stamps.get(file.name.rpartition("/")[0])
                owned.setdefault(student, []).append(_attempt(file, label, at))
    attempts = _apart(owned, aside)
    have = {student.student for student in attempts}
    aside += [replace(one, beside_notebook=one.student in have) for one in beside]
    ordered = {
        student: tuple(sorted(attempts[student], key=lambda attempt: _rank(attempt, question.assignment)))
        for student in sorted(attempts, key=lambda student: student.student)
    }
    return Sorted(ordered, tuple(aside))


def student_of(label: Label, question: Question) -> Student | str:
    """The student of a label: by the roster where there is one, else with an id made of name and number; or why not."""
    roster, lms = question.roster, question.lms
    if roster is not None:
        if label.number.startswith("anon-"):
            return "The submissions are anonymous, so the roster is of no use. Collect without it, or show the names."
        person = roster.find(label, lms)
        return person if isinstance(person, str) else student_of_person(person, lms, label.number)
    if lms is Lms.GRADESCOPE:
        made = safe_id(label.number) or safe_id(label.email) or safe_id(label.name)
    else:
        made = safe_id(f"{label.name}-{label.number}" if label.number else label.name)
    if not made:
        return "The name has no letter and no digit to make a student id of. Use a roster."
    return Student(made, label.name, label.name, "", label.email, label.number)


def student_of_person(person: Person, lms: Lms, number: str = "") -> Student:
    """A row of the roster as a student."""
    return Student(
        person.student, person.name, person.first_name, person.last_name, person.email,
        number or person.get(NUMBER[lms]).rpartition(" ")[2],
    )  # fmt: skip


def _labels(unpacked: Unpacked, question: Question) -> Callable[[Found], tuple[Label, ...] | None]:
    """What says whose a file is; it answers None for a file that nobody handed in for this assignment."""
    lms, assignment = question.lms, question.assignment
    metadata = read_metadata(unpacked.files) if lms is Lms.GRADESCOPE else {}
    elsewhere = question.assignments - {assignment}

    def labels_of(file: Found) -> tuple[Label, ...] | None:
        name = file.name.rpartition("/")[2]
        if lms is Lms.GRADESCOPE:
            return None if name == METADATA else label_of(metadata, file.name)
        if lms is Lms.BRIGHTSPACE and name == "index.html":
            return None
        if lms is Lms.FOLDER and (name == TIMESTAMP_FILE or not elsewhere.isdisjoint(file.name.split("/")[:-1])):
            return None
        label = read_label(lms, file.name, assignment)
        return (label,) if label else ()

    return labels_of


def _refused(refused: Refused, labels_of: Callable[[Found], tuple[Label, ...] | None], question: Question) -> Aside:
    """What was not unpacked, with its student where an honest path names one."""
    file = Found(refused.name, refused.path) if refused.path else None
    parts = refused.name.split("/")
    labels = () if ".." in parts or not parts[0] else labels_of(Found(refused.name, Path())) or ()
    students = [student for label in labels if isinstance(student := student_of(label, question), Student)]
    shown = f"{refused.name}/{refused.inner}" if refused.inner else refused.name
    return Aside(shown, refused.reason, file, students[0].student if students else "")


def _stamps(unpacked: Unpacked) -> dict[str, datetime]:
    """Folder → the time in nbgrader's `timestamp.txt` there."""
    found = {}
    for file in unpacked.files:
        folder, _, name = file.name.rpartition("/")
        if name == TIMESTAMP_FILE:
            with contextlib.suppress(ValueError):
                found[folder] = parse_time(file.path.read_text(encoding="utf-8", errors="replace"), UTC)
    return found


def _submitted_at(label: Label, student: Student, question: Question) -> datetime | None:
    if label.at is not None:
        return label.at
    if label.local is not None:
        return label.local.replace(tzinfo=question.time_zone).astimezone(UTC)
    if question.roster is None:
        return None
    person = next(person for person in question.roster.people if person.student == student.student)
    return question.roster.submitted_at(person, question.time_zone)


def _attempt(file: Found, label: Label, at: datetime | None) -> Attempt:
    original = (file.inner or label.original).rpartition("/")[2]
    return Attempt(file, digest(file.path.read_bytes()), original, label.late, at, label.sequence, file.modified)


def _why_no_notebook(label: Label, file: Found) -> str | None:
    """Why a file is none; None if it is one, whatever it is called, or if its name says so, whatever it holds."""
    if not label.original:
        return _NO_FILE
    suffix = PurePosixPath(file.inner or label.original).suffix.lower()
    if suffix == NOTEBOOK_SUFFIX:
        return None
    data = file.path.read_bytes()
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        with contextlib.suppress(UnreadableError):
            parse_notebook(data)
            return None
    return _INSTEAD.get(suffix, _NO_NOTEBOOK)


def _apart(owned: Mapping[Student, list[Attempt]], aside: list[Aside]) -> dict[Student, list[Attempt]]:
    """Students whose ids no file system takes for one; the others are kept aside, all of them."""
    by_id: dict[str, list[Student]] = {}
    for student in owned:
        by_id.setdefault(folded(student.student), []).append(student)
    for students in by_id.values():
        if len(students) > 1:
            names = " and ".join(repr(student.name) for student in students)
            reason = f"{names} would have the same student id. Use a roster with an id for each."
            aside += [Aside(a.file.name, reason, a.file) for student in students for a in owned[student]]
    return {students[0]: owned[students[0]] for students in by_id.values() if len(students) == 1}


def _rank(attempt: Attempt, assignment: str) -> tuple[datetime, bool, int, datetime, int, str]:
    """What counts is what came last; of files that came together, the one that is called like the assignment."""
    never = datetime.min.replace(tzinfo=UTC)
    return (
        attempt.submitted_at or never,
        names_assignment(attempt.original, assignment),
        -1 if attempt.sequence is None else attempt.sequence,
        attempt.modified or never,
        copy_number(attempt.original, assignment),
        attempt.original,
    )
