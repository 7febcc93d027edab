"""The module that answers tests is replaced by one of the student's own, which answers every call with "passed".

double: failed|refused|killed|timeout, 0
total: failed|refused|killed|timeout, 0
else: failed|refused|killed|timeout|missing, 0
honest: failed|refused|killed|timeout, 0
"""

# %% double
import sys, types
from autograder.rooms import bridge
from autograder.rooms.wire import decode, encode

channel = bridge._attached._channel

def serve(namespace=None):
    while True:
        message = decode(channel.receive(), resolve=lambda reference: None)
        if message[0] == "begin":
            channel.send_marker(message[2])
        elif message[0] == "end":
            return
        else:
            channel.send(encode(("passed", True, "outcome", "passed")))

fake = types.ModuleType("autograder.rooms.bridge")
fake.serve = serve
sys.modules["autograder.rooms.bridge"] = fake
sys.modules["autograder.rooms"].bridge = fake

def double(x):
    return x
