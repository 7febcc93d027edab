"""Plain data as bytes, and the channel that carries it: all that ever passes between two rooms.

Every value is one tag byte and its content; numbers are big-endian, arrays are their raw bytes. There is no pickle,
no marshal and no eval in either direction.
"""

from __future__ import annotations

from autograder.rooms.channel import (
    Channel,
    ChannelBrokenError,
    ChannelClosedError,
    ChannelError,
    ChannelTimeoutError,
    Part,
)
from autograder.rooms.decoder import decode
from autograder.rooms.encoder import encode
from autograder.rooms.plain import DEFAULT_BOUNDS, MIB, Bounds, NotPlain, Reference, WireError

__all__ = [
    "DEFAULT_BOUNDS",
    "MIB",
    "Bounds",
    "Channel",
    "ChannelBrokenError",
    "ChannelClosedError",
    "ChannelError",
    "ChannelTimeoutError",
    "NotPlain",
    "Part",
    "Reference",
    "WireError",
    "decode",
    "encode",
]
