"""From `source/` to `notebooks/`: the student's version, made by nbgrader, the same bytes every time."""

from __future__ import annotations

import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells

from autograder.course import Course, CourseError
from autograder.files import write_atomically
from autograder.source import AssignmentSource, read_source


@dataclass(frozen=True)
class Release:
    """A released notebook and whether the file on disk was already just that."""

    assignment: str
    path: Path
    up_to_date: bool


def build_source(course: Course, assignment: str) -> AssignmentSource:
    """Write `build/source/…/….ipynb`, the form that nbgrader and the formgrader read."""
    source = read_source(course, assignment)
    path = course.build_folder / "source" / assignment / f"{assignment}.ipynb"
    text = notebook_text(source.notebook)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_atomically(path, text)
    return source


def release(course: Course, assignment: str, *, check: bool = False) -> Release:
    """Make the student's notebook; with `check`, compare only and write nothing into the course."""
    source = read_source(course, assignment) if check else build_source(course, assignment)
    path = course.release_folder / assignment / f"{assignment}.ipynb"
    text = released_text(source)
    up_to_date = path.exists() and path.read_text(encoding="utf-8") == text
    if not check and not up_to_date:
        write_atomically(path, text)
    return Release(assignment, path, up_to_date)


def released_text(source: AssignmentSource) -> str:
    """The release as the text of an ipynb file."""
    return notebook_text(generate(source))


def generate(source: AssignmentSource, db_url: str | None = None) -> NotebookNode:
    """Run nbgrader's `generate_assignment` on the source; with `db_url`, the gradebook learns the cells and points.

    Raises CourseError with nbgrader's own words where it refuses.
    """
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        root = Path(folder)
        write_atomically(root / "source" / source.name / f"{source.name}.ipynb", notebook_text(source.notebook))
        converter = GenerateAssignment(
            coursedir=CourseDirectory(root=str(root), assignment_id=source.name, notebook_id=source.name)
        )
        if db_url is None:
            converter.no_database = True
            converter.preprocessors = [p for p in converter.preprocessors if p is not SaveCells]
        else:
            converter.coursedir.db_url = db_url
        refusals = _Refusals()
        converter.log = logging.Logger("release", logging.ERROR)
        converter.log.addHandler(refusals)
        try:
            converter.start()
        except NbGraderException as error:
            raise CourseError(f"nbgrader cannot release {source.name}: {refusals.reason or error}") from error
        return nbformat.read(root / "release" / source.name / f"{source.name}.ipynb", as_version=4)


def notebook_text(notebook: NotebookNode) -> str:
    """The one text form of a notebook: sorted keys, one-space indent, a final newline."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


class _Refusals(logging.Handler):
    """Keeps the last line of the first traceback that nbgrader logs: what it refused, and why."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.reason = ""

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage().strip()
        if not self.reason and text.startswith("Traceback"):
            self.reason = text.splitlines()[-1]
