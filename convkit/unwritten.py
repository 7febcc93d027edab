"""In a notebook, an exercise that is not written yet is told in one sentence instead of a traceback."""

from __future__ import annotations

import ast
import builtins
import linecache
import re
import sys
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Any

_ANNOUNCED = re.compile(r"^# *(\w+) *=", re.MULTILINE)  # a stub says what it will define: "# prediction = ..."
_EMPTY = "it was not filled in"


def explain() -> None:
    """From here on in this notebook; outside of IPython, and when it is called again, it does nothing.

    IPython asks one handler for exceptions. Whoever had it before (Colab, for ImportError) keeps what it had.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None or NotImplementedError in shell.custom_exceptions:
        return
    others, show_other = shell.custom_exceptions, shell.CustomTB
    reasons: dict[str, str] = {}

    def show(shell: Any, kind: type, error: BaseException, trace: TracebackType, tb_offset: int | None = None) -> Any:
        text = _sentence(error, trace, shell.user_ns, reasons)
        if text is not None:
            error._render_traceback_ = lambda: [text]  # type: ignore[attr-defined]
        elif others and isinstance(error, others):
            return show_other(kind, error, trace, tb_offset)
        return shell.showtraceback((kind, error, trace), tb_offset=tb_offset)

    shell.set_custom_exc((*others, NotImplementedError, NameError), show)


def _sentence(
    error: BaseException, trace: TracebackType, notebook: dict[str, Any], reasons: dict[str, str]
) -> str | None:
    """What to say in place of the traceback; None if it is none of ours.

    notebook: the names of the notebook. reasons: {name that does not exist yet: why}; grows with each cell that stops.
    """
    *_, raising = _frames(trace)
    frames = [frame for frame in _frames(trace) if frame.f_globals is notebook]
    if not frames:
        return None
    if type(error) is NotImplementedError and not error.args and frames[-1] is raising:
        name = frames[-1].f_code.co_qualname
        if name.startswith("<"):
            reason = _EMPTY
            text = "This cell is not filled in yet: your answer takes the place of `raise NotImplementedError()`."
        else:
            reason = f"`{name}` was not written"
            text = f"`{name}` is not written yet. Fill in its cell and run it, then run this one again."
    elif isinstance(error, NameError) and error.name in reasons:
        why = reasons[error.name]
        reason = why if why != _EMPTY else f"`{error.name}` did not exist"
        text = f"`{error.name}` does not exist yet: the cell that makes it stopped, because {why}. Run that cell first."
    else:
        return None
    reasons.update(dict.fromkeys(_made_by(frames[0]) - notebook.keys() - vars(builtins).keys(), reason))
    return text


def _frames(trace: TracebackType | None) -> Iterator[FrameType]:
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next


def _made_by(cell: FrameType) -> set[str]:
    """The names that a cell defines, or says that it will."""
    text = "".join(linecache.getlines(cell.f_code.co_filename))
    announced = set(_ANNOUNCED.findall(text))
    try:
        return announced | set(_defines(ast.parse(text)))
    except SyntaxError:  # the cell has a magic
        return announced


def _defines(node: ast.AST) -> Iterator[str]:
    """The names that a statement binds, without those inside its functions."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif not isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        for child in ast.iter_child_nodes(node):
            yield from _defines(child)
