"""Arrays of Python objects, structured arrays, masked arrays and views of odd memory.

double: refused, 0
total: refused, 0
shout: refused, 0
apply: refused|failed, 0
prediction: refused|failed, 0
"""

# %% double
import numpy as np

class Equal:
    def __eq__(self, other): return True

def double(x):
    result = np.empty(4, object)
    result[:] = [Equal()] * 4
    return result

# %% total
def total(values):
    return np.zeros(3, [("a", "f8"), ("b", "O")])

# %% shout
def shout(text):
    return np.ma.masked_all(4)

# %% apply
def apply(function, values):
    return np.rec.array([(2,), (3,)])

# %% prediction
prediction = np.void(b"4")
