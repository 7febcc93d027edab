"""Putting a submission back on the source's frame before anything runs.

The student's answers are found by label, else by the names that a cell defines, else by what a cell looks like; tests
and locked cells come from the source. What the student's code says is never changed, and each repair is one sentence.

    pieces       the cells, those that were split in the middle put together
    answers      which of them answer which exercise
    written      which of them answer the written question
    handed_out   what students were given, to compare with
    order        in which order all of it runs
    frame        what comes out
"""

from __future__ import annotations

from collections.abc import Sequence

from nbformat import NotebookNode

from autograder.repair.answers import Answer, Search
from autograder.repair.frame import MOST_LISTED, Frame, FrameCell, Notes, listed, short
from autograder.repair.handed_out import HandedOut, plain
from autograder.repair.order import Helpers, Placed, Reason, Spare, in_sequence
from autograder.repair.pieces import Piece, pieces_of
from autograder.repair.written import find_written
from autograder.results import Verdict
from autograder.source import AssignmentSource, Role, SourceCell
from autograder.submission import UnreadableError

__all__ = ["Frame", "FrameCell", "put_on_frame"]

ALIKE = 0.75  # what a cell without label must share with a missing cell of the course to be an older form of it


def put_on_frame(source: AssignmentSource, notebook: NotebookNode) -> Frame:
    """The frame of a submission; UnreadableError if the notebook belongs to another assignment."""
    return _Repair(source, notebook).frame()


