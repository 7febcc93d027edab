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
# # Padding, stride and output size
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](@@COLAB@@)
#
# After this notebook you can
#
# * say how large a layer's result will be, and see at once which sizes cannot be right;
# * pad and stride a convolution just as Keras does, and tell which pixels it uses, and how often;
# * follow a whole network on paper: the shape after each layer, its parameters, its multiplications.
#
# **Time:** about 85 minutes. **You need:** what a convolutional layer computes (01), NumPy slices and shapes.
#
# **How it works.** As in 01: fill in a stub, run the checks below it, read what they say, try again. The checks give
# 95 points, a short text at the end gives 5.
#
# **House rules.** Arguments stay as they were. Arrays come out new and as `float64`, sizes and counts as whole
# numbers. Arguments that make no sense raise a `ValueError` whose message says why.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
# @@INSTALL@@
import numpy as np
from convkit import check, datasets, draw, draw_sizes, session

session.start("photographs: scikit-learn's samples")

# %% [markdown]
# ## 1 · How often does a window fit?
#
# *15 minutes*
#
# A window three cells wide slides along ten cells in steps of two, which is called a **stride** of 2. How many places
# are there for it?
#
# List where it can begin: at cell 0, 2, 4, 6. At 8 it would hang over the end. Four places.
#
# Without a list: the first window takes $k=3$ of the $n=10$ cells, and 7 remain. Each further window needs $s=2$ of
# them, and $7/2=3.5$, so three more fit. $3+1=4$. The half is lost, and with it the last cell, which no window ever
# sees.
#
# **Padding** $p$ puts $p$ more cells at *each* end. The number of places $o$ is then
#
# $$o=\left\lfloor\frac{n+2p-k}{s}\right\rfloor+1,$$
#
# where $\lfloor\;\rfloor$ rounds down. Rows and columns do not know of each other: each axis has its own $n$, $k$,
# $s$, $p$ and $o$.
#
# (Lectures A and E leave out the brackets; with $W=10$, $F=3$, $S=2$ E gets 4.5 and says that no such layer exists.
# Keras rounds down and says nothing. Where E writes $S>0$ it means $S>1$. B prints $2^0$ where $2\cdot0$ is meant, and D has a picture with stride 0,
# where nothing would move.)
#
# One more setting. A **dilated** window reads only every $d$-th cell: with $k=3$ and $d=2$ it reads cells 0, 2, 4.
# How wide is such a window, for any $k$ and $d$?
#
# Before you write code, write numbers. These cases are from Dumoulin and Visin's *Guide to convolution arithmetic*
# ([arXiv:1603.07285](https://arxiv.org/abs/1603.07285)), which lectures B and C draw from. Replace the dots, then
# look at the figure: it lays as many windows as you say.

# %%
yours = {  # (n, k, s, p) or (n, k, s, p, d): how many places? d = 1 where the key has four numbers
    (4, 3, 1, 0): ...,  # no padding, stride 1
    (5, 3, 1, 1): ...,  # "half" padding, (k − 1)/2: the size stays
    (5, 3, 1, 2): ...,  # "full" padding, k − 1: every place that touches a cell
    (5, 4, 1, 2): ...,  # any padding
    (5, 3, 2, 0): ...,  # no padding, stride 2
    (5, 3, 2, 1): ...,  # padding, stride 2
    (6, 3, 2, 1): ...,  # the same with one cell more
    (7, 3, 1, 0, 2): ...,  # dilation 2
    (8, 2, 2, 0): ...,  # a window of two, stride 2 …
    (8, 2, 1, 0): ...,  # … and stride 1
}

# %%
draw_sizes.places(yours, title="Do your windows fit?")

# %% [markdown]
# Dots are the cells that a window reads, dashed cells are padding, hatched ones are never read. Now for any numbers:

# %% nbgrader={"grade": false, "grade_id": "output_size", "locked": false, "schema_version": 3, "solution": true, "task": false}
def output_size(n, k, stride=1, padding=0, dilation=1):
    """How many places a window has along one axis.

    n: cells.   k: cells that the window reads.   stride: its step.   padding: cells added at each end.
    dilation: the window reads every dilation-th cell; 1 is an ordinary window.
    Returns a whole number, at least 1.
    Raises ValueError if n, k, stride or dilation is below 1, if padding is below 0, or if the window does not fit.
    """
    ### BEGIN SOLUTION
    if min(n, k, stride, dilation) < 1 or padding < 0:
        raise ValueError("n, k, stride and dilation must be at least 1, and padding at least 0")
    width = dilation * (k - 1) + 1
    if width > n + 2 * padding:
        raise ValueError(f"a window {width} wide does not fit on {n} + 2 · {padding} cells")
    return (n + 2 * padding - width) // stride + 1
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "output_size-1", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
cases = [(10, 3, 2), (4, 3, 1, 0), (5, 3, 1, 1), (5, 3, 1, 2), (5, 4, 1, 2),
         (5, 3, 2, 0), (5, 3, 2, 1), (6, 3, 2, 1), (7, 3, 1, 0, 2), (8, 2, 2, 0), (8, 2, 1, 0)]
sizes = [output_size(*case) for case in cases]
check.equal(sizes, [4, 2, 5, 7, 6, 2, 3, 3, 3, 4, 7], name="the list of sizes", mistakes={
    "The steps were rounded up; a step that does not fit whole does not count.": [5, 2, 5, 7, 6, 2, 3, 4, 3, 4, 7],
    "Not rounded: round down, with `//`.": [4.5, 2.0, 5.0, 7.0, 6.0, 2.0, 3.0, 3.5, 3.0, 4.0, 7.0],
    "The steps were rounded to the nearest number; round down.": [5, 2, 5, 7, 6, 2, 3, 3, 3, 4, 7],
    "The padding was counted once; it is added on both sides.": [4, 2, 4, 5, 4, 2, 2, 3, 3, 4, 7],
    "The first place is not counted: one more than there are steps.": [3, 1, 4, 6, 5, 1, 2, 2, 2, 3, 6],
    "The 1 was added before the division; it counts the first place.": [4, 2, 5, 7, 6, 1, 2, 3, 3, 3, 7],
    "The dilation has no effect.": [4, 2, 5, 7, 6, 2, 3, 3, 5, 4, 7],
    "The window is too wide: dilation puts gaps between the cells, and k cells have k − 1 gaps.":
        [4, 2, 5, 7, 6, 2, 3, 3, 2, 4, 7],
    "The stride has no effect.": [8, 2, 5, 7, 6, 3, 5, 6, 3, 7, 7],
})
check.passed("output_size")

# %% nbgrader={"grade": true, "grade_id": "output_size-2", "locked": true, "points": 9, "schema_version": 3, "solution": false, "task": false}
check.equal(output_size(11, 5, stride=4, padding=2, dilation=3), 1)
check.equal(output_size(224, 7, stride=2, padding=3), 112)
check.raises(ValueError, lambda: output_size(4, 5), when="the window does not fit")
check.raises(ValueError, lambda: output_size(6, 4, dilation=2), when="the window fits only without dilation")
check.raises(ValueError, lambda: output_size(4, 3, stride=0), when="the stride is 0")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(12)
for n, k, stride, padding, dilation in hidden_rng.integers([1, 1, 1, 0, 1], [30, 8, 6, 5, 4], size=(60, 5)).tolist():
    starts = range(0, n + 2 * padding, stride)
    places = sum(start + dilation * (k - 1) < n + 2 * padding for start in starts)
    if places:
        check.equal(output_size(n, k, stride, padding, dilation), places)
    else:
        check.raises(ValueError, lambda: output_size(n, k, stride, padding, dilation), when="the window does not fit")
for wrong in [(0, 1), (4, 0), (4, 3, -1), (4, 3, 1, -1), (4, 3, 1, 0, 0)]:
    check.raises(ValueError, lambda: output_size(*wrong), when=f"its arguments are {wrong}")
