"""The corpus of difficult submissions, against the real rooms.

For each: the points that its honest parts earn and no other, no hidden text in anything that people see, the same
result as before for an honest neighbour, and nothing left on the machine.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from difficult_corpus import FOLDER, KINDS, Difficult, corpus, read

from autograder.course import Course, load_course
from autograder.feedback import render_feedback
from autograder.grading import Graded, grade
from autograder.pool.job import preload_of
from autograder.release import generate, notebook_text
from autograder.results import Result
from autograder.rooms.server import RoomServer
from autograder.source import AssignmentSource, read_source

CORPUS = corpus()
REPOSITORY = FOLDER.parent.parent
# The tests alone know these. The lower-case `…-expected` is an argument, which the student's function is given.
SECRET = re.compile(r"canary-7c41-(?!expected)|CANARY-7C41|7306010151207412|7[.]30601")
MARK = "difficult-left"
LIVE_MARK = re.compile(r"<[^>]*difficult-html")  # as part of a tag, not as escaped text
SETTLE_SECONDS = 5.0
GRACE_SECONDS = 6.0
MEMORY_BYTES = 128 * 1024**2
NOTEBOOK_BYTES = 5 * 1024**2
SOME = 8  # one in so many is among the fast tests; all of them take minutes

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")


@dataclass
class Probe:
    """One assignment, its rooms, and what the honest neighbour got before any difficult submission."""

    source: AssignmentSource
    release: nbformat.NotebookNode
    course: Course
    rooms: RoomServer
    values: dict[str, str]
    temporary: Path
    before: str = ""

    def grade(self, file: Difficult) -> Graded:
        limits = self.course.assignment(self.source.name).limits
        if file.cell_seconds is not None:
            limits = replace(limits, cell_wall_seconds=file.cell_seconds)
        return grade(file.name, file.data(self.source, self.release, self.values), self.source, limits, self.rooms)

    def neighbour(self) -> str:
        """All that the neighbour gets, as text without times."""
        name = "neighbour_model_.py" if self.source.name == "02_probe_model" else "neighbour.py"
        graded = self.grade(read(FOLDER / name))
        assert graded.notebook is not None
        plain = json.dumps(_without_seconds(graded.result.to_json()), indent=1, sort_keys=True)
        return f"{plain}\n{notebook_text(graded.notebook)}"


@dataclass
class Traces:
    """What a submission could leave on the machine."""

    processes: Counter[str]
    mounts: Counter[tuple[str, ...]]
    run_files: Counter[str]
    descriptors: int
    memory_bytes: int
    marked: set[str] = field(default_factory=set)

    @classmethod
    def now(cls, folder: Path) -> Traces:
        own = psutil.Process()
        family = [own, *own.children(recursive=True)]
        return cls(
            processes=Counter(_command(process) for process in family),
            mounts=Counter(_mounts(process.pid) for process in family),
            run_files=Counter(re.sub(r"\d+", "N", str(path.relative_to(folder))) for path in folder.rglob("*")),
            descriptors=len(list(Path("/proc/self/fd").iterdir())),
            memory_bytes=own.memory_info().rss,
            marked=_marked([process.pid for process in family]),
        )

    def left(self, later: Traces) -> list[str]:
        """What is there later and was not now; empty if nothing is."""
        found = [f"{name}: {after - before}" for name, before, after in (
            ("processes", self.processes, later.processes),
            ("mounts", self.mounts, later.mounts),
            ("files of the rooms", self.run_files, later.run_files),
        ) if after - before]  # fmt: skip
        if later.descriptors > self.descriptors:
            found.append(f"{later.descriptors - self.descriptors} open files of the grader")
        if later.memory_bytes > self.memory_bytes + MEMORY_BYTES:
            found.append(f"{later.memory_bytes - self.memory_bytes} bytes of the grader's memory")
        return found + sorted(later.marked)


class MemoryWatch:
    """How much memory the largest of this process's descendants held in the meantime, seen every few milliseconds."""

    def __init__(self) -> None:
        self.peak_bytes = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> MemoryWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        own = psutil.Process()
        while not self._over.wait(0.03):
            for process in own.children(recursive=True):
                with suppress(psutil.Error):
                    self.peak_bytes = max(self.peak_bytes, process.memory_info().rss)


