"""From an LMS's archive to submitted/: the newest attempt wins, nothing is lost, all else gets a sentence."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from archives import notebook, write, zipped
from typer.testing import CliRunner

from autograder import cli
from autograder.collect import placing
from autograder.collect.collecting import Collection, collect
from autograder.collect.patterns import Lms
from autograder.collect.placing import Outcome
from autograder.collect.roster import read_roster
from autograder.course import Course, CourseError, load_course
from autograder.gradebook import open_gradebook
from autograder.packing import encrypted
from autograder.submission import SubmittedFile, find_submissions, submitted_at

pytestmark = pytest.mark.usefixtures("begun")
A = "01_mini"
FIRST, SECOND, THIRD = notebook("1"), notebook("2"), notebook("3")
ROSTER = "Student,ID,SIS User ID,SIS Login ID,Section\nLovelace, Ada,12,U1,ada,S\n".replace(
    "Lovelace, Ada", '"Lovelace, Ada"'
)


@pytest.fixture
def due(mini: Course) -> Course:
    """The mini course with a deadline: 31 January 2027, 12:00 UTC, ten minutes of grace."""
    path = mini.root / "course.toml"
    text = path.read_text().replace('"Doubling" }', '"Doubling", due = "2027-01-31 13:00 Europe/Berlin" }')
    path.write_text(text + "[late]\ngrace_minutes = 10\npercent_per_day = 10\n")
    return load_course(mini.root)


def canvas(course: Course, files: Mapping[str, bytes | str], **options: object) -> Collection:
    archive = write(course.root / "archive.zip", zipped(files))
    return collect(course, A, archive, Lms.CANVAS, **options)  # type: ignore[arg-type]


def place_of(course: Course, student: str) -> Path:
    return course.submitted_folder / student / A


def current(course: Course, student: str) -> bytes:
    return (place_of(course, student) / f"{A}.ipynb").read_bytes()


def kept(course: Course, student: str) -> set[bytes]:
    return {path.read_bytes() for path in (place_of(course, student) / "attempts").iterdir() if path.suffix != ".json"}


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- attempts


@pytest.mark.slow
def test_the_newest_attempt_wins_and_the_others_are_kept(mini: Course) -> None:
    done = canvas(
        mini, {"adal_12_30_01_mini.ipynb": FIRST, "adal_12_50_01_mini-2.ipynb": THIRD, "adal_12_40_x.ipynb": SECOND}
    )
    assert current(mini, "adal-12") == THIRD
    assert kept(mini, "adal-12") == {FIRST, SECOND}
    (one,) = done.collected
    assert (one.outcome, one.attempts, one.original) == (Outcome.NEW, 3, "01_mini-2.ipynb")


@pytest.mark.slow
def test_of_files_that_came_together_the_one_with_the_assignments_name_counts(mini: Course) -> None:
    canvas(mini, {"adal_12_30_01_mini.ipynb": FIRST, "adal_12_40_scratch.ipynb": SECOND})
    assert current(mini, "adal-12") == FIRST


def test_collecting_twice_changes_nothing(mini: Course) -> None:
    files = {"adal_12_30_01_mini.ipynb": FIRST, "adal_12_40_01_mini-1.ipynb": SECOND, "bob_13_5_01_mini.py": b"x = 1"}
    canvas(mini, files)
    before, aside = tree(mini.submitted_folder), tree(mini.aside_folder)
    done = canvas(mini, files)
    assert (tree(mini.submitted_folder), tree(mini.aside_folder)) == (before, aside)
    assert [one.outcome for one in done.collected] == [Outcome.UNCHANGED]


def test_a_newer_attempt_of_a_later_archive_replaces_the_older_which_is_kept(mini: Course) -> None:
    canvas(mini, {"adal_12_30_01_mini.ipynb": FIRST})
    done = canvas(mini, {"adal_12_40_final.ipynb": SECOND})
    assert (done.collected[0].outcome, current(mini, "adal-12")) == (Outcome.NEWER, SECOND)
    assert kept(mini, "adal-12") == {FIRST}


def test_an_older_archive_after_a_newer_one_changes_nothing_that_counts(mini: Course) -> None:
    canvas(mini, {"adal_12_40_01_mini.ipynb": SECOND})
    done = canvas(mini, {"adal_12_30_01_mini.ipynb": FIRST})
    assert (done.collected[0].outcome, current(mini, "adal-12")) == (Outcome.OLDER, SECOND)
    assert kept(mini, "adal-12") == {FIRST}
    assert canvas(mini, {"adal_12_30_01_mini.ipynb": FIRST}).collected[0].outcome is Outcome.UNCHANGED


def test_who_goes_back_to_an_earlier_version_gets_it(mini: Course) -> None:
    for number, data in ((30, FIRST), (40, SECOND), (50, FIRST)):
        canvas(mini, {f"adal_12_{number}_01_mini.ipynb": data})
    assert current(mini, "adal-12") == FIRST and SECOND in kept(mini, "adal-12")


def test_the_same_file_handed_in_again_late_counts_from_the_first_time(due: Course) -> None:
    canvas(due, {"adal_12_30_01_mini.ipynb": FIRST})
    done = canvas(due, {"adal_LATE_12_40_01_mini-1.ipynb": FIRST})
    assert not done.collected[0].late
    assert not (place_of(due, "adal-12") / "timestamp.txt").exists()


def test_a_notebook_that_was_there_before_is_kept(mini: Course) -> None:
    write(place_of(mini, "adal-12") / f"{A}.ipynb", THIRD)
    canvas(mini, {"adal_12_30_01_mini.ipynb": FIRST})
    assert (current(mini, "adal-12"), kept(mini, "adal-12")) == (FIRST, {THIRD})


def test_a_notebook_that_was_there_with_a_later_time_stays(due: Course) -> None:
    place = place_of(due, "Ada-12")
    write(place / f"{A}.ipynb", THIRD)
    write(place / "timestamp.txt", b"2027-03-01 12:00:00 UTC")
    archive = write(due.root / "a.zip", zipped({"12-9 - Ada - Feb 1, 2027 1159 PM - a.ipynb": FIRST}))
    done = collect(due, A, archive, Lms.BRIGHTSPACE)
    assert (done.collected[0].outcome, current(due, "Ada-12")) == (Outcome.OLDER, THIRD)
    assert (place / "timestamp.txt").read_text() == "2027-03-01 12:00:00 UTC"
    assert kept(due, "Ada-12") == {FIRST}


def test_a_change_by_hand_stays_until_a_newer_attempt_comes_and_is_kept_then(mini: Course) -> None:
    canvas(mini, {"adal_12_30_01_mini.ipynb": FIRST})
    write(place_of(mini, "adal-12") / f"{A}.ipynb", THIRD)
    canvas(mini, {"adal_12_30_01_mini.ipynb": FIRST})
    assert current(mini, "adal-12") == THIRD
    canvas(mini, {"adal_12_40_01_mini.ipynb": SECOND})
    assert current(mini, "adal-12") == SECOND
    assert THIRD in kept(mini, "adal-12")


def test_attempts_are_no_submissions_to_anybody_else(mini: Course) -> None:
    canvas(mini, {"adal_12_30_01_mini.ipynb": FIRST, "adal_12_40_01_mini-1.ipynb": SECOND, "bob_13_5_a.py": b"x"})
    found = find_submissions(mini.submitted_folder, A)
    assert [(file.student, file.others) for file in found] == [("adal-12", ())]
    assert mini.aside_folder in mini.private_paths


@pytest.mark.parametrize("writes", range(6))
def test_a_run_that_is_killed_loses_nothing_and_the_next_one_finishes(
    due: Course, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    old = {"adal_12_30_01_mini.ipynb": FIRST}
    new = {"adal_LATE_12_40_01_mini-1.ipynb": SECOND, "adal_LATE_12_35_01_mini.ipynb": THIRD}
    canvas(due, old)
    done = 0
    real = placing.write_atomically

    def dying(path: Path, content: str | bytes) -> None:
        nonlocal done
        if done == writes:
            raise KeyboardInterrupt
        done += 1
        real(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(placing, "write_atomically", dying)
        try:
            canvas(due, new)
        except KeyboardInterrupt:
            pass
        else:
            assert writes == 5  # two kept attempts, the index, the notebook, the time
    place = place_of(due, "adal-12")
    assert FIRST in {current(due, "adal-12"), *kept(due, "adal-12")}
    for path in place.rglob("*.ipynb"):
        assert path.read_bytes() in (FIRST, SECOND, THIRD)
    canvas(due, old)  # an older archive in between must not disturb
    canvas(due, new)
    assert (current(due, "adal-12"), kept(due, "adal-12")) == (SECOND, {FIRST, THIRD})
    assert (place / "timestamp.txt").read_text() == "2027-01-31 12:10:01.000000 UTC\n"


# --- times


def test_a_late_mark_without_a_time_counts_as_the_first_late_moment(due: Course) -> None:
    done = canvas(due, {"adal_LATE_12_30_01_mini.ipynb": FIRST, "bob_13_31_01_mini.ipynb": SECOND})
    ada, bob = done.collected
    assert (ada.late, ada.seconds_late, bob.late) == (True, None, False)
    assert submitted_at(SubmittedFile("x", place_of(due, "adal-12") / f"{A}.ipynb")) == datetime(2027, 1, 31, 12, 10, 1)
    assert not (place_of(due, "bob-13") / "timestamp.txt").exists()


def test_a_late_mark_without_a_deadline_is_said_and_gives_no_time(mini: Course) -> None:
    done = canvas(mini, {"adal_LATE_12_30_01_mini.ipynb": FIRST})
    assert done.collected[0].late
    assert not (place_of(mini, "adal-12") / "timestamp.txt").exists()


def test_brightspaces_times_are_on_the_courses_clock(due: Course) -> None:
    course = replace(due, time_zone=load_course(_zoned(due)).time_zone)
    files = {"12-9 - Ada - Jan 31, 2027 109 PM - a.ipynb": FIRST, "13-9 - Bob - Jan 31, 2027 111 PM - a.ipynb": FIRST}
    done = collect(course, A, write(due.root / "a.zip", zipped({**files, "index.html": b""})), Lms.BRIGHTSPACE)
    assert [(one.late, one.seconds_late) for one in done.collected] == [(False, 540), (True, 660)]
    assert (place_of(due, "Ada-12") / "timestamp.txt").read_text() == "2027-01-31 12:09:00.000000 UTC\n"
    assert done.aside == ()


def _zoned(course: Course) -> Path:
    path = course.root / "course.toml"
    path.write_text('time_zone = "Europe/Berlin"\n' + path.read_text())
    return course.root


def test_of_two_brightspace_folders_the_later_time_wins(mini: Course) -> None:
    files = {
        "12-9 - Ada - Feb 1, 2027 1200 PM/01_mini.ipynb": FIRST,
        "12-9 - Ada - Feb 1, 2027 100 PM/x.ipynb": SECOND,
        "12-9 - Ada - Feb 1, 2027 1200 AM/01_mini.ipynb": THIRD,
    }
    collect(mini, A, write(mini.root / "a.zip", zipped(files)), Lms.BRIGHTSPACE)
    assert current(mini, "Ada-12") == SECOND


def test_moodles_times_come_from_the_worksheet(due: Course) -> None:
    roster = write(
        due.root / "worksheet.csv",
        b'Identifier,Full name,Email address,Grade,Last modified (submission)\nParticipant 12,Ada,a@x.edu,,"Monday, '
        b'1 February 2027, 8:05 PM"\nParticipant 13,Bob,b@x.edu,,-\n',
    )
    files = {"Ada_12_assignsubmission_file_/a.ipynb": FIRST}
    done = collect(due, A, write(due.root / "a.zip", zipped(files)), Lms.MOODLE, roster=read_roster(roster))
    assert (place_of(due, "a@x.edu") / "timestamp.txt").read_text() == "2027-02-01 20:05:00.000000 UTC\n"
    assert [student.student for student in done.missing] == ["b@x.edu"]


def test_a_time_corrected_by_hand_stays(due: Course) -> None:
    files = {"adal_LATE_12_30_01_mini.ipynb": FIRST}
    canvas(due, files)
    write(place_of(due, "adal-12") / "timestamp.txt", b"2027-01-31 11:00:00 UTC\n")
    canvas(due, files)
    assert (place_of(due, "adal-12") / "timestamp.txt").read_text() == "2027-01-31 11:00:00 UTC\n"


def test_a_deadline_that_moves_moves_the_time_of_a_mark(due: Course) -> None:
    files = {"adal_LATE_12_30_01_mini.ipynb": FIRST}
    canvas(due, files)
    path = due.root / "course.toml"
    path.write_text(path.read_text().replace("2027-01-31", "2027-02-15"))
    canvas(load_course(due.root), files)
    assert (place_of(due, "adal-12") / "timestamp.txt").read_text().startswith("2027-02-15 12:10:01")


# --- Gradescope and folders

METADATA = b"""
submission_1:
  :submitters:
  - :name: Ada Lovelace
    :sid: '0012'
    :email: ada@x.edu
  - :name: Bob
    :sid:
    :email: bob@x.edu
  :created_at: 2027-01-31 14:00:00.000000000 +01:00
