"""A check and a learner's progress as lines for a terminal: the words of the feedback page, without any value."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rich.text import Text

from autograder import pages
from autograder.cards import REMEDIES, Card, Finding, Notes, Tests, cards_of, lead
from autograder.outline import Outline, OutlinedExercise
from autograder.own_progress import NOT_CHECKED, Standing
from autograder.results import Result, Verdict
from autograder.verdicts import NOT_WRITTEN

WIDEST = 100  # columns of prose, on however wide a screen
SEE_THE_CHECKS = "The checks below your cells in the notebook show what was expected and what came."
_VALUES = re.compile(r"^(?:Expected|Got):.*", re.MULTILINE | re.DOTALL)  # as `convkit.check.CheckFailed` shows them
_SAYS_LITTLE = re.compile(r".* is not right\.")
_ASSERTION = "this does not hold: "  # and then a visible test's line: see `rooms.clean_room`
_CODE = r"`[^`\n]+`"
_STYLES: Mapping[pages.Tone, str] = {
    pages.Tone.PASSED: "green",
    pages.Tone.FAILED: "red",
    pages.Tone.ERROR: "red",
    pages.Tone.STOPPED: "magenta",
    pages.Tone.MISSING: "dim",
    pages.Tone.UNGRADED: "yellow",
    pages.Tone.WAITING: "yellow",
}


def check_lines(result: Result, outline: Outline, width: int, next_assignment: str | None = None) -> list[Text]:
    """What a check says: each exercise's points, what is wrong and why, what to read again, what comes next."""
    cards = cards_of(result, result, Notes(read_again=outline.read_again))
    lines = [*_overview(cards), Text(), *_prose(_total(result, outline, cards), width, "  "), Text()]
    if result.repairs:
        lines += [Text("Put right before the check"), *_listed(result.repairs, width), Text()]
    for card in cards:
        if not _says_nothing_more(card):
            lines += [*_card(card, width), Text()]
    if any(_values_in(finding.message) for card in cards for finding in card.findings):
        lines += _prose(SEE_THE_CHECKS, width)
    return lines + _what_next(cards, outline, width, next_assignment)


def blank_lines(outline: Outline, wanted: Sequence[OutlinedExercise], width: int) -> list[Text]:
    """What a check says of a notebook in which none of the exercises in question was begun."""
    first = wanted[0]
    where = f", in {first.read_again}" if first.read_again else ""
    which = "Nothing is filled in yet" if len(wanted) == len(outline.exercises) else "This is not filled in yet"
    return _prose(
        f"{which}. Start with `{first.name}`{where}: fill in the stub, run the checks below it, save, and check again.",
        width,
    )


def progress_lines(
    outlines: Sequence[Outline], standings: Mapping[str, Standing], notebooks: Mapping[str, Path], width: int
) -> list[Text]:
    """The course's assignments with their points, what is open in each, and what to do next.

    notebooks   assignment → the learner's own notebook, as a command takes it
    """
    lines, longest = [], max(len(outline.assignment) for outline in outlines)
    for outline in outlines:
        standing = standings.get(outline.assignment, NOT_CHECKED)
        lines += _standing(outline, standing, longest, width)
    score = sum(standings.get(o.assignment, NOT_CHECKED).score(o) for o in outlines)
    done = [o for o in outlines if not standings.get(o.assignment, NOT_CHECKED).open(o)]
    total = f"{pages.number(score)} of {pages.number(sum(o.max_score for o in outlines))} points"
    lines += [Text(), *_prose(f"{total}, {len(done)} of {len(outlines)} assignments done.", width)]
    waiting = next((outline for outline in outlines if outline not in done), None)
    if waiting is None:
        return lines + _prose(
            "You have built it all. Read the papers that the notebooks name: they are for you.", width
        )
    first = standings.get(waiting.assignment, NOT_CHECKED).open(waiting)[0]
    where = f", {first.read_again}" if first.read_again else ""
    lines += _prose(f"Next: `{first.name}` of {waiting.assignment}{where}. Then:", width)
    return [*lines, Text(f"  autograder check {notebooks[waiting.assignment]}")]


# --- the parts of a check


def _overview(cards: Sequence[Card]) -> list[Text]:
    """A line for each exercise."""
    longest = max(len(pages.name(card.grade_id)) for card in cards)
    digits = max(len(pages.number(card.max_points)) for card in cards)
    lines = []
    for card in cards:
        points = f"{pages.number(card.points or 0):>{digits}} / {pages.number(card.max_points):<{digits}}"
        line = Text(f"  {card.symbol} ", style=_STYLES[card.tone])
        lines.append(line.append(f"{pages.name(card.grade_id):<{longest}}  {points}  ", "default").append(card.words))
    return lines


def _total(result: Result, outline: Outline, cards: Sequence[Card]) -> str:
    points = f"{pages.number(result.score)} of {pages.number(result.max_score)} points."
    if len(cards) == len(outline.exercises):
        return f"{points} {lead(cards)}"
    names = " and ".join(f"`{card.grade_id}`" for card in cards)
    return f"{points} Only {names} {'was' if len(cards) == 1 else 'were'} checked."


