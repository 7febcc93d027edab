"""Putting a student's attempts in place: the one that counts as the notebook, the others beside it, none lost.

    submitted/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb       what counts, byte for byte as it was handed in
    submitted/STUDENT/ASSIGNMENT/timestamp.txt          when, in nbgrader's form, where that is known
    submitted/STUDENT/ASSIGNMENT/attempts/              what was handed in before, and attempts.json about all of them

Each file is written whole before the next step counts on it, so a run that is killed is finished by the next one.
"""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from autograder.collect.identifiers import safe_file_name
from autograder.collect.sorting import Attempt
from autograder.course import Assignment
from autograder.files import write_atomically
from autograder.late import parse_time
from autograder.submission import ATTEMPTS, TIMESTAMP_FILE, digest

INDEX_FILE = "attempts.json"
BY_HAND = "by hand"


class Outcome(enum.StrEnum):
    """What collecting did for a student."""

    NEW = "new"
    NEWER = "newer attempt"
    UNCHANGED = "as before"
    OLDER = "older attempt"  # kept, while a newer one counts


@dataclass(frozen=True)
class Record:
    """An attempt as `attempts.json` has it. `file` is its name in `attempts/`, empty for the one that counts."""

    sha256: str
    original: str
    late: bool = False
    submitted_at: str | None = None
    sequence: int | None = None
    modified: str | None = None
    file: str = ""

    @property
    def occasion(self) -> tuple[str, str | None, int | None]:
        """The same bytes on the same occasion are the same attempt."""
        return self.sha256, self.submitted_at, self.sequence

    @property
    def is_unknown(self) -> bool:
        """A file that was put there, of which nothing says when it came."""
        return self.submitted_at is None and self.sequence is None and self.modified is None


