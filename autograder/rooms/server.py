"""The coordinator's way to rooms: keeps a fork server warm, replaces it if it fails, begins the next room early."""

from __future__ import annotations

import base64
import itertools
import os
import shutil
import socket
import sys
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import zmq

from autograder.rooms import bubblewrap, parcel
from autograder.rooms.bubblewrap import SandboxUnavailable
from autograder.rooms.child import CLEAN, STUDENT
from autograder.rooms.limits import Limits
from autograder.rooms.process import RoomLost, RoomProcess
from autograder.rooms.student import CHANNELS, StudentRoom, socket_paths
from autograder.rooms.tester import Tester
from autograder.rooms.warm import Recipe, WarmServer

__all__ = ["CLEAN_LIMITS", "PRELOAD", "SANDBOXES", "RoomLost", "RoomServer", "SandboxUnavailable", "room_environment"]

PRELOAD = ("numpy", "matplotlib", "keras")
SANDBOXES = ("bubblewrap", "none")
STARTS = 2  # a fork server that ends while it starts may have been killed: it is started so often
CLEAN_LIMITS = Limits(
    cell_wall_seconds=600,
    notebook_wall_seconds=3600,
    cpu_seconds=3600,
    processes=256,
    open_files=1024,
    written_bytes=256 * 1024**2,
)


def room_environment(keras_backend: str = "tensorflow") -> dict[str, str]:
    """All environment variables of a room. Nothing is inherited from the grader."""
    return {
        "PATH": f"{Path(sys.prefix, 'bin')}:/usr/local/bin:/usr/bin:/bin",
        "HOME": "/home/student",
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PIP_NO_INDEX": "1",  # an installation fails at once instead of waiting for a network
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": "/tmp/matplotlib",
        "KERAS_BACKEND": keras_backend,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "CONVKIT_SOURCE": "sample",
    }


