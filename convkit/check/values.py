"""From whatever a student returned to a plain NumPy array, or a sentence that says why not."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convkit.check.failure import CheckFailed, sentence

Array = NDArray[Any]

RETURN_MISSING = "Is the `return` missing, or a value not filled in yet?"

_CONTAINERS = (list, tuple, range)


def number_array(value: object, name: str, expected_text: str | None = None) -> Array:
    """`value` as a plain array of bools, integers or floats; raises CheckFailed for anything else.

    The array's type is `numpy.ndarray` itself, so that no method of a subclass takes part in a comparison.
    Tensors of TensorFlow, JAX and PyTorch count as arrays.
    """

    def refuse(what: str, hint: str | None) -> CheckFailed:
        return CheckFailed(sentence(name, what), hint, expected_text, describe(value))

    problem = _not_numbers(value)
    if problem is not None:
        raise refuse(*problem)
    try:
        array = _as_base_array(value)
    except Exception as error:
        raise refuse(*_conversion_problem(value)) from error
    if isinstance(value, np.ma.MaskedArray) and np.ma.getmaskarray(value).any():
        raise refuse("is a masked array with masked entries", "Return a plain NumPy array.")
    if array.dtype.name in ("bfloat16", "float8_e4m3fn", "float8_e5m2"):  # kinds that NumPy itself lacks
        array = array.astype(np.float32)
    if array.dtype.kind in "biuf":
        return array
    raise refuse(*_dtype_problem(array, value))


def known_array(value: ArrayLike, what: str) -> Array:
    """A value written by the author of a check, as an array; ValueError if it is not one of numbers."""
    array = np.array(value, subok=False)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{what} must be numbers, not {array.dtype}")
    return array


def plain_scalar(value: Any) -> bool | int | float | str | bytes | None:
    """The plain Python value of one bool, number or text (Python's, NumPy's, a tensor's); else None."""
    kind = type(value)
    if kind in (int, float):
        return value
    if issubclass(kind, (bool, np.bool_)):
        return bool(value)
    if issubclass(kind, str):
        return str.__str__(value)
    if issubclass(kind, bytes):
        return bytes.__getitem__(value, slice(None))
    if issubclass(kind, (int, float, np.number)) or is_array(value):
        try:
            array = number_array(value, "")
        except CheckFailed:  # an int of more than 64 bits is an object to NumPy
            return int.__index__(value) if issubclass(kind, int) else None
        return array.item() if array.ndim == 0 else None
    return None


def is_array(value: object) -> bool:
    """An array or a tensor, not a scalar of NumPy's and not a list."""
    return hasattr(type(value), "__array__") and not issubclass(type(value), np.generic)


def describe(value: object) -> str:
    """A short text for any object, with its type where that does not show."""
    kind = type(value)
    if issubclass(kind, np.ndarray):
        base = np.ndarray.view(value, np.ndarray)  # type: ignore[call-overload]
        return f"an array of shape {base.shape}, {base.dtype}"
    text = object_text(value)
    return text if value is None or kind in (bool, int, float, complex, str, bytes) else f"{text} ({kind.__name__})"


def object_text(value: object) -> str:
    """`repr`, bounded in length, for any object, whatever its own `repr` does."""
    return _Text().repr(value)


class _Text(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxlist = self.maxtuple = self.maxdict = self.maxset = self.maxfrozenset = 40
        self.maxstring = self.maxother = 200
        self.maxlevel = 5

    def repr1(self, x: object, level: int) -> str:
        if type(x) in (list, tuple, dict, set, frozenset, str, int):
            return super().repr1(x, level)
        return self.repr_instance(x, level)

    def repr_instance(self, x: object, level: int) -> str:
        if issubclass(type(x), np.generic):
            x = x.item()  # type: ignore[attr-defined]
        try:
            text = repr(x)
        except Exception:
            text = f"an object of type {type(x).__name__}"
        text = " ".join(str.split(text))
        return text if len(text) <= self.maxother else text[: self.maxother] + " …"


def _as_base_array(value: Any) -> Array:
    if issubclass(type(value), np.ndarray):
        return np.ndarray.view(value, np.ndarray)
    if hasattr(value, "detach") and hasattr(value, "cpu"):  # PyTorch
        value = value.detach().cpu()
    return np.asarray(value)  # a tensor may not know the `copy` that np.array asks for


def _not_numbers(value: object) -> tuple[str, str | None] | None:
    """(what it is, hint) for what is plainly no number and no array, else None."""
    if value is None:
        return "is None", RETURN_MISSING
    if issubclass(type(value), (str, bytes)):
        return "is text, not a number or an array", None
    if value is NotImplemented or value is Ellipsis:
        return f"is {value!r}", "The place to fill in is still there."
    if isinstance(value, dict | set | frozenset):
        return f"is a {type(value).__name__}, not a number or an array", None
    if isinstance(value, Iterator):
        return "is an iterator, not an array", "Collect what it gives in a list or an array first."
    if issubclass(type(value), (np.ndarray, np.generic, bool, int, float, complex, *_CONTAINERS)):
        return None
    if _is_symbolic(value):
        return "is a symbolic Keras tensor, which has no values yet", "Call the model on an array."
    if hasattr(type(value), "__array__"):
        return None
    if callable(value):
        return "is a function, not its result", "Are the parentheses of a call missing?"
    return f"is an object of type {type(value).__name__}, not a number or an array", None


def _is_symbolic(value: object) -> bool:
    return any(base.__name__ == "KerasTensor" for base in type(value).__mro__)


def _conversion_problem(value: object) -> tuple[str, str | None]:
    if isinstance(value, _CONTAINERS):
        kind = type(value).__name__
        return (
            f"is a {kind} that is no array: its entries do not fit together",
            "Its rows have different lengths, or its entries different shapes.",
        )
    return f"(of type {type(value).__name__}) cannot be turned into an array", None


def _dtype_problem(array: Array, value: object) -> tuple[str, str | None]:
    if array.dtype.kind == "c":
        return "has complex numbers", "Real numbers are expected: is there a root of a negative number?"
    if array.dtype.kind in "US":
        return "holds text, not numbers", None
    if array.dtype.kind == "O" and array.size and any(entry is None for entry in array.flat):
        return "holds None among its entries", "A function that is called for each entry lacks its `return`."
    if array.dtype.kind == "O":
        return "is not an array of numbers", "Its entries are Python objects (dtype object)."
    return f"is an array of {array.dtype}, not of numbers", None
