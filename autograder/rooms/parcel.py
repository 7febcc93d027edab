"""Small JSON messages with file descriptors, over a Unix stream socket: how the coordinator and a fork server talk."""

from __future__ import annotations

import json
import os
import socket
import struct
from collections.abc import Sequence
from typing import Any

MAX_BYTES = 256 * 1024**2
MAX_DESCRIPTORS = 16
_LENGTH = struct.Struct("!I")


class ParcelError(Exception):
    """The other side sent something that is not a parcel."""


def send(connection: socket.socket, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
    """Send `message`, and a copy of every file descriptor in `descriptors`, as one parcel."""
    body = json.dumps(message).encode()
    if len(body) > MAX_BYTES or len(descriptors) > MAX_DESCRIPTORS:
        raise ValueError(f"a parcel holds {MAX_BYTES} bytes and {MAX_DESCRIPTORS} descriptors at most")
    head = _LENGTH.pack(len(body))
    if descriptors:
        socket.send_fds(connection, [head], list(descriptors))
        connection.sendall(body)
    else:
        connection.sendall(head + body)


def receive(connection: socket.socket, max_bytes: int = MAX_BYTES) -> tuple[dict[str, Any], list[int]]:
    """The next parcel; EOFError at the end of the connection, ParcelError for anything that is not a parcel."""
    head, descriptors, _, _ = socket.recv_fds(connection, _LENGTH.size, MAX_DESCRIPTORS)
    try:
        if not head:
            raise EOFError("the other side closed the connection")
        (length,) = _LENGTH.unpack(head + _exactly(connection, _LENGTH.size - len(head)))
        if length > max_bytes:
            raise ParcelError(f"a parcel of {length} bytes; {max_bytes} is the most")
        try:
            message = json.loads(_exactly(connection, length))
        except (ValueError, RecursionError) as error:
            raise ParcelError(f"not JSON: {error}") from error
        if not isinstance(message, dict):
            raise ParcelError(f"a parcel is a JSON object, not {type(message).__name__}")
    except BaseException:
        for descriptor in descriptors:
            os.close(descriptor)
        raise
    return message, descriptors


def _exactly(connection: socket.socket, size: int) -> bytes:
    """`size` bytes, or EOFError."""
    parts = []
    while size:
        part = connection.recv(min(size, 1 << 20))
        if not part:
            raise EOFError("the connection ended inside a parcel")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
