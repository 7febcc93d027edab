"""Functions that give something to be waited for instead of an answer: coroutines, generators, futures, partial objects.

double: refused, 0
total: refused, 0
shout: refused, 0
apply: passed, 3
"""

# %% double
async def double(x):
    return 2 * x

# %% total
def total(values):
    return map(lambda value: value, values)

# %% shout
import concurrent.futures

def shout(text):
    future = concurrent.futures.Future()
    future.set_result(text.upper() + "!")
    return future

# %% apply
import functools

def each(function, values, unused):
    return [function(value) for value in values]

apply = functools.partial(each, unused=0)
