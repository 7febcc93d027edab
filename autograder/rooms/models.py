"""Keras models as plain data: a configuration of Keras' own parts, and arrays.

A model crosses as the JSON of its configuration, of its compile settings, and the values of its variables. What the
other side gets is a copy. Layers that it shares with a model which the other side gave are that model's layers there
too. Optimizer state is not part of it, and a loss or metric of the student's own is left out together with the
other compile settings; `compile_left_out` of the copy then says so.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.rooms import large_models, model_config, model_state
from autograder.rooms.encoder import is_model
from autograder.rooms.plain import NotPlain, WireError

_KEYS = {"config": str, "compile": str, "left_out": str, "values": list, "trainable": bytes, "shared": list}
_FETCH = "fetch"
_MAX_UNTRACKED = 1_000_000


def to_plain(model: Any, given: Sequence[object] = (), *, can_fetch: bool = False) -> dict[str, object]:
    """The model as plain data; `given` are objects, models among them, that the other side has already.

    With `can_fetch`, the weights of a large model stay here, and "fetch" is a function that gives them later.
    Raises NotPlain, with a sentence, for what cannot be rebuilt.
    """
    import keras

    kind = type(model)
    if kind is not keras.Sequential and kind.__name__ != "Functional":
        raise NotPlain(
            f"a model of your own class {kind.__name__!r} cannot be graded; "
            "build it with keras.Sequential or keras.Model(inputs, outputs)"
        )
    try:
        config = json.dumps(model_config.without_compile_config(keras.saving.serialize_keras_object(model)))
        model_config.parse(config, "configuration")
    except (WireError, NotImplementedError, TypeError, ValueError) as error:
        raise NotPlain(_first_line(error)) from None
    compile_config, left_out = _compile_settings(model)
    is_large = can_fetch and large_models.is_large(model)
    return {
        "config": config,
        "compile": compile_config,
        "left_out": left_out,
        "values": [] if is_large else model_state.values(model),
        _FETCH: large_models.source_of(model) if is_large else None,
        "trainable": model_state.flags(model),
        "shared": _shared_layers(model, given),
    }


def _compile_settings(model: Any) -> tuple[str, str]:
    """The compile settings as JSON ("" if there are none), and a sentence if they had to be left out."""
    if not getattr(model, "compiled", False):
        return "", ""
    try:
        text = json.dumps(model.get_compile_config())
        model_config.parse(text, "compile settings")
    except Exception as error:
        return "", f"the compile settings are left out: they are not all Keras' own ({_first_line(error)})"
    return text, ""


def _shared_layers(model: Any, given: Sequence[object]) -> list[tuple[int, int, int]]:
    """(index of the layer here, index of the given model, index of the layer there) of every shared layer."""
    places: dict[int, tuple[int, int]] = {}
    for index, other in enumerate(given):
        if is_model(other):
            layers = enumerate(other._flatten_layers())  # type: ignore[attr-defined]
            places |= {id(layer): (index, position) for position, layer in layers}
    return [(index, *places[id(layer)]) for index, layer in enumerate(model.layers) if id(layer) in places]


def from_plain(content: object, given: Sequence[object] = ()) -> Any:
    """The model that `content` describes, as a new object; `given` are the objects that the other side was given.

    Raises WireError for whatever `to_plain` would not give.
    """
    try:
        model = _from_plain(_checked(content), given)
    except WireError:
        raise
    except Exception as error:
        raise WireError(f"the model cannot be rebuilt ({type(error).__name__}: {_first_line(error)})") from None
    return model


def _checked(content: object) -> dict[str, Any]:
    if type(content) is not dict or set(content) != {*_KEYS, _FETCH}:
        raise WireError("a model in a message lacks a part")
    for key, kind in _KEYS.items():
        if type(content[key]) is not kind:
            raise WireError(f"the {key} of a model in a message is of the wrong kind")
    if any(type(value) is not np.ndarray or value.dtype.kind not in "biuf" for value in content["values"]):
        raise WireError("a weight of a model in a message is not an array of numbers")
    if content[_FETCH] is not None and (not callable(content[_FETCH]) or content["values"]):
        raise WireError("the weights of a model in a message are neither here nor there")
    return content


def _from_plain(content: dict[str, Any], given: Sequence[object]) -> Any:
    config = model_config.parse(content["config"], "configuration")
    if not model_config.is_model(config):
        raise WireError("what came as a model is something else")
    compile_config = content["compile"] and model_config.parse(content["compile"], "compile settings")
    shared = _given_layers(content["shared"], given)
    model = _rebuild(config, content["values"], content[_FETCH], shared)
    model_state.set_flags(model, content["trainable"])
    if compile_config:
        _compile(model, compile_config)
    model.compile_left_out = content["left_out"][:500]
    return model


def _given_layers(shared: list[Any], given: Sequence[object]) -> dict[int, Any]:
    """The given models' layers by their index in the model that shares them."""
    layers = {}
    for entry in shared:
        if type(entry) is not tuple or len(entry) != 3 or any(type(number) is not int for number in entry):
            raise WireError("a shared layer of a model in a message is described in the wrong way")
        index, model_index, position = entry
        other: Any = given[model_index] if 0 <= model_index < len(given) else None
        known = list(other._flatten_layers()) if is_model(other) else []
        if not 0 <= position < len(known):
            raise WireError("a model in a message shares a layer that was not given")
        layers[index] = known[position]
    return layers


def _rebuild(
    config: dict[str, Any], values: list[object], fetch: large_models.Fetch | None, shared: Mapping[int, Any]
) -> Any:
    """The model with its variables set to `values`, or to what `fetch` will give.

    It is built first without values: so nothing is allocated for a configuration that announces more than it brings,
    and no time goes into random numbers that are replaced at once.
    """
    import keras
    from keras.src.backend.common import global_state

    try:
        with keras.StatelessScope(initialize_variables=False):
            model = keras.saving.deserialize_keras_object(config, safe_mode=True)
            if shared:
                model = _with_given_layers(model, shared)
    finally:
        created = global_state.get_global_attribute("uninitialized_variables") or []
        global_state.set_global_attribute("uninitialized_variables", [])
    tracked = {id(variable) for variable in model.variables}
    untracked = [one for one in created if one._value is None and id(one) not in tracked]
    if sum(math.prod(variable.shape) for variable in untracked) > _MAX_UNTRACKED:
        raise WireError("the model needs more memory than its weights explain")
    for variable in untracked:
        variable._deferred_initialize()
    if fetch is None:
        model_state.set_values(model, values)
    else:
        model.unfetched_weights = large_models.Unfetched(model, fetch)
    return model


def _with_given_layers(model: Any, shared: Mapping[int, Any]) -> Any:
    """The same model around layers that exist already; the others are made anew."""
    import keras

    layers = model.layers
    replacements = {id(layers[index]): layer for index, layer in shared.items() if index < len(layers)}

    def replace(layer: Any) -> Any:
        known = replacements.get(id(layer))
        if known is None:
            return layer.__class__.from_config(layer.get_config())
        if type(known) is not type(layer) or known.name != layer.name:
            raise WireError("a model in a message shares a layer that is another one")
        return known

    return keras.models.clone_model(model, clone_function=replace)


def _compile(model: Any, config: dict[str, Any]) -> None:
    """Compiles without creating the optimizer's variables, which the first fit does if there is one."""
    import keras

    model.compile(**keras.saving.deserialize_keras_object(config, safe_mode=True))


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0][:300]
