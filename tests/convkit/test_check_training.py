"""`check.trained`: a good classifier passes; of a bad one it names the failure that its numbers show, and no other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit import check, quiet
from convkit.check import CheckFailed

Array = np.ndarray[Any, Any]

LABELS = np.arange(200) % 10
seeds = st.integers(0, 2**32 - 1)


def scores(answers: Array, classes: int = 10, seed: int = 0) -> Array:
    """Probabilities, (N, classes), whose highest is that of the answer; like a net's, no two rows are equal."""
    logits = np.random.default_rng(seed).normal(size=(len(answers), classes))
    logits[np.arange(len(answers)), answers] += 10
    exponents = np.exp(logits)
    return (exponents / exponents.sum(axis=1, keepdims=True)).astype(np.float32)


def wrong_in(share: float, labels: Array = LABELS, seed: int = 1) -> Array:
    """The labels, but for a share of them another class at random."""
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(labels))[: round(share * len(labels))]
    answers = labels.copy()
    answers[chosen] = (labels[chosen] + rng.integers(1, 10, size=len(chosen))) % 10
    return answers


def failure_of(outputs: object, labels: object = LABELS, at_least: float = 0.95, **options: Any) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        check.trained(outputs, labels, at_least, **options)
    return caught.value


def test_a_trained_model_passes_with_probabilities_scores_and_lists() -> None:
    answers = wrong_in(0.05)
    check.trained(scores(answers), LABELS, 0.95)
    check.trained(np.log(scores(answers)) - 40, LABELS.astype(np.uint8), 0.95, classes=10)
    check.trained(scores(answers).tolist(), LABELS.tolist(), 0.95, train=(scores(LABELS), LABELS))


def test_a_share_below_what_is_asked_fails_and_never_looks_like_enough() -> None:
    labels = np.arange(10_000) % 10
    failure = failure_of(scores(wrong_in(0.0501, labels)), labels)
    assert failure.headline == "The model has learned something, but not enough."
    assert failure.expected == "at least 95 % right"
    assert failure.got == "94.9 % right (9499 of 10000)"
    assert "0.1 percentage points are missing" in failure.hint


@pytest.mark.parametrize(("value", "what"), [(np.nan, "NaN"), (np.inf, "infinite"), (-np.inf, "infinite")])
def test_answers_that_are_no_numbers_fail_even_where_the_others_are_right(value: float, what: str) -> None:
    outputs = scores(LABELS)
    outputs[3, 2] = value
    failure = failure_of(outputs, at_least=0.5)
    assert what in failure.headline
    assert "learning rate too high" in failure.hint


def test_scores_that_do_not_depend_on_the_picture() -> None:
    failure = failure_of(np.tile(scores(LABELS[:1]), (200, 1)))
    assert failure.headline == "The model gives the same answer for every picture."
    assert "do not depend on the picture" in failure.hint
    assert "do not depend" in failure_of(np.zeros((200, 10))).hint


def test_one_class_for_all_pictures() -> None:
    failure = failure_of(scores(np.full(200, 3)))
    assert "every picture 3" in failure.hint
    assert failure.got == "10 % right (20 of 200)"
    nearly = np.full(200, 3)
    nearly[:8] = 4
    assert "nearly every picture 3" in failure_of(scores(nearly)).hint


def test_one_answer_for_pictures_of_mostly_one_class_is_not_called_a_collapse() -> None:
    labels = np.array([0] * 170 + [1] * 30)
    failure = failure_of(scores(np.zeros(200, dtype=int), 2), labels)
    assert "same answer" not in failure.headline


@pytest.mark.parametrize("seed", range(20))
def test_random_answers_are_guessing_and_not_a_mix_up(seed: int) -> None:
    answers = np.random.default_rng(seed).integers(0, 10, size=200)
    assert failure_of(scores(answers)).headline == "The model does no better than guessing."


