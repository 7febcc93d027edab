"""A run at the worst moment: killed, a full disk, a locked gradebook, two at once, files that change."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from living import outliving
from many import A, autograder, command, comparable, events, gradebook_rows, hand_in, hand_in_class, notebook
from places import MINI

from autograder import class_run, classroom, files
from autograder.course import Course, CourseError, load_course
from autograder.course_lock import course_lock
from autograder.gradebook import entries, open_gradebook, register
from autograder.kept import Kept
from autograder.pool.job import Finished, Job, not_graded
from autograder.pool.stopping import Stop
from autograder.pool.workers import InThisProcess
from autograder.source import read_source
from autograder.submission import digest

pytestmark = pytest.mark.usefixtures("begun")
KILLS = 10


@pytest.mark.slow
def test_a_run_killed_at_ten_random_instants_ends_as_an_undisturbed_one(mini: Course, tmp_path: Path) -> None:
    names = hand_in_class(mini, 8)
    copy = tmp_path / "undisturbed"
    subprocess.run(["cp", "-r", str(mini.root), str(copy)], check=True)
    undisturbed = load_course(copy)
    started = time.monotonic()
    assert autograder(undisturbed, "grade", A).returncode == 0
    seconds = time.monotonic() - started

    rng, graded = random.Random(4), []
    told = mini.root / "events"
    for _ in range(KILLS):
        running = psutil.Popen(command(mini, "grade", A, "--events", str(told)))
        with_rooms: list[psutil.Process] = []
        try:
            running.wait(timeout=rng.uniform(0.1, 0.9) * seconds)
        except psutil.TimeoutExpired:
            with_rooms = running.children(recursive=True)
            running.send_signal(signal.SIGKILL)
            running.wait()
        assert outliving(with_rooms) == []
        graded += _graded_anew(told)
    assert autograder(mini, "grade", A, "--events", str(told)).returncode == 0
    graded += _graded_anew(told)
    assert len(graded) == len(set(graded))  # what was stored is not graded again
    assert sorted(result.student for result in classroom.load_results(mini, A)) == sorted(names)
    assert comparable(mini) == comparable(undisturbed)
    assert gradebook_rows(mini) == gradebook_rows(undisturbed)
    assert _notebooks(mini) == _notebooks(undisturbed)


def _graded_anew(told: Path) -> list[str]:
    found = []
    for line in told.read_text().splitlines() if told.exists() else []:
        event = json.loads(line)
        if event["event"] == "graded" and not event["kept"]:
            found.append(event["student"])
    told.unlink(missing_ok=True)
    return found


def _notebooks(course: Course) -> dict[str, str]:
    return {str(p.relative_to(course.root)): p.read_text() for p in course.autograded_folder.rglob("*.ipynb")}


# --- in this process: an engine without rooms


class Scene:
    """A course with submissions, and a run over it whose grading is made up."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.source = read_source(course, A)
        self.job = Job.of(course, self.source, "bubblewrap")
        self.kept = Kept(course, self.job)

    def grade(self, data: bytes) -> bytes:
        finished = not_graded(self.job, data, "", "")
        result = finished.result
        return Finished(type(result)(**{**vars(result), "verdict": "failed"}), "{}\n", {}).pack()

    def run(self) -> list[str]:
        """Grade and store, as the command does; the students in the order in which they were stored."""
        waiting = class_run.look_through(self.job, self.kept, classroom.select(self.course, A, None, []))
        stored = []
        with open_gradebook(self.course) as gradebook, InThisProcess(lambda _, data: self.grade(data)) as engine:
            for handed in class_run.grade_waiting(self.job, self.kept, waiting.waiting, engine, Stop()):
                classroom.store(self.course, self.source, handed.finished, gradebook)
                stored.append(handed.finished.result.student)
        return stored


@pytest.fixture(scope="module")
def gradebook_file(tmp_path_factory: pytest.TempPathFactory, empty_gradebook: Path) -> Path:
    """A gradebook that knows the assignment."""
    folder = tmp_path_factory.mktemp("registered") / "course"
    shutil.copytree(MINI, folder)
    shutil.copy(empty_gradebook, folder)
    course = load_course(folder)
    register(course, read_source(course, A))
    return folder / "gradebook.db"


@pytest.fixture
def scene(mini: Course, gradebook_file: Path) -> Scene:
    shutil.copy(gradebook_file, mini.root)
    for student in ("ada", "bob", "cy"):
        hand_in(mini, student, f"{{}} {student}".encode())
    return Scene(mini)


