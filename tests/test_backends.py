"""Every solved notebook on each of Keras' backends: all checks pass, and no word of warning.

PyTorch runs them from top to bottom. JAX, which compiles each operation anew, leaves out what only illustrates.
With TensorFlow, trained networks pass their checks in the rooms (test_assignments) and with Colab's versions
(test_colab). Here its notebooks run without the checks, for their figures and what else is seen, and hardly train.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest
from backends import BACKENDS, environment
from places import ROOT
from shorter import figures

from autograder.course import load_course
from autograder.solutions import reference_notebook
from autograder.source import read_source, source_path

COURSE = load_course(ROOT)
SOURCES = {a.name: source_path(COURSE, a.name).read_text() for a in COURSE.assignments}
CELL_SECONDS = 300
BACKEND = "import sys; print(sys.modules['keras'].backend.backend() if 'keras' in sys.modules else 'no Keras')"


SECONDS = {"jax": 60, "torch": 40, "tensorflow": 15, "no Keras": 10}  # about, on one core

HARDLY_TRAIN = """import inspect
import keras

def fit_few(model, *arguments, **options):
    given = inspect.signature(fit).bind(model, *arguments, **options)
    given.arguments |= {name: keras.tree.map_structure(lambda a: a[:16], given.arguments[name]) for name in "xy"}
    epochs = given.arguments.get("epochs", 1)
    given.arguments["epochs"] = min(epochs, 2)
    model.run_eagerly = True  # a graph takes longer to make than so little to compute
    history = fit(*given.args, **given.kwargs)
    history.history = {name: (values * epochs)[:epochs] for name, values in history.history.items()}
    return history

fit, keras.Model.fit = keras.Model.fit, fit_few"""


def _runs() -> list[Any]:
    """Each notebook on each backend; once if it imports no Keras, so that the backend cannot matter."""
    return [
        pytest.param(name, backend, marks=pytest.mark.slow(seconds=SECONDS[backend]))
        for name, source in SOURCES.items()
        for backend in (BACKENDS if "import keras" in source else ("no Keras",))
    ]


@pytest.mark.parametrize(("name", "backend"), _runs())
def test_the_solved_notebook_runs_without_a_warning(
    name: str, backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Solutions, checks, hidden tests and figures, but for what is said above; in a kernel as Jupyter starts it."""
    for key, value in environment(backend if backend in BACKENDS else "tensorflow").items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    source = read_source(COURSE, name)
    notebook = reference_notebook(source)
    if backend == "jax":
        unneeded = figures(source)
        notebook.cells = [cell for cell in notebook.cells if cell.id not in unneeded]
    if backend == "tensorflow":
        notebook.cells = [cell for cell in notebook.cells if not cell.metadata.get("nbgrader", {}).get("grade")]
        setup = next(i for i, cell in enumerate(notebook.cells) if "import keras" in cell.source)
        notebook.cells.insert(setup + 1, nbformat.v4.new_code_cell(HARDLY_TRAIN))
    notebook.cells.append(nbformat.v4.new_code_cell(BACKEND))
    folder = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=CELL_SECONDS, resources=folder).execute()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            assert output.get("name") != "stderr", (cell.source[:80], output.text)
    assert notebook.cells[-1].outputs[0].text.strip() == backend
