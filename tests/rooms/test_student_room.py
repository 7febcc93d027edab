"""A student room runs cells like a notebook does, and is stopped like one."""

from __future__ import annotations

import time

import nbformat
import pytest
from small import SMALL

from autograder.rooms.broken import Broken, explain
from autograder.rooms.student import GRACE_SECONDS


def test_a_cell_shows_its_value_and_names_stay(room, shown):
    assert shown(room.run("answer = 41\nanswer + 1")) == "42"
    assert shown(room.run("print(answer)")) == "41\n"


def test_an_error_is_told_with_its_traceback_and_the_kernel_lives(room, shown):
    outcome = room.run("def divide(x):\n    return x / 0\ndivide(1)")
    assert outcome.error[:2] == ("ZeroDivisionError", "division by zero")
    assert "return x / 0" in outcome.error[2] and "\x1b" not in outcome.error[2]
    assert outcome.alive and outcome.broken is None
    assert shown(room.run("1 + 1")) == "2"


def test_print_errors_subprocesses_and_raw_writes_all_become_outputs(room):
    outcome = room.run(
        "import os, sys, subprocess\n"
        "print('a'); print('b', file=sys.stderr); os.write(1, b'c\\n'); subprocess.run('echo d', shell=True)\n"
        "import time; time.sleep(0.2)\n"
    )
    streams = {output.name: output.text for output in outcome.outputs if output.output_type == "stream"}
    assert set("acd") <= set(streams["stdout"]) and "b" in streams["stderr"]


def test_shell_commands_and_magics_work(room, shown):
    assert "student" in shown(room.run("!id -un"))
    assert shown(room.run("%pwd")) == "'/home/student'"


def test_files_lie_in_the_working_folder(server, shown):
    with server.student_room(files={"data/a.txt": b"inside"}) as room:
        assert shown(room.run("print(open('data/a.txt').read())")) == "inside\n"


@pytest.mark.parametrize("name", ["/etc/passwd", "../a", "a/../../b", "", "a\0b"])
def test_files_with_names_that_lead_elsewhere_are_refused(server, name):
    with pytest.raises(ValueError, match="relative path"):
        server.student_room(files={name: b""})


def test_more_files_than_may_be_written_are_refused(server):
    with pytest.raises(ValueError, match="space for"):
        server.student_room(files={"a": bytes(SMALL.written_bytes + 1)})


def test_a_cell_just_within_its_time_passes_and_one_beyond_is_stopped_and_named(room, shown):
    assert room.run("import time; time.sleep(0.1)", wall_seconds=10).broken is None
    outcome = room.run("print('before'); time.sleep(60)", wall_seconds=0.5)
    assert (outcome.broken, outcome.alive) == (Broken.WALL_TIME, True)
    assert outcome.error[0] == "KeyboardInterrupt" and "before" in shown(outcome)
    assert outcome.seconds < 0.5 + GRACE_SECONDS + 5
    assert shown(room.run("'still here'")) == "'still here'"


def test_a_cell_that_does_not_listen_is_killed(room):
    outcome = room.run(
        "import time\nwhile True:\n    try:\n        while True: time.sleep(0.001)\n    except KeyboardInterrupt: pass",
        wall_seconds=0.3,
    )
    assert (outcome.broken, outcome.alive) == (Broken.WALL_TIME, False)
    after = room.run("1")
    assert (after.broken, after.alive, after.outputs) == (Broken.WALL_TIME, False, ())


def test_compiled_code_that_never_returns_is_killed(room):
    outcome = room.run("sum(range(10**14))", wall_seconds=0.3)
    assert (outcome.broken, outcome.alive) == (Broken.WALL_TIME, False)


@pytest.mark.slow
def test_the_notebook_as_a_whole_has_a_limit(server):
    with server.student_room() as room:
        room._spent_seconds = SMALL.notebook_wall_seconds - 0.5
        assert room.run("1").broken is None
        outcome = room.run("import time; time.sleep(60)")
        assert outcome.broken is Broken.NOTEBOOK_TIME
        assert room.run("time.sleep(60)").broken is Broken.NOTEBOOK_TIME


def test_start_and_finish_leave_the_coordinator_free_between(room, shown):
    ticket = room.start("import time; time.sleep(0.05); print('served')")
    assert shown(room.finish(ticket, 10)) == "served\n"


def test_interrupt_is_jupyters_stop_button(room):
    ticket = room.start("import time\nprint('begun', flush=True)\nwhile True: time.sleep(0.01)")
    while not room._outputs.cell():
        room._listen(ticket, time.monotonic() + 0.05)
    room.interrupt()
    assert room.finish(ticket).error[0] == "KeyboardInterrupt"


@pytest.mark.parametrize(
    "code",
    [
        "import os; os._exit(0)",
        "import os; os.abort()",
        "import ctypes; ctypes.string_at(0)",
        "import os; os.execv('/bin/sleep', ['sleep', '20'])",
    ],
)
def test_an_end_of_the_process_is_named(room, code):
    outcome = room.run(f"print('before', flush=True)\n{code}")
    assert (outcome.broken, outcome.alive) == (Broken.DIED, False)


@pytest.mark.parametrize(
    "code",
    [
        "exit()",
        "quit",
        "import sys; sys.exit(3)",
        "import os; os.kill(os.getpid(), 9)",
        "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
        "import os; os.kill(-1, 9)",
    ],
)
def test_the_cells_after_a_harmless_exit_still_run(room, shown, code):
    room.run(code)
    assert shown(room.run("1 + 1")) == "2"


def test_input_is_refused_at_once(room):
    assert room.run("input('name?')").error[0] == "StdinNotImplementedError"


def test_a_figure_becomes_an_output_without_any_magic(room):
    outcome = room.run("import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    assert [output.output_type for output in outcome.outputs][-1] == "display_data"
    assert "image/png" in outcome.outputs[-1].data


def test_outputs_make_a_valid_notebook(room):
    code = "from IPython.display import HTML, JSON\nprint(1)\ndisplay(HTML('<b>x</b>'), JSON({'a': [1]}))\n1/0"
    outcome = room.run(code)
    cell = nbformat.v4.new_code_cell(code, outputs=list(outcome.outputs))
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))


def test_a_display_that_is_updated_stays_one_output(room):
    outcome = room.run("h = display('a', display_id=True)\nh.update('b')")
    assert [output.data["text/plain"] for output in outcome.outputs] == ["'b'"]


def test_output_of_threads_between_cells_does_not_disturb(room, shown):
    room.run("import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.1), print('late'))).start()")
    assert shown(room.run("time.sleep(0.3); 'done'")).endswith("'done'")


def test_a_forged_idle_message_only_spoils_its_own_outputs(room, shown):
    forge = (
        "k = get_ipython().kernel\n"
        "k.session.send(k.iopub_socket, 'status', {'execution_state': 'idle'}, parent=k.get_parent())\n"
        "import time; time.sleep(0.3); print('late')"
    )
    assert room.run(forge).alive
    assert shown(room.run("print('next')")) == "next\n"


@pytest.mark.parametrize("broken", list(Broken))
def test_every_broken_limit_has_a_sentence(broken):
    sentence = explain(broken, SMALL)
    assert sentence[0].isupper() and sentence.endswith((".", "?")) and "_" not in sentence