class Probes:
    """The warm rooms of this worker, started when first needed."""

    def __init__(self, folder: Path, temporary: Path, stack: ExitStack) -> None:
        self.folder, self.temporary, self.stack = folder, temporary, stack
        self.made: dict[str, Probe] = {}
        self.traces: Traces | None = None  # since the last rooms were started
        self.largest_bytes = 0  # of a process, when nobody does anything difficult
        self.contacts: list[str] = []
        self.values = {"COURSE": str(folder), "REPOSITORY": str(REPOSITORY), **self._listen()}

    def of(self, assignment: str) -> Probe:
        if assignment not in self.made:
            course = load_course(self.folder)
            source = read_source(course, assignment)
            rooms = self.stack.enter_context(
                RoomServer(course.assignment(assignment).limits, "bubblewrap", preload_of(source))
            )
            probe = Probe(source, generate(source), course, rooms, self.values, self.temporary)
            with MemoryWatch() as watch:
                probe.neighbour()
                probe.before = probe.neighbour()
            self.largest_bytes = max(self.largest_bytes, watch.peak_bytes)
            self.made[assignment] = probe
            self.traces = Traces.now(self.temporary)
        return self.made[assignment]

    def left(self) -> list[str]:
        """What is on the machine that was not there before; what is about to end has a moment to do so."""
        assert self.traces is not None
        end = time.monotonic() + SETTLE_SECONDS
        while (left := self.traces.left(Traces.now(self.temporary))) and time.monotonic() < end:
            time.sleep(0.05)
        return left

    def _listen(self) -> dict[str, str]:
        """Listeners on the host, which no submission may reach."""
        path, abstract = str(self.folder.parent / "listener"), f"difficult-{os.getpid()}"
        addresses: list[tuple[socket.AddressFamily, socket.SocketKind, Any]] = [
            (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            (socket.AF_UNIX, socket.SOCK_STREAM, path),
            (socket.AF_UNIX, socket.SOCK_STREAM, f"\0{abstract}"),
        ]
        ports = []
        for family, kind, address in addresses:
            listener = self.stack.enter_context(socket.socket(family, kind))
            listener.bind(address)
            if kind is socket.SOCK_STREAM:
                listener.listen()
            ports.append(str(listener.getsockname()[1]) if family is socket.AF_INET else "")
            threading.Thread(target=self._wait, args=(listener, repr(address)), daemon=True).start()
        return {"TCP": ports[0], "UDP": ports[1], "UNIX": path, "ABSTRACT": abstract}

    def _wait(self, listener: socket.socket, name: str) -> None:
        with suppress(OSError):
            while True:
                if listener.type is socket.SOCK_STREAM:
                    listener.accept()[0].close()
                else:
                    listener.recv(1)
                self.contacts.append(name)


@pytest.fixture(scope="session")
def probes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probes]:
    """A course folder with all that a submission must not see, and the rooms."""
    folder = tmp_path_factory.mktemp("difficult") / "course"
    shutil.copytree(FOLDER / "course", folder)
    (folder / "gradebook.db").write_text("canary-7c41-gradebook")
    other = folder / "submitted" / "neighbour" / "01_probe" / "01_probe.ipynb"
    other.parent.mkdir(parents=True)
    other.write_text("canary-7c41-submission")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setenv("AUTOGRADER_TEST_SECRET", "canary-7c41-environment")
        temporary = stack.enter_context(tempfile.TemporaryDirectory(prefix="rooms-of-tests-"))
        patch.setattr(tempfile, "tempdir", temporary)  # all that the grader itself writes
        yield Probes(folder, Path(temporary), stack)


def _parameters() -> list[Any]:
    # None says how long it takes: a test that ran apart from the others would find what came in between.
    models, slow = (pytest.mark.slow, pytest.mark.xdist_group("difficult models")), (pytest.mark.slow,)
    return [
        pytest.param(
            file,
            id=file.name,
            marks=models if file.assignment == "02_probe_model" else () if place % SOME == 0 else slow,
        )
        for place, file in enumerate(CORPUS)
    ]


@pytest.mark.parametrize("file", _parameters())
def test_it_gets_what_it_earns_and_leaves_nothing(file: Difficult, probes: Probes) -> None:
    probe = probes.of(file.assignment)
    with MemoryWatch() as watch:
        graded = probe.grade(file)
    _has_the_expected_result(file, probe, graded)
    _says_nothing_that_is_hidden(graded, probe)
    _has_a_notebook_that_can_be_stored(graded)
    limit = graded.result.limits["notebook_wall_seconds"]
    assert graded.result.seconds < limit + GRACE_SECONDS
    assert watch.peak_bytes < probes.largest_bytes + 2 * graded.result.limits["memory_bytes"]
    assert probe.neighbour() == probe.before
    assert not probes.contacts
    assert not probes.left()


