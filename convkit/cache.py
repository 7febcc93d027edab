"""Files of public data sets: found in Keras' cache folder or downloaded into it, and checked by SHA-256."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import math
import os
import socket
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from convkit import quiet

# How long to wait for a server's first sign, and for its next bytes while a file comes in.
PROBE_SECONDS = 4.0
SILENCE_SECONDS = 30.0

# Where Keras turns to if its own folder cannot be written.
TEMPORARY = Path("/tmp") if Path("/tmp").is_dir() else Path(tempfile.gettempdir())


class Unavailable(Exception):  # noqa: N818
    """A file is neither in the cache nor to be had; the text completes "… because <text>"."""


class WrongHash(Exception):  # noqa: N818
    """The cache holds a file with other bytes, and the right one cannot be had."""


@dataclass(frozen=True)
class RemoteFile:
    """A file of a data set. folder: below the cache folder, as Keras' own loaders lay it out.

    bytes is the size that messages name; whether a file is the right one, its hash alone says.
    """

    name: str
    folder: str
    url: str
    bytes: int
    sha256: str


def obtain(files: Sequence[RemoteFile]) -> list[Path]:
    """The paths of all files, every one with the right hash; downloads what is missing.

    Raises Unavailable or WrongHash. Keras is imported only where something must be downloaded.
    """
    return [_cached(file) or _download(file) for file in files]


def cache_folders() -> list[Path]:
    """Where Keras keeps its files: `$KERAS_HOME` or `~/.keras`; if not writable, a temporary folder."""
    home = os.environ.get("KERAS_HOME")
    first = Path(home).expanduser() if home else Path.home() / ".keras"
    return [first, TEMPORARY / ".keras"]


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _cached(file: RemoteFile) -> Path | None:
    for path in _places(file):
        if path.is_file() and sha256_of(path) == file.sha256:
            return path
    return None


def _places(file: RemoteFile) -> list[Path]:
    return [folder / file.folder / file.name for folder in cache_folders()]


def _download(file: RemoteFile) -> Path:
    """Says what is wrong with a file that is there, and gets the right one."""
    wrong = next((path for path in _places(file) if path.is_file()), None)
    if not reachable(file.url):
        if wrong is not None:
            raise WrongHash(
                f"{wrong} has {_instead(wrong, file)}, and without a network it cannot be downloaded again: "
                "delete it, or put the right file there."
            )
        host = urllib.parse.urlsplit(file.url).hostname
        raise Unavailable(f"there is no network ({host} does not answer), and no copy in the cache")
    if wrong is not None:
        print(f"{wrong} has {_instead(wrong, file)}: it is downloaded again.")
    try:
        with quiet.startup():
            from keras.utils import get_file
    except ImportError as error:
        raise Unavailable(f"the download needs Keras, which is not installed ({error})") from error
    return _fetch(file, _writable_folder(), get_file)


def _fetch(file: RemoteFile, home: Path, get_file: Callable[..., str]) -> Path:
    """Download into the cache folder `home`; whatever happens, no file is left there but the right one."""
    path = home / file.folder / file.name
    # Under another name, the same each time: a broken download takes the place of no file, and what a killed
    # one left is written over by the next.
    part = path.with_name(f"{file.name}.part")
    try:
        with _no_endless_wait():
            get_file(part.name, file.url, force_download=True, cache_dir=str(home), cache_subdir=file.folder)
        if sha256_of(part) != file.sha256:
            raise Unavailable(f"the download from {file.url} has {_instead(part, file)} and was thrown away")
        return part.replace(path)
    except Unavailable:
        raise
    except Exception as error:  # Keras raises a plain Exception for a broken download
        raise Unavailable(_reason(error, file, path.parent)) from error
    finally:
        part.unlink(missing_ok=True)


def _instead(path: Path, file: RemoteFile) -> str:
    return f"the SHA-256 {sha256_of(path)} instead of {file.sha256}"


def _reason(error: Exception, file: RemoteFile, folder: Path) -> str:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full ({file.name} needs {math.ceil(file.bytes / 1e6)} MB in {folder})"
    return f"the download failed ({error})"


def _writable_folder() -> Path:
    """The cache folder that Keras' own loaders would write to; made where it is missing."""
    for folder in cache_folders():
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            break
    return folder


@contextlib.contextmanager
def _no_endless_wait() -> Iterator[None]:
    """Keras sets no time-out: where a server falls silent, it would wait for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(SILENCE_SECONDS)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def reachable(url: str) -> bool:
    """Whether a server answers within PROBE_SECONDS: nobody waits long for a network that is not there."""
    answers: list[bool] = []

    def ask() -> None:
        try:
            request = urllib.request.Request(url, method="HEAD")
            with urllib.request.urlopen(request, timeout=PROBE_SECONDS):
                answers.append(True)
        except urllib.error.HTTPError:
            answers.append(True)  # there is a server: let the download say what is wrong
        except (OSError, ValueError):
            pass

    # A thread, because looking up a host name obeys no time-out.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(PROBE_SECONDS)
    return bool(answers)
