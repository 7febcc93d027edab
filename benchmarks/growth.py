"""How the cost grows: from 10 to 1,000 submissions, with one worker, with two, and with two of Dask's."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from classes import TINY, class_of
from measured import Cost, measured, run
from peers import BIN, environment
from results_page import table

SIZES = (10, 100, 1000)
START_SECONDS = 60.0
Report = Callable[[str], None]


def with_workers(course: Path, count: int) -> Cost:
    """`autograder grade` with local processes."""
    with measured() as cost:
        run([BIN / "autograder", "grade", TINY.name, "--workers", str(count)], course, environment(BIN))
    return cost


def with_dask(course: Path, count: int) -> Cost:
    """`autograder grade` with Dask's workers, which are there already; scheduler and workers are counted too."""
    with measured() as cost, cluster(course, count) as address:
        started = time.perf_counter()
        run([BIN / "autograder", "grade", TINY.name, "--scheduler", address], course, environment(BIN))
        seconds = time.perf_counter() - started
    cost.wall = seconds
    return cost


@contextmanager
def cluster(folder: Path, count: int) -> Iterator[str]:
    """A scheduler on this machine with `count` workers of one thread; its address."""
    place = folder / "scheduler.json"
    shared = {"cwd": folder, "env": environment(BIN), "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    dask = str(BIN / "dask")
    commands = [[dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", place]]
    worker = [dask, "worker", "--scheduler-file", place, "--nthreads", "1", "--no-dashboard"]
    commands += [[*worker, "--name", f"worker-{number}"] for number in range(count)]
    processes = [subprocess.Popen(command, **shared) for command in commands]
    try:
        yield _address(place, count)
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            process.wait()


def _address(place: Path, workers: int) -> str:
    """The scheduler's address, once its workers have come."""
    import distributed

    deadline = time.monotonic() + START_SECONDS
    while not place.exists():
        if time.monotonic() > deadline:
            raise RuntimeError("the Dask scheduler did not start")
        time.sleep(0.1)
    with distributed.Client(scheduler_file=str(place), timeout=START_SECONDS, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=START_SECONDS)
        return str(client.scheduler.address)


def growth(sizes: Sequence[int], report: Report) -> str:
    """The table: each size, graded in each way."""
    ways = {"1 worker": (with_workers, 1), "2 workers": (with_workers, 2), "2 Dask workers": (with_dask, 2)}
    rows = []
    for size in sizes:
        for name, (grade, count) in ways.items():
            with class_of(TINY, size) as course:
                cost = grade(course.root, count)
            report(f"{size} with {name}: {cost.wall:.0f} s")
            rows.append([
                f"{size:,}",
                name,
                f"{60 * size / cost.wall:.0f}",
                f"{cost.wall:.1f}",
                f"{cost.cpu / size:.2f}",
                f"{cost.peak_bytes / 1e6:.0f}",
            ])  # fmt: skip
    return table(
        ["submissions", "graded by", "per minute", "seconds in all", "CPU seconds each", "peak memory, MB"], rows
    )
