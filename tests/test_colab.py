"""Students work in Colab: every released notebook runs on the versions there, solved and as it is handed out."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import nbformat
import pytest
from colab import VERSIONS, Runtime, fresh
from nbformat import NotebookNode
from places import ROOT
from wheels import build_wheel, packages_of_the_course

from autograder.course import load_course
from autograder.source import Role, read_source

COURSE = load_course(ROOT)
each_assignment = pytest.mark.parametrize("name", [assignment.name for assignment in COURSE.assignments])
pytestmark = pytest.mark.slow
UNWRITTEN = re.compile(
    r"`\w+` is not written yet\. Fill in its cell and run it, then run this one again\."
    r"|This cell is not filled in yet: your answer takes the place of `raise NotImplementedError\(\)`\."
    r"|`\w+` does not exist yet: the cell that makes it stopped, because .*\. Run that cell first\."
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course's wheel."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


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


def shown(notebook: NotebookNode) -> list[NotebookNode]:
    """All outputs, from top to bottom."""
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


@each_assignment
def test_a_release_runs_as_it_is_handed_out_and_then_solved(name: str, runtime: Runtime) -> None:
    """A student runs everything, is told what is not written yet, writes it, and runs everything again."""
    with runtime.session() as run:
        _says_what_is_not_written_and_goes_on(name, run(released(name), allow_errors=True))
        _passes_its_checks(name, run(solved(name)))


def _says_what_is_not_written_and_goes_on(name: str, notebook: NotebookNode) -> None:
    texts = ["\n".join(output.traceback) for output in shown(notebook) if output.output_type == "error"]
    assert [text for text in texts if not UNWRITTEN.fullmatch(text)] == []
    assert [output for output in shown(notebook) if output.get("name") == "stderr"] == []
    source = read_source(COURSE, name)
    for cell in notebook.cells:
        original = source.by_grade_id.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if original is not None and original.role is Role.TEST and not original.is_hidden:
            assert [output.output_type for output in cell.outputs] == ["error"], original.grade_id


def _passes_its_checks(name: str, notebook: NotebookNode) -> None:
    assert [o for o in shown(notebook) if o.output_type == "error" or o.get("name") == "stderr"] == []
    passed = [line for o in shown(notebook) for line in o.get("text", "").splitlines() if line.startswith("✓")]
    assert len(passed) >= len(read_source(COURSE, name).exercises)


def test_these_are_the_published_versions(runtime: Runtime) -> None:
    pins = {line for line in VERSIONS.read_text().splitlines() if "==" in line}
    assert len(pins) == 6
    assert pins <= set(runtime.freeze())
    first = shown(runtime.execute(nbformat.v4.new_notebook(cells=[setup_of("04_lenet")])))[0].text
    assert "Keras 3.13.2 with tensorflow on the CPU" in first


def test_the_wheel_changes_nothing_that_is_installed(wheel: Path, tmp_path: Path) -> None:
    runtime = fresh(tmp_path / "colab")
    before = runtime.freeze()
    plan = runtime.run("-m", "pip", "install", "--quiet", "--dry-run", "--report", "-", str(wheel))
    assert [step["metadata"]["name"] for step in json.loads(plan.stdout)["install"]] == ["convkit"]
    done = runtime.run("-m", "pip", "install", "--quiet", str(wheel))
    assert done.returncode == 0, done.stderr
    assert new_lines(before, runtime.freeze()) == ["convkit"]


def test_the_setup_cell_installs_in_silence_once_and_changes_nothing_else(tmp_path: Path) -> None:
    runtime = fresh(tmp_path / "colab")
    before = runtime.freeze()
    url = f"git+{repository(tmp_path / 'course')}@main"
    where = nbformat.v4.new_code_cell("import convkit; print(convkit.__path__[0])")
    notebook = nbformat.v4.new_notebook(cells=[setup_of("01_convolution", url) for _ in range(2)] + [where])
    first, again, path = (output.text for output in shown(runtime.execute(notebook)))
    assert first == again and len(first.splitlines()) == 1
    assert Path(path).is_relative_to(runtime.folder)
    assert new_lines(before, runtime.freeze()) == ["convkit"]


@pytest.mark.parametrize("name", ["01_convolution", "10_yolo"])
def test_without_a_network_the_setup_cell_says_what_to_do(name: str, tmp_path: Path) -> None:
    runtime = fresh(tmp_path / "colab")
    notebook = runtime.execute(nbformat.v4.new_notebook(cells=[setup_of(name)]), allow_errors=True)
    (error,) = shown(notebook)
    (text,) = error.traceback
    assert text == (
        "convkit, this course's package, could not be installed. Is there a network? Connect and run this cell again; "
        f"what pip says is shown by: %pip install {COURSE.install_url}"
    )


def setup_of(name: str, url: str | None = None) -> NotebookNode:
    """The first code cell of a release; with another address to install from, if there is a `url`."""
    cell = next(cell for cell in released(name).cells if cell.cell_type == "code")
    assert COURSE.install_url in cell.source
    return nbformat.v4.new_code_cell(cell.source.replace(COURSE.install_url, url or COURSE.install_url))


def repository(folder: Path) -> str:
    """The address of a Git repository with the packages as they are now."""
    packages_of_the_course(folder)
    git = ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "A"]):
        subprocess.run([*git, *command], check=True, timeout=60)
    return folder.as_uri()


def new_lines(before: list[str], after: list[str]) -> list[str]:
    """The names of packages that were not there, or not in that version; nothing may be gone."""
    assert set(before) <= set(after)
    return [re.split(r" @ |==", line)[0] for line in after if line not in before]
