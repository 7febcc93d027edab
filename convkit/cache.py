"""Files of public data sets: found in Keras' cache folder or downloaded into it, and checked by SHA-256."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from convkit import quiet

PROBE_SECONDS = 4.0


class Unavailable(Exception):  # noqa: N818
    """A file is neither in the cache nor to be had; the text completes "… because <text>"."""


class WrongHash(Exception):  # noqa: N818
    """The cache holds a file with other bytes, and the right one cannot be had."""


@dataclass(frozen=True)
class RemoteFile:
    """A file of a data set. folder: below the cache folder, as Keras' own loaders lay it out."""

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
    return [first, Path(tempfile.gettempdir()) / ".keras"]


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _cached(file: RemoteFile) -> Path | None:
    for path in _places(file):
        if path.is_file() and path.stat().st_size == file.bytes and sha256_of(path) == file.sha256:
            return path
    return None


def _places(file: RemoteFile) -> list[Path]:
    return [folder / file.folder / file.name for folder in cache_folders()]


def _download(file: RemoteFile) -> Path:
    if not reachable(file.url):
        wrong = next((path for path in _places(file) if path.is_file()), None)
        if wrong is not None:
            raise WrongHash(
                f"{wrong} has the SHA-256 {sha256_of(wrong)} instead of {file.sha256}, and without a network "
                "it cannot be downloaded again: delete it, or put the right file there."
            )
        raise Unavailable("there is no network, and no copy in the cache")
    try:
        with quiet.startup():
            from keras.utils import get_file
    except ImportError as error:
        raise Unavailable(f"the download needs Keras, which is not installed ({error})") from error
    try:
        # Under another name at first, so that a broken download never takes the place of a file.
        path = Path(
            get_file(
                f"{file.name}.part",
                origin=file.url,
                file_hash=file.sha256,
                hash_algorithm="sha256",
                cache_dir=str(_made(cache_folders()[0])),
                cache_subdir=file.folder,
            )
        )
        return path.replace(path.with_name(file.name))
    except Exception as error:  # Keras raises a plain Exception for a broken download
        raise Unavailable(f"the download failed ({error})") from error


def _made(folder: Path) -> Path:
    """Keras turns to a temporary folder if this one does not exist or cannot be written."""
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


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