def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_written(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.fdopen

    def full(handle: int, mode: str) -> object:
        file = write(handle, mode)
        if len(list(scene.kept.path("").parent.glob("*.gz"))) == 2:  # after bob's is kept: his notebook
            file.write = _no_space
        return file

    monkeypatch.setattr(files.os, "fdopen", full)
    with pytest.raises(CourseError, match=r"cannot be written: No space left on device\. .* make room"):
        scene.run()
    monkeypatch.undo()
    assert not list(scene.course.root.rglob("*.tmp"))
    assert [result.student for result in classroom.load_results(scene.course, A)] == ["ada"]
    assert set(gradebook_rows(scene.course)) == {"ada"}
    assert len(list((scene.course.build_folder / "kept").rglob("*.gz"))) == 2
    assert scene.run() == ["cy"]  # bob's is kept, and the command stores that too


def _no_space(data: bytes) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small file system")
def test_a_disk_that_is_really_full_is_exit_code_2_and_the_next_run_goes_on(mini: Course) -> None:
    hand_in(mini, "ada", notebook(mini))
    mini.build_folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "small", str(mini.build_folder)], check=False)
    if mounted.returncode:
        pytest.skip("this container may not mount a file system")
    try:
        with contextlib.suppress(OSError), (mini.build_folder / "filler").open("wb", buffering=0) as filler:
            for _ in range(100):
                filler.write(bytes(1000))
        done = autograder(mini, "grade", A)
        assert done.returncode == 2 and "No space left on device" in done.stderr and "Traceback" not in done.stderr
        assert not list(mini.root.rglob("*.tmp"))
        subprocess.run(["mount", "-o", "remount,size=10m", str(mini.build_folder)], check=True)
        assert autograder(mini, "grade", A).returncode == 0
        assert gradebook_rows(mini)["ada"]["double-1"][0] == 2
    finally:
        subprocess.run(["umount", "-l", str(mini.build_folder)], check=True)


@pytest.mark.slow
def test_a_gradebook_locked_for_five_seconds_is_waited_for(scene: Scene) -> None:
    path = scene.course.db_url.removeprefix("sqlite:///")
    ready, held = threading.Event(), []

    def hold() -> None:
        with sqlite3.connect(path) as other:
            other.execute("BEGIN EXCLUSIVE")
            ready.set()
            time.sleep(5.5)
            held.append(time.monotonic())

    holder = threading.Thread(target=hold)
    holder.start()
    ready.wait()
    assert scene.run() == ["ada", "bob", "cy"]
    assert held and set(gradebook_rows(scene.course)) == {"ada", "bob", "cy"}
    holder.join()


def test_a_gradebook_that_stays_locked_is_one_sentence_and_loses_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.gradebook.LOCK_SECONDS", 0.1)
    scene.run()
    hand_in(scene.course, "dora", b"{} dora")
    with sqlite3.connect(scene.course.db_url.removeprefix("sqlite:///")) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(CourseError, match="database is locked"):
            scene.run()
    assert set(gradebook_rows(scene.course)) == {"ada", "bob", "cy"}


def test_a_kill_between_gradebook_and_result_file_still_asks_a_person_to_look_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.run()
    with open_gradebook(scene.course) as gradebook:
        row = gradebook.find_grade("written", A, A, "ada")
        row.manual_score, row.needs_manual_grade = 4.0, False
        gradebook.db.commit()
    before = classroom.load_result(scene.course, A, "ada")
    hand_in(scene.course, "ada", b"{} better")
    monkeypatch.setattr(classroom, "result_path", _killed)
    monkeypatch.setattr(classroom, "load_result", lambda *_: before)
    with pytest.raises(KeyboardInterrupt):
        scene.run()
    monkeypatch.undo()
    found = class_run.look_through(scene.job, scene.kept, classroom.select(scene.course, A, None, ["ada"]))
    (handed,) = found.ready
    with open_gradebook(scene.course) as gradebook:
        assert not classroom.is_stored(scene.course, scene.source, handed, entries(gradebook, A).get("ada"))
        classroom.store(scene.course, scene.source, handed.finished, gradebook)
        assert gradebook.find_grade("written", A, A, "ada").manual_score == 4.0
    after = classroom.load_result(scene.course, A, "ada")
    assert after is not None and after.receipt["submission"] == digest(b"{} better")


