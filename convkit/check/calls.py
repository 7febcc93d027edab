"""Checks that call a function: what it raises, what it leaves alone, how long it takes.

A NotImplementedError (the stub of an exercise) always goes through: "not written yet" can be told apart.
"""

from __future__ import annotations

import math
import time
import traceback
from collections.abc import Callable

import numpy as np

from convkit.check.failure import CheckFailed, sentence
from convkit.check.texts import difference_texts
from convkit.check.values import describe

_SHORTEST_SECONDS = 1e-4


def raises(exception: type[Exception], call: Callable[[], object], when: str) -> None:
    """`call()` raises `exception` (or a subclass) with a message.

    when: completes "Must raise ValueError when …"; it is shown for hidden tests too.
    """
    demand = f"Must raise {exception.__name__} when {when}"
    try:
        result = call()
    except exception as error:
        if isinstance(error, NotImplementedError) and not issubclass(exception, NotImplementedError):
            raise
        if not message_of(error).strip():
            hint = 'Say in the exception what is wrong: `raise ValueError("…")`.'
            raise CheckFailed(f"{demand}, with a message; it was raised without one.", hint) from error
    except NotImplementedError:
        raise
    except Exception as error:
        raise CheckFailed(
            f"{demand}, but raised {type(error).__name__}.", None, exception.__name__, exception_text(error)
        ) from error
    else:
        hint = "Look at the arguments first, and raise the error before anything is computed."
        raise CheckFailed(f"{demand}, but nothing was raised.", hint, exception.__name__, describe(result))


def unchanged(call: Callable[..., object], *arguments: object, name: str = "the function") -> None:
    """`call(*arguments)` leaves its arrays, lists and dicts as they were. It is given copies."""
    if not any(_can_change(argument) for argument in arguments):
        raise ValueError("none of the arguments is an array, a list or a dict: this check could not fail")
    given = [_copy(argument) for argument in arguments]
    call_checked(call, *given, name=name)
    for position, (before, after) in enumerate(zip(arguments, given, strict=True), start=1):
        if not _same(before, after):
            which = "its argument" if len(arguments) == 1 else f"its argument number {position}"
            raise CheckFailed(
                sentence(name, f"changes {which}"),
                "Arguments must stay as they were: work on a copy, `x.copy()`. `+=` and `x[…] =` change `x`.",
                *_change_texts(before, after),
            )


def faster(
    fast: Callable[[], object],
    slow: Callable[[], object],
    ratio: float,
    repeat: int = 5,
    hint: str | None = None,
    *,
    name: str = "the function",
) -> None:
    """`fast()` takes at most 1/ratio of the time of `slow()`: best of up to `repeat` runs each, in turn.

    It stops early once one and a half times the ratio is reached, since the slow one is usually what takes long.
    """
    if not (math.isfinite(ratio) and ratio > 0 and repeat >= 1):
        raise ValueError(f"ratio must be positive and repeat at least 1, not {ratio} and {repeat}")
    fast_seconds = slow_seconds = math.inf
    for _ in range(repeat):
        fast_seconds = min(fast_seconds, _seconds(fast, name))
        slow_seconds = min(slow_seconds, _seconds(slow, "the function to compare with"))
        if slow_seconds < _SHORTEST_SECONDS:
            raise ValueError("the slow function takes too short a time to be measured: give it a larger input")
        if slow_seconds >= 1.5 * ratio * fast_seconds:
            return
    reached = slow_seconds / fast_seconds
    if reached < ratio:
        raise CheckFailed(
            sentence(name, "is not fast enough"),
            hint or "Let NumPy work on whole arrays instead of looping in Python.",
            f"at least {ratio:g} times as fast as what it is compared with ({slow_seconds * 1e3:.3g} ms)",
            f"{reached:.2g} times as fast ({fast_seconds * 1e3:.3g} ms)",
        )


def call_checked(call: Callable[..., object], *arguments: object, name: str) -> object:
    """The result of a call; what it raises, but for the stub's NotImplementedError, is a failed check."""
    try:
        return call(*arguments)
    except (NotImplementedError, CheckFailed):
        raise
    except Exception as error:
        headline = sentence(name, f"raised {type(error).__name__}")
        raise CheckFailed(headline, None, None, exception_text(error)) from error


def exception_text(error: BaseException) -> str:
    """'TypeError: message', and the line of the student's own code, where it is known."""
    text = f"{type(error).__name__}: {message_of(error)}".removesuffix(": ")
    told = getattr(error, "student_traceback", None)  # set where the call went to another process
    if isinstance(told, str) and told.strip():
        return f"{text}\n{told.strip()}"
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_notebook_cell(frame.filename)]
    if own and own[-1].name != "<module>" and own[-1].line:
        return f"{text}\nin {own[-1].name}, line {own[-1].lineno} of its cell: {own[-1].line}"
    return text


def message_of(error: BaseException) -> str:
    """`str(error)`, or nothing if the exception's own class fails to tell."""
    try:
        return str(error)
    except Exception:
        return ""


def _is_notebook_cell(filename: str) -> bool:
    return "ipykernel_" in filename or filename.startswith("<ipython-input")


def _seconds(call: Callable[[], object], name: str) -> float:
    start = time.perf_counter()
    call_checked(call, name=name)
    return max(time.perf_counter() - start, 1e-9)


def _can_change(value: object) -> bool:
    if isinstance(value, np.ndarray):
        return value.size > 0
    if isinstance(value, (list, dict)):
        return True
    return isinstance(value, tuple) and any(_can_change(entry) for entry in value)


def _copy(value: object) -> object:
    """A deep copy of arrays, lists, tuples and dicts; anything else (a function) is passed as it is."""
    if isinstance(value, np.ndarray):
        return np.array(value, subok=False)
    if type(value) in (list, tuple):
        return type(value)(_copy(entry) for entry in value)  # type: ignore[call-arg, attr-defined]
    if isinstance(value, dict):
        return {key: _copy(entry) for key, entry in value.items()}
    return value


def _same(before: object, after: object) -> bool:
    if isinstance(before, np.ndarray):
        return (
            isinstance(after, np.ndarray)
            and (before.shape, before.dtype) == (after.shape, after.dtype)
            and np.ascontiguousarray(before).tobytes() == np.ascontiguousarray(after).tobytes()
        )
    if isinstance(before, (list, tuple)):
        return (
            type(after) is type(before)
            and len(after) == len(before)
            and all(_same(old, new) for old, new in zip(before, after, strict=True))
        )
    if isinstance(before, dict):
        return (
            type(after) is dict
            and list(after) == list(before)
            and all(_same(before[key], after[key]) for key in before)
        )
    return before is after or (
        type(before) is type(after) and isinstance(before, (int, float, str)) and before == after
    )


def _change_texts(before: object, after: object) -> tuple[str, str]:
    if isinstance(before, np.ndarray) and isinstance(after, np.ndarray) and before.shape == after.shape:
        differs = np.asarray(before != after)
        if differs.any():
            return difference_texts(before, after, differs)
    return describe(before), describe(after)
