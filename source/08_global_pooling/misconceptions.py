"""Typical wrong answers to 08, each complete and plausible, with the hint that its failing check must show.

A function takes the place of the student's; everything else in the notebook is the reference, which is where `keras`,
`layers`, `base`, `optimizer`, `EPOCHS` and `BATCH` come from.
"""

import numpy as np

from autograder.misconceptions import misconception

# --- parameter_share ---------------------------------------------------------------------------------------


def _total(model):
    if model.count_params() == 0:
        raise ValueError("the model has no parameters")
    return model.count_params()


@misconception("parameter_share", hint="in percent")
def in_percent(model):
    return {layer.name: 100 * layer.count_params() / _total(model) for layer in model.layers}


@misconception("parameter_share", hint="divide them by the number of all")
def counts_for_shares(model):
    _total(model)
    return {layer.name: layer.count_params() for layer in model.layers}


@misconception("parameter_share", hint="Layers without parameters are missing")
def only_layers_with_parameters(model):
    return {layer.name: layer.count_params() / _total(model) for layer in model.layers if layer.count_params()}


@misconception("parameter_share", hint="kinds of the layers")
def keyed_by_kind(model):
    return {type(layer).__name__: layer.count_params() / _total(model) for layer in model.layers}


@misconception("parameter_share", hint="Frozen weights were left out")
def trainable_alone(model):
    counts = {layer.name: sum(int(np.prod(w.shape)) for w in layer.trainable_weights) for layer in model.layers}
    _total(model)
    return {name: count / sum(counts.values()) for name, count in counts.items()}


@misconception("parameter_share", hint="biases are not counted")
def kernels_alone(model):
    counts = {layer.name: sum(int(np.prod(w.shape)) for w in layer.weights if w.ndim > 1) for layer in model.layers}
    _total(model)
    return {name: count / sum(counts.values()) for name, count in counts.items()}


@misconception("parameter_share", hint="rounded")
def rounded_shares(model):
    return {layer.name: round(layer.count_params() / _total(model), 3) for layer in model.layers}


@misconception("parameter_share", hint="of the largest layer")
def share_of_the_largest(model):
    _total(model)
    largest = max(layer.count_params() for layer in model.layers)
    return {layer.name: layer.count_params() / largest for layer in model.layers}


@misconception("parameter_share", hint="shares of the arrays")
def arrays_for_numbers(model):
    _total(model)
    return {layer.name: len(layer.weights) / len(model.weights) for layer in model.layers}


@misconception("parameter_share", hint="the model has no parameters")
def zero_shares_of_nothing(model):
    total = model.count_params() or 1
    return {layer.name: layer.count_params() / total for layer in model.layers}


# --- global_pool -------------------------------------------------------------------------------------------

SUMMARIES = {"max": np.max, "average": np.mean}


def _maps(x, mode):
    if np.ndim(x) != 4 or mode not in SUMMARIES:
        raise ValueError("bad arguments")
    return np.array(x, dtype=float)


@misconception("global_pool", hint="The wrong axes")
def channels_first(x, mode):
    """The axes (2, 3), as in frameworks whose channels stand second."""
    return SUMMARIES[mode](_maps(x, mode), axis=(2, 3))


@misconception("global_pool", hint="The axes are (N, H, W, C)")
def rows_and_channels(x, mode):
    return SUMMARIES[mode](_maps(x, mode), axis=(1, 3))


@misconception("global_pool", hint="Rows were summarised")
def one_axis_alone(x, mode):
    return SUMMARIES[mode](_maps(x, mode), axis=1)


@misconception("global_pool", hint="and no other")
def axes_kept(x, mode):
    return SUMMARIES[mode](_maps(x, mode), axis=(1, 2), keepdims=True)


@misconception("global_pool", hint="these are the sums")
def sum_for_the_mean(x, mode):
    x = _maps(x, mode)
    return x.max(axis=(1, 2)) if mode == "max" else x.sum(axis=(1, 2))


@misconception("global_pool", hint='For "max", these are the means')
def modes_exchanged(x, mode):
    x = _maps(x, mode)
    return x.mean(axis=(1, 2)) if mode == "max" else x.max(axis=(1, 2))


@misconception("global_pool", hint="mixes the channels")
def reshaped(x, mode):
    """reshape(N, C, H · W) instead of a transpose."""
    x = _maps(x, mode)
    return SUMMARIES[mode](x.reshape(len(x), x.shape[3], -1), axis=2)


