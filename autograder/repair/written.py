"""What the student wrote in words: the answer to a written question, wherever it was typed."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence

from autograder.names import parsed
from autograder.repair.frame import Notes
from autograder.repair.handed_out import HandedOut
from autograder.repair.order import in_sequence
from autograder.repair.pieces import Piece
from autograder.source import Role, SourceCell

FEWEST_WORDS = 4  # of prose that stands anywhere
ALIKE = 0.6  # a text that has so much in common with one of the course's is the course's


def find_written(
    given: HandedOut, pieces: Sequence[Piece], question: SourceCell, taken: Collection[int], notes: Notes
) -> list[Piece]:
    """The cells that answer `question`: those with its label, else the student's own text beside it.

    `taken` are indices of pieces that already answer something else.
    """
    name = question.grade_id
    labelled = [p for p in pieces if p.label == name]
    written = _without_repetition([p for p in labelled if not p.is_unwritten])
    if len(written) > 1:
        notes.say(question.index, f"The answer to `{name}` stood in {len(written)} cells; your teacher reads them all.")
    elif written and written[0].is_code != question.is_code:
        notes.say(question.index, f"The answer to `{name}` stood in a cell of another kind; it counts all the same.")
    if written:
        return written
    own = [p for p in pieces if _is_prose(given, p) and p.index not in taken]
    near = {p.index for p in _gap(given, pieces, question)}
    beside = [p for p in own if p.index in near]
    elsewhere = [p for p in own if len(p.text.split()) >= FEWEST_WORDS]
    found = beside or ([] if labelled else elsewhere[-1:])
    if found:
        where = "in another cell beside the question" if labelled else "without its label, by its place"
        where = where if beside else "without its label, elsewhere in the notebook"
        notes.say(question.index, f"The answer to `{name}` was found {where}.")
        return _without_repetition(found)
    if not labelled and given.cell_of(given.texts[question.index]) not in [p.course for p in pieces]:
        notes.say(question.index, f"The cell of `{name}` is missing; it counts as not answered.")
        return []
    return labelled[-1:] or [p for p in pieces if p.course is not None and p.course.role is Role.MANUAL][-1:]


def _gap(given: HandedOut, pieces: Sequence[Piece], question: SourceCell) -> list[Piece]:
    """The pieces around the question's own cell, up to the course's next ones; without it those where it should be."""
    origins = [given.source.by_grade_id.get(piece.label) or piece.course for piece in pieces]
    for place, origin in enumerate(origins):
        if origin is question:
            return [
                *itertools.takewhile(lambda p: p.course is None and not p.label, reversed(pieces[:place])),
                *itertools.takewhile(lambda p: p.course is None and not p.label, pieces[place + 1 :]),
            ]
    chain = in_sequence([None if origin is None else origin.index for origin in origins])
    start = max((position for position, index in chain if index < question.index), default=-1)
    end = min((position for position, index in chain if index > question.index), default=len(pieces))
    return list(pieces[start + 1 : end])


def _is_prose(given: HandedOut, piece: Piece) -> bool:
    """Whether it is the student's own text: not the course's, not code, not a label's."""
    if piece.is_blank or piece.course is not None or piece.label in given.source.by_grade_id:
        return False
    if piece.is_code and (piece.defines or not _is_only_words(piece)):
        return False
    if not piece.is_code and piece.looks_like_code:
        return False
    prose = [c for c in given.source.cells if not c.is_code and c.role in (Role.PLAIN, Role.LOCKED)]
    return given.most_like(piece.text, prose, ALIKE) is None


def _is_only_words(piece: Piece) -> bool:
    """A code cell that holds comments, or words that are no Python."""
    tree = parsed(piece.code)
    return (tree is None and len(piece.text.split()) >= FEWEST_WORDS) or (tree is not None and not tree.body)


def _without_repetition(pieces: Sequence[Piece]) -> list[Piece]:
    return list({p.text.strip(): p for p in pieces}.values())
