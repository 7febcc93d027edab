"""A freshly forked process on its way to becoming a room.

Isolated, it first moves to new namespaces and forks once more: that child is process 1 there. At the door it then waits
for {"op": "go", "files": {name: base64}}, with the descriptors that its role needs: a student's kernel may be given its
end of the wire to the clean room, a clean room gets its control socket and the other end.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import importlib
import os
import random
import signal
import socket
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from autograder.rooms import isolation, parcel
from autograder.rooms.limits import Limits

STUDENT, CLEAN = ROLES = ("student", "clean")
SEED = 0


@dataclass(frozen=True)
class Configuration:
    """What a fork server is told at its start."""

    isolated: bool
    preload: tuple[str, ...]
    shown: tuple[Path, ...]  # read-only files and folders
    limits: dict[str, Limits]  # of each role
    environment: dict[str, dict[str, str]]  # of each role, beyond the server's own

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Configuration:
        return cls(
            isolated=message["isolated"],
            preload=tuple(message["preload"]),
            shown=tuple(map(Path, message["shown"])),
            limits={role: Limits(**limits) for role, limits in message["limits"].items()},
            environment=message["environment"],
        )


class Child:
    """The process between the fork and its end."""

    def __init__(
        self, configuration: Configuration, message: dict[str, Any], descriptors: list[int], report: int
    ) -> None:
        self.configuration = configuration
        self.message = message
        self.role = message["role"]
        self.door, *self.listeners = descriptors
        self.report = report

    def live(self) -> NoReturn:
        """Everything from the fork to the end of the process."""
        status = 1
        try:
            self._shut_in()
            self._become_a_room()
            status = 0
        except BaseException as error:
            self._tell(f"error {type(error).__name__}: {error}")
            if not isinstance(error, SystemExit | EOFError):
                traceback.print_exc()
        finally:
            os._exit(status)

    def _tell(self, line: str) -> None:
        """A line for the fork server, as long as it listens."""
        with contextlib.suppress(OSError):
            os.write(self.report, line.replace("\n", " ").encode() + b"\n")

    def _shut_in(self) -> None:
        limits = self.configuration.limits[self.role]
        isolation.reset_signals()
        isolation.forget_descriptors({self.report, self.door, *self.listeners})
        if self.configuration.isolated:
            isolation.enter_namespaces()
            pid = os.fork()
            if pid:
                self._tell(f"pid {pid}")
                os._exit(0)
            os.setsid()
            isolation.build_room(limits.written_bytes, self.configuration.shown)
        else:
            self._tell(f"pid {os.getpid()}")
            os.setsid()
            isolation.prctl(isolation.PR_SET_PDEATHSIG, signal.SIGKILL)
        isolation.set_limits(limits, own_user=self.configuration.isolated)
        if self.configuration.isolated:
            isolation.give_up_privileges()
        home = self.message.get("home", str(isolation.HOME))
        os.environ.update(self.configuration.environment[self.role])
        os.environ.update({"HOME": home, "TMPDIR": self.message.get("temporary", "/tmp"), "PWD": home})
        os.chdir(home)
        os.close(self.report)
        self.report = -1

    def _become_a_room(self) -> None:
        from autograder.rooms import clean_room, kernel
        from autograder.rooms.bridge import attach

        gc.enable()
        door = socket.socket(fileno=self.door)
        if self.role == CLEAN:
            go, (control, bridge) = parcel.receive(door)
            door.close()
            self._write_files(go)
            _seed()
            clean_room.main(control, bridge)
            return
        output_bytes = self.configuration.limits[STUDENT].output_bytes
        app = kernel.create(self.message["channels"], self.listeners, self.message["key"], output_bytes)
        go, bridges = parcel.receive(door)
        door.close()
        self._write_files(go)
        for bridge in bridges:
            attach(bridge)
        kernel.serve(app, _seed)  # not earlier: a kernel's start uses up random numbers, not always as many

    @staticmethod
    def _write_files(go: dict[str, Any]) -> None:
        for name, content in go["files"].items():
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64decode(content))


def _seed() -> None:
    """The same random numbers in every room."""
    random.seed(SEED)
    if "numpy" in sys.modules:
        importlib.import_module("numpy").random.seed(SEED)
    if "keras" in sys.modules:
        importlib.import_module("keras").utils.set_random_seed(SEED)