@misconception("global_pool", hint="began at 0")
def maximum_from_zero(x, mode):
    x = _maps(x, mode)
    return np.maximum(x.max(axis=(1, 2)), 0) if mode == "max" else x.mean(axis=(1, 2))


@misconception("global_pool", hint="absolute values")
def largest_size(x, mode):
    x = _maps(x, mode)
    return np.abs(x).max(axis=(1, 2)) if mode == "max" else x.mean(axis=(1, 2))


@misconception("global_pool", hint="Both pictures were summarised into one")
def over_the_batch(x, mode):
    x = _maps(x, mode)
    return np.repeat(SUMMARIES[mode](x, axis=(0, 1, 2))[None], len(x), axis=0)


@misconception("global_pool", hint="whole numbers")
def means_in_whole_numbers(x, mode):
    return SUMMARIES[mode](_maps(x, mode), axis=(1, 2)).astype(x.dtype)


@misconception("global_pool", hint='mode is "sum"')
def any_other_mode_is_average(x, mode):
    x = _maps(x, "max")
    return x.max(axis=(1, 2)) if mode == "max" else x.mean(axis=(1, 2))


@misconception("global_pool", hint="x has shape (3, 2, 4)")
def a_single_picture_accepted(x, mode):
    """axis=(-3, -2) works for any number of axes."""
    if mode not in SUMMARIES:
        raise ValueError("no such mode")
    return SUMMARIES[mode](np.array(x, dtype=float), axis=(-3, -2))


# --- swap_head ---------------------------------------------------------------------------------------------

POOLS = {"max": "GlobalMaxPooling2D", "average": "GlobalAveragePooling2D"}


def _place(model, mode):
    """Where the Flatten stands; ValueError as the reference."""
    found = [type(layer).__name__ == "Flatten" for layer in model.layers]
    if mode not in POOLS or not isinstance(model, keras.Sequential) or not any(found):
        raise ValueError("nothing to swap")
    return found.index(True)


def _anew(layer):
    return type(layer).from_config(layer.get_config())


def _swapped(model, mode, middle=None, later=None):
    """The right answer, but for what stands in the middle (a list of layers) and later."""
    place = _place(model, mode)
    middle = [getattr(layers, POOLS[mode])()] if middle is None else middle
    later = [_anew(layer) for layer in model.layers[place + 1 :]] if later is None else later
    before = [_anew(layer) for layer in model.layers[:place]]
    new = keras.Sequential([keras.Input(model.input_shape[1:]), *before, *middle, *later])
    for layer, original in zip(before, model.layers, strict=False):
        layer.set_weights(original.get_weights())
    return new


@misconception("swap_head", hint="Flatten is still there, behind the pooling")
def flatten_left_in(model, mode):
    """Pooling before the Flatten: the count is right, since flattening a vector does nothing."""
    return _swapped(model, mode, middle=[getattr(layers, POOLS[mode])(), layers.Flatten()])


@misconception("swap_head", hint="This is average pooling")
def always_average(model, mode):
    return _swapped(model, mode, middle=[layers.GlobalAveragePooling2D()])


@misconception("swap_head", hint="mode has no effect")
def always_max(model, mode):
    return _swapped(model, mode, middle=[layers.GlobalMaxPooling2D()])


@misconception("swap_head", hint="windows of 2×2")
def local_pooling(model, mode):
    pool = layers.MaxPooling2D() if mode == "max" else layers.AveragePooling2D()
    return _swapped(model, mode, middle=[pool, layers.Flatten()])


@misconception("swap_head", hint="hidden dense layer is gone")
def last_layer_alone(model, mode):
    place = _place(model, mode)
    return _swapped(model, mode, later=[_anew(layer) for layer in model.layers[place + 1 :][-1:]])


@misconception("swap_head", hint="`from_config` makes a layer with fresh ones")
def weights_not_copied(model, mode):
    place = _place(model, mode)
    fresh = [_anew(layer) for layer in model.layers]
    fresh[place] = getattr(layers, POOLS[mode])()
    return keras.Sequential([keras.Input(model.input_shape[1:]), *fresh])


