"""A function that a test gives as an argument is taken apart: its globals, closure, code, documentation, attributes.

apply: failed|passed|error, 0
shows: found: []
"""

# %% first
first, second, shown = "can" + "ary", "7" + "c41", "expec" + "ted"

def secrets(text):
    """Whether there is a secret in the text. The search holds none itself: only its halves, in different places."""
    return any(part.startswith(f"-{second}-") and not part[6:].startswith(shown) for part in text.split(first)[1:])

found, given = [], []

# %% apply
import inspect

def apply(function, values):
    given.append(function)
    for name in dir(function) + ["secret", "seen", "func_globals"]:
        for way in (lambda: getattr(function, name), lambda: function(name), lambda: function.__globals__[name]):
            try:
                thing = way()
                text = repr(thing) + repr(getattr(thing, "__dict__", ""))[:10**6]
            except Exception as error:
                text = repr(error)
            if secrets(text.lower()):
                found.append(name)
    for way in (inspect.getsource, inspect.getdoc, inspect.signature, inspect.getclosurevars):
        try:
            text = repr(way(function))
        except Exception as error:
            text = repr(error)
        if secrets(text):
            found.append(way.__name__)
    return []

# %% last
for function in given:
    try:
        print("answers after its test:", function(1))
    except Exception as error:
        pass
print("found:", found)
