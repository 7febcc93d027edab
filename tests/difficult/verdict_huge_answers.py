"""Answers that are far too large: an integer of ten thousand digits, lists without measure, a text of 40 MB.

double: refused|timeout, 0
total: refused|timeout, 0
shout: refused|out of memory|timeout, 0
apply: refused|out of memory|timeout, 0
"""

# %% double
def double(x):
    return 10**10_000

# %% total
def total(values):
    return [[[]] * 1000] * 2000

# %% shout
def shout(text):
    return "!" * 40_000_000

# %% apply
import numpy as np

def apply(function, values):
    return np.broadcast_to(np.float64(1), (2**20, 2**20))
