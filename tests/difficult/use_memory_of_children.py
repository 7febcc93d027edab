"""Memory spread over child processes, each of which has little.

double: out of memory|killed, 0
total: passed, 4
"""

# %% double
import os, time

def double(x):
    for _ in range(16):
        if os.fork() == 0:
            kept = bytearray(os.urandom(1)) * (32 * 2**20)
            time.sleep(4)
            os._exit(0)
    time.sleep(1)
    return 2 * x

# %% total
def total(values):
    return sum(values)
