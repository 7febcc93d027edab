"""What a function changed in its arguments, in place: noticed in the student's room, made again in the clean room.

So a test for "arguments stay as they were" reads, and ends, as in one kernel.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.rooms.encoder import is_model

Encode = Callable[[object], bytes]


def snapshot(value: object, encode: Encode) -> bytes | None:
    """What `value` is now, to be compared later; None for what cannot be changed in place."""
    if is_model(value):
        from autograder.rooms import model_state

        return encode(model_state.digest(value))
    if isinstance(value, np.ndarray | list | dict | set | bytearray | tuple):
        return encode(value)
    return None


def change(value: object, before: bytes | None, encode: Encode) -> bytes | None:
    """What `restore` needs to make the change again; None if `value` is still as it was `before`."""
    if before is None or (now := snapshot(value, encode)) == before:
        return None
    if is_model(value):
        from autograder.rooms import model_state

        return encode(model_state.state(value))
    return now


def restore(original: Any, changed: Any) -> Any:
    """`original`, after its content was replaced by that of `changed`; `changed` where that is not possible.

    Works through lists, dictionaries and tuples, so that an array inside them stays the same array. Raises WireError
    for a change that does not fit a model.
    """
    if is_model(original) and isinstance(changed, dict):
        from autograder.rooms import model_state

        model_state.set_state(original, changed)
        return original
    if isinstance(original, np.ndarray) and isinstance(changed, np.ndarray):
        if original.shape != changed.shape or original.dtype != changed.dtype or not original.flags.writeable:
            return changed
        original[...] = changed
        return original
    if isinstance(original, list) and isinstance(changed, list):
        original[:] = _restored_items(original, changed)
        return original
    if isinstance(original, tuple) and isinstance(changed, tuple):
        items = _restored_items(original, changed)
        same = len(items) == len(original) and all(new is old for new, old in zip(items, original, strict=True))
        return original if same else tuple(items)
    if isinstance(original, dict) and isinstance(changed, dict):
        content = {key: restore(original[key], value) if key in original else value for key, value in changed.items()}
        original.clear()
        original.update(content)
        return original
    if isinstance(original, set) and isinstance(changed, set):
        original.clear()
        original.update(changed)
        return original
    if isinstance(original, bytearray) and isinstance(changed, bytearray):
        original[:] = changed
        return original
    return changed


def _restored_items(original: Any, changed: Any) -> list[Any]:
    common = [restore(old, new) for old, new in zip(original, changed, strict=False)]
    return common + list(changed[len(common) :])