check.equal(output_size(7, 3, 1, 0, 3), 1)
### END HIDDEN TESTS
check.passed("output_size")

# %% [markdown]
# Where do you and your function differ?

# %%
print([case for case in yours if yours[case] != output_size(*case)])

# %% [markdown]
# The last two cases are lecture C's one-dimensional example: a window of two halves the size with stride 2, and takes one
# away with stride 1. And what if we go through all sizes?

# %%
inputs = range(3, 25)
draw_sizes.staircase({s: (inputs, [output_size(n, 3, s) for n in inputs]) for s in (1, 2, 4)},
                     title="A window of 3: each step is as wide as the stride")

# %% [markdown]
# The staircase is the rounding made visible: with stride 4, inputs of 11, 12, 13 and 14 all give 3. At the full dots
# the division comes out even and nothing is left over; those are the sizes to choose.
#
# ### Predict, then run
#
# Eight sizes as the lectures print them ($p$ is the padding at each end). Seven are right. Which line is not, and
# what should it say? Find it with a pencil, and write `slip = [line, right size]`.
#
# | line | lecture | n | k | s | p | printed |
# |---|---|---|---|---|---|---|
# | 1 | C, first example | 4 | 3 | 1 | 0 | 2 |
# | 2 | D, "6×6 → 8×8" | 6 | 3 | 1 | 1 | 6 |
# | 3 | C, both padding and stride | 5 | 3 | 2 | 1 | 3 |
# | 4 | A, first layer of AlexNet | 227 | 11 | 4 | 0 | 55 |
# | 5 | A, a pooling window of AlexNet | 55 | 3 | 2 | 0 | 27 |
# | 6 | E, "a valid architecture" | 10 | 3 | 1 | 0 | 5 |
# | 7 | A, second layer of AlexNet | 27 | 5 | 1 | 2 | 27 |
# | 8 | E, 2×2 on 5×5 | 5 | 2 | 1 | 0 | 4 |

# %% nbgrader={"grade": false, "grade_id": "slip", "locked": false, "schema_version": 3, "solution": true, "task": false}
# slip = [..., ...]
### BEGIN SOLUTION
slip = [6, 8]
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "slip-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check.shape(slip, (2,), name="slip")
### BEGIN HIDDEN TESTS
answers = {
    "The size is the one that is printed, and it is wrong.": [6, 5],
    "The first place is not counted.": [6, 7],
    "This is the size with stride 2; the line has stride 1.": [6, 4],
    "Without rounding this is the size with stride 2; the line has stride 1.": [6, 4.5],
    "The two are swapped: first the line, then the size.": [8, 6],
}
reason = next((reason for reason, wrong in answers.items() if list(slip) == wrong), None)
check.true(reason is not None or slip[0] == 6, "slip names another line.",
           hint="That line is right as it is printed: lay the windows once more.")
check.close(slip, [6, 8], name="slip", mistakes=answers)
### END HIDDEN TESTS
print("Written down. Now run the next cell.")

# %%
printed = [(4, 3, 1, 0, 2), (6, 3, 1, 1, 6), (5, 3, 2, 1, 3), (227, 11, 4, 0, 55),
           (55, 3, 2, 0, 27), (10, 3, 1, 0, 5), (27, 5, 1, 2, 27), (5, 2, 1, 0, 4)]
for line, (*case, size) in enumerate(printed, start=1):
    print(f"line {line}: printed {size:2}, your function says {output_size(*case):2}")
print("you said:", slip)

# %% [markdown]
# Without stride and padding a window of 3 takes away two cells, from 10 as from any other number. A size is a claim
# that you can check in your head, and it is worth the habit.

# %% [markdown]
# ## 2 · What happens at the border?
#
# *20 minutes*
#
# How many 3×3 windows see the corner pixel of a 6×6 picture, and how many see one in the middle? Along one row of six
# the windows see the cells 1, 2, 3, 3, 2, 1 times; both directions multiply. So the corner is seen once, a pixel in
# the middle $3\cdot3=9$ times. That is one problem of the border; the other is that each such layer makes the picture
# smaller by two.
#
# One cure for both: a frame of zeros. With $p=1$, lecture D's 6×6 become 8×8, and the result is 6×6 again; lecture
# A's 7×7 become 9×9, and the result is 7×7. With stride 1 the size stays if $2p=k-1$, so $p=(k-1)/2$: 1 for a 3×3
# kernel, 2 for 5×5. That is a whole number for *odd* kernels only, one reason why they are 1, 3, 5 or 7 wide.
#
# Keras has two words: `padding="valid"` is none, and `padding="same"` is a promise for *any* kernel and stride:
#
# * there will be $\lceil n/s\rceil$ places ($n/s$, rounded up; all $n$ only with stride 1);
# * as many zeros as that takes, and no more, half of them before and half after; an odd one goes **after**.
#
# How many zeros does it take? By hand, $n=6$, $k=3$, $s=2$: three places are promised. Three windows with stride 2
# reach over $2+2+3=7$ cells, there are 6, one zero is missing: `(0, 1)`. With $n=5$ it is again three places, 7
# cells, two zeros: `(1, 1)`. And $n=9$, $k=1$, $s=3$: three places reach over $3+3+1=7$ cells, there are 9 already:
# `(0, 0)`.

