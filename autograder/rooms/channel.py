"""Framed messages over a stream socket: bounded, with deadlines, and able to go on after an interruption."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Sequence

_HEADER = struct.Struct(">4sQ")
_MAGIC = b"ckw1"
_READ_BYTES = 256 * 1024
_JOIN_BELOW = 64 * 1024

Part = bytes | bytearray | memoryview


class ChannelError(Exception):
    """Nothing more can be read from, or written to, the other side."""


class ChannelClosedError(ChannelError):
    """The other side has hung up."""


class ChannelBrokenError(ChannelError):
    """The other side does not keep to the framing, or announced more than is allowed."""


class ChannelTimeoutError(Exception):
    """The deadline passed. What was half sent or half received is kept; the next call goes on with it."""


class Channel:
    """One end of a socket on which whole frames travel. Blocking, for one thread.

    frame_bytes   the largest frame that is sent or accepted
    busy          whether the socket is in use at this moment: a signal handler must not raise then
    """

    def __init__(self, connection: socket.socket, frame_bytes: int) -> None:
        self._socket = connection
        self._frame_bytes = frame_bytes
        self._unsent: list[memoryview] = []
        self._received = bytearray()
        self.failure: ChannelError | None = None
        self.busy = False

    def fileno(self) -> int:
        """For select()."""
        return self._socket.fileno()

    def close(self) -> None:
        """Hangs up."""
        self.failure = self.failure or ChannelClosedError("the connection was closed")
        self._socket.close()

    def send(self, parts: Sequence[Part], deadline: float | None = None) -> None:
        """Sends the parts, joined, as one frame. `deadline` is a time of `time.monotonic()`.

        Raises ValueError for a frame that is too large (nothing is sent), ChannelTimeoutError, ChannelError.
        """
        length = sum(len(part) for part in parts)
        if length > self._frame_bytes:
            raise ValueError(f"a message of {length:,} bytes is larger than the limit of {self._frame_bytes:,}")
        small = bytearray(_HEADER.pack(_MAGIC, length))
        views: list[memoryview] = []
        for part in parts:
            if len(part) < _JOIN_BELOW:
                small += part
            else:
                views += (memoryview(small), memoryview(part))
                small = bytearray()
        self._unsent.extend((*views, memoryview(small)))  # in one step: a signal may come at any time
        self.flush(deadline)

    @property
    def is_open(self) -> bool:
        """Whether neither side has hung up."""
        return self.failure is None or isinstance(self.failure, ChannelBrokenError)

    @property
    def has_unsent(self) -> bool:
        """Whether an earlier deadline left something unsent."""
        return bool(self._unsent)

    def flush(self, deadline: float | None = None) -> None:
        """Sends what an earlier deadline left unsent."""
        while self._unsent:
            view = self._unsent[0]
            if not view:
                del self._unsent[0]
                continue
            if self.failure is not None and not self.is_open:
                raise self.failure
            self._wait_until(deadline)
            self.busy = True
            try:
                sent = self._socket.send(view)
                self._unsent[0] = view[sent:]
            except OSError as error:
                self._explain(error)
            finally:
                self.busy = False

    def receive(self, deadline: float | None = None) -> memoryview:
        """The next frame, whole. Memory grows with what has arrived, never on the word of a header.

        Raises ChannelTimeoutError, ChannelClosedError, ChannelBrokenError.
        """
        while True:
            missing = self._missing()
            if missing <= 0:
                return self._take_frame()
            self._read(missing, deadline)

    def send_marker(self, marker: bytes) -> None:
        """Sends bytes, outside of any frame, that `skip_to` waits for on the other side."""
        self._unsent.append(memoryview(marker))
        self.flush()

    def skip_to(self, marker: bytes, deadline: float | None = None) -> None:
        """Forgets all that comes before `marker`, torn frames too: with a fresh marker, framing starts anew.

        Raises ChannelTimeoutError, ChannelClosedError.
        """
        self._forgive()
        while (position := self._received.find(marker)) < 0:
            del self._received[: 1 - len(marker)]
            if deadline is not None and time.monotonic() > deadline:  # also if there always is something to read
                raise ChannelTimeoutError("the deadline passed")
            self._read(_READ_BYTES, deadline)
        del self._received[: position + len(marker)]

    def discard_waiting(self, most_bytes: int) -> int:
        """Forgets what has arrived, without blocking; the number of bytes. Only `skip_to` may be next."""
        self._forgive()
        total = 0
        while total < most_bytes:
            self._received.clear()
            try:
                self._read(_READ_BYTES, time.monotonic())
            except ChannelTimeoutError:
                break
            total += len(self._received)
        return total

    def _forgive(self) -> None:
        if isinstance(self.failure, ChannelBrokenError):
            self.failure = None

    def _missing(self) -> int:
        """How many bytes to ask for: those of the current frame that have not come yet."""
        if len(self._received) < _HEADER.size:
            return _JOIN_BELOW  # a small frame comes with its header
        magic, length = _HEADER.unpack_from(self._received)
        if magic != _MAGIC:
            self.failure = ChannelBrokenError("what came is not a message")
        elif length > self._frame_bytes:
            limit = f"the limit of {self._frame_bytes:,}"
            self.failure = ChannelBrokenError(f"a message of {length:,} bytes is larger than {limit}")
        if self.failure is not None:
            raise self.failure
        return int(_HEADER.size + length - len(self._received))

    def _take_frame(self) -> memoryview:
        _, length = _HEADER.unpack_from(self._received)
        end = _HEADER.size + length
        frame, self._received = self._received, self._received[end:]
        return memoryview(frame)[_HEADER.size : end]

    def _read(self, missing: int, deadline: float | None) -> None:
        """One recv() of at most that many bytes."""
        if self.failure is not None:
            raise self.failure
        self._wait_until(deadline)
        self.busy = True
        try:
            chunk = self._socket.recv(min(missing, _READ_BYTES))
            self._received += chunk
        except OSError as error:
            self._explain(error)
        finally:
            self.busy = False
        if not chunk:
            self.failure = ChannelClosedError("the other side hung up")
            raise self.failure

    def _wait_until(self, deadline: float | None) -> None:
        # A time-out of 0 means "do not wait at all": what is there is still read.
        self._socket.settimeout(None if deadline is None else max(0.0, deadline - time.monotonic()))

    def _explain(self, error: OSError) -> None:
        if isinstance(error, TimeoutError | BlockingIOError):
            raise ChannelTimeoutError("the deadline passed") from None
        self.failure = ChannelClosedError(f"the connection failed: {error.strerror or error}")
        raise self.failure from None
