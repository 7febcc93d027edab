"""What a notebook says when it starts: one line, and an offer where there is a GPU."""

from __future__ import annotations

import numpy as np
import pytest

from convkit import session


class _OnAGpu:
    device = "/job:localhost/replica:0/task:0/device:GPU:0"


def test_without_networks_keras_is_not_mentioned(capsys: pytest.CaptureFixture[str]) -> None:
    session.start("photographs: some")
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("Python 3.") and line.endswith(f"NumPy {np.__version__} on the CPU · photographs: some")


def test_a_gpu_is_offered_with_what_it_takes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    monkeypatch.setattr(keras.ops, "ones", lambda shape: _OnAGpu())
    session.start("digits", full="all of MNIST takes a minute")
    first, second = capsys.readouterr().out.splitlines()
    assert "on the GPU · digits" in first
    assert second == 'There is a GPU. SCALE = "full" below would use it: all of MNIST takes a minute.'


def test_without_a_gpu_nothing_is_offered(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session.nets, "device", lambda: "CPU")
    session.start("digits", full="all of MNIST takes a minute")
    (line,) = capsys.readouterr().out.splitlines()
    assert "on the CPU · digits" in line and "GPU" not in line
