"""The wire is closed, in the cell of an exercise: a process without a wire answers nothing.

double: killed, 0
"""

# %% double
from autograder.rooms import bridge

def double(x):
    bridge._attached._channel._socket.close()
    return 2 * x
