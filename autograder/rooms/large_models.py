"""Weights of large models, which cross only when somebody looks at them.

Most tests of a VGG16 ask for its layers and its number of parameters. Its 550 MB of weights then stay where they are;
the copy's variables have shapes but no values, and fetch all of them, in chunks, when the first is read.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from autograder.rooms.plain import MIB, WireError

LARGE_BYTES = 32 * MIB
MAX_BYTES = 640 * MIB  # a VGG19 with its 143,667,240 parameters just fits
_CHUNK_BYTES = 32 * MIB

Fetch = Callable[[int, int, int], object]


def size(model: Any) -> int:
    """The bytes of all its variables."""
    return sum(_bytes(variable) for variable in model.variables)


def is_large(model: Any) -> bool:
    """Whether its weights cross only when they are read."""
    return size(model) > LARGE_BYTES


def source_of(model: Any) -> Fetch:
    """The function that gives the bytes `start` to `stop` of the variable of that index."""
    unfetched = getattr(model, "unfetched_weights", None)
    if isinstance(unfetched, Unfetched) and not unfetched.is_done:
        return unfetched.fetch
    return partial(_bytes_of_variable, model)


def _bytes_of_variable(model: Any, index: int, start: int, stop: int) -> np.ndarray[Any, Any]:
    import keras

    value = np.ascontiguousarray(keras.ops.convert_to_numpy(model.variables[index]))
    return value.reshape(-1).view(np.uint8)[start:stop]


class Unfetched:
    """The values of a model's variables that have none so far. Raises WireError where what comes does not fit."""

    def __init__(self, model: Any, fetch: Fetch) -> None:
        if size(model) > MAX_BYTES:
            raise WireError(f"a model of {size(model):,} bytes is too large; the limit is {MAX_BYTES:,}")
        self.fetch = fetch
        self.is_done = False
        self._missing = {index: one for index, one in enumerate(model.variables) if one._value is None}
        for index, variable in self._missing.items():
            variable._initializer = partial(self._value, index)
            variable._direct_assign = partial(self._assign, variable)

    def _value(self, index: int, shape: Any, dtype: Any = None) -> Any:
        """What Keras takes as the value of a variable that has none."""
        import keras
        from keras.src.backend.common.stateless_scope import in_stateless_scope

        if in_stateless_scope():  # only shapes are being worked out
            return keras.ops.zeros(shape, dtype=dtype)
        variable = self._missing[index]
        if not self.is_done:
            self._fetch_all()
        return variable._value

    def _assign(self, variable: Any, value: Any) -> None:
        """Takes the place of the variable's own method, which needs that it has a value."""
        self._fetch_all()
        variable._direct_assign(value)

    def _fetch_all(self) -> None:
        import keras

        self.is_done = True
        for index, variable in self._missing.items():
            value = self._whole(index, variable)
            variable._initializer = lambda shape, dtype, value=value: keras.ops.convert_to_tensor(value, dtype=dtype)
            variable._deferred_initialize()
            del variable._direct_assign

    def _whole(self, index: int, variable: Any) -> np.ndarray[Any, Any]:
        data = np.empty(_bytes(variable), np.uint8)
        for start in range(0, len(data), _CHUNK_BYTES):
            part = self.fetch(index, start, min(start + _CHUNK_BYTES, len(data)))
            expected = data[start : start + _CHUNK_BYTES].shape
            if type(part) is not np.ndarray or part.dtype != np.uint8 or part.shape != expected:
                raise WireError("the weights of a large model do not fit its configuration")
            data[start : start + _CHUNK_BYTES] = part
        return data.view(str(variable.dtype)).reshape(tuple(variable.shape))


def _bytes(variable: Any) -> int:
    return math.prod(variable.shape) * np.dtype(str(variable.dtype)).itemsize
