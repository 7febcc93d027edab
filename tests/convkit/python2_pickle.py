"""Writes pickles as Python 2 and its NumPy did: texts as bytes, and NumPy's modules by their old names."""

from __future__ import annotations

import io
import pickle
import struct
import tarfile
from pathlib import Path
from typing import Any, ClassVar

import numpy as np


class _Pickler(pickle._Pickler):
    dispatch: ClassVar[dict] = dict(pickle._Pickler.dispatch)

    def save_string(self, value: bytes | str) -> None:
        data = value.encode("ascii") if isinstance(value, str) else value
        short = len(data) < 256
        head = pickle.SHORT_BINSTRING + bytes([len(data)]) if short else pickle.BINSTRING + struct.pack("<i", len(data))
        self.write(head + data)
        self.memoize(value)

    dispatch[bytes] = dispatch[str] = save_string


def dumps(value: Any) -> bytes:
    file = io.BytesIO()
    _Pickler(file, protocol=2).dump(value)
    return file.getvalue().replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")


def cifar_archive(path: Path, pixels: np.ndarray, labels: np.ndarray) -> None:
    """An archive in the form of CIFAR-10's: pixels (6, n, 3072) and labels (6, n), the last of the six for testing."""
    names = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]
    contents = {"batches.meta": dumps({"num_cases_per_batch": pixels.shape[1], "num_vis": 3072})}
    for name, data, classes in zip(names, pixels, labels, strict=True):
        batch = {"data": data, "labels": classes.tolist(), "batch_label": name, "filenames": ["a.png"] * len(data)}
        contents[name] = dumps(batch)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        folder = tarfile.TarInfo("cifar-10-batches-py")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(folder)
        for name in sorted(contents, reverse=True):  # not in the order of the batches, as in the real one
            entry = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            entry.size = len(contents[name])
            archive.addfile(entry, io.BytesIO(contents[name]))
