"""More computing time than allowed, while there is time enough on the clock.

seconds: 9
double: timeout, 0
total: passed, 4
shows: of computing time
"""

# %% double
import time

end = time.monotonic() + 30
while time.monotonic() < end:
    sum(range(10_000))

# %% total
def total(values):
    return sum(values)
