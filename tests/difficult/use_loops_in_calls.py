"""Loops that do not end, in calls: in Python, in a sleep, waiting for a lock, for input, for a child.

double: timeout, 0
total: timeout, 0
shout: timeout|error, 0
apply: timeout, 0
honest: timeout|passed, 5
"""

# %% double
import threading, time

def double(x):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        pass

# %% total
def total(values):
    time.sleep(30)

# %% shout
def shout(text):
    return input("?")

# %% apply
def apply(function, values):
    threading.Event().wait(30)