def test_there_are_many_of_each_kind() -> None:
    counted = Counter(file.kind for file in CORPUS)
    assert set(counted) == set(KINDS)
    assert min(counted.values()) >= 12
    assert len(CORPUS) >= 64


def test_every_file_says_why() -> None:
    for path in FOLDER.glob("*.py"):
        assert len(path.read_text().split('"""')[1].strip().splitlines()[0]) > 20, path.name


def test_the_neighbour_finds_everything_as_it_was_after_all_others(probes: Probes) -> None:
    probe = probes.of("01_probe")
    assert {probe.neighbour() for _ in range(3)} == {probe.before}
    assert not probes.left()


# --- what is looked at


def _has_the_expected_result(file: Difficult, probe: Probe, graded: Graded) -> None:
    result = graded.result
    if file.submission is not None:
        assert (result.verdict, result.score) == (file.submission, 0.0), result.message
        return
    wrong = []
    for exercise in result.exercises:
        wanted = file.of(exercise.grade_id, exercise.max_points)
        if exercise.verdict not in wanted.verdicts or exercise.points != wanted.points:
            wanted_text = f"{'|'.join(wanted.verdicts)}, {wanted.points:g}"
            wrong.append(
                f"{exercise.grade_id}: {exercise.verdict}, {exercise.points:g} instead of {wanted_text}"
                f" ({exercise.message[:300]})"
            )
    shown = _shown(graded)
    wrong += [f"did not show {words!r}" for words in file.shows if words not in shown]
    assert not wrong, "\n".join([*wrong, "--- outputs", shown[-3000:]])
    assert result.score == sum(exercise.points for exercise in result.exercises)


def _says_nothing_that_is_hidden(graded: Graded, probe: Probe) -> None:
    plain = json.dumps(graded.result.to_json(), ensure_ascii=False, allow_nan=False)
    assert Result.from_json(json.loads(plain)) == graded.result
    page = render_feedback(
        graded.result, course_title="Course", assignment_title=probe.source.name, answers=graded.answers
    )
    for where, text in (("result", plain), ("feedback", page), ("outputs", _shown(graded))):
        found = SECRET.search(text)
        assert found is None, f"hidden text in the {where}: …{text[max(0, found.start() - 200) : found.end() + 100]}…"
    assert not LIVE_MARK.search(page)
    page.encode()


def _has_a_notebook_that_can_be_stored(graded: Graded) -> None:
    if graded.notebook is None:
        return
    text = notebook_text(graded.notebook)
    assert len(text.encode()) <= NOTEBOOK_BYTES
    nbformat.validate(nbformat.reads(text, as_version=4))
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in the stored notebook"))


def _shown(graded: Graded) -> str:
    """The outputs of all cells, as text."""
    if graded.notebook is None:
        return ""
    lines = []
    for cell in graded.notebook.cells:
        for output in cell.get("outputs", ()):
            lines.append(output.get("text", ""))
            lines.append("\n".join(output.get("traceback", ())))
            lines += [value if isinstance(value, str) else repr(value) for value in output.get("data", {}).values()]
    return "\n".join(line for line in lines if line)


def _without_seconds(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_seconds(item) for key, item in value.items() if key != "seconds"}
    return [_without_seconds(item) for item in value] if isinstance(value, list | tuple) else value


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline()[-3:])  # nothing for a room, which was forked and is no program of its own
    except psutil.Error:
        return "gone"


def _mounts(pid: int) -> tuple[str, ...]:
    try:
        lines = Path(f"/proc/{pid}/mountinfo").read_text().splitlines()
    except OSError:
        return ()
    return tuple(sorted(line.split()[4] for line in lines))


def _marked(pids: list[int]) -> set[str]:
    """Files with the mark in their name, on the host and as the running processes see their private folders."""
    here = ("/tmp", "/dev/shm", "/var/tmp", str(Path.home()), str(Path.cwd()))
    private = ("tmp", "dev/shm", "home/student", "var/tmp", "run")
    folders = [*here, *(f"/proc/{pid}/root/{name}" for pid in pids for name in private)]
    found = set()
    for folder in folders:
        with suppress(OSError):
            found |= {entry.path for entry in os.scandir(folder) if MARK in entry.name}
    return found
