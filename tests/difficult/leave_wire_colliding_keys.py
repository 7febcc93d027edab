"""A dictionary of integers that all have the same hash: building it takes time with the square of its size.

double: refused|timeout|killed|failed, 0
shows: same hash: 1
"""

# %% double
keys = [(2**61 - 1) * number for number in range(1, 20001)]
print("same hash:", len({hash(key) for key in keys}))

import struct
from autograder.rooms import bridge
from autograder.rooms.wire import encode

body = b"m" + struct.pack(">I", len(keys)) + b"".join(bytes(part) + b"N" for key in keys for part in encode(key))
head = b"t" + struct.pack(">I", 3) + b"u" + struct.pack(">I", 8) + b"returned" + b"t" + struct.pack(">I", 0)

def double(x):
    wire = bridge._attached._channel._socket
    wire.sendall(struct.pack(">4sQ", b"ckw1", len(head + body)) + head + body)
    return None
