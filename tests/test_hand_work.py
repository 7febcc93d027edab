"""What people do in the gradebook, and what the calendar does, reaches the student's page and the report."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from forms import as_colab
from html_page import problems, text
from places import MINI, ROOT

from autograder import classroom
from autograder.course import Course, load_course
from autograder.files import write_atomically
from autograder.gradebook import hand_work, open_gradebook
from autograder.results import Result
from autograder.rooms.server import RoomServer
from autograder.solutions import reference_notebook
from autograder.source import read_source

HALF = "def double(x):\n    return 2 * x if hasattr(x, 'shape') else 0"  # the test in plain sight passes: 2 of 5
pytestmark = pytest.mark.xdist_group("hand work")
DUE, HANDED_IN = "2027-01-31 12:00:00 UTC", "2027-02-01 15:20:30 UTC"


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory: pytest.TempPathFactory, empty_gradebook: Path) -> Course:
    """Ada's work is right; Bob's half right and a day late, and a person has looked at it."""
    folder = tmp_path_factory.mktemp("hand_work") / "course"
    shutil.copytree(MINI, folder)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    shutil.copy(empty_gradebook, folder)
    path = folder / "course.toml"
    text = path.read_text().replace('"Doubling" }', f'"Doubling", due = "{DUE}" }}')
    write_atomically(path, f"{text}[late]\npercent_per_day = 10\n")
    course = load_course(folder)
    source = read_source(course, "01_mini")
    for student, texts in {"ada": {}, "bob": {"double": HALF, "prediction": "prediction = 7"}}.items():
        folder = course.submitted_folder / student / "01_mini"
        write_atomically(folder / "01_mini.ipynb", as_colab(reference_notebook(source, texts)))
    write_atomically(course.submitted_folder / "bob" / "01_mini" / "timestamp.txt", HANDED_IN)
    files = classroom.select(course, "01_mini", None, [])
    with RoomServer(course.assignments[0].limits, "bubblewrap", ("numpy",)) as rooms:
        assert [r.score for r in classroom.grade_class(course, "01_mini", files, rooms)] == [6, 2]
    with open_gradebook(course) as gradebook:
        written = gradebook.find_grade("written", "01_mini", "01_mini", "bob")
        written.manual_score, written.needs_manual_grade = 3.5, False
        gradebook.find_comment("written", "01_mini", "01_mini", "bob").manual_comment = "Why <only> so?"
        gradebook.find_comment("double", "01_mini", "01_mini", "bob").manual_comment = "Try a plain number."
        hidden = gradebook.find_grade("double-2", "01_mini", "01_mini", "bob")
        hidden.manual_score = 1.0
        gradebook.db.commit()
    return course


@pytest.fixture
def graded(graded_once: Course, tmp_path: Path) -> Course:
    """A copy of that course, to change."""
    shutil.copytree(graded_once.root, tmp_path / "graded")
    return load_course(tmp_path / "graded")


def results(course: Course) -> tuple[Result, ...]:
    return classroom.load_results(course, "01_mini")


def page_of(course: Course, student: str) -> str:
    paths = classroom.write_feedback(course, "01_mini", results(course))
    page = next(path for path in paths if student in path.parts).read_text(encoding="utf-8")
    assert problems(page) == []
    return page


def test_points_comments_corrections_and_lateness_are_told_apart(graded: Course) -> None:
    with open_gradebook(graded) as gradebook:
        work = hand_work(gradebook, "01_mini", "bob", graded.assignment("01_mini").late)
        assert gradebook.find_submission("01_mini", "bob").score == 2 + 1 + 3.5
    assert (work.questions["written"].score, work.questions["written"].max_score) == (3.5, 5)
    assert set(work.questions) == {"written"} and not work.unanswered
    assert work.corrections == {"double-2": 1.0}
    assert work.comments == {"written": "Why <only> so?", "double": "Try a plain number."}
    assert (work.late_penalty, work.seconds_late) == (1.3, ((24 + 3) * 60 + 20) * 60 + 30)


def test_the_page_adds_up_as_the_gradebook_does(graded: Course) -> None:
    page = page_of(graded, "bob")
    seen = text(page)
    assert "5.2 / 11 points" in seen  # 2 + 1 + 3.5, less two started days
    assert "3 of 6 from the tests, 3.5 of 5 for written, 1.3 less for being late" in seen
    assert "late −1.3 handed in 1 day 3 hours after the due date" in seen
    card = BeautifulSoup(page, "html.parser").find(id="exercise-double").get_text()  # type: ignore[union-attr]
    assert "Try a plain number." in card
    assert "Points set by your teacher; the tests alone give 2." in card
    assert "Why <only> so?" in seen


def test_who_was_in_time_reads_nothing_of_it(graded: Course) -> None:
    assert "late" not in text(page_of(graded, "ada"))


def test_the_report_has_the_corrected_points(graded: Course) -> None:
    found = {r.student: r.score for r in classroom.corrected_results(graded, results(graded))}
    assert found == {"ada": 6, "bob": 3}
    assert classroom.all_manual_grades(graded, "01_mini", results(graded)) == {
        "ada": {"written": (None, 5.0)},
        "bob": {"written": (3.5, 5.0)},
    }


@pytest.mark.slow
def test_nbgraders_own_command_writes_the_same_page(graded: Course) -> None:
    ours = {student: page_of(graded, student) for student in ("ada", "bob")}
    command = [sys.executable, "-m", "nbgrader", "generate_feedback", "01_mini", "--force"]
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "JUPYTER_CONFIG_DIR": "/nonexistent"}
    done = subprocess.run(command, cwd=graded.root, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    for student, page in ours.items():
        path = graded.feedback_folder / student / "01_mini" / "01_mini.html"
        assert "GenerateFeedbackApp" in done.stderr and str(path) in done.stderr
        assert path.read_text(encoding="utf-8") == page


@pytest.mark.slow
def test_nbgraders_own_command_says_what_to_do_without_a_result(graded: Course) -> None:
    classroom.result_path(graded, "01_mini", "ada").unlink()
    command = [sys.executable, "-m", "nbgrader", "generate_feedback", "01_mini", "--student", "ada"]
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "JUPYTER_CONFIG_DIR": "/nonexistent"}
    done = subprocess.run(command, cwd=graded.root, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert "autograder grade 01_mini --students ada" in done.stderr


def test_an_empty_answer_waits_for_nobody(begun: Course) -> None:
    source = read_source(begun, "01_mini")
    path = begun.submitted_folder / "cy" / "01_mini" / "01_mini.ipynb"
    write_atomically(path, as_colab(reference_notebook(source, {"written": " "})))
    files = classroom.select(begun, "01_mini", None, [])
    with RoomServer(begun.assignments[0].limits, "bubblewrap", ("numpy",)) as rooms:
        list(classroom.grade_class(begun, "01_mini", files, rooms))
    with open_gradebook(begun) as gradebook:
        work = hand_work(gradebook, "01_mini", "cy")
    assert work.questions["written"].score == 0 and work.unanswered == {"written"}
    seen = text(page_of(begun, "cy"))
    assert "not answered" in seen and "teacher" not in seen
