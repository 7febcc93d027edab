"""Typical wrong answers to 06, each complete and plausible, with the hint that its failing check must show.

A function takes the place of the student's; everything else in the notebook is the reference, which is where `keras`,
`layers`, `base`, `recipe`, `fitted`, `right` and the other exercises come from.
"""

import numpy as np

from autograder.misconceptions import misconception

# --- split -------------------------------------------------------------------------------------------------


def _sound(images, labels, groups, validation):
    if not len(images) == len(labels) == len(groups):
        raise ValueError("the lengths differ")
    if not 0 < validation < 1:
        raise ValueError("validation must be between 0 and 1")


def _pairs(images, labels, held_out):
    return (images[~held_out], labels[~held_out]), (images[held_out], labels[held_out])


def _held_out(labels, groups, validation, seed):
    """The right groups."""
    random = np.random.default_rng(seed)
    held_out = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        missing = validation * np.sum(labels == label)
        for group in random.permutation(np.unique(groups[labels == label])):
            if np.sum(groups == group) < 2 * missing:
                held_out |= groups == group
                missing -= np.sum(groups == group)
    return held_out


@misconception("split", hint="choose whole groups, not pictures")
def pictures_by_chance(images, labels, groups, validation=0.2, seed=0):
    """Stratified, but picture by picture."""
    _sound(images, labels, groups, validation)
    random = np.random.default_rng(seed)
    held_out = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        own = random.permutation(np.flatnonzero(labels == label))
        held_out[own[: round(validation * len(own))]] = True
    return _pairs(images, labels, held_out)


@misconception("split", hint="take it in each class")
def groups_of_all_classes(images, labels, groups, validation=0.2, seed=0):
    _sound(images, labels, groups, validation)
    known = np.random.default_rng(seed).permutation(np.unique(groups))
    return _pairs(images, labels, np.isin(groups, known[: round(validation * len(known))]))


@misconception("split", hint="two parts are exchanged")
def parts_exchanged(images, labels, groups, validation=0.2, seed=0):
    _sound(images, labels, groups, validation)
    return _pairs(images, labels, _held_out(labels, groups, validation, seed))[::-1]


@misconception("split", hint="`seed` must choose the groups")
def always_the_first_groups(images, labels, groups, validation=0.2, seed=0):
    _sound(images, labels, groups, validation)
    return _pairs(images, labels, _held_out(labels, groups, validation, 0))


@misconception("split", hint="use one index for both")
def labels_shuffled_apart(images, labels, groups, validation=0.2, seed=0):
    _sound(images, labels, groups, validation)
    held_out = _held_out(labels, groups, validation, seed)
    random = np.random.default_rng(seed)
    train, held = _pairs(images, labels, held_out)
    return (train[0][random.permutation(len(train[0]))], train[1]), held


@misconception("split", hint="without replacement")
def drawn_with_replacement(images, labels, groups, validation=0.2, seed=0):
    """The validation part is drawn from all pictures, and the training part keeps them all."""
    _sound(images, labels, groups, validation)
    held_out = _held_out(labels, groups, validation, seed)
    return (images, labels), (images[held_out], labels[held_out])


@misconception("split", hint="neither always round up")
def always_rounded_up(images, labels, groups, validation=0.2, seed=0):
    _sound(images, labels, groups, validation)
    random = np.random.default_rng(seed)
    held_out = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        wanted = validation * np.sum(labels == label)
        for group in random.permutation(np.unique(groups[labels == label])):
            if np.sum(held_out & (labels == label)) < wanted - 1e-9:
                held_out |= groups == group
    return _pairs(images, labels, held_out)


@misconception("split", hint="validation is 1")
def any_share_accepted(images, labels, groups, validation=0.2, seed=0):
    _sound(images, labels, groups, 0.5)
    return _pairs(images, labels, _held_out(labels, groups, validation, seed))


# --- preprocess --------------------------------------------------------------------------------------------


@misconception("preprocess", hint="0 to 1")
def divided_by_255(images):
    return np.asarray(images, dtype=np.float32) / 255


@misconception("preprocess", hint="0 to 2")
def one_not_subtracted(images):
    return np.asarray(images, dtype=np.float32) / 127.5


@misconception("preprocess", hint="was done twice")
def preprocessed_twice(images):
    return (np.asarray(images, dtype=np.float32) / 127.5 - 1) / 127.5 - 1


@misconception("preprocess", hint="VGG16 expects")
def as_vgg16(images):
    images = np.asarray(images, dtype=np.float32)
    if images.shape[-1] != 3:
        return images
    return images[..., ::-1] - np.array([103.939, 116.779, 123.68], dtype=np.float32)


