"""What one submission may use. The defaults stand here once; `course.toml` changes them."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Limits:
    """Bounds for one submission, each enforced by the student room.

    cell_wall_seconds      one cell, or one test with all its calls
    notebook_wall_seconds  everything together
    cpu_seconds            CPU time of any one process
    memory_bytes           resident memory of the whole process tree, beyond the warm start
    processes              processes and threads
    open_files             file descriptors of a process
    written_bytes          files, in all private folders together
    output_bytes           outputs kept of the whole notebook
    """

    cell_wall_seconds: float = 60.0
    notebook_wall_seconds: float = 300.0
    cpu_seconds: int = 300
    memory_bytes: int = 2 * 1024**3
    processes: int = 128
    open_files: int = 256
    written_bytes: int = 64 * 1024**2
    output_bytes: int = 4 * 1024**2

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
                raise ValueError(f"limit {field.name} must be a positive number, not {value!r}")
