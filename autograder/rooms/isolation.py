"""What a freshly forked room does to itself before any foreign code runs: namespaces, mounts, limits, privileges.

Linux only. Everything here runs in a process of one thread. The outer walls (file-system view, no network) are
bubblewrap's; these are the walls between one room and the next, and between a room and its fork server.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import signal
import socket
import struct
from collections.abc import Sequence
from pathlib import Path

from autograder.rooms import seccomp
from autograder.rooms.limits import Limits

HOME = Path("/home/student")
PRIVATE = (HOME, Path("/tmp"), Path("/dev/shm"))
ROOM_ID = 1000  # the user and group that a room believes to be
OUTER_ID = 65533  # what a fork server that starts as root becomes: an id that no account has
FILES_AT_MOST = 16384  # inodes of the private folders

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MNT_DETACH = 2

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_LAST_CAPABILITY = 40
_CAPABILITY_VERSION_3 = 0x20080522
_ADDRESS_SLACK_BYTES = 16 * 1024**3  # thread stacks and malloc arenas reserve far more than they use
_DATA_SLACK_BYTES = 256 * 1024**2

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, action: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{action}: {os.strerror(number)}")


def prctl(option: int, value: int) -> None:
    """`prctl(2)` with one argument."""
    _check(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0), f"prctl {option}")


def mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    """`mount(2)`."""
    result = _libc.mount(
        source.encode(),
        target.encode(),
        kind.encode() if kind else None,
        ctypes.c_ulong(flags),
        options.encode() if options else None,
    )
    _check(result, f"mount {kind or source} on {target}")


def leave_root() -> None:
    """In a fork server started as root: a `/proc` of its own that rooms can mount again, then an unprivileged user."""
    if os.geteuid() != 0:
        return
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    os.setgroups([])
    os.setresgid(OUTER_ID, OUTER_ID, OUTER_ID)
    os.setresuid(OUTER_ID, OUTER_ID, OUTER_ID)


def enter_namespaces() -> None:
    """Leave the fork server's namespaces; the next child of this process is process 1 of a new one."""
    user, group = os.geteuid(), os.getegid()
    prctl(PR_SET_DUMPABLE, 1)  # else /proc/self/uid_map belongs to root
    flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNET
    _check(_libc.unshare(flags), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{ROOM_ID} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{ROOM_ID} {group} 1")


def build_room(written_bytes: int, shown: Sequence[Path] = ()) -> None:
    """In process 1 of the new namespaces: private folders on one file system of `written_bytes`, own /proc and lo.

    What is `shown` stays so, where it lies inside a folder that becomes private (a Python installed under /tmp).
    """
    quiet = MS_NOSUID | MS_NODEV
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    covered = [path for path in shown if any(path.is_relative_to(folder) for folder in PRIVATE)]
    kept = {path: os.open(path, os.O_PATH) for path in covered}
    mount("room", "/tmp", "tmpfs", quiet, f"size={written_bytes},nr_inodes={FILES_AT_MOST},mode=0700")
    for name, target, mode in (("shm", "/dev/shm", 0o1777), ("home", str(HOME), 0o700), ("tmp", "/tmp", 0o1777)):
        folder = Path("/tmp", name)
        folder.mkdir()
        folder.chmod(mode)
        mount(str(folder), target, None, MS_BIND)
    for path, descriptor in kept.items():
        if not path.exists():  # else it came with a folder around it
            inside = Path(f"/proc/self/fd/{descriptor}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.mkdir() if inside.is_dir() else path.touch()
            mount(str(inside), str(path), None, MS_BIND | MS_REC)
        os.close(descriptor)
    mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0600")
    try:
        mount("proc", "/proc", "proc", quiet | MS_NOEXEC)
    except PermissionError:  # inside a container that masks parts of /proc: none is safer than the outer one
        mount("none", "/proc", "tmpfs", quiet | MS_NOEXEC | MS_RDONLY, "size=4k,mode=0555")
    _loopback_up()


def _loopback_up() -> None:
    """Bring up the namespace's own loopback: ipykernel and multiprocessing talk to themselves over it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(probe, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(probe, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | _IFF_UP))


def give_up_privileges() -> None:
    """No capability, no way to get one, and no system call that would lead out of the room."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    for capability in range(_LAST_CAPABILITY + 1):
        _libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0)  # EINVAL: newer than this kernel
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    _check(_libc.capset(header, bytes(24)), "capset")
    seccomp.install()


def set_limits(limits: Limits, *, own_user: bool) -> None:
    """Resource limits, soft and hard alike. `own_user`: this user namespace counts its own processes."""
    used = _virtual_memory()
    bounds = {
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_FSIZE: limits.written_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_MEMLOCK: 64 * 1024,
        resource.RLIMIT_SIGPENDING: 4 * limits.processes,
        resource.RLIMIT_DATA: used["VmData"] + limits.memory_bytes + _DATA_SLACK_BYTES,
        resource.RLIMIT_AS: used["VmSize"] + 4 * limits.memory_bytes + _ADDRESS_SLACK_BYTES,
    }
    if own_user:
        bounds[resource.RLIMIT_NPROC] = limits.processes
    for kind, bound in bounds.items():
        _, hard = resource.getrlimit(kind)
        value = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(kind, (value, value))


def _virtual_memory() -> dict[str, int]:
    """This process's VmSize and VmData in bytes."""
    found = {}
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in ("VmSize", "VmData"):
            found[name] = int(value.split()[0]) * 1024
    return found


def forget_descriptors(keep: set[int]) -> None:
    """Close every file descriptor but `keep`; standard input, output and error become /dev/null."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    previous = 2
    for descriptor in [*sorted(d for d in keep if d > 2), 1 << 20]:
        os.closerange(previous + 1, descriptor)
        previous = descriptor


def reset_signals() -> None:
    """Default handlers and an empty mask: nothing of the fork server's way to listen for signals is inherited."""
    signal.pthread_sigmask(signal.SIG_SETMASK, set())
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
