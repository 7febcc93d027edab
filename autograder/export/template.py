"""Filling in a sheet that the LMS exported: its own rows and ids, and the one column of this assignment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.collect.identifiers import folded, name_key, name_keys
from autograder.collect.patterns import Lms
from autograder.collect.roster import NUMBER, Person, Roster, column_key
from autograder.course import CourseError
from autograder.export.sheets import Rows, points
from autograder.export.standings import Standing
from autograder.export.target import Target
from autograder.pages import one_line

_CANVAS_PEOPLE = {
    "student", "lastname", "firstname", "id", "sisuserid", "sisloginid", "integrationid", "rootaccount", "section",
}  # fmt: skip
_GRADE_COLUMN = {Target.MOODLE: "grade", Target.GRADESCOPE: "totalscore"}
_MAX_COLUMN = {Target.MOODLE: "maximumgrade", Target.GRADESCOPE: "maxpoints"}
_NUMBERS = {Target.CANVAS: NUMBER[Lms.CANVAS], Target.MOODLE: NUMBER[Lms.MOODLE]}
_CANVAS_ID = re.compile(r"\s*\(\d+\)$")


@dataclass(frozen=True)
class Filled:
    """The sheet, and in sentences what it does not hold."""

    rows: Rows
    problems: tuple[str, ...]


def fill(
    target: Target,
    template: Roster,
    standings: Sequence[Standing],
    names: Sequence[str],
    *,
    column: str | None = None,
    partial: bool = False,
    scale: bool = False,
) -> Filled:
    """The template with the points of those who have some; every other cell stays as it is.

    names   what the assignment may be called in a column's heading
    column  the heading itself, where the names do not tell
    scale   to the most points that the template names, where that is another number than here

    Of Canvas' gradebook only the columns about people and the one of the assignment are kept, so that importing it
    touches nothing else. CourseError if the column cannot be told, or counts other points and `scale` is not asked.
    """
    at = _column(target, template, names, column)
    problems: list[str] = []
    rows = [list(row) + [""] * (len(template.header) - len(row)) for row in template.rows]
    owners = _match(target, template, standings, problems)
    changeable = _index(template, "gradecanbechanged")
    for person in template.people:
        one = owners.get(person.row)
        if one is None:
            continue
        if changeable is not None and rows[person.row][changeable].strip().casefold() == "no":
            problems.append(f"{_shown(one)}: the LMS does not let this grade be changed.")
            continue
        factor = _factor(target, template, at, person, one.max_score, scale)
        total = one.total(partial=partial)
        if total is not None:
            rows[person.row][at] = points(total * factor)
    header = list(template.header)
    if target is Target.CANVAS:
        keep = [i for i, name in enumerate(header) if column_key(name) in _CANVAS_PEOPLE or i == at]
        header, rows = [header[i] for i in keep], [[row[i] for i in keep] for row in rows]
    return Filled([header, *rows], tuple(problems))


def _column(target: Target, template: Roster, names: Sequence[str], column: str | None) -> int:
    header = template.header
    if column is not None:
        found = [i for i, name in enumerate(header) if name.strip() == column.strip()]
    elif target in _GRADE_COLUMN:
        found = [i for i, name in enumerate(header) if column_key(name) == _GRADE_COLUMN[target]]
    else:
        wanted = {name_key(name) for name in names}
        found = [i for i, name in enumerate(header) if name_key(_CANVAS_ID.sub("", name)) in wanted]
    if len(found) == 1:
        return found[0]
    what = repr(column) if column else " or ".join(map(repr, names)) if target not in _GRADE_COLUMN else "for the grade"
    count = f"{len(found)} columns" if found else "no column"
    shown = ", ".join(one_line(name, 60) for name in header if column_key(name) not in _CANVAS_PEOPLE)
    raise CourseError(f"The template has {count} {what}. Name one with --column: {shown}.")


def _match(target: Target, template: Roster, standings: Sequence[Standing], problems: list[str]) -> dict[int, Standing]:
    """Row of the template → the standing that belongs there; by number, else id, else address, else name."""
    owners: dict[int, Standing] = {}
    for one in standings:
        found = _rows_of(one, template.people, _NUMBERS.get(target, ()))
        if len(found) != 1:
            count = f"{len(found)} rows of the template may be theirs" if found else "the template has no row for them"
            problems.append(f"{_shown(one)}: {count}.")
        elif found[0].row in owners:
            other = owners.pop(found[0].row)
            problems.append(f"{_shown(one)} and {_shown(other)} would share one row; it is left as it is.")
        else:
            owners[found[0].row] = one
    return owners


def _rows_of(one: Standing, people: Sequence[Person], numbers: Sequence[str]) -> list[Person]:
    if one.number and (found := [p for p in people if one.number == p.get(numbers).rpartition(" ")[2]]):
        return found
    if found := [p for p in people if folded(p.student) == folded(one.student)]:
        return found
    if one.email and (found := [p for p in people if p.email.casefold() == one.email.casefold()]):
        return found
    key = name_key(one.name)
    return [p for p in people if key and key in name_keys(p.name)]


def _factor(target: Target, template: Roster, at: int, person: Person, here: float, scale: bool) -> float:
    """What a point here is worth there."""
    there = _most(target, template, at, person)
    if there is None or abs(there - here) < 1e-9 or here == 0:
        return 1.0
    if not scale:
        raise CourseError(
            f"The template counts at most {points(there)} points for this, here it is {points(here)}. "
            "Change it in the LMS, or export with --scale."
        )
    return there / here


def _most(target: Target, template: Roster, at: int, person: Person) -> float | None:
    column = _index(template, _MAX_COLUMN.get(target, ""))
    if target is Target.CANVAS:
        cells = next((row for row in template.rows if row and "points possible" in row[0].casefold()), ())
        text = cells[at] if at < len(cells) else ""
    else:
        row = template.rows[person.row]
        text = row[column] if column is not None and column < len(row) else ""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _index(template: Roster, key: str) -> int | None:
    return next((i for i, name in enumerate(template.header) if key and column_key(name) == key), None)


def _shown(one: Standing) -> str:
    return one_line(f"{one.name} ({one.student})" if one.name else one.student, 100)
