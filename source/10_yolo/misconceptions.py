"""Typical wrong answers to 10, each complete and plausible, with the hint that its failing check must show.

A function takes the place of the student's; everything else in the notebook is the reference, which is where `keras`,
`layers`, `ops`, `iou`, `base`, `optimizer`, `watch`, `EPOCHS`, `BATCH`, and the other exercises come from.
"""

import numpy as np

from autograder.misconceptions import misconception

# --- encode ------------------------------------------------------------------------------------------------


def _checked(boxes, labels, grid, classes):
    """Boxes and labels as arrays, without boxes that have no area; ValueError as the reference."""
    boxes, labels = np.reshape(np.asarray(boxes, dtype=float), (-1, 4)), np.asarray(labels, dtype=int)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    if grid < 1 or classes < 1 or len(boxes) != len(labels):
        raise ValueError("bad arguments")
    if np.any(labels < 0) or np.any(labels >= classes):
        raise ValueError("bad labels")
    if not np.all((boxes[:, :2] <= boxes[:, 2:]) & (centres >= 0) & (centres <= 1)):
        raise ValueError("bad boxes")
    seen = np.all(boxes[:, 2:] > boxes[:, :2], axis=1)
    return boxes[seen], labels[seen]


def _areas(boxes):
    return np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)


