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
# # Pooling
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](@@COLAB@@)
#
# After this notebook you can
#
# * write max and average pooling with NumPy, for any window, stride and padding, and say what each throws away;
# * send numbers back through a pooling layer: values to the pixels that they came from, gradients to those that
#   earned them;
# * say what becomes of a layer's output when the picture moves, with numbers instead of a slogan.
#
# **Time:** about 85 minutes. **You need:** windows and channels (01), stride, padding and output size (02).
#
# **How it works.** As in 01: fill in a stub, run the checks below it, read what they say, try again. The checks
# give 95 points, a short text at the end gives 5.
#
# **House rules.** Arguments stay as they were. Arrays come out new and as `float64`, places as whole numbers.
# Arguments that make no sense raise a `ValueError` whose message says why.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
# @@INSTALL@@
import numpy as np
from convkit import check, datasets, draw, draw_pooling, session

rng = np.random.default_rng(0)
session.start("photographs: scikit-learn's samples")

# %% [markdown]
# Windows and strides are pairs, rows first, and one number may stand for two equal ones. `pair` reads either, and
# refuses what is no size. Use it in your own functions, and half of the odd cases are dealt with.

# %% nbgrader={"grade": false, "grade_id": "pair", "locked": true, "schema_version": 3, "solution": false, "task": false}
def pair(value, name):
    """(2, 3) → (2, 3) and 2 → (2, 2). Raises ValueError unless value is one or two whole numbers from 1 on."""
    numbers = np.asarray(value)
    if numbers.shape not in ((), (2,)) or numbers.dtype.kind not in "iu" or numbers.min() < 1:
        raise ValueError(f"{name} must be one or two whole numbers from 1 on, not {value}")
    rows, columns = np.broadcast_to(numbers, 2)
    return int(rows), int(columns)

print(pair((2, 3), "size"), pair(2, "size"))

# %% [markdown]
# ## 1 · Must the next layer know everything?
#
# *25 minutes*
#
# A feature map says for *every* pixel how well its kernel matched there. For most purposes that is too much: if
# there is an ear in the picture, one pixel more to the left or right does not matter. So lay a grid on the map and
# keep one number of each window: the largest (*is it anywhere in here?*) or the mean (*how much of it is in
# here?*). By hand, with windows of 2×2, lecture A's table and lecture D's:
#
# $$\left[\begin{array}{cc|cc}1&4&2&1\\5&8&3&4\\\hline7&6&4&5\\1&3&1&2\end{array}\right]\xrightarrow{\max}
# \begin{bmatrix}8&4\\7&5\end{bmatrix}$$
#
# $$\left[\begin{array}{cc|cc}4&3&1&5\\1&3&4&8\\\hline4&5&4&3\\6&5&9&4\end{array}\right]\xrightarrow{\max}
# \begin{bmatrix}4&8\\6&9\end{bmatrix}$$
#
# Nothing is learned here: a pooling layer has **no parameters**. It treats **each channel by itself**, so as many
# come out as went in. Window and stride are chosen as in 02, and so is the size of the result:
#
# * `"valid"`: $\lfloor (n-k)/s\rfloor+1$ windows, all inside the picture; what is left over at the end is dropped.
#   (Lecture E leaves out the floor.)
# * `"same"`: $\lceil n/s\rceil$ windows, which may hang over the edge by as many cells as that takes, half of them
#   before the picture and half after, an odd one after. You computed that in 02; put your `same_padding` into the
#   cell if you like. (Pooling is rarely padded, lecture E says; but Keras can do it, and so will you.)
#
# What is the value of a cell outside? None: it **does not count**. A zero would win against negative numbers, and
# it would pull every mean at the edge towards it. One row −3 −1 −2, windows of two, `"same"`:
#
# | window | max | average |
# |---|---|---|
# | −3 −1 | −1 | −2 |
# | −2 and a cell outside | −2 | −2 |

# %% nbgrader={"grade": false, "grade_id": "pool2d", "locked": false, "schema_version": 3, "solution": true, "task": false}
def pool2d(x, size, strides=None, mode="max", padding="valid"):
    """Slide a window over each channel of each picture and keep one number of each place.

    x: (N, H, W, C).   size: the window, (kh, kw) or one number.
    strides: how far the window moves, (sh, sw) or one number; None: by its own size, so that windows only touch.
    mode: "max" or "average".   padding: "valid" or "same", as above; cells outside the picture do not count.
    Returns (N, H', W', C), float64.
    Raises ValueError if x has not four axes, if mode or padding is another word, if size or strides are refused
    by pair, or if padding is "valid" and the window does not fit.
    """
    ### BEGIN SOLUTION
    x, (kh, kw) = np.asarray(x, dtype=np.float64), pair(size, "size")
    sh, sw = (kh, kw) if strides is None else pair(strides, "strides")
    summaries = {"max": np.max, "average": np.mean}
    if x.ndim != 4:
        raise ValueError(f"x needs four axes, not {x.ndim}")
    if mode not in summaries or padding not in ("valid", "same"):
        raise ValueError(f"there is no mode {mode!r} with padding {padding!r}")
    if padding == "valid" and (kh > x.shape[1] or kw > x.shape[2]):
        raise ValueError(f"a {kh}×{kw} window does not fit into {x.shape[1]}×{x.shape[2]} pictures")

    def starts(n, k, stride):
        """Where the windows begin along one axis; before the picture if negative."""
        if padding == "valid":
            return range(0, n - k + 1, stride)
        count = -(-n // stride)
        before = max((count - 1) * stride + k - n, 0) // 2
        return range(-before, count * stride - before, stride)

    rows, columns = starts(x.shape[1], kh, sh), starts(x.shape[2], kw, sw)
    y = np.empty((len(x), len(rows), len(columns), x.shape[3]))
    for i, top in enumerate(rows):
        for j, left in enumerate(columns):
            inside = x[:, max(top, 0) : top + kh, max(left, 0) : left + kw]
            y[:, i, j] = summaries[mode](inside, axis=(1, 2))
    return y
    ### END SOLUTION


# %% [markdown]
# First the two tables, then lecture C's: 3×3 windows that move by one, so that they overlap. (C prints its means
# with one decimal, 1.7 1.7 1.7 in the first row.)

# %% nbgrader={"grade": true, "grade_id": "pool2d-1", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
table = np.array([[1, 4, 2, 1], [5, 8, 3, 4], [7, 6, 4, 5], [1, 3, 1, 2]]).reshape(1, 4, 4, 1)
y = pool2d(table, 2)
check.shape(y, (1, 2, 2, 1), mistakes={
    "Without `strides` the window moves on by its own size, not by 1.": (1, 3, 3, 1),
    "The last window of each axis is missing: ⌊(n − k)/s⌋ + 1 fit.": (1, 1, 1, 1),
    "Keep all four axes, those of length 1 as well.": (2, 2),
})
check.close(y[0, :, :, 0], [[8, 4], [7, 5]], mistakes={
    "The mode is \"max\" if none is given; these are the means.": [[4.5, 2.5], [4.25, 3]],
})
table = np.array([[4, 3, 1, 5], [1, 3, 4, 8], [4, 5, 4, 3], [6, 5, 9, 4]]).reshape(1, 4, 4, 1)
check.close(pool2d(table, (2, 2), strides=(2, 2)), np.array([[4, 8], [6, 9]]).reshape(1, 2, 2, 1))

table = np.array([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]])
table = table.reshape(1, 5, 5, 1)
check.close(pool2d(table, 3, strides=1)[0, :, :, 0], [[3, 3, 3], [3, 3, 3], [3, 2, 3]], mistakes={
    "The strides have no effect: the window moved by its own size.": [[3]],
})
sums = np.array([[15, 15, 15], [9, 11, 16], [10, 7, 12]])
check.close(pool2d(table, 3, strides=1, mode="average")[0, :, :, 0], sums / 9, mistakes={
    "These are the sums; divide by the number of cells.": sums,
    "The means are rounded to one decimal, as the lecture prints them; keep all digits.":
        [[1.7, 1.7, 1.7], [1.0, 1.2, 1.8], [1.1, 0.8, 1.3]],
    "The mean was divided by the number of cells twice.": sums / 81,
})
check.passed("pool2d")

# %% [markdown]
# Next the shapes, then two pictures with two channels and a window of 2×3 that moves two columns at a time: it sees
# the columns 0–2 and 2–4. Many numbers are negative, as in feature maps before ReLU.

