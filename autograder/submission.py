"""Reading what a student handed in: bounded, and always ending in a notebook or in a sentence."""

from __future__ import annotations

import codecs
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.late import parse_time
from autograder.results import Verdict

TIMESTAMP_FILE = "timestamp.txt"
ATTEMPTS = "attempts"  # the folder beside the notebook with what was handed in before
MAX_FILE_BYTES = 50 * 1024**2
MAX_CELLS = 5_000
MAX_TEXT_CHARACTERS = 1_000_000
_CELL_TYPES = {"code", "markdown", "raw"}


class UnreadableError(Exception):
    """The file cannot be graded. `verdict` says of which kind it is, the message what to do."""

    def __init__(self, verdict: Verdict, message: str) -> None:
        super().__init__(message)
        self.verdict = verdict


@dataclass(frozen=True)
class SubmittedFile:
    """A student's file as found on disk. `path` is None where nothing was handed in."""

    student: str
    path: Path | None
    others: tuple[Path, ...] = ()


def find_submissions(folder: Path, assignment: str) -> tuple[SubmittedFile, ...]:
    """`folder/<student>/<assignment>/*.ipynb`, one entry per student folder, in the order of names.

    Of several notebooks the one with the assignment's name is graded, else the newest.
    """
    if not folder.is_dir():
        return ()
    found = []
    for student in sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")):
        found_here = (student / assignment).glob("*.ipynb")
        notebooks = sorted(p for p in found_here if p.is_file() and not p.is_symlink() and p.name[0] != ".")
        notebooks.sort(key=lambda p: (p.stem != assignment, -p.stat().st_mtime_ns, p.name))
        found.append(SubmittedFile(student.name, notebooks[0] if notebooks else None, tuple(notebooks[1:])))
    return tuple(found)


def submitted_at(file: SubmittedFile) -> datetime | None:
    """The time in nbgrader's `timestamp.txt` beside the notebook, if there is one that can be read.

    In UTC and without a zone, as nbgrader keeps it; a time without a zone is one in UTC.
    """
    if file.path is None:
        return None
    try:
        text = (file.path.parent / TIMESTAMP_FILE).read_text(encoding="utf-8").strip()
        return parse_time(text, UTC).replace(tzinfo=None)
    except (OSError, ValueError):
        return None


def read_bytes(file: SubmittedFile) -> bytes:
    """The file's content; UnreadableError if there is none, it cannot be read, or it is larger than 50 MB."""
    if file.path is None:
        raise UnreadableError(Verdict.MISSING, "Nothing was handed in for this assignment.")
    try:
        with file.path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UnreadableError(Verdict.MALFORMED, f"The file cannot be read: {error.strerror or error}.") from None
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableError(
            Verdict.MALFORMED,
            f"The file is larger than {MAX_FILE_BYTES // 1024**2} MB. Clear the outputs and save it again.",
        )
    return data


