"""The cells of a submission as pieces of work: what each is, what it defines, and whether it goes on in the next."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from nbformat import NotebookNode

from autograder.names import names_of, parsed
from autograder.repair.handed_out import HandedOut, plain
from autograder.source import STUB, Role, SourceCell

_DEFINED = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|^(\w+)[ \t]*=(?!=)", re.MULTILINE)
_FENCE = re.compile(r"\s*```\w*\n(.*?)\n?```\s*", re.DOTALL)
FURTHEST = 4  # cells between a piece and what it goes on from
MAX_JOINED_CHARACTERS = 100_000


@dataclass(frozen=True)
class Piece:
    """One cell, or several that only together are Python.

    index   of its first cell in the notebook
    label   its grade_id, "" for none
    count   its execution count, 0 if it never ran
    course  the cell that was handed out with this very text, if there is one
    parts   of how many cells it was put together
    """

    index: int
    text: str
    cell_type: str
    label: str
    is_answer: bool
    count: int
    course: SourceCell | None
    parts: int = 1

    @property
    def is_code(self) -> bool:
        return self.cell_type == "code"

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()

    @property
    def is_own_code(self) -> bool:
        """Code that the student wrote or changed."""
        return self.is_code and self.course is None and not self.is_blank

    @cached_property
    def compiles(self) -> bool:
        """Whether it is code by itself, however indented."""
        return _compiles(self.text)

    @property
    def is_indented(self) -> bool:
        return self.text.lstrip("\n")[:1].isspace()

    @property
    def is_whole(self) -> bool:
        """Whether it is code that begins at the left margin."""
        return not self.is_indented and self.compiles

    def goes_on(self, label: str) -> bool:
        """Whether it is the inside of something with that label: indented, and no code if it were not."""
        return self.is_indented and ((bool(label) and self.label == label) or not self.compiles)

    @property
    def is_unwritten(self) -> bool:
        """Empty, or as it was handed out to be filled in."""
        if self.course is not None:
            return self.course.role in (Role.SOLUTION, Role.MANUAL)
        return self.is_blank or plain(self.text) == STUB

    @property
    def looks_like_code(self) -> bool:
        """Whether it is Python that defines something."""
        return bool(self.defines) and parsed(self.code) is not None

    @cached_property
    def code(self) -> str:
        """The text as code: of a text cell without its fence."""
        fenced = None if self.is_code else _FENCE.fullmatch(self.text)
        return fenced[1] if fenced else self.text

    @cached_property
    def defines(self) -> frozenset[str]:
        """What it defines at the top level, also if it does not parse (then by the look of its lines)."""
        found = names_of(self.code).defines
        if not found and parsed(self.code) is None:
            found = frozenset(name for match in _DEFINED.finditer(self.code) for name in match.groups() if name)
        return found

    def provides(self, name: str, given: HandedOut) -> bool:
        """Whether it defines `name` otherwise than the stub that was handed out."""
        return name in self.defines and not given.is_stub(self.code, name)

    def order_of_running(self) -> tuple[int, int]:
        """Sorts pieces by when they last ran; those that never did come first, in the notebook's order."""
        return self.count, self.index


def pieces_of(given: HandedOut, cells: Sequence[NotebookNode]) -> list[Piece]:
    """All cells as pieces. A cell that was split in the middle of a statement or a function is one again."""
    pieces: list[Piece] = []
    for index, cell in enumerate(cells):
        piece = _piece(given, index, cell)
        if not (piece.is_own_code and _rejoined(pieces, piece)):
            pieces.append(piece)
    return pieces


def _piece(given: HandedOut, index: int, cell: NotebookNode) -> Piece:
    label, count = cell.metadata.get("grade_id", ""), cell.get("execution_count") or 0
    is_answer = bool(cell.metadata.get("is_answer", False))
    return Piece(index, cell.source, cell.cell_type, label, is_answer, count, given.cell_of(cell.source))


def _rejoined(pieces: list[Piece], piece: Piece) -> bool:
    """Put a piece to the one above that it goes on from, if there is one near; whether there was."""
    unfinished: list[int] = []  # pieces in between that are no code by themselves either
    text, parts = piece.text, piece.parts
    for place in range(len(pieces) - 1, max(-1, len(pieces) - 1 - FURTHEST), -1):
        other = pieces[place]
        if other.course is not None:
            break
        if not other.is_own_code or (other.label and piece.label and other.label != piece.label):
            continue
        if other.is_whole and not piece.goes_on(other.label):
            break
        joined = replace(other, text=f"{other.text}\n{text}", parts=other.parts + parts)
        if len(joined.text) > MAX_JOINED_CHARACTERS:
            break
        if joined.is_whole:
            label, count = other.label or piece.label, max(other.count, piece.count)
            pieces[place] = replace(joined, label=label, count=count)
            for index in unfinished:
                del pieces[index]
            return True
        if not other.is_whole:
            text, parts = joined.text, joined.parts
            unfinished.append(place)
    return False


def _compiles(text: str) -> bool:
    tree = parsed(text)
    if tree is None:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(tree, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
