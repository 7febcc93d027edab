"""The reference of 02 against brute force and Keras."""

from __future__ import annotations

import os
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from places import Reference

pytestmark = pytest.mark.xdist_group("02_padding_stride")
SOLUTION = Reference("02_padding_stride")
seeds = st.integers(0, 2**32 - 1)
zeros = st.integers(0, 3)
paddings = st.sampled_from(["valid", "same"]) | st.tuples(st.tuples(zeros, zeros), st.tuples(zeros, zeros))


@pytest.fixture(scope="module")
def keras() -> ModuleType:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    return keras


@given(st.integers(1, 60), st.integers(1, 12), st.integers(1, 8), st.integers(0, 6), st.integers(1, 5))
def test_output_size_counts_the_places(n: int, k: int, stride: int, padding: int, dilation: int) -> None:
    cells = np.arange(n + 2 * padding)
    places = sum(bool(np.isin(start + dilation * np.arange(k), cells).all()) for start in cells[::stride])
    if places:
        assert SOLUTION.output_size(n, k, stride, padding, dilation) == places
    else:
        with pytest.raises(ValueError, match="does not fit"):
            SOLUTION.output_size(n, k, stride, padding, dilation)


@pytest.mark.slow
def test_same_padding_is_keras_rule_for_every_size_up_to_20(keras: ModuleType) -> None:
    """Kernels that pick one cell each show which cells the first and the last window read."""
    for k in range(1, 21):
        pick = np.eye(k, dtype="float32")[:, None, :]
        for n in range(1, 21):
            cells = np.arange(1, n + 1, dtype="float32")[None, :, None]
            for stride in range(1, 21):
                y = np.asarray(keras.ops.conv(cells, pick, strides=stride, padding="same"))[0]
                before, after = int(np.argmax(y[0] > 0)), int(np.argmax(y[-1][::-1] > 0))
                assert SOLUTION.same_padding(n, k, stride) == (before, after), (n, k, stride)
                assert len(y) == SOLUTION.output_size(n + before + after, k, stride)


@given(
    st.tuples(*[st.integers(1, 4)] * 4),
    st.tuples(st.tuples(zeros, zeros), st.tuples(zeros, zeros)),
    st.floats(-10, 10),
    seeds,
)
def test_pad2d_is_numpys_pad(shape: tuple[int, ...], padding: Any, value: float, seed: int) -> None:
    x = np.random.default_rng(seed).normal(size=shape)
    expected = np.pad(x, ((0, 0), *padding, (0, 0)), constant_values=value)
    np.testing.assert_array_equal(SOLUTION.pad2d(x, padding, value), expected)


@pytest.mark.slow
@settings(deadline=None, max_examples=200)
@given(
    st.tuples(st.integers(1, 3), st.integers(1, 12), st.integers(1, 12), st.integers(1, 3)),
    st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 4)),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    paddings,
    seeds,
)
def test_conv2d_is_keras_conv(
    keras: ModuleType,
    shape: tuple[int, ...],
    kernel: tuple[int, ...],
    strides: tuple[int, int],
    padding: Any,
    seed: int,
) -> None:
    kh, kw, filters = kernel
    rng = np.random.default_rng(seed)
    x = rng.normal(size=shape).astype("float32")
    w = rng.normal(size=(kh, kw, shape[3], filters)).astype("float32")
    b = rng.normal(size=filters).astype("float32")
    framed, word = (x, padding) if isinstance(padding, str) else (np.pad(x, ((0, 0), *padding, (0, 0))), "valid")
    assume(word == "same" or (kh <= framed.shape[1] and kw <= framed.shape[2]))
    # One by one: TensorFlow 2.21 on a CPU (oneDNN) errs for several pictures of one channel with strides (1, s > 1).
    maps = [keras.ops.conv(picture[None], w, strides=strides, padding=word) + b for picture in framed]
    expected = np.concatenate([keras.ops.convert_to_numpy(each) for each in maps])
    np.testing.assert_allclose(SOLUTION.conv2d(x, w, b, strides, padding), expected, rtol=1e-4, atol=1e-4)


