"""The coordinator's handle on warm fork servers: rooms are asked for here, and a server that fails is replaced."""

from __future__ import annotations

import base64
import dataclasses
import itertools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, Any

import zmq

from autograder.rooms import bubblewrap, parcel
from autograder.rooms.bubblewrap import SandboxUnavailable
from autograder.rooms.limits import Limits
from autograder.rooms.process import RoomLost, RoomProcess
from autograder.rooms.student import CHANNELS, StudentRoom

PRELOAD = ("numpy", "matplotlib", "keras")
SANDBOXES = ("bubblewrap", "none")
START_SECONDS = 180.0
FORK_SECONDS = 30.0
CLEAN_LIMITS = Limits(
    cell_wall_seconds=600,
    notebook_wall_seconds=3600,
    cpu_seconds=3600,
    memory_bytes=4 * 1024**3,
    processes=256,
    open_files=1024,
    written_bytes=256 * 1024**2,
)

__all__ = ["RoomLost", "RoomServer", "SandboxUnavailable"]


def room_environment(keras_backend: str = "tensorflow") -> dict[str, str]:
    """All environment variables of a room. Nothing is inherited from the grader."""
    threads = ("OMP", "OPENBLAS", "MKL", "TF_NUM_INTRAOP", "TF_NUM_INTEROP")
    return {
        "PATH": f"{Path(sys.prefix, 'bin')}:/usr/local/bin:/usr/bin:/bin",
        "HOME": "/home/student",
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": "/tmp/matplotlib",
        "KERAS_BACKEND": keras_backend,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
        "CONVKIT_SOURCE": "sample",
        **{f"{name}_{'THREADS' if name.startswith('TF') else 'NUM_THREADS'}": "1" for name in threads},
    }


