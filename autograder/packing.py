"""A simulated class as an LMS would hand it out: its file names, late marks, several attempts, and what goes wrong."""

from __future__ import annotations

import csv
import enum
import io
import json
import random
import stat
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.collect.patterns import Lms
from autograder.course import CourseError
from autograder.files import write_atomically
from autograder.submission import find_submissions

# First and last names with accents, spaces, apostrophes, hyphens, other scripts; two people share one.
_PEOPLE = (
    ("Ada", "Lovelace"), ("Françoise", "Lefèvre"), ("Seán", "O'Brien"), ("María José", "García de la Torre"),
    ("Zoë", "van der Berg"), ("Wei", "Li"), ("Wei", "Li"), ("Göran", "Åkesson"), ("Nguyễn Thị", "Hương"),
    ("محمد", "علي"), ("小龙", "李"), ("Jean-Luc", "D’Arcy"), ("Con", "Nul"), ("Łukasz", "Żółć"), ("Elif", "Yılmaz"),
    ("Tomáš", "Dvořák"), ("Olumide", "Adeyemi"), ("Lena", "Müller-Weiß"), ("João", "Conceição"), ("नेहा", "शर्मा"),
    ("Yael", "Ben-David"), ("Ingrid", "Nørgaard"), ("Late", "Latecomer"), ("Grace", "Hopper"), ("Bob", "_12_ Tables"),
    ("Quentin", "="), ("Sofia", "Papadopoulou"), ("Kwame", "Mensah"), ("Amira", "Haddad"), ("Dmitri", "Volkov"),
    ("Chiara", "Rossi"), ("Hana", "Suzuki"), ("Viktor", "Horváth"), ("Priya", "Raghunathan"), ("Emeka", "Nwosu"),
    ("Isabel", "Moreno"), ("Jakub", "Nowak"), ("Camille", "Dubois"), ("Bruno", "Castillo"), ("Aiko", "Tanaka"),
)  # fmt: skip


class Mishap(enum.StrEnum):
    """What happened to a student's files on their way."""

    NONE = "none"
    RENAMED = "renamed"
    AGAIN = "handed in again"
    ZIPPED = "zipped"
    EXTRA = "a PDF beside it"
    SCRIPT = "a script instead"
    PDF = "a PDF instead"
    LINK = "a link instead"
    ENCRYPTED = "encrypted"
    BROKEN = "broken archive"
    BOMB = "archive bomb"

    @property
    def arrives(self) -> bool:
        """Whether the student's notebook can be collected all the same."""
        return self in (Mishap.NONE, Mishap.RENAMED, Mishap.AGAIN, Mishap.ZIPPED, Mishap.EXTRA)


@dataclass(frozen=True)
class Packed:
    """One student of the class, as the LMS knows them. `source` is their folder's name in the undamaged class."""

    source: str
    first_name: str
    last_name: str
    number: int
    login: str
    email: str
    mishap: Mishap
    late: bool


# One student in so many has this mishap, at least one in a class of a dozen.
_ONE_IN: Mapping[Mishap, int] = {
    Mishap.RENAMED: 7, Mishap.AGAIN: 7, Mishap.ZIPPED: 13, Mishap.EXTRA: 13, Mishap.SCRIPT: 40, Mishap.PDF: 40,
    Mishap.LINK: 40, Mishap.ENCRYPTED: 40, Mishap.BROKEN: 40, Mishap.BOMB: 40,
}  # fmt: skip
_LATE_SHARE = 0.15
_DATE = (2027, 2, 1, 8, 0, 0)
_FORMS = (Lms.CANVAS, Lms.MOODLE)


def pack(
    folder: Path, assignment: str, lms: Lms, archive: Path, *, seed: int = 0, mishaps: bool = True
) -> tuple[Packed, ...]:
    """Zip `folder/STUDENT/ASSIGNMENT/*.ipynb` as `lms` (canvas or moodle) would; the same seed gives the same bytes.

    mishaps  files are renamed, handed in twice, zipped, replaced by a PDF …, and the archive has hostile entries
    """
    if lms not in _FORMS:
        raise CourseError(f"A class can be packed as {' or '.join(_FORMS)}, not as {lms}.")
    found = [file for file in find_submissions(folder, assignment) if file.path is not None]
    if not found:
        raise CourseError(f"No submissions in {folder} to pack.")
    chance = random.Random(f"{seed}/{assignment}")
    kinds = _mishaps(len(found), chance) if mishaps else [Mishap.NONE] * len(found)
    numbers = chance.sample(range(10_000, 99_999), len(found))
    people = []
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as out:
        for index, (file, kind) in enumerate(zip(found, kinds, strict=True)):
            first, last = _PEOPLE[index % len(_PEOPLE)]
            last += "" if index < len(_PEOPLE) else f" {index // len(_PEOPLE) + 1}"
            login = f"{_ascii(first)[:1]}{_ascii(last)[:6]}{index:03d}".lower()
            late = mishaps and chance.random() < _LATE_SHARE
            person = Packed(file.student, first, last, numbers[index], login, f"{login}@example.edu", kind, late)
            people.append(person)
            assert file.path is not None
            for order, (name, data) in enumerate(_files(assignment, file.path.read_bytes(), kind)):
                _write(out, _entry_name(lms, person, 500_000 + 10 * index + order, name), data)
        if mishaps:
            _hostile_entries(out)
    write_atomically(archive, content.getvalue())
    return tuple(people)


