"""Names read and defined by a cell, which decide what may run in the clean room."""

from __future__ import annotations

import pytest

from autograder.names import names_of, reads_for


@pytest.mark.parametrize(
    ("code", "reads", "defines"),
    [
        ("x = f(y)", {"f", "y"}, {"x"}),
        ("import numpy as np\nfrom a import b as c", set(), {"np", "c"}),
        ("def f(a):\n    global g\n    g = a\n    return h(len(a))", {"h", "len"}, {"f", "g"}),
        ("x[0] = 1", {"x"}, {"x"}),
        ("x.shape = 1", {"x"}, {"x"}),
        ("[q for q in z]", {"z"}, set()),
        ("class A(B):\n    c = d", {"B", "d"}, {"A"}),
        ("lambda a: a + b", {"b"}, set()),
        ("for i in range(3):\n    print(i)", {"range", "print"}, {"i"}),
        ("x = 1\ny = x", set(), {"x", "y"}),
        ("y = x\nx = 1", {"x"}, {"x", "y"}),
        ("x += 1", {"x"}, {"x"}),
        ("def f(n):\n    row = 0\n    row += n\n    n[0] = row\n    return row", set(), {"f"}),
        ("if a:\n    x = 1\ny = x", {"a", "x"}, {"x", "y"}),
        ("with open(p) as f:\n    t = f.read()\nprint(t)", {"p", "open", "print"}, {"f", "t"}),
        ("x = np.zeros(3)\nx[0] = 1", {"np"}, {"x"}),
        ("import os\ndef f():\n    return os.sep + g()", {"g"}, {"os", "f"}),
        ("%matplotlib inline", set(), set()),
        ("%%time\n%%capture\nx = f(y)", {"f", "y"}, {"x"}),
        ("%%bash\nx=1", set(), set()),
        ("!pip install a\nimport a\nfiles = !ls\nf?", set(), {"a", "files"}),
        ("    x = y\n    z = x", {"y"}, {"x", "z"}),
        ("def broken(:", set(), set()),
    ],
)
def test_names(code: str, reads: set[str], defines: set[str]) -> None:
    names = names_of(code)
    assert names.reads == reads
    assert names.defines == defines


HELPERS = """
@noted
def used(x, scale=FACTOR):
    return below(x) * scale

def unused(x, other=DEFAULT):
    return later(x)

def below(x):
    return x + far

def f(x):
    return used(x)
"""


@pytest.mark.parametrize(
    ("code", "wanted", "reads"),
    [
        (HELPERS, {"f"}, {"noted", "FACTOR", "DEFAULT", "far"}),
        (HELPERS, {"unused"}, {"noted", "FACTOR", "DEFAULT", "later"}),
        (HELPERS + "\nf = unused", {"f"}, {"noted", "FACTOR", "DEFAULT", "far", "later"}),
        ("def f(x):\n    return g(x)", {"f"}, {"g"}),
        ("class A(B):\n    def m(self):\n        return c\ndef g():\n    return d", {"A"}, {"B", "c"}),
        (
            "class A(B):\n    x = y\n    def m(self, z=x):\n        return c\ndef f():\n    return d",
            {"f"},
            {"B", "y", "d"},
        ),
        ("def broken(:", {"broken"}, set()),
    ],
)
def test_helpers_that_an_answer_does_not_use_ask_for_nothing(code: str, wanted: set[str], reads: set[str]) -> None:
    assert reads_for(code, frozenset(wanted)) - {"used", "unused", "below"} == reads
