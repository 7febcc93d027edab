"""The same exercise for Otter-Grader: each test cell becomes one of its test files, and a check in its place."""

from __future__ import annotations

from pathlib import Path

import nbformat

from autograder.course import Course
from autograder.release import notebook_text
from autograder.source import AssignmentSource, Role, SourceCell

FIRST_CELL = "import otter\ngrader = otter.Notebook()"


def write_tests(source: AssignmentSource, folder: Path) -> None:
    """One file for each test cell, in Otter's format of tests that raise; the cell's text is run as it is."""
    folder.mkdir(parents=True)
    for cell in source.cells:
        if cell.role is Role.TEST:
            (folder / f"{cell.grade_id}.py").write_text(_test_file(cell), encoding="utf-8")


def write_submissions(course: Course, source: AssignmentSource, folder: Path) -> list[Path]:
    """The class's notebooks as they would have come back: Otter's check cells where the test cells were."""
    tests = {cell.grade_id for cell in source.cells if cell.role is Role.TEST}
    paths = []
    for path in sorted(course.submitted_folder.glob(f"*/{source.name}/{source.name}.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            name = cell.metadata.pop("nbgrader", {}).get("grade_id", "")
            if name in tests:
                cell.source = f'grader.check("{name}")'
        notebook.cells.insert(0, nbformat.v4.new_code_cell(FIRST_CELL, id="otter"))
        paths.append(folder / path.relative_to(course.submitted_folder))
        paths[-1].parent.mkdir(parents=True)
        paths[-1].write_text(notebook_text(notebook), encoding="utf-8")
    return paths


def _test_file(cell: SourceCell) -> str:
    return f"""OK_FORMAT = False

from otter.test_files import test_case

name = {cell.grade_id!r}
points = {cell.points!r}
CELL = compile({cell.text!r}, {cell.grade_id!r}, "exec")

@test_case(points={cell.points!r}, hidden={cell.is_hidden!r})
def test_cell(env):
    exec(CELL, env)
"""
