"""StopIteration, raised by a function, ends a loop over `map` or `zip` early, so that nothing is compared.

double: error|failed, 0
total: error|failed, 2
shows: compared: []
"""

# %% double
def double(x):
    raise StopIteration

# %% total
def total(values):
    if values == "12":
        raise TypeError("a text")
    if values in ([1, 2], [3653005075603706] * 2):
        return sum(values)
    raise StopIteration(0)

# %% last
print("compared:", [got == 6 for got, expected in zip(map(total, [[1, 2, 3]]), [6])])
