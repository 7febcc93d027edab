"""Points for the LMS: exact columns, penalties, nothing made up for what waits, and one score for everybody."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from places import MINI, ROOT
from typer.testing import CliRunner

from autograder import cli
from autograder.classroom import all_manual_grades, load_results, result_path, write_feedback
from autograder.collect.collecting import introduce
from autograder.collect.roster import Roster, read_roster
from autograder.collect.sorting import Student
from autograder.course import Course, CourseError, load_course
from autograder.export.sheets import harmless, points, sheet, sheet_text
from autograder.export.standings import Standing, standings
from autograder.export.target import Target
from autograder.export.template import fill
from autograder.files import write_atomically
from autograder.gradebook import open_gradebook, record, register
from autograder.release import build_source
from autograder.results import ExerciseResult, Result, TestResult, Verdict

A = "01_mini"
GOLDEN = Path(__file__).parent / "golden"
DUE = datetime(2027, 1, 31, 12, 0)
PEOPLE = {
    "ada": Student("ada", "", "Ada", "Lovelace", "ada@example.edu", "11"),
    "francoise": Student("francoise", "", "Françoise", "Lefèvre, fille", "f@example.edu", "12"),
    "wli1": Student("wli1", "", "Wei", "Li", "wli1@example.edu", "13"),
    "wli2": Student("wli2", "", "Wei", "Li", "wli2@example.edu", "14"),
    "eve": Student("eve", "", "=HYPERLINK(\"http://x\")", "Eve", "eve@example.edu", "15"),
    "liesa": Student("liesa", "", 'Liesa "Li"', "O'Brien", "", "16"),
    "nobody": Student("nobody", "", "No", "Body", "n@example.edu", "17"),
    "pdf": Student("pdf", "", "Petra", "Pdf", "p@example.edu", "18"),
}  # fmt: skip
HOURS = {"wli1": -1.0, "wli2": 30.0, "eve": 0.1}
BY_HAND = {"ada": 5.0, "francoise": None, "wli1": 0.0, "wli2": 2.5, "eve": 4.0, "liesa": 1.25}


def graded(student: str) -> Result:
    """Two exercises of 5 and 1 points, all right but for wli1; the written question waits."""

    def test(name: str, earned: float, most: float) -> TestResult:
        return TestResult(name, Verdict.PASSED if earned else Verdict.FAILED, earned, most)

    tests = (test("double-1", 2.0, 2.0), test("double-2", 0.0 if student == "wli1" else 3.0, 3.0))
    double = sum(t.points for t in tests)
    verdict = Verdict.FAILED if student == "wli1" else Verdict.PASSED
    exercises = (
        ExerciseResult("double", verdict, double, 5.0, tests=tests),
        ExerciseResult("prediction", Verdict.PASSED, 1.0, 1.0, tests=(test("prediction-1", 1.0, 1.0),)),
    )
    return Result(student, A, "r", verdict, double + 1, 6.0, exercises=exercises)


def results() -> dict[str, Result]:
    found = {student: graded(student) for student in PEOPLE}
    found["nobody"] = Result("nobody", A, "r", Verdict.MISSING, 0.0, 6.0, "Nothing was handed in.")
    found["pdf"] = Result("pdf", A, "r", Verdict.MALFORMED, 0.0, 6.0, "This is a PDF.")
    return found


@pytest.fixture(scope="session")
def graded_course(tmp_path_factory: pytest.TempPathFactory, empty_gradebook: Path) -> Course:
    """The mini course with a deadline and a graded class of eight, made once."""
    folder = tmp_path_factory.mktemp("export") / "course"
    shutil.copytree(MINI, folder)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    shutil.copy(empty_gradebook, folder)
    path = folder / "course.toml"
    text = path.read_text().replace('"Doubling" }', '"Doubling", due = "2027-01-31 12:00 UTC" }')
    path.write_text(text + "[late]\ngrace_minutes = 10\npercent_per_day = 10\nmax_percent = 50\n")
    course = load_course(folder)
    source = build_source(course, A)
    register(course, source)
    introduce(course, tuple(PEOPLE.values()))
    with open_gradebook(course) as gradebook:
        for student, result in results().items():
            write_atomically(result_path(course, A, student), json.dumps(result.to_json()))
            hours = HOURS.get(student)
            at = None if hours is None else DUE + timedelta(hours=hours)
            answers = {"written": "Because."} if result.exercises else {}
            late = course.assignment(A).late
            record(gradebook, source, result, answers, timestamp=at, knows_time=True, late=late)
        for student, given in BY_HAND.items():
            if given is not None:
                grade = gradebook.find_grade("written", A, A, student)
                grade.manual_score, grade.needs_manual_grade = given, False
        gradebook.db.commit()
    return course


@pytest.fixture
def class_of_eight(graded_course: Course, tmp_path: Path) -> Course:
    """A copy of it, to change."""
    shutil.copytree(graded_course.root, tmp_path / "course")
    return load_course(tmp_path / "course")


@pytest.fixture(scope="session")
def standing(graded_course: Course) -> dict[str, Standing]:
    found = standings(graded_course, A, load_results(graded_course, A))
    return {one.student: one for one in found}


TOTALS = {
    "ada": 11.0, "francoise": None, "wli1": 3.0, "wli2": 6.8, "eve": 10.0, "liesa": 7.25, "nobody": None, "pdf": None,
}  # fmt: skip


def test_totals(standing: Mapping[str, Standing]) -> None:
    assert {student: one.total() for student, one in standing.items()} == TOTALS
    assert standing["wli2"].penalty == 1.7  # two started days after the grace: 20 % of 6 + 2.5
    assert standing["francoise"].waiting == ("written",)
    assert standing["francoise"].total(partial=True) == 6
    assert standing["pdf"].total(partial=True) is None


def test_points_by_hand_change_the_penalty_and_everybody_sees_one_score(class_of_eight: Course) -> None:
    """Export, nbgrader's own sum and the points shown by hand agree after a person graded in the formgrader."""
    course = class_of_eight
    with open_gradebook(course) as gradebook:
        grade = gradebook.find_grade("written", A, A, "wli2")
        grade.manual_score = 5.0
        gradebook.db.commit()
    found = load_results(course, A)
    one = next(one for one in standings(course, A, found) if one.student == "wli2")
    with open_gradebook(course) as gradebook:
        submission = gradebook.find_submission(A, "wli2")
        assert submission.late_submission_penalty == one.penalty == 2.2
        assert max(0.0, submission.score - submission.late_submission_penalty) == pytest.approx(one.total())
    by_hand = all_manual_grades(course, A, found)["wli2"]
    assert one.manual == by_hand == {"written": (5.0, 5.0)}


