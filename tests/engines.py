"""What the workers of `test_pool` are asked to do; in a module of its own, since workers import it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def echo(word: str) -> bytes:
    return word.encode()


def who(_: str) -> bytes:
    return str(os.getpid()).encode()


def deadly(word: str) -> bytes:
    """The end of its process, for that word."""
    if word == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    return word.encode()


def deadly_once(word: str, mark: str) -> bytes:
    """The end of its process, the first time."""
    if word == "deadly" and not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return word.encode()


def slow(word: str) -> bytes:
    time.sleep(60)
    return word.encode()


def broken(word: str) -> bytes:
    raise ValueError(word)
