"""`os._exit(0)` in the cell of an exercise, as if everything had ended well.

double: killed, 0
total: passed, 4
"""

# %% double
import os

def double(x):
    return 2 * x

os._exit(0)

# %% total
def total(values):
    return sum(values)
