"""The cells of a submission as pieces of work: what each is, what it defines, and whether it goes on in the next."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from nbformat import NotebookNode

from autograder.names import names_of, parsed
from autograder.repair.handed_out import HandedOut, definition
from autograder.source import Role, SourceCell

_DEFINED = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|^(\w+)[ \t]*=(?!=)", re.MULTILINE)
_FENCE = re.compile(r"\s*```\w*\n(.*?)\n?```\s*", re.DOTALL)
MAX_PARTS = 4  # into which one cell may have been split
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
    def is_unwritten(self) -> bool:
        """Empty, or as it was handed out to be filled in."""
        return self.is_blank or (self.course is not None and self.course.role in (Role.SOLUTION, Role.MANUAL))

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
        if name not in self.defines:
            return False
        if "NotImplementedError" not in self.code:
            return True
        stub = given.stubs.get(name)
        return not stub or definition(self.code, name) != stub

    def order_of_running(self) -> tuple[int, int]:
        """Sorts pieces by when they last ran; those that never did come first, in the notebook's order."""
        return self.count, self.index


def pieces_of(given: HandedOut, cells: Sequence[NotebookNode]) -> list[Piece]:
    """All cells as pieces. A cell that was split in the middle of a statement or a function is one again."""
    single = [_piece(given, index, cell) for index, cell in enumerate(cells)]
    pieces: list[Piece] = []
    skip = 0
    for position, piece in enumerate(single):
        if skip:
            skip -= 1
            continue
        joined, used = _joined(single[position : position + 2 * MAX_PARTS])
        pieces.append(joined or piece)
        skip = used - 1 if joined else 0
    return pieces


def _piece(given: HandedOut, index: int, cell: NotebookNode) -> Piece:
    label, count = cell.metadata.get("grade_id", ""), cell.get("execution_count") or 0
    is_answer = bool(cell.metadata.get("is_answer", False))
    return Piece(index, cell.source, cell.cell_type, label, is_answer, count, given.cell_of(cell.source))


def _joined(pieces: Sequence[Piece]) -> tuple[Piece | None, int]:
    """The first piece and those that it needs to be whole (None if it needs none), and how many cells that is."""
    first = pieces[0]
    if not first.is_code or first.is_blank or first.course is not None:
        return None, 1
    text, parts, found, used = first.text, 1, None, 1
    for position, piece in enumerate(pieces[1:], start=1):
        if piece.is_blank:
            continue
        if not piece.is_code or piece.course is not None or (first.label and piece.label not in ("", first.label)):
            break
        if parts == MAX_PARTS or len(text) + len(piece.text) > MAX_JOINED_CHARACTERS:
            break
        if parsed(text) is not None and not _goes_on(piece, first.label):
            break
        text, parts = f"{text}\n{piece.text}", parts + 1
        label = first.label or piece.label
        if _is_plain_python(text):
            found = replace(first, text=text, label=label, count=max(first.count, piece.count), parts=parts)
            used = position + 1
    return found, used


def _goes_on(piece: Piece, label: str) -> bool:
    """Whether a piece is the inside of something that began above: indented, and no code of its own if it were not."""
    if not piece.text.lstrip("\n")[:1].isspace():
        return False
    return (bool(label) and piece.label == label) or not _compiles(piece.text)


def _is_plain_python(text: str) -> bool:
    """Whether it parses with its own indentation, as a cell that was never split would."""
    tree = parsed(text)
    return tree is not None and not text.lstrip("\n")[:1].isspace()


def _compiles(text: str) -> bool:
    tree = parsed(text)
    if tree is None:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(tree, "<cell>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
