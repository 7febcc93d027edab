"""The limits and the secret of the rooms that tests share."""

from __future__ import annotations

from autograder.rooms.limits import Limits

MEGABYTE = 1024**2

SMALL = Limits(
    cell_wall_seconds=20,
    notebook_wall_seconds=120,
    cpu_seconds=30,
    memory_bytes=160 * MEGABYTE,
    processes=48,
    open_files=128,
    written_bytes=4 * MEGABYTE,
    output_bytes=64 * 1024,
)

SECRET = "xyzzy-of-the-grader"
