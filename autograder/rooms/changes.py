"""What a function changed in its arguments, in place: noticed in the student's room, made again in the clean room.

So a test for "arguments stay as they were" reads, and ends, as in one kernel. What was changed is undone after the
test: no submission decides what the next test works with.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
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


class ChangeLog:
    """The changes made to objects of a test, to be undone.

    has_data   whether anything but models was changed
    """

    def __init__(self) -> None:
        self.has_data = False
        self._saved: list[tuple[object, object]] = []

    def restore(self, original: object, changed: object, result: object) -> bool:
        """Makes a change, as `restore` does; False if that was not possible in place.

        A model whose layers are part of the `result` of the call stays changed: the test goes on with both.
        """
        if not is_model(original):
            self.has_data = True
            self._saved.append((original, _copy(original)))
        else:
            from autograder.rooms import model_state

            if not model_state.shares_layers(result, original):
                self._saved.append((original, model_state.state(original)))
        return restore(original, changed) is original

    def undo(self) -> None:
        """Gives all objects the content that they had."""
        while self._saved:
            original, saved = self._saved.pop()
            with suppress(Exception):  # what a test itself has changed meanwhile may not fit any more
                restore(original, saved)
        self.has_data = False


def _copy(value: Any) -> Any:
    """The same content in other containers and arrays; what else is in them is the same."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_copy(item) for item in value] if isinstance(value, list) else tuple(_copy(item) for item in value)
    return value.copy() if isinstance(value, set | bytearray) else value


def _restored_items(original: Any, changed: Any) -> list[Any]:
    common = [restore(old, new) for old, new in zip(original, changed, strict=False)]
    return common + list(changed[len(common) :])
