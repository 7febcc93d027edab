"""Keras models cross whole as copies, and only if they are made of Keras' own parts."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pair import Pair

from autograder.rooms import model_config, models
from autograder.rooms.tester import Outcome
from autograder.rooms.wire import NotPlain, WireError, decode, encode

keras = pytest.importorskip("keras")
layers = keras.layers
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation", "ignore:The object being serialized"),
    pytest.mark.xdist_group("models"),  # they share one pair of rooms, which import Keras
]


def crossed(value: object, sender: list[object] | None = None, receiver: list[object] | None = None) -> Any:
    return decode(b"".join(encode(value, given=sender or [])), given=receiver or [])


def outputs(model: Any, x: np.ndarray) -> list[np.ndarray]:
    results = model(x, training=False)
    results = results if isinstance(results, list | tuple) else [results]
    return [keras.ops.convert_to_numpy(result) for result in results]


def assert_same_model(copy: Any, model: Any, x: np.ndarray) -> None:
    assert type(copy) is type(model)
    assert copy.name == model.name
    assert [layer.name for layer in copy.layers] == [layer.name for layer in model.layers]
    assert copy.count_params() == model.count_params()
    assert len(copy.trainable_weights) == len(model.trainable_weights)
    for one, other in zip(copy.variables, model.variables, strict=True):
        assert np.array_equal(keras.ops.convert_to_numpy(one), keras.ops.convert_to_numpy(other))
    for one, other in zip(outputs(copy, x), outputs(model, x), strict=True):
        assert np.array_equal(one, other)


def lenet() -> Any:
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(6, 5, padding="same", activation="tanh", name="c1"),
            layers.AveragePooling2D(2),
            layers.Conv2D(16, 5, activation=keras.activations.tanh),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(120, activation="tanh"),
            layers.Dense(84, activation="tanh", kernel_regularizer=keras.regularizers.L2(1e-4)),
            layers.Dense(10, activation="softmax"),
        ]
    )


def localizer() -> Any:
    x = inputs = keras.Input((16, 16, 3))
    x = keras.ops.relu(layers.Conv2D(4, 3)(x / 127.5 - 1.0))
    x = layers.BatchNormalization()(keras.ops.mean(x[:, 1:, :-1], axis=(1, 2)))
    label = layers.Dense(3, activation="softmax", name="label")(x)
    box = layers.Dense(4, activation="sigmoid", name="box")(x)
    return keras.Model(inputs, [label, box], name="localizer")


def finetune(base: Any, trainable_layers: int) -> Any:
    base.trainable = True
    for layer in base.layers[: len(base.layers) - trainable_layers]:
        layer.trainable = False
    x = inputs = keras.Input((32, 32, 3))
    x = layers.RandomFlip("horizontal", seed=1)(x)
    x = keras.applications.mobilenet.preprocess_input(x)
    x = layers.GlobalMaxPooling2D()(base(x, training=False))
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(layers.Dropout(0.5)(x)))
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def small_base() -> Any:
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(4, 3, strides=2),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.DepthwiseConv2D(3),
            layers.BatchNormalization(),
        ],
        name="base",
    )


def images(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(0, 255, shape).astype("float32")


@pytest.mark.slow
def test_a_trained_and_compiled_lenet_crosses_and_can_be_trained_further() -> None:
    model = lenet()
    model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = images(16, 28, 28, 1) / 255, np.arange(16) % 10
    model.fit(x, y, epochs=2, verbose=0)
    copy = crossed(model)
    assert_same_model(copy, model, x)
    assert copy.count_params() == 61_706
    assert copy.layers[0].kernel_size == (5, 5) and copy.get_layer("c1").padding == "same"
    assert np.allclose(copy.predict(x, verbose=0), model.predict(x, verbose=0), atol=1e-6)
    assert np.allclose(copy.evaluate(x, y, verbose=0), model.evaluate(x, y, verbose=0), atol=1e-6)
    assert float(copy.optimizer.learning_rate) == pytest.approx(1e-3)
    copy.fit(x, y, epochs=1, verbose=0)
    assert not np.array_equal(copy.get_weights()[0], model.get_weights()[0])


def test_a_functional_model_with_two_heads_and_plain_operations_crosses() -> None:
    model = localizer()
    model.compile("sgd", {"label": "sparse_categorical_crossentropy", "box": keras.losses.MeanSquaredError()})
    x = images(4, 16, 16, 3)
    model.fit(x, {"label": np.arange(4) % 3, "box": np.zeros((4, 4))}, verbose=0)  # moves the statistics
    copy = crossed(model)
    assert_same_model(copy, model, x)
    assert copy.output_shape == [(None, 3), (None, 4)] or copy.output_shape == ((None, 3), (None, 4))
    assert copy.compiled and copy.compile_left_out == ""


def test_a_nested_base_keeps_flags_statistics_and_random_state() -> None:
    model = finetune(small_base(), 2)
    x = images(4, 32, 32, 3)
    copy = crossed(model)
    assert_same_model(copy, model, x)
    assert [layer.trainable for layer in copy.get_layer("base").layers] == [False, False, False, True, True]
    copy.fit(x, np.zeros(4), verbose=0)


@pytest.mark.slow
def test_a_mobilenet_inside_a_model_crosses() -> None:
    base = keras.applications.MobileNet(weights=None, alpha=0.25, input_shape=(96, 96, 3), include_top=False)
    inputs = keras.Input((96, 96, 3))
    model = keras.Model(inputs, layers.Dense(1)(layers.GlobalAveragePooling2D()(base(inputs))))
    assert_same_model(crossed(model), model, images(1, 96, 96, 3))


def test_a_model_that_is_not_built_crosses_unbuilt() -> None:
    copy = crossed(keras.Sequential([layers.Dense(3), layers.Dense(2)]))
    assert not copy.built
    assert copy(np.ones((1, 4))).shape == (1, 2)


def test_any_size_and_recurrent_models_cross() -> None:
    x = inputs = keras.Input((None, None, 3))
    x = layers.GlobalAveragePooling2D()(layers.SeparableConv2D(4, 3)(x))
    model = keras.Model(inputs, layers.Dense(2)(x))
    assert_same_model(crossed(model), model, images(2, 9, 7, 3))
    text = keras.Sequential([keras.Input((5,)), layers.Embedding(10, 4), layers.Bidirectional(layers.LSTM(3))])
    assert_same_model(crossed(text), text, np.ones((2, 5)))


def test_a_frozen_model_arrives_frozen() -> None:
    model = small_base()
    model.trainable = False
    copy = crossed(model)
    assert copy.trainable_weights == [] and not any(layer.trainable for layer in copy.layers)


def test_models_cross_inside_other_values() -> None:
    answer = crossed({"frozen": (0.5, small_base()), "scratch": (0.25, small_base())})
    assert answer["frozen"][0] == 0.5
    assert answer["scratch"][1].count_params() == small_base().count_params()


def test_a_loss_of_ones_own_is_left_out_and_said_so() -> None:
    def own_loss(true: Any, predicted: Any) -> Any:
        return keras.ops.mean(keras.ops.abs(true - predicted))

    model = small_base()
    model.compile("sgd", own_loss)
    copy = crossed(model)
    assert not copy.compiled
    assert "own_loss" in copy.compile_left_out
    assert_same_model(copy, model, images(2, 32, 32, 3))


# --- sharing


def test_a_given_model_inside_the_answer_is_that_model_on_the_other_side() -> None:
    theirs = small_base()
    base = crossed(theirs)
    model = finetune(base, 2)
    copy = crossed(model, sender=[3, base], receiver=[3, theirs])
    assert copy.get_layer("base") is theirs
    assert [layer.trainable for layer in theirs.layers] == [False, False, False, True, True]
    assert_same_model(copy, model, images(2, 32, 32, 3))
    copy.fit(images(2, 32, 32, 3), np.zeros(2), verbose=0)


def test_the_given_model_itself_comes_back_as_itself() -> None:
    theirs, base = small_base(), small_base()
    assert crossed((base, base), sender=[base], receiver=[theirs]) == (theirs, theirs)


def test_layers_taken_from_a_given_model_are_shared_and_copied_ones_are_not() -> None:
    theirs = small_base()
    given = crossed(theirs)
    sharing = keras.Sequential([keras.Input((32, 32, 3)), *given.layers[:3], layers.GlobalMaxPooling2D()])
    copy = crossed(sharing, sender=[given], receiver=[theirs])
    assert copy.layers[0] is theirs.layers[0]
    assert_same_model(copy, sharing, images(2, 32, 32, 3))
    fresh = keras.models.clone_model(given)
    fresh.set_weights(given.get_weights())
    assert crossed(fresh, sender=[given], receiver=[theirs]).layers[0] is not theirs.layers[0]


def test_tensors_and_variables_arrive_as_arrays_or_as_tensors() -> None:
    for value in (keras.ops.arange(3.0), keras.Variable([0.0, 1.0, 2.0])):
        got = crossed([value])[0]
        assert type(got) is np.ndarray and got.dtype == np.float32 and got.tolist() == [0, 1, 2]
        tensor = decode(b"".join(encode(value)), as_tensors=True)
        assert keras.ops.is_tensor(tensor) and keras.ops.convert_to_numpy(tensor).tolist() == [0, 1, 2]


# --- what does not cross


class OwnModel(keras.Model):
    def call(self, x: Any) -> Any:
        return x


class OwnSequential(keras.Sequential):
    pass


class OwnLayer(layers.Layer):
    def call(self, x: Any) -> Any:
        return x


class OwnDense(layers.Dense):
    pass


def own_activation(x: Any) -> Any:
    return x


def around(layer: Any, *shape: int) -> Any:
    return keras.Sequential([keras.Input(shape or (4,)), layer])


def with_initializer() -> Any:
    return around(layers.Dense(2, kernel_initializer=lambda shape, dtype=None: keras.ops.ones(shape, dtype)))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (OwnModel, "own class 'OwnModel'"),
        (OwnSequential, "own class 'OwnSequential'"),
        (lambda: around(OwnLayer()), "OwnLayer"),
        (lambda: around(OwnDense(2)), "OwnDense"),
        (lambda: around(layers.Lambda(lambda x: x)), "Lambda"),
        (lambda: around(layers.Dense(2, activation=own_activation)), "own_activation"),
        (lambda: around(layers.TimeDistributed(OwnDense(2)), 3, 4), "OwnDense"),
        (with_initializer, "lambda"),
        (lambda: keras.Input((3,)), "has no values"),
    ],
)
def test_what_is_not_keras_own_is_refused_with_a_sentence(make: Callable[[], object], said: str) -> None:
    with pytest.raises(NotPlain, match=said):
        encode(make())


def parts_of(model: Any) -> dict[str, Any]:
    return models.to_plain(model)


def with_config(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    parts = parts_of(around(layers.Dense(2, name="d")))
    config = json.loads(parts["config"])
    change(config)
    return parts | {"config": json.dumps(config)}


def dense(config: dict[str, Any]) -> dict[str, Any]:
    return config["config"]["layers"][1]


def set_to(path: str, value: object) -> Callable[[dict[str, Any]], object]:
    """A change of the dense layer's entry; the path's parts are joined by dots."""

    def change(config: dict[str, Any]) -> None:
        node = dense(config)
        *way, last = path.split(".")
        for name in way:
            node = node[name]
        node[last] = value

    return change


EVIL = {"module": "os", "class_name": "system", "config": {"command": "true"}, "registered_name": None}
EVIL_FUNCTION = {"module": "os", "class_name": "function", "config": "system", "registered_name": "function"}
LAMBDA = {"class_name": "__lambda__", "config": {"value": ["4wA=", None, None]}}
BUILT_IN = {"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "function"}


@pytest.mark.parametrize(
    "change",
    [
        set_to("module", "os"),
        set_to("module", "builtins"),
        set_to("module", None),
        set_to("module", "keras.saving"),
        set_to("module", "keras.src.utils.file_utils"),
        set_to("class_name", "Lambda"),
        set_to("class_name", "TFSMLayer"),
        set_to("class_name", "TorchModuleWrapper"),
        set_to("class_name", "StringLookup"),
        set_to("class_name", "NoSuchLayer"),
        set_to("class_name", "__init__"),
        set_to("class_name", 3),
        set_to("class_name", "deserialize"),
        set_to("registered_name", "my_package>Dense"),
        set_to("config", "text"),
        set_to("config.activation", EVIL),
        set_to("config.activation", EVIL_FUNCTION),
        set_to("config.activation", LAMBDA),
        set_to("config.activation", BUILT_IN),
        set_to("config.activation", "no_such_activation"),
        set_to("config.kernel_initializer", EVIL),
        set_to("config.kernel_initializer.class_name", "deserialize"),
        set_to("config.kernel_initializer.module", "keras.saving"),
        set_to("config.dtype.module", "os"),
        set_to("config.units", 10**30),
        set_to("config.units", 10**12),
        set_to("config.units", "many"),
        set_to("config.units", -1),
        set_to("config.units", 3),
        set_to("config.no_such_setting", 1),
        set_to("compile_config", {"optimizer": EVIL}),
        set_to("build_config", {"input_shape": [None, 10**12]}),
        lambda config: dense(config).pop("module"),
        lambda config: dense(config).pop("config"),
        lambda config: config.update(class_name="Dense", module="keras.layers"),
        lambda config: config.update(config={}),
        lambda config: config.update(config=[]),
        lambda config: config["config"].update(layers=[]),
        lambda config: config["config"].update(layers=[dense(config)] * 3),
    ],
)
def test_tampered_configurations_are_refused(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(WireError):
        models.from_plain(with_config(change))


@pytest.mark.parametrize(
    "change",
    [
        {"config": "not json"},
        {"config": "[" * 100_000},
        {"config": "[1]"},
        {"config": "{}"},
        {"config": "x" * (model_config.MAX_CONFIG_BYTES + 1)},
        {"config": 3},
        {"compile": json.dumps({"optimizer": EVIL})},
        {"compile": json.dumps({"optimizer": "adam", "loss": EVIL_FUNCTION})},
        {"compile": json.dumps({"optimizer": "no_such_optimizer"})},
        {"compile": json.dumps({"no_such_argument": 1})},
        {"values": []},
        {"values": [np.zeros((4, 2)), np.zeros(2)]},
        {"values": [np.zeros((4, 3), "float32"), np.zeros(2, "float32")]},
        {"values": [np.array(["a"]), np.zeros(2, "float32")]},
        {"values": [1, 2]},
        {"trainable": b""},
        {"trainable": b"\1" * 50},
        {"shared": [(0, 0, 0)]},
        {"shared": [1]},
        {"shared": [(-1, -1, -1)]},
        {"surplus": 1},
        {"fetch": len},
        {"fetch": 3},
        {"fetch": lambda index, start, stop: np.zeros(3, np.uint8), "values": [], "config": "{}"},
    ],
    ids=lambda change: "-".join(change),
)
def test_tampered_parts_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        models.from_plain(parts_of(around(layers.Dense(2))) | change)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 2**40)
    | st.text(max_size=5)
    | st.sampled_from(["keras.layers", "Dense"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["class_name", "config", "module"]), inner)
    ),
    max_leaves=5,
)


@given(st.data())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damaged_configurations_only_ever_raise_wire_errors(data: Any) -> None:
    def change(config: dict[str, Any]) -> None:
        node: Any = config
        while True:
            keys = sorted(node) if isinstance(node, dict) else list(range(len(node)))
            key = data.draw(st.sampled_from(keys))
            if not isinstance(node[key], dict | list) or not node[key] or data.draw(st.integers(0, 4)) == 0:
                node[key] = data.draw(json_values)
                return
            node = node[key]

    with contextlib.suppress(WireError):
        models.from_plain(with_config(change))


@pytest.mark.parametrize(
    "answer", [None, np.zeros(3, np.uint8), np.zeros(32), np.zeros((32, 1), np.uint8), b"x" * 32], ids=str
)
def test_weights_that_come_later_must_fit_as_well(answer: object) -> None:
    late = {"fetch": lambda index, start, stop: answer, "values": []}
    model = models.from_plain(parts_of(around(layers.Dense(2))) | late)
    assert model.count_params() == 10
    with pytest.raises(WireError, match="do not fit"):
        model.get_weights()


def test_a_model_that_announces_too_many_weights_is_refused() -> None:
    content = with_config(set_to("config.units", 200_000_000)) | {"fetch": len, "values": []}
    with pytest.raises(WireError, match="too large"):
        models.from_plain(content)


def test_a_shared_layer_must_be_of_the_same_kind_and_name() -> None:
    parts = parts_of(around(layers.Dense(2, name="d")))
    for other in (around(layers.Flatten(name="d")), around(layers.Dense(2, name="e"))):
        with pytest.raises(WireError):
            models.from_plain(parts | {"shared": [(0, 0, 2)]}, given=[other])


def test_no_memory_is_taken_on_the_word_of_a_configuration() -> None:
    psutil = pytest.importorskip("psutil")
    before = psutil.Process().memory_info().rss
    with pytest.raises(WireError, match="do not fit"):
        models.from_plain(with_config(set_to("config.units", 200_000_000)))
    assert psutil.Process().memory_info().rss - before < 100 * 1024**2


def test_refusals_leave_keras_usable() -> None:
    with pytest.raises(WireError):
        models.from_plain(with_config(set_to("config.units", 3)))
    model = lenet()
    assert_same_model(crossed(model), model, images(1, 28, 28, 1))


# --- through both rooms


NOTEBOOK = """
import keras
from keras import layers

