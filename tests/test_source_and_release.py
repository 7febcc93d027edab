"""Sources are checked, releases are reproducible and hold neither solutions nor hidden tests."""

from __future__ import annotations

from pathlib import Path

import jupytext
import nbformat
import pytest

from autograder.course import Course, CourseError
from autograder.pool.job import preload_of
from autograder.release import release
from autograder.source import Role, exercise_of, read_source

COMMON = '"schema_version": 3, "task": false'
LOCKED = f'nbgrader={{"grade": false, "grade_id": "%s", "locked": true, "solution": false, {COMMON}}}'
SOLUTION = f'nbgrader={{"grade": false, "grade_id": "%s", "locked": false, "solution": true, {COMMON}}}'
TEST = f'nbgrader={{"grade": true, "grade_id": "%s", "locked": true, "points": 1, "solution": false, {COMMON}}}'


def edit(course: Course, old: str, new: str) -> None:
    path = course.source_folder / "01_mini" / "01_mini.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_exercises_and_points(mini: Course) -> None:
    source = read_source(mini, "01_mini")
    assert [(e.name, e.max_points, len(e.tests)) for e in source.exercises] == [
        ("double", 5, 2),
        ("prediction", 1, 1),
    ]
    assert source.max_score == 6
    assert [c.role for c in source.cells if c.grade_id == "written"] == [Role.MANUAL]


def test_rooms_have_imported_what_the_source_imports_and_nothing_that_is_not_safe_to_fork(mini: Course) -> None:
    lines = (
        "from convkit import check, draw",
        "import keras.ops",
        "import torch",
        "def f():\n    import sklearn.datasets",
    )
    edit(mini, "x = np.arange(3.0)", "\n".join(("x = np.arange(3.0)", *lines)))
    source = read_source(mini, "01_mini")
    assert {"convkit", "convkit.check", "convkit.draw", "keras.ops", "numpy", "torch"} <= set(source.imports)
    preloaded = preload_of(source)
    assert {"convkit.check", "convkit.draw", "keras.ops", "matplotlib", "numpy.random", "sklearn.datasets"} <= {
        *preloaded
    }
    assert not any(name.startswith("torch") for name in preloaded)
    assert len(set(preloaded)) == len(preloaded)


def test_hidden_lines_are_those_between_the_markers(mini: Course) -> None:
    cell = read_source(mini, "01_mini").by_grade_id["double-2"]
    assert cell.hidden_lines == {1, 2, 3}
    assert not read_source(mini, "01_mini").by_grade_id["double-1"].hidden_lines


def test_the_clean_room_gets_the_instructors_names_and_proxies_the_students(mini: Course) -> None:
    source = read_source(mini, "01_mini")
    trust = source.trust
    assert trust.clean_cells == {source.by_grade_id["setup"].index}
    assert trust.untrusted_reads[source.by_grade_id["double-1"].index] == ("double",)
    assert trust.untrusted_reads[source.by_grade_id["prediction-1"].index] == ("double", "prediction")


def test_a_cell_that_reads_a_student_name_is_not_trusted_nor_what_it_defines(mini: Course) -> None:
    edit(mini, "print(double(x))", "y = double(x)\nx = 7")
    edit(mini, '# %% [markdown] nbgrader={"grade": true, "grade_id": "written"', f"""# %% {LOCKED % "made"}
y = double(x)

# %% {LOCKED % "more"}
z = y + 1

# %% {SOLUTION % "last"}
def last():
    ### BEGIN SOLUTION
    return 1
    ### END SOLUTION

# %% {TEST % "last-1"}
assert z is not x and last()

# %% [markdown] nbgrader={{"grade": true, "grade_id": "written\"""".rstrip())  # fmt: skip
    source = read_source(mini, "01_mini")
    assert source.trust.untrusted_reads[source.by_grade_id["last-1"].index] == ("last", "z")
    assert source.by_grade_id["made"].index not in source.trust.clean_cells


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"grade_id": "double-2"', '"grade_id": "double-1"', "used twice"),
        ('"grade_id": "double-2"', '"grade_id": "other-2"', "belongs to no exercise"),
        ('"grade_id": "prediction-1"', '"grade_id": "double-3"', "has no test cell prediction-1"),
        ("assert np.allclose(double(x)", "wanted = 3\nassert np.allclose(double(x)", ""),
    ],
)
def test_mistakes_in_a_source_are_named(mini: Course, old: str, new: str, words: str) -> None:
    edit(mini, old, new)
    if not words:
        edit(mini, "print(double(x))", "print(wanted)")
        words = "only a test cell defines"
    with pytest.raises(CourseError, match=words):
        read_source(mini, "01_mini")


def test_a_verdict_is_never_left_to_a_helper_that_reads_the_students_names(mini: Course) -> None:
    """It would run in the student's room, where `all_right = lambda: True` is easily said."""
    first = '# %% nbgrader={"grade": true, "grade_id": "double-1"'
    helper = f"# %% {LOCKED % 'helper'}\ndef all_right():\n    return double(2) == 4\n\n"
    test = f"# %% {TEST % 'double-3'}\nassert all_right()\n\n"
    edit(mini, first, helper + test + first)
    with pytest.raises(CourseError, match=r"'double-3' calls 'all_right' of cell 'helper'"):
        read_source(mini, "01_mini")


