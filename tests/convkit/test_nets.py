"""Networks as they are built at full scale: the same convolutions, with batch normalisation and dropout around them."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from convkit import nets


@pytest.fixture(scope="module")
def keras() -> ModuleType:
    from convkit import quiet

    with quiet.startup():
        import keras

    return keras


def plain(keras: ModuleType) -> object:
    layers = keras.layers
    block = keras.Sequential([layers.Conv2D(3, 3, padding="same", activation="relu"), layers.MaxPooling2D(2)])
    return keras.Sequential([keras.Input((6, 5, 2)), block, layers.Flatten(), layers.Dense(4, activation="relu"),
                             layers.Dense(2, activation="softmax")])  # fmt: skip


def kinds(model: object) -> list[str]:
    return [type(layer).__name__ for layer in model.layers]  # type: ignore[attr-defined]


def test_modern_puts_normalisation_before_each_relu_and_dropout_before_each_dense_layer(keras: ModuleType) -> None:
    model = nets.modern(plain(keras), 0.4)
    assert kinds(model) == [
        "Conv2D", "BatchNormalization", "ReLU", "MaxPooling2D", "Dropout", "Flatten", "Dropout", "Dense", "Dropout",
        "Dense",
    ]  # fmt: skip
    assert [layer.rate for layer in model.layers if type(layer).__name__ == "Dropout"] == [0.2, 0.4, 0.4]
    convolution, last = model.layers[0], model.layers[-1]
    assert (convolution.filters, convolution.kernel_size, convolution.padding) == (3, (3, 3), "same")
    assert not convolution.use_bias
    assert convolution.activation.__name__ == "linear"
    assert (last.units, last.activation.__name__, last.compute_dtype) == (2, "softmax", "float32")


def test_modern_takes_a_functional_model_as_well(keras: ModuleType) -> None:
    sequential = plain(keras)
    inputs = keras.Input((6, 5, 2))
    outputs = inputs
    for layer in sequential.layers:  # type: ignore[attr-defined]
        outputs = layer(outputs)
    assert kinds(nets.modern(keras.Model(inputs, outputs), 0.4)) == kinds(nets.modern(sequential, 0.4))


def test_modern_leaves_the_given_net_as_it_was_and_shares_nothing_with_it(keras: ModuleType) -> None:
    given = plain(keras)
    before = [weight.copy() for weight in given.get_weights()]  # type: ignore[attr-defined]
    model = nets.modern(given, 0.4)
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(np.ones((4, 6, 5, 2)), np.array([0, 1, 0, 1]), verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(before, given.get_weights(), strict=True))  # type: ignore[attr-defined]
    assert not {id(layer) for layer in model.layers} & {id(layer) for layer in given.layers}  # type: ignore[attr-defined]


def test_modern_answers_with_probabilities_and_the_same_twice(keras: ModuleType) -> None:
    model = nets.modern(plain(keras), 0.4)
    x = np.random.default_rng(0).normal(size=(3, 6, 5, 2))
    first, second = (keras.ops.convert_to_numpy(model(x)) for _ in range(2))
    assert first.sum(axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    assert np.array_equal(first, second)


def test_device_names_one_of_two() -> None:
    assert nets.device() in ("CPU", "GPU")
