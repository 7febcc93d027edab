"""Each limit at its edge: just below it nothing happens, just above it is named. Thresholds derive from the limits."""

from __future__ import annotations

import time
from dataclasses import replace

import nbformat
import pytest
from small import MEGABYTE, SMALL

from autograder.rooms.broken import Broken
from autograder.rooms.server import RoomServer


def stored_bytes(*outcomes) -> int:
    """The size of a notebook with these cells' outputs."""
    cells = [nbformat.v4.new_code_cell("", outputs=list(outcome.outputs)) for outcome in outcomes]
    return len(nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode())


# Memory


def test_memory_just_below_the_limit_can_be_used(room):
    outcome = room.run(
        f"import numpy as np\na = np.ones({int(0.9 * SMALL.memory_bytes)}, np.uint8)\nimport time; time.sleep(0.2)"
    )
    assert (outcome.broken, outcome.error) == (None, None)


def test_memory_above_the_limit_ends_the_room_and_is_named(room):
    outcome = room.run(f"a = bytearray(b'x') * {int(1.2 * SMALL.memory_bytes)}\nimport time; time.sleep(20)")
    assert (outcome.broken, outcome.alive) == (Broken.MEMORY, False)
    assert room.process.ending.peak_bytes > SMALL.memory_bytes


def test_memory_far_above_the_limit_is_an_error_at_once_and_is_named(room):
    outcome = room.run(f"import numpy as np\nnp.ones({SMALL.memory_bytes + 512 * MEGABYTE}, np.uint8)")
    assert (outcome.broken, outcome.alive) == (Broken.MEMORY, True)


def test_a_loop_that_eats_memory_is_named(room):
    outcome = room.run("a = []\nwhile True: a.append(bytearray(10**6))")
    assert outcome.broken is Broken.MEMORY


def test_the_memory_of_child_processes_counts_together(room):
    each = int(0.4 * SMALL.memory_bytes)
    child = f"import sys, time; a = bytearray(b'x') * {each}; print('ready', flush=True); time.sleep(20)"
    start = (
        "import subprocess, sys, time\n"
        f"child = [sys.executable, '-c', {child!r}]\n"
        "children = []\n"
        "def add():\n"
        "    children.append(subprocess.Popen(child, stdout=subprocess.PIPE))\n"
        "    children[-1].stdout.readline()\n"
    )
    assert room.run(f"{start}add(); time.sleep(0.2)").broken is None
    outcome = room.run("add(); add(); time.sleep(20)")
    assert (outcome.broken, outcome.alive) == (Broken.MEMORY, False)


def test_memory_that_processes_share_counts_once(room):
    outcome = room.run(
        f"import os, time\na = bytearray(b'x') * {int(0.6 * SMALL.memory_bytes)}\n"
        "pids = []\n"
        "for _ in range(3):\n"
        "    pid = os.fork()\n"
        "    if pid == 0:\n"
        "        time.sleep(0.5); os._exit(0)\n"
        "    pids.append(pid)\n"
        "for pid in pids: os.waitpid(pid, 0)\n"
    )
    assert (outcome.broken, outcome.error) == (None, None)


# Processor time


@pytest.fixture(scope="module")
def hasty():
    """Rooms with two seconds of processor time."""
    with RoomServer(replace(SMALL, cpu_seconds=2), preload=(), prestart=False) as rooms:
        yield rooms


BURN = "import time\nbegin = time.process_time()\nwhile time.process_time() - begin < {}: pass"


@pytest.mark.slow
def test_processor_time_below_the_limit_can_be_used_and_above_it_is_named(hasty):
    with hasty.student_room() as room:
        assert room.run(BURN.format(0.5)).broken is None
        outcome = room.run(BURN.format(60))
        assert (outcome.broken, outcome.alive) == (Broken.CPU_TIME, False)


# Processes and threads


COUNT = """
import os
def count():
    return sum(len(os.listdir(f"/proc/{pid}/task")) for pid in os.listdir("/proc") if pid.isdecimal())
"""


