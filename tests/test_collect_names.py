"""Whose a file is: the names that LMSs give, ids that are safe everywhere, class lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.collect.identifiers import (
    MAX_BYTES,
    MAX_CHARACTERS,
    folded,
    name_key,
    name_keys,
    safe_file_name,
    safe_id,
)
from autograder.collect.patterns import EXPECTED, Label, Lms, copy_number, names_assignment, read_label
from autograder.collect.roster import Roster, read_roster
from autograder.collect.sorting import Question, student_of
from autograder.course import CourseError

A = "01_mini"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("lovelaceada_12_34_a.ipynb", Label("lovelaceada", "12", "a.ipynb", sequence=34)),
        ("lovelaceada_LATE_12_34_a-1.ipynb", Label("lovelaceada", "12", "a-1.ipynb", late=True, sequence=34)),
        ("latecomerlate_12_34_LATE_1_2_a.ipynb", Label("latecomerlate", "12", "LATE_1_2_a.ipynb", sequence=34)),
        ("garcíadelatorremaríajosé_12_34_a b.ipynb", Label("garcíadelatorremaríajosé", "12", "a b.ipynb", sequence=34)),
        ("عليمحمد_LATE_12_34_a.ipynb", Label("عليمحمد", "12", "a.ipynb", late=True, sequence=34)),
        ("van_der_berg_12_34_56_78_a.ipynb", Label("van der berg", "12", "56_78_a.ipynb", sequence=34)),
        ("anon_ab12C_34_a.ipynb", Label("", "anon-ab12C", "a.ipynb", sequence=34)),
        ("LATE_anon_ab12C_34_a.ipynb", Label("", "anon-ab12C", "a.ipynb", late=True, sequence=34)),
        ("lovelaceada_LATE_12_text.html", Label("lovelaceada", "12", "", late=True)),
        ("lovelaceada_12_link.html", Label("lovelaceada", "12", "")),
        ("submissions/lovelaceada_12_34_a.ipynb", Label("lovelaceada", "12", "a.ipynb", sequence=34)),
        ("a.ipynb", None),
        ("", None),
    ],
)
def test_canvas(name: str, label: Label | None) -> None:
    assert read_label(Lms.CANVAS, name) == label


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Ada Lovelace_12_assignsubmission_file_/a.ipynb", Label("Ada Lovelace", "12", "a.ipynb")),
        ("Ada Lovelace_12_assignsubmission_file/sub/a.ipynb", Label("Ada Lovelace", "12", "sub/a.ipynb")),
        ("Seán O'Brien_12_assignsubmission_file_a_1.ipynb", Label("Seán O'Brien", "12", "a_1.ipynb")),
        ("Group 1-Ada_12_assignsubmission_file_/a.ipynb", Label("Group 1-Ada", "12", "a.ipynb")),
        ("Participant_12_assignsubmission_file_/a.ipynb", Label("Participant", "12", "a.ipynb")),
        ("Ada_12_assignsubmission_onlinetext_/onlinetext.html", Label("Ada", "12", "")),
        ("Ada_12_assignsubmission_file_/Bob_13_assignsubmission_file_x.ipynb",
         Label("Ada", "12", "Bob_13_assignsubmission_file_x.ipynb")),
        ("Ada/a.ipynb", None),
    ],
)  # fmt: skip
def test_moodle(name: str, label: Label | None) -> None:
    assert read_label(Lms.MOODLE, name) == label


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("12-99 - Ada Lovelace - Mar 1, 2027 1159 PM - a - b.ipynb",
         Label("Ada Lovelace", "12", "a - b.ipynb", local=datetime(2027, 3, 1, 23, 59))),
        ("12-99 - Mary-Ann - O'X - Sep 24, 2027 926 AM/a.ipynb",
         Label("Mary-Ann - O'X", "12", "a.ipynb", local=datetime(2027, 9, 24, 9, 26))),
        ("12-99 - Ada - Mar 1, 2027 1200 AM - a.ipynb", Label("Ada", "12", "a.ipynb", local=datetime(2027, 3, 1))),
        ("12-99 - N0123456 - Ada - Mar 1, 2027 1200 PM - a.ipynb",
         Label("Ada", "N0123456", "a.ipynb", local=datetime(2027, 3, 1, 12))),
        ("12-99 - Ada - Feb 31, 2027 1200 PM - a.ipynb", Label("Ada", "12", "a.ipynb")),
        ("index.html", None),
    ],
)  # fmt: skip
def test_brightspace(name: str, label: Label | None) -> None:
    assert read_label(Lms.BRIGHTSPACE, name) == label


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("ada/01_mini.ipynb", "ada"),
        ("Ada Lovelace/01_mini/x.ipynb", "Ada Lovelace"),
        ("ada.ipynb", "ada"),
        ("ada_01_mini.ipynb", "ada"),
        ("Copy of 01_mini-ada (2).ipynb", "ada"),
        ("01_mini (1).ipynb", None),
    ],
)
def test_folder(name: str, student: str | None) -> None:
    label = read_label(Lms.FOLDER, name, A)
    assert (label and label.name) == student


@pytest.mark.parametrize("lms", [lms for lms in Lms if lms is not Lms.GRADESCOPE])
def test_the_example_that_an_error_shows_is_read(lms: Lms) -> None:
    label = read_label(lms, EXPECTED[lms], A)
    assert label is not None and label.original == "notebook.ipynb"


@given(st.text(max_size=60), st.sampled_from([lms for lms in Lms if lms is not Lms.GRADESCOPE]))
def test_any_name_gives_a_label_or_none(name: str, lms: Lms) -> None:
    read_label(lms, name, A)


def test_the_assignments_name_is_found_however_it_is_joined() -> None:
    for name in ("01_mini.ipynb", "Copy of 01 Mini (1).ipynb", "01-mini-ada.ipynb", "ada/01_mini-2.ipynb"):
        assert names_assignment(name, A)
    for name in ("Untitled.ipynb", "02_mini.ipynb", "01_mini/other.ipynb"):
        assert not names_assignment(name, A)


def test_the_number_of_a_copy_is_not_that_of_the_assignment() -> None:
    names = ("01_mini.ipynb", "01_mini-1.ipynb", "01_mini (2).ipynb", "a/01_mini_3.ipynb", "Untitled7.ipynb")
    assert [copy_number(name, A) for name in names] == [0, 1, 2, 3, 0]
    assert copy_number("lab_1.ipynb", "lab_1") == 0


# --- ids


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("José García-O'Neil", "José-García-O-Neil"), ("D’Arcy", "D-Arcy"), ("e\u0301", "é"), ("محمد علي", "محمد-علي"),
        ("नेहा शर्मा", "नेहा-शर्मा"), ("ada@example.edu", "ada@example.edu"), ("CON", "CON_"), ("nul.txt", "nul.txt_"),
        ("com1", "com1_"), ("../../etc", "etc"), (".hidden", "hidden"), ("-rf", "rf"), ("=cmd()", "cmd"),
        ("a\x00b\x1b[31m", "a-b-31m"), ("\u202eadA\u2066", "adA"), ("[red]x[/red]", "red-x-red"), ("  ", ""),
        ("🙂", ""),
    ],
)  # fmt: skip
def test_ids(text: str, expected: str) -> None:
    assert safe_id(text) == expected


@given(st.text(max_size=300))
def test_an_id_is_safe_in_a_folder_an_address_and_a_command_and_stays_what_it_is(text: str) -> None:
    made = safe_id(text)
    assert safe_id(made) == made
    assert len(made) <= MAX_CHARACTERS and len(made.encode()) <= MAX_BYTES
    assert not set(made) & set("/\\:*?\"<>|[]{}()+,;'%#&=$! \t\n\0")
    assert made.isprintable() and not made.startswith((".", "-")) and not made.endswith((".", "-"))


def test_long_names_that_begin_alike_stay_two(tmp_path: Path) -> None:
    first, second = safe_id("x" * 300 + "1"), safe_id("x" * 300 + "2")
    assert first != second and len(first) == MAX_CHARACTERS
    assert (tmp_path / safe_id("ü" * 300)).mkdir() is None


@given(st.text(max_size=300))
def test_a_file_name_of_ours_is_one_part_of_a_path(text: str) -> None:
    made = safe_file_name(text)
    assert made and "/" not in made and not made.startswith(".") and len(made.encode()) < 200


def test_names_are_compared_without_accents_case_signs_and_order() -> None:
    assert name_key("lefèvrefrançoise") in name_keys("Françoise Lefèvre")
    assert name_key("lefèvrefrançoise") in name_keys("Lefèvre, Françoise")
    assert name_key("garcíadelatorremaríajosé") in name_keys("María José García de la Torre")
    assert name_key("Seán O’Brien") in name_keys("Sean O'Brien")
    assert name_keys("") == frozenset()
    assert folded("E\u0301da") == folded("éda")


# --- rosters


def roster(tmp_path: Path, text: str | bytes) -> Roster:
    path = tmp_path / "roster.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_roster(path)


CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Doubling (7),Final Score\r\n"
    "    Points Possible,,,,,11,(read only)\r\n"
    '"Lefèvre, Françoise",12,U1,flefevre,S,,\r\n"Li, Wei",13,U2,wli1,S,,\r\n"Li, Wei",14,U3,wli2,S,,\r\n'
    '"Student, Test",99,,f00,S,,\r\n'
)


def found(people: Roster, label: Label, lms: Lms) -> str:
    student = student_of(label, Question(lms, A, roster=people))
    return student if isinstance(student, str) else student.student


def test_canvas_gradebook_as_a_roster(tmp_path: Path) -> None:
    people = roster(tmp_path, CANVAS)
    assert [(p.student, p.first_name, p.last_name) for p in people.people] == [
        ("flefevre", "Françoise", "Lefèvre"),
        ("wli1", "Wei", "Li"),
        ("wli2", "Wei", "Li"),
    ]
    assert found(people, Label("liwei", "14", "a.ipynb"), Lms.CANVAS) == "wli2"
    assert "no row with the canvas number 77" in found(people, Label("liwei", "77", "a.ipynb"), Lms.CANVAS)
    assert "anonymous" in found(people, Label("", "anon-ab12C", "a.ipynb"), Lms.CANVAS)


def test_without_the_lmss_number_the_name_decides_unless_two_have_it(tmp_path: Path) -> None:
    people = roster(tmp_path, "Name;Login\nFrançoise Lefèvre;flefevre\nWei Li;wli1\nWei Li;wli2\n")
    assert found(people, Label("lefèvrefrançoise", "12", "a"), Lms.CANVAS) == "flefevre"
    assert found(people, Label("Françoise Lefevre", "12", "a"), Lms.MOODLE) == "flefevre"
    assert "2 rows with the name 'liwei'" in found(people, Label("liwei", "14", "a"), Lms.CANVAS)


def test_moodles_worksheet_as_a_roster_with_times(tmp_path: Path) -> None:
    people = roster(
        tmp_path,
        "\ufeffIdentifier,Full name,Email address,Grade,Maximum grade,"
        "Last modified (submission),Last modified (grade)\n"
        'Participant 12,Ada Lovelace,ada@example.edu,,11.00,"Monday, 1 February 2027, 8:05 PM",-\n'
        "Participant 13,Wei Li,wei@example.edu,,11.00,-,-\n",
    )
    ada, wei = people.people
    assert found(people, Label("whoever", "12", "a"), Lms.MOODLE) == "ada@example.edu"
    assert people.bom
    zone = timezone(timedelta(hours=1))
    assert people.submitted_at(ada, zone) == datetime(2027, 2, 1, 19, 5, tzinfo=UTC)
    assert people.submitted_at(wei, zone) is None


def test_gradescopes_roster_by_sid_or_address(tmp_path: Path) -> None:
    people = roster(
        tmp_path,
        "First Name,Last Name,SID,Email,Role\nAda,Lovelace,0012,ada@example.edu,Student\n"
        "Bob,B,,bob@example.edu,Student\nT,T,9,t@example.edu,Instructor\n",
    )
    assert [person.student for person in people.people] == ["0012", "bob@example.edu"]
    assert found(people, Label("x", "0012", "a"), Lms.GRADESCOPE) == "0012"
    assert found(people, Label("x", "", "a", email="BOB@example.edu"), Lms.GRADESCOPE) == "bob@example.edu"


def test_a_folder_named_after_any_id(tmp_path: Path) -> None:
    people = roster(tmp_path, "student_id,login,email,name\ns1,ada,al@example.edu,Ada Lovelace\n")
    for name in ("s1", "ADA", "al@example.edu", "al", "Ada Lovelace", "lovelace ada"):
        assert found(people, Label(name, "", "a"), Lms.FOLDER) == "s1"


def test_a_column_student_beside_a_name_is_an_id(tmp_path: Path) -> None:
    (person,) = roster(tmp_path, "student,name\ns1,Ada Lovelace\n").people
    assert (person.student, person.name) == ("s1", "Ada Lovelace")


def test_excels_own_encoding_and_semicolons(tmp_path: Path) -> None:
    (person,) = roster(tmp_path, "Login;Name\nada;Zoë\n".encode("cp1252")).people
    assert person.name == "Zoë"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("a,b\n1,2\n", "no column for an id or a name"),
        ("Name\n", "no student below"),
        ("login,name\nada,Ada\nADA,Eve\n", "gives Ada and Eve the same student id"),
        (b"PK\x03\x04\0\0", "not a CSV"),
    ],
)
def test_a_roster_that_is_none_is_a_sentence(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(CourseError, match=words) as error:
        roster(tmp_path, text)
    assert "\n" not in str(error.value)


def test_the_same_person_in_two_sections_is_one(tmp_path: Path) -> None:
    people = roster(tmp_path, "login,name,section\nada,Ada,1\nada,Ada,2\n")
    assert [person.student for person in people.people] == ["ada"]


def test_without_a_roster_name_and_number_make_the_id() -> None:
    def made(label: Label, lms: Lms) -> str:
        student = student_of(label, Question(lms, A))
        return student if isinstance(student, str) else student.student

    assert made(Label("liwei", "14", "a"), Lms.CANVAS) == "liwei-14"
    assert made(Label("Wei Li", "14", "a"), Lms.MOODLE) == "Wei-Li-14"
    assert made(Label("", "anon-ab12C", "a"), Lms.CANVAS) == "anon-ab12C"
    assert made(Label("Wei Li", "0014", "a", email="w@x.edu"), Lms.GRADESCOPE) == "0014"
    assert made(Label("Wei Li", "", "a", email="w@x.edu"), Lms.GRADESCOPE) == "w@x.edu"
    assert "no letter" in made(Label("🙂", "", "a"), Lms.FOLDER)