@misconception("swap_head", hint="They share layers")
def layers_shared(model, mode):
    place = _place(model, mode)
    later = [_anew(layer) for layer in model.layers[place + 1 :]]
    pool = getattr(layers, POOLS[mode])()
    return keras.Sequential([keras.Input(model.input_shape[1:]), *model.layers[:place], pool, *later])


@misconception("swap_head", hint="build a new model")
def head_taken_off(model, mode):
    """model.pop() takes the layers away from the given model."""
    place = _place(model, mode)
    later = [_anew(layer) for layer in model.layers[place + 1 :]]
    while len(model.layers) > place:
        model.pop()
    for layer in [getattr(layers, POOLS[mode])(), *later]:
        model.add(layer)
    return model


@misconception("swap_head", hint="last layer's weights were copied too")
def whatever_fits_is_copied(model, mode):
    new = _swapped(model, mode)
    for layer, original in zip(new.layers, model.layers, strict=True):
        if [w.shape for w in layer.get_weights()] == [w.shape for w in original.get_weights()]:
            layer.set_weights(original.get_weights())
    return new


@misconception("swap_head", hint="batch norm has four arrays")
def kernels_and_biases_alone(model, mode):
    """Copies trainable weights; the statistics of batch norm stay behind."""
    place = _place(model, mode)
    new = _swapped(model, mode)
    for layer in new.layers[:place]:
        for variable in layer.non_trainable_variables:
            variable.assign(keras.ops.zeros(variable.shape))
    return new


@misconception("swap_head", hint="another `activation`")
def settings_forgotten(model, mode):
    """The dense layers are there again, with their units alone."""
    place = _place(model, mode)
    later = [
        layers.Dense(layer.units) if type(layer).__name__ == "Dense" else _anew(layer)
        for layer in model.layers[place + 1 :]
    ]
    return _swapped(model, mode, later=later)


@misconception("swap_head", hint="number of units")
def ten_units_everywhere(model, mode):
    """The number of classes is written into every dense layer."""
    place = _place(model, mode)
    later = [
        layers.Dense(10, activation=layer.activation) if type(layer).__name__ == "Dense" else _anew(layer)
        for layer in model.layers[place + 1 :]
    ]
    return _swapped(model, mode, later=later)


@misconception("swap_head", hint="the model has no Flatten")
def nothing_to_swap_accepted(model, mode):
    if mode not in POOLS:
        raise ValueError("no such mode")
    if not any(type(layer).__name__ == "Flatten" for layer in model.layers):
        return model
    return _swapped(model, mode)


# --- train_both --------------------------------------------------------------------------------------------


def _net(pool=None):
    pool = layers.Flatten() if pool is None else pool
    return keras.Sequential([keras.Input((32, 32, 3)), *base(), pool, layers.Dense(10, activation="softmax")])


def _fit(model, images, labels, epochs=None):
    model.compile(optimizer(len(images)), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images, labels, batch_size=BATCH, epochs=EPOCHS if epochs is None else epochs, verbose=0)
    return model


def _briefly(model, images, labels):
    """Trained a little, where the heads alone are wrong."""
    return _fit(model, images[:320], labels[:320], epochs=1)


def _average():
    return layers.GlobalAveragePooling2D()


@misconception("train_both", hint="the other way round")
def pair_exchanged(train, validation, seed):
    keras.utils.set_random_seed(seed)
    return _briefly(_net(_average()), *train), _briefly(_net(), *train)


@misconception("train_both", hint="takes the maximum")
def maximum_for_the_average(train, validation, seed):
    keras.utils.set_random_seed(seed)
    return _briefly(_net(), *train), _briefly(_net(layers.GlobalMaxPooling2D()), *train)


@misconception("train_both", hint="They share layers")
def one_base_for_both(train, validation, seed):
    keras.utils.set_random_seed(seed)
    shared = base()
    flattening = keras.Sequential(
        [keras.Input((32, 32, 3)), *shared, layers.Flatten(), layers.Dense(10, activation="softmax")]
    )
    pooling = keras.Sequential([keras.Input((32, 32, 3)), *shared, _average(), layers.Dense(10, activation="softmax")])
    return _briefly(flattening, *train), _briefly(pooling, *train)


@misconception("train_both", hint="learned nothing")
def second_net_never_trained(train, validation, seed):
    """The loop fits the first net twice."""
    keras.utils.set_random_seed(seed)
    flattening, pooling = _net(), _net(_average())
    return _fit(flattening, *train, epochs=1), pooling


