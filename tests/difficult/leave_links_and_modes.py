"""Links that lead out of the folder, loops of links, folders that nobody may enter, names that hardly any tool can delete.

shows: made: True
"""

# %% first
import os

made = 0
home = os.path.expanduser("~")
for folder in (home, "/tmp", "/dev/shm"):
    for name, target in (("difficult-left-root", "/"), ("difficult-left-course", "@@COURSE@@"), ("difficult-left-loop", "difficult-left-loop"), ("difficult-left-up", "../../../..")):
        os.symlink(target, f"{folder}/{name}")
        made += 1
    for name in ("difficult-left\n\r\x1b[2J", "difficult-left -rf *", "difficult-left" + "\u202e" * 20, "difficult-left" + "x" * 200, b"difficult-left\xff\xfe".decode("utf-8", "surrogateescape")):
        os.mkdir(f"{folder}/{name}")
        made += 1
    deep = f"{folder}/difficult-left-deep"
    os.mkdir(deep)
    os.chdir(deep)
    for _ in range(300):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(home)
    os.mkdir(f"{folder}/difficult-left-closed")
    open(f"{folder}/difficult-left-closed/x", "w").close()
    os.chmod(f"{folder}/difficult-left-closed", 0)
os.chmod(home, 0)
os.chmod("/tmp", 0)
os.chmod("/dev/shm", 0)
os.mkfifo("/proc/self/cwd/pipe") if os.access(".", os.W_OK) else None
print("made:", made == 27)
