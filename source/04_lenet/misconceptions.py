"""Typical wrong answers to 04, each complete and plausible, with the hint that its failing check must show.

A function takes the place of the student's; everything else in the notebook is the reference, which is where
`build_lenet` comes from. Those of `train_lenet` train for real, though as briefly as the mistake allows.
"""

import numpy as np

from autograder.misconceptions import misconception

# --- prepare_digits ----------------------------------------------------------------------------------------


def _refuse(images, labels):
    """What the reference refuses."""
    if np.asarray(images).dtype != np.uint8 or np.ndim(images) != 3 or np.shape(labels) != np.shape(images)[:1]:
        raise ValueError("bad arguments")


@misconception("prepare_digits", hint="still 0 to 255")
def not_scaled(images, labels):
    _refuse(images, labels)
    return images[..., None].astype("float32"), labels.astype("int64")


@misconception("prepare_digits", hint="axis of the channels is missing")
def no_channel_axis(images, labels):
    _refuse(images, labels)
    return images.astype("float32") / 255, labels.astype("int64")


@misconception("prepare_digits", hint="channels come last")
def channels_first(images, labels):
    _refuse(images, labels)
    return images[:, None].astype("float32") / 255, labels.astype("int64")


@misconception("prepare_digits", hint="one vector")
def flattened(images, labels):
    """As for a dense network."""
    _refuse(images, labels)
    return images.reshape(len(images), -1).astype("float32") / 255, labels.astype("int64")


@misconception("prepare_digits", hint="largest grey value")
def divided_by_256(images, labels):
    _refuse(images, labels)
    return images[..., None].astype("float32") / 256, labels.astype("int64")


