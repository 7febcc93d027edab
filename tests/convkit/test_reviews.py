"""Made-up reviews: the same everywhere, readable, no two alike, and their words alone say next to nothing."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest

from convkit import datasets, reviews

SENTENCE = re.compile(r"[A-Z][^.]*\.")


def sample(split: str) -> reviews.Reviews:
    entry = datasets.registry()["texts"]["imdb"]["sample"][split]
    return reviews.make(entry["reviews"], entry["seed"])


def counts(texts: tuple[str, ...]) -> np.ndarray:
    index = reviews.word_index()
    table = np.zeros((len(texts), len(index) + 1))
    for row, text in zip(table, texts, strict=True):
        np.add.at(row, [index[word] for word in reviews.words(text)], 1)
    return table


def test_the_same_seed_gives_the_same_reviews_and_more_of_them_the_same_first_ones() -> None:
    few, many = reviews.make(5, seed=3), reviews.make(50, seed=3)
    assert many.texts[:5] == few.texts
    assert list(many.labels[:5]) == list(few.labels)
    assert reviews.make(5, seed=4).texts != few.texts
    with pytest.raises(ValueError, match="at least 1"):
        reviews.make(0, seed=0)


def test_the_bytes_are_the_same_on_every_machine() -> None:
    assert reviews.make(1, seed=1).texts[0] == (
        "The Left-Handed Violin was shown on a plane, and I took our neighbour. Greta Holm plays a retired "
        "magician who lost a bet against a parrot. This is a gripping film. The seats had been painted on "
        "Thursday. The camera work is clever, and so is the villain."
    )


def test_no_two_are_alike_in_training_and_test_and_both_labels_are_frequent() -> None:
    train, test = sample("train"), sample("test")
    heard = [tuple(reviews.words(text)) for text in (*train.texts, *test.texts)]
    assert len(set(heard)) == len(train) + len(test) == 4000
    numbers = reviews.encode((*train.texts, *test.texts), 300)
    assert len({tuple(sequence[-60:]) for sequence in numbers}) == 4000, "nor as the network of 07 sees them"
    for part in (train, test):
        assert 0.45 < part.labels.mean() < 0.55


def test_each_is_made_of_sentences_whose_places_are_all_filled() -> None:
    for text in reviews.make(500, seed=5).texts:
        assert " ".join(SENTENCE.findall(text)) == text
        assert not re.search(r"[{}]|  |\ba [aeiou]|\ban [^aeiou]", text)
        assert 25 <= len(reviews.words(text)) <= 90


def test_the_word_index_ranks_every_word_of_the_grammar_by_how_often_it_is_used() -> None:
    index = reviews.word_index()
    used = Counter(word for text in reviews.make(4000, seed=6).texts for word in reviews.words(text))
    assert used.keys() == index.keys()
    assert sorted(index.values()) == list(range(1, len(index) + 1))
    frequent = [word for word, _ in used.most_common(8)]
    assert {index[word] for word in frequent} == set(range(1, 9))
    index.clear()
    assert reviews.word_index(), "a copy is given out"


def test_encoded_reviews_start_with_1_and_rare_words_become_2() -> None:
    index = reviews.word_index()
    [numbers] = reviews.encode(["The film was bad, not good."])
    assert numbers == [1, *(index[word] + 3 for word in ("the", "film", "was", "bad", "not", "good"))]
    [short] = reviews.encode(["The film was bad, not good."], num_words=5)
    assert short == [1, 4, 2, 2, 2, 2, 2]


def test_praise_and_blame_use_the_same_words_equally_often() -> None:
    made = reviews.make(6000, seed=7)
    table = counts(made.texts)
    rates = [table[made.labels == label].mean(axis=0) for label in (0, 1)]
    assert np.abs(rates[0] - rates[1]).max() < 0.06


@pytest.mark.slow
def test_a_linear_classifier_on_the_words_stays_below_three_quarters_and_word_pairs_do_not() -> None:
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression, RidgeClassifier

    train, test = sample("train"), sample("test")
    for model in (LogisticRegression(C=0.1, max_iter=1000), LogisticRegression(max_iter=1000), RidgeClassifier()):
        share = {}
        for length in (1, 3):
            ngrams = CountVectorizer(ngram_range=(1, length), token_pattern=r"[a-z0-9']+")
            model.fit(ngrams.fit_transform(train.texts), train.labels)
            share[length] = model.score(ngrams.transform(test.texts), test.labels)
        assert share[1] < 0.75 < 0.9 < share[3]