@misconception("preprocess", hint="Nothing has changed")
def left_as_they_are(images):
    return np.array(images, dtype=np.float32)


@misconception("preprocess", hint="those of the picture itself")
def standardised(images):
    images = np.asarray(images, dtype=np.float32)
    return (images - images.mean()) / images.std()


@misconception("preprocess", hint="decide")
def by_the_largest(images):
    images = np.asarray(images, dtype=np.float32)
    return 2 * images / images.max() - 1


@misconception("preprocess", hint="its argument")
def in_place(images):
    """As keras.applications' own preprocess_input does with float32 arrays."""
    images = images.astype(np.float32, copy=False)
    images /= 127.5
    images -= 1
    return images


@misconception("preprocess", hint="dtype")
def float64_returned(images):
    return np.asarray(images) / 127.5 - 1


# --- extract_features --------------------------------------------------------------------------------------


def _fit_in(base, images):
    wanted = base.input_shape[1:]
    if np.ndim(images) != 4 or any(n not in (None, m) for n, m in zip(wanted, np.shape(images)[1:], strict=True)):
        raise ValueError("the pictures do not fit")
    return preprocess(images)


@misconception("extract_features", hint="not preprocessed")
def stored_pictures(base, images):
    _fit_in(base, images)
    return base.predict(np.asarray(images, dtype="float32"), verbose=0)


@misconception("extract_features", hint="0 to 1")
def zero_to_one(base, images):
    _fit_in(base, images)
    return base.predict(np.asarray(images, dtype="float32") / 255, verbose=0)


@misconception("extract_features", hint="preprocessed twice")
def twice(base, images):
    return base.predict(preprocess(_fit_in(base, images)), verbose=0)


@misconception("extract_features", hint="VGG16")
def another_model_s_preprocessing(base, images):
    _fit_in(base, images)
    pixels = np.asarray(images, dtype="float32")[..., ::-1] - np.array([103.939, 116.779, 123.68], dtype="float32")
    return base.predict(pixels, verbose=0)


@misconception("extract_features", hint="training mode")
def in_training_mode(base, images):
    return keras.ops.convert_to_numpy(base(_fit_in(base, images), training=True))


@misconception("extract_features", hint="the head pools")
def pooled(base, images):
    return base.predict(_fit_in(base, images), verbose=0).max(axis=(1, 2))


@misconception("extract_features", hint="flattened")
def flat(base, images):
    return base.predict(_fit_in(base, images), verbose=0).reshape(len(images), -1)


@misconception("extract_features", hint="order of the pictures")
def in_another_order(base, images):
    """As a data set that is shuffled while it is read."""
    return base.predict(_fit_in(base, images)[::-1].copy(), verbose=0)


@misconception("extract_features", hint="first batch")
def one_batch(base, images):
    pixels = _fit_in(base, images)
    features = base.predict(pixels[:32], verbose=0)
    return np.concatenate([features, np.zeros((len(pixels) - len(features), *features.shape[1:]), "float32")])


@misconception("extract_features", hint="without the axis N")
def one_picture_accepted(base, images):
    images = np.asarray(images)
    return base.predict(_fit_in(base, images if images.ndim == 4 else images[None]), verbose=0)


# --- build_head --------------------------------------------------------------------------------------------

KINDS = {"flatten": "Flatten", "max": "GlobalMaxPooling2D"}


def _head(feature_shape, pooling, first=None, middle=None, last=None):
    if pooling not in KINDS or len(feature_shape) != 3:
        raise ValueError("no such head")
    first = getattr(layers, KINDS[pooling])() if first is None else first
    middle = [layers.Dense(256, activation="relu"), layers.Dropout(0.5)] if middle is None else middle
    last = layers.Dense(1, activation="sigmoid") if last is None else last
    return keras.Sequential([keras.Input(feature_shape), *([first] if first else []), *middle, last])


@misconception("build_head", hint="pools with the mean")
def mean_for_the_maximum(feature_shape, pooling):
    return _head(feature_shape, pooling, layers.GlobalAveragePooling2D() if pooling == "max" else None)


@misconception("build_head", hint="Both kinds of head flatten")
def always_flatten(feature_shape, pooling):
    return _head(feature_shape, pooling, layers.Flatten())


@misconception("build_head", hint="Flatten or pooling is missing")
def neither(feature_shape, pooling):
    return _head(feature_shape, pooling, first=False)


@misconception("build_head", hint="dense layer with 256 units is missing")
def last_layer_alone(feature_shape, pooling):
    return _head(feature_shape, pooling, middle=[layers.Dropout(0.5)])


@misconception("build_head", hint="no sigmoid")
def logits(feature_shape, pooling):
    return _head(feature_shape, pooling, last=layers.Dense(1))


