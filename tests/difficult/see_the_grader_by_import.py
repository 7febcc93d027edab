"""The grader's modules are imported in the room: those that know about sources, tests and results must not be there.

shows: imported: []
"""

# %% first
import importlib, pkgutil

imported = []
for name in ("grading", "source", "release", "repair", "gradebook", "classroom", "course", "quality", "solutions", "verdicts", "cli", "results", "feedback"):
    try:
        importlib.import_module(f"autograder.{name}")
        imported.append(name)
    except ImportError:
        pass
print("imported:", imported)
