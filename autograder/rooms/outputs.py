"""From what a kernel says to notebook outputs: checked, repaired, and bounded in size.

A kernel in which foreign code runs can send anything. Nothing here fails on it; what has no place in a notebook is
dropped.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.rooms.broken import DROPPED

ERROR_TEXT_CHARACTERS = 4000
TRACEBACK_CHARACTERS = 20_000
MAX_DEPTH = 12  # of nested JSON in metadata and JSON displays

_LINE_BYTES = 12  # indentation, quotes and comma of a line in a stored notebook
_OUTPUT_BYTES = 200  # the frame of an output
_STREAMS = ("stdout", "stderr")
_MIME = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}\Z", re.ASCII)
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Outputs:
    """The outputs of a notebook, one cell after the other, `limit_bytes` in all as a stored notebook counts them.

    `cut` tells whether something of this cell was dropped, `error` what exception it ended with: name, text, traceback.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.left_bytes = limit_bytes
        self.full = False
        self._shown: dict[str, NotebookNode] = {}  # by display id
        self._handlers: dict[str, Callable[[dict[str, Any]], None]] = {
            "stream": self._stream,
            "display_data": self._display,
            "execute_result": self._result,
            "update_display_data": self._update,
            "error": self._error,
            "clear_output": self._clear_output,
            DROPPED: self._dropped,
        }
        self.begin()

    def begin(self) -> None:
        """Start the next cell."""
        self.error: tuple[str, str, str] | None = None
        self.cut = False
        self._cell: list[NotebookNode] = []
        self._texts: list[list[str]] = []  # the pieces of the outputs' streams; empty for the others
        self._clear = False

    def cell(self) -> tuple[NotebookNode, ...]:
        """This cell's outputs so far."""
        for output, pieces in zip(self._cell, self._texts, strict=True):
            if pieces:
                output.text = "".join(pieces)
        return tuple(self._cell)

    def add(self, kind: str, content: dict[str, Any]) -> None:
        """Take in the content of one iopub message."""
        handler = self._handlers.get(kind)
        if handler is None:
            return
        if self._clear and kind != "clear_output":
            self._clear = False
            self._empty()
        handler(content)

    def skip(self, kind: str) -> None:
        """One more message that has no room, whatever it says."""
        self.cut = self.cut or kind in self._handlers

    def _put(self, output: NotebookNode, *pieces: str) -> None:
        self._cell.append(output)
        self._texts.append(list(pieces))

    def _empty(self) -> None:
        self._cell.clear()
        self._texts.clear()

    def _pay(self, cost_bytes: int) -> bool:
        """Whether there is room for so much. If not, this and all that follows is dropped."""
        if self.full or cost_bytes > self.left_bytes:
            self.full = self.cut = True
            return False
        self.left_bytes -= cost_bytes
        return True

    def _stream(self, content: dict[str, Any]) -> None:
        name, text = content.get("name"), content.get("text")
        if name not in _STREAMS or not isinstance(text, str) or not text:
            return
        last = self._cell[-1] if self._cell else None
        follows = last is not None and last.output_type == "stream" and last.name == name
        if not follows and not self._pay(_OUTPUT_BYTES):
            return
        text = _storable(text)
        if self.full or _text_cost(text) > self.left_bytes:
            text = "" if self.full else _shortened(text, self.left_bytes)
            self.full = self.cut = True
        self.left_bytes -= _text_cost(text)
        if text and follows:
            self._texts[-1].append(text)
        elif text:
            self._put(new_output("stream", name=name, text=text), text)

    def _display(self, content: dict[str, Any]) -> None:
        self._show(new_output("display_data"), content)

    def _result(self, content: dict[str, Any]) -> None:
        count = content.get("execution_count")
        known = type(count) is int and 0 <= count < 2**31
        self._show(new_output("execute_result", execution_count=count if known else None), content)

    def _show(self, output: NotebookNode, content: dict[str, Any]) -> None:
        data, metadata = _bundle(content.get("data")), _metadata(content.get("metadata"))
        if not self._pay(_OUTPUT_BYTES + _json_cost(data) + _json_cost(metadata)):
            return
        output.data, output.metadata = NotebookNode(data), NotebookNode(metadata)
        self._put(output)
        name = _display_id(content)
        if name is not None:
            self._shown[name] = output

    def _update(self, content: dict[str, Any]) -> None:
        shown = self._shown.get(_display_id(content) or "")
        if shown is None:
            return
        data, metadata = _bundle(content.get("data")), _metadata(content.get("metadata"))
        if self._pay(_json_cost(data) + _json_cost(metadata)):
            shown.data, shown.metadata = NotebookNode(data), NotebookNode(metadata)

    def _error(self, content: dict[str, Any]) -> None:
        name = _storable(str(content.get("ename", "")))[:200]
        value = _storable(str(content.get("evalue", "")))[:ERROR_TEXT_CHARACTERS]
        lines = content.get("traceback")
        text = "\n".join(line for line in lines if isinstance(line, str)) if isinstance(lines, list) else ""
        text = _storable(text)
        if len(text) > TRACEBACK_CHARACTERS:
            half = TRACEBACK_CHARACTERS // 2
            text = f"{text[:half]}\n…\n{text[-half:]}"
        self.error = (name, value, _ANSI.sub("", text))
        if self._pay(_OUTPUT_BYTES + _text_cost(name) + _text_cost(value) + _text_cost(text)):
            self._put(new_output("error", ename=name, evalue=value, traceback=text.split("\n")))

    def _clear_output(self, content: dict[str, Any]) -> None:
        if content.get("wait"):
            self._clear = True
        else:
            self._empty()

    def _dropped(self, _: dict[str, Any]) -> None:
        self.full = self.cut = True


