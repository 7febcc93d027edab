"""For whoever learns alone: `autograder check`, `autograder progress` and `autograder solution`."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from autograder.command_line import course_of, err, out
from autograder.course import Course, CourseError, did_you_mean
from autograder.grade_command import Sandbox, SandboxKind
from autograder.outline import Outline, OutlinedExercise, read_outline
from autograder.rooms.bubblewrap import SandboxUnavailable

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from autograder.repair import Frame
    from autograder.results import Result
    from autograder.source import AssignmentSource

SUFFIX = ".ipynb"
PIPED_COLUMNS = 80
AS_YOURSELF = (
    "--sandbox none: the notebook runs as you, with your files and your network, as it does in Jupyter. "
    "Check only a notebook whose code you know."
)


def check(
    context: typer.Context,
    notebook: Annotated[Path, typer.Argument(help="Your notebook, its folder, or an assignment's name.")],
    exercise: Annotated[
        list[str] | None, typer.Option("--exercise", "-e", help="Only this exercise; may be given several times.")
    ] = None,
    assignment: Annotated[
        str | None, typer.Option(help="Which assignment it is, if the notebook does not tell.")
    ] = None,
    sandbox: Sandbox = SandboxKind.BUBBLEWRAP,
) -> None:
    """Run the hidden tests on your own notebook: points, hints, and what to read again.

    Exit code 0: everything passes. 1: something is not right yet. Nothing is stored but your progress.
    """
    from autograder.docker import run_in_docker
    from autograder.self_study_lines import blank_lines, check_lines
    from autograder.submission import UnreadableError

    course = course_of(context)
    path = find_notebook(course, notebook)
    if sandbox is SandboxKind.DOCKER:
        asked = [part for name in exercise or () for part in ("--exercise", name)]
        asked += ["--assignment", assignment] if assignment else []
        raise typer.Exit(run_in_docker(course, ["check", str(path), *asked], writes=[path.parent]))
    try:
        work = _read(course, path, assignment)
    except UnreadableError as problem:
        raise CourseError(f"{_shown(path)} cannot be checked. {problem}") from None
    outline = work.outline
    wanted = _wanted(outline, exercise or ())
    try:
        out.print(f"{outline.title} · {outline.assignment} · {_shown(path)}\n", style="bold", soft_wrap=True)
        if work.frame.begun.isdisjoint(each.name for each in wanted):
            _print(blank_lines(outline, wanted, _columns()))
            raise typer.Exit(1)
        result = _run(course, work, [each.name for each in wanted], sandbox)
    except SandboxUnavailable as problem:
        raise CourseError(_without_sandbox(problem, notebook)) from None
    except KeyboardInterrupt:
        err.print("Interrupted: nothing was stored.")
        raise typer.Exit(130) from None
    _store(course, result, path)
    _print(check_lines(result, outline, _columns(), _after(course, outline)))
    if result.score < result.max_score:
        raise typer.Exit(1)


def progress(context: typer.Context) -> None:
    """Show the course's assignments: points of your last checks, what is open, what comes next."""
    from autograder.own_progress import load_progress
    from autograder.self_study_lines import progress_lines

    course = course_of(context)
    outlines = [read_outline(course, each.name) for each in course.assignments]
    standings = load_progress(course)
    notebooks = {each.name: _shown(_released(course, each.name)) for each in course.assignments}
    own = {name: Path(standing.notebook) for name, standing in standings.items()}
    notebooks |= {name: _shown(path) for name, path in own.items() if path.is_file()}
    out.print(f"{course.title}\n", style="bold")
    _print(progress_lines(outlines, standings, notebooks, _columns()))


