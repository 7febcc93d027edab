"""What a student is told about each exercise of a `Result`, before it becomes a page or lines in a terminal."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from autograder import pages
from autograder.results import ExerciseResult, Result, TestResult, Verdict

# How an exercise ended, said to the student.
WORDS: Mapping[Verdict, str] = {
    Verdict.PASSED: "every test passes",
    Verdict.FAILED: "not right yet",
    Verdict.ERROR: "stopped with an error",
    Verdict.MISSING: "not written yet",
    Verdict.TIMEOUT: "took too long and was stopped",
    Verdict.OUT_OF_MEMORY: "needed too much memory and was stopped",
    Verdict.TOO_MUCH_OUTPUT: "printed too much and was stopped",
    Verdict.LIMIT: "went over a limit and was stopped",
    Verdict.KILLED: "ended before it had answered",
    Verdict.REFUSED: "returned something that cannot be compared",
    Verdict.MALFORMED: "could not be read",
    Verdict.WRONG_ASSIGNMENT: "belongs to another assignment",
    Verdict.MANUAL: "waiting for your teacher",
    Verdict.NOT_GRADED: "not graded: the grader failed, not you",
}

# What a student can do about a submission that could not be graded at all.
REMEDIES: Mapping[Verdict, str] = {
    Verdict.MALFORMED: "Open your notebook, see that it works, download it again as .ipynb and hand that in.",
    Verdict.WRONG_ASSIGNMENT: "Look for the notebook of this assignment, and hand that in.",
    Verdict.MISSING: "If you did hand something in, tell your teacher.",
    Verdict.NOT_GRADED: "You need not do anything: your work is safe, and your teacher can grade it again.",
    Verdict.KILLED: "Restart the kernel, run all cells from the top, and see which one ends the kernel.",
}

_MEBIBYTE = 1024**2
# The limits that may be behind a verdict: name, size of the unit, unit in words.
_BEHIND: Mapping[Verdict, tuple[tuple[str, int, str], ...]] = {
    Verdict.TIMEOUT: (
        ("cell_wall_seconds", 1, "seconds for one cell or test"),
        ("notebook_wall_seconds", 1, "seconds for the whole notebook"),
    ),
    Verdict.OUT_OF_MEMORY: (("memory_bytes", _MEBIBYTE, "MB of memory"),),
    Verdict.TOO_MUCH_OUTPUT: (("output_bytes", _MEBIBYTE, "MB of output"),),
    Verdict.LIMIT: (
        ("processes", 1, "processes and threads"),
        ("open_files", 1, "open files"),
        ("written_bytes", _MEBIBYTE, "MB written to files"),
    ),
}


@dataclass(frozen=True)
class Tests:
    """Some tests of an exercise: those that may be named, and how many others."""

    names: tuple[str, ...] = ()
    unnamed: int = 0

    def __len__(self) -> int:
        return len(self.names) + self.unnamed


@dataclass(frozen=True)
class Finding:
    """What one or several tests of an exercise have to say in the same words."""

    tests: Tests
    verdict: Verdict
    message: str
    hint: str | None
    traceback: str | None

    @property
    def plain(self) -> bool:
        """The message is a sentence about what happened rather than a comparison."""
        return "\n" not in self.message and self.verdict is not Verdict.ERROR


@dataclass(frozen=True)
class Card:
    """One exercise on the page; `points` is None while it waits to be graded by hand.

    `by_tests`: the points of the tests, where a person has set others.
    """

    grade_id: str
    verdict: Verdict
    points: float | None
    max_points: float
    seconds: float
    by_tests: float | None
    unanswered: bool
    passed: Tests
    findings: tuple[Finding, ...]
    limit: str | None
    answer: str | None
    comment: str | None
    read_again: str | None

    @property
    def tone(self) -> pages.Tone:
        """The look; points given by hand are neither right nor wrong, unless they are all."""
        by_hand = self.verdict is Verdict.MANUAL
        if by_hand and self.unanswered:
            return pages.Tone.MISSING
        if by_hand and self.points is not None and self.points >= self.max_points:
            return pages.Tone.PASSED
        return pages.TONES[self.verdict]

    @property
    def symbol(self) -> str:
        """The sign; a question graded by hand is done."""
        done = self.verdict is Verdict.MANUAL and self.points is not None and not self.unanswered
        return pages.SYMBOLS[pages.Tone.PASSED if done else self.tone]

    @property
    def words(self) -> str:
        """The verdict, for the student."""
        if self.verdict is Verdict.MANUAL and self.unanswered:
            return "not answered"
        if self.verdict is Verdict.MANUAL and self.points is not None:
            return "graded by your teacher"
        if self.verdict is Verdict.FAILED and self.passed:
            return f"not right yet: {len(self.passed)} of {len(self.passed) + self.failing} tests pass"
        return WORDS[self.verdict]

    @property
    def failing(self) -> int:
        """How many tests do not pass."""
        return sum(len(finding.tests) for finding in self.findings)


@dataclass(frozen=True)
class Notes:
    """What is known beside the result; `render_feedback` explains each."""

    answers: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    manual: Mapping[str, tuple[float | None, float]] = field(default_factory=dict)
    read_again: Mapping[str, str] = field(default_factory=dict)
    unanswered: Collection[str] = ()
    hidden_test_names: bool = False


def lead(automatic: Sequence[Card]) -> str:
    """One sentence about all exercises that tests grade."""
    passed = sum(card.verdict is Verdict.PASSED for card in automatic)
    if passed == len(automatic):
        return "Every test of every exercise passes."
    if all(card.verdict is Verdict.MISSING for card in automatic):
        return "No exercise is written yet."
    if not passed:
        return "No exercise passes all its tests yet."
    return f"{passed} of {len(automatic)} exercises {'passes' if passed == 1 else 'pass'}."


def cards_of(result: Result, corrected: Result, notes: Notes) -> list[Card]:
    """A card for each exercise; `corrected` has the points that a person set in place of those of `result`."""
    present = {exercise.grade_id for exercise in result.exercises}
    written = [
        ExerciseResult(grade_id, Verdict.MANUAL, 0.0, maximum)
        for grade_id, (_, maximum) in notes.manual.items()
        if grade_id not in present
    ]
    cards = []
    before = {exercise.grade_id: exercise for exercise in result.exercises}
    for exercise in (*corrected.exercises, *written):
        name = exercise.grade_id
        given, maximum = notes.manual.get(name, (None, exercise.max_points))
        by_hand = exercise.verdict is Verdict.MANUAL or name in notes.manual
        passed = [test for test in exercise.tests if test.verdict is Verdict.PASSED]
        cards.append(
            Card(
                grade_id=name,
                verdict=Verdict.MANUAL if by_hand else exercise.verdict,
                points=given if by_hand else exercise.points,
                max_points=maximum,
                seconds=exercise.seconds,
                by_tests=before[name].points if name in before and before[name] != exercise else None,
                unanswered=name in notes.unanswered,
                passed=_named(passed, notes.hidden_test_names),
                findings=_findings(exercise, notes.hidden_test_names),
                limit=limit_in_words(exercise.verdict, result.limits),
                answer=notes.answers.get(name) or None,
                comment=notes.comments.get(name) or None,
                read_again=notes.read_again.get(name) if exercise.verdict is not Verdict.PASSED else None,
            )
        )
    return cards


def _named(tests: Sequence[TestResult], hidden_too: bool) -> Tests:
    names = tuple(test.grade_id for test in tests if hidden_too or not test.hidden)
    return Tests(names, len(tests) - len(names))


def _findings(exercise: ExerciseResult, hidden_too: bool) -> tuple[Finding, ...]:
    """What did not pass, the same words said once; the exercise speaks for itself where its tests do not."""
    alike: dict[Finding, list[TestResult]] = {}
    for test in exercise.tests:
        if test.verdict is not Verdict.PASSED:
            alike.setdefault(_finding(test), []).append(test)
    said = [replace(finding, tests=_named(tests, hidden_too)) for finding, tests in alike.items()]
    heard = "\n".join(f"{finding.hint}\n{finding.message}\n{finding.traceback}" for finding in said)
    own = _finding(exercise)
    if (own.message and own.message not in heard) or (own.hint and own.hint not in heard):
        said.insert(0, own)
    return tuple(said)


def _finding(source: ExerciseResult | TestResult) -> Finding:
    traceback = source.traceback if isinstance(source, TestResult) else None
    message = _without_hint(source.message, source.hint)
    if traceback and message.strip() in traceback:
        message = ""  # the traceback's last line says it already
    return Finding(Tests(), source.verdict, message, source.hint, traceback)


def _without_hint(message: str, hint: str | None) -> str:
    """`message` without the lines that only repeat the hint, which stands above it on the page."""
    if not hint or hint.strip() not in message:
        return message
    repeated = {line.strip() for line in hint.splitlines()}
    return "\n".join(line for line in message.splitlines() if line.strip() not in repeated).strip("\n")


def limit_in_words(verdict: Verdict, limits: Mapping[str, float]) -> str | None:
    """What was allowed of that which `verdict` says ran out, as far as `limits` tells; None for nothing."""
    allowed = [
        f"{pages.number(limits[name] / size)} {unit}" for name, size, unit in _BEHIND.get(verdict, ()) if name in limits
    ]
    return f"Allowed: {', '.join(allowed)}." if allowed else None