def _display_id(content: dict[str, Any]) -> str | None:
    transient = content.get("transient")
    name = transient.get("display_id") if isinstance(transient, dict) else None
    return name if isinstance(name, str) else None


def _storable(text: str) -> str:
    """The text without lone surrogates, which no file can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _text_cost(text: str) -> int:
    """An upper bound of the bytes that a stored notebook needs for the text, which it splits into lines."""
    if not text:
        return 0
    return len(json.dumps(text, ensure_ascii=False).encode()) + _LINE_BYTES * len(text.splitlines())


def _json_cost(value: dict[str, Any]) -> int:
    """The same for a mapping of JSON values: text is split into lines, and everything else indented."""
    cost = 2
    for name, item in value.items():
        cost += _text_cost(name)
        if isinstance(item, str):
            cost += _text_cost(item)
        else:
            text = json.dumps(item, indent=1, ensure_ascii=False)
            cost += len(text.encode()) + _LINE_BYTES * (text.count("\n") + 1)
    return cost


def _shortened(text: str, budget_bytes: int) -> str:
    """The longest beginning that costs at most `budget_bytes`, found by halving."""
    low, high = 0, max(0, min(len(text), budget_bytes))
    while low < high:
        middle = (low + high + 1) // 2
        if _text_cost(text[:middle]) <= budget_bytes:
            low = middle
        else:
            high = middle - 1
    return text[:low]


def _bundle(data: Any) -> dict[str, Any]:
    """A MIME bundle with only what a notebook can hold: text, and JSON under a JSON type."""
    kept: dict[str, Any] = {}
    for mime, value in data.items() if isinstance(data, dict) else ():
        if not _MIME.match(mime):
            continue
        if isinstance(value, list) and all(isinstance(line, str) for line in value):
            value = "".join(value)
        if isinstance(value, str):
            kept[mime] = _storable(value)
        elif mime == "application/json" or mime.endswith("+json"):
            kept[mime] = _plain(value)
    return kept


def _metadata(metadata: Any) -> dict[str, Any]:
    return _plain(metadata) if isinstance(metadata, dict) else {}


def _plain(value: Any, depth: int = 0) -> Any:
    """A JSON value that any reader takes: not too deep, no NaN, no lone surrogates. What does not fit becomes None."""
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict | list) and depth >= MAX_DEPTH:
        return None
    if isinstance(value, dict):
        return {_storable(name): _plain(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    return value
