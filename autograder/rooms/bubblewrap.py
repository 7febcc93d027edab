"""The command line of bubblewrap: what a fork server and its rooms see of the machine."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from autograder.rooms.isolation import HOME, ROOM_ID

INSTALL = "apt-get install bubblewrap   (or: dnf install bubblewrap, pacman -S bubblewrap)"
TEMPORARY_BYTES = 64 * 1024**2  # the fork server's own /tmp; a room never sees it

_SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_SETTINGS = ("ld.so.cache", "localtime", "fonts", "alternatives")
_NAMES = {
    "passwd": f"student:x:{ROOM_ID}:{ROOM_ID}:Student:{HOME}:/bin/sh\n",
    "group": f"student:x:{ROOM_ID}:\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
}


class SandboxUnavailable(RuntimeError):  # noqa: N818 - a state of the machine
    """This machine cannot build the sandbox that was asked for; the text says what to do."""


def find() -> str:
    """The path of `bwrap`; SandboxUnavailable, with the command that installs it, where there is none."""
    path = shutil.which("bwrap")
    if path is None:
        raise SandboxUnavailable(
            "bubblewrap was not found, so submissions cannot be shut in.\n"
            f"Install it:  {INSTALL}\n"
            "Or choose another way: --sandbox docker, or --sandbox none, which protects from nothing."
        )
    return path


def package_folders() -> tuple[Path, ...]:
    """The files of `convkit` and of the rooms: all of this project that a room sees when it is installed in place."""
    rooms = Path(__file__).resolve().parent
    return (rooms.parents[1] / "convkit", rooms.parent / "__init__.py", rooms)


def python_folders() -> tuple[Path, ...]:
    """The folders of this Python: of its virtual environment and of its installation, as named and as resolved."""
    named = [Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent.parent]
    return tuple(dict.fromkeys(folder for name in named for folder in (name, name.resolve())))


def shown(read_only: Iterable[Path]) -> tuple[Path, ...]:
    """All files and folders that a room sees, besides those of the system; outer ones before inner ones."""
    return tuple(sorted({*python_folders(), *package_folders(), *read_only}))


def command(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    read_only: Iterable[Path] = (),
    hidden: Iterable[Path] = (),
) -> tuple[list[str], list[int]]:
    """The command that runs `arguments` inside bubblewrap, and the file descriptors that it must inherit.

    `read_only` are further files and folders to show; `hidden` ones are covered where something shown holds them.
    The caller closes the descriptors once the process runs.
    """
    visible = [Path("/usr"), *shown(read_only)]
    options = [find(), "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    options += ["--die-with-parent", "--new-session", "--hostname", "room", "--cap-drop", "ALL"]
    if os.geteuid() == 0:
        # Kept until the fork server has given up root: see isolation.leave_root.
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SYS_ADMIN"):
            options += ["--cap-add", capability]
    else:
        options += ["--unshare-user", "--uid", str(ROOM_ID), "--gid", str(ROOM_ID)]
    options += ["--clearenv"]
    for name, value in environment.items():
        options += ["--setenv", name, value]

    options += ["--perms", "1777", "--size", str(TEMPORARY_BYTES), "--tmpfs", "/tmp"]
    for path in (*visible, Path("/etc/hosts"), HOME):
        for parent in reversed(path.parents):  # else bubblewrap makes them for root alone
            options += ["--dir", str(parent)]
    for path in visible:
        options += ["--ro-bind", str(path), str(path)]
    for name in _SYSTEM:
        path = Path("/", name)
        if path.is_symlink():
            options += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            options += ["--ro-bind", str(path), str(path)]
    for name in _SETTINGS:
        options += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for folder in hidden:
        resolved = folder.resolve()
        if not any(resolved.is_relative_to(other.resolve()) for other in visible):
            continue
        if resolved.is_file():
            options += ["--ro-bind", "/dev/null", str(resolved)]
        elif resolved.is_dir():
            options += ["--tmpfs", str(resolved)]
            for path in (path for path in visible if path != resolved and path.is_relative_to(resolved)):
                options += ["--ro-bind", str(path), str(path)]
            options += ["--remount-ro", str(resolved)]

    descriptors = []
    for name, text in _NAMES.items():
        descriptor = os.memfd_create(name, 0)
        os.write(descriptor, text.encode())
        os.lseek(descriptor, 0, os.SEEK_SET)
        descriptors.append(descriptor)
        options += ["--perms", "0444", "--ro-bind-data", str(descriptor), f"/etc/{name}"]
    options += ["--proc", "/proc", *_devices()]
    options += ["--dir", str(HOME), "--remount-ro", "/", "--chdir", "/"]
    return [*options, "--", *arguments], descriptors


def _devices() -> list[str]:
    """The few devices that programs need; without /dev/zero, which gives memory that is hard to count."""
    options = ["--dir", "/dev", "--dir", "/dev/shm", "--dir", "/dev/pts"]
    for name in ("null", "full", "random", "urandom"):
        options += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    links = {"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1"}
    for name, target in {**links, "stderr": "/proc/self/fd/2", "ptmx": "pts/ptmx"}.items():
        options += ["--symlink", target, f"/dev/{name}"]
    return options
