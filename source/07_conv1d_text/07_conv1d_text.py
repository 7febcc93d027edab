# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # One-dimensional convolution on text
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](@@COLAB@@)
#
# After this notebook you can
#
# * turn film reviews into arrays and back, and read Keras' IMDB data set without being wrong by three;
# * write a one-dimensional convolution, and say what it sees in words, in sound and in a track;
# * train a network that knows "good, not dull" from "dull, not good", and read off what its filters look for.
#
# **Time:** about 75 minutes. **You need:** convolution (01), output sizes (02), pooling (03), training with Keras (04).
#
# **How it works.** Fill in a stub, run the checks below it, read what they say, try again. The checks give 95 points,
# a short text at the end gives 5. The trained network is judged by reviews that it never saw.
#
# **House rules.** Arguments stay as they were. Arrays from NumPy come out new, `float64` for numbers and whole numbers
# for words. Arguments that make no sense raise a `ValueError` whose message says why.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
# @@INSTALL@@
import os

import numpy as np
from convkit import check, datasets, draw, draw_text, quiet, reviews, session

with quiet.startup():
    import keras
from keras import layers

SEED = 0
session.start(
    "texts: made-up reviews, or IMDB",
    full="the network learns from real reviews of IMDB in a minute or two")

# %% [markdown]
# **Quick or full?** `"quick"` takes reviews that a small grammar of this course makes up, and some seconds on any
# computer; it is what gets graded. `"full"` takes 25,000 real reviews, the training part of IMDB (a download of 19
# MB), and some minutes on a CPU.

# %%
SCALE = "quick"

# %% nbgrader={"grade": false, "grade_id": "data", "locked": true, "schema_version": 3, "solution": false, "task": false}
# Grading is always quick, whatever stands above.
FULL = globals().get("SCALE") == "full" and os.environ.get("CONVKIT_SOURCE") != "sample"
VOCABULARY, MAXLEN = (10_000, 501) if FULL else (300, 61)  # numbers of words go from 0 to VOCABULARY − 1
data = datasets.load_text("imdb", "real" if FULL else "sample", num_words=VOCABULARY)
word_index = data.word_index

# %% [markdown]
# ## 1 · How does a text get into a network?
#
# *10 minutes*
#
# A review arrives as a list of whole numbers, with a label: 1 for praise ("positive"), 0 for blame ("negative").

# %%
print(data.sequences[0])
print("label:", data.labels[0])

# %% [markdown]
# Where are the words? The text was split into words, in lower case and without punctuation, and each word was
# replaced by a number, **a frequent word by a small one**. `word_index` is the dictionary of ranks: 1 for the most
# frequent word, and so on.

# %%
print(sorted(word_index.items(), key=lambda item: item[1])[:8])

# %% [markdown]
# But a rank is not yet the number in the review, and programs that forget it print nonsense. Keras keeps the first
# numbers for signs of its own, so that **a word of rank r has the number r + 3**:
#
# | number | means |
# |---|---|
# | 0 | padding, no word at all |
# | 1 | the start of a review |
# | 2 | a word that is unknown, for it is too rare: its number would be the size of the vocabulary or more |
# | 3 | nothing; no word has it |
# | 4, 5, 6, … | the words of rank 1, 2, 3, … |
#
# By hand, with `{"the": 1, "film": 2, "was": 3, "good": 4}`:
#
# | 0 | 0 | 1 | 4 | 5 | 6 | 2 | 7 |
# |---|---|---|---|---|---|---|---|
# | – | – | – | the | film | was | ? | good |

# %% nbgrader={"grade": false, "grade_id": "decode_review", "locked": false, "schema_version": 3, "solution": true, "task": false}
def decode_review(indices, word_index):
    """The words of a review.

    indices: the whole numbers of a review, a list or an array (T,).   word_index: {word: rank}, ranks from 1.
    Returns a text: the words with one space between them, "?" for 2, 3 and every number that no word has.
    0 and 1 are left out, wherever they stand.
    """
    ### BEGIN SOLUTION
    words = {rank + 3: word for word, rank in word_index.items()}
    return " ".join(words.get(int(index), "?") for index in indices if index not in (0, 1))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "decode_review-1", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
small_index = {"the": 1, "film": 2, "was": 3, "good": 4, "not": 5, "at": 6, "all": 7}
check.equal(decode_review([0, 0, 1, 4, 5, 6, 2, 7], small_index), "the film was ? good", mistakes={
    "The 3 is forgotten: a word of rank r has the number r + 3.": "good not at film all",
    "The 3 is forgotten: a word of rank r has the number r + 3; so 2 is no word.": "good not at all",
    "The 3 is forgotten: a word of rank r has the number r + 3; so 1 and 2 are no words.": "the good not at film all",
    "The 3 is forgotten: a word of rank r has the number r + 3; so 1 is no word.": "the good not at all",
    "The 3 was added, though here it must be taken away: the number 4 is the word of rank 1.": "all ? ? not ?",
    "The 3 was taken away twice.": "? ? ? ? the",
    "It is off by one: ranks begin at 1, not at 0, so the number 4 is the word of rank 1.": "film was good ? not",
    "Padding (0) and the start (1) are no words: leave them out.": "? ? ? the film was ? good",
    "The start sign (1) is no word: leave it out.": "? the film was ? good",
    "Padding (0) is no word: leave it out.": "? ? the film was ? good",
    "The unknown word is a word: it gives a \"?\".": "the film was good",
    "One space belongs between two words.": "thefilmwas?good",
    "Asked is one text, not a list of words: join them.": ["the", "film", "was", "?", "good"],
    "In Keras' texts the unknown word has other names; here it is \"?\".": "the film was [OOV] good",
})
check.passed("decode_review")

# %% nbgrader={"grade": true, "grade_id": "decode_review-2", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
check.equal(decode_review([1, 8, 7, 0, 0], small_index), "not good", mistakes={
    "Padding may stand at the end too: leave it out wherever it stands.": "not good ? ?",
})
check.equal(decode_review([1, 7, 3, 99, 5, 0, 8, 1, 4], small_index), "good ? ? film not the", mistakes={
    "A number that no word has, such as 3 or 99, gives a \"?\".": "good film not the",
    "3 gives a \"?\" like every number that no word has.": "good ? film not the",
    "0 and 1 are left out wherever they stand, in the middle too.": "good ? ? film ? not ? the",
})
check.equal(decode_review([0, 0, 0], small_index), "", mistakes={
    "A review without words is an empty text.": " ",
    "A review of zeros has no words.": "? ? ?",
})
check.unchanged(decode_review, [1, 4, 5], small_index, name="decode_review")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(71)
hidden_words = {f"w{rank}": rank for rank in hidden_rng.permutation(np.arange(1, 40)).tolist()}  # in no order
for length in (1, 17, 60):
    numbers = hidden_rng.integers(0, 50, size=length)
    wanted = " ".join(f"w{n - 3}" if 4 <= n <= 42 else "?" for n in numbers.tolist() if n > 1)
    check.equal(decode_review(numbers, hidden_words), wanted)
    check.equal(decode_review(numbers.tolist(), hidden_words), wanted)
