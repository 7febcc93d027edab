"""Nothing of a hidden test reaches the student: no text, no expected value, not even through their own exceptions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from forms import as_colab
from html_page import text
from hypothesis import given
from hypothesis import strategies as st

from autograder import classroom
from autograder.course import Course, load_course
from autograder.feedback import render_feedback
from autograder.files import write_atomically
from autograder.hidden import NOTE, Secrets, error_in_hidden_test, joined
from autograder.results import TestResult, Verdict
from autograder.rooms.server import RoomServer
from autograder.solutions import reference_notebook
from autograder.source import parse_source, read_source

OWN = joined(
    [
        'def double(x):\n    if x is None:\n        raise ValueError("a number is needed")\n    y = int(x)\n',
        'def helper(x):\n    raise ValueError(f"cannot double {x}")\n',
        "this is not Python",
    ]
)


def trace(line: str, error: str, name: str = "double") -> str:
    return f"  line 4, in {name}\n    {line}\n{error}\n"


@pytest.mark.parametrize(
    ("line", "error", "message"),
    [
        ('raise ValueError("a number is needed")', "ValueError: a number is needed", "ValueError: a number is needed"),
        ("y = int(x)", "ValueError: invalid literal for int() with base 10: 'canary'",
         f"ValueError: invalid literal for int() with base …: '…' {NOTE}"),
        ("y = int(x)", "IndexError: index 5 is out of bounds for axis 0 with size 5",
         f"IndexError: index … is out of bounds for axis … with size … {NOTE}"),
        ("y = int(x)", "ValueError: shapes (2,3) (1.5,4e-7)", f"ValueError: shapes (…,…) (…,…) {NOTE}"),
        ("y = int(x)", "AttributeError: 'list' object has no attribute 'y'",
         "AttributeError: 'list' object has no attribute 'y'"),
        ("y = int(x)", "TypeError: float64 is float64", "TypeError: float64 is float64"),
        ('raise ValueError(f"cannot double {x}")', "ValueError: cannot double canary-7",
         f"ValueError: cannot double …-… {NOTE}"),
        ("y = int(x)", "ZeroDivisionError", "ZeroDivisionError"),
        ("y = int(x)", "Canary: 3", f"An error. {NOTE}"),
    ],
)  # fmt: skip
def test_an_error_keeps_its_words_and_loses_its_values(line: str, error: str, message: str) -> None:
    told, traceback = error_in_hidden_test(trace(line, error), OWN)
    assert told == message
    assert traceback == f"  line 4, in double\n    {line}\n{message}"


def test_only_lines_that_the_student_wrote_are_frames() -> None:
    forged = "  line 4, in canary\n    canary\n  line 2, in double\nValueError: canary"
    told, traceback = error_in_hidden_test(forged, OWN)
    assert "canary" not in told + traceback
    more = "  … 900 more calls\n  line 4, in double\n    canary = 3\nRecursionError: deep"
    assert "canary" not in error_in_hidden_test(more, OWN)[1]


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=200))
def test_no_number_that_was_given_is_told(anything: str) -> None:
    for line in ("y = int(x)", 'raise ValueError(f"cannot double {x}")'):
        told, _ = error_in_hidden_test(trace(line, f"ValueError: {anything} 731 {anything}"), OWN)
        assert not re.search(r"(?<!\w)731(?!\w)", told)


@given(st.text("abcdefgh-", min_size=9, max_size=30))
def test_no_word_that_was_given_is_told_by_an_own_raise(word: str) -> None:
    told, _ = error_in_hidden_test(trace('raise ValueError(f"cannot double {x}")', f"ValueError: cannot {word}"), OWN)
    assert word.strip("-") not in told or not word.strip("-")


# --- in the real rooms, to the very page

HIDDEN = """### BEGIN HIDDEN TESTS
canary_name = "canary-9d2f-argument"  # canary-9d2f-comment
assert double([canary_name, 62951413]) == [canary_name, 62951413, "canary-9d2f-expected"], "canary-9d2f-message"
### END HIDDEN TESTS"""
SECRET = re.compile(r"canary|62951413|9d2f", re.IGNORECASE)
ON_LIST = "def double(x):\n    if isinstance(x, list):\n        {}\n    return 2 * x"
ON_NUMBER = (
    "kept = []\n\n\ndef double(x):\n    kept.append(x)\n    if isinstance(x, int):\n        {}\n    return 2 * x"
)
NAME = "x[0].replace('-', '_')"
ECHOES = {
    "raises what it was given": ON_LIST.format("raise ValueError(x)"),
    "raises it in a sentence": ON_LIST.format("raise KeyError(f'no {x[0]} of {x[1]}')"),
    "lets Python say it": ON_LIST.format("int(x[0])"),
    "lets Python show the key": ON_LIST.format("{}[x[0]]").replace("{}[", "dict()["),
    "asserts it": ON_LIST.format("assert False, x"),
    "has an exception of that name": ON_LIST.format(f"raise type({NAME}, (Exception,), dict())(x[1])"),
    "has a function of that name": ON_LIST.format(f"exec('def ' + {NAME} + '(): raise ValueError\\n' + {NAME} + '()')"),
    "returns it": ON_LIST.format("return x"),
    "leaves it out": ON_LIST.format("raise NotImplementedError(x)"),
    "ends on it": ON_LIST.format("print(x); __import__('os')._exit(1)"),
    "keeps it and raises it in a test that is seen": ON_NUMBER.format("raise ValueError(f'{kept}')"),
    "keeps it and returns it in a test that is seen": ON_NUMBER.format("return str(kept)"),
}