def _encoded(boxes, labels, grid, classes, place=None, numbers=None, order=None, clear=True):
    """The right answer, but for the cell, the five numbers, or who comes last into a cell."""
    boxes, labels = _checked(boxes, labels, grid, classes)
    target = np.zeros((grid, grid, 5 + classes))
    for index in _larger_last(boxes) if order is None else order(boxes):
        x1, y1, x2, y2 = boxes[index]
        x, y, w, h = (x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1
        row, column = min(int(y * grid), grid - 1), min(int(x * grid), grid - 1)
        if place is not None:
            row, column = place(boxes[index], grid)
        if clear:
            target[row, column] = 0
        five = (x * grid - column, y * grid - row, w, h, 1)
        target[row, column, :5] = five if numbers is None else numbers(x, y, w, h, row, column)
        target[row, column, 5 + labels[index]] = 1
    return target


def _larger_last(boxes):
    """Small boxes first; of equal ones the first last, so that it stays."""
    return np.lexsort((-np.arange(len(boxes)), _areas(boxes)))


def _centre_cell(box, grid):
    return [min(int((box[i] + box[i + 2]) / 2 * grid), grid - 1) for i in (1, 0)]


@misconception("encode", hint="rows and columns are exchanged")
def column_before_row(boxes, labels, grid, classes):
    """target[column, row]: x first, as in a box."""
    return _encoded(boxes, labels, grid, classes).transpose(1, 0, 2)


@misconception("encode", hint="of the picture, not of the cell")
def centre_in_the_picture(boxes, labels, grid, classes):
    return _encoded(boxes, labels, grid, classes, numbers=lambda x, y, w, h, row, column: (x, y, w, h, 1))


@misconception("encode", hint="measured in cells")
def size_in_cells(boxes, labels, grid, classes):
    return _encoded(
        boxes,
        labels,
        grid,
        classes,
        numbers=lambda x, y, w, h, row, column: (x * grid - column, y * grid - row, w * grid, h * grid, 1),
    )


@misconception("encode", hint="cell of the top left corner")
def cell_of_the_corner(boxes, labels, grid, classes):
    return _encoded(
        boxes,
        labels,
        grid,
        classes,
        place=lambda box, grid: [min(max(int(box[i] * grid), 0), grid - 1) for i in (1, 0)],
    )


@misconception("encode", hint="x and y are exchanged in the cell")
def y_before_x(boxes, labels, grid, classes):
    return _encoded(
        boxes,
        labels,
        grid,
        classes,
        numbers=lambda x, y, w, h, row, column: (y * grid - row, x * grid - column, h, w, 1),
    )


@misconception("encode", hint="second corner")
def corner_for_the_size(boxes, labels, grid, classes):
    return _encoded(
        boxes,
        labels,
        grid,
        classes,
        numbers=lambda x, y, w, h, row, column: (x * grid - column, y * grid - row, x + w / 2, y + h / 2, 1),
    )


@misconception("encode", hint="does not say that there is an object")
def confidence_forgotten(boxes, labels, grid, classes):
    target = _encoded(boxes, labels, grid, classes)
    target[..., 4] = 0
    return target


@misconception("encode", hint="There is no cell number")
def one_is_in_cell_s(boxes, labels, grid, classes):
    """A centre at 1.0 falls into a cell that is not there."""
    boxes, labels = _checked(boxes, labels, grid, classes)
    target = np.zeros((grid, grid, 5 + classes))
    for index in _larger_last(boxes):
        x, y = (boxes[index, :2] + boxes[index, 2:]) / 2 * grid
        target[int(y), int(x)] = 0
        target[int(y), int(x), :5] = x - int(x), y - int(y), *(boxes[index, 2:] - boxes[index, :2]), 1
        target[int(y), int(x), 5 + labels[index]] = 1
    return target


@misconception("encode", hint="wraps round")
def one_begins_anew(boxes, labels, grid, classes):
    """x * grid % 1 and a cell modulo grid."""
    return _encoded(
        boxes,
        labels,
        grid,
        classes,
        place=lambda box, grid: [int((box[i] + box[i + 2]) / 2 * grid) % grid for i in (1, 0)],
        numbers=lambda x, y, w, h, row, column: (x * grid % 1, y * grid % 1, w, h, 1),
    )


@misconception("encode", hint="the larger one")
def the_last_wins(boxes, labels, grid, classes):
    return _encoded(boxes, labels, grid, classes, order=lambda boxes: range(len(boxes)))


@misconception("encode", hint="the larger one")
def the_smaller_wins(boxes, labels, grid, classes):
    return _encoded(boxes, labels, grid, classes, order=lambda boxes: _larger_last(boxes)[::-1])


@misconception("encode", hint="two classes")
def classes_of_both(boxes, labels, grid, classes):
    """Five numbers are overwritten, the one-hot part is not cleared."""
    return _encoded(boxes, labels, grid, classes, clear=False)


@misconception("encode", hint="x1 is greater than x2")
def bad_boxes_accepted(boxes, labels, grid, classes):
    boxes = np.reshape(np.asarray(boxes, dtype=float), (-1, 4))
    return _encoded(np.clip(np.sort(boxes.reshape(-1, 2, 2), axis=1).reshape(-1, 4), 0, 1), labels, grid, classes)


# --- decode ------------------------------------------------------------------------------------------------


def _parts(prediction, boxes_per_cell):
    """Boxes (S, S, B, 5) and class probabilities (S, S, C); ValueError as the reference."""
    prediction = np.asarray(prediction, dtype=float)
    if prediction.ndim != 3 or prediction.shape[0] != prediction.shape[1] or boxes_per_cell < 1:
        raise ValueError("bad arguments")
    if prediction.shape[2] <= 5 * boxes_per_cell:
        raise ValueError("too few channels")
    cut = 5 * boxes_per_cell
    return prediction[..., :cut].reshape(*prediction.shape[:2], boxes_per_cell, 5), prediction[..., cut:]


def _decoded(prediction, boxes_per_cell, threshold, corners=None, scores=None, kept=None):
    boxes, classes = _parts(prediction, boxes_per_cell)
    grid = len(boxes)
    products = boxes[..., 4] * classes.max(axis=-1, keepdims=True) if scores is None else scores(boxes, classes)
    rows, columns, numbers = np.nonzero(products >= threshold if kept is None else kept(products, boxes))
    x, y, w, h = boxes[rows, columns, numbers, :4].T
    if corners is None:
        x, y = (x + columns) / grid, (y + rows) / grid
        found = np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=1)
    else:
        found = np.stack(corners(x, y, w, h, rows, columns, grid), axis=1)
    return found, products[rows, columns, numbers], classes.argmax(axis=-1)[rows, columns]


