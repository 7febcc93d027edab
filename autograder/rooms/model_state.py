"""What can change in a Keras model without its layers being others: values of variables, and trainable flags."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.rooms import large_models
from autograder.rooms.encoder import is_model
from autograder.rooms.plain import NotPlain, WireError

_MESSAGE = "the function changed the layers of the model that it was given; it should build a new model"


def values(model: Any) -> list[np.ndarray[Any, Any]]:
    """The values of all variables, those of random generators included."""
    import keras

    with warnings.catch_warnings():  # Keras' own on NumPy's copy argument; student code may turn them into errors
        warnings.simplefilter("ignore", DeprecationWarning)
        return [np.asarray(keras.ops.convert_to_numpy(variable)) for variable in model.variables]


def flags(model: Any) -> bytes:
    """One byte, 0 or 1, for every layer at any depth: whether it is trainable."""
    return bytes(bool(layer.trainable) for layer in model._flatten_layers())


def set_flags(model: Any, new: object) -> None:
    """Sets every layer's flag, parents first, because setting a parent's sets its children's. Raises WireError."""
    layers = list(model._flatten_layers())
    if type(new) is not bytes or len(layers) != len(new):
        raise WireError("the model has another number of layers than its configuration says")
    for layer, flag in zip(layers, new, strict=True):
        if layer.trainable != bool(flag):
            layer.trainable = bool(flag)


def digest(model: Any) -> tuple[object, ...]:
    """Something small that is another if the model's layers, values or flags are; of large models not the values."""
    names = tuple(layer.name for layer in model._flatten_layers())
    if large_models.is_large(model):
        return names, flags(model)
    checksums = tuple((value.shape, zlib.crc32(np.ascontiguousarray(value).data)) for value in values(model))
    return names, checksums, flags(model)


def state(model: Any) -> dict[str, object]:
    """What `set_state` gives to another model with the same layers."""
    return {
        "names": tuple(layer.name for layer in model._flatten_layers()),
        "values": None if large_models.is_large(model) else values(model),
        "flags": flags(model),
    }


def shares_layers(value: object, model: Any) -> bool:
    """Whether `value` is, or holds, a model with a layer of `model`."""
    if isinstance(value, dict):
        return any(shares_layers(item, model) for item in value.values())
    if isinstance(value, list | tuple):
        return any(shares_layers(item, model) for item in value)
    if not is_model(value):
        return False
    known = {id(layer) for layer in model._flatten_layers()}
    return any(id(layer) in known for layer in value._flatten_layers())  # type: ignore[attr-defined]


def set_state(model: Any, content: dict[Any, Any]) -> None:
    """Gives the model other values and flags, in place. Raises NotPlain if it has other layers, or WireError."""
    if set(content) != {"names", "values", "flags"} or type(content["values"]) not in (list, type(None)):
        raise WireError("a change of a model in a message lacks a part")
    if content["names"] != tuple(layer.name for layer in model._flatten_layers()):
        raise NotPlain(_MESSAGE)
    if not model.built:
        return  # it was only built, by being called
    if content["values"] is not None:
        set_values(model, content["values"])
    set_flags(model, content["flags"])


def set_values(model: Any, new: Sequence[object]) -> None:
    """Sets all variables, also those that have had no value so far. Raises WireError if the shapes do not fit."""
    variables = model.variables
    if [_description(value) for value in new] != [(tuple(v.shape), str(v.dtype)) for v in variables]:
        raise WireError("the weights of the model do not fit its configuration")
    for variable, value in zip(variables, new, strict=True):
        _set_value(variable, np.require(value, requirements=["A", "C"]))


def _description(value: object) -> object:
    return (value.shape, value.dtype.name) if type(value) is np.ndarray else None


def _set_value(variable: Any, value: np.ndarray[Any, Any]) -> None:
    import keras

    if variable._value is None:
        variable._initializer = lambda shape, dtype: keras.ops.convert_to_tensor(value, dtype=dtype)
        variable._deferred_initialize()
    else:
        variable.assign(value)
