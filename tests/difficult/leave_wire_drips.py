"""A message comes byte by byte, so that each single wait is short, but the whole never ends.

double: timeout, 0
shows: dripping
"""

# %% double
import struct, time

from autograder.rooms import bridge

print("dripping")

def double(x):
    wire = bridge._attached._channel._socket
    wire.sendall(struct.pack(">4sQ", b"ckw1", 10**6))
    for _ in range(200):
        wire.sendall(b"l")
        time.sleep(0.05)
    return x
