"""What the commands share: where they print, how they name an assignment, how they find the course."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.course import Course, find_course, load_course

out = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 160)
err = Console(stderr=True, highlight=False, markup=False)

AssignmentName = Annotated[str, typer.Argument(help="Its name in course.toml, such as 01_convolution.")]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write what was found to this file as JSON.")]


def course_of(context: typer.Context) -> Course:
    """The course that `--course` names, else the one around here."""
    return load_course(context.obj) if context.obj is not None else find_course()
