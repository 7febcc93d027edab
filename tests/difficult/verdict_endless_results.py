"""Results without an end: a generator, an iterator that never stops, a list that holds itself.

double: refused, 0
total: refused, 0
shout: refused, 0
apply: refused, 0
"""

# %% double
import itertools

def double(x):
    return itertools.count()

# %% total
def total(values):
    while True:
        yield 0

# %% shout
def shout(text):
    result = []
    result.append(result)
    return result

# %% apply
def apply(function, values):
    result = {}
    result["result"] = (result, [result])
    return result
