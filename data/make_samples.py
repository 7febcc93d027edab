"""Makes every bundled sample and compares it with `samples.sha256` beside this file.

python data/make_samples.py            exit code 0: every byte is as recorded; 1: it is not
python data/make_samples.py --write    records the samples as they are now
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from autograder.files import write_atomically
from convkit import datasets

RECORD = Path(__file__).with_name("samples.sha256")


def digests() -> Iterator[str]:
    """A line for each array: the SHA-256 of its bytes, and what it is."""
    for name, entry in datasets.registry()["datasets"].items():
        for split in datasets.Split if "sample" in entry else ():
            sample = datasets.load(name, "sample", split, quiet=True)
            for part, array in (("images", sample.images), ("labels", sample.labels)):
                yield _line(f"{name} {split} {part}", array)
    for name, entry in datasets.registry()["texts"].items():
        for split in datasets.Split if "sample" in entry else ():
            text = datasets.load_text(name, "sample", split, quiet=True)
            numbers = np.concatenate([np.array([len(sequence), *sequence]) for sequence in text.sequences])
            yield _line(f"{name} {split} sequences", numbers.astype("<i4"))
            yield _line(f"{name} {split} labels", text.labels)


def _line(what: str, array: np.ndarray) -> str:
    size = "×".join(map(str, array.shape))
    return f"{hashlib.sha256(array.tobytes()).hexdigest()}  {what}, {array.dtype} {size}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Makes the samples and compares them with samples.sha256.")
    parser.add_argument("--write", action="store_true", help="record the samples as they are now")
    write = parser.parse_args().write
    made = list(digests())
    if write:
        write_atomically(RECORD, "\n".join(made) + "\n")
    recorded = RECORD.read_text(encoding="utf-8").splitlines()
    for line in made:
        print(f"{'as recorded' if line in recorded else 'DIFFERS'}: {line.partition('  ')[2]}")
    for line in set(recorded) - set(made):
        print(f"not made: {line}")
    return int(made != recorded)


if __name__ == "__main__":
    sys.exit(main())