@misconception("train_both", hint="same order")
def labels_out_of_order(train, validation, seed):
    """Pictures shuffled, labels not."""
    keras.utils.set_random_seed(seed)
    images, labels = train
    images = images[np.random.default_rng(seed).permutation(len(images))]
    return _fit(_net(), images, labels, epochs=1), _fit(_net(_average()), images, labels, epochs=1)


@misconception("train_both", hint="learned nothing")
def scaled_twice(train, validation, seed):
    """Pictures from 0 to 1 go into a net that divides by 255 itself."""
    keras.utils.set_random_seed(seed)
    images, labels = train[0] / 255, train[1]
    return _fit(_net(), images, labels, epochs=1), _fit(_net(_average()), images, labels, epochs=1)


@misconception("train_both", hint="validation was trained on")
def validation_trained_on(train, validation, seed):
    keras.utils.set_random_seed(seed)
    images, labels = (np.concatenate(pair) for pair in zip(train, validation, strict=True))
    return _fit(_net(), images, labels), _fit(_net(_average()), images, labels, epochs=1)


@misconception("train_both", hint="has learned something, but not enough")
def one_epoch_for_the_second(train, validation, seed):
    keras.utils.set_random_seed(seed)
    return _fit(_net(), *train, epochs=2), _fit(_net(_average()), *train, epochs=1)


@misconception("train_both", hint="more than one dense layer")
def a_hidden_dense_layer(train, validation, seed):
    keras.utils.set_random_seed(seed)

    def net(pool):
        return keras.Sequential(
            [
                keras.Input((32, 32, 3)),
                *base(),
                pool,
                layers.Dense(64, activation="relu"),
                layers.Dense(10, activation="softmax"),
            ]
        )

    return _briefly(net(layers.Flatten()), *train), _briefly(net(_average()), *train)


# --- class_activation_map ----------------------------------------------------------------------------------


def _parts(model, image, class_index):
    """(maps (h, w, c), kernel, bias); ValueError as the reference."""
    pool, dense = ([None, None, *model.layers])[-2:]
    ends = [type(layer).__name__ for layer in (pool, dense)]
    if ends != ["GlobalAveragePooling2D", "Dense"] or np.ndim(image) != 3 or not 0 <= class_index < dense.units:
        raise ValueError("bad arguments")
    maps = keras.Model(model.inputs[0], pool.input)(np.asarray(image)[None])
    return (keras.ops.convert_to_numpy(maps)[0], *dense.get_weights())


@misconception("class_activation_map", hint="added without the class's weights")
def maps_added(model, image, class_index):
    maps, _, _ = _parts(model, image, class_index)
    return maps.sum(axis=-1)


@misconception("class_activation_map", hint="averaged without the class's weights")
def maps_averaged(model, image, class_index):
    maps, _, _ = _parts(model, image, class_index)
    return maps.mean(axis=-1)


@misconception("class_activation_map", hint="take the column of the class")
def row_of_the_kernel(model, image, class_index):
    maps, kernel, _ = _parts(model, image, class_index)
    row = kernel[class_index]
    return maps @ np.resize(row, maps.shape[-1])


@misconception("class_activation_map", hint="Negative weights were set to 0")
def positive_weights_alone(model, image, class_index):
    maps, kernel, _ = _parts(model, image, class_index)
    return maps @ np.maximum(kernel[:, class_index], 0)


@misconception("class_activation_map", hint="Negative numbers were set to 0")
def relu_at_the_end(model, image, class_index):
    maps, kernel, _ = _parts(model, image, class_index)
    return np.maximum(maps @ kernel[:, class_index], 0)


@misconception("class_activation_map", hint="The bias was added at every place")
def bias_at_every_place(model, image, class_index):
    maps, kernel, bias = _parts(model, image, class_index)
    return maps @ kernel[:, class_index] + bias[class_index]


@misconception("class_activation_map", hint="scaled to the range from 0 to 1")
def scaled_for_a_picture(model, image, class_index):
    maps, kernel, _ = _parts(model, image, class_index)
    cam = maps @ kernel[:, class_index]
    return (cam - cam.min()) / np.ptp(cam)


@misconception("class_activation_map", hint="Height and width were exchanged")
def transposed_map(model, image, class_index):
    maps, kernel, _ = _parts(model, image, class_index)
    return (maps @ kernel[:, class_index]).T