def test_hidden_tests_outside_a_test_cell_are_refused(mini: Course) -> None:
    edit(mini, "x = np.arange(3.0)", "x = np.arange(3.0)\n### BEGIN HIDDEN TESTS\ny = 1\n### END HIDDEN TESTS")
    with pytest.raises(CourseError, match="only a test cell keeps them hidden"):
        read_source(mini, "01_mini")


def test_an_exercise_may_be_named_like_a_built_in(mini: Course) -> None:
    path = mini.source_folder / "01_mini" / "01_mini.py"
    path.write_text(path.read_text().replace("double", "sum"))
    source = read_source(mini, "01_mini")
    assert source.trust.untrusted_reads[source.by_grade_id["sum-1"].index] == ("sum",)


def test_a_release_is_the_same_bytes_every_time(mini: Course) -> None:
    first = release(mini, "01_mini").path.read_bytes()
    release(mini, "01_mini").path.unlink()
    assert release(mini, "01_mini").path.read_bytes() == first
    assert release(mini, "01_mini", check=True).up_to_date


def test_check_sees_a_stale_release_and_writes_nothing(mini: Course) -> None:
    path = release(mini, "01_mini").path
    before = path.read_bytes()
    edit(mini, "# # Mini", "# # Mini, second edition")
    assert not release(mini, "01_mini", check=True).up_to_date
    assert path.read_bytes() == before


def test_no_canary_of_a_solution_or_hidden_test_is_in_any_released_byte(mini: Course) -> None:
    source = mini.source_folder / "01_mini" / "01_mini.py"
    assert source.read_text().count("canary-5b1e") == 2
    release(mini, "01_mini")
    released = [path for path in mini.release_folder.rglob("*") if path.is_file()]
    assert released
    for path in released:
        assert b"canary-5b1e" not in path.read_bytes()


def test_no_solution_or_hidden_test_of_this_course_is_released(course: Course, tmp_path: Path) -> None:
    """Plants a canary in every solution and hidden test of the real assignments, as outputs and metadata too."""
    for assignment in course.assignments:
        folder = tmp_path / "source" / assignment.name
        folder.mkdir(parents=True)
        text = (course.source_folder / assignment.name / f"{assignment.name}.py").read_text()
        for marker in ("BEGIN SOLUTION", "BEGIN HIDDEN TESTS"):
            assert marker in text
        planted = []
        for line in text.splitlines():
            planted.append(line)
            if line.strip() in ("### BEGIN SOLUTION", "### BEGIN HIDDEN TESTS"):
                planted.append(line[: len(line) - len(line.lstrip())] + "'canary-77aa'")
        (folder / f"{assignment.name}.py").write_text("\n".join(planted))
    (tmp_path / "course.toml").write_text((course.root / "course.toml").read_text())
    from autograder.course import load_course

    other = load_course(tmp_path)
    for assignment in other.assignments:
        source = read_source(other, assignment.name)
        assert sum("canary-77aa" in cell.text for cell in source.cells) > len(source.exercises)
        assert b"canary-77aa" not in release(other, assignment.name).path.read_bytes()


def test_the_source_opens_as_a_notebook_and_comes_back_unchanged(course: Course) -> None:
    """JupyterLab's jupytext reads and writes the same file: nothing may be lost on the way."""
    for assignment in course.assignments:
        text = (course.source_folder / assignment.name / f"{assignment.name}.py").read_text()
        notebook = jupytext.reads(text, fmt="py:percent")
        again = jupytext.reads(jupytext.writes(notebook, fmt="py:percent"), fmt="py:percent")
        assert [(c.cell_type, c.source, c.metadata) for c in again.cells] == [
            (c.cell_type, c.source, c.metadata) for c in notebook.cells
        ]


def test_this_courses_releases_are_valid_notebooks_worth_100_points(course: Course) -> None:
    for assignment in course.assignments:
        path = course.release_folder / assignment.name / f"{assignment.name}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        points = [c.metadata.nbgrader.points for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")]
        assert sum(points) == 100
        assert read_source(course, assignment.name).max_score == 95
        assert all(not cell.get("outputs") for cell in notebook.cells)


def test_exercise_of_a_test() -> None:
    assert exercise_of("conv_layer-12") == "conv_layer"


def test_every_release_opens_in_colab_and_installs_the_course(course: Course) -> None:
    for assignment in course.assignments:
        path = course.release_folder / assignment.name / f"{assignment.name}.ipynb"
        first, setup, *_ = nbformat.read(path, as_version=4).cells
        badge = "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
        assert f"{badge}({course.colab_url(assignment.name)})" in first.source
        assert setup.source.count(course.install_url) == 1
        assert "OLAB@@" not in path.read_text() and "@@INSTALL" not in path.read_text()
