"""Right answers in unusual arrays still count: big-endian, not contiguous, read-only, Fortran order, 0-d, subclasses.

double: passed, 5
total: passed, 4
prediction: passed, 1
"""

# %% double
import numpy as np

class Named(np.ndarray):
    pass

def double(x):
    result = np.asarray(2 * np.asarray(x))
    if result.ndim == 0:
        return result[()]
    odd = np.zeros(tuple(2 * length for length in result.shape), ">f8")[tuple(slice(None, None, -2) for _ in result.shape)]
    odd[...] = result
    odd.flags.writeable = False
    return odd.view(Named)

# %% total
def total(values):
    return np.int64(sum(values))

# %% prediction
prediction = np.array(4)
