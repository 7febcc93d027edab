"""What the reference of 07 reaches: on the made-up reviews, and on IMDB."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from training import timed

from convkit import datasets, reviews
from convkit.nets import device

_FULL = {"VOCABULARY": 10_000, "MAXLEN": 501}
Part = tuple[NDArray[np.int32], NDArray[np.int64]]


def sample(solution: SimpleNamespace, seed: int) -> dict[str, float]:
    """Shares of right answers on 2,000 new reviews, of the network, of a bag of words, and with words shuffled."""
    train, validation = _divided(_part(solution, "sample", "train"), 5 / 6, seed)
    started = time.process_time()
    model = solution.train_text_cnn(train, validation, seed)
    seconds = time.process_time() - started
    made = reviews.make(2000, 30_000 + seed)
    texts = solution.pad_sequences(reviews.encode(made.texts, solution.VOCABULARY), solution.MAXLEN)
    shuffled = np.random.default_rng(seed).permuted(texts, axis=1)
    return {
        "test accuracy": _accuracy(model, (texts, made.labels)),
        "bag of words": _bag_of_words(train, (texts, made.labels)),
        "words shuffled": _accuracy(model, (shuffled, made.labels)),
        "training accuracy": _accuracy(model, train),
        "CPU seconds": seconds,
    }


def full_scale(solution: SimpleNamespace) -> dict[str, float | str]:
    """IMDB: 23,750 reviews to learn from, 1,250 to watch, 25,000 for the test. Raises DatasetError without them."""
    solution.train_text_cnn.__globals__.update(_FULL)  # the very names that the notebook's SCALE sets
    train, test = (_part(solution, "real", split, **_FULL) for split in ("train", "test"))
    learned, watched = _divided(train, 0.95, 0)
    with timed() as clock:
        model = solution.train_text_cnn(learned, watched, 0)
    return {
        "test accuracy": _accuracy(model, test),
        "validation accuracy": _accuracy(model, watched),
        "training accuracy": _accuracy(model, learned),
        "bag of words, test": _bag_of_words(learned, test),
        "test reviews, words shuffled": _accuracy(model, (np.random.default_rng(0).permuted(test[0], axis=1), test[1])),
        "reviews learned from": f"{len(learned[1]):,}",
        "parameters": f"{model.count_params():,}",
        **clock.figures(),
        "device": device(),
    }


def _part(solution: SimpleNamespace, source: str, split: str, VOCABULARY: int = 300, MAXLEN: int = 61) -> Part:
    data = datasets.load_text("imdb", source, split=split, num_words=VOCABULARY, quiet=True)
    return solution.pad_sequences(data.sequences, MAXLEN), data.labels.astype("int64")


def _divided(part: Part, share: float, seed: int) -> tuple[Part, Part]:
    """So large a share and the rest, shuffled, as in the notebook."""
    order = np.random.default_rng(seed).permutation(len(part[1]))
    first, last = np.split(order, [int(len(order) * share)])
    return (part[0][first], part[1][first]), (part[0][last], part[1][last])


def _bag_of_words(train: Part, test: Part) -> float:
    """The share of right answers of a logistic regression on how often each word occurs."""
    from sklearn.linear_model import LogisticRegression

    classifier = LogisticRegression(C=0.1, max_iter=1000).fit(_counts(train[0]), train[1])
    return float(classifier.score(_counts(test[0]), test[1]))


def _counts(texts: NDArray[np.int32]) -> Any:
    """A sparse table, (N, numbers of words): how often each number stands in each text; 0 and 1 are no words."""
    from scipy.sparse import csr_array

    rows = np.repeat(np.arange(len(texts)), texts.shape[1])
    table = csr_array((texts.ravel() > 1, (rows, texts.ravel())), shape=(len(texts), 10_000), dtype=np.float64)
    table.sum_duplicates()
    return table


def _accuracy(model: keras.Model, part: Part) -> float:
    answers = model.predict(part[0], batch_size=500, verbose=0)[:, 0] > 0.5
    return float(np.mean(answers == part[1]))
