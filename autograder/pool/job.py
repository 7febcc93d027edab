"""One submission's grading as a pure function of bytes: what a worker is sent, does and sends back.

Bytes go out, bytes come back. The coordinator unpickles nothing that a submission made: what a worker returns is JSON,
and it is also the form in which a result is kept.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import socket
import threading
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.course import Course, CourseError
from autograder.grading import Graded, grade, unreadable
from autograder.receipts import environment_digest, grader_digest
from autograder.results import Result, Verdict
from autograder.rooms.bubblewrap import SandboxUnavailable
from autograder.rooms.limits import Limits
from autograder.rooms.server import RoomServer
from autograder.source import AssignmentSource, parse_source
from autograder.submission import UnreadableError, digest

WARM = frozenset({"convkit", "keras", "matplotlib", "numpy", "sklearn"})  # safe to fork after they were imported
GRADER_FAILED = "The grader failed while it graded this notebook. Your instructor knows what happened."


@dataclass(frozen=True)
class Job:
    """What all submissions of one run share: plain data, enough for a worker on a machine without the course.

    source       the source notebook with hidden tests, as the text of an ipynb file
    hidden       folders that no room may show, if the worker's machine has them
    grader       digest of the grader, `environment` that of Python and its packages: a worker must have the same
    """

    assignment: str
    source: str
    limits: Limits
    sandbox: str
    figures: bool
    hidden: tuple[str, ...]
    grader: str
    environment: str

    @classmethod
    def of(cls, course: Course, source: AssignmentSource, sandbox: str, *, figures: bool = False) -> Job:
        """The job of grading `source` here and now."""
        return cls(
            assignment=source.name,
            source=nbformat.writes(source.notebook),
            limits=course.assignment(source.name).limits,
            sandbox=sandbox,
            figures=figures,
            hidden=tuple(str(path) for path in course.private_paths),
            grader=grader_digest(),
            environment=environment_digest(),
        )

    @property
    def key(self) -> str:
        """SHA-256 over all that a result depends on, besides the submission."""
        parts = {k: v for k, v in dataclasses.asdict(self).items() if k != "hidden"}
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    @property
    def receipt(self) -> dict[str, str]:
        """The part of a result's receipt that the whole run shares."""
        return {
            "grader": self.grader,
            "environment": self.environment,
            "sandbox": self.sandbox,
            "figures": "drawn" if self.figures else "left out",
        }


@dataclass(frozen=True)
class Finished:
    """One graded submission. `notebook` is the text as it ran, None if it could not be read.

    `trouble`, for the instructor alone, says what failed in the grader.
    """

    result: Result
    notebook: str | None = None
    answers: dict[str, str] = field(default_factory=dict)
    trouble: str = ""

    @classmethod
    def of(cls, graded: Graded) -> Finished:
        text = None if graded.notebook is None else _compact(graded.notebook)
        return cls(graded.result, text, graded.answers)

    def belonging_to(self, student: str) -> Finished:
        """Workers do not know whose submission it is."""
        return dataclasses.replace(self, result=dataclasses.replace(self.result, student=student))

    def pack(self) -> bytes:
        """As JSON; the inverse of `unpack`."""
        return json.dumps({**vars(self), "result": self.result.to_json()}).encode()

    @classmethod
    def unpack(cls, data: bytes) -> Finished:
        """ValueError, KeyError or TypeError for anything else than what `pack` made."""
        parts = json.loads(data)
        return cls(Result.from_json(parts["result"]), parts["notebook"], dict(parts["answers"]), parts["trouble"])


