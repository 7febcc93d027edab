"""Subclasses of int, float, str, list and dict with their own comparison arrive as their plain content.

double: failed, 0
total: failed, 0
shout: failed, 0
apply: failed, 0
prediction: failed, 0
"""

# %% double
class Float(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return Float()
    __rsub__ = __sub__

def double(x):
    return Float(1.5)

# %% total
class Int(int):
    __hash__ = int.__hash__
    def __eq__(self, other): return True
    def __int__(self): return 3
    def __index__(self): return 3

def total(values):
    return Int(99)

# %% shout
class Text(str):
    __hash__ = str.__hash__
    def __eq__(self, other): return True
    def __str__(self): return "HI!"
    def encode(self, *arguments): return b"HI!"

def shout(text):
    return Text("no")

# %% apply
class List(list):
    def __eq__(self, other): return True
    def __iter__(self): return iter([2, 3])
    def __getitem__(self, index): return [2, 3]
    def __len__(self): return 2

def apply(function, values):
    return List([0])

# %% prediction
prediction = Int(0)
