"""What `pip install` brings, which is how students in Colab get `convkit`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile

import pytest
from places import ROOT


@pytest.mark.slow
def test_a_wheel_holds_the_registry_and_gives_samples_without_the_repository(tmp_path):
    source, installed = tmp_path / "source", tmp_path / "installed"
    for folder in ("convkit", "autograder"):
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT.md"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", str(tmp_path), str(source)], check=True, timeout=120)
    (wheel,) = tmp_path.glob("convkit-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    code = (
        "from convkit import datasets; print(datasets.__file__); "
        "[datasets.load(name, 'sample', limit=2) for name in ('mnist', 'cifar10')]"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=installed, capture_output=True, text=True, timeout=60, check=True
    )
    where, *lines = done.stdout.splitlines()
    assert where == str(installed / "convkit" / "datasets.py")
    assert len(lines) == 2 and all("2 pictures" in line for line in lines)
