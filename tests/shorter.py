"""Notebooks without what takes long, for tests that are about something else."""

from __future__ import annotations

import json

from autograder.release import generate
from autograder.source import AssignmentSource, Role

# The exercises that train networks.
TRAININGS = {"train_lenet", "train_vgg", "compare", "train_text_cnn", "train_both", "train_localizer", "train_yolo"}


def figures(source: AssignmentSource) -> set[str]:
    """The ids of the cells that nothing graded needs: the course's figures, which take most of a kernel's time."""
    graded = [cell.index for cell in source.cells if cell.is_code and cell.role is not Role.PLAIN]
    needed = frozenset().union(*(source.trust.needs[index] for index in graded))
    return {c.id for c in source.cells if c.is_code and c.role is Role.PLAIN and c.index not in needed}


def untrained(assignment: AssignmentSource, data: bytes) -> bytes:
    """The notebook with an exercise that trains for long as it was handed out."""
    stubs = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in generate(assignment).cells}
    document = json.loads(data)
    for cell in document["cells"]:
        exercise = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if exercise in TRAININGS:
            cell["source"] = stubs[exercise].splitlines(keepends=True)
    return json.dumps(document).encode()
