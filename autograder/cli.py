"""The command line: `autograder COMMAND`. Exit codes: 0 done, 1 something fell short, 2 wrong use, 130 interrupted."""

from __future__ import annotations

import errno
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from autograder.collect.command import collect
from autograder.collect.patterns import Lms
from autograder.command_line import AssignmentName, JsonFile, course_of, err, out
from autograder.course import COURSE_FILE, Course, CourseError
from autograder.export.command import export
from autograder.files import write_atomically
from autograder.grade_command import Sandbox, SandboxKind, Submissions, grade, regrade
from autograder.results import Verdict
from autograder.rooms.bubblewrap import SandboxUnavailable
from autograder.self_study import check, progress, solution

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
    help="Check your own notebook, or release, grade and report the assignments of a course.",
)  # fmt: skip


@app.callback()
def _course_option(
    context: typer.Context,
    course: Annotated[Path | None, typer.Option(help="The course folder; by default the one around here.")] = None,
) -> None:
    context.obj = course


for learners in (check, progress, solution):
    app.command(rich_help_panel="For whoever learns alone")(learners)
for command in (collect, export, grade, regrade):
    app.command()(command)


@app.command()
def release(
    context: typer.Context,
    assignments: Annotated[list[str] | None, typer.Argument(help="All of them, if none is named.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Only compare; exit 1 if notebooks/ is out of date.")] = False,
    url: Annotated[
        str | None,
        typer.Option(help="From now on, students find the course here: a repository on GitHub, or …/tree/BRANCH."),
    ] = None,
) -> None:
    """Make the students' notebooks from source/."""
    from autograder.address import moved, write_address
    from autograder.gradebook import register
    from autograder.release import build_source
    from autograder.release import release as make

    course = course_of(context)
    if url is not None:
        if assignments:
            raise CourseError("--url is about the whole course: name no assignment with it.")
        here = moved(course, url)
        if not check:
            write_address(course, here)
            out.print(f"{COURSE_FILE}: {here.repository}, branch {here.branch}", soft_wrap=True)
        course = here
    stale = False
    for name in assignments or [a.name for a in course.assignments]:
        made = make(course, name, check=check)
        stale |= check and not made.up_to_date
        if not check:
            register(course, build_source(course, name))
        state = "up to date" if made.up_to_date else "differs from source/" if check else "written"
        out.print(f"{made.path.relative_to(course.root)}: {state}")
    if stale:
        err.print("Run `autograder release` and commit the notebooks.")
        raise typer.Exit(1)


@app.command()
def feedback(context: typer.Context, assignment: AssignmentName) -> None:
    """Write one page for each student from the stored results."""
    from autograder import classroom

    course = course_of(context)
    course.assignment(assignment)
    paths = classroom.write_feedback(course, assignment, classroom.load_results(course, assignment))
    out.print(f"{len(paths)} pages: {course.feedback_folder}/STUDENT/{assignment}/{assignment}.html")


@app.command()
def report(context: typer.Context, assignment: AssignmentName) -> None:
    """Write one page about the whole class."""
    from autograder import classroom
    from autograder.release import generate
    from autograder.report import render_report
    from autograder.similarity import alike
    from autograder.source import read_source

    course = course_of(context)
    source = read_source(course, assignment)
    released = {cell.id: cell.source for cell in generate(source).cells}
    results = classroom.corrected_results(course, classroom.load_results(course, assignment))
    path = course.build_folder / "reports" / f"{assignment}.html"
    page = render_report(
        results,
        course_title=course.title,
        assignment_title=course.assignment(assignment).title,
        manual=classroom.all_manual_grades(course, assignment, results),
        links=classroom.feedback_links(course, assignment, results, path.parent),
        alike=alike(classroom.solutions_of(course, source, results), released),
    )
    write_atomically(path, page)
    out.print(f"Report: {path}")


@app.command()
def simulate(
    context: typer.Context,
    assignment: AssignmentName,
    students: Annotated[int, typer.Option(min=1, max=100_000)] = 12,
    seed: Annotated[int, typer.Option()] = 0,
    submissions: Submissions = None,
    packed_as: Annotated[
        Lms | None, typer.Option("--as", help="An archive of this LMS, with all that goes wrong.")
    ] = None,
    damage: Annotated[bool, typer.Option("--damage", help="As files come back from Colab and an LMS.")] = False,
) -> None:
    """Make a class out of the reference solution and the misconceptions."""
    from autograder.simulate import damage_path, simulate_archive
    from autograder.simulate import simulate as make

    course = course_of(context)
    if packed_as is not None:
        if submissions is not None:
            raise CourseError("--as writes an archive into build/simulated; it takes no --submissions.")
        for path in simulate_archive(course, assignment, students, seed, packed_as, damaged=damage):
            out.print(str(path))
        return
    folder = submissions or course.submitted_folder
    names = make(course, assignment, students, seed, folder, damaged=damage)
    out.print(f"{len(names)} submissions: {folder}/{names[0]} … {names[-1]}")
    if damage:
        out.print(f"What was done to them: {damage_path(course, assignment)}")