@misconception("prepare_digits", hint="whole division")
def divided_in_whole_numbers(images, labels):
    _refuse(images, labels)
    return (images[..., None] // 255).astype("float32"), labels.astype("int64")


@misconception("prepare_digits", hint="not −1 to 1")
def from_minus_one_to_one(images, labels):
    _refuse(images, labels)
    return images[..., None].astype("float32") / 127.5 - 1, labels.astype("int64")


@misconception("prepare_digits", hint="its own maximum")
def each_by_its_own_maximum(images, labels):
    _refuse(images, labels)
    pictures = images[..., None].astype("float32")
    return pictures / np.maximum(pictures.max(axis=(1, 2, 3), keepdims=True), 1), labels.astype("int64")


@misconception("prepare_digits", hint="largest value among them")
def by_the_largest_of_all(images, labels):
    _refuse(images, labels)
    return images[..., None].astype("float32") / images.max(), labels.astype("int64")


@misconception("prepare_digits", hint="one-hot")
def one_hot_labels(images, labels):
    _refuse(images, labels)
    return images[..., None].astype("float32") / 255, np.eye(10, dtype="int64")[labels]


@misconception("prepare_digits", hint="wrong dtype")
def doubles(images, labels):
    _refuse(images, labels)
    return images[..., None] / 255, labels.astype("int64")


@misconception("prepare_digits", hint="wrong dtype")
def labels_left_as_bytes(images, labels):
    _refuse(images, labels)
    return images[..., None].astype("float32") / 255, labels.copy()


@misconception("prepare_digits", hint="Look at the arguments first")
def nothing_refused(images, labels):
    return images[..., None].astype("float32") / 255, labels.astype("int64")


@misconception("prepare_digits", hint="pictures and labels")
def labels_forgotten(images, labels):
    _refuse(images, labels)
    return images[..., None].astype("float32") / 255


# --- build_lenet -------------------------------------------------------------------------------------------

LOSS = "sparse_categorical_crossentropy"


def _lenet(*layers, loss=LOSS):
    model = keras.Sequential([keras.Input((28, 28, 1)), *layers])
    model.compile("adam", loss, metrics=["accuracy"])
    return model


def _base(activation, pool=None, first="same", second="valid", size=5, kernels=(6, 16), bias=True):
    """C1 to S4."""
    layers, pool = keras.layers, pool or keras.layers.AveragePooling2D
    options = {"activation": activation, "use_bias": bias}
    return [
        layers.Conv2D(kernels[0], size, padding=first, **options),
        pool(2),
        layers.Conv2D(kernels[1], size, padding=second, **options),
        pool(2),
    ]


def _head(activation, last="softmax", bias=True):
    """The dense layers."""
    layers = keras.layers
    return [
        layers.Dense(120, activation=activation, use_bias=bias),
        layers.Dense(84, activation=activation, use_bias=bias),
        layers.Dense(10, activation=last, use_bias=bias),
    ]


@misconception("build_lenet", hint="C1 has no padding")
def valid_on_28(activation="tanh"):
    return _lenet(*_base(activation, first="valid"), keras.layers.Flatten(), *_head(activation))


@misconception("build_lenet", hint="C3 is padded as well")
def both_same(activation="tanh"):
    return _lenet(*_base(activation, second="same"), keras.layers.Flatten(), *_head(activation))


@misconception("build_lenet", hint="3×3 instead of 5×5")
def kernels_of_three(activation="tanh"):
    return _lenet(*_base(activation, size=3), keras.layers.Flatten(), *_head(activation))


@misconception("build_lenet", hint="biases are missing")
def without_biases(activation="tanh"):
    return _lenet(*_base(activation, bias=False), keras.layers.Flatten(), *_head(activation, bias=False))


@misconception("build_lenet", hint="numbers of kernels are swapped")
def kernels_swapped(activation="tanh"):
    return _lenet(*_base(activation, kernels=(16, 6)), keras.layers.Flatten(), *_head(activation))


@misconception("build_lenet", hint="not flattened")
def not_flattened(activation="tanh"):
    return _lenet(*_base(activation), *_head(activation))


@misconception("build_lenet", hint="of 84 units, is missing")
def one_dense_layer_less(activation="tanh"):
    first, _, last = _head(activation)
    return _lenet(*_base(activation), keras.layers.Flatten(), first, last)


@misconception("build_lenet", hint="pooling moves on by one")
def pooling_with_stride_one(activation="tanh"):
    def pool(size):
        return keras.layers.AveragePooling2D(size, strides=1)

    return _lenet(*_base(activation, pool), keras.layers.Flatten(), *_head(activation))


@misconception("build_lenet", hint="mean of each window, not the maximum")
def max_pooling(activation="tanh"):
    return _lenet(*_base(activation, keras.layers.MaxPooling2D), keras.layers.Flatten(), *_head(activation))


@misconception("build_lenet", hint="C5 as a convolution")
def c5_as_a_convolution(activation="tanh"):
    layers, (_, *rest) = keras.layers, _head(activation)
    return _lenet(*_base(activation), layers.Conv2D(120, 5, activation=activation), layers.Flatten(), *rest)


@misconception("build_lenet", hint="stands behind the pooling")
def activation_after_pooling(activation="tanh"):
    layers = keras.layers
    return _lenet(
        layers.Conv2D(6, 5, padding="same"),
        layers.AveragePooling2D(2),
        layers.Activation(activation),
        layers.Conv2D(16, 5),
        layers.AveragePooling2D(2),
        layers.Activation(activation),
        layers.Flatten(),
        *_head(activation),
    )


@misconception("build_lenet", hint="has no effect")
def always_tanh(activation="tanh"):
    return _lenet(*_base("tanh"), keras.layers.Flatten(), *_head("tanh"))


@misconception("build_lenet", hint="tanh, as in 1998")
def relu_by_default(activation="relu"):
    return _lenet(*_base(activation), keras.layers.Flatten(), *_head(activation))


@misconception("build_lenet", hint="convolutions lack their activation")
def convolutions_without_activation(activation="tanh"):
    return _lenet(*_base(None), keras.layers.Flatten(), *_head(activation))


@misconception("build_lenet", hint="has no softmax")
def logits_with_a_loss_for_probabilities(activation="tanh"):
    return _lenet(*_base(activation), keras.layers.Flatten(), *_head(activation, last=None))


@misconception("build_lenet", hint="sigmoid each")
def sigmoid_at_the_end(activation="tanh"):
    return _lenet(*_base(activation), keras.layers.Flatten(), *_head(activation, last="sigmoid"))


@misconception("build_lenet", hint="softmax twice")
def softmax_twice(activation="tanh"):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return _lenet(*_base(activation), keras.layers.Flatten(), *_head(activation), loss=loss)


@misconception("build_lenet", hint="one-hot labels")
def loss_for_one_hot_labels(activation="tanh"):
    loss = "categorical_crossentropy"
    return _lenet(*_base(activation), keras.layers.Flatten(), *_head(activation), loss=loss)


@misconception("build_lenet", hint="squared error")
def squared_error_as_in_1998(activation="tanh"):
    return _lenet(*_base(activation), keras.layers.Flatten(), *_head(activation), loss="mse")


@misconception("build_lenet", hint="not compiled")
def not_compiled(activation="tanh"):
    return keras.Sequential([keras.Input((28, 28, 1)), *_base(activation), keras.layers.Flatten(), *_head(activation)])


@misconception("build_lenet", hint="layers trainable")
def frozen(activation="tanh"):
    """`trainable = False` copied from a lesson on transfer learning."""
    model = keras.Sequential([keras.Input((28, 28, 1)), *_base(activation), keras.layers.Flatten(), *_head(activation)])
    model.trainable = False
    model.compile("adam", LOSS, metrics=["accuracy"])
    return model


@misconception("build_lenet", hint="Is the `return` missing")
def return_forgotten(activation="tanh"):
    _lenet(*_base(activation), keras.layers.Flatten(), *_head(activation))


# --- layer_table -------------------------------------------------------------------------------------------


def _output_shape(layer):
    return tuple(layer.output.shape[1:])


def _rows(model, convolution, dense, shape=_output_shape, name=lambda layer: layer.name, refuse=True):
    """The table, with these formulas."""
    table = []
    for layer in model.layers:
        parameters = 0
        if isinstance(layer, keras.layers.Conv2D):
            parameters = convolution(layer, *layer.kernel_size, layer.input.shape[-1], layer.filters)
        elif isinstance(layer, keras.layers.Dense):
            parameters = dense(layer, layer.input.shape[-1], layer.units)
        elif layer.weights and refuse:
            raise ValueError(f"no formula for {type(layer).__name__}")
        table.append((name(layer), shape(layer), parameters))
    return table


def _convolution(layer, rows, columns, inputs, filters):
    return (rows * columns * inputs + layer.use_bias) * filters


def _dense(layer, inputs, units):
    return (inputs + layer.use_bias) * units


@misconception("layer_table", hint="biases are missing")
def no_biases_counted(model):
    return _rows(model, lambda layer, kh, kw, c, f: kh * kw * c * f, lambda layer, n, m: n * m)


@misconception("layer_table", hint="One bias a layer")
def one_bias_a_layer(model):
    return _rows(
        model,
        lambda layer, kh, kw, c, f: kh * kw * c * f + layer.use_bias,
        lambda layer, n, m: n * m + layer.use_bias,
    )


@misconception("layer_table", hint="no biases: look at")
def always_with_biases(model):
    return _rows(model, lambda layer, kh, kw, c, f: (kh * kw * c + 1) * f, lambda layer, n, m: (n + 1) * m)


@misconception("layer_table", hint="one deep")
def kernels_one_deep(model):
    return _rows(model, lambda layer, kh, kw, c, f: (kh * kw + layer.use_bias) * f, _dense)


@misconception("layer_table", hint="not those that come out")
def depth_of_the_output(model):
    return _rows(model, lambda layer, kh, kw, c, f: (kh * kw * f + layer.use_bias) * f, _dense)


@misconception("layer_table", hint="2 rows and 4 columns")
def kernels_square(model):
    return _rows(model, lambda layer, kh, kw, c, f: (kh * kh * c + layer.use_bias) * f, _dense)


@misconception("layer_table", hint="do not multiply by its size")
def weights_for_every_place(model):
    def convolution(layer, *sizes):
        _, height, width, _ = layer.output.shape
        return height * width * _convolution(layer, *sizes)

    return _rows(model, convolution, _dense)


@misconception("layer_table", hint="batch axis")
def batch_axis_kept(model):
    return _rows(model, _convolution, _dense, shape=lambda layer: tuple(layer.output.shape))


@misconception("layer_table", hint="go *into* the layers")
def input_shapes(model):
    return _rows(model, _convolution, _dense, shape=lambda layer: tuple(layer.input.shape[1:]))


@misconception("layer_table", hint="list of names")
def kinds_for_names(model):
    return _rows(model, _convolution, _dense, name=lambda layer: type(layer).__name__)


@misconception("layer_table", hint="too few entries")
def only_layers_with_parameters(model):
    return [row for row in _rows(model, _convolution, _dense) if row[2]]


@misconception("layer_table", hint="Look at the arguments first")
def unknown_layers_count_nothing(model):
    return _rows(model, _convolution, _dense, refuse=False)


# --- train_lenet -------------------------------------------------------------------------------------------


def _fitted(images, labels, seed, epochs=15, batch_size=64, rate=0.003, **options):
    """As it should be, but for what is given."""
    keras.utils.set_random_seed(seed)
    model = build_lenet()
    model.compile(keras.optimizers.Adam(rate), LOSS, metrics=["accuracy"])
    model.fit(images, labels, epochs=epochs, batch_size=batch_size, verbose=0, **options)
    return model


def _in_small(images, epochs=15):
    """Epochs for a mistake that shows in the small trainings of the last check: the large one is then cut short."""
    return 1 if len(images) > 150 else epochs


@misconception("train_lenet", hint="no better than guessing")
def not_trained(train, validation, seed):
    """The model that is returned is not the one that was fitted."""
    _fitted(*train, seed, epochs=1)
    return build_lenet()


@misconception("train_lenet", hint="no better than guessing")
def shuffled_apart(train, validation, seed):
    rng = np.random.default_rng(seed)
    images, labels = (part[rng.permutation(len(part))] for part in train)
    return _fitted(images, labels, seed, epochs=4)


@misconception("train_lenet", hint="counted from 1")
def labels_from_one(train, validation, seed):
    """With ten as 0, so that ten outputs are enough."""
    return _fitted(train[0], (train[1] + 1) % 10, seed)


@misconception("train_lenet", hint="learning rate")
def learning_rate_too_high(train, validation, seed):
    return _fitted(*train, seed, rate=1.0, epochs=3)


@misconception("train_lenet", hint="more epochs")
def too_short(train, validation, seed):
    return _fitted(*train, seed, epochs=3, rate=0.001)


@misconception("train_lenet", hint="a leak")
def learned_from_validation_too(train, validation, seed):
    both = [np.concatenate(parts) for parts in zip(train, validation, strict=True)]
    return _fitted(*both, seed, _in_small(both[0]))


@misconception("train_lenet", hint="a leak")
def learned_from_validation_alone(train, validation, seed):
    return _fitted(*validation, seed, _in_small(validation[0], 40))


@misconception("train_lenet", hint="same network")
def seed_without_effect(train, validation, seed):
    return _fitted(*train, 0, _in_small(train[0]))


@misconception("train_lenet", hint="second network with seed 1")
def no_seed_at_all(train, validation, seed):
    return _fitted(*train, np.random.SeedSequence().entropy % 2**31, _in_small(train[0]))


@misconception("train_lenet", hint="object of type 'History'")
def history_returned(train, validation, seed):
    keras.utils.set_random_seed(seed)
    return build_lenet().fit(*train, epochs=1, verbose=0)


@misconception("train_lenet", hint="Is the `return` missing")
def trained_and_not_returned(train, validation, seed):
    _fitted(*train, seed, epochs=1)


@misconception("train_lenet", hint="percentage points are missing")
def by_heart(train, validation, seed):
    """One batch again and again."""
    return _fitted(train[0][:40], train[1][:40], seed, epochs=100)


# --- confusion_matrix --------------------------------------------------------------------------------------


def _counted(y_true, y_pred, classes):
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    both = np.concatenate([y_true, y_pred]) if y_true.shape == y_pred.shape else np.array([-1])
    if np.any((both < 0) | (both >= classes)):
        raise ValueError("bad arguments")
    return np.bincount(y_true * classes + y_pred, minlength=classes**2).reshape(classes, classes)


@misconception("confusion_matrix", hint="rows are the truth")
def transposed(y_true, y_pred, classes):
    return _counted(y_pred, y_true, classes)


@misconception("confusion_matrix", hint="adds 1 to each place only once")
def fancy_indices(y_true, y_pred, classes):
    matrix = 0 * _counted(y_true, y_pred, classes)
    matrix[y_true, y_pred] += 1
    return matrix


@misconception("confusion_matrix", hint="shares of each row")
def shares_of_rows(y_true, y_pred, classes):
    matrix = _counted(y_true, y_pred, classes)
    return matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)


