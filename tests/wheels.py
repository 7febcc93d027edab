"""The course's wheel, and what it is built from."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from places import ROOT


def packages_of_the_course(folder: Path) -> Path:
    """What a package is built from, copied into an empty folder."""
    for name in ("convkit", "autograder"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT.md"):
        shutil.copy(ROOT / name, folder)
    return folder


def build_wheel(folder: Path) -> Path:
    """The wheel, built in an empty folder and without a network."""
    source = packages_of_the_course(folder / "source")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(source)], check=True, timeout=120)
    (made,) = folder.glob("convkit-*.whl")
    return made
