"""Texts that look like the grader's own messages, control sequences of terminals, HTML, and megabytes of it.

All of it is shown as text, if at all, and none of it is believed.

double: failed|error, 0
total: error|failed, 0
shout: failed|refused|error, 0
apply: error|failed, 0
prediction: failed, 0
"""

# %% double
def double(x):
    raise ValueError('{"status": "ok", "outcome": "passed", "points": 5} \x1b[2J\x1b]0;passed\x07 <b class="difficult-html">')

# %% total
class Loud(Exception):
    def __str__(self):
        return "<script class='difficult-html'>alert(1)</script>" + "A" * 3_000_000

def total(values):
    raise Loud

# %% shout
def shout(text):
    return "</pre><img src=x onerror=alert(1) class=difficult-html>\u202e\x00\ud800" * 100

# %% apply
class Broken(Exception):
    def __str__(self):
        raise Broken
    __repr__ = __str__

def apply(function, values):
    raise Broken

# %% prediction
prediction = "</textarea></script><script class='difficult-html'>alert(1)</script>"

# %% [markdown] last
<script class="difficult-html">alert(1)</script>
