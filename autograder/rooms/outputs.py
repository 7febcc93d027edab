"""From what a kernel says to notebook outputs: checked, repaired, and bounded in size.

A kernel in which foreign code runs can send anything. Nothing here fails on it; what has no place in a notebook is
dropped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

ERROR_TEXT_CHARACTERS = 4000
TRACEBACK_CHARACTERS = 20_000
_LINE_BYTES = 12  # indentation, quotes and comma of a line in a stored notebook
_OUTPUT_BYTES = 200  # the frame of an output
_STREAMS = ("stdout", "stderr")
_MIME = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}\Z", re.ASCII)
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Outputs:
    """The outputs of a notebook's cells, `limit_bytes` in all as a notebook stores them."""

    def __init__(self, limit_bytes: int) -> None:
        self.left_bytes = limit_bytes
        self.full = False
        self._shown: dict[str, NotebookNode] = {}  # by display id
        self.begin()

    def begin(self) -> None:
        """Start the next cell."""
        self.cell: list[NotebookNode] = []
        self.error: tuple[str, str, str] | None = None
        self.cut = False
        self._clear = False

    def add(self, kind: str, content: dict[str, Any]) -> None:
        """Take in the content of one iopub message."""
        handler: Callable[[dict[str, Any]], None] | None = {
            "stream": self._stream,
            "display_data": self._display,
            "execute_result": self._display,
            "update_display_data": self._update,
            "error": self._error,
            "clear_output": self._clear_output,
        }.get(kind)
        if handler is None:
            return
        if self._clear and kind != "clear_output":
            self._clear = False
            self.cell.clear()
        handler({**content, "output_type": kind})

    def _pay(self, cost_bytes: int) -> bool:
        """Whether there is room for so much; if not, this cell's outputs are cut."""
        if self.full or cost_bytes > self.left_bytes:
            self.full = self.cut = True
            return False
        self.left_bytes -= cost_bytes
        return True

    def _stream(self, content: dict[str, Any]) -> None:
        name, text = content.get("name"), content.get("text")
        if name not in _STREAMS or not isinstance(text, str) or not text:
            return
        text = _storable(text)
        if not self.full and _text_cost(text) > self.left_bytes:
            text = _shortened(text, self.left_bytes)
            self.full = self.cut = True
            self.left_bytes = 0
        elif not self._pay(_text_cost(text)):
            return
        last = self.cell[-1] if self.cell else None
        if last is not None and last.output_type == "stream" and last.name == name:
            last.text += text
        elif text:
            self.cell.append(new_output("stream", name=name, text=text))

    def _display(self, content: dict[str, Any]) -> None:
        data, metadata = _bundle(content.get("data")), _metadata(content.get("metadata"))
        if not self._pay(_OUTPUT_BYTES + _json_cost(data) + _json_cost(metadata)):
            return
        more = {}
        if content["output_type"] == "execute_result":
            count = content.get("execution_count")
            more["execution_count"] = count if isinstance(count, int) and not isinstance(count, bool) else None
        output = new_output(content["output_type"], data=data, metadata=metadata, **more)
        self.cell.append(output)
        transient = content.get("transient")
        name = transient.get("display_id") if isinstance(transient, dict) else None
        if isinstance(name, str):
            self._shown[name] = output

    def _update(self, content: dict[str, Any]) -> None:
        transient = content.get("transient")
        name = transient.get("display_id") if isinstance(transient, dict) else None
        shown = self._shown.get(name) if isinstance(name, str) else None
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
            self.cell.append(new_output("error", ename=name, evalue=value, traceback=text.split("\n")))

    def _clear_output(self, content: dict[str, Any]) -> None:
        if content.get("wait"):
            self._clear = True
        else:
            self.cell.clear()


def _storable(text: str) -> str:
    """The text without lone surrogates, which no file can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _text_cost(text: str) -> int:
    """An upper bound of the bytes that a stored notebook needs for the text, split into lines."""
    return len(json.dumps(text, ensure_ascii=False).encode()) + _LINE_BYTES * (text.count("\n") + 1 if text else 0)


def _json_cost(value: Any) -> int:
    """The same for a mapping of JSON values. Strings are split into lines, the others are indented."""
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
    low, high = 0, min(len(text), budget_bytes)
    while low < high:
        middle = (low + high + 1) // 2
        if _text_cost(text[:middle]) <= budget_bytes:
            low = middle
        else:
            high = middle - 1
    return text[:low]


def _bundle(data: Any) -> dict[str, Any]:
    """A MIME bundle with only what a notebook can hold: text, and JSON under a JSON type."""
    if not isinstance(data, dict):
        return {}
    kept: dict[str, Any] = {}
    for mime, value in data.items():
        if not _MIME.match(mime):
            continue
        if isinstance(value, list) and all(isinstance(line, str) for line in value):
            value = "".join(value)
        if isinstance(value, str):
            kept[mime] = _storable(value)
        elif mime == "application/json" or mime.endswith("+json"):
            kept[mime] = json.loads(_storable(json.dumps(value, ensure_ascii=False)))
    return kept


def _metadata(metadata: Any) -> dict[str, Any]:
    if not isinstance(metadata, dict):
        return {}
    clean: dict[str, Any] = json.loads(_storable(json.dumps(metadata, ensure_ascii=False)))
    return clean