def test_writing_feedback_settles_the_penalty_as_export_does(class_of_eight: Course) -> None:
    course = class_of_eight
    with open_gradebook(course) as gradebook:
        gradebook.find_grade("written", A, A, "wli2").manual_score = 5.0
        gradebook.db.commit()
    write_feedback(course, A, load_results(course, A))
    with open_gradebook(course) as gradebook:
        assert gradebook.find_submission(A, "wli2").late_submission_penalty == 2.2


def test_an_extension_given_in_the_gradebook_counts(class_of_eight: Course) -> None:
    with open_gradebook(class_of_eight) as gradebook:
        gradebook.grant_extension(A, "wli2", days=2)
    found = {one.student: one for one in standings(class_of_eight, A, load_results(class_of_eight, A))}
    assert (found["wli2"].seconds_late, found["wli2"].penalty, found["wli2"].total()) == (0, 0, 8.5)


def test_a_new_attempt_waits_for_a_new_look_at_the_written_answer(class_of_eight: Course) -> None:
    course = class_of_eight
    with open_gradebook(course) as gradebook:
        record(gradebook, build_source(course, A), graded("ada"), {"written": "Another."}, changed=True)
    one = next(one for one in standings(course, A, load_results(course, A)) if one.student == "ada")
    assert (one.waiting, one.total(), one.total(partial=True)) == (("written",), None, 11)


def test_a_newer_attempt_without_a_time_forgets_the_late_one(class_of_eight: Course) -> None:
    course = class_of_eight
    with open_gradebook(course) as gradebook:
        late = course.assignment(A).late
        record(gradebook, build_source(course, A), graded("wli2"), {"written": "B"}, knows_time=True, late=late)
        assert gradebook.find_submission(A, "wli2").late_submission_penalty == 0


# --- sheets


def golden(name: str, text: str) -> None:
    """Compare with the file in tests/golden, byte for byte."""
    assert text.encode() == (GOLDEN / name).read_bytes()


@pytest.mark.parametrize("target", list(Target))
def test_plain_sheets_are_as_the_golden_files(target: Target, standing: Mapping[str, Standing]) -> None:
    bom = target in (Target.MOODLE, Target.CSV)
    golden(f"plain-{target}.csv", sheet_text(sheet(target, list(standing.values()), "Doubling"), bom=bom))


CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Warm-up (6),Doubling (7),Current Score,Final Score\n"
    ",,,,,,Manual Posting,,\n"
    "    Points Possible,,,,,10,11,(read only),(read only)\n"
    '"Lovelace, Ada",11,U11,ada,"Section 1, Monday",9,,81,81\n'
    '"Lefèvre, fille, Françoise",12,U12,francoise,Section 1,8,,,\n'
    '"Li, Wei",14,U14,wli2,Section 1,7,,,\n'
    '"Li, Wei",13,U13,wli1,Section 1,7,,,\n'
    '"Eve, =HYPERLINK(""http://x"")",15,U15,eve,Section 1,,,,\n'
    '"O\'Brien, Liesa ""Li""",16,U16,liesa,Section 1,,,,\n'
    '"Body, No",17,U17,nobody,Section 1,,3.5,,\n'
    '"Pdf, Petra",18,U18,pdf,Section 1,,,,\n'
    '"Student, Test",99,,f00,Section 1,,,,\n'
)
MOODLE = (
    "\ufeffIdentifier,Full name,ID number,Email address,Status,Grade,Maximum grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    "Participant 11,Ada Lovelace,,ada@example.edu,Submitted,,11.00,Yes,-,-,\n"
    'Participant 13,Wei Li,,wli1@example.edu,Submitted,,11.00,Yes,-,"Monday, 1 February 2027, 8:05 PM",\n'
    "Participant 14,Wei Li,,wli2@example.edu,Submitted,4.00,11.00,No,-,-,\n"
    "Participant 12,Françoise Lefèvre,,f@example.edu,Submitted,,11.00,Yes,-,-,\n"
    'Participant 15,"=HYPERLINK(""http://x"") Eve",,eve@example.edu,Submitted,,11.00,Yes,-,-,=2+3\n'
    "Participant 77,Someone Else,,s@example.edu,No submission,,11.00,Yes,-,-,\n"
)


def template(tmp_path: Path, text: str) -> Roster:
    path = tmp_path / "template.csv"
    path.write_text(text, encoding="utf-8")
    return read_roster(path)


def test_canvas_template_is_as_the_golden_file(tmp_path: Path, standing: Mapping[str, Standing]) -> None:
    filled = fill(Target.CANVAS, template(tmp_path, CANVAS), list(standing.values()), ("Doubling", A))
    assert filled.problems == ()
    golden("template-canvas.csv", sheet_text(filled.rows))


def test_moodle_template_is_as_the_golden_file(tmp_path: Path, standing: Mapping[str, Standing]) -> None:
    roster = template(tmp_path, MOODLE)
    filled = fill(
        Target.MOODLE, roster, [standing[s] for s in ("ada", "francoise", "wli1", "wli2", "eve")], ("Doubling",)
    )
    assert filled.problems == ("Wei Li (wli2): the LMS does not let this grade be changed.",)
    golden("template-moodle.csv", sheet_text(filled.rows, bom=roster.bom))


def cells(rows: list[list[str]], column: int = -1) -> list[str]:
    return [row[column] for row in rows]


def test_two_of_one_name_get_their_own_points_by_number_else_nothing(
    tmp_path: Path, standing: Mapping[str, Standing]
) -> None:
    both = [standing["wli1"], standing["wli2"]]
    names_only = template(tmp_path, 'login,name,Section,Doubling (7)\nx1,"Li, Wei",,\nx2,"Li, Wei",,\n')
    filled = fill(Target.CSV, names_only, [replace(one, number="", email="") for one in both], ("Doubling",))
    assert cells(filled.rows) == ["Doubling (7)", "", ""]
    assert len(filled.problems) == 2 and "2 rows of the template" in filled.problems[0]
    one_row = template(tmp_path, "Name,Doubling\nWei Li,9\n")
    shared = fill(Target.CSV, one_row, [replace(one, number="", email="") for one in both], ("Doubling",))
    assert cells(shared.rows) == ["Doubling", "9"] and "share one row" in shared.problems[0]


def test_who_is_not_in_the_template_is_named(tmp_path: Path, standing: Mapping[str, Standing]) -> None:
    filled = fill(Target.CANVAS, template(tmp_path, CANVAS.replace(',11,U11,ada', ',91,U91,adb').replace("Ada", "Ida")),
                  [standing["ada"]], ("Doubling",))  # fmt: skip
    assert filled.problems == ("Ada Lovelace (ada): the template has no row for them.",)


