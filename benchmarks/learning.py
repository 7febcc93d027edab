"""What the reference solutions learn: on the samples with five seeds, and on the real data at full scale.

python benchmarks/learning.py seeds [ASSIGNMENT …] [--seeds 5] [--write docs/results.md]
python benchmarks/learning.py full [ASSIGNMENT …] [--write docs/results.md]
python benchmarks/learning.py scenes [--write docs/results.md]

`seeds` writes another number into the source's line `SEED = 0`, grades the reference with it in the rooms, and asks
`source/NN_topic/measure.py` what it reaches. `full` needs the real data, in Keras' cache (`KERAS_HOME`) or by download.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import numpy as np
from results_page import machine, page, table, write_section

from autograder.classroom import rooms_for
from autograder.course import COURSE_FILE, Course, load_course
from autograder.quality import reference_results
from autograder.solutions import load_solution
from autograder.source import read_source
from convkit import scenes

ROOT = Path(__file__).resolve().parent.parent
SEED_LINE = "\nSEED = 0\n"
Figures = dict[str, float | str]


def measured(course: Course) -> list[str]:
    """The assignments that say what their reference reaches."""
    return [a.name for a in course.assignments if (course.source_folder / a.name / "measure.py").exists()]


def measuring(course: Course, assignment: str) -> ModuleType:
    """`measure.py` of an assignment, as a module."""
    path = course.source_folder / assignment / "measure.py"
    specification = importlib.util.spec_from_file_location(f"measure_{assignment}", path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@contextmanager
def with_seed(assignment: str, seed: int) -> Iterator[Course]:
    """The course, in a folder of its own, with another seed in one assignment."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(ROOT / "source", root / "source")
        shutil.copy(ROOT / COURSE_FILE, root)
        path = root / "source" / assignment / f"{assignment}.py"
        text = path.read_text(encoding="utf-8")
        if text.count(SEED_LINE) != 1:
            raise SystemExit(f"{path.name} needs the line `SEED = 0` just once, not {text.count(SEED_LINE)} times.")
        path.write_text(text.replace(SEED_LINE, f"\nSEED = {seed}\n"), encoding="utf-8")
        yield load_course(root)


def points(course: Course, assignment: str) -> str:
    """What the reference earns in the rooms, such as 95/95."""
    source = read_source(course, assignment)
    with rooms_for(course, source, "bubblewrap") as rooms:
        results = reference_results(source, course.assignment(assignment).limits, rooms)
    return f"{sum(r.points for r in results):g}/{source.max_score:g}"


def seeds(assignment: str, count: int) -> str:
    """The table of one assignment: points and figures for each seed, and the worst."""
    rows: list[Figures] = []
    for seed in range(count):
        with with_seed(assignment, seed) as course:
            earned = points(course, assignment)
            figures = measuring(course, assignment).sample(load_solution(assignment, course), seed)
        rows.append({"seed": str(seed), "points": earned, **figures})
        print(assignment, rows[-1], flush=True)
    names = list(rows[0])
    lines = [[_text(row[name]) for name in names] for row in rows]
    return f"**{assignment}**\n\n{table(names, lines)}"


def full(assignment: str) -> str:
    """One line for each figure of an assignment's full scale."""
    started = time.perf_counter()
    figures = measuring(load_course(ROOT), assignment).full_scale(load_solution(assignment))
    print(assignment, figures, f"{time.perf_counter() - started:.0f} s", flush=True)
    return f"**{assignment}**\n\n{table(['measured', 'value'], [[k, _text(v)] for k, v in figures.items()])}"


def scenes_table(count: int) -> str:
    """How fast scenes are drawn on one core, and what a linear classifier makes of them."""
    rows = []
    for seed in range(count):
        train, test = scenes.ten_classes(4000, 2 * seed + 1), scenes.ten_classes(1000, 2 * seed + 2)
        rows.append([str(seed), f"{linear_accuracy(train, test):.3f}"])
    speeds = [f"{_per_second(size):,.0f} at {size}×{size}" for size in (32, 96)]
    return f"Pictures per second on one core: {', '.join(speeds)}.\n\n" + table(["seed", "linear classifier"], rows)


def linear_accuracy(train: scenes.Scenes, test: scenes.Scenes) -> float:
    """The best of four penalties, by the very test pictures: ridge regression on one-hot labels, in its dual form."""
    x, x_new = (s.images.reshape(len(s), -1).astype(np.float32) / 255 - 0.5 for s in (train, test))
    kernel = x @ x.T
    found = []
    for penalty in (1e0, 1e1, 1e2, 1e3):
        weights = np.linalg.solve(kernel + penalty * np.eye(len(x)), np.eye(10)[train.labels])
        found.append(np.mean((x_new @ (x.T @ weights)).argmax(axis=1) == test.labels))
    return float(max(found))


def _per_second(size: int) -> float:
    """The best of five runs, in processor time."""
    best = np.inf
    for _ in range(5):
        started = time.process_time()
        scenes.make(1000, 1, size=size)
        best = min(best, time.process_time() - started)
    return float(1000 / best)


def _text(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["seeds", "full", "scenes"])
    parser.add_argument("assignments", nargs="*", help="all that have a measure.py, if none is named")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--write", type=page, help="put the tables between their marks in this file")
    arguments = parser.parse_args()
    makers: dict[str, Callable[[str], str]] = {"seeds": lambda name: seeds(name, arguments.seeds), "full": full}
    if arguments.what == "scenes":
        sections = {"scenes": scenes_table(arguments.seeds)}
    else:
        names = arguments.assignments or measured(load_course(ROOT))
        sections = {f"{arguments.what} {name}": makers[arguments.what](name) for name in names}
    for name, text in sections.items():
        text = f"Measured on {machine()}.\n\n{text}"
        print(text)
        if arguments.write:
            write_section(arguments.write, name, text)


if __name__ == "__main__":
    main()
