"""The reference on Keras' other backends, which lie in a folder of their own (`make backends`)."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from places import ROOT

BACKENDS = ("tensorflow", "jax", "torch")
each_backend = pytest.mark.parametrize("backend", BACKENDS)


def run_on(backend: str, program: str, *arguments: str) -> str:
    """What a program prints in a process of its own, on the sample data and without a GPU; it must end well."""
    folder = ROOT / ".backends"
    if backend != "tensorflow" and not (folder / backend).is_dir():
        pytest.skip(f"{backend} is not installed: make backends")
    path = os.pathsep.join([str(ROOT), *([str(folder)] if backend != "tensorflow" else [])])
    environment = os.environ | {
        "KERAS_BACKEND": backend,
        "PYTHONPATH": path,
        "CONVKIT_SOURCE": "sample",
        "CONVKIT_DRAW": "0",
        "CUDA_VISIBLE_DEVICES": "",
        "OMP_NUM_THREADS": "2",
    }
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True, text=True, env=environment, cwd=ROOT, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