@misconception("decode", hint="rows and columns are exchanged")
def rows_for_columns(prediction, boxes_per_cell, threshold):
    def corners(x, y, w, h, rows, columns, grid):
        x, y = (x + rows) / grid, (y + columns) / grid
        return x - w / 2, y - h / 2, x + w / 2, y + h / 2

    return _decoded(prediction, boxes_per_cell, threshold, corners)


@misconception("decode", hint="score is the confidence alone")
def confidence_for_score(prediction, boxes_per_cell, threshold):
    return _decoded(prediction, boxes_per_cell, threshold, scores=lambda boxes, classes: boxes[..., 4].copy())


@misconception("decode", hint="probability of the class alone")
def class_for_score(prediction, boxes_per_cell, threshold):
    return _decoded(
        prediction,
        boxes_per_cell,
        threshold,
        scores=lambda boxes, classes: np.repeat(classes.max(axis=-1, keepdims=True), boxes_per_cell, axis=-1),
        kept=lambda products, boxes: boxes[..., 4] * products >= threshold,
    )


@misconception("decode", hint="centre and size")
def centre_and_size(prediction, boxes_per_cell, threshold):
    return _decoded(
        prediction,
        boxes_per_cell,
        threshold,
        lambda x, y, w, h, rows, columns, grid: ((x + columns) / grid, (y + rows) / grid, w, h),
    )


@misconception("decode", hint="in units of cells")
def centre_in_cells(prediction, boxes_per_cell, threshold):
    def corners(x, y, w, h, rows, columns, grid):
        x, y = x + columns, y + rows
        return x - w / 2, y - h / 2, x + w / 2, y + h / 2

    return _decoded(prediction, boxes_per_cell, threshold, corners)


@misconception("decode", hint="size is a fraction of the picture already")
def size_divided_too(prediction, boxes_per_cell, threshold):
    def corners(x, y, w, h, rows, columns, grid):
        x, y, w, h = (x + columns) / grid, (y + rows) / grid, w / grid, h / grid
        return x - w / 2, y - h / 2, x + w / 2, y + h / 2

    return _decoded(prediction, boxes_per_cell, threshold, corners)


@misconception("decode", hint="place of its cell")
def cell_forgotten(prediction, boxes_per_cell, threshold):
    return _decoded(
        prediction,
        boxes_per_cell,
        threshold,
        lambda x, y, w, h, rows, columns, grid: (x - w / 2, y - h / 2, x + w / 2, y + h / 2),
    )


@misconception("decode", hint="compared with the confidence")
def threshold_on_confidence(prediction, boxes_per_cell, threshold):
    return _decoded(prediction, boxes_per_cell, threshold, kept=lambda products, boxes: boxes[..., 4] >= threshold)


@misconception("decode", hint="one box of each cell")
def best_of_each_cell(prediction, boxes_per_cell, threshold):
    return _decoded(
        prediction,
        boxes_per_cell,
        threshold,
        kept=lambda products, boxes: (
            (products >= threshold) & (np.arange(boxes_per_cell) == products.argmax(axis=-1)[..., None])
        ),
    )


@misconception("decode", hint="exactly as high as the threshold")
def above_the_threshold(prediction, boxes_per_cell, threshold):
    return _decoded(prediction, boxes_per_cell, threshold, kept=lambda products, boxes: products > threshold)


@misconception("decode", hint="clipped")
def clipped_to_the_picture(prediction, boxes_per_cell, threshold):
    boxes, scores, labels = _decoded(prediction, boxes_per_cell, threshold)
    return np.clip(boxes, 0, 1), scores, labels


@misconception("decode", hint="no boxes still has four columns")
def nothing_has_no_columns(prediction, boxes_per_cell, threshold):
    boxes, scores, labels = _decoded(prediction, boxes_per_cell, threshold)
    return np.array(boxes.tolist()), scores, labels


