"""`check.parameters`, `output_shape`, `layers`: on stand-ins, and (slowly) on Keras' own models."""

from __future__ import annotations

import pytest

from convkit import check, quiet
from convkit.check import CheckFailed


class Layer:
    def __init__(self, count=0, **attributes):
        self.name = type(self).__name__.lower()
        self.count = count
        self.__dict__.update(attributes)

    def count_params(self):
        return self.count


class InputLayer(Layer): ...


class Conv2D(Layer): ...


class Dense(Layer): ...


class Model:
    def __init__(self, *layers, output_shape=(None, 10)):
        self.layers = list(layers)
        self.output_shape = output_shape

    def count_params(self):
        return sum(layer.count for layer in self.layers)


def tanh(x):
    return x


def model():
    return Model(
        InputLayer(),
        Conv2D(156, filters=6, kernel_size=(5, 5), activation=tanh, use_bias=True),
        Dense(850, units=10, use_bias=True),
    )


SPECIFICATION = [("Conv2D", {"filters": 6, "kernel_size": (5, 5), "activation": "tanh"}), ("Dense", {"units": 10})]


def failure_of(check_, *arguments, **options) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        check_(*arguments, **options)
    return caught.value


def test_a_right_model_passes():
    check.parameters(model(), 1006)
    check.output_shape(model(), (None, 10))
    check.layers(model(), SPECIFICATION)


def test_another_number_of_parameters_shows_the_table_and_the_known_reason():
    failure = failure_of(check.parameters, model(), 1_016, mistakes={"The biases are missing.": 1006})
    assert failure.hint == "The biases are missing."
    assert failure.expected == "1,016"
    assert "conv2d      Conv2D      156\n" in failure.got
    assert "too few" in failure_of(check.parameters, model(), 1_016).hint
    with pytest.raises(ValueError):
        check.parameters(model(), 1006, mistakes={"Equal.": 1006})


def test_layers_without_bias_are_recognised():
    bare = Model(Conv2D(150, filters=6, use_bias=False), Dense(840, units=10, use_bias=False))
    assert "use_bias" in failure_of(check.parameters, bare, 1006).hint


def test_another_output_shape():
    failure = failure_of(check.output_shape, model(), (None, 5), mistakes={"One too many.": (None, 10)})
    assert failure.hint == "One too many."
    check.output_shape(Model(output_shape=[(None, 3), (None, 4)]), [(None, 3), (None, 4)])
    failure_of(check.output_shape, Model(output_shape=[(None, 3), (None, 4)]), [(None, 3), (None, 5)])
    failure_of(check.output_shape, Model(output_shape=(None, 3)), [(None, 3), (None, 5)])


def test_a_missing_layer_is_not_overlooked():
    assert "too few layers" in failure_of(check.layers, Model(*model().layers[:2]), SPECIFICATION).headline
    assert "too many layers" in failure_of(check.layers, model(), SPECIFICATION[:1]).headline
    assert "place 1" in failure_of(check.layers, model(), [("Dense", {}), ("Dense", {})]).headline


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("filters", 7),
        ("filters", True),
        ("kernel_size", (3, 3)),
        ("activation", "relu"),
        ("nothing", 1),
        ("filters", None),
    ],
)
def test_another_attribute_of_a_layer(attribute, value):
    failure = failure_of(check.layers, model(), [("Conv2D", {attribute: value}), ("Dense", {})])
    assert f"another `{attribute}` in layer 1" in failure.headline
    assert str(value) not in failure.headline.replace("layer 1", "")


def test_a_known_mistake_in_the_layers_is_named():
    mistakes = {"6 filters belong here.": [("Conv2D", {"filters": 6}), ("Dense", {})]}
    wanted = [("Conv2D", {"filters": 8}), ("Dense", {})]
    assert failure_of(check.layers, model(), wanted, mistakes=mistakes).hint == next(iter(mistakes))


class Weird:
    def __getattr__(self, name):
        raise RuntimeError(name)


class Unbuilt(Model):
    def count_params(self):
        raise ValueError("not built")


@pytest.mark.parametrize("value", [None, 3, "model", print, Weird(), object()], ids=lambda value: type(value).__name__)
def test_what_is_no_model_is_refused(value):
    for call, expected in ((check.parameters, 3), (check.output_shape, (None, 3)), (check.layers, SPECIFICATION)):
        assert failure_of(call, value, expected).headline.startswith("The model is ")


def test_a_model_that_is_not_built_says_what_to_do():
    assert "keras.Input" in failure_of(check.parameters, Unbuilt(), 3).hint


@pytest.mark.slow
def test_models_of_keras():
    with quiet.startup():
        import keras
    layers = keras.layers
    built = [
        keras.Input((28, 28, 1)),
        layers.Conv2D(6, 5, activation="tanh", padding="same"),
        layers.AveragePooling2D(2),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ]
    wanted = [
        ("Conv2D", {"filters": 6, "kernel_size": (5, 5), "activation": "tanh", "padding": "same", "use_bias": True}),
        ("AveragePooling2D", {"pool_size": (2, 2), "strides": (2, 2)}),
        ("Flatten", {}),
        ("Dense", {"units": 10, "activation": "softmax", "kernel_initializer": "GlorotUniform"}),
    ]
    sequential = keras.Sequential(built)
    tensor = built[0]
    for layer in sequential.layers:
        tensor = layer(tensor)
    functional = keras.Model(built[0], [tensor, tensor])
    for one in (sequential, functional):
        check.parameters(one, 156 + 11_770)
        check.layers(one, wanted)
    check.output_shape(sequential, (None, 10))
    check.output_shape(functional, [(None, 10), (None, 10)])
    check.shape(tensor, (None, 10))
    assert "symbolic" in failure_of(check.close, tensor, 1.0).headline
    for tensor_like in (keras.ops.ones((2, 3)), keras.Variable(keras.ops.ones((2, 3)))):
        check.close(tensor_like, [[1, 1, 1]] * 2)
        check.shape(tensor_like, (2, 3))
        check.dtype(tensor_like, "float32")
    check.close([keras.ops.ones(3), keras.ops.ones(3)], [[1, 1, 1]] * 2)
    check.close(keras.ops.cast([0.5, 2], "bfloat16"), [0.5, 2])
    unbuilt = keras.Sequential([layers.Dense(3)])
    for call, expected in ((check.parameters, 3), (check.output_shape, (None, 3))):
        assert "keras.Input" in failure_of(call, unbuilt, expected).hint
