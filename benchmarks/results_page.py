"""docs/results.md: a table between its marks is replaced by what was just measured; and the machine in a line."""

from __future__ import annotations

import argparse
import platform
from pathlib import Path

import psutil

from autograder.files import write_atomically


def page(text: str) -> Path:
    """For argparse: a page to write into, refused before anything is measured if it is not there."""
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no page {path} to write into")
    return path


def write_section(path: Path, name: str, text: str) -> None:
    """Put `text` between the marks `<!-- name: begin -->` and `<!-- name: end -->`; ValueError if they are missing."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    page = path.read_text(encoding="utf-8")
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"{path} has no place for this table: add the lines {begin} and {end} where it belongs.")
    write_atomically(path, f"{before}{begin}\n{text.strip()}\n{end}{after}")


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [header, ["---"] * len(header), *rows])


def machine() -> str:
    """The machine in a line."""
    memory = psutil.virtual_memory().total / 1024**3
    information = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.split(":")[1].strip() for line in information if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    return f"{psutil.cpu_count()} cores ({model}), {memory:.0f} GB, Linux, Python {platform.python_version()}"
