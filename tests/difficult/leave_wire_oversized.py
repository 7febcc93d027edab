"""A message announces an absurd size, and an array in it more than there is memory for.

double: killed|refused|timeout, 0
total: refused|killed|timeout, 0
shows: written
"""

# %% double
import struct

from autograder.rooms import bridge

wire = bridge._attached._channel._socket

def double(x):
    wire.sendall(struct.pack(">4sQ", b"ckw1", 2**62) + b"x" * 1000)
    return x

# %% total
def total(values):
    shape = struct.pack(">B2Q", 2, 2**31, 2**31)
    body = b"t" + struct.pack(">I", 3) + b"u" + struct.pack(">I", 8) + b"returned" + b"t" + struct.pack(">I", 0)
    body += b"a" + struct.pack(">BB", 3, 0) + b"<f8" + shape + b"\0" * 64
    wire.sendall(struct.pack(">4sQ", b"ckw1", len(body)) + body)
    return 0

# %% last
print("written")