# --- yolo_loss ---------------------------------------------------------------------------------------------


def _tensors(y_true, y_pred, boxes_per_cell):
    """Five arrays: boxes (N, S, S, B, 5), true box (N, S, S, 1, 4), full (N, S, S, 1), both class parts."""
    if len(y_true.shape) != 4 or len(y_pred.shape) != 4 or y_true.shape[1:3] != y_pred.shape[1:3]:
        raise ValueError("bad shapes")
    if y_true.shape[-1] - 5 != y_pred.shape[-1] - 5 * boxes_per_cell:
        raise ValueError("bad channels")
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    grid, cut = y_pred.shape[1], 5 * boxes_per_cell
    boxes = ops.reshape(y_pred[..., :cut], (-1, grid, grid, boxes_per_cell, 5))
    return boxes, y_true[..., None, :4], y_true[..., 4:5], y_true[..., 5:], y_pred[..., cut:]


def _overlap(boxes, truth, grid):
    """IoU of boxes (…, 4), centre in units of 1/grid."""

    def corners(box):
        half = ops.maximum(box[..., 2:4], 0) / 2
        return box[..., :2] / grid - half, box[..., :2] / grid + half

    (low, high), (true_low, true_high) = corners(boxes), corners(truth)
    both = ops.prod(ops.maximum(ops.minimum(high, true_high) - ops.maximum(low, true_low), 0), axis=-1)
    either = ops.prod(high - low, axis=-1) + ops.prod(true_high - true_low, axis=-1) - both
    return both / ops.maximum(either, 1e-12)


def _root(value):
    return ops.sqrt(ops.maximum(value, 1e-12))


def _loss(
    y_true,
    y_pred,
    boxes_per_cell,
    lambda_coord,
    lambda_noobj,
    root=_root,
    units=None,
    responsible=None,
    target=None,
    idle=None,
    classes_everywhere=False,
    place_weight=None,
    constant=True,
):
    """The right loss, but for one part."""
    boxes, truth, full, classes, predicted = _tensors(y_true, y_pred, boxes_per_cell)
    overlap = _overlap(boxes, truth, y_pred.shape[1] if units is None else units)
    overlap = ops.stop_gradient(overlap) if constant else overlap
    best = full * ops.one_hot(ops.argmax(overlap, axis=-1), boxes_per_cell, dtype=boxes.dtype)
    chosen = best if responsible is None else responsible(best, boxes, full)
    place = ops.sum(ops.square(boxes[..., :2] - truth[..., :2]), axis=-1)
    size = ops.sum(ops.square(root(boxes[..., 2:4]) - root(truth[..., :4][..., 2:4])), axis=-1)
    confidence = boxes[..., 4]
    wanted = overlap if target is None else target(overlap)
    is_idle = 1 - chosen if idle is None else idle(chosen, full)
    coordinates = lambda_coord if place_weight is None else place_weight
    sums = chosen * (coordinates * (place + size) + ops.square(confidence - wanted))
    sums = sums + lambda_noobj * is_idle * ops.square(confidence)
    wrong = ops.sum(ops.square(predicted - classes), axis=-1)
    wrong = wrong if classes_everywhere else wrong * full[..., 0]
    return (ops.sum(sums) + ops.sum(wrong)) / ops.cast(ops.shape(y_pred)[0], boxes.dtype)


@misconception("yolo_loss", hint="The roots are missing")
def no_root(y_true, y_pred, boxes_per_cell=2, lambda_coord=5.0, lambda_noobj=0.5):
    return _loss(y_true, y_pred, boxes_per_cell, lambda_coord, lambda_noobj, root=lambda value: value)


@misconception("yolo_loss", hint="The target of the confidence is 1 here")
def confidence_target_one(y_true, y_pred, boxes_per_cell=2, lambda_coord=5.0, lambda_noobj=0.5):
    return _loss(y_true, y_pred, boxes_per_cell, lambda_coord, lambda_noobj, target=lambda overlap: 1.0)