submission_2:
  :submitters:
  - :name: Cy
    :email: cy@x.edu
"""


def test_gradescope_says_in_its_metadata_whose_a_submission_is(due: Course) -> None:
    root = "assignment_7_export/"
    files = {
        f"{root}submission_metadata.yml": METADATA,
        f"{root}submission_1/a.ipynb": FIRST,
        f"{root}submission_2/a.py": b"x",
        f"{root}submission_3/a.ipynb": SECOND,
    }
    done = collect(due, A, write(due.root / "a.zip", zipped(files)), Lms.GRADESCOPE)
    assert [(one.student.student, one.seconds_late) for one in done.collected] == [("0012", 3600), ("bob@x.edu", 3600)]
    assert current(due, "0012") == current(due, "bob@x.edu") == FIRST
    assert [(a.name.rpartition("/")[2], a.student) for a in done.aside] == [("a.ipynb", ""), ("a.py", "cy@x.edu")]


@pytest.mark.parametrize(
    "data", [None, b"{", b"a: &a [*a, *a]\nb: !!python/object/apply:os.system ['true']", b"- 1", b"[" * 10_000]
)
def test_gradescope_without_readable_metadata_is_a_sentence(mini: Course, data: bytes | None) -> None:
    files = {"export/submission_1/a.ipynb": FIRST} | ({"export/submission_metadata.yml": data} if data else {})
    with pytest.raises(CourseError) as error:
        collect(mini, A, write(mini.root / "a.zip", zipped(files)), Lms.GRADESCOPE)
    assert "\n" not in str(error.value)


def test_a_folder_of_folders_and_of_files(mini: Course) -> None:
    downloads = mini.root / "downloads"
    write(downloads / "Zoë van der Berg" / "work.ipynb", FIRST)
    write(downloads / "bob_01_mini (1).ipynb", SECOND)
    write(downloads / "cy" / A / "01_mini.ipynb", THIRD)
    write(downloads / "cy" / A / "timestamp.txt", b"2027-01-31 10:00:00 UTC")
    write(downloads / "01_mini.ipynb", THIRD)
    done = collect(mini, A, downloads, Lms.FOLDER)
    assert [one.student.student for one in done.collected] == ["Zoë-van-der-Berg", "bob", "cy"]
    assert (place_of(mini, "cy") / "timestamp.txt").read_text() == "2027-01-31 10:00:00.000000 UTC\n"
    assert [a.name for a in done.aside] == ["01_mini.ipynb"]
    assert "does not say whose" in done.aside[0].reason
    assert (downloads / "bob_01_mini (1).ipynb").read_bytes() == SECOND


def test_of_a_students_files_the_newer_counts(mini: Course) -> None:
    for name, data, time in (("a", FIRST, 2e9), ("b", SECOND, 1e9)):
        os.utime(write(mini.root / "in" / "ada" / f"{name}.ipynb", data), (time, time))
    collect(mini, A, mini.root / "in", Lms.FOLDER)
    assert current(mini, "ada") == FIRST


def test_work_for_another_assignment_of_the_course_stays_where_it_is(
    course: Course, tmp_path: Path, empty_gradebook: Path
) -> None:
    write(tmp_path / "in" / "ada" / "02_padding_stride" / "x.ipynb", SECOND)
    write(tmp_path / "in" / "ada" / "01_convolution" / "x.ipynb", FIRST)
    elsewhere = replace(course, root=tmp_path / "course", db_url=f"sqlite:///{empty_gradebook}")
    done = collect(elsewhere, "01_convolution", tmp_path / "in", Lms.FOLDER)
    assert [(one.original, one.attempts) for one in done.collected] == [("x.ipynb", 1)]
    assert done.aside == ()


# --- kept aside


def test_two_students_with_one_name_stay_two(mini: Course) -> None:
    canvas(mini, {"liwei_12_30_01_mini.ipynb": FIRST, "liwei_13_31_01_mini.ipynb": SECOND})
    assert (current(mini, "liwei-12"), current(mini, "liwei-13")) == (FIRST, SECOND)


def test_folders_that_would_be_one_student_are_both_kept_aside(mini: Course) -> None:
    for name, data in (("Zoë", FIRST), ("zoë", SECOND), ("bob", THIRD)):
        write(mini.root / "in" / name / "a.ipynb", data)
    done = collect(mini, A, mini.root / "in", Lms.FOLDER)
    assert [one.student.student for one in done.collected] == ["bob"]
    assert len(done.aside) == 2 and all("same student id" in a.reason for a in done.aside)
    assert done.falls_short


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.py", b"x = 1", "Python script"),
        ("a.pdf", b"%PDF-1.7", "PDF"),
        ("a.HTML", b"<html>", "web page"),
        ("a.rar", b"Rar!", "format that cannot be unpacked"),
        ("a.docx", zipped({"word/document.xml": b""}), "not a notebook"),
        ("a.json", b'{"not": "a notebook"}', "not a notebook"),
        ("a.zip", encrypted(zipped({"a.ipynb": FIRST})), "encrypted"),
        ("a.zip", zipped({"a.ipynb": FIRST})[:-20], "cannot be unpacked"),
        ("a.zip", zipped({"a.py": b"x"}), "Python script"),
        ("a.zip", zipped({"../a.ipynb": FIRST}), "leads out of the archive"),
        ("a.zip", zipped({"a.ipynb": "/etc/passwd"}), "link"),
    ],
)
def test_what_is_no_notebook_is_kept_aside_with_a_sentence(mini: Course, name: str, data: bytes, words: str) -> None:
    done = canvas(mini, {f"adal_12_30_{name}": data, "bob_13_31_01_mini.ipynb": SECOND})
    (aside,) = done.aside
    assert words in aside.reason and done.falls_short and not aside.beside_notebook
    assert aside.student == "adal-12"
    assert [one.student.student for one in done.collected] == ["bob-13"]
    assert words in (mini.aside_folder / A / "WHY.txt").read_text()


def test_what_is_kept_aside_is_there_byte_for_byte_and_two_of_one_name_do_not_meet(mini: Course) -> None:
    canvas(mini, {"adal_12_30_a.py": b"one", "adal_12_31_a.py": b"two", "bob_13_31_01_mini.ipynb": SECOND})
    canvas(mini, {"adal_12_30_a.py": b"three", "bob_13_31_01_mini.ipynb": SECOND})
    contents = {path.read_bytes() for path in (mini.aside_folder / A).glob("*.py")}
    assert contents == {b"one", b"two", b"three"}
    assert len((mini.aside_folder / A / "WHY.txt").read_text().splitlines()) == 3


def test_a_text_instead_of_a_file(mini: Course) -> None:
    done = canvas(mini, {"adal_12_text.html": b"<p>see my Colab</p>", "bob_13_31_01_mini.ipynb": SECOND})
    assert "instead of a file" in done.aside[0].reason


def test_a_file_beside_the_notebook_is_no_reason_to_worry(mini: Course) -> None:
    done = canvas(mini, {"adal_12_30_01_mini.ipynb": FIRST, "adal_12_31_print.pdf": b"%PDF"})
    assert done.aside[0].beside_notebook and not done.falls_short


@pytest.mark.parametrize("name", ["a.ipynb.txt", "a.ipynb.json", "a.json", "a"])
def test_a_notebook_under_another_suffix_is_a_notebook(mini: Course, name: str) -> None:
    canvas(mini, {f"adal_12_30_{name}": FIRST})
    assert current(mini, "adal-12") == FIRST


def test_a_broken_notebook_is_collected_for_the_grader_to_explain(mini: Course) -> None:
    canvas(mini, {"adal_12_30_01_mini.ipynb": b"{"})
    assert current(mini, "adal-12") == b"{"


def test_a_refused_attempt_is_missing_even_beside_an_older_one(mini: Course) -> None:
    secret = encrypted(zipped({"01_mini.ipynb": SECOND}))
    done = canvas(mini, {"adal_12_30_01_mini.ipynb": FIRST, "adal_12_40_new.zip": secret})
    assert (done.aside[0].student, done.aside[0].beside_notebook, done.falls_short) == ("adal-12", False, True)


def test_a_notebook_in_a_students_own_archive_is_collected(mini: Course) -> None:
    inner = zipped({"work/scratch.ipynb": SECOND, "work/01_mini.ipynb": FIRST, "work/data.csv": b"1"})
    done = canvas(mini, {"adal_12_30_work.zip": inner})
    assert (current(mini, "adal-12"), kept(mini, "adal-12")) == (FIRST, {SECOND})
    assert [a.name for a in done.aside] == ["adal_12_30_work.zip/work/data.csv"]
    assert not done.falls_short


def test_a_name_inside_a_students_archive_cannot_be_another_students(mini: Course) -> None:
    canvas(mini, {"adal_12_30_work.zip": zipped({"bob_13_99_01_mini.ipynb": FIRST})})
    assert [file.student for file in find_submissions(mini.submitted_folder, A)] == ["adal-12"]


def test_who_is_not_on_the_roster_is_kept_aside_and_who_handed_in_nothing_is_named(mini: Course) -> None:
    text = ROSTER + '"Hopper, Grace",13,U2,grace,S\n"Turing, Alan",14,U3,alan,S\n'
    people = read_roster(write(mini.root / "roster.csv", text.encode()))
    write(place_of(mini, "alan") / f"{A}.ipynb", THIRD)
    done = canvas(mini, {"lovelaceada_12_30_a.ipynb": FIRST, "eve_66_31_a.ipynb": SECOND}, roster=people)
    assert [one.student.student for one in done.collected] == ["ada"]
    assert "no row with the canvas number 66" in done.aside[0].reason
    assert [student.student for student in done.missing] == ["grace"]


def test_names_reach_the_gradebook(mini: Course) -> None:
    people = read_roster(write(mini.root / "roster.csv", ROSTER.encode()))
    canvas(mini, {"lovelaceada_12_30_a.ipynb": FIRST}, roster=people)
    with open_gradebook(mini) as gradebook:
        student = gradebook.find_student("ada")
        assert (student.first_name, student.last_name, student.lms_user_id) == ("Ada", "Lovelace", "12")


# --- the whole archive, and the command


def test_a_broken_or_foreign_archive_collects_nothing(mini: Course) -> None:
    for data, words in (
        (b"PK\x03\x04 broken", "cannot be unpacked"),
        (zipped({"readme.txt": b"hello"}), "does not say whose"),
        (zipped({}), "empty"),
        (encrypted(zipped({"adal_12_30_a.ipynb": FIRST})), "encrypted"),
    ):
        with pytest.raises(CourseError, match=words):
            collect(mini, A, write(mini.root / "a.zip", data), Lms.CANVAS)
    assert not mini.submitted_folder.exists() and not mini.aside_folder.exists()


def run(course: Course, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", ["autograder", "--course", str(course.root), *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0)


def test_exit_codes(mini: Course, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    good = str(write(mini.root / "good.zip", zipped({"adal_12_30_a.ipynb": FIRST})))
    part = str(write(mini.root / "part.zip", zipped({"adal_12_30_a.ipynb": FIRST, "bob_13_31_a.py": b""})))
    broken = str(write(mini.root / "broken.zip", b"no"))
    for archive, code in ((good, 0), (part, 1), (broken, 2), (str(mini.root / "none.zip"), 2)):
        assert run(mini, "collect", A, archive, "--from", "canvas", monkeypatch=monkeypatch) == code
    assert run(mini, "collect", "02_other", good, "--from", "canvas", monkeypatch=monkeypatch) == 2
    assert run(mini, "collect", A, good, "--from", "blackboard", monkeypatch=monkeypatch) == 2
    assert run(mini, "collect", A, good, "--from", "canvas", "--roster", "none", monkeypatch=monkeypatch) == 2
    assert "Traceback" not in capfd.readouterr().err


def test_a_dry_run_says_all_and_writes_nothing(mini: Course) -> None:
    archive = write(mini.root / "a.zip", zipped({"adal_12_30_a.ipynb": FIRST, "bob_13_31_a.py": b"x"}))
    before = tree(mini.root)
    report = mini.root.parent / "report.json"
    arguments = [
        "--course",
        str(mini.root),
        "collect",
        A,
        str(archive),
        "--from",
        "canvas",
        "--dry-run",
        "--json",
        str(report),
    ]
    shown = CliRunner().invoke(cli.app, arguments)
    assert shown.exit_code == 1
    assert tree(mini.root) == before
    document = json.loads(report.read_text())
    assert document["dry_run"] and document["collected"][0]["student"] == "adal-12"
    assert document["aside"][0]["student"] == "bob-13"
    assert "Would be collected: 1 submission, 0 late, 1 kept aside." in shown.output


def test_names_from_outside_cannot_paint_the_terminal(mini: Course) -> None:
    name = "adal_12_30_[bold]\x1b[31mred\u202ekcatta\n.ipynb"
    archive = write(mini.root / "a.zip", zipped({name: FIRST, "[red]\x1b]0;x\x07.txt": b"x"}))
    shown = CliRunner().invoke(cli.app, ["--course", str(mini.root), "collect", A, str(archive), "--from", "canvas"])
    assert "\x1b" not in shown.output and "\u202e" not in shown.output and "\x07" not in shown.output
    assert "[bold]" in shown.output
    assert current(mini, "adal-12") == FIRST
    assert "\x1b" not in (mini.aside_folder / A / "WHY.txt").read_text()
