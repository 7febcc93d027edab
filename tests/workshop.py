"""A small assignment and two students, for trying the repair: rich in ways to go wrong, and graded in a millisecond.

`points` runs a frame in one namespace, the tests in the source's text: no rooms, for honest code only.
"""

from __future__ import annotations

import contextlib
import io
import json
from functools import cache

import jupytext

from autograder.names import python_part
from autograder.release import generate, notebook_text
from autograder.repair import Frame
from autograder.source import AssignmentSource, Role, parse_source


def labelled_cell(name: str, text: str, *, points: int = 0, solution: bool = False, markdown: bool = False) -> str:
    """A labelled cell of a source notebook, as py:percent."""
    label = {"grade": bool(points), "grade_id": name, "locked": not solution, "points": points, "solution": solution}
    kind = "[markdown] " if markdown else ""
    return f"# %% {kind}nbgrader={json.dumps(label | {'schema_version': 3, 'task': False})}\n{text.strip()}\n"


_TEXT = "\n".join(
    [
        "# %% [markdown]\n# # Workshop\n#\n# What is asked in the exercises below, and how to go about it.\n",
        labelled_cell("setup", "import numpy as np\n\nx = np.arange(4.0)\nprint('ready', x.sum())"),
        "# %% [markdown]\n# ## Doubling\n#\n# Twice a number is the number and the number again.\n",
        labelled_cell(
            "double",
            'def double(x):\n    """Twice x, as an array of floats.\n\n    x: numbers, (n,).\n    """\n'
            "    ### BEGIN SOLUTION\n    x = np.asarray(x, dtype=float)\n    result = x + x\n    return result\n"
            "    ### END SOLUTION",
            solution=True,
        ),
        labelled_cell(
            "double-1",
            "assert np.allclose(double(x), [0, 2, 4, 6]), 'should be 0 2 4 6'\nprint('double: fine')",
            points=2,
        ),
        labelled_cell(
            "double-2", "### BEGIN HIDDEN TESTS\nassert double([5])[0] == 10\n### END HIDDEN TESTS", points=3
        ),
        "# %%\nfor number in range(3):\n    print(number, double([number]))\n",
        labelled_cell("table", "def table(values):\n    return '\\n'.join(f'{value:6.2f}' for value in values)"),
        labelled_cell(
            "total",
            'def total(values):\n    """The sum of a list of numbers; TypeError for a text."""\n'
            "    ### BEGIN SOLUTION\n    if isinstance(values, str):\n        raise TypeError('a text')\n\n"
            "    result = 0\n    for value in values:\n        result += value\n"
            "    return result\n    ### END SOLUTION",
            solution=True,
        ),
        labelled_cell(
            "total-1",
            "assert total([1, 2]) == 3\n### BEGIN HIDDEN TESTS\nassert total([]) == 0\n### END HIDDEN TESTS\n"
            "try:\n    total('12')\nexcept TypeError:\n    print('total: fine')\n"
            "else:\n    raise AssertionError('a text')",
            points=4,
        ),
        "# %% [markdown]\n# ## There and back\n#\n# Two functions, and one takes back what the other does.\n",
        labelled_cell(
            "enlarge",
            'def enlarge(values):\n    """Each value twice."""\n    ### BEGIN SOLUTION\n'
            "    return [value for value in values for _ in range(2)]\n    ### END SOLUTION\n\n\n"
            'def reduce(values):\n    """Every second value."""\n    ### BEGIN SOLUTION\n'
            "    return list(values)[::2]\n    ### END SOLUTION",
            solution=True,
        ),
        labelled_cell("enlarge-1", "assert enlarge([1, 2]) == [1, 1, 2, 2]", points=1),
        labelled_cell("enlarge-2", "assert reduce(enlarge([1, 2, 3])) == [1, 2, 3]\nprint('both: fine')", points=2),
        labelled_cell(
            "prediction",
            "prediction = None\n### BEGIN SOLUTION\nprediction = 4\n### END SOLUTION",
            solution=True,
        ),
        labelled_cell("prediction-1", "assert prediction == 4", points=1),
        labelled_cell(
            "quadruple",
            'def quadruple(x):\n    """Four times x."""\n    ### BEGIN SOLUTION\n    return double(double(x))\n'
            "    ### END SOLUTION",
            solution=True,
        ),
        labelled_cell("quadruple-1", "assert np.allclose(quadruple(x), 4 * x), 'not four times'", points=3),
        "# %% [markdown]\n# ## In words\n#\n# Why does doubling twice give four times? Two sentences.\n",
        labelled_cell("written", "# Because.", points=5, solution=True, markdown=True),
        "# %% [markdown]\n# ## What you built\n#\n# Five functions, and a number that you wrote down before.\n",
    ]
)

