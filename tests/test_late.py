"""Late penalties: the arithmetic at its edges, times with and without zones, and one score for everybody who asks."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.course import CourseError, load_course
from autograder.late import LatePolicy, parse_time, zone

DAY = 86_400
POLICY = LatePolicy(grace_minutes=15, percent_per_day=10, max_percent=50)
policies = st.builds(
    LatePolicy,
    grace_minutes=st.floats(0, 10_000),
    percent_per_day=st.floats(0, 100),
    max_percent=st.floats(0, 100),
)
scores = st.floats(0, 1_000)
times = st.floats(0, 400 * DAY)


@pytest.mark.parametrize(
    ("seconds", "percent"),
    [
        (0, 0),
        (900, 0),
        (900.001, 10),
        (DAY + 900, 10),
        (DAY + 901, 20),
        (4 * DAY + 901, 50),
        (5 * DAY + 901, 50),
        (1e12, 50),
    ],
)
def test_started_days_after_the_grace(seconds: float, percent: float) -> None:
    assert POLICY.percent(seconds) == percent
    assert POLICY.penalty(80, seconds) == pytest.approx(80 * percent / 100)


def test_without_a_policy_late_work_costs_nothing() -> None:
    assert LatePolicy().penalty(100, 100 * DAY) == 0


@given(policies, scores, times)
def test_a_penalty_is_never_negative_and_never_more_than_the_score(p: LatePolicy, score: float, seconds: float) -> None:
    assert 0 <= p.penalty(score, seconds) <= score
    assert p.penalty(-score, seconds) == 0
    assert p.penalty(score, seconds) <= score * p.max_percent / 100 + 0.005


@given(policies, scores, times, times)
def test_later_never_costs_less(p: LatePolicy, score: float, one: float, other: float) -> None:
    early, late = sorted((one, other))
    assert p.penalty(score, early) <= p.penalty(score, late)


@given(policies, scores, scores, times)
def test_better_work_never_ends_up_with_less(p: LatePolicy, one: float, other: float, seconds: float) -> None:
    less, more = sorted((one, other))
    assert less - p.penalty(less, seconds) <= more - p.penalty(more, seconds) + 0.01


@given(policies, st.integers(0, 300))
@example(LatePolicy(grace_minutes=130.98718761613992), 97)  # the sum is a little more than 97 days and the grace
def test_each_day_begins_after_its_grace(p: LatePolicy, day: int) -> None:
    edge = p.grace_seconds + day * DAY
    assert p.days(edge) <= day
    assert p.days(math.nextafter(edge, math.inf) + 0.01) == day + 1


@pytest.mark.parametrize("value", [-1, math.nan, math.inf, True, "10", None])
@pytest.mark.parametrize("name", ["grace_minutes", "percent_per_day", "max_percent"])
def test_a_policy_that_is_none_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=name):
        LatePolicy(**{name: value})  # type: ignore[arg-type]


# --- times


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2027-01-31 23:59 UTC", 23), ("2027-01-31T23:59:00Z", 23), ("2027-01-31 23:59+01:00", 22),
        ("2027-01-31 23:59 +0100", 22), ("2027-01-31 23:59 Europe/Berlin", 22), ("2027-07-31 23:59 Europe/Berlin", 21),
        ("31 January 2027 11:59 PM UTC", 23),
    ],
)  # fmt: skip
def test_times_in_their_zones(text: str, hour: int) -> None:
    assert (parse_time(text).hour, parse_time(text).tzinfo) == (hour, UTC)


def test_a_time_without_a_zone_needs_one_from_elsewhere() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        parse_time("2027-01-31 23:59")
    assert parse_time("2027-01-31 23:59", zone("Europe/Berlin")).hour == 22


@pytest.mark.parametrize(
    "text", ["", "soon", "23:59 UTC", "January 2027 UTC", "2027-13-01 UTC", "2027-01-31 23:59 Atlantis"]
)
def test_what_is_no_time_is_refused_and_today_is_never_filled_in(text: str) -> None:
    with pytest.raises(ValueError):
        parse_time(text, UTC)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_any_offset_comes_back_as_the_same_instant(time: datetime, minutes: int) -> None:
    there = time.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert parse_time(there.isoformat(sep=" ")) == there


# --- course.toml

GOOD = 'title = "T"\nrepository = "https://github.com/a/b"\n{}[assignments]\n01_a = {{ title = "A"{} }}\n{}'


def course(tmp_path: Path, top: str = "", entry: str = "", tables: str = ""):  # type: ignore[no-untyped-def]
    (tmp_path / "course.toml").write_text(GOOD.format(top, entry, tables))
    return load_course(tmp_path)


def test_the_policy_is_the_courses_then_the_assignments(tmp_path: Path) -> None:
    found = course(tmp_path, "", ", late = { percent_per_day = 20 }", "[late]\ngrace_minutes = 15\nmax_percent = 60\n")
    assert found.assignments[0].late == LatePolicy(15, 20, 60)
    assert course(tmp_path).assignments[0].late == LatePolicy()


@pytest.mark.parametrize(
    ("top", "due", "text"),
    [
        ("", '"2027-01-31 23:59 UTC"', "2027-01-31 23:59:00 UTC"),
        ("", '"2027-01-31 23:59 +0100"', "2027-01-31 22:59:00 UTC"),
        ("", "2027-01-31 23:59:00+01:00", "2027-01-31 22:59:00 UTC"),
        ('time_zone = "Europe/Berlin"\n', "2027-01-31 23:59:00", "2027-01-31 22:59:00 UTC"),
        ('time_zone = "Europe/Berlin"\n', '"2027-07-31 23:59"', "2027-07-31 21:59:00 UTC"),
        ('time_zone = "Europe/Berlin"\n', "2027-01-31", "2027-01-31 22:59:00 UTC"),
    ],
)
def test_deadlines_are_kept_in_utc(tmp_path: Path, top: str, due: str, text: str) -> None:
    assert course(tmp_path, top, f", due = {due}").assignments[0].due == text


@pytest.mark.parametrize(
    ("top", "entry", "tables", "words"),
    [
        ("", ', due = "2027-01-31 23:59"', "", "no time zone"),
        ("", ', due = "next week"', "", "not a time such as"),
        ('time_zone = "Atlantis"\n', "", "", "no time zone 'Atlantis'"),
        ("", "", "[late]\npercent = 10\n", "'percent' is not known"),
        ("", "", "[late]\npercent_per_day = 110\n", "from 0 to 100"),
        ("", "", "[late]\ngrace_minutes = -1\n", "at least 0"),
        ("", ", late = 3", "", "late must be a table"),
        ("", ", late = { max_percent = true }", "", "max_percent must be a number"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, top: str, entry: str, tables: str, words: str) -> None:
    with pytest.raises(CourseError) as error:
        course(tmp_path, top, entry, tables)
    assert words in str(error.value) and "\n" not in str(error.value)
