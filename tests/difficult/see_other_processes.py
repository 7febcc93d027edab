"""Other processes are looked for: in /proc, by signals that only ask, by their sessions and groups.

shows: others: []
"""

# %% first
import os

others = []
for pid in range(1, 3000):
    try:
        os.kill(pid, 0)
        if pid != os.getpid() and not os.path.isdir(f"/proc/self/task/{pid}"):
            others.append(pid)
    except OSError:
        pass
others += [name for name in os.listdir("/proc") if name.isdecimal() and int(name) != os.getpid()]
for look in (os.getppid, lambda: os.getsid(os.getppid()), lambda: os.getpgid(0) - os.getpid()):
    try:
        if look() not in (0, os.getpid()):
            others.append(look())
    except OSError:
        pass
print("others:", others)