# %% nbgrader={"grade": true, "grade_id": "pool2d-2", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
check.shape(pool2d(np.ones((3, 9, 12, 4)), (4, 2), strides=(3, 1)), (3, 2, 11, 4), mistakes={
    "The strides have no effect: the window moved by its own size.": (3, 2, 6, 4),
    "The stride of the rows was used for both axes.": (3, 2, 4, 4),
    "The two strides were exchanged: rows come first.": (3, 6, 4, 4),
    "Height and width of the window were exchanged: rows come first.": (3, 3, 9, 4),
    "Rows and columns were exchanged, in the window and in the strides: rows come first.":
        (3, 8, 3, 4),
    "Windows that are not full were kept; \"valid\" drops them.": (3, 3, 11, 4),
    "The last window of each axis is missing: ⌊(n − k)/s⌋ + 1 fit.": (3, 2, 10, 4),
    "Channels were pooled too: as many come out as went in.": (3, 2, 11, 1),
})

x = np.arange(40).reshape(2, 2, 5, 2) * 17 % 41 - 35  # 2 pictures of 2×5 pixels with 2 channels
check.close(pool2d(x, (2, 3), strides=(1, 2)), [[[[5, -12], [-2, 2]]], [[[4, 0], [4, -14]]]], mistakes={
    "The maximum began at 0, which wins against negative numbers.":
        [[[[5, 0], [0, 2]]], [[[4, 0], [4, 0]]]],
    "Channels were mixed: each channel is pooled by itself.":
        [[[[5, 5], [2, 2]]], [[[4, 4], [4, 4]]]],
    "In all channels stands what only the first channel gives.":
        [[[[5, 5], [-2, -2]]], [[[4, 4], [4, 4]]]],
    "Only the first picture was filled in.": [[[[5, -12], [-2, 2]]], [[[0, 0], [0, 0]]]],
    "Only the first picture came out.": [[[[5, -12], [-2, 2]]]],
    "For \"max\", these are the means.":
        np.array([[[[-70, -132], [-72, -93]]], [[[-121, -60], [-41, -144]]]]) / 6,
})
check.close(
    pool2d(x, (2, 3), strides=(1, 2), mode="average"),
    np.array([[[[-70, -132], [-72, -93]]], [[[-121, -60], [-41, -144]]]]) / 6,
    mistakes={
        "For \"average\", these are the maxima.": [[[[5, -12], [-2, 2]]], [[[4, 0], [4, -14]]]],
        "These are the sums; divide by the number of cells.":
            [[[[-70, -132], [-72, -93]]], [[[-121, -60], [-41, -144]]]],
        "The means are cut to whole numbers: the result needs an array of floats.":
            [[[[-11, -22], [-12, -15]]], [[[-20, -10], [-6, -24]]]],
    },
)
check.passed("pool2d")

# %% [markdown]
# Now `"same"`: the row from above, and a window of 3×5 on 4×6 pixels that moves by 2 and by 3. Count first: of rows
# one is missing, of columns two.

# %% nbgrader={"grade": true, "grade_id": "pool2d-3", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
row = np.array([-3, -1, -2]).reshape(1, 1, 3, 1)
y = pool2d(row, (1, 2), padding="same")
check.shape(y, (1, 1, 2, 1), mistakes={
    "The padding has no effect: \"same\" gives ⌈n/s⌉ windows.": (1, 1, 1, 1),
    "Without `strides` the window moves on by its own size, here one row and two columns.": (1, 1, 3, 1),
})
check.close(y[0, 0, :, 0], [-1, -2], mistakes={
    "The padded zeros won; cells outside do not count.": [-1, 0],
    "The maximum began at 0, which wins against negative numbers.": [0, 0],
    "The odd cell was added before the picture; it goes after it.": [-3, -1],
})
check.close(pool2d(row, (1, 2), mode="average", padding="same")[0, 0, :, 0], [-2, -2], mistakes={
    "The mean was divided by the whole window, not for the cells outside: count those inside.":
        [-2, -1],
    "Cells of −∞ outside are right for the maximum only; for the mean count the cells inside.":
        [-2, -np.inf],
    "The odd cell was added before the picture; it goes after it.": [-3, -1.5],
    "The padding has no effect: \"same\" gives ⌈n/s⌉ windows.": [-2],
})

x = (np.arange(24) * 7 % 25 - 30).reshape(1, 4, 6, 1)
check.close(pool2d(x, (3, 5), strides=(2, 3), padding="same")[0, :, :, 0], [[-6, -7], [-7, -7]], mistakes={
    "The padded zeros won, or the maximum began at 0; cells outside do not count.":
        [[0, 0], [0, 0]],
    "The odd cell was added before the picture; it goes after it.": [[-6, -9], [-6, -7]],
    "The padding was computed without regard to the stride.": [[-6, -6], [-6, -6]],
    "All missing cells were added after the picture; half of them go before it.":
        [[-6, -9], [-7, -8]],
})
check.close(
    pool2d(x, (3, 5), strides=(2, 3), mode="average", padding="same")[0, :, :, 0],
    np.array([[-410, -424], [-423, -387]]) / 24,
    mistakes={
        "The mean was divided by the whole window, not for the cells outside: count those inside.":
            np.array([[-328, -339.2], [-225.6, -206.4]]) / 24,
        "The border was repeated outside the picture; cells outside do not count.":
            np.array([[-430.4, -433.6], [-470.4, -393.6]]) / 24,
        "The odd cell was added before the picture; it goes after it.":
            np.array([[-414, -453], [-402, -416]]) / 24,
        "All missing cells were added after the picture; half of them go before it.":
            np.array([[-416, -440], [-444, -428]]) / 24,
    },
)
check.passed("pool2d")

# %% nbgrader={"grade": true, "grade_id": "pool2d-4", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
x = np.arange(60.0).reshape(1, 5, 6, 2)
check.raises(ValueError, lambda: pool2d(x, (6, 2)), when="size is (6, 2) and x only 5×6 pixels")
check.raises(ValueError, lambda: pool2d(x, 2, mode="median"), when="mode is \"median\"")
check.raises(ValueError, lambda: pool2d(x, 2, strides=0), when="strides is 0")
check.raises(ValueError, lambda: pool2d(x[0], 2), when="x has shape (5, 6, 2)")
check.unchanged(pool2d, x, (2, 3), name="pool2d")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(31)

