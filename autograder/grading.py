"""Grading one submission: bytes in, a Result out. Nothing here writes to a shared place.

Each code cell of the frame runs in the student room; each test cell of the source runs in the clean room, against
proxies of the student's names. A cell that ends the student's process costs its own exercise: the room is opened
again, the cell is left out, and the rest is graded. An exercise that ran out of time in one test is not asked again.
"""

from __future__ import annotations

import dataclasses
import socket
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property

import nbformat
from nbformat import NotebookNode

from autograder.hidden import Secrets, joined
from autograder.repair import Frame, FrameCell, put_on_frame
from autograder.results import ExerciseResult, Result, TestResult, Verdict
from autograder.rooms.broken import Broken, explain
from autograder.rooms.limits import Limits
from autograder.rooms.outcomes import Outcome, TestOutcome
from autograder.rooms.server import RoomLost, RoomServer
from autograder.rooms.student import CellOutcome, StudentRoom
from autograder.rooms.tester import Tester
from autograder.selection import cells_to_run, tests_of
from autograder.source import AssignmentSource, Role, SourceCell, exercise_of
from autograder.submission import UnreadableError, digest, parse_notebook
from autograder.verdicts import judge, of_broken, overall

SERVE = '__import__("autograder.rooms.bridge", fromlist=["serve"]).serve()'
SEED = 0
MAX_RESTARTS = 10
FILE_NAME = "submission.ipynb"


@dataclass(frozen=True)
class Graded:
    """The result, and the notebook as it ran (None if it could not be read)."""

    result: Result
    notebook: NotebookNode | None = None
    answers: dict[str, str] = field(default_factory=dict)


def grade(
    student: str,
    data: bytes,
    source: AssignmentSource,
    limits: Limits,
    rooms: RoomServer,
    receipt: dict[str, str] | None = None,
    *,
    figures: bool = False,
) -> Graded:
    """Grade one file. Never raises for anything that the file contains.

    `figures` also runs the course's own illustrations, which earn nothing and take most of the time.
    """
    receipt = {"submission": digest(data), "assignment": source.digest, "seed": str(SEED), **(receipt or {})}
    try:
        frame = put_on_frame(source, parse_notebook(data))
    except UnreadableError as problem:
        return Graded(unreadable(student, source, problem, limits, receipt))
    return grade_frame(student, frame, source, limits, rooms, receipt, data, figures=figures)


def grade_frame(
    student: str,
    frame: Frame,
    source: AssignmentSource,
    limits: Limits,
    rooms: RoomServer,
    receipt: dict[str, str],
    data: bytes = b"",
    *,
    figures: bool = False,
    only: Collection[str] | None = None,
    tell: Callable[[TestResult], None] = lambda test: None,
) -> Graded:
    """Grade what `put_on_frame` made of a file, `data`, which the notebook itself may read.

    `only` names the exercises that count, by default all; `tell` hears of each test as it ends.
    """
    started = time.perf_counter()

    def run_once() -> Run:
        run = Run(source, frame, limits, rooms, data, only, figures, tell)
        run.execute()
        return run

    try:
        try:
            run = run_once()
        except RoomLost:  # not the submission's doing: once more, in new rooms
            run = run_once()
    except RoomLost as error:
        result = unreadable(student, source, UnreadableError(Verdict.NOT_GRADED, str(error)), limits, receipt)
        return Graded(result, None, frame.answers)
    wanted = [exercise for exercise in source.exercises if only is None or exercise.name in only]
    exercises = tuple(_exercise_result(exercise.name, exercise.tests, run.results) for exercise in wanted)
    result = Result(
        student=student,
        assignment=source.name,
        release=source.digest[:12],
        verdict=overall(exercises),
        score=sum(e.points for e in exercises),
        max_score=sum(e.max_points for e in exercises),
        exercises=exercises,
        repairs=frame.repairs,
        limits=dataclasses.asdict(limits),
        receipt=receipt,
        seconds=round(time.perf_counter() - started, 3),
    )
    return Graded(result, run.notebook(), frame.answers)


def unreadable(
    student: str, source: AssignmentSource, problem: UnreadableError, limits: Limits, receipt: dict[str, str]
) -> Result:
    """The result of a file that could not be graded: every exercise has its verdict and no points."""
    exercises = tuple(
        ExerciseResult(e.name, problem.verdict, 0.0, e.max_points, str(problem), None, 0.0, tuple(
            TestResult(t.grade_id, problem.verdict, 0.0, t.points, str(problem), hidden=t.is_hidden) for t in e.tests
        ))
        for e in source.exercises
    )  # fmt: skip
    return Result(
        student, source.name, source.digest[:12], problem.verdict, 0.0, source.max_score, str(problem),
        exercises, (), dataclasses.asdict(limits), receipt,
    )  # fmt: skip