@misconception("yolo_loss", hint="All boxes of a full cell are held responsible")
def all_boxes_responsible(y_true, y_pred, boxes_per_cell=2, lambda_coord=5.0, lambda_noobj=0.5):
    return _loss(
        y_true,
        y_pred,
        boxes_per_cell,
        lambda_coord,
        lambda_noobj,
        responsible=lambda best, boxes, full: full * ops.ones_like(best),
    )


@misconception("yolo_loss", hint="`lambda_noobj` is missing")
def no_lambda_noobj(y_true, y_pred, boxes_per_cell=2, lambda_coord=5.0, lambda_noobj=0.5):
    return _loss(y_true, y_pred, boxes_per_cell, lambda_coord, 1.0)


@misconception("yolo_loss", hint="`lambda_coord` is missing")
def no_lambda_coord(y_true, y_pred, boxes_per_cell=2, lambda_coord=5.0, lambda_noobj=0.5):
    return _loss(y_true, y_pred, boxes_per_cell, lambda_coord, lambda_noobj, place_weight=1.0)


@misconception("yolo_loss", hint="idle box of a full cell")
def idle_box_of_a_full_cell_is_free(y_true, y_pred, boxes_per_cell=2, lambda_coord=5.0, lambda_noobj=0.5):
    return _loss(
        y_true,
        y_pred,
        boxes_per_cell,
        lambda_coord,
        lambda_noobj,
        idle=lambda chosen, full: (1 - full) * ops.ones_like(chosen),
    )


@misconception("yolo_loss", hint="different units")
def mixed_units(y_true, y_pred, boxes_per_cell=2, lambda_coord=5.0, lambda_noobj=0.5):
    """x and y of the cell beside w and h of the picture."""
    return _loss(y_true, y_pred, boxes_per_cell, lambda_coord, lambda_noobj, units=1.0)


@misconception("yolo_loss", hint="highest confidence is held responsible")
def most_confident_is_responsible(y_true, y_pred, boxes_per_cell=2, lambda_coord=5.0, lambda_noobj=0.5):
    def most_confident(best, boxes, full):
        return full * ops.one_hot(ops.argmax(boxes[..., 4], axis=-1), boxes_per_cell, dtype=boxes.dtype)

    return _loss(y_true, y_pred, boxes_per_cell, lambda_coord, lambda_noobj, responsible=most_confident)


@misconception("yolo_loss", hint="Classes of empty cells")
def classes_of_empty_cells(y_true, y_pred, boxes_per_cell=2, lambda_coord=5.0, lambda_noobj=0.5):
    return _loss(y_true, y_pred, boxes_per_cell, lambda_coord, lambda_noobj, classes_everywhere=True)


@misconception("yolo_loss", hint="sum over the pictures")
def sum_over_pictures(y_true, y_pred, boxes_per_cell=2, lambda_coord=5.0, lambda_noobj=0.5):
    return len(y_true) * _loss(y_true, y_pred, boxes_per_cell, lambda_coord, lambda_noobj)


@misconception("yolo_loss", hint="mean over the cells")
def mean_over_cells(y_true, y_pred, boxes_per_cell=2, lambda_coord=5.0, lambda_noobj=0.5):
    return _loss(y_true, y_pred, boxes_per_cell, lambda_coord, lambda_noobj) / y_pred.shape[1] ** 2


@misconception("yolo_loss", hint="slope of the root")
def infinite_slope(y_true, y_pred, boxes_per_cell=2, lambda_coord=5.0, lambda_noobj=0.5):
    """The values are right; at w = 0 the gradient is 0 times infinity."""

    def bare_root(value):
        return ops.sqrt(ops.maximum(value, 0.0))

    return _loss(y_true, y_pred, boxes_per_cell, lambda_coord, lambda_noobj, root=bare_root)


