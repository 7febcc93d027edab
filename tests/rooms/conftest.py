"""Warm fork servers, shared by the tests of a session: starting one takes longer than any test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from small import SECRET, SMALL

from autograder.rooms.server import RoomServer
from autograder.rooms.student import CellOutcome, StudentRoom


@pytest.fixture(scope="session")
def server() -> Iterator[RoomServer]:
    """Rooms with NumPy alone and small limits, made by a process with a secret in its environment."""
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed: apt-get install bubblewrap")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_SECRET", SECRET)
        with RoomServer(SMALL, preload=("numpy",)) as warm:
            warm.student_room().close()
            yield warm


@pytest.fixture
def room(server: RoomServer) -> Iterator[StudentRoom]:
    """A fresh room of `server`."""
    with server.student_room() as fresh:
        yield fresh


@pytest.fixture
def shown() -> Callable[[CellOutcome], str]:
    """The plain text of all that a cell showed."""

    def text(outcome: CellOutcome) -> str:
        parts = []
        for output in outcome.outputs:
            parts.append(
                output.text if output.output_type == "stream" else output.get("data", {}).get("text/plain", "")
            )
        return "".join(parts)

    return text
