"""`autograder collect` on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from autograder.collect.patterns import Lms
from autograder.command_line import AssignmentName, JsonFile, course_of, out
from autograder.files import write_atomically

if TYPE_CHECKING:
    from autograder.collect.collecting import Collected, Collection


def collect(
    context: typer.Context,
    assignment: AssignmentName,
    archive: Annotated[Path, typer.Argument(help="The archive as the LMS gave it, or a folder.")],
    lms: Annotated[Lms, typer.Option("--from", help="Whose file names these are.")],
    roster: Annotated[Path | None, typer.Option(help="The class list as CSV: its ids name the students.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    json_file: JsonFile = None,
) -> None:
    """Put the submissions of a class into submitted/; exit 1 if something had to be kept aside."""
    from autograder.collect.collecting import collect as collect_into
    from autograder.collect.roster import read_roster

    course = course_of(context)
    people = read_roster(roster) if roster is not None else None
    done = collect_into(course, assignment, archive, lms, roster=people, dry_run=dry_run)
    if json_file is not None:
        write_atomically(json_file, json.dumps(done.to_json(), indent=1, ensure_ascii=False) + "\n")
    _print(done, course.aside_folder / assignment)
    if done.falls_short:
        raise typer.Exit(1)


def _print(done: Collection, aside_folder: Path) -> None:
    """The summary. Names come from outside: they are shown on one line, without control characters."""
    from autograder.pages import name, one_line, plural

    table = Table("student", "name", "file", "attempts", "late", "", box=None, pad_edge=False)
    for one in done.collected:
        student, file = one.student, name(one.original)
        table.add_row(name(student.student), name(student.name), file, str(one.attempts), _late(one), one.outcome.value)
    out.print(table)
    if done.aside:
        out.print()
        table = Table("kept aside", "why", box=None, pad_edge=False)
        for kept in done.aside:
            beside = " (The same student's notebook was collected.)" if kept.beside_notebook else ""
            table.add_row(name(kept.name), one_line(kept.reason) + beside)
        out.print(table)
    if done.missing:
        names = ", ".join(name(student.name or student.student) for student in done.missing)
        out.print(f"\nNothing from: {names}", soft_wrap=True)
    late = sum(one.late for one in done.collected)
    extra = sum(one.beside_notebook for one in done.aside)
    counts = f"{plural(len(done.collected), 'submission')}, {late} late, {len(done.aside) - extra} kept aside"
    counts += f" (and {plural(extra, 'file')} beside a notebook)" if extra else ""
    missing = f", {len(done.missing)} missing" if done.missing else ""
    out.print(f"\n{'Would be collected' if done.dry_run else 'Collected'}: {counts}{missing}.")
    if done.aside and not done.dry_run:
        out.print(f"Kept aside in {aside_folder}")


def _late(one: Collected) -> str:
    if not one.late:
        return ""
    if one.seconds_late is None:
        return "yes, by the LMS's mark"
    days, rest = divmod(round(one.seconds_late), 86_400)
    hours, minutes = divmod(rest // 60, 60)
    return f"{days} d {hours} h {minutes} min" if days else f"{hours} h {minutes} min"
