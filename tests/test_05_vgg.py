"""05's reference against Keras' own VGG, against brute force, and what the notebook says in prose, computed."""

from __future__ import annotations

from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import Reference

pytestmark = pytest.mark.xdist_group("05_vgg")

SOLUTION = Reference("05_vgg")
VGG16 = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]
VGG19 = [(64, 2), (128, 2), (256, 4), (512, 4), (512, 4)]
ALEXNET = [(11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1), (3, 2)]
LENET = [(5, 1), (2, 2), (5, 1), (2, 2), (5, 1)]


def pairs_of(blocks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """(kernel, stride) of every layer of these blocks."""
    return [pair for _, convs in blocks for pair in [(3, 1)] * convs + [(2, 2)]]


def opened(model: Any) -> list[Any]:
    """The layers of a model and of the models in it."""
    parts = [opened(layer) if hasattr(layer, "layers") else [layer] for layer in model.layers]
    return [layer for part in parts for layer in part]


stacks = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 3)), max_size=6)


@pytest.fixture(scope="module")
def keras() -> ModuleType:
    from convkit import quiet

    with quiet.startup():
        import keras

    return keras


@given(stacks)
def test_receptive_field_is_the_span_of_pixels_under_the_windows(pairs: list[tuple[int, int]]) -> None:
    first = last = 0
    for kernel, stride in reversed(pairs):
        first, last = first * stride, last * stride + kernel - 1
    assert SOLUTION.receptive_field(pairs) == last - first + 1


@pytest.mark.slow
@settings(deadline=None, max_examples=15)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 2)), min_size=1, max_size=3))
def test_receptive_field_is_how_far_an_output_of_keras_depends_on_the_input(
    keras: ModuleType, pairs: list[tuple[int, int]]
) -> None:
    ones = {"use_bias": False, "kernel_initializer": "ones"}
    net = keras.Sequential([keras.layers.Conv1D(1, kernel, strides=stride, **ones) for kernel, stride in pairs])
    width = SOLUTION.receptive_field(pairs) + 4
    first_output = keras.ops.convert_to_numpy(net(np.eye(width)[:, :, None]))[:, 0, 0]
    assert np.count_nonzero(first_output) <= SOLUTION.receptive_field(pairs)
    assert np.flatnonzero(first_output)[-1] == SOLUTION.receptive_field(pairs) - 1


def test_the_fields_that_the_notebook_names() -> None:
    ends = [SOLUTION.receptive_field(pairs_of(VGG16[:count])) for count in range(1, 6)]
    assert ends == [6, 16, 44, 100, 212]
    assert SOLUTION.receptive_field(ALEXNET) == 195
    assert SOLUTION.receptive_field(LENET) == 32
    assert SOLUTION.receptive_field([(3, 1)] * 13) == 27
    assert [SOLUTION.receptive_field([(3, 1)] * depth) for depth in (2, 3, 4)] == [5, 7, 9]


def test_three_small_layers_save_as_much_as_the_notebook_says() -> None:
    saved = {}
    for channels in (1, 3, 64, 512):
        stacked, single = SOLUTION.stacked_vs_single(channels)
        saved[channels] = round(100 * (1 - stacked / single), 1)
    assert saved == {1: 40.0, 3: 43.2, 64: 44.8, 512: 44.9}
    assert (round(25 / 9, 2), round(25 / 18, 2), round(100 * (1 - 18 / 25))) == (2.78, 1.39, 28)


@pytest.mark.slow
@given(st.integers(1, 6))
@settings(deadline=None, max_examples=4)
def test_stacked_vs_single_is_what_keras_counts(keras: ModuleType, channels: int) -> None:
    def parameters(*kernels: int) -> int:
        convolutions = [keras.layers.Conv2D(channels, kernel) for kernel in kernels]
        return keras.Sequential([keras.Input((9, 9, channels)), *convolutions]).count_params()

    assert SOLUTION.stacked_vs_single(channels) == (parameters(3, 3, 3), parameters(7))


@pytest.mark.slow
def test_vgg16_is_keras_own_row_by_row(keras: ModuleType) -> None:
    """Both on small pictures, which leaves the dense part small as well."""
    ours = SOLUTION.build_vgg(VGG16, [4096, 4096], (32, 32, 3), 1000)
    theirs = keras.applications.VGG16(weights=None, input_shape=(32, 32, 3), classes=1000)
    rows = [layer for layer in theirs.layers if type(layer).__name__ != "InputLayer"]
    mine = opened(ours)
    assert [type(layer) for layer in mine] == [type(layer) for layer in rows]
    assert [layer.count_params() for layer in mine] == [layer.count_params() for layer in rows]
    assert [layer.output.shape for layer in mine] == [layer.output.shape for layer in rows]
    x = np.random.default_rng(0).uniform(-1, 1, size=(2, 32, 32, 3))
    ours.set_weights(theirs.get_weights())
    np.testing.assert_allclose(*(keras.ops.convert_to_numpy(net(x)) for net in (ours, theirs)), rtol=1e-4, atol=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("blocks", "parameters", "macs"),
    [(VGG16, 138_357_544, 15_470_264_320), (VGG19, 143_667_240, 19_632_062_464)],
    ids=["VGG16", "VGG19"],
)
def test_the_real_ones_have_the_published_counts(
    keras: ModuleType, blocks: list[tuple[int, int]], parameters: int, macs: int
) -> None:
    net = SOLUTION.build_vgg(blocks, [4096, 4096], (224, 224, 3), 1000)
    assert net.count_params() == parameters
    assert SOLUTION.model_macs(net) == macs
    assert sum(layer.count_params() for layer in net.layers[6:]) == 123_642_856
    assert [block.output.shape[1:] for block in net.layers[:5]] == [
        (112, 112, 64), (56, 56, 128), (28, 28, 256), (14, 14, 512), (7, 7, 512),
    ]  # fmt: skip


