"""From files to results, gradebook, autograded notebooks and exit codes, in the real rooms."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from forms import as_colab, as_jupyterlab
from places import AUTOGRADER, MINI, ROOT

from autograder import classroom, cli
from autograder.course import Course, load_course
from autograder.files import write_atomically
from autograder.gradebook import manual_grades, open_gradebook
from autograder.grading import Graded, grade
from autograder.release import generate
from autograder.results import Result, Verdict
from autograder.rooms.server import RoomServer
from autograder.solutions import reference_notebook
from autograder.source import AssignmentSource, read_source

pytestmark = pytest.mark.xdist_group("grading")  # in one process, so that the class is graded once


@pytest.fixture(scope="module")
def rooms() -> Iterator[RoomServer]:
    limits = load_course(MINI).assignment("01_mini").limits
    with RoomServer(limits, "bubblewrap", ("numpy",)) as server:
        yield server


@pytest.fixture(scope="module")
def source() -> AssignmentSource:
    return read_source(load_course(MINI), "01_mini")


def graded(source: AssignmentSource, rooms: RoomServer, **texts: str) -> Graded:
    limits = load_course(MINI).assignment("01_mini").limits
    return grade("ada", as_colab(reference_notebook(source, texts)), source, limits, rooms)


def verdicts(result: Result) -> dict[str, tuple[Verdict, float]]:
    return {e.grade_id: (e.verdict, e.points) for e in result.exercises}


def test_the_reference_earns_every_automatic_point(source: AssignmentSource, rooms: RoomServer) -> None:
    result = graded(source, rooms).result
    assert (result.verdict, result.score, result.max_score) == (Verdict.PASSED, 6, 6)
    assert Result.from_json(json.loads(json.dumps(result.to_json()))) == result


def test_jupyterlabs_form_and_colabs_form_give_the_same_result(source: AssignmentSource, rooms: RoomServer) -> None:
    limits = load_course(MINI).assignment("01_mini").limits
    notebook = reference_notebook(source, {"double": "def double(x):\n    return x + x"})
    one, other = (grade("a", form(notebook), source, limits, rooms).result for form in (as_colab, as_jupyterlab))
    assert verdicts(one) == verdicts(other)
    assert one.score == 6


def test_the_release_as_it_is_earns_nothing(source: AssignmentSource, rooms: RoomServer) -> None:
    limits = load_course(MINI).assignment("01_mini").limits
    result = grade("ada", as_jupyterlab(generate(source)), source, limits, rooms).result
    assert (result.verdict, result.score) == (Verdict.MISSING, 0)


@pytest.mark.parametrize(
    ("text", "verdict", "points", "words"),
    [
        ("def double(x):\n    return x", Verdict.FAILED, 0, "should be [0 2 4]"),
        (
            "def double(x):\n    return 2 * x if hasattr(x, 'shape') else 0",
            Verdict.FAILED,
            2,
            "A further check",
        ),
        ("def double(x):\n    return nothing", Verdict.ERROR, 0, "nothing"),
        ("def double(x)\n    return 2 * x", Verdict.ERROR, 0, "SyntaxError"),
        (
            "import nothing_of_this_name\ndef double(x):\n    return 2 * x",
            Verdict.ERROR,
            0,
            "nothing_of_this_name",
        ),
        ("def double(x):\n    raise NotImplementedError()", Verdict.MISSING, 0, "Not written"),
        ("", Verdict.MISSING, 0, "Not written"),
        pytest.param("def double(x):\n    while True: pass", Verdict.TIMEOUT, 0, "", marks=pytest.mark.slow),
        ("import os\ndef double(x):\n    os._exit(0)", Verdict.KILLED, 0, ""),
        ("import os\nos._exit(0)", Verdict.KILLED, 0, ""),
        ("def double(x):\n    class A: pass\n    return A()", Verdict.REFUSED, 0, ""),
    ],
)
def test_each_way_to_fail_has_its_verdict_and_costs_its_own_exercise_only(
    source: AssignmentSource, rooms: RoomServer, text: str, verdict: Verdict, points: float, words: str
) -> None:
    prediction = "prediction = double(2)" if points == 6 else "prediction = 4"
    limits = load_course(MINI).assignment("01_mini").limits
    notebook = reference_notebook(source, {"double": text, "prediction": prediction})
    # the last exercise's own test calls double(2); here only its own answer shall count
    result = grade("ada", as_jupyterlab(notebook), source, limits, rooms).result
    found = result.exercises[0]
    if verdict is Verdict.REFUSED and found.verdict is Verdict.FAILED:  # an opaque handle is compared and is wrong
        verdict = Verdict.FAILED
    assert (found.verdict, found.points) == (verdict, points), found
    assert words in found.message + (found.tests[0].traceback or "")


def test_no_hidden_text_reaches_the_student(source: AssignmentSource, rooms: RoomServer) -> None:
    outcome = graded(source, rooms, double="def double(x):\n    return x if not hasattr(x, 'shape') else 2 * x")
    assert "canary-5b1e-hidden" not in json.dumps(outcome.result.to_json())


def test_the_students_own_output_is_kept_for_people(source: AssignmentSource, rooms: RoomServer) -> None:
    outcome = graded(source, rooms, prediction="print('I think so')\nprediction = 4")
    assert outcome.notebook is not None
    assert "I think so" in json.dumps(outcome.notebook)


# --- a class, from files to the gradebook


def hand_in(course: Course, student: str, data: bytes) -> None:
    write_atomically(course.submitted_folder / student / "01_mini" / "01_mini.ipynb", data)


def autograder(course: Course, *arguments: str, seconds: float = 300) -> subprocess.CompletedProcess[str]:
    command = [AUTOGRADER, "--course", str(course.root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)


@pytest.fixture(scope="module")
def graded_class(tmp_path_factory: pytest.TempPathFactory, source: AssignmentSource) -> Course:
    """A class of five that the command has graded, beginning without a gradebook; `out.json` is what it wrote."""
    folder = tmp_path_factory.mktemp("class") / "course"
    shutil.copytree(MINI, folder)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    course = load_course(folder)
    hand_in(course, "ada", as_colab(reference_notebook(source)))
    hand_in(course, "bob", as_jupyterlab(reference_notebook(source, {"double": "def double(x): return x"})))
    hand_in(course, "cy", b"%PDF")
    hand_in(course, "dora", b"")
    (course.submitted_folder / "eve").mkdir()
    done = autograder(course, "grade", "01_mini", "--json", str(folder / "out.json"))
    assert done.returncode == 1, done.stderr
    return course


@pytest.fixture
def class_of_five(graded_class: Course, tmp_path: Path) -> Course:
    """A copy of it, to change."""
    shutil.copytree(graded_class.root, tmp_path / "class")
    return load_course(tmp_path / "class")


def test_a_class_with_broken_files_is_graded_to_the_end(class_of_five: Course) -> None:
    document = json.loads((class_of_five.root / "out.json").read_text())
    assert (document["schema"], document["assignment"]) == (1, "01_mini")
    found = {r["student"]: (r["verdict"], r["score"]) for r in document["results"]}
    assert found == {
        "ada": ("passed", 6), "bob": ("failed", 0), "cy": ("malformed", 0),
        "dora": ("malformed", 0), "eve": ("missing", 0),
    }  # fmt: skip
    with open_gradebook(class_of_five) as gradebook:
        assert {s.student_id: s.score for s in gradebook.assignment_submissions("01_mini")} == {
            "ada": 6, "bob": 0, "cy": 0, "dora": 0, "eve": 0,
        }  # fmt: skip
        assert manual_grades(gradebook, "01_mini", "ada")["written"].score is None
        assert manual_grades(gradebook, "01_mini", "eve")["written"].score == 0
    assert autograder(class_of_five, "feedback", "01_mini").returncode == 0
    assert len(list(class_of_five.feedback_folder.rglob("*.html"))) == 5
    assert "canary-5b1e-hidden" not in "".join(p.read_text() for p in class_of_five.feedback_folder.rglob("*.html"))
    assert autograder(class_of_five, "report", "01_mini").returncode == 0
    assert "bob" in (class_of_five.build_folder / "reports" / "01_mini.html").read_text()


@pytest.mark.slow
def test_only_the_named_students_are_graded_and_hand_given_points_stay(class_of_five: Course) -> None:
    with open_gradebook(class_of_five) as gradebook:
        grade_row = gradebook.find_grade("written", "01_mini", "01_mini", "ada")
        grade_row.manual_score, grade_row.needs_manual_grade = 4.0, False
        gradebook.db.commit()
    out = class_of_five.root / "ada.json"
    command = ("grade", "01_mini", "--regrade", "--students", "ada", "--json", str(out))
    assert autograder(class_of_five, *command).returncode == 0
    assert [r["student"] for r in json.loads(out.read_text())["results"]] == ["ada"]
    with open_gradebook(class_of_five) as gradebook:
        submission = gradebook.find_submission("01_mini", "ada")
        assert (submission.score, submission.needs_manual_grade) == (10, False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("grade", "02_nothing"), "There is no assignment '02_nothing'"),
        (("grade", "01_mini"), "No submissions in"),
        (("grade", "01_mini", "--students", "zoe"), "zoe"),
        (("grade", "01_mini", "--sandbox", "glass"), "glass"),
        (("feedback", "01_mini"), "Nothing has been graded"),
        (("report", "01_mini"), "Nothing has been graded"),
        (("quality", "01_mini", "--misconceptions", "/nonexistent.py"), "no file"),
        (("release", "03_x"), "03_x"),
        (("frobnicate",), "No such command"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_2(
    mini: Course, arguments: tuple[str, ...], words: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """In this process, which saves a second each; the next test asks the shell's exit code."""
    if "glass" in arguments:
        hand_in(mini, "ada", b"{}")
    monkeypatch.setattr(sys, "argv", ["autograder", "--course", str(mini.root), *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert words in " ".join(said.split())
    assert "Traceback" not in said


def test_a_broken_course_file_is_exit_code_2(mini: Course) -> None:
    (mini.root / "course.toml").write_text("title = ")
    done = autograder(mini, "release")
    assert done.returncode == 2
    assert "not valid TOML" in done.stderr


@pytest.mark.slow
def test_an_interrupt_keeps_what_is_graded_and_is_exit_code_130(begun: Course, source: AssignmentSource) -> None:
    hand_in(begun, "ada", as_colab(reference_notebook(source)))
    hand_in(begun, "bob", as_colab(reference_notebook(source, {"double": "def double(x):\n    while True: pass"})))
    settings = begun.root / "course.toml"
    settings.write_text(settings.read_text().replace("cell_wall_seconds = 5", "cell_wall_seconds = 60"))
    command = [AUTOGRADER, "--course", str(begun.root), "grade", "01_mini"]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    stored = classroom.result_path(begun, "01_mini", "ada")
    while not stored.exists():
        assert running.poll() is None
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "of 2 are graded and stored" in told
    assert classroom.load_result(begun, "01_mini", "ada") is not None
    assert not list(begun.root.rglob("*.tmp"))


@pytest.mark.slow
def test_simulation_and_quality_of_the_small_course(mini: Course, tmp_path: Path) -> None:
    assert autograder(mini, "simulate", "01_mini", "--students", "4", "--seed", "3").returncode == 0
    first = {p: p.read_bytes() for p in mini.submitted_folder.rglob("*.ipynb")}
    assert len(first) == 4
    assert autograder(mini, "simulate", "01_mini", "--students", "4", "--seed", "3").returncode == 0
    assert {p: p.read_bytes() for p in mini.submitted_folder.rglob("*.ipynb")} == first
    assert autograder(mini, "simulate", "01_mini", "--students", "4", "--seed", "4").returncode == 2
    done = autograder(mini, "quality", "01_mini", "--json", str(tmp_path / "q.json"))
    assert done.returncode == 1  # one misconception's hint is never printed
    found = json.loads((tmp_path / "q.json").read_text())
    assert found["reference"] == {"score": 6, "max_score": 6}
    assert found["blank"] == {"score": 0}
    table = {m["name"]: (m["exercise"], m["rejected"], m["hinted"]) for m in found["misconceptions"]}
    assert table == {
        "square": ("double", True, True),
        "no_return": ("double", True, None),
        "unhinted": ("double", True, False),
        "five": ("prediction", True, None),
    }
    brief = autograder(mini, "quality", "01_mini", "--until-named", "--json", str(tmp_path / "brief.json"))
    assert json.loads((tmp_path / "brief.json").read_text()) == found
    points = [re.findall(r"^ *\w+ +(\w+) +([\d.]+/\d+) ", run.stdout, re.MULTILINE) for run in (done, brief)]
    assert dict(points[0]) == {"square": "0/5", "no_return": "0/5", "unhinted": "0/5", "five": "0/1"}
    assert dict(points[1]) == {"unhinted": "0/5", "five": "0/1"}  # of the others, the second test was not run


def test_results_on_disk_survive_and_old_schemas_are_refused(mini: Course) -> None:
    assert classroom.load_result(mini, "01_mini", "ada") is None
    write_atomically(classroom.result_path(mini, "01_mini", "ada"), '{"schema": 99}')
    assert classroom.load_result(mini, "01_mini", "ada") is None
