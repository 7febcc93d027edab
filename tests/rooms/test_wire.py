"""Plain data crosses unchanged, types included; everything else is refused; bad bytes only ever give a WireError."""

from __future__ import annotations

import collections
import enum
import itertools
import random
import socket
import struct
import threading
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.rooms.wire import (
    Bounds,
    Channel,
    ChannelBrokenError,
    ChannelClosedError,
    ChannelTimeoutError,
    NotPlain,
    Reference,
    WireError,
    decode,
    encode,
)

SMALL = Bounds(frame_bytes=10_000, array_bytes=4_000, text_bytes=1_000, integer_bytes=20, depth=8, nodes=500, models=1)


def data_of(value: object, **options: Any) -> bytes:
    return b"".join(encode(value, **options))


def crossed(value: object) -> Any:
    return decode(data_of(value))


def identical(a: Any, b: Any) -> bool:
    """Same type, same value, same bits; dictionaries in the same order."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float) and not isinstance(a, np.generic):
        return struct.pack("d", a) == struct.pack("d", b)
    if isinstance(a, complex) and not isinstance(a, np.generic):
        return identical(a.real, b.real) and identical(a.imag, b.imag)
    if isinstance(a, np.str_ | np.bytes_):
        return bool(a == b)
    if isinstance(a, np.generic):
        return a.dtype == b.dtype and a.tobytes() == b.tobytes()
    if isinstance(a, np.ndarray):
        same_form = a.dtype == b.dtype and a.dtype.byteorder == b.dtype.byteorder and a.shape == b.shape
        return same_form and a.tobytes() == b.tobytes() and a.flags.writeable == b.flags.writeable
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(identical, a, b))
    if isinstance(a, dict):
        return identical(list(a.items()), list(b.items()))
    return bool(a == b)


dtypes = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="?"),
    hnp.unsigned_integer_dtypes(endianness="?"),
    hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
    hnp.complex_number_dtypes(endianness="?", sizes=(64, 128)),
    hnp.datetime64_dtypes(endianness="?"),
    hnp.timedelta64_dtypes(endianness="?"),
    hnp.unicode_string_dtypes(endianness="?"),
    hnp.byte_string_dtypes(),
)
arrays = hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
scalars = st.one_of(dtypes.filter(lambda dtype: dtype.kind not in "SU").flatmap(hnp.from_dtype))
texts = st.text(st.characters())
hashable = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**200), 2**200),
    st.floats(allow_nan=False),
    texts,
    st.binary(),
    st.tuples(st.integers(), texts),
)
atoms = st.one_of(
    hashable,
    st.floats(),
    st.complex_numbers(),
    st.just(Ellipsis),
    st.builds(bytearray, st.binary()),
    st.builds(np.str_, texts),
    st.builds(np.bytes_, st.binary()),
    st.builds(
        lambda first, count, step: range(first, first + count, step),
        st.integers(),
        st.integers(0, 10**6),
        st.integers(1, 5),
    ),
    st.builds(slice, st.none() | st.integers(), st.none() | st.integers(), st.none() | st.integers()),
    st.sampled_from([int, float, bool, np.float32, np.uint8, np.bool_, np.dtype("float32"), np.dtype(">i2")]),
    scalars,
    arrays,
)
plain = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(hashable, inner, max_size=4),
        st.sets(hashable, max_size=4),
        st.frozensets(hashable, max_size=4),
    ),
    max_leaves=12,
)


@given(plain)
@settings(max_examples=300, deadline=None)
def test_plain_data_crosses_unchanged(value: Any) -> None:
    assert identical(crossed(value), value)


@pytest.mark.parametrize(
    "array",
    [
        np.array(3.5),
        np.zeros((0, 3)),
        np.zeros((2, 0, 10**6), np.uint8),
        np.arange(6, dtype=">i4").reshape(2, 3),
        np.arange(24).reshape(2, 3, 4)[:, ::-1, ::2],
        np.broadcast_to(np.arange(3.0), (4, 3)),
        np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324]),
        np.array([1.5, -2.0], np.float16),
        np.array([[1 + 2j, -0.0j]], np.complex64),
        np.array([True, False]),
        np.array(["Grüße", "", "x"]),
        np.array([b"ab", b""]),
        np.array(["2020-01-01", "NaT"], "datetime64[ns]"),
        np.array([1, 2], "timedelta64[25s]"),
    ],
    ids=lambda array: f"{array.dtype.str}{array.shape}",
)
def test_every_kind_of_array_crosses_right(array: np.ndarray) -> None:
    got = crossed(array)
    assert type(got) is np.ndarray
    assert (got.dtype, got.dtype.byteorder, got.shape) == (array.dtype, array.dtype.byteorder, array.shape)
    assert got.tobytes() == array.tobytes()
    assert got.flags.writeable == array.flags.writeable


def test_an_array_keeps_its_memory_order_and_owns_its_memory() -> None:
    fortran = crossed(np.asfortranarray(np.arange(6.0).reshape(2, 3)))
    assert fortran.flags.f_contiguous and not fortran.flags.c_contiguous
    assert np.array_equal(fortran, np.arange(6.0).reshape(2, 3))
    assert crossed(np.arange(6.0)).flags.owndata


def test_a_read_only_array_stays_read_only() -> None:
    array = np.arange(3)
    array.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        crossed(array)[0] = 1


# --- subclasses arrive as plain data


class LyingArray(np.ndarray):
    def __eq__(self, other: object) -> bool:  # type: ignore[override]
        return True

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        return (1, 2, 3)


class LyingList(list):  # type: ignore[type-arg]
    def __eq__(self, other: object) -> bool:
        return True

    def __len__(self) -> int:
        return 10**9

    def __iter__(self) -> Any:
        return itertools.count()


class LyingDict(dict):  # type: ignore[type-arg]
    def items(self) -> Any:
        return [("invented", 1)]

    def __eq__(self, other: object) -> bool:
        return True


class LyingInt(int):
    __class__ = float  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return True

    def __index__(self) -> int:
        return 42


class LyingText(str):
    def __str__(self) -> str:
        return "invented"

    def __eq__(self, other: object) -> bool:
        return True

    def encode(self, *arguments: object) -> bytes:  # type: ignore[override]
        return b"invented"


class Colour(enum.IntEnum):
    RED = 7


Point = collections.namedtuple("Point", "x y")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (LyingList([1, 2]), [1, 2]),
        (LyingDict(a=1), {"a": 1}),
        (LyingInt(5), 5),
        (LyingText("abc"), "abc"),
        (Colour.RED, 7),
        (Point(1, 2), (1, 2)),
        (collections.Counter("aab"), {"a": 2, "b": 1}),
        (collections.defaultdict(list, {"x": [1]}), {"x": [1]}),
        (collections.OrderedDict([("b", 1), ("a", 2)]), {"b": 1, "a": 2}),
        (type("F", (float,), {})(1.5), 1.5),
        (type("B", (bytes,), {})(b"xy"), b"xy"),
        (type("S", (set,), {})([1]), {1}),
        (type("Z", (frozenset,), {})([1]), frozenset([1])),
        (type("C", (complex,), {})(1j), 1j),
    ],
    ids=lambda value: type(value).__name__,
)
def test_instances_of_subclasses_arrive_as_the_plain_type(value: object, expected: object) -> None:
    assert identical(crossed(value), expected)
    assert identical(crossed([value])[0], expected)


def test_a_range_that_would_unfold_to_more_than_any_list_may_hold_does_not_cross() -> None:
    for endless in (range(10**8), range(10**8, 0, -1), range(-(10**400), 10**400)):
        with pytest.raises(NotPlain, match="use an array"):
            encode(endless)
    assert crossed(range(0, 10**9, 10**4)) == range(0, 10**9, 10**4)


def test_an_array_subclass_arrives_as_a_plain_array() -> None:
    got = crossed(np.arange(4).view(LyingArray))
    assert identical(got, np.arange(4))
    assert identical(crossed(np.matrix([[1, 2]])), np.array([[1, 2]]))


# --- what does not cross is refused with a sentence


def self_containing() -> list[object]:
    value: list[object] = [1]
    value.append(value)
    return value


def deeply_nested() -> list[object]:
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    return value


def many_times_itself() -> list[object]:
    value: list[object] = [0] * 10
    for _ in range(20):
        value = [value] * 10
    return value


class Anything:
    def __array__(self, *arguments: object, **named: object) -> np.ndarray:
        return np.zeros(3)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (self_containing, "holds itself"),
        (deeply_nested, "nested too deeply"),
        (many_times_itself, "parts"),
        (lambda: np.array([[1], [2, 3]], dtype=object), "rows of different lengths"),
        (lambda: np.zeros(2, [("a", "i4")]), "plain numbers"),
        (lambda: np.zeros(2, np.longdouble), "float64"),
        (lambda: np.ma.masked_array([1, 2], [True, False]), "masked"),
        (lambda: np.broadcast_to(0.0, (10**6, 10**6)), "too large"),
        (lambda: 10**5000, "digits"),
        (lambda: "x" * (17 * 1024**2), "text"),
        (lambda: [0] * 2_000_000, "use an array"),
        (Anything, "type Anything"),
        (lambda: (i for i in range(3)), "generator"),
        (itertools.count, "count"),
        (lambda: print, "builtin_function"),
        (lambda: ValueError("x"), "ValueError"),
        (lambda: np.void(b"ab"), "plain numbers"),
    ],
)
def test_what_is_not_plain_is_refused_with_a_sentence(make: Callable[[], object], said: str) -> None:
    with pytest.raises(NotPlain, match=said):
        encode(make())


def test_what_is_not_plain_crosses_as_a_reference_where_there_is_a_place_for_it() -> None:
    kept: list[object] = []

    def export(value: object) -> Reference:
        kept.append(value)
        return Reference(of_receiver=False, number=len(kept) - 1, is_callable=callable(value), name="é" * 300)

    got = decode(data_of([1, print, Anything()], export=export), resolve=lambda reference: reference)
    assert got[0] == 1
    assert got[1] == Reference(False, 0, True, "é" * 200)
    assert not got[2].is_callable


def test_an_object_of_the_receiver_comes_back_as_that_object() -> None:
    array = np.arange(3)
    data = data_of((array, array.copy()), given=[array])
    original = object()
    first, second = decode(data, given=[original])
    assert first is original
    assert identical(second, array)


# --- the decoder trusts nothing


def only_wire_errors(data: bytes, bounds: Bounds = SMALL) -> None:
    try:
        decode(data, bounds=bounds, resolve=lambda reference: reference, given=[1])
    except WireError as error:
        assert len(str(error)) > 10


@given(st.binary(max_size=300))
@settings(max_examples=1500, deadline=None)
def test_arbitrary_bytes_only_ever_raise_wire_errors(data: bytes) -> None:
    only_wire_errors(data)


TAGS = b"NTFEifcubymltsz:raedgUBk@hM"


@given(st.lists(st.one_of(st.sampled_from([bytes([tag]) for tag in TAGS]), st.binary(max_size=6)), max_size=40))
@settings(max_examples=1500, deadline=None)
def test_arbitrary_bytes_with_the_right_tags_only_ever_raise_wire_errors(pieces: list[bytes]) -> None:
    only_wire_errors(b"".join(pieces))


@given(plain, st.integers(0, 2**32))
@settings(max_examples=500, deadline=None)
def test_damaged_messages_only_ever_raise_wire_errors(value: Any, seed: int) -> None:
    generator = random.Random(seed)
    data = bytearray(data_of(value))
    for _ in range(generator.randint(1, 4)):
        position = generator.randrange(len(data) + 1)
        how = generator.randrange(4)
        if how == 0 and position < len(data):
            data[position] = generator.randrange(256)
        elif how == 1:
            del data[position:]
        elif how == 2:
            data[position:position] = data[: generator.randrange(len(data) + 1)]
        else:
            del data[position : position + generator.randint(1, 8)]
    only_wire_errors(bytes(data))
    only_wire_errors(bytes(data), Bounds())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "ends too early"),
        (b"NN", "after its end"),
        (b"?", "unknown kind"),
        (b"l\xff\xff\xff\xff" + b"N" * 100, "more parts than it has"),
        (b"u\xff\xff\xff\xff", "too long"),
        (b"u\x00\x00\x00\x02\xff\xff", "UTF-8"),
        (b"i\x00\x00", "impossible length"),
        (b"i\xff\xff" + b"\x01" * 70_000, "impossible length"),
        (b"l\x00\x00\x00\x01" * 100_000 + b"N", "nested too deeply"),
        (b"m\x00\x00\x00\x02i\x00\x01\x01NTN", "same key"),
        (b"m\x00\x00\x00\x01l\x00\x00\x00\x00N", "key that no dictionary"),
        (b"s\x00\x00\x00\x02NN", "twice"),
        (b"s\x00\x00\x00\x01l\x00\x00\x00\x00", "no set"),
        (b"r\x00\x00\x00\x03i\x00\x01\x01i\x00\x01\x01i\x00\x01\x00", "impossible"),
        (b":\x00\x00\x00\x02NN", "three integers"),
        (b"a\x03\x00|O8\x01" + struct.pack(">Q", 1) + b"\0" * 8, "not allowed"),
        (b"a\x03\x00<f8\x01" + struct.pack(">Q", 2**62), "too long"),
        (b"a\x03\x00<f8\x01" + struct.pack(">Q", 2**38), "too large"),
        (b"a\x03\x00<f8\x02" + struct.pack(">QQ", 2**40, 2**40), "too large"),
        (b"a\x03\x00<f8\xff" + struct.pack(">255Q", *[1] * 255) + b"\0" * 8, "axes"),
        (b"a\x03\x08<f8\x00" + b"\0" * 8, "flags"),
        (b"a\x03\x00|b1\x01" + struct.pack(">Q", 2) + b"\x01\x02", "neither true nor false"),
        (b"g\x03|b1\x07", "neither true nor false"),
        (b"a\x03\x00<U1\x00\xff\xff\xff\xff", "not Unicode"),
        (b"a\x03\x00>U1\x00\x00\x11\x00\x00", "not Unicode"),
        (b"a\x09\x00<M8[zz10]\x00" + b"\0" * 8, "not allowed"),
        (b"a\x07\x00<M8[zz]\x00" + b"\0" * 8, "not exist"),
        (b"g\x03<U1abcd", "unusual"),
        (b"k\x00\x00\x00\x02os", "not known"),
        (b"d\x00\x00\x00\x01O", "not allowed"),
        (b"@\x00\x00\x00\x01", "was not given"),
        (b"h\x00" + b"\0" * 12, "reference"),
        (b"MN", "lacks a part"),
        (b"e\x03\x00|O8\x00", "not allowed"),
    ],
)
def test_malformed_messages_are_named(data: bytes, said: str) -> None:
    with pytest.raises(WireError, match=said):
        decode(data)


def test_no_memory_is_taken_on_the_word_of_a_message() -> None:
    messages = [
        b"l" + struct.pack(">I", 2**31),
        b"b" + struct.pack(">I", 2**31),
        b"a\x03\x00<f8\x01" + struct.pack(">Q", 2**24),
        b"t\x00\x00\x00\x01m" + struct.pack(">I", 900_000) + b"N" * 10,
    ]
    tracemalloc.start()
    try:
        for message in messages:
            with pytest.raises(WireError):
                decode(message)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


# --- channels


@pytest.fixture
def ends() -> Any:
    left, right = socket.socketpair()
    with left, right:
        yield left, right


def test_frames_of_every_size_arrive_whole_and_in_order(ends: tuple[socket.socket, socket.socket]) -> None:
    frames = [bytes([number % 251]) * size for number, size in enumerate([0, 1, 70_000, 3, 2_000_000, 65_536, 0, 5])]
    sender, receiver = Channel(ends[0], 10**7), Channel(ends[1], 10**7)

    def send() -> None:
        for frame in frames:
            sender.send([frame[: len(frame) // 2], frame[len(frame) // 2 :]])

    thread = threading.Thread(target=send)
    thread.start()
    for frame in frames:
        assert receiver.receive(time.monotonic() + 5) == frame
    thread.join()


def test_a_deadline_holds_and_the_frame_goes_on_afterwards(ends: tuple[socket.socket, socket.socket]) -> None:
    receiver = Channel(ends[1], 1000)
    frame = b"ckw1" + struct.pack(">Q", 4) + b"abcd"
    for piece in (frame[:2], frame[2:9], frame[9:14]):
        ends[0].sendall(piece)
        with pytest.raises(ChannelTimeoutError):
            receiver.receive(time.monotonic() + 0.01)
    ends[0].sendall(frame[14:])
    assert receiver.receive(time.monotonic() + 1) == b"abcd"


def test_what_a_deadline_left_unsent_is_sent_before_the_next_frame(ends: tuple[socket.socket, socket.socket]) -> None:
    sender, receiver = Channel(ends[0], 10**7), Channel(ends[1], 10**7)
    with pytest.raises(ChannelTimeoutError):
        sender.send([b"x" * 5_000_000], time.monotonic() + 0.05)
    thread = threading.Thread(target=lambda: sender.send([b"next"]))
    thread.start()
    assert receiver.receive(time.monotonic() + 5) == b"x" * 5_000_000
    assert receiver.receive(time.monotonic() + 5) == b"next"
    thread.join()


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (b"ckw1" + struct.pack(">Q", 2**60), ChannelBrokenError),
        (b"GET / HTTP/1.1\r\n\r\n", ChannelBrokenError),
        (b"ckw1" + struct.pack(">Q", 100) + b"short", ChannelClosedError),
        (b"ck", ChannelClosedError),
        (b"", ChannelClosedError),
    ],
)
def test_a_broken_stream_is_an_error_and_stays_one(
    ends: tuple[socket.socket, socket.socket], sent: bytes, kind: type[Exception]
) -> None:
    ends[0].sendall(sent)
    ends[0].close()
    receiver = Channel(ends[1], 1000)
    for _ in range(2):
        with pytest.raises(kind):
            receiver.receive(time.monotonic() + 1)
    with pytest.raises((ChannelBrokenError, ChannelClosedError)):
        receiver.send([b"x"])


def test_a_frame_that_is_too_large_is_not_sent(ends: tuple[socket.socket, socket.socket]) -> None:
    sender, receiver = Channel(ends[0], 100), Channel(ends[1], 100)
    with pytest.raises(ValueError, match="limit of 100"):
        sender.send([b"x" * 101])
    sender.send([b"ok"])
    assert receiver.receive(time.monotonic() + 1) == b"ok"


@pytest.mark.parametrize(
    "before",
    [b"", b"x", b"ckw1" + struct.pack(">Q", 500) + b"half", b"ckw1" + struct.pack(">Q", 2**60), b"y" * 100_000],
)
def test_a_marker_ends_whatever_came_before_it(ends: tuple[socket.socket, socket.socket], before: bytes) -> None:
    marker = bytes(range(16))
    sender, receiver = Channel(ends[0], 1000), Channel(ends[1], 1000)
    ends[0].sendall(before)
    if before:
        with pytest.raises((ChannelTimeoutError, ChannelBrokenError)):
            receiver.receive(time.monotonic() + 0.01)
    ends[0].sendall(b"more" + marker[:7])
    with pytest.raises(ChannelTimeoutError):
        receiver.skip_to(marker, time.monotonic() + 0.01)
    ends[0].sendall(marker[7:])
    sender.send([b"new"])
    receiver.skip_to(marker, time.monotonic() + 1)
    assert receiver.receive(time.monotonic() + 1) == b"new"


def test_what_is_waiting_can_be_forgotten(ends: tuple[socket.socket, socket.socket]) -> None:
    sender, receiver = Channel(ends[0], 1000), Channel(ends[1], 1000)
    for number in range(10):
        sender.send([b"x" * number])
    ends[0].sendall(b"not a frame")
    assert receiver.discard_waiting(10**6) > 100
    assert receiver.discard_waiting(10**6) == 0
    sender.send_marker(b"0123456789abcdef")
    sender.send([b"new"])
    receiver.skip_to(b"0123456789abcdef", time.monotonic() + 1)
    assert receiver.receive(time.monotonic() + 1) == b"new"
