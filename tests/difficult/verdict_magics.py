"""Cell magics that swallow what comes, magics that reset the namespace, and a shell that is told to be quiet.

double: passed, 5
total: missing|error, 0
shout: passed, 3
shows: in the shell
"""

# %% double
def double(x):
    return 2 * x

%xmode Minimal
%colors NoColor
%config InteractiveShell.ast_node_interactivity = "none"

# %% total
%%capture
def total(values):
    return 0

del total

# %% after total
!echo in the shell
%reset -f

# %% shout
def shout(text):
    return text.upper() + "!"

# %% after shout
def double(x):
    return 2 * x
