"""Every Python object of the process is looked through for what the tests know: by the garbage collector, by frames,
by the traceback of a callback's error.

double: failed, 0
apply: error|failed, 0
shows: found: []
"""

# %% first
import gc, sys

first, second, given = "can" + "ary", "7" + "c41", "expec" + "ted"

def secrets(text):
    """Whether there is a secret in the text. The search holds none itself: only its halves, in different places."""
    return any(part.startswith(f"-{second}-") and not part[6:].startswith(given) for part in text.split(first)[1:])

found = []

def look(place, value):
    text = value if isinstance(value, str) else repr(value)[:100_000] if isinstance(value, (list, tuple, dict, bytes)) else ""
    if secrets(text.lower()) or any(part.startswith("51207412") for part in text.split("73060101")[1:]):
        found.append((place, type(value).__name__))

def look_at_all(place):
    frame = sys._getframe()
    while frame:
        for name, value in list(frame.f_locals.items()):
            look(f"{place}: {frame.f_code.co_name}.{name}", value)
        for value in frame.f_code.co_consts:
            look(f"{place}: a constant", value)
        frame = frame.f_back
    for thing in gc.get_objects():
        if type(thing) in (str, bytes, list, tuple, dict) and thing is not found:
            try:
                look(place, thing)
            except Exception:
                pass

# %% double
def double(x):
    if not isinstance(x, int):
        look_at_all("double")
    return x

# %% apply
def apply(function, values):
    try:
        return function("not a number", "too many")
    except Exception as error:
        look("error", str(error)), look("error", repr(error.args))
        trace = error.__traceback__
        while trace:
            look("frame", repr(trace.tb_frame.f_locals))
            trace = trace.tb_next
        raise

# %% last
print("found:", found)
