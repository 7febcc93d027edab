"""Typical wrong answers to 05, each complete and plausible, with the hint that its failing check must show.

A function takes the place of the student's; everything else in the notebook is the reference, which is where
`keras`, `vgg_block`, `new_net`, `recipe` and `learning_rates` come from.
"""

import numpy as np

from autograder.misconceptions import misconception

# --- stacked_vs_single -------------------------------------------------------------------------------------


def _channels(channels):
    if channels < 1:
        raise ValueError("there must be at least 1 channel")
    return channels


@misconception("stacked_vs_single", hint="biases are missing")
def no_biases(channels):
    c = _channels(channels)
    return 27 * c * c, 49 * c * c


@misconception("stacked_vs_single", hint="One bias a layer is not enough")
def one_bias_a_layer(channels):
    c = _channels(channels)
    return 27 * c * c + 3, 49 * c * c + 1


@misconception("stacked_vs_single", hint="Only the last of the three layers")
def biases_of_one_layer(channels):
    c = _channels(channels)
    return 27 * c * c + c, 49 * c * c + c


@misconception("stacked_vs_single", hint="stacked are three")
def one_small_layer(channels):
    c = _channels(channels)
    return c * (9 * c + 1), c * (49 * c + 1)


@misconception("stacked_vs_single", hint="two layers of 3×3")
def two_small_layers(channels):
    c = _channels(channels)
    return 2 * c * (9 * c + 1), c * (49 * c + 1)


@misconception("stacked_vs_single", hint="through all channels")
def kernels_of_one_channel(channels):
    c = _channels(channels)
    return 3 * c * (9 + 1), c * (49 + 1)


@misconception("stacked_vs_single", hint="not k")
def kernel_not_squared(channels):
    c = _channels(channels)
    return 3 * c * (3 * c + 1), c * (7 * c + 1)


@misconception("stacked_vs_single", hint="swapped")
def single_before_stacked(channels):
    c = _channels(channels)
    return 49 * c * c + c, 27 * c * c + 3 * c


@misconception("stacked_vs_single", hint="when there are 0 channels")
def no_channels_accepted(channels):
    return 27 * channels**2 + 3 * channels, 49 * channels**2 + channels


# --- receptive_field ---------------------------------------------------------------------------------------


def _checked(layers):
    for kernel, stride in layers:
        if kernel < 1 or stride < 1:
            raise ValueError("kernel and stride must be at least 1")
    return layers


@misconception("receptive_field", hint="strides have no effect")
def strides_ignored(layers):
    return 1 + sum(kernel - 1 for kernel, _ in _checked(layers))


@misconception("receptive_field", hint="first r, then j")
def jump_before_the_field(layers):
    field, jump = 1, 1
    for kernel, stride in _checked(layers):
        jump *= stride
        field += (kernel - 1) * jump
    return field


@misconception("receptive_field", hint="Only the last stride")
def jump_overwritten(layers):
    field, jump = 1, 1
    for kernel, stride in _checked(layers):
        field += (kernel - 1) * jump
        jump = stride
    return field


@misconception("receptive_field", hint="not k")
def kernels_added_whole(layers):
    field, jump = 1, 1
    for kernel, stride in _checked(layers):
        field += kernel * jump
        jump *= stride
    return field


@misconception("receptive_field", hint="multiplied")
def product_of_kernels(layers):
    return int(np.prod([kernel for kernel, _ in _checked(layers)], dtype=int))


@misconception("receptive_field", hint="from the output to the input")
def the_wrong_way_round(layers):
    """r ← s · r + (k − s) is right if one begins with the last layer."""
    field = 1
    for kernel, stride in _checked(layers):
        field = (field - 1) * stride + kernel
    return field


@misconception("receptive_field", hint="an area")
def area_of_the_field(layers):
    field, jump = 1, 1
    for kernel, stride in _checked(layers):
        field += (kernel - 1) * jump
        jump *= stride
    return field**2


@misconception("receptive_field", hint="one pixel, r = 1")
def begins_with_nothing(layers):
    field, jump = 0, 1
    for kernel, stride in _checked(layers):
        field += (kernel - 1) * jump
        jump *= stride
    return field


@misconception("receptive_field", hint="strides were added")
def jumps_added(layers):
    field, jump = 1, 1
    for kernel, stride in _checked(layers):
        field += (kernel - 1) * jump
        jump += stride
    return field


