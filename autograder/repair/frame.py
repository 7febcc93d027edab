"""What repair makes of a submission: cells in the order in which they run, the answers, and what was done."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.source import Role, SourceCell

MOST_LISTED = 5  # names in a sentence


@dataclass(frozen=True)
class FrameCell:
    """A cell as it will be run: from the source, or (`origin` None) one that the student added or may change.

    `is_illustration`: one of the course's plain cells, as it was handed out.
    """

    text: str
    is_code: bool
    origin: SourceCell | None = None
    cell_type: str = "code"
    is_illustration: bool = False

    @property
    def role(self) -> Role:
        return self.origin.role if self.origin else Role.PLAIN


@dataclass(frozen=True)
class Frame:
    """The submission in the source's order.

    answers   exercise, or the written question -> what the student wrote
    repairs   a sentence for the student about each thing that was put right, in the order of the notebook
    begun     the exercises in which something was written, right or wrong
    """

    cells: tuple[FrameCell, ...]
    answers: dict[str, str]
    repairs: tuple[str, ...]
    begun: frozenset[str] = frozenset()


class Notes:
    """Collects the sentences; each is said once, in the order of the cells that they are about."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[int, int]] = {}

    def say(self, place: int, sentence: str) -> None:
        """`place`: the index of the source cell that it is about."""
        self._said.setdefault(sentence, (place, len(self._said)))

    def in_order(self) -> tuple[str, ...]:
        return tuple(sorted(self._said, key=lambda sentence: self._said[sentence]))


def times(count: int) -> str:
    """`twice`, `3 times`."""
    return "twice" if count == 2 else f"{count} times"


def listed(names: list[str]) -> str:
    """`a`, `b` and `c`; of more than `MOST_LISTED` only how many."""
    quoted = [f"`{name}`" for name in names]
    if len(quoted) > MOST_LISTED:
        return f"{len(quoted)} cells"
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def short(name: str) -> str:
    """A name or label of the submission's, as far as a sentence can show it."""
    return name if len(name) <= 40 and name.isprintable() else "…"