@misconception("confusion_matrix", hint="shares of all")
def shares_of_all(y_true, y_pred, classes):
    return _counted(y_true, y_pred, classes) / max(len(y_true), 1)


@misconception("confusion_matrix", hint="all of them")
def only_classes_that_occur(y_true, y_pred, classes):
    matrix = _counted(y_true, y_pred, classes)
    occurring = np.unique(y_true)
    return matrix[np.ix_(occurring, occurring)]


@misconception("confusion_matrix", hint="size is the largest label")
def as_large_as_the_largest_label(y_true, y_pred, classes):
    size = int(max(np.max(y_true, initial=0), np.max(y_pred, initial=0))) + 1
    return _counted(y_true, y_pred, classes)[:size, :size]


@misconception("confusion_matrix", hint="Only right answers")
def only_right_ones(y_true, y_pred, classes):
    return np.diag(np.diag(_counted(y_true, y_pred, classes)))


@misconception("confusion_matrix", hint="Only wrong answers")
def only_wrong_ones(y_true, y_pred, classes):
    matrix = _counted(y_true, y_pred, classes)
    return matrix - np.diag(np.diag(matrix))


@misconception("confusion_matrix", hint="floats, not whole numbers")
def floats(y_true, y_pred, classes):
    return _counted(y_true, y_pred, classes).astype(float)


