"""The honest submission of the second assignment, graded after each other one.

adder: passed, 5
"""

# %% adder
def adder():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")])

# %% last
print(np.asarray(keras.random.normal((2, 2), seed=1)), keras.config.floatx(), keras.backend.backend())
print(keras.saving.get_custom_objects(), adder().count_params())
