"""What a notebook shows where an exercise is not written yet: one sentence. Other mistakes keep their traceback."""

from __future__ import annotations

import re

import nbformat
import pytest
from nbclient import NotebookClient

ANOTHER = """\
def show(shell, kind, error, trace, tb_offset=None):
    print("another handler:", error)
get_ipython().set_custom_exc((ImportError,), show)
from convkit import unwritten
unwritten.explain()
unwritten.explain()"""
CELLS = {
    "start": ANOTHER,
    "stub": "def double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()",
    "call": "import math\nfour = [double(number) for number in (2,)]\ndef half(x):\n    inner = 1",
    "name made by the call": "five = four[0] + 1",
    "name made after that": "print(five)",
    "function made after the call": "half(2)",
    "answer": "# prediction = [..., ...]\n# YOUR CODE HERE\nraise NotImplementedError()",
    "answer used": "seen = prediction[0]",
    "answer used again": "print(seen)",
    "typing error": "print(fuor)",
    "name inside a function": "print(inner)",
    "exception with a text": "raise NotImplementedError('on this device')",
    "exception of a library": "import logging\nlogging.Handler().emit(None)",
    "import": "import no_such_module",
    "written": "def double(x):\n    return 2 * x",
    "call again": "four = [double(number) for number in (2,)]\nprint(four)",
}


@pytest.fixture(scope="module")
def shown() -> dict[str, str]:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS.values()])
    NotebookClient(notebook, allow_errors=True, timeout=60, kernel_name="python3").execute()
    texts = (
        "\n".join("\n".join(output.get("traceback", [])) or output.get("text", "") for output in cell.outputs)
        for cell in notebook.cells
    )
    return dict(zip(CELLS, (re.sub(r"\x1b\[[0-9;]*m", "", text) for text in texts), strict=True))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("call", "`double` is not written yet. Fill in its cell and run it, then run this one again."),
        ("answer", "This cell is not filled in yet: your answer takes the place of `raise NotImplementedError()`."),
    ],
)
def test_an_unwritten_exercise_is_told_in_one_sentence(shown: dict[str, str], cell: str, text: str) -> None:
    assert shown[cell] == text


@pytest.mark.parametrize(
    ("cell", "name", "reason"),
    [
        ("name made by the call", "four", "`double` was not written"),
        ("name made after that", "five", "`double` was not written"),
        ("function made after the call", "half", "`double` was not written"),
        ("answer used", "prediction", "it was not filled in"),
        ("answer used again", "seen", "`prediction` did not exist"),
    ],
)
def test_so_is_what_follows_from_it(shown: dict[str, str], cell: str, name: str, reason: str) -> None:
    assert shown[cell] == (
        f"`{name}` does not exist yet: the cell that makes it stopped, because {reason}. Run that cell first."
    )


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("typing error", "name 'fuor' is not defined"),
        ("name inside a function", "name 'inner' is not defined"),
        ("exception with a text", "NotImplementedError: on this device"),
        ("exception of a library", "emit must be implemented by Handler subclasses"),
    ],
)
def test_other_mistakes_keep_their_traceback(shown: dict[str, str], cell: str, text: str) -> None:
    assert text in shown[cell] and "Traceback (most recent call last)" in shown[cell]


def test_who_handled_other_exceptions_before_still_does(shown: dict[str, str]) -> None:
    assert "another handler: No module named 'no_such_module'" in shown["import"]


def test_nothing_is_shown_once_it_is_written(shown: dict[str, str]) -> None:
    assert (shown["start"], shown["stub"], shown["written"], shown["call again"]) == ("", "", "", "[4]\n")


def test_outside_of_a_notebook_nothing_happens() -> None:
    from convkit import unwritten

    unwritten.explain()
