"""Bytes that are no messages go out on the kernel's own sockets, and then they are closed.

A kernel that cannot be talked to answers nothing. The cell that did it is left out in the next run.

double: killed|timeout|too much output, 0
total: passed, 4
"""

# %% double
import os

def double(x):
    return 2 * x

for name in sorted(os.listdir("/proc/self/fd"), key=int):
    try:
        if int(name) > 2 and os.readlink(f"/proc/self/fd/{name}").startswith("socket"):
            os.write(int(name), os.urandom(64) + b"\xff" * 64)
            os.close(int(name))
    except OSError:
        pass

# %% total
def total(values):
    return sum(values)
