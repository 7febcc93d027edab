"""Which cells of a submission are run: for everything, or only for some exercises."""

from __future__ import annotations

from collections.abc import Collection

from autograder.names import names_of
from autograder.repair import Frame, FrameCell
from autograder.source import AssignmentSource, Role, SourceCell


def tests_of(source: AssignmentSource, only: Collection[str] | None) -> list[SourceCell]:
    """The test cells of the exercises that `only` names, or of all."""
    return [test for exercise in source.exercises if only is None or exercise.name in only for test in exercise.tests]


def cells_to_run(source: AssignmentSource, frame: Frame, only: Collection[str] | None, *, figures: bool) -> set[int]:
    """Positions in the frame.

    All code cells, or with `only` the tests of those exercises and their answers, what the student added, and what
    these need: the course's cells, and answers to other exercises. Without `figures`, the course's illustrations only
    if a cell that runs needs their names; with `only`, if one that the student wrote does.
    """
    cells = frame.cells
    code = {position for position, cell in enumerate(cells) if cell.is_code}
    illustrations = {i for i in code if cells[i].is_illustration}
    others = code - illustrations
    if only is None:
        return code if figures else others | _makers(cells, illustrations, others)
    answers = {i for i in others if cells[i].role is Role.SOLUTION}
    wanted = {test.index for test in tests_of(source, only)}
    wanted |= {exercise.solution.index for exercise in source.exercises if exercise.name in only}
    wanted |= {origin.index for i in answers if "import *" in cells[i].text and (origin := cells[i].origin)}
    while True:
        needed = wanted.union(*(source.trust.needs[index] for index in wanted))
        running = {i for i in others if (origin := cells[i].origin) is None or origin.index in needed}
        written = {i for i in running if cells[i].role in (Role.SOLUTION, Role.PLAIN)}
        helping = {origin.index for i in _makers(cells, answers - running, written) if (origin := cells[i].origin)}
        if not helping:
            return running | _makers(cells, illustrations, written)
        wanted |= helping


def _makers(cells: tuple[FrameCell, ...], candidates: set[int], running: set[int]) -> set[int]:
    """Those of `candidates` that define a name which a running cell, or another one of them, reads."""
    names = {i: names_of(cells[i].text) for i in candidates | running}
    found: set[int] = set()
    while True:
        reads = frozenset().union(*(names[i].reads for i in running | found))
        more = {i for i in candidates - found if names[i].defines & reads}
        if not more:
            return found
        found |= more