def solution(
    context: typer.Context,
    assignment: Annotated[str, typer.Argument(help="Its name in course.toml, such as 01_convolution.")],
    exercise: Annotated[str, typer.Argument(help="The exercise's name, such as correlate2d.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Show how we solve one exercise, after asking whether you want to see it; exit 1 if you do not."""
    from autograder.solutions import reference_text

    course = course_of(context)
    outline = read_outline(course, assignment)
    _known(outline, exercise, (*outline.exercises, *outline.questions))
    if not yes and not _wants_to_see(exercise, assignment):
        err.print("Not shown.")
        raise typer.Exit(1)
    text = reference_text(course, assignment, exercise)
    is_code = exercise in {each.name for each in outline.exercises}
    if out.is_terminal and is_code:
        from rich.syntax import Syntax

        out.print(Syntax(text, "python", theme="ansi_dark", background_color="default", word_wrap=True))
    else:
        out.print(text, soft_wrap=True)


def find_notebook(course: Course, given: Path) -> Path:
    """The file that `given` means: a notebook, the folder of one, or an assignment's name; CourseError for none."""
    if given.is_file():
        return given.resolve()
    folder = given if given.is_dir() else None
    if folder is None and str(given) in {each.name for each in course.assignments}:
        folder = course.release_folder / given
    if folder is not None and folder.is_dir():
        found = sorted(each for each in folder.glob(f"*{SUFFIX}") if each.is_file())
        named = [each for each in found if each.stem == folder.resolve().name]
        if len(named or found) == 1:
            return (named or found)[0].resolve()
        several = f"are {len(found)} notebooks ({', '.join(each.name for each in found)})"
        what = several if found else "is no notebook"
        raise CourseError(f"There {what} in {given}. Name the file: autograder check FOLDER/NOTEBOOK{SUFFIX}")
    beside = [str(each) for each in given.parent.glob(f"*{SUFFIX}")] if given.parent.is_dir() else []
    near = did_you_mean(str(given), [*beside, *(each.name for each in course.assignments)])
    example = _shown(_released(course, course.assignments[0].name))
    raise CourseError(f"There is no file {given}.{near} Name your notebook, such as {example}")


@dataclass(frozen=True)
class _Work:
    """A notebook as it was read: its bytes, its assignment, and where its cells belong there."""

    data: bytes
    outline: Outline
    source: AssignmentSource
    frame: Frame


def _read(course: Course, path: Path, assignment: str | None) -> _Work:
    """UnreadableError for what is no notebook, or one of another assignment than `assignment`."""
    from autograder.repair import put_on_frame
    from autograder.source import read_source
    from autograder.submission import SubmittedFile, parse_notebook, read_bytes

    data = read_bytes(SubmittedFile("", path))
    notebook = parse_notebook(data)
    outline = _outline(course, notebook, path, assignment)
    source = read_source(course, outline.assignment)
    return _Work(data, outline, source, put_on_frame(source, notebook))


def _outline(course: Course, notebook: NotebookNode, path: Path, assignment: str | None) -> Outline:
    """Of the assignment that was named, or that the notebook looks like."""
    from autograder.recognise import recognise

    if assignment is not None:
        return read_outline(course, assignment)
    outlines = [read_outline(course, each.name) for each in course.assignments]
    name = recognise(notebook, path, outlines)
    if name is None:
        example = course.assignments[0].name
        raise CourseError(
            f"{_shown(path)} looks like no notebook of this course. If it is one, say which: --assignment {example}"
        )
    return next(outline for outline in outlines if outline.assignment == name)


def _wanted(outline: Outline, names: list[str] | tuple[str, ...]) -> tuple[OutlinedExercise, ...]:
    """The exercises of those names in the notebook's order, or all."""
    for name in names:
        _known(outline, name, outline.exercises)
    return tuple(each for each in outline.exercises if not names or each.name in names)


def _known(outline: Outline, name: str, exercises: tuple[OutlinedExercise, ...]) -> None:
    known = [each.name for each in exercises]
    if name not in known:
        near = did_you_mean(name, known)
        raise CourseError(f"{outline.assignment} has no exercise {name!r}.{near} It has: {', '.join(known)}.")


def _run(course: Course, work: _Work, names: list[str], sandbox: SandboxKind) -> Result:
    """What the tests of these exercises say. SandboxUnavailable where no room can be built."""
    from autograder.grading import grade_frame
    from autograder.pool.job import open_rooms
    from autograder.results import TestResult, Verdict

    if sandbox is SandboxKind.NONE:
        err.print(AS_YOURSELF, style="yellow", soft_wrap=True)
    source, hidden = work.source, course.private_paths
    limits = course.assignment(source.name).limits
    total = sum(len(exercise.tests) for exercise in source.exercises if exercise.name in names)
    ended: set[str] = set()
    with (
        err.status("Starting …") as status,
        open_rooms(source, limits, sandbox, figures=False, hidden=hidden, prestart=False) as rooms,
    ):

        def tell(test: TestResult) -> None:
            ended.add(test.grade_id)
            status.update(f"{len(ended)} of {total} tests …")

        result = grade_frame("", work.frame, source, limits, rooms, {}, work.data, only=names, tell=tell).result
    if result.verdict is Verdict.NOT_GRADED:
        raise CourseError(f"The tests could not be run, which is not your doing: {result.message}")
    return result


def _without_sandbox(problem: SandboxUnavailable, notebook: Path) -> str:
    from autograder.rooms.bubblewrap import INSTALL

    command = f"autograder check {notebook} --sandbox none"
    if shutil.which("bwrap") is None:
        return (
            f"bubblewrap is missing, which shuts the notebook in while it runs. Install it: {INSTALL}\n"
            f"Or run your own notebook without it: {command}"
        )
    return f"{problem}\nTo run your own notebook without a sandbox: {command}"


def _store(course: Course, result: Result, path: Path) -> None:
    from autograder.own_progress import store_progress

    try:
        store_progress(course, result, path)
    except OSError as error:
        err.print(f"Your progress could not be stored: {error.strerror or error}.", soft_wrap=True)


def _wants_to_see(exercise: str, assignment: str) -> bool:
    """Asks on the error stream, so that the answer can be piped; no answer is no."""
    err.print(f"You learn most by trying first. Show the reference of {exercise} ({assignment})? [y/N] ", end="")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _after(course: Course, outline: Outline) -> str | None:
    """The assignment that comes next, as a sentence names it."""
    names = [each.name for each in course.assignments]
    place = names.index(outline.assignment) + 1
    if place == len(names):
        return None
    return f"{names[place]}, {_shown(_released(course, names[place]))}"


def _released(course: Course, assignment: str) -> Path:
    return course.release_folder / assignment / f"{assignment}{SUFFIX}"


def _shown(path: Path) -> Path:
    """As one would type it here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _columns() -> int:
    return shutil.get_terminal_size((PIPED_COLUMNS, 24)).columns


def _print(lines: list[Text]) -> None:
    for line in lines:
        out.print(line, soft_wrap=True)
