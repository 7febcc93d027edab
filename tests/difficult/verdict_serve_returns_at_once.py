"""The function that answers tests is replaced by one that returns at once, or answers nothing.

No answer is no point. Each test of that process waits in vain, for as long as a cell may run.

else: timeout|missing, 0
double: timeout, 0
honest: timeout, 0
"""

# %% double
from autograder.rooms import bridge

def double(x):
    return 2 * x

bridge.serve = lambda *arguments, **named: None
