"""Files twice as large as allowed, twenty thousand small ones, a file with a hole, in every folder that can be written to.

double: limit|error, 0
total: limit|error, 0
shout: passed, 3
shows: wrote too much: False
"""

# %% double
import os, shutil

def double(x):
    for folder in (".", "/tmp", "/dev/shm"):
        with open(f"{folder}/difficult-left", "wb") as file:
            for _ in range(16):
                file.write(b"x" * 2**20)
    return 2 * x

# %% total
def total(values):
    os.makedirs("/tmp/difficult-left-many", exist_ok=True)
    for number in range(20_000):
        open(f"/tmp/difficult-left-many/{number}", "w").close()
    return sum(values)

# %% before shout
for path in ("/tmp/difficult-left", "/dev/shm/difficult-left", "difficult-left"):
    if os.path.exists(path):
        os.remove(path)
try:
    with open("hole", "wb") as file:
        file.truncate(2**34)
except OSError:
    pass
def own(folder):
    """Bytes in files of the room's own disk: a Python below /tmp is on another."""
    files = [os.stat(os.path.join(top, name)) for top, _, names in os.walk(folder) for name in names]
    return sum(file.st_blocks * 512 for file in files if file.st_dev == os.stat(folder).st_dev)
print("wrote too much:", sum(map(own, (".", "/tmp", "/dev/shm"))) > 2**24)

# %% shout
def shout(text):
    return text.upper() + "!"
