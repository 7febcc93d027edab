"""Answers that depend on how often a function was called, on the clock, or on what was asked before.

double: failed, 2
total: failed, 2
shout: failed, 1
"""

# %% double
calls = []

def double(x):
    calls.append(x)
    return 2 * x if len(calls) == 1 else calls[0]

# %% total
def total(values, known={}):
    known[len(known)] = values
    return sum(values) if len(known) < 3 else sum(known[0])

# %% shout
import time
started = time.time()

def shout(text, answers=iter(["HI!", "HI!", "HI!"])):
    return next(answers)
