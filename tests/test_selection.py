"""Which cells run when only some exercises are asked for."""

from __future__ import annotations

import json
from functools import cache

import jupytext
import pytest
from nbformat import NotebookNode
from workshop import labelled_cell

from autograder.release import generate, notebook_text
from autograder.repair import put_on_frame
from autograder.selection import cells_to_run
from autograder.source import AssignmentSource, parse_source
from autograder.submission import parse_notebook


@cache
def source() -> AssignmentSource:
    """Two functions that need nothing, a table of numbers that takes long, and what is computed from all of them."""
    text = "\n".join(
        [
            labelled_cell("setup", "import time"),
            labelled_cell("rates", "rate = 3"),
            labelled_cell("data", "time.sleep(1)\nnumbers = list(range(9))"),
            labelled_cell("double", "def double(x):\n    return 2 * x", solution=True),
            labelled_cell("double-1", "assert double(2) == 4", points=1),
            labelled_cell("scaled", "def scaled(x):\n    return rate * x", solution=True),
            labelled_cell("scaled-1", "assert scaled(2) == 6", points=1),
            labelled_cell("total", "def total():\n    return sum(double(x) for x in numbers)", solution=True),
            labelled_cell("result", "result = total()"),
            labelled_cell("total-1", "assert result == 72", points=1),
        ]
    )
    return parse_source("01_selection", jupytext.reads(text, fmt="py:percent"))


def running(*only: str, own: str = "", **answers: str) -> set[str]:
    """Names of the cells that run for the exercises `only`, in a notebook with these answers and an own cell on top."""
    notebook: NotebookNode = generate(source())
    known = source().by_grade_id
    for each in notebook.cells:
        name = each.metadata.get("nbgrader", {}).get("grade_id")
        if name in ("double", "scaled", "total"):
            each.source = answers.get(name, known[name].text)
    document = json.loads(notebook_text(notebook))
    if own:
        document["cells"].insert(0, {"cell_type": "code", "metadata": {}, "outputs": [], "source": own})
    frame = put_on_frame(source(), parse_notebook(json.dumps(document).encode()))
    chosen = cells_to_run(source(), frame, only or None, figures=False)
    return {origin.grade_id if (origin := frame.cells[i].origin) else "own" for i in chosen}


def test_an_exercise_that_needs_nothing_runs_without_the_others_and_what_they_need() -> None:
    assert running("double") == {"double", "double-1"}
    assert running("scaled") == {"rates", "scaled", "scaled-1"}
    assert running("double", "scaled") == {"rates", "double", "double-1", "scaled", "scaled-1"}


def test_what_a_test_needs_runs_with_all_that_this_needs() -> None:
    assert running("total") == {"setup", "data", "double", "total", "result", "total-1"}


def test_an_answer_may_use_that_to_another_exercise() -> None:
    """The reference does not; what the other answer needs is run too."""
    assert running("scaled", scaled="def scaled(x):\n    return rate * double(x) / 2") == {
        "rates", "double", "scaled", "scaled-1",
    }  # fmt: skip
    assert running("total", total="def total():\n    return sum(double(x) + 0 * scaled(x) for x in numbers)") == {
        "setup", "rates", "data", "double", "scaled", "total", "result", "total-1",
    }  # fmt: skip


@pytest.mark.parametrize("own", ["half = 0.5", "answer = scaled(1)"])
def test_what_the_student_added_is_run_with_the_answers_that_it_uses(own: str) -> None:
    more = {"rates", "scaled"} if "scaled" in own else set()
    assert running("double", own=own) == {"own", "double", "double-1"} | more


def test_an_answer_that_may_define_anything_is_run() -> None:
    answer = "from operator import *\ndef scaled(x):\n    return mul(rate, x)"
    assert running("double", double="def double(x):\n    return mul(2, x)", scaled=answer) == {
        "rates", "scaled", "double", "double-1",
    }  # fmt: skip


def test_without_a_choice_everything_runs() -> None:
    assert running() == set(source().by_grade_id)
