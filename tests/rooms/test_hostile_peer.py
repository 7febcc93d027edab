"""Whatever the student's process writes on the wire, no test passes by it and the clean room goes on."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from pair import Pair

from autograder.rooms.tester import Outcome
from autograder.rooms.wire import Channel, ChannelError, Reference, decode, encode

FUNCTION = Reference(of_receiver=False, number=0, is_callable=True, name="f")


def frame(data: bytes) -> bytes:
    return b"ckw1" + struct.pack(">Q", len(data)) + data


def message(*parts: object) -> bytes:
    return frame(b"".join(encode(parts)))


class Speaker:
    """Reads requests properly, so that a peer can be wrong at one chosen place."""

    def __init__(self, end: socket.socket) -> None:
        self.end = end
        self.channel = Channel(end, 10**9)
        self.seen = bytearray()

    def request(self) -> Any:
        data = self.channel.receive()
        self.seen += data
        return decode(data, resolve=lambda reference: reference)

    def send(self, data: bytes) -> None:
        self.end.settimeout(None)
        self.end.sendall(data)

    def give_function(self) -> None:
        while (request := self.request())[0] != "get":
            if request[0] == "begin":
                self.send(request[2])
        self.send(message("returned", (), FUNCTION))


def in_answer_to_the_call(*replies: bytes) -> Callable[[socket.socket], object]:
    def peer(end: socket.socket) -> None:
        speaker = Speaker(end)
        while True:
            speaker.give_function()
            speaker.request()
            for reply in replies:
                speaker.send(reply)

    return peer


def at_once(*data: bytes) -> Callable[[socket.socket], object]:
    def peer(end: socket.socket) -> None:
        for piece in data:
            end.sendall(piece)
        while end.recv(65536):
            pass

    return peer


def floods(make: Callable[[int], bytes]) -> Callable[[socket.socket], object]:
    def peer(end: socket.socket) -> None:
        speaker = Speaker(end)
        speaker.give_function()
        speaker.request()
        number = 0
        while True:
            end.sendall(make(number))
            number += 1

    return peer


def dribbles(end: socket.socket) -> None:
    speaker = Speaker(end)
    speaker.give_function()
    speaker.request()
    end.sendall(b"ckw1" + struct.pack(">Q", 10**8))
    while True:
        end.sendall(b"x")
        time.sleep(0.005)


def silent(end: socket.socket) -> None:
    Speaker(end).give_function()
    while end.recv(65536):
        pass


def never_ready(end: socket.socket) -> None:
    while True:
        end.sendall(b"\0" * 16 + message("returned", (), 1) + frame(b"\xff" * 1000))


def calls_back_for_ever(end: socket.socket) -> None:
    speaker = Speaker(end)
    speaker.give_function()
    while True:
        speaker.request()
        speaker.send(message("callback", 0, (1,), {}))


def hangs_up(end: socket.socket) -> None:
    speaker = Speaker(end)
    speaker.give_function()
    speaker.request()


NUMBERS = np.frombuffer(b"N", np.uint8)
NESTED = b"l\x00\x00\x00\x01" * 1_000_000 + b"N"
OWN = Reference(of_receiver=True, number=77)
PEERS = {
    "hangs up at once": lambda end: None,
    "hangs up in a call": hangs_up,
    "not the protocol": at_once(b"GET / HTTP/1.1\r\n\r\n"),
    "never silent, never ready": never_ready,
    "silent": silent,
    "a frame without end": dribbles,
    "announces 2^60 bytes": in_answer_to_the_call(b"ckw1" + struct.pack(">Q", 2**60)),
    "announces much, sends little": in_answer_to_the_call(b"ckw1" + struct.pack(">Q", 200 * 1024**2) + b"x"),
    "noise": in_answer_to_the_call(frame(bytes(range(256)))),
    "an empty frame": in_answer_to_the_call(frame(b"")),
    "nested a million deep": in_answer_to_the_call(frame(NESTED)),
    "not a tuple": in_answer_to_the_call(frame(b"".join(encode([1, 2])))),
    "an empty tuple": in_answer_to_the_call(message()),
    "an array for a name": in_answer_to_the_call(message(np.arange(5), 1, 2)),
    "an unknown kind": in_answer_to_the_call(message("passed", (), 1)),
    "too few parts": in_answer_to_the_call(message("returned", 1)),
    "too many parts": in_answer_to_the_call(message("returned", (), 1, 2)),
    "undefined": in_answer_to_the_call(message("undefined")),
    "refused without a sentence": in_answer_to_the_call(message("refused", 3)),
    "refused": in_answer_to_the_call(message("refused", "x" * 10**6)),
    "changes that are no tuple": in_answer_to_the_call(message("returned", [(0, NUMBERS)], 1)),
    "a change that is no pair": in_answer_to_the_call(message("returned", (3,), 1)),
    "a change of what was not given": in_answer_to_the_call(message("returned", ((9, NUMBERS),), 1)),
    "a change of argument -1": in_answer_to_the_call(message("returned", ((-1, NUMBERS),), 1)),
    "a change that is noise": in_answer_to_the_call(message("returned", ((0, np.zeros(4, np.uint8)),), 1)),
    "a change of type": in_answer_to_the_call(message("returned", ((0, NUMBERS),), 1)),
    "a change in floats": in_answer_to_the_call(message("returned", ((0, np.zeros(4)),), 1)),
    "raised, but what": in_answer_to_the_call(message("raised", (), 1, (), "", None)),
    "an exception that is none": in_answer_to_the_call(message("raised", (), "os.system", ("ls",), "", None)),
    "an exception with arrays": in_answer_to_the_call(message("raised", (), "ValueError", (NUMBERS,), "", None)),
    "an exception of another origin": in_answer_to_the_call(message("raised", (), "KeyError", (), "", 5)),
    "an exception of origin -1": in_answer_to_the_call(message("raised", (), "KeyError", (), "", -1)),
    "a group of exceptions": in_answer_to_the_call(message("raised", (), "ExceptionGroup", ("x", 3), "", None)),
    "a function that was not given": in_answer_to_the_call(message("returned", (), OWN)),
    "an argument that was not given": in_answer_to_the_call(
        frame(b"t\0\0\0\x03u\0\0\0\x08returnedt\0\0\0\0@\0\0\0\x09")
    ),
    "a callback without arguments": in_answer_to_the_call(message("callback", 0)),
    "a callback to nothing": in_answer_to_the_call(message("callback", 99, (), {}), b"junk"),
    "a callback with numbers for names": in_answer_to_the_call(message("callback", 0, (), {1: 2}), b"junk"),
    "callbacks without end": floods(lambda number: message("callback", number, (), {})),
    "callbacks that nest without end": calls_back_for_ever,
    "a reference to itself as function": in_answer_to_the_call(message("callback", 0, (FUNCTION,), {}), b"junk"),
    "a model that is none": in_answer_to_the_call(frame(b"t\0\0\0\x03u\0\0\0\x08returnedt\0\0\0\0Mm\0\0\0\0")),
    "truth that is neither": in_answer_to_the_call(
        frame(b"t\0\0\0\x03u\0\0\0\x08returnedt\0\0\0\0g\x03|b1\x02"),
    ),
    "a tuple with other things": in_answer_to_the_call(message("returned", (), float("nan"))),
}
ENDINGS = {Outcome.LOST, Outcome.REFUSED, Outcome.TIMEOUT, Outcome.ERROR, Outcome.FAILED}


@pytest.mark.parametrize("name", PEERS)
def test_no_message_passes_a_test_or_ends_the_clean_room(name: str) -> None:
    with Pair(PEERS[name]) as pair:
        for _ in range(2):
            start = time.monotonic()
            outcome = pair.test("assert f([1, 2], lambda x: x) == 4", "f", seconds=0.5)
            assert outcome.outcome in ENDINGS
            assert outcome.message
            assert time.monotonic() - start < 20  # half a second was given; a peer without end would go on for ever
        assert pair.tester.alive
        assert pair.tester.run("x = 1").ok
        assert pair.test("assert x == 1", seconds=0.3).outcome in {Outcome.PASSED, Outcome.LOST, Outcome.TIMEOUT}


def honest(end: socket.socket, answers: Iterator[object]) -> Speaker:
    """Answers three calls, then goes on for two more tests."""
    speaker = Speaker(end)
    try:
        while True:
            request = speaker.request()
            if request[0] == "begin":
                speaker.send(request[2])
            elif request[0] == "get":
                speaker.send(message("returned", (), FUNCTION))
            elif request[0] == "call":
                speaker.send(message("returned", (), next(answers)))
            elif request[0] == "release":
                speaker.send(message("returned", (), None))
    except (ChannelError, StopIteration):
        return speaker


def test_answers_that_come_before_the_question_are_not_counted_for_the_next_test() -> None:
    def peer(end: socket.socket) -> None:
        speaker = Speaker(end)
        speaker.give_function()
        speaker.request()
        speaker.send(message("returned", (), 1) + message("returned", (), 2) * 5)
        honest(end, iter([1]))

    with Pair(peer) as pair:
        assert pair.test("assert f(1) == 1", "f", seconds=1).outcome is Outcome.PASSED
        assert pair.test("assert f(1) == 1", "f", seconds=1).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "torn",
    [
        b"ckw1" + struct.pack(">Q", 1000) + b"only this",
        b"ckw1" + struct.pack(">Q", 2**60),
        b"ck",
        b"no frame at all" * 10_000,
    ],
)
def test_after_a_torn_message_the_next_test_begins_anew(torn: bytes) -> None:
    def peer(end: socket.socket) -> None:
        speaker = Speaker(end)
        speaker.give_function()
        speaker.request()
        speaker.send(torn)
        honest(end, iter([1, 2]))

    with Pair(peer) as pair:
        assert pair.test("assert f(1) == 1", "f", seconds=0.3).outcome in {Outcome.TIMEOUT, Outcome.LOST}
        assert pair.test("assert f(1) == 1", "f", seconds=2).outcome is Outcome.PASSED
        assert pair.test("assert f(1) == 2", "f", seconds=2).outcome is Outcome.PASSED


def test_what_is_sent_between_tests_is_forgotten() -> None:
    def peer(end: socket.socket) -> None:
        end.sendall(frame(b"x" * 100_000) * 50)
        honest(end, iter([1]))

    with Pair(peer) as pair:
        time.sleep(0.2)
        assert pair.test("assert f(1) == 1", "f", seconds=2).outcome is Outcome.PASSED


def test_an_announced_size_takes_no_memory() -> None:
    psutil = pytest.importorskip("psutil")
    with Pair(in_answer_to_the_call(b"ckw1" + struct.pack(">Q", 200 * 1024**2) + b"x")) as pair:
        assert pair.tester.run("x = 1").ok
        before = psutil.Process(pair.room.pid).memory_info().rss
        assert pair.test("f(1)", "f", seconds=0.3).outcome is Outcome.TIMEOUT
        assert psutil.Process(pair.room.pid).memory_info().rss - before < 20 * 1024**2


def test_nothing_of_a_test_but_its_calls_reaches_the_other_side() -> None:
    seen = []

    def peer(end: socket.socket) -> None:
        seen.append(honest(end, iter([3, 4])).seen)

    with Pair(peer) as pair:
        assert pair.tester.run("secret = 'canary-helper'").ok
        source = "def canary_function(x):\n    'canary-doc'\n    return x\nexpected = 'canary-value'\n"
        outcome = pair.test(source + "f(1, canary_function)\nassert f(2) == expected, 'canary-message'", "f")
        assert outcome.outcome is Outcome.FAILED
        pair.tester.close()
        assert pair._thread is not None
        pair._thread.join(5)
    assert seen and len(seen[0]) > 50
    assert b"canary" not in seen[0]