check.equal(decode_review([], hidden_words), "")
### END HIDDEN TESTS
check.passed("decode_review")

# %% [markdown]
# Now read some, in words. By what do you tell praise from blame?

# %%
for sequence, label in list(zip(data.sequences, data.labels))[:4]:
    print(data.class_names[label].upper() + ":", decode_review(sequence, word_index), "\n")

# %% [markdown]
# Each "?" is a word too rare for a vocabulary of this size. The made-up reviews consist of facts and opinions. In the
# opinions stand words of praise and of blame, plain, denied ("not bad at all") or set against each other. **Which
# words occur says next to nothing; the order says everything.** Punctuation, which would help, is gone as it is in
# IMDB.

# %% [markdown]
# ## 2 · How do reviews of all lengths become one array?
#
# *10 minutes*
#
# A batch is an array, and rows of an array are equally long. So short reviews are filled up with zeros, and long ones
# cut. At which end? By default Keras does both in front, "pre": **the zeros stand first, and of a long review the
# end remains**, where people tend to say what they think. By hand, to length 4:
#
# | review | `padding="pre"`, `truncating="pre"` | `padding="post"`, `truncating="post"` |
# |---|---|---|
# | 5 6 7 | 0 5 6 7 | 5 6 7 0 |
# | 8 | 0 0 0 8 | 8 0 0 0 |
# | 9 10 11 12 13 | 10 11 12 13 | 9 10 11 12 |

# %% nbgrader={"grade": false, "grade_id": "pad_sequences", "locked": false, "schema_version": 3, "solution": true, "task": false}
def pad_sequences(sequences, maxlen, padding="pre", truncating="pre"):
    """Reviews of all lengths as one array.

    sequences: a list of lists of whole numbers; an empty one gives a row of zeros.   maxlen: the length of the rows,
    1 or more.
    padding: at which end zeros fill up short reviews, "pre" (in front) or "post".
    truncating: at which end long reviews are cut, "pre" (their end remains) or "post".
    Returns an array of whole numbers, (number of reviews, maxlen). Your own code: no `keras.utils.pad_sequences`.
    Raises ValueError if maxlen is below 1, or if padding or truncating is another word.
    """
    ### BEGIN SOLUTION
    if maxlen < 1:
        raise ValueError(f"maxlen must be at least 1, not {maxlen}")
    if not {padding, truncating} <= {"pre", "post"}:
        raise ValueError(f"padding and truncating are \"pre\" or \"post\", not {padding!r} and {truncating!r}")
    padded = np.zeros((len(sequences), maxlen), dtype=np.int32)
    for row, sequence in zip(padded, sequences):
        kept = sequence[-maxlen:] if truncating == "pre" else sequence[:maxlen]
        start = maxlen - len(kept) if padding == "pre" else 0
        row[start:start + len(kept)] = kept
    return padded
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "pad_sequences-1", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
three = [[5, 6, 7], [8], [9, 10, 11, 12, 13]]
padded = pad_sequences(three, 4)
check.shape(padded, (3, 4), mistakes={
    "The rows are as long as the longest review; long ones are cut to maxlen.": (3, 5),
    "The array lies on its side: a row for each review.": (4, 3),
})
check.equal(padded, np.array([[0, 5, 6, 7], [0, 0, 0, 8], [10, 11, 12, 13]]), mistakes={
    "The zeros stand behind the words: for \"pre\" they stand in front.":
        np.array([[5, 6, 7, 0], [8, 0, 0, 0], [10, 11, 12, 13]]),
    "The wrong end was cut: \"pre\" cuts in front, so that the end of the review remains.":
        np.array([[0, 5, 6, 7], [0, 0, 0, 8], [9, 10, 11, 12]]),
    "Both are done at the end; by default both are done in front.":
        np.array([[5, 6, 7, 0], [8, 0, 0, 0], [9, 10, 11, 12]]),
    "Padding is 0; 2 is the unknown word.": np.array([[2, 5, 6, 7], [2, 2, 2, 8], [10, 11, 12, 13]]),
    "Padding is 0; 1 is the start.": np.array([[1, 5, 6, 7], [1, 1, 1, 8], [10, 11, 12, 13]]),
    "The words came out in reverse order.": np.array([[0, 7, 6, 5], [0, 0, 0, 8], [13, 12, 11, 10]]),
    "Long reviews are to be cut, not left out.": np.array([[0, 5, 6, 7], [0, 0, 0, 8], [0, 0, 0, 0]]),
})
check.dtype(padded, np.integer)
check.passed("pad_sequences")

# %% [markdown]
# Both ends, all four ways, and a review without any word:

# %% nbgrader={"grade": true, "grade_id": "pad_sequences-2", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
wanted = np.array([[6, 7], [8, 0], [12, 13]])
check.equal(pad_sequences(three, 2, "post", "pre"), wanted, name="the result for post, pre", mistakes={
    "The two options are exchanged: `padding` is for short reviews, `truncating` for long ones.":
        np.array([[5, 6], [0, 8], [9, 10]]),
    "`truncating` has no effect: the end of the review is to remain.": np.array([[5, 6], [8, 0], [9, 10]]),
    "`padding` has no effect: zeros go behind the words for \"post\".": np.array([[6, 7], [0, 8], [12, 13]]),
})
wanted = np.array([[5, 6], [0, 8], [9, 10]])
check.equal(pad_sequences(three, 2, "pre", "post"), wanted, name="the result for pre, post", mistakes={
    "The two options are exchanged: `padding` is for short reviews, `truncating` for long ones.":
        np.array([[6, 7], [8, 0], [12, 13]]),
    "`truncating` has no effect: the beginning of the review is to remain.": np.array([[6, 7], [0, 8], [12, 13]]),
    "`padding` has no effect: zeros go in front of the words for \"pre\".": np.array([[5, 6], [8, 0], [9, 10]]),
})
try:
    empty = pad_sequences([[4], []], 2)
except ValueError as error:
    raise check.CheckFailed("A review without any word raises an error; its row is all zeros.",
                            "`row[-0:]` is the whole row, not the last 0 numbers: count from the front.") from error
check.equal(empty, np.array([[0, 4], [0, 0]]), name="the result for [[4], []]")
check.raises(ValueError, lambda: pad_sequences(three, 0), when="maxlen is 0")
check.raises(ValueError, lambda: pad_sequences(three, 4, "left"), when="padding is \"left\"")
check.raises(ValueError, lambda: pad_sequences(three, 4, truncating="end"), when="truncating is \"end\"")
check.unchanged(lambda sequences: pad_sequences(sequences, 4), three, name="pad_sequences")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(72)
for maxlen in (1, 6, 11):
    sequences = [hidden_rng.integers(1, 90, size=size).tolist() for size in hidden_rng.integers(0, 14, size=9)] + [[], [3]]
    for padding in ("pre", "post"):
        for truncating in ("pre", "post"):
            wanted = []
            for sequence in sequences:
                row = list(reversed(sequence)) if truncating == "pre" else list(sequence)
                row = row[:maxlen]
                row = list(reversed(row)) if truncating == "pre" else row
                zeros = [0] * (maxlen - len(row))
                wanted.append(zeros + row if padding == "pre" else row + zeros)
            check.equal(pad_sequences(sequences, maxlen, padding=padding, truncating=truncating), np.array(wanted))
