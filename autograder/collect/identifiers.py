"""Names of people as names of folders: safe everywhere, still readable, and never two people as one."""

from __future__ import annotations

import hashlib
import unicodedata

MAX_CHARACTERS = 64
MAX_BYTES = 150  # of the 255 that file systems allow, so that prefixes and suffixes still fit
_KEPT_SIGNS = "-_.@"
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def safe_id(text: str) -> str:
    """`text` as a student id: for a folder, the gradebook, an address and a command line; empty if nothing is left.

    Letters of every script stay, with their accents, composed (NFC); digits and `-_.@` too; all else becomes one `-`.
    Windows' device names get a `_`, long names a part of their hash.
    """
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text))
    kept = "".join(c if c in _KEPT_SIGNS or unicodedata.category(c)[0] in "LMN" else " " for c in composed)
    name = "-".join(kept.split()).strip("-.")
    if name.split(".")[0].casefold() in _RESERVED:
        name = f"{name}_"
    if len(name) > MAX_CHARACTERS or len(name.encode()) > MAX_BYTES:
        name = f"{_shortened(name)}-{hashlib.sha256(composed.encode()).hexdigest()[:8]}"
    return name


def safe_file_name(text: str) -> str:
    """The last part of a path as a file name of ours, its suffix kept."""
    stem, dot, suffix = text.replace("\\", "/").rpartition("/")[2].rpartition(".")
    suffix = safe_id(suffix)[:12] if dot else ""
    name = safe_id(stem if dot else suffix or text) or "file"
    return f"{name}.{suffix}" if suffix else name


def folded(identifier: str) -> str:
    """What two ids must not share: file systems that ignore case would make them one folder."""
    return unicodedata.normalize("NFC", identifier.casefold())


def name_key(name: str) -> str:
    """A name without accents, case, spaces and signs, for comparing how two programs write it."""
    bare = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in bare if unicodedata.category(c)[0] in "LN")


def name_keys(name: str) -> frozenset[str]:
    """The keys of a full name in each order in which programs write it: `Ada King` and `King, Ada`."""
    words = [key for word in name.replace(",", " ").split() if (key := name_key(word))]
    return frozenset("".join((*words[i:], *words[:i])) for i in range(len(words)))


def _shortened(name: str) -> str:
    while len(name) > MAX_CHARACTERS - 9 or len(name.encode()) > MAX_BYTES - 9:
        name = name[:-1]
    return name.rstrip("-.")
