"""Whatever was handed in, reading it ends in a notebook or in one sentence."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from forms import as_colab, as_jupyterlab
from hypothesis import given
from hypothesis import strategies as st

from autograder import submission
from autograder.course import Course
from autograder.release import generate
from autograder.repair import put_on_frame
from autograder.results import Verdict
from autograder.solutions import reference_notebook
from autograder.source import Role, read_source
from autograder.submission import (
    SubmittedFile,
    UnreadableError,
    find_submissions,
    parse_notebook,
    read_bytes,
    submitted_at,
)

CELL = {"cell_type": "code", "source": "x = 1", "metadata": {}, "outputs": [], "execution_count": None}


def document(**changes: object) -> bytes:
    return json.dumps({"cells": [CELL], "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **changes}).encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"%PDF-1.7", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no cells"),
        (b'{"a": 1}', "no cells"),
        (document(cells=[]), "no cells"),
        (document(cells="abc"), "no cells"),
        (document(cells=[3, None]), "no cells"),
        (document(nbformat=7), "format '7'"),
        (document(nbformat={"a": 1}), "format"),
        (json.dumps({"worksheets": 3, "nbformat": 3}).encode(), "old format"),
        (document(cells=[CELL] * 5_001), "more than 5,000 cells"),
        (document(cells=[{**CELL, "source": "x\n" * 500_001}]), "more than 1,000,000 characters"),
    ],
)
def test_what_is_no_notebook_is_said_in_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableError) as error:
        parse_notebook(data)
    assert error.value.verdict is Verdict.MALFORMED
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "label", [{"grade_id": ["double"]}, {"grade_id": {"a": 1}}, {"grade_id": 3}, [], "double", None]
)
def test_labels_of_another_form_are_no_labels(mini: Course, label: object) -> None:
    source = read_source(mini, "01_mini")
    data = json.loads(as_colab(reference_notebook(source)))
    for cell in data["cells"]:
        cell["metadata"]["nbgrader"] = label
    frame = put_on_frame(source, parse_notebook(json.dumps(data).encode()))
    assert set(frame.answers) == {"double", "prediction", "written"}


def test_an_old_notebook_is_read() -> None:
    old = {
        "nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""},
        "worksheets": [{"metadata": {}, "cells": [
            {"cell_type": "code", "input": "def f(): pass", "language": "python", "outputs": [], "metadata": {}}
        ]}],
    }  # fmt: skip
    assert parse_notebook(json.dumps(old).encode()).cells[0].source.startswith("def f")


def test_odd_cells_are_made_regular() -> None:
    odd = {
        "cell_type": "strange",
        "source": ["a\r\n", 3, "b\0\ud800"],
        "metadata": [],
        "execution_count": True,
    }
    cell = parse_notebook(document(cells=[odd, {}])).cells[0]
    assert (cell.cell_type, cell.source) == ("raw", "a\nb?")


@given(st.binary(max_size=300) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["cells", "metadata", "nbformat", "source", "cell_type", "worksheets", "nbgrader", "id"]), inner
    ),
    max_leaves=25,
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_any_bytes_end_in_a_notebook_or_a_sentence(data: bytes) -> None:
    try:
        assert parse_notebook(data).cells
    except UnreadableError as error:
        assert str(error)


def test_files_are_found_by_student_and_the_right_one_of_several_is_taken(tmp_path: Path) -> None:
    for name in (
        "ada/01_mini/01_mini.ipynb",
        "ada/01_mini/copy.ipynb",
        "bob/01_mini/mine (1).ipynb",
        "cy/02/02.ipynb",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
        os.utime(path, (2e9, 2e9) if "copy" in name else (1e9, 1e9))
    found = {file.student: file.path and file.path.name for file in find_submissions(tmp_path, "01_mini")}
    assert found == {"ada": "01_mini.ipynb", "bob": "mine (1).ipynb", "cy": None}
    assert find_submissions(tmp_path / "none", "01_mini") == ()


def test_nothing_handed_in_and_unreadable_and_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableError) as error:
        read_bytes(SubmittedFile("ada", None))
    assert error.value.verdict is Verdict.MISSING
    with pytest.raises(UnreadableError, match="cannot be read"):
        read_bytes(SubmittedFile("ada", tmp_path))
    monkeypatch.setattr(submission, "MAX_FILE_BYTES", 10)
    path = tmp_path / "a.ipynb"
    path.write_bytes(b"x" * 10)
    assert len(read_bytes(SubmittedFile("ada", path))) == 10
    path.write_bytes(b"x" * 11)
    with pytest.raises(UnreadableError, match="larger than"):
        read_bytes(SubmittedFile("ada", path))


def test_nbgraders_timestamp_is_read(tmp_path: Path) -> None:
    file = SubmittedFile("ada", tmp_path / "a.ipynb")
    assert submitted_at(file) is None
    (tmp_path / "timestamp.txt").write_text("2027-01-31 12:00:00.5 UTC\n")
    found = submitted_at(file)
    assert found is not None and (found.month, found.microsecond) == (1, 500_000)
    (tmp_path / "timestamp.txt").write_text("yesterday")
    assert submitted_at(file) is None


# --- back on the source's frame


@pytest.mark.parametrize("form", [as_jupyterlab, as_colab])
def test_the_forms_of_jupyterlab_and_colab_give_the_same_frame(mini: Course, form: object) -> None:
    source = read_source(mini, "01_mini")
    frame = put_on_frame(source, parse_notebook(form(reference_notebook(source))))  # type: ignore[operator]
    assert frame.repairs == ()
    assert [c.text for c in frame.cells if c.role is not Role.PLAIN] == [
        c.text for c in source.cells if c.role is not Role.PLAIN
    ]


def test_tests_and_locked_cells_come_from_the_source_and_answers_from_the_student(mini: Course) -> None:
    source = read_source(mini, "01_mini")
    notebook = reference_notebook(source, {"double": "def double(x): return x", "double-1": "pass", "setup": "x = 0"})
    notebook.cells = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") != "double-2"]
    frame = put_on_frame(source, parse_notebook(as_colab(notebook)))
    text = {c.origin.grade_id: c.text for c in frame.cells if c.origin}
    assert text["double"] == "def double(x): return x"
    assert text["double-1"] == source.by_grade_id["double-1"].text
    assert text["double-2"] == source.by_grade_id["double-2"].text
    assert text["setup"] == source.by_grade_id["setup"].text


def test_cells_that_the_student_added_stay_where_they_were(mini: Course) -> None:
    source = read_source(mini, "01_mini")
    notebook = reference_notebook(source)
    notebook.cells.insert(2, dict(CELL, source="helper = 2"))
    texts = [c.text for c in put_on_frame(source, parse_notebook(as_colab(notebook))).cells]
    assert texts.index("helper = 2") == texts.index(source.by_grade_id["setup"].text) + 1


def test_a_cell_without_its_label_is_found_by_what_it_defines(mini: Course) -> None:
    source = read_source(mini, "01_mini")
    notebook = reference_notebook(source)
    for cell in notebook.cells:
        cell.metadata = {}
    frame = put_on_frame(source, parse_notebook(as_colab(notebook)))
    assert "return 2 * x" in frame.answers["double"]
    assert len(frame.repairs) == 3  # two found by name, the written answer by its place
    assert sum(c.text == source.by_grade_id["setup"].text for c in frame.cells) == 1


def test_of_two_copies_the_last_that_ran_counts(mini: Course) -> None:
    source = read_source(mini, "01_mini")
    notebook = reference_notebook(source)
    index = next(i for i, c in enumerate(notebook.cells) if c.metadata.get("nbgrader", {}).get("grade_id") == "double")
    for text in ("def double(x): return 'second'", "def double(x): return 'third, never run'"):
        index += 1
        notebook.cells.insert(index, {**notebook.cells[index - 1], "source": text})
    data = json.loads(as_colab(notebook))
    data["cells"][index]["execution_count"] = None
    frame = put_on_frame(source, parse_notebook(json.dumps(data).encode()))
    assert "second" in frame.answers["double"]
    assert "3 times" in frame.repairs[0]


def test_another_assignments_notebook_is_told_apart(mini: Course) -> None:
    source = read_source(mini, "01_mini")
    with pytest.raises(UnreadableError) as error:
        put_on_frame(source, parse_notebook(document()))
    assert error.value.verdict is Verdict.WRONG_ASSIGNMENT


def test_an_empty_release_has_all_answers_unwritten(mini: Course) -> None:
    source = read_source(mini, "01_mini")
    frame = put_on_frame(source, parse_notebook(as_jupyterlab(generate(source))))
    assert "raise NotImplementedError" in frame.answers["double"]
