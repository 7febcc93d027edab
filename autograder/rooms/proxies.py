"""What a test holds in place of the student's objects that are not plain data: things to call, and little else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

if TYPE_CHECKING:
    from autograder.rooms.connection import Connection


_OF_A_MODEL = frozenset({"count_params", "input_shape", "layers", "output_shape", "predict", "weights"})


def _keras_model() -> Any:
    return getattr(sys.modules.get("keras"), "Model", None)


class RemoteHandle:
    """An object of the student's that stays in the student's room; its attributes can be asked for.

    It has no value of its own: comparing it, counting it or making an array of it ends the test as refused. So do
    attributes by which an object could pass itself off as an array or a Keras model.
    """

    def __init__(self, connection: Connection, number: int, name: str, doc: str) -> None:
        self._connection = connection
        self._number = number
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{self!r} has no attribute {name!r}")
        if name in _OF_A_MODEL or hasattr(np.ndarray, name) or hasattr(_keras_model(), name):
            self._refuse()
        return self._connection.attribute(self._number, name)

    def __repr__(self) -> str:
        return f"<{self._name} of the notebook>"

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        if other is None or isinstance(other, RemoteHandle):
            return self is other
        self._refuse()

    def _refuse(self, *arguments: object, **named: object) -> NoReturn:
        from autograder.rooms.connection import StudentRefused

        raise StudentRefused(
            f"the answer is an object of type {self._name!r}, which tests cannot look into; "
            "return a number, a text, an array, a list, tuple or dict of them, or a Keras model"
        )

    __array__ = __bool__ = __len__ = __iter__ = __getitem__ = __contains__ = _refuse
    __int__ = __float__ = __complex__ = __index__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse


class RemoteFunction(RemoteHandle):
    """A function of the student's. A call crosses to the student's room as plain data, and so does the answer."""

    def __init__(self, connection: Connection, number: int, name: str, doc: str) -> None:
        super().__init__(connection, number, name, doc)
        self.__name__ = self.__qualname__ = name
        self.__doc__ = doc or None

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._connection.call(self._number, arguments, named)

    def __bool__(self) -> bool:  # type: ignore[override]
        return True
