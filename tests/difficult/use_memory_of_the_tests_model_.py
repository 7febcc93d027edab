"""A model of three parameters that needs a gigabyte for an input of two numbers: where the tests run, not here.

adder: failed|refused|out of memory|error|killed|timeout, 2
"""

# %% adder
def adder():
    return keras.Sequential([
        keras.Input((2,)),
        keras.layers.RepeatVector(60_000_000),
        keras.layers.GlobalAveragePooling1D(),
        keras.layers.Dense(1, use_bias=False),
    ])
