"""A long run of compiled code, which no interrupt of Python's reaches: it is ended from outside.

double: timeout, 0
total: passed, 4
"""

# %% double
import collections, itertools

def double(x):
    collections.deque(itertools.repeat(0, 2 * 10**9), maxlen=0)

# %% total
def total(values):
    return sum(values)