@misconception("confusion_matrix", hint="Look at the arguments first")
def negative_answers_wrap_round(y_true, y_pred, classes):
    if len(y_true) != len(y_pred) or max([*y_true, *y_pred], default=0) >= classes:
        raise ValueError("bad arguments")
    matrix = np.zeros((classes, classes), dtype=int)
    for truth, answer in zip(y_true, y_pred, strict=True):
        matrix[truth, answer] += 1
    return matrix


@misconception("confusion_matrix", hint="Look at the arguments first")
def surplus_ignored(y_true, y_pred, classes):
    """zip stops at the shorter of the two."""
    if any(not 0 <= label < classes for label in [*y_true, *y_pred]):
        raise ValueError("bad arguments")
    matrix = np.zeros((classes, classes), dtype=int)
    for truth, answer in zip(y_true, y_pred):  # noqa: B905
        matrix[truth, answer] += 1
    return matrix


# --- activations -------------------------------------------------------------------------------------------


def _outputs(model, image, training=False):
    if np.shape(image) != tuple(model.input_shape[1:]):
        raise ValueError("bad image")
    values, found = np.asarray(image, dtype="float32")[None], {}
    for layer in model.layers:
        values = layer(values, training=training) if isinstance(layer, keras.layers.Dropout) else layer(values)
        found[layer.name] = keras.ops.convert_to_numpy(values)
    return found


