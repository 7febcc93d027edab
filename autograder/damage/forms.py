"""How programs save a notebook, and what happens to its bytes on the way. Nothing touches what the student wrote."""

from __future__ import annotations

import codecs
import random
import re
from typing import Any

from autograder.damage.draft import Cell, Draft

_ESCAPED_LINE_END = re.compile(rb"(?<!\\)((?:\\\\)*)\\n")  # not the backslash and n that a text may hold
_WIDGET = "application/vnd.jupyter.widget-view+json"
_WIDGET_STATE = "application/vnd.jupyter.widget-state+json"


def colab(draft: Draft) -> None:
    """Colab: nbformat 4.0, its ids in the metadata, a `colab` block, an accelerator, widgets."""
    draft.minor = 0
    draft.metadata = {
        "colab": {"provenance": [], "gpuType": "T4", "toc_visible": True},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
        "accelerator": "GPU",
        "widgets": {_WIDGET_STATE: {"abc": {"model_name": "HTMLModel"}}},
    }
    for number, cell in enumerate(draft.cells):
        cell.metadata["id"] = f"Xy{number:03d}aBcDeF"
        if cell.kind == "code":
            cell.metadata |= {"colab": {"base_uri": "https://localhost:8080/"}, "outputId": f"out-{number}"}


def vs_code(draft: Draft) -> None:
    """VS Code: a language for each cell, ids of its own, outputs cleared."""
    draft.minor = 2
    draft.metadata = {"language_info": {"name": "python", "version": "3.13.1"}, "orig_nbformat": 4}
    for number, cell in enumerate(draft.cells):
        cell.metadata |= {"id": f"#VSC-{number:08x}", "vscode": {"languageId": "python"}}
        cell.outputs = []


def kaggle(draft: Draft) -> None:
    """Kaggle: its first cell, run times and papermill's metadata everywhere."""
    draft.minor = 4
    draft.metadata |= {
        "kaggle": {"accelerator": "none", "dataSources": [], "isInternetEnabled": False},
        "papermill": {"default_parameters": {}, "duration": 12.3, "version": "2.6.0"},
    }
    for cell in draft.cells:
        cell.metadata |= {"trusted": True, "execution": {"iopub.status.idle": "2026-11-02T10:00:00.0Z"}}
    greeting = "import os\nfor folder, _, names in os.walk('/kaggle/input'):\n    print(folder, names)"
    draft.cells.insert(
        0, Cell("code", greeting, {"_uuid": "8f2839f25d086af736a60e9eeb907d3b93b6e0e5", "trusted": True})
    )


def another_minor_format(draft: Draft) -> None:
    """nbformat 4.0 to 4.5, with ids from 4.5 on."""
    draft.minor = draft.chance.randrange(6)


def old_format(draft: Draft) -> None:
    """nbformat 3, with worksheets."""
    draft.old_format = True


def outputs_with_widgets(draft: Draft) -> None:
    """Progress bars, widgets whose state is gone, errors, and a lot of text."""
    for cell in draft.cells:
        if cell.kind == "code" and draft.chance.random() < 0.5:
            cell.outputs = [_output(draft.chance)]


def _output(chance: random.Random) -> dict[str, Any]:
    return chance.choice(
        [
            {"output_type": "stream", "name": "stdout", "text": ["a line\n"] * 5_000},
            {"output_type": "display_data", "metadata": {}, "data": {_WIDGET: {"model_id": "abc"}}},
            {
                "output_type": "error",
                "ename": "NameError",
                "evalue": "name 'x'",
                "traceback": ["\x1b[31mNameError\x1b[0m"],
            },
            {"output_type": "execute_result", "metadata": {}, "execution_count": 3, "data": {"text/plain": ["3"]}},
        ]
    )


def foreign_metadata(draft: Draft) -> None:
    """Metadata of other tools, and of no form that anybody expects."""
    odd: list[Any] = [None, [], "text", 3, {"grade_id": ["a"]}, {"grade_id": "of-another-course", "solution": False}]
    draft.metadata |= {"toc": {"base_numbering": 1}, "varInspector": {"cols": {}}, "celltoolbar": "Create Assignment"}
    for cell in draft.cells:
        cell.metadata |= {"tags": ["x"], "collapsed": draft.chance.choice([True, "yes", None]), "editable": False}
        if cell.role == "plain" and "nbgrader" not in cell.metadata and draft.chance.random() < 0.3:
            value = draft.chance.choice(odd)
            if not isinstance(value, dict) or not isinstance(value.get("grade_id"), str) or cell.kind != "code":
                cell.metadata["nbgrader"] = value


# --- bytes


def windows_line_ends(data: bytes, chance: random.Random) -> bytes:
    """CRLF in the file, and in the cells."""
    return _ESCAPED_LINE_END.sub(rb"\1\\r\\n", data).replace(b"\n", b"\r\n")


def null_bytes(data: bytes, chance: random.Random) -> bytes:
    """Null bytes in the texts, and a block of them at the end, as a full disk leaves it."""
    return data.replace(b'"source": [\n', b'"source": [\n"\\u0000",') + b"\0" * 4096


def broken_unicode(data: bytes, chance: random.Random) -> bytes:
    """Half an emoji as an escape, and bytes that are no UTF-8, in cells of their own."""
    text = b"A note: \\ud83d \xff\xfe\x80 and \xc3"
    cell = b'{"cell_type": "markdown", "metadata": {}, "source": ["' + text + b'"]}, '
    return data.replace(b'"cells": [', b'"cells": [' + cell, 1)


def byte_order_mark(data: bytes, chance: random.Random) -> bytes:
    """UTF-8 with a mark, or UTF-16, as an editor on Windows saves."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return codecs.BOM_UTF8 + data
    return chance.choice([codecs.BOM_UTF8 + data, text.encode("utf-16")])
