"""Exceptions that lie about what they are: a class of one's own named TypeError, another with `__class__` set to it.

double: failed|error, 0
total: failed, 2
shows: TypeError
"""

# %% double
def double(x):
    class Passed(AssertionError):
        hint = "Everything is right."
        student_traceback = "nothing"
        def __str__(self): return "passed"
        def __bool__(self): return False
    raise Passed()

# %% total
TypeErrorOfMine = type("TypeError", (Exception,), {"__class__": TypeError, "__module__": "builtins"})

def total(values):
    if isinstance(values, str):
        raise TypeErrorOfMine("the values are a text")
    return sum(values)

# %% last
print(TypeErrorOfMine.__name__)
