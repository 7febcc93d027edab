"""Every solved notebook on each of Keras' backends: all checks pass, and no word of warning.

PyTorch runs them from top to bottom. JAX, which compiles each operation anew, leaves out what only illustrates
and trains 06's network from scratch, which guesses either way, for one epoch.
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
from shorter import figures, hardly_train

from autograder.course import load_course
from autograder.solutions import reference_notebook
from autograder.source import read_source, source_path

COURSE = load_course(ROOT)
SOURCES = {a.name: source_path(COURSE, a.name).read_text() for a in COURSE.assignments}
CELL_SECONDS = 300
BACKEND = "import sys; print(sys.modules['keras'].backend.backend() if 'keras' in sys.modules else 'no Keras')"


SECONDS = {"jax": 60, "torch": 40, "tensorflow": 15, "no Keras": 10}  # about, on one core


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
        for cell in notebook.cells:  # the net from scratch has learned nothing after six epochs either
            cell.source = cell.source.replace('"scratch_epochs": 6', '"scratch_epochs": 1')
    if backend == "tensorflow":
        notebook.cells = [cell for cell in notebook.cells if not cell.metadata.get("nbgrader", {}).get("grade")]
        hardly_train(notebook)
    notebook.cells.append(nbformat.v4.new_code_cell(BACKEND))
    folder = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=CELL_SECONDS, resources=folder).execute()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            assert output.get("name") != "stderr", (cell.source[:80], output.text)
    assert notebook.cells[-1].outputs[0].text.strip() == backend
