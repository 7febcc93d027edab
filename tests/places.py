"""Where things lie in this repository."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parent.parent
MINI = ROOT / "tests" / "mini"
# The command as it is installed. (`python -m` may end as if nobody had handled an interrupt: CPython remembers it if
# it came while a text was being executed, which every dataclass does.)
AUTOGRADER = str(Path(sys.executable).parent / "autograder")


def real_data(*needed: str) -> Path:
    """The folder of real data sets: CONVKIT_REAL_DATA, or a folder named shared beside the repository.

    needed: files and folders in it without which the test is skipped.
    """
    folder = Path(os.environ.get("CONVKIT_REAL_DATA") or ROOT.parent / "shared")
    missing = [name for name in needed if not (folder / name).exists()]
    if missing:
        pytest.skip(f"no real data: set CONVKIT_REAL_DATA to a folder that holds {', '.join(missing)}")
    return folder


def trains(source_folder: Path, assignment: str) -> bool:
    """Whether networks are trained in an assignment: it then says what its reference reaches."""
    return (source_folder / assignment / "measure.py").exists()


class Reference:
    """What a reference solution defines, as attributes. Its cells run when the first is asked for, once a process.

    So a process that only collects tests, or runs others, does not pay for it; pytest asks all it finds for `__test__`.
    """

    def __init__(self, assignment: str) -> None:
        self._assignment = assignment

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(_loaded(self._assignment), name)


@cache
def _loaded(assignment: str) -> SimpleNamespace:
    from autograder.course import load_course
    from autograder.solutions import load_solution

    return load_solution(assignment, load_course(ROOT))