@misconception("yolo_loss", hint="`ops.stop_gradient` is missing")
def target_that_moves(y_true, y_pred, boxes_per_cell=2, lambda_coord=5.0, lambda_noobj=0.5):
    return _loss(y_true, y_pred, boxes_per_cell, lambda_coord, lambda_noobj, constant=False)


# --- non_max_suppression -----------------------------------------------------------------------------------


def _arrays(boxes, scores, labels):
    boxes = np.reshape(np.asarray(boxes, dtype=float), (-1, 4))
    scores, labels = np.asarray(scores, dtype=float), np.asarray(labels)
    if not len(boxes) == len(scores) == len(labels):
        raise ValueError("lengths differ")
    return boxes, scores, labels


def _suppressed(boxes, scores, labels, order, hides):
    """Greedy suppression in the given order; hides(i, j) says whether i, kept before, suppresses j."""
    kept = []
    for index in order:
        if not any(hides(before, index) for before in kept):
            kept.append(index)
    return np.array(kept, dtype=np.int64)


def _best_first(scores):
    return np.argsort(-scores, kind="stable")


@misconception("non_max_suppression", hint="Boxes of other classes")
def over_all_classes(boxes, scores, labels, iou_threshold=0.5):
    boxes, scores, labels = _arrays(boxes, scores, labels)
    overlap = iou(boxes, boxes)
    return _suppressed(boxes, scores, labels, _best_first(scores), lambda i, j: overlap[i, j] > iou_threshold)


@misconception("non_max_suppression", hint="order in which they came")
def not_sorted(boxes, scores, labels, iou_threshold=0.5):
    boxes, scores, labels = _arrays(boxes, scores, labels)
    overlap = iou(boxes, boxes)
    return _suppressed(
        boxes,
        scores,
        labels,
        range(len(boxes)),
        lambda i, j: labels[i] == labels[j] and overlap[i, j] > iou_threshold,
    )


@misconception("non_max_suppression", hint="The worst come first")
def worst_first(boxes, scores, labels, iou_threshold=0.5):
    boxes, scores, labels = _arrays(boxes, scores, labels)
    overlap = iou(boxes, boxes)
    return _suppressed(
        boxes,
        scores,
        labels,
        np.argsort(scores, kind="stable"),
        lambda i, j: labels[i] == labels[j] and overlap[i, j] > iou_threshold,
    )


@misconception("non_max_suppression", hint="the other way round")
def keeps_the_overlapping(boxes, scores, labels, iou_threshold=0.5):
    boxes, scores, labels = _arrays(boxes, scores, labels)
    overlap = iou(boxes, boxes)
    return _suppressed(
        boxes,
        scores,
        labels,
        _best_first(scores),
        lambda i, j: labels[i] == labels[j] and overlap[i, j] <= iou_threshold,
    )


@misconception("non_max_suppression", hint="suppressed themselves")
def suppressed_boxes_suppress(boxes, scores, labels, iou_threshold=0.5):
    """Every better box counts, kept or not."""
    boxes, scores, labels = _arrays(boxes, scores, labels)
    overlap, order = iou(boxes, boxes), _best_first(scores)
    kept = [
        index
        for place, index in enumerate(order)
        if not any(labels[i] == labels[index] and overlap[i, index] > iou_threshold for i in order[:place])
    ]
    return np.array(kept, dtype=np.int64)


@misconception("non_max_suppression", hint="one box of each class")
def best_of_each_class(boxes, scores, labels, iou_threshold=0.5):
    boxes, scores, labels = _arrays(boxes, scores, labels)
    return _suppressed(boxes, scores, labels, _best_first(scores), lambda i, j: labels[i] == labels[j])


@misconception("non_max_suppression", hint="class by class")
def class_by_class(boxes, scores, labels, iou_threshold=0.5):
    boxes, scores, labels = _arrays(boxes, scores, labels)
    overlap = iou(boxes, boxes)
    kept = _suppressed(
        boxes,
        scores,
        labels,
        _best_first(scores),
        lambda i, j: labels[i] == labels[j] and overlap[i, j] > iou_threshold,
    )
    return kept[np.argsort(labels[kept], kind="stable")]