def test_threads_up_to_the_limit_can_be_started_and_one_more_is_named(room):
    room.run(
        f"{COUNT}\nimport threading\nend = threading.Event()\n"
        f"threads = [threading.Thread(target=end.wait) for _ in range({SMALL.processes})]"
    )
    assert room.run(f"for thread in threads[:{SMALL.processes} - count()]: thread.start()").error is None
    outcome = room.run("threads[-1].start()")
    assert (outcome.broken, outcome.alive) == (Broken.PROCESSES, True)
    room.run("end.set()")


def test_processes_up_to_the_limit_can_be_started_and_one_more_is_named(room):
    start = (
        f"{COUNT}\nimport time\nfor _ in range({SMALL.processes} - count()):\n"
        "    if os.fork() == 0:\n        time.sleep(30); os._exit(0)"
    )
    assert room.run(start).error is None
    outcome = room.run("os.fork()")
    assert (outcome.broken, outcome.alive) == (Broken.PROCESSES, True)


@pytest.mark.slow
def test_a_fork_bomb_ends_with_its_room(server, shown):
    with server.student_room() as room:
        room.run("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", wall_seconds=0.5)
    begin = time.monotonic()
    with server.student_room() as room:
        assert shown(room.run("1 + 1")) == "2"
    assert time.monotonic() - begin < 20


# Open files


def test_files_up_to_the_limit_can_be_open_and_more_are_named(room, shown):
    opened = f"sum(os.path.lexists(f'/proc/self/fd/{{n}}') for n in range({2 * SMALL.open_files}))"
    room.run("import os")
    few = room.run(f"files = [open('/dev/null') for _ in range({SMALL.open_files - 8} - {opened})]")
    assert (few.broken, few.error) == (None, None)
    many = room.run("while True: files.append(open('/dev/null'))")
    assert (many.broken, many.alive) == (Broken.FILES, True)
    assert shown(room.run(opened)) == str(SMALL.open_files)


# Bytes written


def test_all_private_folders_together_hold_the_limit_and_more_is_named(room):
    part = int(0.3 * SMALL.written_bytes)
    write = "open({!r}, 'wb').write(bytes({}))"
    for path in ("/home/student/a", "/tmp/a", "/dev/shm/a"):
        assert room.run(write.format(path, part)).error is None
    outcome = room.run(write.format("/tmp/b", part))
    assert (outcome.broken, outcome.alive) == (Broken.DISK, True)
    room.run("import os; os.remove('/tmp/a'); os.remove('/tmp/b')")
    assert room.run(write.format("/dev/shm/b", part)).error is None


def test_a_deleted_file_that_is_still_open_counts(room):
    keep = "import os\nfile = open('a', 'wb', buffering=0); os.remove('a'); file.write(bytes({}))"
    room.run(keep.format(int(0.8 * SMALL.written_bytes)))
    assert room.run(f"open('b', 'wb').write(bytes({int(0.3 * SMALL.written_bytes)}))").broken is Broken.DISK


def test_a_file_with_a_hole_beyond_the_limit_is_named(room):
    assert room.run(f"open('a', 'wb').truncate({2 * SMALL.written_bytes})").broken is Broken.DISK


def test_endless_small_files_are_named(room):
    assert room.run("n = 0\nwhile True:\n    open(f'/tmp/{n}', 'w').close(); n += 1").broken is Broken.DISK


# Output


def test_output_just_below_the_limit_is_kept_whole(room, shown):
    text = int(0.9 * SMALL.output_bytes)
    outcome = room.run(f"print('x' * {text})")
    assert outcome.broken is None and len(shown(outcome)) == text + 1


