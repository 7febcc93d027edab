"""`autograder grade` and `autograder regrade` on the command line."""

from __future__ import annotations

import enum
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from autograder.command_line import AssignmentName, JsonFile, course_of, err, out
from autograder.course import Course, CourseError
from autograder.docker import run_in_docker
from autograder.files import write_atomically
from autograder.progress import EVENTS_SCHEMA, Counts, Events, counting
from autograder.results import Result, Verdict

if TYPE_CHECKING:
    from autograder.class_run import Handed
    from autograder.pool.stopping import Stop
    from autograder.regrade import Change
    from autograder.source import AssignmentSource


class SandboxKind(enum.StrEnum):
    """How submissions are shut in."""

    BUBBLEWRAP = "bubblewrap"
    DOCKER = "docker"
    NONE = "none"


Sandbox = Annotated[SandboxKind, typer.Option(help="How submissions are shut in; none protects from nothing.")]
NO_SANDBOX = (
    "WARNING: --sandbox none. Submissions run as you, with your files and your network: one of them can read or delete "
    "all of it, change its points and those of others. Use it only for work that you have read."
)
Submissions = Annotated[
    Path | None,
    typer.Option(help="Folder with STUDENT/ASSIGNMENT/*.ipynb; the course's submitted/ by default."),
]
Students = Annotated[str, typer.Option(help="Only these, separated by commas.")]
Figures = Annotated[bool, typer.Option("--figures", help="Draw the course's figures too; slow.")]
Workers = Annotated[
    int | None, typer.Option(min=1, max=1024, help="Processes that grade; as many as there are cores by default.")
]
Scheduler = Annotated[str | None, typer.Option(help="A Dask scheduler whose workers grade, such as tcp://host:8786.")]
EventsPlace = Annotated[
    Path | None, typer.Option("--events", help="Write one JSON object a line as it goes; - for standard output.")
]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Exit with 2 if another run is at work on this course.")]


@dataclass(frozen=True)
class Options:
    """What both commands are told."""

    submissions: Path | None
    students: tuple[str, ...]
    sandbox: SandboxKind
    figures: bool
    workers: int
    scheduler: str | None
    events: Path | None
    wait: bool
    regrade: bool = False


def grade(
    context: typer.Context,
    assignment: AssignmentName,
    submissions: Submissions = None,
    students: Students = "",
    json_file: JsonFile = None,
    sandbox: Sandbox = SandboxKind.BUBBLEWRAP,
    figures: Figures = False,
    workers: Workers = None,
    scheduler: Scheduler = None,
    regrade: Annotated[bool, typer.Option("--regrade", help="Grade all anew, also what did not change.")] = False,
    events: EventsPlace = None,
    no_wait: NoWait = False,
) -> None:
    """Grade the submissions of a class; exit 1 if any could not be graded.

    What was graded before with the same tests, limits and grader is not graded again.
    """
    from autograder import class_run

    course = course_of(context)
    options = Options(
        submissions, _names(students), sandbox, figures, _count(workers), scheduler, events, not no_wait, regrade
    )
    if sandbox is SandboxKind.DOCKER:
        if scheduler is not None:
            raise CourseError("--scheduler and --sandbox docker do not go together: the container has no network.")
        raise typer.Exit(_in_docker(course, assignment, json_file, options))
    warn_of_no_sandbox(sandbox)
    results: list[Result] = []
    try:
        with _running(course, assignment, options) as run:
            results = run.counts.results
            _grade(course, run)
    finally:
        if json_file is not None:
            ordered = sorted(results, key=lambda result: result.student)
            write_atomically(json_file, results_document(assignment, ordered))
    results.sort(key=lambda result: result.student)
    screen = err if str(events) == "-" else out
    screen.print(_grade_table(results))
    if run.counts.kept:
        screen.print(f"{run.counts.kept} of {len(results)} had not changed and were not graded again.")
    screen.print(f"Results: {course.results_folder / assignment}", soft_wrap=True)
    if class_run.falls_short(results):
        raise typer.Exit(1)