def test_guessing_with_the_training_part_known_by_heart() -> None:
    answers = np.random.default_rng(0).integers(0, 10, size=200)
    failure = failure_of(scores(answers), train=(scores(LABELS), LABELS))
    assert "by heart" in failure.hint
    assert "shuffled apart" in failure.hint
    assert "same order" in failure_of(scores(answers), train=(scores(answers), LABELS)).hint


def test_labels_counted_from_one() -> None:
    failure = failure_of(scores((wrong_in(0.02) + 1) % 10))
    assert failure.headline == "The model calls classes by other names."
    assert "98 % with the names put right" in failure.hint
    assert "what is 3 is called 4" in failure.hint
    assert "counted from 1" in failure.hint
    assert "counted from 1" in failure_of(scores(wrong_in(0.02) + 1, 11)).hint


def test_two_classes_swapped() -> None:
    swap = np.arange(10)
    swap[[4, 9]] = 9, 4
    failure = failure_of(scores(swap[wrong_in(0.02)]))
    assert "what is 4 is called 9, what is 9 is called 4." in failure.hint
    assert "counted from 1" not in failure.hint


def test_a_mix_up_of_two_classes_and_of_a_model_that_has_not_learned_enough() -> None:
    labels = np.arange(200) % 2
    failure = failure_of(scores(1 - labels, 2), labels)
    assert "what is 0 is called 1, what is 1 is called 0" in failure.hint
    assert "other names" in failure_of(scores((wrong_in(0.3) + 3) % 10)).headline


def test_a_class_that_is_taken_for_another_is_not_a_mix_up() -> None:
    failure = failure_of(scores(np.where(LABELS == 4, 9, LABELS)))
    assert "not enough" in failure.headline
    assert "never answers 4" in failure.hint


def test_worse_than_guessing() -> None:
    answers = (LABELS + np.random.default_rng(0).integers(1, 10, size=200)) % 10
    assert "wrong more often than by guessing" in failure_of(scores(answers)).headline


def test_overfitting_needs_the_training_part_to_be_far_better() -> None:
    failure = failure_of(scores(wrong_in(0.3)), train=(scores(LABELS), LABELS))
    assert failure.headline == "The model knows its training pictures, but not new ones."
    assert "100 % right on the training part, 70 % on new pictures" in failure.hint
    near = failure_of(scores(wrong_in(0.08)), train=(scores(LABELS), LABELS))
    assert "longer training alone will not" in near.hint
    neither = failure_of(scores(wrong_in(0.3)), train=(scores(wrong_in(0.28)), LABELS))
    assert "more epochs" in neither.hint
    assert "On its training part it reaches 72 %" in neither.hint


def test_several_highest_scores_are_no_answer() -> None:
    outputs = np.eye(10)[LABELS]
    outputs[:30] = 0
    failure = failure_of(outputs)
    assert "undecided" in failure.headline
    assert "30 of 200 pictures" in failure.hint
    assert failure.got == "85 % right (170 of 200)"
    zeros_first = np.zeros((200, 10))
    zeros_first[:, 1] = np.arange(200) < 2  # the argmax of a row of zeros is 0, the label of all
    assert "undecided" in failure_of(zeros_first, np.zeros(200, dtype=int)).headline


def test_of_few_pictures_only_the_share_is_told() -> None:
    labels = np.arange(10)
    failure = failure_of(scores((labels + 1) % 10), labels)
    assert failure.headline == "The model gets too few pictures right."
    assert "too few to say why" in failure.hint
    check.trained(scores(labels), labels, 1.0)


@pytest.mark.parametrize(
    ("outputs", "headline", "hint"),
    [
        (LABELS, "gives class numbers", "argmax"),
        (np.linspace(0, 1, 200), "gives one number a picture", "one unit for each class"),
        (np.ones((200, 1)), "gives one number a picture", "one unit for each class"),
        (np.ones((200, 5, 5, 10)), "more than one score a class", "flattened"),
        (np.ones((199, 10)), "another number of pictures", "all pictures"),
        (np.ones((200, 9)), "too few outputs", "count from 0"),
        (np.ones((200, 11)), "too many outputs", "no further unit"),
        (None, "is None", "return"),
    ],
)
def test_outputs_of_another_shape(outputs: object, headline: str, hint: str) -> None:
    failure = failure_of(outputs, classes=10)
    assert headline in failure.headline
    assert hint in failure.hint


