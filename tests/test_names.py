"""Names read and defined by a cell, which decide what may run in the clean room."""

from __future__ import annotations

import pytest

from autograder.names import names_of


@pytest.mark.parametrize(
    ("code", "reads", "defines"),
    [
        ("x = f(y)", {"f", "y"}, {"x"}),
        ("import numpy as np\nfrom a import b as c", set(), {"np", "c"}),
        ("def f(a):\n    global g\n    g = a\n    return h(len(a))", {"h"}, {"f", "g"}),
        ("x[0] = 1", {"x"}, {"x"}),
        ("x.shape = 1", {"x"}, {"x"}),
        ("[q for q in z]", {"z"}, set()),
        ("class A(B):\n    c = d", {"B", "d"}, {"A"}),
        ("lambda a: a + b", {"b"}, set()),
        ("for i in range(3):\n    print(i)", {"i"}, {"i"}),
        ("%matplotlib inline", set(), set()),
        ("def broken(:", set(), set()),
    ],
)
def test_names(code: str, reads: set[str], defines: set[str]) -> None:
    names = names_of(code)
    assert names.reads == reads
    assert names.defines == defines
