"""Handlers for exceptions swallow what tests raise, and display full points instead.

double: failed, 0
total: failed, 0
shows: a handler saw ZeroDivisionError
"""

# %% double
import sys

def handler(shell, kind, value, traceback, tb_offset=None):
    print("a handler saw", kind.__name__)
    return None

get_ipython().set_custom_exc((BaseException,), handler)
sys.excepthook = lambda *arguments: None
sys.unraisablehook = lambda *arguments: None

def double(x):
    return x

# %% total
def total(values):
    return 0

# %% last
1 / 0