def _says_nothing_more(card: Card) -> bool:
    """Whether its line in the overview says it all."""
    unwritten = all(finding.message == NOT_WRITTEN and not finding.hint for finding in card.findings)
    return card.verdict is Verdict.PASSED or (card.verdict is Verdict.MISSING and unwritten)


def _card(card: Card, width: int) -> list[Text]:
    lines = [Text(f"{card.symbol} {pages.name(card.grade_id)}", style=f"bold {_STYLES[card.tone]}")]
    hinted = any(finding.hint for finding in card.findings)
    first = next((finding for finding in card.findings if finding.traceback), None)
    for said in dict.fromkeys(_said(finding, hinted, finding is first) for finding in card.findings):
        lines += _finding(said, width)
    if card.verdict is Verdict.KILLED:
        lines += _prose(REMEDIES[card.verdict], width, "  ")
    if card.limit:
        lines += _prose(card.limit, width, "  ")
    if card.read_again:
        lines += _prose(f"Read again: {card.read_again}.", width, "  ")
    return lines


def _said(finding: Finding, hinted: bool, with_traceback: bool) -> Finding:
    """What of a finding is said here: no values, and where the exercise has a hint, nothing that says less than it."""
    message = _without_values(finding.message)
    return replace(
        finding,
        tests=Tests(),
        verdict=Verdict.FAILED,  # the same words are said once, whichever verdict they come from
        message="" if hinted and _SAYS_LITTLE.fullmatch(message) else message,
        traceback=finding.traceback if with_traceback else None,
    )


def _finding(finding: Finding, width: int) -> list[Text]:
    lines = _prose(f"Hint: {finding.hint}", width, "  ") if finding.hint else []
    if finding.message:
        lines += _block(finding.message) if "\n" in finding.message else _prose(finding.message, width, "  ")
    if finding.traceback:
        lines += [Text("  Where your code stopped:"), *_block(finding.traceback, "    ")]
    return lines


def _what_next(cards: Sequence[Card], outline: Outline, width: int, next_assignment: str | None) -> list[Text]:
    waiting = next((card for card in cards if card.verdict is not Verdict.PASSED), None)
    if waiting is not None:
        where = f", {waiting.read_again}" if _says_nothing_more(waiting) and waiting.read_again else ""
        return _prose(f"Next: `{waiting.grade_id}`{where}.", width)
    if len(cards) < len(outline.exercises):
        return []
    lines = []
    for question in outline.questions:
        lines += _prose("The question in words is for a person to read. To compare your answer with ours:", width)
        lines += [Text(f"  autograder solution {outline.assignment} {question.name}")]
    return lines + (_prose(f"Next: {next_assignment}.", width) if next_assignment else [])


def _values_in(message: str) -> bool:
    return _VALUES.search(message) is not None or message.startswith(_ASSERTION)


def _without_values(message: str) -> str:
    """A message without what was expected and what came, which the notebook's own check shows where it may."""
    return "" if message.startswith(_ASSERTION) else _VALUES.sub("", message).strip("\n")


# --- the parts of the progress


def _standing(outline: Outline, standing: Standing, longest: int, width: int) -> list[Text]:
    """One assignment, what is open in it on as many lines as it takes."""
    still = standing.open(outline)
    tone = pages.Tone.MISSING if not standing.exercises else pages.Tone.FAILED if still else pages.Tone.PASSED
    score = pages.number(standing.score(outline)) if standing.exercises else "–"
    digits = len(pages.number(outline.max_score))
    points = f"{score:>{digits}} / {pages.number(outline.max_score):<{digits}}"
    start = f"{outline.assignment:<{longest}}  {points}  "
    said = f"open: {', '.join(exercise.name for exercise in still)}" if still else "done"
    said = said if standing.exercises else "not checked yet"
    lines = textwrap.wrap(said, max(width - len(start) - 4, 20))
    first = Text(f"  {pages.SYMBOLS[tone]} ", _STYLES[tone]).append(start, "default").append(lines[0])
    return [first, *(Text(" " * (len(start) + 4) + line, _STYLES[tone]) for line in lines[1:])]


# --- text


def _prose(text: str, width: int, indent: str = "") -> list[Text]:
    """A sentence or more, wrapped; what stands between backticks is set off where the terminal can."""
    wrapped = textwrap.wrap(
        pages.one_line(text), min(width, WIDEST), initial_indent=indent, subsequent_indent=indent,
        break_on_hyphens=False,
    )  # fmt: skip
    lines = [Text(line) for line in wrapped]
    for line in lines:
        line.highlight_regex(_CODE, "bold")
    return lines


def _listed(sentences: Sequence[str], width: int) -> list[Text]:
    lines = []
    for sentence in sentences:
        first, *others = _prose(sentence, width - 4)
        lines += [Text("  · ").append_text(first), *(Text("    ").append_text(line) for line in others)]
    return lines


def _block(text: str, indent: str = "  ") -> list[Text]:
    """Lines that are not to be wrapped."""
    return [Text(indent + line) for line in pages.block(text).splitlines()]
