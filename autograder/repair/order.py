"""In which order cells run: the course's, the student's own cells where they stood, and helpers before their use."""

from __future__ import annotations

import builtins
import enum
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.names import names_of
from autograder.repair.frame import FrameCell, Notes
from autograder.repair.pieces import Piece
from autograder.source import AssignmentSource, Exercise, Role

_ALWAYS_THERE = frozenset(dir(builtins)) | {"get_ipython", "display", "In", "Out", "exit", "quit", "__name__"}


class Reason(enum.Enum):
    """Why a cell does not run, unless a name that it alone defines is needed; with the words that say that it was."""

    COPY = "is defined only in a copy of the cell that does not count; that copy runs first"
    CHANGED = "is defined only in your version of a cell of the course; your version runs first"
    TEXT = "is defined in a cell that had become text; it counts as code"


@dataclass(frozen=True)
class Spare:
    """A cell that is left out, and why."""

    piece: Piece
    reason: Reason


def in_sequence(origin_of: Sequence[int | None]) -> list[tuple[int, int]]:
    """The most cells that stand in the course's order: (position, source index), both rising; the others were moved.

    origin_of   for each cell of the submission the source index of its cell, None for the student's own
    """
    ends: list[tuple[int, int]] = []  # smallest (source index, position) that ends a rising run of each length
    before: dict[int, int | None] = {}
    for position, index in enumerate(origin_of):
        if index is None:
            continue
        length = bisect_left(ends, (index, -1))
        before[position] = ends[length - 1][1] if length else None
        ends[length : length + 1] = [(index, position)]
    chain: list[tuple[int, int]] = []
    at = ends[-1][1] if ends else None
    while at is not None:
        chain.append((at, origin_of[at]))  # type: ignore[arg-type]
        at = before[at]
    return chain[::-1]


@dataclass(frozen=True)
class Placed:
    """A cell in its place; `exercise` is the one whose answer it belongs to, "" for none."""

    cell: FrameCell
    exercise: str = ""
    ran: tuple[int, int] = (0, 0)

    def defines(self, name: str) -> bool:
        return self.cell.is_code and name in names_of(self.cell.text).defines

    @property
    def reads(self) -> frozenset[str]:
        return names_of(self.cell.text).reads if self.cell.is_code else frozenset()

    @property
    def is_students(self) -> bool:
        return self.cell.role in (Role.PLAIN, Role.SOLUTION) and not self.cell.is_illustration


class Helpers:
    """Brings forward what defines a name that an exercise needs, if it stands below its first test or was left out."""

    def __init__(
        self, source: AssignmentSource, placed: Sequence[Placed], spares: Sequence[Spare], notes: Notes
    ) -> None:
        self.source, self.placed, self.spares, self.notes = source, list(placed), list(spares), notes

    def bring_forward(self) -> list[FrameCell]:
        """The cells in their final order."""
        for exercise in self.source.exercises:
            self._for(exercise)
        return [placed.cell for placed in self.placed]

    def _for(self, exercise: Exercise) -> None:
        start, end = self._span(exercise)
        wanted = set().union(*(p.reads for p in self.placed[start:end] if p.is_students)) - _ALWAYS_THERE
        seen: set[str] = set()
        while wanted - seen:
            name = min(wanted - seen)
            seen.add(name)
            start, end = self._span(exercise)
            makers = [p for p in self.placed[:end] if p.defines(name)] or self._fetch(name, exercise, start, end)
            wanted |= set().union(*(p.reads for p in makers if p.is_students)) - _ALWAYS_THERE

    def _span(self, exercise: Exercise) -> tuple[int, int]:
        """From the first cell of the answer to the first test."""
        start = next(i for i, p in enumerate(self.placed) if p.exercise == exercise.name)
        end = next(i for i, p in enumerate(self.placed) if p.cell.origin is exercise.tests[0])
        return min(start, end), end

    def _fetch(self, name: str, exercise: Exercise, start: int, end: int) -> list[Placed]:
        """Put what defines `name` before the answer; nothing if nobody does."""
        later = [p for p in self.placed[end:] if p.is_students and p.defines(name)]
        if later:
            found = max(later, key=lambda p: p.ran)
            if found.exercise or not self._can_move(found, start):
                self.placed.insert(start, Placed(_own(found.cell), exercise.name, found.ran))  # it runs there as well
            else:
                self.placed.remove(found)
                self.placed.insert(start, found)
            said = "was defined further down; its cell runs earlier"
        else:
            spares = [s for s in self.spares if name in s.piece.defines]
            if not spares:
                return []
            spare = max(spares, key=lambda s: s.piece.order_of_running())
            self.spares.remove(spare)
            self.placed.insert(start, Placed(FrameCell(spare.piece.code, True), exercise.name))
            said = spare.reason.value
        self.notes.say(exercise.solution.index, f"`{name}`, which `{exercise.name}` needs, {said}.")
        return [self.placed[start]]

    def _can_move(self, found: Placed, start: int) -> bool:
        """Whether a cell finds above `start` all that it reads at once, and nothing between reads what it changes."""
        there = set().union(*(names_of(p.cell.text).defines for p in self.placed[:start] if p.cell.is_code))
        own = names_of(found.cell.text)
        return own.reads <= there | own.defines | _ALWAYS_THERE


def _own(cell: FrameCell) -> FrameCell:
    return FrameCell(cell.text, True)
