"""The clean room and the bridge together, as two plain processes: what tests see of the student's names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pair import Pair

from autograder.rooms.tester import Outcome

NOTEBOOK = '''
import numpy as np

value = 3

def add(a, b):
    """Adds."""
    return a + b

def set_first(x):
    x[0] = 99
    return x

def not_there(mapping):
    wanted = mapping["nope"]
    return wanted

def stub(x):
    raise NotImplementedError

def twice(function, x):
    return function(function(x))

def adder(n):
    return lambda x: x + n

def forever():
    while True:
        pass
'''


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with Pair(NOTEBOOK) as both:
        assert both.tester.run("import numpy as np\ndef double(x):\n    return 2 * x").ok
        yield both


def test_values_and_functions_of_the_notebook_can_be_used(pair: Pair) -> None:
    assert pair.test("assert add(1, 2) == 3 and value == 3", "add value").outcome is Outcome.PASSED


def test_a_name_that_does_not_exist_is_missing(pair: Pair) -> None:
    outcome = pair.test("x = 1\nother(x)", "other")
    assert outcome.outcome is Outcome.MISSING
    assert outcome.line == 2
    assert "'other'" in outcome.message


def test_a_timeout_leaves_the_rooms_usable(pair: Pair) -> None:
    outcome = pair.test("forever()", "forever", seconds=0.5)
    assert outcome.outcome is Outcome.TIMEOUT
    pair.kernel.interrupt()
    assert pair.test("assert add(1, 2) == 3", "add").outcome is Outcome.PASSED
