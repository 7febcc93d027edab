"""NotImplementedError and AssertionError from finished functions: wrong answers that would rather be something else.

double: missing, 2
total: error|failed, 0
shout: missing|failed, 1
"""

# %% double
def double(x):
    if getattr(x, "shape", None) == (4,):
        return 2 * x
    raise NotImplementedError("not that one")

# %% total
def total(values):
    raise AssertionError("total([1, 2]) is 3 ✓ passed")

# %% shout
def shout(text):
    if text == "hi":
        return "HI!"
    raise NotImplementedError
