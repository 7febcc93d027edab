"""The coordinator's handle on a student room: run cells in its kernel, within the limits, and collect what they say."""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import select
import shutil
import socket
import time
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
GRACE_SECONDS = 2.0  # from the interrupt to the kill
FLOOD_FACTOR = 16  # a cell that sends so many times the limit is stopped
MESSAGES_AHEAD = 32  # messages that wait unread in this process
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

    `run` and `finish` raise RoomLost if the room failed for a reason that is not the submission's.
    """

    def __init__(
        self,
        process: RoomProcess,
        door: socket.socket,
        context: zmq.Context[zmq.Socket[bytes]],
        prefix: Path,
        limits: Limits,
    ) -> None:
        self.process = process
        self.door = door
        self.limits = limits
        self.alive = True
        self.ended_by: Broken | None = None
        self._prefix = prefix
        self._outputs = Outputs(limits.output_bytes)
        self._numbers = itertools.count(1)
        self._spent_seconds = 0.0
        self._flood_bytes = 0
        self._max_message_bytes = 2 * limits.output_bytes + (1 << 20)
        self._shell = self._connect(context, zmq.DEALER, "shell")
        self._iopub = self._connect(context, zmq.SUB, "iopub")
        self._monitor = self._iopub.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self._poller = zmq.Poller()
        for source in (self._shell, self._iopub, self._monitor, process.fileno()):
            self._poller.register(source, zmq.POLLIN)
        self._reply: dict[str, Any] | None = None
        self._idle = False
        self._subscribed = False

    def _connect(self, context: zmq.Context[zmq.Socket[bytes]], kind: int, channel: str) -> zmq.Socket[bytes]:
        client = context.socket(kind)
        client.linger = 0
        client.setsockopt(zmq.MAXMSGSIZE, self._max_message_bytes)
        client.setsockopt(zmq.RCVHWM, MESSAGES_AHEAD)
        if kind == zmq.SUB:
            client.subscribe(b"")
        client.connect(f"ipc://{self._prefix}-{channel}")
        return client

    def opened(self) -> StudentRoom:
        """Itself, once the submission may enter."""
        return self

    def run(self, code: str, wall_seconds: float | None = None) -> CellOutcome:
        """Run a cell and wait for its end; `wall_seconds` defaults to the limit of a cell."""
        return self.finish(self.start(code), wall_seconds)

    def start(self, code: str) -> Ticket:
        """Have the kernel run a cell, and return at once."""
        message_id = f"cell-{next(self._numbers)}"
        self._outputs.begin()
        self._reply, self._idle, self._flood_bytes = None, False, 0
        ticket = Ticket(message_id, time.monotonic())
        if self.alive:
            self._wait_for_subscription()
            self._send(
                message_id,
                "execute_request",
                {
                    "code": code,
                    "silent": False,
                    "store_history": True,
                    "user_expressions": {},
                    "allow_stdin": False,
                    "stop_on_error": False,
                },
            )
        return ticket

    def finish(self, ticket: Ticket, wall_seconds: float | None = None) -> CellOutcome:
        """Wait for the end of a cell; stop it where it breaks a limit."""
        if not self.alive:
            return CellOutcome((), None, self.ended_by, 0.0, False)
        cell_seconds = self.limits.cell_wall_seconds if wall_seconds is None else wall_seconds
        notebook_seconds = self.limits.notebook_wall_seconds - self._spent_seconds
        allowed = min(cell_seconds, notebook_seconds)
        broken: Broken | None = None
        if not self._listen(ticket, ticket.started + allowed) and self.alive:
            broken = Broken.WALL_TIME if cell_seconds <= notebook_seconds else Broken.NOTEBOOK_TIME
            if self._outputs.full and self._flood_bytes > FLOOD_FACTOR * self.limits.output_bytes:
                broken = Broken.OUTPUT
            self._stop(ticket, broken)
        if not self.alive:
            broken = self.ended_by
        elif broken is None and self._outputs.cut:
            broken = Broken.OUTPUT
        error = self._outputs.error
        if broken is None and error is not None:
            broken = broken_by_error(error[0], error[1])
        seconds = time.monotonic() - ticket.started
        self._spent_seconds += seconds
        return CellOutcome(tuple(self._outputs.cell), error, broken, seconds, self.alive)

    def interrupt(self) -> None:
        """Interrupt the running cell, as Jupyter's stop button does."""
        self.process.interrupt()

    def close(self) -> None:
        """Kill every process of the room and remove every trace of it."""
        self._end(self.ended_by or Broken.KILLED)
        self.door.close()
        self._iopub.disable_monitor()
        for client in (self._monitor, self._shell, self._iopub):
            client.close()
        for path in self._prefix.parent.glob(f"{self._prefix.name}-*"):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()

    def __enter__(self) -> StudentRoom:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _stop(self, ticket: Ticket, broken: Broken) -> None:
        """Interrupt the cell; kill the room if that does not help."""
        self.interrupt()
        if not self._listen(ticket, time.monotonic() + GRACE_SECONDS) and self.alive:
            self._end(broken)

    def _end(self, broken: Broken) -> None:
        """The room is over because of `broken`, unless it had ended by itself before."""
        if self.alive:
            self.alive = False
            self.ended_by = broken
        self.process.kill()

    def _listen(self, ticket: Ticket, deadline: float) -> bool:
        """Take in messages until the cell is over (True), the time is up, or too much came."""
        while True:
            if self._reply is not None and self._idle:
                return True
            if self._reply is not None:
                deadline = min(deadline, time.monotonic() + GRACE_SECONDS)
            events = dict(self._poller.poll(max(0, math.ceil((deadline - time.monotonic()) * 1000))))
            if not events:
                return self._reply is not None
            if self._iopub in events:
                self._read_iopub(ticket)
            if self._shell in events:
                self._read_shell(ticket)
            if self.process.fileno() in events and not self.process.running():
                self._died(ticket)
                return False
            if self._monitor in events:
                self._monitor.recv_multipart()
                if self.process.running():  # the kernel lives, so it was a message beyond all bounds
                    self._end(Broken.OUTPUT)
                    return False
            if self._flood_bytes > FLOOD_FACTOR * self.limits.output_bytes:
                return False

    def _died(self, ticket: Ticket) -> None:
        """The room ended by itself or was killed by its server: read its last words, tell why."""
        ending = self.process.ending
        if ending is None:
            self.alive = False
            raise self.process.lost()
        while self._iopub.poll(0) and self._flood_bytes < self.limits.output_bytes:
            self._read_iopub(ticket)
        self.alive = False
        self.ended_by = ending.broken(self.limits.cpu_seconds, self.limits.memory_bytes)

    def _wait_for_subscription(self) -> None:
        """Before the first cell: until the kernel knows that it is listened to, lest the first outputs be lost."""
        while not self._subscribed and self.alive:
            if self._iopub.poll(50):
                self._iopub.recv_multipart()
                self._subscribed = True
            elif not self.process.running():
                self._died(Ticket("", 0.0))
            else:
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
        message = _parsed(self._shell.recv_multipart(), ticket.message_id)
        if message is not None and message[0] == "execute_reply":
            self._reply = message[1]

    def _read_iopub(self, ticket: Ticket) -> None:
        frames = self._iopub.recv_multipart()
        self._flood_bytes += sum(map(len, frames))
        if self._outputs.full and b'"status"' not in frames[min(3, len(frames) - 1)][:400]:
            self._outputs.cut = True
            return
        message = _parsed(frames, ticket.message_id)
        if message is None:
            return
        kind, content = message
        if kind == "status":
            self._idle = self._idle or content.get("execution_state") == "idle"
        else:
            with contextlib.suppress(ValueError, RecursionError):
                self._outputs.add(kind, content)


def _parsed(frames: list[bytes], message_id: str) -> tuple[str, dict[str, Any]] | None:
    """Type and content of a message that answers `message_id`; None for any other, and for what is no message."""
    try:
        start = frames.index(_DELIMITER) + 2
        header, parent = (json.loads(frame) for frame in frames[start : start + 2])
        if parent.get("msg_id") != message_id:
            return None
        content = json.loads(frames[start + 3])
        return (header["msg_type"], content) if isinstance(content, dict) else None
    except (ValueError, RecursionError, LookupError, AttributeError, TypeError):
        return None


def readable(descriptor: int, seconds: float) -> bool:
    """Whether there is something to read within so many seconds."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(int(seconds * 1000)))