def build():
    return keras.Sequential([keras.Input((4,)), layers.Dense(3, name="d")])

def describe(model):
    return [(layer.name, layer.output.shape[1:], layer.count_params()) for layer in model.layers]

def freeze(model):
    model.trainable = False

def fill(model):
    model.set_weights([0 * w + 1 for w in model.get_weights()])

def cut(model):
    model.pop()

def wrap(model):
    model.trainable = False
    x = inputs = keras.Input((4,))
    return keras.Model(inputs, layers.Dense(1)(model(x)))

class Own(keras.Model):
    def call(self, x):
        return x

def own():
    return Own()

def squared_error(true, predicted):
    return keras.ops.mean((true - predicted) ** 2)

def is_tensor(x):
    return keras.ops.is_tensor(x)

def wide():
    return keras.Sequential([keras.Input((3000,)), layers.Dense(3000, name="wide"), layers.Dense(2)])

def total(model):
    return sum(float(w.sum(dtype="float64")) for w in model.get_weights())

kept = []
def keep_wide():
    kept.append(wide())
    return kept[-1]

def total_kept():
    return total(kept[-1])

def history():
    model = build()
    model.compile("sgd", "mse")
    import numpy as np
    return model, model.fit(np.ones((2, 4)), np.ones((2, 3)), verbose=0)
