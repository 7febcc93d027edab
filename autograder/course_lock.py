"""One grading run at a time on a course: a lock that ends with its holder, however that ends."""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from autograder.course import Course, CourseError


def lock_path(course: Course) -> Path:
    return course.build_folder / "grade.lock"


@contextmanager
def course_lock(course: Course, what: str, *, wait: bool, tell: Callable[[str], None]) -> Iterator[None]:
    """Hold the course while `what` runs. If another run has it: `tell` who, then wait; without `wait`, CourseError."""
    path = lock_path(course)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            said = f"{_holder(path)} is at work on this course."
            if not wait:
                raise CourseError(f"{said} Try again when it has finished, or without --no-wait.") from None
            tell(f"{said} Waiting for it to finish; Ctrl-C stops waiting.")
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        about = {"what": what, "pid": os.getpid(), "host": socket.gethostname(), "user": _user()}
        file.write(json.dumps({**about, "since": f"{datetime.now():%H:%M}"}))
        file.flush()
        yield  # closing the file gives the lock back


def _holder(path: Path) -> str:
    """The run that has the lock, as far as it has written who it is."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        about = json.loads(path.read_text(encoding="utf-8"))
        who = f"process {about['pid']} on {about['host']}, {about['user']}, since {about['since']}"
        return f"`{about['what']}` ({who})"
    return "Another run"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user without a name
        return str(os.getuid())
