"""Which processes of a family live; each may end while it is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import psutil


def command_line(process: psutil.Process) -> list[str]:
    """What it was started with; nothing if it has ended."""
    with suppress(psutil.Error):
        return process.cmdline()
    return []


def started_as(processes: Iterable[psutil.Process], program: str) -> list[psutil.Process]:
    """Those whose program has this word in its name; also such as have ended and were not asked for."""
    return [process for process in processes if program in _name(process)]


def outliving(family: Iterable[psutil.Process], seconds: float = 10) -> list[psutil.Process]:
    """Those that have not ended after so long."""
    _, alive = psutil.wait_procs(list(family), timeout=seconds)
    return [process for process in alive if not _has_ended(process)]


def _name(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return process.name()
    return ""


def _has_ended(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.status() == psutil.STATUS_ZOMBIE  # whose parent has not asked yet
    return True
