"""What `pip install` brings, which is how students in Colab get `convkit`."""

from __future__ import annotations

import subprocess
import sys
import zipfile

import pytest
from wheels import build_wheel


@pytest.mark.slow
def test_a_wheel_holds_the_registry_and_gives_samples_without_the_repository(tmp_path):
    installed, wheel = tmp_path / "installed", build_wheel(tmp_path)
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
