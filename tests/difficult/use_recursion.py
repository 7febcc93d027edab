"""Recursion without an end: as Python stops it, and with that limit raised until the stack is full.

double: error, 0
total: killed|error|out of memory|timeout, 0
shout: refused|error, 0
"""

# %% double
def double(x):
    return double(x) * 2

# %% total
import sys

def total(values):
    sys.setrecursionlimit(10**6)
    return total(values) + 1

# %% shout
class Deep:
    def __repr__(self):
        return repr(self)
    def __getattr__(self, name):
        return getattr(self, name + "_")

def shout(text):
    return Deep()
