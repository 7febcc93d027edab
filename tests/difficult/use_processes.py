"""Processes that start processes, up to three hundred, each of which would sleep for some seconds.

double: limit|failed|error|killed|timeout, 0
total: passed, 4
shows: started
"""

# %% double
import os, time

def spawn(left):
    started = 0
    for _ in range(left):
        try:
            pid = os.fork()
        except OSError:
            break
        if pid == 0:
            try:
                time.sleep(0.01)
                os.fork()
            except OSError:
                pass
            time.sleep(4)
            os._exit(0)
        started += 1
    return started

def double(x):
    spawn(150)
    os.fork()

print("started", min(1, spawn(150)), "or more")

# %% total
def total(values):
    return sum(values)
