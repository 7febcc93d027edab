"""Typical wrong answers to 09, each complete and plausible, with the hint that its failing check must show.

A function takes the place of the student's; everything else in the notebook is the reference, which is where `keras`,
`layers`, `ops`, `base`, `as_boxes`, `row_ious`, `targets`, `optimizer`, `BATCH` and the like come from.
"""

import numpy as np

from autograder.misconceptions import misconception

# --- to_cxcywh and to_xyxy ---------------------------------------------------------------------------------


@misconception("to_cxcywh", hint="still the corner")
def corner_for_centre(boxes):
    boxes = as_boxes(boxes)
    return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)


@misconception("to_cxcywh", hint="half the width")
def half_sizes(boxes):
    boxes = as_boxes(boxes)
    return np.concatenate([(boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2], axis=1)


@misconception("to_cxcywh", hint="must be halved")
def centre_not_halved(boxes):
    boxes = as_boxes(boxes)
    return np.concatenate([boxes[:, :2] + boxes[:, 2:], boxes[:, 2:] - boxes[:, :2]], axis=1)


@misconception("to_cxcywh", hint="1 was added")
def one_pixel_more(boxes):
    boxes = as_boxes(boxes)
    return np.concatenate([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2] + 1], axis=1)


@misconception("to_cxcywh", hint="y came before x")
def rows_before_columns(boxes):
    boxes = as_boxes(boxes)[:, [1, 0, 3, 2]]
    return np.concatenate([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]], axis=1)


@misconception("to_cxcywh", hint="cut to whole ones")
def whole_numbers(boxes):
    boxes = np.asarray(boxes)
    as_boxes(boxes)
    half = 2 if boxes.dtype.kind == "f" else np.int64(2)
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2 if boxes.dtype.kind == "f" else (boxes[:, :2] + boxes[:, 2:]) // half
    return np.concatenate([centre, boxes[:, 2:] - boxes[:, :2]], axis=1)


@misconception("to_cxcywh", hint="changes its argument")
class InPlace:
    @staticmethod
    def to_cxcywh(boxes):
        boxes = as_boxes(boxes)
        boxes[:, 2:] -= boxes[:, :2]
        boxes[:, :2] += boxes[:, 2:] / 2
        return boxes


@misconception("to_cxcywh", hint="they are the centre")
class CornerOnTheWayBack:
    @staticmethod
    def to_xyxy(boxes):
        boxes = as_boxes(boxes)
        return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)


@misconception("to_cxcywh", hint="half of it belongs on each")
class WholeSizeToBothSides:
    @staticmethod
    def to_xyxy(boxes):
        boxes = as_boxes(boxes)
        return np.concatenate([boxes[:, :2] - boxes[:, 2:], boxes[:, :2] + boxes[:, 2:]], axis=1)


# --- iou ---------------------------------------------------------------------------------------------------


def _pairs(a, b):
    return as_boxes(a)[:, None], as_boxes(b)[None]


def _lengths(a, b):
    return np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])


def _area(a):
    return np.prod(np.maximum(a[..., 2:] - a[..., :2], 0), axis=-1)


def _ratio(shared, union):
    return np.divide(shared, union, out=np.zeros(np.broadcast(shared, union).shape), where=union != 0)


@misconception("iou", hint="not clamped to 0")
def no_clamp(a, b):
    a, b = _pairs(a, b)
    shared = np.prod(_lengths(a, b), axis=-1)
    return _ratio(shared, _area(a) + _area(b) - shared)


@misconception("iou", hint="The height was not clamped")
def only_the_width_is_clamped(a, b):
    a, b = _pairs(a, b)
    lengths = _lengths(a, b)
    shared = np.maximum(lengths[..., 0], 0) * lengths[..., 1]
    return _ratio(shared, _area(a) + _area(b) - shared)


@misconception("iou", hint="The width was not clamped to 0")
def only_the_height_is_clamped(a, b):
    a, b = _pairs(a, b)
    lengths = _lengths(a, b)
    shared = lengths[..., 0] * np.maximum(lengths[..., 1], 0)
    return _ratio(shared, _area(a) + _area(b) - shared)


