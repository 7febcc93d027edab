"""`quiet.startup`: nothing of TensorFlow's start-up is shown, and everything where it fails."""

from __future__ import annotations

import os
import subprocess
import sys

import nbformat
import pytest
from backends import environment
from nbclient import NotebookClient

from convkit import quiet

BEGIN = "import os\nfrom convkit import quiet\nwith quiet.startup():\n    os.write(2, b'chatter')\n"


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)


def test_messages_are_dropped_and_standard_error_works_again():
    assert run(BEGIN + "os.write(2, b'after')").stderr == "after"


def test_messages_are_shown_if_the_import_fails():
    done = run(BEGIN + "    import no_such_module")
    assert done.stderr.startswith("chatter") and "no_such_module" in done.stderr


def test_a_level_that_the_user_set_is_kept(monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    with quiet.startup():
        pass
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"


@pytest.mark.slow
def test_importing_keras_in_a_notebook_shows_nothing():
    source = "from convkit import quiet\nwith quiet.startup():\n    import keras\nx = keras.ops.ones(3)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    assert notebook.cells[0].outputs == []


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_a_seed_on_another_backend_shows_nothing_where_tensorflow_is_installed(backend: str):
    """Keras sets TensorFlow's seed too, and imports it for that."""
    code = "from convkit import quiet\nwith quiet.startup():\n    import keras\nkeras.utils.set_random_seed(0)"
    hidden = environment(backend)
    paths = [path for path in hidden["PYTHONPATH"].split(os.pathsep) if "without_tensorflow" not in path]
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print('tensorflow' in sys.modules)"],
        env=hidden | {"PYTHONPATH": os.pathsep.join(paths)}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("True\n", "")
