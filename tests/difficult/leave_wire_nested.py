"""Messages nested ten thousand deep, or announcing a million parts that are not there.

double: refused|killed, 0
total: refused|killed, 0
shows: written
"""

# %% first
import struct

from autograder.rooms import bridge

wire = bridge._attached._channel._socket

def answer(body):
    head = b"t" + struct.pack(">I", 3) + b"u" + struct.pack(">I", 8) + b"returned" + b"t" + struct.pack(">I", 0)
    wire.sendall(struct.pack(">4sQ", b"ckw1", len(head + body)) + head + body)

# %% double
def double(x):
    answer((b"l" + struct.pack(">I", 1)) * 10000 + b"N")
    return x

# %% total
def total(values):
    answer(b"l" + struct.pack(">I", 1000000) + b"m" + struct.pack(">I", 2**32 - 1))
    return 0

# %% last
print("written")