@misconception("iou", hint="two negative lengths")
def area_clamped_not_lengths(a, b):
    a, b = _pairs(a, b)
    shared = np.maximum(np.prod(_lengths(a, b), axis=-1), 0)
    return _ratio(shared, _area(a) + _area(b) - shared)


@misconception("iou", hint="1 was added")
def last_pixel_counts(a, b):
    a, b = _pairs(a, b)
    shared = np.prod(np.maximum(_lengths(a, b) + 1, 0), axis=-1)
    own = np.prod(a[..., 2:] - a[..., :2] + 1, axis=-1) + np.prod(b[..., 2:] - b[..., :2] + 1, axis=-1)
    return _ratio(shared, own - shared)


def _shared(a, b):
    return np.prod(np.maximum(_lengths(a, b), 0), axis=-1)


@misconception("iou", hint="counted twice in the union")
def union_without_minus(a, b):
    a, b = _pairs(a, b)
    return _ratio(_shared(a, b), _area(a) + _area(b))


@misconception("iou", hint="area of a was taken twice")
def own_area_twice(a, b):
    a, b = _pairs(a, b)
    shared = _shared(a, b)
    return _ratio(shared, 2 * _area(a) - shared)


@misconception("iou", hint="smaller of the two areas")
def over_the_smaller(a, b):
    a, b = _pairs(a, b)
    return _ratio(_shared(a, b), np.minimum(_area(a), _area(b)))


@misconception("iou", hint="(x, y, width, height)")
def width_and_height(a, b):
    a, b = _pairs(a, b)
    a, b = (np.concatenate([part[..., :2], part[..., :2] + part[..., 2:]], axis=-1) for part in (a, b))
    shared = _shared(a, b)
    return _ratio(shared, _area(a) + _area(b) - shared)


@misconception("iou", hint="Dice")
def dice(a, b):
    a, b = _pairs(a, b)
    return _ratio(2 * _shared(a, b), _area(a) + _area(b))


@misconception("iou", hint="belong to the rows")
def rows_and_columns_exchanged(a, b):
    a, b = _pairs(a, b)
    shared = _shared(a, b)
    return _ratio(shared, _area(a) + _area(b) - shared).T


@misconception("iou", hint="0/0 gave NaN")
def nothing_over_nothing(a, b):
    a, b = _pairs(a, b)
    shared = _shared(a, b)
    with np.errstate(invalid="ignore"):
        return shared / (_area(a) + _area(b) - shared)


@misconception("iou", hint="clipped to the picture")
def clipped(a, b):
    a, b = _pairs(a, b)
    if max(a.max(initial=0), b.max(initial=0)) <= 1:
        a, b = np.clip(a, 0, 1), np.clip(b, 0, 1)
    shared = _shared(a, b)
    return _ratio(shared, _area(a) + _area(b) - shared)


# --- resize_with_boxes and flip_with_boxes -----------------------------------------------------------------


def _resized(image, boxes, size):
    boxes = as_boxes(boxes)
    if np.ndim(image) != 3 or min(size) < 1:
        raise ValueError("a picture (H, W, C) and a size of 1 or more")
    image = ops.image.resize(np.asarray(image, dtype="float32"), size, interpolation="bilinear")
    return ops.convert_to_numpy(image), boxes


def _factors(image, size):
    return size[1] / np.shape(image)[1], size[0] / np.shape(image)[0]


@misconception("resize_with_boxes", hint="The box stayed as it was")
class BoxesNotResized:
    @staticmethod
    def resize_with_boxes(image, boxes, size):
        return _resized(image, boxes, size)


@misconception("resize_with_boxes", hint="x was scaled by the height")
class FactorsExchanged:
    @staticmethod
    def resize_with_boxes(image, boxes, size):
        across, down = _factors(image, size)
        resized, boxes = _resized(image, boxes, size)
        return resized, boxes * (down, across, down, across)


