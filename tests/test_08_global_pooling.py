"""The reference of 08 against Keras' own layers, gradients and counting by hand; what the prose claims."""

from __future__ import annotations

import os
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from places import Reference

os.environ.setdefault("CONVKIT_SOURCE", "sample")
Array = np.ndarray[Any, Any]

pytestmark = pytest.mark.xdist_group("08_global_pooling")
SOLUTION = Reference("08_global_pooling")
modes = st.sampled_from(["max", "average"])
shapes = st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(1, 6), st.integers(1, 4))
maps = shapes.flatmap(lambda shape: arrays(np.float64, shape, elements=st.floats(-100, 100)))


@pytest.fixture(scope="module")
def keras() -> ModuleType:
    import keras

    return keras


@given(maps, modes)
def test_global_pool_looks_at_each_map_by_itself(x: Array, mode: str) -> None:
    pooled = SOLUTION.global_pool(x, mode)
    assert pooled.shape == (x.shape[0], x.shape[3])
    for n, c in np.ndindex(pooled.shape):
        numbers = x[n, :, :, c].ravel().tolist()
        expected = max(numbers) if mode == "max" else sum(numbers) / len(numbers)
        assert pooled[n, c] == pytest.approx(expected, abs=1e-9)


@given(maps, modes, st.integers(-5, 5), st.integers(-5, 5))
def test_global_pool_does_not_notice_a_move(x: Array, mode: str, down: int, right: int) -> None:
    moved = np.roll(x, (down, right), axis=(1, 2))
    np.testing.assert_allclose(SOLUTION.global_pool(moved, mode), SOLUTION.global_pool(x, mode), atol=1e-9)


@settings(deadline=None, max_examples=30)
@given(maps, modes)
def test_global_pool_is_keras_global_pooling(keras: ModuleType, x: Array, mode: str) -> None:
    layer = {"max": keras.layers.GlobalMaxPooling2D, "average": keras.layers.GlobalAveragePooling2D}[mode]()
    np.testing.assert_allclose(SOLUTION.global_pool(x, mode), np.asarray(layer(x)), rtol=1e-4, atol=1e-4)


def random_net(keras: ModuleType, seed: int, classes: int = 3) -> Any:
    rng = np.random.default_rng(seed)
    layers = keras.layers
    height, width, channels = (int(n) for n in rng.integers((6, 6, 1), (12, 12, 4)))
    net = keras.Sequential(
        [
            keras.Input((height, width, channels)),
            layers.Conv2D(int(rng.integers(2, 6)), (2, 3), strides=int(rng.integers(1, 3)), activation="relu"),
            layers.BatchNormalization(),
            layers.Conv2D(int(rng.integers(2, 6)), (2, 1), activation="tanh"),
            layers.Flatten(),
            layers.Dense(classes, activation="softmax"),
        ]
    )
    net.set_weights(
        [rng.uniform(0.1, 1, w.shape) * rng.choice([-1, 1], w.shape[-1:]) for w in net.get_weights()[:2]]
        + [rng.uniform(0.5, 1, w.shape) for w in net.get_weights()[2:6]]
        + [rng.normal(size=w.shape) for w in net.get_weights()[6:]]
    )
    return net


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("mode", ["max", "average"])
def test_swap_head_pools_the_very_maps_that_were_flattened(keras: ModuleType, seed: int, mode: str) -> None:
    net = random_net(keras, seed)
    before = net.get_weights()
    swapped = SOLUTION.swap_head(net, mode)
    pictures = np.random.default_rng(seed).normal(size=(2, *net.input_shape[1:]))
    flat = np.asarray(keras.Model(net.inputs[0], net.layers[2].output)(pictures))
    pooled = np.asarray(keras.Model(swapped.inputs[0], swapped.layers[3].output)(pictures))
    np.testing.assert_allclose(pooled, flat.max(axis=(1, 2)) if mode == "max" else flat.mean(axis=(1, 2)), rtol=1e-4)
    places = flat.shape[1] * flat.shape[2]
    kernels = [model.layers[-1].get_weights()[0] for model in (net, swapped)]
    assert kernels[0].size == places * kernels[1].size  # the factor that the prose names
    swapped.set_weights([np.zeros_like(w) for w in swapped.get_weights()])
    assert all(np.array_equal(old, now) for old, now in zip(before, net.get_weights(), strict=True))


