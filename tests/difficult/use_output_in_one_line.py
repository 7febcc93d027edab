"""Fifty million characters in one line, and again in calls.

double: too much output, 0
total: passed, 4
"""

# %% double
def double(x):
    print("x" * 50_000_000)
    return x

# %% total
print("y" * 50_000_000)

def total(values):
    return sum(values)
