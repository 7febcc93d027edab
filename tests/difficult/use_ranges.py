"""Answers of a few bytes that become gigabytes for whoever looks at them: ranges, broadcast arrays, repeated references.

double: failed|refused|timeout, 0
total: failed|refused|timeout, 0
apply: failed|refused|timeout, 0
"""

# %% double
import numpy as np

def double(x):
    return range(80_000_000)

# %% total
def total(values):
    return np.broadcast_to(np.int8(1), (3 * 10**8,))

# %% apply
def apply(function, values):
    result = [0] * 10
    for _ in range(7):
        result = [result] * 10
    return result
