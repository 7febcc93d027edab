"""Output past Python: straight to the descriptors 1 and 2, from child processes, to the terminal, with no line ends.

double: passed|too much output, 5
total: passed, 4
shows: and here
"""

# %% double
import os, subprocess, sys

def double(x):
    os.write(1, b"x" * 10_000)
    return 2 * x

# %% after double
for descriptor in (0, 1, 2):
    try:
        os.write(descriptor, b"y" * 100_000)
    except OSError:
        pass
try:
    open("/dev/tty", "w").write("z")
except OSError:
    pass
sys.__stdout__.write("from below\n")
subprocess.run([sys.executable, "-c", "print('w' * 100_000)"])
print("and here")

# %% total
def total(values):
    return sum(values)