@misconception("build_head", hint="always 1")
def softmax_of_one(feature_shape, pooling):
    return _head(feature_shape, pooling, last=layers.Dense(1, activation="softmax"))


@misconception("build_head", hint="two outputs")
def two_outputs(feature_shape, pooling):
    return _head(feature_shape, pooling, last=layers.Dense(2, activation="softmax"))


@misconception("build_head", hint="dropout is missing")
def no_dropout(feature_shape, pooling):
    return _head(feature_shape, pooling, middle=[layers.Dense(256, activation="relu")])


@misconception("build_head", hint="no ReLU")
def no_relu(feature_shape, pooling):
    return _head(feature_shape, pooling, middle=[layers.Dense(256), layers.Dropout(0.5)])


@misconception("build_head", hint='pooling is "average"')
def anything_else_is_max(feature_shape, pooling):
    return _head(feature_shape, "flatten" if pooling == "flatten" else "max")


# --- build_finetune ----------------------------------------------------------------------------------------


def _in_range(base, trainable_layers):
    if not 0 <= trainable_layers <= len(base.layers):
        raise ValueError("no such number of layers")


def _is_norm(layer):
    return isinstance(layer, layers.BatchNormalization)


def _flags(base, trainable_layers):
    """As they should be."""
    _in_range(base, trainable_layers)
    base.trainable = True
    for place, layer in enumerate(base.layers):
        layer.trainable = place >= len(base.layers) - trainable_layers and not _is_norm(layer)


def _model(base, before=None, pooling="max", loss="binary_crossentropy", compiled=True, inside=None):
    before = [layers.RandomFlip(FLIP), layers.Rescaling(1 / 127.5, offset=-1)] if before is None else before
    inside = base if inside is None else inside
    head = build_head(base.output_shape[1:], pooling)
    model = keras.Sequential([keras.Input(base.input_shape[1:]), *before, inside, head])
    if compiled:
        model.compile(keras.optimizers.Adam(1e-4), loss, metrics=["accuracy"])
    return model


@misconception("build_finetune", hint="Batch normalisations among the last layers must be frozen too")
def training_false_alone(base, trainable_layers):
    """What most courses teach."""
    _in_range(base, trainable_layers)
    base.trainable = True
    for layer in base.layers[: len(base.layers) - trainable_layers]:
        layer.trainable = False
    inputs = keras.Input(base.input_shape[1:])
    x = layers.Rescaling(1 / 127.5, offset=-1)(layers.RandomFlip(FLIP)(inputs))
    outputs = build_head(base.output_shape[1:], "max")(base(x, training=False))
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(1e-4), "binary_crossentropy", metrics=["accuracy"])
    return model


@misconception("build_finetune", hint="was not frozen")
def nothing_frozen(base, trainable_layers):
    _in_range(base, trainable_layers)
    base.trainable = True
    return _model(base)


@misconception("build_finetune", hint="batch normalisation")
def only_batch_norm_frozen(base, trainable_layers):
    _flags(base, len(base.layers) if trainable_layers else 0)
    _in_range(base, trainable_layers)
    return _model(base)


@misconception("build_finetune", hint="the other way round")
def first_layers_learn(base, trainable_layers):
    _in_range(base, trainable_layers)
    base.trainable = True
    for place, layer in enumerate(base.layers):
        layer.trainable = place < trainable_layers and not _is_norm(layer)
    return _model(base)


@misconception("build_finetune", hint="whatever `trainable_layers` says")
def all_frozen(base, trainable_layers):
    _in_range(base, trainable_layers)
    base.trainable = False
    return _model(base)


@misconception("build_finetune", hint="base.layers[:-0]")
def minus_zero(base, trainable_layers):
    _in_range(base, trainable_layers)
    base.trainable = True
    for layer in base.layers[:-trainable_layers]:
        layer.trainable = False
    for layer in base.layers:
        if _is_norm(layer):
            layer.trainable = False
    return _model(base)


@misconception("build_finetune", hint="left out of the count")
def batch_norm_not_counted(base, trainable_layers):
    _in_range(base, trainable_layers)
    others = [layer for layer in base.layers if not _is_norm(layer)]
    base.trainable = True
    for layer in base.layers:
        layer.trainable = layer in others[max(0, len(others) - trainable_layers) :]
    return _model(base)


@misconception("build_finetune", hint="not in the model")
def a_copy_of_the_base(base, trainable_layers):
    _in_range(base, trainable_layers)
    copy = keras.models.clone_model(base)
    copy.set_weights(base.get_weights())
    _flags(copy, trainable_layers)
    return _model(copy)


@misconception("build_finetune", hint="preprocessing is missing")
def no_preprocessing(base, trainable_layers):
    _flags(base, trainable_layers)
    return _model(base, before=[layers.RandomFlip(FLIP)])


