"""Functions that were never given are called, attributes of the test's own objects are asked for, references invented.

double: killed|refused|failed|error|timeout, 0
apply: failed|killed|refused|error|timeout, 0
shows: found: []
"""

# %% first
import time

from autograder.rooms import bridge
from autograder.rooms.wire import Reference, decode, encode

channel = bridge._attached._channel
found = []

def ask(*message):
    try:
        channel.send(encode(message))
        answer = decode(channel.receive(time.monotonic() + 0.05), resolve=lambda reference: reference)
    except BaseException as error:
        answer = error
    if "canary" in repr(answer) or "globals" in repr(answer):
        found.append(answer)
    return answer

# %% double
def double(x):
    for number in (0, 2**63):
        ask("callback", number, (), {})
        ask("callback", number, (Reference(True, number),), {})
    return x

# %% apply
def apply(function, values):
    for name in ("__globals__", "__closure__", "__code__", "__doc__", "__self__", "secret", "seen"):
        ask("attribute", 0, name)
        ask("get", name)
    return []

# %% last
print("found:", found)
