"""The honest submission that is graded after each other one, and looks for all that others may have left.

double: failed, 0
total: passed, 4
shout: passed, 3
shows: strangers: []
"""

# %% first
import builtins, glob, os, random, sys, threading

import matplotlib
import numpy

print("home:", sorted(os.listdir(os.path.expanduser("~"))))
print("here:", sorted(os.listdir(".")))
print("temporary:", sorted(os.listdir("/tmp")), sorted(os.listdir("/var/tmp")) if os.path.isdir("/var/tmp") else [])
print("shared memory:", sorted(os.listdir("/dev/shm")))
print("modes:", [oct(os.stat(folder).st_mode) for folder in (".", "/tmp", "/dev/shm", os.path.expanduser("~"))])
print("processes:", sorted(name for name in os.listdir("/proc") if name.isdecimal()))
print("sockets:", open("/proc/net/unix").read().count("difficult-left"))
print("environment:", sorted(os.environ.items()))
print("path:", sys.path)
print("random:", random.random(), numpy.random.random())
print("arrays:", numpy.arange(3).sum(), numpy.allclose(1, 2), numpy.pi)
print("built in:", len(vars(builtins)), sum([1, 2]), abs(-1), len("four"))
print("style:", matplotlib.rcParams["lines.linewidth"], matplotlib.get_backend())
print("threads:", threading.active_count(), "recursion:", sys.getrecursionlimit(), "umask:", oct(os.umask(0o22)))
left = "difficult" + "-left"
print("strangers:", [path for path in glob.glob("/tmp/*") + glob.glob("/dev/shm/*") + sorted(sys.modules) + dir(builtins) if left in path.replace("_", "-")])

# %% double
def double(x):
    print("doubling", x)
    return x * x

# %% total
def total(values):
    return sum(values)

# %% shout
def shout(text):
    return text.upper() + "!"

# %% last
print(double(3), total([1]), x)
numpy.random.random(3)
