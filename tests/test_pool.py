"""Engines map a function over tasks, whatever becomes of their workers; the grading of a class on them."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import engines
import psutil
import pytest
from living import command_line, outliving, started_as
from many import A, autograder, command, comparable, events, gradebook_rows, hand_in, hand_in_class, notebook

from autograder import class_run, classroom
from autograder.course import Course, CourseError
from autograder.kept import JOBS, Kept
from autograder.pool import job as jobs
from autograder.pool.job import Finished, Job, grade_submission, source_of
from autograder.pool.stopping import Stop
from autograder.pool.workers import InThisProcess, LocalWorkers, Lost
from autograder.results import Verdict
from autograder.source import read_source

# --- engines


def tasks(*words: str, more: tuple[str, ...] = ()) -> list[tuple[str, tuple[str, ...]]]:
    return [(word, (word, *more)) for word in words]


def test_every_task_comes_back_once_with_its_result() -> None:
    words = [str(number) for number in range(50)]
    with LocalWorkers(engines.echo, 2) as engine:
        found = list(engine.results(tasks(*words), Stop()))
    assert sorted(found) == sorted((word, word.encode()) for word in words)


def test_the_work_is_shared_and_a_process_does_many_tasks() -> None:
    with LocalWorkers(engines.who, 2) as engine:
        found = [bytes(pid) for _, pid in engine.results(tasks(*"abcdefghijkl"), Stop())]  # type: ignore[arg-type]
    assert len(set(found)) == 2 and str(os.getpid()).encode() not in found


def test_a_task_that_ends_two_workers_is_given_up_and_costs_nobody_else_anything() -> None:
    words = ["a", "deadly", *"bcdefgh"]
    with LocalWorkers(engines.deadly, 2) as engine:
        found = dict(engine.results(tasks(*words), Stop()))
    assert isinstance(found.pop("deadly"), Lost)
    assert found == {word: word.encode() for word in "abcdefgh"}


def test_a_task_whose_worker_died_once_is_done_by_another(tmp_path: Path) -> None:
    with LocalWorkers(engines.deadly_once, 2) as engine:
        found = dict(engine.results(tasks("a", "deadly", "b", "c", more=(str(tmp_path / "mark"),)), Stop()))
    assert found == {word: word.encode() for word in ("a", "deadly", "b", "c")}


def test_workers_killed_while_they_are_idle_or_start_are_replaced() -> None:
    with LocalWorkers(engines.echo, 2) as engine:
        for lane in engine._lanes:
            lane.process.kill()
        assert dict(engine.results(tasks("a", "b"), Stop())) == {"a": b"a", "b": b"b"}
        for lane in engine._lanes:
            lane.process.kill()
            lane.process.join()
        assert dict(engine.results(tasks("a", "b"), Stop())) == {"a": b"a", "b": b"b"}


@pytest.mark.parametrize("make", [InThisProcess, lambda function: LocalWorkers(function, 2)])
def test_what_the_function_raises_is_raised_here(make) -> None:
    with pytest.raises(ValueError, match="a"), make(engines.broken) as engine:
        list(engine.results(tasks("a"), Stop()))


def test_leaving_early_ends_the_workers_at_once() -> None:
    before = time.monotonic()
    with LocalWorkers(engines.slow, 2) as engine:
        stop = Stop()
        threading.Timer(0.5, lambda: setattr(stop, "asked", True)).start()
        assert list(engine.results(tasks("a", "b", "c"), stop)) == []
        processes = [lane.process for lane in engine._lanes]
    assert time.monotonic() - before < 30
    assert not any(process.is_alive() for process in processes)


@pytest.mark.slow  # the scheduler is waited for
def test_an_unknown_scheduler_is_one_sentence(mini: Course) -> None:
    hand_in_class(mini, 1)
    done = autograder(mini, "grade", A, "--scheduler", "tcp://127.0.0.1:1")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "No Dask scheduler answers at tcp://127.0.0.1:1" in done.stderr


# --- the pure function


def job_of(course: Course, **options: bool) -> Job:
    return Job.of(course, read_source(course, A), "bubblewrap", **options)


def test_a_worker_reads_the_very_source_that_was_sent(mini: Course) -> None:
    source = read_source(mini, A)
    assert source_of(job_of(mini)).digest == source.digest


def test_a_worker_that_is_another_grader_refuses(mini: Course) -> None:
    other = Job(**{**vars(job_of(mini)), "grader": "0" * 64})
    with pytest.raises(CourseError, match="another version of the grader"):
        grade_submission(other, notebook(mini))


@pytest.mark.slow
def test_the_environment_is_the_same_whatever_was_imported() -> None:
    code = "{}; from autograder.receipts import environment_digest as digest; print(digest())"
    found = {
        subprocess.run([sys.executable, "-c", code.format(first)], capture_output=True, check=True).stdout
        for first in ("import os", "import setuptools, nbgrader.api")
    }
    assert len(found) == 1


def test_a_fault_of_the_grader_costs_one_submission_and_shows_the_student_nothing(
    mini: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("canary-5b1e-hidden")

    monkeypatch.setattr(jobs, "grade", fail)
    monkeypatch.setattr(jobs, "_rooms_of_this_thread", lambda job: None)
    finished = Finished.unpack(grade_submission(job_of(mini), notebook(mini)))
    assert finished.result.verdict is Verdict.NOT_GRADED
    assert "canary" in finished.trouble and "canary" not in str(finished.result)


# --- kept results


def a_result(course: Course) -> tuple[Kept, str, bytes]:
    job = job_of(course)
    finished = jobs.not_graded(job, b"data", "", "")
    return Kept(course, job), finished.result.receipt["submission"], finished.pack()


def test_a_kept_result_comes_back_as_it_was(mini: Course) -> None:
    kept, name, packed = a_result(mini)
    assert kept.load(name) is None
    kept.save(name, packed)
    assert kept.load(name) == Finished.unpack(packed)


def test_whatever_becomes_of_a_kept_file_it_is_right_or_not_there(mini: Course) -> None:
    kept, name, packed = a_result(mini)
    kept.save(name, packed)
    whole, right = kept.path(name).read_bytes(), Finished.unpack(packed)
    rng = random.Random(1)
    for _ in range(200):
        damaged = bytearray(whole)
        damaged[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        kept.path(name).write_bytes(bytes(damaged))
        assert kept.load(name) in (None, right)
    for length in range(0, len(whole), 7):
        kept.path(name).write_bytes(whole[:length])
        assert kept.load(name) is None
    kept.path("f" * 64).write_bytes(whole)
    assert kept.load("f" * 64) is None  # another submission's


def test_old_versions_are_forgotten(mini: Course) -> None:
    kept, name, packed = a_result(mini)
    for number in range(JOBS + 2):
        (mini.build_folder / "kept" / A / f"old{number}").mkdir(parents=True)
    kept.save(name, packed)
    kept.forget_old()
    assert kept.load(name) is not None
    assert len(list((mini.build_folder / "kept" / A).iterdir())) == JOBS


def test_the_key_names_all_that_a_result_depends_on(mini: Course) -> None:
    job = job_of(mini)
    others = [
        Job(**{**vars(job), **change})
        for change in (
            {"source": job.source + " "}, {"sandbox": "none"}, {"figures": True}, {"grader": ""}, {"environment": ""},
            {"limits": type(job.limits)(cell_wall_seconds=1)}, {"assignment": "b"},
        )
    ]  # fmt: skip
    assert len({job.key, *(other.key for other in others)}) == 8
    assert Job(**{**vars(job), "hidden": ("/elsewhere",)}).key == job.key


# --- a class


@pytest.mark.slow
@pytest.mark.usefixtures("begun")
def test_the_same_class_gives_the_same_bytes_in_any_order_on_any_number_of_workers(mini: Course) -> None:
    hand_in_class(mini)
    found = []
    for options in (
        ("--workers", "1"),
        ("--workers", "2"),
        ("--workers", "2", "--students", "fay,gil,dan,eve,cleo,bob,ada"),
    ):
        done = autograder(mini, "grade", A, "--regrade", "--events", "-", *options)
        assert done.returncode == 0, done.stderr
        assert not any(event["kept"] for event in events(done.stdout) if event["event"] == "graded")
        found.append((comparable(mini), gradebook_rows(mini)))
    assert found[0] == found[1] == found[2]
    source = read_source(mini, A)
    files = list(reversed(classroom.select(mini, A, None, [])))
    with classroom.rooms_for(mini, source, "bubblewrap") as rooms:
        backwards = {r.student: r.comparable() for r in classroom.grade_class(mini, A, files, rooms)}
    for result in classroom.load_results(mini, A):
        mine = backwards[result.student]
        assert mine.exercises == result.comparable().exercises and mine.receipt.items() <= result.receipt.items()


@pytest.mark.slow
@pytest.mark.usefixtures("begun")
def test_a_second_run_grades_only_what_changed_and_mends_what_is_missing(mini: Course) -> None:
    hand_in_class(mini, 3)
    first = autograder(mini, "grade", A, "--events", "-")
    told = events(first.stdout)
    assert [e["event"] for e in told] == ["begin", "graded", "graded", "graded", "end"]
    rows, texts = gradebook_rows(mini), comparable(mini)
    hand_in(mini, "bob", notebook(mini, prediction="prediction = 2 + 2"))
    classroom.result_path(mini, A, "ada").write_text("{")  # a torn file
    with classroom.open_gradebook(mini) as gradebook:  # a gradebook from before the last submission
        gradebook.remove_submission(A, "cleo")
    second = events(autograder(mini, "grade", A, "--events", "-").stdout)
    kept = {e["student"]: e["kept"] for e in second if e["event"] == "graded"}
    assert kept == {"ada": True, "bob": False, "cleo": True}
    again = gradebook_rows(mini)
    assert (again["ada"], again["cleo"]) == (rows["ada"], rows["cleo"]) and again["bob"] != rows["bob"]
    hand_in(mini, "bob", notebook(mini, double="def double(x):\n    return x"))
    third = autograder(mini, "grade", A, "--events", str(mini.build_folder / "events"))
    assert "3 of 3 had not changed" in third.stdout  # bob handed in what was graded once
    assert comparable(mini) == texts


@pytest.mark.slow
@pytest.mark.usefixtures("begun")
def test_a_killed_worker_and_a_killed_fork_server_cost_nothing(mini: Course) -> None:
    names = hand_in_class(mini, 12)
    running = psutil.Popen(command(mini, "grade", A, "--workers", "2", "--events", str(mini.root / "events")))
    told = mini.root / "events"
    while not told.exists() or told.read_text().count('"graded"') < 2:
        assert running.poll() is None
        time.sleep(0.02)
    workers = [p for p in running.children() if "spawn_main" in " ".join(command_line(p))]
    assert len(workers) == 2
    family = workers[0].children(recursive=True)
    workers[0].kill()
    inside = started_as(workers[1].children(recursive=True), "python")
    next(p for p in inside if "autograder.rooms.forkserver" in command_line(p)).kill()
    assert running.wait(timeout=120) == 0
    assert outliving(family) == []
    assert sorted(result.student for result in classroom.load_results(mini, A)) == sorted(names)
    assert Verdict.NOT_GRADED not in {result.verdict for result in classroom.load_results(mini, A)}
    assert len(gradebook_rows(mini)) == 12


@pytest.mark.slow
@pytest.mark.usefixtures("begun")
def test_an_interrupt_of_the_whole_terminal_stores_what_is_finished(mini: Course) -> None:
    hand_in_class(mini, 6)
    hand_in(mini, "zed", notebook(mini, double="def double(x):\n    while True: pass"))
    told = mini.root / "events"
    running = psutil.Popen(
        command(mini, "grade", A, "--workers", "2", "--events", str(told)), stderr=-1, text=True, start_new_session=True
    )
    while not told.exists() or told.read_text().count('"graded"') < 2:
        assert running.poll() is None
        time.sleep(0.02)
    family = running.children(recursive=True)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130 and "of 7 are graded and stored" in said and "Traceback" not in said, said
    finished = [e["student"] for e in events(told.read_text()) if e["event"] == "graded"]
    assert sorted(finished) == [result.student for result in classroom.load_results(mini, A)]
    assert sorted(finished) == sorted(gradebook_rows(mini))
    assert outliving(family) == []


def test_one_worker_or_one_submission_starts_no_pool(mini: Course) -> None:
    job = job_of(mini)
    assert isinstance(class_run.engine_for(job, 1, 4, None), InThisProcess)
    assert isinstance(class_run.engine_for(job, 9, 1, None), InThisProcess)
    assert isinstance(class_run.engine_for(job, 0, 4, "tcp://nowhere:1"), InThisProcess)
