"""In which order cells run: the course's, the student's own cells where they stood, and helpers before their use."""

from __future__ import annotations

import builtins
import enum
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from autograder.names import names_of, reads_for
from autograder.repair.frame import FrameCell, Notes, short
from autograder.repair.pieces import Piece
from autograder.source import AssignmentSource, Exercise, Role, SourceCell

MOST_FETCHED = 100  # cells brought forward in one submission
_ALWAYS_THERE = frozenset(dir(builtins)) | {"get_ipython", "display", "In", "Out", "exit", "quit", "__name__"}


class Reason(enum.Enum):
    """Why a cell does not run, unless a name that it alone defines is needed; with the words that say that it was."""

    COPY = "is defined only in a copy of the cell that does not count; that copy runs first"
    CHANGED = "is defined only in your version of a cell of the course; your version runs first"
    TEXT = "is defined in a cell that had become text; it counts as code"


@dataclass(frozen=True)
class Spare:
    """A cell that is left out, and why. `instead` is the course's cell that runs in its place."""

    piece: Piece
    reason: Reason
    instead: SourceCell | None = None


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

    @cached_property
    def defines(self) -> frozenset[str]:
        return names_of(self.cell.text).defines if self.cell.is_code else frozenset()

    def reads_for(self, names: frozenset[str]) -> list[str]:
        """What it reads so that it can define `names`, in the order of the alphabet."""
        return sorted(reads_for(self.cell.text, names)) if self.cell.is_code else []

    @property
    def is_students(self) -> bool:
        return self.cell.role in (Role.PLAIN, Role.SOLUTION) and not self.cell.is_illustration


class Helpers:
    """Brings forward what defines a name that an exercise needs, if it stands below its first test or was left out."""

    def __init__(
        self, source: AssignmentSource, placed: Sequence[Placed], spares: Sequence[Spare], notes: Notes
    ) -> None:
        self.source, self.placed, self.notes = source, list(placed), notes
        self._spares: dict[str, list[Spare]] = {}
        for spare in spares:
            for name in spare.piece.defines:
                self._spares.setdefault(name, []).append(spare)
        self._makers: dict[str, list[Placed]] = {}
        for cell in self.placed:
            self._learn(cell)
        self._left = MOST_FETCHED

    def bring_forward(self) -> list[FrameCell]:
        """The cells in their final order."""
        for exercise in self.source.exercises:
            self._for(exercise)
        return [placed.cell for placed in self.placed]

    def _learn(self, placed: Placed) -> None:
        for name in placed.defines:
            self._makers.setdefault(name, []).append(placed)

    def _for(self, exercise: Exercise) -> None:
        """Follow all names from the answer on to who defines them."""
        place, start, end = self._places(exercise)
        own = exercise.solution.names.defines
        wanted = [name for p in self.placed[start:end] if p.is_students for name in p.reads_for(own)]
        seen = set(_ALWAYS_THERE)
        while wanted:
            name = wanted.pop(0)
            if name in seen:
                continue
            seen.add(name)
            makers = [p for p in self._makers.get(name, ()) if place[id(p)] < end]
            if not makers and self._left:
                makers = self._fetch(name, exercise, start, end, place)
                place, start, end = self._places(exercise)
            makes = frozenset((name,))
            wanted += [read for p in makers if p.is_students for read in p.reads_for(makes) if read not in seen]

    def _places(self, exercise: Exercise) -> tuple[dict[int, int], int, int]:
        """The position of every cell by its identity, that of the answer's first cell and that of the first test."""
        place = {id(placed): at for at, placed in enumerate(self.placed)}
        start = next(i for i, p in enumerate(self.placed) if p.exercise == exercise.name)
        end = next(i for i, p in enumerate(self.placed) if p.cell.origin is exercise.tests[0])
        return place, min(start, end), end

    def _fetch(self, name: str, exercise: Exercise, start: int, end: int, place: dict[int, int]) -> list[Placed]:
        """Put what defines `name` before the answer; nothing if nobody does."""
        later = [p for p in self._makers.get(name, ()) if p.is_students and place[id(p)] >= end]
        if later:
            found = max(later, key=lambda p: p.ran)
            said = "was defined further down; its cell runs earlier"
            if found.exercise or not self._can_move(found, start):
                found = Placed(
                    FrameCell(found.cell.text, True), exercise.name, found.ran
                )  # it runs in its place as well
            else:
                del self.placed[place[id(found)]]
        elif name in self._spares:
            spare = max(self._spares[name], key=lambda s: s.piece.order_of_running())
            said = spare.reason.value
            found = Placed(FrameCell(spare.piece.code, True), exercise.name)
            if spare.instead is not None:  # before the course's version, which has the last word
                start = min([start, *(at for at, p in enumerate(self.placed) if p.cell.origin is spare.instead)])
                found = Placed(found.cell)
        else:
            return []
        self._left -= 1
        self.placed.insert(start, found)
        self._learn(found)
        self.notes.say(exercise.solution.index, f"`{short(name)}`, which `{exercise.name}` needs, {said}.")
        return [found]

    def _can_move(self, found: Placed, start: int) -> bool:
        """Whether a cell finds above `start` all that it reads."""
        there = set().union(*(p.defines for p in self.placed[:start]))
        return set(found.reads_for(found.defines)) <= there | found.defines | _ALWAYS_THERE
