"""The reference of 07 against Keras, the course's own layers of 01, and loops; what the prose claims."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import Reference

from convkit import check, datasets, quiet, reviews

with quiet.startup():
    import keras

pytestmark = pytest.mark.xdist_group("07_conv1d_text")
SOLUTION = Reference("07_conv1d_text")
ROOT = Path(__file__).parents[1]
ends = st.sampled_from(["pre", "post"])
seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 5)


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(1, 99), max_size=9), min_size=1, max_size=6), st.integers(1, 8), ends, ends)
def test_padded_sequences_are_those_of_keras(sequences: Any, maxlen: int, padding: str, truncating: str) -> None:
    ours = SOLUTION.pad_sequences(sequences, maxlen, padding, truncating)
    assert ours.dtype.kind == "i"
    np.testing.assert_array_equal(
        ours, keras.utils.pad_sequences(sequences, maxlen, padding=padding, truncating=truncating)
    )


@settings(deadline=None, max_examples=30)
@given(sizes, st.integers(5, 11), sizes, sizes, sizes, st.integers(1, 4), seeds)
def test_conv1d_is_the_layer_of_keras(n: int, t: int, c: int, k: int, f: int, stride: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, w, b = rng.normal(size=(n, t, c)), rng.normal(size=(k, c, f)), rng.normal(size=f)
    layer = keras.layers.Conv1D(f, k, strides=stride)
    layer.build((None, t, c))
    layer.set_weights([w, b])
    ours = SOLUTION.conv1d(x, w, b, stride)
    assert ours.dtype == np.float64
    np.testing.assert_allclose(ours, keras.ops.convert_to_numpy(layer(x)), atol=1e-4)


def test_conv1d_is_the_layer_of_01_on_pictures_one_pixel_high() -> None:
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(2, 9, 3)), rng.normal(size=(4, 3, 5)), rng.normal(size=5)
    wanted = Reference("01_convolution").conv_layer(x[:, None], w[None], b)[:, 0]
    np.testing.assert_allclose(SOLUTION.conv1d(x, w, b), wanted)


def test_conv1d_with_one_channel_is_the_weighted_average_of_01() -> None:
    weights = np.array([0.01, 0.01, 0.02, 0.02, 0.04, 0.4, 0.5])
    track = np.array([1.0, 1.1, 1.2, 1.4, 1.7, 1.8, 1.9, 2.1, 2.2, 2.4, 2.5, 2.7])
    smooth = SOLUTION.conv1d(track[None, :, None], weights[:, None, None], [0.0])[0, :, 0]
    np.testing.assert_allclose(smooth, Reference("01_convolution").weighted_average(track, weights))
    np.testing.assert_allclose(smooth, [1.811, 1.967, 2.112, 2.269, 2.413, 2.569], atol=5e-4)


def test_a_sentence_comes_back_from_its_numbers_whatever_is_padded() -> None:
    index = reviews.word_index()
    [numbers] = reviews.encode(["The plot is not dull at all."])
    for padded in (numbers, [0, 0, *numbers], [*numbers, 0]):
        assert SOLUTION.decode_review(padded, index) == "the plot is not dull at all"
        assert SOLUTION.decode_review(np.array(padded), index) == "the plot is not dull at all"
    assert SOLUTION.decode_review([2, 3, 4], index) == "? ? the"


@settings(deadline=None, max_examples=8)
@given(st.integers(41, 60), st.integers(0, 31), st.integers(1, 400), seeds)
def test_top_ngrams_are_the_sorted_responses_of_conv1d(maxlen: int, filter_index: int, k: int, seed: int) -> None:
    keras.utils.set_random_seed(seed)
    net = SOLUTION.build_text_cnn(20, maxlen)
    texts = np.random.default_rng(seed).integers(0, 20, size=(7, maxlen))
    table, kernels, biases = net.get_weights()[:3]
    responses = np.maximum(SOLUTION.conv1d(table[texts], kernels, biases), 0)[..., filter_index]
    found = SOLUTION.top_ngrams(net, texts, filter_index, k)
    assert len(found) == min(k, responses.size)
    np.testing.assert_allclose([v for _, v in found], -np.sort(-responses, axis=None)[:k], rtol=1e-3, atol=1e-5)
    windows = {tuple(row[place : place + 7]) for row in texts.tolist() for place in range(maxlen - 6)}
    assert all(window in windows for window, _ in found)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("pad_sequences", ([[1]], 0)),
        ("pad_sequences", ([[1]], 3, "left")),
        ("conv1d", (np.zeros((1, 3, 2)), np.zeros((4, 2, 1)), np.zeros(1))),
        ("conv1d", (np.zeros((1, 3, 2)), np.zeros((2, 3, 1)), np.zeros(1))),
        ("conv1d", (np.zeros((1, 3, 2)), np.zeros((2, 2, 1)), np.zeros(1), 0)),
        ("build_text_cnn", (300, 40)),
    ],
)
def test_bad_arguments_are_refused_with_a_sentence(function: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        getattr(SOLUTION, function)(*arguments)


# --- what the prose claims ---------------------------------------------------------------------------------


def test_lecture_e_s_table() -> None:
    net = SOLUTION.build_text_cnn(10_000, 500)
    assert [layer.count_params() for layer in net.layers] == [1_280_000, 28_704, 0, 7_200, 0, 33]
    assert net.count_params() == 1_315_937
    shapes = [tuple(layer.output.shape[1:]) for layer in net.layers]
    assert shapes == [(500, 128), (494, 32), (98, 32), (92, 32), (32,), (1,)]


@pytest.mark.parametrize(("maxlen", "unseen"), [(500, 4), (501, 0), (61, 0)])
def test_of_500_words_the_last_four_are_never_seen_and_of_501_all_are(maxlen: int, unseen: int) -> None:
    net = SOLUTION.build_text_cnn(20, maxlen)
    text = np.full((1, maxlen), 5)
    inner = keras.Model(net.inputs[0], net.layers[3].output)
    before = keras.ops.convert_to_numpy(inner(text))
    changes = []
    for place in range(maxlen - 6, maxlen):
        other = text.copy()
        other[0, place] = 9
        changes.append(bool(np.abs(keras.ops.convert_to_numpy(inner(other)) - before).max() > 1e-6))
    assert changes == [True] * (6 - unseen) + [False] * unseen


def test_receptive_fields_are_7_11_and_41_words() -> None:
    field = Reference("05_vgg").receptive_field
    layers = [(7, 1), (5, 5), (7, 1)]
    assert [field(layers[:count]) for count in (1, 2, 3)] == [7, 11, 41]
    SOLUTION.build_text_cnn(20, 41)


def test_lecture_c_s_strides_and_lecture_e_s_shape() -> None:
    x = np.zeros((1, 8, 1))
    lengths = [SOLUTION.conv1d(x, np.zeros((2, 1, 1)), np.zeros(1), stride).shape[1] for stride in (1, 2)]
    assert lengths == [7, 4]
    assert SOLUTION.conv1d(np.zeros((1, 5, 4)), np.zeros((2, 4, 4)), np.zeros(4)).shape == (1, 4, 4)


def test_the_words_of_every_opinion_are_in_the_vocabulary_of_the_notebook() -> None:
    index = reviews.word_index()
    groups = [*reviews._OPINIONS.values(), *reviews._PRAISE.values(), *reviews._BLAME.values(), reviews._ASPECTS]
    plain = " ".join(text for group in groups for text in group).replace("{", " <").replace("}", "> ")
    used = {word for part in plain.split() if not part.startswith("<") for word in reviews.words(part)}
    assert max(index[word] for word in used) + 3 < SOLUTION.VOCABULARY


@pytest.mark.slow
def test_the_reference_reads_new_reviews_and_shuffled_ones_not() -> None:
    data = datasets.load_text("imdb", "sample", num_words=SOLUTION.VOCABULARY, quiet=True)
    texts, labels = SOLUTION.pad_sequences(data.sequences, SOLUTION.MAXLEN), data.labels.astype("int64")
    model = SOLUTION.train_text_cnn((texts[:2500], labels[:2500]), (texts[2500:], labels[2500:]), 0)
    made = reviews.make(1000, 99)
    new = SOLUTION.pad_sequences(reviews.encode(made.texts, SOLUTION.VOCABULARY), SOLUTION.MAXLEN)
    check.trained(model.predict(new, verbose=0), made.labels, 0.9, sigmoid=True, thing="review")
    shuffled = np.random.default_rng(0).permuted(new, axis=1)
    assert np.mean((model.predict(shuffled, verbose=0)[:, 0] > 0.5) == made.labels) < 0.75
