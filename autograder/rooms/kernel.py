"""The Jupyter kernel of a student room: ipykernel in a forked child, on sockets that it inherits.

The coordinator makes the listening sockets and passes them in, so that the room needs no folder that it shares with the
host, and a client can connect before the kernel runs. `create` does all that can be done before the submission is
known; `serve` runs the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import zmq
from ipykernel import ipkernel
from ipykernel.heartbeat import Heartbeat
from ipykernel.iostream import OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQDisplayPublisher
from jupyter_client.session import Session
from traitlets import Type
from traitlets.config import Config

from autograder.rooms import stand_ins
from autograder.rooms.broken import DROPPED
from autograder.rooms.shell import TolerantShell

# What ipykernel and IPython import only while a kernel starts or runs its first cell.
LAZY_MODULES = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.historyapp",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.core.pylabtools",
    "IPython.extensions.storemagic",
    "IPython.utils.wildcard",
    "faulthandler",
    "jedi",
    "pexpect",
    "tornado.platform.asyncio",
)

_TEXT_CHARACTERS = 50_000  # of an exception's text, and of a frame of its traceback
_OUTPUT_BYTES = 200  # of any output, however small
_NOTE = "\n[The rest of the output was dropped.]\n"


class _Heartbeat(Heartbeat):
    """The heartbeat on an inherited socket."""

    listener: int

    def _try_bind_socket(self) -> None:
        _bind(self.socket, self.listener, self.port)


class RoomOutStream(OutStream):
    """Opens its pipe to the publishing thread at once: later a notebook may have used up all file descriptors."""

    def _watch_pipe_fd(self) -> None:
        _open_event_pipe(self.pub_thread)
        super()._watch_pipe_fd()


class _DisplayPublisher(ZMQDisplayPublisher):
    """Does not trouble itself with what will be dropped."""

    def publish(self, *args: Any, **more: Any) -> None:
        if not isinstance(self.session, BoundedSession) or self.session.left_bytes > 0:
            super().publish(*args, **more)


class _Shell(TolerantShell):
    display_pub_class = Type(_DisplayPublisher)


class _Kernel(IPythonKernel):
    shell_class = _Shell

    def __init__(self, **more: Any) -> None:
        # IPythonKernel lists all modules for its debugger. With TensorFlow that touches, and so copies, 5000 pages.
        vars(ipkernel)["sys"] = _FewModules()
        try:
            super().__init__(**more)
        finally:
            vars(ipkernel)["sys"] = sys


class _FewModules:
    """The module `sys`, as if nothing had been imported."""

    modules: ClassVar[dict[str, Any]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)


class BoundedSession(Session):
    """Drops outputs once they exceed a limit, where they arise.

    It spares everybody the work of moving what will not be kept. The coordinator does not rely on it.
    """

    left_bytes = sys.maxsize

    def send(
        self, stream: Any, msg_or_type: Any, content: Any = None, parent: Any = None, *args: Any, **more: Any
    ) -> Any:
        """As `Session.send`; None for what is dropped."""
        whole = isinstance(msg_or_type, dict)
        kind = msg_or_type.get("msg_type") if whole else msg_or_type
        said = msg_or_type.get("content") if whole else content
        if isinstance(said, dict):
            if kind in ("stream", "display_data", "execute_result", "update_display_data"):
                if self.left_bytes <= 0:
                    return None
                room_bytes, size = self.left_bytes, _size(said, self.left_bytes)
                self.left_bytes -= size
                if size > room_bytes:
                    origin = msg_or_type.get("parent_header") if whole else parent
                    if kind == "stream":
                        said["text"] = _beginning(said["text"], room_bytes)
                        super().send(stream, msg_or_type, content, parent, *args, **more)
                    super().send(stream, "stream", {"name": "stderr", "text": _NOTE}, origin)
                    super().send(stream, DROPPED, {}, origin)
                    return None
            elif kind in ("error", "execute_reply") and "evalue" in said:
                said["evalue"] = str(said["evalue"])[:_TEXT_CHARACTERS]
                said["traceback"] = [line[:_TEXT_CHARACTERS] for line in said.get("traceback", [])]
        return super().send(stream, msg_or_type, content, parent, *args, **more)


def _size(content: Mapping[str, Any], enough: int) -> int:
    """The bytes of an output's text as JSON, and something for its frame; stops counting at `enough`."""
    texts = [content["text"]] if "text" in content else content.get("data", {}).values()
    size = _OUTPUT_BYTES
    for text in texts:
        if isinstance(text, str | bytes):
            size += len(text)
            if size < enough and isinstance(text, str):
                size += len(json.dumps(text)) - len(text)
    return size


