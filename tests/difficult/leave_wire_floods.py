"""A thread writes callbacks and garbage to the wire as fast as it can, during tests and between them.

What it breaks is its own answers, for as long as it lasts.

else: killed|refused|failed|missing|timeout|error, 0
double: killed|refused|failed|missing|timeout|error, 0
shows: flooding
"""

# %% double
import threading, time

from autograder.rooms import bridge
from autograder.rooms.wire import encode

wire = bridge._attached._channel._socket
message = b"".join(bytes(part) for part in encode(("callback", 0, (), {})))
import struct
message = struct.pack(">4sQ", b"ckw1", len(message)) + message

def flood():
    end = time.monotonic() + 0.7
    while time.monotonic() < end:
        wire.sendall(message * 100)

threading.Thread(target=flood, daemon=True).start()
print("flooding")

def double(x):
    return x
