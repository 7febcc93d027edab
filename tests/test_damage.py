"""Honest work keeps its points, whatever happened to the file; and any bytes end in a frame or a sentence."""

from __future__ import annotations

import ast
import json
import random
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from places import ROOT, trains
from shorter import untrained
from test_grading import autograder
from workshop import KNOWS, STUDENTS, handed_in, points, source

from autograder.classroom import rooms_for
from autograder.course import Course, load_course
from autograder.damage import HARMLESS, LOSING, damage, some_kinds
from autograder.grading import grade
from autograder.names import names_of, python_part
from autograder.release import generate, notebook_text
from autograder.repair import Frame, put_on_frame
from autograder.repair.handed_out import plain
from autograder.results import Result
from autograder.simulate import damage_path, simulate
from autograder.source import AssignmentSource, Role, read_source
from autograder.submission import UnreadableError, parse_notebook

COURSE = load_course(ROOT)
WORDS = KNOWS["written"].split("\n")[0]
kinds_of_damage = st.lists(st.sampled_from(sorted(HARMLESS)), min_size=1, max_size=7)


def frame_of(data: bytes) -> Frame:
    return put_on_frame(source(), parse_notebook(data))


@cache
def undamaged(student: str) -> dict[str, float]:
    return points(frame_of(handed_in(student)))


# --- no point is lost


@pytest.mark.parametrize("kind", sorted(HARMLESS))
@pytest.mark.parametrize("student", sorted(STUDENTS))
def test_no_kind_of_damage_costs_a_point(student: str, kind: str) -> None:
    for seed in range(12):
        frame = frame_of(damage(handed_in(student), [kind], str(seed)).data)
        assert points(frame) == undamaged(student), (seed, frame.repairs)
        assert WORDS in frame.answers["written"]


@settings(max_examples=300, deadline=None)
@given(student=st.sampled_from(sorted(STUDENTS)), kinds=kinds_of_damage, seed=st.integers(0, 10**6))
def test_no_sequence_of_damage_costs_a_point(student: str, kinds: list[str], seed: int) -> None:
    frame = frame_of(damage(handed_in(student), kinds, str(seed)).data)
    assert points(frame) == undamaged(student), frame.repairs
    assert WORDS in frame.answers["written"]
    assert len(frame.repairs) == len(set(frame.repairs))


@settings(max_examples=60, deadline=None)
@given(kinds=kinds_of_damage, seed=st.integers(0, 10**6))
def test_the_same_damage_is_repaired_in_the_same_words(kinds: list[str], seed: int) -> None:
    one, other = (damage(handed_in("knows"), kinds, str(seed)) for _ in range(2))
    assert one == other
    assert frame_of(one.data) == frame_of(other.data)


@settings(max_examples=60, deadline=None)
@given(kinds=kinds_of_damage, seed=st.integers(0, 10**6))
def test_lost_work_costs_its_own_exercise_and_is_said(kinds: list[str], seed: int) -> None:
    damaged = damage(handed_in("knows"), [*LOSING, *kinds], str(seed))
    frame = frame_of(damaged.data)
    assert points(frame) == {**undamaged("knows"), **dict.fromkeys(damaged.lost, 0.0)}
    for name in damaged.lost:
        assert f"The cell of `{name}` is missing; it counts as not answered." in frame.repairs


@cache
def reference(name: str) -> tuple[AssignmentSource, bytes]:
    """An assignment of the course, and its release with the reference's answers."""
    assignment = read_source(COURSE, name)
    notebook = generate(assignment)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        known = assignment.by_grade_id.get(grade_id)
        if known is not None and known.role in (Role.SOLUTION, Role.MANUAL):
            cell.source = known.text
    return assignment, notebook_text(notebook).encode()


