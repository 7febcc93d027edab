"""Exceptions as plain data, and the part of a traceback that is the student's own."""

from __future__ import annotations

import builtins
import sys
import sysconfig
import traceback
from collections.abc import Iterable
from pathlib import Path

MAX_TEXT = 4000
_MAX_FRAMES = 16
_MAX_ARGUMENTS = 5
_TABLE: dict[str, type[BaseException]] = {
    name: cls
    for name, cls in vars(builtins).items()
    if isinstance(cls, type) and issubclass(cls, BaseException) and cls.__name__ == name
}
_TOO_GENERAL = (Exception, BaseException)
# Raised inside a loop or a generator of a test, they would end it in silence, before everything is compared.
_SILENT = (StopIteration, StopAsyncIteration, GeneratorExit)
_FOLDERS = (*sysconfig.get_paths().values(), sys.prefix, sys.base_prefix, str(Path(__file__).parents[1]))
_LIBRARIES = tuple(sorted({str(Path(folder).resolve()) for folder in _FOLDERS}))


def describe(error: BaseException) -> tuple[str, tuple[object, ...]]:
    """The name of the nearest built-in class and the arguments that make such an exception again."""
    cls = type(error)
    text = text_of(error)
    if isinstance(error, NotImplementedError) and not _is_stub(error):
        return "RuntimeError", (f"{cls.__name__[:100]}: {text}",)
    nearest = next((base for base in cls.__mro__ if _TABLE.get(base.__name__) is base), RuntimeError)
    if cls is nearest and _are_plain(error.args):
        return cls.__name__, error.args
    if nearest in _TOO_GENERAL and cls is not nearest:
        return "RuntimeError", (f"{cls.__name__[:100]}: {text}",)
    return nearest.__name__, (text,)


def _is_stub(error: NotImplementedError) -> bool:
    """Whether it means "not written yet": raised as such by the notebook's code, not inside a library."""
    frames = list(traceback.walk_tb(error.__traceback__))
    return type(error) is NotImplementedError and not (frames and _is_library(frames[-1][0].f_code.co_filename))


def build(name: str, arguments: tuple[object, ...]) -> BaseException:
    """The exception that `describe` described; whatever is not in the table becomes a RuntimeError."""
    cls = _TABLE.get(name)
    if cls is not None and cls not in _SILENT and _are_plain(arguments):
        try:
            return cls(*arguments)
        except Exception:
            cls = None
    return RuntimeError(f"{name[:100]}: {', '.join(str(item)[:MAX_TEXT] for item in arguments)}"[:MAX_TEXT])


def text_of(error: BaseException) -> str:
    """str(error), whatever its class makes of that, without what cannot be stored as UTF-8."""
    try:
        text = str(error)
    except BaseException as other:
        text = f"(no message: str() of it raised {type(other).__name__})"
    return clean_text(text)


def clean_text(text: str, most: int = MAX_TEXT) -> str:
    """Text that can be stored and shown: bounded, without lone surrogates and NUL."""
    if len(text) > most:
        text = text[: most - 1] + "…"
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "�")


def student_traceback(error: BaseException) -> str:
    """The frames of the notebook's own code in which `error` arose, innermost last, and the error; bounded."""
    frames = [frame for frame in _frames(error) if not _is_library(frame.filename)]
    lines: list[str] = []
    if len(frames) > _MAX_FRAMES:
        lines.append(f"  … {len(frames) - _MAX_FRAMES} more calls\n")
    for frame in frames[-_MAX_FRAMES:]:
        lines.append(f"  line {frame.lineno}, in {frame.name}\n")
        if frame.line:
            lines.append(f"    {frame.line}\n")
    lines.append(f"{type(error).__name__}: {text_of(error)}")
    return clean_text("".join(lines))


def _frames(error: BaseException) -> Iterable[traceback.FrameSummary]:
    # The innermost frames are what matters: an endless recursion has a thousand alike.
    return traceback.StackSummary.extract(
        list(traceback.walk_tb(error.__traceback__))[-4 * _MAX_FRAMES :], lookup_lines=True
    )


def _is_library(filename: str) -> bool:
    return filename.startswith(_LIBRARIES) or filename.startswith(("<frozen", "<__array_function__"))


def _are_plain(arguments: tuple[object, ...]) -> bool:
    return len(arguments) <= _MAX_ARGUMENTS and all(
        (type(item) is str and len(item) <= MAX_TEXT)
        or item is None
        or type(item) in (bool, float)
        or (type(item) is int and abs(item) < 2**63)
        for item in arguments
    )