@pytest.mark.parametrize("seed", range(4))
def test_the_mean_of_a_class_activation_map_and_the_bias_are_the_logit(keras: ModuleType, seed: int) -> None:
    net = SOLUTION.swap_head(random_net(keras, seed), "average")
    net.layers[-1].set_weights([np.random.default_rng(seed + 9).normal(size=w.shape) for w in net.get_weights()[-2:]])
    image = np.random.default_rng(seed).normal(size=net.input_shape[1:]).astype("float32")
    cams = np.stack([SOLUTION.class_activation_map(net, image, index) for index in range(3)])
    logits = cams.mean(axis=(1, 2)) + net.get_weights()[-1]
    expected = np.asarray(net(image[None]))[0]
    np.testing.assert_allclose(np.exp(logits) / np.exp(logits).sum(), expected, rtol=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_a_class_activation_map_is_gradient_times_maps(keras: ModuleType, seed: int) -> None:
    """∂ logit / ∂ map, times the number of places, is the class's weight: automatic differentiation finds the CAM."""
    import tensorflow as tf

    net = SOLUTION.swap_head(random_net(keras, seed), "average")
    image = np.random.default_rng(seed).normal(size=net.input_shape[1:]).astype("float32")
    features = keras.Model(net.inputs[0], net.layers[-2].input)(image[None])
    kernel, bias = net.layers[-1].get_weights()
    with tf.GradientTape() as tape:
        tape.watch(features)
        logit = (tf.reduce_mean(features, axis=(1, 2)) @ kernel + bias)[0, 1]
    slopes = np.asarray(tape.gradient(logit, features))[0]
    wanted = (np.asarray(features)[0] * slopes).sum(axis=-1) * slopes.shape[0] * slopes.shape[1]
    np.testing.assert_allclose(SOLUTION.class_activation_map(net, image, 1), wanted, rtol=1e-3, atol=1e-5)


@settings(deadline=None, max_examples=15)
@given(st.integers(8, 70), st.integers(8, 70), st.integers(2, 12))
def test_any_size_goes_in_and_one_shape_comes_out(height: int, width: int, classes: int) -> None:
    probabilities = np.asarray(SOLUTION.build_any_size(classes)(np.ones((2, height, width, 3))))
    assert probabilities.shape == (2, classes)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-4)


def seen_by_one_place(stack: list[Any]) -> int:
    """The receptive field: it grows by (kernel − 1) times the product of the strides so far."""
    field, step = 1, 1
    for layer in stack:
        kernel = getattr(layer, "kernel_size", getattr(layer, "pool_size", (1, 1)))[0]
        field += (kernel - 1) * step
        step *= getattr(layer, "strides", (1, 1))[0]
    return field


def test_the_trained_weights_of_the_pooling_net_fit_a_net_of_any_size(keras: ModuleType) -> None:
    flattening = keras.Sequential(
        [keras.Input((32, 32, 3)), *SOLUTION.base(), keras.layers.Flatten(), keras.layers.Dense(10)]
    )
    pooling, large = SOLUTION.swap_head(flattening, "average"), SOLUTION.build_any_size(10)
    assert [w.shape for w in pooling.get_weights()] == [w.shape for w in large.get_weights()]
    assert pooling.layers[-2].input.shape[1:3] == (8, 8)  # "8×8 places, each of its own 4×4 pixels"
    assert seen_by_one_place(SOLUTION.base()) == 34  # pixels in a row
    assert flattening.count_params() == 86_194
    assert pooling.count_params() == 55_954


def lecture_net(keras: ModuleType) -> Any:
    """Lecture E's net for CIFAR-10 (its Figure 9)."""
    layers = keras.layers
    stack = [
        *(layers.Conv2D(32, 3, activation="relu", name=f"conv{number}") for number in (1, 2)),
        layers.MaxPooling2D(),
        *(layers.Conv2D(64, 3, activation="relu", name=f"conv{number}") for number in (3, 4)),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu", name="conv5"),
        layers.Flatten(),
        layers.Dense(1024, activation="relu", name="dense"),
        layers.Dense(10, activation="softmax"),
    ]
    return keras.Sequential([keras.Input((32, 32, 3)), *stack])


def test_lecture_e_s_numbers(keras: ModuleType) -> None:
    net = lecture_net(keras)
    shares = SOLUTION.parameter_share(net)
    assert net.count_params() == 703_594
    assert [layer.count_params() for layer in net.layers if layer.count_params()] == [
        896, 9248, 18_496, 36_928, 36_928, 590_848, 10_250,
    ]  # fmt: skip
    assert round(100 * shares["dense"]) == 84
    assert round(100 * sum(shares[f"conv{number}"] for number in range(1, 6))) == 15
    assert SOLUTION.swap_head(net, "max").count_params() == 179_306
    assert SOLUTION.swap_head(net, "max").get_layer("dense").count_params() == 66_560
    assert 589_824 / (64 * 1024) == 9
    assert (7 * 7 * 512 * 4096, 512 * 4096) == (102_760_448, 2_097_152)
    mobilenet_head = keras.Sequential(
        [keras.Input((5, 5, 1024)), keras.layers.Flatten(), keras.layers.Dense(256), keras.layers.Dense(1)]
    )
    assert mobilenet_head.count_params() == 6_554_113
    assert SOLUTION.swap_head(mobilenet_head, "max").count_params() == 262_657


