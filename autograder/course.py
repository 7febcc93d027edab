"""The course as `course.toml` describes it: titles, order, due dates, limits and where things lie."""

from __future__ import annotations

import dataclasses
import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from pathlib import Path
from typing import Any

from autograder.late import NO_PENALTY, LatePolicy, parse_time, zone
from autograder.rooms.limits import Limits

COURSE_FILE = "course.toml"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_TOP_LEVEL = {"title", "repository", "branch", "db_url", "time_zone", "assignments", "late", "limits", "feedback"}
_ASSIGNMENT_KEYS = {"title", "due", "late", "limits"}


class CourseError(Exception):
    """The course or the command line is wrong; the message says what to do. Exit code 2."""


@dataclass(frozen=True)
class Assignment:
    """One line of `[assignments]`. `due` is nbgrader's text form, in UTC."""

    name: str
    title: str
    limits: Limits
    due: str | None = None
    late: LatePolicy = NO_PENALTY

    @property
    def due_at(self) -> datetime | None:
        """The deadline, in UTC."""
        return None if self.due is None else parse_time(self.due)


@dataclass(frozen=True)
class FeedbackOptions:
    """The table `[feedback]`: what a student's page may tell.

    hidden_test_names  the names of tests of which the release shows nothing; never their text
    """

    hidden_test_names: bool = False


@dataclass(frozen=True)
class Course:
    """Everything that a command needs to know about the course folder `root`."""

    root: Path
    title: str
    repository: str
    branch: str
    db_url: str
    assignments: tuple[Assignment, ...]
    time_zone: tzinfo = UTC
    feedback: FeedbackOptions = FeedbackOptions()

    @property
    def source_folder(self) -> Path:
        return self.root / "source"

    @property
    def release_folder(self) -> Path:
        return self.root / "notebooks"

    @property
    def submitted_folder(self) -> Path:
        return self.root / "submitted"

    @property
    def aside_folder(self) -> Path:
        """What was handed in and could not be collected."""
        return self.root / "aside"

    @property
    def autograded_folder(self) -> Path:
        return self.root / "autograded"

    @property
    def feedback_folder(self) -> Path:
        return self.root / "feedback"

    @property
    def build_folder(self) -> Path:
        return self.root / "build"

    @property
    def results_folder(self) -> Path:
        return self.build_folder / "results"

    @property
    def private_paths(self) -> tuple[Path, ...]:
        """What no room may show, wherever the course lies (in a folder of the system or of Python, say)."""
        database = self.db_url.removeprefix("sqlite:///")
        return (
            self.source_folder,
            self.submitted_folder,
            self.aside_folder,
            self.autograded_folder,
            self.feedback_folder,
            self.build_folder,
            Path(database) if database != self.db_url else self.build_folder,
        )

    @property
    def install_url(self) -> str:
        """What `pip install` gets in Colab."""
        return f"git+{self.repository}@{self.branch}"

    def colab_url(self, assignment: str) -> str:
        """Where the released notebook opens in Colab (GitHub repositories only, as Colab itself)."""
        path = self.repository.removeprefix("https://github.com/")
        return (
            f"https://colab.research.google.com/github/{path}/blob/{self.branch}"
            f"/notebooks/{assignment}/{assignment}.ipynb"
        )

    def assignment(self, name: str) -> Assignment:
        """The assignment of that name; CourseError names those that are spelt alike, and lists all."""
        for assignment in self.assignments:
            if assignment.name == name:
                return assignment
        known = [a.name for a in self.assignments]
        near = did_you_mean(name, known)
        raise CourseError(f"There is no assignment {name!r} in {COURSE_FILE}.{near} It lists: {', '.join(known)}.")