@misconception("activations", hint="batch axis is still in front")
def with_batch_axis(model, image):
    return _outputs(model, image)


@misconception("activations", hint="axis of the channels is gone")
def squeezed(model, image):
    return {name: np.squeeze(values) for name, values in _outputs(model, image).items()}


@misconception("activations", hint="a layer stands beside its input")
def inputs_instead(model, image):
    found, before = {}, np.asarray(image, dtype="float32")
    for name, values in _outputs(model, image).items():
        found[name], before = before, values[0]
    return found


@misconception("activations", hint="divided by 255")
def divided_again(model, image):
    return {name: values[0] for name, values in _outputs(model, np.asarray(image) / 255).items()}


@misconception("activations", hint="before the activation")
def before_the_activation(model, image):
    found, values = _outputs(model, image), np.asarray(image, dtype="float32")[None]
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            linear = keras.ops.conv(values, layer.kernel, strides=layer.strides, padding=layer.padding) + layer.bias
            found[layer.name] = keras.ops.convert_to_numpy(linear)
        values = layer(values)
    return {name: values[0] for name, values in found.items()}


@misconception("activations", hint="names of the layers, in their order")
def a_list(model, image):
    return [values[0] for values in _outputs(model, image).values()]


@misconception("activations", hint="names of the layers, in their order")
def numbered(model, image):
    return dict(enumerate(values[0] for values in _outputs(model, image).values()))


@misconception("activations", hint="names of the layers, in their order")
def only_convolutions(model, image):
    kinds = {layer.name: type(layer).__name__ for layer in model.layers}
    return {name: values[0] for name, values in _outputs(model, image).items() if "Conv" in kinds[name]}


@misconception("activations", hint='found["dropped"]')
def dropout_at_work(model, image):
    return {name: values[0] for name, values in _outputs(model, image, training=True).items()}


@misconception("activations", hint="Look at the arguments first")
def any_shape(model, image):
    image = np.asarray(image, dtype="float32").reshape(model.input_shape[1:])
    return {name: values[0] for name, values in _outputs(model, image).items()}
