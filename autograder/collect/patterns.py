"""How each LMS names what it hands out: whose file it is, when it came, and what the student called it."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from autograder.collect.identifiers import name_key


class Lms(enum.StrEnum):
    """Where an archive comes from."""

    CANVAS = "canvas"
    MOODLE = "moodle"
    GRADESCOPE = "gradescope"
    BRIGHTSPACE = "brightspace"
    FOLDER = "folder"


@dataclass(frozen=True)
class Label:
    """What the name of a file says.

    name       of the person, as far as the LMS leaves it whole; may be empty
    number     the LMS's own number of the person (Gradescope: the student id of its roster); may be empty
    original   the file's name as handed in; empty for a text or a link instead of a file
    late       the LMS marks it late
    local      when it was handed in, on the LMS's clock, without a zone
    sequence   grows with each upload, where the LMS numbers them
    email      where the LMS gives it away
    at         when it was handed in, in UTC, where the LMS says it with a zone
    """

    name: str
    number: str
    original: str
    late: bool = False
    local: datetime | None = None
    sequence: int | None = None
    email: str = ""
    at: datetime | None = None


# Canvas: sortable name without signs, LATE, user, attachment, file; anonymous: anon_ and five signs for name and user.
# A text or a link has no attachment.
_CANVAS = re.compile(
    r"(?:(?P<name>.*?)_)??(?P<late>LATE_)?(?:(?P<number>\d+)|anon_(?P<anonymous>[A-Za-z0-9]{5}))_"
    r"(?:(?P<sequence>\d+)_(?P<original>.+)|(?:text|link)\.html)",
    re.DOTALL,
)
# Moodle: a folder for each participant, or the same in front of each file's name; before version 4 a _ at the end.
_MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?:file_?(?P<original>.*)|onlinetext_?.*)", re.DOTALL
)
# Brightspace: as a folder or in front of the file's name; the time has lost its colon.
_BRIGHTSPACE = re.compile(
    r"(?P<number>\d+)-\d+ - (?:(?P<org>[A-Za-z]{0,3}\d{4,}) - )?(?P<name>.+?) - "
    r"(?P<month>[A-Z][a-z]{2})[a-z]* (?P<day>\d{1,2}), (?P<year>\d{4}) "
    r"(?P<hour>\d{1,2})(?P<minute>\d\d) (?P<half>[AP]M)"
    r"(?: - (?P<original>.*))?",
    re.DOTALL,
)
# Gradescope: a folder for each submission; submission_metadata.yml says whose it is.
_GRADESCOPE = re.compile(r"submission_(?P<number>\d+)")

PATTERNS: Mapping[Lms, re.Pattern[str]] = {
    Lms.CANVAS: _CANVAS,
    Lms.MOODLE: _MOODLE,
    Lms.BRIGHTSPACE: _BRIGHTSPACE,
    Lms.GRADESCOPE: _GRADESCOPE,
}
EXPECTED: Mapping[Lms, str] = {
    Lms.CANVAS: "lovelaceada_12345_67890_notebook.ipynb",
    Lms.MOODLE: "Ada Lovelace_12345_assignsubmission_file_/notebook.ipynb",
    Lms.BRIGHTSPACE: "12345-67890 - Ada Lovelace - Mar 1, 2027 1159 PM - notebook.ipynb",
    Lms.GRADESCOPE: "submission_12345/notebook.ipynb",
    Lms.FOLDER: "STUDENT/notebook.ipynb",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_COPY_NUMBER = re.compile(r"[ _-]\(?(\d{1,6})\)?$")
_COPY_MARKS = re.compile(r"^copy of | \(\d+\)$|-\d+$|[ _-]copy(?:[ _-]?\d+)?$|^[ _-]+|[ _-]+$", re.IGNORECASE)


def read_label(lms: Lms, path: str, assignment: str = "") -> Label | None:
    """What the path of a file says by the rules of an LMS; None if it says nothing.

    The parts of the path are tried from the outside in, since archives are unpacked and packed again.
    `assignment` is needed for `folder`, where a file's name may be the student's with the assignment's.
    """
    parts = path.split("/")
    if lms is Lms.FOLDER:
        return _folder_label(parts, assignment)
    for index, part in enumerate(parts):
        match = PATTERNS[lms].fullmatch(part)
        if match is None:
            continue
        found = match.groupdict()
        original = "/".join(filter(None, (found.get("original"), *parts[index + 1 :])))
        number = found.get("org") or found["number"] or f"anon-{found['anonymous']}"
        name = (found.get("name") or "").replace("_", " ").strip() if lms is not Lms.GRADESCOPE else ""
        if "_assignsubmission_onlinetext" in part:
            original = ""
        sequence = found.get("sequence")
        local = _local_time(found) if lms is Lms.BRIGHTSPACE else None
        return Label(name, number, original, bool(found.get("late")), local, int(sequence) if sequence else None)
    return None


def names_assignment(file_name: str, assignment: str) -> bool:
    """Whether a file's name has the assignment's in it, however its words are joined."""
    return name_key(assignment) in name_key(file_name.rpartition("/")[2])


def copy_number(file_name: str, assignment: str) -> int:
    """The number that browsers and LMSs add to a further file of one name: 2 for `notebook (2).ipynb`; 0 for none."""
    stem = file_name.rpartition("/")[2].rpartition(".")[0].casefold().replace(assignment.casefold(), "")
    found = _COPY_NUMBER.search(stem)
    return int(found[1]) if found else 0


def _folder_label(parts: list[str], assignment: str) -> Label | None:
    """`STUDENT/…/file`, or `STUDENT_ASSIGNMENT.ipynb` where the file lies outside."""
    if len(parts) > 1:
        return Label(parts[0], "", "/".join(parts[1:]))
    stem = _without_copy_marks(parts[0].rpartition(".")[0] or parts[0])
    if assignment:
        stem = _without_copy_marks(re.sub(re.escape(assignment), "", stem, flags=re.IGNORECASE))
    return Label(stem, "", parts[0]) if stem else None


def _without_copy_marks(stem: str) -> str:
    """A file's name without what browsers and LMSs add to a second copy."""
    before = None
    while before != stem:
        before, stem = stem, _COPY_MARKS.sub("", stem)
    return stem


def _local_time(found: Mapping[str, str]) -> datetime | None:
    try:
        hour = int(found["hour"]) % 12 + (12 if found["half"] == "PM" else 0)
        month = _MONTHS.index(found["month"]) + 1
        return datetime(int(found["year"]), month, int(found["day"]), hour, int(found["minute"]))
    except ValueError:
        return None
