"""A hundred thousand displays and prints, each of them small.

double: too much output|timeout, 0
total: too much output|timeout|passed|missing|killed, 4
"""

# %% double
def double(x):
    for number in range(100_000):
        display(number)
    return x

# %% total
import sys

def total(values):
    return sum(values)

for number in range(100_000):
    print(number, file=sys.stderr if number % 2 else sys.stdout, flush=number % 100 == 0)