@pytest.fixture(scope="module")
def canaries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Course, RoomServer]]:
    """The small course with a hidden test full of canaries, and rooms for it."""
    import shutil

    from places import MINI

    folder = tmp_path_factory.mktemp("canary") / "course"
    shutil.copytree(MINI, folder)
    path = folder / "source" / "01_mini" / "01_mini.py"
    source = path.read_text()
    start, end = source.index("### BEGIN HIDDEN"), source.index("### END HIDDEN TESTS") + len("### END HIDDEN TESTS")
    path.write_text(source[:start] + HIDDEN + source[end:])
    course = load_course(folder)
    with RoomServer(course.assignments[0].limits, "bubblewrap", ("numpy",)) as rooms:
        yield course, rooms


@pytest.mark.parametrize("code", ECHOES.values(), ids=[name.replace(" ", "-") for name in ECHOES])
def test_no_canary_is_in_any_result_or_page(canaries: tuple[Course, RoomServer], code: str) -> None:
    course, rooms = canaries
    source = read_source(course, "01_mini")
    limits = course.assignments[0].limits
    graded = classroom.grade("ada", as_colab(reference_notebook(source, {"double": code})), source, limits, rooms)
    double = graded.result.exercises[0]
    assert double.points < double.max_points
    assert double.tests[1].verdict is not Verdict.PASSED, "the hidden test was not reached"
    result = json.dumps(graded.result.to_json())
    assert not SECRET.search(result), result
    for names in (False, True):
        page = render_feedback(
            graded.result, course_title="C", assignment_title="A", answers=graded.answers, hidden_test_names=names
        )
        assert not SECRET.search(page)


def test_the_name_of_a_hidden_test_is_told_only_where_the_course_allows_it(
    canaries: tuple[Course, RoomServer],
) -> None:
    course, rooms = canaries
    source = read_source(course, "01_mini")
    notebook = reference_notebook(source, {"double": "def double(x):\n    return 2 * x[()]"})
    graded = classroom.grade("ada", as_colab(notebook), source, course.assignments[0].limits, rooms)
    shut, told = (
        text(render_feedback(graded.result, course_title="C", assignment_title="A", hidden_test_names=names))
        for names in (False, True)
    )
    assert "double-2" not in shut and "A hidden test" in shut
    assert "double-2" in told


# --- what counts as a secret


def test_secrets_are_the_literals_that_the_release_does_not_show(canaries: tuple[Course, RoomServer]) -> None:
    course, _ = canaries
    assert Secrets.of(read_source(course, "01_mini")).texts == (
        "canary-9d2f-argument", "canary-9d2f-expected", "canary-9d2f-message", "62951413",
    )  # fmt: skip


def test_a_hint_and_the_students_own_words_stay(canaries: tuple[Course, RoomServer]) -> None:
    secrets = Secrets(("canary", "625413"))
    result = TestResult("f-1", Verdict.FAILED, 0, 1, "canary: 625413", "canary", "625413 canary")
    assert secrets.taken_out(result, "") == TestResult("f-1", Verdict.FAILED, 0, 1, "canary: …", "canary", "… canary")
    assert secrets.taken_out(result, "x = 625413") == result


def test_a_test_with_a_line_in_plain_sight_is_no_hidden_test(mini: Course) -> None:
    source = read_source(mini, "01_mini")
    assert [t.is_hidden for e in source.exercises for t in e.tests] == [False, True, False]
    notebook = source.notebook.copy()
    for cell in notebook.cells:
        if cell.id == "double-2":
            cell.source = "# Further checks.\n" + cell.source + "\nassert True"
    assert not parse_source("01_mini", notebook).exercises[0].tests[1].is_hidden


def test_options_of_feedback_are_read_and_mistakes_named(mini: Course) -> None:
    path = mini.root / "course.toml"
    plain = path.read_text()
    assert load_course(mini.root).feedback.hidden_test_names is False
    write_atomically(path, plain + "[feedback]\nhidden_test_names = true\n")
    assert load_course(mini.root).feedback.hidden_test_names is True