def regrade(
    context: typer.Context,
    assignment: AssignmentName,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    submissions: Submissions = None,
    students: Students = "",
    json_file: JsonFile = None,
    sandbox: Sandbox = SandboxKind.BUBBLEWRAP,
    figures: Figures = False,
    workers: Workers = None,
    scheduler: Scheduler = None,
    events: EventsPlace = None,
    no_wait: NoWait = False,
) -> None:
    """Grade again after a test was changed, and show whose points change and why."""
    from autograder.regrade import changes

    course = course_of(context)
    if sandbox is SandboxKind.DOCKER:
        raise CourseError("regrade does not run in Docker. Run: autograder grade … --sandbox docker")
    warn_of_no_sandbox(sandbox)
    options = Options(submissions, _names(students), sandbox, figures, _count(workers), scheduler, events, not no_wait)
    with _running(course, assignment, options) as run:
        before, by_hand = _before(course, assignment)
        if dry_run:
            for handed in run.handed():
                result = handed.finished.result
                run.counts.add(result, kept=handed.kept, trouble=handed.finished.trouble)
        else:
            _grade(course, run)
    found = changes(before, run.counts.results, by_hand)
    if json_file is not None:
        document = {"schema": 1, "assignment": assignment, "written": not dry_run}
        document["changes"] = [change.to_json() for change in found]
        write_atomically(json_file, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    screen = err if str(events) == "-" else out
    if found:
        screen.print(_change_table(found))
    touched = len({change.student for change in found})
    verb = "would change" if dry_run else "changed"
    screen.print(f"{touched} of {len(run.counts.results)} students' points {verb}.")
    if dry_run and found:
        screen.print(f"Nothing was written. To write it: autograder grade {assignment}")


def results_document(assignment: str, results: Sequence[Result]) -> str:
    """The form of `grade --json`."""
    document = {"schema": 1, "assignment": assignment, "results": [result.to_json() for result in results]}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def warn_of_no_sandbox(sandbox: SandboxKind) -> None:
    if sandbox is SandboxKind.NONE:
        err.print(NO_SANDBOX, style="bold red", soft_wrap=True)


# --- a run


class _Run:
    """A class on its way through the workers."""

    def __init__(
        self, source: AssignmentSource, counts: Counts, stop: Stop, ready: Sequence[Handed], waiting: Iterator[Handed]
    ) -> None:
        self.source, self.counts = source, counts
        self._stop, self._ready, self._waiting = stop, ready, waiting

    def handed(self) -> Iterator[Handed]:
        """What is known already, then what is graded now, as it comes."""
        for handed in self._ready:
            if self._stop.asked:
                return
            yield handed
        yield from self._waiting


@contextmanager
def _running(course: Course, assignment: str, options: Options) -> Iterator[_Run]:
    """The course locked, the workers started and Ctrl-C heeded; exit code 130 if it was pressed."""
    from autograder import class_run
    from autograder.course_lock import course_lock
    from autograder.kept import Kept
    from autograder.pool.job import Job
    from autograder.pool.stopping import Stop
    from autograder.source import read_source

    source = read_source(course, assignment)
    files = class_run.select(course, assignment, options.submissions, options.students)
    command = f"autograder grade {assignment}"
    stop = Stop()
    with (
        course_lock(course, command, wait=options.wait, tell=lambda said: err.print(said, soft_wrap=True)),
        Events.to(options.events) as events,
        stop.listening(),
        counting(len(files), events, err) as counts,
    ):
        job = Job.of(course, source, options.sandbox, figures=options.figures)
        kept = Kept(course, job)
        found = class_run.look_through(job, kept, files, regrade=options.regrade)
        events.tell(
            "begin", schema=EVENTS_SCHEMA, assignment=assignment, submissions=len(files),
            to_grade=len(found.waiting), workers=options.workers, scheduler=options.scheduler,
        )  # fmt: skip
        try:
            with class_run.engine_for(job, len(found.waiting), options.workers, options.scheduler) as engine:
                waiting = class_run.grade_waiting(job, kept, found.waiting, engine, stop)
                yield _Run(source, counts, stop, found.ready, waiting)
        except KeyboardInterrupt:  # the second one
            stop.asked = True
        finally:
            about = {"graded": len(counts.results), "kept": counts.kept, "of": len(files)}
            events.tell("end", **about, verdicts=dict(counts.verdicts), interrupted=stop.asked)
        if stop.asked and len(counts.results) < len(files):
            err.print(f"Interrupted: {len(counts.results)} of {len(files)} are graded and stored.")
            raise typer.Exit(130)
        kept.forget_old()


def _grade(course: Course, run: _Run) -> None:
    """Store each result as it comes; the gradebook is written here and nowhere else."""
    from autograder.classroom import is_stored, store
    from autograder.gradebook import entries, open_gradebook, register
    from autograder.release import build_source

    build_source(course, run.source.name)
    register(course, run.source)
    with open_gradebook(course) as gradebook:
        have = entries(gradebook, run.source.name)
        for handed in run.handed():
            finished = handed.finished
            if not is_stored(course, run.source, handed, have.get(finished.result.student)):
                store(course, run.source, finished, gradebook, timestamp=handed.timestamp, knows_time=True)
            if finished.trouble:
                err.print(f"{finished.result.student}: {finished.trouble}", soft_wrap=True)
            run.counts.add(finished.result, kept=handed.kept, trouble=finished.trouble)


def _before(course: Course, assignment: str) -> tuple[dict[str, Result], dict[str, dict[str, float]]]:
    """The stored results by student, and the points that people gave to tests."""
    from autograder.classroom import load_results
    from autograder.gradebook import hand_work, open_gradebook

    before = {result.student: result for result in load_results(course, assignment)}
    with open_gradebook(course) as gradebook:
        by_hand = {student: hand_work(gradebook, assignment, student).corrections for student in before}
    return before, by_hand


def _in_docker(course: Course, assignment: str, json_file: Path | None, options: Options) -> int:
    """The same command in a container, with the same options."""
    outside = []
    arguments = ["grade", assignment, "--workers", str(options.workers)]
    arguments += ["--students", ",".join(options.students)] if options.students else []
    if options.submissions is not None:
        arguments += ["--submissions", str(options.submissions.resolve())]
        outside.append(options.submissions.resolve())
    for name, path in (("--json", json_file), ("--events", options.events)):
        if path is not None and str(path) != "-":
            outside.append(path.parent.resolve())
            path = path.resolve()
        arguments += [name, str(path)] if path else []
    flags = {"--figures": options.figures, "--regrade": options.regrade, "--no-wait": not options.wait}
    arguments += [flag for flag, given in flags.items() if given]
    return run_in_docker(course, arguments, writes=outside)


def _names(students: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in students.split(",") if name.strip())


def _count(workers: int | None) -> int:
    """The cores that this process may use, if none is named."""
    if workers is not None:
        return workers
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _grade_table(results: Sequence[Result]) -> Table:
    table = Table("student", "points", "verdict", "", box=None, pad_edge=False)
    for result in results:
        passed = sum(exercise.verdict is Verdict.PASSED for exercise in result.exercises)
        said = result.message or f"{passed} of {len(result.exercises)} exercises passed"
        table.add_row(result.student, f"{result.score:g}/{result.max_score:g}", result.verdict.value, said)
    return table


def _change_table(found: Sequence[Change]) -> Table:
    table = Table("student", "exercise", "points", "because", "what the student reads", box=None, pad_edge=False)
    for change in found:
        before = "–" if change.before is None else f"{change.before:g}"
        first = next((line for line in change.message.splitlines() if line.strip()), "")
        points = f"{before} → {change.after:g} of {change.max_points:g}"
        table.add_row(change.student, change.exercise, points, change.reason, first[:90])
    return table
