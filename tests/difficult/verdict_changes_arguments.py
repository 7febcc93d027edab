"""Functions that make their arguments fit a wrong answer, instead of the answer fit the arguments.

double: failed, 0
total: failed|error|refused, 0
apply: failed|error|refused, 0
"""

# %% double
def double(x):
    x = x if hasattr(x, "shape") else x
    try:
        x[...] = 0
    except TypeError:
        pass
    return x

# %% total
def total(values):
    del values[:]
    return 0

# %% apply
def apply(function, values):
    values.clear()
    return values
