"""A call forks, and parent and child both answer: the child's answers must not count, nor disturb.

double: failed|refused|killed|timeout|passed, 5
total: passed, 4
"""

# %% double
import os, time

def double(x):
    if os.fork() == 0:
        time.sleep(0.05)
    return 2 * x

# %% total
def total(values):
    return sum(values)
