"""The coordinator's handle on a student room: run cells in its kernel, within the limits, and collect what they say."""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import zmq
from nbformat import NotebookNode

from autograder.rooms.broken import Broken, broken_by_error
from autograder.rooms.limits import Limits
from autograder.rooms.outputs import Outputs
from autograder.rooms.process import RoomProcess

CHANNELS = ("shell", "iopub", "stdin", "control")
GRACE_SECONDS = 2.0  # from the interrupt to the kill, and from a cell's reply to its last output
START_SECONDS = 30.0
DYING_SECONDS = 1.0  # from the end of a connection to the end of its process
FLOOD_FACTOR = 8  # a cell that sends so many times the limit is stopped
MESSAGES_AHEAD = 16  # messages that may wait unread in this process
_DELIMITER = b"<IDS|MSG>"


@dataclass(frozen=True)
class CellOutcome:
    """How one cell went."""

    outputs: tuple[NotebookNode, ...]
    error: tuple[str, str, str] | None  # exception name, its text, traceback as plain text
    broken: Broken | None
    seconds: float
    alive: bool  # whether the kernel can run another cell


@dataclass(frozen=True)
class Ticket:
    """A cell under way."""

    message_id: str
    started: float  # time.monotonic()


class StudentRoom:
    """One submission's kernel. Made by `RoomServer.student_room`; close it when done.

    `run`, `start` and `finish` raise RoomLost if the room failed for a reason that is not the submission's.
    """

    def __init__(
        self, process: RoomProcess, context: zmq.Context[zmq.Socket[bytes]], prefix: Path, limits: Limits
    ) -> None:
        self.process = process
        self.limits = limits
        self.alive = True
        self.ended_by: Broken | None = None
        self._prefix = prefix
        self._outputs = Outputs(limits.output_bytes)
        self._numbers = itertools.count(1)
        self._spent_seconds = 0.0
        self._flood_bytes = 0
        self._reply: dict[str, Any] | None = None
        self._idle = self._subscribed = False
        paths = socket_paths(prefix, CHANNELS)
        self._shell = self._connect(context, zmq.DEALER, paths["shell"])
        self._iopub = self._connect(context, zmq.SUB, paths["iopub"])
        self._lines = [client.get_monitor_socket(zmq.EVENT_DISCONNECTED) for client in (self._shell, self._iopub)]
        self._watch = process.fileno()
        self._poller = zmq.Poller()
        for source in (self._shell, self._iopub, *self._lines, self._watch):
            self._poller.register(source, zmq.POLLIN)

    def _connect(self, context: zmq.Context[zmq.Socket[bytes]], kind: int, path: Path) -> zmq.Socket[bytes]:
        client = context.socket(kind)
        client.linger = 0
        client.setsockopt(zmq.MAXMSGSIZE, 2 * self.limits.output_bytes + (1 << 20))
        client.setsockopt(zmq.RCVHWM, MESSAGES_AHEAD)
        if kind == zmq.SUB:
            client.subscribe(b"")
        client.connect(f"ipc://{path}")
        return client

    def __enter__(self) -> StudentRoom:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, code: str, wall_seconds: float | None = None) -> CellOutcome:
        """Run a cell and wait for its end; `wall_seconds` defaults to the limit of a cell."""
        return self.finish(self.start(code), wall_seconds)

    def start(self, code: str) -> Ticket:
        """Have the kernel run a cell, and return at once."""
        ticket = Ticket(f"cell-{next(self._numbers)}", time.monotonic())
        self._outputs.begin()
        self._flood_bytes, self._reply, self._idle = 0, None, False
        self._wait_for_subscription()
        if self.alive:
            while self._shell.poll(0):
                self._shell.recv_multipart()
            content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
            self._send(ticket.message_id, "execute_request", {**content, "allow_stdin": False, "stop_on_error": False})
        return ticket

    def finish(self, ticket: Ticket, wall_seconds: float | None = None) -> CellOutcome:
        """Wait for the end of a cell; stop it where it breaks a limit."""
        if not self.alive:
            return CellOutcome((), None, self.ended_by, 0.0, False)
        broken = self._follow(ticket, self.limits.cell_wall_seconds if wall_seconds is None else wall_seconds)
        if self._outputs.error is None and self._reply is not None and self._reply.get("status") == "error":
            self._outputs.add("error", self._reply)  # it could not be shown
        error = self._outputs.error
        if not self.alive:
            broken = self.ended_by
        elif broken is None and self._outputs.cut:
            broken = Broken.OUTPUT
        elif broken is None and error is not None:
            broken = broken_by_error(error[0], error[1])
        seconds = time.monotonic() - ticket.started
        self._spent_seconds += seconds
        return CellOutcome(self._outputs.cell(), error, broken, seconds, self.alive)

    def interrupt(self) -> None:
        """Interrupt the running cell, as Jupyter's stop button does."""
        self.process.interrupt()

    def close(self) -> None:
        """Kill every process of the room and remove every trace of it; may be called twice."""
        self.alive = False
        self.process.kill()
        if self._shell.closed:
            return
        for client in (self._shell, self._iopub):
            client.disable_monitor()
            client.close()
        for line in self._lines:
            line.close()
        remove_traces(self._prefix)

    def _follow(self, ticket: Ticket, cell_seconds: float) -> Broken | None:
        """See the cell to its end. The limit that made it necessary to stop it, if any."""
        notebook_seconds = self.limits.notebook_wall_seconds - self._spent_seconds
        if self._listen(ticket, ticket.started + min(cell_seconds, notebook_seconds)) or not self.alive:
            return None
        if self._flooded:
            broken = Broken.OUTPUT
        else:
            broken = Broken.WALL_TIME if cell_seconds <= notebook_seconds else Broken.NOTEBOOK_TIME
        self.interrupt()
        if not self._listen(ticket, time.monotonic() + GRACE_SECONDS, even_flooded=True) and self.alive:
            self._end(broken)
        return broken

    def _end(self, broken: Broken) -> None:
        """Kill the room because of `broken`."""
        self.process.kill()
        if self.process.ending is None:
            self.alive = False
            raise self.process.lost()
        self.alive, self.ended_by = False, broken

    @property
    def _flooded(self) -> bool:
        return self._flood_bytes > FLOOD_FACTOR * self.limits.output_bytes

    def _listen(self, ticket: Ticket, deadline: float, even_flooded: bool = False) -> bool:
        """Take in messages until the cell is over (True), the room ended, the time is up, or too much came (False)."""
        while not (self._idle and self._reply is not None):
            left_seconds = deadline - time.monotonic()
            events = dict(self._poller.poll(max(0, math.ceil(left_seconds * 1000))))
            half_way = self._idle or self._reply is not None
            if self._iopub in events:
                self._read_iopub(ticket)
            if self._shell in events:
                self._read_shell(ticket)
            if (self._idle or self._reply is not None) and not half_way:
                deadline = min(deadline, time.monotonic() + GRACE_SECONDS)  # the other half comes at once, or was lost
            cut = any(line in events for line in self._lines)
            if cut and not self.process.wait(DYING_SECONDS):
                # The process lives. Without any line it has become another program; one line alone was cut by us,
                # because a message was beyond all bounds.
                self._end(Broken.DIED if all(line.poll(0) for line in self._lines) else Broken.OUTPUT)
            if self.alive and (cut or self._watch in events) and not self.process.running():
                self._died(ticket)
            if not self.alive or (self._flooded and not even_flooded):
                return False
            if left_seconds <= 0:
                return self._idle or self._reply is not None
        return True

    def _died(self, ticket: Ticket) -> None:
        """The room ended by itself or was killed by its server: read its last words, tell why."""
        self.alive = False
        ending = self.process.ending
        if ending is None:
            raise self.process.lost()
        while self._iopub.poll(0) and not self._flooded:
            self._read_iopub(ticket)
        self.ended_by = ending.broken(self.limits.cpu_seconds, self.limits.memory_bytes)

    def _wait_for_subscription(self) -> None:
        """Before the first cell: until the kernel knows that it is listened to, lest the first outputs be lost."""
        deadline = time.monotonic() + START_SECONDS
        while self.alive and not self._subscribed:
            if self._iopub.poll(50):
                self._iopub.recv_multipart()
                self._subscribed = True
            elif not self.process.running():
                self._died(Ticket("", 0.0))
            elif time.monotonic() > deadline:
                self.alive = False
                self.process.failure = "the kernel did not start"
                raise self.process.lost()
            else:  # kernels before ipykernel 7 do not greet; this makes them say something
                self._send("hello", "kernel_info_request", {})

    def _send(self, message_id: str, kind: str, content: dict[str, Any]) -> None:
        header = {
            "msg_id": message_id,
            "msg_type": kind,
            "username": "grader",
            "session": "grader",
            "date": datetime.now(UTC).isoformat(),
            "version": "5.3",
        }
        frames = [json.dumps(part).encode() for part in (header, {}, {}, content)]
        self._shell.send_multipart([_DELIMITER, b"", *frames])

    def _read_shell(self, ticket: Ticket) -> None:
        answer = _answer(self._shell.recv_multipart(), ticket.message_id)
        if answer is not None and answer[0] == "execute_reply":
            self._reply = {}
            with contextlib.suppress(ValueError, RecursionError):
                self._reply = _object(answer[1])

    def _read_iopub(self, ticket: Ticket) -> None:
        frames = self._iopub.recv_multipart()
        self._flood_bytes += sum(map(len, frames))
        answer = _answer(frames, ticket.message_id)
        with contextlib.suppress(ValueError, RecursionError):
            if answer is None:
                return
            kind, text = answer
            if kind == "status":
                self._idle = self._idle or _object(text).get("execution_state") == "idle"
            elif self._outputs.full and kind != "error":
                self._outputs.skip(kind)
            else:
                self._outputs.add(kind, _object(text))


def socket_paths(prefix: Path, channels: Sequence[str]) -> dict[str, Path]:
    """Where each of a kernel's channels listens, in Jupyter's way of naming."""
    return {channel: Path(f"{prefix}-{number}") for number, channel in enumerate(channels, start=1)}


def remove_traces(prefix: Path) -> None:
    """Delete a kernel's sockets and folders."""
    for path in prefix.parent.glob(f"{prefix.name}-*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _answer(frames: list[bytes], message_id: str) -> tuple[str, bytes] | None:
    """Type and content, still as JSON, of a message that answers `message_id`; None for any other, and for nonsense."""
    try:
        start = frames.index(_DELIMITER) + 2
        header, parent = (json.loads(frame) for frame in frames[start : start + 2])
        if parent.get("msg_id") != message_id:
            return None
        return str(header["msg_type"]), frames[start + 3]
    except (ValueError, RecursionError, LookupError, AttributeError, TypeError):
        return None


def _object(text: bytes) -> dict[str, Any]:
    """A JSON object; ValueError for anything else."""
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("a message's content is an object")
    return value
