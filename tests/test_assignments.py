"""What every assignment promises: full points, no points, mistakes that are caught and named."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from forms import as_colab, as_jupyterlab
from places import ROOT, Reference, trains
from test_grading import autograder

from autograder.classroom import rooms_for
from autograder.course import load_course
from autograder.grading import grade
from autograder.misconceptions import Misconception, read_misconceptions
from autograder.quality import MIN_HINTED_SHARE, MIN_PER_EXERCISE
from autograder.release import generate
from autograder.repair import put_on_frame
from autograder.simulate import misconceptions_path
from autograder.solutions import reference_notebook, solution_cells, with_misconception
from autograder.source import STUB, AssignmentSource, Role, read_source, source_path
from autograder.submission import parse_notebook

COURSE = load_course(ROOT)
ASSIGNMENTS = [assignment.name for assignment in COURSE.assignments]


each_assignment = pytest.mark.parametrize("name", ASSIGNMENTS)


@each_assignment
def test_every_exercise_has_misconceptions_of_its_own(name: str) -> None:
    source = read_source(COURSE, name)
    found = Counter(m.exercise for m in read_misconceptions(misconceptions_path(COURSE, name)))
    assert set(found) == {exercise.name for exercise in source.exercises}
    assert min(found.values()) >= MIN_PER_EXERCISE, found


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ASSIGNMENTS])
def test_an_exercise_is_named_after_what_it_defines(name: str) -> None:
    """In the process that runs the reference for the assignment's own tests."""
    source, solution = read_source(COURSE, name), Reference(name)
    for exercise in source.exercises:
        assert exercise.name in exercise.solution.names.defines
        assert hasattr(solution, exercise.name)


@pytest.mark.parametrize("name", [name for name in ASSIGNMENTS if trains(COURSE.source_folder, name)])
def test_what_a_reference_reaches_is_measured_with_names_that_it_has(name: str) -> None:
    """`measure.py` gets what `load_solution` defines; `make seeds` and `make full-scale` run it, and no test does."""
    text = (COURSE.source_folder / name / "measure.py").read_text(encoding="utf-8")
    reads = set(re.findall(r"\bsolution\.(\w+)", text))
    defined = frozenset().union(*(cell.names.defines for cell in solution_cells(read_source(COURSE, name))))
    assert reads
    assert reads <= defined


@each_assignment
def test_each_notebook_has_a_written_question_a_prediction_and_hidden_tests(name: str) -> None:
    cells = read_source(COURSE, name).cells
    assert [c.points for c in cells if c.role is Role.MANUAL] == [5]
    assert sum(bool(c.hidden_lines) for c in cells) >= 5
    released = generate(read_source(COURSE, name)).cells
    assert all("raise NotImplementedError()" in cell.source for cell in released if _is_solution(cell))


@each_assignment
def test_every_line_of_a_text_cell_is_a_comment_in_the_source(name: str) -> None:
    """Jupytext forgives one that is not; an editor, or a Python that reads the file, does not."""
    in_text = False
    for number, line in enumerate(source_path(COURSE, name).read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("# %%"):
            in_text = "[markdown]" in line
        assert not in_text or not line or line.startswith("#"), f"line {number}: {line}"


def _is_solution(cell: object) -> bool:
    data = cell.metadata.get("nbgrader", {})  # type: ignore[attr-defined]
    return bool(data.get("solution")) and not data.get("grade")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow(seconds=200 if trains(COURSE.source_folder, name) else 40))
        for name in ASSIGNMENTS
    ],
)
def test_the_tests_catch_every_misconception_and_name_nearly_all(name: str, tmp_path: Path) -> None:
    done = autograder(COURSE, "quality", name, "--until-named", "--json", str(tmp_path / "quality.json"), seconds=3000)
    found = json.loads((tmp_path / "quality.json").read_text())
    assert found["reference"] == {"score": 95, "max_score": 95}, done.stdout
    assert found["blank"] == {"score": 0}
    assert [m["name"] for m in found["misconceptions"] if not m["rejected"]] == []
    hinted = [m["hinted"] for m in found["misconceptions"] if m["hinted"] is not None]
    assert sum(hinted) >= MIN_HINTED_SHARE * len(hinted), done.stdout
    assert done.returncode == 0


def _four_submissions(source: AssignmentSource) -> list[dict[str, str]]:
    """What stands in the reference's place: nothing, two misconceptions, and two cells that cannot work."""
    wrong = read_misconceptions(misconceptions_path(COURSE, source.name))
    first, second = wrong[0], wrong[-1]
    return [
        {},
        {m.exercise: with_misconception(source, m.exercise, _code(source, m)) for m in (first, second)},
        {first.exercise: STUB, "written": "Because."},
        {second.exercise: "def broken(:"},
    ]


@each_assignment
def test_four_submissions_as_colab_saves_them_run_as_those_of_jupyterlab(name: str) -> None:
    source = read_source(COURSE, name)
    for replaced in _four_submissions(source):
        notebook = reference_notebook(source, replaced)
        colab, lab = (put_on_frame(source, parse_notebook(form(notebook))) for form in (as_colab, as_jupyterlab))
        assert colab == lab
        assert colab.repairs == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in ASSIGNMENTS if not trains(COURSE.source_folder, name)])
def test_four_submissions_as_colab_saves_them_are_graded_as_those_of_jupyterlab(name: str) -> None:
    """What runs is the same (see above), so that points are too; a minute each where a network is trained."""
    source = read_source(COURSE, name)
    limits = COURSE.assignment(name).limits
    with rooms_for(COURSE, source, "bubblewrap") as rooms:
        for replaced in _four_submissions(source):
            notebook = reference_notebook(source, replaced)
            colab, lab = (
                grade("s", form(notebook), source, limits, rooms).result for form in (as_colab, as_jupyterlab)
            )
            assert colab.repairs == lab.repairs == ()
            assert [(e.grade_id, e.verdict, e.points) for e in colab.exercises] == [
                (e.grade_id, e.verdict, e.points) for e in lab.exercises
            ]
            assert (colab.score == 95) == (not replaced)


def _code(source: AssignmentSource, misconception: Misconception) -> str:
    return misconception.replacing(source.by_grade_id[misconception.exercise].names.functions)
