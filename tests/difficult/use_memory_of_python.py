"""Memory by growing lists and texts, to twice what is allowed.

double: out of memory|error, 0
total: out of memory|error, 0
shout: passed, 3
"""

# %% double
def double(x):
    return len([b"x" * 10**6 for _ in range(520)])

# %% total
def total(values):
    text = "x" * 10**6
    while len(text) < 512 * 10**6:
        text += text
    return len(text)

# %% shout
def shout(text):
    return text.upper() + "!"
