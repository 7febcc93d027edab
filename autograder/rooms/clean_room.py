"""The process in which test cells run: instructor code in one namespace, student names as plain data and proxies."""

from __future__ import annotations

import gc
import linecache
import os
import random
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import numpy as np

from autograder.rooms import control, errors
from autograder.rooms.connection import BridgeFailure, Connection, OutOfTime
from autograder.rooms.outcomes import Outcome
from autograder.rooms.wire import DEFAULT_BOUNDS, MIB, Bounds, Channel, ChannelError, ChannelTimeoutError

_MAX_SKIPPED = 2 * DEFAULT_BOUNDS.frame_bytes
_SEED = 0
_MAX_LINES = 20
# After the deadline: first the bridge ends by itself, then the test is interrupted, again and again.
_ALARM_DELAY = 0.1
_ALARM_INTERVAL = 0.5


def main(control_fd: int, bridge_fd: int, bounds: Bounds = DEFAULT_BOUNDS) -> None:
    """Serves the coordinator's requests until it hangs up or says quit. Called in a fresh child process."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    coordinator, bridge = socket.socket(fileno=control_fd), socket.socket(fileno=bridge_fd)
    for connection in (coordinator, bridge):
        connection.set_inheritable(False)
    room = CleanRoom(Connection(Channel(bridge, bounds.frame_bytes), bounds))
    try:
        while True:
            room.wait_for(coordinator)
            request = control.receive(coordinator)
            if request.get("op") == "quit":
                return
            control.send(coordinator, room.answer(request))
    except control.ControlError:
        return


class CleanRoom:
    """The namespace of the instructor's cells, and what is asked of it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}
        self._cells = 0
        self._skipped = 0
        self._undefined: set[str] = set()

    def wait_for(self, coordinator: socket.socket) -> None:
        """Returns when there is a request; until then forgets what the student's room sends out of turn."""
        channel = self._connection.channel
        if self._connection.has_proxies:
            gc.collect()  # models live in cycles; what is gone here can go in the student's room too
        while True:
            bridge = [channel.fileno()] if channel.is_open and self._skipped < _MAX_SKIPPED else []
            asked = coordinator.fileno()
            ready, _, _ = select.select([asked, *bridge], bridge if channel.has_unsent else [], [])
            if asked in ready:
                return
            with suppress(ChannelError, ChannelTimeoutError):
                channel.flush(time.monotonic())
            with suppress(ChannelError):
                self._skipped += channel.discard_waiting(MIB)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """The reply to one request of the coordinator."""
        source, seconds = str(request.get("source", "")), float(request.get("deadline_seconds", 60.0))
        if request.get("op") == "run":
            return self.run(source, seconds)
        return self.test(source, [str(name) for name in request.get("names", [])], seconds)

    def run(self, source: str, seconds: float) -> dict[str, Any]:
        """Runs a trusted cell in the namespace."""
        file = self._register(source, "cell")
        try:
            with self._alarm(time.monotonic() + seconds):
                exec(compile(source, file, "exec"), self._namespace)
        except BaseException as error:
            text = f"{type(error).__name__}: {errors.text_of(error)}"
            return {
                "status": "error",
                "message": errors.clean_text(text),
                "line": next(iter(_lines(error, file)), None),
            }
        return {"status": "ok"}

    def test(self, source: str, names: list[str], seconds: float) -> dict[str, Any]:
        """Runs a test cell with the student's `names` in the namespace, and says how it ended."""
        start = time.monotonic()
        self._skipped = 0
        file = self._register(source, "test")
        failure: BaseException | None = None
        try:
            with self._alarm(start + seconds):
                try:
                    self._connection.begin(start + seconds)
                    self._attempt(source, file, names)
                except BaseException as error:
                    failure = error
        except OutOfTime as error:  # the alarm came in the very last moment
            failure = failure or error
        finally:
            self._connection.end()
            for name in names:
                self._namespace.pop(name, None)
        # What broke the wire stands, even if the test went on after it.
        failure = self._connection.failure or failure
        described = _describe(failure, file, self._undefined)
        self._connection.changes.undo()  # now, because an assertion's message may be one of the objects
        return described | {"seconds": time.monotonic() - start}

    def _attempt(self, source: str, file: str, names: list[str]) -> None:
        """Runs the test, and a second time if student code changed data that it was given.

        A test may work out what it expects from the very data that it gave to the student: a submission that changed
        it to fit a wrong answer must not pass. So the test has to pass with such changes, as in one kernel (this is
        how it sees that arguments did not stay as they were), and without them.
        """
        for follows_changes in (True, False):
            self._connection.follows_changes = follows_changes
            self._undefined = self._fetch(names)
            _seed_everything()
            exec(compile(source, file, "exec"), self._namespace)
            if not self._connection.changes.has_data:
                return
            self._connection.changes.undo()

    def _fetch(self, names: list[str]) -> set[str]:
        """Puts the student's names into the namespace; those that do not exist."""
        undefined = set()
        for name in names:
            self._namespace.pop(name, None)
            try:
                self._namespace[name] = self._connection.get(name)
            except KeyError:
                undefined.add(name)
        return undefined

    def _register(self, source: str, kind: str) -> str:
        """A file name for the source, under which tracebacks find its lines."""
        self._cells += 1
        file = f"<{kind} {self._cells}>"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        return file

    @contextmanager
    def _alarm(self, deadline: float) -> Iterator[None]:
        """Raises OutOfTime in the code that runs, after the deadline, but never in the middle of a message."""

        def ring(signum: int, frame: FrameType | None) -> None:
            if not self._connection.channel.busy:
                self._connection.failure = OutOfTime("the test did not end within the time limit")
                raise self._connection.failure

        earlier = signal.signal(signal.SIGALRM, ring)
        delay = max(deadline - time.monotonic(), 0.0) + _ALARM_DELAY
        signal.setitimer(signal.ITIMER_REAL, delay, _ALARM_INTERVAL)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0.0)
            signal.signal(signal.SIGALRM, earlier)


