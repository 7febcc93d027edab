"""What students were given: the release's text of each source cell, and which cell of it a text is or resembles."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rapidfuzz.distance import Indel

from autograder.names import names_of, parsed
from autograder.source import HIDDEN, STUB, AssignmentSource, Exercise, Role, SourceCell

WRITTEN_STUB = "YOUR ANSWER HERE"  # what nbgrader's ClearSolutions leaves of a text
_SOLUTION = re.compile(r"^([ \t]*)### BEGIN SOLUTION.*?^[ \t]*### END SOLUTION[^\n]*$", re.MULTILINE | re.DOTALL)
_COMPARED_CHARACTERS = 20_000  # a longer text is compared by its beginning


def handed_out_text(cell: SourceCell) -> str:
    """The text of a source cell as nbgrader releases it."""
    if cell.role is Role.MANUAL and not _SOLUTION.search(cell.text):
        return STUB if cell.is_code else WRITTEN_STUB
    if cell.role in (Role.SOLUTION, Role.MANUAL):
        stub = STUB if cell.is_code else WRITTEN_STUB
        text = _SOLUTION.sub(lambda m: "\n".join(m[1] + line for line in stub.splitlines()), cell.text)
        return text if text != cell.text else stub
    return re.sub(r"\n{3,}", "\n\n", HIDDEN.sub("", cell.text)) if cell.role is Role.TEST else cell.text


def plain(text: str) -> str:
    """The text without what programs change when they save: spaces at line ends, empty lines."""
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())


def likeness(one: str, other: str, at_least: float) -> float:
    """How much of two texts is common, from 0 to 1; 0 for less than `at_least`."""
    return Indel.normalized_similarity(one[:_COMPARED_CHARACTERS], other[:_COMPARED_CHARACTERS], score_cutoff=at_least)


@dataclass(frozen=True)
class HandedOut:
    """The release of an assignment, to compare with."""

    source: AssignmentSource

    @cached_property
    def texts(self) -> dict[int, str]:
        """Source index -> released text, made `plain`."""
        return {cell.index: plain(handed_out_text(cell)) for cell in self.source.cells}

    @cached_property
    def _by_text(self) -> dict[str, SourceCell]:
        known: dict[str, SourceCell] = {}
        for cell in self.source.cells:
            known.setdefault(self.texts[cell.index], cell)
            if cell.role not in (Role.SOLUTION, Role.MANUAL):
                known.setdefault(plain(cell.text), cell)
        known.pop("", None)
        return known

    def cell_of(self, text: str) -> SourceCell | None:
        """The cell that was handed out with just this text."""
        return self._by_text.get(plain(text))

    def most_like(self, text: str, cells: Iterable[SourceCell], at_least: float) -> SourceCell | None:
        """The one of `cells` whose released text is most like this one."""
        mine, best, found = plain(text), at_least, None
        for cell in cells:
            alike = likeness(mine, self.texts[cell.index], best)
            if alike >= best and (found is None or alike > best):
                best, found = alike, cell
        return found

    @cached_property
    def required(self) -> dict[str, tuple[str, ...]]:
        """Exercise -> the names that its cell must define, its own first."""
        return {exercise.name: self._required(exercise) for exercise in self.source.exercises}

    def _required(self, exercise: Exercise) -> tuple[str, ...]:
        functions = names_of(self.texts[exercise.solution.index]).functions
        return (exercise.name, *sorted(functions - {exercise.name}))

    @cached_property
    def functions(self) -> frozenset[str]:
        """The exercises that are functions; others are values, whose names every notebook may have."""
        return frozenset(e.name for e in self.source.exercises if e.name in e.solution.names.functions)

    def is_stub(self, code: str, name: str) -> bool:
        """Whether `code` defines a function as it was handed out, or as one that only raises NotImplementedError."""
        if "NotImplementedError" not in code:
            return False
        found = definitions(code).get(name)
        return found is not None and (found.is_stub or found == self._stubs.get(name))

    @cached_property
    def _stubs(self) -> dict[str, Definition]:
        found: dict[str, Definition] = {}
        for exercise in self.source.exercises:
            for name in self.required[exercise.name]:
                found |= {n: d for n, d in definitions(self.texts[exercise.solution.index]).items() if n == name}
        return found


@dataclass(frozen=True)
class Definition:
    """One function without regard to its layout; `is_stub` if all that it does is to raise NotImplementedError."""

    tree: str
    is_stub: bool


@lru_cache(maxsize=512)
def definitions(code: str) -> Mapping[str, Definition]:
    """The functions that `code` defines at the top level; the last of a name."""
    tree = parsed(code)
    try:
        return {n.name: _definition(n) for n in tree.body if isinstance(n, ast.FunctionDef)} if tree else {}
    except RecursionError:
        return {}


def _definition(node: ast.FunctionDef) -> Definition:
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    only_raises = len(body) == 1 and isinstance(body[0], ast.Raise) and "NotImplementedError" in ast.dump(body[0])
    return Definition(ast.dump(node), only_raises)
