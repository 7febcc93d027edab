"""What an instructor runs: release, grade, feedback, report."""

import sys

# jsonschema (behind nbformat) imports this where it is installed, to check addresses in schemas that no notebook has.
# It builds a grammar for a second of CPU, in every process that reads a notebook.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None: "not installed"
