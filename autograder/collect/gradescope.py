"""Gradescope's `submission_metadata.yml`: whose submission each folder is, and when it came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import yaml

from autograder.collect.patterns import Label
from autograder.collect.unpacking import Found
from autograder.course import CourseError

METADATA = "submission_metadata.yml"
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one where it was built: results make these files large


def read_metadata(files: Iterable[Found]) -> dict[str, tuple[Label, ...]]:
    """Folder of a submission → a label for each of its submitters; CourseError if the file is missing or broken."""
    found = next((f for f in files if f.name.rpartition("/")[2] == METADATA and not f.inner), None)
    if found is None:
        raise CourseError(
            f"There is no {METADATA} in it. Use Gradescope's Export Submissions, and the archive as it is."
        )
    try:
        document = yaml.load(found.path.read_bytes(), Loader=_Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        why = " ".join(str(error).split())[:200]
        raise CourseError(f"{METADATA} cannot be read: {why}.") from None
    entries = document.items() if isinstance(document, dict) else ()
    return {str(folder): _labels(entry) for folder, entry in entries if isinstance(entry, dict)}


def label_of(labels: Mapping[str, tuple[Label, ...]], path: str) -> tuple[Label, ...]:
    """The labels of a file's submitters, with the file's own name; empty if the metadata have no such folder."""
    parts = path.split("/")
    for index, part in enumerate(parts[:-1]):
        if part in labels:
            return tuple(replace(label, original="/".join(parts[index + 1 :])) for label in labels[part])
    return ()


def _labels(entry: Mapping[str, Any]) -> tuple[Label, ...]:
    created = entry.get(":created_at")
    at = None
    if isinstance(created, datetime):
        at = created.replace(tzinfo=created.tzinfo or UTC).astimezone(UTC)
    submitters = entry.get(":submitters")
    people = [person for person in submitters if isinstance(person, dict)] if isinstance(submitters, list) else []
    return tuple(
        Label(_text(p, ":name"), _text(p, ":sid"), "", late=_is_late(entry), email=_text(p, ":email"), at=at)
        for p in people
    )


def _is_late(entry: Mapping[str, Any]) -> bool:
    lateness = entry.get(":lateness")
    return isinstance(lateness, int | float) and lateness > 0


def _text(person: Mapping[str, Any], key: str) -> str:
    value = person.get(key)
    return str(value).strip() if isinstance(value, str | int) else ""
