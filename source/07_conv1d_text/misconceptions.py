"""Typical wrong answers to 07, each complete and plausible, with the hint that its failing check must show.

A function takes the place of the student's; everything else in the notebook is the reference, which is where
`build_text_cnn` and VOCABULARY come from. Those of `train_text_cnn` train for real, as briefly as the mistake allows.
"""

import numpy as np

from autograder.misconceptions import misconception

# --- decode_review -----------------------------------------------------------------------------------------


def _decoded(indices, word_index, offset=3, dropped=(0, 1), unknown="?"):
    words = {rank + offset: word for word, rank in word_index.items()}
    return " ".join(words.get(int(index), unknown) for index in indices if index not in dropped)


@misconception("decode_review", hint="The 3 is forgotten")
def offset_forgotten(indices, word_index):
    """As `reverse_word_index[i]` in many programs; the unknown words vanish among the others."""
    words = {rank: word for word, rank in word_index.items()}
    return " ".join(words.get(int(index), "?") for index in indices if index > 2)


@misconception("decode_review", hint="The 3 is forgotten")
def offset_forgotten_and_start_read_as_a_word(indices, word_index):
    words = {rank: word for word, rank in word_index.items()}
    return " ".join(words.get(int(index), "?") for index in indices if index > 0 and index != 2)


@misconception("decode_review", hint="must be taken away")
def offset_added(indices, word_index):
    return _decoded(indices, word_index, offset=-3)


@misconception("decode_review", hint="taken away twice")
def offset_taken_twice(indices, word_index):
    return _decoded(indices, word_index, offset=6)


@misconception("decode_review", hint="ranks begin at 1")
def ranks_from_zero(indices, word_index):
    words = sorted(word_index, key=word_index.get)
    named = [words[i - 3] if 3 <= i < len(words) + 3 else "?" for i in indices if i > 1]
    return " ".join(named)


@misconception("decode_review", hint="leave them out")
def signs_read_as_unknown(indices, word_index):
    """`word_index.get(i - 3, "?")`, as in the best-known book."""
    return _decoded(indices, word_index, dropped=())


@misconception("decode_review", hint="start sign (1) is no word")
def start_read_as_unknown(indices, word_index):
    return _decoded(indices, word_index, dropped=(0,))


@misconception("decode_review", hint="the unknown word is a word")
def unknown_left_out(indices, word_index):
    return _decoded(indices, word_index, dropped=(0, 1, 2))


@misconception("decode_review", hint='3 gives a "?"')
def three_left_out(indices, word_index):
    return _decoded(indices, word_index, dropped=(0, 1, 3))


@misconception("decode_review", hint="at the end too")
def padding_only_in_front(indices, word_index):
    kept = list(indices)
    while kept and kept[0] in (0, 1):
        kept.pop(0)
    return _decoded(kept, word_index, dropped=())


@misconception("decode_review", hint="One space belongs")
def words_run_together(indices, word_index):
    return _decoded(indices, word_index).replace(" ", "")


@misconception("decode_review", hint="not a list of words")
def list_of_words(indices, word_index):
    return _decoded(indices, word_index).split(" ")


# --- pad_sequences -----------------------------------------------------------------------------------------


def _refuse(maxlen, padding, truncating):
    if maxlen < 1 or not {padding, truncating} <= {"pre", "post"}:
        raise ValueError("bad arguments")


def _padded(sequences, maxlen, padding, truncating, fill=0, dtype=int):
    _refuse(maxlen, padding, truncating)
    rows = []
    for sequence in sequences:
        kept = list(sequence)[-maxlen:] if truncating == "pre" else list(sequence)[:maxlen]
        zeros = [fill] * (maxlen - len(kept))
        rows.append(zeros + kept if padding == "pre" else kept + zeros)
    return np.array(rows, dtype=dtype).reshape(len(rows), maxlen)


@misconception("pad_sequences", hint="zeros stand behind the words")
def pads_behind(sequences, maxlen, padding="post", truncating="pre"):
    return _padded(sequences, maxlen, padding, truncating)


@misconception("pad_sequences", hint="wrong end was cut")
def cuts_the_end(sequences, maxlen, padding="pre", truncating="post"):
    return _padded(sequences, maxlen, padding, truncating)


@misconception("pad_sequences", hint="both are done at the end")
def post_and_post(sequences, maxlen, padding="post", truncating="post"):
    return _padded(sequences, maxlen, padding, truncating)


