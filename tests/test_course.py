"""A broken course.toml is one clear sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import Course, CourseError, load_course

GOOD = 'title = "T"\nrepository = "https://github.com/a/b"\n[assignments]\n01_a = { title = "A" }\n'


def write(tmp_path: Path, text: str) -> Path:
    (tmp_path / "course.toml").write_text(text)
    return tmp_path


def test_limits_are_defaults_then_course_then_assignment(tmp_path: Path) -> None:
    text = GOOD.replace('"A" }', '"A", limits = { processes = 7 } }\n02_b = {}')
    course = load_course(write(tmp_path, text + "[limits]\nprocesses = 9\ncpu_seconds = 11\n"))
    first, second = course.assignments
    assert (first.limits.processes, first.limits.cpu_seconds) == (7, 11)
    assert (second.limits.processes, second.title) == (9, "02_b")


def test_links_come_from_the_repository(tmp_path: Path) -> None:
    course = load_course(write(tmp_path, GOOD))
    assert course.install_url == "git+https://github.com/a/b@main"
    assert course.colab_url("01_a").endswith("/github/a/b/blob/main/notebooks/01_a/01_a.ipynb")
    assert course.db_url == f"sqlite:///{tmp_path.resolve()}/gradebook.db"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title = ", "not valid TOML"),
        ("title = 3\n[assignments]\na = {}", "title must be"),
        (GOOD[: GOOD.index("[assignments]")], "needs a table [assignments]"),
        (GOOD + "[limits]\nprocesess = 3\n", "'procesess' is not known"),
        (GOOD + "[limits]\nprocesses = 0\n", "positive"),
        (GOOD + "[limits]\nprocesses = true\n", "positive"),
        (GOOD.replace("01_a", '"../a"'), "letters"),
        (GOOD.replace('{ title = "A" }', "3"), "must be a table"),
        (GOOD.replace('"A" }', '"A", due = 3 }'), "due must be text"),
        (GOOD + '[feedback]\nhidden_test_names = "yes"\n', "hidden_test_names must be true or false"),
        (GOOD + "[feedback]\nhidden_tests = true\n", "'hidden_tests' is not known"),
        ("feedback = true\n" + GOOD, "[feedback] must be a table"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(CourseError) as error:
        load_course(write(tmp_path, text))
    assert words in str(error.value)
    assert "\n" not in str(error.value).strip() or "TOML" in str(error.value)


def test_no_course_here(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"No course\.toml"):
        load_course(tmp_path)


def test_unknown_assignment_lists_the_known(mini: Course) -> None:
    with pytest.raises(CourseError, match="01_mini"):
        mini.assignment("02_mini")