def _seed_everything() -> None:
    """Tests seed themselves; where one forgets to, it still gives the same result on every run."""
    random.seed(_SEED)
    np.random.seed(_SEED)
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(_SEED)


def _describe(failure: BaseException | None, file: str, undefined: set[str]) -> dict[str, Any]:
    """The fields of a TestOutcome but the time."""
    if failure is None:
        return {"outcome": Outcome.PASSED, "message": "", "hint": None, "lines": [], "student_traceback": None}
    chain, lines = _chain(failure), _lines(failure, file)
    student = next((text for error in chain if type(text := _of_student(error)) is str), None)
    message = errors.text_of(failure)
    hint = getattr(failure, "hint", None)
    if isinstance(failure, BridgeFailure):
        outcome = failure.outcome
    elif any(isinstance(error, NotImplementedError) and _of_student(error) for error in chain):
        outcome, message = Outcome.MISSING, f"NotImplementedError: {message}"
    elif isinstance(failure, NameError) and failure.name in undefined:
        outcome, message = Outcome.MISSING, f"the name {failure.name!r} is not defined in the notebook"
    elif isinstance(failure, AssertionError) and not _of_student(failure):
        outcome, message = Outcome.FAILED, message or f"this does not hold: {_source_line(file, lines)}"
    else:
        outcome, message = Outcome.ERROR, errors.clean_text(f"{type(failure).__name__}: {message}")
    return {
        "outcome": outcome,
        "message": message,
        "hint": errors.clean_text(hint) if isinstance(failure, AssertionError) and type(hint) is str else None,
        "lines": lines,
        "student_traceback": student,
    }


def _chain(failure: BaseException) -> list[BaseException]:
    """The failure and what it came from, at most ten deep."""
    chain = [failure]
    while len(chain) < 10 and (before := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(before)
    return chain


def _of_student(error: BaseException) -> str | None:
    return getattr(error, "student_traceback", None)


def _source_line(file: str, lines: list[int]) -> str:
    return errors.clean_text(linecache.getline(file, lines[-1] if lines else 0).strip(), 500)


def _lines(failure: BaseException, file: str) -> list[int]:
    """The lines of the cell that were active when it ended, the statement's first; at most 20."""
    if isinstance(failure, SyntaxError) and failure.filename == file and failure.lineno:
        return [failure.lineno]
    frames = traceback.walk_tb(failure.__traceback__)
    return [line for frame, line in frames if frame.f_code.co_filename == file][:_MAX_LINES]
