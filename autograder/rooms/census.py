"""How much memory the processes of a room hold, read from /proc."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

_KILOBYTE = 1024
_COMMAND_BYTES = 4096  # a command line may be megabytes long
_COUNTED = ("RssAnon", "RssShmem", "VmSwap", "VmPTE")


class Census:
    """Counts the memory of rooms beyond what they inherited from the process that makes this object."""

    def __init__(self) -> None:
        self.own = os.getpid()
        self.inherited_bytes = _held_bytes(self.own)
        self.command = _command(self.own)

    def used_bytes(self, rooms: list[int], enough: int) -> dict[int, int]:
        """For each room (process 1 of it), the bytes that its process tree holds beyond the warm start.

        The sum counts pages that forked processes share more than once. Where it exceeds `enough`, the shared pages are
        divided up properly, which takes a few milliseconds.
        """
        children = _children()
        used = {}
        for room in rooms:
            family = _descendants(room, children)
            total = sum(self._beyond_inherited(pid) for pid in family)
            if total > enough and len(family) > 1:
                total = min(total, self._proportional(family))
            used[room] = total
        return used

    def kill_orphans(self, rooms: set[int]) -> None:
        """Kill what rooms without a process namespace left behind: orphans become children of this process."""
        while orphans := set(_children().get(self.own, ())) - rooms:
            for orphan in orphans:
                with contextlib.suppress(OSError):
                    os.kill(orphan, signal.SIGKILL)
                    os.waitpid(orphan, 0)

    def _beyond_inherited(self, pid: int) -> int:
        held = _held_bytes(pid)
        return max(0, held - self.inherited_bytes) if _command(pid) == self.command else held

    def _proportional(self, family: list[int]) -> int:
        """Every page divided by the number of processes that share it, less this family's part of the warm start."""
        total = sum(_proportional_bytes(pid) for pid in family)
        warm = sum(_command(pid) == self.command for pid in family)
        return max(0, total - self.inherited_bytes * warm // (warm + 1))


def _children() -> dict[int, list[int]]:
    """The processes in sight, by parent."""
    found: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError, ValueError, IndexError):
                after_name = (entry / "stat").read_bytes().rpartition(b")")[2].split()
                found.setdefault(int(after_name[1]), []).append(int(entry.name))
    return found


def _descendants(pid: int, children: dict[int, list[int]]) -> list[int]:
    """`pid` and all that came from it."""
    family = [pid]
    for member in family:
        family.extend(children.get(member, ()))
    return family


def _held_bytes(pid: int) -> int:
    return _sum_of_fields(Path(f"/proc/{pid}/status"), _COUNTED)


def _proportional_bytes(pid: int) -> int:
    return _sum_of_fields(Path(f"/proc/{pid}/smaps_rollup"), ("Pss_Anon", "Pss_Shmem", "SwapPss"))


def _sum_of_fields(path: Path, names: tuple[str, ...]) -> int:
    """The sum of some "name: n kB" lines in bytes; 0 once the process is gone."""
    total = 0
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0
    for line in lines:
        name, _, value = line.partition(":")
        if name in names:
            total += int(value.split()[0]) * _KILOBYTE
    return total


def _command(pid: int) -> bytes:
    """The command line: a process that was forked from this one and runs no other program has the same."""
    try:
        with Path(f"/proc/{pid}/cmdline").open("rb", buffering=0) as file:
            return file.read(_COMMAND_BYTES)
    except OSError:
        return b""
