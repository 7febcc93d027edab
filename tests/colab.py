"""Google Colab as far as it can be had here: the published versions (`make colab`), a kernel of theirs, no network."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from unittest import mock

import pytest
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from places import ROOT

VERSIONS = ROOT / "tests" / "colab-constraints.txt"
_NOWHERE = "http://127.0.0.1:9"  # nothing listens there, so that whatever asks for a network is refused at once


class Run(Protocol):
    """Runs a notebook and gives it back with its outputs."""

    def __call__(self, notebook: NotebookNode, *, allow_errors: bool = False) -> NotebookNode: ...


@dataclass(frozen=True)
class Runtime:
    """A fresh session of Colab: what is installed into it lies in `folder`, and what Colab brings stays as it is."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def environment(self) -> dict[str, str]:
        """Offline, sample data, a home of its own; pip builds with the setuptools that are there."""
        return {
            "HOME": str(self.folder),
            "PATH": f"{self.python.parent}:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "MPLCONFIGDIR": str(ROOT / ".colab" / "matplotlib"),  # the list of fonts is made once
            "CONVKIT_SOURCE": "sample",
            "CUDA_VISIBLE_DEVICES": "",
            "TF_NUM_INTRAOP_THREADS": "1",  # of the machine's two cores, the other tests have one
            "TF_NUM_INTEROP_THREADS": "1",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # pip's own way to say that there is none
            "http_proxy": _NOWHERE,
            "https_proxy": _NOWHERE,
        }

    def run(self, *arguments: str, seconds: float = 120) -> subprocess.CompletedProcess[str]:
        """Python with these arguments."""
        return subprocess.run(
            [str(self.python), *arguments],
            env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=seconds,
        )  # fmt: skip

    def freeze(self) -> list[str]:
        """All that is installed, one `name==version` a line."""
        done = self.run("-m", "pip", "freeze", "--all")
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    @contextmanager
    def session(self) -> Iterator[Run]:
        """One kernel, as long as the block; the function runs a notebook in it from top to bottom."""
        python = str(self.python)

        class Kernel(AsyncKernelManager):
            @property
            def kernel_spec(self) -> KernelSpec:
                argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
                return KernelSpec(argv=argv, display_name="Colab", language="python")

        where = {"metadata": {"path": str(self.folder)}}
        client = NotebookClient(new_notebook(), timeout=300, kernel_manager_class=Kernel, resources=where)

        def run(notebook: NotebookNode, *, allow_errors: bool = False) -> NotebookNode:
            client.nb, client.allow_errors = notebook, allow_errors
            done: NotebookNode = client.execute(cleanup_kc=False)
            return done

        with mock.patch.dict(os.environ, self.environment, clear=True), client.setup_kernel():
            yield run

    def execute(self, notebook: NotebookNode, *, allow_errors: bool = False) -> NotebookNode:
        """The notebook, run in a kernel of its own, with its outputs."""
        with self.session() as run:
            return run(notebook, allow_errors=allow_errors)


def fresh(folder: Path) -> Runtime:
    """A new runtime in an empty folder; the test is skipped where `make colab` was not run."""
    colab = ROOT / ".colab"
    if not (colab / "installed").exists():
        pytest.skip("Colab's versions are not installed: make colab")
    venv = [str(colab / "bin" / "python"), "-m", "venv", "--without-pip", str(folder)]
    subprocess.run(venv, check=True, timeout=60)
    (packages,), (own,) = (place.glob("lib/python3.*/site-packages") for place in (colab, folder))
    (own / "colab.pth").write_text(f"{packages}\n")
    return Runtime(folder)
