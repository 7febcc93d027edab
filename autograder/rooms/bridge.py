"""The student's end of the wire: answers, inside the notebook's kernel, what tests ask for.

Nothing here is relied upon: it runs in a process that the submission controls. It has to be robust for honest
submissions, whatever they return, raise or leave behind.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

import numpy as np

from autograder.rooms import changes, errors
from autograder.rooms.encoder import is_model
from autograder.rooms.wire import (
    DEFAULT_BOUNDS,
    Bounds,
    Channel,
    ChannelError,
    NotPlain,
    Part,
    Reference,
    WireError,
    decode,
    encode,
)

_MAX_EXPORTS = 10_000
_MAX_NESTING = 32

_attached: Bridge | None = None


def attach(fd: int) -> None:
    """Called once in the kernel's process, before any student code runs: `fd` is one end of the socket pair."""
    global _attached
    connection = socket.socket(fileno=fd)
    connection.set_inheritable(False)
    _attached = Bridge(connection)


def serve(namespace: Mapping[str, object] | None = None) -> None:
    """Answers the requests of one test, in this thread, until the test ends. Run as a cell of the notebook.

    `namespace` holds the student's names; without it they are those of the running IPython shell.
    """
    if _attached is None:
        raise RuntimeError("this kernel has no clean room attached")
    if namespace is None:
        from IPython.core.getipython import get_ipython

        shell = get_ipython()
        namespace = shell.user_ns if shell is not None else {}
    _attached.serve(namespace)


def is_over() -> bool:
    """Whether the clean room has hung up: nothing will ever be asked again."""
    return _attached is None or _attached.is_closed


class _TestOver(BaseException):
    """Unwinds student code when the test that called it has ended."""


