"""Values to bytes. Runs on both sides; on the student's it may itself be tampered with, so nobody relies on it."""

from __future__ import annotations

import struct
import sys
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.rooms import arrays
from autograder.rooms.channel import Part
from autograder.rooms.plain import (
    ATOMS,
    DEFAULT_BOUNDS,
    SEQUENCE_TAGS,
    TYPE_NAMES,
    Bounds,
    NotPlain,
    Reference,
)


def encode(
    value: object,
    *,
    bounds: Bounds = DEFAULT_BOUNDS,
    export: Callable[[object], Reference] | None = None,
    given: Sequence[object] = (),
) -> list[Part]:
    """`value` as the parts of one message. Raises NotPlain.

    `export` names a place for what is not plain data; without it such values are refused. `given` are objects that
    the other side holds already: those that can be changed, and layers of given models, cross as "that one of yours".
    """
    writer = _Writer(bounds, export, given)
    try:
        writer.write(value)
    except RecursionError:
        raise NotPlain("a value that is nested too deeply cannot be graded") from None
    return [*writer.finished, writer.current]


class _Writer:
    def __init__(self, bounds: Bounds, export: Callable[[object], Reference] | None, given: Sequence[object]) -> None:
        self.bounds = bounds
        self.export = export
        self.given = given
        self.same_as = {id(value): index for index, value in enumerate(given) if _can_change(value)}
        self.finished: list[Part] = []
        self.current = bytearray()
        self.depth = self.nodes = self.models = 0

    def write(self, value: Any) -> None:
        self.nodes += 1
        if self.nodes > self.bounds.nodes:
            raise NotPlain(f"a value with more than {self.bounds.nodes:,} parts cannot be graded; use an array")
        if self.same_as and (index := self.same_as.get(id(value))) is not None:
            self.current += b"@" + struct.pack(">I", index)
            return
        cls = type(value)
        if cls is float:
            self.current += struct.pack(">cd", b"f", value)
        elif cls is int:
            self.write_integer(value)
        elif cls is str:
            self.write_bytes(b"u", value.encode("utf-8", "surrogatepass"))
        elif cls is np.ndarray:
            self.write_array(b"a", value)
        elif cls in SEQUENCE_TAGS:
            self.write_items(SEQUENCE_TAGS[cls], tuple(value))
        elif cls is dict:
            self.write_mapping(tuple(value.items()))
        elif value is None or cls is bool or value is Ellipsis:
            self.current += ATOMS[value]
        else:
            self.write_other(value, cls)

    def write_other(self, value: Any, cls: type) -> None:
        """Everything rarer than the above; subclasses cross as the plain type they are made of."""
        if issubclass(cls, np.generic):
            self.write_scalar(value)
        elif cls is complex:
            self.current += struct.pack(">cdd", b"c", value.real, value.imag)
        elif cls is bytes or cls is bytearray:
            self.write_bytes(b"b" if cls is bytes else b"y", value)
        elif cls is slice or cls is range:
            if cls is range and value and abs(value[-1] - value[0]) // abs(value.step) >= self.bounds.nodes:
                raise NotPlain(f"a range of more than {self.bounds.nodes:,} numbers cannot be graded; use an array")
            self.write_items(b":" if cls is slice else b"r", (value.start, value.stop, value.step))
        elif cls is Reference:
            self.write_reference(value)
        elif issubclass(cls, np.dtype):
            self.write_bytes(b"d", self.code_of(value).encode())
        elif cls is type and value in TYPE_NAMES:
            self.write_bytes(b"k", TYPE_NAMES[value].encode())
        elif (base := self.translated(_as_base, value, cls)) is not None:
            self.write(base)
        elif (values := self.translated(arrays.tensor_values, value)) is not None:
            self.write_array(b"e", values)
        elif is_model(value):
            self.write_model(value)
        elif self.export is not None:
            self.write_reference(self.export(value))
        else:
            raise NotPlain(f"a value of type {_name_of(cls)} cannot be graded")

    def write_integer(self, value: int) -> None:
        data = value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)
        if len(data) > self.bounds.integer_bytes:
            raise NotPlain("an integer of several thousand digits cannot be graded")
        self.current += struct.pack(">cH", b"i", len(data)) + data

    def write_bytes(self, tag: bytes, data: Part) -> None:
        if len(data) > self.bounds.text_bytes:
            raise NotPlain(f"a text of {len(data):,} bytes cannot be graded")
        self.current += struct.pack(">cI", tag, len(data)) + data

    def write_items(self, tag: bytes, items: tuple[object, ...]) -> None:
        self.enter(tag, len(items))
        for item in items:
            self.write(item)
        self.depth -= 1

    def write_mapping(self, items: tuple[tuple[object, object], ...]) -> None:
        self.enter(b"m", len(items))
        for key, item in items:
            self.write(key)
            self.write(item)
        self.depth -= 1

    def enter(self, tag: bytes, count: int) -> None:
        self.depth += 1
        if self.depth > self.bounds.depth:
            raise NotPlain("a value that is nested too deeply, or holds itself, cannot be graded")
        if count > self.bounds.nodes:
            raise NotPlain(f"a value with more than {self.bounds.nodes:,} parts cannot be graded; use an array")
        self.current += struct.pack(">cI", tag, count)

    def write_array(self, tag: bytes, array: np.ndarray[Any, Any]) -> None:
        code = self.code_of(array.dtype).encode()
        size = array.size * array.itemsize
        if not self.models and size > self.bounds.array_bytes:
            raise NotPlain(f"an array of {size:,} bytes is too large to be graded")
        flags = arrays.is_fortran(array) | (not array.flags.writeable) << 1
        self.current += struct.pack(">cBB", tag, len(code), flags) + code
        self.current += struct.pack(f">B{array.ndim}Q", array.ndim, *array.shape)
        data = arrays.raw_bytes(array)
        if size < 4096:
            self.current += data
        else:
            self.finished += (self.current, data)
            self.current = bytearray()

    def write_scalar(self, value: np.generic) -> None:
        if isinstance(value, np.str_):
            self.write_bytes(b"U", str.encode(value, "utf-8", "surrogatepass"))
        elif isinstance(value, np.bytes_):
            self.write_bytes(b"B", bytes.__getitem__(value, slice(None)))
        else:
            code = self.code_of(value.dtype).encode()
            self.current += struct.pack(">cB", b"g", len(code)) + code + value.tobytes()

    def write_reference(self, reference: Reference) -> None:
        name, doc = (text.encode("utf-8", "replace") for text in (reference.name[:200], reference.doc[:4000]))
        flags = reference.of_receiver | reference.is_callable << 1
        self.current += struct.pack(">cBQHH", b"h", flags, reference.number, len(name), len(doc)) + name + doc

    def write_model(self, model: Any) -> None:
        from autograder.rooms import models

        self.models += 1
        if self.models > self.bounds.models:
            raise NotPlain(f"more than {self.bounds.models} models at once cannot be graded")
        self.current += b"M"
        self.write(models.to_plain(model, self.given, can_fetch=self.export is not None))

    def code_of(self, dtype: np.dtype[Any]) -> str:
        return self.translated(arrays.dtype_code, dtype)

    @staticmethod
    def translated(function: Callable[..., Any], *arguments: object) -> Any:
        try:
            return function(*arguments)
        except arrays.ArrayError as error:
            raise NotPlain(str(error)) from None


