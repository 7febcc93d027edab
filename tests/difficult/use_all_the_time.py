"""Every exercise takes as long as it may. Together they take no longer than a whole notebook may.

The honest exercise stands last, and there is no time left for it: that is what the limit means.

double: timeout, 0
total: timeout, 0
shout: timeout, 0
apply: timeout, 0
prediction: timeout, 0
honest: timeout, 0
"""

# %% double
import time

def double(*arguments):
    time.sleep(20)

time.sleep(1.2)

# %% total
total = shout = apply = double
time.sleep(1.2)

# %% shout
shout = double
time.sleep(1.2)

# %% apply
apply = double
time.sleep(1.2)

# %% prediction
time.sleep(1.2)
prediction = 4
