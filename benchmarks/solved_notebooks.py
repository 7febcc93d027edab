"""What each solved notebook takes from top to bottom, checks and figures included, on the small samples.

python benchmarks/solved_notebooks.py [--write docs/results.md]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import nbformat
from measured import Cost, measured, run
from results_page import machine, page, table, write_section

from autograder.course import Course, load_course
from autograder.solutions import reference_notebook
from autograder.source import read_source

ROOT = Path(__file__).resolve().parent.parent
HEADER = ["assignment", "seconds on the clock", "CPU seconds", "peak memory, MB"]


def cost_of(course: Course, assignment: str) -> Cost:
    """One run with `jupyter execute`, its start included; RuntimeError if a cell fails."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{assignment}.ipynb"
        nbformat.write(reference_notebook(read_source(course, assignment)), path)
        jupyter = Path(sys.executable).parent / "jupyter-execute"
        with measured() as cost:
            run([jupyter, path], path.parent, {"CONVKIT_SOURCE": "sample", "CUDA_VISIBLE_DEVICES": ""})
    return cost


def main() -> None:
    course = load_course(ROOT)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", type=page, help="put the table between its marks in this file")
    arguments = parser.parse_args()
    rows = []
    for assignment in course.assignments:
        cost = cost_of(course, assignment.name)
        rows.append([assignment.name, f"{cost.wall:.0f}", f"{cost.cpu:.0f}", f"{cost.peak_bytes / 1e6:.0f}"])
        print(*rows[-1], flush=True)
    if arguments.write:
        write_section(arguments.write, "notebooks", f"Measured on {machine()}.\n\n{table(HEADER, rows)}")


if __name__ == "__main__":
    main()