@misconception("class_activation_map", hint="Take the axis of the batch away")
def batch_axis_left(model, image, class_index):
    maps, kernel, _ = _parts(model, image, class_index)
    return (maps @ kernel[:, class_index])[None]


@misconception("class_activation_map", hint="that is the logit, not the map")
def score_for_the_map(model, image, class_index):
    maps, kernel, _ = _parts(model, image, class_index)
    return float(maps.mean(axis=(0, 1)) @ kernel[:, class_index])


@misconception("class_activation_map", hint="enlarged to the picture's size")
def enlarged_map(model, image, class_index):
    maps, kernel, _ = _parts(model, image, class_index)
    cam = (maps @ kernel[:, class_index])[None, ..., None]
    return keras.ops.convert_to_numpy(keras.ops.image.resize(cam, np.shape(image)[:2]))[0, ..., 0]


@misconception("class_activation_map", hint="maps of an earlier layer")
def maps_before_the_last_convolution(model, image, class_index):
    """The input of the last convolution for its output, where both have as many maps as weights are needed."""
    _, kernel, _ = _parts(model, image, class_index)
    last = [layer for layer in model.layers if "Conv" in type(layer).__name__][-1]
    maps = keras.ops.convert_to_numpy(keras.Model(model.inputs[0], last.input)(np.asarray(image)[None]))[0]
    count = min(maps.shape[-1], len(kernel))
    return maps[..., :count] @ kernel[:count, class_index]


@misconception("class_activation_map", hint="the model has two dense layers")
def any_dense_layer_will_do(model, image, class_index):
    """The last dense layer's weights, whatever stands between it and the pooling."""
    dense = model.layers[-1]
    pool = next(layer for layer in model.layers if "Pooling" in type(layer).__name__ and "Global" in layer.name.title())
    if np.ndim(image) != 3 or not 0 <= class_index < dense.units:
        raise ValueError("bad arguments")
    maps = keras.ops.convert_to_numpy(keras.Model(model.inputs[0], pool.input)(np.asarray(image)[None]))[0]
    kernel = dense.get_weights()[0]
    return maps @ np.resize(kernel[:, class_index], maps.shape[-1])


@misconception("class_activation_map", hint="class_index is -1")
def classes_from_the_end(model, image, class_index):
    maps, kernel, _ = _parts(model, image, max(class_index, 0))
    return maps @ kernel[:, class_index]


# --- build_any_size ----------------------------------------------------------------------------------------


def _classifier(classes, *stack, shape=(None, None, 3), activation="softmax"):
    if classes < 1:
        raise ValueError("at least one class")
    return keras.Sequential([keras.Input(shape), *stack, layers.Dense(classes, activation=activation)])


@misconception("build_any_size", hint="The size is fixed")
def fixed_size(classes):
    return _classifier(classes, *base(), _average(), shape=(32, 32, 3))


@misconception("build_any_size", hint="resized")
def resized_first(classes):
    """Every picture is brought to 32×32, so that Flatten works."""
    return _classifier(classes, layers.Resizing(32, 32), *base(), layers.Flatten())


@misconception("build_any_size", hint="There is a class map left")
def not_pooled(classes):
    return _classifier(classes, *base())


@misconception("build_any_size", hint="not taken from the argument")
def always_ten_classes(classes):
    _classifier(classes)
    return _classifier(10, *base(), _average())


@misconception("build_any_size", hint="needs softmax")
def without_softmax(classes):
    return _classifier(classes, *base(), _average(), activation=None)


@misconception("build_any_size", hint="kept axes of length 1")
def axes_of_length_one(classes):
    return _classifier(classes, *base(), layers.GlobalAveragePooling2D(keepdims=True))


@misconception("build_any_size", hint="Pixels were pooled before any convolution")
def pixels_pooled(classes):
    return _classifier(classes, layers.Rescaling(1 / 255), _average(), layers.Dense(16, activation="relu"))


@misconception("build_any_size", hint="Only one of the two lengths")
def only_the_height_is_open(classes):
    return _classifier(classes, *base(), _average(), shape=(None, 32, 3))


@misconception("build_any_size", hint="classes is 0")
def no_class_becomes_one(classes):
    return _classifier(max(classes, 1), *base(), _average())
