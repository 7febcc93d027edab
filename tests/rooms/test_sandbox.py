"""What a submission sees of the machine, of the grader, and of other submissions: nothing."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import time
from pathlib import Path

import psutil
import pytest
from living import command_line
from small import SECRET, SMALL

from autograder.rooms import bubblewrap
from autograder.rooms.server import RoomServer, SandboxUnavailable, room_environment

REPOSITORY = Path(__file__).parents[2]


def tell(room, expression: str):
    """The value of an expression in the room, as JSON."""
    outcome = room.run(f"import json, os, socket, sys\nprint(json.dumps({expression}))")
    assert outcome.error is None, outcome.error
    return json.loads(outcome.outputs[-1].text)


def refused(room, statement: str) -> str:
    """The name of the exception that a statement ends with; '' if it works."""
    outcome = room.run(f"import ctypes, json, mmap, os, socket, sys\n{statement}")
    assert outcome.alive
    return outcome.error[0] if outcome.error else ""


# What it sees


@pytest.mark.parametrize("name", ["source", "tests", "docs", "data", "pyproject.toml", "course.toml", ".git"])
def test_of_the_repository_only_the_packages_can_be_seen(room, name):
    assert not tell(room, f"os.path.exists({str(REPOSITORY / name)!r})")


def test_of_the_autograder_only_the_rooms_can_be_seen(room):
    assert sorted(tell(room, f"os.listdir({str(REPOSITORY / 'autograder')!r})")) == ["__init__.py", "rooms"]


@pytest.mark.parametrize(
    "path",
    [
        "/etc/shadow",
        "/etc/machine-id",
        "/var",
        "/mnt",
        "/srv",
        "/sys",
        "/run",
        "/boot",
        str(Path.home() / ".ssh"),
        "/dev/mem",
        "/dev/sda",
        "/dev/zero",
        "/dev/tty",
    ],
)
def test_of_the_system_only_what_programs_need_can_be_seen(room, path):
    assert not tell(room, f"os.path.exists({path!r})")


def test_the_temporary_files_of_the_host_cannot_be_seen(room, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("x")
    assert not tell(room, f"os.path.exists({str(secret)!r})")
    installed = {Path(place).parts[2] for place in (sys.prefix, REPOSITORY) if Path(place).is_relative_to("/tmp")}
    assert set(tell(room, "os.listdir('/tmp')")) == installed  # a Python or a clone that lies below /tmp is shown


def test_the_environment_holds_what_is_on_the_list_and_nothing_else(room):
    environment = tell(room, "dict(os.environ)")
    added_by_python = {"PWD", "TMPDIR", "TERM", "CLICOLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "PAGER", "GIT_PAGER"}
    assert set(environment) <= set(room_environment()) | added_by_python
    assert SECRET not in json.dumps(environment)
    assert SECRET not in tell(room, "open('/proc/1/environ').read()")


def test_a_hidden_folder_inside_a_visible_one_is_covered():
    inside = Path(sys.prefix, "share")
    with RoomServer(SMALL, preload=(), hidden=(inside,), prestart=False) as rooms, rooms.student_room() as room:
        assert tell(room, f"os.listdir({str(inside)!r})") == []


def test_a_read_only_folder_can_be_shown(tmp_path):
    (tmp_path / "extra").mkdir()
    (tmp_path / "extra" / "a.txt").write_text("shown")
    tmp_path.chmod(0o755)
    (tmp_path / "extra" / "a.txt").chmod(0o644)
    rooms = RoomServer(SMALL, preload=(), read_only=(tmp_path / "extra",), prestart=False)
    with rooms, rooms.student_room() as room:
        assert tell(room, f"open({str(tmp_path / 'extra' / 'a.txt')!r}).read()") == "shown"
        assert refused(room, f"open({str(tmp_path / 'extra' / 'b.txt')!r}, 'w')") in ("OSError", "PermissionError")


# What was imported before it came


def test_what_is_to_be_imported_is_there_and_what_cannot_be_fails_in_the_notebook():
    rooms = RoomServer(SMALL, preload=("convkit.check", "no_such_module"), prestart=False)
    with rooms, rooms.student_room() as room:
        assert tell(room, "['convkit.check' in sys.modules, 'convkit.draw' in sys.modules]") == [True, False]
        assert refused(room, "import no_such_module") == "ModuleNotFoundError"


def test_python_may_be_named_by_a_way_through_a_folder_that_no_room_sees(monkeypatch):
    python = Path(sys.executable)
    monkeypatch.setattr(sys, "executable", f"{REPOSITORY / 'tests'}/../{os.path.relpath(python, REPOSITORY)}")
    with RoomServer(SMALL, preload=(), prestart=False) as rooms, rooms.student_room() as room:
        assert tell(room, "1 + 1") == 2


# What it may change


@pytest.mark.parametrize(
    "folder", ["/", "/usr", "/etc", "/dev", "/home", "/proc/sys/kernel", sys.prefix, str(REPOSITORY / "convkit")]
)
def test_nothing_of_the_system_can_be_written(room, folder):
    assert refused(room, f"open({folder + '/written'!r}, 'w')") in ("OSError", "PermissionError", "FileNotFoundError")


@pytest.mark.parametrize("folder", ["/home/student", "/tmp", "/dev/shm"])
def test_the_private_folders_can_be_written(room, folder):
    assert refused(room, f"open({folder + '/written'!r}, 'w').write('x')") == ""


@pytest.mark.parametrize(
    "statement",
    [
        "os.setuid(0)",
        "os.chroot('/tmp')",
        "os.mknod('/tmp/disk', 0o60600, os.makedev(8, 0))",
        "socket.sethostname('other')",
        "assert ctypes.CDLL(None).unshare(0x10000000) == 0",
        "assert ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, None) == 0",
        "assert ctypes.CDLL(None).umount2(b'/tmp', 2) == 0",
        "assert ctypes.CDLL(None).ptrace(0, 0, 0, 0) == 0",
        "assert ctypes.CDLL(None).syscall(425, 8, ctypes.create_string_buffer(120)) >= 0  # io_uring_setup",
    ],
)
def test_no_privilege_can_be_had(room, statement):
    assert refused(room, statement) in ("PermissionError", "AssertionError", "OSError")


def test_all_capabilities_are_gone_and_none_can_come_back(room):
    status = dict(
        line.split(":\t") for line in tell(room, "open('/proc/self/status').read()").splitlines() if ":\t" in line
    )
    assert {status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")


@pytest.mark.parametrize(
    "statement",
    [
        "os.memfd_create('a')",
        "mmap.mmap(-1, 4096)",
        "assert ctypes.CDLL(None).shmget(0, 4096, 0o1600) >= 0",
        "assert ctypes.CDLL(None).mq_open(b'/a', 0o102, 0o600, None) >= 0",
    ],
)
def test_there_is_no_memory_that_nobody_counts(room, statement):
    assert refused(room, statement) in ("PermissionError", "AssertionError", "OSError")


# The network


def test_the_hosts_tcp_udp_and_unix_sockets_cannot_be_reached(room, tmp_path):
    with contextlib.ExitStack() as stack:
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind(f"\0grader-{os.getpid()}")
        abstract.listen()
        named = stack.enter_context(socket.socket(socket.AF_UNIX))
        named.bind(str(tmp_path / "named"))
        named.listen()
        assert refused(room, f"socket.create_connection({tcp.getsockname()!r}, 2)")
        assert refused(room, f"socket.socket(socket.AF_UNIX).connect({abstract.getsockname()!r})")
        assert refused(room, f"socket.socket(socket.AF_UNIX).connect({str(tmp_path / 'named')!r})")
        refused(room, f"socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', {udp.getsockname()!r})")
        udp.setblocking(False)
        with pytest.raises(BlockingIOError):
            udp.recv(1)


@pytest.mark.parametrize(
    "statement",
    [
        "socket.create_connection(('192.0.2.1', 80), 2)",
        "socket.getaddrinfo('example.org', 80)",
        "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
        "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "socket.socket(40, socket.SOCK_STREAM)  # AF_VSOCK: to the machine that runs this virtual one",
        "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
    ],
)
def test_there_is_no_way_out(room, statement):
    assert refused(room, statement) in ("OSError", "PermissionError", "gaierror")


def test_its_own_loopback_works(room):
    assert (
        refused(room, "s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname(), 5)") == ""
    )


# One submission and the next


LEAVE = """
import builtins, os, random, socket, subprocess, sys
import numpy as np
for folder in ("/home/student", "/tmp", "/dev/shm", "/home/student/.ipython/profile_default/startup"):
    os.makedirs(folder, exist_ok=True)
    open(folder + "/left.py", "w").write("left = 1")
