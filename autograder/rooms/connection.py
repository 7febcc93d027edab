"""The clean room's end of the wire: asks the student's room, and believes nothing but plain data."""

from __future__ import annotations

import secrets
import time
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.rooms import errors
from autograder.rooms.changes import ChangeLog
from autograder.rooms.encoder import is_model
from autograder.rooms.outcomes import Outcome
from autograder.rooms.proxies import RemoteFunction, RemoteHandle
from autograder.rooms.wire import (
    DEFAULT_BOUNDS,
    Bounds,
    Channel,
    ChannelError,
    ChannelTimeoutError,
    NotPlain,
    Part,
    Reference,
    WireError,
    decode,
    encode,
)

_MAX_NESTING = 32
_MAX_ORIGINS = 1000
_MARKER_BYTES = 16
_SILENT = "the notebook's process does not answer any more"


class BridgeFailure(BaseException):
    """Ends a test, past any `except Exception` in it. `outcome` says as what."""

    outcome = Outcome.LOST


class StudentLost(BridgeFailure):
    """The student's room is gone, or what it sends is not the protocol."""


class StudentRefused(BridgeFailure):
    """An answer cannot cross; the message is a sentence for the student."""

    outcome = Outcome.REFUSED


class OutOfTime(BridgeFailure):
    """The test's deadline passed."""

    outcome = Outcome.TIMEOUT


