"""Weights that do not fit their model: other shapes, other types, none, ten thousand, and of gigabytes.

adder: refused|failed|error|out of memory, 0
"""

# %% adder
from autograder.rooms import models

real, counter = models.to_plain, iter(range(10**6))

def to_plain(model, *arguments, **named):
    plain = real(model, *arguments, **named)
    kinds = [[], [np.zeros((3, 1))], [np.zeros((2, 1), complex)], [np.zeros((2, 1), "U3")], [np.zeros(())] * 10_000]
    plain["values"] = kinds[next(counter) % len(kinds)]
    return plain

models.to_plain = to_plain

def adder():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")])
