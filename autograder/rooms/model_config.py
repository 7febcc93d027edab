"""Which model configurations may be rebuilt: those made of Keras' own parts alone.

Every object in a configuration is a dictionary with a module, a class name and a config. A part passes if its module
and class are looked up here, in Keras' public tables, and found to be what they say. Lambda layers, layers that load
files or foreign models, registered custom objects and functions that are not Keras' own do not pass.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

from autograder.rooms.plain import WireError

MAX_CONFIG_BYTES = 8 * 1024**2
_MAX_DEPTH = 64
_MAX_INTEGER = 2**63
_BASES = {
    "keras.layers": ("keras.layers", "Layer"),
    "keras.initializers": ("keras.initializers", "Initializer"),
    "keras.regularizers": ("keras.regularizers", "Regularizer"),
    "keras.constraints": ("keras.constraints", "Constraint"),
    "keras.optimizers": ("keras.optimizers", "Optimizer"),
    "keras.optimizers.schedules": ("keras.optimizers.schedules", "LearningRateSchedule"),
    "keras.losses": ("keras.losses", "Loss"),
    "keras.metrics": ("keras.metrics", "Metric"),
}
_MODELS = {("keras", "Sequential"), ("keras.models", "Sequential"), ("keras.src.models.functional", "Functional")}
_POLICIES = {(module, "DTypePolicy") for module in ("keras", "keras.dtype_policies")}
_OPERATION_MODULES = {f"keras.src.ops.{name}" for name in ("numpy", "nn", "math", "image", "linalg")}
_CORE_OPERATIONS = {"Cast", "Slice", "SliceUpdate", "Scatter", "ScatterUpdate", "StopGradient", "Unstack"}
_DATA = {"__keras_tensor__", "__numpy__", "__ellipsis__", "__slice__"}
_NUMBER_TYPES = {
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "float16",
    "float32",
    "float64",
}
_NOT_PLAIN_LAYERS = {
    "Lambda",
    "TFSMLayer",
    "TorchModuleWrapper",
    "JaxLayer",
    "FlaxLayer",
    "TextVectorization",
    "StringLookup",
    "IntegerLookup",
    "IndexLookup",
    "Wrapper",
}


def parse(text: object, what: str) -> dict[str, Any]:
    """The configuration in `text`, bounded and checked to be built of Keras' own parts. Raises WireError."""
    if type(text) is not str or len(text) > MAX_CONFIG_BYTES:
        raise WireError(f"the {what} of the model is too long")
    try:
        config = json.loads(text)
    except (ValueError, RecursionError):
        raise WireError(f"the {what} of the model is not JSON") from None
    if type(config) is not dict:
        raise WireError(f"the {what} of the model is not a dictionary")
    check(config)
    return config


def is_model(config: dict[str, Any]) -> bool:
    """Whether the outermost object is a Sequential or functional model."""
    return [config.get("module"), config.get("class_name")] in [list(model) for model in _MODELS]


def check(node: object, depth: int = 0) -> None:
    """Raises WireError, with a sentence for the student, unless every object in `node` is Keras' own."""
    if depth > _MAX_DEPTH:
        raise WireError("the model is nested too deeply")
    if isinstance(node, list):
        for item in node:
            check(item, depth + 1)
    elif isinstance(node, dict):
        if "class_name" in node:
            _check_object(node)
        for item in node.values():
            check(item, depth + 1)
    elif type(node) is int and abs(node) > _MAX_INTEGER:
        raise WireError("the model has a setting that is too large")


def without_compile_config(node: Any) -> Any:
    """A copy without the compile settings of nested models, which nothing needs."""
    if isinstance(node, dict):
        return {key: without_compile_config(item) for key, item in node.items() if key != "compile_config"}
    if isinstance(node, list | tuple):
        return [without_compile_config(item) for item in node]
    return node


def _check_object(node: dict[str, Any]) -> None:
    name, module, registered = node["class_name"], node.get("module"), node.get("registered_name")
    if type(name) is not str or "config" not in node or "compile_config" in node:
        raise WireError("the model's configuration is malformed")
    if name in _DATA:
        if type(node["config"]) is not dict:
            raise WireError("the model's configuration is malformed")
        if name == "__numpy__" and str(node["config"].get("dtype")) not in _NUMBER_TYPES:
            raise WireError("the model holds an array that is not numbers")
        return
    if type(module) is not str or registered not in (None, name):
        raise WireError(_refusal(name))
    if name == "function":
        allowed = module == "builtins" and _is_own_function(node["config"])
    else:
        allowed = type(node["config"]) is dict and _is_own_class(module, name)
    if not allowed:
        raise WireError(_refusal(str(node["config"]) if name == "function" else name))


def _refusal(name: str) -> str:
    return f"a model with {name[:80]!r} cannot be graded: only Keras' own layers and functions can, and no Lambda"


def _is_own_class(module: str, name: str) -> bool:
    if (module, name) in _MODELS or (module, name) in _POLICIES:
        return True
    if module in _OPERATION_MODULES or (module == "keras.src.ops.core" and name in _CORE_OPERATIONS):
        found = vars(importlib.import_module(module)).get(name)
        return _is_keras_class(found, _find("keras", "Operation")) and found.__module__ == module
    if module not in _BASES or (module == "keras.layers" and name in _NOT_PLAIN_LAYERS):
        return False
    return _is_keras_class(_find(module, name), _find(*_BASES[module]))


def _is_own_function(name: object) -> bool:
    if type(name) is not str or not name.isidentifier() or name.startswith("_"):
        return False
    for module in ("keras.activations", "keras.losses", "keras.metrics"):
        found = _find(module, name)
        if callable(found) and str(getattr(found, "__module__", "")).startswith("keras.src."):
            return True
    return False


def _is_keras_class(found: Any, base: Any) -> bool:
    return isinstance(found, type) and issubclass(found, base) and found.__module__.startswith("keras.src.")


def _find(module: str, name: str) -> Any:
    """What Keras' public module calls `name`; None if there is no such thing."""
    import keras  # noqa: F401  the public modules come with it

    return vars(sys.modules[module]).get(name)
