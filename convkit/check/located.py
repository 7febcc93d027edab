"""A check of trained localizers: are the boxes of new pictures right, and if not, which mistake do they look like?"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from convkit.check.failure import CheckFailed, sentence
from convkit.check.values import Array, describe, number_array

Part = tuple[object, object]

_FAR = 0.15  # of mean IoU: so much better on the training part is "far better"
_CLEARLY = 0.2  # of mean IoU: so much better when read in another way is no accident


def located(
    boxes: object, truths: object, at_least: float, *, train: Part | None = None, name: str = "the model"
) -> None:
    """The mean IoU of boxes with the true ones, row by row, is at least this on pictures that were not trained on.

    boxes: (N, 4), what the model gives.   truths: (N, 4), x1, y1, x2, y2 as fractions of the picture, none empty.
    at_least: the mean IoU that is asked for, in [0, 1].
    train: (boxes, truths) of the training part, so that overfitting can be told from too little training.
    A failing check says which mistake the numbers look like. It says nothing of single pictures.
    """
    if not 0 <= at_least <= 1:
        raise ValueError(f"at_least must be in [0, 1], not {at_least}")
    true = np.asarray(truths, dtype=np.float64)
    if true.ndim != 2 or true.shape[1] != 4 or not true.size:
        raise ValueError(f"the true boxes must be (N, 4) with N from 1 on, not {true.shape}")
    found = number_array(boxes, f"the boxes of {name}").astype(np.float64)
    if found.shape != true.shape:
        what = "The box head needs four units." if found.ndim == 2 and len(found) == len(true) else None
        raise CheckFailed(sentence(name, "gives boxes of another shape"), what, f"shape {true.shape}", describe(found))
    reached = _mean_overlap(found, true)
    if np.isfinite(found).all() and reached >= at_least:
        return
    known = None if train is None else _mean_overlap(*(np.asarray(part, dtype=np.float64) for part in train))
    what, hint = _finding(found, true, reached, at_least, known)
    raise CheckFailed(sentence(name, what), hint, f"a mean IoU of {at_least:g} or more", _down(reached))


def _finding(found: Array, true: Array, reached: float, at_least: float, known: float | None) -> tuple[str, str]:
    if not np.isfinite(found).all():
        return (
            "gives boxes that are no finite numbers",
            "The loss became NaN or infinite in training. Is the learning rate too high, or is there a division by 0 "
            "in the loss, such as by the number of pictures with an object where there are none?",
        )
    if len(found) > 1 and np.ptp(found, axis=0).max() < 0.02:
        return (
            "gives the same box for every picture",
            "It has learned nothing of where objects are. Was it trained at all, with boxes that belong to their "
            "pictures? Is the learning rate far too high, or the weight of the box loss 0?",
        )
    same_for_all = _mean_overlap(np.broadcast_to(true.mean(axis=0), true.shape), true)
    for read, looks, hint in _READINGS:
        if _mean_overlap(read(found), true) > max(reached + _CLEARLY, same_for_all + 0.1):
            return looks, hint
    if known is not None and known >= at_least and known - reached > _FAR:
        return (
            "finds objects in its training pictures, but not in new ones",
            f"It overfits: a mean IoU of {_down(known)} on the training part, {_down(reached)} on new pictures. More "
            "pictures, flipped copies of them, or fewer epochs help.",
        )
    if reached < same_for_all + 0.05:
        return (
            "does no better than one box for all pictures",
            "It has learned nothing of where objects are. Do pictures and boxes stand in the same order? Can the box "
            "head still see where in the maps something is?",
        )
    own = "" if known is None else f" On its training part it reaches {_down(known)}."
    return (
        "has learned something, but not enough",
        f"The mean IoU falls short by {math.ceil(1000 * (at_least - reached)) / 1000:g}.{own} More epochs, another "
        "learning rate, or a larger weight of the box loss may bring it there.",
    )


def _corners(boxes: Array) -> Array:
    """(centre, size) → corners."""
    return np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], axis=1)


_READINGS: tuple[tuple[Callable[[Array], Array], str, str], ...] = (
    (
        _corners,
        "gives centre and size in place of corners",
        "Read as (cx, cy, width, height) its boxes fit far better: it was trained on those, but asked are corners.",
    ),
    (
        lambda boxes: boxes[:, [1, 0, 3, 2]],
        "gives y before x",
        "Read as (y1, x1, y2, x2) its boxes fit far better: it was trained on those, but x comes first.",
    ),
    (
        lambda boxes: boxes[:, [2, 1, 0, 3]] * (-1, 1, -1, 1) + (1, 0, 1, 0),
        "gives boxes that are mirrored",
        "Mirrored left to right its boxes fit far better: were pictures flipped in training and their boxes not?",
    ),
    (
        lambda boxes: boxes / max(float(boxes.max()), 1.0),
        "gives boxes in pixels",
        "Asked are fractions of the picture, from 0 to 1.",
    ),
)


def _mean_overlap(boxes: Array, others: Array) -> float:
    """The mean over the rows of intersection over union; 0 for a row where either is empty."""
    boxes = np.nan_to_num(boxes, posinf=0.0, neginf=0.0)
    low, high = np.maximum(boxes[:, :2], others[:, :2]), np.minimum(boxes[:, 2:], others[:, 2:])
    common = np.prod(np.maximum(high - low, 0), axis=1)
    both = sum(np.prod(np.maximum(part[:, 2:] - part[:, :2], 0), axis=1) for part in (boxes, others)) - common
    return float(np.mean(common / np.where(both > 0, both, 1)))


def _down(share: float) -> str:
    """0.5996 → "0.599": rounded down, so that what falls short never looks as if it did not."""
    return f"{math.floor(1000 * share + 1e-9) / 1000:.3f}"
