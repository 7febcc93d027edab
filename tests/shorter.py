"""Notebooks without what takes long, for tests that are about something else."""

from __future__ import annotations

import json

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.release import generate
from autograder.source import AssignmentSource, Role

# The exercises that train networks.
TRAININGS = {"train_lenet", "train_vgg", "compare", "train_text_cnn", "train_both", "train_localizer", "train_yolo"}

_FIT_FEW = """import inspect
import keras

def fit_few(model, *arguments, **options):
    given = inspect.signature(fit).bind(model, *arguments, **options)
    if not ({few}):
        return fit(model, *arguments, **options)
    given.arguments |= {name: keras.tree.map_structure(lambda a: a[:16], given.arguments[name]) for name in "xy"}
    epochs = given.arguments.get("epochs", 1)
    given.arguments["epochs"] = min(epochs, 2)
    model.run_eagerly = True  # a graph takes longer to make than so little to compute
    history = fit(*given.args, **given.kwargs)
    history.history = {name: (values * epochs)[:epochs] for name, values in history.history.items()}
    return history

fit, keras.Model.fit = keras.Model.fit, fit_few"""


def hardly_train(notebook: NotebookNode, where: str = "True") -> None:
    """Networks learn from 16 examples in two epochs; `where` can ask for more of the arguments `given` to `fit`."""
    setup = next(place for place, cell in enumerate(notebook.cells) if "import keras" in cell.source)
    notebook.cells.insert(setup + 1, new_code_cell(_FIT_FEW.replace("{few}", where)))


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
