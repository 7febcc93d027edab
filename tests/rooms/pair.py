"""A notebook's namespace and a clean room as two plain processes on one socket pair. No sandbox, no kernel."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from autograder.rooms.tester import Tester, TestOutcome
from autograder.rooms.wire import ChannelError

Peer = Callable[[socket.socket], object]


class Pair:
    """A clean room and its counterpart: a notebook's source, or a function that speaks on the socket itself."""

    def __init__(self, student: str | Peer, grace_seconds: float = 5.0) -> None:
        self._student_end, clean_end = socket.socketpair()
        control_end, room_end = socket.socketpair()
        with clean_end, room_end:
            self.room = _start("room", "", room_end, clean_end)
        self.tester = Tester(control_end, self.room, grace_seconds)
        self.kernel: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None
        if isinstance(student, str):
            with self._student_end:
                self.kernel = _start("kernel", student, self._student_end)
        else:
            self._thread = threading.Thread(target=self._speak, args=(student,), daemon=True)
            self._thread.start()

    def _speak(self, peer: Peer) -> None:
        with contextlib.suppress(OSError, ChannelError), self._student_end:
            peer(self._student_end)

    def test(self, source: str, names: str = "", seconds: float = 20.0) -> TestOutcome:
        """`names` is a text with blanks between the names."""
        return self.tester.test(source, names.split(), seconds)

    def interrupt(self) -> None:
        """What Jupyter's interrupt is for a kernel."""
        assert self.kernel is not None
        self.kernel.send_signal(signal.SIGINT)

    def __enter__(self) -> Pair:
        return self

    def __exit__(self, *details: object) -> None:
        self.tester.close()
        with contextlib.suppress(OSError):
            self._student_end.shutdown(socket.SHUT_RDWR)
        for process in (self.room, self.kernel):
            if process is not None:
                process.kill()
                process.wait()
        if self._thread is not None:
            self._thread.join(5)


def _start(role: str, source: str, *ends: socket.socket) -> subprocess.Popen[str]:
    numbers = [end.fileno() for end in ends]
    arguments = [sys.executable, __file__, role, source, *map(str, numbers)]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(arguments, pass_fds=numbers, env=environment, text=True)


def _serve_as_kernel(source: str, fd: int) -> None:
    from autograder.rooms import bridge

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a kernel between cells
    namespace: dict[str, object] = {"__name__": "__main__"}
    bridge.attach(fd)
    exec(compile(source, "/tmp/ipykernel_1/1.py", "exec"), namespace)
    while not bridge.is_over():
        bridge.serve(namespace)


def _main() -> None:
    role, source, *numbers = sys.argv[1:]
    if role == "room":
        from autograder.rooms import clean_room

        clean_room.main(int(numbers[0]), int(numbers[1]))
    else:
        _serve_as_kernel(source, int(numbers[0]))


if __name__ == "__main__":
    _main()