def _beginning(text: str, size: int) -> str:
    """About as much of the text as `size` bytes hold, and not more than twice that."""
    part = text[:size]
    return part if len(json.dumps(part)) <= 2 * size else text[: size // 6]


def _open_event_pipe(publisher: Any) -> None:
    """Have the calling thread's pipe opened, which `IOPubThread` otherwise does on first use."""
    getattr(publisher, "_event_pipe", None)


def _bind(socket: zmq.Socket[Any], listener: int, port: int) -> None:
    socket.setsockopt(zmq.USE_FD, listener)
    socket.bind(f"ipc://room-{port}")  # a name only: the descriptor is bound already


class RoomKernelApp(IPKernelApp):
    """IPKernelApp without files: no connection file, no history, no debugger."""

    name = "ipython-kernel"
    kernel_class = _Kernel
    listeners: Mapping[str, int] = {}

    def _session_default(self) -> Session:
        return BoundedSession(parent=self)

    def _try_bind_socket(self, socket: zmq.Socket[Any], port: int) -> int:
        channel = {getattr(self, f"{name}_port"): name for name in self.listeners}[port]
        if channel == "iopub":
            socket.setsockopt(zmq.SNDHWM, 0)  # a lost "idle" would look like a cell that never ends
        _bind(socket, self.listeners[channel], port)
        return port

    def parse_command_line(self, argv: Any = None) -> None:
        """There is none; building a parser for it takes longer than anything else here."""
        self.extra_args = []

    def load_config_file(self, *_: Any, **__: Any) -> None:
        """There is none."""

    def init_heartbeat(self) -> None:
        if "hb" in self.listeners:
            self.heartbeat = _Heartbeat(zmq.Context(), ("ipc", "room", self.hb_port))
            self.heartbeat.listener = self.listeners["hb"]
            self.heartbeat.start()

    def init_connection_file(self) -> None:
        """There is none."""

    def write_connection_file(self, **_: Any) -> None:
        """There is none."""

    def cleanup_connection_file(self) -> None:
        """There is none."""

    def log_connection_info(self) -> None:
        """Nothing to tell."""


def preload() -> None:
    """Import what a kernel would import at its start, but for the debugger: nobody debugs here."""
    debugpy = sys.modules.get("debugpy")
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    importlib.import_module("ipykernel.debugger")
    del sys.modules["debugpy"]
    if debugpy is not None:
        sys.modules["debugpy"] = debugpy
    for name in LAZY_MODULES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def create(channels: Sequence[str], listeners: Sequence[int], key: str, output_bytes: int) -> RoomKernelApp:
    """A kernel, not yet running, that listens on inherited sockets: one for each of shell, iopub, stdin, control, hb.

    `key` signs the messages; with "" they are not signed.
    """
    config = Config()
    config.Session.key = key.encode()
    config.HistoryManager.enabled = False
    config.IPKernelApp.log_level = logging.CRITICAL
    config.IPKernelApp.outstream_class = f"{__name__}.{RoomOutStream.__name__}"
    config.InteractiveShellApp.exec_PYTHONSTARTUP = False
    app = RoomKernelApp.instance(config=config)
    app.listeners = dict(zip(channels, listeners, strict=True))
    app.transport, app.ip = "ipc", "room"
    for port, channel in enumerate(channels, start=1):
        setattr(app, f"{channel}_port", port)
    asyncio.set_event_loop(asyncio.new_event_loop())
    app.initialize([])
    app.session.left_bytes = output_bytes
    app.iopub_thread.schedule(lambda: _open_event_pipe(app.iopub_thread))
    stand_ins.install()
    return app


def serve(app: RoomKernelApp, before_first_cell: Callable[[], None]) -> None:
    """Run the kernel until it is told to shut down."""
    events = app.kernel.shell.events

    def once(_: object) -> None:
        events.unregister("pre_run_cell", once)
        before_first_cell()

    events.register("pre_run_cell", once)
    app.start()
