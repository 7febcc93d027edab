"""Which of a submission's cells answer which exercise.

In this order: a cell with the exercise's label that defines its name; any other code cell that defines it; a cell
with the label, whatever it defines; a text cell with the label, or one that holds nothing but the function; a cell
that looks like what was handed out. Of several the last one that ran. Nobody looks at which of them is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.repair.frame import Notes, short, times
from autograder.repair.handed_out import HandedOut, definitions
from autograder.repair.pieces import Piece
from autograder.source import Exercise

ALIKE = 0.7  # how much a cell without label or name must have in common with the stub


@dataclass
class Answer:
    """What was found for one exercise: `main` takes the place of its cell, `before` and `after` stand around it.

    dropped   copies that do not count, and run only where something else needs what they define
    shared    `main` is the cell of another exercise as well, by whose name it runs
    """

    main: Piece | None = None
    before: list[Piece] = field(default_factory=list)
    after: list[Piece] = field(default_factory=list)
    dropped: list[Piece] = field(default_factory=list)
    shared: str | None = None

    @property
    def used(self) -> list[Piece]:
        return [*self.before, *([self.main] if self.main else []), *self.after]

    @property
    def text(self) -> str:
        """Everything that belongs to the answer, to be read."""
        return "\n\n".join(piece.code for piece in self.used)


class Search:
    """Looks for the answers to all code exercises of an assignment."""

    def __init__(self, given: HandedOut, pieces: Sequence[Piece], notes: Notes) -> None:
        self.given, self.pieces, self.notes = given, pieces, notes
        self.source = given.source
        self.answers: dict[str, Answer] = {e.name: Answer() for e in self.source.exercises}
        self._exercises = {e.name for e in self.source.exercises}

    def run(self) -> dict[str, Answer]:
        """Exercise -> its answer; `main` is None where nothing was found."""
        steps = (self._by_label_and_name, self._by_name, self._by_label, self._by_text, self._by_likeness)
        for step in (*steps, self._unwritten):
            for exercise in self.source.exercises:
                if self.answers[exercise.name].main is None:
                    step(exercise)
        for exercise in self.source.exercises:
            self._gather(exercise)
        for exercise in self.source.exercises:
            self._further_functions(exercise)
        self._share()
        for exercise in self.source.exercises:
            self._second_definitions(exercise)
        return self.answers

    # --- the steps

    def _by_label_and_name(self, exercise: Exercise) -> None:
        self._choose(
            exercise, [p for p in self._labelled(exercise) if p.is_code and p.provides(exercise.name, self.given)]
        )

    def _by_name(self, exercise: Exercise) -> None:
        name = exercise.name
        found = [p for p in self._own_code() if p.label != name and p.provides(name, self.given)]
        if name not in self.given.functions:  # a value's name may stand anywhere
            alone = [p for p in found if p.defines == {name}]
            found = alone if alone or self._cells_of(exercise) else found
        if not self._choose(exercise, found):
            return
        label = max(found, key=Piece.order_of_running).label
        if label in self._exercises:
            how = f"was found in the cell of `{label}`, which defines its name"
        elif label and label not in self.source.by_grade_id:
            how = f"was labelled `{short(label)}`; it was found by the name that it defines"
        elif label:
            how = f"was found in `{label}`, a cell of the course, by the name that it defines"
        elif self._cells_of(exercise):
            how = "does not hold the answer; it was found in another cell by the name that it defines"
        else:
            how = "had lost its label; it was found by the name that it defines"
        self._say(exercise, f"The cell of `{name}` {how}.")

    def _by_label(self, exercise: Exercise) -> None:
        mains = self._mains()
        self._choose(exercise, [p for p in self._labelled(exercise) if p.is_code and p.index not in mains])

    def _by_text(self, exercise: Exercise) -> None:
        """A cell that was turned into text; without the label it must hold nothing but the function, or the value."""
        texts = [p for p in self.pieces if not p.is_code and p.course is None and p.looks_like_code]
        found = [p for p in texts if p.label == exercise.name]
        if not found:
            loose = [p for p in texts if not p.label and p.provides(exercise.name, self.given)]
            is_function = exercise.name in self.given.functions
            found = [p for p in loose if is_function or p.defines == {exercise.name}]
        if self._choose(exercise, found):
            self._say(exercise, f"The cell of `{exercise.name}` had become text; it counts as code.")

    def _by_likeness(self, exercise: Exercise) -> None:
        """A function that was renamed: it cannot pass, but the student is told why."""
        if exercise.name not in self.given.functions or self._cells_of(exercise):
            return
        taken = self._mains()
        loose = [p for p in self._own_code() if p.index not in taken and p.label not in self.source.by_grade_id]
        found = [p for p in loose if p.defines and self.given.most_like(p.code, [exercise.solution], ALIKE)]
        if self._choose(exercise, found):
            label = max(found, key=Piece.order_of_running).label
            what = f"`{short(label)}`" if label else "a cell without label"
            self._say(
                exercise,
                f"The cell of `{exercise.name}` was not found; {what} looks like it and counts in its place, "
                f"though it defines no `{exercise.name}`.",
            )

    def _unwritten(self, exercise: Exercise) -> None:
        """The cell as it was handed out, or emptied."""
        if not self._choose(exercise, self._cells_of(exercise)):
            self._say(exercise, f"The cell of `{exercise.name}` is missing; it counts as not answered.")

    # --- what the steps share

    def _labelled(self, exercise: Exercise) -> list[Piece]:
        """The cells with the exercise's label in which something was written."""
        return [p for p in self.pieces if p.label == exercise.name and not p.is_unwritten]

    def _cells_of(self, exercise: Exercise) -> list[Piece]:
        """The cells with the exercise's label or stub, written or not; of text cells only the unwritten ones."""
        stub = self.given.texts[exercise.solution.index]
        return [
            p for p in self.pieces
            if (p.label == exercise.name and (p.is_code or p.is_unwritten))
            or (not p.label and p.course is not None and self.given.texts[p.course.index] == stub)
        ]  # fmt: skip

    def _own_code(self) -> list[Piece]:
        """The code cells that the student wrote or changed."""
        return [p for p in self.pieces if p.is_own_code]

    def _mains(self) -> set[int]:
        return {answer.main.index for answer in self.answers.values() if answer.main is not None}

    def _choose(self, exercise: Exercise, found: Sequence[Piece]) -> bool:
        """Make the last that ran the answer; whether there was any."""
        if found:
            self.answers[exercise.name].main = max(found, key=Piece.order_of_running)
        return bool(found)

    # --- what else belongs to an answer

    def _gather(self, exercise: Exercise) -> None:
        """Of the other cells with the label, copies are dropped, and what defines something else is a part."""
        answer, name = self.answers[exercise.name], exercise.name
        main = answer.main
        if main is None:
            return
        others = self._mains() - {main.index}
        labelled = [p for p in self._labelled(exercise) if p.is_code and p is not main and p.index not in others]
        answer.dropped = [p for p in labelled if name in p.defines]
        parts = [p for p in labelled if name not in p.defines]
        answer.before = [p for p in parts if p.index < main.index]
        answer.after = [p for p in parts if p.index > main.index]
        copies = sum(p.label == name and p.is_code for p in (main, *answer.dropped))
        if copies > 1:
            self._say(exercise, f"The cell of `{name}` was there {times(copies)}; the last one that ran counts.")
        if main.parts > 1 or parts:
            self._say_split(exercise, sum(p.parts for p in answer.used))

    def _further_functions(self, exercise: Exercise) -> None:
        """The functions beside the exercise's own that its cell was to define, where another cell has them."""
        answer = self.answers[exercise.name]
        if answer.main is None:
            return
        for name in self.given.required[exercise.name][1:]:
            if any(p.provides(name, self.given) for p in answer.used):
                continue
            taken = {p.index for a in self.answers.values() for p in (*a.used, *a.dropped)}
            found = [p for p in self._own_code() if p.index not in taken and p.provides(name, self.given)]
            if found:
                answer.after.append(max(found, key=Piece.order_of_running))
                self._say_split(exercise, sum(p.parts for p in answer.used))

    def _second_definitions(self, exercise: Exercise) -> None:
        answer, name = self.answers[exercise.name], exercise.name
        if answer.main is None or name not in self.given.functions:
            return
        taken = {p.index for a in self.answers.values() for p in (*a.used, *a.dropped)}
        others = [p for p in self._own_code() if p.index not in taken and name in p.defines]
        if others and {definitions(p.code).get(name) for p in others} != {definitions(answer.main.code).get(name)}:
            self._say(
                exercise,
                f"`{name}` is defined in another cell too; the definition in force where its check stands counts.",
            )

    def _say_split(self, exercise: Exercise, count: int) -> None:
        self._say(exercise, f"The answer to `{exercise.name}` was spread over {count} cells; they count together.")

    def _share(self) -> None:
        """One cell that answers several exercises runs once, for the first of them."""
        first: dict[int, str] = {}
        for exercise in self.source.exercises:
            answer = self.answers[exercise.name]
            if answer.main is not None and not answer.main.is_unwritten:
                name = first.setdefault(answer.main.index, exercise.name)
                if name != exercise.name:
                    answer.shared = name
                    self._say(
                        exercise,
                        f"The answers to `{name}` and `{exercise.name}` stood in one cell, which runs once.",
                    )

    def _say(self, exercise: Exercise, sentence: str) -> None:
        self.notes.say(exercise.solution.index, sentence)
