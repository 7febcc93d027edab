"""Putting a submission back on the source's frame before anything runs.

The student's answers are found by grade_id, else by the functions that a cell defines. Test cells and locked
cells come from the source. What the student's code says is never changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.names import names_of
from autograder.results import Verdict
from autograder.source import AssignmentSource, Role, SourceCell
from autograder.submission import UnreadableError


@dataclass(frozen=True)
class FrameCell:
    """A cell as it will be run: from the source, or (`origin` None) one that the student added or may change.

    `is_illustration`: one of the course's plain cells, as it was handed out.
    """

    text: str
    is_code: bool
    origin: SourceCell | None = None
    cell_type: str = "code"
    is_illustration: bool = False

    @property
    def role(self) -> Role:
        return self.origin.role if self.origin else Role.PLAIN


@dataclass(frozen=True)
class Frame:
    """The submission in the source's order. `answers` maps an exercise (or the written question) to what was found."""

    cells: tuple[FrameCell, ...]
    answers: dict[str, str]
    repairs: tuple[str, ...]


def put_on_frame(source: AssignmentSource, notebook: NotebookNode) -> Frame:
    """The frame of a submission; UnreadableError if the notebook belongs to another assignment."""
    submitted = list(notebook.cells)
    repairs: list[str] = []
    owner = _by_grade_id(source, submitted, repairs)
    _by_function(source, submitted, owner, repairs)
    answers = {grade_id: submitted[index].source for grade_id, index in owner.items()}
    wanted = [c.grade_id for c in source.cells if c.role in (Role.SOLUTION, Role.MANUAL)]
    if not any(name in answers for name in wanted):
        raise UnreadableError(
            Verdict.WRONG_ASSIGNMENT,
            f"No exercise of {source.name} was found in this notebook. Is it the notebook of another assignment?",
        )
    for name in wanted:
        if name not in answers:
            repairs.append(f"The cell of {name!r} is missing; it counts as not answered.")
    return Frame(tuple(_in_order(source, submitted, owner, answers)), answers, tuple(repairs))


def _by_grade_id(source: AssignmentSource, submitted: Sequence[NotebookNode], repairs: list[str]) -> dict[str, int]:
    """grade_id -> index of the submitted cell that carries it; of copies the last one that ran."""
    candidates: dict[str, list[int]] = {}
    for index, cell in enumerate(submitted):
        grade_id = cell.metadata.get("grade_id")
        if grade_id in source.by_grade_id:
            candidates.setdefault(grade_id, []).append(index)
    owner: dict[str, int] = {}
    for grade_id, indices in candidates.items():
        role = source.by_grade_id[grade_id].role
        owner[grade_id] = max(indices, key=lambda i: (_ran(submitted[i]), i)) if role is Role.SOLUTION else indices[-1]
        if len(indices) > 1 and role in (Role.SOLUTION, Role.MANUAL):
            repairs.append(f"The cell of {grade_id!r} is there {len(indices)} times; the last one that ran counts.")
    return owner


def _by_function(
    source: AssignmentSource, submitted: Sequence[NotebookNode], owner: dict[str, int], repairs: list[str]
) -> None:
    """Find exercises whose cell lost its metadata by the functions (or names) that a cell defines."""
    taken = set(owner.values())
    for exercise in source.exercises:
        if exercise.name in owner:
            continue
        matches = [
            index
            for index, cell in enumerate(submitted)
            if index not in taken and cell.cell_type == "code" and exercise.name in names_of(cell.source).defines
        ]
        if matches:
            owner[exercise.name] = matches[-1]
            taken.add(matches[-1])
            repairs.append(
                f"The cell of {exercise.name!r} had lost its label; it was found by the name that it defines."
            )


def _in_order(
    source: AssignmentSource,
    submitted: Sequence[NotebookNode],
    owner: dict[str, int],
    answers: dict[str, str],
) -> list[FrameCell]:
    """The source's cells in the source's order, each followed by the student's own cells that stood behind it."""
    origin_of = {index: source.by_grade_id[grade_id] for grade_id, index in owner.items()}
    handed_out = {cell.text.strip(): cell.role for cell in source.cells}
    behind: dict[int, list[FrameCell]] = {}
    anchor = -1
    for index, cell in enumerate(submitted):
        known = origin_of.get(index)
        if known is not None:
            anchor = known.index
        elif cell.metadata.get("grade_id") not in source.by_grade_id:
            role = handed_out.get(cell.source.strip())
            if role is None or role is Role.PLAIN:  # a locked cell that lost its label comes from the source
                is_code, is_illustration = cell.cell_type == "code", role is Role.PLAIN
                extra = FrameCell(cell.source, is_code, None, cell.cell_type, is_illustration)
                behind.setdefault(anchor, []).append(extra)
    ordered = list(behind.get(-1, ()))
    for origin in source.cells:
        if origin.role is Role.PLAIN:
            continue
        text = answers.get(origin.grade_id, "") if origin.role in (Role.SOLUTION, Role.MANUAL) else origin.text
        ordered.append(FrameCell(text, origin.is_code, origin, "code" if origin.is_code else "markdown"))
        ordered.extend(behind.get(origin.index, ()))
    return ordered


def _ran(cell: NotebookNode) -> int:
    return cell.get("execution_count") or 0
