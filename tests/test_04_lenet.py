"""The reference of 04 against the course's own layers of 01 and 03, Keras and scikit-learn; what the prose claims."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import Reference

from convkit import datasets, quiet

with quiet.startup():
    import keras

Array = np.ndarray[Any, Any]

pytestmark = pytest.mark.xdist_group("04_lenet")
SOLUTION = Reference("04_lenet")
LAYERS = keras.layers
seeds = st.integers(0, 2**32 - 1)


def digits(split: str, count: int | None = None) -> tuple[Array, Array]:
    part = datasets.load("mnist", "sample", split=split, limit=count, quiet=True)
    return SOLUTION.prepare_digits(part.images, part.labels)


kernels = st.tuples(st.integers(1, 4), st.integers(1, 4))
channels, flags = st.integers(1, 5), st.booleans()


@dataclass(frozen=True)
class SmallNet:
    """The odd sizes of a Sequential of convolutions, poolings and dense layers."""

    shape: tuple[int, int, int]
    filters: tuple[int, int]
    kernels: tuple[tuple[int, int], tuple[int, int]]
    stride: int
    units: int
    biases: tuple[bool, bool]
    maximum: bool
    flatten: bool

    def build(self) -> Any:
        first, second = self.biases
        pool = LAYERS.MaxPooling2D if self.maximum else LAYERS.AveragePooling2D
        return keras.Sequential(
            [
                keras.Input(self.shape),
                LAYERS.Conv2D(self.filters[0], self.kernels[0], padding="same", use_bias=first, activation="tanh"),
                pool(2),
                LAYERS.Conv2D(self.filters[1], self.kernels[1], strides=self.stride, activation="relu"),
                LAYERS.Dropout(0.5),
                LAYERS.Flatten() if self.flatten else LAYERS.GlobalAveragePooling2D(),
                LAYERS.Dense(self.units, use_bias=second),
            ]
        )


small_nets = st.builds(
    SmallNet,
    st.tuples(st.integers(9, 12), st.integers(9, 12), channels),
    st.tuples(channels, channels),
    st.tuples(kernels, kernels),
    st.integers(1, 2),
    st.integers(1, 9),
    st.tuples(flags, flags),
    flags,
    flags,
)


@given(st.integers(0, 4), st.integers(1, 6), st.integers(1, 6), seeds)
def test_prepared_digits_are_the_same_pictures_from_0_to_1(count: int, height: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, size=(count, height, width), dtype=np.uint8)
    pictures, labels = SOLUTION.prepare_digits(images, rng.integers(0, 10, size=count, dtype=np.uint8))
    assert (pictures.dtype, labels.dtype) == (np.float32, np.int64)
    np.testing.assert_array_equal(np.rint(pictures[..., 0] * 255), images)
    assert pictures.min(initial=0) >= 0
    assert pictures.max(initial=1) <= 1


@settings(deadline=None, max_examples=20)
@given(small_nets)
def test_the_table_counts_as_keras_does(small: SmallNet) -> None:
    net = small.build()
    wanted = [(layer.name, tuple(layer.output.shape[1:]), layer.count_params()) for layer in net.layers]
    assert SOLUTION.layer_table(net) == wanted


@settings(deadline=None, max_examples=20)
@given(small_nets, seeds)
def test_activations_are_what_a_model_with_many_outputs_gives(small: SmallNet, seed: int) -> None:
    net = small.build()
    image = np.random.default_rng(seed).normal(size=net.input_shape[1:]).astype("float32")
    found = SOLUTION.activations(net, image)
    probe = keras.Model(net.inputs[0], [layer.output for layer in net.layers])
    assert list(found) == [layer.name for layer in net.layers]
    for values, wanted in zip(found.values(), probe(image[None]), strict=True):
        np.testing.assert_allclose(values, keras.ops.convert_to_numpy(wanted)[0], rtol=1e-5, atol=1e-6)


def test_lenet_computes_what_the_layers_of_01_and_03_compute() -> None:
    conv, pool = Reference("01_convolution").conv_layer, Reference("03_pooling").pool2d
    model, image = SOLUTION.build_lenet(), digits("train", 1)[0]
    c1, c3, c5, f6, output = ([w.astype(float) for w in layer.get_weights()] for layer in model.layers if layer.weights)
    maps = np.tanh(conv(np.pad(image.astype(float), ((0, 0), (2, 2), (2, 2), (0, 0))), *c1))
    maps = np.tanh(conv(pool(maps, 2, mode="average"), *c3))
    values = pool(maps, 2, mode="average").reshape(1, -1)
    for weights, biases in (c5, f6):
        values = np.tanh(values @ weights + biases)
    scores = np.exp(values @ output[0] + output[1])
    found = SOLUTION.activations(model, image[0])
    np.testing.assert_allclose(found["C3"], maps[0], atol=1e-5)
    np.testing.assert_allclose(found["output"], scores[0] / scores.sum(), atol=1e-5)


@settings(deadline=None)
@given(st.integers(2, 6), st.integers(0, 60), seeds)
def test_the_confusion_matrix_is_scikit_learn_s(classes: int, count: int, seed: int) -> None:
    from sklearn.metrics import confusion_matrix

    truths, answers = np.random.default_rng(seed).integers(0, classes, size=(2, count))
    matrix = SOLUTION.confusion_matrix(truths, answers, classes)
    assert matrix.sum() == count
    if count:
        np.testing.assert_array_equal(matrix, confusion_matrix(truths, answers, labels=range(classes)))


IMAGES = np.zeros((2, 4, 5), dtype=np.uint8)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("prepare_digits", (IMAGES / 255, [1, 2])),
        ("prepare_digits", (IMAGES[0], [1, 2, 3, 4])),
        ("prepare_digits", (IMAGES, [1])),
        ("confusion_matrix", ([0], [0, 1], 2)),
        ("confusion_matrix", ([0, 2], [0, 1], 2)),
        ("confusion_matrix", ([0, 1], [0, -1], 2)),
        ("confusion_matrix", ([], [], 0)),
    ],
)
def test_bad_arguments_are_refused_with_a_sentence(function: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        getattr(SOLUTION, function)(*arguments)


# --- what the prose claims ---------------------------------------------------------------------------------


def test_lecture_c_s_table_and_the_share_of_c5() -> None:
    table = SOLUTION.layer_table(SOLUTION.build_lenet())
    assert [row[2] for row in table if row[2]] == [156, 2_416, 48_120, 10_164, 850]
    assert [row[1] for row in table][:5] == [(28, 28, 6), (14, 14, 6), (10, 10, 16), (5, 5, 16), (400,)]
    assert sum(row[2] for row in table) == 61_706
    assert round(100 * 48_120 / 61_706) == 78
    assert round(100 * 590_848 / 703_594) == 84


def test_the_net_of_1998_has_60_000_parameters() -> None:
    """C3: 6 kernels over 3 maps of S2, 9 over 4, 1 over all 6; a pooling has 2 numbers a map (LeCun et al. 1998)."""
    c3 = 6 * (3 * 25 + 1) + 9 * (4 * 25 + 1) + 1 * (6 * 25 + 1)
    assert 156 + 2 * 6 + c3 + 2 * 16 + 48_120 + 10_164 == 60_000


def test_a_border_of_two_pixels_is_the_same_as_padding() -> None:
    picture, layer = digits("train", 1)[0], SOLUTION.build_lenet().layers[0]
    bare = LAYERS.Conv2D(6, 5, activation="tanh")
    bare.build((None, 32, 32, 1))
    bare.set_weights(layer.get_weights())
    bordered = np.pad(picture, ((0, 0), (2, 2), (2, 2), (0, 0)))
    np.testing.assert_allclose(np.asarray(bare(bordered)), np.asarray(layer(picture)), atol=1e-6)


def test_c5_as_a_convolution_is_a_dense_layer() -> None:
    maps, dense = np.random.default_rng(0).normal(size=(1, 5, 5, 16)).astype("float32"), LAYERS.Dense(120)
    dense.build((None, 400))
    convolution = LAYERS.Conv2D(120, 5)
    convolution.build((None, 5, 5, 16))
    kernel, bias = dense.get_weights()
    convolution.set_weights([kernel.reshape(5, 5, 16, 120), bias])
    np.testing.assert_allclose(
        np.asarray(convolution(maps)).ravel(), np.asarray(dense(maps.reshape(1, -1))).ravel(), atol=1e-5
    )


def test_the_nets_of_lectures_a_and_d() -> None:
    blocks: list[Any] = []
    for filters, dropout in ((25, 0.0), (50, 0.2), (75, 0.0)):
        block = [LAYERS.Conv2D(filters, 3, padding="same"), LAYERS.BatchNormalization(), LAYERS.Dropout(dropout)]
        blocks += [*block, LAYERS.MaxPooling2D(2)]
    a = keras.Sequential([keras.Input((28, 28, 1)), *blocks, LAYERS.Flatten(), LAYERS.Dense(512), LAYERS.Dense(24)])
    assert sum(math.prod(weight.shape) for weight in a.trainable_weights) == 404_099
    assert a.layers[-3].output.shape == (None, 675)
    assert sum(math.prod(w.shape) for n in (1, 5, 9) for w in a.layers[n].trainable_weights) == 300
    kernels = [LAYERS.Conv2D(10, 3), LAYERS.Conv2D(20, 5, strides=2), LAYERS.Conv2D(40, 5, strides=2)]
    d = keras.Sequential([keras.Input((39, 39, 3)), *kernels, LAYERS.Flatten()])
    sizes = [row[1] for row in SOLUTION.layer_table(d)]
    assert sizes == [(37, 37, 10), (17, 17, 20), (7, 7, 40), (1960,)]


def test_losses_named_in_the_text() -> None:
    assert [round(-math.log(p), 3) for p in (0.1, 0.9)] == [2.303, 0.105]
    perfect = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(np.arange(10), np.eye(10, dtype="float32"))
    assert float(perfect) == pytest.approx(1.461, abs=1e-3)


def test_pictures_from_0_to_255_saturate_tanh_and_spoil_the_first_loss_of_relu() -> None:
    pictures, labels = digits("train", 100)
    keras.utils.set_random_seed(0)
    net = SOLUTION.build_lenet()
    views = np.stack([SOLUTION.activations(net, 255 * picture)["C1"] for picture in pictures[:20]])
    with_ink = np.abs(views) > 1e-6
    assert np.mean(np.abs(views[with_ink]) > 0.99) == pytest.approx(0.8, abs=0.1)
    assert SOLUTION.build_lenet("relu").evaluate(255 * pictures, labels, verbose=0)[0] > 5


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_the_first_loss_is_near_ln_10(activation: str) -> None:
    pictures, labels = digits("train", 200)
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        assert SOLUTION.build_lenet(activation).evaluate(pictures, labels, verbose=0)[0] == pytest.approx(2.3, abs=0.15)


@pytest.mark.slow
def test_a_learning_rate_of_0_1_is_worse_than_guessing_and_0_01_falls_faster_than_0_001() -> None:
    train, reached = digits("train"), {}
    for rate in (0.1, 0.01, 0.001):
        keras.utils.set_random_seed(0)
        net = SOLUTION.build_lenet()
        net.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
        reached[rate] = net.fit(*train, epochs=6, batch_size=64, verbose=0).history["loss"]
    assert min(reached[0.1][2:]) > math.log(10)
    assert reached[0.01][2] < reached[0.001][2] / 2
    assert reached[0.01][-1] < reached[0.001][-1] < 0.6


@pytest.mark.slow
def test_the_reference_knows_new_digits_and_loses_less_than_one_dense_layer_where_they_move() -> None:
    """By two pixels, a sixth to a third, as the notebook says."""
    train, test = digits("train"), digits("test")
    cut = len(train[1]) * 5 // 6
    first, last = ((train[0][part], train[1][part]) for part in (slice(cut), slice(cut, None)))
    model = SOLUTION.train_lenet(first, last, 0)
    moved = np.roll(test[0], 2, axis=2)
    known, known_moved = (_right(model, images, test[1]) for images in (test[0], moved))
    assert known >= 0.96
    assert 2 / 3 < known_moved / known < 5 / 6
    keras.utils.set_random_seed(0)
    linear = keras.Sequential([keras.Input((28, 28, 1)), LAYERS.Flatten(), LAYERS.Dense(10, activation="softmax")])
    linear.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    linear.fit(*first, epochs=10, batch_size=64, verbose=0)
    assert _right(linear, moved, test[1]) < min(0.75, known_moved - 0.05)


def _right(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> float:
    """The share of right answers."""
    return float(np.mean(model.predict(images, verbose=0).argmax(axis=1) == labels))
