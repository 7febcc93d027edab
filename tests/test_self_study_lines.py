"""What `autograder check` says: the feedback page's words at 80 columns, and no expected value in any of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import fake_class
import pytest
from fake_class import FLIPPED, exercise, result
from places import MINI

from autograder.cards import WORDS
from autograder.course import Course, load_course
from autograder.grading import grade_frame
from autograder.misconceptions import Misconception, read_misconceptions
from autograder.outline import Outline, OutlinedExercise, read_outline
from autograder.pages import SYMBOLS, TONES
from autograder.pool.job import open_rooms
from autograder.release import generate, notebook_text
from autograder.repair import put_on_frame
from autograder.results import Result, Verdict
from autograder.rooms.server import RoomServer
from autograder.self_study_lines import SEE_THE_CHECKS, check_lines
from autograder.solutions import reference_notebook, with_misconception
from autograder.source import HIDDEN, AssignmentSource, read_source
from autograder.submission import parse_notebook
from autograder.verdicts import NOT_WRITTEN
from convkit.check import CheckFailed

WIDTH = 80
OUTLINE = Outline(
    fake_class.ASSIGNMENT,
    "Convolution by hand",
    frozenset(),
    tuple(OutlinedExercise(name, points, f"About {name}") for name, points in fake_class.EXERCISES.items()),
    (),
)


def said(of: Result, outline: Outline = OUTLINE) -> str:
    return "\n".join(line.plain for line in check_lines(of, outline, WIDTH))


def one_line(text: str) -> str:
    return " ".join(text.split())


# --- from made-up results


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_its_sign_and_the_words_of_the_feedback_page(verdict: Verdict) -> None:
    text = said(result("", exercise("correlate2d", verdict, message="So it was."), exercise("conv_layer")))
    words = "not right yet: 1 of 2 tests pass" if verdict is Verdict.FAILED else WORDS[verdict]
    assert re.search(rf"^  {re.escape(SYMBOLS[TONES[verdict]])} correlate2d .*{re.escape(words)}$", text, re.MULTILINE)


def test_hint_and_section_are_told_and_neither_what_was_expected_nor_what_came() -> None:
    text = said(result("", exercise("correlate2d", Verdict.FAILED, hint=FLIPPED), exercise("conv_layer")))
    assert f"✗ correlate2d\n  Hint: {FLIPPED}\n  Read again: section “About correlate2d”.\n" in text
    assert SEE_THE_CHECKS in one_line(text)
    for value in ("Expected", "Got", "[[4 3 4]", "5 instead of 4"):
        assert value not in text


def test_without_a_hint_the_headline_is_the_reason() -> None:
    text = said(result("", exercise("correlate2d", Verdict.FAILED, message=fake_class.NO_HINT), exercise("conv_layer")))
    assert f"✗ correlate2d\n  {fake_class.HEADLINE}\n  Read again" in text
    assert "[[" not in text


@pytest.mark.parametrize("expected", ["7", "[[1 2]\n [3 4]]"])
def test_the_text_of_a_failed_check_loses_its_values_and_nothing_else(expected: str) -> None:
    message = str(CheckFailed("`f` has the wrong shape.", "One axis is missing.", expected, "5\n1 of 1 numbers differ"))
    text = said(result("", exercise("correlate2d", Verdict.FAILED, message=message), exercise("conv_layer")))
    assert "✗ correlate2d\n  `f` has the wrong shape.\n  One axis is missing.\n  Read again" in text


def test_a_plain_assertion_without_words_shows_no_line_of_the_test() -> None:
    failed = exercise("correlate2d", Verdict.FAILED, message="this does not hold: assert correlate2d(1) == 4711")
    text = said(result("", failed, exercise("conv_layer")))
    assert "4711" not in text
    assert SEE_THE_CHECKS in one_line(text)


def test_one_traceback_an_exercise_and_what_is_not_written_takes_one_line() -> None:
    stopped = exercise("conv_layer", Verdict.ERROR, message=fake_class.BROADCAST, traceback=fake_class.TRACEBACK)
    unwritten = exercise("learn_kernel", Verdict.MISSING, message=NOT_WRITTEN)
    text = said(result("", stopped, unwritten))
    assert text.count("Where your code stopped:") == 1
    assert text.count(fake_class.BROADCAST) == 1
    assert text.count("○ learn_kernel") == 1
    assert text.endswith("Next: `conv_layer`.")


def test_no_line_is_wider_than_the_terminal_but_the_students_own_code() -> None:
    for each in fake_class.fake_class():
        if not each.exercises:
            continue
        code = {line for e in each.exercises for t in e.tests for line in (t.traceback or "").splitlines()}
        for line in said(each).splitlines():
            assert len(line) <= WIDTH or line.strip() in {own.strip() for own in code}, line


def test_control_characters_of_the_students_do_not_reach_the_terminal() -> None:
    hostile = "\x1b[2J\x1b]0;owned\x07ValueError: \u202e"
    text = said(
        result("", exercise("correlate2d", Verdict.ERROR, traceback=hostile, message="x"), exercise("conv_layer"))
    )
    assert not set(text) & {"\x1b", "\x07", "\u202e"}


# --- from every misconception, in the real rooms


@pytest.fixture(scope="module")
def mini_course() -> Course:
    return load_course(MINI)


def _release_lines(source: AssignmentSource) -> set[str]:
    return {line.strip() for cell in generate(source).cells for line in cell.source.splitlines()}


def _hidden_lines(source: AssignmentSource) -> set[str]:
    """Lines of hidden tests that the release does not show and that are long enough to be meant."""
    hidden = {line.strip() for cell in source.cells for m in HIDDEN.finditer(cell.text) for line in m[0].splitlines()}
    return {line for line in hidden - _release_lines(source) if len(line) >= 12}


def _values(of: Result) -> set[str]:
    """The lines that show expected values, as the raw messages of the visible checks have them."""
    blocks = [
        match[1]
        for e in of.exercises
        for test in e.tests
        for match in re.finditer(r"^Expected:\s*(.*?)(?=^Got:|\Z)", test.message, re.MULTILINE | re.DOTALL)
    ]
    return {line.strip() for block in blocks for line in block.splitlines() if len(line.strip()) >= 4}


def _checked(
    source: AssignmentSource, rooms: RoomServer, course: Course, wrong: Sequence[Misconception]
) -> Iterator[tuple[Misconception, Result]]:
    for each in wrong:
        functions = source.by_grade_id[each.exercise].names.functions
        text = with_misconception(source, each.exercise, each.replacing(functions))
        notebook = parse_notebook(notebook_text(reference_notebook(source, {each.exercise: text})).encode())
        frame, limits = put_on_frame(source, notebook), course.assignment(source.name).limits
        yield each, grade_frame("", frame, source, limits, rooms, {}, only=[each.exercise]).result


@pytest.mark.parametrize("name", ["01_mini", pytest.param("01_convolution", marks=pytest.mark.slow)])
def test_no_misconception_is_told_an_expected_value_or_a_line_of_a_hidden_test(
    name: str, course: Course, mini_course: Course
) -> None:
    of = mini_course if name == "01_mini" else course
    source, outline = read_source(of, name), read_outline(of, name)
    wrong = read_misconceptions(of.source_folder / name / "misconceptions.py")
    hidden, values, told = _hidden_lines(source), 0, 0
    assert hidden
    limits = of.assignment(name).limits
    with open_rooms(source, limits, "bubblewrap", figures=False, hidden=of.private_paths) as rooms:
        for each, found in _checked(source, rooms, of, wrong):
            text = said(found, outline)
            assert found.score < found.max_score, each.name
            assert f"✗ {each.exercise}\n" in text or f"! {each.exercise}\n" in text, (each.name, text)
            assert not [line for line in hidden if line in text], each.name
            secret = _values(found)
            assert not [line for line in secret if line in text.splitlines()], each.name
            assert "Expected:" not in text
            values += len(secret)
            told += bool(each.hint) and each.hint.lower() in one_line(text).lower()
    if name == "01_convolution":
        assert values > 50  # there was something to keep back
        assert told >= 0.9 * sum(bool(each.hint) for each in wrong)
