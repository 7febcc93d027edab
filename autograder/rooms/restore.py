"""Makes an object equal to a changed copy of it, in place, as if the change had been made to the object itself."""

from __future__ import annotations

from typing import Any

import numpy as np


def restore(original: Any, changed: Any) -> Any:
    """`original`, after its content was replaced by that of `changed`; `changed` where that is not possible.

    Works through lists, dictionaries and tuples, so that an array inside them stays the same array.
    """
    if isinstance(original, np.ndarray) and isinstance(changed, np.ndarray):
        if original.shape != changed.shape or original.dtype != changed.dtype or not original.flags.writeable:
            return changed
        original[...] = changed
        return original
    if type(original) is not type(changed):
        return changed
    if isinstance(original, list):
        original[:] = _restored_items(original, changed)
        return original
    if isinstance(original, tuple):
        items = _restored_items(original, changed)
        same = len(items) == len(original) and all(new is old for new, old in zip(items, original, strict=True))
        return original if same else tuple(items)
    if isinstance(original, dict):
        content = {key: restore(original[key], value) if key in original else value for key, value in changed.items()}
        original.clear()
        original.update(content)
        return original
    if isinstance(original, set):
        original.clear()
        original.update(changed)
        return original
    if isinstance(original, bytearray):
        original[:] = changed
        return original
    return changed


def _restored_items(original: Any, changed: Any) -> list[Any]:
    common = [restore(old, new) for old, new in zip(original, changed, strict=False)]
    return common + list(changed[len(common) :])
