"""JupyterLab with jupytext and nbgrader's formgrader on this course, for one run and this machine only.

Nothing is written into the user's Jupyter configuration: what this run needs stands on its command line.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from autograder.course import Course, CourseError

HOST = "127.0.0.1"
PORT = 8888
START_SECONDS = 120.0
STOP_SECONDS = 10.0
NEEDED: Mapping[str, str] = {"jupyterlab": "JupyterLab", "nbgrader": "nbgrader", "jupytext": "jupytext"}
# On for this run even if the user has switched them off elsewhere.
EXTENSIONS = ("jupyterlab", "jupytext", "nbgrader.server_extensions.formgrader")


@dataclass(frozen=True)
class Address:
    """Where the server answers. The token is in the links, so they are the instructor's alone."""

    port: int
    token: str

    def link(self, page: str) -> str:
        """`page` of this server, such as `lab` or `formgrader`, as a link that logs in."""
        return f"http://{HOST}:{self.port}/{page}?token={self.token}"


def check(port: int) -> None:
    """CourseError, with what to do, if a package is missing or the port is taken."""
    missing = [name for module, name in NEEDED.items() if importlib.util.find_spec(module) is None]
    if missing:
        raise CourseError(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed. "
            "Run: make setup, or: pip install 'convkit[grading]'"
        )
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CourseError(
                f"Port {port} cannot be used: {error.strerror}. Name another one with --port, such as {port + 1}."
            ) from None


def command(course: Course, port: int) -> list[str]:
    """The server's command line; it needs the token in JUPYTER_TOKEN and the course as its folder."""
    enabled = {name: True for name in EXTENSIONS}
    return [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--log-level=ERROR",
        f"--ServerApp.ip={HOST}", f"--ServerApp.port={port}", "--ServerApp.port_retries=0",
        "--ServerApp.base_url=/", f"--ServerApp.root_dir={course.root}", "--PasswordIdentityProvider.hashed_password=",
        f"--ServerApp.jpserver_extensions={enabled}", "--LabApp.news_url=", "--LabApp.check_for_updates_class="
        "jupyterlab.handlers.announcements.NeverCheckForUpdate",
        *(["--allow-root"] if _is_root() else []),
    ]  # fmt: skip


@contextmanager
def serving(course: Course, port: int = PORT) -> Iterator[tuple[Address, subprocess.Popen[bytes]]]:
    """The server, once it answers; it ends with the block. CourseError if it cannot start.

    SIGTERM becomes KeyboardInterrupt, as Ctrl-C is, so that the server never stays behind.
    """
    check(port)
    address = Address(port, secrets.token_urlsafe(24))
    here = Path(sys.executable).parent  # nbgrader calls `alembic` by name
    environment = {
        **os.environ,
        "PATH": f"{here}{os.pathsep}{os.environ.get('PATH', '')}",
        "JUPYTER_TOKEN": address.token,
    }
    before = signal.signal(signal.SIGTERM, _interrupt)
    # A session of its own: Ctrl-C is this process's to handle, and the kernels end with the server.
    server = subprocess.Popen(command(course, port), cwd=course.root, env=environment, start_new_session=True)
    try:
        _wait_until_it_answers(server, address)
        yield address, server
    finally:
        _stop(server)
        signal.signal(signal.SIGTERM, before)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _wait_until_it_answers(server: subprocess.Popen[bytes], address: Address) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            raise CourseError(f"JupyterLab ended at once, with exit code {server.returncode}; its own words are above.")
        try:
            with urllib.request.urlopen(address.link("api/status"), timeout=5):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.2)
    raise CourseError(f"JupyterLab did not answer within {START_SECONDS:g} seconds.")


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Asks the server to end, so that it ends its kernels; then ends its whole session."""
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
