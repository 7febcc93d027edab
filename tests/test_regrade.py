"""What grading again would change, and why, before it is written."""

from __future__ import annotations

import dataclasses
import json

import pytest
from fake_class import exercise, result
from many import A, autograder, comparable, gradebook_rows, hand_in, hand_in_class, notebook

from autograder.course import Course
from autograder.gradebook import open_gradebook
from autograder.regrade import NEVER_GRADED, changes
from autograder.results import Result, Verdict
from autograder.source import source_path


def graded(verdict: Verdict = Verdict.PASSED, message: str = "", **receipt: str) -> Result:
    receipt = {"submission": "s", "assignment": "a", "grader": "g", "environment": "e", **receipt}
    return result("ada", exercise("correlate2d", verdict, message=message), exercise("convolve2d"), receipt=receipt)


def test_equal_points_are_no_change_whatever_was_said() -> None:
    assert changes({"ada": graded()}, [graded(assignment="b")], {}) == ()


def test_a_change_says_exercise_points_reason_and_message() -> None:
    (change,) = changes({"ada": graded()}, [graded(Verdict.FAILED, "Too large.", assignment="b")], {})
    assert (change.exercise, change.before, change.after, change.max_points) == ("correlate2d", 20, 10, 20)
    assert (change.reason, change.message) == ("the assignment changed", "Too large.")


def test_points_won_say_what_was_lost_before() -> None:
    (change,) = changes({"ada": graded(Verdict.FAILED, "Too large.")}, [graded(assignment="b")], {})
    assert (change.before, change.after) == (10, 20)
    assert change.message == "Passes now. Before: Too large."


def test_several_reasons_are_all_named() -> None:
    (change,) = changes({"ada": graded()}, [graded(Verdict.FAILED, "x", submission="t", grader="h")], {})
    assert change.reason == "handed in anew, another version of the grader"


def test_points_that_a_person_gave_to_a_test_do_not_change() -> None:
    given = {"ada": {"correlate2d-2": 7.0}}
    assert changes({"ada": graded()}, [graded(Verdict.FAILED, "x", assignment="b")], given) == ()


def test_new_students_and_removed_exercises() -> None:
    assert {c.reason for c in changes({}, [graded()], {})} == {NEVER_GRADED}
    one = dataclasses.replace(graded(), exercises=graded().exercises[:1])
    (change,) = changes({"ada": graded()}, [one], {})
    assert (change.exercise, change.before, change.after) == ("convolve2d", 10, 0)


@pytest.mark.slow
@pytest.mark.usefixtures("begun")
def test_a_dry_run_writes_nothing_and_is_what_grading_then_does(mini: Course) -> None:
    hand_in_class(mini, 3)
    hand_in(mini, "zoe", notebook(mini, double="def double(x):\n    return 2 * x if hasattr(x, 'shape') else 0"))
    assert autograder(mini, "grade", A).returncode == 0
    with open_gradebook(mini) as gradebook:
        row = gradebook.find_grade("written", A, A, "ada")
        row.manual_score, row.needs_manual_grade = 4.0, False
        gradebook.db.commit()
    rows, texts = gradebook_rows(mini), comparable(mini)
    source = source_path(mini, A)
    source.write_text(source.read_text().replace("double(5) == 10", "double(5) in (0, 10)"))
    told = mini.root / "changes.json"
    dry = autograder(mini, "regrade", A, "--dry-run", "--json", str(told))
    assert dry.returncode == 0, dry.stderr
    assert "1 of 4 students' points would change" in dry.stdout and "Nothing was written" in dry.stdout
    (change,) = json.loads(told.read_text())["changes"]
    assert change["student"] == "zoe" and change["exercise"] == "double"
    assert (change["before"], change["after"], change["reason"]) == (2, 5, "the assignment changed")
    assert (gradebook_rows(mini), comparable(mini)) == (rows, texts)
    done = autograder(mini, "grade", A)
    assert "4 of 4 had not changed and were not graded again" in done.stdout  # since the dry run
    after = gradebook_rows(mini)
    assert after["zoe"]["double-2"][0] == 3 and after["ada"] == rows["ada"]
    assert "0 of 4 students' points changed" in autograder(mini, "regrade", A).stdout
