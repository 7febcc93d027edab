"""What breaks a limit, and how a student is told of it."""

from __future__ import annotations

import enum

from autograder.rooms.limits import Limits

DROPPED = "output_dropped"  # the message by which a kernel tells that it dropped output beyond the limit


class Broken(enum.StrEnum):
    """Why a cell did not run as it should; the closed set."""

    WALL_TIME = "wall time"
    NOTEBOOK_TIME = "notebook time"
    CPU_TIME = "CPU time"
    MEMORY = "memory"
    PROCESSES = "processes"
    FILES = "open files"
    DISK = "disk"
    OUTPUT = "output"
    DIED = "died"  # the process ended itself, or crashed
    KILLED = "killed"  # something outside the room ended it


def explain(broken: Broken, limits: Limits) -> str:
    """One or two sentences for the student."""
    return {
        Broken.WALL_TIME: f"The cell ran for more than {_seconds(limits.cell_wall_seconds)} and was stopped. "
        "Is there a loop that never ends?",
        Broken.NOTEBOOK_TIME: "The notebook as a whole ran for more than "
        f"{_seconds(limits.notebook_wall_seconds)} and was stopped.",
        Broken.CPU_TIME: f"The notebook used more than {_seconds(limits.cpu_seconds)} of computing time "
        "and was stopped.",
        Broken.MEMORY: f"The notebook needed more than {_bytes(limits.memory_bytes)} of memory. "
        "Is an array much larger than it should be?",
        Broken.PROCESSES: f"The notebook started more than {limits.processes} processes and threads.",
        Broken.FILES: f"The notebook held more than {limits.open_files} files open at once. Are they closed after use?",
        Broken.DISK: f"The notebook wrote more than {_bytes(limits.written_bytes)} of files.",
        Broken.OUTPUT: f"The notebook printed or displayed more than {_bytes(limits.output_bytes)}; "
        "the rest was dropped. Is there a print in a long loop?",
        Broken.DIED: "Python ended while the cell ran, so nothing after it could run. "
        "Does the code call an exit function, or crash a library?",
        Broken.KILLED: "Python was ended from outside while the cell ran, "
        "probably because the machine was short of memory.",
    }[broken]


def broken_by_error(name: str, text: str) -> Broken | None:
    """The limit that an exception in the notebook tells of, if any."""
    if name in ("MemoryError", "_ArrayMemoryError", "ResourceExhaustedError") or "std::bad_alloc" in text:
        return Broken.MEMORY
    if (name == "BlockingIOError" and "[Errno 11]" in text) or "can't start new thread" in text:
        return Broken.PROCESSES
    if "[Errno 24]" in text:
        return Broken.FILES
    if "[Errno 28]" in text or "[Errno 27]" in text:
        return Broken.DISK
    return None


def _seconds(value: float) -> str:
    return f"{value:g} second{'' if value == 1 else 's'}"


def _bytes(value: float) -> str:
    for unit in ("bytes", "KB", "MB"):
        if value < 1024:
            return f"{value:.3g} {unit}"
        value /= 1024
    return f"{value:.3g} GB"
