"""Processes that stay: detached twice, in a session of their own, deaf to signals, restarting themselves.

double: passed, 5
shows: left behind
"""

# %% first
import os, signal, subprocess, sys, time

def stay():
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    os.closerange(0, 1000)
    end = time.monotonic() + 15
    while time.monotonic() < end:
        time.sleep(0.05)
        try:
            open("/tmp/difficult-left", "a").write("x")
            open("/dev/shm/difficult-left", "a").write("x")
        except OSError:
            pass
    os._exit(0)

for _ in range(3):
    if os.fork() == 0:
        if os.fork() == 0:
            stay()
        os._exit(0)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(15)", "difficult-left"], start_new_session=True, stdin=subprocess.DEVNULL)
subprocess.Popen(["/bin/sh", "-c", "(sleep 15 &) ; nohup sleep 15 & disown; exit 0"], start_new_session=True)
print("left behind")

# %% double
def double(x):
    if os.fork() == 0:
        stay()
    return 2 * x
