"""A class list in CSV, as LMSs export it: whose file it is, and which id they have here."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from autograder.collect.identifiers import folded, name_key, name_keys, safe_id
from autograder.collect.patterns import Label, Lms
from autograder.course import CourseError
from autograder.late import parse_time
from autograder.pages import one_line

# What a column is, by the names that LMSs and people give it (without case, spaces and signs).
LOGIN = ("sisloginid", "loginid", "login", "username", "user")
STUDENT_ID = (
    "studentid", "sisuserid", "sisid", "sid", "idnumber", "orgdefinedid", "studentnumber", "matriculationnumber",
)  # fmt: skip
EMAIL = ("emailaddress", "email", "mail")
NUMBER: Mapping[Lms, tuple[str, ...]] = {
    Lms.CANVAS: ("id", "canvasid", "canvasuserid"),
    Lms.MOODLE: ("identifier",),
    Lms.BRIGHTSPACE: ("orgdefinedid", "userid", "id"),
    Lms.GRADESCOPE: STUDENT_ID,
    Lms.FOLDER: (),
}
NAME = ("fullname", "name", "studentname", "displayname", "sortablename", "student")
FIRST_NAME = ("firstname", "givenname", "first")
LAST_NAME = ("lastname", "surname", "familyname", "last")
SUBMITTED = ("lastmodifiedsubmission",)
ROLE = ("role",)
# In this order the first that is there becomes the student's id.
_IDS = (("studentid",), LOGIN, STUDENT_ID, EMAIL, NUMBER[Lms.CANVAS], NUMBER[Lms.MOODLE])
_MAX_BYTES = 20 * 1024**2


@dataclass(frozen=True)
class Person:
    """A row of the roster. `row` is its place in the file, counted from 0 without the header."""

    student: str
    first_name: str
    last_name: str
    email: str
    row: int
    cells: Mapping[str, str]

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.first_name, self.last_name)))

    def get(self, columns: Sequence[str]) -> str:
        """The first of these columns that is not empty."""
        return next((value for column in columns if (value := self.cells.get(column, ""))), "")


@dataclass(frozen=True)
class Roster:
    """A class list: the people, and the file as it was (`header`, `rows`, `delimiter`, `bom`)."""

    people: tuple[Person, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str
    bom: bool

    def has(self, columns: Sequence[str]) -> bool:
        return not set(columns).isdisjoint(map(column_key, self.header))

    def find(self, label: Label, lms: Lms) -> Person | str:
        """The person of a label, or why there is none.

        By the LMS's number where the roster has it, else by whatever id a folder may be named after, else by name.
        """
        wanted = NUMBER[lms]
        if label.number and self.has(wanted):
            found = [p for p in self.people if label.number in {_number(p.cells.get(column, "")) for column in wanted}]
            if found or not label.email:
                return _one(found, f"with the {lms.value} number {label.number}")
        if label.email:
            found = [p for p in self.people if p.email.casefold() == label.email.casefold()]
            if found:
                return _one(found, f"with the address {label.email}")
        ids = {folded(label.name), folded(safe_id(label.name))} - {""}
        found = [p for p in self.people if not ids.isdisjoint(_ids_of(p))] if lms is Lms.FOLDER else []
        if not found:
            key = name_key(label.name)
            found = [p for p in self.people if key and key in name_keys(p.name)]
        return _one(found, f"with the name {label.name!r}" if label.name else "for a submission without a name")

    def submitted_at(self, person: Person, time_zone: tzinfo) -> datetime | None:
        """When the roster says that they handed in (Moodle's grading worksheet does), in UTC."""
        try:
            return parse_time(person.get(SUBMITTED), time_zone)
        except ValueError:
            return None


def read_roster(path: Path) -> Roster:
    """The class list in a CSV file; CourseError where it is none, or where two people would have one id."""
    header, rows, delimiter, bom = _read_csv(path)
    keys = [column_key(name) for name in header]
    if not set(keys) & {c for columns in (*_IDS, NAME, LAST_NAME) for c in columns}:
        raise CourseError(
            f"{path} has no column for an id or a name. Known are such as student_id, SIS Login ID, ID, Email, Name."
        )
    people: list[Person] = []
    for number, row in enumerate(rows):
        cells = {key: value.strip() for key, value in reversed(list(zip(keys, row, strict=False))) if value.strip()}
        person = _person(cells, number)
        if person is not None:
            people.append(person)
    if not people:
        raise CourseError(f"{path} has a header and no student below it.")
    seen: dict[str, Person] = {}
    for person in people:
        before = seen.setdefault(folded(person.student), person)
        if (before.name, before.email) != (person.name, person.email):  # the same twice: in two sections
            raise CourseError(
                f"{path} gives {one_line(before.name)} and {one_line(person.name)} the same student id "
                f"{person.student!r}. Give each a student_id of their own."
            )
    return Roster(tuple(seen.values()), tuple(header), tuple(map(tuple, rows)), delimiter, bom)


def column_key(name: str) -> str:
    """A column's name without case, spaces and signs."""
    return name_key(name.lstrip("\ufeff"))


def _person(cells: Mapping[str, str], number: int) -> Person | None:
    """A row as a person; None for those of an LMS's own (points possible, the test student, teachers)."""

    def get(columns: Sequence[str]) -> str:
        return next((cells[column] for column in columns if column in cells), "")

    if get(ROLE).casefold() not in ("", "student", "learner"):
        return None
    full = get(NAME)
    if full == cells.get("student") and get(FIRST_NAME + LAST_NAME):
        full = ""  # beside a name, `student` is an id
    if full.casefold() in ("points possible", "student, test", "test student"):
        return None
    ids = (*_IDS[:1], *([("student",)] if full != cells.get("student") else []), *_IDS[1:])
    student = next((found for columns in ids if (found := safe_id(get(columns)))), "") or safe_id(full)
    first, last = get(FIRST_NAME), get(LAST_NAME)
    if not (first or last):
        last, comma, first = full.partition(",")
        first, last = (first.strip(), last.strip()) if comma else (full, "")
    if not student:
        student = safe_id(f"{first} {last}")
    return Person(student, first, last, get(EMAIL), number, cells) if student else None


def _number(cell: str) -> str:
    """A number as LMSs write it beside words or signs: `Participant 123`, `#123`."""
    return cell.rpartition(" ")[2].lstrip("#")


def _ids_of(person: Person) -> set[str]:
    found = (person.student, *(person.get(columns) for columns in _IDS), person.email.partition("@")[0])
    return {folded(value) for value in found if value}


def _one(found: Sequence[Person], words: str) -> Person | str:
    if len(found) == 1:
        return found[0]
    if found:
        return f"The roster has {len(found)} rows {words}."
    return f"The roster has no row {words}. Add one and collect again."


def _read_csv(path: Path) -> tuple[list[str], list[list[str]], str, bool]:
    try:
        data = path.read_bytes()[: _MAX_BYTES + 1]
    except OSError as error:
        raise CourseError(f"The roster {path} cannot be read: {error.strerror or error}.") from None
    if len(data) > _MAX_BYTES or b"\0" in data:
        raise CourseError(f"{path} is not a CSV file. Export the class list as CSV (UTF-8).")
    bom = data.startswith(b"\xef\xbb\xbf")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")  # what Excel writes where it is not asked for UTF-8
    first = text.partition("\n")[0]
    delimiter = max((",", ";", "\t"), key=first.count)
    try:
        rows = [
            row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(map(str.strip, row))
        ]
    except csv.Error as error:
        raise CourseError(f"{path} is not a CSV file: {error}.") from None
    if not rows:
        raise CourseError(f"{path} is empty. Export the class list as CSV (UTF-8).")
    return rows[0], rows[1:], delimiter, bom