@pytest.mark.parametrize(
    "code",
    [
        f"print('x' * {2 * SMALL.output_bytes})",
        "for n in range(20_000): print('hello', n)",
        "import sys; sys.stderr.write('é' * 50_000)",
        "print('\\x00' * 1_000_000)",
        "print('\\U0001f600' * 1_000_000)",
        f"print('\\n' * {SMALL.output_bytes // 3})",
        "for n in range(3000): display(n)",
        "from IPython.display import Image, display; display(Image(data=bytes(200_000), format='png'))",
        "from IPython.display import HTML; HTML('<p>' * 50_000)",
        f"'x' * {2 * SMALL.output_bytes}",
        "from IPython.display import JSON; JSON([[n] for n in range(20_000)])",
        "import os; os.write(1, b'x' * 200_000); os.system('yes | head -c 200000')",
        "h = display('a', display_id=True)\nfor n in range(3000): h.update('b' * 100)",
    ],
)
def test_output_above_the_limit_is_cut_and_named_and_the_notebook_goes_on(room, shown, code):
    outcome = room.run(code)
    assert (outcome.broken, outcome.alive) == (Broken.OUTPUT, True)
    quiet = room.run("answer = 6 * 7")
    assert (quiet.broken, quiet.error, quiet.alive) == (None, None, True)
    assert room.run("1 / 0").error[0] == "ZeroDivisionError"
    assert stored_bytes(outcome, quiet) < 1.25 * SMALL.output_bytes


def test_fifty_megabytes_in_one_line_cost_the_coordinator_little():
    rooms = RoomServer(replace(SMALL, memory_bytes=1024 * MEGABYTE), preload=(), prestart=False)
    with rooms, rooms.student_room() as room:
        room.run("1")
        begin = time.process_time()
        outcome = room.run("print('x' * 50_000_000)")
        assert (outcome.broken, outcome.alive) == (Broken.OUTPUT, True)
        assert time.process_time() - begin < 1
        assert stored_bytes(outcome) < 1.25 * SMALL.output_bytes


def test_an_exception_with_a_huge_text_is_cut(room):
    outcome = room.run("raise ValueError('x' * 5_000_000)")
    assert outcome.error[0] == "ValueError" and len(outcome.error[1]) < 10_000 and outcome.alive


FORGE = """
import time
from jupyter_client.session import Session
kernel = get_ipython().kernel
def forge(kind, content):
    Session.send(kernel.session, kernel.iopub_socket, kind, content, parent=kernel.get_parent())
"""


def test_a_flood_past_the_kernels_own_brake_is_stopped(room):
    room.run(FORGE)
    outcome = room.run("while True: forge('stream', {'name': 'stdout', 'text': 'y' * 5000})")
    assert outcome.broken is Broken.OUTPUT
    assert stored_bytes(outcome) < 1.25 * SMALL.output_bytes


def test_a_message_beyond_all_bounds_ends_the_room(room):
    room.run(FORGE)
    outcome = room.run("forge('stream', {'name': 'stdout', 'text': 'y' * 4_000_000}); time.sleep(20)")
    assert (outcome.broken, outcome.alive) == (Broken.OUTPUT, False)


@pytest.mark.parametrize(
    "frames",
    [
        "[b'', b'', b'']",
        "[b'stream', b'<IDS|MSG>']",
        "[b'<IDS|MSG>', b'', b'{', b'{', b'{', b'{']",
        "[b'<IDS|MSG>', b'', b'[1]', b'[1]', b'{}', b'{}']",
        "[b'<IDS|MSG>', b'', header, parent, b'{}', b'[' * 100_000]",
        "[b'<IDS|MSG>', b'', header, parent, b'{}', b'\\xff\\xfe']",
        "[b'<IDS|MSG>', b'', header, parent, b'{}', b'[]']",
        "[b'<IDS|MSG>', b'', header, parent, b'{}', b'{\"name\": 3, \"text\": {}}']",
    ],
)
def test_nonsense_on_the_kernels_socket_is_dropped(room, shown, frames):
    room.run(
        "import json\nkernel = get_ipython().kernel\n"
        "header = json.dumps({'msg_type': 'stream'}).encode()\n"
        "parent = json.dumps({'msg_id': kernel.get_parent()['header']['msg_id']}).encode()\n"
        f"kernel.iopub_socket.send_multipart({frames})"
    )
    assert shown(room.run("1 + 1")) == "2"