def outside(n, k, stride, padding):
    missing = max((-(-n // stride) - 1) * stride + k - n, 0) if padding == "same" else 0
    return missing // 2, missing - missing // 2

for shape, size, strides in [
    ((2, 7, 9, 3), (3, 2), (2, 3)), ((3, 5, 8, 2), (2, 4), (1, 3)), ((1, 6, 6, 2), (3, 3), (2, 2)),
    ((2, 4, 9, 1), (1, 2), (3, 4)), ((1, 8, 5, 4), (2, 2), (2, 2)),
]:
    x = hidden_rng.normal(size=shape) - 1
    for padding in ("valid", "same"):
        around = [outside(shape[axis + 1], size[axis], strides[axis], padding) for axis in (0, 1)]
        padded = np.pad(x, [(0, 0), *around, (0, 0)], constant_values=np.nan)
        windows = np.lib.stride_tricks.sliding_window_view(padded, size, axis=(1, 2))
        windows = windows[:, ::strides[0], ::strides[1]]
        check.close(pool2d(x, size, strides, "max", padding), np.nanmax(windows, axis=(-2, -1)))
        check.close(pool2d(x, size, strides, mode="average", padding=padding), np.nanmean(windows, axis=(-2, -1)))
check.close(pool2d(x, 3), x[:, :6, :3].reshape(1, 2, 3, 1, 3, 4).max(axis=(2, 4)))
check.close(pool2d(x, (9, 7), 1, "average", "same")[:, 4:5, 2:3], x.mean(axis=(1, 2), keepdims=True))
bright = np.full((1, 2, 2, 1), 200, dtype=np.uint8)
bright[0, 0, 0] = 201
check.close(pool2d(bright, 2, mode="average"), [[[[200.25]]]])
check.dtype(pool2d(bright, 2), np.float64)
check.raises(ValueError, lambda: pool2d(x, (2, 6)), when="size is (2, 6) and x only 8×5 pixels")
check.raises(ValueError, lambda: pool2d(x, 2, padding="full"), when="padding is \"full\"")
check.raises(ValueError, lambda: pool2d(x, (2, 0)), when="size is (2, 0)")
check.raises(ValueError, lambda: pool2d(x, 2, strides=(1, -1), padding="same"), when="strides is (1, -1)")
check.raises(ValueError, lambda: pool2d(x, (2, 2, 1)), when="size is (2, 2, 1)")
check.raises(ValueError, lambda: pool2d(x[0, 0], 2), when="x has shape (5, 4)")
### END HIDDEN TESTS
check.passed("pool2d")

# %% [markdown]
# ### Predict, then run
#
# Lecture A (left) pools its table again, now with 2×2 windows that move by **1**, so that nine numbers come out.
# How many of the nine are 8? And lecture D (right) takes the **mean** of each of its four windows, and prints 2.8,
# 4.5, 5.3 and 5.0. What should stand in the place of 5.3?
#
# $$\begin{bmatrix}1&4&2&1\\5&8&3&4\\7&6&4&5\\1&3&1&2\end{bmatrix}\qquad
# \left[\begin{array}{cc|cc}4&3&1&5\\1&3&4&8\\\hline4&5&4&3\\6&5&9&4\end{array}\right]$$
#
# Work them out on paper, write `prediction = [how many eights, the mean]`, and only then run on.

# %% nbgrader={"grade": false, "grade_id": "prediction", "locked": false, "schema_version": 3, "solution": true, "task": false}
# prediction = [..., ...]
### BEGIN SOLUTION
prediction = [4, 5.0]
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "prediction-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check.shape(prediction, (2,), name="prediction")
### BEGIN HIDDEN TESTS
check.close(prediction[0], 4, name="the number of eights", mistakes={
    "That is the number of eights for windows that only touch; here the window moves on by one.": 1,
    "Windows overlap in both directions: follow the 8 through all windows that hold it.": 2,
    "Not every window holds the 8: go through them one by one.": 9,
    "The two are swapped: first how many, then the mean.": 5,
})
check.close(prediction[1], 5, name="the mean", mistakes={
    "The mean is copied from the lecture, which is wrong: add up the four numbers yourself.": 5.3,
    "The second number is a maximum, not a mean.": 6,
    "The sum of the four numbers must be divided by four.": 20,
    "The mean belongs to another window: 5.3 stands below, on the left.": 4.5,
    "That is the mean of the first window: 5.3 stands below, on the left.": 2.75,
})
### END HIDDEN TESTS
print("Written down. Now run the next two cells.")

# %%
def pooled(picture, *arguments, **options):
    """pool2d for one picture (H, W)."""
    return pool2d(picture[None, ..., None], *arguments, **options)[0, ..., 0]

a = np.array([[1, 4, 2, 1], [5, 8, 3, 4], [7, 6, 4, 5], [1, 3, 1, 2]])
d = np.array([[4, 3, 1, 5], [1, 3, 4, 8], [4, 5, 4, 3], [6, 5, 9, 4]])

# %%
print("you said:", prediction)
draw.numbers([pooled(a, 2, strides=1), pooled(d, 2, mode="average")], ["A: max, moved by 1", "D: average"],
             title="One 8 wins four windows; 5.3 should be 5")

# %% [markdown]
# ### Which summary, and which window?
#
# Any function of a window's numbers would do. The lectures also name the minimum and the $L_1$ and $L_2$ norms. Do
# they need functions of their own? Not with what you have:
#
# $$\min x=-\max(-x)$$
#
# $$L_1=n\cdot\text{average}(|x|)$$
#
# $$L_2=\sqrt{n\cdot\text{average}(x^2)}$$

# %%
print("min:", (-pooled(-d, 2)).tolist())
print("L1: ", (4 * pooled(np.abs(d), 2, mode="average")).tolist())
print("L2: ", np.sqrt(4 * pooled(d**2, 2, mode="average")).round(2).tolist())

# %%
photo = datasets.photo("china")[::3, ::3].mean(axis=2) / 255
draw.images([photo, pooled(photo, 8), pooled(photo, 8, mode="average"), -pooled(-photo, 8)],
            ["143×214 pixels", "17×26: max", "17×26: average", "17×26: min"], columns=2,
            title="Three summaries of the same 8×8 windows")

# %% [markdown]
# One number for 64 pixels, and the temple is still there: max keeps the bright sky between its roofs, min makes one
# dark block of it.
#
# Common windows are 2×2 and 3×3, both with stride 2. Those of 3×3 overlap, as in AlexNet. Do they make the maps
# smaller?

# %%
for n in (55, 27, 13):  # AlexNet's feature maps before its three pooling layers
    x = np.zeros((1, n, n, 1))
    three, two = pool2d(x, 3, strides=2), pool2d(x, 2, strides=2)
    print(f"{n} → {three.shape[1]} with 3×3, {two.shape[1]} with 2×2")

# %% [markdown]
# No. Lecture C says that overlap reduces the size of the network; it does not. What AlexNet's authors report is
# fewer errors: 0.4 percentage points less for the first guess (top-1), 0.3 for the best five (top-5). (And lecture
# E's "do not overlap" is true of 2×2 alone.)

# %% [markdown]
# ## 2 · Where did the winner stand?
#
# *15 minutes*
#
# Some networks must answer for every pixel (*which of these belong to the cat?*), so after pooling they have to go
# back to full size. One number, four places: what would you write into them? Lecture B shows three ways, here for
# $\left[\begin{smallmatrix}1&2\\3&4\end{smallmatrix}\right]$:
#
# $$\underset{\text{nearest neighbour}}{\begin{bmatrix}1&1&2&2\\1&1&2&2\\3&3&4&4\\3&3&4&4\end{bmatrix}}\qquad
# \underset{\text{bed of nails}}{\begin{bmatrix}1&0&2&0\\0&0&0&0\\3&0&4&0\\0&0&0&0\end{bmatrix}}$$
#
# $$\underset{\text{max unpooling}}{\begin{bmatrix}0&0&2&0\\0&1&0&0\\0&0&0&0\\3&0&0&4\end{bmatrix}}$$
#
# The third can only be done by someone who **remembers**: while pooling, it wrote down where each winner stood, the
# **switches**, and on the way back each number returns to its place and all *other* places are zero.
#
# A switch is the winner's place in its plane, counted in reading order from 0: row · W + column. By hand, in
# lecture A's table (W = 4) the 8 stands in row 1, column 1, so its switch is 1 · 4 + 1 = 5; the others are 7, 8 and
# 11:
#
# $$\left[\begin{array}{cc|cc}1&4&2&1\\5&\mathbf8&3&\mathbf4\\\hline\mathbf7&6&4&\mathbf5\\1&3&1&2\end{array}\right]$$
#
# $$y=\begin{bmatrix}8&4\\7&5\end{bmatrix}\qquad\text{switches}=\begin{bmatrix}5&7\\8&11\end{bmatrix}$$
#
# W is the width of the whole plane, with any columns at the end that fill no window. Of equal winners the first in
# reading order counts. There are two functions to write; the first check needs only the first.

# %% nbgrader={"grade": false, "grade_id": "max_pool_switches", "locked": false, "schema_version": 3, "solution": true, "task": false}
def max_pool_switches(x, size):
    """Max pooling with windows that only touch, and where each winner stood.

    x: (N, H, W, C).   size: (kh, kw) or one number. Rows and columns that fill no window are dropped.
    Returns y, (N, H // kh, W // kw, C), float64, and switches, integers of the same shape: row · W + column of the
    winner in its plane; of equal ones, the first in reading order.
    Raises ValueError if x has not four axes, or if size is refused by pair or does not fit.
    """
    ### BEGIN SOLUTION
    x, (kh, kw) = np.asarray(x, dtype=np.float64), pair(size, "size")
    if x.ndim != 4 or kh > x.shape[1] or kw > x.shape[2]:
        raise ValueError(f"a {kh}×{kw} window does not fit into x of shape {x.shape}")
    count, height, width, channels = x.shape
    rows, columns = height // kh, width // kw
    tiles = x[:, : rows * kh, : columns * kw].reshape(count, rows, kh, columns, kw, channels)
    windows = tiles.transpose(0, 1, 3, 5, 2, 4).reshape(count, rows, columns, channels, kh * kw)
    down, right = np.divmod(windows.argmax(axis=-1), kw)
    row = down + kh * np.arange(rows)[:, None, None]
    column = right + kw * np.arange(columns)[:, None]
    return windows.max(axis=-1), row * width + column
    ### END SOLUTION


def max_unpool(y, switches, shape):
    """Put each number of y back at the place that its switch says; all other places are 0.

    y, switches: (N, H', W', C), as max_pool_switches gives them.   shape: (N, H, W, C), of the result.
    Returns an array of that shape, float64.
    Raises ValueError if y and switches differ in shape, if y or shape has not four axes, if y has other pictures
    or channels than shape, or if a switch lies outside the plane (below 0, or H · W and more).
    """
    ### BEGIN SOLUTION
    y, switches = np.asarray(y, dtype=np.float64), np.asarray(switches)
    if y.ndim != 4 or y.shape != switches.shape or len(shape) != 4:
        raise ValueError(f"y of shape {y.shape}, switches of {switches.shape} and the shape {shape} do not match")
    count, height, width, channels = shape
    if y.shape[0] != count or y.shape[3] != channels:
        raise ValueError(f"y of shape {y.shape} has other pictures or channels than {shape}")
    if switches.min() < 0 or switches.max() >= height * width:
        raise ValueError(f"a switch lies outside a plane of {height}×{width}")
    x, flat = np.zeros((count, height * width, channels)), (count, -1, channels)
    np.put_along_axis(x, switches.reshape(flat), y.reshape(flat), axis=1)
    return x.reshape(shape)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "max_pool_switches-1", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
table = np.array([[1, 4, 2, 1], [5, 8, 3, 4], [7, 6, 4, 5], [1, 3, 1, 2]]).reshape(1, 4, 4, 1)
both = max_pool_switches(table, 2)
check.true(isinstance(both, (tuple, list)) and len(both) == 2,
           "Two arrays must come back: `return y, switches`.")
y, switches = both
check.close(y, np.array([[8, 4], [7, 5]]).reshape(1, 2, 2, 1), name="y", mistakes={
    "y and switches came the other way round: first the numbers, then their places.":
        np.array([[5, 7], [8, 11]]).reshape(1, 2, 2, 1),
})
check.shape(switches, (1, 2, 2, 1), name="switches")
check.close(switches[0, :, :, 0], [[5, 7], [8, 11]], name="switches", mistakes={
    "The places are counted inside its window; count in the whole plane, row · W + column.":
        [[3, 3], [0, 1]],
    "The places are column · H + row; it is row · W + column.": [[5, 13], [2, 14]],
    "The winner was looked for in the whole plane, not in each window.": [[5, 5], [5, 5]],
    "The count starts at 0, not at 1.": [[6, 8], [9, 12]],
})
check.dtype(switches, np.integer, name="switches")
check.passed("max_pool_switches")

# %% nbgrader={"grade": true, "grade_id": "max_pool_switches-2", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
x = np.arange(40).reshape(2, 2, 5, 2) * 5 % 7  # 2 pictures of 2×5 pixels with 2 channels
check.unchanged(max_pool_switches, x, 2, name="max_pool_switches")
y, switches = max_pool_switches(x, 2)
check.close(y, [[[[4, 6], [6, 5]]], [[[6, 4], [5, 6]]]], name="y")
check.close(switches, [[[[6, 5], [2, 7]]], [[[6, 6], [8, 2]]]], name="switches", mistakes={
    "The places are counted inside each window; count in the whole plane, row · W + column.":
        [[[[3, 2], [0, 2]]], [[[3, 3], [3, 0]]]],
    "The place counts through the channels as well; each channel is a plane of its own.":
        [[[[12, 11], [4, 15]]], [[[12, 13], [16, 5]]]],
    "The place counts through all pictures; each picture begins at 0 again.":
        [[[[6, 5], [2, 7]]], [[[16, 16], [18, 12]]]],
    "The last column was cut off first; W is the width of the whole plane.":
        [[[[5, 4], [2, 6]]], [[[5, 5], [7, 2]]]],
    "The winner was looked for in the whole plane, not in each window.":
        [[[[2, 5], [2, 5]]], [[[6, 2], [6, 2]]]],
})
equal = np.array([[1, 5, 2, 2], [5, 3, 2, 2]]).reshape(1, 2, 4, 1)
check.close(max_pool_switches(equal, 2)[1][0, 0, :, 0], [1, 2], name="switches", mistakes={
    "Here the last of equals won; the first in reading order counts.": [4, 7],
    "Reading order goes along the rows, not down the columns.": [4, 2],
})
check.raises(ValueError, lambda: max_pool_switches(x, (3, 2)), when="size is (3, 2) and x only 2×5 pixels")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(32)
cases = [((2, 7, 8, 3), (3, 2)), ((3, 4, 7, 2), (2, 3)), ((1, 3, 5, 2), (1, 5)), ((2, 5, 4, 1), (1, 1))]
for shape, (kh, kw) in cases:
    x = hidden_rng.integers(-9, -3, size=shape) / 2
    y, switches = max_pool_switches(x, (kh, kw))
    windows = np.lib.stride_tricks.sliding_window_view(x, (kh, kw), axis=(1, 2))[:, ::kh, ::kw].reshape(*y.shape, -1)
    winner = windows.argmax(axis=-1)
    row = winner // kw + kh * np.arange(y.shape[1])[:, None, None]
    column = winner % kw + kw * np.arange(y.shape[2])[:, None]
    check.close(y, windows.max(axis=-1), name="y")
    check.close(switches, row * shape[2] + column, name="switches")
check.dtype(max_pool_switches(np.arange(8).reshape(1, 2, 4, 1), 2)[0], np.float64, name="y")
check.raises(ValueError, lambda: max_pool_switches(x[0], 1), when="x has shape (5, 4, 1)")
check.raises(ValueError, lambda: max_pool_switches(x, 0), when="size is 0")
### END HIDDEN TESTS
check.passed("max_pool_switches")

# %% nbgrader={"grade": true, "grade_id": "max_pool_switches-3", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
y, switches = np.array([[[[7, 4], [9, 6]]]]), np.array([[[[6, 0], [3, 8]]]])  # 1 picture, 1×2 windows, 2 channels
shape = (1, 2, 5, 2)
check.unchanged(max_unpool, y, switches, shape, name="max_unpool")
x = max_unpool(y, switches, shape)
check.shape(x, shape)
check.close(x[0, :, :, 0], [[0, 0, 0, 9, 0], [0, 7, 0, 0, 0]], name="the first channel", mistakes={
    "This is the bed of nails: each number went to its window's corner, whatever its switch says.":
        [[7, 0, 9, 0, 0], [0, 0, 0, 0, 0]],
    "The whole window was filled; only the place of the switch gets the number.":
        [[7, 7, 9, 9, 0], [7, 7, 9, 9, 0]],
    "Divide the switch by the width of the large plane, not by its height.":
        [[0, 0, 0, 0, 0], [7, 9, 0, 0, 0]],
    "The switch is row · W + column, not column · H + row.": [[0, 0, 0, 7, 0], [0, 9, 0, 0, 0]],
})
check.close(x[0, :, :, 1], [[4, 0, 0, 0, 0], [0, 0, 0, 6, 0]], name="the second channel", mistakes={
    "It used the switches of the first channel; each channel has its own.":
        [[0, 0, 0, 6, 0], [0, 4, 0, 0, 0]],
})
check.raises(ValueError, lambda: max_unpool(y, switches[..., :1], shape),
             when="y has shape (1, 1, 2, 2) and switches (1, 1, 2, 1)")
check.raises(ValueError, lambda: max_unpool(y, switches, (1, 2, 4, 2)),
             when="a switch is 8: outside the plane, whose 2×4 places are 0 to 7")
check.raises(ValueError, lambda: max_unpool(y, switches, (1, 2, 5, 3)),
             when="y has 2 channels and shape is (1, 2, 5, 3)")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(33)
cases = [((2, 7, 8, 3), (3, 2)), ((3, 4, 9, 2), (2, 3)), ((1, 5, 3, 4), (2, 3))]
for (count, height, width, channels), (kh, kw) in cases:
    y = hidden_rng.normal(size=(count, height // kh, width // kw, channels))
    row = hidden_rng.integers(kh, size=y.shape) + kh * np.arange(y.shape[1])[:, None, None]
    column = hidden_rng.integers(kw, size=y.shape) + kw * np.arange(y.shape[2])[:, None]
    wanted = np.zeros((count, height, width, channels))
    n, _, _, c = np.indices(y.shape)
    wanted[n, row, column, c] = y
    x = max_unpool(y, row * width + column, wanted.shape)
    check.close(x, wanted)
    check.close(max_pool_switches(np.abs(x), (kh, kw))[0], np.abs(y), name="y")
one, zero, shape = np.ones((1, 1, 1, 1)), np.zeros((1, 1, 1, 1), dtype=int), (1, 2, 2, 1)
check.dtype(max_unpool(one.astype(int), zero, shape), np.float64)
check.raises(ValueError, lambda: max_unpool(one, zero - 1, shape), when="a switch is -1")
check.raises(ValueError, lambda: max_unpool(one, zero + 4, shape), when="a switch is 4 in a plane of 2×2")
check.raises(ValueError, lambda: max_unpool(one, zero, (2, 2, 2, 1)), when="y has 1 picture and shape is (2, 2, 2, 1)")
check.raises(ValueError, lambda: max_unpool(one[0], zero[0], shape[1:]),
             when="y has shape (1, 1, 1) and shape is (2, 2, 1)")
### END HIDDEN TESTS
check.passed("max_unpool")

# %% [markdown]
# The window's winner, in lecture A's table, with **your** functions:

# %%
def there_and_back(picture, size=2):
    """The pooled picture, its switches, and the unpooled picture."""
    y, switches = max_pool_switches(picture[None, ..., None], size)
    x = max_unpool(y, switches, (1, *picture.shape, 1))
    return y[0, ..., 0], switches[0, ..., 0], x[0, ..., 0]

# %%
small, switches, unpooled = there_and_back(a)
draw_pooling.winners(a, (2, 2), switches, {"pooled": small, "unpooled": unpooled},
                     title="The winner goes on, and finds its way back")

# %% [markdown]
# ### Three ways back, on a photograph
#
# Take a feature map of the temple, made with 01's Sobel kernel and ReLU, and look at the framed piece of it:

# %%
def sobel(picture):
    """01's correlation with Sobel's kernel; beyond its edge the picture goes on at the other side."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(picture, 1, mode="wrap"), (3, 3))
    return np.einsum("ijab,ab->ij", windows, [[1, 0, -1], [2, 0, -2], [1, 0, -1]])

edges = np.maximum(sobel(photo), 0)[:142] / 2
draw.images([photo[:142], edges], ["picture", "feature map"], columns=2, frames=[(124, 82, 8, 12)] * 2,
            title="Where brightness falls from left to right")

# %%
small, switches, unpooled = there_and_back(edges)
nearest = small.repeat(2, axis=0).repeat(2, axis=1)
nails = np.zeros(edges.shape)
nails[::2, ::2] = small
ways = {"unpooled": unpooled, "bed of nails": nails, "nearest neighbour": nearest}

# %%
piece = np.s_[124:132, 82:94]
draw_pooling.winners(edges[piece], (2, 2), there_and_back(edges[piece])[1],
                     {name: way[piece] for name, way in ways.items()}, columns=2,
                     title="Only unpooling puts a slanting edge back")

# %%
draw.bars({name: np.abs(way - edges).mean() for name, way in ways.items()},
          title="How far off is the feature map that came back?", x_label="mean absolute error")

# %% [markdown]
# Unpooling makes less than half of the others' error: three numbers of four are lost, but the largest is back where
# it was, and in a feature map 0 means *nothing found here*, which is mostly true. (In the photograph itself 0 would
# mean black; there the nearest neighbour is better. Try it.) SegNet, which names the thing at every pixel, goes back
# like this, each unpooling with the switches of the pooling it mirrors. Lecture E calls it *switching*, and says
# that "all the activations" are set to zero: all the *other* ones. The bed of nails is meant to be followed by a
# convolution, which fills its gaps.

# %% [markdown]
# ## 3 · Who gets the gradient?
#
# *18 minutes*
#
# To train the layers before it, pooling must pass the gradient back. Let $L$ be the **loss**, what training makes
# smaller (01's mean squared error). If it changes by $\partial L/\partial y$ per unit of an output, by how much does
# it change per unit of each *pixel*? Ask what an output does when one of its pixels grows a little.
#
# * **Average:** it grows by $1/(k_hk_w)$ of that. Every pixel of the window gets this share of the gradient.
# * **Max:** if the winner grows, it grows as much; if a loser grows, nothing happens. The winner gets all, the
#   others 0. (Of equal winners the first in reading order gets it.)
#
# And a pixel that lies in several windows **adds up** what it gets from each. By hand, the row 1 2 5 4 3, windows
# of three that move by two, so that the 5 is in both. Let the gradients that arrive be 10 and 1:
#
# | pixel's value | max | average |
# |---|---|---|
# | 1 | 0 | 10/3 |
# | 2 | 0 | 10/3 |
# | 5 | 10 + 1 | 10/3 + 1/3 |
# | 4 | 0 | 1/3 |
# | 3 | 0 | 1/3 |

# %% nbgrader={"grade": false, "grade_id": "pool2d_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def pool2d_backward(dy, x, size, strides=None, mode="max"):
    """The gradient with respect to the input of pool2d, for padding "valid".

    dy: (N, H', W', C), the gradient with respect to y = pool2d(x, size, strides, mode).   x: (N, H, W, C).
    size, strides, mode: as for pool2d. Of equal maxima the first in reading order gets the gradient.
    Returns dx, (N, H, W, C), float64.
    Raises ValueError as pool2d does, and if dy has not the shape of y.
    """
    ### BEGIN SOLUTION
    dy, x = np.asarray(dy, dtype=np.float64), np.asarray(x, dtype=np.float64)
    y_shape = pool2d(x, size, strides, mode).shape
    if dy.shape != y_shape:
        raise ValueError(f"dy has shape {dy.shape}, where pooling gives {y_shape}")
    kh, kw = pair(size, "size")
    sh, sw = (kh, kw) if strides is None else pair(strides, "strides")
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(dy.shape[1:3]):
        here = np.s_[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
        if mode == "average":
            share = np.full((kh * kw, 1), 1 / (kh * kw))
        else:
            pixels = x[here].reshape(len(x), kh * kw, -1)
            share = pixels.argmax(axis=1)[:, None] == np.arange(kh * kw)[:, None]
        dx[here] += (share * dy[:, i, j][:, None]).reshape(x[here].shape)
    return dx
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "pool2d_backward-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
x, dy = np.array([1, 2, 5, 4, 3]).reshape(1, 1, 5, 1), np.array([10.0, 1]).reshape(1, 1, 2, 1)
dx = pool2d_backward(dy, x, (1, 3), strides=(1, 2))
check.shape(dx, (1, 1, 5, 1))
check.close(dx[0, 0, :, 0], [0, 0, 11, 0, 0], mistakes={
    "The gradient of one window was overwritten by that of the next; add them up.": [0, 0, 1, 0, 0],
    "Windows that overlap were averaged; their gradients add up.": [0, 0, 5.5, 0, 0],
    "For \"max\", the gradient was spread over the whole window: only the winner changes the result.":
        [10 / 3, 10 / 3, 11 / 3, 1 / 3, 1 / 3],
    "The gradient was multiplied by the pixel.": [0, 0, 55, 0, 0],
    "The strides have no effect: the window moved by its own size.": [0, 0, 10, 1, 0],
})
dx = pool2d_backward(dy, x, (1, 3), (1, 2), "average")
check.shape(dx, (1, 1, 5, 1))
check.close(dx[0, 0, :, 0], np.array([10, 10, 11, 1, 1]) / 3, mistakes={
    "The gradient of one window was overwritten by that of the next; add them up.":
        np.array([10, 10, 1, 1, 1]) / 3,
    "Windows that overlap were averaged; their gradients add up.":
        np.array([10, 10, 5.5, 1, 1]) / 3,
    "The gradient was not divided: each pixel moves the mean by only 1/(kh · kw).":
        [10, 10, 11, 1, 1],
    "For \"average\", all of it went to the winner: every pixel moves the mean.": [0, 0, 11, 0, 0],
})
check.passed("pool2d_backward")

# %% [markdown]
# Two channels, windows of 2×2 that move by one: the pixel in the middle lies in all four. The first channel has
# equal maxima. The gradients are 1, 10, 100 and 1000, so that each result shows which windows it comes from.

# %% nbgrader={"grade": true, "grade_id": "pool2d_backward-2", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
x = np.stack([[[2, 6, 1], [6, 3, 6], [0, 6, 5]], [[1, 0, 3], [4, 2, 0], [5, 1, 7]]], axis=-1)[None]
dy = np.stack([[[1.0, 10], [100, 1000]], [[2, 20], [200, 2000]]], axis=-1)[None]
check.unchanged(pool2d_backward, dy, x, 2, 1, name="pool2d_backward")
dx = pool2d_backward(dy, x, 2, strides=1)
check.shape(dx, (1, 3, 3, 2))
check.close(dx[0, :, :, 0], [[0, 11, 0], [100, 0, 1000], [0, 0, 0]], name="the first channel", mistakes={
    "Every maximum got the gradient; of equal ones only the first does.":
        [[0, 11, 0], [101, 0, 1010], [0, 1100, 0]],
    "The gradient was shared among equals; the first maximum gets it all.":
        [[0, 5.5, 0], [50.5, 0, 505], [0, 550, 0]],
    "The last of equal maxima got the gradient; the first in reading order does.":
        [[0, 0, 0], [1, 0, 10], [0, 1100, 0]],
    "The gradient of one window was overwritten by that of the next; add them up.":
        [[0, 10, 0], [100, 0, 1000], [0, 0, 0]],
    "The winner was looked for in the whole plane, not in each window.":
        [[0, 1111, 0], [0, 0, 0], [0, 0, 0]],
})
check.close(dx[0, :, :, 1], [[0, 0, 20], [2, 0, 0], [200, 0, 2000]], name="the second channel", mistakes={
    "It went to the winner of the first channel; each channel has its own.":
        [[0, 22, 0], [200, 0, 2000], [0, 0, 0]],
})
dx = pool2d_backward(dy, x, 2, strides=1, mode="average")
check.shape(dx, (1, 3, 3, 2))
quarters = np.array([[2, 22, 20], [202, 2222, 2020], [200, 2200, 2000]])
check.close(dx[0, :, :, 1], quarters / 4, name="the second channel")
check.raises(ValueError, lambda: pool2d_backward(dy, x, 2),
             when="dy has shape (1, 2, 2, 2), but the pooled x (1, 1, 1, 2)")
check.unchanged(pool2d_backward, dy, x, 2, 1, "average", name="pool2d_backward")
check.passed("pool2d_backward")

# %% [markdown]
# Any formula for a gradient can be put to the test without knowing it: nudge one input up and down, and see how
# much the result changes (**finite differences**). The next check does so; you can use it for all gradients that
# you ever write.

# %% nbgrader={"grade": true, "grade_id": "pool2d_backward-3", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def nudged(x, size, strides, mode, dy, step=1e-4):
    """∂ sum(dy · y) / ∂x by finite differences, one pixel after the other."""
    def total(x):
        windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(1, 2))[:, ::strides[0], ::strides[1]]
        return np.sum(dy * (windows.max(axis=(-2, -1)) if mode == "max" else windows.mean(axis=(-2, -1))))

    slopes = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += step
        down[place] -= step
        slopes[place] = (total(up) - total(down)) / (2 * step)
    return slopes

x = (np.arange(60) * 37 % 61 - 30.0).reshape(1, 6, 5, 2)  # all different: equal maxima have no slope
dy = (np.arange(16) * 5 % 17 - 8.0).reshape(1, 2, 4, 2)
for mode in ("max", "average"):
    name = f"the gradient for \"{mode}\""
    check.close(pool2d_backward(dy, x, (3, 2), (2, 1), mode), nudged(x, (3, 2), (2, 1), mode, dy), name=name)
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(34)
cases = [((2, 6, 5, 2), (3, 2), (2, 1)), ((1, 4, 8, 3), (2, 3), (1, 2)), ((3, 5, 4, 2), (2, 2), (3, 2))]
for shape, size, strides in cases:
    x = hidden_rng.permutation(np.prod(shape)).reshape(shape) / 7.0
    rows, columns = ((shape[axis + 1] - size[axis]) // strides[axis] + 1 for axis in (0, 1))
    dy = hidden_rng.normal(size=(shape[0], rows, columns, shape[3]))
    for mode in ("max", "average"):
        name = f"the gradient for \"{mode}\""
        check.close(pool2d_backward(dy, x, size, strides, mode), nudged(x, size, strides, mode, dy), name=name)
x = hidden_rng.integers(0, 3, size=(2, 5, 7, 2))
dy = hidden_rng.normal(size=(2, 2, 2, 2))
wanted = np.zeros(x.shape)
for n, i, j, c in np.ndindex(dy.shape):
    row, column = divmod(int(x[n, 2 * i : 2 * i + 2, 3 * j : 3 * j + 3, c].argmax()), 3)
    wanted[n, 2 * i + row, 3 * j + column, c] = dy[n, i, j, c]
check.close(pool2d_backward(dy, x, (2, 3)), wanted, name="the gradient with equal maxima")
ones = np.ones((1, 4, 4, 1), dtype=int)
check.close(pool2d_backward(ones[:, :2, :2], ones, 2, mode="average"), ones / 4)
check.raises(ValueError, lambda: pool2d_backward(dy, x, (2, 3), mode="min"), when="mode is \"min\"")
check.raises(ValueError, lambda: pool2d_backward(dy, x, 8), when="size is 8 and x only 5×7 pixels")
check.raises(ValueError, lambda: pool2d_backward(dy, x, (2, 3), 0), when="strides is 0")
check.raises(ValueError, lambda: pool2d_backward(dy[:1], x, (2, 3)), when="dy has 1 picture and x has 2")
check.raises(ValueError, lambda: pool2d_backward(dy[0], x[0], (2, 3)), when="x has shape (5, 7, 2) and dy (2, 2, 2)")
### END HIDDEN TESTS
check.passed("pool2d_backward")

# %% [markdown]
# Put each number at the winner's place, zero elsewhere: where windows only touch, have you not written that before?

# %%
x = photo[None, ..., None]
y, switches = max_pool_switches(x, 2)
dy = rng.normal(size=y.shape)
np.array_equal(max_unpool(dy, switches, x.shape), pool2d_backward(dy, x, 2))

# %% [markdown]
# Unpooling *is* the gradient of max pooling. And with overlap? Send a 1 back from each 3×3 window, with stride 2:

# %%
x = photo[60:93, 76:125][None, ..., None]
dy = np.ones_like(pool2d(x, 3, strides=2))
of_max, of_mean = (pool2d_backward(dy, x, 3, 2, mode)[0, ..., 0] for mode in ("max", "average"))
draw.images([x[0, ..., 0], of_max / of_max.max(), of_mean / of_mean.max()],
            ["picture", "gradient of max", "gradient of average"],
            title=f"With max, {100 * np.mean(of_max == 0):.0f} % of the pixels hear nothing")

# %% [markdown]
# After max pooling most pixels get nothing; those that win several windows get a multiple. After average pooling
# all get some, in a pattern that does not even look at the picture.

# %% [markdown]
# ## 4 · What happens when the picture moves?
#
# *15 minutes*
#
# Lecture B says that max pooling is invariant to small translations of its input, lecture D that whole networks are
# "inherently" so. Are they? Two words must be kept apart. When the picture moves, an output is
#
# * **equivariant** if it moves along,
# * **invariant** if it stays as it was.
#
# By hand: one row, max pooling with windows of 1×2. What leaves on the right comes back on the left.
#
# | moved by | row | pooled | stay |
# |---|---|---|---|
# | 0 | 0 9 0 0 5 0 | 9 0 5 | |
# | 1 | 0 0 9 0 0 5 | 0 9 5 | 1 of 3 |
# | 2 | 5 0 0 9 0 0 | 5 9 0 | 0 of 3 |
#
# Moved by two, no number stayed, but all moved along by one cell. So let us measure: of a function's outputs, what
# share keeps its value? The function comes as an argument, `pool`, to be called as `pool(picture)`. Numbers that
# differ in the last digit only, as `np.isclose` finds them, count as kept.

# %% nbgrader={"grade": false, "grade_id": "shift_stability", "locked": false, "schema_version": 3, "solution": true, "task": false}
def shift_stability(pool, image, shifts):
    """The share of a function's outputs that keep their value when the picture moves to the right.

    pool: a function that takes a picture (H, W) and returns an array.   image: (H, W).
    shifts: whole numbers; each time the picture *at rest* moves right by that many columns, and those that leave
    come back on the left.
    Returns (len(shifts),), float64: for each shift the share, 0 to 1, of the numbers in pool(moved) that are
    close to those at the same places of pool(image).
    Raises ValueError if image has not exactly two axes.
    """
    ### BEGIN SOLUTION
    image = np.asarray(image)
    if image.ndim != 2:
        raise ValueError(f"the image needs two axes, not {image.ndim}")
    rest, moved = pool(image), (pool(np.roll(image, shift, axis=1)) for shift in shifts)
    return np.array([np.mean(np.isclose(outputs, rest)) for outputs in moved], dtype=np.float64)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "shift_stability-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
def in_pairs(image):
    """Max pooling with windows of 1×2."""
    return np.maximum(image[:, 0::2], image[:, 1::2])

row = np.array([[0, 9, 0, 0, 5, 0]])
check.close(shift_stability(in_pairs, row, [0, 1, 2, 6]), [1, 1 / 3, 0, 1], mistakes={
    "The picture was moved down; it must move to the right.": [1, 1, 1, 1],
    "This is the share of the cells that change; asked is the share that stays.": [0, 2 / 3, 1, 0],
    "The shares are in percent; asked is a number from 0 to 1.": [100, 100 / 3, 0, 100],
    "These are counts, not shares.": [3, 1, 0, 3],
    "Here it is all or nothing; asked is the share of the cells.": [1, 0, 0, 1],
    "The moved picture was moved again; every shift begins with the picture at rest.":
        [1, 1 / 3, 1 / 3, 1 / 3],
    "The pixels of the picture were compared, not the outputs of the function.":
        [1, 1 / 3, 1 / 3, 1],
    "The columns that come in on the left are those that left on the right.": [1, 1 / 3, 0, 1 / 3],
})
check.passed("shift_stability")

# %% nbgrader={"grade": true, "grade_id": "shift_stability-2", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def overlapping(image):
    """Windows of 1×2 that move by one."""
    return np.maximum(image[:, :-1], image[:, 1:])

image = np.array([[4, 5, 1, 5, 3, 3], [5, 3, 6, 2, 3, 3], [3, 3, 1, 1, 1, 1]])
check.close(shift_stability(overlapping, image, [1, 2, 3]), np.array([10, 4, 2]) / 15, mistakes={
    "The picture was moved left; it must move to the right.": np.array([8, 3, 2]) / 15,
    "The picture was moved down; it must move to the right.": np.array([2, 2, 15]) / 15,
    "The columns that come in were filled with zeros; they are those that left on the right.":
        np.array([10, 4, 1]) / 15,
    "The columns that come in were filled with the border; they are those that left on the right.":
        np.array([10, 6, 4]) / 15,
    "What left a row came back into the next row: `np.roll` needs its `axis`.":
        np.array([10, 5, 4]) / 15,
    "The output was moved along before the comparison: that asks for equivariance.":
        np.array([12, 11, 10]) / 15,
    "The pixels of the picture were compared, not the outputs of the function.":
        np.array([6, 4, 4]) / 18,
    "The moved picture was moved again; every shift begins with the picture at rest.":
        np.array([10, 2, 15]) / 15,
})
tenths = np.array([[0.1, 0.2, 0.3], [0.7, 0.2, 0.1]])  # a row's sum stays, up to the order of adding
check.close(shift_stability(lambda image: image.sum(axis=1), tenths, [1, 2]), [1, 1], mistakes={
    "A difference in the last digit counted as a change: compare with `np.isclose`.": [0.5, 0],
    "The picture was moved down; it must move to the right.": [0, 1],
})
check.raises(ValueError, lambda: shift_stability(overlapping, image[0], [1]), when="image has shape (6,)")
check.unchanged(lambda image: shift_stability(overlapping, image, [1, 2]), image, name="shift_stability")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(35)
for height, width in [(3, 8), (5, 4), (1, 10)]:
    image, shifts = hidden_rng.integers(0, 4, size=(height, width)), [3, 0, 1, 3, 2, width]
    moved = [np.concatenate([image[:, width - shift :], image[:, : width - shift]], axis=1) for shift in shifts]
    for pool in (overlapping, lambda image: image.max(keepdims=True), lambda image: image.sum(axis=0)):
        check.close(shift_stability(pool, image, shifts), [np.mean(pool(m) == pool(image)) for m in moved])
check.raises(ValueError, lambda: shift_stability(overlapping, np.ones((2, 4, 3)), [1]),
             when="image has shape (2, 4, 3)")
### END HIDDEN TESTS
check.passed("shift_stability")

# %% [markdown]
# Now the photograph, moved by 0 to 8 pixels, through a small network: a convolution, then 2×2 pooling of its map,
# or one window as large as the whole map. How much of each will stay? Make a guess for one pixel and for two.

# %%
scene = photo[22:118, 60:188]
network = {
    "picture": lambda picture: picture,
    "convolution": sobel,
    "2×2 max pooling": lambda picture: pooled(sobel(picture), 2),
    "global maximum": lambda picture: pooled(sobel(picture), picture.shape),
}

# %%
pixels = (0, 1, 2, 8)
stages = {name: [layer(np.roll(scene, shift, axis=1)) for shift in pixels] for name, layer in network.items()}
draw_pooling.shifts(stages, pixels, title="A picture moves, and what changes is orange")

# %%
network["8×8 max pooling"] = lambda picture: pooled(sobel(picture), 8)
pixels = np.arange(9)
draw.lines({name: (pixels, shift_stability(network[name], scene, pixels))
            for name in ("convolution", "2×2 max pooling", "8×8 max pooling", "global maximum")},
           title="A number stays while its winner stays in the window",
           x_label="picture moved by … pixels", y_label="share of outputs that stay")

# %% [markdown]
# The convolution is *not* invariant: nearly every number changes at once. 2×2 pooling is invariant only roughly: 3
# in 10 numbers stay when the picture moves by one pixel, hardly any at two. 8×8 holds out longer. Why just so? A
# window of $k$ columns, before and after a move by $s$, sees $k+s$ columns of the map in all and $k-s$ of them both
# times. Its number stays if the largest of all is among the latter: in random maps a share of $\frac{k-s}{k+s}$,
# which is 1/3 for 2×2 and one pixel, 7/9 for 8×8. The **global maximum** is invariant: wherever the winner goes, it
# is still in the window. (Here nothing leaves the picture. A winner that leaves takes its number along.)
#
# If they do not stay, do they at least move along?

# %%
def moves_along(layer, shift):
    """Is the output for the moved picture the one at rest, moved by some number of cells?"""
    rest, moved = layer(scene), layer(np.roll(scene, shift, axis=1))
    return any(np.allclose(moved, np.roll(rest, cells, axis=1)) for cells in range(rest.shape[1]))

for name in ("convolution", "2×2 max pooling", "8×8 max pooling"):
    print(f"{name:15} moves along at", [shift for shift in range(1, 9) if moves_along(network[name], shift)])

# %% [markdown]
# The convolution always does: it is **equivariant**. Pooling moves along only when the picture moves by a multiple
# of its stride; at other shifts it gives numbers that are neither the same nor moved. So a network of convolutions
# and poolings is not translation-invariant "inherently". It becomes so, roughly, where the last window covers the
# whole map (08), and by training on pictures in which things stand in many places.

# %% [markdown]
# ## 5 · Max or average?
#
# *7 minutes*
#
# Suppose the camera is bad: some pixels come out white (**salt**), others black (**pepper**). Which pooling suffers
# from which? By hand, a window of four pixels of brightness 0.2, of which one is spoilt:
#
# | | max | off by | average | off by |
# |---|---|---|---|---|
# | clean | 0.2 | | 0.2 | |
# | salt: one is 1 | 1 | **0.8** | 0.4 | **0.2** |
# | pepper: one is 0 | 0.2 | **0** | 0.15 | **0.05** |

# %% nbgrader={"grade": false, "grade_id": "pooling_errors", "locked": false, "schema_version": 3, "solution": true, "task": false}
def pooling_errors(clean, noisy, size):
    """How far noise moves a pooled picture, for both modes; the windows only touch.

    clean, noisy: (H, W).   size: (kh, kw) or one number.
    Returns {"max": e, "average": e}, two numbers: the mean absolute difference between the two pooled pictures.
    Raises ValueError if the pictures differ in shape or have not exactly two axes, or as pool2d does.
    You may call your pool2d.
    """
    ### BEGIN SOLUTION
    clean, noisy = np.asarray(clean, dtype=np.float64), np.asarray(noisy, dtype=np.float64)
    if clean.ndim != 2 or clean.shape != noisy.shape:
        raise ValueError(f"two pictures (H, W) of one shape are needed, not {clean.shape} and {noisy.shape}")
    both = np.stack([clean, noisy])[..., None]
    errors = {}
    for mode in ("max", "average"):
        first, second = pool2d(both, size, mode=mode)
        errors[mode] = float(np.mean(np.abs(second - first)))
    return errors
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "pooling_errors-1", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
clean, salt, pepper = np.full((2, 2), 0.2), np.array([[0.2, 1], [0.2, 0.2]]), np.array([[0.2, 0], [0.2, 0.2]])
errors = pooling_errors(clean, salt, 2)
check.true(isinstance(errors, dict) and set(errors) == {"max", "average"},
           f"Asked is a dict with the keys \"max\" and \"average\"; {errors!r} came back.")
check.close([errors["max"], errors["average"]], [0.8, 0.2], name="the pair of errors with salt", mistakes={
    "The differences are squared; take their absolute values.": [0.64, 0.04],
    "The two numbers are swapped.": [0.2, 0.8],
    "The pictures were compared before any pooling.": [0.2, 0.2],
})
errors = pooling_errors(clean, pepper, (2, 2))
check.close([errors["max"], errors["average"]], [0, 0.05], name="the pair of errors with pepper", mistakes={
    "Take absolute values: otherwise errors up and down cancel.": [0, -0.05],
    "Pool both pictures first, then subtract; here the difference was pooled.": [0.2, 0.05],
})
check.passed("pooling_errors")

# %% nbgrader={"grade": true, "grade_id": "pooling_errors-2", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
clean = np.array([[10, 10, 30, 30, 50, 50], [10, 10, 30, 30, 50, 50],
                  [20, 20, 40, 40, 60, 60], [20, 20, 40, 40, 60, 60]])
noisy = np.array([[90, 10, 30, 30, 5, 50], [10, 0, 30, 30, 50, 50],
                  [20, 96, 40, 40, 60, 60], [20, 20, 40, 0, 60, 12]])
errors = pooling_errors(clean, noisy, (2, 3))
check.close([errors["max"], errors["average"]], [29, 11.625], name="the pair of errors", mistakes={
    "Take absolute values: otherwise errors up and down cancel.": [29, 13 / 24],
    "The differences are squared; take their absolute values.": [1684, 141 + 47 / 48],
    "The differences were added up; take their mean.": [116, 46.5],
    "This is the largest difference; take their mean.": [60, 14 + 2 / 3],
    "Pool both pictures first, then subtract; here the difference was pooled.":
        [62.25, 12 + 11 / 24],
    "The pictures were compared before any pooling.": [12 + 11 / 24, 12 + 11 / 24],
    "The two numbers are swapped.": [11.625, 29],
    "The window moved on by one pixel; it must move by its own size.": [23 + 2 / 3, 7 + 19 / 36],
    "The window was always 2×2: the size has no effect.": [26, 11.625],
})
check.raises(ValueError, lambda: pooling_errors(clean, noisy[:1], 2), when="clean has shape (4, 6) and noisy (1, 6)")
check.raises(ValueError, lambda: pooling_errors(clean[0], noisy[0], 2), when="clean and noisy have shape (6,)")
check.unchanged(pooling_errors, clean, noisy, 2, name="pooling_errors")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(36)
for (height, width), (kh, kw) in [((6, 8), (3, 2)), ((5, 7), (2, 3)), ((4, 9), (1, 4))]:
    clean, noisy = hidden_rng.integers(0, 256, size=(2, height, width), dtype=np.uint8)
    rows, columns = height // kh, width // kw
    tiles = np.stack([clean, noisy])[:, : rows * kh, : columns * kw].reshape(2, rows, kh, columns, kw)
    largest, means = tiles.max(axis=(2, 4)), tiles.mean(axis=(2, 4))
    errors, of_means = pooling_errors(clean, noisy, (kh, kw)), np.mean(np.abs(means[1] - means[0]))
    wanted = [np.mean(np.abs(largest[1].astype(float) - largest[0])), of_means]
    check.close([errors["max"], errors["average"]], wanted, name="the pair of errors", mistakes={
        "The difference of two uint8 numbers cannot be negative: an overflow. Convert to floats.":
            [np.mean(largest[1] - largest[0]), of_means],
    })
check.raises(ValueError, lambda: pooling_errors(clean, noisy, (5, 2)), when="size is (5, 2) and the pictures 4×9")
check.raises(ValueError, lambda: pooling_errors(clean, noisy.T, 1), when="clean has shape (4, 9) and noisy (9, 4)")
### END HIDDEN TESTS
check.passed("pooling_errors")

# %% [markdown]
# Spoil one pixel in twenty of the photograph, once with salt, once with pepper:

# %%
spoilt = rng.random(photo.shape) < 0.05
noisy = {"salt": np.where(spoilt, 1.0, photo), "pepper": np.where(spoilt, 0.0, photo)}
pictures = [view for picture in noisy.values()
            for view in (picture, pooled(picture, 4), pooled(picture, 4, mode="average"))]
draw.images(pictures, ["salt", "4×4 max", "4×4 average", "pepper", "4×4 max", "4×4 average"],
            title="Salt wins every window it falls into")

# %%
errors = {noise: pooling_errors(photo, picture, 4) for noise, picture in noisy.items()}
draw.bars({f"{noise}, {mode}": error for noise in errors for mode, error in errors[noise].items()},
          title="Max suffers from salt and hardly sees pepper", x_label="mean absolute error of the pooled picture")

# %% [markdown]
# Only 5 % of the pixels are spoilt, but $1-0.95^{16}=56\,\%$ of the 4×4 windows hold at least one, and salt wins
# them all. So why do hidden layers mostly take the maximum? Because a strong match in a feature map is no noise,
# and a mean would drown it among fifteen zeros. For the summary of a *whole* map, most nets take the mean (08).

# %% [markdown]
# ## 6 · In your own words
#
# *5 minutes*
#
# **Question (5 points, read by a person).** One often reads that convolutional networks recognise a thing wherever
# it stands, because they are translation-invariant. Put this right: what becomes of the output of a convolution, of
# 2×2 max pooling and of a global maximum when the picture moves by one pixel, and by two? Use *equivariant* and
# *invariant*, and your numbers from section 4. From what, then, does a classifier get its indifference to position?
# And name one task for which that indifference is a loss. Five to eight sentences.

# %% [markdown] nbgrader={"grade": true, "grade_id": "written", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# A convolution is equivariant, not invariant: by whatever number of pixels the picture moves, its map moves along;
# at a fixed place nearly every number changes, only 2 or 3 % stayed (1 point).
#
# 2×2 max pooling is only roughly invariant: at one pixel about 30 % of its outputs stayed, at two about 2 %. It
# moves along at multiples of its stride (two pixels: one cell), and at odd shifts gives other numbers (1 point).
#
# The global maximum is invariant: the best match is in its window wherever it goes, the share was 1 for every
# shift, as long as nothing leaves the picture (1 point).
#
# So a classifier gets its indifference to position from the summary over the whole map at its end, from many
# poolings one upon the other, which make it roughly so, and from training on pictures in which things stand in
# different places. A dense layer after flattening has its own weights for each place and does not give it (1
# point).
#
# It is a loss wherever the answer is a place: localization, segmentation, key points, the order of digits in a
# number (1 point).
# ### END SOLUTION

# %% [markdown]
# ## Where this comes from, and words to know
#
# *Two minutes, nothing to solve.*
#
# **Why pool at all?** Smaller maps make all later layers faster, and let a later kernel of the same size see more
# of the picture. Lecture E says that pooling reduces the number of parameters. It has none itself, and those of
# convolutions do not depend on the size of a map; what shrinks is a *dense* layer behind it: 120 units on 28×28×6
# numbers have 564,600 parameters, on the pooled 14×14×6 only 141,240.
#
# **Where does it come from?** Complex cells of the visual cortex answer to an edge wherever it lies in their field
# (01). LeNet called it *subsampling*: a sum over the window, times one learned number, plus another. Today there is
# nothing to learn.
#
# **Is it still used?** Lecture E says that ResNet and Inception do without. In Keras, ResNet50 has one max and one
# global average pooling, InceptionV3 four max, nine average and one global average. What is true: ResNet halves its
# maps mostly by **strided convolutions**, which compute only every second output and *learn* what to keep.
#
# **Words.** *Downsampling* is any step that makes maps smaller; *upsampling* the way back, by nearest neighbour,
# bilinear interpolation, bed of nails or unpooling. *Overlapping* pooling: the stride is smaller than the window.
# *Global* pooling: one window as large as the map. Window size, stride and kind are settings that one chooses,
# *hyperparameters*.
#
# ## What you built
#
# Max and average pooling with strides and both paddings; the switches and the way back; the gradients, tested by
# nudging; and a measurement of what stays and what moves along. Your `pool2d(x, 2)` is
# `keras.layers.MaxPooling2D(pool_size=(2, 2), strides=2)` (lecture A has its other name,
# `tf.keras.layers.MaxPool2D`), whose `count_params()` is 0. With convolution, padding and pooling you hold all the
# parts of the first famous network: **04 LeNet**.
#
# ## Go further
#
# * Compare with Keras: `keras.ops.max_pool(x, 2, strides=2, padding="same")` and `keras.ops.average_pool` take the
#   same arrays. Are their means at the edge yours?
# * Pooling moves along at multiples of its stride only. Do it in two steps, max with stride 1 and then every second
#   number, and put a small blur in between (R. Zhang, *Making Convolutional Networks Shift-Invariant Again*, 2019).
#   How much smaller is the mean change of the outputs at a shift of one?
# * Between mean and maximum lies $\big(\tfrac1n\sum x^p\big)^{1/p}$, with $p$ from 1 to ∞. Which $p$ suffers least
#   from a mixture of salt and pepper?
