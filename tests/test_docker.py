"""`--sandbox docker` asks Docker for the right thing; a stand-in on the PATH writes down what it is asked."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from places import AUTOGRADER

from autograder.course import Course, CourseError
from autograder.docker import run_in_docker


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `docker` that appends its arguments to a file; `run` ends with 1, as a grade with a malformed file does."""
    program, asked = tmp_path / "bin" / "docker", tmp_path / "asked"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >> {asked}\n[ "$1" = run ] && exit 1\nexit 0\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return asked


def test_the_image_is_built_and_the_same_command_runs_without_a_network(docker: Path, mini: Course) -> None:
    command = [AUTOGRADER, "--course", str(mini.root), "grade", "01_mini"]
    done = subprocess.run([*command, "--sandbox", "docker", "--students", "ada"], capture_output=True, check=False)
    assert done.returncode == 1  # that of the command inside
    build, run = docker.read_text().splitlines()
    assert build.startswith("build ")
    assert f"--volume {mini.root}:/course" in run
    assert "--network none" in run
    assert run.endswith("convkit-autograder grade 01_mini --students ada")


def test_without_docker_a_sentence_says_what_to_install(mini: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(CourseError, match="apt-get install bubblewrap"):
        run_in_docker(mini, ["grade"])
