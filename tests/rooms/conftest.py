"""Warm fork servers, shared by the tests of a session: starting one takes longer than any test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from autograder.rooms.limits import Limits
from autograder.rooms.server import RoomServer

MEGABYTE = 1024**2

SMALL = Limits(
    cell_wall_seconds=20,
    notebook_wall_seconds=120,
    cpu_seconds=20,
    memory_bytes=160 * MEGABYTE,
    processes=48,
    open_files=128,
    written_bytes=4 * MEGABYTE,
    output_bytes=64 * 1024,
)


@pytest.fixture(scope="session")
def server() -> Iterator[RoomServer]:
    """Rooms with NumPy alone and small limits."""
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed")
    with RoomServer(SMALL, preload=("numpy",)) as warm:
        yield warm