os.environ["LEFT"] = "1"
builtins.left = 1
np.left = 1
sys.path.insert(0, "/tmp")
random.random(), np.random.rand()
listener = socket.socket(socket.AF_UNIX); listener.bind("\\0left"); listener.listen()
tcp = socket.create_server(("127.0.0.1", 45678))
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp("sleep", ["sleep", "98765"])
    os._exit(0)
"""

FIND = """{
    "files": [path for folder in ("/home/student", "/tmp", "/dev/shm")
              for path, _, names in os.walk(folder) if "left.py" in names],
    "environment": "LEFT" in os.environ,
    "modules": hasattr(__import__("builtins"), "left") or hasattr(__import__("numpy"), "left"),
    "path": "/tmp" in sys.path,
    "processes": [name for name in os.listdir("/proc")
                  if name.isdecimal() and "98765" in open(f"/proc/{name}/cmdline").read()],
    "sockets": [socket.socket(socket.AF_UNIX).connect_ex("\\0left") == 0,
                socket.socket().connect_ex(("127.0.0.1", 45678)) == 0],
}"""

NOTHING = {
    "files": [],
    "environment": False,
    "modules": False,
    "path": False,
    "processes": [],
    "sockets": [False, False],
}


def sleepers() -> list[psutil.Process]:
    """Those of this test run; other workers have their own."""
    return [each for each in psutil.Process().children(recursive=True) if command_line(each) == ["sleep", "98765"]]


def test_nothing_of_one_submission_is_there_for_the_next(server):
    with server.student_room() as first:
        assert first.run(LEAVE).error is None
        found = tell(first, FIND)
        assert found != NOTHING and all(found["sockets"])
    with server.student_room() as second:
        assert tell(second, FIND) == NOTHING


def test_nothing_of_one_submission_is_there_for_one_beside_it(server):
    with server.student_room() as first, server.student_room() as second:
        assert first.run(LEAVE).error is None
        assert tell(second, FIND) == NOTHING
        assert tell(second, "[int(name) for name in os.listdir('/proc') if name.isdecimal()]") == [1]


def test_nothing_is_left_on_the_host_after_a_room_is_closed(server):
    mounts = Path("/proc/mounts").read_text()
    room = server.student_room()
    room.run(LEAVE)
    deadline = time.monotonic() + 10
    while not sleepers() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(sleepers()) == 1
    room.close()
    assert sleepers() == []
    assert Path("/proc/mounts").read_text() == mounts
    assert not list(room._prefix.parent.glob(f"{room._prefix.name}-*"))


def test_random_numbers_are_the_same_in_every_room(server):
    expression = "[__import__('random').random(), __import__('numpy').random.rand(), hash('text')]"
    values = []
    for _ in range(2):
        with server.student_room() as room:
            values.append(tell(room, expression))
    assert values[0] == values[1]


def test_the_sockets_of_the_kernel_are_all_that_a_room_inherits(room):
    entries = "[f'/proc/self/fd/{n}' for n in os.listdir('/proc/self/fd') if os.path.lexists(f'/proc/self/fd/{n}')]"
    kinds = {target.split(":")[0] for target in tell(room, f"[os.readlink(path) for path in {entries}]")}
    assert kinds <= {"socket", "pipe", "anon_inode", "/dev/null"}


# The machine


def test_a_missing_bubblewrap_is_said_with_the_command_that_installs_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxUnavailable, match="apt-get install bubblewrap"):
        RoomServer(SMALL)


def test_a_bubblewrap_that_cannot_start_is_said_with_its_words(monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'No permissions to create new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(bubblewrap, "find", lambda: str(broken))
    with RoomServer(SMALL, preload=()) as rooms, pytest.raises(SandboxUnavailable, match="No permissions") as caught:
        rooms.student_room()
    assert "doctor" in str(caught.value)


def test_an_unknown_sandbox_is_refused():
    with pytest.raises(ValueError, match="bubblewrap, none"):
        RoomServer(SMALL, sandbox="firejail")
