"""The coordinator's end of a room's watch socket: is it running, interrupt it, end it, how did it end."""

from __future__ import annotations

import contextlib
import select
import signal
import socket
from dataclasses import dataclass
from typing import Any

from autograder.rooms import parcel
from autograder.rooms.broken import Broken

END_SECONDS = 10.0


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
        if self.status == -signal.SIGKILL or self.status == -signal.SIGXCPU:
            return Broken.CPU_TIME if self.cpu_seconds >= 0.98 * cpu_limit_seconds else Broken.KILLED
        if self.status == -signal.SIGABRT and self.peak_bytes >= 0.7 * memory_limit_bytes:
            return Broken.MEMORY  # a library that could not allocate
        return Broken.DIED


class RoomProcess:
    """A room's processes, seen from outside."""

    def __init__(self, watch: socket.socket) -> None:
        self._watch = watch
        self._watch.settimeout(END_SECONDS)
        self.ending: Ending | None = None
        self.failure: str | None = None  # why the room was lost

    def fileno(self) -> int:
        """For a poll: readable when there is news."""
        return self._watch.fileno()

    @property
    def closed(self) -> bool:
        return self._watch.fileno() < 0

    def running(self) -> bool:
        """Read what news there are; whether the room still runs."""
        while not self.closed and self._readable(0):
            self._read()
        return not self.closed

    def interrupt(self) -> None:
        """Send SIGINT to the room's first process."""
        with contextlib.suppress(OSError):
            parcel.send(self._watch, {"op": "interrupt"})

    def kill(self) -> Ending | None:
        """Kill everything in the room, and wait until it is gone. None if its server could not tell."""
        if not self.closed:
            with contextlib.suppress(OSError):
                self._watch.shutdown(socket.SHUT_WR)
            while not self.closed and self._readable(END_SECONDS):
                self._read()
            self._watch.close()
        return self.ending

    def wait(self, seconds: float) -> Ending | None:
        """Wait for the room to end by itself."""
        while not self.closed and self._readable(seconds):
            self._read()
        return self.ending

    def _readable(self, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self._watch, select.POLLIN)
        return bool(poll.poll(int(seconds * 1000)))

    def _read(self) -> None:
        """Take in one event; the end of the connection closes this end too."""
        try:
            message, _ = parcel.receive(self._watch, max_bytes=1 << 16)
            event = message.get("event")
            if event == "ended":
                self.ending = _ending(message)
            elif event == "failed":
                self.failure = str(message.get("message"))
            elif event != "started":
                raise parcel.ParcelError(f"unknown event {event!r}")
        except EOFError:
            self._watch.close()
        except (OSError, ValueError, TypeError, KeyError, parcel.ParcelError) as error:
            self.failure = f"the fork server answered nonsense: {error}"
            self._watch.close()

    def lost(self) -> RoomLost:
        """The exception for a room that ended without telling how."""
        return RoomLost(self.failure or "the fork server ended")


def _ending(message: dict[str, Any]) -> Ending:
    reason = message["reason"]
    return Ending(
        reason=None if reason is None else str(reason),
        status=int(message["status"]),
        cpu_seconds=float(message["cpu_seconds"]),
        peak_bytes=int(message["peak_bytes"]),
    )
