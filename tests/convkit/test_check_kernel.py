"""How a failing check looks in a notebook: the text alone, in a real kernel."""

from __future__ import annotations

import re

import nbformat
import pytest
from nbclient import NotebookClient

CELLS = [
    "import numpy as np\nfrom convkit import check",
    "check.close(np.array([[3, 2], [1, 0]]), [[0, 1], [2, 3]])",
    "def stub():\n    raise NotImplementedError\ncheck.raises(ValueError, stub, 'x')",
    "def wrong(x):\n    scale = 2\n    return x.nothing\ncheck.unchanged(wrong, np.ones(3), name='`wrong`')",
    "check.passed('turn')",
    "from convkit import datasets\ndatasets.load('fashion_mnist', source='sample')",
]


@pytest.fixture(scope="module")
def outputs():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    NotebookClient(notebook, allow_errors=True, timeout=60, kernel_name="python3").execute()
    return [cell.outputs for cell in notebook.cells]


def plain(output) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output.traceback))


def test_a_failed_check_is_shown_without_a_traceback(outputs):
    (error,) = outputs[1]
    assert (error.output_type, error.ename) == ("error", "CheckFailed")
    assert plain(error) == (
        "✗ The result is not right.\nThe numbers are right, but the result is turned by 180°.\n"
        "Expected:\n[[0 1]\n [2 3]]\nGot:\n[[3 2]\n [1 0]]\n4 of 4 numbers differ, the first at [0, 0]: 3 instead of 0."
    )
    assert error.evalue in plain(error)


def test_a_stub_is_not_a_failed_check(outputs):
    assert outputs[2][0].ename == "NotImplementedError"


def test_an_exception_in_a_call_names_the_students_own_line(outputs):
    text = plain(outputs[3][0])
    assert "`wrong` raised AttributeError." in text
    assert "in wrong, line 3 of its cell: return x.nothing" in text


def test_a_passed_cell_prints_one_line(outputs):
    assert outputs[4][0].text == "✓ turn: checks passed\n"


def test_a_missing_data_set_is_told_in_one_line(outputs):
    assert len(outputs[5][0].traceback) == 1 and "no bundled sample" in plain(outputs[5][0])
