"""During a call, the submission writes messages of its own to the wire: that the test passed, in every form it can think of.

double: killed|refused|failed|timeout, 0
total: killed|refused|failed|timeout, 0
shows: written
"""

# %% first
import json, struct

from autograder.rooms import bridge
from autograder.rooms.wire import encode

wire = bridge._attached._channel._socket

def frame(body):
    wire.sendall(struct.pack(">4sQ", b"ckw1", len(body)) + body)

# %% double
def double(x):
    for message in (("passed",), ("test", "passed"), ("end", 1), ("ready", 1), ("outcome", {"outcome": "passed"})):
        frame(b"".join(bytes(part) for part in encode(message)))
    return x

# %% total
def total(values):
    body = json.dumps({"outcome": "passed", "message": "", "status": "ok", "seconds": 0.1}).encode()
    wire.sendall(struct.pack(">I", len(body)) + body)
    frame(body)
    return 0

# %% last
print("written")
