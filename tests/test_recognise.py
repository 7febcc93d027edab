"""An assignment's outline is what its source says; a notebook is recognised by what it holds."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from places import MINI

from autograder.course import Course, CourseError, load_course
from autograder.outline import Outline, outline_of, read_outline
from autograder.recognise import recognise
from autograder.source import Role, read_source
from autograder.submission import parse_notebook

NAMES = [each.name for each in load_course(MINI.parent.parent).assignments]


@pytest.fixture(scope="module")
def outlines(course: Course) -> tuple[Outline, ...]:
    return tuple(read_outline(course, name) for name in NAMES)


def released(course: Course, name: str) -> NotebookNode:
    return nbformat.read(course.release_folder / name / f"{name}.ipynb", as_version=4)


def read(notebook: NotebookNode) -> NotebookNode:
    return parse_notebook(nbformat.writes(notebook).encode())


@pytest.mark.parametrize("name", NAMES)
def test_the_outline_is_what_the_whole_reading_finds(course: Course, name: str) -> None:
    outline, source = read_outline(course, name), read_source(course, name)
    found = [(e.name, e.max_points, e.is_function) for e in outline.exercises]
    assert found == [(e.name, e.max_points, e.name in e.solution.names.functions) for e in source.exercises]
    questions = [(cell.grade_id, cell.points) for cell in source.cells if cell.role is Role.MANUAL]
    assert [(q.name, q.max_points) for q in outline.questions] == questions
    assert outline.labels == set(source.by_grade_id)
    headings = {
        line.lstrip("# ") for c in source.cells if not c.is_code for line in c.text.splitlines() if line[:1] == "#"
    }
    assert {e.section for e in outline.exercises} <= headings
    assert all(e.section[0].isdigit() for e in outline.exercises)
    code = "".join(cell.text for cell in source.cells if cell.is_code)
    assert all(f'"{e.figure}"' in code for e in outline.exercises if e.figure)


def test_what_to_read_again_names_the_section_and_its_last_figure(course: Course) -> None:
    read_again = read_outline(course, "01_convolution").read_again
    assert read_again["correlate2d"] == "section “2 · How does a window slide over a picture?”"
    figure = "with its figure “A 2×2 kernel on 4×4 pixels, as a 9×16 matrix”"
    assert read_again["conv_layer_im2col"] == f"section “5 · Can we do without the loops?”, {figure}"


def test_a_source_without_headings_has_nothing_to_read_again() -> None:
    text = '# %% nbgrader={"grade": false, "grade_id": "f", "solution": true}\ndef f():\n    pass\n'
    outline = outline_of("01_x", text)
    assert [e.name for e in outline.exercises] == ["f"]
    assert outline.read_again == {}


def test_a_source_that_cannot_be_read_is_one_sentence(mini: Course) -> None:
    path = mini.source_folder / "01_mini" / "01_mini.py"
    path.write_text(path.read_text().replace('"grade_id": "setup"', '"grade_id": setup'))
    with pytest.raises(CourseError, match="py:percent"):
        read_outline(mini, "01_mini")
    path.unlink()
    with pytest.raises(CourseError, match="is missing, though"):
        read_outline(mini, "01_mini")


@pytest.mark.parametrize("name", NAMES)
def test_each_release_is_known_with_and_without_labels_under_a_name_that_lies(
    course: Course, outlines: tuple[Outline, ...], name: str
) -> None:
    notebook = released(course, name)
    other = next(each for each in NAMES if each != name)
    path = Path(f"/home/ada/{other}/{other} (1).ipynb")
    assert recognise(read(notebook), path, outlines) == name
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
    assert recognise(read(notebook), path, outlines) == name


def code(*texts: str) -> NotebookNode:
    return read(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in texts]))


@pytest.mark.parametrize(
    ("notebook", "path", "expected"),
    [
        (code("def correlate2d(a, b):\n    pass", "def convolve2d(a, b):\n    pass"), "x.ipynb", "01_convolution"),
        (code("def decode(a):\n    pass"), "x.ipynb", None),  # one function that many notebooks have
        (code("def decode(a):\n    pass"), "10_yolo (2).ipynb", "10_yolo"),
        (code("def decode(a):\n    pass"), "10_yolo/solved.ipynb", "10_yolo"),
        (code("def prediction():\n    pass", "def written():\n    pass"), "x.ipynb", None),
        (code("print(1)"), "Yolo.ipynb", None),
        (code("print(1)"), "x.ipynb", None),
    ],
)
def test_functions_then_names_of_file_and_folder_tell_it(
    outlines: tuple[Outline, ...], notebook: NotebookNode, path: str, expected: str | None
) -> None:
    assert recognise(notebook, Path("/home/ada", path), outlines) == expected


def test_a_cell_copied_from_another_assignment_does_not_change_what_it_is(
    course: Course, outlines: tuple[Outline, ...]
) -> None:
    notebook = released(course, "02_padding_stride")
    copied = [c for c in released(course, "01_convolution").cells if "correlate2d" in str(c.metadata)]
    notebook.cells[3:3] = copied
    assert recognise(read(notebook), Path("x.ipynb"), outlines) == "02_padding_stride"


def test_labels_of_another_course_tell_nothing(course: Course, outlines: tuple[Outline, ...]) -> None:
    cell = nbformat.v4.new_code_cell("x = 1", metadata={"nbgrader": {"grade_id": "setup", "solution": False}})
    assert recognise(read(nbformat.v4.new_notebook(cells=[cell])), Path("x.ipynb"), outlines) is None
