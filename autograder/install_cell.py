"""How a notebook's first cell gets `convkit`: the lines that a release has there, the same in all assignments."""

from __future__ import annotations

import re

_PLACE = re.compile(r"^# @@INSTALL@@$", re.MULTILINE)

# Before convkit is there, its helpers are not: hence so much in the notebook itself. A source has one comment in their
# place, since whoever writes it has convkit. IPython shows an exception's own lines if it has that method.
_LINES = """\
import importlib.util, subprocess, sys

if importlib.util.find_spec("convkit") is None:  # in Colab: the course's own checks, figures and data
    address = "@@URL@@"
    pip = [sys.executable, "-m", "pip", "install", "-q", address]
    if subprocess.run(pip, stdin=subprocess.DEVNULL, capture_output=True).returncode:
        failed = RuntimeError(
            "convkit, this course's package, could not be installed. Is there a network? Connect and run this cell "
            f"again; what pip says is shown by: %pip install {address}")
        failed._render_traceback_ = lambda: [str(failed)]
        raise failed
    importlib.invalidate_caches()
"""


def with_installation(cell: str, url: str) -> str:
    """The text of a cell with the lines in their place; url: what `pip install` gets."""
    return _PLACE.sub(lambda _: _LINES.replace("@@URL@@", url), cell)
