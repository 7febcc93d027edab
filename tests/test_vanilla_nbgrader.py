"""nbgrader's own commands and its formgrader work on the same course folder, nothing patched."""

from __future__ import annotations

import csv
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from forms import as_colab
from places import MINI, ROOT

from autograder.course import Course
from autograder.files import write_atomically
from autograder.gradebook import open_gradebook
from autograder.release import build_source, generate, release
from autograder.solutions import reference_notebook

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("vanilla")]


def environment() -> dict[str, str]:
    here = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "PATH": f"{here}{os.pathsep}{os.environ['PATH']}",
        "JUPYTER_CONFIG_DIR": "/nonexistent",
    }


def nbgrader(course: Course, *arguments: str) -> str:
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=course.root, env=environment(), capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The mini course, released and autograded by vanilla nbgrader with three students."""
    import shutil

    from autograder.course import load_course

    folder = tmp_path_factory.mktemp("vanilla") / "course"
    shutil.copytree(ROOT / "tests" / "mini", folder)
    shutil.copy(ROOT / "tests" / "vanilla_config.py", folder / "nbgrader_config.py")
    course = load_course(folder)
    source = build_source(course, "01_mini")
    nbgrader(course, "generate_assignment", "01_mini", "--force")
    texts = {
        "right": reference_notebook(source),
        "wrong": reference_notebook(source, {"double": "def double(x):\n    return x"}),
        "blank": generate(source),
    }
    for student, notebook in texts.items():
        write_atomically(folder / "submitted" / student / "01_mini" / "01_mini.ipynb", as_colab(notebook))
    nbgrader(course, "autograde", "01_mini")
    return course


def test_the_release_of_nbgraders_own_command_is_ours(graded: Course) -> None:
    theirs = json.loads((graded.root / "notebooks/01_mini/01_mini.ipynb").read_text())
    assert not release(graded, "01_mini", check=True).path.is_symlink()
    ours = json.loads(json.dumps(generate(build_source(graded, "01_mini"))))
    assert theirs["cells"] == [{**cell, "source": cell["source"].splitlines(keepends=True)} for cell in ours["cells"]]


def test_export_has_the_points(graded: Course) -> None:
    nbgrader(graded, "export")
    rows = list(csv.DictReader((graded.root / "grades.csv").open()))
    assert {row["student_id"]: float(row["raw_score"]) for row in rows} == {
        "right": 6,
        "wrong": 0,
        "blank": 0,
    }


def test_feedback_is_generated(graded: Course) -> None:
    nbgrader(graded, "generate_feedback", "01_mini", "--force")
    assert len(list(graded.feedback_folder.rglob("*.html"))) == 3


@pytest.fixture
def formgrader(graded: Course) -> Iterator[str]:
    """A Jupyter server with the formgrader on the course, on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyter_server", f"--port={port}", "--ip=127.0.0.1", "--allow-root", "--no-browser",
        "--IdentityProvider.token=t", "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
    ]  # fmt: skip
    server = subprocess.Popen(command, cwd=graded.root, env=environment(), stderr=subprocess.PIPE)
    try:
        yield f"http://127.0.0.1:{port}/formgrader/api"
    finally:
        server.terminate()
        server.communicate(timeout=30)


def test_the_formgrader_shows_the_class(formgrader: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            answer = urllib.request.urlopen(f"{formgrader}/submissions/01_mini?token=t", timeout=10).read()
            break
        except OSError:
            assert time.monotonic() < deadline, "the formgrader did not answer in a minute"
            time.sleep(0.5)
    assert {s["student"]: s["score"] for s in json.loads(answer)} == {"right": 6, "wrong": 0, "blank": 0}


def test_vanilla_autograde_runs_on_the_sandboxed_kernel_where_it_is_asked_to(tmp_path: Path) -> None:
    """nbgrader's own execution and verdicts, on a warm kernel that is process 1 of its own room."""
    import shutil

    from autograder.course import load_course

    folder = tmp_path / "course"
    shutil.copytree(MINI, folder)
    config = (ROOT / "tests" / "vanilla_config.py").read_text()
    (folder / "nbgrader_config.py").write_text(f'{config}\nc.Execute.kernel_name = "python3-sandboxed"\n')
    course = load_course(folder)
    source = build_source(course, "01_mini")
    nbgrader(course, "generate_assignment", "01_mini", "--force")
    text = 'import os\nprint("process", os.getpid())\nprediction = 4'
    notebook = reference_notebook(source, {"prediction": text})
    write_atomically(folder / "submitted" / "ada" / "01_mini" / "01_mini.ipynb", as_colab(notebook))
    nbgrader(course, "autograde", "01_mini")
    assert '"process 1\\n"' in (folder / "autograded" / "ada" / "01_mini" / "01_mini.ipynb").read_text()
    with open_gradebook(course) as gradebook:
        assert gradebook.find_submission("01_mini", "ada").score == 6
