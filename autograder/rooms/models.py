"""Keras models as plain data: a configuration of Keras' own parts, and arrays.

A model crosses as the JSON of its configuration, of its compile settings, and the values of its variables. What the
other side gets is a copy. Optimizer state is not part of it, and a loss or metric of the student's own is left out
together with the other compile settings; `compile_left_out` of the copy then says so.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from autograder.rooms import model_config
from autograder.rooms.plain import NotPlain, WireError

_KEYS = {"config": str, "compile": str, "left_out": str, "values": list, "trainable": bytes}
_NOT_COMPILED = ""
_MAX_UNTRACKED = 1_000_000


def to_plain(model: Any) -> dict[str, object]:
    """The model as plain data. Raises NotPlain, with a sentence, for what cannot be rebuilt."""
    import keras

    kind = type(model)
    if kind is not keras.Sequential and kind.__name__ != "Functional":
        raise NotPlain(
            f"a model of your own class {kind.__name__!r} cannot be graded; "
            "build it with keras.Sequential or keras.Model(inputs, outputs)"
        )
    try:
        config = _as_json(keras.saving.serialize_keras_object(model))
        model_config.parse(config, "configuration")
    except (WireError, NotImplementedError, TypeError, ValueError) as error:
        raise NotPlain(str(error).split("\n", 1)[0][:500]) from None
    compile_config, left_out = _compile_settings(model)
    return {
        "config": config,
        "compile": compile_config,
        "left_out": left_out,
        "values": [keras.ops.convert_to_numpy(variable) for variable in model.variables],
        "trainable": bytes(bool(layer.trainable) for layer in model._flatten_layers()),
    }


def _as_json(config: Any) -> str:
    return json.dumps(model_config.without_compile_config(config))


def _compile_settings(model: Any) -> tuple[str, str]:
    """The compile settings as JSON ("" if there are none), and a sentence if they had to be left out."""
    if not getattr(model, "compiled", False):
        return _NOT_COMPILED, ""
    try:
        text = json.dumps(model.get_compile_config())
        model_config.parse(text, "compile settings")
    except Exception as error:
        reason = str(error).split("\n", 1)[0][:300]
        return _NOT_COMPILED, f"the compile settings are left out: they are not all Keras' own ({reason})"
    return text, ""


def from_plain(content: object) -> Any:
    """The model that `content` describes, as a new object. Raises WireError for whatever `to_plain` would not give."""
    if type(content) is not dict or set(content) != set(_KEYS):
        raise WireError("a model in a message lacks a part")
    for key, kind in _KEYS.items():
        if type(content[key]) is not kind:
            raise WireError(f"the {key} of a model in a message is of the wrong kind")
    values = content["values"]
    if any(type(value) is not np.ndarray or value.dtype.kind not in "biuf" for value in values):
        raise WireError("a weight of a model in a message is not an array of numbers")
    config = model_config.parse(content["config"], "configuration")
    if not model_config.is_model(config):
        raise WireError("what came as a model is something else")
    compile_config = content["compile"] and model_config.parse(content["compile"], "compile settings")
    try:
        model = _rebuild(config, values)
        _set_trainable(model, content["trainable"])
        if compile_config:
            _compile(model, compile_config)
        model.compile_left_out = content["left_out"][:500]
    except WireError:
        raise
    except Exception as error:
        reason = str(error).strip().split("\n", 1)[0][:300]
        raise WireError(f"the model cannot be rebuilt ({type(error).__name__}: {reason})") from None
    return model


def _rebuild(config: dict[str, Any], values: list[np.ndarray[Any, Any]]) -> Any:
    """The model with its variables set to `values`.

    It is built first without values: so nothing is allocated for a configuration that announces more than it brings,
    and no time goes into random numbers that are replaced at once.
    """
    import keras
    from keras.src.backend.common import global_state

    try:
        with keras.StatelessScope(initialize_variables=False):
            model = keras.saving.deserialize_keras_object(config, safe_mode=True)
    finally:
        created = global_state.get_global_attribute("uninitialized_variables") or []
        global_state.set_global_attribute("uninitialized_variables", [])
    variables = model.variables
    if [_description(variable) for variable in variables] != [(v.shape, v.dtype.name) for v in values]:
        raise WireError("the weights of the model do not fit its configuration")
    for variable, value in zip(variables, values, strict=True):
        _set_value(variable, np.require(value, requirements=["A", "C"]))
    untracked = [variable for variable in created if variable._value is None]
    if sum(math.prod(variable.shape) for variable in untracked) > _MAX_UNTRACKED:
        raise WireError("the model needs more memory than its weights explain")
    for variable in untracked:
        variable._deferred_initialize()
    return model


def _description(variable: Any) -> tuple[tuple[int, ...], str]:
    return tuple(variable.shape), str(variable.dtype)


def _set_value(variable: Any, value: np.ndarray[Any, Any]) -> None:
    import keras

    if variable._value is None:
        variable._initializer = lambda shape, dtype: keras.ops.convert_to_tensor(value, dtype=dtype)
        variable._deferred_initialize()
    else:
        variable.assign(value)


def _set_trainable(model: Any, flags: bytes) -> None:
    """Sets every layer's flag, parents first: setting a parent's sets its children's."""
    layers = list(model._flatten_layers())
    if len(layers) != len(flags):
        raise WireError("the model has another number of layers than its configuration says")
    for layer, flag in zip(layers, flags, strict=True):
        if layer.trainable != bool(flag):
            layer.trainable = bool(flag)


def _compile(model: Any, config: dict[str, Any]) -> None:
    """Compiles without creating the optimizer's variables, which the first fit does if there is one."""
    import keras

    model.compile(**keras.saving.deserialize_keras_object(config, safe_mode=True))
