"""A loop that catches every interrupt, and one that ignores the signal altogether.

double: timeout, 0
total: timeout, 0
shout: passed, 3
"""

# %% double
import signal, time

def double(x):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            while time.monotonic() < end:
                time.sleep(0.01)
        except BaseException:
            pass

# %% total
def total(values):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(20)

# %% shout
def shout(text):
    return text.upper() + "!"
