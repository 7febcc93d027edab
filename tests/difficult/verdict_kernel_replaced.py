"""The kernel's `do_execute` is replaced: from then on nothing that the grader asks is run at all.

The process can do that to itself. It then answers no test, and which cell is to blame cannot be known: nothing behind it
earns points.

else: timeout|missing, 0
double: timeout, 0
honest: timeout, 0
"""

# %% double
def double(x):
    return 2 * x

async def nothing(self, code, *arguments, **named):
    return {"status": "ok", "execution_count": 1, "user_expressions": {}, "payload": []}

type(get_ipython().kernel).do_execute = nothing
