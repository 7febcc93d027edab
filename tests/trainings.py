"""Submissions without the exercises that take a minute, for tests that are about something else."""

from __future__ import annotations

import json

from autograder.release import generate
from autograder.source import AssignmentSource

TRAININGS = {
    "train_lenet",
    "train_vgg",
    "compare",
    "train_text_cnn",
    "train_both",
    "train_localizer",
    "train_yolo",
}


def untrained(assignment: AssignmentSource, data: bytes) -> bytes:
    """The notebook with an exercise that trains for long as it was handed out."""
    stubs = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in generate(assignment).cells}
    document = json.loads(data)
    for cell in document["cells"]:
        exercise = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if exercise in TRAININGS:
            cell["source"] = stubs[exercise].splitlines(keepends=True)
    return json.dumps(document).encode()
