"""How a run goes: a bar for people at a terminal, one JSON object a line for programs."""

from __future__ import annotations

import contextlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from autograder.course import CourseError
from autograder.results import Result, Verdict

EVENTS_SCHEMA = 1


class RateColumn(ProgressColumn):
    """Submissions a minute, over the last of them."""

    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{60 * task.speed:.0f}/min")


class Events:
    """One JSON object a line, each written out at once, to a file or (as `-`) to standard output; or nowhere."""

    def __init__(self, stream: IO[str] | None) -> None:
        self._stream = stream

    @classmethod
    @contextmanager
    def to(cls, place: Path | None) -> Iterator[Events]:
        """Events that go to `place`; CourseError if it cannot be opened."""
        if place is None or str(place) == "-":
            yield cls(None if place is None else sys.stdout)
            return
        try:
            stream = place.open("w", encoding="utf-8")
        except OSError as error:
            raise CourseError(
                f"--events {place} cannot be written: {error.strerror}. Name a file in a folder that exists."
            ) from error
        with stream:
            yield cls(stream)

    def tell(self, event: str, **about: Any) -> None:
        """Who reads may go away: that stops no grading."""
        if self._stream is not None:
            with contextlib.suppress(OSError):
                print(json.dumps({"event": event, **about}, ensure_ascii=False), file=self._stream, flush=True)


class Counts:
    """What was graded so far, shown as it grows."""

    def __init__(self, total: int, events: Events, bar: Progress) -> None:
        self._total, self._events, self._bar = total, events, bar
        self.results: list[Result] = []
        self.verdicts: Counter[str] = Counter()
        self.kept = 0
        self._task = bar.add_task("", total=total)

    def add(self, result: Result, *, kept: bool, trouble: str = "") -> None:
        """One more is graded and stored."""
        self.results.append(result)
        self.verdicts[result.verdict.value] += 1
        self.kept += kept
        self._events.tell(
            "graded", student=result.student, verdict=result.verdict.value, score=result.score,
            max_score=result.max_score, seconds=result.seconds, kept=kept,
            done=len(self.results), of=self._total, trouble=trouble,
        )  # fmt: skip
        self._bar.update(self._task, advance=1, description=self.shortfalls())

    def shortfalls(self) -> str:
        """Such as `3 failed, 1 timeout`."""
        found = [(count, name) for name, count in self.verdicts.items() if name != Verdict.PASSED.value]
        return ", ".join(f"{count} {name}" for count, name in sorted(found, key=lambda item: (-item[0], item[1])))


@contextmanager
def counting(total: int, events: Events, console: Console) -> Iterator[Counts]:
    """A bar with count, rate, time left and failures on a terminal; silence elsewhere."""
    columns = (BarColumn(), MofNCompleteColumn(), RateColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        yield Counts(total, events, bar)
