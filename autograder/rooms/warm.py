"""One running fork server: start it, ask it for rooms, end it."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from autograder.rooms import bubblewrap, parcel
from autograder.rooms.bubblewrap import SandboxUnavailable
from autograder.rooms.limits import Limits
from autograder.rooms.process import RoomProcess

START_SECONDS = 180.0
FORK_SECONDS = 30.0


@dataclass(frozen=True)
class Recipe:
    """What a fork server is made of."""

    limits: Mapping[str, Limits]  # of each role: "student" and "clean"
    sandbox: str
    preload: tuple[str, ...]
    environment: Mapping[str, str]
    environment_of_role: Mapping[str, Mapping[str, str]]  # what a role has beyond that
    read_only: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()

    @property
    def isolated(self) -> bool:
        return self.sandbox == "bubblewrap"


class WarmServer:
    """A fork server that has been started, and warms up while others work; the first `fork` waits for it."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.ready: dict[str, Any] | None = None  # what it said when it was: its threads, the CPU time that it took
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the server
        self._proven = False
        self.control, inner = socket.socketpair()
        with inner:
            self.process = self._launch(inner)
        self.control.settimeout(START_SECONDS)
        settings = {
            "isolated": recipe.isolated,
            "preload": list(recipe.preload),
            "shown": [str(path) for path in bubblewrap.shown(recipe.read_only)] if recipe.isolated else [],
            "limits": {role: dataclasses.asdict(limits) for role, limits in recipe.limits.items()},
            "environment": {role: dict(more) for role, more in recipe.environment_of_role.items()},
        }
        with contextlib.suppress(OSError):  # it ended at once: the first fork will tell
            parcel.send(self.control, settings)

    def _launch(self, inner: socket.socket) -> subprocess.Popen[bytes]:
        python = os.path.normpath(sys.executable)  # not through a folder that the server does not see
        arguments = [python, "-s", "-P", "-m", "autograder.rooms.forkserver", str(inner.fileno())]
        recipe = self.recipe
        descriptors: list[int] = []
        environment: Mapping[str, str] | None = None
        if recipe.isolated:
            arguments, descriptors = bubblewrap.command(
                arguments, environment=recipe.environment, read_only=recipe.read_only, hidden=recipe.hidden
            )
        else:
            environment = recipe.environment
        try:
            return subprocess.Popen(
                arguments,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                pass_fds=[inner.fileno(), *descriptors],
                start_new_session=True,
            )
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    @property
    def alive(self) -> bool:
        return self.control.fileno() >= 0 and self.process.poll() is None

    def log(self) -> str:
        """The last lines that the server wrote to its standard error."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-2000:]

    def fork(
        self, role: str, request: Mapping[str, Any], listeners: Sequence[int]
    ) -> tuple[RoomProcess, socket.socket]:
        """A new room and the door to it.

        OSError if the server does not listen any more; SandboxUnavailable if it could not start, or can build no room.
        """
        if self.ready is None:
            self._wait_until_ready()
        watch, server_watch = socket.socketpair()
        door, child_door = socket.socketpair()
        try:
            with server_watch, child_door:
                descriptors = [server_watch.fileno(), child_door.fileno(), *listeners]
                parcel.send(self.control, {"op": "fork", "role": role, **request}, descriptors)
            door.settimeout(FORK_SECONDS)
            process = RoomProcess(watch, self.close)
            if not self._proven and not process.wait_until_started(FORK_SECONDS):
                raise self._unavailable(process.failure or "the fork server forks no room")
            self._proven = True
        except BaseException:
            watch.close()
            door.close()
            raise
        return process, door

    def _wait_until_ready(self) -> None:
        try:
            self.ready, _ = parcel.receive(self.control)
        except (OSError, EOFError, parcel.ParcelError) as error:
            raise self._unavailable(f"the fork server did not start: {error}") from error
        self.control.settimeout(FORK_SECONDS)

    def _unavailable(self, reason: str) -> SandboxUnavailable:
        self.close()
        return SandboxUnavailable(
            f"{reason}\n{self.log()}\n`autograder doctor` tells what this machine can enforce, and how to get the rest."
        )

    def close(self) -> None:
        """End the server, and with it every room of it."""
        with contextlib.suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)  # also where a forked process holds a copy
        self.control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=2.0)
            return
        self.process.kill()
        self.process.wait()
