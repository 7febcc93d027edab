"""A check of trained classifiers: do they know new pictures, and if not, which failure of training is it?"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from convkit.check.failure import CheckFailed, sentence
from convkit.check.values import Array, describe, number_array

Part = tuple[object, object]
Finding = tuple[str, str]  # (what is wrong, completing "The model …"; the hint)

_FEW = 20  # pictures; with fewer, nothing but the share of right answers is told
_DEVIATIONS = 3.0  # standard errors, beyond which a share is no accident
_FAR = 0.1  # so much better on its training part is "far better"
_PAIRS_NAMED = 4


def trained(
    outputs: object,
    labels: object,
    at_least: float,
    *,
    train: Part | None = None,
    classes: int | None = None,
    chance: float | None = None,
    sigmoid: bool = False,
    thing: str = "picture",
    name: str = "the model",
) -> None:
    """A trained classifier is right on at least this share of pictures that it has not seen.

    outputs: (N, K), a score or probability for each class; the answer is the class of the highest. Several highest
        ones are no answer.
    labels: (N,), whole numbers from 0 to K − 1.
    at_least: the share of right answers that is asked for, in [0, 1].
    train: (outputs, labels) of the training part, so that overfitting can be told from too little training.
    classes: how many outputs there must be (None: as many as the labels need, or more).
    chance: the share that guessing reaches (None: 1/K).
    sigmoid: the model has one output, the probability of class 1, and outputs are (N, 1).
    thing: what is told apart, in the words of a failing check.
    A failing check says which failure of training the numbers look like. It says nothing of single pictures.
    """
    _require_shares(at_least, chance)
    if sigmoid:
        classes, outputs = 2, _two_columns(outputs, name)
        train = None if train is None else (_two_columns(train[0], name), train[1])
    new = _scores(outputs, labels, classes, name, "")
    known = _scores(*train, classes, name, " for its training part") if train is not None else None
    not_finite = _not_finite(new)
    if not_finite is None and new.accuracy >= at_least:
        return
    case = _Case(new, known, at_least, chance if chance is not None else 1 / new.outputs.shape[1])
    what, hint = not_finite or next(found for find in _FINDINGS if (found := find(case)))
    what, hint = (text.replace("picture", thing) for text in (what, hint))
    raise CheckFailed(sentence(name, what), hint, f"at least {100 * at_least:g} % right", _right_text(new))


@dataclass(frozen=True, eq=False)
class _Scores:
    """What a model answered for one part of the data. `answers` is −1 where several classes share the top score."""

    outputs: Array
    labels: Array
    answers: Array

    @property
    def count(self) -> int:
        return len(self.labels)

    @property
    def accuracy(self) -> float:
        return float(np.mean(self.answers == self.labels))

    @property
    def undecided(self) -> int:
        return int(np.sum(self.answers < 0))


@dataclass(frozen=True, eq=False)
class _Case:
    """A model that is not good enough, and all that is known of it."""

    new: _Scores
    known: _Scores | None
    at_least: float
    chance: float

    @property
    def accident(self) -> float:
        """How far guessing may get beyond `chance` in so few pictures."""
        return _DEVIATIONS * math.sqrt(self.chance * (1 - self.chance) / self.new.count)

    @property
    def known_accuracy(self) -> float | None:
        return None if self.known is None or _not_finite(self.known) else self.known.accuracy


# --- what came, as arrays ----------------------------------------------------------------------------------


def _require_shares(at_least: float, chance: float | None) -> None:
    for what, share in (("at_least", at_least), ("chance", chance)):
        if share is not None and not 0 <= share <= 1:
            raise ValueError(f"{what} must be a share in [0, 1], not {share}")


def _scores(outputs: object, labels: object, classes: int | None, name: str, part: str) -> _Scores:
    truth = _label_array(labels, part)
    array = number_array(outputs, f"the output of {name}{part}")
    wanted = classes if classes is not None else int(truth.max()) + 1
    problem = _shape_problem(array, len(truth), wanted, exact=classes is not None)
    if problem is not None:
        expected = f"shape ({len(truth)}, {wanted})"
        raise CheckFailed(sentence(name, problem[0] + part), problem[1], expected, describe(array))
    if truth.max() >= array.shape[1]:
        raise ValueError(f"a label is {truth.max()}, but there are only the classes 0 to {array.shape[1] - 1}")
    array = array.astype(np.float64)
    top = array == array.max(axis=1, keepdims=True)
    answers = np.where(top.sum(axis=1) == 1, top.argmax(axis=1), -1)
    return _Scores(array, truth, answers)


def _two_columns(outputs: object, name: str) -> Array:
    """The probabilities of class 0 and class 1, (N, 2), from those of class 1, (N, 1)."""
    array = number_array(outputs, f"the output of {name}")
    if array.ndim != 2 or array.shape[1] != 1:
        hint = "One unit with a sigmoid gives the probability of class 1; class 0 has the rest."
        raise CheckFailed(sentence(name, "must give one number each"), hint, "shape (N, 1)", describe(array))
    if np.any(array < 0) or np.any(array > 1):
        hint = "The last layer needs a sigmoid, which makes a probability of any number."
        raise CheckFailed(sentence(name, "gives numbers outside 0 to 1"), hint, "probabilities", describe(array))
    return np.hstack([1 - array, array])


def _label_array(labels: object, part: str) -> Array:
    array = number_array(labels, f"the array of labels{part}")
    if array.ndim == 2 and array.shape[1] > 1 and np.all(np.sort(array, axis=1)[:, -2:] == (0, 1)):
        one_number = "Give one whole number a picture: `np.argmax(labels, axis=1)`."
        raise CheckFailed(f"The labels{part} are one-hot.", one_number, f"shape ({len(array)},)", describe(array))
    if array.ndim != 1:
        hint = "Take the axis of length 1 away: `labels[:, 0]`." if array.ndim == 2 and array.shape[1] == 1 else None
        raise CheckFailed(f"The labels{part} must have one axis.", hint, "shape (N,)", describe(array))
    if array.size == 0:
        raise ValueError("there are no labels: this check could not fail")
    if array.dtype.kind not in "iuf" or np.any(array != np.floor(array)) or np.any(array < 0):
        raise CheckFailed(f"The labels{part} must be whole numbers from 0 on.", None, None, describe(array))
    return array.astype(np.int64)


def _shape_problem(outputs: Array, count: int, classes: int, *, exact: bool) -> Finding | None:
    shape = outputs.shape
    if outputs.ndim == 1 or shape[1:] == (1,):
        if outputs.dtype.kind in "iu":
            return "gives class numbers, not scores", "Do not take the argmax: every class needs a score of its own."
        return "gives one number a picture", "The last layer needs one unit for each class."
    if outputs.ndim != 2:
        return "gives more than one score a class", "The maps must be flattened (or pooled) before the last layer."
    if shape[0] != count:
        return "gives answers for another number of pictures than there are labels", "Were all pictures asked?"
    if shape[1] < classes:
        return "has too few outputs", "The last layer needs one unit for each class, and classes count from 0."
    if exact and shape[1] > classes:
        off = "The classes count from 0, so no further unit is needed. " if shape[1] == classes + 1 else ""
        return "has too many outputs", f"{off}The last layer needs one unit for each class."
    return None


def _not_finite(scores: _Scores) -> Finding | None:
    if np.isnan(scores.outputs).any():
        return (
            "answers NaN (not a number)",
            "The loss became NaN in training. Is the learning rate too high, is there a logarithm of 0 or a division "
            "by 0 in the loss, or a NaN among the pictures?",
        )
    if np.isinf(scores.outputs).any():
        return (
            "answers with infinite numbers",
            "The weights grew without bound in training. Is the learning rate too high, or are the pictures not "
            "scaled?",
        )
    return None


# --- which failure it looks like, the first that fits ------------------------------------------------------


def _same_scores(case: _Case) -> Finding | None:
    outputs = case.new.outputs
    spread = np.ptp(outputs, axis=0).max()
    if case.new.count < 2 or len(np.unique(case.new.labels)) < 2 or spread > 1e-6 * np.abs(outputs).max():
        return None
    return (
        "gives the same answer for every picture",
        "Its scores do not depend on the picture at all: it has learned nothing. A learning rate far too high does "
        "that (all units are saturated, or a ReLU is 0 everywhere), and so do pictures that are all zero.",
    )


def _same_answer(case: _Case) -> Finding | None:
    new = case.new
    answer, count = _most_frequent(new.answers)
    often = float(np.mean(new.labels == answer))
    if new.count < 5 or answer < 0 or count < 0.95 * new.count or often > 0.5:
        return None
    every = "every" if count == new.count else "nearly every"
    return (
        f"gives the same answer for {every} picture",
        f"It calls {every} picture {answer}: it has learned nothing. Is the learning rate too high, or far too low? "
        "Was it trained at all, and on pictures of all classes?",
    )


def _undecided(case: _Case) -> Finding | None:
    new = case.new
    share = new.undecided / new.count
    if share < 0.05 and new.accuracy + share < case.at_least:
        return None
    return (
        "is undecided too often",
        f"For {new.undecided} of {new.count} pictures several classes share the highest score, which is no answer. "
        "Is there a ReLU (or a saturated sigmoid) on the last layer? It should be softmax, or nothing.",
    )


def _few_pictures(case: _Case) -> Finding | None:
    if case.new.count >= _FEW:
        return None
    return "gets too few pictures right", f"There are only {case.new.count} pictures: too few to say why."


def _other_names(case: _Case) -> Finding | None:
    """Classes that it tells apart but calls by another class' name."""
    moved = _moved_classes(case.new)
    renamed = {called: true for true, called in moved.items()}
    answers = np.array([renamed.get(int(answer), int(answer)) for answer in case.new.answers])
    right = float(np.mean(answers == case.new.labels))
    share_moved = float(np.mean(np.isin(case.new.labels, list(moved))))
    clearly = max(0.5, case.chance + 0.2 * (1 - case.chance) + case.accident)
    if not moved or right < clearly or right - case.new.accuracy < 0.5 * share_moved:
        return None
    pairs = [f"what is {true} is called {called}" for true, called in sorted(moved.items())]
    named = ", ".join(pairs[:_PAIRS_NAMED]) + (", and so on" if len(pairs) > _PAIRS_NAMED else "")
    by_one = all(called == true + 1 for true, called in moved.items() if true + 1 < case.new.outputs.shape[1])
    from_one = " Are the labels counted from 1 in training? They count from 0." if by_one and len(moved) > 2 else ""
    return (
        "calls classes by other names",
        f"It tells them apart ({_percent(right)} with the names put right), but {named}. The labels were mixed up: "
        f"they must mean the same in training and here.{from_one}",
    )


