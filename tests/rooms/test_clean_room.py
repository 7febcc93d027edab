"""The clean room and the bridge together, as two plain processes: what tests see of the student's names."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from pair import Pair

from autograder.rooms.tester import Outcome

NOTEBOOK = '''
import collections, os, sys, threading, time
import numpy as np

value = 3
table = {"rows": [1, 2]}
objects = np.array([[1], [2, 3]], dtype=object)

def same(x):
    return x

def add(a, b=0, *more, **named):
    """Adds."""
    return a + b

def set_first(x):
    x[0] = 99
    return x

def set_inner(x):
    x[1][:] = 9

def zeros(x):
    for index in range(len(x)):
        x[index] = 0
    return x

def change_and_raise(x):
    x.append(1)
    raise ValueError("changed")

def not_there(mapping):
    wanted = mapping["nope"]
    return wanted

def stub(x):
    raise NotImplementedError

class Stdin(NotImplementedError):
    pass

def asks(x):
    raise Stdin("no input here")

def in_a_library(x):
    import codecs
    codecs.IncrementalEncoder().encode("x")

def twice(function, x):
    return function(function(x))

def adder(n):
    return lambda x: x + n

def forever():
    while True:
        pass

def never_mind():
    while True:
        try:
            while True:
                time.sleep(0.01)
        except KeyboardInterrupt:
            return "too late"

def endless(n):
    return endless(n + 1)

def stop(x):
    raise StopIteration

def leave():
    sys.exit(3)

def interrupt_itself():
    raise KeyboardInterrupt

class BadShape(ValueError):
    pass

class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("no text")

def raise_own():
    raise BadShape("2 is not 3")

def raise_unprintable():
    raise Unprintable

def own_assertion(x):
    assert x > 0, "x must be positive"

def missing_file():
    open("/does/not/exist")

def linear_algebra():
    np.linalg.inv(np.zeros((2, 2)))

class Always:
    """Equal to everything, of every shape, true, with any attribute."""
    shape = (2, 2)
    dtype = np.dtype("float64")
    layers = []
    settings = {"a": 1}
    def __eq__(self, other): return True
    def __bool__(self): return True
    def __len__(self): return 3
    def __float__(self): return 1.0
    def __array__(self, *a, **k): return np.zeros((2, 2))
    def count_params(self): return 61706
    def greet(self): return "hello"

def always():
    return Always()

def refuses_interruption(f):
    try:
        return f(1)
    except Exception as error:
        return type(error).__name__, str(error)

def swallow(f):
    try:
        f(1)
    except BaseException:
        pass
    try:
        f(1)
    except BaseException:
        return "done"

def fork_in_call():
    if os.fork() == 0:
        return "child"
    return "parent"

kept = []
def keep(function):
    kept.append(function)
    return function(1)
def use_kept():
    return kept[0](1)

def in_thread(function):
    out = []
    def body():
        try:
            out.append(function(1))
        except Exception as error:
            out.append(type(error).__name__)
    thread = threading.Thread(target=body)
    thread.start(); thread.join()
    return out[0]

def bounce(function, n):
    return function(bounce, n)

def kept_for_tests():
    from autograder.rooms import bridge
    return len(bridge._attached._exports)

def counts():
    return collections.Counter("aab")

def big():
    return np.zeros(40_000_000)

def text():
    return "a\\ud800b"
'''


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with Pair(NOTEBOOK) as both:
        assert both.tester.run("import numpy as np\ndef double(x):\n    return 2 * x").ok
        yield both


@pytest.mark.parametrize(
    ("names", "source"),
    [
        ("add", "assert add(1, 2) == 3 and add(1, b=4) == 5 and add(1, 2, 3, c=4) == 3"),
        ("add", "assert add.__name__ == 'add' and add.__doc__ == 'Adds.' and callable(add)"),
        ("value table", "assert value == 3 and type(value) is int and table == {'rows': [1, 2]}"),
        ("same", "assert same(None) is None and same((1, 2)) == (1, 2) and type(same((1, 2))) is tuple"),
        ("same", "assert type(same(np.float64(2))) is np.float64 and isinstance(same(2.0), float)"),
        ("same", "x = same(np.ones(3, np.float32)); assert isinstance(x, np.ndarray) and x.dtype == np.float32"),
        ("same", "x = np.arange(3); assert same(x) is x"),
        ("same", "x = [1]; y = same((x, x)); assert y == ([1], [1])"),
        ("set_first", "assert set_first(np.arange(3)).tolist() == [99, 1, 2]"),
        ("twice", "assert twice(lambda x: x * 2, 3) == 12 and twice(double, 1) == 4"),
        ("twice adder", "assert adder(2)(1) == 3 and twice(adder(2), 1) == 5"),
        ("adder", "f = adder(1); assert f is f and f != adder"),
        ("twice", "inner = []; twice(lambda x: inner.append(x) or x, 1); assert inner == [1, 1]"),
        ("add", "x = [1]; y = (x, x); add(y, y); assert x == [1]"),
        ("add counts", "assert counts() == {'a': 2, 'b': 1} and type(counts()) is dict"),
        ("keep", "assert keep(double) == 2"),
        ("use_kept", "import contextlib\nwith contextlib.suppress(LookupError): use_kept(); assert False"),
        ("in_thread", "assert in_thread(double) == 'RuntimeError'"),
        ("fork_in_call", "assert fork_in_call() == 'parent'"),
        ("always", "x, f = always(), always; assert x.greet() == 'hello' and x.settings == {'a': 1}"),
        ("always", "assert not hasattr(always(), '_private') and 'Always' in repr(always())"),
        ("interrupt_itself add", "try:\n    interrupt_itself()\nexcept KeyboardInterrupt:\n    assert add(1) == 1"),
        (
            "linear_algebra",
            "try:\n    linear_algebra()\nexcept ValueError as error:\n    assert 'Singular' in str(error)",
        ),
        ("missing_file", "try:\n    missing_file()\nexcept FileNotFoundError as error:\n    assert error.errno == 2"),
        ("raise_own", "try:\n    raise_own()\nexcept ValueError as error:\n    assert str(error) == '2 is not 3'"),
        ("not_there", "try:\n    not_there({})\nexcept KeyError as error:\n    assert error.args == ('nope',)"),
    ],
)
def test_a_test_reads_as_in_one_kernel(pair: Pair, names: str, source: str) -> None:
    outcome = pair.test(source, names)
    assert outcome.outcome is Outcome.PASSED, outcome


@pytest.mark.parametrize(
    ("names", "source", "kind", "message"),
    [
        ("add", "assert add(1, 2) == 4, 'wrong sum'", Outcome.FAILED, "wrong sum"),
        ("other", "other(1)", Outcome.MISSING, "the name 'other' is not defined in the notebook"),
        ("", "other(1)", Outcome.ERROR, "NameError: name 'other' is not defined"),
        ("stub", "stub(1)", Outcome.MISSING, "NotImplementedError"),
        ("not_there", "not_there({})", Outcome.ERROR, "KeyError: 'nope'"),
        ("asks", "asks(1)", Outcome.ERROR, "RuntimeError: Stdin: no input here"),
        ("in_a_library", "in_a_library(1)", Outcome.ERROR, "RuntimeError: NotImplementedError"),
        ("own_assertion", "own_assertion(-1)", Outcome.ERROR, "AssertionError: x must be positive"),
        ("raise_unprintable", "raise_unprintable()", Outcome.ERROR, "RuntimeError: Unprintable: (no message"),
        ("endless", "endless(0)", Outcome.ERROR, "RecursionError"),
        ("leave", "leave()", Outcome.ERROR, "SystemExit: 3"),
        ("interrupt_itself", "interrupt_itself()", Outcome.ERROR, "KeyboardInterrupt"),
        ("objects", "assert True", Outcome.REFUSED, "rows of different lengths"),
        ("big", "big()", Outcome.REFUSED, "too large"),
        ("always", "assert always() == 3", Outcome.REFUSED, "'Always'"),
        ("always", "assert always() != 3", Outcome.REFUSED, "'Always'"),
        ("always", "assert always()", Outcome.REFUSED, "'Always'"),
        ("always", "assert len(always()) == 3", Outcome.REFUSED, "'Always'"),
        ("always", "assert float(always()) == 1.0", Outcome.REFUSED, "'Always'"),
        ("always", "assert np.allclose(always(), np.zeros((2, 2)))", Outcome.REFUSED, "'Always'"),
        ("always", "assert always().shape == (2, 2)", Outcome.REFUSED, "'Always'"),
        ("always", "assert always().count_params() == 61706", Outcome.REFUSED, "'Always'"),
        ("always", "assert always() in [1, 2]", Outcome.REFUSED, "'Always'"),
        ("bounce", "def again(f, n):\n    return f(again, n + 1)\nbounce(again, 0)", Outcome.ERROR, "RecursionError"),
        ("same", "same(object())", Outcome.ERROR, "TypeError: the test gives an argument that cannot cross"),
        ("text", "assert text() == 'x', text()", Outcome.FAILED, "a?b"),
        ("add", "assert False, 'x' * 100_000", Outcome.FAILED, "xxx"),
        ("add", "x = 1\nassert add(1) == 2", Outcome.FAILED, "this does not hold: assert add(1) == 2"),
        ("add", "def (", Outcome.ERROR, "SyntaxError"),
        ("add", "raise SystemExit(0)", Outcome.ERROR, "SystemExit: 0"),
    ],
)
def test_every_other_ending_is_told_apart(pair: Pair, names: str, source: str, kind: Outcome, message: str) -> None:
    outcome = pair.test(source, names)
    assert outcome.outcome is kind, outcome
    assert message in outcome.message
    assert len(outcome.message) <= 4000
    assert pair.test("assert add(1, 2) == 3", "add").outcome is Outcome.PASSED


def test_the_line_is_the_one_of_the_test_cell(pair: Pair) -> None:
    outcome = pair.test("x = 1\n\nadd(1)\nassert add(1, 2) == 4", "add")
    assert outcome.line == 4
    nested = pair.test("\ndef check():\n    assert add(1) == 2\ncheck()", "add")
    assert (nested.line, nested.lines) == (4, (4, 3))
    assert "assert add(1) == 2" in nested.message
    assert pair.test("\nnot_there({})", "not_there").line == 2
    assert pair.test("\ntwice(lambda x: 1 / 0, 1)", "twice").line == 2
    assert pair.test("x = 1\ny = (", "").line == 2


def test_the_traceback_shows_the_students_frames_alone(pair: Pair) -> None:
    outcome = pair.test("not_there({})", "not_there")
    assert outcome.student_traceback is not None
    assert "in not_there" in outcome.student_traceback
    assert "KeyError: 'nope'" in outcome.student_traceback
    assert "bridge" not in outcome.student_traceback
    deep = pair.test("endless(0)", "endless").student_traceback
    assert deep is not None and len(deep) < 4000 and "more calls" in deep


def test_a_check_that_caught_a_missing_function_still_counts_as_missing(pair: Pair) -> None:
    source = (
        "try:\n    stub(1)\nexcept Exception as error:\n    raise AssertionError('must raise ValueError') from error"
    )
    assert pair.test(source, "stub").outcome is Outcome.MISSING


def test_hints_of_checks_are_passed_on(pair: Pair) -> None:
    source = "class Failed(AssertionError):\n    hint = 'turned by 180°'\nraise Failed('no')"
    outcome = pair.test(source)
    assert (outcome.outcome, outcome.hint) == (Outcome.FAILED, "turned by 180°")


@pytest.mark.parametrize(
    ("names", "source"),
    [
        ("set_first", "x = np.arange(3); assert set_first(x) is x; assert x[0] == 0, x"),
        ("set_first", "x = [1, [2]]; inner = x[1]; set_first(x); assert x[1] is inner; assert x == [1, [2]], x"),
        ("set_first", "x = np.arange(6).reshape(2, 3).T; set_first(x); assert (x[0] != 99).any(), x"),
        ("change_and_raise", "x = []\ntry:\n    change_and_raise(x)\nexcept ValueError:\n    assert x == [], x"),
        ("change_and_raise", "x = {2: [3]}\ntry: change_and_raise(x[2])\nexcept ValueError: assert x == {2: [3]}, x"),
        ("set_inner", "x = ([1, 2], np.zeros(2)); set_inner(x); assert x[1].any() == 0, x"),
    ],
)  # fmt: skip
def test_arguments_that_were_changed_are_seen_to_have_changed(pair: Pair, names: str, source: str) -> None:
    outcome = pair.test(source, names)
    assert outcome.outcome is Outcome.FAILED
    assert "9" in outcome.message or "1" in outcome.message


def test_a_function_that_makes_its_argument_fit_the_answer_does_not_pass(pair: Pair) -> None:
    assert pair.tester.run("given = np.arange(4.0)\ndef tripled(x): return 3 * x").ok
    for source in (
        "assert (zeros(given) == 3 * given).all()",
        "x = given.copy(); y = zeros(x); assert (y == tripled(x)).all()",
        "x = [1.0, 2.0]; y = zeros(x); assert y == [3 * item for item in x]",
    ):
        assert pair.test(source, "zeros").outcome is Outcome.FAILED
    assert pair.test("assert given.tolist() == [0, 1, 2, 3]").outcome is Outcome.PASSED


def test_a_right_answer_that_was_made_in_place_passes_where_that_is_not_asked(pair: Pair) -> None:
    assert pair.test("assert set_first([1, 2]) == [99, 2]", "set_first").outcome is Outcome.PASSED
    assert (
        pair.test("x = np.arange(3); assert set_first(x).tolist() == [99, 1, 2]", "set_first").outcome is Outcome.PASSED
    )


def test_an_error_in_a_function_of_the_test_comes_back_as_itself(pair: Pair) -> None:
    source = (
        "class Own(Exception):\n    pass\ndef f(x):\n    raise Own\ntry:\n    twice(f, 1)\nexcept Own:\n    done = 1"
    )
    assert pair.test(source, "twice").outcome is Outcome.PASSED
    outcome = pair.test("def f(x):\n    assert x == 2, 'first'\n    return x\ntwice(f, 1)", "twice")
    assert (outcome.outcome, outcome.message, outcome.lines) == (Outcome.FAILED, "first", (4, 2))


def test_the_student_never_sees_the_text_of_a_tests_assertion(pair: Pair) -> None:
    source = "def f(x):\n    assert False, 'canary'\nassert refuses_interruption(f) == ('AssertionError', '')"
    assert pair.test(source, "refuses_interruption").outcome is Outcome.PASSED


def test_a_loop_of_the_test_is_not_ended_by_what_the_student_raises(pair: Pair) -> None:
    for source in ("list(map(stop, [1]))", "for x in map(stop, [1]): pass", "next((stop(x) for x in [1]), None)"):
        outcome = pair.test(source, "stop")
        assert outcome.outcome is Outcome.ERROR
        assert "StopIteration" in outcome.message


def test_names_of_one_test_are_gone_in_the_next(pair: Pair) -> None:
    assert pair.test("mine = value", "value").outcome is Outcome.PASSED
    assert pair.test("value").outcome is Outcome.ERROR
    assert pair.test("assert mine == 3").outcome is Outcome.PASSED  # as in one kernel


def test_objects_of_earlier_tests_do_not_pile_up(pair: Pair) -> None:
    assert pair.test("for n in range(200): adder(n)", "adder").outcome is Outcome.PASSED
    outcome = pair.test("assert kept_for_tests() < 20, kept_for_tests()", "kept_for_tests")
    assert outcome.outcome is Outcome.PASSED, outcome


def test_an_object_that_a_test_has_kept_can_still_be_used(pair: Pair) -> None:
    assert pair.test("plus_two = adder(2)", "adder").outcome is Outcome.PASSED
    assert pair.test("assert plus_two(1) == 3 and twice(plus_two, 1) == 5", "twice").outcome is Outcome.PASSED


def test_the_courses_own_checks_work_on_proxies(pair: Pair) -> None:
    assert pair.tester.run("from convkit import check").ok
    outcome = pair.test("check.close(add(1, 2), 4)", "add")
    assert outcome.outcome is Outcome.FAILED and outcome.message
    outcome = pair.test("check.close(same([[1.0, 2.0]]), [[1.0], [2.0]])", "same")
    assert outcome.outcome is Outcome.FAILED and outcome.hint
    assert pair.test("check.close(always(), np.zeros((2, 2)))", "always").outcome is Outcome.REFUSED
    assert pair.test("check.raises(ValueError, lambda: stub(1), 'it is a stub')", "stub").outcome is Outcome.MISSING
    assert pair.test("check.raises(ValueError, raise_own, 'it always does')", "raise_own").outcome is Outcome.PASSED
    changed = pair.test("check.unchanged(set_first, np.arange(3))", "set_first")
    assert changed.outcome is Outcome.FAILED


def test_a_test_gives_the_same_random_numbers_every_time(pair: Pair) -> None:
    source = "import random\nassert 0, (np.random.rand(), random.random())"
    assert pair.test(source).message == pair.test(source).message


def test_instructor_cells_report_errors_with_their_line(pair: Pair) -> None:
    outcome = pair.tester.run("x = 1\n1 / 0")
    assert (outcome.ok, outcome.line) == (False, 2)
    assert "ZeroDivisionError" in outcome.message
    assert not pair.tester.run("while True: pass", wall_seconds=0.3).ok


def test_a_timeout_in_a_call_leaves_the_rooms_usable(pair: Pair) -> None:
    start = time.monotonic()
    outcome = pair.test("forever()", "forever", seconds=0.5)
    assert outcome.outcome is Outcome.TIMEOUT
    assert time.monotonic() - start < 1.5
    pair.interrupt()
    assert pair.test("assert add(1, 2) == 3", "add").outcome is Outcome.PASSED


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next(pair: Pair) -> None:
    assert pair.test("never_mind()", "never_mind", seconds=0.3).outcome is Outcome.TIMEOUT
    pair.interrupt()
    for _ in range(3):
        assert pair.test("assert add(1, 2) == 3", "add").outcome is Outcome.PASSED


def test_a_test_that_swallows_its_timeout_does_not_pass(pair: Pair) -> None:
    source = "try:\n    forever()\nexcept BaseException:\n    pass"
    assert pair.test(source, "forever", seconds=0.3).outcome is Outcome.TIMEOUT
    pair.interrupt()
    assert pair.test("assert add(1, 2) == 3", "add").outcome is Outcome.PASSED


def test_a_test_that_does_not_end_by_itself_is_interrupted(pair: Pair) -> None:
    assert pair.test("while True: pass", seconds=0.3).outcome is Outcome.TIMEOUT
    source = "def f(x):\n    while True: pass\ntwice(f, 1)"
    assert pair.test(source, "twice", seconds=0.3).outcome is Outcome.TIMEOUT
    assert pair.test("assert add(1, 2) == 3", "add").outcome is Outcome.PASSED


def test_student_code_that_swallows_the_end_of_a_test_does_not_miss_the_next(pair: Pair) -> None:
    source = "def f(x):\n    while True: pass\nswallow(f)"
    for _ in range(2):
        assert pair.test(source, "swallow", seconds=0.3).outcome is Outcome.TIMEOUT
        assert pair.test("assert add(1, 2) == 3", "add").outcome is Outcome.PASSED


def test_interrupts_between_calls_do_no_harm(pair: Pair) -> None:
    for _ in range(20):
        pair.interrupt()
        assert pair.test("assert set_first([1]) == [99]", "set_first").outcome is Outcome.PASSED


def test_a_clean_room_that_hangs_is_ended() -> None:
    with Pair("def f(): return 1", grace_seconds=0.3) as pair:
        source = "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0)\nwhile True: pass"
        assert pair.test(source, seconds=0.2).outcome is Outcome.TIMEOUT
        assert not pair.tester.alive
        assert pair.test("assert f() == 1", "f").outcome is Outcome.LOST


def test_a_clean_room_that_dies_is_noticed() -> None:
    with Pair("def f(): return 1") as pair:
        assert pair.test("import os; os._exit(0)").outcome is Outcome.LOST
        assert not pair.tester.alive


def test_a_kernel_that_dies_is_noticed() -> None:
    with Pair("import os\ndef f(): os._exit(0)") as pair:
        assert pair.test("f()", "f").outcome is Outcome.LOST
        assert pair.test("f()", "f").outcome is Outcome.LOST
        assert pair.tester.alive
