"""The coordinator's end of a room's watch socket: is it running, interrupt it, end it, how did it end."""

from __future__ import annotations

import contextlib
import select
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograder.rooms import parcel
from autograder.rooms.broken import Broken

END_SECONDS = 10.0  # how long a fork server may take to end a room
_EVENT_BYTES = 1 << 16


class RoomLost(RuntimeError):  # noqa: N818 - what happened, not whose error it is
    """A room or its fork server failed for a reason that is not the submission's: grade it again."""


@dataclass(frozen=True)
class Ending:
    """How a room ended, as its fork server saw it."""

    reason: str | None  # why the server killed it: "memory", "closed"; None if it ended otherwise
    status: int  # exit code, or minus the signal
    cpu_seconds: float
    peak_bytes: int

    def broken(self, cpu_limit_seconds: float, memory_limit_bytes: int) -> Broken:
        """The limit that this ending tells of."""
        if self.reason == "memory":
            return Broken.MEMORY
        if self.status in (-signal.SIGKILL, -signal.SIGXCPU):
            return Broken.CPU_TIME if self.cpu_seconds >= 0.5 * cpu_limit_seconds else Broken.KILLED
        if self.status == -signal.SIGABRT and self.peak_bytes >= 0.7 * memory_limit_bytes:
            return Broken.MEMORY  # a library that could not allocate
        return Broken.DIED


class RoomProcess:
    """A room's processes, seen from outside.

    `retire` is called when the room's fork server cannot be relied upon any more: it ends the server and all its rooms.
    """

    def __init__(self, watch: socket.socket, retire: Callable[[], None]) -> None:
        self._watch = watch
        self._watch.settimeout(END_SECONDS)
        self._retire = retire
        self.started = False
        self.fork_cpu_seconds = 0.0  # what the fork cost outside the room
        self.ending: Ending | None = None
        self.failure: str | None = None

    def fileno(self) -> int:
        """For a poll: readable when there is news; -1 when there will be none."""
        return self._watch.fileno()

    def running(self) -> bool:
        """Read what news there are; whether the room still runs."""
        while self.fileno() >= 0 and self._readable(0):
            self._read()
        return self.fileno() >= 0

    def poll(self) -> int | None:
        """As `Popen.poll`: None while it runs, then the exit code or minus the signal."""
        if self.running():
            return None
        return self.ending.status if self.ending else -signal.SIGKILL

    def interrupt(self) -> None:
        """Send SIGINT to the room's first process."""
        if self.fileno() >= 0:
            with contextlib.suppress(OSError):
                parcel.send(self._watch, {"op": "interrupt"})

    def wait_until_started(self, seconds: float) -> bool:
        """Whether the room was built; `failure` says why not."""
        deadline = time.monotonic() + seconds
        while not self.started and self.fileno() >= 0 and self._readable(deadline - time.monotonic()):
            self._read()
        return self.started

    def wait(self, seconds: float) -> bool:
        """Wait for the room to end by itself; whether it did."""
        deadline = time.monotonic() + seconds
        while self.fileno() >= 0 and self._readable(deadline - time.monotonic()):
            self._read()
        return self.fileno() < 0

    def kill(self) -> None:
        """Kill everything in the room, and wait until it is gone."""
        if self.fileno() >= 0:
            with contextlib.suppress(OSError):
                self._watch.shutdown(socket.SHUT_WR)
            if not self.wait(END_SECONDS):
                self.failure = "the fork server did not end a room"
                self._watch.close()
        if self.ending is None:
            self._retire()

    def lost(self) -> RoomLost:
        """The exception for a room whose server did not tell how it ended."""
        self.kill()
        return RoomLost(self.failure or "the fork server ended")

    def _readable(self, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self._watch, select.POLLIN)
        return bool(poll.poll(max(0, int(seconds * 1000))))

    def _read(self) -> None:
        """Take in one event; the end of the connection closes this end too."""
        try:
            message, _ = parcel.receive(self._watch, max_bytes=_EVENT_BYTES)
            match message.get("event"):
                case "started":
                    self.started = True
                    self.fork_cpu_seconds = float(message["cpu_seconds"])
                case "ended":
                    self.ending = _ending(message)
                case "failed":
                    self.failure = str(message.get("message"))
                case other:
                    raise parcel.ParcelError(f"an unknown event {other!r}")
        except (EOFError, ConnectionResetError):
            self._watch.close()
        except (OSError, ValueError, TypeError, KeyError, parcel.ParcelError) as error:
            self.failure = f"the fork server answered nonsense: {error}"
            self._watch.close()


def _ending(message: dict[str, Any]) -> Ending:
    reason = message["reason"]
    return Ending(
        reason=None if reason is None else str(reason),
        status=int(message["status"]),
        cpu_seconds=float(message["cpu_seconds"]),
        peak_bytes=int(message["peak_bytes"]),
    )