# One who knows it, in an own way: a helper in a cell of its own, imports, constants, more than one function in a cell.
KNOWS = {
    "double": "def twice(value):\n    return value + value\n\n\ndef double(x):\n    x = np.asarray(x, dtype=float)\n"
    "    return twice(x)",
    "total": "def total(values):\n    if isinstance(values, str):\n        raise TypeError('no text')\n"
    "    return accumulate(values)",
    "enlarge": "def enlarge(values):\n    return list(np.repeat(values, TIMES))\n\n\ndef reduce(values):\n"
    "    return [values[place] for place in range(0, len(values), TIMES)]",
    "prediction": "prediction = 2 * 2",
    "quadruple": "def quadruple(x):\n    return math.ceil(4) * np.asarray(x)",
    "written": "Twice two is four.\nSo doubling what was doubled multiplies by four.",
}
# One who made two mistakes and left one exercise as it was.
ERRS = {
    **KNOWS,
    "double": "def double(x):\n    return np.asarray(x) ** 2",
    "enlarge": "def enlarge(values):\n    result = []\n    for value in values:\n        result.append(value)\n"
    "        result.append(value)\n    return result\n\n\ndef reduce(values):\n    return values",
    "quadruple": "",
}
STUDENTS = {"knows": KNOWS, "errs": ERRS}
_OWN = {
    "double-2": "import math\n\nTIMES = 2",
    "table": "def accumulate(values):\n    result = 0\n    for value in values:\n        result = plus(result, value)\n"
    "    return result",
    "total-1": "print(total([3, 4]), table([1.5]))",
}
_HELPER = "def plus(one, other):\n    return one + other"


@cache
def source() -> AssignmentSource:
    """The assignment."""
    notebook = jupytext.reads(_TEXT, fmt="py:percent")
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.cell_type = cell.cell_type
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return parse_source("01_workshop", notebook)


@cache
def release() -> str:
    """The release, as the text of a file."""
    return notebook_text(generate(source()))


@cache
def handed_in(student: str) -> bytes:
    """What a student saved who did nothing odd: the release with the answers, and own cells, tagged `own`."""
    document = json.loads(release())
    answers, cells = STUDENTS[student], []
    for cell in document["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if answers.get(name):
            cell["source"] = answers[name].splitlines(keepends=True)
        cells.append(cell)
        if name in _OWN:
            cells.append(_own(_OWN[name]))
        if name == "setup":
            cells.append(_own(_HELPER))
    return json.dumps(document | {"cells": cells}).encode()


def _own(text: str) -> dict[str, object]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"own-{len(text)}",
        "metadata": {"tags": ["own"]},
        "outputs": [],
        "source": text.splitlines(keepends=True),
    }


def points(frame: Frame) -> dict[str, float]:
    """Exercise -> points, all cells run in one namespace."""
    namespace: dict[str, object] = {}
    earned = {exercise.name: 0.0 for exercise in source().exercises}
    for cell in frame.cells:
        if not cell.is_code:
            continue
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(python_part(cell.text), "<cell>", "exec"), namespace)
        except Exception:
            continue
        if cell.role is Role.TEST and cell.origin is not None:
            earned[cell.origin.grade_id.rpartition("-")[0]] += cell.origin.points
    return earned
