"""Somebody who learns alone with the small course: writes a notebook, runs `autograder` in this process."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass

import pytest
from forms import as_jupyterlab

from autograder import cli
from autograder.course import Course
from autograder.release import generate
from autograder.source import read_source

DOUBLE = "def double(x):\n    return x + x"


@dataclass(frozen=True)
class Said:
    """How a command ended and what it printed; `words` is both streams without line ends."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        return " ".join(f"{self.out} {self.err}".split())


@dataclass(frozen=True)
class Learner:
    """At work in a folder of the course, which is where the commands run."""

    course: Course
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def run(self, *arguments: str, stdin: str = "") -> Said:
        """`autograder ARGUMENTS`."""
        self.monkeypatch.setattr(sys, "argv", ["autograder", *arguments])
        self.monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = self.capsys.readouterr()
        return Said(int(ended.value.code or 0), printed.out, printed.err)

    def write(self, name: str = "mine.ipynb", *, dropped: tuple[str, ...] = (), **texts: str) -> str:
        """Save the release with these cells (`double_1` is `double-1`), but for `dropped` ones; returns the name."""
        notebook = generate(read_source(self.course, "01_mini"))
        labels = [cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in notebook.cells]
        for cell, label in zip(notebook.cells, labels, strict=True):
            cell.source = texts.get(label.replace("-", "_"), cell.source)
        kept = zip(notebook.cells, labels, strict=True)
        notebook.cells = [cell for cell, label in kept if label not in dropped]
        (self.course.root / name).write_bytes(as_jupyterlab(notebook))
        return name
