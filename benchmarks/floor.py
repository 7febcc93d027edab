"""The floor: a class's cells as plain Python in one warm process, without rooms, kernel, repair or gradebook.

python benchmarks/floor.py COURSE ASSIGNMENT NOTEBOOK …   prints the CPU seconds of each submission

It runs what the grader runs (the course's illustrations are left out) and catches what a cell raises. No limits, no
isolation, no outputs: no grader that runs these cells in Python can need less.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from pathlib import Path
from typing import Any

from autograder.course import load_course
from autograder.repair import put_on_frame
from autograder.source import AssignmentSource, read_source
from autograder.submission import parse_notebook


def codes_of(source: AssignmentSource, path: Path) -> list[str]:
    """The cells to run, in the order of the source."""
    frame = put_on_frame(source, parse_notebook(path.read_bytes()))
    return [cell.text for cell in frame.cells if cell.is_code and not cell.is_illustration]


def seconds_of(codes: list[str]) -> float:
    """CPU seconds of one submission."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    started = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        for code in codes:
            with contextlib.suppress(Exception):  # a failed test, a cell that cannot be compiled
                exec(compile(code, "<cell>", "exec"), namespace)
    return time.process_time() - started


def main() -> None:
    folder, assignment, *paths = sys.argv[1:]
    source = read_source(load_course(Path(folder)), assignment)
    prepared = [codes_of(source, Path(path)) for path in paths]
    seconds_of(prepared[0])  # warm: imports, caches
    print(json.dumps([seconds_of(codes) for codes in prepared]))


if __name__ == "__main__":
    main()