def _exercise_result(name: str, cells: tuple[SourceCell, ...], results: dict[str, TestResult]) -> ExerciseResult:
    tests = tuple(dataclasses.replace(results[cell.grade_id], hidden=cell.is_hidden) for cell in cells)
    lost = [test for test in tests if test.verdict is not Verdict.PASSED]
    shown = next((test for test in lost if test.hint), lost[0]) if lost else None
    return ExerciseResult(
        grade_id=name,
        verdict=lost[0].verdict if lost else Verdict.PASSED,
        points=sum(test.points for test in tests),
        max_points=sum(test.max_points for test in tests),
        message=shown.message if shown else "",
        hint=shown.hint if shown else None,
        seconds=round(sum(test.seconds for test in tests), 3),
        tests=tests,
    )


def never(tests: Collection[TestResult]) -> bool:
    """However the tests ended, the others are run too."""
    return False


class Run:
    """One execution of a frame in the rooms, or of the part of it that some exercises need."""

    def __init__(
        self,
        source: AssignmentSource,
        frame: Frame,
        limits: Limits,
        rooms: RoomServer,
        data: bytes = b"",
        only: Collection[str] | None = None,
        figures: bool = False,
        tell: Callable[[TestResult], None] = lambda test: None,
        enough: Callable[[Collection[TestResult]], bool] = never,
    ) -> None:
        """`only` names exercises and `figures` asks for illustrations, both as `cells_to_run` explains them.

        `tell` hears of each test as it ends. What no longer matters once `enough` is true of the tests that have
        ended is not run, and those tests have no result.
        """
        self.source, self.frame, self.limits, self.rooms, self.data = source, frame, limits, rooms, data
        self.results: dict[str, TestResult] = {}
        self._outcomes: dict[int, CellOutcome] = {}
        self._left_out: set[int] = set()  # positions of cells that ended the process
        self._asked_again: set[str] = set()  # exercises during whose test the process ended once
        self._dead: dict[str, Broken] = {}  # exercises that ended the process or ran out of time
        self._tell, self._enough = tell, enough
        self._tests = tests_of(source, only)
        self._wanted = cells_to_run(source, frame, only, figures=figures)
        needed = frozenset().union(*(source.trust.needs[test.index] for test in self._tests))
        self._clean_needs = needed & source.trust.clean_cells
        self._end = time.monotonic() + limits.notebook_wall_seconds

    def execute(self) -> None:
        """Run everything; afterwards `results` has an entry for each wanted test cell, unless there is `enough`."""
        for _ in range(1 + MAX_RESTARTS + len(self.source.exercises)):
            if self._run_once():
                break
        if self._enough(self.results.values()):
            return
        other = Broken.DIED if self._seconds_left() > 0 else Broken.NOTEBOOK_TIME
        for cell in self._tests:
            broken = self._dead.get(exercise_of(cell.grade_id), other)
            if cell.grade_id not in self.results:
                self._note(of_broken(cell, broken, self.limits))

    def notebook(self) -> NotebookNode:
        """The frame as a notebook with the outputs of the student's cells, for people to look at."""
        cells = []
        metadata = {
            c.metadata.nbgrader.grade_id: c.metadata for c in self.source.notebook.cells if "nbgrader" in c.metadata
        }
        for position, cell in enumerate(self.frame.cells):
            identifier = cell.origin.id if cell.origin else f"own-{position}"
            # Not `new_code_cell` and the like: they hold each cell against the schema, which the whole is below.
            made: dict[str, object] = {
                "cell_type": cell.cell_type,
                "id": identifier,
                "metadata": {},
                "source": cell.text,
            }
            if cell.origin:
                made["metadata"] = metadata[cell.origin.grade_id]
            if cell.is_code:
                made |= {"execution_count": position + 1, "outputs": self._outputs(position, cell)}
            cells.append(nbformat.from_dict(made))
        return nbformat.v4.new_notebook(cells=cells, metadata=self.source.notebook.metadata)

    def _outputs(self, position: int, cell: FrameCell) -> list[NotebookNode]:
        test = self.results.get(cell.origin.grade_id) if cell.origin else None
        if test is not None:
            if test.verdict is Verdict.PASSED:
                return []
            error = nbformat.v4.new_output("error", ename=test.verdict.value, evalue=test.message)
            error.traceback = [test.message]
            return [error]
        outcome = self._outcomes.get(position)
        if outcome is None:
            return []
        outputs = list(outcome.outputs)
        if outcome.broken is not None:
            outputs.append(
                nbformat.v4.new_output("stream", name="stderr", text=explain(outcome.broken, self.limits) + "\n")
            )
        return outputs

    # --- running

    def _run_once(self) -> bool:
        """Run in fresh rooms up to the end, or to a cell that ends the student's process (False)."""
        student_end, clean_end = socket.socketpair()
        with (
            student_end,
            clean_end,
            closing(self.rooms.student_room(bridge=student_end, files={FILE_NAME: self.data})) as student,
            closing(self.rooms.clean_room(bridge=clean_end)) as tester,
        ):
            return self._run_cells(student, tester)

    def _run_cells(self, student: StudentRoom, tester: Tester) -> bool:
        source_cells = iter(
            self.source.cells
        )  # plain source cells may be missing from the frame, but tests may need them
        for position, cell in enumerate(self.frame.cells):
            if cell.origin is not None:
                self._run_clean_up_to(cell.origin, source_cells, tester)
            if position not in self._wanted or position in self._left_out:
                continue
            if cell.role is Role.TEST and cell.origin is not None:
                if not self._test(cell.origin, student, tester):
                    return False
                if self._enough(self.results.values()):
                    return True
            elif not self._run_cell(position, cell, student):
                return False
        return True

    def _run_clean_up_to(self, cell: SourceCell, source_cells: Iterator[SourceCell], tester: Tester) -> None:
        for other in source_cells:
            if other.index in self._clean_needs:
                outcome = tester.run(other.text)
                if not outcome.ok:
                    raise RoomLost(f"The course's own cell {other.id!r} failed in the clean room: {outcome.message}")
            if other.index == cell.index:
                return

    def _run_cell(self, position: int, cell: FrameCell, student: StudentRoom) -> bool:
        seconds = self._seconds_left()
        if seconds <= 0:
            return True  # the notebook's time is used up: what is left counts as timed out
        outcome = student.run(cell.text, wall_seconds=seconds)
        self._outcomes.setdefault(position, outcome)
        if outcome.alive:
            return True
        self._left_out.add(position)
        if cell.role is Role.SOLUTION and cell.origin is not None:
            self._dead[cell.origin.grade_id] = outcome.broken or Broken.DIED
        return False

    def _test(self, cell: SourceCell, student: StudentRoom, tester: Tester) -> bool:
        exercise = exercise_of(cell.grade_id)
        if cell.grade_id in self.results:
            return True
        if exercise in self._dead:
            self._note(of_broken(cell, self._dead[exercise], self.limits))
            return True
        seconds = self._seconds_left()
        if seconds <= 0:
            return True
        ticket = student.start(SERVE)
        outcome: TestOutcome = tester.test(cell.text, self.source.trust.untrusted_reads[cell.index], seconds)
        late = outcome.outcome is Outcome.TIMEOUT
        if late:
            student.interrupt()
        served = student.finish(ticket, wall_seconds=1.0 if late else seconds)
        ended = outcome.outcome is Outcome.LOST or not (served.alive and tester.alive)
        if (
            ended
            and not late
            and served.broken in (None, Broken.DIED, Broken.KILLED)
            and exercise not in self._asked_again
        ):
            self._asked_again.add(exercise)  # it may have been what an earlier exercise left behind
            return False
        own, answer = self._outcome_of(exercise), self.frame.answers.get(exercise)
        judged = judge(cell, outcome, served, own, answer, self.limits, self._own_code)
        self._note(self._secrets.taken_out(judged, self._own_code))
        if late or ended:
            self._dead[exercise] = served.broken or (Broken.WALL_TIME if late else Broken.DIED)
        return not ended

    def _note(self, result: TestResult) -> None:
        self.results[result.grade_id] = result
        self._tell(result)

    @cached_property
    def _secrets(self) -> Secrets:
        return Secrets.of(self.source)

    @cached_property
    def _own_code(self) -> str:
        """All code that the student handed in."""
        return joined(c.text for c in self.frame.cells if c.is_code and c.role in (Role.SOLUTION, Role.PLAIN))

    def _outcome_of(self, exercise: str) -> CellOutcome | None:
        """How the exercise's own cell fared, if it was run."""
        for position, cell in enumerate(self.frame.cells):
            if cell.role is Role.SOLUTION and cell.origin is not None and cell.origin.grade_id == exercise:
                return self._outcomes.get(position)
        return None

    def _seconds_left(self) -> float:
        return min(self.limits.cell_wall_seconds, self._end - time.monotonic())
