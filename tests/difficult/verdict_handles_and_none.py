"""Answers that are no values: None, Ellipsis, NotImplemented, a module, a class, an open file, NaN, a lambda.

double: failed|refused, 0
total: failed|refused, 0
shout: failed|refused, 0
apply: failed|refused, 0
prediction: refused|failed, 0
"""

# %% double
def double(x):
    return NotImplemented if len(getattr(x, "shape", ())) else ...

# %% total
def total(values):
    return lambda *arguments: 3

# %% shout
def shout(text):
    return open("/dev/null")

# %% apply
def apply(function, values):
    return function

# %% prediction
prediction = __import__("operator")
