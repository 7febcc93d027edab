"""Pairs of submissions whose solutions are alike: a place to look, not a verdict. Pure: no I/O.

Winnowing, after S. Schleimer, D. Wilkerson and A. Aiken, "Winnowing: Local Algorithms for Document Fingerprinting",
SIGMOD 2003. A solution becomes a sequence of tokens in which the names that a student chooses, the numbers and the
texts are folded into one sign each, and comments and docstrings are gone. Every run of `GRAM` tokens is hashed; of
every `WINDOW` hashes in a row the smallest is kept. So two solutions that have a run of `GRAM + WINDOW - 1` tokens in
common have a fingerprint in common, wherever it stands, and no run of fewer than `GRAM` tokens is ever one.

Left out are lines that the release already has, and fingerprints that a large part of the class has: what everybody
writes says nothing about a pair. An inverted index from fingerprint to students keeps the work small.
"""

from __future__ import annotations

import hashlib
import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

GRAM = 10  # tokens in one hash: the noise threshold k of the paper
WINDOW = 6  # hashes of which one is kept: w = t - k + 1, for a guarantee threshold t of 15 tokens
COMMON_SHARE = 0.2  # of the class; a fingerprint that more have is common ground
FEWEST_COMMON = 3  # students, so that three copies of one solution in a small class are still seen
FEWEST_SHARED = 15  # fingerprints, some 50 tokens: less may be chance
LEAST_SHARE = 0.3  # of the fingerprints of the submission that has fewer

_TOKEN = re.compile(
    r"""
    [ \t]*(?:
    (?P<comment>\#[^\n]*)
  | (?P<text>[rRbBuUfF]{0,2}(?:\"{3}.*?(?:\"{3}|\Z)|'{3}.*?(?:'{3}|\Z)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))
  | (?P<name>[^\W\d]\w*)
  | (?P<number>0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[jJ]?)
  | (?P<sign>->|:=|\*\*=?|//=?|<<=?|>>=?|[-+*/%&|^@<>=!]=|[^\s\w])
  | (?P<line>\n)
    )""",
    re.VERBOSE | re.DOTALL,
)
_POWERS = np.array([pow(0x9E3779B97F4A7C15, i, 2**64) for i in range(GRAM)], np.uint64)
_LINE_ENDS = re.compile(r"[ \t]*(?:#|\n|\Z)")
# Names that stand for themselves: they are Python's, and nobody can rename them.
_FIXED = frozenset(keyword.kwlist) | {
    "abs", "all", "any", "dict", "enumerate", "float", "int", "isinstance", "len", "list", "map", "max", "min", "print",
    "range", "reversed", "round", "set", "sorted", "sum", "tuple", "zip",
}  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """Two submissions that are alike.

    share      shared fingerprints over all fingerprints of the submission that has fewer; in (0, 1]
    shared     how many fingerprints they share, common ground left out
    exercises  where, those with most first
    """

    students: tuple[str, str]
    share: float
    shared: int
    exercises: tuple[str, ...]


def tokens(code: str) -> tuple[str, ...]:
    """The normalised tokens of `code`, which need not be valid Python. Attributes keep their names: `np.sum`."""
    found: list[str] = []
    at_start = True  # of a line, where a text alone is a docstring
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup or "", match[match.lastgroup or 0]
        if kind == "line":
            at_start = True
        elif kind != "comment" and not (kind == "text" and at_start and _LINE_ENDS.match(code, match.end())):
            attribute = bool(found) and found[-1] == "."
            name = text if text in _FIXED or attribute else "n"
            found.append(name if kind == "name" else "0" if kind == "number" else "s" if kind == "text" else text)
            at_start = False
    return tuple(found)


@lru_cache(maxsize=65_536)  # the same solution of a small exercise comes back many times in a large class
def fingerprints(code: str) -> frozenset[int]:
    """The winnowed hashes of one cell; a cell of fewer than `GRAM` tokens has none."""
    signs = np.array([_number(token) for token in tokens(code)], np.uint64)
    if len(signs) < GRAM:
        return frozenset()
    hashes = np.lib.stride_tricks.sliding_window_view(signs, GRAM) @ _POWERS  # modulo 2**64
    hashes ^= hashes >> np.uint64(29)
    windows = np.lib.stride_tricks.sliding_window_view(hashes, min(WINDOW, len(hashes)))
    return frozenset(windows.min(axis=1).tolist())


@lru_cache(maxsize=65_536)
def _number(token: str) -> int:
    """A token as 64 bits, the same on every run and machine, unlike `hash`."""
    return int.from_bytes(hashlib.blake2b(token.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def own_lines(code: str, given: str) -> str:
    """`code` without the lines that the release's cell has, spaces at their ends aside."""
    handed_out = {line.strip() for line in given.splitlines()}
    return "\n".join(line for line in code.splitlines() if not line.strip() or line.strip() not in handed_out)


def alike(solutions: Mapping[str, Mapping[str, str]], given: Mapping[str, str] | None = None) -> tuple[Pair, ...]:
    """The pairs that stand out, most alike first.

    solutions  student → exercise → code
    given      exercise → what the release has in that cell
    """
    students = sorted(solutions)
    index: dict[int, set[int]] = {}  # fingerprint → positions in `students`: the inverted index
    for position, student in enumerate(students):
        for exercise, code in solutions[student].items():
            for fingerprint in fingerprints(own_lines(code, (given or {}).get(exercise, ""))):
                index.setdefault(fingerprint, set()).add(position)
    most = max(FEWEST_COMMON, COMMON_SHARE * len(students))
    telling = {fingerprint: sorted(who) for fingerprint, who in index.items() if len(who) <= most}
    sizes = np.bincount([position for who in index.values() for position in who], minlength=len(students))
    shared = np.zeros((len(students), len(students)), np.int32)
    for who in telling.values():
        shared[np.ix_(who, who)] += 1
    shares = shared / np.maximum(np.minimum.outer(sizes, sizes), 1)
    found = np.argwhere(np.triu((shares >= LEAST_SHARE) & (shared >= FEWEST_SHARED), 1))
    pairs = [
        Pair(
            (students[a], students[b]),
            float(shares[a, b]),
            int(shared[a, b]),
            _exercises(solutions[students[a]], solutions[students[b]], given or {}, telling),
        )
        for a, b in found
    ]
    return tuple(sorted(pairs, key=lambda pair: (-pair.share, -pair.shared, pair.students)))


def _exercises(
    one: Mapping[str, str], other: Mapping[str, str], given: Mapping[str, str], telling: Mapping[int, object]
) -> tuple[str, ...]:
    """The exercises in which the two share telling fingerprints, those with most first."""
    counts = {}
    for exercise in one.keys() & other.keys():
        first, second = (fingerprints(own_lines(code[exercise], given.get(exercise, ""))) for code in (one, other))
        counts[exercise] = sum(fingerprint in telling for fingerprint in first & second)
    return tuple(sorted((name for name, count in counts.items() if count), key=lambda name: (-counts[name], name)))
