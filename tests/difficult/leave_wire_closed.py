"""The wire is closed, in a cell and in the middle of a call.

A process without a wire answers nothing, and which cell closed it cannot be known: nothing behind it earns points.

else: killed|missing, 0
double: killed, 0
honest: killed, 0
"""

# %% double
from autograder.rooms import bridge

def double(x):
    bridge._attached._channel._socket.close()
    return 2 * x
