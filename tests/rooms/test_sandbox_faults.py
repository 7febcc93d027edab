"""What fails on the grader's side is noticed, replaced and said, and costs no other submission."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import psutil
import pytest
from living import outliving, started_as
from small import SMALL

from autograder.rooms import parcel, process
from autograder.rooms.broken import Broken
from autograder.rooms.process import Ending, RoomProcess
from autograder.rooms.server import RoomLost, RoomServer

BRIDGED = "import socket\nbridge = socket.socket(fileno=BRIDGE)"


@pytest.fixture
def own():
    """A server that a test may ruin."""
    with RoomServer(SMALL, preload=(), prestart=False) as rooms:
        yield rooms


def fork_server(rooms: RoomServer) -> psutil.Process:
    """The process that forks, inside bubblewrap."""
    family = psutil.Process(rooms._servers[0].process.pid).children(recursive=True)
    return started_as(family, "python")[0]


@pytest.mark.parametrize("victim", ["bubblewrap", "fork server"])
def test_a_killed_fork_server_loses_its_room_and_is_replaced(own, shown, victim):
    room = own.student_room()
    assert shown(room.run("1 + 1")) == "2"
    killed = fork_server(own) if victim == "fork server" else psutil.Process(own._servers[0].process.pid)
    killed.kill()
    with pytest.raises(RoomLost):
        room.run("import time; time.sleep(20)")
    assert not room.alive
    room.close()
    with own.student_room() as other:
        assert shown(other.run("1 + 1")) == "2"


def test_a_fork_server_that_dies_between_submissions_is_not_even_noticed(own, shown):
    own.student_room().close()
    fork_server(own).kill()
    own._servers[0].process.wait()
    with own.student_room() as room:
        assert shown(room.run("1 + 1")) == "2"


@pytest.mark.slow
def test_a_fork_server_that_does_not_answer_is_ended_with_its_rooms(own, shown, monkeypatch):
    monkeypatch.setattr(process, "END_SECONDS", 0.3)
    room = own.student_room()
    assert shown(room.run("import os; os.getpid()")) == "1"
    stuck = fork_server(own)
    inside = stuck.children()
    stuck.send_signal(signal.SIGSTOP)
    room.close()
    psutil.wait_procs(inside, timeout=10)
    assert not stuck.is_running() and not any(each.is_running() for each in inside)
    with own.student_room() as other:
        assert shown(other.run("1 + 1")) == "2"


def test_a_student_cannot_end_the_fork_server(own, shown):
    with own.student_room() as room:
        attempt = "    try: os.kill(pid, signal.SIGKILL)\n    except OSError: pass"
        room.run(f"import os, signal\nfor pid in range(1, 50):\n{attempt}")
        room.run("os.kill(-1, signal.SIGKILL)")
        assert room.alive
    with own.student_room() as room:
        assert shown(room.run("1 + 1")) == "2"
    assert own._servers[0].alive


def test_closing_the_server_ends_every_process_and_leaves_no_folder():
    rooms = RoomServer(SMALL, preload=())
    rooms.student_room()
    family = psutil.Process(rooms._servers[0].process.pid).children(recursive=True)
    folder = rooms._folder
    assert len(family) >= 3
    rooms.close()
    psutil.wait_procs(family, timeout=10)
    assert not any(each.is_running() for each in family) and not folder.exists()


def test_rooms_end_when_the_grader_is_killed():
    reading, writing = os.pipe()
    grader = os.fork()
    if grader == 0:
        rooms = RoomServer(SMALL, preload=(), prestart=False)
        rooms.student_room()
        os.write(writing, f"{rooms._servers[0].process.pid} {rooms._folder}\n".encode())
        time.sleep(60)
        os._exit(0)
    pid, folder = os.read(reading, 1000).split()
    family = [psutil.Process(int(pid)), *psutil.Process(int(pid)).children(recursive=True)]
    os.kill(grader, signal.SIGKILL)
    os.waitpid(grader, 0)
    assert outliving(family) == []
    for path in Path(os.fsdecode(folder)).glob("*"):
        path.unlink()
    Path(os.fsdecode(folder)).rmdir()


def test_a_room_that_is_closed_twice_stays_closed(own):
    room = own.student_room()
    room.close()
    room.close()
    assert not room.run("1").alive


def test_a_server_is_closed_at_the_end_of_the_program_if_that_was_forgotten():
    rooms = RoomServer(SMALL, preload=(), prestart=False)
    rooms.student_room()
    folder, server = rooms._folder, rooms._servers[0]
    rooms._end()
    assert not folder.exists() and not server.alive


# The watch socket


@pytest.fixture
def watched():
    """A room's handle, the server's end of its watch socket, and how often the server was retired."""
    ours, theirs = socket.socketpair()
    retired: list[bool] = []
    with ours, theirs:
        yield RoomProcess(ours, lambda: retired.append(True)), theirs, retired


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x02no",
        b"\x00\x00\x00\x02[]",
        b'\x00\x00\x00\x11{"event": "boo!"}',
        b'\x00\x00\x00\x12{"event": "ended"}',
        b"\x00\x00",
    ],
)
def test_nonsense_from_a_fork_server_ends_it(watched, nonsense):
    handle, server, retired = watched
    server.sendall(nonsense)
    server.shutdown(socket.SHUT_WR)
    assert not handle.running()
    handle.lost()
    assert retired


def test_a_room_that_could_not_be_built_says_why(watched):
    handle, server, _ = watched
    parcel.send(server, {"event": "failed", "message": "no space"})
    server.close()
    assert not handle.wait_until_started(1)
    assert str(handle.lost()) == "no space"


@pytest.mark.parametrize(
    ("reason", "status", "cpu_seconds", "peak_bytes", "broken"),
    [
        ("memory", -9, 1.0, 0, Broken.MEMORY),
        (None, -9, 10.0, 0, Broken.CPU_TIME),
        (None, -9, 1.0, 0, Broken.KILLED),
        (None, -6, 1.0, 90, Broken.MEMORY),
        (None, -6, 1.0, 10, Broken.DIED),
        (None, -11, 1.0, 90, Broken.DIED),
        (None, 0, 1.0, 0, Broken.DIED),
    ],
)
def test_how_a_room_ended_tells_what_broke(reason, status, cpu_seconds, peak_bytes, broken):
    assert Ending(reason, status, cpu_seconds, peak_bytes).broken(10, 100) is broken


# Parcels


def test_a_parcel_carries_data_and_descriptors():
    ours, theirs = socket.socketpair()
    with ours, theirs, Path(os.devnull).open() as file:
        parcel.send(ours, {"a": [1, "ü"]}, [file.fileno()])
        message, descriptors = parcel.receive(theirs)
        assert message == {"a": [1, "ü"]}
        assert os.fstat(descriptors[0]).st_rdev == os.fstat(file.fileno()).st_rdev
        os.close(descriptors[0])
        ours.close()
        with pytest.raises(EOFError):
            parcel.receive(theirs)


def test_a_parcel_larger_than_expected_is_refused_unread():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        parcel.send(ours, {"a": "x" * 1000})
        with pytest.raises(parcel.ParcelError, match="a parcel of 1009 bytes"):
            parcel.receive(theirs, max_bytes=100)


# Without a sandbox


@pytest.fixture(scope="module")
def bare():
    """Rooms in the open, for machines without bubblewrap."""
    with RoomServer(SMALL, "none", preload=(), prestart=False) as rooms:
        yield rooms


def test_without_a_sandbox_cells_run_in_a_folder_of_their_own_that_goes_away(bare, shown):
    with bare.student_room(files={"a.txt": b"x"}) as room:
        folder = Path(shown(room.run("import os; print(os.getcwd())")).strip())
        assert (folder / "a.txt").exists() and folder != Path.cwd()
        assert "GRADER" not in shown(room.run("dict(os.environ)"))
    assert not folder.exists()


def test_without_a_sandbox_orphans_are_ended_all_the_same(bare):
    with bare.student_room() as room:
        room.run("import os\nif os.fork() == 0:\n    os.setsid()\n    os.execvp('sleep', ['sleep', '87654'])")
        deadline = time.monotonic() + 10
        while not (found := [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "87654"]]):
            assert time.monotonic() < deadline
    psutil.wait_procs(found, timeout=5)
    assert not found[0].is_running()


def test_without_a_sandbox_limits_of_memory_and_time_hold(bare):
    with bare.student_room() as room:
        assert room.run("import time; time.sleep(60)", wall_seconds=0.3).broken is Broken.WALL_TIME
        assert room.run("a = []\nwhile True: a.append(bytearray(10**6))").broken is Broken.MEMORY
