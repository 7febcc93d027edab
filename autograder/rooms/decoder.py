"""Bytes to values. Trusts nothing: whatever comes in, it ends with a value of exact plain types or a WireError."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.rooms import arrays
from autograder.rooms.channel import Part
from autograder.rooms.plain import (
    ATOM_VALUES,
    DEFAULT_BOUNDS,
    NAMED_TYPES,
    SEQUENCE_TYPES,
    Bounds,
    Reference,
    WireError,
)


def decode(
    data: Part,
    *,
    bounds: Bounds = DEFAULT_BOUNDS,
    resolve: Callable[[Reference], object] | None = None,
    given: Sequence[object] = (),
    as_tensors: bool = False,
) -> Any:
    """The value of one message. Raises WireError.

    `resolve` gives the object for a reference; without it references are an error. `given` are the objects that
    "that one of yours" may mean. Tensors arrive as arrays, or with `as_tensors` as the Keras backend's tensors.
    """
    reader = _Reader(data, bounds, resolve, given, as_tensors)
    try:
        value = reader.read()
    except arrays.ArrayError as error:
        raise WireError(str(error)) from None
    except RecursionError:
        raise WireError("a message is nested too deeply") from None
    except MemoryError:
        raise WireError("a message needs more memory than there is") from None
    if reader.position != len(reader.data):
        raise WireError("a message goes on after its end")
    return value


class _Reader:
    def __init__(
        self,
        data: Part,
        bounds: Bounds,
        resolve: Callable[[Reference], object] | None,
        given: Sequence[object],
        as_tensors: bool,
    ) -> None:
        self.data = memoryview(data)
        self.position = 0
        self.bounds = bounds
        self.resolve = resolve
        self.given = given
        self.as_tensors = as_tensors
        self.depth = self.nodes = self.models = 0
        self.in_model = False

    def take(self, length: int) -> memoryview:
        end = self.position + length
        if end > len(self.data):
            raise WireError("a message ends too early")
        part = self.data[self.position : end]
        self.position = end
        return part

    def unpack(self, layout: struct.Struct) -> tuple[Any, ...]:
        return layout.unpack(self.take(layout.size))

    def read(self) -> Any:
        self.nodes += 1
        if self.nodes > self.bounds.nodes:
            raise WireError(f"a message has more than {self.bounds.nodes:,} parts")
        tag = self.take(1)[0]
        if tag in ATOM_VALUES:
            return ATOM_VALUES[tag]
        if tag in SEQUENCE_TYPES:
            return self.read_sequence(SEQUENCE_TYPES[tag])
        reader = _READERS.get(tag)
        if reader is None:
            raise WireError(f"a message has a part of unknown kind {tag}")
        return reader(self)

    def read_integer(self) -> int:
        (length,) = self.unpack(_SHORT)
        if not 0 < length <= self.bounds.integer_bytes:
            raise WireError("an integer in a message has an impossible length")
        return int.from_bytes(self.take(length), "big", signed=True)

    def read_float(self) -> float:
        return float(self.unpack(_DOUBLE)[0])

    def read_complex(self) -> complex:
        return complex(*self.unpack(_TWO_DOUBLES))

    def read_raw(self) -> memoryview:
        (length,) = self.unpack(_LONG)
        if length > self.bounds.text_bytes:
            raise WireError("a text in a message is too long")
        return self.take(length)

    def read_bytes(self) -> bytes:
        return bytes(self.read_raw())

    def read_text(self) -> str:
        return _text(self.read_raw())

    def read_sequence(self, kind: type) -> Any:
        count = self.enter()
        items = [self.read() for _ in range(count)]
        self.depth -= 1
        if kind is list:
            return items
        if kind is tuple:
            return tuple(items)
        collection: set[Any] = set()
        try:
            for item in items:  # one by one: if all have the same hash, this is slow, but a signal can end it
                collection.add(item)
        except TypeError:
            raise WireError("a set in a message holds something that no set can hold") from None
        if len(collection) != count:
            raise WireError("a set in a message holds the same thing twice")
        return kind(collection)

    def read_mapping(self) -> dict[Any, Any]:
        count = self.enter()
        result: dict[Any, Any] = {}
        for _ in range(count):
            key = self.read()
            try:
                known = key in result
            except TypeError:
                raise WireError("a dictionary in a message has a key that no dictionary can have") from None
            if known:
                raise WireError("a dictionary in a message has the same key twice")
            result[key] = self.read()
        self.depth -= 1
        return result

    def enter(self) -> int:
        """One level down; the number of parts, which is possible with the bytes that are left."""
        (count,) = self.unpack(_LONG)
        self.depth += 1
        if self.depth > self.bounds.depth:
            raise WireError("a message is nested too deeply")
        if count > len(self.data) - self.position or count > self.bounds.nodes:
            raise WireError("a message announces more parts than it has")
        return int(count)

    def read_triple(self) -> tuple[Any, Any, Any]:
        parts = self.read_sequence(tuple)
        if len(parts) != 3 or any(type(part) is not int and part is not None for part in parts):
            raise WireError("a range or slice in a message is not made of three integers")
        return parts

    def read_slice(self) -> slice:
        return slice(*self.read_triple())

    def read_range(self) -> range:
        try:
            numbers = range(*self.read_triple())
        except (TypeError, ValueError):
            raise WireError("a range in a message is impossible") from None
        if numbers and abs(numbers[-1] - numbers[0]) // abs(numbers.step) >= self.bounds.nodes:
            raise WireError("a range in a message is too long")  # it would grow when a test unfolds it
        return numbers

    def read_array(self) -> np.ndarray[Any, Any]:
        length, flags = self.unpack(_ARRAY_HEAD)
        if flags > 3:
            raise WireError("an array in a message has unknown flags")
        dtype = arrays.parse_dtype(_text(self.take(length)))
        (dimensions,) = self.take(1)
        shape = struct.unpack(f">{dimensions}Q", self.take(8 * dimensions))
        size = arrays.expected_bytes(dtype, shape)
        if size > self.bounds.array_bytes and not self.in_model:
            raise WireError(f"an array of {size:,} bytes is too large")
        data = self.take(size)
        array = arrays.build_array(dtype, shape, data, fortran=bool(flags & 1), copy=not self.in_model)
        if flags & 2:
            array.flags.writeable = False
        return array

    def read_tensor(self) -> object:
        array = self.read_array()
        return arrays.as_tensor(array) if self.as_tensors else array

    def read_dtype(self) -> np.dtype[Any]:
        return arrays.parse_dtype(self.read_text())

    def read_scalar(self) -> Any:
        dtype = arrays.parse_dtype(_text(self.take(self.take(1)[0])))
        if dtype.kind in "SU":
            raise WireError("a message has a text of an unusual kind")
        return arrays.build_array(dtype, (), self.take(dtype.itemsize), fortran=False, copy=True)[()]

    def read_numpy_text(self) -> np.str_:
        return np.str_(self.read_text())

    def read_numpy_bytes(self) -> np.bytes_:
        return np.bytes_(self.read_bytes())

    def read_type(self) -> type:
        name = self.read_text()
        if name not in NAMED_TYPES:
            raise WireError("a message names a type that is not known")
        return NAMED_TYPES[name]

    def read_same(self) -> object:
        (index,) = self.unpack(_LONG)
        if index >= len(self.given):
            raise WireError("a message speaks of an argument that was not given")
        return self.given[index]

    def read_reference(self) -> object:
        flags, number, name_length, doc_length = self.unpack(_REFERENCE_HEAD)
        name, doc = _text(self.take(name_length)), _text(self.take(doc_length))
        if self.resolve is None or flags > 3 or len(name) > 200 or len(doc) > 4000:
            raise WireError("a message has a reference where none may be")
        return self.resolve(Reference(bool(flags & 1), number, bool(flags & 2), name, doc))

    def read_model(self) -> object:
        from autograder.rooms import models

        self.models += 1
        if self.models > self.bounds.models or self.in_model:
            raise WireError("a message has too many models")
        self.in_model = True
        content = self.read()
        self.in_model = False
        return models.from_plain(content, self.given)


def _text(data: memoryview) -> str:
    try:
        return str(data, "utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise WireError("a text in a message is not UTF-8") from None


_SHORT = struct.Struct(">H")
_LONG = struct.Struct(">I")
_DOUBLE = struct.Struct(">d")
_TWO_DOUBLES = struct.Struct(">dd")
_ARRAY_HEAD = struct.Struct(">BB")
_REFERENCE_HEAD = struct.Struct(">BQHH")
_READERS: dict[int, Callable[[_Reader], Any]] = {
    ord(tag): reader
    for tag, reader in {
        "i": _Reader.read_integer,
        "f": _Reader.read_float,
        "c": _Reader.read_complex,
        "u": _Reader.read_text,
        "b": _Reader.read_bytes,
        "y": lambda reader: bytearray(reader.read_raw()),
        "m": _Reader.read_mapping,
        ":": _Reader.read_slice,
        "r": _Reader.read_range,
        "a": _Reader.read_array,
        "e": _Reader.read_tensor,
        "d": _Reader.read_dtype,
        "g": _Reader.read_scalar,
        "U": _Reader.read_numpy_text,
        "B": _Reader.read_numpy_bytes,
        "k": _Reader.read_type,
        "@": _Reader.read_same,
        "h": _Reader.read_reference,
        "M": _Reader.read_model,
    }.items()
}