@misconception("pad_sequences", hint="options are exchanged")
def options_exchanged(sequences, maxlen, padding="pre", truncating="pre"):
    return _padded(sequences, maxlen, truncating, padding)


@misconception("pad_sequences", hint="`truncating` has no effect")
def always_cuts_in_front(sequences, maxlen, padding="pre", truncating="pre"):
    _refuse(maxlen, padding, truncating)
    return _padded(sequences, maxlen, padding, "pre")


@misconception("pad_sequences", hint="`padding` has no effect")
def always_pads_in_front(sequences, maxlen, padding="pre", truncating="pre"):
    _refuse(maxlen, padding, truncating)
    return _padded(sequences, maxlen, "pre", truncating)


@misconception("pad_sequences", hint="2 is the unknown word")
def filled_with_unknown(sequences, maxlen, padding="pre", truncating="pre"):
    return _padded(sequences, maxlen, padding, truncating, fill=2)


@misconception("pad_sequences", hint="long ones are cut")
def as_long_as_the_longest(sequences, maxlen, padding="pre", truncating="pre"):
    return _padded(sequences, max(maxlen, *map(len, sequences)), padding, truncating)


@misconception("pad_sequences", hint="holds floats")
def floats(sequences, maxlen, padding="pre", truncating="pre"):
    """`np.zeros` without a dtype."""
    return _padded(sequences, maxlen, padding, truncating, dtype=float)


@misconception("pad_sequences", hint="the whole row")
def empty_review_fails(sequences, maxlen, padding="pre", truncating="pre"):
    _refuse(maxlen, padding, truncating)
    padded = np.zeros((len(sequences), maxlen), dtype=int)
    for row, sequence in zip(padded, sequences, strict=True):
        kept = sequence[-maxlen:] if truncating == "pre" else sequence[:maxlen]
        if padding == "pre":
            row[-len(kept) :] = kept
        else:
            row[: len(kept)] = kept
    return padded


@misconception("pad_sequences", hint="Look at the arguments first")
def any_word_is_post(sequences, maxlen, padding="pre", truncating="pre"):
    _refuse(maxlen, "pre", "pre")
    return _padded(sequences, maxlen, "pre" if padding == "pre" else "post", "pre" if truncating == "pre" else "post")


# --- conv1d ------------------------------------------------------------------------------------------------


def _check(x, w, b, stride):
    x, w, b = (np.asarray(array, dtype=float) for array in (x, w, b))
    matching = x.ndim == 3 and w.ndim == 3 and x.shape[2] == w.shape[1] and b.shape == (w.shape[2],)
    if not matching or stride < 1 or len(w) > x.shape[1]:
        raise ValueError("bad arguments")
    return x, w, b


def _sums(x, w, stride=1):
    places = range(0, x.shape[1] - len(w) + 1, stride)
    return np.stack([np.tensordot(x[:, p : p + len(w)], w, axes=([1, 2], [0, 1])) for p in places], axis=1)


@misconception("conv1d", hint="kernel was reversed")
def kernel_reversed(x, w, b, stride=1):
    x, w, b = _check(x, w, b, stride)
    return _sums(x, w[::-1], stride) + b


@misconception("conv1d", hint="bias is missing")
def without_bias(x, w, b, stride=1):
    x, w, _ = _check(x, w, b, stride)
    return _sums(x, w, stride)


@misconception("conv1d", hint="once for each sum")
def bias_at_each_step(x, w, b, stride=1):
    x, w, b = _check(x, w, b, stride)
    return _sums(x, w, stride) + len(w) * b


@misconception("conv1d", hint="Only channel 0")
def first_channel_alone(x, w, b, stride=1):
    x, w, b = _check(x, w, b, stride)
    return _sums(x[..., :1], w[:, :1], stride) + b


@misconception("conv1d", hint="one place is missing")
def last_window_missed(x, w, b, stride=1):
    x, w, b = _check(x, w, b, stride)
    return (_sums(x, w) + b)[:, :-1][:, ::stride]


@misconception("conv1d", hint="as long as the input")
def padded_same(x, w, b, stride=1):
    x, w, b = _check(x, w, b, stride)
    before = (len(w) - 1) // 2
    return _sums(np.pad(x, ((0, 0), (before, len(w) - 1 - before), (0, 0))), w, stride) + b


@misconception("conv1d", hint="these are means")
def mean_for_sum(x, w, b, stride=1):
    x, w, b = _check(x, w, b, stride)
    return _sums(x, w, stride) / (w.shape[0] * w.shape[1]) + b


