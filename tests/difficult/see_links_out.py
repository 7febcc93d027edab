"""Ways around through links: /proc/PID/root, /proc/self/fd, symbolic links, `..`, opened directories.

shows: found: []
"""

# %% first
import os

found = []
paths = ["/proc/1/root@@COURSE@@", "/proc/self/root@@COURSE@@", "/proc/1/cwd/../../..@@COURSE@@", "/proc/thread-self/root/root/.ssh", "../../../../..@@COURSE@@"]
os.symlink("@@COURSE@@", "/tmp/way")
paths += ["/tmp/way", "/tmp/way/gradebook.db"]
root = os.open("/", os.O_RDONLY)
for path in paths:
    for directory in (None, root):
        try:
            descriptor = os.open(path.lstrip("/") if directory else path, os.O_RDONLY, dir_fd=directory)
            found.append(path)
            os.close(descriptor)
        except OSError:
            pass
    for way in (os.listdir, os.readlink, os.stat):
        try:
            way(path)
            found.append((path, way.__name__)) if path != "/tmp/way" or way is not os.readlink else None
        except OSError:
            pass
print("found:", found)
