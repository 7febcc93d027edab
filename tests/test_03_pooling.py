"""The reference of 03 against Keras, automatic differentiation and finite differences; what the prose claims."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import Reference
from scipy import signal

Array = np.ndarray[Any, Any]

pytestmark = pytest.mark.xdist_group("03_pooling")
SOLUTION = Reference("03_pooling")
modes, paddings = st.sampled_from(["max", "average"]), st.sampled_from(["valid", "same"])
seeds = st.integers(0, 2**32 - 1)


@pytest.fixture(scope="module")
def keras() -> ModuleType:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    return keras


@dataclass(frozen=True)
class Layer:
    """Pictures and how to pool them. All numbers of x differ, so that every window has one winner."""

    x: Array
    size: tuple[int, int]
    strides: tuple[int, int] | None
    mode: str
    padding: str

    def pooled(self, x: Array | None = None) -> Array:
        return SOLUTION.pool2d(self.x if x is None else x, self.size, self.strides, self.mode, self.padding)

    def of_keras(self, keras: ModuleType, x: Any) -> Any:
        pool = {"max": keras.ops.max_pool, "average": keras.ops.average_pool}[self.mode]
        return pool(x, self.size, strides=self.strides, padding=self.padding)


@st.composite
def layers(draw: st.DrawFn, padding: st.SearchStrategy[str] = paddings, largest: int = 9) -> Layer:
    chosen = draw(padding)
    shape = draw(st.tuples(st.integers(1, 2), st.integers(1, largest), st.integers(1, largest), st.integers(1, 3)))
    limits = shape[1:3] if chosen == "valid" else (6, 6)
    size = tuple(draw(st.integers(1, min(limit, 6))) for limit in limits)
    strides = draw(st.none() | st.tuples(st.integers(1, 4), st.integers(1, 4)))
    order = np.random.default_rng(draw(seeds)).permutation(math.prod(shape))
    return Layer((order.reshape(shape) - order.size // 2) / 8, size, strides, draw(modes), chosen)


@pytest.mark.slow
@settings(deadline=None, max_examples=300)
@given(layers())
def test_pool2d_is_keras_pooling(keras: ModuleType, layer: Layer) -> None:
    np.testing.assert_allclose(layer.pooled(), np.asarray(layer.of_keras(keras, layer.x)), rtol=1e-6)


@given(layers(), st.integers(-3, 3))
def test_cells_outside_never_count(layer: Layer, constant: int) -> None:
    """Pooling a constant gives the constant, and pooling commutes with adding one, at the edge as well."""
    flat = layer.pooled(np.full(layer.x.shape, float(constant)))
    np.testing.assert_array_equal(flat, np.full(flat.shape, float(constant)))
    np.testing.assert_allclose(layer.pooled(layer.x - 100), layer.pooled() - 100)


@pytest.mark.slow
@settings(deadline=None, max_examples=150)
@given(layers(st.just("valid")), seeds)
def test_pool2d_backward_is_automatic_differentiation(keras: ModuleType, layer: Layer, seed: int) -> None:
    import tensorflow as tf

    dy = np.random.default_rng(seed).normal(size=layer.pooled().shape)
    x = tf.Variable(layer.x)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer.of_keras(keras, x) * dy)
    dx = SOLUTION.pool2d_backward(dy, layer.x, layer.size, layer.strides, layer.mode)
    np.testing.assert_allclose(dx, tape.gradient(loss, x).numpy(), rtol=1e-6, atol=1e-9)


@settings(deadline=None, max_examples=30)
@given(layers(st.just("valid"), largest=5), seeds)
def test_pool2d_backward_is_what_nudging_finds(layer: Layer, seed: int) -> None:
    dy, step = np.random.default_rng(seed).normal(size=layer.pooled().shape), 1e-3
    slopes = np.zeros(layer.x.shape)
    for place in np.ndindex(layer.x.shape):
        nudge = np.zeros(layer.x.shape)
        nudge[place] = step
        slopes[place] = np.sum(dy * (layer.pooled(layer.x + nudge) - layer.pooled(layer.x - nudge))) / (2 * step)
    dx = SOLUTION.pool2d_backward(dy, layer.x, layer.size, layer.strides, layer.mode)
    np.testing.assert_allclose(dx, slopes, atol=1e-8)


@given(layers(st.just("valid")), seeds)
def test_the_first_of_equal_maxima_gets_the_gradient(layer: Layer, seed: int) -> None:
    x = np.floor(layer.x) % 3
    dy = np.random.default_rng(seed).normal(size=layer.pooled().shape)
    (kh, kw), (sh, sw) = layer.size, layer.strides or layer.size
    wanted = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dy.shape):
        window = x[n, i * sh : i * sh + kh, j * sw : j * sw + kw, c]
        row, column = next(place for place in np.ndindex(window.shape) if window[place] == window.max())
        wanted[n, i * sh + row, j * sw + column, c] += dy[n, i, j, c]
    np.testing.assert_allclose(SOLUTION.pool2d_backward(dy, x, layer.size, layer.strides), wanted)


@given(layers(st.just("valid")))
def test_switches_say_where_the_pooled_numbers_stood(layer: Layer) -> None:
    y, switches = SOLUTION.max_pool_switches(layer.x, layer.size)
    np.testing.assert_array_equal(y, SOLUTION.pool2d(layer.x, layer.size))
    n, i, j, c = np.indices(y.shape)
    row, column = np.divmod(switches, layer.x.shape[2])
    np.testing.assert_array_equal(layer.x[n, row, column, c], y)
    np.testing.assert_array_equal([row // layer.size[0], column // layer.size[1]], [i, j])


@given(layers(st.just("valid")), seeds)
def test_unpooling_is_undone_by_pooling_and_is_the_gradient(layer: Layer, seed: int) -> None:
    y, switches = SOLUTION.max_pool_switches(layer.x, layer.size)
    positive = np.abs(y) + 1
    back = SOLUTION.max_unpool(positive, switches, layer.x.shape)
    again, same = SOLUTION.max_pool_switches(back, layer.size)
    np.testing.assert_array_equal(again, positive)
    np.testing.assert_array_equal(same, switches)
    dy = np.random.default_rng(seed).normal(size=y.shape)
    np.testing.assert_array_equal(
        SOLUTION.max_unpool(dy, switches, layer.x.shape), SOLUTION.pool2d_backward(dy, layer.x, layer.size)
    )


def in_tiles(picture: Array, k: int) -> Array:
    return SOLUTION.pool2d(picture[None, ..., None], k)[0, ..., 0]


@given(st.integers(1, 4), st.integers(1, 4), st.integers(-9, 9), seeds)
def test_what_stays_and_what_moves_along(k: int, tiles: int, shift: int, seed: int) -> None:
    """Convolution is equivariant, pooling at multiples of its stride, the global maximum is invariant."""
    rng = np.random.default_rng(seed)
    picture, kernel = rng.normal(size=(k * 2, k * tiles)), rng.normal(size=(3, 3))
    moved = np.roll(picture, shift, axis=1)
    np.testing.assert_allclose(
        signal.convolve2d(moved, kernel, "same", "wrap"),
        np.roll(signal.convolve2d(picture, kernel, "same", "wrap"), shift, axis=1),
    )
    np.testing.assert_array_equal(
        in_tiles(np.roll(picture, k * shift, axis=1), k), np.roll(in_tiles(picture, k), shift, axis=1)
    )
    np.testing.assert_array_equal(SOLUTION.shift_stability(np.max, picture, [shift, 0]), [1, 1])


@pytest.mark.parametrize(("k", "shift"), [(2, 1), (2, 2), (8, 1), (8, 4)])
def test_of_random_numbers_the_share_that_the_notebook_names_stays(k: int, shift: int) -> None:
    picture = np.random.default_rng(3).normal(size=(320, 640))
    [share] = SOLUTION.shift_stability(lambda image: in_tiles(image, k), picture, [shift])
    assert share == pytest.approx((k - shift) / (k + shift), abs=0.02)


@given(layers(st.just("valid")), seeds)
def test_pooling_errors_are_no_larger_than_the_noise(layer: Layer, seed: int) -> None:
    clean = layer.x[0, ..., 0]
    noisy = clean + np.random.default_rng(seed).normal(size=clean.shape)
    errors = SOLUTION.pooling_errors(clean, noisy, layer.size)
    assert set(errors) == {"max", "average"}
    assert max(errors.values()) <= np.abs(noisy - clean).max() + 1e-12
    assert SOLUTION.pooling_errors(clean, clean, layer.size) == {"max": 0, "average": 0}


X = np.zeros((1, 4, 5, 2))


@pytest.mark.parametrize(
    "arguments",
    [
        (X[0], 2),
        (X, 0),
        (X, (2, -1)),
        (X, (2, 2, 2)),
        (X, 2.5),
        (X, True),
        (X, 5),
        (X, 2, 0),
        (X, 2, 2, "min"),
        (X, 2, 2, "max", "full"),
    ],
)
def test_bad_arguments_are_refused_with_a_sentence(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        SOLUTION.pool2d(*arguments)


def test_lecture_d_s_mean_is_5_and_not_5_point_3() -> None:
    table = np.array([[4, 3, 1, 5], [1, 3, 4, 8], [4, 5, 4, 3], [6, 5, 9, 4]])[None, ..., None]
    assert SOLUTION.pool2d(table, 2, mode="average")[0, ..., 0].tolist() == [[2.75, 4.5], [5, 5]]


@pytest.mark.slow
def test_pooling_has_no_parameters_and_is_still_in_use(keras: ModuleType) -> None:
    def count(model: Any) -> dict[str, int]:
        kinds = [type(layer).__name__ for layer in model.layers]
        return {kind: kinds.count(kind) for kind in sorted(set(kinds)) if "Pooling" in kind}

    layer = keras.layers.MaxPooling2D(pool_size=(2, 2), strides=2)
    layer.build((None, 4, 4, 3))
    assert layer.count_params() == 0
    assert count(keras.applications.ResNet50(weights=None)) == {"GlobalAveragePooling2D": 1, "MaxPooling2D": 1}
    assert count(keras.applications.InceptionV3(weights=None)) == {
        "AveragePooling2D": 9,
        "GlobalAveragePooling2D": 1,
        "MaxPooling2D": 4,
    }
