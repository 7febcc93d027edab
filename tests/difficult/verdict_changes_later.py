"""A result that changes after it was returned: a view of memory that a thread goes on writing to.

Only what the array holds while it is read counts.

double: failed, 0
total: passed, 4
"""

# %% double
import threading, time
import numpy as np

memory = np.zeros(4)

def write():
    for _ in range(2000):
        memory[:] = [0, 2, 4, 6.5]
        time.sleep(0.001)

threading.Thread(target=write, daemon=True).start()

def double(x):
    return memory[:]

# %% total
class Later:
    value = 0

def total(values):
    Later.value += 1
    return sum(values)
