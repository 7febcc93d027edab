"""Objects that say that they are arrays, floats or lists: `__class__`, `isinstance`, a metaclass with its own `__mro__`.

double: refused|error, 0
total: refused, 0
shows: True True
"""

# %% double
import numpy as np

class Meta(type):
    def __instancecheck__(cls, instance): return True
    def __subclasscheck__(cls, other): return True
    @property
    def __mro__(cls): return (np.ndarray, object)

class Lie(metaclass=Meta):
    shape, ndim, size, dtype = (4,), 1, 4, np.dtype(float)
    __array_interface__ = {"shape": (4,), "typestr": "<f8", "data": (0, True), "version": 3}
    @property
    def __class__(self): return np.ndarray
    def __array__(self, *arguments, **named): return np.array([0.0, 2.0, 4.0, 6.0])

def double(x):
    return Lie()

# %% total
class Number:
    __class__ = int
    def __index__(self): return 3
    def __eq__(self, other): return True

def total(values):
    return Number()

# %% last
print(isinstance(double(x), np.ndarray), isinstance(total([]), int))