def parse_notebook(data: bytes) -> NotebookNode:
    """A notebook of format 4 with well-formed cells, whatever the bytes are; else UnreadableError."""
    if not data.strip():
        raise UnreadableError(Verdict.MALFORMED, "The file is empty. Save the notebook again.")
    document = read_document(data)
    major = document.get("nbformat")
    if major in (2, 3) or (major is None and "worksheets" in document):
        document = _upgraded(document)
    elif major not in (4, "4") and not (major is None and "cells" in document):
        raise UnreadableError(
            Verdict.MALFORMED, f"The notebook has format {str(major)[:20]!r}; formats 2 to 4 can be read."
        )
    if len(_list(document.get("cells"))) > MAX_CELLS:
        raise UnreadableError(Verdict.MALFORMED, f"The notebook has more than {MAX_CELLS:,} cells.")
    cells = [_clean_cell(cell) for cell in _list(document.get("cells")) if isinstance(cell, dict)]
    if not cells:
        raise UnreadableError(Verdict.MALFORMED, "The notebook has no cells.")
    if sum(len(cell["source"]) for cell in cells) > MAX_TEXT_CHARACTERS:
        raise UnreadableError(
            Verdict.MALFORMED,
            f"The notebook's cells hold more than {MAX_TEXT_CHARACTERS:,} characters. Are data pasted into a cell?",
        )
    return nbformat.from_dict({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def read_document(data: bytes) -> dict[str, Any]:
    """The JSON of a notebook of any format, in whatever encoding it was saved again; else UnreadableError."""
    try:
        document = json.loads(_decoded(data), strict=False)  # raw line ends inside texts are read as such
    except (ValueError, RecursionError):
        raise UnreadableError(
            Verdict.MALFORMED,
            "The file is not a notebook: it is not JSON. Save or download the notebook as .ipynb.",
        ) from None
    if not isinstance(document, dict) or not ({"cells", "worksheets"} & document.keys()):
        raise UnreadableError(Verdict.MALFORMED, "The file is JSON, but not a Jupyter notebook: it has no cells.")
    return document


def _decoded(data: bytes) -> str:
    """UTF-8 with broken bytes replaced; UTF-16 with its mark; the encoding of old Windows programs. No null bytes."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", errors="replace")
    else:
        data = data.removeprefix(codecs.BOM_UTF8)
        text = data.decode("utf-8", errors="replace")
        if not data.isascii() and not any(letter > "\x7f" and letter != "\ufffd" for letter in set(text)):
            text = data.decode("cp1252", errors="replace")  # not one letter beyond ASCII is UTF-8
    return text.replace("\0", "")


def digest(data: bytes) -> str:
    """SHA-256 of the file."""
    return hashlib.sha256(data).hexdigest()


def _upgraded(document: dict[str, Any]) -> dict[str, Any]:
    """The cells of an old notebook, which lie in worksheets."""
    sheets = document.get("worksheets")
    if not isinstance(sheets, list):
        raise UnreadableError(Verdict.MALFORMED, "The notebook has an old format, and no worksheets: it has no cells.")
    cells = [cell for sheet in sheets if isinstance(sheet, dict) for cell in _list(sheet.get("cells"))]
    return {"cells": [_upgraded_cell(cell) for cell in cells if isinstance(cell, dict)]}


def _upgraded_cell(cell: dict[str, Any]) -> dict[str, Any]:
    if cell.get("cell_type") == "code":
        return cell | {"source": cell.get("input"), "execution_count": cell.get("prompt_number")}
    return cell | {"cell_type": "raw" if cell.get("cell_type") == "raw" else "markdown"}


def _clean_cell(cell: dict[str, Any]) -> dict[str, Any]:
    """Type, text and label of a cell; outputs are evidence of another run and are dropped."""
    cell_type = cell.get("cell_type")
    cell_type = cell_type if isinstance(cell_type, str) and cell_type in _CELL_TYPES else "raw"
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    kept: dict[str, Any] = {
        "cell_type": cell_type,
        "source": _text(cell.get("source")),
        "metadata": {},
    }
    label = metadata.get("nbgrader")
    if isinstance(label, dict) and isinstance(label.get("grade_id"), str):
        # All else about a graded cell is the source's to say. Whose a cell is tells what to think of an unknown label.
        kept["metadata"] = {"grade_id": label["grade_id"], "is_answer": label.get("solution") is True}
    if kept["cell_type"] == "code":
        count = cell.get("execution_count")
        kept["execution_count"] = count if isinstance(count, int) and not isinstance(count, bool) else None
        kept["outputs"] = []
    return kept


def _text(source: Any) -> str:
    lines = [source] if isinstance(source, str) else [line for line in _list(source) if isinstance(line, str)]
    split = len(lines) > 1 and not any(
        line.endswith(("\n", "\r")) for line in lines
    )  # by a program that drops line ends
    text = ("\n" if split else "").join(lines)
    text = text.encode("utf-8", errors="replace").decode("utf-8")  # lone surrogates
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