@pytest.mark.parametrize("bad", [np.zeros((2, 3, 4)), np.zeros((1, 2, 3, 4, 5)), np.zeros(3)])
def test_global_pool_refuses_other_axes_with_a_sentence(bad: Array) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        SOLUTION.global_pool(bad, "max")


def test_unknown_modes_heads_and_classes_are_refused_with_a_sentence(keras: ModuleType) -> None:
    pooled = SOLUTION.swap_head(lecture_net(keras), "average")
    any_size = SOLUTION.build_any_size(4)
    picture = np.zeros((32, 32, 3))
    for call in (
        lambda: SOLUTION.global_pool(np.zeros((1, 2, 2, 1)), "sum"),
        lambda: SOLUTION.swap_head(lecture_net(keras), "mean"),
        lambda: SOLUTION.swap_head(pooled, "max"),
        lambda: SOLUTION.class_activation_map(pooled, picture, 0),
        lambda: SOLUTION.class_activation_map(lecture_net(keras), picture, 0),
        lambda: SOLUTION.class_activation_map(any_size, picture[None], 0),
        lambda: SOLUTION.class_activation_map(any_size, picture, 4),
        lambda: SOLUTION.class_activation_map(any_size, picture, -1),
        lambda: SOLUTION.build_any_size(0),
        lambda: SOLUTION.parameter_share(keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten()])),
    ):
        with pytest.raises(ValueError, match=r"\w+ \w+"):
            call()


def behind_the_maps(net: Any) -> list[Any]:
    """The layers from the last Flatten or global pooling on."""
    kinds = [type(layer).__name__ for layer in net.layers]
    last = max(i for i, kind in enumerate(kinds) if kind == "Flatten" or kind.startswith("Global"))
    return net.layers[last:]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "first", "parameters", "percent"),
    [
        ("VGG16", "Flatten", 138_357_544, 89),
        ("InceptionV3", "GlobalAveragePooling2D", 23_851_784, 9),
        ("ResNet50", "GlobalAveragePooling2D", 25_636_712, 8),
        ("MobileNet", "GlobalAveragePooling2D", 4_253_864, 24),
    ],
)
def test_the_table_of_networks(keras: ModuleType, name: str, first: str, parameters: int, percent: int) -> None:
    net = getattr(keras.applications, name)(weights=None)
    head = behind_the_maps(net)
    assert type(head[0]).__name__ == first
    assert net.count_params() == parameters
    shares = SOLUTION.parameter_share(net)
    assert round(100 * sum(shares[layer.name] for layer in head)) == percent
    if name != "VGG16":
        assert sum(layer.count_params() > 0 for layer in head) == 1
    if name == "ResNet50":  # "your class_activation_map works on it as it is"
        assert SOLUTION.class_activation_map(net, np.zeros((224, 224, 3)), 5).shape == (7, 7)


def test_googlenet_from_its_published_table() -> None:
    """6,998,552 parameters, of which the one dense layer has 15 %; a twentieth of VGG16's."""
    table = [  # (in, 1×1, 3×3 reduce, 3×3, 5×5 reduce, 5×5, pool projection), Szegedy et al. 2014
        (192, 64, 96, 128, 16, 32, 32), (256, 128, 128, 192, 32, 96, 64), (480, 192, 96, 208, 16, 48, 64),
        (512, 160, 112, 224, 24, 64, 64), (512, 128, 128, 256, 24, 64, 64), (512, 112, 144, 288, 32, 64, 64),
        (528, 256, 160, 320, 32, 128, 128), (832, 256, 160, 320, 32, 128, 128), (832, 384, 192, 384, 48, 128, 128),
    ]  # fmt: skip
    total = (49 * 3 + 1) * 64 + (64 + 1) * 64 + (9 * 64 + 1) * 192 + 1025 * 1000
    for into, one, reduce3, three, reduce5, five, pool in table:
        total += (into + 1) * (one + reduce3 + reduce5 + pool) + (9 * reduce3 + 1) * three + (25 * reduce5 + 1) * five
    assert total == 6_998_552
    assert round(100 * 1025 * 1000 / total) == 15
    assert round(138_357_544 / total) == 20
