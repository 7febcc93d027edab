"""The process that makes the rooms is attacked: by signals to parents and groups, by the sockets it might listen on.

double: passed, 5
"""

# %% first
import os, signal

for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD):
    for pid in (os.getppid(), 2, 3, 4, 5):
        if pid > 0 and pid != os.getpid() and not os.path.isdir(f"/proc/self/task/{pid}"):
            try:
                os.kill(pid, number)
            except OSError:
                pass
    try:
        os.killpg(os.getpgid(0) + 1, number)
    except OSError:
        pass

# %% double
def double(x):
    return 2 * x
