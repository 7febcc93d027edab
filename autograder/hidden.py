"""What a student may read of an error that a hidden test met. Pure: no I/O.

A hidden test gives its inputs to the student's code, so an exception of that code may repeat them. What is shown of
it is what the student wrote and what the library says, without values. This stops echoes; it cannot stop a submission
that disguises what it was given, which is why no expected value is ever given to it.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from autograder.results import TestResult
from autograder.source import HIDDEN, AssignmentSource, Role, SourceCell

LEFT_OUT = "…"
NOTE = "(Values of a hidden test are left out.)"
FEWEST_CHARACTERS = 4  # of a text that is taken out wherever a student's code says it
FEWEST_DIGITS = 6  # of a number

_SOLUTION = re.compile(r"^[ \t]*### BEGIN SOLUTION.*?^[ \t]*### END SOLUTION[ \t]*$", re.MULTILINE | re.DOTALL)
_FRAME = re.compile(r"  line \d{1,6}, in (?P<name>.+)")
_SCOPE = re.compile(r"<(module|lambda|listcomp|setcomp|dictcomp|genexpr|cell line: \d{1,6})>")
_MORE_CALLS = re.compile(r"  … \d{1,6} more calls")
_WORD = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"\d+(?:[._]\d+)*(?:[eE][-+]?\d+)?")
_PIECE = re.compile(rf"(?P<word>{_WORD.pattern})|(?P<number>{_NUMBER.pattern})|(?P<quoted>'[^']*'|\"[^\"]*\")")
_DIGIT = re.compile(r"\d")
_TYPES = frozenset(name for name, value in vars(builtins).items() if isinstance(value, type)) | {"None", "ndarray"}


def error_in_hidden_test(traceback: str, own: str) -> tuple[str, str]:
    """Message and traceback of the student's own exception in a hidden test, without what the test gave to it.

    traceback  the student's frames and the error as the student's room tells them: any text at all
    own        the code that the student handed in; its lines and words are theirs to read
    """
    lines = traceback.rstrip().split("\n")
    frames, rest = _own_frames(lines, {line.strip() for line in own.splitlines()}, set(_WORD.findall(own)))
    raised = bool(frames) and frames[-1].strip().startswith(("raise", "assert"))
    message = _message("\n".join(lines[rest:]), own, raised=raised)
    return message, "\n".join([*frames, message])


def _own_frames(lines: list[str], own_lines: set[str], own_words: set[str]) -> tuple[list[str], int]:
    """The leading lines that are frames of the student's code, and the index of the first line that is none."""
    kept: list[str] = []
    index = 0
    while index < len(lines):
        frame = _FRAME.fullmatch(lines[index])
        if frame is None and not (index == 0 and _MORE_CALLS.fullmatch(lines[index])):
            break
        if frame is not None and not (frame["name"] in own_words or _SCOPE.fullmatch(frame["name"])):
            break
        kept.append(lines[index])
        index += 1
        if index < len(lines) and lines[index].startswith("    ") and lines[index].strip() in own_lines:
            kept.append(lines[index])
            index += 1
    return kept, index


def _message(text: str, own: str, *, raised: bool) -> str:
    """`Type: text`, its values left out; `raised`: by a raise or assert of the student's own."""
    kind, _, said = text.partition(":")
    kind, said = kind.strip(), said.strip()
    own_words = set(_WORD.findall(own))
    if not hasattr(builtins, kind) and kind not in own_words:
        return f"An error. {NOTE}"
    if not said:
        return kind
    if said in _constants(own):
        return f"{kind}: {said}"

    def shown(piece: re.Match[str]) -> str:
        if piece["word"]:
            return piece[0] if not raised or piece[0] in own_words else LEFT_OUT
        if piece["quoted"]:
            inside = piece[0][1:-1]
            return piece[0] if inside in own_words | _TYPES else f"{piece[0][0]}{LEFT_OUT}{piece[0][0]}"
        return LEFT_OUT

    kept = _PIECE.sub(shown, said)
    return f"{kind}: {said}" if kept == said else f"{kind}: {kept} {NOTE}"


def _constants(own: str) -> frozenset[str]:
    """The texts between quotes in the student's code."""
    found: set[str] = set()
    for cell in own.split("\f"):
        try:
            found |= {node.value for node in ast.walk(ast.parse(cell)) if _is_text(node)}  # type: ignore[attr-defined]
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return frozenset(text.strip() for text in found)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def joined(cells: Iterable[str]) -> str:
    """The student's cells as the one text that `error_in_hidden_test` takes: a form feed between two cells."""
    return "\n\f\n".join(cells)


@dataclass(frozen=True)
class Secrets:
    """The literals of an assignment's hidden tests that the release does not show, and how they look when printed."""

    texts: tuple[str, ...]

    @classmethod
    def of(cls, source: AssignmentSource) -> Secrets:
        """Texts of at least 4 characters and numbers of at least 6 digits."""
        return cls(_secret_texts(source.cells))

    def taken_out(self, result: TestResult, own: str) -> TestResult:
        """`result` without them, in whatever the student's code may have said; a hint is the instructor's."""
        told = f"{own}\n{result.hint or ''}"
        secret = [text for text in self.texts if text not in told]
        if not secret:
            return result
        return replace(
            result,
            message=_without(secret, result.message),
            traceback=_without(secret, result.traceback) if result.traceback else result.traceback,
        )


@lru_cache(maxsize=4)
def _secret_texts(cells: tuple[SourceCell, ...]) -> tuple[str, ...]:
    """The same for every submission of an assignment, and a tenth of a second's work."""
    visible = "\n".join(_SOLUTION.sub("", HIDDEN.sub("", cell.text)) for cell in cells)
    found: set[str] = set()
    for cell in cells:
        if cell.role is Role.TEST and cell.hidden_lines:
            found |= set(_literals(cell.text, cell.hidden_lines))
    return tuple(sorted((text for text in found if text not in visible), key=lambda text: (-len(text), text)))


def _literals(code: str, lines: frozenset[int]) -> Iterable[str]:
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Constant) or node.lineno not in lines:
            continue
        if isinstance(node.value, str) and len(node.value.strip()) >= FEWEST_CHARACTERS:
            yield node.value.strip()
        elif isinstance(node.value, int | float | complex) and len(_DIGIT.findall(repr(node.value))) >= FEWEST_DIGITS:
            yield repr(node.value)


def _without(secret: Iterable[str], text: str) -> str:
    for each in secret:
        text = text.replace(each, LEFT_OUT)
    return text