_BASES: tuple[tuple[type, Callable[[Any], object]], ...] = (
    (str, str.__str__),
    (int, int.__index__),
    (float, float.__float__),
    (complex, complex.__pos__),
    (bytes, lambda value: bytes.__getitem__(value, slice(None))),
    (bytearray, lambda value: bytearray.__getitem__(value, slice(None))),
    (list, lambda value: list.__getitem__(value, slice(None))),
    (tuple, lambda value: tuple.__getitem__(value, slice(None))),
    (OrderedDict, lambda value: dict(OrderedDict.items(value))),
    (dict, dict.copy),
    (set, lambda value: set(set.__iter__(value))),
    (frozenset, lambda value: frozenset(frozenset.__iter__(value))),
    (np.ndarray, arrays.base_array),
)


def _as_base(value: Any, cls: type) -> object | None:
    """An instance of a subclass of a plain type as exactly that type, by the type's own means; None for others."""
    ancestors = cls.__mro__
    for base, convert in _BASES:
        if base in ancestors:
            return convert(value)
    return None


def _can_change(value: object) -> bool:
    return isinstance(value, np.ndarray | list | dict | set | bytearray) or is_model(value)


def is_model(value: object) -> bool:
    """Whether it is a Keras model; where Keras is not loaded, nothing is."""
    model_class = getattr(sys.modules.get("keras"), "Model", None)
    return isinstance(model_class, type) and isinstance(value, model_class)


def _name_of(cls: type) -> str:
    return str(getattr(cls, "__qualname__", cls))[:100]