def _moved_classes(scores: _Scores) -> dict[int, int]:
    """{class: another class' name}, where most of the class gets that name and most with that name are of the class."""
    classes = scores.outputs.shape[1]
    decided = scores.answers >= 0
    counts = np.zeros((classes, classes), dtype=int)  # rows the truth, columns the answer
    np.add.at(counts, (scores.labels[decided], scores.answers[decided]), 1)
    mutual = (2 * counts > counts.sum(axis=1, keepdims=True)) & (2 * counts > counts.sum(axis=0, keepdims=True))
    np.fill_diagonal(mutual, False)
    return {int(true): int(called) for true, called in np.argwhere(mutual)}


def _guessing(case: _Case) -> Finding | None:
    accuracy, known = case.new.accuracy, case.known_accuracy
    if accuracy < case.chance - case.accident:
        return (
            "is wrong more often than by guessing",
            "So it has learned something, but not what the labels here say. Were labels mixed up in training?",
        )
    if accuracy > case.chance + case.accident:
        return None
    if known is not None and known > 0.5 * (1 + case.chance):
        return (
            "does no better than guessing on new pictures",
            f"On its training part it is right in {_percent(known)}, so it has learned them by heart. Were pictures "
            "and labels shuffled apart from each other, or are new pictures prepared in another way?",
        )
    return (
        "does no better than guessing",
        "It has learned nothing that holds for new pictures. Was the model that is returned the one that was trained? "
        "Do pictures and labels stand in the same order? Does the loss fit the labels and the last layer? "
        "Or was the training too short?",
    )