def find_course(start: Path | None = None) -> Course:
    """The course of the nearest folder upwards that has a `course.toml`, else the one that this package lies in."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / COURSE_FILE).exists():
            return load_course(folder)
    return load_course(Path(__file__).resolve().parent.parent)


def load_course(folder: Path) -> Course:
    """Read `course.toml` in `folder`; every mistake in it is a CourseError with the place and the remedy."""
    path = folder / COURSE_FILE
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(
            f"No {COURSE_FILE} in {folder}. Run this in the course folder, or name it with --course."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} is not valid TOML: {error}.") from None
    _only_known(data, _TOP_LEVEL, COURSE_FILE)
    limits = _limits(Limits(), data.get("limits", {}), "[limits]")
    late = _late(NO_PENALTY, data.get("late", {}), "[late]")
    time_zone = _zone(data)
    entries = data.get("assignments")
    if not isinstance(entries, dict) or not entries:
        raise CourseError(f"{COURSE_FILE} needs a table [assignments] with at least one assignment.")
    db_url = _text(data, "db_url", "sqlite:///gradebook.db")
    if db_url.startswith("sqlite:///") and not db_url.startswith("sqlite:////"):
        db_url = f"sqlite:///{(folder / db_url.removeprefix('sqlite:///')).resolve()}"
    return Course(
        root=folder.resolve(),
        title=_text(data, "title"),
        repository=_text(data, "repository").rstrip("/"),
        branch=_text(data, "branch", "main"),
        db_url=db_url,
        assignments=tuple(_assignment(name, entry, limits, late, time_zone) for name, entry in entries.items()),
        time_zone=time_zone or UTC,
        feedback=_feedback(data.get("feedback", {})),
    )


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` Did you mean a or b?`, with the known names that are spelt like this one, nearest first; "" if none is."""
    by_key = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(name.casefold(), by_key, n=3, cutoff=0.6)
    return f" Did you mean {' or '.join(by_key[key] for key in near)}?" if near else ""


def _assignment(name: str, entry: Any, limits: Limits, late: LatePolicy, time_zone: tzinfo | None) -> Assignment:
    where = f"[assignments] {name}"
    if not _NAME.fullmatch(name):
        raise CourseError(f"{where}: a name has letters, digits, _ and - only.")
    if not isinstance(entry, dict):
        raise CourseError(f'{where} must be a table such as {{ title = "Pooling" }}.')
    _only_known(entry, _ASSIGNMENT_KEYS, where)
    return Assignment(
        name,
        _text(entry, "title", name),
        _limits(limits, entry.get("limits", {}), where),
        _due(entry.get("due"), time_zone, where),
        _late(late, entry.get("late", {}), where),
    )


def _due(due: Any, time_zone: tzinfo | None, where: str) -> str | None:
    if due is None:
        return None
    if isinstance(due, date) and not isinstance(due, datetime):
        due = datetime.combine(due, time(23, 59))
    if isinstance(due, datetime):
        due = due.isoformat(sep=" ")
    if not isinstance(due, str):
        raise CourseError(f'{where}: due must be text such as "2027-01-31 23:59 UTC".')
    try:
        return f"{parse_time(due, time_zone):%Y-%m-%d %H:%M:%S} UTC"
    except ValueError as error:
        raise CourseError(f"{where}: due: {error}.") from None


def _zone(data: dict[str, Any]) -> tzinfo | None:
    try:
        return zone(_text(data, "time_zone")) if "time_zone" in data else None
    except ValueError as error:
        raise CourseError(f"{COURSE_FILE}: time_zone: {error}.") from None


def _late(base: LatePolicy, changes: Any, where: str) -> LatePolicy:
    if not isinstance(changes, dict):
        raise CourseError(f"{where}: late must be a table such as {{ percent_per_day = 10 }}.")
    _only_known(changes, {f.name for f in dataclasses.fields(LatePolicy)}, where)
    try:
        return dataclasses.replace(base, **changes)
    except ValueError as error:
        raise CourseError(f"{where}: {error}.") from None


def _feedback(options: Any) -> FeedbackOptions:
    if not isinstance(options, dict):
        raise CourseError("[feedback] must be a table such as { hidden_test_names = true }.")
    _only_known(options, {f.name for f in dataclasses.fields(FeedbackOptions)}, "[feedback]")
    for name, value in options.items():
        if not isinstance(value, bool):
            raise CourseError(f"[feedback]: {name} must be true or false.")
    return FeedbackOptions(**options)


def _limits(base: Limits, changes: Any, where: str) -> Limits:
    if not isinstance(changes, dict):
        raise CourseError(f"{where}: limits must be a table.")
    _only_known(changes, {f.name for f in dataclasses.fields(Limits)}, where)
    try:
        return dataclasses.replace(base, **changes)
    except ValueError as error:
        raise CourseError(f"{where}: {error}.") from None


def _only_known(data: dict[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(data) - known)
    if unknown:
        raise CourseError(f"{where}: {unknown[0]!r} is not known. Known: {', '.join(sorted(known))}.")


def _text(data: dict[str, Any], key: str, default: str | None = None) -> str:
    value = data.get(key, default)
    if not isinstance(value, str) or not value:
        raise CourseError(f"{COURSE_FILE}: {key} must be a text that is not empty.")
    return value