@misconception("receptive_field", hint="last layer is missing")
def last_layer_forgotten(layers):
    field, jump = 1, 1
    for kernel, stride in _checked(layers)[:-1]:
        field += (kernel - 1) * jump
        jump *= stride
    return field


@misconception("receptive_field", hint="the jumps")
def the_jump_returned(layers):
    jump = 1
    for _, stride in _checked(layers):
        jump *= stride
    return jump


@misconception("receptive_field", hint="a stride is 0")
def stride_zero_accepted(layers):
    field, jump = 1, 1
    for kernel, stride in layers:
        if kernel < 1:
            raise ValueError("kernel must be at least 1")
        field += (kernel - 1) * jump
        jump *= stride
    return field


# --- vgg_block ---------------------------------------------------------------------------------------------


def _convolutions(filters, convs, **options):
    if filters < 1 or convs < 1:
        raise ValueError("a block needs filters and convolutions")
    options = {"padding": "same", "activation": "relu"} | options
    size = options.pop("size", 3)
    return [keras.layers.Conv2D(filters, size, **options) for _ in range(convs)]


def _pool(size=2, **options):
    return keras.layers.MaxPooling2D(size, **options)


@misconception("vgg_block", hint="pools after each convolution")
def pool_after_each(filters, convs):
    return keras.Sequential([layer for one in _convolutions(filters, convs) for layer in (one, _pool())])


@misconception("vgg_block", hint="whatever `convs` says")
def one_convolution(filters, convs):
    return keras.Sequential([_convolutions(filters, convs)[0], _pool()])


@misconception("vgg_block", hint="pooling is missing")
def no_pooling(filters, convs):
    return keras.Sequential(_convolutions(filters, convs))


@misconception("vgg_block", hint="5×5")
def large_kernels(filters, convs):
    return keras.Sequential([*_convolutions(filters, convs, size=5), _pool()])


@misconception("vgg_block", hint="two rows and two columns")
def padding_valid(filters, convs):
    return keras.Sequential([*_convolutions(filters, convs, padding="valid"), _pool()])


@misconception("vgg_block", hint="no activation")
def no_activation(filters, convs):
    return keras.Sequential([*_convolutions(filters, convs, activation=None), _pool()])


@misconception("vgg_block", hint="only the last convolution has")
def one_activation(filters, convs):
    plain = _convolutions(filters, convs, activation=None)[1:]
    return keras.Sequential([*plain, *_convolutions(filters, 1), _pool()])


@misconception("vgg_block", hint="one layer several times")
def one_layer_object_used_again(filters, convs):
    """[layer] * convs is the same layer several times."""
    return keras.Sequential(_convolutions(filters, convs)[:1] * convs + [_pool()])


@misconception("vgg_block", hint="doubles inside the block")
def filters_double_inside(filters, convs):
    return keras.Sequential([*(_convolutions(filters * 2**i, convs)[0] for i in range(convs)), _pool()])


@misconception("vgg_block", hint="not halved")
def pooling_with_stride_one(filters, convs):
    return keras.Sequential([*_convolutions(filters, convs), _pool(strides=1)])


@misconception("vgg_block", hint="windows of the pooling are 3×3")
def overlapping_pooling(filters, convs):
    """AlexNet's."""
    return keras.Sequential([*_convolutions(filters, convs), _pool(3, strides=2)])


@misconception("vgg_block", hint="takes means")
def average_pooling(filters, convs):
    return keras.Sequential([*_convolutions(filters, convs), keras.layers.AveragePooling2D(2)])


@misconception("vgg_block", hint="stride 2, and there is no pooling")
def strided_convolution(filters, convs):
    strided = _convolutions(filters, 1, strides=2)
    return keras.Sequential([*_convolutions(filters, convs)[1:], *strided])


@misconception("vgg_block", hint="pooling is padded")
def padded_pooling(filters, convs):
    return keras.Sequential([*_convolutions(filters, convs), _pool(padding="same")])


@misconception("vgg_block", hint="list of layers")
def a_list_of_layers(filters, convs):
    return [*_convolutions(filters, convs), _pool()]


@misconception("vgg_block", hint="filters and convs were exchanged")
def arguments_exchanged(filters, convs):
    return keras.Sequential([*_convolutions(convs, filters), _pool()])


@misconception("vgg_block", hint="when convs is 0")
def empty_block_accepted(filters, convs):
    return keras.Sequential([*_convolutions(filters, max(convs, 1))[:convs], _pool()])


