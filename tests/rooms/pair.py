"""Two plain processes joined by a socket pair: a student's namespace that serves, and a clean room. No sandbox."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

from autograder.rooms import bridge, clean_room
from autograder.rooms.tester import Tester


class Child:
    """A forked process, with `kill` and `poll` as in subprocess.Popen."""

    def __init__(self, body: Callable[[], object]) -> None:
        self._status: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            try:
                body()
            except BaseException:
                traceback.print_exc()
                sys.stderr.flush()
                os._exit(1)
            os._exit(0)

    def poll(self) -> int | None:
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def interrupt(self) -> None:
        os.kill(self.pid, signal.SIGINT)

    def wait(self, seconds: float = 5.0) -> int | None:
        end = time.monotonic() + seconds
        while self.poll() is None and time.monotonic() < end:
            time.sleep(0.005)
        return self._status


class Pair:
    """A clean room and its counterpart; `student` is the cell's source, or a function that speaks for itself."""

    def __init__(self, student: str | Callable[[socket.socket], object], grace_seconds: float = 5.0) -> None:
        student_end, clean_end = socket.socketpair()
        control_end, room_end = socket.socketpair()

        def room() -> None:
            for other in (student_end, control_end):
                other.close()
            clean_room.main(room_end.detach(), clean_end.detach())

        def kernel() -> None:
            for other in (clean_end, control_end, room_end):
                other.close()
            if callable(student):
                student(student_end)
                return
            namespace: dict[str, Any] = {}
            bridge.attach(student_end.detach())
            exec(compile(student, "<notebook>", "exec"), namespace)
            try:
                while True:  # as the coordinator does: one serve for each test
                    bridge.serve(namespace)
                    if bridge._attached is None or bridge._attached.is_closed:
                        return
            finally:
                sys.stdout.flush()

        self.room = Child(room)
        self.kernel = Child(kernel)
        for end in (student_end, clean_end, room_end):
            end.close()
        self.tester = Tester(control_end, self.room, grace_seconds)

    def test(self, source: str, names: str = "", seconds: float = 10.0):
        return self.tester.test(source, names.split(), seconds)

    def __enter__(self) -> Pair:
        return self

    def __exit__(self, *details: object) -> None:
        self.tester.close()
        self.kernel.kill()
        self.room.wait()
        self.kernel.wait()