@pytest.mark.parametrize(
    ("names", "column", "words"),
    [
        (("Other",), None, "no column 'Other'"),
        (("Doubling",), "Doubling (8)", "no column 'Doubling (8)'"),
        (("Doubling", "Warm-up"), None, "2 columns"),
    ],
)
def test_a_column_that_cannot_be_told_is_asked_for(
    tmp_path: Path, standing: Mapping[str, Standing], names: tuple[str, ...], column: str | None, words: str
) -> None:
    with pytest.raises(CourseError, match="--column") as error:
        fill(Target.CANVAS, template(tmp_path, CANVAS), [standing["ada"]], names, column=column)
    assert words in str(error.value).replace("\\", "") and "Warm-up (6), Doubling (7)" in str(error.value)


def test_other_points_in_the_lms_are_scaled_only_if_asked(tmp_path: Path, standing: Mapping[str, Standing]) -> None:
    roster = template(tmp_path, CANVAS.replace(",10,11,", ",10,100,"))
    with pytest.raises(CourseError, match="at most 100 points for this, here it is 11"):
        fill(Target.CANVAS, roster, [standing["liesa"]], ("Doubling",))
    filled = fill(Target.CANVAS, roster, [standing["liesa"]], ("Doubling",), scale=True)
    assert "65.91" in cells(filled.rows)


# --- cells


@pytest.mark.parametrize("text", ["=1+1", "+49 1", "-x", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n=1", "=", "-1e", "+٣"])
def test_nothing_is_a_formula(text: str) -> None:
    cell = harmless(text)
    assert cell == text[:1] == text or cell == f"'{text}"


@pytest.mark.parametrize("text", ["-1", "-0.5", "+3", "-", "a=b", "", "Anne-Marie", "'"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


def test_quotes_commas_and_line_breaks_come_back(standing: Mapping[str, Standing]) -> None:
    rows = [["a,b", 'c"d', "e\r\nf", "g\nh", ""], ["ü", "1", "2", "3", "4"]]
    text = sheet_text(rows, bom=True)
    assert text.startswith("\ufeff") and text.endswith("4\r\n")
    assert list(csv.reader(io.StringIO(text[1:], newline=""))) == rows


def test_points_are_short_and_never_negative_zero() -> None:
    assert [points(x) for x in (None, 0.0, -0.0, 7.0, 7.5, 7.126, 100.0)] == ["", "0", "0", "7", "7.5", "7.13", "100"]


# --- the command


def run(course: Course, *arguments: str):  # type: ignore[no-untyped-def]
    return CliRunner().invoke(cli.app, ["--course", str(course.root), "export", A, *arguments])


def test_the_command_writes_the_file_and_says_what_is_left_empty(class_of_eight: Course) -> None:
    done = run(class_of_eight, "--to", "csv")
    path = class_of_eight.build_folder / "export" / f"{A}-csv.csv"
    assert done.exit_code == 0
    golden("plain-csv.csv", path.read_bytes().decode())
    assert "1 student with an answer that waits to be graded by hand: left empty" in done.output
    assert "nobody, pdf" in done.output and "8 students, 1 with a late penalty" in done.output


def test_the_command_with_a_template_and_with_points_so_far(class_of_eight: Course, tmp_path: Path) -> None:
    sheet_path = tmp_path / "gradebook.csv"
    sheet_path.write_text(CANVAS)
    out = tmp_path / "out.csv"
    done = run(class_of_eight, "--to", "canvas", "--template", str(sheet_path), "--output", str(out), "--partial")
    assert done.exit_code == 0
    rows = list(csv.reader(out.open(newline="", encoding="utf-8")))
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Doubling (7)"]
    assert {row[3]: row[5] for row in rows}["francoise"] == "6"


def test_the_command_ends_with_1_if_somebody_has_no_row_and_2_if_it_is_used_wrongly(
    class_of_eight: Course, tmp_path: Path
) -> None:
    sheet_path = tmp_path / "gradebook.csv"
    sheet_path.write_text(CANVAS.replace('"Lovelace, Ada",11,U11,ada', '"X, Y",1,U1,z'))
    assert run(class_of_eight, "--to", "canvas", "--template", str(sheet_path)).exit_code == 1
    assert isinstance(run(class_of_eight, "--to", "canvas", "--scale").exception, CourseError)
    assert isinstance(run(class_of_eight, "--to", "canvas", "--template", "none.csv").exception, CourseError)
    assert run(class_of_eight, "--to", "blackboard").exit_code == 2
