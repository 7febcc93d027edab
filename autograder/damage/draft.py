"""A notebook while it is being damaged: its cells, what each of them is, and its bytes at the end."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat.v4.rwbase import rejoin_lines

from autograder.submission import read_document

WRITTEN_STUB = "YOUR ANSWER HERE"
STUB_LINE = "raise NotImplementedError()"


@dataclass
class Cell:
    """One cell. `of` and `role` say what it was before anything was done to it, and are not saved.

    of     its exercise, written question or locked cell; "" for the others
    role   "answer", "question", "test", "locked", "plain", or "own" for the student's own cells (tagged `own`)
    """

    kind: str
    source: str
    metadata: dict[str, Any]
    role: str = "plain"
    of: str = ""
    count: int | None = None
    outputs: list[dict[str, Any]] = field(default_factory=list)

    @property
    def has_work(self) -> bool:
        """Whether it is an answer in which something was written."""
        return self.role == "answer" and bool(self.source.strip()) and STUB_LINE not in self.source

    def copied(self, **changes: Any) -> Cell:
        """A copy of its own."""
        made = copy.deepcopy(self)
        for name, value in changes.items():
            setattr(made, name, value)
        return made

    def without_label(self) -> Cell:
        """A copy that nbgrader knows nothing of."""
        made = self.copied()
        made.metadata.pop("nbgrader", None)
        return made


@dataclass
class Draft:
    """A notebook's cells in order, and the metadata around them.

    wounded   exercises whose cell was copied, split, retyped or turned to text: only once each, since two such
              accidents to one cell may leave nothing that tells which part is the student's
    lost      exercises whose work is gone
    """

    cells: list[Cell]
    metadata: dict[str, Any]
    chance: random.Random
    minor: int = 5
    old_format: bool = False
    wounded: set[str] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, data: bytes, chance: random.Random) -> Draft:
        """From a notebook's bytes; UnreadableError if they are none."""
        document = read_document(data)
        cells, count = [], 0
        for cell in document.get("cells", ()):
            text = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
            count += cell["cell_type"] == "code"
            made = Cell(cell["cell_type"], text, dict(cell.get("metadata", {})))
            made.role, made.of = _role(made.metadata.get("nbgrader", {}))
            if "own" in made.metadata.pop("tags", ()):
                made.role = "own"
            made.count = count if made.kind == "code" else None
            cells.append(made)
        return cls(cells, dict(document.get("metadata", {})), chance)

    def pick(self, cells: Sequence[Cell]) -> Cell | None:
        """One of them by chance, None of none."""
        return self.chance.choice(cells) if cells else None

    def whole_answers(self) -> list[Cell]:
        """The answers with work in them that no accident has met yet."""
        return [cell for cell in self.cells if cell.has_work and cell.of not in self.wounded]

    def wound(self) -> Cell | None:
        """One of the `whole_answers`, which is none any more."""
        cell = self.pick(self.whole_answers())
        if cell is not None:
            self.wounded.add(cell.of)
        return cell

    def place(self, cell: Cell) -> int:
        """Its position."""
        return next(i for i, other in enumerate(self.cells) if other is cell)

    def put_behind(self, cell: Cell, *others: Cell) -> None:
        """Insert cells behind one."""
        at = self.place(cell) + 1
        self.cells[at:at] = others

    def to_bytes(self) -> bytes:
        """The notebook as a program would save it."""
        document: dict[str, Any] = {
            "cells": [self._cell(number, cell) for number, cell in enumerate(self.cells)],
            "metadata": self.metadata,
            "nbformat": 4,
            "nbformat_minor": self.minor,
        }
        if self.old_format:
            for cell in document["cells"]:
                cell.pop("id", None)
            whole = rejoin_lines(nbformat.from_dict(document | {"nbformat_minor": 4}))
            document = json.loads(nbformat.writes(whole, version=3))
        return json.dumps(document, indent=1, ensure_ascii=True).encode()

    def _cell(self, number: int, cell: Cell) -> dict[str, Any]:
        made: dict[str, Any] = {
            "cell_type": cell.kind,
            "metadata": cell.metadata,
            "source": cell.source.splitlines(keepends=True),
        }
        if self.minor >= 5:
            made["id"] = f"cell-{number}"
        if cell.kind == "code":
            made |= {"execution_count": cell.count, "outputs": cell.outputs}
        return made


def _role(label: dict[str, Any]) -> tuple[str, str]:
    name = label.get("grade_id", "")
    if label.get("solution"):
        return ("question" if label.get("grade") else "answer"), name
    if label.get("grade"):
        return "test", name.rpartition("-")[0]
    return ("locked" if name else "plain"), name
