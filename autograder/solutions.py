"""The reference solutions, as objects and as submissions."""

from __future__ import annotations

import copy
import os
from types import SimpleNamespace

from nbformat import NotebookNode

from autograder.course import Course, find_course
from autograder.source import AssignmentSource, Role, SourceCell, read_source

SOLUTION_MARKS = ("### BEGIN SOLUTION", "### END SOLUTION")


def load_solution(assignment: str, course: Course | None = None) -> SimpleNamespace:
    """Run the reference's own cells, without figures, and return its names as attributes.

    >>> load_solution("01_convolution").correlate2d(image, kernel)  # doctest: +SKIP
    """
    namespace: dict[str, object] = {"__name__": f"solution_{assignment}"}
    os.environ.setdefault("CONVKIT_DRAW", "0")
    for cell in solution_cells(read_source(course or find_course(), assignment)):
        exec(compile(cell.text, f"<{assignment}: {cell.id}>", "exec"), namespace)
    return SimpleNamespace(**{k: v for k, v in namespace.items() if not k.startswith("__")})


def solution_cells(source: AssignmentSource) -> list[SourceCell]:
    """The answers and what they need."""
    wanted = {c.index for c in source.cells if c.role is Role.SOLUTION}
    wanted |= frozenset().union(*(source.trust.needs[index] for index in wanted))
    return [cell for cell in source.cells if cell.index in wanted and cell.role is not Role.TEST]


def reference_notebook(source: AssignmentSource, replaced: dict[str, str] | None = None) -> NotebookNode:
    """The source as somebody would hand it in who wrote the reference; `replaced` gives other texts by exercise."""
    notebook = copy.deepcopy(source.notebook)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if replaced and grade_id in replaced:
            cell.source = replaced[grade_id]
    return notebook


def reference_text(course: Course, assignment: str, exercise: str) -> str:
    """The reference's cell of an exercise, or the model answer to the written question, as one would write it."""
    lines = read_source(course, assignment).by_grade_id[exercise].text.splitlines()
    return "\n".join(line for line in lines if line.strip() not in SOLUTION_MARKS)


def with_misconception(source: AssignmentSource, exercise: str, code: str) -> str:
    """The reference's cell of `exercise`, and behind it the wrong answer that takes its place."""
    return f"{source.by_grade_id[exercise].text}\n\n\n{code}"
