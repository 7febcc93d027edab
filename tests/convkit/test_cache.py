"""`convkit.cache`: what a download leaves behind that is cut, silent, killed, of other bytes, or has no room.

A local server plays all of them; Keras' own `get_file` downloads.
"""

from __future__ import annotations

import dataclasses
import hashlib
import http.server
import io
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from convkit import cache, datasets
from convkit.datasets import DatasetError, Source

WAIT_SECONDS = 60


@dataclass
class Server:
    """What the next GET gets, and the address to get it from."""

    url: str
    content: bytes
    status: int = 200
    cut_after: int | None = None  # bytes; then the connection is closed
    silent_after: int | None = None  # bytes; then nothing comes until the test is over
    before_answer: Callable[[], object] = lambda: None
    half_sent: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def answer(self, request: http.server.BaseHTTPRequestHandler, with_body: bool) -> None:
        if with_body:
            self.before_answer()
        request.send_response(self.status)
        request.send_header("Content-Length", str(len(self.content)))
        request.end_headers()
        if with_body:
            request.wfile.write(self.content[: self.cut_after or self.silent_after])
            if self.silent_after:
                request.wfile.flush()
                self.half_sent.set()
                self.over.wait(WAIT_SECONDS)


@pytest.fixture(scope="module")
def right() -> bytes:
    """A small data set in the form of mnist.npz."""
    file = io.BytesIO()
    images, labels = np.random.RandomState(0).randint(0, 256, (100, 28, 28)).astype(np.uint8), np.arange(100) % 10
    np.savez(file, x_train=images, x_test=images, y_train=labels.astype("u1"), y_test=labels.astype("u1"))
    return file.getvalue()


@pytest.fixture
def server(right) -> Iterator[Server]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            served.answer(self, with_body=True)

        def do_HEAD(self):
            served.answer(self, with_body=False)

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        served = Server(f"http://127.0.0.1:{running.server_port}/mnist.npz", right)
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        yield served
        served.over.set()
        running.shutdown()


@pytest.fixture
def remote(server, right) -> cache.RemoteFile:
    return cache.RemoteFile("mnist.npz", "datasets", server.url, len(right), sha256(right))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    """Where the files go: KERAS_HOME is a folder that does not exist yet. A busy machine answers late."""
    monkeypatch.setattr(cache, "PROBE_SECONDS", WAIT_SECONDS)
    monkeypatch.delenv("CONVKIT_SOURCE", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(cache, "TEMPORARY", tmp_path / "temporary")
    return tmp_path / "keras" / "datasets"


@pytest.fixture
def mnist_is_served(monkeypatch, remote):
    """`datasets.load("mnist")` gets the small data set from the server."""
    registry = datasets.registry()
    registry["datasets"]["mnist"]["files"] = [dataclasses.asdict(remote)]
    monkeypatch.setattr(datasets, "registry", lambda: registry)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def flip(content: bytes) -> bytes:
    """The same size, other bytes."""
    return content[:-1] + bytes([content[-1] ^ 1])


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_an_unreachable_network_is_noticed_soon(monkeypatch):
    monkeypatch.setattr(cache, "PROBE_SECONDS", 0.3)
    assert not cache.reachable("https://no-such-host.invalid/file")
    assert not cache.reachable("http://127.0.0.1:9/file")
    assert not cache.reachable("nonsense")


@pytest.mark.slow
def test_a_missing_file_is_downloaded_with_a_progress_bar_and_kept(server, remote, folder, capsys):
    assert cache.obtain([remote]) == [folder / "mnist.npz"]
    assert f"Downloading data from {server.url}" in capsys.readouterr().out
    server.content = b""
    assert cache.obtain([remote]) == [folder / "mnist.npz"]
    assert files(folder) == ["mnist.npz"]


def test_the_hash_alone_says_whether_a_file_is_the_right_one(remote, right, folder):
    folder.mkdir(parents=True)
    (folder / "mnist.npz").write_bytes(right)
    assert cache.obtain([dataclasses.replace(remote, bytes=1, url="nonsense")]) == [folder / "mnist.npz"]


@pytest.mark.slow
def test_where_keras_home_cannot_be_written_the_temporary_folder_serves(remote, tmp_path, monkeypatch):
    (tmp_path / "a file").write_text("in the way of the folder")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "a file" / "keras"))
    (path,) = cache.obtain([remote])
    assert path == tmp_path / "temporary" / ".keras" / "datasets" / "mnist.npz"
    monkeypatch.setattr(cache, "reachable", lambda url: False)
    assert cache.obtain([remote]) == [path]


