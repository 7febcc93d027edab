"""The page that one student gets back, written from a `Result` alone: what it does not hold cannot leak."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from autograder import charts, pages
from autograder.cards import REMEDIES, WORDS, Card, Notes, cards_of, lead
from autograder.results import Result, Verdict


@dataclass(frozen=True)
class Late:
    """A late hand-in as the gradebook has it: `penalty` in points, 0 where lateness costs none."""

    penalty: float
    seconds: float


def render_feedback(
    result: Result,
    *,
    course_title: str,
    assignment_title: str,
    answers: Mapping[str, str] | None = None,
    comments: Mapping[str, str] | None = None,
    manual: Mapping[str, tuple[float | None, float]] | None = None,
    read_again: Mapping[str, str] | None = None,
    unanswered: Collection[str] = (),
    corrections: Mapping[str, float] | None = None,
    late: Late | None = None,
    hidden_test_names: bool = False,
) -> str:
    """One self-contained HTML page.

    answers     exercise → what the student wrote, shown folded
    comments    exercise → the teacher's words; other keys are shown at the end
    manual      exercise graded by hand → (points or None while it waits, maximum)
    read_again  exercise → where in the notebook its subject is explained
    unanswered  exercises graded by hand that got no points because nothing was written
    corrections test → points that a person gave in place of the automatic ones
    late        None for a submission in time, or where nobody asked when it came

    A test that the release does not show is named only with `hidden_test_names`.
    """
    corrected = result.corrected(corrections or {})
    notes = Notes(answers or {}, comments or {}, manual or {}, read_again or {}, unanswered, hidden_test_names)
    cards = cards_of(result, corrected, notes)
    by_hand = [card for card in cards if card.verdict is Verdict.MANUAL]
    automatic = [card for card in cards if card.verdict is not Verdict.MANUAL]
    known = {card.grade_id for card in cards}
    gradable = pages.TONES[result.verdict] is not pages.Tone.UNGRADED or corrected != result
    scored = bool(automatic) and gradable
    if not scored:  # one sentence about the whole file says it all
        cards = [
            card for card in cards if card.comment or any(said.message != result.message for said in card.findings)
        ]
    one_of_many = scored and result.verdict is Verdict.MISSING  # its card says so
    return (
        pages.environment()
        .get_template("feedback.html.jinja")
        .render(
            result=corrected,
            course_title=course_title,
            assignment_title=assignment_title,
            cards=cards,
            by_hand=by_hand,
            scored=scored,
            total=_total(corrected, by_hand, late),
            late=late,
            lead=lead(automatic),
            words=WORDS[result.verdict],
            remedy=None if one_of_many else REMEDIES.get(result.verdict),
            first=next((card for card in automatic if card.verdict is not Verdict.PASSED), None),
            other_comments=[text for key, text in (comments or {}).items() if key not in known and text],
            textures=charts.textures,
            share_bar=charts.share_bar,
        )
    )


def _total(result: Result, by_hand: list[Card], late: Late | None) -> tuple[float, float] | None:
    """All points and their maximum, once every written question is graded; None where they are the tests' alone."""
    given = [card.points for card in by_hand if card.points is not None]
    penalty = late.penalty if late else 0.0
    if len(given) < len(by_hand) or not (by_hand or penalty):
        return None
    points = max(result.score + sum(given) - penalty, 0.0)
    return points, result.max_score + sum(card.max_points for card in by_hand)
