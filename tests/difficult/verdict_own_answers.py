"""The student's own loop answers tests with objects that equal everything, by references, callbacks and attributes.

The answers are plain data or handles at the other end, whatever they were here.

double: failed|refused, 0
total: failed|refused, 0
shout: failed|refused, 0
apply: failed|refused, 0
honest: failed|refused, 0
"""

# %% double
from autograder.rooms import bridge
from autograder.rooms.wire import Reference, decode, encode

channel = bridge._attached._channel
answers = iter(range(10**6))

def serve(namespace=None):
    while True:
        message = decode(channel.receive(), resolve=lambda reference: None)
        if message[0] == "begin":
            channel.send_marker(message[2])
        elif message[0] == "end":
            return
        elif message[0] == "get":
            reference = Reference(of_receiver=False, number=next(answers), is_callable=message[1] != "prediction")
            channel.send(encode(("returned", (), reference)))
        else:
            reference = Reference(of_receiver=False, number=next(answers), is_callable=False, name="True", doc="passed")
            channel.send(encode(("returned", (), reference)))

bridge.serve = serve

def double(x):
    return x
