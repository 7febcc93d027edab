"""What a notebook's first cell ends with: which versions, device and data it runs on, and what a GPU is good for."""

from __future__ import annotations

import platform

import numpy as np

from convkit import nets, unwritten


def start(data: str, full: str | None = None) -> None:
    """Print one line, and one more where there is a GPU; from here on, unwritten exercises are told in one sentence.

    data: what it runs on, "pictures: drawn ones, or CIFAR-10".
    full: for notebooks with networks, what SCALE = "full" does and how long it takes on a GPU. It is offered,
        never chosen: SCALE stays what the student says.
    """
    unwritten.explain()
    python = f"Python {platform.python_version()}"
    if full is None:
        print(f"{python} · NumPy {np.__version__} on the CPU · {data}")
        return
    import keras

    device = nets.device()
    print(f"{python} · Keras {keras.__version__} with {keras.backend.backend()} on the {device} · {data}")
    if device == "GPU":
        print(f'There is a GPU. SCALE = "full" below would use it: {full}.')