# %% nbgrader={"grade": false, "grade_id": "same_padding", "locked": false, "schema_version": 3, "solution": true, "task": false}
def same_padding(n, k, stride=1):
    """How many zeros padding="same" puts before and after n cells, by Keras' rule.

    n: cells.   k: width of the window, which may be larger than n.   stride: its step.
    Returns (before, after), two whole numbers.
    Raises ValueError if n, k or stride is below 1.
    """
    ### BEGIN SOLUTION
    if min(n, k, stride) < 1:
        raise ValueError(f"n, k and stride must be at least 1, not {n}, {k} and {stride}")
    places = -(-n // stride)
    zeros = max((places - 1) * stride + k - n, 0)
    return zeros // 2, zeros - zeros // 2
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "same_padding-1", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
cases = [(6, 3, 2), (5, 3, 2), (9, 1, 3), (5, 3), (7, 4), (13, 6, 5), (5, 5, 2)]
zeros = [same_padding(*case) for case in cases]
check.equal(zeros, [(0, 1), (1, 1), (0, 0), (1, 1), (1, 2), (1, 2), (2, 2)], name="the list of pairs", mistakes={
    "The stride was not asked: these are the zeros for stride 1.":
        [(1, 1), (1, 1), (0, 0), (1, 1), (1, 2), (2, 3), (2, 2)],
    "The odd zero goes after the cells, not before.":
        [(1, 0), (1, 1), (0, 0), (1, 1), (2, 1), (2, 1), (2, 2)],
    "Where their number is odd, there is one zero too few.":
        [(0, 0), (1, 1), (0, 0), (1, 1), (1, 1), (1, 1), (2, 2)],
    "Where their number is odd, there is one zero too many.":
        [(1, 1), (1, 1), (0, 0), (1, 1), (2, 2), (2, 2), (2, 2)],
    "The zeros are all on one side.":
        [(0, 1), (0, 2), (0, 0), (0, 2), (0, 3), (0, 3), (0, 4)],
    "There is no negative number of zeros: where windows leave cells over, none is needed.":
        [(0, 1), (1, 1), (-1, -1), (1, 1), (1, 2), (1, 2), (2, 2)],
    "These zeros make as many places as cells; with a stride there are fewer.":
        [(3, 4), (3, 3), (8, 8), (1, 1), (1, 2), (26, 27), (4, 4)],
    "The number of places was rounded down; n/stride is rounded up.":
        [(0, 1), (0, 0), (0, 0), (1, 1), (1, 2), (0, 0), (1, 1)],
    "This is their sum; return two numbers, (before, after).": [1, 2, 0, 2, 3, 3, 4],
})
check.passed("same_padding")

# %% nbgrader={"grade": true, "grade_id": "same_padding-2", "locked": true, "points": 9, "schema_version": 3, "solution": false, "task": false}
check.equal([same_padding(10, 3, 2), same_padding(2, 5), same_padding(1, 4, 3)], [(0, 1), (2, 2), (1, 2)])
check.raises(ValueError, lambda: same_padding(6, 3, 0), when="the stride is 0")
check.raises(ValueError, lambda: same_padding(6, 0), when="the window has no cells")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(22)
for n, k, stride in hidden_rng.integers(1, [30, 12, 7], size=(60, 3)).tolist():
    starts = range(0, n, stride)
    zeros = max(starts[-1] + k, n) - n
    check.equal(same_padding(n, k, stride), (zeros // 2, -(-zeros // 2)), mistakes={} if zeros % 2 == 0 else {
        "The odd zero goes after the cells, not before.": (-(-zeros // 2), zeros // 2),
    })
for wrong in [(0, 3, 1), (6, -1, 1), (6, 3, -2)]:
    check.raises(ValueError, lambda: same_padding(*wrong), when=f"its arguments are {wrong}")
### END HIDDEN TESTS
check.passed("same_padding")

# %% [markdown]
# Lecture E's call, corrected, is `model.add(layers.Conv2D(6, (3, 3), strides=2, padding="same"))` (E has
# `model.add.layers…`, which fails, as an example of a size that does not change). On ten columns it halves the size:

# %%
before, after = same_padding(10, 3, 2)
draw_sizes.places({
    (10, 3, 2): output_size(10, 3, 2),
    (10, 3, 2, (before, after)): output_size(10 + before + after, 3, 2),
}, title="“valid” drops the tenth cell, “same” adds a zero for it", columns=1)

# %% [markdown]
# One zero, on one side: with stride 2 and even sizes, "same" is lopsided. PyTorch's `padding=1` puts one zero on
# either side: five places too, but other windows, and so other numbers.
#
# ### A frame of zeros
#
# Now put such a frame around pictures. The top may need other rows than the bottom, so the general form of a padding
# is `((top, bottom), (left, right))`. Two helpers are given for such settings, here and below: they let one number
# stand for two, and refuse nonsense.

# %% nbgrader={"grade": false, "grade_id": "settings", "locked": true, "schema_version": 3, "solution": false, "task": false}
def pair(value, name="a pair", least=1):
    """3 → (3, 3), (2, 1) → (2, 1). ValueError unless both are whole numbers from `least` on."""
    both = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(both) != 2 or not all(isinstance(number, (int, np.integer)) and number >= least for number in both):
        raise ValueError(f"{name} must be one or two whole numbers from {least} on, not {value!r}")
    return both

def sides(padding):
    """1 → ((1, 1), (1, 1)), (0, 2) → ((0, 0), (2, 2)), ((0, 1), (2, 3)) stays. ValueError for anything else."""
    rows, columns = padding if isinstance(padding, (tuple, list)) and len(padding) == 2 else (padding, padding)
    return pair(rows, "padding", least=0), pair(columns, "padding", least=0)

print(pair(3), sides(1), sides((0, 2)))

# %% [markdown]
# By hand, with `padding=((1, 0), (0, 2))`:
#
# $$\begin{bmatrix}1&2&3\\4&5&6\end{bmatrix}\;\longrightarrow\;
# \begin{bmatrix}0&0&0&0&0\\1&2&3&0&0\\4&5&6&0&0\end{bmatrix}$$

# %% nbgrader={"grade": false, "grade_id": "pad2d", "locked": false, "schema_version": 3, "solution": true, "task": false}
def pad2d(x, padding, value=0.0):
    """Pictures with a frame around each; pictures and channels are not padded.

    x: (N, H, W, C).   padding: ((top, bottom), (left, right)), or whatever else `sides` understands.
    value: the number that the frame is filled with.
    Returns (N, top + H + bottom, left + W + right, C), float64.
    Raises ValueError if x has not four axes, or if the padding is negative or nothing that `sides` understands.
    """
    ### BEGIN SOLUTION
    x = np.asarray(x, dtype=np.float64)
    if x.ndim != 4:
        raise ValueError(f"x needs four axes, (N, H, W, C), not {x.ndim}")
    (top, bottom), (left, right) = sides(padding)
    count, height, width, channels = x.shape
    result = np.full((count, top + height + bottom, left + width + right, channels), float(value))
    result[:, top : top + height, left : left + width] = x
    return result
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "pad2d-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
x = np.array([[1, 2, 3], [4, 5, 6]]).reshape(1, 2, 3, 1)
padded = pad2d(x, ((1, 0), (0, 2)))
check.shape(padded, (1, 3, 5, 1), mistakes={
    "The channels were padded: the axes are (N, H, W, C).": (1, 2, 4, 3),
    "The pictures were padded: the axes are (N, H, W, C).": (2, 4, 3, 1),
    "Rows and columns were exchanged: first come top and bottom.": (1, 4, 4, 1),
    "The first of each pair was used for both sides.": (1, 4, 3, 1),
    "The second of each pair was used for both sides.": (1, 2, 7, 1),
})
check.close(padded[0, :, :, 0], [[0, 0, 0, 0, 0], [1, 2, 3, 0, 0], [4, 5, 6, 0, 0]], mistakes={
    "The border was repeated; the frame has one value.": [[1, 2, 3, 3, 3], [1, 2, 3, 3, 3], [4, 5, 6, 6, 6]],
    "The picture was mirrored; the frame has one value.": [[1, 2, 3, 3, 2], [1, 2, 3, 3, 2], [4, 5, 6, 6, 5]],
    "Before and after were exchanged, or the frame is all on one side.":
        [[0, 0, 0, 0, 0], [0, 0, 1, 2, 3], [0, 0, 4, 5, 6]],
    "Before and after were exchanged: the first number of a pair is top, or left.":
        [[0, 0, 1, 2, 3], [0, 0, 4, 5, 6], [0, 0, 0, 0, 0]],
})
check.passed("pad2d")

# %% [markdown]
# The frame may have another value, and pictures have channels:

# %% nbgrader={"grade": true, "grade_id": "pad2d-2", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
x = np.arange(1, 9).reshape(1, 2, 2, 2)
padded = pad2d(x, ((0, 1), (2, 1)), 1.5)
check.shape(padded, (1, 3, 5, 2))
check.close(padded[0, :, :, 1], [[1.5, 1.5, 2, 4, 1.5], [1.5, 1.5, 6, 8, 1.5], [1.5] * 5],
            name="the second channel", mistakes={
    "The value has no effect: the frame is zero.": [[0, 0, 2, 4, 0], [0, 0, 6, 8, 0], [0] * 5],
    "The value was cut to a whole number: the result needs floats.": [[1, 1, 2, 4, 1], [1, 1, 6, 8, 1], [1] * 5],
    "Before and after were exchanged.": [[1.5] * 5, [1.5, 2, 4, 1.5, 1.5], [1.5, 6, 8, 1.5, 1.5]],
    "The frame is all on one side.": [[1.5] * 5, [1.5, 1.5, 1.5, 2, 4], [1.5, 1.5, 1.5, 6, 8]],
})
check.dtype(pad2d(np.ones((1, 2, 2, 1), dtype=np.uint8), 1), np.float64)
check.raises(ValueError, lambda: pad2d(x, ((0, -1), (0, 0))), when="a padding is negative")
check.raises(ValueError, lambda: pad2d(x[0], 1), when="x has three axes")
check.unchanged(pad2d, x, ((0, 1), (2, 1)), name="pad2d")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(32)
for shape, padding in [
    ((2, 4, 3, 3), ((1, 2), (3, 0))), ((3, 1, 5, 2), ((0, 0), (0, 4))), ((1, 2, 2, 1), ((2, 2), (1, 1))),
]:
    x, value = hidden_rng.normal(size=shape), hidden_rng.normal()
    (top, bottom), (left, right) = padding
    right_one = np.pad(x, ((0, 0), *padding, (0, 0)), constant_values=value)
    check.close(pad2d(x, padding, value), right_one)
    check.close(pad2d(x, padding, value=0.0), right_one * (right_one != value))
x = hidden_rng.normal(size=(2, 3, 4, 2))
check.close(pad2d(x, 2), np.pad(x, ((0, 0), (2, 2), (2, 2), (0, 0))))
check.close(pad2d(x, (0, 1)), np.pad(x, ((0, 0), (0, 0), (1, 1), (0, 0))))
check.close(pad2d(x, 0), x)
check.close(pad2d(np.ones((1, 1, 1, 1), dtype=int), ((0, 0), (0, 1)), 0.25), [[[[1], [0.25]]]])
for wrong in [((-1, 0), (0, 0)), (0, -2), -1, ((1, 1), (1, 1), (1, 1)), "same"]:
    check.raises(ValueError, lambda: pad2d(x, wrong), when=f"the padding is {wrong!r}")
### END HIDDEN TESTS
check.passed("pad2d")

# %% [markdown]
# Frames one and two wide (lecture E's P = 1 and P = 2):

# %%
picture = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
draw.numbers([pad2d(picture[None, :, :, None], p)[0, :, :, 0] for p in (0, 1, 2)], ["P = 0", "P = 1", "P = 2"],
             title="A picture in a frame of zeros")

# %% [markdown]
# ## 3 · Where do padding and stride enter the layer?
#
# *20 minutes*
#
# All together. Frame the pictures, let windows begin at rows $0, s_h, 2s_h, \dots$ and columns $0, s_w, 2s_w, \dots$
# of the framed picture $x^+$, and in each window do what a layer does:
#
# $$y_{nijf} = b_f + \sum_{a}\sum_{b}\sum_{c} x^+_{n,\;i s_h+a,\;j s_w+b,\;c}\; w_{abcf}$$
#
# By hand, lecture C's picture with $p=1$ and stride 2 in both directions, and two of its nine windows, top left and
# middle:
#
# $$\begin{bmatrix}3&3&2&1&0\\0&0&1&3&1\\3&1&2&2&3\\2&0&0&2&2\\2&0&0&0&1\end{bmatrix}\qquad
# \begin{bmatrix}0&0&0\\0&3&3\\0&0&0\end{bmatrix}\quad\begin{bmatrix}0&1&3\\1&2&2\\0&0&2\end{bmatrix}$$
#
# With the kernel $\left[\begin{smallmatrix}0&1&2\\2&2&0\\0&1&2\end{smallmatrix}\right]$ they give $2\cdot0+2\cdot3+0\cdot3=6$ and
# $1\cdot1+2\cdot3+2\cdot1+2\cdot2+2\cdot2=17$; the first check has both, plus a bias of 10.
#
# The layer of 01 is given, so that you can start from it if you like. It knows neither padding nor stride.

# %% nbgrader={"grade": false, "grade_id": "layer", "locked": true, "schema_version": 3, "solution": false, "task": false}
def conv_layer(x, w, b):
    """The layer of 01: every place where the kernel fits. x (N, H, W, C), w (kh, kw, C, F), b (F,).

    It goes over the kh·kw places in the kernel; for each it multiplies all windows' pixels at that place at once.
    """
    (kh, kw, _, _), (_, height, width, _) = w.shape, x.shape
    if kh > height or kw > width:
        raise ValueError(f"a {kh}×{kw} kernel does not fit into {height}×{width} pixels")
    rows, columns = height - kh + 1, width - kw + 1
    return b + sum(x[:, i : i + rows, j : j + columns] @ w[i, j] for i in range(kh) for j in range(kw))

# %% nbgrader={"grade": false, "grade_id": "conv2d", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv2d(x, w, b, strides=(1, 1), padding="valid"):
    """A convolutional layer with padding and strides, as in Keras: correlation, summed over channels, plus a bias.

    x: (N, H, W, C).   w: (kh, kw, C, F).   b: (F,).
    strides: (rows, columns), or one number for both.
    padding: "valid" (none), "same" (zeros by Keras' rule), or ((top, bottom), (left, right)) zeros, in any form
    that `sides` understands.
    Returns (N, H', W', F), float64.
    Raises ValueError if x, w, b have not 4, 4 and 1 axes, if their channels or kernels differ in number, if
    strides are not one or two whole numbers from 1 on, if the padding is something else, or if the kernels do
    not fit into the padded pictures.
    You may call your functions above, `conv_layer` and the helpers.
    """
    ### BEGIN SOLUTION
    x, w, b = (np.asarray(array, dtype=np.float64) for array in (x, w, b))
    if (x.ndim, w.ndim, b.ndim) != (4, 4, 1):
        raise ValueError(f"x, w, b need 4, 4 and 1 axes, not {x.ndim}, {w.ndim} and {b.ndim}")
    if x.shape[3] != w.shape[2] or b.shape != w.shape[3:]:
        raise ValueError(f"shapes do not match: x {x.shape}, w {w.shape}, b {b.shape}")
    sh, sw = pair(strides, "strides")
    if padding == "same":
        padding = same_padding(x.shape[1], w.shape[0], sh), same_padding(x.shape[2], w.shape[1], sw)
    elif padding == "valid":
        padding = 0
    return conv_layer(pad2d(x, padding), w, b)[:, ::sh, ::sw]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "conv2d-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
x = np.array([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]).reshape(1, 5, 5, 1)
w = np.array([[0, 1, 2], [2, 2, 0], [0, 1, 2]]).reshape(3, 3, 1, 1)
y = conv2d(x, w, np.array([10]), strides=(2, 2), padding=((1, 1), (1, 1)))
check.shape(y, (1, 3, 3, 1), mistakes={
    "The stride has no effect.": (1, 5, 5, 1),
    "The stride works on rows only.": (1, 3, 5, 1),
    "The stride works on columns only.": (1, 5, 3, 1),
    "The picture was not padded, or the first window starts at the second place instead of at row 0, column 0.":
        (1, 2, 2, 1),
})
check.close(y[0, :, :, 0], [[16, 27, 13], [18, 27, 23], [16, 14, 14]], mistakes={
    "The bias is missing.": [[6, 17, 3], [8, 17, 13], [6, 4, 4]],
    "The result was padded, not the picture.": [[0, 0, 0], [0, 27, 0], [0, 0, 0]],
    "The picture was padded with its own border, not with zeros.": [[31, 31, 15], [24, 27, 29], [22, 14, 21]],
    "The kernel was turned by 180°; layers slide it as it is.": [[22, 17, 17], [20, 19, 29], [16, 10, 18]],
})
check.passed("conv2d")

# %% [markdown]
# Lecture E's example next: a 2×2 window with stride 2 on 5×5 pixels leaves out the last column *and* the last row. E
# adds a column of zeros and gets 2×3; with a row as well it is 3×3, which is what "same" does. Then numbers for a
# picture of 4×6 and a kernel of 3×4.

# %% nbgrader={"grade": true, "grade_id": "conv2d-2", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
x, w, b = np.ones((1, 5, 5, 1)), np.ones((2, 2, 1, 1)), np.zeros(1)
check.shape(conv2d(x, w, b, 2), (1, 2, 2, 1))
check.shape(conv2d(x, w, b, 2, ((0, 0), (0, 1))), (1, 2, 3, 1), mistakes={
    "The padding of the rows was used for the columns.": (1, 2, 2, 1),
    "Rows and columns were exchanged in the padding.": (1, 3, 2, 1),
})
check.shape(conv2d(x, w, b, 2, "same"), (1, 3, 3, 1))

x, w, b = np.arange(24).reshape(1, 4, 6, 1) % 7, np.arange(12).reshape(3, 4, 1, 1) % 5 - 1, np.array([10])
y = conv2d(x, w, b, strides=(2, 1), padding="same")
check.shape(y, (1, 2, 6, 1), mistakes={
    "The strides of rows and columns were exchanged.": (1, 3, 3, 1),
    "The strides of rows and columns were exchanged: rows come first.": (1, 4, 3, 1),
    "The zeros for rows and columns were exchanged.": (1, 3, 4, 1),
    "The stride works on columns only.": (1, 3, 6, 1),
    "The padding of the rows was used for the columns.": (1, 2, 4, 1),
    "“same” is as large as the picture with stride 1 only.": (1, 4, 6, 1),
})
check.close(y[0, :, :, 0], [[19, 66, 33, 28, 20, 24], [18, 14, 19, 38, 11, 9]], mistakes={
    "The zeros for “same” were counted as if the stride were 1.": [[30, 23, 16, 23, 24, 35], [14, 36, 66, 33, 14, 18]],
    "The odd zero of “same” goes after the picture.": [[5, 30, 23, 16, 23, 24], [18, 14, 36, 66, 33, 14]],
    "The bias is missing.": [[9, 56, 23, 18, 10, 14], [8, 4, 9, 28, 1, -1]],
    "The kernel was turned by 180°; layers slide it as it is.": [[25, 47, 42, 37, 23, 15], [36, 4, 25, 32, 15, 8]],
})
check.passed("conv2d")

# %% nbgrader={"grade": true, "grade_id": "conv2d-3", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
check.shape(conv2d(np.ones((5, 9, 7, 3)), np.ones((4, 2, 3, 6)), np.ones(6), (2, 3), ((1, 2), (0, 1))), (5, 5, 3, 6))
x, w, b = np.ones((2, 5, 4, 3)), np.ones((3, 3, 3, 2)), np.ones(2)
check.raises(ValueError, lambda: conv2d(x, w, b, (1, 0)), when="a stride is 0")
check.raises(ValueError, lambda: conv2d(x, w, b, -1), when="a stride is below 1")
check.raises(ValueError, lambda: conv2d(x, w, b, 1, "SAME"), when="it is “SAME”, which is no word for a padding")
check.raises(ValueError, lambda: conv2d(x, w, np.ones(1)), when="w and b differ in the kernels")
check.raises(ValueError, lambda: conv2d(x[0], w, b), when="x has three axes")
check.raises(ValueError, lambda: conv2d(x, np.ones((3, 3, 1, 2)), b), when="the channels of x and w differ")
wide, rows_only = np.ones((3, 5, 3, 2)), ((2, 2), (0, 0))
check.raises(ValueError, lambda: conv2d(x, wide, b, 1, rows_only), when="the kernels do not fit")
check.unchanged(conv2d, x, w, b, (2, 1), "same", name="conv2d")
### BEGIN HIDDEN TESTS
def windows_by_stride(x, w, b, strides, padding):
    framed = np.pad(np.asarray(x, dtype=float), ((0, 0), *padding, (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(framed, w.shape[:2], axis=(1, 2))
    return np.einsum("nijcab,abcf->nijf", windows[:, :: strides[0], :: strides[1]], w) + b

hidden_rng = np.random.default_rng(42)
for x_shape, w_shape, strides, padding in [
    ((2, 6, 9, 2), (3, 2, 2, 4), (2, 3), ((1, 0), (0, 2))),
    ((1, 5, 4, 3), (1, 3, 3, 2), (1, 2), ((0, 0), (2, 1))),
    ((3, 7, 5, 1), (4, 3, 1, 1), (3, 1), ((2, 2), (1, 1))),
    ((2, 4, 4, 4), (4, 4, 4, 3), (1, 1), ((0, 0), (0, 0))),
]:
    x, w, b = (hidden_rng.normal(size=shape) for shape in (x_shape, w_shape, w_shape[3:]))
    check.close(conv2d(x, w, b, strides, padding), windows_by_stride(x, w, b, strides, padding))
    zeros = []
    for n, k, stride in zip(x_shape[1:3], w_shape, strides):
        total = max(range(0, n, stride)[-1] + k, n) - n
        zeros.append((total // 2, -(-total // 2)))
    check.close(conv2d(x, w, b, strides, "same"), windows_by_stride(x, w, b, strides, zeros))
check.close(conv2d(x, w, b), windows_by_stride(x, w, b, (1, 1), ((0, 0), (0, 0))))
bright = np.full((1, 2, 2, 2), 200, dtype=np.uint8)
check.close(conv2d(bright, np.ones((2, 2, 2, 1), dtype=np.uint8), np.zeros(1, dtype=np.uint8), 1, 0), [[[[1600]]]])
one, none = np.ones((2, 2, 2, 1), dtype=np.float32), np.zeros(1, dtype=np.float32)
check.dtype(conv2d(bright, one, none, 2, "same"), np.float64)
for wrong in ["full", "Valid", "", None, -1, ((0, -1), (0, 0)), 0.5]:
    check.raises(ValueError, lambda: conv2d(x, w, b, 1, wrong), when=f"the padding is {wrong!r}")
for wrong in [0, (0, 1), (1, -1), (1, 1, 1), 1.5]:
    check.raises(ValueError, lambda: conv2d(x, w, b, wrong), when=f"strides is {wrong!r}")
check.raises(ValueError, lambda: conv2d(x, w[..., 0], b), when="w has three axes")
check.raises(ValueError, lambda: conv2d(x, w, b[:, None]), when="b has two axes")
check.raises(ValueError, lambda: conv2d(x, np.ones((5, 1, 4, 3)), b), when="the kernels do not fit")
### END HIDDEN TESTS
check.passed("conv2d")

# %% [markdown]
# ### How often is each pixel used?
#
# Thirty-six pictures with a single bright pixel each, and a kernel of ones: the sum of all results counts the windows
# that see the pixel.

# %%
def times_used(size, padding, layers=1):
    """How many ways lead from each pixel to a result, through some layers with 3×3 kernels."""
    maps = np.eye(size * size).reshape(-1, size, size, 1)
    for _ in range(layers):
        maps = conv2d(maps, np.ones((3, 3, 1, 1)), np.zeros(1), padding=padding)
    return maps.sum(axis=(1, 2, 3)).reshape(size, size)

draw.numbers([times_used(6, "valid"), times_used(6, "same")], ["“valid”: 4×4 results", "“same”: 6×6 results"],
             title="How many 3×3 windows see each pixel")

# %% [markdown]
# The corner goes from 1 of 16 results to 4 of 36. Padding helps, but the border stays the poor relation, and depth
# makes it worse:

# %%
ways = {padding: times_used(24, padding, layers=6) for padding in ("valid", "same")}
draw.images([way / way.max() for way in ways.values()], ["“valid”", "“same”"], columns=2,
            title="How much each pixel counts after six layers")
for padding, way in ways.items():
    print(f"“{padding}”: the middle counts {way.max() / way[0, 0]:,.0f} times the corner")

# %% [markdown]
# ### What do zeros do to a photograph?
#
# Zero is black. Blur a photograph four times by a 9×9 mean, without a frame, with one of zeros, and with one of
# medium grey:

# %%
photo = datasets.photo("china")[::3, ::3].mean(axis=2) / 255
blur, no_bias = np.full((9, 9, 1, 1), 1 / 81), np.zeros(1)
none = zeros = grey = photo[None, :, :, None]
for _ in range(4):
    none = conv2d(none, blur, no_bias)
    zeros = conv2d(zeros, blur, no_bias, padding="same")
    grey = conv2d(pad2d(grey, 4, photo.mean()), blur, no_bias)

# %%
blurred = {"“valid”": none, "“same”": zeros, "framed in its mean": grey}
draw.images([photo, *(maps[0, :, :, 0] for maps in blurred.values())],
            ["photograph", *(f"{name}: {maps.shape[1]}×{maps.shape[2]}" for name, maps in blurred.items())],
            columns=2, title="“valid” gives up the border, “same” invents a dark one")

# %% [markdown]
# Each layer carries the black four pixels further in. Grey hides the frame better, but it is made up just the same.
#
# ### What does a stride throw away?
#
# A stride of 2 computes every second result and no other, as lecture C says: it is a way of **subsampling**.

# %%
x = photo[None, :, :, None]
every_place, every_second = (conv2d(x, blur, no_bias, stride) for stride in (1, 2))
print(every_place.shape, "→", every_second.shape)
print("every second result:", np.allclose(every_place[:, ::2, ::2], every_second))

# %% [markdown]
# So a stride of 4 keeps one result of sixteen. What if a picture has details finer than that?

# %%
y, x = np.mgrid[-1:1:192j, -1:1:192j]
rings = (0.5 + 0.5 * np.cos(90 * (x**2 + y**2)))[None, :, :, None]
take_one, average = np.zeros((5, 5, 1, 1)), np.full((5, 5, 1, 1), 1 / 25)
take_one[2, 2] = 1
draw.images(
    [rings[0, :, :, 0], *(conv2d(rings, kernel, no_bias, 4, "same")[0, :, :, 0] for kernel in (take_one, average))],
    ["rings", "every fourth pixel", "5×5 mean, stride 4"],
    title="A stride without blur invents patterns",
)

# %% [markdown]
# Only the rings in the middle are real. A kernel that looks at its whole window, like the mean, keeps most of the
# false ones away; one with gaps between its windows ($k<s$) never sees some pixels at all.

# %% [markdown]
# ## 4 · What does a layer cost?
#
# *10 minutes*
#
# Two different things: numbers to **store** and learn, and multiplications to **do**. By hand, AlexNet's first layer:
# 96 kernels of 11×11 on 3 channels, 55×55 places.
#
# * One kernel has $11\cdot11\cdot3=363$ weights and 1 bias. All 96: $96\cdot364=34{,}944$ **parameters**, wherever
#   and on whatever size they slide.
# * One result takes 363 multiplications, each followed by an addition (a "multiply–add", MAC). There are
#   $55\cdot55\cdot96$ results: $290{,}400\cdot363=105{,}415{,}200$ **MACs**. The bias is left out.
#
# (Lecture E writes $D(F^2D_r+1)$ weights *and* $D$ biases, which counts the biases twice. Nor does padding keep the
# depth, as E says: the depth is the number of kernels, mostly a power of 2. Padding concerns rows and columns alone.)

# %% nbgrader={"grade": false, "grade_id": "conv_params", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv_params(kh, kw, c_in, c_out, bias=True):
    """Parameters of a convolutional layer with c_out kernels of kh × kw on c_in channels, one bias each if `bias`.

    Returns a whole number. Raises ValueError if a size is below 1.
    """
    ### BEGIN SOLUTION
    if min(kh, kw, c_in, c_out) < 1:
        raise ValueError(f"sizes must be at least 1, not {(kh, kw, c_in, c_out)}")
    return (kh * kw * c_in + bool(bias)) * c_out
    ### END SOLUTION


def conv_macs(h_out, w_out, kh, kw, c_in, c_out):
    """Multiplications of such a layer for one picture, if its result has h_out × w_out places. No bias.

    Returns a whole number. Raises ValueError if a size is below 1.
    """
    ### BEGIN SOLUTION
    if min(h_out, w_out, kh, kw, c_in, c_out) < 1:
        raise ValueError(f"sizes must be at least 1, not {(h_out, w_out, kh, kw, c_in, c_out)}")
    return h_out * w_out * kh * kw * c_in * c_out
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "conv_params-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check.equal(conv_params(11, 11, 3, 96), 34_944, name="the number of parameters", mistakes={
    "The biases are missing: one for each kernel.": 34_848,
    "The biases were counted twice.": 35_040,
    "There is one bias for the whole layer; each kernel has its own.": 34_849,
    "There is one bias per channel of the input; each kernel has one.": 34_851,
    "This is only one kernel; there are c_out of them.": 364,
    "A kernel is as deep as the input: it has kh · kw · c_in weights.": 11_712,
})
check.equal(conv_params(11, 11, 3, 96, bias=False), 34_848, name="the number without biases", mistakes={
    "bias=False has no effect.": 34_944,
})
check.equal(conv_macs(55, 55, 11, 11, 3, 96), 105_415_200, name="the number of multiplications", mistakes={
    "This is what only one place costs; the kernels go to h_out · w_out of them.": 34_848,
    "A bias was counted with each result; this counts no bias.": 105_705_600,
    "A multiply and add are one here; they were counted as two.": 210_830_400,
    "All channels of the input take part: c_in is missing.": 35_138_400,
    "This is only one of the maps: c_out is missing.": 1_098_075,
})
check.passed("conv_params")

# %% nbgrader={"grade": true, "grade_id": "conv_params-2", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check.equal([conv_params(3, 2, 4, 5), conv_params(3, 2, 4, 5, bias=False), conv_params(1, 7, 6, 2)], [125, 120, 86])
check.equal([conv_macs(8, 6, 3, 2, 4, 5), conv_macs(1, 5, 7, 2, 3, 4)], [5760, 840])
check.raises(ValueError, lambda: conv_params(3, 3, 0, 8), when="a size is below 1")
check.raises(ValueError, lambda: conv_macs(0, 5, 3, 3, 2, 8), when="a size is below 1")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(52)
for h, w, kh, kw, c_in, c_out in hidden_rng.integers(1, 12, size=(10, 6)).tolist():
    weights = np.ones((kh, kw, c_in, c_out)).size
    check.equal(conv_params(kh, kw, c_in, c_out), weights + c_out)
    check.equal(conv_params(kh, kw, c_in, c_out, False), weights)
    check.equal(conv_macs(h, w, kh, kw, c_in, c_out), weights * h * w)
for wrong in [(-3, 3, 2, 8), (3, 0, 2, 8), (3, 3, 2, 0)]:
    check.raises(ValueError, lambda: conv_params(*wrong), when=f"its arguments are {wrong}")
    check.raises(ValueError, lambda: conv_macs(5, 5, *wrong), when=f"its arguments are {(5, 5, *wrong)}")
### END HIDDEN TESTS
check.passed("conv_params")

# %% [markdown]
# Lecture E's net for 32×32 pictures has five convolutions, two dense layers, and 703,594 parameters. Where are they,
# and where is the work?

# %%
layers = {  # places, kernel, channels in, channels out
    "conv 1": (30, 3, 3, 32), "conv 2": (28, 3, 32, 32), "conv 3": (12, 3, 32, 64), "conv 4": (10, 3, 64, 64),
    "conv 5": (3, 3, 64, 64), "dense 1": (1, 1, 576, 1024), "dense 2": (1, 1, 1024, 10),
}
parameters = {name: conv_params(k, k, c, f) for name, (_, k, c, f) in layers.items()}
macs = {name: conv_macs(o, o, k, k, c, f) for name, (o, k, c, f) in layers.items()}
print(f"{sum(parameters.values()):,} parameters")
print(f"{sum(macs.values()):,} multiplications")

# %%
draw.bars({name: round(100 * count / sum(parameters.values()), 1) for name, count in parameters.items()},
          title="84 % of the parameters are in one dense layer …", x_label="share of the parameters", unit=" %",
          marked=["dense 1", "dense 2"])
draw.bars({name: round(100 * count / sum(macs.values()), 1) for name, count in macs.items()},
          title="… and 96 % of the work is in the convolutions", x_label="share of the multiplications",
          unit=" %", marked=["dense 1", "dense 2"])

# %% [markdown]
# A dense layer is a convolution with one place, so your functions can count it too. From 32 numbers to 32 nodes it
# takes $32\cdot32$ multiplications; conv 2, from 32 maps to 32 maps, takes
# $k_hk_w\cdot H'W'=3\cdot3\cdot28\cdot28=7{,}056$ times as many (lecture E has this factor). That is the price of
# looking everywhere.
#
# Where does the saving in parameters come from, the small windows or the shared kernels? Lecture C's example, 200×200
# pixels in and 200×200 numbers out, in three steps:

# %%
pixels = 200 * 200
weights = {
    "dense: all pixels": pixels * pixels,
    "own 10×10 window each": pixels * conv_params(10, 10, 1, 1, bias=False),
    "100 shared 10×10 kernels": conv_params(10, 10, 1, 100, bias=False),
}
draw.bars({name: count / 1e6 for name, count in weights.items()}, unit=" million", logarithmic=True,
          title="Small windows save a factor of 400, sharing another 400", x_label="millions of weights (logarithmic)")

# %% [markdown]
# (Lecture C says "2B" for the first; it is 1.6 billion.)

# %% [markdown]
# ## 5 · What comes out of a whole network?
#
# *15 minutes*
#
# The output of one layer is the input of the next. By hand, pictures of 10×11 pixels with 2 channels:
#
# * `("conv", 4, (3, 2), (2, 1), 1)` gives (5, 12, 4): ⌊(10+2−3)/2⌋+1 rows, (11+2−2)/1+1 columns, 4 maps; and it has
#   (3·2·2+1)·4 = **52** parameters.
# * `("pool", 3, 2)` gives (2, 5, 4): ⌊(5−3)/2⌋+1 and ⌊(12−3)/2⌋+1. Pooling (03) keeps the channels and has **0**
#   parameters.
# * `("conv", 3, 2, 2, "same")` gives (1, 3, 3): ⌈2/2⌉ and ⌈5/2⌉; (2·2·4+1)·3 = **51**.
# * `("dense", 5)` gives (5,): flattened to 1·3·3 = 9 numbers first; (9+1)·5 = **50**.
# * `("dense", 2)` gives (2,): (5+1)·2 = **12**.

# %% nbgrader={"grade": false, "grade_id": "trace_shapes", "locked": false, "schema_version": 3, "solution": true, "task": false}
def trace_shapes(input_shape, layers):
    """What comes out of each layer, and how many parameters it has.

    input_shape: (H, W, C), or (units,) if only dense layers follow; no batch axis.
    layers: a list of
        ("conv", filters, kernel, stride, padding)   padding: "valid", "same", or what `sides` understands
        ("pool", size, stride)                       no padding
        ("dense", units)                             a shape (H, W, C) is flattened first
      where kernel, stride and size are one number or a pair (rows, columns). All layers but pools have biases.
    Returns a list of (kind, output shape, parameters), one for each layer; flattening has no entry of its own.
    Raises ValueError for an unknown kind or options that do not fit it, a "conv" or "pool" after a "dense", sizes
    below 1, and windows that do not fit.
    """
    ### BEGIN SOLUTION
    shape, trace = tuple(input_shape), []
    for kind, *options in layers:
        if (kind, len(options)) not in (("conv", 4), ("pool", 2), ("dense", 1)):
            raise ValueError(f"there is no layer {(kind, *options)}")
        if len(shape) != 3 and not (kind == "dense" and len(shape) == 1):
            raise ValueError(f"a {kind!r} layer cannot follow the shape {shape}")
        if kind == "dense":
            shape, parameters = (options[0],), conv_params(1, 1, int(np.prod(shape)), options[0])
        else:
            filters, window, stride, padding = options if kind == "conv" else (shape[2], *options, "valid")
            window, stride = pair(window, "a window"), pair(stride, "a stride")
            if padding == "same":
                padding = [same_padding(*axis) for axis in zip(shape, window, stride)]
            zeros = sides(0 if padding == "valid" else padding)
            size = [output_size(n + sum(z), k, s) for n, z, k, s in zip(shape, zeros, window, stride)]
            parameters = conv_params(*window, shape[2], filters) if kind == "conv" else 0
            shape = (*size, filters)
        trace.append((kind, shape, parameters))
    return trace
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "trace_shapes-1", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
net = [("conv", 4, (3, 2), (2, 1), 1), ("pool", 3, 2), ("conv", 3, 2, 2, "same"), ("dense", 5), ("dense", 2)]
trace = trace_shapes((10, 11, 2), net)
check.true(isinstance(trace, list) and all(isinstance(entry, tuple) and len(entry) == 3 for entry in trace),
           "The result must be a list of tuples (kind, output shape, parameters).")
kinds, shapes, parameters = ([entry[part] for entry in trace] for part in range(3))
check.equal(kinds, ["conv", "pool", "conv", "dense", "dense"], name="the list of kinds", mistakes={
    "Flattening got an entry; there is one entry per layer.": ["conv", "pool", "conv", "flatten", "dense", "dense"],
})
check.equal(shapes, [(5, 12, 4), (2, 5, 4), (1, 3, 3), (5,), (2,)], name="the list of shapes", mistakes={
    "Pooled sizes were rounded up; round down.": [(5, 12, 4), (2, 6, 4), (1, 3, 3), (5,), (2,)],
    "Rows and columns were exchanged in a pair: rows come first.": [(11, 6, 4), (5, 2, 4), (3, 1, 3), (5,), (2,)],
    "The picture was taken for square; columns have their own size.": [(5, 5, 4), (2, 2, 4), (1, 1, 3), (5,), (2,)],
    "The padding was counted once; it is added on both sides.": [(5, 11, 4), (2, 5, 4), (1, 3, 3), (5,), (2,)],
    "“same” padding keeps the size with stride 1 only.": [(5, 12, 4), (2, 5, 4), (2, 5, 3), (5,), (2,)],
})
check.equal(parameters, [52, 0, 51, 50, 12], name="the list of parameters", mistakes={
    "Parameters were counted times the places; the same kernel goes everywhere.": [3120, 0, 153, 50, 12],
    "The second convolution was given the channels of the first input.": [52, 0, 27, 50, 12],
    "The biases of the dense layers are missing.": [52, 0, 51, 45, 10],
    "The biases of the convolutions are missing.": [48, 0, 48, 50, 12],
    "Flattening was forgotten: the dense layer sees all numbers, not the channels alone.": [52, 0, 51, 20, 12],
    "The numbers were added up; give each layer's own.": [52, 52, 103, 153, 165],
    "Pooling has no parameters.": [52, 40, 51, 50, 12],
})
check.passed("trace_shapes")

# %% [markdown]
# AlexNet, which won the ImageNet competition of 2012, as the lectures describe it:

# %% nbgrader={"grade": false, "grade_id": "alexnet", "locked": true, "schema_version": 3, "solution": false, "task": false}
alexnet = [
    ("conv", 96, 11, 4, 0), ("pool", 3, 2),
    ("conv", 256, 5, 1, 2), ("pool", 3, 2),
    ("conv", 384, 3, 1, 1), ("conv", 384, 3, 1, 1), ("conv", 256, 3, 1, 1), ("pool", 3, 2),
    ("dense", 4096), ("dense", 4096), ("dense", 1000),
]

# %% nbgrader={"grade": true, "grade_id": "trace_shapes-2", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
trace = trace_shapes((227, 227, 3), alexnet)
sizes = [shape[0] for _, shape, _ in trace]
check.equal(sizes, [55, 27, 27, 13, 13, 13, 13, 6, 4096, 4096, 1000], name="the list of sizes")
check.equal(sum(count for _, _, count in trace), 62_378_344, name="the number of parameters")
check.equal(trace_shapes((6,), [("dense", 3)]), [("dense", (3,), 21)])
check.raises(ValueError, lambda: trace_shapes((8, 8, 3), [("norm", 5)]), when="there is a layer of an unknown kind")
check.raises(ValueError, lambda: trace_shapes((8, 8, 3), [("dense", 0)]), when="a dense layer has no units")
flat_first = [("dense", 4), ("pool", 2, 2)]
check.raises(ValueError, lambda: trace_shapes((8, 8, 3), flat_first), when="a pool follows a dense layer")
check.raises(ValueError, lambda: trace_shapes((8, 2, 3), [("conv", 4, 3, 1, 0)]), when="a window does not fit")
### BEGIN HIDDEN TESTS
check.equal(trace_shapes((9, 6, 3), []), [])
check.equal(
    trace_shapes((9, 6, 3), [("pool", (2, 3), (3, 1)), ("conv", 5, (1, 4), 1, "same"), ("dense", 7)]),
    [("pool", (3, 4, 3), 0), ("conv", (3, 4, 5), 65), ("dense", (7,), 427)],
)
check.equal(
    trace_shapes((12, 7, 1), [("conv", 2, (4, 3), (3, 2), ((0, 1), (2, 0))), ("conv", 6, (2, 3), 1, (1, 2)),
                              ("conv", 3, 1, 2, "valid")]),
    [("conv", (4, 4, 2), 26), ("conv", (5, 6, 6), 78), ("conv", (3, 3, 3), 21)],
)
check.equal(
    trace_shapes((32, 32, 1), [("conv", 6, 5, 1, 0), ("pool", 2, 2), ("conv", 16, 5, 1, 0), ("pool", 2, 2),
                               ("dense", 120), ("dense", 84), ("dense", 10)]),
    [("conv", (28, 28, 6), 156), ("pool", (14, 14, 6), 0), ("conv", (10, 10, 16), 2416), ("pool", (5, 5, 16), 0),
     ("dense", (120,), 48_120), ("dense", (84,), 10_164), ("dense", (10,), 850)],
)
check.equal(trace_shapes((15, 11, 4), [("conv", 8, 3, 2, "same"), ("conv", 8, 3, (1, 3), "same")]),
            [("conv", (8, 6, 8), 296), ("conv", (8, 2, 8), 584)])
for wrong in [
    ("conv", 4, 3, 0, 0), ("conv", 4, 3, 1, "full"), ("conv", 0, 3, 1, 0), ("conv", 4, 3, 1), ("conv", 4, 3, 1, -1),
    ("pool", 0, 1), ("pool", 2, -1), ("pool", 9, 1), ("pool", 2), ("dense", -1), ("dense",), ("flatten",),
]:
    check.raises(ValueError, lambda: trace_shapes((8, 8, 3), [wrong]), when=f"the layer is {wrong}")
flat_first = [("dense", 4), ("conv", 4, 1, 1, 0)]
check.raises(ValueError, lambda: trace_shapes((8, 8, 3), flat_first), when="a convolution follows a dense layer")
kept = [("conv", 4, (3, 2), (2, 1), 1), ("dense", 5)]
check.unchanged(trace_shapes, [10, 11, 2], kept, name="trace_shapes")
### END HIDDEN TESTS
check.passed("trace_shapes")

# %%
for kind, shape, parameters in trace_shapes((227, 227, 3), alexnet):
    print(f"{kind:5} {'×'.join(map(str, shape)):>10} {parameters:>11,}")

# %% [markdown]
# ### Why 227, if the paper says 224?
#
# Lecture E has what the paper says: pictures of 224×224, 11×11 kernels with stride 4; no padding, adds E. Let the
# trace judge.

# %%
for size in (227, 224):
    trace = trace_shapes((size, size, 3), alexnet)
    print(size, "→", *(shape[0] for _, shape, _ in trace[:8]))
    print(f"      {sum(count for _, _, count in trace):,} parameters")
print("(224 − 11)/4 + 1 =", (224 - 11) / 4 + 1)

# %% [markdown]
# It cannot be 224: the division leaves a rest, so a row and a column are never read, and it goes on like that, until
# after the last pooling 5×5 places are left, not the 6×6 of lectures A and C. The first dense layer then has 11.5
# million parameters less, and the sum is not the 62,378,344 that A and C print. (The "60 million" of A and E are
# those of the original, which splits some layers between two graphics cards.) So the pictures are 227 wide, or they
# are 224 wide with padding 2:

# %%
trace = trace_shapes((224, 224, 3), [("conv", 96, 11, 4, 2), *alexnet[1:]])
print(224, "→", *(shape[0] for _, shape, _ in trace[:8]))
print(f"      {sum(count for _, _, count in trace):,} parameters")

# %% [markdown]
# ### How deep can a net be?
#
# Without padding, each 3×3 layer takes two rows and two columns. With "same", nothing is lost, however deep:

# %%
valid, same = [("conv", 16, 3, 1, "valid")] * 15, [("conv", 16, 3, 1, "same")] * 15
halves = [("conv", 16, 3, 1 + (depth % 5 == 4), "same") for depth in range(15)]
nets = {"“same”": same, "“same”, stride 2 in every fifth": halves, "“valid”": valid}
traces = {name: trace_shapes((32, 32, 3), net) for name, net in nets.items()}
draw.lines(
    {name: (range(16), [32, *(shape[0] for _, shape, _ in trace)]) for name, trace in traces.items()},
    title="Without padding 32×32 pictures last for 15 layers", x_label="layers", y_label="rows and columns left",
)

# %%
print("layer 100 with “same”:", trace_shapes((32, 32, 3), [("conv", 16, 3, 1, "same")] * 100)[-1][1])
try:
    trace_shapes((32, 32, 3), [("conv", 16, 3, 1, "valid")] * 16)
except ValueError as error:
    print("layer 16 with “valid”:", error)

# %% [markdown]
# That is why VGG (05) and the nets with a hundred layers pad in (nearly) every layer, and shrink only where they mean
# to.

# %% [markdown]
# ## 6 · In your own words
#
# *5 minutes*
#
# **Question (5 points, read by a person).** A network sorts photographs. All its convolutions have zero padding
# ("same"). Someone says: "Padding is free: it keeps the size, and the zeros mean nothing." Name two things that the
# padding buys, and give two reasons why the zeros do mean something: think of the dark frame, and of what happens when
# the picture moves. What would you use instead where the border matters? Five to eight sentences.

# %% [markdown] nbgrader={"grade": true, "grade_id": "written", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# Padding keeps the size, so that a net can be deep without running out of pixels (1 point), and pixels near the border
# are used more often, so that what is shown there counts (1 point).
#
# But zero is a number like any other: black, or the mean if the data are centred. At the border the kernel sees an
# edge between picture and frame that nobody photographed, and layer by layer this made-up edge reaches further in (1
# point).
#
# The frame also tells a network where it is: a kernel that answers to the frame answers at the border only. So moving
# the picture no longer just moves the map; near the border, equivariance is lost (1 point).
#
# Where the border matters one can use "valid" and larger pictures, repeat or mirror the border instead of zeros, fill the
# frame with the mean, or throw away the results near the border (1 point).
# ### END SOLUTION

# %% [markdown]
# ## Words to know
#
# **Valid**: no padding. **Same** or **half**: as many results as cells, for stride 1. **Full**: $p=k-1$, every place
# where window and input touch; the result *grows* by $k-1$. **Stride**: the window's step. **Dilation**: the distance
# between the cells that a window reads. Arrays with more axes follow the same rule, one axis at a time: lecture C's
# $i_j, k_j, s_j, p_j$ are $n$, $k$, $s$, $p$ along axis $j$. Sound and text have one such axis, pictures two, scans
# three.
#
# ## What you built
#
# The arithmetic of every convolutional layer: how many places there are, what "same" means in Keras to the last zero,
# the layer itself with padding and strides, and the cost of a whole network before a single number is computed. Next:
# **03 Pooling**.
#
# ## Go further
#
# * Compare with Keras: `keras.ops.conv(x, w, strides=2, padding="same")` takes the very same arrays. Try an even
#   size, and PyTorch's `padding=1` next to it.
# * Your `conv2d` may compute all places and throw most of them away. Can you make it compute only those that are
#   kept? Check the speed for stride 4.
# * Give `conv2d` a `dilation`. Three layers of 3×3 with dilations 1, 2, 4: how far does one result see? Compare with
#   `output_size`.