def _killed(*_: object) -> Path:
    raise KeyboardInterrupt


def test_a_submission_replaced_while_it_is_graded_is_graded_by_the_next_run(scene: Scene) -> None:
    first = f"{{}} {'ada'}".encode()
    grade = scene.grade

    def replace_and_grade(data: bytes) -> bytes:
        if data == first:
            hand_in(scene.course, "ada", b"{} new")
        return grade(data)

    scene.grade = replace_and_grade  # type: ignore[method-assign]
    scene.run()
    result = classroom.load_result(scene.course, A, "ada")
    assert result is not None and result.receipt["submission"] == digest(first)
    assert scene.run() == ["ada"]
    result = classroom.load_result(scene.course, A, "ada")
    assert result is not None and result.receipt["submission"] == digest(b"{} new")


def test_a_submission_taken_away_before_its_turn_is_a_verdict(scene: Scene) -> None:
    waiting = class_run.look_through(scene.job, scene.kept, classroom.select(scene.course, A, None, [])).waiting
    (scene.course.submitted_folder / "bob" / A / f"{A}.ipynb").unlink()
    with InThisProcess(lambda _, data: scene.grade(data)) as engine:
        found = list(class_run.grade_waiting(scene.job, scene.kept, waiting, engine, Stop()))
    assert {h.finished.result.student: h.finished.result.verdict.value for h in found}["bob"] == "malformed"


# --- two runs on one course


@pytest.fixture
def at_work(mini: Course) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the course until a line comes."""
    code = (
        "import sys; from pathlib import Path; from autograder.course import load_course\n"
        "from autograder.course_lock import course_lock\n"
        f"with course_lock(load_course(Path({str(mini.root)!r})), 'autograder grade {A}', wait=True, tell=print):\n"
        "    print('held', flush=True); sys.stdin.readline()"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], text=True, **pipes) as other:  # type: ignore[call-overload]
        assert other.stdout.readline() == "held\n"
        yield other
        other.kill()


def test_the_second_run_says_who_is_at_work_and_does_not_wait_if_told(
    mini: Course, at_work: subprocess.Popen[str]
) -> None:
    hand_in(mini, "ada", notebook(mini))
    done = autograder(mini, "grade", A, "--no-wait")
    assert done.returncode == 2
    said = " ".join(done.stderr.split())
    assert f"`autograder grade {A}` (process {at_work.pid} on" in said and "is at work on this course" in said
    assert not (mini.results_folder / A).exists()


def test_the_second_run_waits_for_the_first(mini: Course, at_work: subprocess.Popen[str]) -> None:
    said: list[str] = []
    entered = threading.Event()

    def second() -> None:
        with course_lock(mini, "second", wait=True, tell=said.append):
            entered.set()

    waiting = threading.Thread(target=second)
    waiting.start()
    while not said:
        time.sleep(0.01)
    assert not entered.wait(0.2) and "Waiting" in said[0]
    at_work.stdin.write("\n")  # type: ignore[union-attr]
    at_work.stdin.flush()  # type: ignore[union-attr]
    assert entered.wait(20)
    waiting.join()


def test_a_killed_run_leaves_the_course_free(mini: Course, at_work: subprocess.Popen[str]) -> None:
    at_work.kill()
    at_work.wait()
    with course_lock(mini, "next", wait=False, tell=print):
        pass


@pytest.mark.slow
def test_events_tell_a_program_how_it_went(mini: Course) -> None:
    hand_in(mini, "cy", b"%PDF")
    done = autograder(mini, "grade", A, "--events", "-")
    begin, graded, end = events(done.stdout)  # and nothing else on standard output
    assert done.returncode == 1
    assert (begin["event"], begin["schema"], begin["submissions"], begin["to_grade"]) == ("begin", 1, 1, 1)
    assert (graded["student"], graded["verdict"], graded["done"], graded["of"]) == ("cy", "malformed", 1, 1)
    assert (end["verdicts"], end["interrupted"]) == ({"malformed": 1}, False)


def test_events_that_cannot_be_written_are_one_sentence_and_exit_code_2(mini: Course) -> None:
    hand_in(mini, "cy", b"%PDF")
    done = autograder(mini, "grade", A, "--events", str(mini.root / "nowhere" / "events.jsonl"))
    assert done.returncode == 2
    assert "a folder that exists" in done.stderr and "Traceback" not in done.stderr
