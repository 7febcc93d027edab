"""Damage to notebooks, as it comes back from a class: named, seeded edits, to try the repair with.

draft   a notebook while it is edited
edits   what students do to cells
forms   what programs, disks and mail do to files
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from autograder.damage import edits, forms
from autograder.damage.draft import Draft

_OF_CELLS: tuple[Callable[[Draft], None], ...] = (
    edits.copied, edits.earlier_attempt_kept, edits.test_copied, edits.course_cells_deleted, edits.course_cells_edited,
    edits.labels_lost, edits.label_lost, edits.retyped_below, edits.split, edits.answer_moved,
    edits.own_cells_moved_down, edits.turned_to_text, edits.helper_turned_to_text, edits.written_elsewhere,
    edits.magics_added, edits.drive_mounted, edits.own_cells_added, edits.older_release,
)  # fmt: skip
_OF_PROGRAMS: tuple[Callable[[Draft], None], ...] = (
    forms.colab, forms.vs_code, forms.kaggle, forms.another_minor_format, forms.old_format,
    forms.outputs_with_widgets, forms.foreign_metadata,
)  # fmt: skip
_OF_BYTES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    forms.windows_line_ends, forms.null_bytes, forms.broken_unicode, forms.byte_order_mark,
)  # fmt: skip

# Name -> what it does, in words. The first keep every point of honest work; the others lose that of one exercise.
HARMLESS: Mapping[str, str] = MappingProxyType(
    {f.__name__: str(f.__doc__) for f in (*_OF_CELLS, *_OF_PROGRAMS, *_OF_BYTES)}
)
LOSING: Mapping[str, str] = MappingProxyType({f.__name__: str(f.__doc__) for f in (edits.answer_deleted,)})


@dataclass(frozen=True)
class Damaged:
    """A damaged file. `lost` are the exercises whose work is not in it any more."""

    data: bytes
    kinds: tuple[str, ...]
    lost: tuple[str, ...]


def damage(data: bytes, kinds: Sequence[str], seed: str) -> Damaged:
    """Do `kinds` of damage to a notebook: to cells and by programs in the order given, and to the bytes at the end.

    The same seed does the same. ValueError for a kind that is not in `HARMLESS` or `LOSING`.
    """
    unknown = [kind for kind in kinds if kind not in HARMLESS and kind not in LOSING]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no kind of damage; known are {', '.join((*HARMLESS, *LOSING))}")
    chance = random.Random(f"{seed}/{'+'.join(kinds)}")
    draft = Draft.read(data, chance)
    for group in ((*_OF_CELLS, edits.answer_deleted), _OF_PROGRAMS):
        steps = {step.__name__: step for step in group}
        for kind in kinds:
            if kind in steps:
                steps[kind](draft)
    damaged = draft.to_bytes()
    for change in _OF_BYTES:  # always in this order: what knows only bytes would destroy UTF-16
        if change.__name__ in kinds:
            damaged = change(damaged, chance)
    return Damaged(damaged, tuple(kinds), tuple(draft.lost))


def some_kinds(chance: random.Random) -> tuple[str, ...]:
    """One to four kinds of damage, as a student's notebook may have met them."""
    return tuple(chance.sample(list(HARMLESS), chance.randint(1, 4)))
