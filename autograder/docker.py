"""`--sandbox docker`: the same command again inside a container that has bubblewrap, for macOS and Windows."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from autograder.course import Course, CourseError

IMAGE = "convkit-autograder"
# bubblewrap makes namespaces and mounts, which Docker's own confinement forbids; submissions are shut in by bubblewrap,
# and the container has no network at all.
_OPTIONS = (
    "--rm", "--init", "--network", "none",
    "--cap-add", "SYS_ADMIN",
    "--security-opt", "seccomp=unconfined",
    "--security-opt", "apparmor=unconfined",
    "--security-opt", "systempaths=unconfined",
)  # fmt: skip


def run_in_docker(course: Course, arguments: Sequence[str], *, writes: Sequence[Path] = ()) -> int:
    """Build the image if needed and run `autograder ARGUMENTS` in it; returns the command's exit code.

    The course is seen at /course; folders in `writes` outside the course are seen at their own paths.
    Raises CourseError where there is no Docker, or the image cannot be built.
    """
    docker = shutil.which("docker")
    if docker is None:
        raise CourseError(
            "Docker is missing. Install Docker (https://docs.docker.com/get-docker/), or on Linux bubblewrap: "
            "sudo apt-get install bubblewrap"
        )
    context = Path(__file__).resolve().parent.parent
    if not (context / "Dockerfile").exists():
        raise CourseError("The image is built from a clone of the course's repository; this autograder is not in one.")
    if subprocess.run([docker, "build", "--quiet", "--tag", IMAGE, str(context)], check=False).returncode:
        raise CourseError("Docker could not build the grader's image; what it said stands above.")
    volumes = [f"{course.root}:/course", *(f"{path.resolve()}:{path.resolve()}" for path in writes)]
    mounts = [part for volume in volumes for part in ("--volume", volume)]
    return subprocess.run([docker, "run", *_OPTIONS, *mounts, IMAGE, *arguments], check=False).returncode
