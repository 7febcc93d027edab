"""The reference on Keras' other backends, which lie in a folder of their own (`make backends`)."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from places import ROOT

BACKENDS = ("tensorflow", "jax", "torch")
each_backend = pytest.mark.parametrize("backend", BACKENDS)


def environment(backend: str) -> dict[str, str]:
    """What a process needs to run on a backend: sample data, no GPU, and TensorFlow only where it is the backend.

    The rooms where students work on JAX or PyTorch may lack TensorFlow; where it is installed, Keras imports it for no
    more than its random seed. PyTorch's threads wait for each other in loops: on two cores of which the other tests
    have one, that costs ten times the time (38 steps of LeNet: 7 s, and 0.5 s on one thread). JAX compiles every
    operation for every shape, which takes most of a notebook's time, so that what one process has compiled is kept
    for the others (08: 97 CPU seconds, and 40 with all of it).
    """
    folder = ROOT / ".backends"
    if backend != "tensorflow" and not (folder / backend).is_dir():
        pytest.skip(f"{backend} is not installed: make backends")
    paths = [] if backend == "tensorflow" else [ROOT / "tests" / "without_tensorflow", folder]
    return os.environ | {
        "KERAS_BACKEND": backend,
        "PYTHONPATH": os.pathsep.join(map(str, [*paths, ROOT])),
        "CONVKIT_SOURCE": "sample",
        "CUDA_VISIBLE_DEVICES": "",
        "OMP_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "JAX_COMPILATION_CACHE_DIR": str(folder / "compiled"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }


def run_on(backend: str, program: str, *arguments: str) -> str:
    """What a program prints in a process of its own; it must end well."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True, text=True, env=environment(backend) | {"CONVKIT_DRAW": "0"}, cwd=ROOT, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
