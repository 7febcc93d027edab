"""The course as `course.toml` describes it: titles, order, due dates, limits and where things lie."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.rooms.limits import Limits

COURSE_FILE = "course.toml"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_TOP_LEVEL = {"title", "repository", "branch", "db_url", "assignments", "limits", "feedback"}
_ASSIGNMENT_KEYS = {"title", "due", "limits"}


class CourseError(Exception):
    """The course or the command line is wrong; the message says what to do. Exit code 2."""


@dataclass(frozen=True)
class Assignment:
    """One line of `[assignments]`. `due` is nbgrader's text form, with a time zone."""

    name: str
    title: str
    limits: Limits
    due: str | None = None


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
        """The assignment of that name; CourseError lists the known ones."""
        for assignment in self.assignments:
            if assignment.name == name:
                return assignment
        known = ", ".join(a.name for a in self.assignments)
        raise CourseError(f"There is no assignment {name!r} in {COURSE_FILE}. It lists: {known}.")


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
        assignments=tuple(_assignment(name, entry, limits) for name, entry in entries.items()),
        feedback=_feedback(data.get("feedback", {})),
    )


def _assignment(name: str, entry: Any, limits: Limits) -> Assignment:
    where = f"[assignments] {name}"
    if not _NAME.fullmatch(name):
        raise CourseError(f"{where}: a name has letters, digits, _ and - only.")
    if not isinstance(entry, dict):
        raise CourseError(f'{where} must be a table such as {{ title = "Pooling" }}.')
    _only_known(entry, _ASSIGNMENT_KEYS, where)
    due = entry.get("due")
    if isinstance(due, datetime):
        due = due.isoformat(sep=" ")
    if due is not None and not isinstance(due, str):
        raise CourseError(f'{where}: due must be text such as "2027-01-31 23:59 UTC".')
    return Assignment(name, _text(entry, "title", name), _limits(limits, entry.get("limits", {}), where), due)


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
