"""Every exercise ends its process in a call, and so does a cell of the student's own: the honest one still counts.

double: killed, 0
total: killed, 0
shout: killed, 0
apply: killed, 0
prediction: passed, 1
"""

# %% first
import os

# %% double
def double(x):
    os._exit(0)

# %% total
def total(values):
    os._exit(1)

# %% shout
def shout(text):
    os._exit(2)

# %% apply
def apply(function, values):
    os._exit(3)

# %% prediction
prediction = 4

# %% after prediction
os._exit(4)