@misconception("conv1d", hint="first step of the kernel alone")
def one_step_of_the_kernel(x, w, b, stride=1):
    x, w, b = _check(x, w, b, stride)
    return _sums(x[:, : x.shape[1] - len(w) + 1], w[:1], stride) + b


@misconception("conv1d", hint="stride has no effect")
def stride_ignored(x, w, b, stride=1):
    x, w, b = _check(x, w, b, stride)
    return _sums(x, w) + b


@misconception("conv1d", hint="result of the first")
def first_text_for_all(x, w, b, stride=1):
    x, w, b = _check(x, w, b, stride)
    return np.repeat(_sums(x[:1], w, stride), len(x), axis=0) + b


@misconception("conv1d", hint="bias of the first")
def first_bias_for_all(x, w, b, stride=1):
    x, w, b = _check(x, w, b, stride)
    return _sums(x, w, stride) + b[0]


@misconception("conv1d", hint="there is no activation here")
def relu_inside(x, w, b, stride=1):
    x, w, b = _check(x, w, b, stride)
    return _sums(x, np.maximum(w, 0), stride) + b


@misconception("conv1d", hint="added up")
def channels_kept_apart(x, w, b, stride=1):
    """As pooling does."""
    x, w, b = _check(x, w, b, stride)
    parts = [_sums(x[..., c : c + 1], w[:, c : c + 1], stride) for c in range(x.shape[2])]
    return np.concatenate(parts, axis=-1) + b[0]


@misconception("conv1d", hint="Look at the arguments first")
def nothing_refused(x, w, b, stride=1):
    x, w, b = np.asarray(x, dtype=float), np.asarray(w, dtype=float), np.asarray(b)
    places = range(0, max(x.shape[1] - len(w), 0) + 1, max(stride, 1))
    windows = [x[:, place : place + len(w)] for place in places]
    results = [np.einsum("nkc,kcf->nf", window, w[: window.shape[1], : window.shape[2]]) for window in windows]
    return np.stack(results, axis=1) + b


# --- build_text_cnn ----------------------------------------------------------------------------------------


def _net(
    vocabulary, maxlen, size=7, pool=None, padding="valid", activation="relu", end=None, last="sigmoid", units=1,
    width=128,
):  # fmt: skip
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((maxlen,), dtype="int32"),
            layers.Embedding(vocabulary, width),
            layers.Conv1D(32, size, activation=activation, padding=padding),
            pool or layers.MaxPooling1D(5),
            layers.Conv1D(32, size, activation=activation, padding=padding),
            end or layers.GlobalMaxPooling1D(),
            layers.Dense(units, activation=last),
        ]
    )


@misconception("build_text_cnn", hint="a row too many")
def one_word_too_many(vocabulary, maxlen):
    return _net(vocabulary + 1, maxlen)


@misconception("build_text_cnn", hint="a row too few")
def one_word_too_few(vocabulary, maxlen):
    return _net(vocabulary - 1, maxlen)


@misconception("build_text_cnn", hint="three rows too many")
def offset_added_again(vocabulary, maxlen):
    return _net(vocabulary + 3, maxlen)


@misconception("build_text_cnn", hint="numbers; asked are 128")
def vectors_of_32(vocabulary, maxlen):
    return _net(vocabulary, maxlen, width=32)


@misconception("build_text_cnn", hint="5 steps long")
def kernels_of_five(vocabulary, maxlen):
    return _net(vocabulary, maxlen, size=5)


@misconception("build_text_cnn", hint="maps were flattened")
def flattened(vocabulary, maxlen):
    return _net(vocabulary, maxlen, end=keras.layers.Flatten())


@misconception("build_text_cnn", hint="The places are still there")
def global_pooling_forgotten(vocabulary, maxlen):
    return _net(vocabulary, maxlen, end=keras.layers.Dropout(0.2))


@misconception("build_text_cnn", hint="One unit is enough")
def two_units(vocabulary, maxlen):
    return _net(vocabulary, maxlen, units=2, last="softmax")


@misconception("build_text_cnn", hint="always 1")
def softmax_of_one(vocabulary, maxlen):
    return _net(vocabulary, maxlen, last="softmax")


@misconception("build_text_cnn", hint="has no sigmoid")
def no_sigmoid(vocabulary, maxlen):
    return _net(vocabulary, maxlen, last=None)


