"""A loop that does not end, in the cell of an exercise. It costs that exercise, and time for one cell.

double: timeout, 0
total: passed, 4
"""

# %% double
import time

end = time.monotonic() + 30
while time.monotonic() < end:
    pass

def double(x):
    return 2 * x

# %% total
def total(values):
    return sum(values)