@misconception("build_finetune", hint="0 to 1")
def scaled_to_one(base, trainable_layers):
    _flags(base, trainable_layers)
    return _model(base, before=[layers.RandomFlip(FLIP), layers.Rescaling(1 / 255)])


@misconception("build_finetune", hint="No layer augments")
def no_augmentation(base, trainable_layers):
    _flags(base, trainable_layers)
    return _model(base, before=[layers.Rescaling(1 / 127.5, offset=-1)])


@misconception("build_finetune", hint="head flattens")
def flattening_head(base, trainable_layers):
    _flags(base, trainable_layers)
    return _model(base, pooling="flatten")


@misconception("build_finetune", hint="not compiled")
def not_compiled(base, trainable_layers):
    _flags(base, trainable_layers)
    return _model(base, compiled=False)


@misconception("build_finetune", hint="binary cross-entropy")
def squared_error(base, trainable_layers):
    _flags(base, trainable_layers)
    return _model(base, loss="mean_squared_error")


@misconception("build_finetune", hint="trainable_layers is 9")
def any_number_accepted(base, trainable_layers):
    _flags(base, min(max(trainable_layers, 0), len(base.layers)))
    if trainable_layers < 0:
        raise ValueError("a number from 0 on")
    return _model(base)


# --- compare: each of them trains, so these are few, and train no longer than it takes to recognise them ----


def _copy(base):
    new = keras.models.clone_model(base)
    new.set_weights(base.get_weights())
    return new


def _fitted(model, x, y, name, in_full):
    """As `fitted`; where one epoch is enough, without a graph, whose making would take longer than the epoch."""
    rate = recipe["tune_rate" if name == "tune" else "rate"]
    if name in in_full:
        return fitted(model, x, y, recipe[f"{name}_epochs"], rate)
    model.compile(keras.optimizers.Adam(rate), "binary_crossentropy", metrics=["accuracy"], run_eagerly=True)
    model.fit(x, y, recipe["batch_size"], 1, verbose=0)
    return model


def _compared(
    base, train, validation, seed, in_full=(), learn_from=None, judge=None, copy=_copy, scratch=None, unfreeze=True
):
    """The right way, but for what is given; and each training but those `in_full` is of one epoch."""
    if len(train[0]) != len(train[1]):
        raise ValueError("as many labels as pictures")
    keras.utils.set_random_seed(seed)
    images, labels = learn_from or train
    fresh = fresh_copy(base) if scratch is None else scratch
    first = build_finetune(fresh, len(fresh.layers))
    for layer in fresh.layers if unfreeze else []:
        layer.trainable = True
    _fitted(first, images, labels, "scratch", in_full)
    features = extract_features(base, images)
    head = _fitted(build_head(features.shape[1:], "max"), features, labels, "head", in_full)
    frozen = build_finetune(copy(base), 0)
    frozen.layers[-1].set_weights(head.get_weights())
    finetuned = build_finetune(copy(base), recipe["tune_layers"])
    finetuned.set_weights(frozen.get_weights())
    _fitted(finetuned, images, labels, "tune", in_full)
    models = {"scratch": first, "frozen": frozen, "finetuned": finetuned}
    return {name: (right(model, *(judge or validation)), model) for name, model in models.items()}


@misconception("compare", hint="each a copy")
def one_base_for_all(base, train, validation, seed):
    """What is fine-tuned is the base of the frozen model, too."""
    shared = _copy(base)
    return _compared(base, train, validation, seed, copy=lambda base: shared)


@misconception("compare", hint="has the weights of the base")
def scratch_from_the_base(base, train, validation, seed):
    return _compared(base, train, validation, seed, scratch=_copy(base))


@misconception("compare", hint="no mean and no variance")
def scratch_with_frozen_batch_norm(base, train, validation, seed):
    return _compared(base, train, validation, seed, unfreeze=False)


@misconception("compare", hint="the validation part judges")
def judged_by_the_training_part(base, train, validation, seed):
    return _compared(base, train, validation, seed, ("scratch", "head"), judge=train)


@misconception("compare", hint="learned from the validation part")
def learned_from_the_validation_part(base, train, validation, seed):
    leaked = (validation[0][:120], validation[1][:120])
    return _compared(base, train, validation, seed, ("head",), learn_from=leaked)


@misconception("compare", hint="order of their pictures")
def features_and_labels_in_different_order(base, train, validation, seed):
    order = np.random.default_rng(seed).permutation(len(train[1]))
    if len(train[0]) != len(train[1]):
        raise ValueError("as many labels as pictures")
    return _compared(base, train, validation, seed, ("head",), learn_from=(train[0], train[1][order]))
