"""Ends of all kinds: at import of a module of one's own, in a destructor, in `atexit`, by replacing the process.

double: killed|error, 0
total: failed|passed|killed, 4
shout: killed, 0
"""

# %% double
import atexit, os, sys

atexit.register(os._exit, 0)
open("ends.py", "w").write("import os\nos._exit(0)\n")
sys.path.insert(0, ".")

def double(x):
    import ends

# %% total
class Last:
    def __del__(self):
        os._exit(0)

def total(values):
    return sum(values)

# %% shout
def shout(text):
    os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(3)"])