class Connection:
    """Requests to the student's room, one after the other, within the deadline of the test that is running."""

    def __init__(self, channel: Channel, bounds: Bounds = DEFAULT_BOUNDS) -> None:
        self.channel = channel
        self.failure: BridgeFailure | None = None
        self.changes = ChangeLog()
        self.follows_changes = True
        self._bounds = bounds
        self._deadline = 0.0
        self._test = 0
        self._nesting = 0
        self._callbacks: dict[int, Callable[..., object]] = {}
        self._next_callback = 0
        self._origins: list[BaseException] = []
        self._released: deque[int] = deque()
        self._proxies: weakref.WeakValueDictionary[int, RemoteHandle] = weakref.WeakValueDictionary()

    def begin(self, deadline: float) -> None:
        """Starts a test: waits until the student's room listens, and skips what is left of an earlier test."""
        self._test += 1
        self._deadline, self._nesting = deadline, 0
        self._callbacks.clear()
        self._origins.clear()
        self.failure = None
        marker = secrets.token_bytes(_MARKER_BYTES)
        self._send(encode(("begin", self._test, marker)))
        try:
            self.channel.skip_to(marker, deadline)
        except ChannelTimeoutError:
            raise self._out_of_time() from None
        except ChannelError as error:
            raise self._lost(f"{_SILENT}: {error}") from None
        self._let_go()

    @property
    def has_proxies(self) -> bool:
        """Whether anything here still stands for an object of the student's."""
        return bool(self._proxies)

    def _let_go(self) -> None:
        """Tells the student's room which of its objects are no longer spoken of, so that they do not pile up."""
        numbers = {self._released.popleft() for _ in range(len(self._released))} - set(self._proxies.keys())
        if numbers:
            self._exchange(encode(("release", tuple(numbers))), [])

    def end(self) -> None:
        """Tells the student's room that the test is over; never waits and never fails."""
        self._callbacks.clear()
        try:
            self.channel.send(encode(("end", self._test)), time.monotonic())
        except (ChannelError, ChannelTimeoutError):
            return

    def get(self, name: str) -> Any:
        """The value, or the proxy, of a name of the notebook. Raises KeyError if there is no such name."""
        message = self._exchange(encode(("get", name)), [])
        if message[0] == "undefined":
            raise KeyError(name)
        return self._result(message, [])

    def attribute(self, number: int, name: str) -> Any:
        """An attribute of one of the student's objects."""
        return self._result(self._exchange(encode(("attribute", number, name)), []), [])

    def call(self, number: int, arguments: tuple[object, ...], named: dict[str, object]) -> Any:
        """Calls one of the student's objects.

        Changes made to the arguments in place are made here too; without `follows_changes` only those of models.
        """
        given = [*arguments, *named.values()]
        try:
            request = encode(
                ("call", number, arguments, named, self.follows_changes), bounds=self._bounds, export=self._export
            )
        except NotPlain as error:
            raise TypeError(f"the test gives an argument that cannot cross: {error}") from None
        return self._result(self._exchange(request, given), given)

    def _exchange(self, request: list[Part], given: list[object]) -> tuple[Any, ...]:
        """Sends a request and returns the reply; functions of the test that are called meanwhile run in between."""
        self._send(request)
        while True:
            frame = self._receive()
            try:
                message = decode(frame, bounds=self._bounds, resolve=self._resolve, given=given)
            except WireError as error:
                raise StudentRefused(str(error)) from None
            kind = message[0] if type(message) is tuple and message else None
            if kind == "callback" and _fits(message, int, tuple, dict):
                self._run_callback(*message[1:])
            elif _is_reply(message):
                return message
            else:
                raise self._lost("the notebook's process sent something that is not an answer")

    def _result(self, message: tuple[Any, ...], given: list[object]) -> Any:
        if message[0] == "refused":
            raise StudentRefused(errors.clean_text(message[1]))
        if message[0] == "undefined":
            raise self._lost("the notebook's process sent something that is not an answer")
        self._apply(message[1], given, message[2] if message[0] == "returned" else None)
        if message[0] == "returned":
            return message[2]
        _, _, name, arguments, text, origin = message
        if type(origin) is int and 0 <= origin < len(self._origins):
            raise self._origins[origin]
        error = errors.build(errors.clean_text(name, 100), arguments)
        error.student_traceback = errors.clean_text(text)  # type: ignore[attr-defined]
        raise error

    def _apply(self, changes: tuple[Any, ...], given: list[object], result: object) -> None:
        """Makes the changes that student code made to its copies of the arguments."""
        for change in changes:
            if not _fits((None, *change) if type(change) is tuple else None, int, np.ndarray):
                raise self._lost("the notebook's process reported an impossible change of an argument")
            index, content = change
            if not 0 <= index < len(given) or content.dtype != np.uint8:
                raise self._lost("the notebook's process reported an impossible change of an argument")
            if not self.follows_changes and not is_model(given[index]):
                continue
            try:
                changed = decode(content.tobytes(), bounds=self._bounds, resolve=self._resolve)
                in_place = self.changes.restore(given[index], changed, result)
            except (WireError, NotPlain) as error:
                raise StudentRefused(str(error)) from None
            if not in_place:
                raise StudentRefused("your function changed the shape or type of an argument in place")

    def _run_callback(self, number: int, arguments: tuple[Any, ...], named: dict[Any, Any]) -> None:
        """Runs a function that the test gave as an argument, and sends its result, or what it raised."""
        reply: list[Part]
        self._nesting += 1
        try:
            function = self._callbacks.get(number)
            if function is None:
                raise LookupError("this function was given by a test that is over")
            if self._nesting > _MAX_NESTING:
                raise RecursionError("functions of the notebook and of the test call each other without end")
            value = function(*arguments, **named)
            reply = encode(("returned", value), bounds=self._bounds, export=self._export)
        except Exception as error:
            # The message of an assertion may hold an expected value: it stays here.
            name, content = ("AssertionError", ()) if isinstance(error, AssertionError) else errors.describe(error)
            origin = len(self._origins) if len(self._origins) < _MAX_ORIGINS else None
            if origin is not None:
                self._origins.append(error)
            reply = encode(("raised", name, content, origin))
        finally:
            self._nesting -= 1
        self._send(reply)

    def _export(self, value: object) -> Reference:
        if isinstance(value, RemoteHandle):
            return Reference(of_receiver=True, number=object.__getattribute__(value, "_number"))
        if not callable(value):
            raise NotPlain(f"a value of type {type(value).__name__}")
        number = self._next_callback
        self._next_callback += 1
        self._callbacks[number] = value
        return Reference(of_receiver=False, number=number)

    def _resolve(self, reference: Reference) -> object:
        if reference.of_receiver:
            function = self._callbacks.get(reference.number)
            if function is None:
                raise WireError("an answer speaks of a function that was not given")
            return function
        proxy = self._proxies.get(reference.number)
        if proxy is None:
            kind = RemoteFunction if reference.is_callable else RemoteHandle
            proxy = kind(self, reference.number, errors.clean_text(reference.name), errors.clean_text(reference.doc))
            self._proxies[reference.number] = proxy
            weakref.finalize(proxy, self._released.append, reference.number).atexit = False
        return proxy

    def _send(self, parts: list[Part]) -> None:
        if self.failure is not None:
            raise self.failure
        try:
            self.channel.send(parts, self._deadline)
        except ChannelTimeoutError:
            raise self._out_of_time() from None
        except ChannelError as error:
            raise self._lost(f"{_SILENT}: {error}") from None
        except ValueError as error:
            raise TypeError(f"the test gives arguments that are too large: {error}") from None

    def _receive(self) -> memoryview:
        if time.monotonic() > self._deadline:  # also if there always is something to read
            raise self._out_of_time()
        try:
            return self.channel.receive(self._deadline)
        except ChannelTimeoutError:
            raise self._out_of_time() from None
        except ChannelError as error:
            raise self._lost(f"{_SILENT}: {error}") from None

    def _out_of_time(self) -> BridgeFailure:
        self.failure = OutOfTime("no answer within the time limit")
        return self.failure

    def _lost(self, message: str) -> BridgeFailure:
        self.failure = StudentLost(message)
        return self.failure


def _fits(message: Any, *kinds: type) -> bool:
    """Whether `message` is a tuple of some name and then values of exactly these kinds."""
    return (
        type(message) is tuple
        and len(message) == len(kinds) + 1
        and all(type(item) is kind for item, kind in zip(message[1:], kinds, strict=True))
    )


def _is_reply(message: Any) -> bool:
    if type(message) is not tuple or not message or type(message[0]) is not str:
        return False
    if message[0] == "returned":
        return len(message) == 3 and type(message[1]) is tuple
    if message[0] == "raised":
        return len(message) == 6 and _fits(message[:5], tuple, str, tuple, str)
    return message == ("undefined",) or (message[0] == "refused" and _fits(message, str))
