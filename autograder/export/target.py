"""Who reads the exported points."""

from __future__ import annotations

import enum


class Target(enum.StrEnum):
    """An LMS, or `csv` for a person and any other program."""

    CANVAS = "canvas"
    MOODLE = "moodle"
    GRADESCOPE = "gradescope"
    CSV = "csv"