@misconception("non_max_suppression", hint="in rising order")
def indices_in_rising_order(boxes, scores, labels, iou_threshold=0.5):
    boxes, scores, labels = _arrays(boxes, scores, labels)
    overlap = iou(boxes, boxes)
    return np.sort(
        _suppressed(
            boxes,
            scores,
            labels,
            _best_first(scores),
            lambda i, j: labels[i] == labels[j] and overlap[i, j] > iou_threshold,
        )
    )


@misconception("non_max_suppression", hint="exactly the threshold")
def at_the_threshold_too(boxes, scores, labels, iou_threshold=0.5):
    boxes, scores, labels = _arrays(boxes, scores, labels)
    overlap = iou(boxes, boxes)
    return _suppressed(
        boxes,
        scores,
        labels,
        _best_first(scores),
        lambda i, j: labels[i] == labels[j] and overlap[i, j] >= iou_threshold,
    )


@misconception("non_max_suppression", hint="of equal scores")
def the_last_of_equals(boxes, scores, labels, iou_threshold=0.5):
    """np.argsort(scores)[::-1] turns equal scores round."""
    boxes, scores, labels = _arrays(boxes, scores, labels)
    overlap = iou(boxes, boxes)
    return _suppressed(
        boxes,
        scores,
        labels,
        np.argsort(scores, kind="stable")[::-1],
        lambda i, j: labels[i] == labels[j] and overlap[i, j] > iou_threshold,
    )


# --- average_precision -------------------------------------------------------------------------------------


def _hits(detections, truths, iou_threshold, order=None, twice=False, next_best=False, strict=False):
    """Whether each detection, best first, is right."""
    detections = sorted(detections, key=lambda found: -found[1]) if order is None else list(detections)
    taken = {picture: np.zeros(len(boxes), dtype=bool) for picture, boxes in truths.items()}
    hits = []
    for picture, _, box in detections:
        hit = False
        if len(truths.get(picture, ())):
            overlap = iou(np.reshape(box, (1, 4)), truths[picture])[0]
            if next_best:
                overlap = np.where(taken[picture], -1, overlap)
            best = int(np.argmax(overlap))
            near = overlap[best] > iou_threshold if strict else overlap[best] >= iou_threshold
            hit = bool(near and (twice or not taken[picture][best]))
            taken[picture][best] |= hit
        hits.append(hit)
    return np.array(hits, dtype=float)


def _count(truths):
    return sum(len(boxes) for boxes in truths.values())


def _curve(hits, count):
    """Precision and recall behind each detection."""
    right = np.cumsum(hits)
    return right / np.arange(1, len(hits) + 1), right / count


def _area(hits, count, interpolate=True):
    if not len(hits) or not count:
        return 0.0
    precision, recall = _curve(hits, count)
    if interpolate:
        precision = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall, prepend=0) * precision))


@misconception("average_precision", hint="One truth was counted twice")
def truth_matched_twice(detections, truths, iou_threshold=0.5):
    return _area(_hits(detections, truths, iou_threshold, twice=True), _count(truths))


@misconception("average_precision", hint="order in which they came")
def detections_not_sorted(detections, truths, iou_threshold=0.5):
    return _area(_hits(detections, truths, iou_threshold, order="given"), _count(truths))


@misconception("average_precision", hint="interpolation is missing")
def no_interpolation(detections, truths, iou_threshold=0.5):
    return _area(_hits(detections, truths, iou_threshold), _count(truths), interpolate=False)


@misconception("average_precision", hint="eleven points")
def eleven_points(detections, truths, iou_threshold=0.5):
    """The older convention of Pascal VOC."""
    hits, count = _hits(detections, truths, iou_threshold), _count(truths)
    if not len(hits) or not count:
        return 0.0
    precision, recall = _curve(hits, count)
    return float(np.mean([max(precision[recall >= level], default=0) for level in np.arange(11) / 10]))