def _overfitted(case: _Case) -> Finding | None:
    known = case.known_accuracy
    if known is None or known < case.at_least or known - case.new.accuracy < max(_FAR, case.accident):
        return None
    return (
        "knows its training pictures, but not new ones",
        f"It overfits: {_percent(known)} right on the training part, {_percent(case.new.accuracy)} on new pictures. "
        "Train on more pictures or on changed copies of them (augmentation), use dropout, or stop earlier.",
    )


def _too_little(case: _Case) -> Finding:
    known, missing = case.known_accuracy, case.at_least - case.new.accuracy
    if known is None:
        why = "More epochs, or another learning rate, may bring it there."
    elif known < case.at_least:
        why = f"On its training part it reaches {_percent(known)}: more epochs, or another learning rate, may help."
    else:
        why = f"On its training part it reaches {_percent(known)}, so longer training alone will not bring it there."
    return (
        "has learned something, but not enough",
        f"{math.ceil(1000 * missing) / 10:g} percentage points are missing. {why}{_never_answered(case.new)}",
    )


_FINDINGS: tuple[Callable[[_Case], Finding | None], ...] = (
    _same_scores, _same_answer, _undecided, _few_pictures, _other_names, _guessing, _overfitted, _too_little,
)  # fmt: skip


def _never_answered(scores: _Scores) -> str:
    """A sentence about classes that are there, at least five times, and are never the answer."""
    there = np.bincount(scores.labels, minlength=scores.outputs.shape[1]) >= 5
    never = np.flatnonzero(there & ~np.isin(np.arange(len(there)), scores.answers))
    if not never.size:
        return ""
    return f" It never answers {' or '.join(str(label) for label in never[:_PAIRS_NAMED])}: was it trained on them?"


def _most_frequent(answers: Array) -> tuple[int, int]:
    values, counts = np.unique(answers, return_counts=True)
    return int(values[counts.argmax()]), int(counts.max())


def _right_text(scores: _Scores) -> str:
    right = int(np.sum(scores.answers == scores.labels))
    return f"{_percent(scores.accuracy)} right ({right} of {scores.count})"


def _percent(share: float) -> str:
    """0.9499 → '94.9 %': rounded down, so that what falls short never looks as if it did not."""
    return f"{math.floor(1000 * share + 1e-9) / 10:g} %"
