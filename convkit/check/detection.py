"""A check of trained detectors: do they find new objects, and if not, which failure of training is it?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from convkit.check.failure import CheckFailed, sentence
from convkit.check.values import Array, describe, number_array

Part = tuple[object, Sequence[ArrayLike], Sequence[ArrayLike]]
Finding = tuple[str, str]  # (what is wrong, completing "The model …"; the hint)

_HIT = 0.5  # IoU
_SURE = 0.25  # a confidence from which on a box counts as "there is something"


def detected(
    outputs: object,
    labels: Sequence[ArrayLike],
    boxes: Sequence[ArrayLike],
    at_least: float,
    *,
    boxes_per_cell: int = 2,
    train: Part | None = None,
    name: str = "the model",
) -> None:
    """A trained YOLO finds at least this share of the objects in pictures that it has not seen.

    outputs: (N, S, S, 5B + C), in each cell B × (x, y, w, h, confidence), then C class probabilities.
    labels, boxes: for each picture the classes (n,) and the boxes (n, 4) as x1, y1, x2, y2 of its objects.
    at_least: a share in [0, 1]. An object is found if, in the cell of its centre, the most confident box is sure
        (0.25 or more) and has an IoU of 0.5 or more with it, and the best class is its own.
    train: (outputs, labels, boxes) of the training part, so that overfitting can be told from too little training.
    A failing check says which failure of training the numbers look like.
    """
    if not 0 <= at_least <= 1:
        raise ValueError(f"at_least must be a share in [0, 1], not {at_least}")
    array = _predictions(outputs, len(boxes), boxes_per_cell, name)
    new = _look(array, labels, boxes, boxes_per_cell)
    if new.found >= at_least:
        return
    known = None
    if train is not None:
        known = _look(_predictions(train[0], len(train[2]), boxes_per_cell, name), train[1], train[2], boxes_per_cell)
    turned = _look(array.transpose(0, 2, 1, 3), labels, boxes, boxes_per_cell)
    case = _Case(array, new, known, turned, array.shape[3] - 5 * boxes_per_cell, at_least)
    what, hint = next(finding for find in _FINDINGS if (finding := find(case)))
    raise CheckFailed(
        sentence(name, what),
        hint,
        f"at least {100 * at_least:g} % of the objects found",
        f"{_percent(new.found)} found",
    )


@dataclass(frozen=True, eq=False)
class _Look:
    """What there is to see in the cells that hold an object (M of them), and in the others."""

    sure: Array  # (M,), whether the most confident box is sure
    fits: Array  # (M,), whether it fits
    named: Array  # (M,), whether the best class is right
    idle_sure: float  # the share of cells without an object that are sure

    @property
    def found(self) -> float:
        return float(np.mean(self.sure & self.fits & self.named))


@dataclass(frozen=True, eq=False)
class _Case:
    """A model that does not find enough, and all that is known of it."""

    outputs: Array
    new: _Look
    known: _Look | None
    turned: _Look  # with rows and columns of the output exchanged
    classes: int
    at_least: float


def _predictions(outputs: object, count: int, boxes_per_cell: int, name: str) -> Array:
    array = number_array(outputs, f"the output of {name}")
    least = 5 * boxes_per_cell + 1
    if array.ndim != 4 or len(array) != count or array.shape[1] != array.shape[2] or array.shape[3] < least:
        expected = f"shape ({count}, S, S, {least} or more)"
        raise CheckFailed(sentence(f"the output of {name}", "has the wrong shape"), None, expected, describe(array))
    if not np.isfinite(array).all():
        hint = "The loss became NaN in training. Is the learning rate too high, or the gradient infinite where w is 0?"
        raise CheckFailed(sentence(name, "answers with numbers that are not finite"), hint)
    return array.astype(np.float64)


def _look(outputs: Array, labels: Sequence[ArrayLike], boxes: Sequence[ArrayLike], count: int) -> _Look:
    grid = outputs.shape[1]
    idle = np.ones(outputs.shape[:3], dtype=bool)
    seen = []
    for picture, (own, names) in enumerate(zip(boxes, labels, strict=True)):
        for (x1, y1, x2, y2), label in zip(np.reshape(own, (-1, 4)), np.ravel(names), strict=True):
            column, row = (min(int((low + high) / 2 * grid), grid - 1) for low, high in ((x1, x2), (y1, y2)))
            idle[picture, row, column] = False
            cell = outputs[picture, row, column]
            x, y, w, h, confidence = max(cell[: 5 * count].reshape(count, 5), key=lambda box: float(box[4]))
            x, y = (x + column) / grid, (y + row) / grid
            across = max(min(x2, x + w / 2) - max(x1, x - w / 2), 0)
            both = across * max(min(y2, y + h / 2) - max(y1, y - h / 2), 0)
            either = (x2 - x1) * (y2 - y1) + max(w, 0) * max(h, 0) - both
            seen.append((confidence >= _SURE, both >= _HIT * either, int(cell[5 * count :].argmax()) == label))
    if not seen:
        raise ValueError("there are no objects: this check could not fail")
    sure, fits, named = np.array(seen, dtype=bool).T
    confidences = outputs[..., 4 : 5 * count : 5].max(axis=-1)
    return _Look(sure, fits, named, float(np.mean(confidences[idle] >= _SURE)) if idle.any() else 0.0)


# --- which failure it looks like, the first that fits ------------------------------------------------------


def _same_everywhere(case: _Case) -> Finding | None:
    if len(case.outputs) < 2 or np.ptp(case.outputs, axis=0).max() > 1e-6:
        return None
    return (
        "gives the same answer for every picture",
        "It has learned nothing: was the model that is returned the one that was trained? A learning rate far too high "
        "does that as well, and so do pictures that were scaled twice.",
    )


def _turned(case: _Case) -> Finding | None:
    if case.turned.found < max(2 * case.new.found, 0.1):
        return None
    return (
        "finds things in the wrong cells",
        f"With rows and columns of its grid exchanged it finds {_percent(case.turned.found)}: the targets of "
        "the training were `[column, row]`.",
    )


def _silent(case: _Case) -> Finding | None:
    if float(np.mean(case.new.sure)) > 0.1:
        return None
    return (
        "is sure of nothing",
        f"In {_percent(1 - float(np.mean(case.new.sure)))} of the cells with an object no confidence reaches {_SURE}. "
        "Do pictures and boxes stand in the same order? Do idle boxes count too much (λ_noobj)? Or was the training "
        "too short, not enough to learn more than silence?",
    )


def _loud(case: _Case) -> Finding | None:
    if case.new.idle_sure < 0.5:
        return None
    return (
        "sees objects everywhere",
        f"It is sure in {_percent(case.new.idle_sure)} of the cells without an object: do idle boxes pay for their "
        "confidence?",
    )


def _misnamed(case: _Case) -> Finding | None:
    place = float(np.mean(case.new.sure & case.new.fits))
    if place < case.at_least or case.new.found > 0.75 * place / case.classes:  # clearly worse than by chance
        return None
    return (
        "finds objects and names them wrongly",
        f"{_percent(place)} are found if the class does not matter: were the labels mixed up in training?",
    )


def _overfitted(case: _Case) -> Finding | None:
    if case.known is None or case.known.found < case.at_least or case.known.found - case.new.found < 0.1:
        return None
    return (
        "knows its training pictures, but not new ones",
        f"It overfits: {_percent(case.known.found)} of the objects found in the training part, "
        f"{_percent(case.new.found)} "
        "in new pictures. Train on more pictures, or stop earlier.",
    )


def _unfit(case: _Case) -> Finding | None:
    named, fits = float(np.mean(case.new.sure & case.new.named)), float(np.mean(case.new.fits))
    if named < 0.5 or fits > 0.5 * named:
        return None
    return (
        "knows what there is and where, but its boxes do not fit",
        "Are x and y those of the cell, and w and h of the picture, in the targets and in the loss? Otherwise it has "
        "not learned enough.",
    )


def _too_little(case: _Case) -> Finding:
    known = "" if case.known is None else f" In its training part it finds {_percent(case.known.found)}."
    return (
        "has learned something, but not enough",
        f"Sure: {_percent(float(np.mean(case.new.sure)))} of the objects' cells; right name: "
        f"{_percent(float(np.mean(case.new.named)))}; box fits: {_percent(float(np.mean(case.new.fits)))}.{known} "
        "More epochs, or another learning rate, may help.",
    )


_FINDINGS: tuple[Callable[[_Case], Finding | None], ...] = (
    _same_everywhere, _turned, _silent, _loud, _misnamed, _overfitted, _unfit, _too_little,
)  # fmt: skip


def _percent(share: float) -> str:
    """0.9499 → '94 %': rounded down, so that what falls short never looks as if it did not."""
    return f"{int(100 * share + 1e-9)} %"
