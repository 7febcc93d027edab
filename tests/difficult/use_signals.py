"""Signals to the process itself, to its group, to process 1, to everybody: at once, and by timers during tests.

double: killed|timeout|error|failed, 0
total: killed|timeout|error|failed, 0
shout: killed|timeout|error|failed, 0
apply: killed|timeout|error|failed, 0
"""

# %% double
import os, signal, time

def double(x):
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGSEGV, signal.SIGKILL, signal.SIGINT):
        for pid in (-1, 0, 1, os.getppid()):
            try:
                os.kill(pid, number) if pid else os.killpg(0, number)
            except OSError:
                pass
    return x

# %% total
def total(values):
    signal.signal(signal.SIGALRM, lambda *arguments: os._exit(0))
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
    time.sleep(0.2)

# %% shout
def shout(text):
    signal.signal(signal.SIGPROF, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_PROF, 0.001)
    while True:
        sum(range(1000))

# %% apply
def apply(function, values):
    os.kill(os.getpid(), signal.SIGSTOP)
    os.kill(os.getpid(), signal.SIGTSTP)
    return []
