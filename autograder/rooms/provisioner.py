"""Sandboxed warm kernels for any Jupyter client: a kernel provisioner, and the kernelspec that asks for it.

With the kernelspec installed, `jupyter nbconvert --execute`, nbclient, papermill and vanilla nbgrader run notebooks in
the same rooms as the grader, when told `kernel_name=python3-sandboxed`. One fork server per process serves them all.

    python -m autograder.rooms.provisioner [PREFIX]       install the kernelspec (by default into this environment)
"""

from __future__ import annotations

import asyncio
import atexit
import functools
import signal
import sys
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.provisioning import KernelProvisionerBase
from traitlets import Dict, List, Unicode

from autograder.rooms.limits import Limits
from autograder.rooms.process import RoomProcess
from autograder.rooms.server import PRELOAD, RoomServer
from autograder.rooms.student import remove_traces

KERNEL_NAME = "python3-sandboxed"
KERNELSPEC = Path(__file__).parents[1] / "kernels" / KERNEL_NAME
CHANNELS = ("shell", "iopub", "stdin", "control", "hb")
POLL_SECONDS = 0.02


@functools.cache
def shared_server(sandbox: str, preload: tuple[str, ...], limits: Limits) -> RoomServer:
    """The rooms of this process, made once and closed at its end."""
    rooms = RoomServer(limits, sandbox, preload, prestart=False)
    atexit.register(rooms.close)
    return rooms


class SandboxedProvisioner(KernelProvisionerBase):
    """Runs a kernel in a student room.

    The kernel sees an empty working folder, whatever folder the client has in mind. Time limits are the client's;
    those of memory, processor, processes, files and output are the room's.
    """

    sandbox = Unicode("bubblewrap", help="bubblewrap or none").tag(config=True)
    preload = List(Unicode(), default_value=list(PRELOAD), help="modules imported before the fork").tag(config=True)
    limits = Dict(help="limits of the room that differ from the defaults, by name").tag(config=True)

    process: RoomProcess | None = None
    prefix: Path | None = None

    @property
    def has_process(self) -> bool:
        """Called by the kernel manager before it asks for anything else."""
        return self.process is not None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Called before the launch: the kernel is begun here, since the manager must know its sockets early."""
        manager = self.parent
        if manager is None:
            raise RuntimeError("a sandboxed kernel needs a kernel manager")
        rooms = shared_server(self.sandbox, tuple(self.preload), Limits(**self.limits))
        self._remove()
        self.process, self.prefix = rooms.kernel(CHANNELS, manager.session.key.decode())
        manager.transport, manager.ip = "ipc", str(self.prefix)
        for port, channel in enumerate(CHANNELS, start=1):
            setattr(manager, f"{channel}_port", port)
        manager.write_connection_file()
        self.connection_info = manager.get_connection_info()
        for choice in ("extra_arguments", "transport_encryption"):  # of a process and a network that are not there
            kwargs.pop(choice, None)
        return await super().pre_launch(cmd=[], **kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Called to start the process, which runs already."""
        return self.connection_info

    async def poll(self) -> int | None:
        """Called to ask whether it still runs: None, or the exit code."""
        return self.process.poll() if self.process else 0

    async def wait(self) -> int | None:
        """Called to wait for the end of a kernel that was told to shut down."""
        while (status := await self.poll()) is None:
            await asyncio.sleep(POLL_SECONDS)
        self.process = None
        return status

    async def send_signal(self, signum: int) -> None:
        """Called to interrupt (SIGINT). Other signals than that and the deadly ones don't reach into a room."""
        if self.process is None:
            return
        if signum == signal.SIGINT:
            self.process.interrupt()
        elif signum in (signal.SIGKILL, signal.SIGTERM):
            self.process.kill()

    async def kill(self, restart: bool = False) -> None:
        """Called to end the kernel at once."""
        await self.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:
        """Called to end the kernel."""
        await self.send_signal(signal.SIGTERM)

    async def cleanup(self, restart: bool = False) -> None:
        """Called when the kernel has ended, to leave nothing behind."""
        self._remove()

    def _remove(self) -> None:
        if self.process is not None:
            self.process.kill()
        if self.prefix is not None:
            remove_traces(self.prefix)
        self.process = self.prefix = None


def install(prefix: Path) -> Path:
    """Install the kernelspec under `prefix`/share/jupyter; the folder it is in."""
    manager = KernelSpecManager()
    return Path(manager.install_kernel_spec(str(KERNELSPEC), KERNEL_NAME, prefix=str(prefix)))


if __name__ == "__main__":
    print(install(Path(sys.argv[1] if len(sys.argv) > 1 else sys.prefix)))