@dataclass(frozen=True)
class Shelf:
    """What is in place for a student: the records of files that are there, the current one, and our timestamps."""

    records: tuple[Record, ...] = ()
    current: Record | None = None
    stamps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What to write, in this order: `kept` into attempts/, then the index, then the notebook and its time."""

    outcome: Outcome
    shelf: Shelf
    kept: tuple[tuple[str, Path], ...]
    notebook: Path | None
    stamp: str | None
    sets_stamp: bool


def plan(folder: Path, assignment: Assignment, attempts: Sequence[Attempt]) -> Plan:
    """What `carry_out` would do; reads the student's folder and writes nothing.

    attempts  from the oldest to the one that counts, at least one
    """
    before = read_shelf(folder, assignment.name)
    *others, chosen = (_record(attempt) for attempt in attempts)
    source = {attempt.sha256: attempt.file.path for attempt in attempts}
    known = {record.occasion for record in before.records}
    current, outcome = before.current, Outcome.UNCHANGED
    if current is None:
        current, outcome = chosen, Outcome.NEW
    elif current.is_unknown and chosen.sha256 == current.sha256:
        current = chosen
    elif chosen.occasion not in known and chosen.sha256 != current.sha256:
        came_together = current.occasion in {other.occasion for other in others}
        if came_together or is_newer(chosen, current):
            current, outcome = chosen, Outcome.NEWER
        else:
            outcome = Outcome.OLDER
    records = {r.occasion: r for r in before.records}
    if current is chosen and before.current is not None and before.current.sha256 == chosen.sha256:
        records.pop(before.current.occasion)  # the same file, of which more is known now
    for record in (*others, chosen):
        if record.sha256 != current.sha256 or record == current:
            records.setdefault(record.occasion, record)
    kept: dict[str, Path] = {}
    for occasion, record in records.items():
        if occasion == current.occasion:
            records[occasion] = replace(record, file="")
        elif not record.file:
            name = f"{record.sha256[:12]}-{safe_file_name(record.original)}"
            records[occasion] = replace(record, file=name)
            kept[name] = source.get(record.sha256) or _notebook(folder, assignment.name)
    stamp = stamp_of(current, assignment)
    found = _read_text(folder / TIMESTAMP_FILE)
    replaced = found if outcome is Outcome.NEWER else None
    stamps = tuple(dict.fromkeys(filter(None, (*before.stamps, replaced, stamp))))
    shelf = Shelf(tuple(records.values()), current, stamps)
    is_ours = found is None or found in before.stamps or outcome is Outcome.NEWER
    notebook = source[current.sha256] if outcome in (Outcome.NEW, Outcome.NEWER) else None
    return Plan(outcome, shelf, tuple(kept.items()), notebook, stamp, is_ours and found != stamp)


def carry_out(todo: Plan, folder: Path, assignment: str) -> None:
    """Write what was planned; whatever instant this stops at, every file is whole and none is missing."""
    for name, path in todo.kept:
        if not (folder / ATTEMPTS / name).exists():
            write_atomically(folder / ATTEMPTS / name, path.read_bytes())
    index = folder / ATTEMPTS / INDEX_FILE
    text = _index_text(todo.shelf)
    if _read_text(index) != text.strip():
        write_atomically(index, text)
    if todo.notebook is not None:
        write_atomically(_notebook(folder, assignment), todo.notebook.read_bytes())
    if todo.sets_stamp and todo.stamp is not None:
        write_atomically(folder / TIMESTAMP_FILE, todo.stamp + "\n")
    elif todo.sets_stamp:
        (folder / TIMESTAMP_FILE).unlink(missing_ok=True)


def read_shelf(folder: Path, assignment: str) -> Shelf:
    """What is in place. A notebook that was put there or changed by hand is an attempt like the one it stands for."""
    document = _read_index(folder / ATTEMPTS / INDEX_FILE)
    listed = [Record(**entry) for entry in document.get("attempts", ())]
    stamps = tuple(document.get("stamps", ()))
    path = _notebook(folder, assignment)
    there = digest(path.read_bytes()) if path.is_file() else None
    expected = next((r for r in listed if not r.file), None)
    records = [r for r in listed if r.file and (folder / ATTEMPTS / r.file).is_file()]
    if there is None:
        return Shelf(tuple(records), None, stamps)
    if expected is not None and expected.sha256 == there:
        current = expected
    else:
        moved = next((r for r in records if r.sha256 == there), None)  # a run stopped before the notebook was written
        by_hand = replace(
            expected or Record("", "", submitted_at=_stamped(folder)),
            sha256=there,
            original=f"{assignment} {BY_HAND}.ipynb",
        )
        current = replace(moved, file="") if moved else by_hand
        records = [r for r in records if r is not moved]
    return Shelf((*records, current), current, stamps)


def is_newer(one: Record, other: Record) -> bool:
    """Whether `one` came after `other`, by the first thing in which they differ; if nothing of both is known, yes."""
    is_comparable = False
    for mine, theirs in (
        (one.submitted_at, other.submitted_at), (one.sequence, other.sequence), (one.modified, other.modified),
    ):  # fmt: skip
        if mine is not None and theirs is not None:
            is_comparable = True
            if mine != theirs:
                return bool(mine > theirs)  # type: ignore[operator]
    return not is_comparable


def stamp_of(record: Record, assignment: Assignment) -> str | None:
    """nbgrader's text for when an attempt came.

    Canvas marks work as late and does not say by how much: it counts as the first moment that the policy calls late.
    """
    if record.submitted_at is not None:
        return _nbgrader_text(datetime.fromisoformat(record.submitted_at))
    if record.late and assignment.due_at is not None:
        return _nbgrader_text(assignment.due_at + timedelta(seconds=assignment.late.grace_seconds + 1))
    return None


def _nbgrader_text(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"


def _record(attempt: Attempt) -> Record:
    def text(time: datetime | None) -> str | None:
        return time.astimezone(UTC).isoformat() if time else None

    return Record(
        attempt.sha256, attempt.original, attempt.late, text(attempt.submitted_at), attempt.sequence,
        text(attempt.modified),
    )  # fmt: skip


def _notebook(folder: Path, assignment: str) -> Path:
    return folder / f"{assignment}.ipynb"


def _read_text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return None


def _stamped(folder: Path) -> str | None:
    """The time of a notebook that another program put there."""
    try:
        return parse_time(_read_text(folder / TIMESTAMP_FILE) or "", UTC).isoformat()
    except ValueError:
        return None


def _read_index(path: Path) -> dict[str, Any]:
    """The index, or nothing where there is none that can be read: the files themselves are what counts."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        [Record(**entry) for entry in document["attempts"]]
        return dict(document)
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _index_text(shelf: Shelf) -> str:
    attempts = [dataclasses.asdict(record) for record in shelf.records]
    document = {"schema": 1, "stamps": shelf.stamps, "attempts": attempts}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