def _in_force(frame: Frame, names: Mapping[str, frozenset[str]]) -> dict[tuple[str, str], str]:
    """(test, name) -> the statement that defines it where the test stands, without comments and layout.

    names: exercise -> what its answer defines.
    """
    found: dict[str, str] = {}
    then: dict[tuple[str, str], str] = {}
    for cell in frame.cells:
        if cell.origin is not None and cell.role is Role.TEST:
            grade_id = cell.origin.grade_id
            then |= {(grade_id, name): found.get(name, "") for name in names[grade_id.rpartition("-")[0]]}
        elif cell.is_code:
            with suppress(SyntaxError):
                for statement in ast.parse(python_part(cell.text)).body:
                    found.update(dict.fromkeys(names_of(ast.unparse(statement)).defines, ast.dump(statement)))
    return then


@settings(max_examples=15, deadline=None)
@example(name="01_convolution", kinds=["split", "another_minor_format"], seed=161)
@example(name="09_localization", kinds=["outputs_with_widgets", "retyped_below", "split", "broken_unicode"], seed=7115)
@example(name="02_padding_stride", kinds=["null_bytes", "labels_lost", "own_cells_added"], seed=436)
@given(name=st.sampled_from([a.name for a in COURSE.assignments]), kinds=kinds_of_damage, seed=st.integers(0, 10**6))
def test_in_the_courses_own_assignments_every_exercise_gets_the_same_code(
    name: str, kinds: list[str], seed: int
) -> None:
    assignment, data = reference(name)
    before = put_on_frame(assignment, parse_notebook(data))
    after = put_on_frame(assignment, parse_notebook(damage(data, kinds, str(seed)).data))
    names = {e.name: names_of(python_part(before.answers[e.name])).defines for e in assignment.exercises}
    assert _in_force(after, names) == _in_force(before, names)
    for exercise in assignment.exercises:  # a helper of its, or a comment, may stand in a cell of its own
        assert exercise.name in names_of(python_part(after.answers[exercise.name])).defines
    for cell in assignment.cells:
        if cell.role is Role.MANUAL:  # found by its place, it brings what stands beside it; a person reads it
            assert plain(before.answers[cell.grade_id]) in plain(after.answers[cell.grade_id])
    order = [[c.origin.index for c in frame.cells if c.origin is not None] for frame in (before, after)]
    assert order[0] == order[1]


# --- any bytes


NOTEBOOK_LIKE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["code", "markdown", "raw", "double", "def double(x):\n    return x", "    return x", "%%time"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from([
            "cells", "metadata", "nbformat", "source", "cell_type", "worksheets", "nbgrader", "grade_id", "solution",
            "execution_count", "outputs", "input", "prompt_number",
        ]), inner, max_size=6,
    ),
    max_leaves=40,
)  # fmt: skip


def ends_well(data: bytes) -> None:
    """A frame, or a sentence."""
    try:
        frame = frame_of(data)
    except UnreadableError as error:
        assert str(error).endswith((".", "?"))
        assert "\n" not in str(error)
    else:
        assert {c.origin.index for c in frame.cells if c.origin} == {c.index for c in source().cells if c.grade_id}


@settings(max_examples=200, deadline=2000)
@given(st.binary(max_size=400))
@example(b"\xff\xfe")
@example(b"\xff\xfe{\x00")
@example(b"\0\0\0")
def test_random_bytes_end_in_a_sentence(data: bytes) -> None:
    ends_well(data)


@settings(max_examples=150, deadline=2000)
@given(st.lists(NOTEBOOK_LIKE, max_size=6), st.sampled_from([2, 3, 4, "4", None, 4.0]))
def test_notebooks_of_any_shape_end_in_a_frame_or_a_sentence(cells: list[object], version: object) -> None:
    honest = json.loads(handed_in("knows"))["cells"]
    for some in (cells, [*honest, *cells]):
        ends_well(json.dumps({"cells": some, "worksheets": [{"cells": some}], "nbformat": version}).encode())


