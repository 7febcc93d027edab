"""What grading finds out about a submission: plain frozen data that serialises to JSON."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

SCHEMA_VERSION = 1


class Verdict(enum.StrEnum):
    """How a test, an exercise or a whole submission ended; the closed set that reports and exports know."""

    PASSED = "passed"
    FAILED = "failed"  # a check compared and said no
    ERROR = "error"  # the student's code raised
    MISSING = "missing"  # not written yet: the stub, or nothing at all
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out of memory"
    TOO_MUCH_OUTPUT = "too much output"
    LIMIT = "limit"  # processes, files or bytes written
    KILLED = "killed"  # the student's process ended before it had answered
    REFUSED = "refused"  # the answer is not plain data
    MALFORMED = "malformed"  # the file is not a notebook that can be graded
    WRONG_ASSIGNMENT = "wrong assignment"
    MANUAL = "manual"  # waits for a person
    NOT_GRADED = "not graded"  # the grader failed, not the student


NEEDS_A_HUMAN = frozenset({Verdict.MALFORMED, Verdict.WRONG_ASSIGNMENT, Verdict.NOT_GRADED, Verdict.KILLED})


@dataclass(frozen=True)
class TestResult:
    """One test cell. `message` is for the student: it never holds a hidden test's text or expected value.

    `hidden`: students see nothing of the test but, if the course allows it, its name.
    """

    grade_id: str
    verdict: Verdict
    points: float
    max_points: float
    message: str = ""
    hint: str | None = None
    traceback: str | None = None
    seconds: float = 0.0
    hidden: bool = False

    __test__ = False  # not a pytest class


@dataclass(frozen=True)
class ExerciseResult:
    """One exercise: the tests of one solution cell together."""

    grade_id: str
    verdict: Verdict
    points: float
    max_points: float
    message: str = ""
    hint: str | None = None
    seconds: float = 0.0
    tests: tuple[TestResult, ...] = ()


@dataclass(frozen=True)
class Result:
    """One submission. `score` counts automatic points alone; the written question is graded by hand."""

    student: str
    assignment: str
    release: str
    verdict: Verdict
    score: float
    max_score: float
    message: str = ""
    exercises: tuple[ExerciseResult, ...] = ()
    repairs: tuple[str, ...] = ()
    limits: dict[str, float] = field(default_factory=dict)
    receipt: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    schema: int = SCHEMA_VERSION

    def to_json(self) -> dict[str, Any]:
        """A dictionary of JSON types, the form of `grade --json`."""
        return dataclasses.asdict(self)

    def comparable(self) -> Result:
        """Without the seconds that it took: two gradings of the same bytes give equal comparable results."""
        exercises = tuple(
            replace(e, seconds=0.0, tests=tuple(replace(test, seconds=0.0) for test in e.tests)) for e in self.exercises
        )
        return replace(self, exercises=exercises, seconds=0.0)

    def corrected(self, points: Mapping[str, float]) -> Result:
        """With the points that a person gave to tests (by grade_id) in place of the automatic ones."""
        exercises = []
        for exercise in self.exercises:
            tests = tuple(replace(test, points=points.get(test.grade_id, test.points)) for test in exercise.tests)
            changed = sum(new.points - old.points for new, old in zip(tests, exercise.tests, strict=True))
            exercises.append(replace(exercise, tests=tests, points=exercise.points + changed))
        changed = sum(new.points - old.points for new, old in zip(exercises, self.exercises, strict=True))
        return replace(self, exercises=tuple(exercises), score=self.score + changed)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Result:
        """The inverse of `to_json`; raises ValueError for another schema."""
        if data.get("schema") != SCHEMA_VERSION:
            raise ValueError(f"result of schema {data.get('schema')!r}; this version reads {SCHEMA_VERSION}")
        exercises = tuple(
            ExerciseResult(
                **{
                    **exercise,
                    "verdict": Verdict(exercise["verdict"]),
                    "tests": tuple(
                        TestResult(**{**test, "verdict": Verdict(test["verdict"])}) for test in exercise["tests"]
                    ),
                }
            )
            for exercise in data["exercises"]
        )
        known = {f.name for f in dataclasses.fields(cls)}
        plain = {key: value for key, value in data.items() if key in known}
        plain |= {
            "verdict": Verdict(data["verdict"]),
            "exercises": exercises,
            "repairs": tuple(data["repairs"]),
        }
        return cls(**plain)
