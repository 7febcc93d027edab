"""SystemExit, KeyboardInterrupt, GeneratorExit and a class of one's own under BaseException, raised in calls.

double: error|killed|failed, 0
total: error|killed|failed, 0
shout: error|killed|failed, 0
apply: error|killed|failed, 0
"""

# %% double
def double(x):
    raise SystemExit(0)

# %% total
def total(values):
    raise KeyboardInterrupt

# %% shout
def shout(text):
    raise GeneratorExit

# %% apply
class Passed(BaseException):
    pass

def apply(function, values):
    raise Passed("passed")
