"""One notebook in the forms in which programs save it."""

from __future__ import annotations

import copy
import json
from typing import Any

from nbformat import NotebookNode


def as_jupyterlab(notebook: NotebookNode) -> bytes:
    """nbformat 4.5 with cell ids and outputs."""
    document = _plain(notebook)
    for count, cell in enumerate((c for c in document["cells"] if c["cell_type"] == "code"), 1):
        cell["execution_count"] = count
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["something\n"]}]
    document["metadata"]["language_info"] = {"name": "python", "version": "3.13.1", "file_extension": ".py"}
    return json.dumps(document, indent=1).encode()


def as_colab(notebook: NotebookNode) -> bytes:
    """nbformat 4.0 as Colab saves: no cell ids, ids and output ids in the metadata, a `colab` block, a GPU, widgets."""
    document = _plain(notebook)
    document.update(nbformat=4, nbformat_minor=0)
    document["metadata"] = {
        "colab": {"provenance": [], "gpuType": "T4", "toc_visible": True},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
        "accelerator": "GPU",
        "widgets": {"application/vnd.jupyter.widget-state+json": {"abc": {"model_name": "HTMLModel"}}},
    }
    for number, cell in enumerate(document["cells"]):
        identifier = cell.pop("id", None)
        cell["metadata"] |= {"id": f"Xy{number:02d}-{identifier}"[:12]}
        if cell["cell_type"] == "code":
            cell["metadata"] |= {
                "colab": {"base_uri": "https://localhost:8080/"},
                "outputId": f"out-{number}",
            }
            cell["execution_count"] = number
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["something\n"]}]
    return json.dumps(document, indent=2, ensure_ascii=False).encode()


def _plain(notebook: NotebookNode) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(copy.deepcopy(notebook)))
    for cell in document["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    return document
