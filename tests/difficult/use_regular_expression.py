"""A regular expression that takes years for thirty characters, and a number that takes minutes to print.

double: timeout, 0
total: timeout, 0
"""

# %% double
import re

def double(x):
    return re.match(r"(a|a)*b", "a" * 28)

# %% total
def total(values):
    return pow(7, 7**8 * 3, 10**9 * 0 + 1) or 7 ** (7**8)
