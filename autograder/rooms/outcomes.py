"""How a test cell ended, as the clean room tells the coordinator."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Outcome(enum.StrEnum):
    """The closed set of endings of one test cell."""

    PASSED = "passed"
    FAILED = "failed"  # the test's own assertion said no
    ERROR = "error"  # student code, or the test itself, raised something else
    MISSING = "missing"  # the student's function is not written yet, or its name does not exist
    REFUSED = "refused"  # an answer of the student's cannot cross
    TIMEOUT = "timeout"
    LOST = "lost"  # a room, or the wire between them, is broken


@dataclass(frozen=True)
class TestOutcome:
    """One test cell.

    message            the full text of the assertion or error, at most 4,000 characters; a hidden test's holds
                       expected values, so what is shown of it is the coordinator's decision
    hint               what the check says about the likely mistake; free of expected values
    line               line of the test cell, from 1, in which it ended: the statement, not a helper that it called
    lines              all lines of the test cell that were active then, the statement's first
    student_traceback  the student's own frames, if student code raised
    """

    outcome: Outcome
    message: str = ""
    hint: str | None = None
    line: int | None = None
    student_traceback: str | None = None
    seconds: float = 0.0
    lines: tuple[int, ...] = ()

    __test__ = False  # not a pytest class


@dataclass(frozen=True)
class RunOutcome:
    """One trusted instructor cell that ran in the clean room."""

    ok: bool
    message: str = ""
    line: int | None = None