# --- build_vgg ---------------------------------------------------------------------------------------------


def _require(blocks, dense, input_shape, classes):
    if not blocks or min([*dense, classes]) < 1 or min(input_shape[:2]) < 2 ** len(blocks):
        raise ValueError("bad arguments")


def _net(blocks, dense, input_shape, classes, end=None, flat=None, hidden="relu", last="softmax", bias=True):
    """The reference, but for what is given: `end` in place of the blocks, `flat` of Flatten, …"""
    _require(blocks, dense, input_shape, classes)
    return keras.Sequential(
        [
            keras.Input(input_shape),
            *(end if end is not None else [vgg_block(*block) for block in blocks]),
            *([keras.layers.Flatten()] if flat is None else flat),
            *(keras.layers.Dense(units, activation=hidden, use_bias=bias) for units in dense),
            keras.layers.Dense(classes, activation=last, use_bias=bias),
        ]
    )


@misconception("build_vgg", hint="have the filters of the first one")
def filters_of_the_first_block(blocks, dense, input_shape, classes):
    blocks = [(blocks[0][0], convs) for _, convs in blocks] if blocks else []
    return _net(blocks, dense, input_shape, classes)


@misconception("build_vgg", hint="has one convolution, whatever")
def one_convolution_a_block(blocks, dense, input_shape, classes):
    return _net([(filters, min(convs, 1)) for filters, convs in blocks], dense, input_shape, classes)


@misconception("build_vgg", hint="last block does not pool")
def last_block_without_pool(blocks, dense, input_shape, classes):
    _require(blocks, dense, input_shape, classes)
    made = [vgg_block(*block) for block in blocks]
    return _net(blocks, dense, input_shape, classes, [*made[:-1], keras.Sequential(made[-1].layers[:-1])])


@misconception("build_vgg", hint="Flatten is missing")
def not_flattened(blocks, dense, input_shape, classes):
    return _net(blocks, dense, input_shape, classes, flat=[])


@misconception("build_vgg", hint="pooled globally")
def global_pooling(blocks, dense, input_shape, classes):
    return _net(blocks, dense, input_shape, classes, flat=[keras.layers.GlobalAveragePooling2D()])


@misconception("build_vgg", hint="has no softmax")
def logits(blocks, dense, input_shape, classes):
    return _net(blocks, dense, input_shape, classes, last=None)


@misconception("build_vgg", hint="last layer has ReLU")
def relu_at_the_end(blocks, dense, input_shape, classes):
    return _net(blocks, dense, input_shape, classes, last="relu")


@misconception("build_vgg", hint="dense layers have no ReLU")
def dense_without_relu(blocks, dense, input_shape, classes):
    return _net(blocks, dense, input_shape, classes, hidden=None)


@misconception("build_vgg", hint="dense layers have no bias")
def dense_without_bias(blocks, dense, input_shape, classes):
    return _net(blocks, dense, input_shape, classes, bias=False)


@misconception("build_vgg", hint="hidden dense layers are missing")
def no_hidden_layers(blocks, dense, input_shape, classes):
    _require(blocks, dense, input_shape, classes)
    return _net(blocks, [], input_shape, classes)


@misconception("build_vgg", hint="Only the first hidden dense layer")
def one_hidden_layer(blocks, dense, input_shape, classes):
    _require(blocks, dense, input_shape, classes)
    return _net(blocks, dense[:1], input_shape, classes)


@misconception("build_vgg", hint="1000 units")
def always_a_thousand_classes(blocks, dense, input_shape, classes):
    _require(blocks, dense, input_shape, classes)
    return _net(blocks, dense, input_shape, 1000)


@misconception("build_vgg", hint="with `classes` units, is missing")
def last_layer_missing(blocks, dense, input_shape, classes):
    _require(blocks, dense, input_shape, classes)
    return keras.Sequential(_net(blocks, dense, input_shape, classes).layers[:-1])


@misconception("build_vgg", hint="taken for square")
def square_pictures(blocks, dense, input_shape, classes):
    _require(blocks, dense, input_shape, classes)
    return _net(blocks, dense, (input_shape[0], input_shape[0], input_shape[2]), classes)


@misconception("build_vgg", hint="Dropout was not asked for")
def dropout_as_in_the_paper(blocks, dense, input_shape, classes):
    _require(blocks, dense, input_shape, classes)
    *front, last = _net(blocks, dense, input_shape, classes).layers
    hidden = [part for layer in front[-len(dense) :] for part in (layer, keras.layers.Dropout(0.5))] if dense else []
    return keras.Sequential([keras.Input(input_shape), *front[: len(front) - len(dense)], *hidden, last])


