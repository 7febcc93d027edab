"""Students work in Colab: every released notebook runs on the versions there, solved and as it is handed out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from colab import Runtime, fresh, packages_of_the_course
from nbformat import NotebookNode
from places import ROOT

from autograder.course import load_course
from autograder.source import Role, read_source

COURSE = load_course(ROOT)
each_assignment = pytest.mark.parametrize("name", [assignment.name for assignment in COURSE.assignments])
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course's wheel, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    source = packages_of_the_course(folder / "source")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(source)], check=True, timeout=120)
    (made,) = folder.glob("convkit-*.whl")
    return made


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Runtime:
    """A session in which convkit has been installed from its wheel."""
    made = fresh(tmp_path_factory.mktemp("colab"))
    done = made.run("-m", "pip", "install", "--quiet", str(wheel))
    assert done.returncode == 0, done.stderr
    return made


def released(name: str) -> NotebookNode:
    """The notebook that Colab opens."""
    return nbformat.read(COURSE.release_folder / name / f"{name}.ipynb", as_version=4)


def solved(name: str) -> NotebookNode:
    """The released notebook with the reference in its stubs."""
    notebook, source = released(name), read_source(COURSE, name)
    for cell in notebook.cells:
        original = source.by_grade_id.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if original is not None and original.role is Role.SOLUTION:
            assert "raise NotImplementedError()" in cell.source
            cell.source = original.text
    return notebook


@each_assignment
def test_a_solved_release_runs_in_colab_and_passes_its_checks(name: str, runtime: Runtime) -> None:
    notebook = runtime.execute(solved(name))
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"] == []
