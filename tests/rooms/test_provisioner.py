"""Any Jupyter client can run notebooks on sandboxed warm kernels, chosen by the kernelspec's name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import nbclient
import nbformat
import pytest
from jupyter_client.provisioning import KernelProvisionerFactory
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from autograder.rooms import provisioner

NAME = "sandboxed-provisioner"
GROUP = "jupyter_client.kernel_provisioners"
registered = pytest.mark.skipif(
    not entry_points(group=GROUP, name=NAME), reason=f"{NAME} is not registered: pip install --no-deps -e ."
)


@pytest.fixture
def kernelspec(tmp_path, monkeypatch) -> str:
    """The kernelspec, installed for this test with nothing preloaded."""
    folder = provisioner.install(tmp_path)
    spec = json.loads((folder / "kernel.json").read_text())
    spec["metadata"]["kernel_provisioner"]["config"] = {"preload": ["numpy"]}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share" / "jupyter"))
    entry = EntryPoint(NAME, f"{provisioner.__name__}:SandboxedProvisioner", GROUP)
    KernelProvisionerFactory.instance().provisioners.setdefault(NAME, entry)
    return provisioner.KERNEL_NAME


def run(kernel_name: str, *codes: str, timeout: int = 60) -> list:
    notebook = new_notebook(cells=[new_code_cell(code) for code in codes])
    nbclient.NotebookClient(notebook, kernel_name=kernel_name, timeout=timeout, interrupt_on_timeout=True).execute()
    return [cell.outputs for cell in notebook.cells]


def test_nbclient_runs_a_notebook_in_a_room(kernelspec):
    outputs = run(kernelspec, "import os; print(os.getcwd(), os.getpid())", "os.listdir('/proc/self/task') and 6 * 7")
    assert outputs[0][0].text == "/home/student 1\n"
    assert outputs[1][0].data["text/plain"] == "42"


def test_a_time_out_of_the_client_interrupts_the_cell(kernelspec):
    with pytest.raises(CellExecutionError, match="KeyboardInterrupt"):
        run(kernelspec, "import time; time.sleep(60)", timeout=1)


def test_a_kernel_that_ends_itself_is_noticed(kernelspec):
    with pytest.raises(DeadKernelError):
        run(kernelspec, "import os; os._exit(1)")


def test_nothing_is_left_after_the_notebook(kernelspec):
    run(kernelspec, "1")
    rooms = provisioner.shared_server("bubblewrap", ("numpy",), provisioner.Limits())
    assert list(rooms._folder.iterdir()) == []


@registered
@pytest.mark.slow
def test_nbconvert_runs_a_notebook_in_a_room(kernelspec, tmp_path):
    path = tmp_path / "a.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("import os; print(os.getcwd(), os.getpid())")]), path)
    command = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--inplace"]
    command += [f"--ExecutePreprocessor.kernel_name={kernelspec}", str(path)]
    subprocess.run(command, check=True, env=os.environ, capture_output=True)
    assert nbformat.read(path, 4).cells[0].outputs[0].text == "/home/student 1\n"


def test_the_kernelspec_lies_where_it_is_installed(tmp_path):
    folder = provisioner.install(tmp_path)
    assert folder == tmp_path / "share" / "jupyter" / "kernels" / provisioner.KERNEL_NAME
    spec = json.loads((Path(folder) / "kernel.json").read_text())
    assert spec["metadata"]["kernel_provisioner"]["provisioner_name"] == NAME
