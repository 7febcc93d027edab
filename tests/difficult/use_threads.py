"""Three hundred threads, which do nothing but stay.

double: limit|error|failed, 0
shows: RuntimeError
"""

# %% double
import threading, time

def double(x):
    for _ in range(300):
        threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
    return 2 * x

# %% after double
try:
    double(1)
except RuntimeError as error:
    print("RuntimeError", error)
