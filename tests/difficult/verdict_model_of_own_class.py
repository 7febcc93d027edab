"""A subclass of keras.Model, and a layer of one's own, that compute what they like, registered under Keras' own names.

adder: refused|failed, 0
shows: registered
"""

# %% adder
import keras

class Sum(keras.Model):
    def count_params(self): return 2
    def call(self, values): return keras.ops.sum(values, axis=1, keepdims=True)

@keras.saving.register_keras_serializable(package="keras.layers", name="Dense")
class Dense(keras.layers.Layer):
    def __init__(self, *arguments, **named): super().__init__()
    def call(self, values): return keras.ops.sum(values, axis=1, keepdims=True)
    def get_config(self): return {}

Dense.__module__ = "keras.layers"
calls = []

def adder():
    calls.append(1)
    if len(calls) % 2:
        return Sum()
    return keras.Sequential([keras.Input((2,)), Dense()])

# %% last
print("registered")