@misconception("resize_with_boxes", hint="divided by the factors")
class FactorsInverted:
    @staticmethod
    def resize_with_boxes(image, boxes, size):
        across, down = _factors(image, size)
        resized, boxes = _resized(image, boxes, size)
        return resized, boxes / (across, down, across, down)


@misconception("resize_with_boxes", hint="scaled by the width")
class OneFactorForAll:
    @staticmethod
    def resize_with_boxes(image, boxes, size):
        across, _ = _factors(image, size)
        resized, boxes = _resized(image, boxes, size)
        return resized, boxes * across


@misconception("resize_with_boxes", hint="The box was rounded")
class RoundedBoxes:
    @staticmethod
    def resize_with_boxes(image, boxes, size):
        across, down = _factors(image, size)
        resized, boxes = _resized(image, boxes, size)
        return resized, np.floor(boxes * (across, down, across, down))


@misconception("resize_with_boxes", hint="It was rounded")
class RoundedPicture:
    @staticmethod
    def resize_with_boxes(image, boxes, size):
        across, down = _factors(image, size)
        resized, boxes = _resized(image, boxes, size)
        whole = np.asarray(image).dtype.kind in "iu"
        return (np.floor(resized) if whole else resized).astype("float32"), boxes * (across, down, across, down)


@misconception("resize_with_boxes", hint="(height, width)")
class WidthFirst:
    @staticmethod
    def resize_with_boxes(image, boxes, size):
        across, down = _factors(image, size[::-1])
        resized, boxes = _resized(image, boxes, size[::-1])
        return resized, boxes * (across, down, across, down)


@misconception("resize_with_boxes", hint="nearest")
class Nearest:
    @staticmethod
    def resize_with_boxes(image, boxes, size):
        across, down = _factors(image, size)
        _, boxes = _resized(image, boxes, size)
        rows = ((np.arange(size[0]) + 0.5) / down).astype(int)
        columns = ((np.arange(size[1]) + 0.5) / across).astype(int)
        return np.asarray(image, dtype="float32")[rows][:, columns], boxes * (across, down, across, down)


def _flipped(image, boxes):
    if np.ndim(image) != 3:
        raise ValueError("a picture (H, W, C)")
    return np.array(image)[:, ::-1].copy(), as_boxes(boxes), np.shape(image)[1]


@misconception("resize_with_boxes", hint="must change places")
class EdgesNotExchanged:
    @staticmethod
    def flip_with_boxes(image, boxes):
        image, boxes, width = _flipped(image, boxes)
        x1, y1, x2, y2 = boxes.T
        return image, np.stack([width - x1, y1, width - x2, y2], axis=1)


@misconception("resize_with_boxes", hint="right for the numbers of pixels")
class OneTooFew:
    @staticmethod
    def flip_with_boxes(image, boxes):
        image, boxes, width = _flipped(image, boxes)
        x1, y1, x2, y2 = boxes.T
        return image, np.stack([width - 1 - x2, y1, width - 1 - x1, y2], axis=1)


@misconception("resize_with_boxes", hint="The box stayed as it was")
class BoxesNotFlipped:
    @staticmethod
    def flip_with_boxes(image, boxes):
        image, boxes, _ = _flipped(image, boxes)
        return image, boxes.copy()


@misconception("resize_with_boxes", hint="top to bottom")
class UpsideDown:
    @staticmethod
    def flip_with_boxes(image, boxes):
        _flipped(image, boxes)
        x1, y1, x2, y2 = as_boxes(boxes).T
        height = np.shape(image)[0]
        return np.array(image)[::-1].copy(), np.stack([x1, height - y2, x2, height - y1], axis=1)


@misconception("resize_with_boxes", hint="The height was taken for the width")
class HeightForWidth:
    @staticmethod
    def flip_with_boxes(image, boxes):
        height = np.shape(image)[0]
        image, boxes, _ = _flipped(image, boxes)
        x1, y1, x2, y2 = boxes.T
        return image, np.stack([height - x2, y1, height - x1, y2], axis=1)


