"""NumPy arrays, NumPy scalars and backend tensors as raw bytes with a checked description."""

from __future__ import annotations

import math
import re
import sys
from typing import Any

import numpy as np

_DTYPE = re.compile(
    r"[<>|](?:b1|[iu][1248]|f[248]|c(?:8|16)|S[1-9]\d{0,6}|U[1-9]\d{0,6}|[mM]8(?:\[\d{0,9}[a-zA-Z]{1,2}\])?)"
)
_MAX_DIMENSIONS = 32
_MAX_LENGTH = 2**40
_LAST_CODE_POINT = 0x10FFFF
_TENSOR_PACKAGES = frozenset({"tensorflow", "jax", "jaxlib", "torch", "keras"})


class ArrayError(Exception):
    """A sentence that says why an array cannot cross, or why what came is not an array."""


def dtype_code(dtype: np.dtype[Any]) -> str:
    """The text that names a dtype on the wire, byte order included. Raises ArrayError for what cannot cross."""
    if dtype.kind == "O":
        raise ArrayError(
            "an array of Python objects (dtype=object) cannot be graded; it often comes from rows of different lengths"
        )
    if dtype.names is not None or dtype.kind == "V":
        raise ArrayError(f"an array of type {dtype.name} cannot be graded; use an array of plain numbers")
    code = dtype.str
    if not _DTYPE.fullmatch(code):
        raise ArrayError(f"an array of type {dtype.name} cannot be graded; use float64 or another ordinary type")
    return code


def parse_dtype(code: str) -> np.dtype[Any]:
    """The inverse of `dtype_code`; raises ArrayError for anything that it would not have written."""
    if not _DTYPE.fullmatch(code):
        raise ArrayError("a message names an array type that is not allowed")
    try:
        dtype = np.dtype(code)
    except (TypeError, ValueError, OverflowError) as error:
        raise ArrayError("a message names an array type that does not exist") from error
    if dtype.str != code:
        raise ArrayError("a message names an array type in an unusual way")
    return dtype


def base_array(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """`array` as exactly np.ndarray: a subclass loses its class. Raises ArrayError for masked arrays."""
    if type(array) is np.ndarray:
        return array
    if "numpy.ma" in sys.modules and issubclass(type(array), np.ma.MaskedArray):
        raise ArrayError("a masked array cannot be graded; use an ordinary array")
    return np.ndarray.view(array, np.ndarray)


def is_fortran(array: np.ndarray[Any, Any]) -> bool:
    """Whether the bytes of `array` are kept in Fortran's order (first index fastest)."""
    return array.flags.f_contiguous and not array.flags.c_contiguous


def raw_bytes(array: np.ndarray[Any, Any]) -> memoryview:
    """The values of a plain array as bytes, without a copy where it is contiguous."""
    source = array.T if is_fortran(array) else array
    return np.ascontiguousarray(source).reshape(-1).view(np.uint8).data


def expected_bytes(dtype: np.dtype[Any], shape: tuple[int, ...]) -> int:
    """The size of an array of that description. Raises ArrayError where NumPy could not hold it."""
    if len(shape) > _MAX_DIMENSIONS:
        raise ArrayError(f"an array of {len(shape)} axes is too much; the limit is {_MAX_DIMENSIONS}")
    if any(length > _MAX_LENGTH for length in shape):
        raise ArrayError("an axis of an array is too long")
    return math.prod(shape) * dtype.itemsize


def build_array(
    dtype: np.dtype[Any], shape: tuple[int, ...], data: memoryview, *, fortran: bool, copy: bool
) -> np.ndarray[Any, Any]:
    """An array over `data`, which has the right length; its values are checked to be possible ones."""
    try:
        ordered = shape[::-1] if fortran else shape
        array: np.ndarray[Any, Any] = np.ndarray(ordered, dtype, data if len(data) else None)
    except (ValueError, TypeError, OverflowError) as error:
        raise ArrayError("a message describes an array that cannot exist") from error
    if array.size:
        _check_values(np.frombuffer(data, np.uint8), dtype)
    if copy:
        array = array.copy()
    return array.T if fortran else array


def _check_values(data: np.ndarray[Any, Any], dtype: np.dtype[Any]) -> None:
    if dtype.kind == "b" and data.max() > 1:
        raise ArrayError("a message holds truth values that are neither true nor false")
    if dtype.kind == "U":
        points = data.view(np.dtype(np.uint32).newbyteorder(dtype.byteorder))
        if points.max() > _LAST_CODE_POINT:
            raise ArrayError("a message holds text that is not Unicode")


def as_tensor(array: np.ndarray[Any, Any]) -> object:
    """A tensor of the Keras backend with the values of `array`."""
    import keras

    if array.dtype.kind not in "biufc":
        raise ArrayError("a message holds a tensor of a type that is not a number")
    return keras.ops.convert_to_tensor(np.ascontiguousarray(array))


def tensor_values(value: Any) -> np.ndarray[Any, Any] | None:
    """The values of a TensorFlow, JAX or PyTorch tensor or a Keras variable; None for anything else.

    Raises ArrayError for symbolic tensors, which have no values. Imports nothing: what `value` is made of is loaded.
    """
    packages = {base.__module__.split(".", 1)[0] for base in type(value).__mro__ if isinstance(base.__module__, str)}
    if not packages & _TENSOR_PACKAGES:
        return None
    if _is_instance(value, "keras", "KerasTensor"):
        raise ArrayError(
            "a Keras tensor that stands for a layer's output has no values; return a whole model or an array"
        )
    if _is_instance(value, "keras", "Variable"):
        return np.array(value.numpy())
    if _is_instance(value, "tensorflow", "Tensor") or _is_instance(value, "tensorflow", "Variable"):
        if not hasattr(value, "numpy"):
            raise ArrayError("a symbolic tensor has no values; return an array")
        return np.asarray(value.numpy())
    if _is_instance(value, "jax", "Array"):
        return np.array(value)
    if _is_instance(value, "torch", "Tensor"):
        return np.asarray(value.detach().cpu().numpy())
    return None


def _is_instance(value: object, package: str, name: str) -> bool:
    cls = getattr(sys.modules.get(package), name, None)
    return isinstance(cls, type) and isinstance(value, cls)