@misconception("build_text_cnn", hint="lack their ReLU")
def no_relu(vocabulary, maxlen):
    return _net(vocabulary, maxlen, activation=None)


@misconception("build_text_cnn", hint="are padded (`same`)")
def both_same(vocabulary, maxlen):
    return _net(vocabulary, maxlen, padding="same")


@misconception("build_text_cnn", hint="only 98 whole windows")
def pooled_to_99(vocabulary, maxlen):
    return _net(vocabulary, maxlen, pool=keras.layers.MaxPooling1D(5, padding="same"))


@misconception("build_text_cnn", hint="its stride is its size")
def pooling_with_stride_one(vocabulary, maxlen):
    return _net(vocabulary, maxlen, pool=keras.layers.MaxPooling1D(5, strides=1))


@misconception("build_text_cnn", hint="Global pooling takes the maximum")
def global_average(vocabulary, maxlen):
    return _net(vocabulary, maxlen, end=keras.layers.GlobalAveragePooling1D())


@misconception("build_text_cnn", hint="not the mean")
def average_pooling(vocabulary, maxlen):
    return _net(vocabulary, maxlen, pool=keras.layers.AveragePooling1D(5))


@misconception("build_text_cnn", hint="over the channels")
def pooled_over_channels(vocabulary, maxlen):
    """Too few channels are left, though the number of parameters says so first."""
    return _net(vocabulary, maxlen, pool=keras.layers.MaxPooling1D(5, data_format="channels_first"))


@misconception("build_text_cnn", hint="Is the `return` missing")
def return_forgotten(vocabulary, maxlen):
    _net(vocabulary, maxlen)


# --- train_text_cnn ----------------------------------------------------------------------------------------


def _fitted(texts, labels, seed, epochs=5, rate=0.003, **options):
    keras.utils.set_random_seed(seed)
    model = build_text_cnn(VOCABULARY, texts.shape[1])
    model.compile(keras.optimizers.Adam(rate), "binary_crossentropy", metrics=["accuracy"])
    model.fit(texts, labels, epochs=epochs, batch_size=32, verbose=0, **options)
    return model


def _in_small(texts):
    """Epochs for a mistake that shows in the small trainings of the last check: the large one is then cut short."""
    return 1 if len(texts) > 500 else 5


@misconception("train_text_cnn", hint="no better than guessing")
def shuffled_apart(train, validation, seed):
    rng = np.random.default_rng(seed)
    return _fitted(train[0][rng.permutation(len(train[0]))], train[1], seed, epochs=2)


@misconception("train_text_cnn", hint="what is 0 is called 1")
def labels_upside_down(train, validation, seed):
    """Keras' labels taken for "0 is praise"."""
    return _fitted(train[0], 1 - train[1], seed, epochs=4)


@misconception("train_text_cnn", hint="learning rate")
def learning_rate_too_high(train, validation, seed):
    return _fitted(*train, seed, rate=1.0, epochs=1)


@misconception("train_text_cnn", hint="learned nothing")
def loss_for_classes(train, validation, seed):
    """Cross-entropy over a softmax of one unit: nothing to learn."""
    keras.utils.set_random_seed(seed)
    model = build_text_cnn(VOCABULARY, train[0].shape[1])
    model.compile("adam", "categorical_crossentropy")
    model.fit(train[0], train[1][:, None], epochs=1, verbose=0)
    return model


@misconception("train_text_cnn", hint="a leak")
def learned_from_validation_too(train, validation, seed):
    both = [np.concatenate(parts) for parts in zip(train, validation, strict=True)]
    return _fitted(*both, seed, _in_small(both[0]))


@misconception("train_text_cnn", hint="same network")
def seed_without_effect(train, validation, seed):
    return _fitted(*train, 0, _in_small(train[0]))


@misconception("train_text_cnn", hint="two different networks")
def seed_never_set(train, validation, seed):
    model = build_text_cnn(VOCABULARY, train[0].shape[1])
    model.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", metrics=["accuracy"])
    model.fit(*train, epochs=_in_small(train[0]), batch_size=32, verbose=0)
    return model


@misconception("train_text_cnn", hint="is None")
def not_returned(train, validation, seed):
    build_text_cnn(VOCABULARY, train[0].shape[1])


# --- top_ngrams --------------------------------------------------------------------------------------------


