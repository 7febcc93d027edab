"""`autograder check` on one's own notebook, in the real rooms, and `progress` and `solution` on the small course."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest
from forms import as_colab
from learner import DOUBLE, Learner
from places import AUTOGRADER

from autograder.course import Course, load_course
from autograder.own_progress import progress_path
from autograder.solutions import reference_notebook
from autograder.source import read_source

HIDDEN = "canary-5b1e-hidden"
REFERENCE = "canary-5b1e-solution"


def files(course: Course) -> set[Path]:
    return {path for path in course.root.rglob("*") if path.is_file()}


# --- check


def test_what_is_right_earns_all_points_and_writes_nothing_but_progress(learner: Learner, mini: Course) -> None:
    (mini.root / "mine.ipynb").write_bytes(as_colab(reference_notebook(read_source(mini, "01_mini"))))
    before = files(mini)
    said = learner.run("check", "mine.ipynb")
    assert said.code == 0, said
    assert "Doubling" not in said.out  # the notebook's own title is said
    assert said.out.startswith("Mini · 01_mini · mine.ipynb")
    assert "✓ double      5 / 5  every test passes" in said.out
    assert "6 of 6 points. Every test of every exercise passes." in said.out
    assert "autograder solution 01_mini written" in said.out
    assert files(mini) - before == {progress_path(mini)}
    assert "\x1b" not in said.out + said.err


@pytest.mark.parametrize("with_bubblewrap", [True, False])
def test_a_notebook_that_was_never_touched_says_where_to_start(
    learner: Learner, mini: Course, monkeypatch: pytest.MonkeyPatch, with_bubblewrap: bool
) -> None:
    if not with_bubblewrap:  # nothing is run, so nothing is needed to run it
        monkeypatch.setenv("PATH", "/nonexistent")
    said = learner.run("check", learner.write())
    assert said.code == 1
    assert "Nothing is filled in yet. Start with `double`, in section “Mini”" in said.words
    assert not progress_path(mini).exists()


@pytest.mark.parametrize(
    ("text", "points", "words"),
    [
        ("def double(x):\n    return x", "0 / 5", "should be [0 2 4]"),
        ("def double(x):\n    return 2 * x if hasattr(x, 'shape') else 0", "2 / 5", "A further check failed."),
        ("def double(x):\n    return nothing", "0 / 5", "NameError: name 'nothing' is not defined"),
        ("def double(x)\n    return 2 * x", "0 / 5", "SyntaxError: expected ':' (line 1)"),
        ("def double(x):\n    while True: pass", "0 / 5", "Is there a loop that never ends?"),
        ("import os\ndef double(x):\n    os._exit(0)", "0 / 5", "Does the code call an exit function"),
        ("double = None", "0 / 5", "double"),
        ("def treble(x):\n    return 3 * x", "0 / 5", "double"),
    ],
)
def test_what_is_wrong_is_told_with_its_reason_and_no_hidden_text(
    learner: Learner, mini: Course, text: str, points: str, words: str
) -> None:
    said = learner.run("check", learner.write(double=text, prediction="prediction = 4"))
    assert said.code == 1
    assert re.search(rf"double +{points}  ", said.out), said.out
    assert words in said.words
    assert "Read again: section “Mini”." in said.words
    for secret in (HIDDEN, REFERENCE, "== 10", "Traceback"):
        assert secret not in said.words


def test_an_exercise_that_was_deleted_is_named_and_the_rest_is_checked(learner: Learner, mini: Course) -> None:
    said = learner.run("check", learner.write(double=DOUBLE, dropped=("prediction", "double-1")))
    assert said.code == 1
    assert "✓ double      5 / 5" in said.out
    assert "The cell of `prediction` is missing; it counts as not answered." in said.words
    assert "`double-1`, a cell of the course, was missing" in said.words
    assert "Next: `prediction`, section “Mini”." in said.words


def test_only_the_named_exercise_is_checked_and_what_the_student_added_is_run(learner: Learner, mini: Course) -> None:
    name = learner.write(double="def double(x):\n    return twice(x)", prediction="prediction = 5")
    document = json.loads(Path(name).read_text())
    document["cells"].insert(
        1, {"cell_type": "code", "metadata": {}, "outputs": [], "source": "def twice(x):\n    return x + x"}
    )
    Path(name).write_text(json.dumps(document))
    said = learner.run("check", name, "--exercise", "double")
    assert said.code == 0, said
    assert "5 of 5 points. Only `double` was checked." in said.words
    assert "prediction" not in said.out
    assert learner.run("check", name, "-e", "double", "-e", "prediction").code == 1
    stored = json.loads(progress_path(mini).read_text())["assignments"]["01_mini"]
    assert {key: each["points"] for key, each in stored["exercises"].items()} == {"double": 5, "prediction": 0}


def test_an_untouched_exercise_among_others_needs_no_run(learner: Learner, mini: Course) -> None:
    said = learner.run("check", learner.write(double=DOUBLE), "--exercise", "prediction")
    assert said.code == 1
    assert "This is not filled in yet. Start with `prediction`" in said.words


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nothere.ipynb",), "There is no file nothere.ipynb."),
        (("mime.ipynb",), "Did you mean mine.ipynb"),
        (("01_mnii",), "Did you mean 01_mini?"),
        (("empty",), "There is no notebook in empty."),
        (("two",), "There are 2 notebooks (a.ipynb, b.ipynb) in two."),
        (("other.ipynb",), "other.ipynb looks like no notebook of this course."),
        (("other.ipynb", "--assignment", "01_mini"), "Is it the notebook of another assignment?"),
        (("mine.ipynb", "--assignment", "02_mini"), "Did you mean 01_mini?"),
        (("mine.ipynb", "--exercise", "duoble"), "01_mini has no exercise 'duoble'. Did you mean double?"),
        (("text.ipynb",), "text.ipynb cannot be checked. The file is not a notebook"),
        (("mine.ipynb", "--sandbox", "glass"), "glass"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_2(
    learner: Learner, mini: Course, arguments: tuple[str, ...], words: str
) -> None:
    learner.write(double=DOUBLE)
    other = {"cell_type": "code", "metadata": {}, "outputs": [], "source": "def decode(x):\n    return x"}
    Path("other.ipynb").write_text(json.dumps({"cells": [other], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))
    Path("text.ipynb").write_text("print('a script')")
    for folder, names in (("empty", ()), ("two", ("a.ipynb", "b.ipynb"))):
        Path(folder).mkdir()
        for name in names:
            Path(folder, name).write_text("{}")
    said = learner.run("check", *arguments)
    assert said.code == 2
    assert words in said.words
    assert "Traceback" not in said.words
    assert said.out == ""
    assert not progress_path(mini).exists()


def test_a_folder_or_the_assignments_name_stand_for_the_notebook_in_it(learner: Learner, mini: Course) -> None:
    folder = mini.release_folder / "01_mini"
    folder.mkdir(parents=True)
    learner.write("notebooks/01_mini/01_mini.ipynb")
    learner.write("notebooks/01_mini/copy.ipynb", double=DOUBLE)
    for given in ("01_mini", "notebooks/01_mini", "notebooks/01_mini/01_mini.ipynb"):
        said = learner.run("check", given)
        assert said.out.startswith("Mini · 01_mini · notebooks/01_mini/01_mini.ipynb"), given


def test_without_bubblewrap_a_sentence_says_how_to_go_on_and_so_it_does(
    learner: Learner, mini: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = learner.write(double=DOUBLE, prediction="prediction = 4")
    monkeypatch.setenv("PATH", "/nonexistent")
    said = learner.run("check", name)
    assert said.code == 2
    assert "bubblewrap is missing" in said.words
    assert "Or run your own notebook without it: autograder check mine.ipynb --sandbox none" in said.words
    said = learner.run("check", name, "--sandbox", "none")
    assert said.code == 0, said
    assert "the notebook runs as you, with your files and your network" in said.err


def test_docker_is_asked_for_the_same_check(
    learner: Learner, mini: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, asked = tmp_path / "bin" / "docker", tmp_path / "asked"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >> {asked}\n[ "$1" = run ] && exit 1\nexit 0\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    (tmp_path / "elsewhere").mkdir()
    path = (tmp_path / "elsewhere" / learner.write(double=DOUBLE)).resolve()
    (mini.root / "mine.ipynb").rename(path)
    assert (
        learner.run("check", str(path), "-e", "double", "--sandbox", "docker").code == 1
    )  # that of the command inside
    asked_for = asked.read_text().splitlines()[-1]
    assert f"--volume {path.parent}:{path.parent}" in asked_for
    assert asked_for.endswith(f"check {path} --exercise double")


def test_an_interrupt_ends_the_check_with_130_and_stores_nothing(learner: Learner, mini: Course) -> None:
    toml = mini.root / "course.toml"
    toml.write_text(toml.read_text().replace("cell_wall_seconds = 1", "cell_wall_seconds = 60"))
    name = learner.write(double="def double(x):\n    while True: pass")
    command = [AUTOGRADER, "check", name]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout is not None
    assert "01_mini" in running.stdout.readline()  # from here on it runs, and would for a minute
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out.strip()) == (130, "")
    assert "Interrupted: nothing was stored." in err
    assert not progress_path(mini).exists()


def test_progress_that_cannot_be_stored_does_not_spoil_the_check(learner: Learner, mini: Course) -> None:
    mini.build_folder.write_text("a file where the folder should be")
    said = learner.run("check", learner.write(double=DOUBLE, prediction="prediction = 4"))
    assert said.code == 0
    assert "Your progress could not be stored" in said.err


# --- progress


def test_progress_tells_what_is_done_what_is_open_and_what_comes_next(learner: Learner, mini: Course) -> None:
    said = learner.run("progress")
    assert said.code == 0
    assert "○ 01_mini  – / 6  not checked yet" in said.out
    assert "0 of 6 points, 0 of 1 assignments done." in said.out
    assert (
        "Next: `double` of 01_mini, section “Mini”. Then: autograder check notebooks/01_mini/01_mini.ipynb"
        in said.words
    )
    learner.run("check", learner.write(double=DOUBLE))
    said = learner.run("progress")
    assert "✗ 01_mini  5 / 6  open: prediction" in said.out
    assert "autograder check mine.ipynb" in said.out
    learner.run("check", learner.write(double=DOUBLE, prediction="prediction = 4"))
    said = learner.run("progress")
    assert "✓ 01_mini  6 / 6  done" in said.out
    assert "6 of 6 points, 1 of 1 assignments done." in said.out
    assert "Next" not in said.out
    assert "\x1b" not in said.out


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema": 99, "assignments": {"01_mini": 1}}', '{"schema": 1, "assignments": [1]}']
)
def test_a_damaged_progress_file_counts_as_none_and_is_mended_by_the_next_check(
    learner: Learner, mini: Course, text: str
) -> None:
    progress_path(mini).parent.mkdir()
    progress_path(mini).write_text(text)
    assert "not checked yet" in learner.run("progress").out
    learner.run("check", learner.write(double=DOUBLE))
    assert "open: prediction" in learner.run("progress").out


def test_a_notebook_that_is_gone_is_not_named(learner: Learner, mini: Course) -> None:
    learner.run("check", learner.write(double=DOUBLE))
    (mini.root / "mine.ipynb").unlink()
    assert "autograder check notebooks/01_mini/01_mini.ipynb" in learner.run("progress").out


# --- solution


@pytest.mark.parametrize("answer", ["", "\n", "n\n", "what\n"])
def test_without_a_yes_no_solution_is_shown(learner: Learner, answer: str) -> None:
    said = learner.run("solution", "01_mini", "double", stdin=answer)
    assert (said.code, said.out) == (1, "")
    assert "Show the reference of double (01_mini)? [y/N]" in said.words
    assert "Not shown." in said.words
    assert "2 * x" not in said.words


@pytest.mark.parametrize(("options", "answer"), [((), "y\n"), (("--yes",), "")])
def test_with_a_yes_the_reference_is_printed_as_one_would_write_it(
    learner: Learner, options: tuple[str, ...], answer: str
) -> None:
    said = learner.run("solution", "01_mini", "double", *options, stdin=answer)
    assert said.code == 0
    assert said.out == 'def double(x):\n    """Twice x."""\n    # canary-5b1e-solution\n    return 2 * x\n'


def test_the_written_question_has_a_model_answer(learner: Learner) -> None:
    assert learner.run("solution", "01_mini", "written", "--yes").out == "Because.\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("01_mimi", "double"), "There is no assignment '01_mimi' in course.toml. Did you mean 01_mini?"),
        (("01_mini", "doubel"), "Did you mean double? It has: double, prediction, written."),
        (("01_mini", "double-2"), "01_mini has no exercise 'double-2'."),
        (("01_mini", "setup"), "01_mini has no exercise 'setup'."),
    ],
)
def test_an_unknown_name_is_one_sentence_with_the_nearest(
    learner: Learner, arguments: tuple[str, ...], words: str
) -> None:
    said = learner.run("solution", *arguments, "--yes")
    assert (said.code, said.out) == (2, "")
    assert words in said.words


def test_the_course_may_be_named_from_anywhere(
    learner: Learner, mini: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    said = learner.run("--course", str(mini.root), "progress")
    assert f"autograder check {load_course(mini.root).release_folder}/01_mini/01_mini.ipynb" in said.words
