"""The warm process that forks rooms: it imports once what submissions need, then forks the student's and clean rooms.

It runs no foreign code, and starts no thread, event loop, ZMQ context or TensorFlow operation before it forks. One
loop waits for requests of the coordinator, and watches over the rooms: when one ends, grows too large, or is not
wanted any more.

    python -m autograder.rooms.forkserver DESCRIPTOR      the control socket; its first parcel is the configuration

Parcels on the control socket: {"op": "fork", "role": …, …} with [watch, door, *listeners].
Parcels on a room's watch socket: {"op": "interrupt"} comes in; {"event": "started" | "failed" | "ended", …} goes out.
The coordinator closes its end to have the room killed. The door leads to the child: see `child`.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import resource
import selectors
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.rooms import census, isolation, parcel
from autograder.rooms.child import Child, Configuration

SAMPLE_SECONDS = 0.05
SAMPLE_SECONDS_IN_THE_OPEN = 0.5  # without namespaces, every process of the machine is looked at


@dataclass
class Room:
    """A running room, as its fork server knows it."""

    pid: int
    role: str
    watch: socket.socket
    exit_descriptor: int
    peak_bytes: int = 0
    reason: str | None = None  # why this server killed it

    def kill(self, reason: str) -> None:
        """Kill process 1 of the room, and with it every process inside."""
        if self.reason is None:
            self.reason = reason
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


class ForkServer:
    """The loop of the warm process."""

    def __init__(self, control: socket.socket, configuration: Configuration) -> None:
        self.control = control
        self.configuration = configuration
        self.rooms: dict[int, Room] = {}
        self.selector = selectors.DefaultSelector()
        self.selector.register(control, selectors.EVENT_READ, self._on_request)
        self.census = census.Census()
        self.sample_seconds = SAMPLE_SECONDS if configuration.isolated else SAMPLE_SECONDS_IN_THE_OPEN

    def run(self) -> None:
        """Serve until the coordinator closes the control socket."""
        next_sample = 0.0
        while True:
            timeout = None if not self.rooms else max(0.0, next_sample - time.monotonic())
            for key, _ in self.selector.select(timeout):
                try:
                    key.data()
                except EOFError:
                    return
            if self.rooms and time.monotonic() >= next_sample:
                self._watch_memory()
                next_sample = time.monotonic() + self.sample_seconds

    def _on_request(self) -> None:
        message, descriptors = parcel.receive(self.control)
        watch = socket.socket(fileno=descriptors[0])
        before_seconds = _cpu_seconds()
        try:
            pid = self._fork(message, descriptors[1:])
        except Exception as error:
            with contextlib.suppress(OSError):
                parcel.send(watch, {"event": "failed", "message": str(error)})
            watch.close()
            return
        finally:
            for descriptor in descriptors[1:]:
                os.close(descriptor)
        room = Room(pid, message["role"], watch, os.pidfd_open(pid))
        self.rooms[pid] = room
        self.selector.register(watch, selectors.EVENT_READ, lambda: self._on_watch(room))
        self.selector.register(room.exit_descriptor, selectors.EVENT_READ, lambda: self._on_exit(room))
        with contextlib.suppress(OSError):
            parcel.send(watch, {"event": "started", "cpu_seconds": _cpu_seconds() - before_seconds})

    def _fork(self, message: dict[str, Any], descriptors: list[int]) -> int:
        """Fork a room; its process id here. RuntimeError if it could not shut itself in."""
        reading, writing = os.pipe()
        first = os.fork()
        if first == 0:
            os.close(reading)
            Child(self.configuration, message, descriptors, writing).live()
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            report = pipe.read().decode(errors="replace").splitlines()
        pids = [int(line[4:]) for line in report if line.startswith("pid ")]
        problems = [line[6:] for line in report if line.startswith("error ")]
        if self.configuration.isolated:
            os.waitpid(first, 0)
        if problems or len(pids) != 1:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError, ChildProcessError):
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
            raise RuntimeError(f"a room could not be built: {'; '.join(problems) or 'no reason given'}")
        return pids[0]

    def _on_watch(self, room: Room) -> None:
        if room.pid not in self.rooms:  # it ended in the same round
            return
        try:
            message, _ = parcel.receive(room.watch, max_bytes=4096)
        except (EOFError, OSError, parcel.ParcelError):
            self.selector.unregister(room.watch)
            room.kill("closed")
            return
        if message.get("op") == "interrupt" and room.reason is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(room.pid, signal.SIGINT)

    def _on_exit(self, room: Room) -> None:
        _, status, usage = os.wait4(room.pid, 0)
        if not self.configuration.isolated:
            self.census.kill_orphans(set(self.rooms))
        self.selector.unregister(room.exit_descriptor)
        os.close(room.exit_descriptor)
        with contextlib.suppress(KeyError):
            self.selector.unregister(room.watch)
        event = {
            "event": "ended",
            "reason": room.reason,
            "status": os.waitstatus_to_exitcode(status),
            "cpu_seconds": usage.ru_utime + usage.ru_stime,
            "peak_bytes": room.peak_bytes,
        }
        with contextlib.suppress(OSError):
            parcel.send(room.watch, event)
        room.watch.close()
        del self.rooms[room.pid]

    def _watch_memory(self) -> None:
        """Kill every room whose processes together hold more memory than allowed."""
        limits = {role: limits.memory_bytes for role, limits in self.configuration.limits.items()}
        for pid, used in self.census.used_bytes(list(self.rooms), min(limits.values())).items():
            room = self.rooms[pid]
            limit = limits[room.role]
            room.peak_bytes = max(room.peak_bytes, used)
            if used > limit:
                room.kill("memory")


def _cpu_seconds() -> float:
    """Processor time of this process and of the children that it has waited for."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _preload(names: tuple[str, ...]) -> None:
    """Import what submissions need. What cannot be imported fails in the notebook, where somebody reads why."""
    for name in names:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    if "matplotlib" in names:
        importlib.import_module("matplotlib.pyplot")  # with it the list of fonts
    if "keras" in names:
        importlib.import_module("autograder.rooms.models")


def main(descriptor: int) -> None:
    """Read the configuration, warm up, say "ready", serve."""
    control = socket.socket(fileno=descriptor)
    configuration = Configuration.from_message(parcel.receive(control)[0])
    if configuration.isolated:
        isolation.leave_root()
    isolation.prctl(isolation.PR_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the coordinator's business
    _preload(configuration.preload)
    from autograder.rooms import kernel

    kernel.preload()
    for name in ("bridge", "clean_room"):
        importlib.import_module(f"autograder.rooms.{name}")
    gc.collect()
    gc.freeze()
    gc.disable()
    threads = len(list(Path("/proc/self/task").iterdir()))
    server = ForkServer(control, configuration)
    parcel.send(control, {"event": "ready", "threads": threads, "cpu_seconds": _cpu_seconds()})
    server.run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