class _Repair:
    """One submission on its way to a frame."""

    def __init__(self, source: AssignmentSource, notebook: NotebookNode) -> None:
        self.source, self.given, self.notes = source, HandedOut(source), Notes()
        self.pieces = pieces_of(self.given, notebook.cells)
        self.answers = Search(self.given, self.pieces, self.notes).run()
        self.written: dict[str, list[Piece]] = {}
        self.roles: dict[int, SourceCell] = {}  # index of a piece -> the source cell in whose place it stands
        self.spares: dict[int, Spare] = {}  # index of a piece -> why it is left out

    def frame(self) -> Frame:
        """Everything in its order."""
        self._check_assignment()
        taken = {p.index for answer in self.answers.values() for p in (*answer.used, *answer.dropped)}
        for question in self.source.cells:
            if question.role is Role.MANUAL:
                found = find_written(self.given, self.pieces, question, taken, self.notes)
                self.written[question.grade_id] = found
                taken |= {piece.index for piece in found}
                self.roles |= {piece.index: question for piece in found}
        for exercise in self.source.exercises:
            answer = self.answers[exercise.name]
            if answer.main is not None and answer.shared is None:
                self.roles[answer.main.index] = exercise.solution
            self.spares |= {p.index: Spare(p, Reason.COPY) for p in answer.dropped}
        self._course_cells(taken)
        self._other_versions(taken)
        answers = {name: answer.text for name, answer in self.answers.items() if answer.main is not None}
        answers |= {name: "\n\n".join(p.text for p in found) for name, found in self.written.items() if found}
        placed = self._placed(taken)
        texts = [
            p for p in self.pieces if not p.is_code and p.index not in taken and not p.course and p.looks_like_code
        ]
        spares = [
            *self.spares.values(),
            *(Spare(piece, Reason.TEXT) for piece in texts if piece.index not in self.spares),
        ]
        cells = Helpers(self.source, placed, spares, self.notes).bring_forward()
        begun = frozenset(name for name, answer in self.answers.items() if self._is_begun(name, answer))
        return Frame(tuple(cells), answers, self.notes.in_order(), begun)

    def _is_begun(self, exercise: str, answer: Answer) -> bool:
        return (
            answer.main is not None and not answer.main.is_unwritten and not self.given.is_stub(answer.text, exercise)
        )

    def _check_assignment(self) -> None:
        """Some exercise must be there, and not only one whose name every assignment has."""
        found = {name for name, answer in self.answers.items() if answer.main is not None}
        known = self.source.by_grade_id
        labels = {piece.label for piece in self.pieces}
        foreign = {piece.label for piece in self.pieces if piece.is_answer and piece.label not in known}
        questions = {cell.grade_id for cell in self.source.cells if cell.role is Role.MANUAL}
        alone = not self.given.functions or not foreign
        if not (found & self.given.functions or (alone and (found or labels & questions))):
            raise UnreadableError(
                Verdict.WRONG_ASSIGNMENT,
                f"No exercise of {self.source.name} was found in this notebook. "
                "Is it the notebook of another assignment?",
            )

    def _course_cells(self, taken: set[int]) -> None:
        """Know the course's own cells, by label, text or likeness; say which were changed or are missing."""
        changed: set[int] = set()
        for piece in self.pieces:
            origin = self.source.by_grade_id.get(piece.label)
            if origin is None or origin.role in (Role.SOLUTION, Role.MANUAL):
                origin = piece.course if piece.course and piece.course.role in (Role.TEST, Role.LOCKED) else None
            if piece.course is not None and piece.course.role is Role.PLAIN and piece.index not in taken:
                self.roles.setdefault(piece.index, piece.course)
            if origin is None or piece.index in taken:
                continue
            self.roles[piece.index] = origin
            as_it_was = plain(piece.text) in (self.given.texts[origin.index], plain(origin.text))
            if not as_it_was or piece.is_code != origin.is_code:
                changed.add(origin.index)
                self.spares[piece.index] = Spare(piece, Reason.CHANGED, origin)
        own = [c for c in self.source.cells if c.role in (Role.TEST, Role.LOCKED)]
        present = {cell.index for cell in self.roles.values()}
        missing = [c for c in own if c.index not in present and self.given.texts[c.index]]
        for piece in self.pieces if missing else ():
            if piece.is_code and not piece.label and piece.index not in taken and piece.index not in self.roles:
                like = self.given.most_like(piece.text, [c for c in missing if c.is_code], ALIKE)
                if like is not None:
                    self.roles[piece.index] = like
                    self.spares[piece.index] = Spare(piece, Reason.CHANGED, like)
                    changed.add(like.index)
        for what, cells in (
            ("changed", [c for c in own if c.index in changed]),
            ("missing", [c for c in missing if c.index not in changed]),
        ):
            if cells:
                self.notes.say(cells[0].index, _of_the_course([cell.grade_id for cell in cells], what))

    def _other_versions(self, taken: set[int]) -> None:
        """Cells with a label that this version of the assignment does not know."""
        strangers = [p for p in self.pieces if p.label and p.label not in self.source.by_grade_id]
        strangers = [p for p in strangers if p.index not in taken and p.index not in self.roles]
        gone = [p for p in strangers if not p.is_answer]
        self.spares |= {p.index: Spare(p, Reason.CHANGED) for p in gone}
        end = len(self.source.cells)
        exercises = list(dict.fromkeys(short(p.label) for p in strangers if p.is_answer))
        if exercises:
            self.notes.say(end, f"No exercise of this version of the notebook, so without points: {listed(exercises)}.")
        if gone:
            labels = list(dict.fromkeys(short(p.label) for p in gone))
            self.notes.say(end, f"Left out, since this version of the notebook does not have it: {listed(labels)}.")

    def _placed(self, taken: set[int]) -> list[Placed]:
        """The source's cells in the source's order, each followed by the student's own cells that stood behind it."""
        origins = [self.roles.get(piece.index) for piece in self.pieces]
        anchors = dict(in_sequence([None if cell is None else cell.index for cell in origins]))
        self._say_moved(anchors)
        behind: dict[int, list[Placed]] = {}
        anchor = -1
        for position, piece in enumerate(self.pieces):
            anchor = anchors.get(position, anchor)
            if self._runs_by_itself(piece, taken):
                cell = FrameCell(piece.text, piece.is_code, None, piece.cell_type, piece.course is not None)
                behind.setdefault(anchor, []).append(Placed(cell, "", piece.order_of_running()))
        placed = behind.get(-1, [])
        for origin in self.source.cells:
            placed += self._in_place_of(origin)
            placed += behind.get(origin.index, [])
        return placed

    def _runs_by_itself(self, piece: Piece, taken: set[int]) -> bool:
        """Whether it is a cell of the student's own, or one of the course's that the student may change."""
        if piece.is_blank or piece.index in taken or piece.index in self.spares:
            return False
        if piece.is_unwritten:
            return False
        origin = self.roles.get(piece.index)
        return origin is None or origin.role is Role.PLAIN

    def _in_place_of(self, origin: SourceCell) -> Sequence[Placed]:
        kind = "code" if origin.is_code else "markdown"
        if origin.role is Role.PLAIN:
            return ()
        if origin.role is Role.MANUAL:
            text = "\n\n".join(piece.text for piece in self.written[origin.grade_id])
            return [Placed(FrameCell(text, origin.is_code, origin, kind))]
        if origin.role is not Role.SOLUTION:
            return [Placed(FrameCell(origin.text, origin.is_code, origin, kind))]
        answer, name = self.answers[origin.grade_id], origin.grade_id
        before, after = ([_part(p, name) for p in parts] for parts in (answer.before, answer.after))
        main = Placed(
            FrameCell(_text(answer), True, origin), name, answer.main.order_of_running() if answer.main else (0, 0)
        )
        return [*before, main, *after]

    def _say_moved(self, anchors: dict[int, int]) -> None:
        """Tell of each answer that stood out of the course's order."""
        position = {piece.index: at for at, piece in enumerate(self.pieces)}
        for exercise in self.source.exercises:
            answer = self.answers[exercise.name]
            if answer.main is None or answer.main.is_unwritten or answer.shared or not anchors:
                continue
            if position[answer.main.index] not in anchors:
                self.notes.say(
                    exercise.solution.index,
                    f"The cell of `{exercise.name}` stood elsewhere; it runs at the place of the exercise.",
                )


def _part(piece: Piece, exercise: str) -> Placed:
    return Placed(FrameCell(piece.code, True), exercise, piece.order_of_running())


def _text(answer: Answer) -> str:
    if answer.shared is not None:
        return f"# Written in the cell of {answer.shared}."
    return answer.main.code if answer.main is not None else ""


def _of_the_course(names: list[str], what: str) -> str:
    """That cells of the course were changed or missing."""
    if len(names) == 1:
        return f"`{names[0]}`, a cell of the course, was {what}; it runs as it was handed out."
    which = (
        f"{listed(names)}, cells of the course," if len(names) <= MOST_LISTED else f"{len(names)} cells of the course"
    )
    return f"{which} were {what}; they run as they were handed out."
