"""Memory by arrays: one that is far too large to exist, one that is announced and then filled, in a cell and in a call.

double: out of memory|error, 0
total: out of memory|error, 0
shout: passed, 3
"""

# %% double
import numpy as np

def double(x):
    return np.zeros((10**6, 10**6)).sum()

# %% total
kept = np.ones(2**26)

def total(values):
    return sum(values)

# %% shout
def shout(text):
    return text.upper() + "!"
