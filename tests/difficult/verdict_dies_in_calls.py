"""`os._exit(0)`, a crash, an abort and a signal, each in a call of another exercise: each costs that exercise alone.

(A process 1 does not hear its own SIGKILL, so that function just returns nothing.)

double: killed, 0
total: killed, 0
shout: killed, 0
apply: killed|failed, 0
"""

# %% double
import ctypes, os, signal

def double(x):
    os._exit(0)

# %% total
def total(values):
    ctypes.string_at(0)

# %% shout
def shout(text):
    os.abort()

# %% apply
def apply(function, values):
    os.kill(os.getpid(), signal.SIGKILL)
