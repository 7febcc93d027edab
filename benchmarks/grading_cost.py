"""What grading costs: beside nbgrader and Otter-Grader, with the size of the class, and where the time goes.

python benchmarks/grading_cost.py [--only peers|growth|floor] [--classes 10 40] [--quick] [--write docs/results.md]

Otter-Grader has an environment of its own: `make build/otter-venv/installed`. Nothing else should run beside.
"""

from __future__ import annotations

import argparse
import sys
import time

from classes import KERAS, NUMPY, TINY, TRAINING
from growth import SIZES, growth
from peers import OTTER_BIN, peers
from phases import phases
from results_page import machine, page, write_section

PARTS = ("floor", "growth", "peers")
CLASSES = (10, 40)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=PARTS, action="append", help="this part; may be given more than once")
    parser.add_argument("--classes", type=int, nargs="+", default=CLASSES, help="submissions, beside the other graders")
    parser.add_argument("--quick", action="store_true", help="a trial with tiny classes; its figures mean little")
    parser.add_argument("--write", type=page, help="put the tables between their marks in this file")
    arguments = parser.parse_args()
    wanted = arguments.only or PARTS
    if "peers" in wanted and not (OTTER_BIN / "python").exists():
        parser.error("Otter-Grader's environment is missing. Make it: make build/otter-venv/installed")
    classes, sizes, students, trained = arguments.classes, SIZES, 10, (TINY, NUMPY, KERAS, TRAINING)
    if arguments.quick:
        classes, sizes, students, trained = (2,), (2, 10), 2, (TINY, NUMPY, KERAS)
    makers = {
        "peers": lambda: peers((NUMPY, KERAS), classes, _report),
        "growth": lambda: growth(sizes, _report),
        "floor": lambda: phases(trained, students, _report),
    }
    for part in PARTS:
        if part not in wanted:
            continue
        started = time.monotonic()
        found = makers[part]()
        minutes = (time.monotonic() - started) / 60
        text = f"Measured on {machine()}, in {minutes:.0f} minutes.\n\n{found}"
        print(text, end="\n\n", flush=True)
        if arguments.write:
            write_section(arguments.write, f"cost {part}", text)


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