check.raises(ValueError, lambda: pad_sequences(three, -1), when="maxlen is −1")
### END HIDDEN TESTS
check.passed("pad_sequences")

# %% [markdown]
# Twelve reviews before and after, each word a cell. The grey cells are zeros; what is longer than the array was cut
# in front:

# %%
draw_text.lengths(data.sequences[:12], pad_sequences(data.sequences[:12], MAXLEN),
                  title="Filled up or cut: twelve reviews as one array")

# %% [markdown]
# Some reviews are kept back for validation, one in six (of the many of IMDB one in twenty):

# %% nbgrader={"grade": false, "grade_id": "parts", "locked": true, "schema_version": 3, "solution": false, "task": false}
texts, labels = pad_sequences(data.sequences, MAXLEN), data.labels.astype("int64")
order = np.random.default_rng(SEED).permutation(len(labels))  # shuffled, texts and labels together
first, last = np.split(order, [len(order) * 19 // 20 if FULL else len(order) * 5 // 6])
train, validation = (texts[first], labels[first]), (texts[last], labels[last])
print(f"to learn from: {len(train[1]):,}   to watch it by: {len(validation[1]):,}")

# %% [markdown]
# ## 3 · What is a convolution with one dimension?
#
# *15 minutes*
#
# A window that slides in one direction. What it slides over has an axis whose **order matters**, and at each step one or
# more numbers that are seen together, the **channels** (lecture C calls it "different views of the data"):
#
# | data | steps T | channels C |
# |---|---|---|
# | the aeroplane of 01 | seconds | 1: the position |
# | sound | samples, often 44,100 a second | 2: left and right |
# | a row of a table (lecture E) | its columns, if their order means something | 1 |
# | text | words | the numbers that describe a word, 128 below |
#
# A kernel has `k` steps and all channels, (k, C). It is laid on `k` neighbouring steps and multiplied with them
# number by number; all products and a bias are added up, and it moves on: one number for each place. `F` kernels, in
# one array (k, C, F), give `F` numbers for each place: (N, T, C) → (N, T', F). Lecture E's figure has a kernel of
# length 2 and depth 4 on 5 words; four of these make an output of (4, 4).
#
# By hand, 4 steps with 2 channels, one kernel of length 2, $b=0.5$:
#
# $$x=\begin{bmatrix}1&0\\2&1\\0&3\\1&1\end{bmatrix}\quad w=\begin{bmatrix}1&2\\0&-1\end{bmatrix}$$
#
# $$\begin{aligned}1\cdot1+0\cdot2+2\cdot0+1\cdot(-1)+0.5&=0.5\\2\cdot1+1\cdot2+0\cdot0+3\cdot(-1)+0.5&=1.5\\
# 0\cdot1+3\cdot2+1\cdot0+1\cdot(-1)+0.5&=5.5\end{aligned}$$
#
# As in every layer the kernel is not flipped (01). With a **stride** of 2 every other place is taken; the size is
# 02's formula, $T'=\lfloor(T-k)/s\rfloor+1$: of an even number $n$ of steps a kernel of length 2 makes $n-1$ numbers
# with stride 1 and $n/2$ with stride 2 (the two cases of lecture C).

# %% nbgrader={"grade": false, "grade_id": "conv1d", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv1d(x, w, b, stride=1):
    """A one-dimensional convolutional layer, without padding and without activation.

    x: (N, T, C).   w: kernels, (k, C, F).   b: (F,).   stride: how far the window moves on, 1 or more.
    Returns (N, (T − k)//stride + 1, F), float64.
    Raises ValueError if x or w has not three axes, the channels or the number of biases do not match, the kernel is
    longer than the text, or the stride is below 1.
    """
    ### BEGIN SOLUTION
    x, w, b = (np.asarray(array, dtype=np.float64) for array in (x, w, b))
    if x.ndim != 3 or w.ndim != 3 or x.shape[2] != w.shape[1] or b.shape != w.shape[2:]:
        raise ValueError(f"shapes do not match: x {x.shape}, w {w.shape}, b {b.shape}")
    if stride < 1 or len(w) > x.shape[1]:
        raise ValueError(f"a window of {len(w)} with stride {stride} does not fit on {x.shape[1]} steps")
    windows = np.lib.stride_tricks.sliding_window_view(x, len(w), axis=1)[:, ::stride]  # (N, T', C, k)
    return np.einsum("ntck,kcf->ntf", windows, w) + b
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "conv1d-1", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
x = np.array([[[1, 0], [2, 1], [0, 3], [1, 1]]])
w, b = np.array([[[1], [2]], [[0], [-1]]]), np.array([0.5])
y = conv1d(x, w, b)
check.shape(y, (1, 3, 1), mistakes={
    "The output is as long as the input (`same`): no padding is asked for.": (1, 4, 1),
    "One place is missing at the end: T − k + 1 places fit.": (1, 2, 1),
    "Each channel gave a result of its own; they are added up.": (1, 3, 2),
    "The axis of the kernels is missing.": (1, 3),
    "The axis of the texts is missing.": (3, 1),
    "The kernels come last: (N, T', F).": (1, 1, 3),
})
check.close(y[0, :, 0], [0.5, 1.5, 5.5], name="the row of three numbers", mistakes={
    "The kernel was reversed: layers slide it as it is.": [4.5, 5.5, 0.5],
    "The bias is missing, or the result is an array of whole numbers, which cut the 0.5 off.": [0, 1, 5],
    "Only channel 0 was used.": [1.5, 2.5, 0.5],
    "The bias was added at each step of the kernel; once for each sum is enough.": [1, 2, 6],
    "The bias was added in each product; once for each sum is enough.": [2, 3, 7],
    "These are means over the kernel; asked are sums.": [0.5, 0.75, 1.75],
    "The first step of the kernel alone was used, or its negative weights were lost; there is no activation here.":
        [1.5, 4.5, 6.5],
    "Steps and channels of the kernel are exchanged: its shape is (k, C, F).": [-0.5, 1.5, -0.5],
})
check.passed("conv1d")

# %% [markdown]
# Two texts, three channels, two kernels, and strides:

# %% nbgrader={"grade": true, "grade_id": "conv1d-2", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
x = (np.arange(42).reshape(2, 7, 3) * 5 % 11 - 4).astype(float)
w = (np.arange(12).reshape(2, 3, 2) * 7 % 5 - 2).astype(float)
b = np.array([10.0, -20.0])
one_by_one = np.array([[[23, -28], [15, -17], [7, -28], [10, -6], [13, -17], [5, -28]],
                       [[-11, -6], [3, -28], [17, -17], [-13, -28], [23, -28], [15, -17]]])
check.close(conv1d(x, w, b), one_by_one, mistakes={
    "Both texts got the result of the first.": np.stack([one_by_one[0]] * 2),
    "Both kernels were given the bias of the first.": one_by_one + [0, 30],
    "Both kernels gave the same.": np.repeat(one_by_one[..., :1], 2, axis=2),
    "The kernel was reversed: layers slide it as it is.":
        np.array([[[6, -30], [-2, -19], [12, -8], [26, -30], [-4, -19], [10, -8]],
                  [[5, -30], [8, -8], [0, -19], [25, -30], [6, -30], [-2, -19]]]),
})
check.close(conv1d(x, w, b, stride=2), one_by_one[:, ::2], name="the result for stride 2", mistakes={
    "The stride has no effect.": one_by_one,
    "It began with the second place; the first window is the first k steps.": one_by_one[:, 1::2],
})
check.close(conv1d(x, w, b, stride=4), one_by_one[:, ::4], name="the result for stride 4", mistakes={
    "One window too few: T' = (T − k)//stride + 1.": one_by_one[:, :1],
})
check.raises(ValueError, lambda: conv1d(x[:, :1], w, b), when="the kernel has 2 steps and the text 1")
check.raises(ValueError, lambda: conv1d(x, w, b, 0), when="the stride is 0")
check.raises(ValueError, lambda: conv1d(x[:, :, :2], w, b), when="the text has 2 channels and the kernel 3")
check.unchanged(conv1d, x, w, b, name="conv1d")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(73)
for n, t, c, k, f, stride in [(2, 9, 4, 3, 5, 1), (1, 5, 4, 2, 4, 1), (3, 12, 1, 4, 2, 3), (1, 6, 2, 6, 1, 2), (2, 8, 3, 1, 2, 5)]:
    x, w, b = hidden_rng.normal(size=(n, t, c)), hidden_rng.normal(size=(k, c, f)), hidden_rng.normal(size=f)
    places = range(0, t - k + 1, stride)
    wanted = np.stack([np.tensordot(x[:, place:place + k], w, axes=([1, 2], [0, 1])) for place in places], axis=1) + b
    check.close(conv1d(x, w, b, stride), wanted)
    check.dtype(conv1d(x, w, b, stride), np.float64)
check.close(conv1d(np.full((1, 3, 1), 200, np.uint8), np.ones((3, 1, 1), np.uint8), np.zeros(1)), [[[600]]])
check.raises(ValueError, lambda: conv1d(x[0], w, b), when="x has two axes")
check.raises(ValueError, lambda: conv1d(x, w, np.zeros(len(b) + 1)), when="there is a bias too many")
check.raises(ValueError, lambda: conv1d(x, w, b, -1), when="the stride is −1")
### END HIDDEN TESTS
check.passed("conv1d")

# %% [markdown]
# The track of the aeroplane in 01 has one channel, and its smoothing is a convolution with fixed weights. Keras'
# `Conv1D` with these weights gives the same numbers as yours:

# %%
track, weights = datasets.track(), np.array([0.01, 0.01, 0.02, 0.02, 0.04, 0.4, 0.5]).reshape(7, 1, 1)
smooth = conv1d(track[None, :, None], weights, np.zeros(1))
layer = layers.Conv1D(1, 7)
layer.build((None, 120, 1))
layer.set_weights([weights, np.zeros(1)])
print("largest difference:", np.abs(keras.ops.convert_to_numpy(layer(track[None, :, None])) - smooth).max().round(6))

# %%
seconds, shown = np.arange(120), slice(30, 60)
steps = conv1d(track[None, :, None], np.array([-1.0, 1]).reshape(2, 1, 1), np.zeros(1))[0, :, 0]
smooth_steps = np.diff(smooth[0, :, 0])
draw.lines({"raw track": (seconds[shown], steps[shown]), "smoothed": (seconds[shown], smooth_steps[24:54])},
           title="Smooth, then compare neighbours: a steadier speed", x_label="second", y_label="km per second")

# %% [markdown]
# The kernel −1, 1 compares neighbours: it gives the speed. After smoothing the speed shakes less. Like every
# convolution, both are one multiplication by a matrix whose rows repeat the kernel, one step further each (01): many
# weights are zero, the others are shared.

# %% [markdown]
# ## 4 · What does a network for text look like?
#
# *15 minutes*
#
# The number of a word says nothing but its rank: 17 is not "more" than 5. So the first layer gives each word a row of
# 128 numbers, as learnable as any weight. `layers.Embedding(words, 128)` is a table with one row for each number from
# 0 to words − 1, in which it looks up: (500,) → (500, 128). The rest is as in 04, in one dimension. Lecture E's
# network for IMDB, 10,000 words and 500 steps:
#
# | layer | output | parameters |
# |---|---|---|
# | `Embedding`, 128 numbers a word | 500×128 | 10,000 · 128 = 1,280,000 |
# | `Conv1D`, 32 kernels of length 7, ReLU | 494×32 | 7 · 128 · 32 + 32 = 28,704 |
# | `MaxPooling1D`, windows of 5 | 98×32 | 0 |
# | `Conv1D`, 32 kernels of length 7, ReLU | 92×32 | 7 · 32 · 32 + 32 = 7,200 |
# | `GlobalMaxPooling1D` | 32 | 0 |
# | `Dense`, 1 unit, sigmoid | 1 | 33 |
#
# 494/5 is 98.8, and 98 whole windows fit. The four places that remain are dropped, and with them **the last four words
# of every review**: the lecture's network never sees them. So `MAXLEN` above is 501, or 61, where nothing remains.
#
# There is no `Flatten`: the convolution takes the array as it is, and global max pooling asks of each kernel only
# *did it fire anywhere?* (08 has more of this.) The lecture gives no activation for the last layer; here it is a
# **sigmoid**: of the unit's sum $s$ it makes $1/(1+e^{-s})$, which lies between 0 and 1 and is read as the
# probability of praise.

# %% nbgrader={"grade": false, "grade_id": "build_text_cnn", "locked": false, "schema_version": 3, "solution": true, "task": false}
def build_text_cnn(vocabulary, maxlen):
    """Lecture E's network for reviews, untrained.

    vocabulary: how many numbers of words there are, 0 to vocabulary − 1.   maxlen: the length of the texts.
    Returns a new keras.Sequential with input (maxlen,): the six layers of the table above, in that order, activations
    inside their layers. Output (1,): the probability of praise.
    Raises ValueError if the texts are too short for the second convolution.
    """
    ### BEGIN SOLUTION
    if (maxlen - 6) // 5 < 7:
        raise ValueError(f"texts of {maxlen} words are too short: 7 places must be left for the second convolution")
    return keras.Sequential([
        keras.Input((maxlen,), dtype="int32"),
        layers.Embedding(vocabulary, 128),
        layers.Conv1D(32, 7, activation="relu"),
        layers.MaxPooling1D(5),
        layers.Conv1D(32, 7, activation="relu"),
        layers.GlobalMaxPooling1D(),
        layers.Dense(1, activation="sigmoid"),
    ])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "build_text_cnn-1", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
net = build_text_cnn(10_000, 500)
check.output_shape(net, (None, 1), mistakes={
    "The places are still there: global max pooling keeps one number of each kernel.": (None, 92, 1),
    "One unit is enough: praise has the probability p, blame 1 − p.": (None, 2),
})
check.parameters(net, 1_315_937, mistakes={
    "The table has a row too many: numbers go from 0 to vocabulary − 1.": 1_316_065,
    "The table has a row too few: 0 is a number as well.": 1_315_809,
    "The table has three rows too many: the offset 3 is in the numbers already.": 1_316_321,
    "The table has four rows too many: the offset 3 is in the numbers already.": 1_316_449,
    "The word vectors have 32 numbers; asked are 128.": 320_000 + 7_200 + 7_200 + 33,
    "The kernels are 5 steps long; asked are 7.": 1_305_697,
    "The kernels are 3 steps long; asked are 7.": 1_295_457,
    "The second convolution is missing.": 1_308_737,
    "The maps were flattened; global max pooling keeps 32 numbers.": 1_315_937 + 91 * 32,
    "There are two units at the end; one is enough.": 1_315_970,
})
check.passed("build_text_cnn")

# %% [markdown]
# Pooling and padding have no parameters, so the shapes are checked as well, for 500 words and for 60:

# %% nbgrader={"grade": true, "grade_id": "build_text_cnn-2", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
kinds = [type(layer).__name__ for layer in net.layers if type(layer).__name__ != "InputLayer"]
wanted_kinds = ["Embedding", "Conv1D", "MaxPooling1D", "Conv1D", "GlobalMaxPooling1D", "Dense"]
check.equal(kinds, wanted_kinds, name="the list of layers", mistakes={
    "Global pooling takes the maximum here: one place where a kernel fires is enough.":
        wanted_kinds[:4] + ["GlobalAveragePooling1D", "Dense"],
    "The first pooling takes the maximum, not the mean.":
        wanted_kinds[:2] + ["AveragePooling1D"] + wanted_kinds[3:],
    "The activations stand as layers of their own; give them to their layers, `activation=…`.":
        ["Embedding", "Conv1D", "Activation", "MaxPooling1D", "Conv1D", "Activation", "GlobalMaxPooling1D", "Dense",
         "Activation"],
})
lengths = [tuple(layer.output.shape[1:]) for layer in net.layers][:4]
check.equal(lengths, [(500, 128), (494, 32), (98, 32), (92, 32)], name="the list of shapes", mistakes={
    "Both convolutions are padded (`same`); asked is none.": [(500, 128), (500, 32), (100, 32), (100, 32)],
    "The pooling is padded: 494/5 is 98.8, and only 98 whole windows fit.": [(500, 128), (494, 32), (99, 32), (93, 32)],
    "The pooling moves on by one step: its stride is its size.": [(500, 128), (494, 32), (490, 32), (484, 32)],
    "The windows of the pooling are 2 steps long; asked are 5.": [(500, 128), (494, 32), (247, 32), (241, 32)],
    "The pooling went over the channels: there are fewer than 32 left.": [(500, 128), (494, 32), (494, 6), (488, 32)],
})
applied = [net.layers[place].activation.__name__ for place in (1, 3, 5)]
check.equal(applied, ["relu", "relu", "sigmoid"], name="the list of activations", mistakes={
    "The last layer has no sigmoid: its output is not yet a probability.": ["relu", "relu", "linear"],
    "Softmax of a single number is always 1; for one unit take the sigmoid.": ["relu", "relu", "softmax"],
    "The convolutions lack their ReLU.": ["linear", "linear", "sigmoid"],
    "A ReLU at the end cuts off everything below 0; a probability needs the sigmoid.": ["relu", "relu", "relu"],
})
small = build_text_cnn(300, 60)
check.equal([tuple(layer.output.shape[1:]) for layer in small.layers][:4], [(60, 128), (54, 32), (10, 32), (4, 32)],
            name="the list of shapes for 60 words", mistakes={
    "maxlen has no effect.": [(500, 128), (494, 32), (98, 32), (92, 32)],
})
check.parameters(small, 74_337, mistakes={"vocabulary has no effect.": 1_315_937})
check.raises(ValueError, lambda: build_text_cnn(300, 40), when="texts have 40 words")
### BEGIN HIDDEN TESTS
convolution = ("Conv1D", {"filters": 32, "kernel_size": (7,), "strides": (1,), "padding": "valid", "activation": "relu",
                          "use_bias": True, "dilation_rate": (1,)})
for vocabulary, maxlen in [(50, 41), (1234, 97)]:
    net = build_text_cnn(vocabulary, maxlen)
    check.equal(net.input_shape, (None, maxlen), name="the model's input shape")
    check.layers(net, [
        ("Embedding", {"input_dim": vocabulary, "output_dim": 128}), convolution,
        ("MaxPooling1D", {"pool_size": (5,), "strides": (5,), "padding": "valid"}), convolution,
        ("GlobalMaxPooling1D", {}), ("Dense", {"units": 1, "activation": "sigmoid", "use_bias": True}),
    ])
    hidden_reviews = np.random.default_rng(74).integers(0, vocabulary, size=(3, maxlen))
    answers = keras.ops.convert_to_numpy(net(hidden_reviews))
    check.true(bool(np.all((answers > 0) & (answers < 1))), "The outputs are no probabilities.")
    check.true(all(weight.trainable for weight in net.weights), "Not all weights are trainable.")
check.raises(ValueError, lambda: build_text_cnn(300, 6), when="texts have 6 words")
### END HIDDEN TESTS
check.passed("build_text_cnn")

# %% [markdown]
# ### Predict, then run
#
# How many words does one number behind the first convolution see? And how many one of the 92 places behind the
# second, from which global pooling chooses? The latter is also the length of the shortest text that the network
# takes. Recall 05: a layer with kernel $k$ widens the **receptive field** by $(k-1)$ times the product of the strides
# of all layers before it. Write down the second number.

# %%
prediction = None  # the shortest text, in words

# %%
def accepted(maxlen):
    try:
        build_text_cnn(50, maxlen)
    except ValueError:
        return False
    return True

print("you said:", prediction)
print("it is:", min(length for length in range(30, 60) if accepted(length)))

# %% [markdown]
# $1+6=7$ words behind the first convolution, $7+4=11$ behind the pooling, and $11+6\cdot5=41$ behind the second
# convolution. A text must fill one such field. Seven words are enough for "not bad at all"; 41 for a "but" and what it
# refers to.

# %% [markdown]
# ## 5 · Does it learn what words cannot tell?
#
# *15 minutes*
#
# First something simpler, for comparison: a **bag of words** is a network that knows which words there are, not where.
# Each word gets one number, their mean decides.

# %% nbgrader={"grade": false, "grade_id": "bag_of_words", "locked": true, "schema_version": 3, "solution": false, "task": false}
def train_bag_of_words(train, seed):
    """A linear classifier on the words of a text, whatever their order."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([
        keras.Input((train[0].shape[1],), dtype="int32"), layers.Embedding(VOCABULARY, 1),
        layers.GlobalAveragePooling1D(), layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
    model.fit(*train, epochs=10, batch_size=64 if len(train[1]) < 10_000 else 512, verbose=0)
    return model

def share_right(model, part):
    """Which share of the reviews is called by its right name?"""
    return float(np.mean((model.predict(part[0], batch_size=500, verbose=0)[:, 0] > 0.5) == part[1]))

# %%
bag = train_bag_of_words(train, SEED)
print(f"bag of words: {100 * share_right(bag, validation):.0f} % of the validation part are right")

# %% [markdown]
# Half right is a guess, on these made-up reviews (for IMDB see below). Now yours. The loss for one probability is the
# **binary cross-entropy**, $-\ln p$ for praise and $-\ln(1-p)$ for blame; in Keras `"binary_crossentropy"`, for
# labels 0 and 1 as they are. Before any training it is about $\ln 2=0.693$. `compile` and `fit` are 04's.

# %% nbgrader={"grade": false, "grade_id": "train_text_cnn", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_text_cnn(train, validation, seed):
    """A trained network for reviews.

    train, validation: pairs of texts, whole numbers (N, T) from 0 to VOCABULARY − 1, and labels (N,), 0 or 1.
    seed: the same seed must give the same network; call `keras.utils.set_random_seed(seed)` first.
    Returns the model, as `build_text_cnn(VOCABULARY, T)` makes it, trained on train. Validation may be watched, also to
    decide when to stop, but never be learned from.
    At least 90 % of new reviews must be right; about ten seconds are enough.
    """
    ### BEGIN SOLUTION
    texts, labels = train
    keras.utils.set_random_seed(seed)
    model = build_text_cnn(VOCABULARY, texts.shape[1])
    if len(texts) < 10_000:
        epochs, batch_size, rate, forget = 5, 32, 0.003, (0.0, 0.0)
    else:
        epochs, batch_size, rate, forget = 5, 128, 0.002, (0.3, 0.5)
    embedding, *inner, last = model.layers  # the trainer has the same layers, and forgets words in training only
    word_by_word = layers.Dropout(forget[0], noise_shape=(None, texts.shape[1], 1))
    trainer = keras.Sequential([
        keras.Input(texts.shape[1:], dtype="int32"), embedding, word_by_word, layers.Dropout(forget[0]), *inner,
        layers.Dropout(forget[1]), last,
    ])
    rates = keras.optimizers.schedules.CosineDecay(rate, epochs * -(-len(texts) // batch_size))
    trainer.compile(keras.optimizers.Adam(rates), "binary_crossentropy", metrics=["accuracy"])
    stop = keras.callbacks.EarlyStopping("val_accuracy", mode="max", patience=2, restore_best_weights=True)
    trainer.fit(texts, labels, batch_size=batch_size, epochs=epochs, validation_data=validation, callbacks=[stop],
                verbose=0)
    return model
    ### END SOLUTION


# %% nbgrader={"grade": false, "grade_id": "training", "locked": true, "schema_version": 3, "solution": false, "task": false}
model = train_text_cnn(train, validation, SEED)

# %% [markdown]
# The checks ask what the model *does*, whatever `fit` printed. (With IMDB 85 % are asked.)

# %% nbgrader={"grade": true, "grade_id": "train_text_cnn-1", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
check.output_shape(model, (None, 1))
check.parameters(model, VOCABULARY * 128 + 35_937)
answers, known = (model.predict(part[0], batch_size=500, verbose=0) for part in (validation, train))
check.trained(answers, validation[1], 0.85 if FULL else 0.9, train=(known, train[1]), sigmoid=True, thing="review")
check.passed("train_text_cnn")

# %% [markdown]
# When you are graded, a thousand reviews decide that nobody has read so far.

# %% nbgrader={"grade": true, "grade_id": "train_text_cnn-2", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
check.output_shape(model, (None, 1))
### BEGIN HIDDEN TESTS
def hidden_part(count, seed):
    made = reviews.make(count, seed)
    rows = [([0] * 61 + numbers)[-61:] for numbers in reviews.encode(made.texts, 300)]
    return np.array(rows), made.labels.astype("int64")

unread = hidden_part(1000, 707)
known = hidden_part(3000, 20)  # the training part's own, for the sentence about what went wrong
answers, learned = (model.predict(part[0], batch_size=500, verbose=0) for part in (unread, known))
check.trained(answers, unread[1], 0.9, train=(learned, known[1]), sigmoid=True, thing="review")
### END HIDDEN TESTS
check.passed("train_text_cnn")

# %% [markdown]
# Last: the same seed, the same network; another seed, another one. And nothing may be learned from the validation part.
# To see that, this check validates with words that never occur in training, each of them praise or blame by the toss of
# a coin. Nobody who has not learned *from* these reviews can know them.

# %% nbgrader={"grade": true, "grade_id": "train_text_cnn-3", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
coins = np.random.default_rng(7)
learned = coins.integers(4, 100, size=(96, 48))
secret = np.repeat(np.arange(200, 240), 8)[:, None] * np.ones((1, 48), dtype=int)
parts = (learned, np.arange(96) % 2), (secret, np.repeat(coins.permutation(40) % 2, 8))
first_net, second_net, other_net = [train_text_cnn(*parts, seed) for seed in (1, 1, 2)]
outputs = [keras.ops.convert_to_numpy(net(secret)) for net in (first_net, second_net, other_net)]
right = float(np.mean((outputs[0][:, 0] > 0.5) == parts[1][1]))
check.between(right, 0, 0.8, name="the share of secret words that it knows", mistakes={
    "It has learned from the validation part: a leak. Give `fit` the training part only.": (0.802, 1.0),
})
same_seed, other_seed = (float(np.abs(output - outputs[0]).max()) for output in outputs[1:])
seeded = "The seed must be the argument, set before the network is built: `keras.utils.set_random_seed(seed)`."
check.true(other_seed > 1e-3, "Another seed gives the same network.", seeded)
check.true(same_seed < other_seed / 4, "The same seed gives two different networks.", seeded)
check.passed("train_text_cnn")

# %%
shuffled = np.random.default_rng(1).permuted(validation[0], axis=1), validation[1]
shares = {"bag of words": share_right(bag, validation), "your network": share_right(model, validation),
          "your network, words shuffled": share_right(model, shuffled)}
draw.bars({name: 100 * share for name, share in shares.items()}, marked=["your network"], unit=" %",
          title="The same words in another order: only a guess" if not FULL else "Bag, network, and shuffled words",
          x_label="right answers, %")

# %% [markdown]
# The network reads what the bag cannot. Do not take that for a law: on real reviews a bag of words does about as well as
# this network, since people who praise use other words than people who blame. (What was measured on IMDB stands in the
# course's `docs/results.md`; keras.io gives 87.6 % for a convnet of its own.)
# The made-up reviews show the difference in its pure form.
#
# Try sentences of your own; words that the vocabulary lacks become unknown ones.

# %% nbgrader={"grade": false, "grade_id": "ask", "locked": true, "schema_version": 3, "solution": false, "task": false}
def numbers_of(text):
    """A text as one row of numbers."""
    numbers = [1, *(word_index.get(word, VOCABULARY) + 3 for word in reviews.words(text))]
    return pad_sequences([[number if number < VOCABULARY else 2 for number in numbers]], MAXLEN)

# %%
story = "I saw The Last Piano with my sister. It is about a night nurse who found a map in a shoe. "
for opinion in ["The plot is clever, not dull.", "The plot is dull, not clever.", "The music is not bad at all.",
                "The music is bad.", "Boring? No, the acting is not.", "I expected a great film and got a weak one."]:
    said = [float(keras.ops.convert_to_numpy(net(numbers_of(story + opinion)))[0, 0]) for net in (model, bag)]
    print(f"network {said[0]:.2f}   bag {said[1]:.2f}   {opinion}")

# %% [markdown]
# The first two opinions are made of the same words, so the bag must give both the same number. Only the order tells
# them apart.

# %% [markdown]
# ## 6 · What do the filters look for?
#
# *10 minutes*
#
# A kernel of the first convolution sees seven words at a time, an **n-gram**. What it looks for is what makes it fire
# most. So slide it over all reviews, and keep the windows with the largest numbers.
#
# By hand, a kernel of length 2 that gives 0, 3, 1, 3 on the review 7 8 9 8 9: the windows are (7, 8), (8, 9), (9, 8), (8, 9).
# The two best are (8, 9) with 3 and (8, 9) with 3 again. Each window counts, and equal ones stay in reading order.
#
# You need: `keras.Model(model.inputs[0], layer.output)` is a model that stops behind a layer; the first convolution is
# `model.layers[1]`, its length `layer.kernel_size[0]`, its output (N, T', F) after ReLU.

# %% nbgrader={"grade": false, "grade_id": "top_ngrams", "locked": false, "schema_version": 3, "solution": true, "task": false}
def top_ngrams(model, reviews, filter_index, k):
    """The windows that make a filter of the first convolution fire most.

    model: its first two layers are an Embedding and a Conv1D (stride 1, no padding), as in build_text_cnn.
    reviews: whole numbers, (N, T), as the model takes them.   filter_index: which filter, from 0.   k: how many windows.
    Returns a list of k tuples (window, activation), best first; a window is a tuple of the numbers of its words, an
    activation a float, after ReLU. Every window of every review counts, and equal activations stay in reading order:
    review by review, from left to right.
    Raises ValueError if there is no such filter, if k is below 1, or if reviews has not two axes.
    """
    ### BEGIN SOLUTION
    reviews, layer = np.asarray(reviews), model.layers[1]
    if reviews.ndim != 2 or not 0 <= filter_index < layer.filters or k < 1:
        raise ValueError(f"reviews (N, T), a filter from 0 to {layer.filters - 1} and k from 1 on are needed")
    probe = keras.Model(model.inputs[0], layer.output)
    batches = [probe(reviews[start:start + 256])[..., filter_index] for start in range(0, len(reviews), 256)]
    activations = np.concatenate([keras.ops.convert_to_numpy(batch) for batch in batches])
    best = np.argsort(-activations, axis=None, kind="stable")[:k]
    length = layer.kernel_size[0]
    found = []
    for row, column in zip(*np.unravel_index(best, activations.shape)):
        window = tuple(reviews[row, column:column + length].tolist())
        found.append((window, float(activations[row, column])))
    return found
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "top_ngrams-1", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
def tiny(embedding, kernel, bias, maxlen):
    """A net with these weights: kernel (k, C, F)."""
    net = keras.Sequential([
        keras.Input((maxlen,), dtype="int32"), layers.Embedding(*embedding.shape),
        layers.Conv1D(kernel.shape[2], len(kernel), activation="relu"), layers.GlobalMaxPooling1D(), layers.Dense(1),
    ])
    net.set_weights([embedding, kernel, bias, np.ones((kernel.shape[2], 1)), np.zeros(1)])
    return net

# each word is worth its number; filter 0 gives 2 · second − first, filter 1 the first, less 5
net = tiny(np.arange(10.0).reshape(10, 1), np.array([[[-1, 1]], [[2, 0]]], dtype=float), np.array([0.0, -5]), 4)
texts_of_four = np.array([[1, 2, 9, 3], [6, 5, 8, 1]])
found = top_ngrams(net, texts_of_four, 0, 3)
check.true(isinstance(found, list) and all(isinstance(pair, tuple) and len(pair) == 2 for pair in found),
           f"Asked is a list of tuples (window, activation); {found!r} came back.",
           "Is the `return` missing?" if found is None else None)
check.equal([pair[0] for pair in found], [(2, 9), (5, 8), (6, 5)], name="the list of windows", mistakes={
    "These are the windows that make it fire *least*.": [(9, 3), (8, 1), (1, 2)],
    "These are windows of the other filter: `filter_index` was not used.": [(9, 3), (8, 1), (6, 5)],
    "Asked are the words of the window, not its place.": [(0, 1), (1, 1), (1, 0)],
    "The windows are shifted by one word.": [(9, 3), (8, 1), (5, 8)],
    "A window has as many words as the kernel is long, here 2.": [(2,), (5,), (6,)],
    "Only the first review was searched.": [(2, 9), (1, 2), (9, 3)],
    "Only the best window of each review was kept; every window counts.": [(2, 9), (5, 8)],
    "Windows are tuples of numbers, not lists.": [[2, 9], [5, 8], [6, 5]],
    "They are the right windows in another order: the best comes first.": [(6, 5), (5, 8), (2, 9)],
    "They are the right windows in the order of the texts: the best comes first.": [(2, 9), (6, 5), (5, 8)],
    "The words of a window are in reverse order.": [(9, 2), (8, 5), (5, 6)],
})
check.close([pair[1] for pair in found], [16, 11, 4], name="the list of activations")
check.passed("top_ngrams")

# %% nbgrader={"grade": true, "grade_id": "top_ngrams-2", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
again = np.array([[1, 7, 8, 2], [7, 8, 7, 8], [0, 0, 1, 2]])
found = top_ngrams(net, again, 1, 5)  # the first word less 5, after ReLU
check.equal([pair[0] for pair in found], [(8, 2), (8, 7), (7, 8), (7, 8), (7, 8)], name="the list of windows", mistakes={
    "Every window counts, also one that was there before.": [(8, 2), (8, 7), (7, 8), (1, 7), (0, 0)],
    "Windows with equal activations are not in reading order.": [(8, 7), (8, 2), (7, 8), (7, 8), (7, 8)],
})
found = top_ngrams(net, again[::-1], 1, 7)
check.equal([pair[0] for pair in found], [(8, 7), (8, 2), (7, 8), (7, 8), (7, 8), (0, 0), (0, 1)],
            name="the list of seven windows", mistakes={
    "Windows with equal activations are not in reading order.":
        [(8, 2), (8, 7), (7, 8), (7, 8), (7, 8), (1, 7), (1, 2)],
    "These are ordered by what comes before ReLU; asked are activations after it.":
        [(8, 7), (8, 2), (7, 8), (7, 8), (7, 8), (1, 2), (1, 7)],
    "Windows in which it does not fire are windows too: k are asked for.": [(8, 7), (8, 2), (7, 8), (7, 8), (7, 8)],
})
check.close([pair[1] for pair in found], [3, 3, 2, 2, 2, 0, 0], name="the list of activations", mistakes={
    "These are the numbers before ReLU.": [3, 3, 2, 2, 2, -5, -5],
    "These are the numbers before bias and ReLU.": [8, 8, 7, 7, 7, 0, 0],
})
check.raises(ValueError, lambda: top_ngrams(net, again, 2, 1), when="there are 2 filters and filter_index is 2")
check.raises(ValueError, lambda: top_ngrams(net, again, 0, 0), when="k is 0")
check.unchanged(lambda rows: top_ngrams(net, rows, 0, 2), again, name="top_ngrams")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(75)
kernel = hidden_rng.integers(-3, 4, size=(3, 2, 4)).astype(float)
embedding = hidden_rng.integers(-3, 4, size=(30, 2)).astype(float)
hidden_net = tiny(embedding, kernel, np.array([0.0, 1, -2, 3]), 9)
rows = hidden_rng.integers(0, 30, size=(40, 9))
fired = {}
for filter_index in (0, 3):
    for row in rows.tolist():
        for place in range(7):
            window = tuple(row[place:place + 3])
            value = (embedding[list(window)] * kernel[:, :, filter_index]).sum() + [0.0, 1, -2, 3][filter_index]
            fired.setdefault(filter_index, []).append((window, max(value, 0.0)))
    wanted = sorted(fired[filter_index], key=lambda pair: -pair[1])[:25]
    found = top_ngrams(hidden_net, rows, filter_index, 25)
    check.equal([pair[0] for pair in found], [pair[0] for pair in wanted], name="the list of windows")
    check.close([pair[1] for pair in found], [pair[1] for pair in wanted], name="the list of activations")
check.raises(ValueError, lambda: top_ngrams(net, again, -1, 1), when="filter_index is −1")
check.raises(ValueError, lambda: top_ngrams(net, again[0], 0, 1), when="reviews has one axis")
### END HIDDEN TESTS
check.passed("top_ngrams")

# %% [markdown]
# Which filters are worth asking? Those that fire higher in praise than in blame, or the reverse. For each review take
# the highest activation of each filter, and compare the means:

# %%
some, their_labels = validation[0][:500], validation[1][:500]
probe = keras.Model(model.inputs[0], model.layers[1].output)
highest = keras.ops.convert_to_numpy(probe(some)).max(axis=1)  # (500, 32)
difference = highest[their_labels == 1].mean(axis=0) - highest[their_labels == 0].mean(axis=0)
praising, blaming = int(difference.argmax()), int(difference.argmin())

# %%
for filter_index, verdict in ((praising, "praise"), (blaming, "blame")):
    best = dict(reversed(top_ngrams(model, some, filter_index, 60)))  # each n-gram once, with its activation
    rows = [(decode_review(window, word_index), value) for window, value in reversed(best.items())]
    draw_text.ngrams(rows[:8], title=f"What filter {filter_index} looks for: {verdict}")

# %% [markdown]
# Nobody told the filters what to look for. They found phrases, such as a denied word of blame, rather than single
# words. And where does one fire along a review? Your `conv1d`, with the weights of the first two layers, tells:

# %%
row = some[int(np.flatnonzero(their_labels == 1)[highest[their_labels == 1, praising].argmax()])]
table, kernels, biases = model.get_weights()[:3]
response = np.maximum(conv1d(table[row][None], kernels, biases)[0, :, praising], 0)
words = [decode_review([number], word_index) for number in row]
start = max(int(np.flatnonzero(row > 1)[0]), int(response.argmax()) - 53)  # 60 words with the peak
draw_text.response(words[start:start + 60], response[start:start + 54], 7,
                   title=f"Filter {praising} along one review: a peak at an opinion")

# %% [markdown]
# Hardly a sound over the facts, and a peak at an opinion. Max pooling lets the peaks through, and the global one at
# the end does not ask where: an opinion counts wherever it stands.

# %% [markdown]
# ## 7 · In your own words
#
# *5 minutes*
#
# **Question (5 points, read by a person).** A shop trains your network on its customers' reviews, with a `maxlen` of
# 200, and reports three things. (a) Reviews that are all praise up to the last sentence, "but it broke after a week
# and I sent it back", are called praise. (b) In a test, all reviews came out as nonsense words when they were read
# back, yet the accuracy was fine. (c) A bag of words is nearly as good. For each, explain how it can come about, with
# what you know about padding and cutting, the numbers of words, receptive fields and global pooling, and say what you
# would try or measure. Six to eight sentences.

# %% [markdown] nbgrader={"grade": true, "grade_id": "written", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# (a) Perhaps the end was cut off: `truncating="post"` keeps the first 200 words (1 point). Or the last sentence is
# there, but global max pooling hears each kernel's highest peak only, and many peaks of praise stand against one of
# blame; the field of 41 words does not reach from the "but" to the praise far before it (1 point). Measure: decode what
# the network is given; move the sentence to the front and ask again.
#
# (b) Reading back without the offset of 3 (or with another word index) gives wrong words; the network never sees words,
# only numbers, and learns as well from any numbering, as long as it is the same in training and test (1 point).
#
# (c) In real reviews the words themselves tell much, and order matters in few of them; so both are right on most
# (1 point). Shuffle the words of the test reviews: where the network's answer stays, it used words only; or collect
# reviews with denials and contrasts and measure on these (1 point).
# ### END SOLUTION

# %% [markdown]
# ## What you built
#
# The way from a text to an array and back, a one-dimensional convolution, a network that hears the order of words,
# and a look at what it listens for. Keras has two of your functions as `keras.utils.pad_sequences` and
# `keras.layers.Conv1D` (with padding and dilation as well). Next: **08 Global pooling**, a whole notebook on the
# layer that here asks "did it fire anywhere?".
#
# **Words.** *Token*: a word, or a part of one, that gets a number. *Embedding*: the table of word vectors. *Bag of
# words*: which words, without order. *N-gram*: n words in a row. *Sentiment analysis*: telling praise from blame.
#
# ## Go further
#
# * `SCALE = "full"`. Which n-grams do the filters find in real reviews? Is a "not" in them?
# * Train with `pad_sequences(…, padding="post")` and test with "pre". How much is lost, and why not all?
# * Y. Kim, *Convolutional Neural Networks for Sentence Classification* (2014), puts kernels of length 3, 4 and 5 side by
#   side, with word vectors learned from much more text. Build it with Keras' functional API.
