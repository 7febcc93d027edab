"""What this machine can enforce on submissions, found out by trying it."""

from __future__ import annotations

import json
import os
import platform
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.provisioning import KernelProvisionerFactory

from autograder.rooms import bubblewrap, seccomp
from autograder.rooms.limits import Limits
from autograder.rooms.provisioner import KERNEL_NAME
from autograder.rooms.server import RoomLost, RoomServer, SandboxUnavailable

_NAMESPACE_SETTINGS = {
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": (
        "1",
        "sysctl kernel.apparmor_restrict_unprivileged_userns=0",
    ),
    "/proc/sys/kernel/unprivileged_userns_clone": ("0", "sysctl kernel.unprivileged_userns_clone=1"),
    "/proc/sys/user/max_user_namespaces": ("0", "sysctl user.max_user_namespaces=10000"),
}
_OWN_PROCESS_COUNT = (5, 14)  # the first Linux that counts the processes of each user namespace

# Run inside a room: what it sees of the world, as JSON.
_PROBE = """
import json, os, socket
def reaches(address):
    try:
        socket.create_connection(address, 1).close()
        return True
    except OSError:
        return False
status = dict(line.split(":", 1) for line in open("/proc/self/status")) if os.path.exists("/proc/self/status") else {}
print(json.dumps({
    "processes": [int(name) for name in os.listdir("/proc") if name.isdecimal()],
    "filter": status.get("Seccomp", "").strip(),
    "capabilities": status.get("CapBnd", "").strip(),
    "network": reaches(("127.0.0.1", PORT)),
    "writable": [path for path in ("/", "/usr", "/etc", "/dev") if os.access(path, os.W_OK)],
}))
"""


class Finding(NamedTuple):
    """One line of the table."""

    feature: str
    ok: bool
    detail: str
    remedy: str  # how to get it; "" where nothing is missing


def examine() -> list[Finding]:
    """Try everything that rooms rely on. Takes about two seconds."""
    findings = [_system(), _bubblewrap()]
    if findings[-1].ok:
        findings += _rooms()
    findings += [_process_count(), _provisioner(), _kernelspec(), _docker()]
    return findings


def _finding(feature: str, ok: bool, detail: str, remedy: str) -> Finding:
    return Finding(feature, ok, detail, "" if ok else remedy)


def _system() -> Finding:
    user = "root" if os.geteuid() == 0 else "plain user"
    detail = f"{platform.system()} {platform.release()} {platform.machine()}, {user}"
    remedy = "Rooms need Linux: use --sandbox docker, a virtual machine, or WSL 2."
    return _finding("operating system", platform.system() == "Linux", detail, remedy)


def _bubblewrap() -> Finding:
    path = shutil.which("bwrap")
    if path is None:
        return Finding("bubblewrap", False, "not found", bubblewrap.INSTALL)
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return Finding("bubblewrap", True, version or path, "")


def _rooms() -> list[Finding]:
    """Build a room, and look around in it."""
    try:
        with (
            socket.create_server(("127.0.0.1", 0)) as host,
            RoomServer(Limits(), preload=(), prestart=False) as rooms,
            rooms.student_room() as room,
        ):
            outcome = room.run(f"PORT = {host.getsockname()[1]}\n{_PROBE}")
            seen = json.loads(outcome.outputs[0].text)
    except (SandboxUnavailable, RoomLost, LookupError, AttributeError, ValueError) as error:
        return [Finding("rooms", False, _first_lines(str(error)), _namespace_remedy())]
    filtered = seen["filter"] == "2"
    return [
        Finding("rooms", True, "namespaces, private folders and limits work", ""),
        _finding("no network", not seen["network"], "not even the host's loopback", "Report this as an error."),
        _finding(
            "read-only system", not seen["writable"], "nothing but the private folders can be written", "Report this."
        ),
        _finding(
            "own list of processes",
            seen["processes"] != [],
            f"a room sees {len(seen['processes'])} process: itself" if seen["processes"] else "a room sees no /proc",
            "The container masks /proc; rooms are safe, but programs that read /proc fail in them.",
        ),
        _finding(
            "filter of system calls",
            filtered,
            "installed" if filtered else f"not made for {platform.machine()}",
            "Rooms work without it; memory that no process maps is then not counted.",
        ),
    ]


def _process_count() -> Finding:
    release = tuple(int(part) for part in platform.release().split("-")[0].split(".")[:2] if part.isdecimal())
    each = release >= _OWN_PROCESS_COUNT
    detail = "each room on its own" if each else "all processes of the user together"
    return _finding("count of processes", each, detail, "Linux 5.14 or newer counts each room on its own.")


def _provisioner() -> Finding:
    registered = "sandboxed-provisioner" in KernelProvisionerFactory.instance().provisioners
    detail = "registered" if registered else "not registered"
    return _finding("kernel provisioner", registered, detail, f"{sys.executable} -m pip install --no-deps -e .")


def _kernelspec() -> Finding:
    found = KernelSpecManager().find_kernel_specs().get(KERNEL_NAME)
    remedy = f"{sys.executable} -m autograder.rooms.provisioner"
    return _finding(f"kernelspec {KERNEL_NAME}", found is not None, found or "not installed", remedy)


def _docker() -> Finding:
    path = shutil.which("docker") or shutil.which("podman")
    return _finding("docker (alternative)", path is not None, path or "not found", "Only needed for --sandbox docker.")


def _first_lines(text: str, count: int = 3) -> str:
    return "\n".join(text.strip().splitlines()[:count])


def _namespace_remedy() -> str:
    """What forbids user namespaces here, if that can be told."""
    remedies = []
    for name, (forbidding, command) in _NAMESPACE_SETTINGS.items():
        path = Path(name)
        if path.exists() and path.read_text().strip() == forbidding:
            remedies.append(command)
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        remedies.append("run the container with --security-opt seccomp=unconfined --cap-add SYS_ADMIN")
    if not seccomp.supported():
        remedies.append("use an x86-64 or 64-bit ARM machine")
    return "; ".join(remedies) or "--sandbox docker, or run as root"
