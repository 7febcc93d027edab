"""Which assignment a notebook belongs to, whatever it is called and wherever it lies."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from nbformat import NotebookNode

from autograder.collect.patterns import names_assignment
from autograder.outline import Outline

FEWEST_FUNCTIONS = 2  # one alone, such as `decode`, is in many notebooks
_FUNCTION = re.compile(r"^def[ \t]+(\w+)", re.MULTILINE)
_TITLE = re.compile(r"^# (.+?)[ \t]*$", re.MULTILINE)


def recognise(notebook: NotebookNode, path: Path, outlines: Sequence[Outline]) -> str | None:
    """The assignment's name, or None for a notebook of none of them.

    The cells' labels tell it; where a program has dropped them, the exercises' functions; then the title, and the
    names of the file and its folder. Labels and functions that several assignments have tell nothing.
    """
    labels = {cell.metadata.get("grade_id", "") for cell in notebook.cells}
    functions = {name for cell in notebook.cells if cell.cell_type == "code" for name in _FUNCTION.findall(cell.source)}
    titles = {title for cell in notebook.cells if cell.cell_type == "markdown" for title in _TITLE.findall(cell.source)}
    named = {o.assignment for o in outlines if any(names_assignment(part, o.assignment) for part in path.parts[-2:])}
    titled = {outline.assignment for outline in outlines if outline.title in titles}
    return (
        _best({o.assignment: o.labels for o in outlines}, labels, at_least=1)
        or _best({o.assignment: o.functions for o in outlines}, functions, at_least=FEWEST_FUNCTIONS)
        or _only(titled)
        or _only(named)
    )


def _best(sets: Mapping[str, frozenset[str]], found: set[str], at_least: int) -> str | None:
    """The assignment with most of its own names among those found; None for a draw, or fewer than `at_least`."""
    owners = Counter(name for names in sets.values() for name in names)
    counts = {each: sum(owners[name] == 1 for name in names & found) for each, names in sets.items()}
    best = max(counts.values(), default=0)
    return _only({each for each, count in counts.items() if count == best}) if best >= at_least else None


def _only(names: set[str]) -> str | None:
    return next(iter(names)) if len(names) == 1 else None
