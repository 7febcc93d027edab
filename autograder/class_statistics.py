"""What the results of a class add up to: scores, exercises, misconceptions, and what needs a person."""

from __future__ import annotations

import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from autograder.results import NEEDS_A_HUMAN, ExerciseResult, Result, Verdict

# Of these nothing is known about what the student can do, so they stay out of every average.
UNGRADED = frozenset({Verdict.MALFORMED, Verdict.WRONG_ASSIGNMENT, Verdict.NOT_GRADED})

FEWEST_FOR_DISCRIMINATION = 5


@dataclass(frozen=True)
class Scores:
    """The distribution of automatic points over the graded submissions (at least one)."""

    values: tuple[float, ...]
    max_score: float
    mean: float
    median: float
    full_marks: int


@dataclass(frozen=True)
class ExerciseStatistics:
    """One exercise over the class.

    difficulty      mean share of the points that was lost, in [0, 1]: one minus the classical item difficulty
    discrimination  item-rest correlation: Pearson's r of this exercise's points with the points of all
                    the other exercises (the point-biserial correlation where an exercise is all or
                    nothing); None with too few submissions, or where all have the same points
    """

    grade_id: str
    verdicts: Mapping[Verdict, int]
    mean_points: float
    max_points: float
    difficulty: float
    discrimination: float | None
    median_seconds: float
    longest_seconds: float

    @property
    def submissions(self) -> int:
        """How many graded submissions have this exercise."""
        return sum(self.verdicts.values())


@dataclass(frozen=True)
class MetHint:
    """A hint of one exercise, and who got it."""

    exercise: str
    hint: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Incident:
    """Something that a person should look at, in these submissions alike; no exercises: the whole of them."""

    students: tuple[str, ...]
    exercises: tuple[str, ...]
    verdict: Verdict
    message: str


@dataclass(frozen=True)
class ClassStatistics:
    """Everything that the report shows, in the order in which it shows it."""

    results: tuple[Result, ...]
    graded: tuple[Result, ...]
    needs_a_human: tuple[Incident, ...]
    scores: Scores | None
    exercises: tuple[ExerciseStatistics, ...]
    hints: tuple[MetHint, ...]
    unexplained: tuple[Incident, ...]


def summarise(results: Iterable[Result]) -> ClassStatistics:
    """The statistics of a class, its submissions in the order of the students' names."""
    ordered = tuple(sorted(results, key=lambda result: _alphabetical(result.student)))
    graded = tuple(result for result in ordered if result.exercises and result.verdict not in UNGRADED)
    return ClassStatistics(
        results=ordered,
        graded=graded,
        needs_a_human=_alike(incident for result in ordered for incident in _for_a_human(result)),
        scores=_scores(graded),
        exercises=tuple(_exercise(grade_id, graded) for grade_id in exercise_order(graded)),
        hints=_hints(graded),
        unexplained=tuple(incident for result in graded for incident in _unexplained(result)),
    )


def _alphabetical(student: str) -> tuple[bool, str, str]:
    """Accents do not count: Göran comes before Grace. Other scripts follow the Latin one."""
    latin = unicodedata.normalize("NFKD", student).casefold().encode("ascii", "ignore").decode().strip()
    return not latin, latin, student


def exercise_order(results: Sequence[Result]) -> list[str]:
    """The automatic exercises in the notebook's order, as the results have it."""
    seen = {
        exercise.grade_id: None
        for result in sorted(results, key=lambda result: -len(result.exercises))
        for exercise in _automatic(result)
    }
    return list(seen)


def hints_of(exercise: ExerciseResult) -> tuple[str, ...]:
    """The different hints of an exercise and its tests, first come first."""
    given = (exercise.hint, *(test.hint for test in exercise.tests))
    return tuple(dict.fromkeys(hint for hint in given if hint))


def _automatic(result: Result) -> list[ExerciseResult]:
    return [exercise for exercise in result.exercises if exercise.verdict is not Verdict.MANUAL]


def _scores(graded: Sequence[Result]) -> Scores | None:
    if not graded:
        return None
    values = tuple(result.score for result in graded)
    return Scores(
        values=values,
        max_score=max(result.max_score for result in graded),
        mean=statistics.fmean(values),
        median=statistics.median(values),
        full_marks=sum(result.score > result.max_score - 1e-6 for result in graded),
    )


def _exercise(grade_id: str, graded: Sequence[Result]) -> ExerciseStatistics:
    here, rest = [], []
    for result in graded:
        exercises = _automatic(result)
        found = next((exercise for exercise in exercises if exercise.grade_id == grade_id), None)
        if found:
            here.append(found)
            rest.append(sum(exercise.points for exercise in exercises) - found.points)
    points = [exercise.points for exercise in here]
    known = [exercise for exercise in here if exercise.verdict not in UNGRADED] or here
    times = [exercise.seconds for exercise in here]
    return ExerciseStatistics(
        grade_id=grade_id,
        verdicts=Counter(exercise.verdict for exercise in here),
        mean_points=statistics.fmean(exercise.points for exercise in known),
        max_points=max(exercise.max_points for exercise in here),
        difficulty=1 - statistics.fmean(e.points / e.max_points if e.max_points else 1.0 for e in known),
        discrimination=_correlation(points, rest),
        median_seconds=statistics.median(times),
        longest_seconds=max(times),
    )


def _correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    if len(first) < FEWEST_FOR_DISCRIMINATION:
        return None
    try:
        return statistics.correlation(first, second)
    except statistics.StatisticsError:  # one of them is constant
        return None


def _hints(graded: Sequence[Result]) -> tuple[MetHint, ...]:
    students: dict[tuple[str, str], list[str]] = {}
    for result in graded:
        for exercise in result.exercises:
            for hint in hints_of(exercise):
                students.setdefault((exercise.grade_id, hint), []).append(result.student)
    met = [MetHint(exercise, hint, tuple(who)) for (exercise, hint), who in students.items()]
    return tuple(sorted(met, key=lambda hint: -len(hint.students)))


def _unexplained(result: Result) -> list[Incident]:
    """Wrong answers without a hint: where the next misconception is to be found."""
    return [
        Incident((result.student,), (exercise.grade_id,), exercise.verdict, exercise.message)
        for exercise in result.exercises
        if exercise.verdict is Verdict.FAILED and not hints_of(exercise)
    ]


def _for_a_human(result: Result) -> list[Incident]:
    """Exercises that ended alike, with one message, are one incident."""
    if result.verdict in UNGRADED and result.message:
        return [Incident((result.student,), (), result.verdict, result.message)]
    alike: dict[tuple[Verdict, str], list[str]] = {}
    for exercise in result.exercises:
        if exercise.verdict in NEEDS_A_HUMAN:
            alike.setdefault((exercise.verdict, exercise.message or result.message), []).append(exercise.grade_id)
    if alike:
        return [Incident((result.student,), tuple(ids), *key) for key, ids in alike.items()]
    if result.verdict in NEEDS_A_HUMAN or not result.exercises:
        return [Incident((result.student,), (), result.verdict, result.message)]
    return []


def _alike(incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    """What happened in the same words to several students is said once."""
    students: dict[Incident, list[str]] = {}
    for incident in incidents:
        students.setdefault(replace(incident, students=()), []).extend(incident.students)
    return tuple(replace(incident, students=tuple(who)) for incident, who in students.items())