class _WarmProcess:
    """One running fork server."""

    def __init__(
        self,
        role: str,
        limits: Limits,
        sandbox: str,
        preload: Sequence[str],
        environment: Mapping[str, str],
        read_only: Sequence[Path],
        hidden: Sequence[Path],
    ) -> None:
        self.control, inner = socket.socketpair()
        self.log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        program = [sys.executable, "-s", "-P", "-m", "autograder.rooms.forkserver", str(inner.fileno())]
        descriptors: list[int] = []
        settings: dict[str, Any] = {}
        if sandbox == "bubblewrap":
            program, descriptors = bubblewrap.command(
                program, environment=environment, read_only=read_only, hidden=hidden
            )
        else:
            settings = {"env": dict(environment), "start_new_session": True}
        try:
            self.process = subprocess.Popen(
                program,
                stdin=subprocess.DEVNULL,
                stdout=self.log,
                stderr=self.log,
                pass_fds=[inner.fileno(), *descriptors],
                **settings,
            )
        finally:
            inner.close()
            for descriptor in descriptors:
                os.close(descriptor)
        self.control.settimeout(START_SECONDS)
        try:
            parcel.send(
                self.control,
                {
                    "role": role,
                    "isolated": sandbox == "bubblewrap",
                    "preload": list(preload),
                    "limits": dataclasses.asdict(limits),
                },
            )
            self.ready, _ = parcel.receive(self.control)
        except (OSError, EOFError, parcel.ParcelError) as error:
            self.close()
            raise SandboxUnavailable(f"the {role} fork server did not start ({error}):\n{self.tail()}") from error
        self.control.settimeout(FORK_SECONDS)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def tail(self) -> str:
        """The last lines that the server wrote to its standard error."""
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-2000:]

    def fork(self, request: Mapping[str, Any], listeners: Sequence[int]) -> tuple[RoomProcess, socket.socket]:
        """A new room and the door to it; OSError if the server does not listen any more."""
        watch, server_watch = socket.socketpair()
        door, child_door = socket.socketpair()
        with server_watch, child_door:
            try:
                descriptors = [server_watch.fileno(), child_door.fileno(), *listeners]
                parcel.send(self.control, {"op": "fork", **request}, descriptors)
            except BaseException:
                watch.close()
                door.close()
                raise
        door.settimeout(FORK_SECONDS)
        return RoomProcess(watch), door

    def close(self) -> None:
        """End the server, and with it every room of it."""
        self.control.close()
        try:
            self.process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class RoomServer:
    """Warm rooms for one worker. Not for several threads at once.

    `limits` bind the student's rooms; `read_only` files and folders are shown to both kinds of room, and `hidden` ones
    are covered. SandboxUnavailable, with what to do about it, if the machine cannot build the sandbox.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        sandbox: str = "bubblewrap",
        preload: Sequence[str] = PRELOAD,
        *,
        keras_backend: str = "tensorflow",
        environment: Mapping[str, str] | None = None,
        read_only: Sequence[Path] = (),
        hidden: Sequence[Path] = (),
        prestart: bool = True,
    ) -> None:
        if sandbox not in SANDBOXES:
            raise ValueError(f"sandbox is one of {', '.join(SANDBOXES)}, not {sandbox!r}")
        self.limits = limits or Limits()
        self.sandbox = sandbox
        self.preload = tuple(preload)
        self.environment = {**room_environment(keras_backend), **(environment or {})}
        self.read_only = tuple(read_only)
        self.hidden = tuple(hidden)
        self.prestart = prestart
        self.folder = Path(tempfile.mkdtemp(prefix="rooms-"))
        self._numbers = itertools.count(1)
        self._context = zmq.Context()
        self._warm: dict[str, _WarmProcess] = {}
        self._waiting: dict[str, Any] = {}
        if sandbox == "bubblewrap":
            bubblewrap.find()

    def __enter__(self) -> RoomServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def student_room(
        self, bridge: socket.socket | None = None, files: Mapping[str, bytes] | None = None
    ) -> StudentRoom:
        """A fresh kernel for one submission, with `files` (relative name: content) in its working folder.

        `bridge` becomes the kernel's end of the wire to the clean room; this process's copy of it is closed.
        """
        contents = _encoded(files or {}, self.limits)
        room = self._waiting.pop("student", None)
        if room is None or not room.process.running():
            room = self._start_student()
        self._enter(room.process, room.door, {"files": contents}, [bridge] if bridge else [])
        if self.prestart:
            self._waiting["student"] = self._start_student()
        return room.opened()

    def clean_room(self, bridge: socket.socket) -> Any:
        """A fresh process for test cells, as a `tester.Tester`; this process's copy of `bridge` is closed."""
        from autograder.rooms.tester import Tester

        control, inner = socket.socketpair()
        process, door = self._waiting.pop("clean", None) or self._start("clean", {}, [])
        if not process.running():
            process, door = self._start("clean", {}, [])
        self._enter(process, door, {"files": {}}, [inner, bridge])
        if self.prestart:
            self._waiting["clean"] = self._start("clean", {}, [])
        return Tester(control, process)

    def close(self) -> None:
        """End all rooms and servers; nothing is left."""
        for warm in self._warm.values():
            warm.close()
        self._warm.clear()
        self._waiting.clear()
        self._context.destroy(linger=0)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _enter(
        self, process: RoomProcess, door: socket.socket, message: dict[str, Any], given: list[socket.socket]
    ) -> None:
        """Hand a waiting room what it needs, and let it begin."""
        try:
            with door:
                parcel.send(door, {"op": "go", **message}, [item.fileno() for item in given])
        except OSError as error:
            process.kill()
            raise RoomLost(f"the room ended before it was entered: {error}") from error
        finally:
            for item in given:
                item.close()

    def _start_student(self) -> StudentRoom:
        """A kernel that waits at its door."""
        number = next(self._numbers)
        prefix = self.folder / f"k{number}"
        listeners = {}
        home: dict[str, str] = {}
        if self.sandbox == "none":
            for name in ("home", "temporary"):
                folder = self.folder / f"k{number}-{name}"
                folder.mkdir()
                home[name] = str(folder)
        try:
            for channel in CHANNELS:
                listener = socket.socket(socket.AF_UNIX)
                listeners[channel] = listener
                listener.bind(f"{prefix}-{channel}")
                listener.listen(8)
            request = {"channels": list(listeners), "key": "", **home}
            process, door = self._start("student", request, [each.fileno() for each in listeners.values()])
        finally:
            for listener in listeners.values():
                listener.close()
        return StudentRoom(process, door, self._context, prefix, self.limits)

    def _start(
        self, role: str, request: Mapping[str, Any], listeners: Sequence[int]
    ) -> tuple[RoomProcess, socket.socket]:
        """Ask the warm server of that role for a room; a server that died meanwhile is replaced."""
        for attempt in (1, 2):
            warm = self._warm.get(role)
            if warm is None or not warm.alive:
                self._warm[role] = warm = self._heat(role)
            try:
                return warm.fork(request, listeners)
            except OSError:
                warm.close()
                del self._warm[role]
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    def _heat(self, role: str) -> _WarmProcess:
        limits = self.limits if role == "student" else CLEAN_LIMITS
        environment = dict(self.environment)
        if role == "clean":
            environment["CONVKIT_DRAW"] = "0"
        return _WarmProcess(role, limits, self.sandbox, self.preload, environment, self.read_only, self.hidden)


def _encoded(files: Mapping[str, bytes], limits: Limits) -> dict[str, str]:
    """Files for the door; ValueError for a name that leads elsewhere, or more than may be written."""
    for name in files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.name or "\0" in name:
            raise ValueError(f"a file's name is a relative path inside the working folder, not {name!r}")
    total = sum(map(len, files.values()))
    if total > limits.written_bytes:
        raise ValueError(f"the files hold {total} bytes; the room has space for {limits.written_bytes}")
    return {name: base64.b64encode(content).decode() for name, content in files.items()}
