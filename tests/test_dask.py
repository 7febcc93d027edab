"""A class on Dask: a worker that is killed, and one that joins later."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from living import outliving, started_as
from many import A, autograder, command, comparable, events, gradebook_rows, hand_in_class

from autograder.classroom import load_results
from autograder.course import Course
from autograder.results import Verdict


class Cluster:
    """A scheduler and workers of one thread, as the README starts them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[psutil.Popen] = []
        file = folder / "scheduler.json"
        self._start("scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(file), "--host", "127.0.0.1")
        while not file.exists() or '"address"' not in file.read_text():
            assert self.processes[0].poll() is None
            time.sleep(0.05)
        self.file = file
        self.address = next(part for part in file.read_text().split('"') if part.startswith("tcp://"))

    def worker(self) -> psutil.Popen:
        return self._start("worker", self.address, "--nthreads", "1", "--no-dashboard", "--no-nanny")

    def _start(self, *arguments: str) -> psutil.Popen:
        log = (self.folder / f"{len(self.processes)}.log").open("w")
        command = [sys.executable, "-m", "dask", *arguments]
        self.processes.append(psutil.Popen(command, cwd=self.folder, stdout=log, stderr=subprocess.STDOUT))
        return self.processes[-1]

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "dask"
    folder.mkdir()
    running = Cluster(folder)
    yield running
    running.close()


@pytest.mark.slow
def test_one_worker_is_killed_one_joins_and_every_submission_is_graded_once(mini: Course, cluster: Cluster) -> None:
    names = hand_in_class(mini, 12)
    first = cluster.worker()
    told = mini.root / "events"
    running = psutil.Popen(command(mini, "grade", A, "--scheduler", cluster.address, "--events", str(told)))
    while not told.exists() or told.read_text().count('"graded"') < 2:
        assert running.poll() is None
        time.sleep(0.02)
    family = first.children(recursive=True)
    assert started_as(family, "bwrap")
    first.send_signal(signal.SIGKILL)
    second = cluster.worker()
    assert running.wait(timeout=200) == 0
    assert outliving(family) == []
    assert started_as(second.children(recursive=True), "bwrap") == []  # its rooms were closed
    graded = [e for e in events(told.read_text()) if e["event"] == "graded"]
    assert sorted(e["student"] for e in graded) == sorted(names) == sorted(gradebook_rows(mini))
    assert Verdict.NOT_GRADED not in {result.verdict for result in load_results(mini, A)}
    on_dask = comparable(mini)
    assert autograder(mini, "grade", A, "--regrade", "--students", "ada,bob,fay").returncode == 0
    assert comparable(mini) == on_dask


def test_nothing_of_dask_is_imported_without_a_scheduler() -> None:
    code = "import sys; import autograder.cli, autograder.class_run; sys.exit('distributed' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env={**os.environ}, check=False).returncode == 0
