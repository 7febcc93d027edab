"""Length-prefixed JSON between the coordinator and a clean room: bounded, with a deadline, dictionaries only."""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any

MAX_BYTES = 16 * 1024**2
_LENGTH = struct.Struct(">I")


class ControlError(Exception):
    """The other side is gone, or does not speak this protocol."""


def send(connection: socket.socket, message: dict[str, Any], deadline: float | None = None) -> None:
    """Sends one message. Raises TimeoutError or ControlError."""
    data = json.dumps(message).encode()
    if len(data) > MAX_BYTES:
        raise ControlError(f"a control message of {len(data):,} bytes is larger than {MAX_BYTES:,}")
    try:
        connection.settimeout(_remaining(deadline))
        connection.sendall(_LENGTH.pack(len(data)) + data)
    except TimeoutError:
        raise
    except OSError as error:
        raise ControlError(f"the control socket failed: {error}") from None


def receive(connection: socket.socket, deadline: float | None = None) -> dict[str, Any]:
    """The next message. Raises TimeoutError or ControlError, and nothing else."""
    (length,) = _LENGTH.unpack(_exactly(connection, _LENGTH.size, deadline))
    if length > MAX_BYTES:
        raise ControlError(f"a control message of {length:,} bytes is larger than {MAX_BYTES:,}")
    try:
        message = json.loads(_exactly(connection, length, deadline))
    except (ValueError, RecursionError):
        raise ControlError("a control message is not JSON") from None
    if type(message) is not dict:
        raise ControlError("a control message is not a dictionary")
    return message


def _exactly(connection: socket.socket, length: int, deadline: float | None) -> bytes:
    data = bytearray()
    while len(data) < length:
        try:
            connection.settimeout(_remaining(deadline))
            chunk = connection.recv(min(length - len(data), 65536))
        except BlockingIOError:
            raise TimeoutError("the deadline passed") from None
        except TimeoutError:
            raise
        except OSError as error:
            raise ControlError(f"the control socket failed: {error}") from None
        if not chunk:
            raise ControlError("the control socket was closed")
        data += chunk
    return bytes(data)


def _remaining(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.001, deadline - time.monotonic())
