"""The sheets of points, as rows of text: the columns that each LMS reads. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from autograder.class_statistics import exercise_order
from autograder.export.target import Target
from autograder.results import Verdict

if TYPE_CHECKING:
    from autograder.export.standings import Standing

Rows = list[list[str]]
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"


def sheet(target: Target, standings: Sequence[Standing], title: str, *, partial: bool = False) -> Rows:
    """Header and rows for a class, in the order of `standings`."""
    make = {Target.CANVAS: _canvas, Target.MOODLE: _moodle, Target.GRADESCOPE: _gradescope, Target.CSV: _everything}
    return make[target](standings, title, partial)


def points(value: float | None) -> str:
    """Points with at most two decimals; nothing for None."""
    if value is None:
        return ""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def sheet_text(rows: Iterable[Sequence[str]], *, delimiter: str = ",", bom: bool = False) -> str:
    """The rows as CSV (RFC 4180, ended by CRLF). A text that a spreadsheet would run gets an apostrophe in front."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows([harmless(c) for c in row] for row in rows)
    return (BOM if bom else "") + out.getvalue()


def harmless(cell: str) -> str:
    """`cell`, unless a spreadsheet would take it for a formula."""
    if len(cell) > 1 and cell.lstrip(" \n").startswith(_FORMULA_SIGNS) and not _is_number(cell):
        return f"'{cell}"
    return cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell.isascii() and cell.lstrip("+-")[:1].isdigit()


def _canvas(standings: Sequence[Standing], title: str, partial: bool) -> Rows:
    """Canvas finds a student by ID, else by login, else by name; the row of points makes the column if it is new."""
    rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title]]
    rows.append(["    Points Possible", "", "", "", "", points(_max(standings))])
    for one in standings:
        number = one.number if one.number.isdigit() else ""
        name = f"{one.last_name}, {one.first_name}" if one.last_name and one.first_name else one.name or one.student
        rows.append([name, number, "", "" if number else one.student, "", points(one.total(partial=partial))])
    return rows


def _moodle(standings: Sequence[Standing], title: str, partial: bool) -> Rows:
    """The columns of the offline grading worksheet that Moodle needs; the gradebook's own import takes them as well."""
    rows = [["Identifier", "Full name", "Email address", "Grade", "Maximum grade", "Last modified (grade)"]]
    for one in standings:
        identifier = f"Participant {one.number}" if one.number.isdigit() else one.student
        grade, most = points(one.total(partial=partial)), points(one.max_score)
        rows.append([identifier, one.name, one.email, grade, most, "-"])
    return rows


def _gradescope(standings: Sequence[Standing], title: str, partial: bool) -> Rows:
    """The columns of Gradescope's own grade sheet."""
    rows = [["First Name", "Last Name", "SID", "Email", "Total Score", "Max Points", "Status", "Lateness (H:M:S)"]]
    for one in standings:
        total = one.total(partial=partial)
        minutes, seconds = divmod(round(one.seconds_late), 60)
        late = f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
        is_missing = one.result.verdict is Verdict.MISSING and not one.result.exercises
        status = "Graded" if total is not None else "Missing" if is_missing else "Ungraded"
        sid = one.number or one.student
        rows.append([one.first_name, one.last_name, sid, one.email, points(total), points(one.max_score), status, late])
    return rows


def _everything(standings: Sequence[Standing], title: str, partial: bool) -> Rows:
    """All that is known, one row a student: for a spreadsheet, and for an LMS that is not among these."""
    exercises = exercise_order([one.result for one in standings])
    by_hand = list(dict.fromkeys(name for one in standings for name in one.manual if name not in exercises))
    rows = [[
        "student", "last_name", "first_name", "email", "lms_id", "verdict", *exercises, *by_hand,
        "points", "penalty", "total", "max_points", "hours_late", "submitted_at", "waiting", "message",
    ]]  # fmt: skip
    for one in standings:
        found = {exercise.grade_id: exercise.points for exercise in one.result.exercises}
        rows.append([
            one.student, one.last_name, one.first_name, one.email, one.number, one.result.verdict.value,
            *(points(found.get(name)) for name in exercises),
            *(points(one.manual[name][0]) if one.is_graded and name in one.manual else "" for name in by_hand),
            points(one.score) if one.is_graded else "", points(one.penalty), points(one.total(partial=partial)),
            points(one.max_score), points(one.seconds_late / 3600),
            one.submitted_at.strftime("%Y-%m-%d %H:%M:%S UTC") if one.submitted_at else "",
            " ".join(one.waiting), one.result.message,
        ])  # fmt: skip
    return rows


def _max(standings: Sequence[Standing]) -> float:
    return max((one.max_score for one in standings), default=0.0)
