"""Trace, profile and audit hooks watch everything that runs in the process while tests are answered.

double: failed, 0
shout: passed, 3
shows: watched: True
shows: found: []
"""

# %% first
import sys, threading

first, second, given = "can" + "ary", "7" + "c41", "expec" + "ted"

def secrets(text):
    """Whether there is a secret in the text. The search holds none itself: only its halves, in different places."""
    return any(part.startswith(f"-{second}-") and not part[6:].startswith(given) for part in text.split(first)[1:])

found, watched = [], []

def hook(*event):
    watched.append(1)
    if len(watched) < 20_000:
        if secrets(repr(event[1:])[:2000].lower()):
            found.append(event[0])

def trace(frame, event, argument):
    if len(watched) < 20_000:
        hook(event, {name: value for name, value in frame.f_locals.items() if isinstance(value, (str, bytes, tuple))})
    return trace

sys.addaudithook(hook)
threading.setprofile(lambda frame, event, argument: None)

# %% double
def double(x):
    sys.settrace(trace)
    return x

# %% shout
def shout(text):
    return text.upper() + "!"

# %% last
sys.settrace(None)
print("watched:", len(watched) > 10)
print("found:", found)