@app.command()
def quality(
    context: typer.Context,
    assignment: AssignmentName,
    misconceptions: Annotated[Path | None, typer.Option(help="A further file of misconceptions.")] = None,
    until_named: Annotated[
        bool,
        typer.Option("--until-named", help="Leave each misconception once it is rejected and named, without points."),
    ] = False,
    json_file: JsonFile = None,
    sandbox: Sandbox = SandboxKind.BUBBLEWRAP,
) -> None:
    """Try the tests: the reference, the blank release and every misconception; exit 1 if one is not caught."""
    from autograder import classroom
    from autograder import quality as tests
    from autograder.misconceptions import read_misconceptions
    from autograder.simulate import misconceptions_path
    from autograder.source import read_source

    course = course_of(context)
    source = read_source(course, assignment)
    if sandbox is SandboxKind.DOCKER:
        raise CourseError("quality runs no foreign code and does without Docker; use --sandbox none.")
    limits = course.assignment(assignment).limits
    wrong = list(read_misconceptions(misconceptions_path(course, assignment)))
    wrong += read_misconceptions(misconceptions) if misconceptions else []
    for one in wrong:
        if one.exercise not in {e.name for e in source.exercises}:
            raise CourseError(
                f"Misconception {one.name!r} is about {one.exercise!r}, which {assignment} does not have."
            )
    with classroom.rooms_for(course, source, sandbox) as rooms:
        reference = tests.reference_results(source, limits, rooms)
        blank = tests.blank_results(source, limits, rooms)
        tried = tuple(
            _progress(tests.try_misconceptions(source, wrong, limits, rooms, until_named=until_named), len(wrong))
        )
    found = tests.Quality(
        assignment,
        sum(r.points for r in reference),
        tuple(r for r in reference if r.verdict is not Verdict.PASSED),
        sum(r.points for r in blank),
        source.max_score,
        tried,
    )
    if json_file is not None:
        write_atomically(json_file, json.dumps(found.to_json(), indent=1, ensure_ascii=False) + "\n")
    _print_quality(found)
    if not found.is_good:
        raise typer.Exit(1)


@app.command()
def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where the server listens, on this machine only.")] = 8888,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the formgrader in a browser.")] = True,
) -> None:
    """Open JupyterLab and nbgrader's formgrader on the course, to write assignments and grade by hand."""
    import webbrowser

    from autograder import serve as server

    course = course_of(context)
    server.check(port)
    _build_sources(course)
    try:
        with server.serving(course, port) as (address, process):
            out.print(f"Formgrader: {address.link('formgrader')}", soft_wrap=True)
            out.print(f"JupyterLab: {address.link('lab')}", soft_wrap=True)
            out.print("Ctrl-C ends both.")
            if browser:
                webbrowser.open(address.link("formgrader"))
            if process.wait() != 0:
                raise typer.Exit(1)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _build_sources(course: Course) -> None:
    """nbgrader's form of every assignment, for the formgrader. A broken one is named: the lab is where to mend it."""
    from autograder.release import build_source

    for assignment in course.assignments:
        try:
            build_source(course, assignment.name)
        except CourseError as error:
            err.print(f"autograder: {error}", soft_wrap=True)


@app.command()
def doctor() -> None:
    """Show what this machine can enforce on submissions, and what not; exit 1 if something is missing."""
    from autograder.rooms.doctor import examine

    table = Table("", "what", "found", "how to get it", box=None, pad_edge=False)
    findings = examine()
    for finding in findings:
        table.add_row("ok" if finding.ok else "NO", finding.feature, finding.detail, finding.remedy)
    out.print(table)
    if not all(finding.ok for finding in findings if "alternative" not in finding.feature):
        raise typer.Exit(1)


def _progress(steps, total):  # type: ignore[no-untyped-def]
    """Pass the steps on, with a bar on a terminal and silently elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=total)
        for step in steps:
            yield step
            bar.advance(task)


def _print_quality(found) -> None:  # type: ignore[no-untyped-def]
    table = Table("exercise", "misconception", "points", "rejected", "hint", "what the student reads", box=None)
    for t in found.tried:
        hint = "" if t.hinted is None else "yes" if t.hinted else "NO"
        first = next((line for line in t.message.splitlines() if line.strip()), "")
        points = "" if t.points is None else f"{t.points:g}/{t.max_points:g}"
        row = (t.misconception.exercise, t.misconception.name, points)
        table.add_row(*row, "yes" if t.rejected else "NO", hint, first[:90])
    out.print(table)
    for failure in found.reference_failures:
        out.print(f"The reference fails {failure.grade_id}: {failure.verdict.value}. {failure.message}")
    out.print(f"reference {found.reference_score:g}/{found.max_score:g}, blank {found.blank_score:g}")
    out.print(
        f"{len(found.tried)} misconceptions: {found.rejected_share:.0%} rejected, {found.hinted_share:.0%} hinted"
    )


def main() -> None:
    """Entry point: every foreseen problem is one sentence and an exit code."""
    try:
        app()
    except (CourseError, SandboxUnavailable) as error:
        err.print(f"autograder: {error}", markup=False, soft_wrap=True)
        sys.exit(2)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
            raise
        where = f" while {error.filename} was written" if error.filename else ""
        err.print(f"autograder: {error.strerror}{where}. Make room and run the same command again.", soft_wrap=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
