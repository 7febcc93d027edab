"""A simulated class in an LMS's archive, with all that goes wrong, comes out of collecting as it went in."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder import cli
from autograder.collect.collecting import Collection, collect
from autograder.collect.patterns import Lms
from autograder.collect.roster import read_roster
from autograder.course import Course, CourseError
from autograder.packing import Mishap, Packed, pack, roster_csv
from autograder.simulate import simulate, simulate_archive

pytestmark = pytest.mark.usefixtures("begun")
A = "01_mini"


def collected(course: Course, lms: Lms, tmp_path: Path) -> tuple[tuple[Packed, ...], Collection, dict[str, bytes]]:
    """A class of 40, packed and collected; and the notebooks as they were before."""
    simulate(course, A, 40, 3, tmp_path / "class")
    people = pack(tmp_path / "class", A, lms, tmp_path / "class.zip", seed=3)
    (tmp_path / "roster.csv").write_text(roster_csv(lms, people, "Doubling", 11), encoding="utf-8")
    done = collect(course, A, tmp_path / "class.zip", lms, roster=read_roster(tmp_path / "roster.csv"))
    before = {p.source: (tmp_path / "class" / p.source / A / f"{A}.ipynb").read_bytes() for p in people}
    return people, done, before


@pytest.mark.parametrize("lms", [Lms.CANVAS, Lms.MOODLE])
def test_honest_work_arrives_byte_for_byte_and_all_else_is_named(mini: Course, tmp_path: Path, lms: Lms) -> None:
    people, done, before = collected(mini, lms, tmp_path)
    student = {p.login if lms is Lms.CANVAS else p.email: p for p in people}
    assert len(student) == 40
    arrived = {one.student.student: one for one in done.collected}
    assert set(arrived) == {name for name, person in student.items() if person.mishap.arrives}
    for name, one in arrived.items():
        person = student[name]
        notebook = mini.submitted_folder / name / A / f"{A}.ipynb"
        assert notebook.read_bytes() == before[person.source]
        assert one.attempts == (2 if person.mishap is Mishap.AGAIN else 1)
        assert one.late == (person.late and lms is Lms.CANVAS)
    lost = {name for name, person in student.items() if not person.mishap.arrives}
    assert {student.student for student in done.missing} == lost
    assert len(lost) == 6 and {p.mishap for p in people} == set(Mishap)
    assert {a.student for a in done.aside if not a.beside_notebook} - {""} == lost
    reasons = [a.reason for a in done.aside]
    for words in ("leads out", "link", "encrypted", "cannot be unpacked", "becomes more than"):
        assert any(words in reason for reason in reasons), words
    assert not (tmp_path.parent / "outside_1_2_evil.ipynb").exists()


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(mini: Course, tmp_path: Path) -> None:
    simulate(mini, A, 14, 1, tmp_path / "class")
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        pack(tmp_path / "class", A, Lms.CANVAS, tmp_path / name, seed=seed)
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b != c


def test_without_mishaps_everything_arrives(mini: Course, tmp_path: Path) -> None:
    simulate(mini, A, 14, 1, tmp_path / "class")
    people = pack(tmp_path / "class", A, Lms.CANVAS, tmp_path / "a.zip", mishaps=False)
    done = collect(mini, A, tmp_path / "a.zip", Lms.CANVAS)
    assert len(done.collected) == 14 and not done.aside
    assert {one.student.number for one in done.collected} == {str(person.number) for person in people}


def test_what_cannot_be_packed_is_said(mini: Course, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="canvas or moodle"):
        pack(tmp_path, A, Lms.BRIGHTSPACE, tmp_path / "a.zip")
    with pytest.raises(CourseError, match="No submissions"):
        pack(tmp_path, A, Lms.CANVAS, tmp_path / "a.zip")


def test_the_command_leaves_the_real_class_alone(mini: Course) -> None:
    shown = CliRunner().invoke(
        cli.app, ["--course", str(mini.root), "simulate", A, "--students", "3", "--as", "canvas"]
    )
    archive, roster = (mini.build_folder / "simulated" / f"{A}-canvas{suffix}" for suffix in (".zip", ".csv"))
    assert shown.output.split() == [str(archive), str(roster)]
    assert archive.exists() and "Points Possible,,,,,11," in roster.read_text()
    assert not mini.submitted_folder.exists()
    assert simulate_archive(mini, A, 3, 0, Lms.CANVAS) == (archive, roster)