class RoomServer:
    """Rooms for one worker; not for several threads at once.

    `limits` bind the student's rooms. `read_only` files and folders are shown to both kinds of room, and `hidden` ones
    are covered. `prestart` begins the next room while this one is in use, so that nobody waits for it.
    SandboxUnavailable, with what to do about it, where the machine cannot build the sandbox.
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
        if sandbox == "bubblewrap":
            bubblewrap.find()
        self.limits = limits or Limits()
        self.sandbox = sandbox
        variables = {**room_environment(keras_backend), **(environment or {})}
        clean_limits = replace(CLEAN_LIMITS, memory_bytes=self.limits.memory_bytes)  # answers are as large as theirs
        self._recipe = Recipe(
            {STUDENT: self.limits, CLEAN: clean_limits},
            sandbox,
            tuple(preload),
            variables,
            {STUDENT: {}, CLEAN: {"CONVKIT_DRAW": "0"}},
            tuple(read_only),
            tuple(hidden),
        )
        self._prestart = prestart
        self._folder = Path(tempfile.mkdtemp(prefix="rooms-"))
        self._numbers = itertools.count(1)
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._servers: list[WarmServer] = []  # one, once it was needed
        self._next_student: tuple[StudentRoom, socket.socket] | None = None
        self._next_clean: tuple[RoomProcess, socket.socket] | None = None
        self._end = weakref.finalize(self, _end, os.getpid(), self._servers, self._folder)

    def __enter__(self) -> RoomServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm(self) -> None:
        """Start the fork server, and return at once: it warms up while the caller does something else."""
        if self._servers and not self._servers[0].alive:
            self._servers.pop().close()
        if not self._servers:
            self._servers.append(WarmServer(self._recipe))

    def student_room(
        self, bridge: socket.socket | None = None, files: Mapping[str, bytes] | None = None
    ) -> StudentRoom:
        """A fresh kernel for one submission, with `files` (relative name: content) in its working folder.

        `bridge` becomes the kernel's end of the wire to the clean room; this process's copy of it is closed.
        """
        contents = _encoded(files or {}, self.limits)
        waiting, self._next_student = self._next_student, None
        if waiting is not None and not waiting[0].process.running():
            _discard(*waiting)
            waiting = None
        room, door = waiting or self._begin_student()
        _enter(room.process, door, contents, [bridge] if bridge else [])
        if self._prestart:
            self._next_student = self._begin_student()
        return room

    def clean_room(self, bridge: socket.socket) -> Tester:
        """A fresh process for test cells; this process's copy of `bridge` is closed."""
        waiting, self._next_clean = self._next_clean, None
        if waiting is not None and not waiting[0].running():
            waiting[1].close()
            waiting = None
        process, door = waiting or self._begin(CLEAN, {}, [])
        control, inner = socket.socketpair()
        try:
            _enter(process, door, {}, [inner, bridge])
        except RoomLost:
            control.close()
            raise
        if self._prestart:
            self._next_clean = self._begin(CLEAN, {}, [])
        return Tester(control, process)

    def kernel(self, channels: Sequence[str], key: str) -> tuple[RoomProcess, Path]:
        """A fresh kernel for any Jupyter client, and the prefix of its sockets: number n of `channels` is "PREFIX-n".

        `key` signs the messages. The caller kills the process, and removes what begins with the prefix.
        """
        prefix, folders = self._place()
        process, door = self._begin_kernel(prefix, channels, key, folders)
        _enter(process, door, {}, [])
        return process, prefix

    def close(self) -> None:
        """End all rooms and servers; nothing is left."""
        if self._next_student is not None:
            _discard(*self._next_student)
        if self._next_clean is not None:
            self._next_clean[1].close()
        self._next_student = self._next_clean = None
        self._end()
        self._context.destroy(linger=0)

    def _begin_student(self) -> tuple[StudentRoom, socket.socket]:
        """A kernel that waits at its door."""
        prefix, folders = self._place()
        process, door = self._begin_kernel(prefix, CHANNELS, "", folders)
        return StudentRoom(process, self._context, prefix, self.limits), door

    def _place(self) -> tuple[Path, dict[str, str]]:
        """Where a new kernel's sockets are; without a sandbox also its folders, which the sandbox has in memory."""
        prefix = self._folder / f"k{next(self._numbers)}"
        folders = {}
        if self.sandbox == "none":
            for name in ("home", "temporary"):
                folder = Path(f"{prefix}-{name}")
                folder.mkdir()
                folders[name] = str(folder)
        return prefix, folders

    def _begin_kernel(
        self, prefix: Path, channels: Sequence[str], key: str, folders: Mapping[str, str]
    ) -> tuple[RoomProcess, socket.socket]:
        listeners: list[socket.socket] = []
        try:
            for path in socket_paths(prefix, channels).values():
                listener = socket.socket(socket.AF_UNIX)
                listeners.append(listener)
                listener.bind(str(path))
                listener.listen(8)
            request = {"channels": list(channels), "key": key, **folders}
            return self._begin(STUDENT, request, [each.fileno() for each in listeners])
        finally:
            for listener in listeners:
                listener.close()

    def _begin(
        self, role: str, request: Mapping[str, Any], listeners: Sequence[int]
    ) -> tuple[RoomProcess, socket.socket]:
        """Ask the warm server for a room of that role. One that died meanwhile is replaced, even if it dies again."""
        for left in reversed(range(len(self._servers) + STARTS)):
            try:
                self.warm()
                return self._servers[0].fork(role, request, listeners)
            except (OSError, SandboxUnavailable):
                while self._servers:
                    self._servers.pop().close()
                if not left:
                    raise
        raise AssertionError("the last attempt returns or raises")


def _end(owner: int, servers: list[WarmServer], folder: Path) -> None:
    """Leave nothing behind, also where `close` was forgotten; not in a process that was forked from the owner."""
    if os.getpid() != owner:
        return
    for server in servers:
        server.close()
    servers.clear()
    shutil.rmtree(folder, ignore_errors=True)


def _enter(process: RoomProcess, door: socket.socket, files: dict[str, str], given: list[socket.socket]) -> None:
    """Hand a waiting room what it needs, and let it begin."""
    try:
        with door:
            parcel.send(door, {"op": "go", "files": files}, [item.fileno() for item in given])
    except OSError as error:
        process.failure = process.failure or f"the room ended before it was entered: {error}"
        raise process.lost() from error
    finally:
        for item in given:
            item.close()


def _discard(room: StudentRoom, door: socket.socket) -> None:
    door.close()
    room.close()


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