class Bridge:
    """Answers requests with the objects of a namespace; what is not plain data is kept here under a number."""

    def __init__(self, connection: socket.socket, bounds: Bounds = DEFAULT_BOUNDS) -> None:
        self._channel = Channel(connection, bounds.frame_bytes)
        self._bounds = bounds
        self._namespace: Mapping[str, object] = {}
        self._exports: dict[int, object] = {}
        self._next_export = 0
        self._numbers: dict[int, int] = {}
        self._stubs: dict[int, Callable[..., object]] = {}
        self._stub_numbers: dict[int, int] = {}
        self._interruptible = False
        self._over = True
        self._nesting = 0
        self._thread = 0
        self._process = 0

    @property
    def is_closed(self) -> bool:
        """Whether the clean room has hung up."""
        return not self._channel.is_open

    def serve(self, namespace: Mapping[str, object]) -> None:
        """Answers one test's requests; returns when it has ended or the clean room is gone."""
        self._namespace = namespace
        self._thread, self._process, self._nesting = threading.get_ident(), os.getpid(), 0
        with self._own_interrupts():
            try:
                self._wait_for_begin()
                while not self._over:
                    self._answer(self._receive())
            except _TestOver:
                return
            except ChannelError:
                self._channel.close()  # student code has read from it, or worse: the clean room should know at once
            finally:
                self._over, self._thread = True, 0

    def _wait_for_begin(self) -> None:
        """Skips what is left of an earlier test, and tells the clean room that all it reads from here on is new."""
        while True:
            try:
                message = self._decode(self._channel.receive())
            except WireError:
                continue
            if message[0] == "begin":
                self._stubs.clear()
                self._stub_numbers.clear()
                self._over = False
                self._channel.send_marker(message[2])
                return

    def _receive(self) -> tuple[Any, ...]:
        while True:
            try:
                message = self._decode(self._channel.receive())
            except WireError as error:
                self._send(("refused", str(error)))
                continue
            if message[0] == "end":
                self._over = True  # for good, even if student code catches what is raised here
                raise _TestOver
            return message

    def _decode(self, frame: Part) -> tuple[Any, ...]:
        message = decode(frame, bounds=self._bounds, resolve=self._resolve, as_tensors=True)
        if type(message) is not tuple or not message:
            raise WireError("what came is not a request")
        return message

    def _send(self, message: tuple[object, ...]) -> None:
        self._channel.send(encode(message, bounds=self._bounds))

    def _answer(self, message: tuple[Any, ...]) -> None:
        """Does what is asked and sends the reply, whatever happens on the way."""
        actions: dict[str, Callable[..., list[Part]]] = {
            "get": self._get,
            "call": self._call,
            "attribute": self._attribute,
            "release": self._release,
        }
        reply: list[Part] | None = None
        failure: BaseException | None = None
        before = self._interruptible
        try:
            try:
                self._interruptible = True
                reply = actions[message[0]](*message[1:])
            finally:
                self._interruptible = False
                if os.getpid() != self._process:
                    os._exit(0)  # a child that student code forked and that came back here: only the parent answers
        except (_TestOver, ChannelError):
            raise
        except BaseException as error:
            failure = error
        try:
            self._channel.send(reply if reply is not None else self._failed(failure))
        except ValueError as error:
            self._send(("refused", str(error)))
        self._interruptible = before

    def _failed(self, failure: BaseException | None) -> list[Part]:
        if isinstance(failure, NotPlain):
            return encode(("refused", str(failure)))
        if isinstance(failure, _RaisedError):
            return failure.reply
        try:
            return self._raised(failure or RuntimeError(), ())
        except BaseException as error:
            return encode(("refused", f"an error that cannot be described ({type(error).__name__})"))

    def _get(self, name: str) -> list[Part]:
        if name not in self._namespace:
            return encode(("undefined",))
        return self._encode(("returned", (), self._namespace[name]))

    def _attribute(self, number: int, name: str) -> list[Part]:
        if name.startswith("_"):
            raise AttributeError(f"attribute {name!r} is private")
        return self._encode(("returned", (), getattr(self._exports[number], name)))

    def _release(self, numbers: tuple[int, ...]) -> list[Part]:
        """Lets go of objects that no test speaks of any more."""
        for number in numbers:
            if number in self._exports:
                del self._numbers[id(self._exports.pop(number))]
        return self._encode(("returned", (), None))

    def _call(
        self, number: int, arguments: tuple[object, ...], named: dict[str, object], follows_changes: bool
    ) -> list[Part]:
        function: Any = self._exports[number]
        given = [value if follows_changes or is_model(value) else None for value in (*arguments, *named.values())]
        before = [changes.snapshot(value, self._encode_argument) for value in given]
        try:
            result = function(*arguments, **named)
        except (_TestOver, ChannelError):
            raise
        except BaseException as error:
            self._interruptible = False
            raise _RaisedError(self._raised(error, self._changes(given, before))) from None
        return self._encode(("returned", self._changes(given, before), result), given)

    def _encode(self, message: tuple[object, ...], given: Sequence[object] = ()) -> list[Part]:
        return encode(message, bounds=self._bounds, export=self._export, given=given)

    def _encode_argument(self, value: object) -> bytes:
        return b"".join(encode(value, bounds=self._bounds, export=self._export))

    def _changes(self, given: list[object], before: list[bytes | None]) -> tuple[object, ...]:
        """(index, content) of every argument that the call has changed in place."""
        found = [changes.change(*pair, self._encode_argument) for pair in zip(given, before, strict=True)]
        return tuple((index, np.frombuffer(new, np.uint8)) for index, new in enumerate(found) if new is not None)

    def _raised(self, error: BaseException, changed: tuple[object, ...]) -> list[Part]:
        name, arguments = errors.describe(error)
        origin = getattr(error, "_origin", None)
        text = errors.student_traceback(error)
        return encode(("raised", changed, name, arguments, text, origin if type(origin) is int else None))

    def _export(self, value: object) -> Reference:
        """Keeps `value` here, and gives the number under which the clean room may call it or ask for attributes."""
        if id(value) in self._stub_numbers:
            return Reference(of_receiver=True, number=self._stub_numbers[id(value)])
        number = self._numbers.get(id(value))
        if number is None:
            if len(self._exports) >= _MAX_EXPORTS:
                raise NotPlain("too many objects that are not plain data were returned")
            number = self._numbers[id(value)] = self._next_export
            self._exports[number] = value
            self._next_export += 1
        name = getattr(value, "__name__", None)
        doc = getattr(value, "__doc__", None)
        return Reference(
            of_receiver=False,
            number=number,
            is_callable=callable(value),
            name=name if type(name) is str else type(value).__name__,
            doc=doc if type(doc) is str and callable(value) else "",
        )

    def _resolve(self, reference: Reference) -> object:
        if reference.of_receiver:
            if reference.number not in self._exports:
                raise WireError("there is no object of that number")
            return self._exports[reference.number]
        stub = self._stubs.get(reference.number)
        if stub is None:

            def stub(*arguments: object, **named: object) -> object:
                return self._call_back(reference.number, arguments, named)

            stub.__name__ = stub.__qualname__ = "function"
            self._stubs[reference.number] = stub
            self._stub_numbers[id(stub)] = reference.number
        return stub

    def _call_back(self, number: int, arguments: tuple[object, ...], named: dict[str, object]) -> object:
        """Calls a function of the test, which stays in the clean room; the test may call student code meanwhile."""
        if threading.get_ident() != self._thread or os.getpid() != self._process:
            raise RuntimeError("a function given by the test can only be called while the test waits for the answer")
        if self._over:
            raise _TestOver
        if self._nesting >= _MAX_NESTING:
            raise RecursionError("functions of the notebook and of the test call each other without end")
        before, self._interruptible = self._interruptible, False
        self._nesting += 1
        try:
            self._channel.send(self._encode(("callback", number, arguments, named)))
            while (message := self._receive())[0] not in ("returned", "raised"):
                self._answer(message)
        finally:
            self._nesting -= 1
            self._interruptible = before
        if message[0] == "returned":
            return message[1]
        error = errors.build(message[1], message[2])
        error._origin = message[3]  # type: ignore[attr-defined]
        raise error

    @contextmanager
    def _own_interrupts(self) -> Iterator[None]:
        """An interrupt ends the student's code that is running, and never leaves a message half sent or half read."""

        def interrupt(signum: int, frame: FrameType | None) -> None:
            if self._interruptible:
                raise KeyboardInterrupt

        if threading.current_thread() is not threading.main_thread():
            yield
            return
        earlier = signal.signal(signal.SIGINT, interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, earlier if earlier is not None else signal.default_int_handler)


class _RaisedError(BaseException):
    """Student code raised; the reply is ready."""

    def __init__(self, reply: list[Part]) -> None:
        super().__init__()
        self.reply = reply