def test_labels_of_another_form() -> None:
    assert "one-hot" in failure_of(scores(LABELS), np.eye(10)[LABELS]).headline
    assert "labels[:, 0]" in failure_of(scores(LABELS), LABELS[:, None]).hint
    assert "whole numbers" in failure_of(scores(LABELS), LABELS + 0.5).headline
    assert "for its training part are one-hot" in failure_of(
        scores(wrong_in(0.5)), train=(scores(LABELS), np.eye(10)[LABELS])
    ).headline  # fmt: skip


def test_the_author_of_a_check_is_told_of_senseless_arguments() -> None:
    for arguments in [(scores(LABELS), LABELS, 1.5), (scores(LABELS), LABELS, float("nan")), (scores(LABELS), [], 0.5)]:
        with pytest.raises(ValueError):
            check.trained(*arguments)
    with pytest.raises(ValueError, match="chance"):
        check.trained(scores(LABELS), LABELS, 0.5, chance=2)
    with pytest.raises(ValueError, match="classes 0 to 9"):
        check.trained(scores(LABELS), LABELS + 1, 0.5, classes=10)


@given(st.integers(2, 12), st.integers(20, 300), st.floats(0, 1), seeds)
def test_it_passes_just_where_the_share_is_reached(classes: int, count: int, at_least: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, size=count)
    answers = np.where(rng.random(count) < rng.random(), labels, rng.integers(0, classes, size=count))
    outputs = scores(answers, classes, seed)
    right = np.mean(outputs.argmax(axis=1) == labels)
    if right >= at_least:
        check.trained(outputs, labels, at_least, classes=classes)
    else:
        failure = failure_of(outputs, labels, at_least, classes=classes)
        assert failure.hint
        assert failure.headline.startswith("The model ")


@given(st.permutations(range(10)).filter(lambda order: order != sorted(order)), st.floats(0, 0.1), seeds)
def test_a_mix_up_is_found_for_every_permutation(order: list[int], share: float, seed: int) -> None:
    names = np.array(order)
    failure = failure_of(scores(names[wrong_in(share, seed=seed)]))
    assert failure.headline == "The model calls classes by other names."
    for true in np.flatnonzero(names != np.arange(10))[:4]:
        assert f"what is {true} is called {names[true]}" in failure.hint


@pytest.mark.slow
def test_tensors_of_keras() -> None:
    with quiet.startup():
        import keras
    check.trained(keras.ops.convert_to_tensor(scores(LABELS)), keras.ops.convert_to_tensor(LABELS), 0.95)
    half = keras.ops.cast(scores((LABELS + 1) % 10), "bfloat16")
    assert "other names" in failure_of(half).headline


def test_one_sigmoid_is_judged_as_two_classes_in_the_words_of_the_notebook() -> None:
    labels = np.arange(40) % 2
    right = np.where(labels == 1, 0.9, 0.2)[:, None]
    check.trained(right, labels, 0.9, sigmoid=True, thing="review")
    with pytest.raises(CheckFailed) as caught:
        check.trained(1 - right, labels, 0.9, sigmoid=True, thing="review")
    assert "what is 0 is called 1" in str(caught.value)
    with pytest.raises(CheckFailed) as caught:
        check.trained(np.full((40, 1), 0.7), labels, 0.9, sigmoid=True, thing="review")
    assert "same answer for every review" in str(caught.value) and "picture" not in str(caught.value)


@pytest.mark.parametrize(
    ("outputs", "words"),
    [(np.zeros((4, 2)), "one number each"), (np.array([[0.5], [3.0]]), "sigmoid"), (np.full((2, 1), np.nan), "NaN")],
)
def test_a_sigmoid_s_outputs_are_probabilities_one_each(outputs, words) -> None:
    with pytest.raises(CheckFailed, match=words):
        check.trained(outputs, np.arange(len(outputs)) % 2, 0.9, sigmoid=True)
