"""The function that a test gives is called again and again, in itself, with ever longer arguments, from threads.

apply: timeout|error|refused|failed|out of memory, 0
"""

# %% apply
import threading

def apply(function, values):
    for _ in range(10):
        thread = threading.Thread(target=lambda: function(1), daemon=True)
        thread.start()
        thread.join()
    for number in range(10**6):
        function(number)
    return [apply]
