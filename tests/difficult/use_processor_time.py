"""More computing time than allowed, while there is time enough on the clock.

On a machine that is busy with other things the clock may be faster.

seconds: 7
double: timeout, 0
total: passed, 4
"""

# %% double
import time

end = time.monotonic() + 30
while time.monotonic() < end:
    sum(range(10_000))

# %% total
def total(values):
    return sum(values)
