"""Memory by TensorFlow: large tensors in a cell and in a call, and a layer of gigabytes.

adder: out of memory|error|killed, 0
honest: passed, 5
"""

# %% adder
def adder():
    kept = [keras.ops.ones((2**24,)) + number for number in range(16)]
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])

# %% after adder
keras.Sequential([keras.Input((2**20,)), keras.layers.Dense(2**20)])
