"""The coordinator's handle on a clean room: sends it cells, and reads nothing from it but checked plain answers."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Sequence
from typing import Any, Protocol

from autograder.rooms import control, errors
from autograder.rooms.outcomes import Outcome, RunOutcome, TestOutcome

__all__ = ["Outcome", "ProcessHandle", "RunOutcome", "TestOutcome", "Tester"]

_LOST = "the process that runs the tests ended unexpectedly"


class ProcessHandle(Protocol):
    """What the tester needs of the clean room's process; both as in `subprocess.Popen`."""

    def kill(self) -> None: ...

    def poll(self) -> int | None: ...


class Tester:
    """One clean room, behind its control socket.

    grace_seconds   how long after a deadline the clean room may still take to say that it was reached
    """

    def __init__(self, connection: socket.socket, process: ProcessHandle, grace_seconds: float = 5.0) -> None:
        self._connection = connection
        self._process = process
        self._grace_seconds = grace_seconds
        self._closed = False

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return not self._closed and self._process.poll() is None

    def run(self, source: str, wall_seconds: float = 60.0) -> RunOutcome:
        """Runs a trusted instructor cell in the clean room's namespace."""
        reply = self._ask({"op": "run", "source": source, "deadline_seconds": wall_seconds}, wall_seconds)
        if isinstance(reply, TestOutcome):
            return RunOutcome(False, reply.message)
        if reply.get("status") == "ok":
            return RunOutcome(True)
        return RunOutcome(False, _text(reply.get("message")) or _LOST, _line(reply.get("line")))

    def test(self, source: str, names: Sequence[str], wall_seconds: float) -> TestOutcome:
        """Runs a test cell; `names` are the student's names that it reads. Never raises for what happens in it."""
        start = time.monotonic()
        request = {"op": "test", "source": source, "names": list(names), "deadline_seconds": wall_seconds}
        reply = self._ask(request, wall_seconds)
        if isinstance(reply, TestOutcome):
            return reply
        seconds, given = reply.get("seconds"), reply.get("lines")
        lines = tuple(line for line in map(_line, given) if line) if type(given) is list else ()
        try:
            outcome = Outcome(str(reply.get("outcome")))
        except ValueError:
            return self._end(Outcome.LOST, _LOST, start)
        return TestOutcome(
            outcome=outcome,
            message=_text(reply.get("message")) or "",
            hint=_text(reply.get("hint")),
            line=lines[0] if lines else None,
            lines=lines,
            student_traceback=_text(reply.get("student_traceback")),
            seconds=seconds if type(seconds) is float and math.isfinite(seconds) and seconds >= 0 else 0.0,
        )

    def close(self) -> None:
        """Ends the clean room; may be called twice."""
        if not self._closed:
            self._closed = True
            self._connection.close()
            self._process.kill()

    def _ask(self, request: dict[str, Any], wall_seconds: float) -> dict[str, Any] | TestOutcome:
        """The reply, or the outcome that takes its place when there is none; then the clean room is closed."""
        start = time.monotonic()
        if self._closed:
            return TestOutcome(Outcome.LOST, _LOST)
        deadline = start + wall_seconds + self._grace_seconds
        try:
            control.send(self._connection, request, deadline)
            return control.receive(self._connection, deadline)
        except TimeoutError:
            return self._end(Outcome.TIMEOUT, "the test did not end within the time limit", start)
        except control.ControlError:
            return self._end(Outcome.LOST, _LOST, start)

    def _end(self, outcome: Outcome, message: str, start: float) -> TestOutcome:
        self.close()
        return TestOutcome(outcome, message, seconds=time.monotonic() - start)


def _text(value: object) -> str | None:
    return errors.clean_text(value) if type(value) is str else None


def _line(value: object) -> int | None:
    return value if type(value) is int and 0 < value < 10**6 else None