@settings(max_examples=150, deadline=2000)
@given(kinds=kinds_of_damage, seed=st.integers(0, 10**6), cut=st.floats(0, 1), flips=st.integers(0, 40))
def test_truncated_and_flipped_notebooks_end_in_a_frame_or_a_sentence(
    kinds: list[str], seed: int, cut: float, flips: int
) -> None:
    data = bytearray(damage(handed_in("knows"), kinds, str(seed)).data)
    chance = random.Random(seed)
    for _ in range(flips):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    ends_well(bytes(data))
    ends_well(bytes(data[: int(len(data) * cut)]))


# --- a class


def test_a_kind_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="'eaten_by_the_dog' is no kind of damage"):
        damage(handed_in("knows"), ["eaten_by_the_dog"], "0")


def test_every_kind_does_something_and_says_what_it_is() -> None:
    for kind, words in {**HARMLESS, **LOSING}.items():
        assert words.strip()
        assert any(damage(handed_in("knows"), [kind], str(seed)).data != handed_in("knows") for seed in range(9)), kind


def test_a_simulated_class_is_damaged_the_same_way_each_time(mini: Course, tmp_path: Path) -> None:
    for folder in (tmp_path / "one", tmp_path / "other"):
        assert simulate(mini, "01_mini", 6, 2, folder, damaged=True) == tuple(f"sim-00{n}" for n in range(1, 7))
    one, other = ([p.read_bytes() for p in sorted((tmp_path / f).rglob("*.ipynb"))] for f in ("one", "other"))
    assert one == other
    note = json.loads(damage_path(mini, "01_mini").read_text())
    assert len(note["damage"]) == 6
    assert all(1 <= len(kinds) <= 4 and set(kinds) <= set(HARMLESS) for kinds in note["damage"].values())
    assert mini.submitted_folder not in damage_path(mini, "01_mini").parents


@pytest.mark.slow
def test_a_damaged_class_is_graded_from_the_command_line_and_told_what_was_repaired(mini: Course) -> None:
    done = autograder(mini, "simulate", "01_mini", "--students", "5", "--seed", "8", "--damage")
    assert "What was done to them" in done.stdout
    assert autograder(mini, "grade", "01_mini").returncode == 0
    assert autograder(mini, "feedback", "01_mini").returncode == 0
    results = [json.loads(path.read_text()) for path in (mini.results_folder / "01_mini").glob("*.json")]
    repairs = {sentence for result in results for sentence in result["repairs"]}
    assert repairs
    pages = "".join(page.read_text() for page in mini.feedback_folder.rglob("*.html"))
    assert all(sentence.split("`")[-1].split("'")[0].strip() in pages for sentence in repairs)


@pytest.mark.slow
@pytest.mark.parametrize("name", [a.name for a in COURSE.assignments])
def test_damaged_notebooks_earn_in_the_rooms_what_the_undamaged_do(name: str, tmp_path: Path) -> None:
    """Trainings are left out, up to a minute a grading; that their exercise gets the same code is tested above."""
    assignment, limits = read_source(COURSE, name), COURSE.assignment(name).limits
    # Keras in one notebook takes as long as NumPy in several.
    count, seeds = (1, 1) if trains(COURSE.source_folder, name) else (4, 2)
    students = simulate(COURSE, name, count, 3, tmp_path)
    with rooms_for(COURSE, assignment, "bubblewrap") as rooms:

        def verdicts(data: bytes) -> Result:
            return grade("s", data, assignment, limits, rooms).result

        for number, student in enumerate(students):
            data = untrained(assignment, (tmp_path / student / name / f"{name}.ipynb").read_bytes())
            before = verdicts(data)
            for seed in range(seeds):
                kinds = some_kinds(random.Random(f"{name}/{number}/{seed}"))
                after = verdicts(damage(data, kinds, str(seed)).data)
                assert [(e.grade_id, e.points) for e in after.exercises] == [
                    (e.grade_id, e.points) for e in before.exercises
                ], (kinds, after.repairs)
