"""Modules, built-in names, types and interpreter state are changed in the process, so that a copy of it would have them.

honest: passed, 5
shows: patched
"""

# %% first
import builtins, gc, os, random, socket, sys, threading, warnings

import matplotlib
import numpy

builtins.difficult_left = True
sys.modules["difficult_left"] = sys
numpy.pi = 3
numpy.random.seed(99)
random.seed(99)
matplotlib.rcParams["lines.linewidth"] = 99
matplotlib.use("agg")
numpy.set_printoptions(precision=1, threshold=2)
sys.setrecursionlimit(2000)
sys.path.insert(0, "/tmp/difficult-left")
os.environ["DIFFICULT_LEFT"] = "1"
os.umask(0)
os.chdir("/tmp")
warnings.simplefilter("error")
gc.freeze()
threading.stack_size(2**20)
socket.setdefaulttimeout(0.001)
sys.setswitchinterval(0.5)



print("patched")