"""


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with Pair(NOTEBOOK) as both:
        prepared = both.tester.run("import numpy as np\nimport keras\nfrom keras import layers\nx = np.ones((2, 4))")
        assert prepared.ok, prepared
        yield both


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "source"),
    [
        ("build", "m = build(); assert isinstance(m, keras.Sequential) and m.count_params() == 15"),
        ("build", "m = build(); assert m(x).shape == (2, 3) and m.predict(x, verbose=0).shape == (2, 3)"),
        ("build describe", "assert describe(build()) == [('d', (3,), 15)]"),
        ("build freeze", "m = build(); assert freeze(m) is None and m.trainable_weights == []"),
        ("build fill", "m = build(); fill(m); assert (m.get_weights()[0] == 1).all()"),
        ("build wrap", "m = build(); w = wrap(m); assert m in w.layers and not m.layers[0].trainable"),
        ("squared_error", "loss = squared_error(x, 0 * x); assert float(loss) == 1 and isinstance(loss, np.ndarray)"),
        ("is_tensor", "assert not is_tensor(x) and is_tensor(keras.ops.convert_to_tensor(x))"),
        ("history", "m, h = history(); assert len(h.history['loss']) == 1 and m.compiled"),
    ],
)
def test_models_in_a_test_read_as_in_one_kernel(pair: Pair, names: str, source: str) -> None:
    outcome = pair.test(source, names)
    assert outcome.outcome is Outcome.PASSED, outcome


LARGE = "assert m.unfetched_weights.is_done is {}\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "source"),
    [
        ("wide", "m = wide(); assert m.count_params() == 9_009_002\n" + LARGE.format(False)),
        ("keep_wide total_kept", "m = keep_wide(); ours = sum(float(w.sum(dtype='float64')) for w in m.get_weights())\n"
            "assert ours == total_kept() != 0\n" + LARGE.format(True)),
        ("keep_wide total total_kept", "m = keep_wide(); assert total(m) == total_kept() != 0\n" + LARGE.format(False)),
        ("keep_wide total total_kept", "m = keep_wide(); m.get_weights(); assert total(m) == total_kept() != 0"),
        ("wide", "m = wide(); assert m(np.ones((2, 3000))).shape == (2, 2)\n" + LARGE.format(True)),
        ("wide", "m = wide(); assert m.predict(np.ones((2, 3000)), verbose=0).any()\n" + LARGE.format(True)),
        ("wide", "m = wide(); m.compile('sgd', 'mse'); m.fit(np.ones((2, 3000)), np.ones((2, 2)), verbose=0)"),
        ("wide total", "m = wide(); m.set_weights([0 * w for w in m.get_weights()]); assert total(m) == 0"),
        ("wide", "m = wide(); m.layers[1].bias.assign(np.ones(2)); assert m.get_weights()[3].sum() == 2"),
        ("wide total", "m = wide(); m.layers[1].bias.assign(np.ones(2)); m.layers[1].bias.assign(np.zeros(2))"),
        ("wide", "n = keras.Sequential([keras.Input((3000,)), *wide().layers]); n(np.ones((1, 3000)))"),
        ("total", "m = keras.Sequential([keras.Input((3000,)), layers.Dense(3000)])\n"
            "assert total(m) == float(m.get_weights()[0].sum(dtype='float64'))"),
        ("freeze", "m = keras.Sequential([keras.Input((3000,)), layers.Dense(3000)])\n"
            "freeze(m); assert m.trainable_weights == []"),
    ],
)  # fmt: skip
def test_weights_of_large_models_cross_when_they_are_read(pair: Pair, names: str, source: str) -> None:
    outcome = pair.test(source, names)
    assert outcome.outcome is Outcome.PASSED, outcome


@pytest.mark.slow
def test_weights_of_a_large_model_can_be_read_in_a_later_test(pair: Pair) -> None:
    first = pair.test("later = keep_wide()", "keep_wide")
    assert first.outcome is Outcome.PASSED, first
    ours = "sum(float(w.sum(dtype='float64')) for w in later.get_weights())"
    second = pair.test(f"assert {ours} == total_kept()", "total_kept")
    assert second.outcome is Outcome.PASSED, second


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "source", "message"),
    [
        ("own", "own()", "own class 'Own'"),
        ("build cut", "m = build(); cut(m)", "changed the layers of the model that it was given"),
    ],
)
def test_models_that_cannot_cross_end_the_test_with_a_sentence(
    pair: Pair, names: str, source: str, message: str
) -> None:
    outcome = pair.test(source, names)
    assert outcome.outcome is Outcome.REFUSED
    assert message in outcome.message
