"""`exit()`, `quit()`, `sys.exit(0)` and `%exit` in cells: a notebook goes on after them.

double: passed, 5
total: passed, 4
"""

# %% double
import sys

def double(x):
    return 2 * x

exit()

# %% after double
quit
sys.exit(0)

# %% total
def total(values):
    return sum(values)

raise SystemExit("all done")
