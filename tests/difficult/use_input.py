"""Questions to a student who is not there: input, password prompts, the debugger, a breakpoint.

double: error|timeout|missing, 0
total: error|timeout|missing, 0
shout: passed, 3
"""

# %% double
input("Your name? ")

# %% after double
import getpass
getpass.getpass()

# %% total
breakpoint()

# %% after total
%debug

# %% shout
def shout(text):
    return text.upper() + "!"
