"""What a command costs: CPU seconds of all processes that it starts, seconds on the clock, the peak of their memory."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

SAMPLE_SECONDS = 0.5
_PR_SET_CHILD_SUBREAPER = 36


@dataclass
class Cost:
    """Of everything that ran below this process while it was measured."""

    cpu: float = 0.0  # user and system seconds
    wall: float = 0.0  # seconds
    peak_bytes: int = 0  # the largest sum of the processes' proportional set sizes (PSS), looked at twice a second


@contextlib.contextmanager
def measured() -> Iterator[Cost]:
    """Measure the commands that are started, and ended, inside. Linux alone.

    The kernel adds a process's CPU time to its parent's account once the parent has waited for it. So that no orphan is
    left out, this process adopts them all (it becomes their "subreaper") and waits for each.
    """
    if ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError("this process cannot adopt orphans, so their CPU time would be missed")
    cost, over = Cost(), threading.Event()
    watcher = threading.Thread(target=_watch, args=(cost, over), daemon=True)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    watcher.start()
    try:
        yield cost
    finally:
        cost.wall = time.perf_counter() - started
        over.set()
        watcher.join()
        _wait_for_orphans()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cost.cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def run(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str]) -> str:
    """Run a command silently; its standard output. RuntimeError, with its last words, unless it ends well."""
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env={**os.environ, **environment}, text=True, capture_output=True
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} … ended with {done.returncode}: {done.stderr[-1500:]}")
    return done.stdout


def tree_seconds() -> float:
    """CPU seconds so far of all descendants of this process, those that they waited for included."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def _watch(cost: Cost, over: threading.Event) -> None:
    while not over.wait(SAMPLE_SECONDS):
        cost.peak_bytes = max(cost.peak_bytes, _tree_bytes())


def _tree_bytes() -> int:
    """PSS of all descendants: memory that several share is counted once."""
    total = 0
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(OSError, psutil.NoSuchProcess):
            lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
            total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def _wait_for_orphans(seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    with contextlib.suppress(ChildProcessError):
        while time.monotonic() < deadline:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                time.sleep(0.05)
