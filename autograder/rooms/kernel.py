"""The Jupyter kernel of a student room: ipykernel in a forked child, on sockets that it inherits.

The coordinator makes the listening sockets and passes them in, so that the room needs no folder that it shares with the
host, and a client can connect before the kernel runs. `create` does all that can be done before the submission is
known; `serve` runs the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import sys
from collections.abc import Mapping
from typing import Any

import zmq
from ipykernel.heartbeat import Heartbeat
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from traitlets.config import Config

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


class _Heartbeat(Heartbeat):
    """The heartbeat on an inherited socket."""

    listener: int

    def _try_bind_socket(self) -> None:
        _bind(self.socket, self.listener, self.port)


class _Shell(ZMQInteractiveShell):
    """`exit` and `quit` don't end the notebook: the cells after it still count."""

    def ask_exit(self) -> None:
        print("exit: ignored while the notebook is graded.")


class _Kernel(IPythonKernel):
    shell_class = _Shell


def _bind(socket: zmq.Socket[Any], listener: int, port: int) -> None:
    socket.setsockopt(zmq.USE_FD, listener)
    socket.bind(f"ipc://room-{port}")  # a name only: the descriptor is bound already


class RoomKernelApp(IPKernelApp):
    """IPKernelApp without files: no connection file, no history, no debugger."""

    name = "ipython-kernel"
    kernel_class = _Kernel
    listeners: Mapping[str, int] = {}

    def _try_bind_socket(self, socket: zmq.Socket[Any], port: int) -> int:
        channel = {getattr(self, f"{name}_port"): name for name in self.listeners}[port]
        _bind(socket, self.listeners[channel], port)
        return port

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


def create(listeners: Mapping[str, int], key: str) -> RoomKernelApp:
    """A kernel that listens on the sockets `listeners` (by channel: shell, iopub, stdin, control, hb), not yet running.

    `key` signs the messages; with "" they are not signed.
    """
    config = Config()
    config.Session.key = key.encode()
    config.HistoryManager.enabled = False
    config.IPKernelApp.log_level = logging.CRITICAL
    config.InteractiveShellApp.exec_PYTHONSTARTUP = False
    app = RoomKernelApp.instance(config=config)
    app.listeners = listeners
    app.transport, app.ip = "ipc", "room"
    for port, channel in enumerate(listeners, start=1):
        setattr(app, f"{channel}_port", port)
    asyncio.set_event_loop(asyncio.new_event_loop())
    app.initialize([])
    return app


def serve(app: RoomKernelApp) -> None:
    """Run the kernel until it is told to shut down."""
    app.start()
