"""A filter of system calls for rooms: what could lead out of the namespaces, or use memory that no one counts.

Namespaces and lost capabilities already forbid most of it; the filter closes the rest. It is classic BPF, as
`seccomp(2)` documents it, and refuses with EPERM (ENOSYS where the C library knows another way).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

_AUDIT_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000

# name: number on x86_64, number on aarch64 (None: there is no such call)
_REFUSED = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "unshare": (272, 97), "setns": (308, 268), "open_by_handle_at": (304, 265),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "shmget": (29, 194), "msgget": (68, 186), "mq_open": (240, 180),
    "kexec_load": (246, 104), "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "swapon": (167, 224), "syslog": (103, 116), "personality": (135, 92), "quotactl": (179, 60),
    "fanotify_init": (300, 262), "vmsplice": (278, 75),
}  # fmt: skip
_CLONE = (56, 220)
_CLONE3 = (435, 435)
_SOCKET = (41, 198)
_SOCKETPAIR = (53, 199)
_MMAP = (9, 222)
_IOCTL = (16, 29)

_NAMESPACE_FLAGS = 0x7E020000  # CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET}
_SHARED_ANONYMOUS = 0x21  # MAP_SHARED | MAP_ANONYMOUS
_FAMILIES = (1, 2, 10)  # Unix, IPv4, IPv6: they end in the room's own network namespace

_LOAD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _JUMP_ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_PR_SET_SECCOMP, _FILTER = 22, 2


def supported() -> bool:
    """Whether system calls can be filtered here: Linux on x86-64 or 64-bit ARM."""
    return os.name == "posix" and platform.system() == "Linux" and platform.machine() in _AUDIT_ARCHITECTURE


def _statement(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def _argument(index: int) -> bytes:
    """Load the low half of an argument (little-endian)."""
    return _statement(_LOAD, _ARGUMENTS + 8 * index)


def program() -> bytes:
    """The filter for this machine."""
    machine = platform.machine()
    column = 0 if machine == "x86_64" else 1
    refuse = _statement(_RETURN, _ERRNO | errno.EPERM)
    allow = _statement(_RETURN, _ALLOW)

    parts = [
        _statement(_LOAD, _ARCHITECTURE),
        _statement(_JUMP_EQUAL, _AUDIT_ARCHITECTURE[machine], if_true=1),
        _statement(_RETURN, _KILL),
        _statement(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        parts += [_statement(_JUMP_GREATER_EQUAL, _X32_BIT, if_false=1), refuse]
    for numbers in _REFUSED.values():
        parts += [_statement(_JUMP_EQUAL, numbers[column], if_false=1), refuse]
    parts += [
        _statement(_JUMP_EQUAL, _CLONE3[column], if_false=1),  # its flags lie in memory; glibc falls back to clone
        _statement(_RETURN, _ERRNO | errno.ENOSYS),
    ]

    def when(numbers: tuple[int, int], *checks: bytes) -> None:
        """Run `checks` for one call, then allow it."""
        body = [*checks, allow]
        parts.append(_statement(_JUMP_EQUAL, numbers[column], if_false=len(body)))
        parts.extend(body)

    when(_CLONE, _argument(0), _statement(_JUMP_ANY_BIT, _NAMESPACE_FLAGS, if_false=1), refuse)
    for call in (_SOCKET, _SOCKETPAIR):
        checks = [_argument(0)]
        for place, family in enumerate(_FAMILIES):
            checks.append(_statement(_JUMP_EQUAL, family, if_true=len(_FAMILIES) - place))
        when(call, *checks, _statement(_RETURN, _ERRNO | errno.EOPNOTSUPP))  # ZMQ goes on after this one
    when(
        _MMAP,
        _argument(3),
        _statement(_AND, _SHARED_ANONYMOUS),
        _statement(_JUMP_EQUAL, _SHARED_ANONYMOUS, if_false=1),
        refuse,
    )
    # Interface requests (SIOC…) on an inherited socket would tell of the host's network.
    when(
        _IOCTL,
        _argument(1),
        _statement(_JUMP_GREATER_EQUAL, 0x8910, if_false=2),
        _statement(_JUMP_GREATER_EQUAL, 0x8A00, if_true=1),
        refuse,
    )
    parts.append(allow)
    return b"".join(parts)


def install() -> None:
    """Filter this thread's system calls, and those of all that it starts, for good. Needs no_new_privs."""
    if not supported():
        return
    code = ctypes.create_string_buffer(program())
    count = (len(code) - 1) // 8

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    libc = ctypes.CDLL(None, use_errno=True)
    pointer = ctypes.byref(Program(count, ctypes.addressof(code)))
    if libc.prctl(_PR_SET_SECCOMP, _FILTER, pointer, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the filter of system calls was refused")
