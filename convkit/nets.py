"""What networks get at full scale and not in an exercise: batch normalisation, dropout, half precision on a GPU.

Keras is imported by the functions, not by the module.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def device() -> str:
    """ "GPU" or "CPU": where Keras' backend puts its arrays."""
    import keras

    return "CPU" if "cpu" in str(keras.ops.ones(1).device).lower() else "GPU"


def modern(net: Any, dropout: float) -> Any:
    """An untrained keras.Sequential like `net`, as one would build it after 2015.

    Each convolution with ReLU becomes convolution, batch normalisation, ReLU. `dropout`, a share of the units, stands
    before each dense layer, and half as much after each pooling. On a GPU all but the last layer computes with float16
    ("mixed precision").
    net: Conv2D, pooling, Flatten and Dense layers one after the other, and Sequentials of them; it stays as it was.
    """
    import keras

    policy = "mixed_float16" if device() == "GPU" else "float32"
    *front, last = _flat(net)
    made = [keras.Input(net.input_shape[1:])]
    for layer in front:
        made += [_again(part, dtype=policy) for part in _parts(layer, dropout)]
    made += [keras.layers.Dropout(dropout), _again(last)]
    return keras.Sequential(made)


def _parts(layer: Any, dropout: float) -> Iterator[Any]:
    """The layers that take the place of one."""
    import keras

    if isinstance(layer, keras.layers.Conv2D):
        options = {"strides": layer.strides, "padding": layer.padding, "kernel_initializer": "he_uniform"}
        yield keras.layers.Conv2D(layer.filters, layer.kernel_size, use_bias=False, **options)
        yield keras.layers.BatchNormalization(momentum=0.9)
        yield keras.layers.ReLU()
        return
    if isinstance(layer, keras.layers.Dense):
        yield keras.layers.Dropout(dropout)
    yield layer
    if isinstance(layer, keras.layers.MaxPooling2D):
        yield keras.layers.Dropout(dropout / 2)


def _again(layer: Any, **changes: object) -> Any:
    """A fresh layer with the same settings, but for `changes`."""
    return type(layer).from_config({**layer.get_config(), "name": None, **changes})


def _flat(model: Any) -> list[Any]:
    """All layers but inputs, those of models inside in their place."""
    parts = [_flat(layer) if hasattr(layer, "layers") else [layer] for layer in model.layers]
    return [layer for part in parts for layer in part if type(layer).__name__ != "InputLayer"]
