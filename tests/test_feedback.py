"""The page that a student gets back."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping

import fake_class
import pytest
from bs4 import BeautifulSoup
from fake_class import ASSIGNMENT, COURSE, EXERCISES, FLIPPED, exercise, result, ungraded
from html_page import problems, text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.cards import REMEDIES, WORDS, limit_in_words
from autograder.feedback import render_feedback
from autograder.pages import MESSAGE_CHARACTERS, SYMBOLS, TONES, Tone
from autograder.results import NEEDS_A_HUMAN, ExerciseResult, Result, TestResult, Verdict

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><b>{{ 7*7 }}</b>&lt;\x00\x1b[31m\x08\u202e\ud800"


def feedback(of: Result, **more: object) -> str:
    page = render_feedback(of, course_title=COURSE, assignment_title=ASSIGNMENT, **more)  # type: ignore[arg-type]
    assert problems(page) == []
    return page


def card(page: str, grade_id: str) -> str:
    soup = BeautifulSoup(page, "html.parser")
    return " ".join(soup.find(id=f"exercise-{grade_id}").get_text().split())  # type: ignore[union-attr]


def test_every_student_of_a_class_gets_a_well_formed_page_of_their_own():
    for each in fake_class.fake_class():
        page = feedback(each)
        assert each.student in text(page)
        assert len(page) < 60_000


def test_shows_name_score_and_every_exercise_with_points_and_verdict_in_words():
    seen = text(feedback(result("Zoë van der Berg", exercise("conv_layer"), exercise("correlate2d", Verdict.ERROR))))
    assert "Zoë van der Berg" in seen
    assert "25 / 45 points" in seen
    assert "1 of 2 exercises passes. Begin with correlate2d." in seen
    page = feedback(result())
    for grade_id, points in EXERCISES.items():
        assert f"every test passes < 0.1 s {points} / {points} points" in card(page, grade_id)
    assert "Every test of every exercise passes." in text(page)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_is_said_in_words_and_marked_by_a_sign(verdict: Verdict):
    seen = card(feedback(result("Ben", exercise("correlate2d", verdict, message="So it was."))), "correlate2d")
    words = "not right yet: 1 of 2 tests pass" if verdict is Verdict.FAILED else WORDS[verdict]
    assert f"{SYMBOLS[TONES[verdict]]} {words}" in seen


def test_tones_differ_in_sign_and_cover_every_verdict():
    assert set(TONES) == set(Verdict)
    assert len(set(SYMBOLS.values())) == len(Tone)


def test_the_hint_stands_alone_and_the_message_does_not_repeat_it():
    page = feedback(result("Ben", exercise("correlate2d", Verdict.FAILED, hint=FLIPPED)))
    soup = BeautifulSoup(page, "html.parser")
    assert FLIPPED in soup.select_one(".hint").get_text()  # type: ignore[union-attr]
    assert page.count(FLIPPED) == 1
    message = soup.select_one("pre").get_text()  # type: ignore[union-attr]
    assert message == fake_class.NO_HINT


def test_a_message_that_only_contains_the_hint_within_a_line_stays_whole():
    said = f"It seems so: {FLIPPED} Look again."
    assert said in text(feedback(result("Ben", exercise("correlate2d", Verdict.FAILED, hint=FLIPPED, message=said))))


def test_backticks_become_code():
    page = feedback(result("Ben", exercise("a", Verdict.FAILED, hint="Is the `return` missing?", message="Got: None")))
    assert "Is the <code>return</code> missing?" in page


def test_tests_that_say_the_same_are_said_once_and_those_that_pass_are_named():
    said = "Got:\nNone"
    tests = (
        TestResult("f-1", Verdict.PASSED, 2, 2),
        TestResult("f-2", Verdict.FAILED, 0, 2, said),
        TestResult("f-3", Verdict.FAILED, 0, 2, said),
        TestResult("f-4", Verdict.FAILED, 0, 2, "Got:\n17"),
    )
    page = feedback(result("Ben", ExerciseResult("f", Verdict.FAILED, 2, 8, said, tests=tests)))
    seen = card(page, "f")
    assert "not right yet: 1 of 4 tests pass" in seen
    assert "Tests f-2, f-3" in seen and "Test f-4" in seen and "Passed: f-1" in seen
    assert page.count(said) == 1


def test_an_exercise_speaks_for_itself_where_its_tests_do_not():
    page = feedback(result("Ben", ExerciseResult("f", Verdict.FAILED, 0, 8, "Its message.\nTwo lines.", "Its hint.")))
    assert "Its message." in card(page, "f") and "Its hint." in card(page, "f")


def test_the_traceback_is_shown_and_its_last_line_not_said_twice():
    failed = exercise("conv_layer", Verdict.ERROR, message=fake_class.BROADCAST, traceback=fake_class.TRACEBACK)
    page = feedback(result("Ben", failed))
    assert "Where your code stopped" in page
    assert page.count("operands could not be broadcast") == 1


def test_repairs_are_sentences():
    page = feedback(result("Ben", repairs=("The cell `f` was there twice.", *["Again."] * 80)))
    assert "The cell <code>f</code> was there twice." in page
    assert "and 31 more." in page
    assert "Put right" not in feedback(result("Ben"))


@pytest.mark.parametrize(
    ("verdict", "limits", "words"),
    [
        (Verdict.TIMEOUT, {"cell_wall_seconds": 2.5}, "Allowed: 2.5 seconds for one cell or test."),
        (Verdict.OUT_OF_MEMORY, {"memory_bytes": 2 * 1024**3}, "Allowed: 2048 MB of memory."),
        (Verdict.TOO_MUCH_OUTPUT, {"output_bytes": 4 * 1024**2}, "Allowed: 4 MB of output."),
        (
            Verdict.LIMIT,
            {"processes": 128, "open_files": 256},
            "Allowed: 128 processes and threads, 256 open files.",
        ),
        (Verdict.TIMEOUT, {}, None),
        (Verdict.PASSED, fake_class.LIMITS, None),
    ],
)
def test_a_broken_limit_is_told_with_its_number(verdict: Verdict, limits: Mapping[str, float], words: str | None):
    assert limit_in_words(verdict, limits) == words
    page = feedback(result("Ben", exercise("f", verdict), limits=dict(limits)))
    assert (words or "Allowed:") in card(page, "f") if words else "Allowed:" not in page


def test_the_written_question_waits_then_counts():
    waiting = text(feedback(result(), manual={"written": (None, 5.0)}))
    assert "95 / 95 points" in waiting
    assert "– / 5 written: waiting for your teacher" in waiting
    graded = feedback(
        result(),
        manual={"written": (3.5, 5.0)},
        comments={"written": "Why only\nsymmetric?", "": "Well done"},
    )
    assert "98.5 / 100 points" in text(graded)
    assert "95 of 95 from the tests, 3.5 of 5 for written" in text(graded)
    assert "Why only symmetric?" in card(graded, "written")
    assert "Well done" in text(graded)


def test_zero_points_by_hand_are_points_and_not_a_wait():
    assert "0 / 5 points" in card(feedback(result(), manual={"written": (0.0, 5.0)}), "written")


def test_a_written_question_in_the_result_is_listed_once_and_is_no_automatic_exercise():
    of = result("Ben", exercise("f"), ExerciseResult("written", Verdict.MANUAL, 0, 5), score=10.0, max_score=10.0)
    for manual in (None, {"written": (None, 5.0)}):
        page = feedback(of, manual=manual)
        assert page.count('id="exercise-written"') == 1
        assert "Every test of every exercise passes." in text(page)
        assert "– / 5 points" in card(page, "written")


def test_the_students_code_is_folded():
    page = feedback(result(), answers={"correlate2d": "def correlate2d(image, kernel):\n    return 'here'"})
    details = BeautifulSoup(page, "html.parser").select_one("#exercise-correlate2d details")
    assert details is not None and not details.has_attr("open")
    assert details.pre.get_text() == "def correlate2d(image, kernel):\n    return 'here'"  # type: ignore[union-attr]


def test_reading_is_named_only_where_something_is_to_be_learnt():
    reading = {"correlate2d": "Section 2.", "conv_layer": "Section 4."}
    page = feedback(
        result("Ben", exercise("correlate2d", Verdict.FAILED, hint=FLIPPED), exercise("conv_layer")),
        read_again=reading,
    )
    assert "Read again: Section 2." in text(page)
    assert "Section 4." not in page


@pytest.mark.parametrize("verdict", sorted(NEEDS_A_HUMAN | {Verdict.MISSING}))
def test_what_could_not_be_graded_has_no_score_but_a_sentence_and_a_way_on(verdict: Verdict):
    seen = text(feedback(ungraded("Ben", verdict, "The file ends in the middle of a cell.")))
    assert "No score" in seen
    assert "The file ends in the middle of a cell." in seen
    assert REMEDIES[verdict] in seen


def test_a_submission_that_the_grader_failed_on_shows_no_score_even_with_exercises():
    seen = text(feedback(result("Ben", exercise("f", Verdict.NOT_GRADED), verdict=Verdict.NOT_GRADED)))
    assert "No score" in seen and "0 / 10 points from the tests" not in seen


def test_a_file_that_could_not_be_read_says_so_once():
    exercises = [exercise(name, Verdict.MALFORMED, message="It is not JSON.") for name in EXERCISES]
    of = result("Ben", *exercises, verdict=Verdict.MALFORMED, message="It is not JSON.")
    page = feedback(of, manual={"written": (0.0, 5.0)}, unanswered={"written"})
    assert page.count("It is not JSON.") == 1
    assert 'id="exercise-' not in page


def test_who_wrote_nothing_was_not_graded_by_a_teacher():
    seen = card(feedback(result(), manual={"written": (0.0, 5.0)}, unanswered={"written"}), "written")
    assert "○ not answered" in seen and "teacher" not in seen


def test_one_missing_exercise_is_no_missing_submission():
    assert "hand something in" not in feedback(result("Ben", exercise("f", Verdict.MISSING), exercise("g")))


def test_nothing_from_a_student_becomes_markup():
    failed = exercise("f", Verdict.ERROR, hint=HOSTILE, message=HOSTILE + "\n2", traceback=HOSTILE + "\n3")
    of = result(HOSTILE, failed, message=HOSTILE, repairs=(HOSTILE,), receipt={HOSTILE: HOSTILE}, release=HOSTILE)
    page = feedback(of, answers={"f": HOSTILE}, comments={"f": HOSTILE, "": HOSTILE}, read_again={"f": HOSTILE})
    assert "<script>alert(1)</script>" in text(page)
    assert "{{ 7*7 }}" in text(page) and "49" not in text(page)
    assert not BeautifulSoup(page, "html.parser").find_all(["script", "img", "b"])
    assert "\u202e" not in page


def test_a_megabyte_is_cut_and_says_so():
    much = "x" * 1_000_000
    failed = exercise("f", Verdict.ERROR, hint=much, message=much, traceback="y\n" * 500_000)
    page = feedback(result(much, failed, repairs=(much,), message=much), answers={"f": much}, comments={"f": much})
    assert len(page) < 120_000
    assert f"({1_000_000 - MESSAGE_CHARACTERS:,} more characters are not shown)" in page


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_any_text_gives_a_well_formed_page(anything: str):
    failed = exercise("f", Verdict.FAILED, hint=anything, message=anything, traceback=anything)
    feedback(result(anything, failed, message=anything, repairs=(anything,)), answers={"f": anything})


def test_a_result_read_back_from_json_gives_the_same_page():
    for each in fake_class.fake_class(12):
        assert feedback(Result.from_json(json.loads(json.dumps(each.to_json())))) == feedback(each)


def test_the_page_holds_nothing_of_the_limits_that_were_kept_and_no_other_student():
    page = feedback(dataclasses.replace(result("Ben"), receipt={"submission": "sha256:7f3a"}))
    assert "sha256:7f3a" in page
    assert "seconds for the whole notebook" not in page and "Amira" not in page