@misconception("build_vgg", hint="when there is no block")
def no_block_accepted(blocks, dense, input_shape, classes):
    """The dense layers alone."""
    _require(blocks or [(1, 1)], dense, input_shape, classes)
    return keras.Sequential(
        [
            keras.Input(input_shape),
            *(vgg_block(*block) for block in blocks),
            keras.layers.Flatten(),
            *(keras.layers.Dense(units, activation="relu") for units in dense),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )


@misconception("build_vgg", hint="reverse order")
def dense_layers_reversed(blocks, dense, input_shape, classes):
    return _net(blocks, dense[::-1], input_shape, classes)


# --- model_macs --------------------------------------------------------------------------------------------


def _layers(model):
    """All layers that have weights, of models inside as well."""
    if None in model.input_shape[1:]:
        raise ValueError("the size of the pictures is not known")
    parts = [_layers(layer) if isinstance(layer, keras.Model) else [layer] for layer in model.layers]
    return [layer for part in parts for layer in part if layer.weights]


def _is_conv(layer):
    return isinstance(layer, keras.layers.Conv2D)


def _places(shape):
    return int(np.prod(shape[1:-1], dtype=int))


def _size(layer):
    return int(np.prod(layer.kernel.shape, dtype=int))


def _macs(layer):
    return _places(layer.output.shape) * _size(layer)


@misconception("model_macs", hint="each place of its input")
def places_of_the_input(model):
    return sum(_places(layer.input.shape) * _size(layer) for layer in _layers(model))


@misconception("model_macs", hint="These are the parameters")
def parameters_for_macs(model):
    _layers(model)
    return model.count_params()


@misconception("model_macs", hint="weights of one place")
def one_place(model):
    return sum(_size(layer) for layer in _layers(model))


@misconception("model_macs", hint="biases were counted")
def biases_counted(model):
    return sum(_macs(layer) + _places(layer.output.shape) * layer.output.shape[-1] for layer in _layers(model))


@misconception("model_macs", hint="dense layer is missing")
def convolutions_alone(model):
    return sum(_macs(layer) for layer in _layers(model) if _is_conv(layer))


@misconception("model_macs", hint="inside the model were not counted")
def nested_models_forgotten(model):
    known = _layers(model)
    return sum(_macs(layer) for layer in model.layers if layer in known)


@misconception("model_macs", hint="not models in those")
def one_level_deep(model):
    _layers(model)
    first = [layer for part in model.layers for layer in (part.layers if isinstance(part, keras.Model) else [part])]
    return sum(_macs(layer) for layer in first if layer.weights and not isinstance(layer, keras.Model))


@misconception("model_macs", hint="channels that come in")
def input_channels_forgotten(model):
    return sum(_macs(layer) // (layer.kernel.shape[2] if _is_conv(layer) else 1) for layer in _layers(model))


@misconception("model_macs", hint="channels that come out")
def filters_forgotten(model):
    return sum(_macs(layer) // (layer.filters if _is_conv(layer) else 1) for layer in _layers(model))


@misconception("model_macs", hint="nine places")
def kernel_width_alone(model):
    return sum(_macs(layer) // (layer.kernel_size[0] if _is_conv(layer) else 1) for layer in _layers(model))


@misconception("model_macs", hint="Additions were counted")
def operations_for_macs(model):
    return 2 * sum(_macs(layer) for layer in _layers(model))


@misconception("model_macs", hint="taken for square")
def places_taken_for_square(model):
    """Right for the square pictures of VGG16."""
    return sum((layer.output.shape[1] ** 2 if _is_conv(layer) else 1) * _size(layer) for layer in _layers(model))


@misconception("model_macs", hint="pictures of any size")
def any_size_accepted(model):
    """None counts as one place."""
    if None in model.input_shape[1:]:
        return sum(_size(layer) for layer in model.layers if layer.weights)
    return sum(_macs(layer) for layer in _layers(model))


# --- train_vgg ---------------------------------------------------------------------------------------------


def _parts(flip=True, scale=True):
    flips = [keras.layers.RandomFlip(recipe["flip"])]
    return [
        keras.Input((32, 32, 3)),
        *(flips if flip else []),
        *([keras.layers.Rescaling(1 / 127.5, offset=-1)] if scale else []),
    ]


def _fit(model, images, labels, epochs=None, loss="sparse_categorical_crossentropy", rate=None):
    if len(images) != len(labels):
        raise ValueError("as many labels as pictures are needed")
    epochs = epochs or recipe["epochs"]
    steps = epochs * -(-len(images) // recipe["batch_size"])
    model.compile(keras.optimizers.Adam(rate or learning_rates(steps)), loss)
    model.fit(images, labels, recipe["batch_size"], epochs, verbose=0)
    return model


def _in_small(images, epochs=None):
    """Epochs for a mistake that shows in the small trainings of the last check: the large one is then cut short."""
    return 1 if len(images) >= 500 else epochs


@misconception("train_vgg", hint="learned nothing")
def never_trained(train, validation, seed):
    keras.utils.set_random_seed(seed)
    return keras.Sequential([*_parts(), new_net()])


@misconception("train_vgg", hint="learned nothing")
def labels_of_other_pictures(train, validation, seed):
    """Pictures shuffled, labels not."""
    keras.utils.set_random_seed(seed)
    order = np.random.default_rng(seed).permutation(len(train[0]))
    return _fit(keras.Sequential([*_parts(), new_net()]), train[0][order], train[1], epochs=2)


@misconception("train_vgg", hint="too high")
def learning_rate_far_too_high(train, validation, seed):
    keras.utils.set_random_seed(seed)
    return _fit(keras.Sequential([*_parts(), new_net()]), *train, epochs=2, rate=1.0)


@misconception("train_vgg", hint="scaling must be a layer of the model")
def scaled_outside_of_the_model(train, validation, seed):
    keras.utils.set_random_seed(seed)
    return _fit(keras.Sequential([*_parts(scale=False), new_net()]), train[0] / 255.0, train[1], epochs=2)


@misconception("train_vgg", hint="learned from the validation part")
def trained_on_the_validation_part(train, validation, seed):
    """Then its accuracy on validation pictures says nothing."""
    keras.utils.set_random_seed(seed)
    if len(train[0]) != len(train[1]):
        raise ValueError("as many labels as pictures are needed")
    return _fit(keras.Sequential([*_parts(), new_net()]), *validation, _in_small(validation[0], 15))


@misconception("train_vgg", hint="learned from the validation part")
def validation_pictures_added(train, validation, seed):
    keras.utils.set_random_seed(seed)
    images, labels = (np.concatenate(pair) for pair in zip(train, validation, strict=True))
    if len(train[0]) != len(train[1]):
        raise ValueError("as many labels as pictures are needed")
    return _fit(keras.Sequential([*_parts(), new_net()]), images, labels, _in_small(images))


@misconception("train_vgg", hint="overfits")
def no_augmentation(train, validation, seed):
    keras.utils.set_random_seed(seed)
    return _fit(keras.Sequential([*_parts(flip=False), new_net()]), train[0][:800], train[1][:800], 20)


@misconception("train_vgg", hint="not enough")
def one_epoch(train, validation, seed):
    keras.utils.set_random_seed(seed)
    return _fit(keras.Sequential([*_parts(), new_net()]), *train, epochs=1)


@misconception("train_vgg", hint="same seed")
def seed_not_set(train, validation, seed):
    return _fit(keras.Sequential([*_parts(), new_net()]), *train, _in_small(train[0]))


@misconception("train_vgg", hint="never answers")
def half_of_the_classes(train, validation, seed):
    """The first pictures of a sorted data set."""
    keras.utils.set_random_seed(seed)
    if len(train[0]) != len(train[1]):
        raise ValueError("as many labels as pictures are needed")
    order = np.argsort(train[1], kind="stable")[: len(train[0]) * 6 // 10]
    return _fit(keras.Sequential([*_parts(), new_net()]), train[0][order], train[1][order], epochs=4)


@misconception("train_vgg", hint="counted from 1")
def labels_count_from_one(train, validation, seed):
    keras.utils.set_random_seed(seed)
    return _fit(keras.Sequential([*_parts(), new_net()]), train[0], (train[1] + 1) % 10, epochs=4)


@misconception("train_vgg", hint="changes its arguments")
def pictures_flipped_in_place(train, validation, seed):
    keras.utils.set_random_seed(seed)
    images, labels = train
    images[::2] = images[::2, :, ::-1]
    return _fit(keras.Sequential([*_parts(), new_net()]), images, labels, _in_small(images))
