"""What the student guide shows is what the tools print."""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from learner import Learner
from places import ROOT

from autograder import cli
from autograder.course import COURSE_FILE, Course
from autograder.files import write_atomically
from autograder.misconceptions import read_misconceptions
from autograder.release import generate, notebook_text
from autograder.simulate import misconceptions_path
from autograder.source import read_source
from convkit import check

GUIDE = (ROOT / "docs" / "student-guide.md").read_text(encoding="utf-8")
BLOCKS = [textwrap.dedent(block).strip("\n") for block in re.findall(r"(?:^(?: {4}.*)?\n)+", GUIDE, re.MULTILINE)]


def block(beginning: str) -> str:
    (found,) = [each for each in BLOCKS if each.startswith(beginning)]
    return found


@pytest.mark.slow
def test_every_sentence_that_it_quotes_is_one_that_the_tools_say(learner: Learner) -> None:
    Path("other.ipynb").write_text('{"cells": [{"cell_type": "code", "source": "x = 1"}], "nbformat": 4}')
    on_most = "def double(x):\n    return 2 * x if hasattr(x, 'shape') else 0"
    heard = [
        learner.run("check", learner.write()),
        learner.run("check", "other.ipynb"),
        learner.run("check", learner.write(double=on_most, prediction="prediction = nothing", double_1="pass")),
        learner.run("check", learner.write(double="def double(x)\n    return 2 * x")),
        learner.run("check", learner.write(double="def double(x):\n    while True: pass")),
        learner.run("check", learner.write(double="def double(x):\n    return nothing")),
    ]
    learner.monkeypatch.setenv("PATH", "/nonexistent")
    heard.append(learner.run("check", "mine.ipynb"))
    said = " ".join(each.words for each in heard) + (ROOT / "notebooks/01_convolution/01_convolution.ipynb").read_text()
    quoted = re.findall(r"^\*“(.+?)”", GUIDE.replace("\n", " ").replace("  *“", "\n*“"), re.MULTILINE)
    assert len(quoted) >= 9
    for sentence in quoted:
        pattern = re.escape(sentence).replace("…", ".*").replace("15\\ seconds", r"\d+\ seconds?")
        pattern = pattern.replace("01_convolution", "01_mini").replace("correlate2d", "double")
        assert re.search(pattern, said), sentence


def test_the_failing_check_is_what_a_turned_kernel_gives() -> None:
    image = np.array([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]])
    turned = np.array([[0, 1, 2], [2, 2, 0], [0, 1, 2]])[::-1, ::-1]
    wrong = np.einsum("ijab,ab->ij", np.lib.stride_tricks.sliding_window_view(image, (3, 3)), turned)
    mistakes = {"The kernel was turned by 180°; slide it as it is.": [[18, 20, 19], [10, 9, 17], [11, 8, 14]]}
    with pytest.raises(check.CheckFailed) as failed:
        check.close(wrong, [[12, 12, 17], [10, 17, 19], [9, 6, 14]], mistakes=mistakes)
    assert block("✗ The result") == f"✗ {failed.value}"
    assert "slide it as it is." in (ROOT / "source" / "01_convolution" / "01_convolution.py").read_text()


@pytest.mark.slow
def test_the_check_that_it_shows_is_printed_as_it_stands(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = read_source(course, "01_convolution")
    wrong = next(m for m in read_misconceptions(misconceptions_path(course, source.name)) if m.name == "flipped_kernel")
    answers = {
        "weighted_average": source.by_grade_id["weighted_average"].text,
        "correlate2d": wrong.replacing(source.by_grade_id["correlate2d"].names.functions),
    }
    notebook = generate(source)
    for cell in notebook.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    write_atomically(tmp_path / "work" / "01_convolution.ipynb", notebook_text(notebook))
    write_atomically(tmp_path / COURSE_FILE, (ROOT / COURSE_FILE).read_bytes())
    (tmp_path / "source").symlink_to(ROOT / "source")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(sys, "argv", ["autograder", "check", "work/01_convolution.ipynb"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert capsys.readouterr().out.strip() == block("Convolution by hand ·")
