"""Reading `tests/difficult/`: each file there is one submission and the result that it must get."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.results import Verdict
from autograder.source import AssignmentSource

FOLDER = Path(__file__).parent / "difficult"
KINDS = ("verdict", "see", "use", "leave")
HONEST = "honest"
_MARKER = re.compile(r"^# %% (?P<type>\[markdown\] )?(?P<place>.+)$", re.MULTILINE)
_LINE = re.compile(r"^(?P<key>[\w-]+): (?P<value>.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Expected:
    """The verdicts of which one is right, and the points."""

    verdicts: tuple[Verdict, ...]
    points: float

    @classmethod
    def parse(cls, text: str) -> Expected:
        verdicts, points = text.split(",")
        return cls(tuple(Verdict(name.strip()) for name in verdicts.split("|")), float(points))


@dataclass(frozen=True)
class Part:
    """A cell, and where it goes."""

    place: str
    is_code: bool
    text: str


@dataclass(frozen=True)
class Difficult:
    """One file of the corpus."""

    name: str
    assignment: str
    parts: tuple[Part, ...]
    expected: Mapping[str, Expected]
    otherwise: Expected
    submission: Verdict | None
    shows: tuple[str, ...]
    cell_seconds: float | None

    @property
    def kind(self) -> str:
        return self.name.partition("_")[0]

    def of(self, exercise: str, max_points: float) -> Expected:
        """What an exercise must get."""
        if exercise in self.expected:
            return self.expected[exercise]
        return Expected((Verdict.PASSED,), max_points) if exercise == HONEST else self.otherwise

    def data(self, source: AssignmentSource, release: NotebookNode, values: Mapping[str, str]) -> bytes:
        """The file as it is handed in: the release with the student's cells, and then the changes to its JSON."""
        document = copy.deepcopy(release)
        answers = {part.place: part.text for part in self.parts}
        answers.setdefault(HONEST, source.by_grade_id[HONEST].text)
        for cell in document.cells:
            cell.source = answers.get(_grade_id(cell), cell.source)
        for part in self.parts:
            if part.place.startswith(("first", "last", "before ", "after ")):
                _insert(document, part, values)
        for cell in document.cells:
            cell.source = filled(cell.source, values)
        plain = json.loads(nbformat.writes(document))
        for part in self.parts:
            if part.place == "notebook":
                return _changed(plain, part.text)
        return json.dumps(plain).encode()


def read(path: Path) -> Difficult:
    """One file; ValueError for a header or a place that says nothing."""
    text = path.read_text(encoding="utf-8")
    _, header, body = text.split('"""', 2)
    pieces = _MARKER.split(body)[1:]
    parts = tuple(
        Part(place.strip(), not kind, cell.strip("\n"))
        for kind, place, cell in zip(pieces[0::3], pieces[1::3], pieces[2::3], strict=True)
    )
    expected: dict[str, Expected] = {}
    otherwise, submission, shows, seconds = Expected((Verdict.MISSING,), 0.0), None, [], None
    for match in _LINE.finditer(header):
        key, value = match["key"], match["value"].strip()
        if key == "shows":
            shows.append(value)
        elif key == "seconds":
            seconds = float(value)
        elif key == "else":
            otherwise = Expected.parse(value)
        elif key == "submission":
            submission = Verdict(value)
        else:
            expected[key] = Expected.parse(value)
    assignment = "02_probe_model" if "_model_" in path.stem else "01_probe"
    return Difficult(path.stem, assignment, parts, expected, otherwise, submission, tuple(shows), seconds)


def corpus() -> list[Difficult]:
    """All files, by kind and name."""
    files = [read(path) for kind in KINDS for path in sorted(FOLDER.glob(f"{kind}_*.py"))]
    return sorted(files, key=lambda file: (file.assignment, KINDS.index(file.kind), file.name))


def filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with what only this run knows."""
    for name, value in values.items():
        text = text.replace(f"@@{name}@@", value)
    return text


def _grade_id(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _insert(document: NotebookNode, part: Part, values: Mapping[str, str]) -> None:
    make = nbformat.v4.new_code_cell if part.is_code else nbformat.v4.new_markdown_cell
    cell = make(part.text, id=f"own-{len(document.cells)}")
    where, _, exercise = part.place.partition(" ")
    if where == "first":
        position = 0
    elif where == "last":
        position = len(document.cells)
    else:
        ids = [_grade_id(each) for each in document.cells]
        position = ids.index(exercise) + (where == "after")
    document.cells.insert(position, cell)


def _changed(document: dict[str, Any], code: str) -> bytes:
    """The bytes after the file's own `notebook` function, which only edits JSON, has been over them."""
    namespace: dict[str, Any] = {}
    exec(code, namespace)
    notebook: Callable[[dict[str, Any]], bytes | None] = namespace["notebook"]
    other = notebook(document)
    return json.dumps(document).encode() if other is None else other
