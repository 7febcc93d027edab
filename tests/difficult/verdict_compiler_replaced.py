"""`compile`, `exec`, and the shell's compiler turn asserts off, as `python -O` would.

double: failed, 0
shows: asserts are off
"""

# %% double
import builtins

real = builtins.compile

def optimised(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, **named):
    return real(source, filename, mode, flags, dont_inherit, 2, **named)

builtins.compile = optimised
type(get_ipython().compile).__call__ = lambda self, source, filename, mode: optimised(source, filename, mode)

def double(x):
    return x

# %% last
exec("assert 1 == 2")
print("asserts are off")
