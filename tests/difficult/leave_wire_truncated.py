"""A message announces more bytes than ever come, and then there is silence.

double: timeout|killed, 0
shows: asked 1
"""

# %% double
import struct, time

from autograder.rooms import bridge

asked = []

def double(x):
    asked.append(x)
    bridge._attached._channel._socket.sendall(struct.pack(">4sQ", b"ckw1", 1000) + b"l")
    time.sleep(20)

# %% last
print("asked", 1)