def _fired(model, reviews, filter_index, k):
    """(numbers before ReLU, the same after it), for each window (N, T'), and the kernel's length."""
    kernel, bias = model.layers[1].get_weights()
    if np.ndim(reviews) != 2 or not 0 <= filter_index < kernel.shape[2] or k < 1:
        raise ValueError("bad arguments")
    vectors = model.layers[0].get_weights()[0][np.asarray(reviews)]
    before = _sums(vectors, kernel)[..., filter_index] + bias[filter_index]
    return before, np.maximum(before, 0), len(kernel)


def _pairs(reviews, values, flat, length, kind=tuple):
    rows, columns = np.unravel_index(flat, values.shape)
    return [
        (kind(np.asarray(reviews)[r, c : c + length].tolist()), float(values[r, c]))
        for r, c in zip(rows, columns, strict=True)
    ]


def _best(values, k):
    return np.argsort(-values, axis=None, kind="stable")[:k]


@misconception("top_ngrams", hint="fire *least*")
def the_weakest(model, reviews, filter_index, k):
    _, after, length = _fired(model, reviews, filter_index, k)
    return _pairs(reviews, after, np.argsort(after, axis=None, kind="stable")[:k], length)


@misconception("top_ngrams", hint="`filter_index` was not used")
def another_filter(model, reviews, filter_index, k):
    _fired(model, reviews, filter_index, k)
    filters = model.layers[1].get_weights()[1].size
    _, after, length = _fired(model, reviews, filters - 1, k)
    return _pairs(reviews, after, _best(after, k), length)


@misconception("top_ngrams", hint="not its place")
def places_for_words(model, reviews, filter_index, k):
    _, after, _ = _fired(model, reviews, filter_index, k)
    places = np.unravel_index(_best(after, k), after.shape)
    return [((int(r), int(c)), float(after[r, c])) for r, c in zip(*places, strict=True)]


@misconception("top_ngrams", hint="as many words as the kernel")
def first_word_alone(model, reviews, filter_index, k):
    _, after, _ = _fired(model, reviews, filter_index, k)
    return _pairs(reviews, after, _best(after, k), 1)


@misconception("top_ngrams", hint="Only the first review")
def first_review_alone(model, reviews, filter_index, k):
    _, after, length = _fired(model, reviews, filter_index, k)
    return _pairs(reviews, after[:1], _best(after[:1], k), length)


@misconception("top_ngrams", hint="best window of each review")
def one_window_a_review(model, reviews, filter_index, k):
    """Global max pooling taken literally."""
    _, after, length = _fired(model, reviews, filter_index, k)
    flat = after.argmax(axis=1) + np.arange(len(after)) * after.shape[1]
    return _pairs(reviews, after, flat[np.argsort(-after.ravel()[flat], kind="stable")][:k], length)


@misconception("top_ngrams", hint="the best comes first")
def best_last(model, reviews, filter_index, k):
    """`argsort(…)[-k:]`, and not turned round."""
    _, after, length = _fired(model, reviews, filter_index, k)
    return _pairs(reviews, after, _best(after, k)[::-1], length)


@misconception("top_ngrams", hint="tuples of numbers, not lists")
def lists_for_tuples(model, reviews, filter_index, k):
    _, after, length = _fired(model, reviews, filter_index, k)
    return _pairs(reviews, after, _best(after, k), length, kind=list)


@misconception("top_ngrams", hint="Every window counts")
def each_ngram_once(model, reviews, filter_index, k):
    _, after, length = _fired(model, reviews, filter_index, k)
    pairs = _pairs(reviews, after, np.argsort(-after, axis=None, kind="stable"), length)
    return list(dict(reversed(pairs)).items())[::-1][:k]


@misconception("top_ngrams", hint="not in reading order")
def ties_from_the_end(model, reviews, filter_index, k):
    """`argsort(values)[::-1]` turns equal ones round as well."""
    _, after, length = _fired(model, reviews, filter_index, k)
    return _pairs(reviews, after, np.argsort(after, axis=None, kind="stable")[::-1][:k], length)


@misconception("top_ngrams", hint="before ReLU")
def without_relu(model, reviews, filter_index, k):
    before, after, length = _fired(model, reviews, filter_index, k)
    return _pairs(reviews, before, _best(after, k), length)


@misconception("top_ngrams", hint="Look at the arguments first")
def any_filter(model, reviews, filter_index, k):
    filters = model.layers[1].get_weights()[1].size
    _, after, length = _fired(model, reviews, filter_index % filters, max(k, 1))
    return _pairs(reviews, after, _best(after, k), length)
