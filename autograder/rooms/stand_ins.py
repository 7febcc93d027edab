"""Stand-ins for modules that exist only in Colab or on Kaggle: whatever is called says so, and nothing fails.

They are found after everything that is installed, and cost nothing until they are imported.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

# Module -> the name that its users expect to find in a package of that name.
PLACES = {"google.colab": "Colab", "kaggle_secrets": "Kaggle", "kaggle_datasets": "Kaggle"}
# What a call gives where None would stop the next line.
ANSWERS: dict[str, Any] = {"files.upload": {}, "userdata.get": "", "get_secret": "", "get_gcs_path": ""}


class StandIn(ModuleType):
    """A module in which every public name is a `Call`, or a further module if it is imported as one."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return Call(f"{self.__name__}.{name}")


class Call:
    """A function, class or object of a stand-in: may be called and asked for anything."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *_: object, **__: object) -> Any:
        short = self._name.split(".", 2)[-1]
        if short[:1].isupper() and "." not in short:
            return Call(self._name)  # an object of that class
        print(f"{self._name}: left out, your work is graded outside of {_place(self._name)}, without its files.")
        return next((value for ending, value in ANSWERS.items() if self._name.endswith(ending)), None)

    def __getattr__(self, name: str) -> Call:
        if name.startswith("_"):
            raise AttributeError(name)
        return Call(f"{self._name}.{name}")


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the stand-ins and, where no package has brought it, the `google` around `google.colab`."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        known = any(fullname == name or fullname.startswith(f"{name}.") for name in PLACES)
        if not known and fullname != "google":
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return StandIn(spec.name) if spec.name != "google" else ModuleType("google")

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


def install() -> None:
    """Have them found in this process, after everything else."""
    sys.meta_path.append(Finder())


def _place(name: str) -> str:
    return next(place for module, place in PLACES.items() if name.startswith(module))
