"""An IPython that forgives what a notebook brings along from another place: magics that it lacks, and installations."""

from __future__ import annotations

import re
from typing import Any

from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import UsageError

# Programs that would wait for a network that a room does not have.
_FETCHES = re.compile(
    r"\s*(?:sudo\s+)?(?:python3?\s+-m\s+)?(?:pip3?|conda|mamba|uv|apt|apt-get|wget|curl|gdown|kaggle|npm|git\s+clone)\b"
)
_INSTALLERS = ("pip", "conda", "mamba", "micromamba", "uv")  # line magics
_LOADERS = ("load_ext", "reload_ext", "matplotlib", "gui", "pylab")  # line magics that import what may be missing


class TolerantShell(ZMQInteractiveShell):
    """`exit` and `quit` don't end the notebook; a magic that is missing doesn't keep its cell from running."""

    def ask_exit(self) -> None:
        print("exit: ignored, the notebook goes on.")

    def system(self, cmd: str) -> None:
        """A line with `!`."""
        if _FETCHES.match(cmd):
            print(f"!{_short(cmd)}: left out, there is no network here.")
        else:
            super().system_piped(cmd)

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """A value with `!`."""
        if _FETCHES.match(cmd):
            print(f"!{_short(cmd)}: left out, there is no network here.")
            return [] if split else ""
        return super().getoutput(cmd, split=split, depth=depth + 1)

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """A line with `%`."""
        if magic_name in _INSTALLERS:
            print(f"%{magic_name} {_short(line)}: left out, there is no network here.")
            return None
        forgiven = Exception if magic_name in _LOADERS else UsageError
        try:
            return super().run_line_magic(magic_name, line, _stack_depth=_stack_depth + 1)
        except forgiven as error:
            print(f"%{magic_name} {_short(line)}: left out ({_short(str(error))})")
            return None

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """A cell with `%%`."""
        if self.find_cell_magic(magic_name) is not None:
            return super().run_cell_magic(magic_name, line, cell)
        print(f"%%{_short(magic_name)} is not known here; the cell runs without it.")
        return self.run_cell(cell, store_history=False).result


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"