def _compact(notebook: NotebookNode) -> str:
    """The notebook as a file's text, on one line: indented, which no person needs here, it takes ten times as long."""
    return json.dumps(notebook, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"


def grade_submission(job: Job, data: bytes) -> bytes:
    """Grade one file in this process's warm rooms; a packed `Finished` without a student.

    Never raises for what the file contains, nor for a fault of the grader that concerns this file only. CourseError
    where this worker is another grader than the coordinator's; SandboxUnavailable where no room can be built.
    """
    _check_same_grader(job)
    source = source_of(job)
    try:
        graded = grade("", data, source, job.limits, _rooms_of_this_thread(job), job.receipt, figures=job.figures)
        return Finished.of(graded).pack()
    except SandboxUnavailable:
        raise
    except Exception:
        close_rooms(job.key)  # whatever state they are in
        return not_graded(job, data, GRADER_FAILED, traceback.format_exc()).pack()


def prepare(job: Job) -> None:
    """Begin to warm up this process's rooms. What goes wrong is said by the first grading."""
    with contextlib.suppress(Exception):
        _rooms_of_this_thread(job).warm()


def not_graded(job: Job, data: bytes, message: str, trouble: str) -> Finished:
    """For a submission at which the grader failed, not the student."""
    problem = UnreadableError(Verdict.NOT_GRADED, message)
    return without_rooms(job, problem, trouble, {"submission": digest(data)})


def without_rooms(
    job: Job, problem: UnreadableError, trouble: str = "", receipt: dict[str, str] | None = None
) -> Finished:
    """The result of what cannot be run: nothing handed in, no file that can be read."""
    result = unreadable("", source_of(job), problem, job.limits, {**(receipt or {}), **job.receipt})
    return Finished(result, trouble=trouble)


@lru_cache(maxsize=4)
def source_of(job: Job) -> AssignmentSource:
    """The assignment as the coordinator read it."""
    return parse_source(job.assignment, nbformat.reads(job.source, as_version=4))


# --- warm rooms

_rooms: dict[tuple[str, int], RoomServer] = {}  # (job, thread): a RoomServer is for one thread
_guard = threading.Lock()


def open_rooms(
    source: AssignmentSource,
    limits: Limits,
    sandbox: str,
    *,
    figures: bool,
    hidden: Sequence[Path],
    prestart: bool = True,
) -> RoomServer:
    """Warm rooms for an assignment. Without `figures` the course's drawing functions return at once.

    `prestart`: while one submission is in its rooms, those for the next are begun.
    """
    environment = {} if figures else {"CONVKIT_DRAW": "0"}
    return RoomServer(limits, sandbox, preload_of(source), environment=environment, hidden=hidden, prestart=prestart)


def preload_of(source: AssignmentSource) -> tuple[str, ...]:
    """What rooms for this assignment should have imported already: it is paid once, not in both rooms of everybody."""
    mine = (name for name in source.imports if name.partition(".")[0] in WARM)
    return tuple(dict.fromkeys(("numpy", "numpy.random", "matplotlib", *mine)))


def close_rooms(key: str | None = None) -> None:
    """End this process's rooms: of the job with that key, or all."""
    with _guard:
        wanted = [place for place in _rooms if key in (None, place[0])]
        closing = [_rooms.pop(place) for place in wanted]
    for rooms in closing:
        with contextlib.suppress(Exception):
            rooms.close()


def _rooms_of_this_thread(job: Job) -> RoomServer:
    """Opened at the first submission; those of an earlier job make place."""
    here = (job.key, threading.get_ident())
    with _guard:
        rooms = _rooms.get(here)
        earlier = [_rooms.pop(place) for place in list(_rooms) if place[1] == here[1] and place != here]
    for other in earlier:
        other.close()
    if rooms is None:
        hidden = [Path(path) for path in job.hidden]
        rooms = open_rooms(source_of(job), job.limits, job.sandbox, figures=job.figures, hidden=hidden)
        with _guard:
            _rooms[here] = rooms
    return rooms


@cache
def _check_same_grader(job: Job) -> None:
    """CourseError where this process would grade otherwise than the coordinator."""
    here = {"grader": grader_digest(), "environment": environment_digest()}
    for what, found in here.items():
        if found != getattr(job, what):
            meaning = {"grader": "another version of the grader", "environment": "other versions of Python or packages"}
            raise CourseError(
                f"The worker on {socket.gethostname()} has {meaning[what]} than this machine. "
                "Results would depend on who graded: install the same there, and start the worker again."
            )
