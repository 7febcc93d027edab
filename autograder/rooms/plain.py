"""What counts as plain data: its bounds, its errors, and the tags under which it crosses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MIB = 1024**2


class WireError(ValueError):
    """What came is not a message that this version writes. The text says what is wrong with it."""


class NotPlain(TypeError):  # noqa: N818  it is an answer to show to a student, not a defect
    """A value that cannot cross. The text is a sentence (without a capital) that a student understands."""


@dataclass(frozen=True)
class Bounds:
    """How large one message, and the values in it, may be.

    frame_bytes    one message
    array_bytes    one array, outside a model
    text_bytes     one string
    integer_bytes  one integer: the size that Python still prints (4,300 digits)
    depth, nodes   nesting, and the number of values altogether
    models         Keras models in one message
    """

    frame_bytes: int = 256 * MIB
    array_bytes: int = 192 * MIB
    text_bytes: int = 16 * MIB
    integer_bytes: int = 1700
    depth: int = 32
    nodes: int = 1_000_000
    models: int = 8


DEFAULT_BOUNDS = Bounds()


@dataclass(frozen=True)
class Reference:
    """An object that stays where it is.

    of_receiver   whether it lives with the one who reads the message (or with the one who wrote it)
    number        its number there
    is_callable   whether it may be called
    name, doc     for people; of a function its own, otherwise the name of its type
    """

    of_receiver: bool
    number: int
    is_callable: bool = True
    name: str = ""
    doc: str = ""


ATOMS: dict[object, bytes] = {None: b"N", True: b"T", False: b"F", Ellipsis: b"E"}
ATOM_VALUES: dict[int, object] = {tag[0]: value for value, tag in ATOMS.items()}
NAMED_TYPES: dict[str, type] = {
    cls.__name__: cls for cls in (bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, object)
} | {f"numpy.{np.dtype(code).name}": np.dtype(code).type for code in "?bBhHiIqQefdFD"}
TYPE_NAMES: dict[type, str] = {cls: name for name, cls in NAMED_TYPES.items()}
SEQUENCE_TAGS: dict[type, bytes] = {list: b"l", tuple: b"t", set: b"s", frozenset: b"z"}
SEQUENCE_TYPES: dict[int, type] = {tag[0]: cls for cls, tag in SEQUENCE_TAGS.items()}
