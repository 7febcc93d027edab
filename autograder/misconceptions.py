"""Typical wrong answers: how they are written, and how they are read from a file without running it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from autograder.course import CourseError

Answer = TypeVar("Answer", bound=Callable[..., Any] | type)


def misconception(exercise: str, hint: str | None = None) -> Callable[[Answer], Answer]:
    """Mark a function (or a class of static methods) as a complete wrong answer to `exercise`.

    Its points must be lost, and the failing check must print `hint` (letter case aside; None asks for no hint).
    """

    def mark(answer: Answer) -> Answer:
        answer.misconception = (exercise, hint)  # type: ignore[union-attr]
        return answer

    return mark


@dataclass(frozen=True)
class Misconception:
    """A wrong answer as text: `code` defines it under its own name, after the imports and helpers of its file."""

    name: str
    exercise: str
    hint: str | None
    code: str
    defines: tuple[str, ...]  # methods of a class; empty for a plain function

    def replacing(self, functions: frozenset[str]) -> str:
        """The code that puts this answer in the place of the reference's names.

        A name that is a function in the reference becomes the wrong function; any other exercise
        (such as `prediction`) gets the value that the wrong function returns.
        """
        if self.defines:
            return self.code + "".join(f"\n{name} = {self.name}.{name}" for name in self.defines)
        value = self.name if self.exercise in functions else f"{self.name}()"
        return f"{self.code}\n{self.exercise} = {value}"


def read_misconceptions(path: Path) -> tuple[Misconception, ...]:
    """All misconceptions of a file, read as text: a file from anybody is not run by this.

    Raises CourseError where the file cannot be read or parsed, or a decorator's arguments are not plain literals.
    """
    try:
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text, filename=str(path))
    except FileNotFoundError:
        raise CourseError(f"There is no file {path}.") from None
    except (OSError, SyntaxError, ValueError) as error:
        raise CourseError(f"{path} is not a readable Python file: {error}.") from None
    marked = [(node, _decorator(node)) for node in tree.body]
    shared = [node for node, call in marked if call is None and not _imports_the_decorator(node)]
    preamble = "\n".join(ast.unparse(node) for node in shared if not _is_docstring(node))
    return tuple(_misconception(node, call, preamble, path) for node, call in marked if call is not None)  # type: ignore[arg-type]


def _misconception(node: ast.FunctionDef | ast.ClassDef, call: ast.Call, preamble: str, path: Path) -> Misconception:
    given = dict(zip(("exercise", "hint"), call.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    try:
        values = {key: ast.literal_eval(value) for key, value in given.items()}
        exercise, hint = values["exercise"], values.get("hint")
    except (ValueError, KeyError):
        raise CourseError(
            f'{path}:{node.lineno}: write @misconception("exercise", hint="text") with plain texts.'
        ) from None
    node.decorator_list = []
    methods = (
        tuple(m.name for m in node.body if isinstance(m, ast.FunctionDef)) if isinstance(node, ast.ClassDef) else ()
    )
    return Misconception(node.name, exercise, hint, f"{preamble}\n{ast.unparse(node)}", methods)


def _decorator(node: ast.stmt) -> ast.Call | None:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call):
                name = (
                    decorator.func.attr
                    if isinstance(decorator.func, ast.Attribute)
                    else getattr(decorator.func, "id", "")
                )
                if name == "misconception":
                    return decorator
    return None


def _imports_the_decorator(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").startswith("autograder")


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