@misconception("resize_with_boxes", hint="The picture was not flipped")
class OnlyBoxesFlipped:
    @staticmethod
    def flip_with_boxes(image, boxes):
        _, boxes, width = _flipped(image, boxes)
        x1, y1, x2, y2 = boxes.T
        return np.array(image), np.stack([width - x2, y1, width - x1, y2], axis=1)


# --- build_localizer ---------------------------------------------------------------------------------------


def _net(input_shape, classes, *, swapped=False, label="softmax", box="sigmoid", pooled=False, bases=1):
    if classes < 1 or len(input_shape) != 3:
        raise ValueError("(H, W, 3) and one class or more")
    inputs = keras.Input(input_shape)
    maps = [base(inputs) for _ in range(bases)]
    what = layers.Dense(classes, activation=label, name="label")(layers.GlobalMaxPooling2D()(maps[0]))
    where = layers.GlobalAveragePooling2D() if pooled else layers.Flatten()
    hidden = layers.Dense(64, activation="relu")(where(maps[-1]))
    four = layers.Dense(4, activation=box, name="box")(hidden)
    return keras.Model(inputs, [four, what] if swapped else [what, four])


@misconception("build_localizer", hint="the other way round")
def box_first(input_shape, classes):
    return _net(input_shape, classes, swapped=True)


@misconception("build_localizer", hint="the label needs softmax")
def label_without_softmax(input_shape, classes):
    return _net(input_shape, classes, label=None)


@misconception("build_localizer", hint="the label needs softmax")
def label_with_sigmoid(input_shape, classes):
    return _net(input_shape, classes, label="sigmoid")


@misconception("build_localizer", hint="the box needs a sigmoid")
def linear_box(input_shape, classes):
    return _net(input_shape, classes, box=None)


@misconception("build_localizer", hint="the box needs a sigmoid")
def relu_box(input_shape, classes):
    return _net(input_shape, classes, box="relu")


@misconception("build_localizer", hint="the box needs a sigmoid")
def softmax_box(input_shape, classes):
    return _net(input_shape, classes, box="softmax")


@misconception("build_localizer", hint="Global pooling throws away")
def pooled_box(input_shape, classes):
    return _net(input_shape, classes, pooled=True)


@misconception("build_localizer", hint="There are two bases")
def two_bases(input_shape, classes):
    return _net(input_shape, classes, bases=2)


@misconception("build_localizer", hint="There is one output")
def one_output(input_shape, classes):
    net = _net(input_shape, classes)
    return keras.Model(net.inputs[0], layers.Concatenate()(net.outputs))


@misconception("build_localizer", hint="not taken from the argument")
def always_three_classes(input_shape, classes):
    _net(input_shape, classes)
    return _net(input_shape, 3)


@misconception("build_localizer", hint="input shape was not taken")
def always_one_size(input_shape, classes):
    _net(input_shape, classes)
    return _net((96, 96, 3), classes)


# --- localization_loss -------------------------------------------------------------------------------------


def _errors(boxes_true, boxes_pred, present):
    if tuple(boxes_true.shape) != tuple(boxes_pred.shape) or boxes_pred.shape[-1] != 4 or len(boxes_pred.shape) != 2:
        raise ValueError("two times (N, 4)")
    if len(present.shape) != 1:
        raise ValueError("present must be (N,)")
    errors = ops.mean(ops.square(boxes_true - boxes_pred), axis=1)
    return errors, ops.cast(present, errors.dtype)


@misconception("localization_loss", hint="The empty picture was counted")
def nothing_masked(boxes_true, boxes_pred, present):
    errors, _ = _errors(boxes_true, boxes_pred, present)
    return ops.mean(errors)


@misconception("localization_loss", hint="divided by all pictures")
def mean_over_all(boxes_true, boxes_pred, present):
    errors, counts = _errors(boxes_true, boxes_pred, present)
    return ops.mean(errors * counts)


