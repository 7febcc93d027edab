"""The page about a class for its instructor: scores, exercises, misconceptions, and what needs a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder import charts, pages
from autograder.class_statistics import ClassStatistics, ExerciseStatistics, exercise_order, summarise
from autograder.results import ExerciseResult, Result, Verdict
from autograder.similarity import Pair

ManualPoints = Mapping[str, Mapping[str, tuple[float | None, float]]]


@dataclass(frozen=True)
class Row:
    """A student in the table: one cell an exercise (None where the submission has none of it)."""

    result: Result
    graded: bool
    cells: tuple[ExerciseResult | None, ...]
    manual: tuple[tuple[float | None, float] | None, ...]


def render_report(
    results: Sequence[Result],
    *,
    course_title: str,
    assignment_title: str,
    manual: ManualPoints | None = None,
    links: Mapping[str, str] | None = None,
    alike: Sequence[Pair] | None = None,
) -> str:
    """One self-contained HTML page.

    manual  student → exercise graded by hand → (points or None while it waits, maximum)
    links   student → path of their feedback or submission, relative to the page
    alike   pairs of submissions that are alike, most alike first; None where nobody looked
    """
    summary = summarise(results)
    by_hand = _by_hand(summary.results, manual or {})
    return (
        pages.environment()
        .get_template("report.html.jinja")
        .render(
            course_title=course_title,
            assignment_title=assignment_title,
            summary=summary,
            in_need=len({student for incident in summary.needs_a_human for student in incident.students}),
            bars=[_tone_counts(exercise) for exercise in summary.exercises],
            hardest=_hardest(summary.exercises),
            hints=[(hint, len(hint.students) / len(summary.graded)) for hint in summary.hints],
            waiting=_waiting(by_hand),
            columns=exercise_order(summary.graded),
            manual_columns=_manual_columns(by_hand),
            rows=_rows(summary, by_hand),
            links=links or {},
            alike=alike,
            tones=_tones_met(summary),
            charts=charts,
            textures=charts.textures,
        )
    )


def _tone_counts(exercise: ExerciseStatistics) -> list[tuple[pages.Tone, int]]:
    return [
        (tone, sum(count for verdict, count in exercise.verdicts.items() if pages.TONES[verdict] is tone))
        for tone in pages.Tone
    ]


def _tones_met(summary: ClassStatistics) -> list[pages.Tone]:
    met = {pages.TONES[verdict] for exercise in summary.exercises for verdict in exercise.verdicts}
    return [tone for tone in pages.Tone if tone in met]


def _hardest(exercises: Sequence[ExerciseStatistics]) -> ExerciseStatistics | None:
    """The exercise that lost the largest share of its points; None where none lost any."""
    hardest = max(exercises, key=lambda exercise: exercise.difficulty, default=None)
    return hardest if hardest and hardest.difficulty > 1e-9 else None


def _by_hand(results: Sequence[Result], manual: ManualPoints) -> dict[str, dict[str, tuple[float | None, float]]]:
    """student → exercise graded by hand, waiting as the results have it, or as `manual` knows."""
    return {
        result.student: {
            exercise.grade_id: (None, exercise.max_points)
            for exercise in result.exercises
            if exercise.verdict is Verdict.MANUAL
        }
        | dict(manual.get(result.student, {}))
        for result in results
    }


def _manual_columns(by_hand: Mapping[str, Mapping[str, object]]) -> list[str]:
    return list(dict.fromkeys(grade_id for exercises in by_hand.values() for grade_id in exercises))


def _waiting(by_hand: Mapping[str, Mapping[str, tuple[float | None, float]]]) -> dict[str, int]:
    """exercise graded by hand → how many answers still wait."""
    counts = {
        grade_id: sum(exercises[grade_id][0] is None for exercises in by_hand.values() if grade_id in exercises)
        for grade_id in _manual_columns(by_hand)
    }
    return {grade_id: count for grade_id, count in counts.items() if count}


def _rows(summary: ClassStatistics, by_hand: Mapping[str, Mapping[str, tuple[float | None, float]]]) -> list[Row]:
    columns, manual_columns = exercise_order(summary.graded), _manual_columns(by_hand)
    graded = set(map(id, summary.graded))
    rows = []
    for result in summary.results:
        found = {exercise.grade_id: exercise for exercise in result.exercises}
        rows.append(
            Row(
                result=result,
                graded=id(result) in graded,
                cells=tuple(found.get(grade_id) for grade_id in columns),
                manual=tuple(by_hand[result.student].get(grade_id) for grade_id in manual_columns),
            )
        )
    return rows
