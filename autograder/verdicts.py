"""From what happened in the rooms to a verdict and a sentence for the student. Pure: no I/O."""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.hidden import error_in_hidden_test
from autograder.results import ExerciseResult, TestResult, Verdict
from autograder.rooms.broken import Broken, broken_by_error, explain
from autograder.rooms.limits import Limits
from autograder.rooms.outcomes import Outcome, TestOutcome
from autograder.rooms.student import CellOutcome
from autograder.source import SourceCell

HIDDEN_FAILED = "A further check failed. It uses other inputs than the checks that you see."
NOT_WRITTEN = "Not written yet."
CUT_OFF = (
    "Your code could not be asked any more while it was tested. "
    "Does it end the process, or close or read files that it did not open?"
)

_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{4,}")  # of an object, as it prints itself: another one in every process
_CELL_FILE = re.compile(r"\([^()]*, line (\d+)\)$")  # IPython's made-up file name of a cell

_OF_OUTCOME = {
    Outcome.FAILED: Verdict.FAILED,
    Outcome.ERROR: Verdict.ERROR,
    Outcome.MISSING: Verdict.MISSING,
    Outcome.REFUSED: Verdict.REFUSED,
    Outcome.TIMEOUT: Verdict.TIMEOUT,
    Outcome.LOST: Verdict.KILLED,
}
_OF_BROKEN = {
    Broken.WALL_TIME: Verdict.TIMEOUT,
    Broken.NOTEBOOK_TIME: Verdict.TIMEOUT,
    Broken.CPU_TIME: Verdict.TIMEOUT,
    Broken.MEMORY: Verdict.OUT_OF_MEMORY,
    Broken.OUTPUT: Verdict.TOO_MUCH_OUTPUT,
    Broken.DIED: Verdict.KILLED,
    Broken.KILLED: Verdict.KILLED,
}
_SEVERITY = (
    Verdict.KILLED, Verdict.OUT_OF_MEMORY, Verdict.LIMIT, Verdict.TOO_MUCH_OUTPUT, Verdict.TIMEOUT,
    Verdict.REFUSED, Verdict.ERROR, Verdict.FAILED, Verdict.MISSING,
)  # fmt: skip


def judge(
    cell: SourceCell,
    outcome: TestOutcome,
    served: CellOutcome,
    own: CellOutcome | None,
    answer: str | None,
    limits: Limits,
    own_code: str = "",
) -> TestResult:
    """The result of one test cell.

    outcome    what the clean room says; only "passed" earns points
    served     how the student's process fared while it answered
    own        how the exercise's own cell fared, if it was run
    answer     the student's text, None if the cell is missing
    own_code   all code that the student handed in, as `hidden.joined` joins it
    """
    if outcome.outcome is Outcome.PASSED:
        return TestResult(cell.grade_id, Verdict.PASSED, cell.points, cell.points, seconds=round(outcome.seconds, 3))
    own_error = own.error if own else None
    broken = served.broken or (own.broken if own and own.broken is not Broken.OUTPUT else None)
    if broken is None and outcome.outcome is Outcome.ERROR and outcome.student_traceback:
        broken = broken_by_error(outcome.message.partition(":")[0], outcome.message)
    if broken is not None:
        return of_broken(cell, broken, limits)
    verdict = _OF_OUTCOME[outcome.outcome]
    message, hint, traceback = outcome.message, outcome.hint, outcome.student_traceback
    if not_answered(answer) or (own_error and own_error[0] == "NotImplementedError"):
        verdict, message, hint, traceback = Verdict.MISSING, NOT_WRITTEN, None, None
    elif own_error and outcome.outcome is Outcome.MISSING:
        verdict, hint, traceback = Verdict.ERROR, None, own_error[2]
        reason = _CELL_FILE.sub(r"(line \1)", own_error[1])
        message = f"The cell itself stopped with {own_error[0]}: {reason}"
    elif verdict is Verdict.MISSING:
        message = NOT_WRITTEN if outcome.message.startswith("NotImplementedError") else outcome.message
    elif verdict is Verdict.FAILED and _is_hidden(cell, outcome):
        message = hint or HIDDEN_FAILED
    elif verdict is Verdict.KILLED:
        message, hint, traceback = CUT_OFF, None, None
    elif verdict is Verdict.ERROR and traceback and _is_hidden(cell, outcome):
        message, traceback = error_in_hidden_test(traceback, own_code)
    elif verdict is Verdict.ERROR and traceback is None:
        verdict = Verdict.FAILED
        message = HIDDEN_FAILED if _is_hidden(cell, outcome) else f"The check could not use the result: {message}"
    hint, traceback = (text and _ADDRESS.sub("at 0x…", text) for text in (hint, traceback))
    message = _ADDRESS.sub("at 0x…", message)[:4000]
    return TestResult(cell.grade_id, verdict, 0.0, cell.points, message, hint, traceback, round(outcome.seconds, 3))


def of_broken(cell: SourceCell, broken: Broken, limits: Limits) -> TestResult:
    """The result of a test whose exercise broke a limit or ended its process."""
    verdict = _OF_BROKEN.get(broken, Verdict.LIMIT)
    return TestResult(cell.grade_id, verdict, 0.0, cell.points, explain(broken, limits))


def not_answered(answer: str | None) -> bool:
    """Whether the student left the exercise as it was, or removed it."""
    return answer is None or not answer.strip()


def overall(exercises: Sequence[ExerciseResult]) -> Verdict:
    """The verdict on a whole submission: passed, or the gravest of its exercises' verdicts."""
    verdicts = {exercise.verdict for exercise in exercises}
    worst = next((verdict for verdict in _SEVERITY if verdict in verdicts), Verdict.PASSED)
    return Verdict.FAILED if worst is Verdict.MISSING and Verdict.PASSED in verdicts else worst


def _is_hidden(cell: SourceCell, outcome: TestOutcome) -> bool:
    lines = {outcome.line, *outcome.lines}
    return bool(cell.hidden_lines) and (outcome.line is None or bool(lines & cell.hidden_lines))
