"""`autograder export` on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.command_line import AssignmentName, course_of, err, out
from autograder.course import CourseError
from autograder.export.target import Target
from autograder.files import write_atomically


def export(
    context: typer.Context,
    assignment: AssignmentName,
    target: Annotated[Target, typer.Option("--to", help="Who imports it; csv has all there is.")],
    template: Annotated[
        Path | None, typer.Option(help="A sheet that the LMS exported: its rows are filled in.")
    ] = None,
    column: Annotated[str | None, typer.Option(help="The template's column, where its heading does not tell.")] = None,
    output: Annotated[Path | None, typer.Option(help="The file; build/export/ASSIGNMENT-TO.csv by default.")] = None,
    partial: Annotated[bool, typer.Option("--partial", help="Points so far, even where some still wait.")] = False,
    scale: Annotated[bool, typer.Option("--scale", help="To the points that the template counts.")] = False,
) -> None:
    """Write the points as the LMS imports them; exit 1 if the template has no row for somebody."""
    from autograder import classroom
    from autograder.collect.roster import read_roster
    from autograder.export.sheets import sheet, sheet_text
    from autograder.export.standings import standings
    from autograder.export.template import fill
    from autograder.pages import one_line, plural

    course = course_of(context)
    title = course.assignment(assignment).title
    if template is None and (column is not None or scale):
        raise CourseError("--column and --scale are about a template. Name one with --template.")
    results = classroom.corrected_results(course, classroom.load_results(course, assignment))
    found = standings(course, assignment, results)
    problems: tuple[str, ...] = ()
    if template is None:
        text = sheet_text(sheet(target, found, title, partial=partial), bom=target in (Target.MOODLE, Target.CSV))
    else:
        roster = read_roster(template)
        filled = fill(target, roster, found, (title, assignment), column=column, partial=partial, scale=scale)
        problems = filled.problems
        text = sheet_text(filled.rows, delimiter=roster.delimiter, bom=roster.bom)
    path = output or course.build_folder / "export" / f"{assignment}-{target}.csv"
    write_atomically(path, text)
    for problem in problems:
        err.print(problem, soft_wrap=True)
    waiting = sum(bool(one.waiting) and one.is_graded for one in found)
    ungraded = [one.student for one in found if not one.is_graded]
    if waiting:
        what = "points so far" if partial else "left empty; grade it by hand, or export with --partial"
        out.print(f"{plural(waiting, 'student')} with an answer that waits to be graded by hand: {what}.")
    if ungraded:
        out.print(f"Left empty, since nothing could be graded: {one_line(', '.join(ungraded))}", soft_wrap=True)
    late = sum(one.penalty > 0 for one in found)
    out.print(f"{plural(len(found), 'student')}, {late} with a late penalty: {path}", soft_wrap=True)
    if problems:
        raise typer.Exit(1)