@misconception("average_precision", hint="it overlaps most is taken")
def next_free_truth(detections, truths, iou_threshold=0.5):
    return _area(_hits(detections, truths, iou_threshold, next_best=True), _count(truths))


@misconception("average_precision", hint="divided by the number of detections")
def recall_of_the_found(detections, truths, iou_threshold=0.5):
    """Truths that nobody found do not count."""
    hits = _hits(detections, truths, iou_threshold)
    return _area(hits, int(hits.sum()))


@misconception("average_precision", hint="pictures in which nothing was found")
def pictures_without_detections_ignored(detections, truths, iou_threshold=0.5):
    seen = {picture for picture, _, _ in detections}
    truths = {picture: boxes for picture, boxes in truths.items() if picture in seen}
    return _area(_hits(detections, truths, iou_threshold), _count(truths))


@misconception("average_precision", hint="other pictures")
def pictures_mixed(detections, truths, iou_threshold=0.5):
    everything = {0: np.concatenate([np.reshape(boxes, (-1, 4)) for boxes in truths.values()])} if truths else {}
    return _area(_hits([(0, score, box) for _, score, box in detections], everything, iou_threshold), _count(truths))


@misconception("average_precision", hint="no order and no area")
def precision_alone(detections, truths, iou_threshold=0.5):
    hits = _hits(detections, truths, iou_threshold)
    return float(np.mean(hits)) if len(hits) and _count(truths) else 0.0


@misconception("average_precision", hint="exactly the threshold")
def strictly_above(detections, truths, iou_threshold=0.5):
    return _area(_hits(detections, truths, iou_threshold, strict=True), _count(truths))


# --- train_yolo --------------------------------------------------------------------------------------------


def _detector(activation="sigmoid"):
    return keras.Sequential([keras.Input((SIZE, SIZE, 3)), *base(), layers.Conv2D(13, 1, activation=activation)])


def _fit(model, images, targets, epochs=None):
    model.compile(optimizer(len(images)), yolo_loss)
    model.fit(images, targets, batch_size=BATCH, epochs=EPOCHS if epochs is None else epochs, verbose=0)
    return model


def _targets(labels, boxes):
    return np.stack([encode(own, names, 7, 3) for names, own in zip(labels, boxes, strict=True)])


@misconception("train_yolo", hint="the same answer for every picture")
def never_trained(train, validation, seed):
    """The model that comes back is a fresh one, with its last bias set as if a search had gone wrong."""
    keras.utils.set_random_seed(seed)
    model = _detector()
    model.layers[-1].set_weights([np.zeros(weights.shape) for weights in model.layers[-1].get_weights()])
    model.compile(optimizer(100), yolo_loss)
    return model


@misconception("train_yolo", hint="not enough")
def one_epoch(train, validation, seed):
    keras.utils.set_random_seed(seed)
    images, labels, boxes = train
    return _fit(_detector(), images, _targets(labels, boxes), epochs=1)


@misconception("train_yolo", hint="in the same order")
def pictures_out_of_order(train, validation, seed):
    """Pictures shuffled, boxes not."""
    keras.utils.set_random_seed(seed)
    images, labels, boxes = train
    images = images[np.random.default_rng(seed).permutation(len(images))]
    return _fit(_detector(), images, _targets(labels, boxes), epochs=2)


@misconception("train_yolo", hint="names them wrongly")
def classes_from_one(train, validation, seed):
    """Classes counted from 1, with the last one wrapping round."""
    keras.utils.set_random_seed(seed)
    images, labels, boxes = train
    return _fit(_detector(), images, _targets([(own + 1) % 3 for own in labels], boxes), epochs=2)


@misconception("train_yolo", hint="between 0 and 1")
def no_activation(train, validation, seed):
    keras.utils.set_random_seed(seed)
    images, labels, boxes = train
    return _fit(_detector(None), images, _targets(labels, boxes), epochs=1)
