"""Results kept by content: what was graded once, by this grader, with these tests and limits, is not graded again."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.course import Course, CourseError
from autograder.files import write_atomically
from autograder.pool.job import Finished, Job

JOBS = 4  # versions of an assignment, its limits and the grader whose results stay


class Kept:
    """The results of one job, in `build/kept/ASSIGNMENT/JOB/SUBMISSION.gz`; both names are digests.

    A file is a line with the SHA-256 of what follows, and a packed `Finished` without a student.
    """

    def __init__(self, course: Course, job: Job) -> None:
        self._all = course.build_folder / "kept" / job.assignment
        self._folder = self._all / job.key[:32]

    def path(self, submission: str) -> Path:
        return self._folder / f"{submission}.gz"

    def load(self, submission: str) -> Finished | None:
        """What is kept about a submission of that digest; None if nothing is, or it is damaged in any way."""
        try:
            checksum, _, packed = gzip.decompress(self.path(submission).read_bytes()).partition(b"\n")
            if hashlib.sha256(packed).hexdigest().encode() != checksum:
                return None
            found = Finished.unpack(packed)
        except (OSError, EOFError, zlib.error, ValueError, LookupError, TypeError):
            return None
        return found if found.result.receipt.get("submission") == submission else None

    def save(self, submission: str, packed: bytes) -> None:
        """CourseError where it cannot be written; nothing half-written is left."""
        checksum = hashlib.sha256(packed).hexdigest().encode()
        path = self.path(submission)
        with explained(path):
            write_atomically(path, gzip.compress(checksum + b"\n" + packed, 1, mtime=0))

    def forget_old(self) -> None:
        """Delete what was kept for all but the last few versions of the assignment, this one included."""
        with contextlib.suppress(OSError):
            os.utime(self._folder)
            jobs = sorted(self._all.iterdir(), key=lambda folder: folder.stat().st_mtime_ns, reverse=True)
            for folder in jobs[JOBS:]:
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """A full disk and the like, while `path` is written, as one sentence: CourseError."""
    try:
        yield
    except OSError as error:
        raise CourseError(
            f"{path} cannot be written: {error.strerror or error}. "
            "What was graded before is stored; make room and run the same command again."
        ) from error