def roster_csv(lms: Lms, people: Sequence[Packed], title: str, points: float) -> str:
    """The class list of such a class: Canvas' exported gradebook, or Moodle's offline grading worksheet."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    if lms is Lms.CANVAS:
        writer.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", f"{title} (4711)", "Final Score"])
        writer.writerow(["    Points Possible", "", "", "", "", f"{points:g}", "(read only)"])
        for p in people:
            writer.writerow([f"{p.last_name}, {p.first_name}", p.number, f"U{p.number}", p.login, "Section 1", "", ""])
        writer.writerow(["Student, Test", 99_999, "", "f00ba7", "Section 1", "", ""])
        return out.getvalue()
    writer.writerow([
        "Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade", "Grade can be changed",
        "Last modified (submission)", "Last modified (grade)", "Feedback comments",
    ])  # fmt: skip
    for p in people:
        status = "Submitted for grading - Late" if p.late else "Submitted for grading"
        writer.writerow([
            f"Participant {p.number}", f"{p.first_name} {p.last_name}", p.email, status, "", f"{points:.2f}", "Yes",
            "Monday, 1 February 2027, 8:00 AM", "-", "",
        ])  # fmt: skip
    return "\ufeff" + out.getvalue()


def _mishaps(students: int, chance: random.Random) -> list[Mishap]:
    kinds = [kind for kind, one_in in _ONE_IN.items() for _ in range(max(students // one_in, students >= 12))]
    kinds += [Mishap.NONE] * (students - len(kinds))
    chance.shuffle(kinds)
    return kinds[:students]


def _files(assignment: str, notebook: bytes, kind: Mishap) -> list[tuple[str, bytes]]:
    """What a student hands in, oldest first: file names and contents."""
    name = f"{assignment}.ipynb"
    match kind:
        case Mishap.RENAMED:
            return [("Copy of Untitled3 (1).ipynb", notebook)]
        case Mishap.AGAIN:
            return [(name, _unfinished(notebook)), (f"{assignment}-1.ipynb", notebook)]
        case Mishap.ZIPPED:
            return [("homework.zip", _zipped({f"home work/{name}": notebook, "home work/data.csv": b"1,2\n"}))]
        case Mishap.EXTRA:
            return [(name, notebook), ("printed.pdf", b"%PDF-1.7\n")]
        case Mishap.SCRIPT:
            return [(f"{assignment}.py", b"print('all my cells')\n")]
        case Mishap.PDF:
            return [(f"{assignment}.pdf", b"%PDF-1.7\n")]
        case Mishap.LINK:
            return [("", b"<a href='https://colab.research.google.com/drive/1'>my notebook</a>")]
        case Mishap.ENCRYPTED:
            return [("secret.zip", encrypted(_zipped({name: notebook})))]
        case Mishap.BROKEN:
            return [("broken.zip", _zipped({name: notebook})[:-200])]
        case Mishap.BOMB:
            return [("large.zip", _zipped({f"{i}.ipynb": bytes(40 * 1024**2) for i in range(2)}))]
    return [(name, notebook)]


def _entry_name(lms: Lms, person: Packed, upload: int, name: str) -> str:
    if lms is Lms.MOODLE:
        who = f"{person.first_name} {person.last_name}_{person.number}_assignsubmission"
        return f"{who}_file_/{name}" if name else f"{who}_onlinetext_/onlinetext.html"
    sortable = "".join(c for c in f"{person.last_name}{person.first_name}".lower() if c == "_" or c.isalnum())
    who = "_".join(filter(None, (sortable, "LATE" if person.late else "", str(person.number))))
    return f"{who}_{upload}_{name}" if name else f"{who}_text.html"


def _hostile_entries(out: zipfile.ZipFile) -> None:
    """What no LMS writes, and what must not lead anywhere."""
    _write(out, "../../outside_1_2_evil.ipynb", b"{}")
    _write(out, "/absolute_1_2_evil.ipynb", b"{}")
    link = zipfile.ZipInfo("linkedstudent_1_2_notebook.ipynb", _DATE)
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    out.writestr(link, "/etc/passwd")
    _write(out, "__MACOSX/._junk", b"")


def _write(out: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    out.writestr(entry, data)


def _zipped(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as out:
        for name, data in files.items():
            _write(out, name, data)
    return content.getvalue()


def encrypted(archive: bytes) -> bytes:
    """The archive with its entries marked as encrypted, which is all that a reader without a password sees."""
    data = bytearray(archive)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 1)
    return bytes(data)


def _unfinished(notebook: bytes) -> bytes:
    """The notebook as it may have been a day before: the last answer is not written yet, or the file broke off."""
    try:
        document = json.loads(notebook)
        solutions = [cell for cell in document["cells"] if cell["metadata"].get("nbgrader", {}).get("solution")]
    except (ValueError, KeyError, TypeError, AttributeError):  # a damaged one
        return notebook[: len(notebook) // 2]
    for cell in solutions[-1:]:
        cell["source"] = ["# not yet\n"]
    return json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n"


def _ascii(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "".join(filter(str.isalnum, bare)) or "x"