def test_counts_of_vgg16_by_the_formulas_of_02() -> None:
    side, channels, parameters, macs, maps = 224, 3, 0, 0, 0
    for filters, convs in VGG16:
        for _ in range(convs):
            parameters += (9 * channels + 1) * filters
            macs += side * side * 9 * channels * filters
            maps += side * side * filters
            channels = filters
        side //= 2
        maps += side * side * filters
    assert parameters == 14_714_688
    dense = [25_088, 4096, 4096, 1000]
    weights = sum(a * b for a, b in pairwise(dense))
    assert macs + weights == 15_470_264_320
    in_dense = weights + sum(dense[1:])
    assert (in_dense, round(100 * in_dense / (parameters + in_dense), 1)) == (123_642_856, 89.4)
    assert weights < 0.01 * (macs + weights)
    assert (round(4e-6 * in_dense, 1), round(4e-6 * (parameters + in_dense), 1)) == (494.6, 553.4)
    assert (round(4e-6 * maps, 1), round(4e-3 * sum(dense[1:]), 1)) == (60.3, 36.8)
    assert 590_080 + 2 * 2_359_808 == 143_667_240 - 138_357_544
    assert round(64 * 4e-9 * maps, 1) == 3.9
    assert round(64 * maps / (parameters + in_dense)) == 7


def test_the_net_of_the_quick_recipe_is_as_small_as_the_notebook_says() -> None:
    recipe = SOLUTION.RECIPES["quick"]
    net = SOLUTION.build_vgg(recipe["blocks"], recipe["dense"], (32, 32, 3), 10)
    assert (net.count_params(), SOLUTION.model_macs(net)) == (102_570, 3_986_432)
    assert SOLUTION.model_macs(net) < 0.0003 * 15_470_264_320
    assert SOLUTION.receptive_field(pairs_of(recipe["blocks"])) == 46


seeds = st.integers(0, 2**32 - 1)


@pytest.mark.slow
@settings(deadline=None, max_examples=12)
@given(st.data())
def test_model_macs_is_the_sum_over_every_output_and_its_window(keras: ModuleType, data: st.DataObject) -> None:
    small = st.integers(1, 3)
    height, width, channels = data.draw(st.integers(4, 9)), data.draw(st.integers(4, 9)), data.draw(small)
    filters, stride, units = data.draw(small), data.draw(small), data.draw(small)
    kernel, padding = data.draw(st.tuples(small, small)), data.draw(st.sampled_from(["valid", "same"]))
    inner = keras.Sequential([keras.layers.Conv2D(filters, kernel, strides=stride, padding=padding)])
    net = keras.Sequential(
        [keras.Input((height, width, channels)), inner, keras.layers.Flatten(), keras.layers.Dense(units)]
    )
    rows, columns = net.layers[0].output.shape[1:3]
    expected = 0
    for _output in np.ndindex(rows, columns, filters):
        expected += kernel[0] * kernel[1] * channels
    expected += units * rows * columns * filters
    assert SOLUTION.model_macs(net) == expected


def test_two_linear_layers_are_one_and_a_ways_figure_counts_paths(keras: ModuleType) -> None:
    first = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
    second = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])

    def correlate(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
        return np.einsum("ijab,ab->ij", np.lib.stride_tricks.sliding_window_view(image, kernel.shape), kernel)

    both = correlate(np.pad(first, 2), second[::-1, ::-1])
    image = np.random.default_rng(1).normal(size=(9, 8))
    np.testing.assert_allclose(correlate(correlate(image, first), second), correlate(image, both), atol=1e-12)
    row = np.convolve(np.convolve([1, 1, 1], [1, 1, 1]), [1, 1, 1])
    assert (np.outer(row, row).max(), np.outer(row, row)[0, 0], len(row)) == (49, 1, 7)


@pytest.mark.slow
def test_the_model_that_train_vgg_returns_answers_the_same_however_it_is_asked(
    keras: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keras' augmentation layers are active in a plain call: they must not be in it."""
    monkeypatch.setitem(SOLUTION.recipe, "epochs", 1)
    rng = np.random.default_rng(0)
    part = rng.integers(0, 256, size=(64, 32, 32, 3), dtype=np.uint8), rng.integers(0, 10, size=64)
    model = SOLUTION.train_vgg(part, part, 3)
    first, second = (keras.ops.convert_to_numpy(model(part[0])) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(model.predict(part[0], verbose=0), first, rtol=1e-4, atol=1e-6)
    flip = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.RandomFlip(), keras.layers.Flatten()])
    x, rows = part[0].astype("float32"), part[0].reshape(64, -1)
    assert not np.array_equal(keras.ops.convert_to_numpy(flip(x)), rows)  # the trap that the notebook names
    assert np.array_equal(flip.predict(x, verbose=0), rows)