@misconception("localization_loss", hint="were added")
def sum_of_four(boxes_true, boxes_pred, present):
    errors, counts = _errors(boxes_true, boxes_pred, present)
    return 4 * ops.sum(errors * counts) / ops.maximum(ops.sum(counts), 1)


@misconception("localization_loss", hint="absolute error")
def absolute_errors(boxes_true, boxes_pred, present):
    _, counts = _errors(boxes_true, boxes_pred, present)
    errors = ops.mean(ops.absolute(boxes_true - boxes_pred), axis=1)
    return ops.sum(errors * counts) / ops.maximum(ops.sum(counts), 1)


@misconception("localization_loss", hint="That is the root")
def root_of_it(boxes_true, boxes_pred, present):
    errors, counts = _errors(boxes_true, boxes_pred, present)
    return ops.sqrt(ops.sum(errors * counts) / ops.maximum(ops.sum(counts), 1))


@misconception("localization_loss", hint="0/0 is NaN")
def nothing_over_no_pictures(boxes_true, boxes_pred, present):
    errors, counts = _errors(boxes_true, boxes_pred, present)
    return ops.sum(errors * counts) / ops.sum(counts)


@misconception("localization_loss", hint="asked is one number")
def one_loss_a_picture(boxes_true, boxes_pred, present):
    errors, counts = _errors(boxes_true, boxes_pred, present)
    return errors * counts


@misconception("localization_loss", hint="present has shape (2, 1)")
def mask_in_a_column(boxes_true, boxes_pred, present):
    if tuple(boxes_true.shape) != tuple(boxes_pred.shape) or len(boxes_pred.shape) != 2 or boxes_pred.shape[1] != 4:
        raise ValueError("two times (N, 4)")
    errors = ops.mean(ops.square(boxes_true - boxes_pred), axis=1)
    counts = ops.cast(present, errors.dtype)
    return ops.sum(errors * counts) / ops.maximum(ops.sum(counts), 1)


# --- mean_iou ----------------------------------------------------------------------------------------------


@misconception("mean_iou", hint="all boxes with all")
def mean_of_all_pairs(boxes_true, boxes_pred):
    row_ious(boxes_true, boxes_pred)
    return float(np.mean(iou(boxes_true, boxes_pred))) if len(boxes_true) else 0.0


@misconception("mean_iou", hint="IoU of the mean boxes")
def iou_of_mean_boxes(boxes_true, boxes_pred):
    if not len(row_ious(boxes_true, boxes_pred)):
        return 0.0
    return float(iou(np.mean(boxes_true, axis=0)[None], np.mean(boxes_pred, axis=0)[None])[0, 0])


@misconception("mean_iou", hint="divide by the number of rows")
def sum_of_ious(boxes_true, boxes_pred):
    return float(np.sum(row_ious(boxes_true, boxes_pred)))


@misconception("mean_iou", hint="best of all predicted ones")
def best_for_each(boxes_true, boxes_pred):
    row_ious(boxes_true, boxes_pred)
    return float(iou(boxes_true, boxes_pred).max(axis=1).mean()) if len(boxes_true) else 0.0


@misconception("mean_iou", hint="their mean")
def all_of_them(boxes_true, boxes_pred):
    return row_ious(boxes_true, boxes_pred)


@misconception("mean_iou", hint="mean of nothing is NaN")
def nan_for_no_boxes(boxes_true, boxes_pred):
    rows = row_ious(boxes_true, boxes_pred)
    return float(np.sum(rows) / np.float64(len(rows))) if len(rows) else float("nan")


@misconception("mean_iou", hint="3 true boxes and 1 predicted")
def one_box_for_all(boxes_true, boxes_pred):
    true, pred = as_boxes(boxes_true), as_boxes(boxes_pred)
    if len(pred) == 1:
        pred = np.repeat(pred, len(true), axis=0)
    rows = row_ious(true, pred)
    return float(np.mean(rows)) if len(rows) else 0.0


# --- share_above -------------------------------------------------------------------------------------------


def _shares(boxes_true, boxes_pred, threshold):
    if not 0 <= threshold <= 1:
        raise ValueError("threshold must be from 0 to 1")
    return row_ious(boxes_true, boxes_pred)