@given(st.integers(1, 3), st.integers(2, 4), seeds)
def test_a_stride_keeps_every_so_manyth_result(kernel: int, stride: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, w, b = rng.normal(size=(2, 9, 8, 2)), rng.normal(size=(kernel, kernel, 2, 3)), rng.normal(size=3)
    every = SOLUTION.conv2d(x, w, b)
    np.testing.assert_allclose(SOLUTION.conv2d(x, w, b, stride), every[:, ::stride, ::stride])


numbers = st.integers(1, 3)
either = numbers | st.tuples(numbers, numbers)
flat_layers = st.lists(st.tuples(st.just("dense"), st.integers(1, 6)), max_size=2)
deep_layers = st.lists(
    st.tuples(st.just("conv"), st.integers(1, 5), either, either, st.sampled_from(["valid", "same"]))
    | st.tuples(st.just("pool"), either, either),
    max_size=4,
)


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(st.tuples(st.integers(1, 20), st.integers(1, 20), st.integers(1, 3)), deep_layers, flat_layers)
def test_trace_shapes_is_what_keras_builds(
    keras: ModuleType, shape: tuple[int, int, int], deep: list[Any], flat: list[Any]
) -> None:
    try:
        trace = SOLUTION.trace_shapes(shape, [*deep, *flat])
    except ValueError as error:
        assert "does not fit" in str(error)
        return
    layers = {
        "conv": lambda filters, kernel, stride, padding: keras.layers.Conv2D(filters, kernel, stride, padding),
        "pool": lambda size, stride: keras.layers.MaxPooling2D(size, stride),
        "dense": keras.layers.Dense,
    }
    here: tuple[int | None, ...] = (None, *shape)
    for (kind, *options), (name, expected, parameters) in zip([*deep, *flat], trace, strict=True):
        layer = layers[kind](*options)
        if kind == "dense":
            here = (None, int(np.prod(here[1:])))
        layer.build(here)
        here = layer.compute_output_shape(here)
        assert (name, expected, parameters) == (kind, here[1:], layer.count_params())


ALEXNET_SIZES = {227: [55, 27, 27, 13, 13, 13, 13, 6], 224: [54, 26, 26, 12, 12, 12, 12, 5]}


@pytest.mark.parametrize(("size", "padding", "same_as"), [(227, 0, 227), (224, 2, 227), (224, 0, 224)])
def test_alexnet_needs_227_pixels_or_padding(size: int, padding: int, same_as: int) -> None:
    layers = [("conv", 96, 11, 4, padding), *ALEXNET[1:]]
    trace = SOLUTION.trace_shapes((size, size, 3), layers)
    assert [shape[0] for _, shape, _ in trace[:8]] == ALEXNET_SIZES[same_as]
    assert trace[7][1] == (*ALEXNET_SIZES[same_as][-1:] * 2, 256)
    assert (sum(parameters for _, _, parameters in trace) == 62_378_344) == (same_as == 227)


ALEXNET: list[tuple[Any, ...]] = [
    ("conv", 96, 11, 4, 0), ("pool", 3, 2), ("conv", 256, 5, 1, 2), ("pool", 3, 2), ("conv", 384, 3, 1, 1),
    ("conv", 384, 3, 1, 1), ("conv", 256, 3, 1, 1), ("pool", 3, 2), ("dense", 4096), ("dense", 4096), ("dense", 1000),
]  # fmt: skip


def test_the_lecture_s_net_has_the_counts_that_the_notebook_prints() -> None:
    layers = [(30, 3, 3, 32), (28, 3, 32, 32), (12, 3, 32, 64), (10, 3, 64, 64), (3, 3, 64, 64),
              (1, 1, 576, 1024), (1, 1, 1024, 10)]  # fmt: skip
    assert sum(SOLUTION.conv_params(k, k, c, f) for _, k, c, f in layers) == 703_594
    assert sum(SOLUTION.conv_macs(o, o, k, k, c, f) for o, k, c, f in layers) == 15_275_392


@pytest.mark.slow
def test_the_lecture_s_call_runs_as_corrected_and_halves_the_size(keras: ModuleType) -> None:
    model = keras.Sequential([keras.Input((10, 10, 1))])
    model.add(keras.layers.Conv2D(6, (3, 3), strides=2, padding="same"))
    assert model.output_shape == (None, 5, 5, 6)
    assert model.count_params() == SOLUTION.conv_params(3, 3, 1, 6)
