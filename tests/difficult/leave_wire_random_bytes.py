"""Random bytes, and well-formed messages with single bytes changed, go over the wire in the middle of calls.

double: killed|refused|failed|error|timeout, 0
total: killed|refused|failed|error|timeout, 0
shows: written
"""

# %% first
import random, struct

from autograder.rooms import bridge
from autograder.rooms.wire import encode

wire = bridge._attached._channel._socket

# %% double
def double(x):
    wire.sendall(random.randbytes(5000))
    return x

# %% total
def total(values):
    good = b"".join(bytes(part) for part in encode(("returned", (), {"a": [1, 2.5, "x", values], "b": x})))
    body = bytearray(good)
    body[random.randrange(20, len(body))] ^= 1 << random.randrange(8)
    wire.sendall(struct.pack(">4sQ", b"ckw1", len(body)) + body)
    return 0

# %% last
print("written")
