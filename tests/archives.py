"""Archives for the tests of collecting: well-formed, hostile and broken ones."""

from __future__ import annotations

import io
import json
import stat
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path


def notebook(text: str) -> bytes:
    """A small notebook that differs by `text`."""
    cell = {"cell_type": "code", "source": text, "metadata": {}, "outputs": [], "execution_count": None}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    """A zip archive; a value that is text is the target of a symbolic link."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, (2027, 1, 31, 12, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            if isinstance(data, str):
                info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
            out.writestr(info, data)
    return content.getvalue()


def tarred(files: Mapping[str, bytes | str], compression: str = "gz") -> bytes:
    """The same as a tar archive."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode=f"w:{compression}") as out:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            if isinstance(data, str):
                info.type, info.linkname = tarfile.SYMTYPE, data
                out.addfile(info)
            else:
                info.size = len(data)
                out.addfile(info, io.BytesIO(data))
    return content.getvalue()


def write(path: Path, data: bytes) -> Path:
    """Write a file and its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path