@misconception("share_above", hint="at least, not above")
def strictly_above(boxes_true, boxes_pred, threshold=0.5):
    rows = _shares(boxes_true, boxes_pred, threshold)
    return float(np.mean(rows > threshold)) if len(rows) else 0.0


@misconception("share_above", hint="number of rows")
def number_above(boxes_true, boxes_pred, threshold=0.5):
    return int(np.sum(_shares(boxes_true, boxes_pred, threshold) >= threshold))


@misconception("share_above", hint="percentage")
def percent_above(boxes_true, boxes_pred, threshold=0.5):
    rows = _shares(boxes_true, boxes_pred, threshold)
    return 100 * float(np.mean(rows >= threshold)) if len(rows) else 0.0


@misconception("share_above", hint="not taken from the argument")
def always_a_half(boxes_true, boxes_pred, threshold=0.5):
    rows = _shares(boxes_true, boxes_pred, threshold)
    return float(np.mean(rows >= 0.5)) if len(rows) else 0.0


@misconception("share_above", hint="whether the mean IoU")
def mean_above(boxes_true, boxes_pred, threshold=0.5):
    rows = _shares(boxes_true, boxes_pred, threshold)
    return float(np.mean(rows) >= threshold) if len(rows) else 0.0


@misconception("share_above", hint="compared with all")
def share_of_all_pairs(boxes_true, boxes_pred, threshold=0.5):
    rows = _shares(boxes_true, boxes_pred, threshold)
    return float(np.mean(iou(boxes_true, boxes_pred) >= threshold)) if len(rows) else 0.0


@misconception("share_above", hint="threshold is 50")
def any_threshold(boxes_true, boxes_pred, threshold=0.5):
    rows = row_ious(boxes_true, boxes_pred)
    return float(np.mean(rows >= threshold)) if len(rows) else 0.0


# --- train_localizer ---------------------------------------------------------------------------------------


def _trained(train, seed, epochs, box_weight=None, images=None, boxes=None):
    """The reference's training on other pictures or boxes, shorter."""
    keras.utils.set_random_seed(seed)
    images, labels, boxes = train[0] if images is None else images, train[1], train[2] if boxes is None else boxes
    model = build_localizer(train[0].shape[1:], len(NAMES))
    if not epochs:
        return model

    def box_loss(truth, predicted):
        return localization_loss(truth[:, :4], predicted, truth[:, 4])

    steps = epochs * -(-len(images) // BATCH)
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, steps)),
        loss={"label": "sparse_categorical_crossentropy", "box": box_loss},
        loss_weights={"label": 1, "box": BOX_WEIGHT if box_weight is None else box_weight},
    )
    model.fit(images, targets(labels, boxes), batch_size=BATCH, epochs=epochs, verbose=0)
    return model


@misconception("train_localizer", hint="learned nothing of where")
def never_trained(train, validation, seed):
    return _trained(train, seed, epochs=0)


@misconception("train_localizer", hint="centre and size")
def trained_on_centre_and_size(train, validation, seed):
    return _trained(train, seed, epochs=3, boxes=to_cxcywh(train[2]))


@misconception("train_localizer", hint="gives y before x")
def trained_on_rows_first(train, validation, seed):
    return _trained(train, seed, epochs=3, boxes=train[2][:, [1, 0, 3, 2]])


@misconception("train_localizer", hint="same order")
def pictures_shuffled_alone(train, validation, seed):
    images = train[0][np.random.default_rng(seed).permutation(len(train[0]))]
    return _trained(train, seed, epochs=2, images=images)


@misconception("train_localizer", hint="mirrored")
def pictures_flipped_alone(train, validation, seed):
    """All pictures are flipped for training, their boxes are not."""
    return _trained(train, seed, epochs=3, images=train[0][:, :, ::-1])


@misconception("train_localizer", hint="but not enough")
def one_epoch(train, validation, seed):
    return _trained(train, seed, epochs=1)
