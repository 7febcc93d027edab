"""Everything that can delay an end: exit handlers, destructors, threads that are waited for, a full pipe, a stopped child.

double: passed, 5
"""

# %% first
import atexit, os, signal, threading, time

atexit.register(time.sleep, 15)

class Slow:
    def __del__(self):
        time.sleep(15)

slow = Slow()
threading.Thread(target=time.sleep, args=(15,)).start()
child = os.fork()
if child == 0:
    os.kill(os.getpid(), signal.SIGSTOP)
    os._exit(0)
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
    signal.signal(number, lambda *arguments: time.sleep(15))

# %% double
def double(x):
    return 2 * x
