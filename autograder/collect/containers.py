"""What a zip or tar archive says that it holds, one entry at a time; nothing is written here."""

from __future__ import annotations

import contextlib
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, cast

# All that a damaged archive makes the standard library raise.
BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError,
    NotImplementedError, ValueError, OverflowError,
)  # fmt: skip
_UTF8_FLAG, _ENCRYPTED_FLAG, _UNIX = 0x800, 0x1, 3


@dataclass(frozen=True)
class Entry:
    """An entry by its own account, and how to read it; `refusal` where it is known beforehand to be of no use."""

    name: str
    size: int
    modified: datetime | None
    open: Callable[[], IO[bytes]]
    refusal: str | None = None


def entries(path: Path) -> Iterator[Entry]:
    """The files of a zip or tar archive, folders left out; raises one of `BROKEN`."""
    if zipfile.is_zipfile(path):
        yield from _zip_entries(path)
    elif tarfile.is_tarfile(path):
        yield from _tar_entries(path)
    else:
        raise zipfile.BadZipFile("it is neither a zip nor a tar archive")


def _zip_entries(path: Path) -> Iterator[Entry]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            name = _zip_name(info)
            if name.endswith("/"):
                continue
            refusal = None
            if info.flag_bits & _ENCRYPTED_FLAG:
                refusal = "This is encrypted. Ask for it without a password."
            elif info.create_system == _UNIX and stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
                refusal = "This is a link or a device, not a file."
            yield Entry(name, info.file_size, _zip_time(info), partial(archive.open, info), refusal)


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The entry's name; many programs write UTF-8 without saying so, and some backslashes."""
    name = info.filename
    if not info.flag_bits & _UTF8_FLAG:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _zip_time(info: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*info.date_time, tzinfo=UTC)
    except ValueError:
        return None


def _tar_entries(path: Path) -> Iterator[Entry]:
    with tarfile.open(path, "r:*") as archive:
        for member in archive:
            if member.isdir():
                continue
            refusal = None if member.isreg() else "This is a link or a device, not a file."
            modified = datetime.fromtimestamp(int(member.mtime), UTC)
            opened = cast(Callable[[], IO[bytes]], partial(archive.extractfile, member))  # a regular file has one
            yield Entry(member.name, member.size, modified, opened, refusal)
