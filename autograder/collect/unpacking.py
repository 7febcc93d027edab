"""Unpacking an archive that anybody may have made: within limits, under names of our own, no link followed.

Nothing is ever written under a name from inside an archive, so `..` and absolute paths have nowhere to lead.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from autograder.collect.containers import BROKEN, Entry, entries
from autograder.course import CourseError
from autograder.submission import MAX_FILE_BYTES

ARCHIVE_SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_JUNK_FOLDERS = {"__MACOSX", ".ipynb_checkpoints"}
_JUNK_FILES = {".DS_Store", "Thumbs.db", "desktop.ini"}
_CHUNK_BYTES = 1024**2
_MAX_NAME_CHARACTERS = 1_000  # also what bounds the work of matching it
_SMALL_BYTES = 64 * 1024**2  # below this no ratio is suspicious


class ArchiveError(CourseError):
    """The archive as a whole cannot be used; nothing of it was. Exit code 2."""


@dataclass(frozen=True)
class UnpackLimits:
    """How large an archive may become. The `nested_` ones are for an archive that a student handed in.

    ratio  how many times its own size an archive may become, above 64 MB
    depth  how many archives may lie in one another, the outermost included
    """

    files: int = 20_000
    file_bytes: int = MAX_FILE_BYTES
    total_bytes: int = 4 * 1024**3
    nested_files: int = 2_000
    nested_bytes: int = 200 * 1024**2
    ratio: int = 200
    depth: int = 3


DEFAULT_LIMITS = UnpackLimits()


@dataclass(frozen=True)
class Found:
    """A file. `name` is its place in the archive or folder; `inner` its place in an archive of that name."""

    name: str
    path: Path
    inner: str = ""
    modified: datetime | None = None


@dataclass(frozen=True)
class Refused:
    """Something that was not unpacked, and why; `path` where its bytes are at hand all the same."""

    name: str
    reason: str
    path: Path | None = None
    inner: str = ""


@dataclass(frozen=True)
class Unpacked:
    """All that an archive or folder held, in its own order."""

    files: tuple[Found, ...]
    refused: tuple[Refused, ...]


class _TooMuchError(Exception):
    """A limit of a whole archive was broken; the message says which."""


def unpack(source: Path, into: Path, limits: UnpackLimits = DEFAULT_LIMITS) -> Unpacked:
    """Everything in an archive (zip or tar) or a folder; archives in it are unpacked too.

    Files from archives are written to the empty folder `into` under numbers; those of a folder stay where they are.
    Raises ArchiveError if `source` is no such thing, is broken, or is larger than the limits once unpacked.
    """
    work = _Unpacking(into, limits)
    try:
        if source.is_dir():
            work.folder(source)
        elif source.is_file():
            work.archive(source)
        else:
            raise ArchiveError(f"There is no file or folder {source}.")
    except _TooMuchError as error:
        raise ArchiveError(f"{source} was not unpacked: {error}. Nothing was collected.") from None
    return Unpacked(tuple(work.files), tuple(work.refused))


class _Unpacking:
    """One call of `unpack`: what was found so far, and the numbers of the files it wrote."""

    def __init__(self, into: Path, limits: UnpackLimits) -> None:
        self.into, self.limits = into, limits
        self.files: list[Found] = []
        self.refused: list[Refused] = []
        self.written = 0
        self.bytes_left = limits.total_bytes

    def folder(self, root: Path) -> None:
        for here, folders, names in os.walk(root):
            folders[:] = sorted(name for name in folders if name not in _JUNK_FOLDERS)
            for name in (*(f for f in folders if (Path(here) / f).is_symlink()), *sorted(names)):
                path = Path(here) / name
                self._file_of_folder(path, path.relative_to(root).as_posix())

    def _file_of_folder(self, path: Path, name: str) -> None:
        if is_junk(name):
            return
        self._count()
        if path.is_symlink() or not path.is_file():
            self.refused.append(Refused(name, "This is a link or a device, not a file."))
            return
        about = path.stat()
        if about.st_size > self.limits.file_bytes:
            self.refused.append(Refused(name, _too_large(self.limits)))
            return
        self._keep(Found(name, path, modified=datetime.fromtimestamp(int(about.st_mtime), UTC)), depth=1)

    def archive(self, path: Path) -> None:
        try:
            for entry in entries(path):
                self._entry(entry, path, self.limits.total_bytes)
        except BROKEN as error:
            raise ArchiveError(_broken(str(path), error)) from None

    def _entry(self, entry: Entry, archive: Path, allowed: int) -> None:
        """Write one entry of the outermost archive and keep it."""
        if is_junk(entry.name):
            return
        self._count()
        found = self._read(entry, archive, allowed - self.bytes_left)
        if isinstance(found, Refused):
            self.refused.append(found)
        else:
            self._keep(found, depth=1)

    def _read(self, entry: Entry, archive: Path, before: int) -> Found | Refused:
        """The entry as a file of ours, or why not. `before`: the bytes that came out of this archive already."""
        refusal = entry.refusal or _bad_path(entry.name)
        if refusal is None and entry.size > self.limits.file_bytes:
            refusal = _too_large(self.limits)
        if refusal is not None:
            return Refused(entry.name, refusal)
        self.written += 1
        path = self.into / f"{self.written:06d}"
        most = max(_SMALL_BYTES, self.limits.ratio * archive.stat().st_size)
        size = 0
        try:
            with entry.open() as stream, path.open("wb") as out:
                while chunk := stream.read(_CHUNK_BYTES):
                    size += len(chunk)
                    if size > self.limits.file_bytes:
                        break
                    if before + size > most:
                        raise _TooMuchError(f"it becomes more than {self.limits.ratio} times its size once unpacked")
                    self._take(len(chunk))
                    out.write(chunk)
        except BROKEN as error:
            path.unlink(missing_ok=True)
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise ArchiveError(f"There is no space left in {self.into} to unpack it.") from None
            return Refused(entry.name, f"This entry of the archive is broken: {_why(error)}.")
        except _TooMuchError:
            path.unlink()
            raise
        if size > self.limits.file_bytes:
            path.unlink()
            return Refused(entry.name, _too_large(self.limits))
        return Found(entry.name, path, modified=entry.modified)

    def _keep(self, found: Found, depth: int) -> None:
        """Keep a file; an archive is replaced by what it holds, or refused as a whole."""
        if not is_archive(found.inner or found.name):
            self.files.append(found)
            return
        if depth >= self.limits.depth:
            reason = "Archives lie in archives here, too deep to unpack."
            self.refused.append(Refused(found.name, reason, found.path, found.inner))
            return
        files, refused, left = len(self.files), len(self.refused), self.bytes_left
        self.bytes_left = min(left, self.limits.nested_bytes)
        allowed = self.bytes_left
        try:
            self._nested(found, depth, allowed)
            left -= allowed - self.bytes_left
        except (_TooMuchError, *BROKEN) as error:
            for file in self.files[files:]:
                file.path.unlink(missing_ok=True)
            del self.files[files:], self.refused[refused:]
            reason = (
                f"This archive was not unpacked: {error}." if isinstance(error, _TooMuchError) else _broken("", error)
            )
            self.refused.append(Refused(found.name, reason, found.path, found.inner))
        self.bytes_left = left

    def _nested(self, outer: Found, depth: int, allowed: int) -> None:
        count = 0
        for entry in entries(outer.path):
            if is_junk(entry.name):
                continue
            count += 1
            if count > self.limits.nested_files:
                raise _TooMuchError("it holds too many files")
            found = self._read(entry, outer.path, allowed - self.bytes_left)
            inside = f"{outer.inner}/{entry.name}" if outer.inner else entry.name
            if isinstance(found, Refused):
                self.refused.append(replace(found, name=outer.name, inner=inside))
            else:
                modified = found.modified or outer.modified
                self._keep(replace(found, name=outer.name, inner=inside, modified=modified), depth + 1)
        if count == 0:
            raise ValueError("it is empty")

    def _count(self) -> None:
        if len(self.files) + len(self.refused) >= self.limits.files:
            raise _TooMuchError(f"it holds more than {self.limits.files:,} files")

    def _take(self, count: int) -> None:
        self.bytes_left -= count
        if self.bytes_left < 0:
            raise _TooMuchError("it is too large once unpacked")


def is_archive(name: str) -> bool:
    """Whether a name is that of an archive that can be unpacked here."""
    return name.lower().endswith(ARCHIVE_SUFFIXES)


def is_junk(name: str) -> bool:
    """Whether this is a file that systems leave behind, which nobody handed in."""
    parts = name.split("/")
    return not parts[-1] or parts[-1] in _JUNK_FILES or not _JUNK_FOLDERS.isdisjoint(parts)


def _bad_path(name: str) -> str | None:
    if len(name) > _MAX_NAME_CHARACTERS:
        return "Its name is longer than any LMS writes."
    if name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"):
        return "Its path leads out of the archive, as no LMS writes it."
    return None


def _too_large(limits: UnpackLimits) -> str:
    return f"This is larger than {limits.file_bytes // 1024**2} MB once unpacked."


def _broken(what: str, error: BaseException) -> str:
    if what:
        return f"{what} cannot be unpacked: {_why(error)}. Download it again."
    return f"This archive cannot be unpacked: {_why(error)}. Ask for the notebook itself."


def _why(error: BaseException) -> str:
    text = " ".join(str(error).split())[:200].rstrip(".")
    return text[:1].lower() + text[1:] if text else type(error).__name__
