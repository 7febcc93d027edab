"""What handing in late costs: the policy of `course.toml`, as pure arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import dateutil.parser

_DAY_SECONDS = 86_400
_CLOCK = {"AM", "PM", "Z"}
_GAPS = (datetime(2000, 1, 1), datetime(2001, 2, 2))


@dataclass(frozen=True)
class LatePolicy:
    """`[late]` in `course.toml`, or `late` of one assignment.

    grace_minutes    how much later than each deadline still counts as in time
    percent_per_day  of the points earned, for each started day after that
    max_percent      the most that is taken off
    """

    grace_minutes: float = 0.0
    percent_per_day: float = 0.0
    max_percent: float = 100.0

    def __post_init__(self) -> None:
        for name, most in (("grace_minutes", math.inf), ("percent_per_day", 100), ("max_percent", 100)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
                limit = "at least 0" if most == math.inf else f"from 0 to {most}"
                raise ValueError(f"{name} must be a number {limit}, not {value!r}")
            if not math.isfinite(value):
                raise ValueError(f"{name} must be a finite number")

    @property
    def grace_seconds(self) -> float:
        return 60.0 * self.grace_minutes

    def days(self, seconds_late: float) -> int:
        """Started days after the grace; 0 for work in time. What is less than a millisecond is rounding."""
        return max(0, math.ceil(round(seconds_late - self.grace_seconds, 3) / _DAY_SECONDS))

    def percent(self, seconds_late: float) -> float:
        """What is taken off, in percent of the points earned."""
        return min(self.max_percent, self.percent_per_day * self.days(seconds_late))

    def penalty(self, score: float, seconds_late: float) -> float:
        """Points taken off `score`, to two decimals; never below 0 and never more than the score."""
        taken = round(max(0.0, score) * self.percent(seconds_late) / 100, 2)
        return min(taken, max(0.0, score))


NO_PENALTY = LatePolicy()


def zone(name: str) -> tzinfo:
    """The time zone of that name, such as Europe/Berlin; ValueError if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}; a name is such as Europe/Berlin or UTC") from None


def parse_time(text: str, default_zone: tzinfo | None = None) -> datetime:
    """A time in UTC from `2027-01-31 23:59 UTC`, `… +0100`, `… Europe/Berlin` or, with a default zone, without one.

    nbgrader reads a third word `+0100` as a hundred seconds, so times are handed to it in UTC only.
    Raises ValueError for anything else, and for a time without a zone if there is no default.
    """
    words = text.split()
    is_named = len(words) > 1 and words[-1][:1].isalpha() and words[-1].upper() not in _CLOCK
    found = _complete_date(" ".join(words[:-1] if is_named else words))
    if found is None:
        raise ValueError(f"{text!r} is not a time such as 2027-01-31 23:59 UTC")
    named = zone(words[-1]) if is_named else None
    if found.tzinfo is None:
        if named is None and default_zone is None:
            raise ValueError(f"{text!r} has no time zone; write 2027-01-31 23:59 UTC or set time_zone")
        found = found.replace(tzinfo=named or default_zone)
    return found.astimezone(UTC)


def _complete_date(text: str) -> datetime | None:
    """What dateutil reads, if year, month and day are all there: it fills gaps in silence."""
    try:
        first, second = (dateutil.parser.parse(text, default=gaps) for gaps in _GAPS)
    except (ValueError, OverflowError):
        return None
    return first if first == second else None
