"""Threads that go on while others are graded: printing, calling, changing names and arrays of the notebook.

double: passed, 5
total: passed, 4
shout: failed|passed, 3
"""

# %% first
import threading, time

def go_on(step):
    end = time.monotonic() + 10
    def run():
        while time.monotonic() < end:
            step()
            time.sleep(0.002)
    threading.Thread(target=run, daemon=True).start()

# %% double
def double(x):
    return 2 * x

go_on(lambda: print("difficult-left", end=" "))

# %% total
kept = []
go_on(lambda: kept.append(1))

def total(values):
    return sum(values)

# %% shout
def shout(text):
    return text.upper() + "!"
