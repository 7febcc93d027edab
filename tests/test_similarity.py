"""Copies are found however they are dressed up; independent solutions are not."""

from __future__ import annotations

import keyword
import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from independent_solutions import BROADCASTING, LOOPS, TENSORDOT
from places import ROOT

from autograder.course import find_course
from autograder.release import generate
from autograder.similarity import (
    FEWEST_COMMON,
    GRAM,
    WINDOW,
    alike,
    fingerprints,
    own_lines,
    tokens,
)
from autograder.source import read_source

WORDS = st.sampled_from(["a", "for", "+", "(", ")", "1", "np.sum", "if", ":", "=", "[", "]", "'x'", "return"])
CODE = st.lists(WORDS, max_size=80).map(" ".join)
REFERENCE = read_source(find_course(ROOT), "01_convolution")
STUBS = {
    cell.metadata.nbgrader.grade_id: cell.source
    for cell in generate(REFERENCE).cells
    if cell.metadata.get("nbgrader", {}).get("solution")
}
HONEST = {
    "loops": LOOPS,
    "broadcasting": BROADCASTING,
    "tensordot": TENSORDOT,
    "reference": {exercise.name: exercise.solution.text for exercise in REFERENCE.exercises},
}


def renamed(code: str) -> str:
    """Every name that a student chose gets another one."""
    kept = {*keyword.kwlist, "np", "range", "len", "sum", "zip", "enumerate", "int", "isinstance"}
    return re.sub(r"(?<![.\w])[a-zA-Z_]\w*", lambda name: name[0] if name[0] in kept else f"v_{name[0][::-1]}_2", code)


def commented(code: str) -> str:
    """A comment behind each line, empty lines and wider spaces between."""
    return "\n\n".join(f"{line}  # my own idea" if line.strip() else line for line in code.splitlines()) + "\n# end"


DISGUISES = {
    "nothing": lambda cells: cells,
    "other names": lambda cells: {name: renamed(code) for name, code in cells.items()},
    "comments": lambda cells: {name: commented(code) for name, code in cells.items()},
    "other numbers": lambda cells: {name: code.replace("1", "7").replace("0", "3") for name, code in cells.items()},
    "cells in another order": lambda cells: dict(reversed(cells.items())),
    "cells under other labels": lambda cells: dict(zip(cells, [*list(cells.values())[1:], ""], strict=True)),
    "one exercise left out": lambda cells: cells | {"conv_layer": STUBS["conv_layer"]},
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_copy_is_found_in_any_dress(disguise: str) -> None:
    pairs = alike(HONEST | {"thief": DISGUISES[disguise](LOOPS)}, STUBS)
    assert pairs and pairs[0].students == ("loops", "thief")
    assert len(pairs) == 1


def test_independent_solutions_do_not_alarm() -> None:
    assert alike(HONEST, STUBS) == ()


def test_a_ring_in_a_class_is_found_and_what_everybody_writes_is_not() -> None:
    everybody = {f"s{i}": HONEST["reference"] for i in range(40)}
    assert alike(everybody, STUBS) == ()
    ring = {f"ring {i}": LOOPS for i in range(4)}
    assert {pair.students for pair in alike(everybody | ring, STUBS)} == {
        (f"ring {a}", f"ring {b}") for a in range(4) for b in range(a + 1, 4)
    }


def test_a_pair_says_how_much_and_where() -> None:
    (pair,) = alike({"a": LOOPS, "b": BROADCASTING | {"conv_layer": LOOPS["conv_layer"]}, "c": TENSORDOT}, STUBS) or (
        None,
    )
    assert pair is not None and pair.students == ("a", "b")
    assert pair.exercises[0] == "conv_layer"
    assert 0.3 <= pair.share < 1 and pair.shared >= 15


def test_the_release_itself_is_nothing_in_common() -> None:
    assert alike({f"s{i}": STUBS for i in range(FEWEST_COMMON)}, STUBS) == ()
    longest = max(STUBS.values(), key=len)
    assert own_lines(longest, longest).strip() == ""


def test_nobody_and_nothing() -> None:
    assert alike({}) == ()
    assert alike({"a": {}, "b": {"f": ""}, "c": {"f": "def f(:"}}) == ()


@given(CODE, st.integers(0, 5))
def test_names_comments_and_spaces_change_no_fingerprint(code: str, spaces: int) -> None:
    other = code.replace("a", "another_name").replace("'x'", '"y z"').replace("1", "2.5e-3")
    other = other.replace(" ", " " * (1 + spaces)) + "  # a comment"
    assert tokens(other) == tokens(code)
    assert fingerprints(other) == fingerprints(code)


@settings(max_examples=200)
@given(
    st.lists(WORDS, min_size=GRAM + WINDOW - 1, max_size=60),
    st.tuples(CODE, CODE),
    st.tuples(CODE, CODE),
)
def test_a_long_enough_run_in_common_is_always_seen(
    run: list[str], one: tuple[str, str], other: tuple[str, str]
) -> None:
    """The guarantee of the paper's theorem."""
    common = " ".join(["x =", *run])  # the first token decides whether a text is a docstring
    a, b = (f"{before} {common} {after}" for before, after in (one, other))
    assert fingerprints(a) & fingerprints(b)


@given(st.text(max_size=200))
def test_any_text_has_tokens(anything: str) -> None:
    assert all(tokens(anything)) and isinstance(fingerprints(anything), frozenset)


def test_docstrings_are_no_tokens_but_texts_are() -> None:
    assert tokens('def f(x):\n    """Twice\n    x."""  # yes\n    return "a" + x') == (
        "def", "n", "(", "n", ")", ":", "return", "s", "+", "n",
    )  # fmt: skip


@pytest.mark.slow
def test_a_thousand_submissions_take_seconds() -> None:
    chance = random.Random(1)
    lines = [line for cells in HONEST.values() for code in cells.values() for line in code.splitlines() if line.strip()]
    class_of_many = {
        f"s{i:04d}": {name: "\n".join(chance.choices(lines, k=25)) for name in STUBS if name != "written"}
        for i in range(1000)
    }
    class_of_many["thief"] = {name: renamed(code) for name, code in class_of_many["s0123"].items()}
    start = time.process_time()
    pairs = alike(class_of_many, STUBS)
    assert time.process_time() - start < 30
    assert [pair.students for pair in pairs] == [("s0123", "thief")]
