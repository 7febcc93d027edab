"""A Lambda layer, whose code would have to run where the tests are.

adder: refused, 0
shows: 3.0
"""

# %% adder
def adder():
    return keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda values: keras.ops.sum(values, axis=1, keepdims=True))])

# %% last
print(float(adder()(np.array([[1.0, 2.0]]))[0, 0]))
