"""Numbers that are none: NaN with unusual bits, infinities, truth values of 2, text that is not Unicode, lone surrogates.

double: failed|refused|killed, 0
total: failed|refused|killed, 0
shout: failed|refused|killed, 0
apply: failed|refused|killed, 0
prediction: failed, 0
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
    answer(b"a" + struct.pack(">BB", 3, 0) + b"<f8" + struct.pack(">BQ", 1, 4) + b"\xff" * 32)
    return x

# %% total
def total(values):
    answer(b"a" + struct.pack(">BB", 3, 0) + b"|b1" + struct.pack(">BQ", 1, 4) + b"\x02" * 4)
    return 0

# %% shout
def shout(text):
    return "\ud800\udfff\x00" * 10

# %% apply
def apply(function, values):
    answer(b"a" + struct.pack(">BB", 3, 0) + b"<U4" + struct.pack(">BQ", 1, 1) + b"\xff" * 16)
    return []

# %% prediction
prediction = float("nan")

# %% last
print("written")
