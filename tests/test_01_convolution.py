"""The reference of 01 against SciPy and Keras on random shapes."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import Reference
from scipy import signal

pytestmark = pytest.mark.xdist_group("01_convolution")
SOLUTION = Reference("01_convolution")
seeds = st.integers(0, 2**32 - 1)


@st.composite
def image_and_kernel(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    kernel_shape = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    extra = draw(st.tuples(st.integers(0, 6), st.integers(0, 6)))
    rng = np.random.default_rng(draw(seeds))
    return rng.normal(size=np.add(kernel_shape, extra)), rng.normal(size=kernel_shape)


@given(image_and_kernel())
def test_correlate2d_and_convolve2d_are_scipys(pair: tuple[np.ndarray, np.ndarray]) -> None:
    image, kernel = pair
    np.testing.assert_allclose(SOLUTION.correlate2d(image, kernel), signal.correlate2d(image, kernel, "valid"))
    np.testing.assert_allclose(SOLUTION.convolve2d(image, kernel), signal.convolve2d(image, kernel, "valid"))


@given(st.integers(1, 30), st.integers(0, 20), seeds)
def test_weighted_average_is_numpys_correlate(size: int, extra: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=size + extra), rng.normal(size=size)
    np.testing.assert_allclose(SOLUTION.weighted_average(x, w), np.correlate(x, w, "valid"))


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 3), st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.integers(1, 4),
    st.integers(0, 5), st.integers(0, 5), seeds,
)  # fmt: skip
def test_both_layers_are_keras_conv(
    n: int, kh: int, kw: int, channels: int, filters: int, more_rows: int, more_columns: int, seed: int
) -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, kh + more_rows, kw + more_columns, channels)).astype("float32")
    w = rng.normal(size=(kh, kw, channels, filters)).astype("float32")
    b = rng.normal(size=filters).astype("float32")
    expected = keras.ops.convert_to_numpy(keras.ops.conv(x, w, padding="valid") + b)
    np.testing.assert_allclose(SOLUTION.conv_layer(x, w, b), expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(SOLUTION.conv_layer_im2col(x, w, b), expected, rtol=1e-4, atol=1e-4)


@given(st.integers(1, 3), st.integers(1, 3), seeds)
@settings(deadline=None, max_examples=8)
def test_learn_kernel_finds_the_kernel(kh: int, kw: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, kernel = rng.random((9, 8)), rng.normal(size=(kh, kw))
    y = signal.correlate2d(x, kernel, "valid")
    found = SOLUTION.learn_kernel(x, y, (kh, kw), 1000)
    loss, start = (np.mean((signal.correlate2d(x, k, "valid") - y) ** 2) for k in (found, np.zeros_like(kernel)))
    assert loss < 0.01 * start