@pytest.mark.slow
def test_a_wrong_file_is_named_with_both_hashes_and_downloaded_again(remote, right, folder, capsys):
    folder.mkdir(parents=True)
    (folder / "mnist.npz").write_bytes(flip(right))
    cache.obtain([remote])
    line = capsys.readouterr().out.splitlines()[0]
    assert sha256(flip(right)) in line and sha256(right) in line and "downloaded again" in line
    assert (folder / "mnist.npz").read_bytes() == right


def cut(server: Server, folder: Path) -> None:
    server.cut_after = 500


def silent(server: Server, folder: Path) -> None:
    server.silent_after = 500


def other_bytes(server: Server, folder: Path) -> None:
    server.content = flip(server.content)


def missing(server: Server, folder: Path) -> None:
    server.status = 404


def full_disk(server: Server, folder: Path) -> None:
    """The file that Keras is about to open is the device on which, as the kernel says, no space is left."""
    server.before_answer = lambda: (folder / "mnist.npz.part").symlink_to("/dev/full")


FAILURES = {
    cut: r"the download failed \(.*retrieval incomplete: got only 500 out of \d+ bytes\)",
    silent: r"the download failed \(.*timed out\)",
    other_bytes: r"the download from \S+ has the SHA-256 [0-9a-f]{64} instead of [0-9a-f]{64} and was thrown away",
    missing: r"the download failed \(.*404 -- Not Found\)",
    full_disk: r"the disk is full \(mnist\.npz needs 1 MB in \S+/keras/datasets\)",
}


@pytest.mark.slow
@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.__name__)
def test_a_failed_download_is_one_sentence_changes_nothing_and_can_be_repeated(
    failure, server, remote, right, folder, monkeypatch, mnist_is_served, capsys
):
    """Once with nothing in the cache, once with an old file."""
    if failure is silent:
        monkeypatch.setattr(cache, "SILENCE_SECONDS", 0.3)
    failure(server, folder)

    with pytest.raises(DatasetError, match=FAILURES[failure]) as caught:
        datasets.load("mnist", "real")
    assert "\n" not in str(caught.value) and 'source="sample"' in str(caught.value)
    if failure is other_bytes:
        assert f"{sha256(flip(right))} instead of {sha256(right)}" in str(caught.value)
    assert files(folder) == []

    capsys.readouterr()
    assert datasets.load("mnist", limit=1).source is Source.SAMPLE
    last = capsys.readouterr().out.splitlines()[-1]
    assert "The real mnist was not loaded: " in last and "sample data" in last

    (folder / "mnist.npz").write_bytes(b"old")
    with pytest.raises(DatasetError, match=FAILURES[failure]):
        datasets.load("mnist", "real")
    assert files(folder) == ["mnist.npz"] and (folder / "mnist.npz").read_bytes() == b"old"

    server.content, server.status, server.before_answer = right, 200, lambda: None
    server.cut_after = server.silent_after = None
    monkeypatch.setattr(cache, "SILENCE_SECONDS", WAIT_SECONDS)
    assert datasets.load("mnist").source is Source.REAL
    assert files(folder) == ["mnist.npz"] and (folder / "mnist.npz").read_bytes() == right
    assert socket.getdefaulttimeout() is None


@pytest.mark.slow
@pytest.mark.parametrize(("ending", "left"), [(signal.SIGINT, []), (signal.SIGKILL, ["mnist.npz.part"])])
def test_after_an_interrupted_download_the_next_one_starts_again(ending, left, server, remote, right, folder):
    server.silent_after = len(right) // 2
    code = f"from convkit import cache; cache.obtain([cache.{remote!r}])"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        assert server.half_sent.wait(WAIT_SECONDS)
        wait_until(lambda: files(folder) == ["mnist.npz.part"] and (folder / "mnist.npz.part").stat().st_size > 0)
        process.send_signal(ending)
        process.communicate(timeout=WAIT_SECONDS)
    finally:
        process.kill()
    assert files(folder) == left
    server.silent_after = None
    assert cache.obtain([remote]) == [folder / "mnist.npz"]
    assert files(folder) == ["mnist.npz"] and (folder / "mnist.npz").read_bytes() == right
