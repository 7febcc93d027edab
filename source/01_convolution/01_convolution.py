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
# # Convolution by hand
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](@@COLAB@@)
#
# After this notebook you can
#
# * write a convolutional layer with NumPy alone, and say where each number in its output comes from;
# * tell what a kernel does to a picture by looking at its numbers, and count a layer's parameters;
# * turn a convolution into one matrix product, and let gradient descent find a kernel.
#
# **Time:** about 85 minutes. **You need:** Python functions and loops; NumPy slices, shapes, `@`, `reshape` and
# `transpose`. No Keras yet.
#
# **How it works.** Fill in a stub, run the checks below it, read what they say, try again. The checks give
# 95 points, a short text at the end gives 5. When your work is graded, hidden tests try other shapes and odd cases.
#
# **House rules, here and in all later notebooks.** Arguments stay as they were. Results are new arrays of `float64`.
# Arguments that make no sense raise a `ValueError` whose message says why.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
# @@INSTALL@@
import numpy as np
from convkit import check, datasets, draw, session

rng = np.random.default_rng(0)
session.start("photographs: scikit-learn's samples")

# %% [markdown]
# ## 1 · Can old readings help a noisy new one?
#
# *10 minutes*
#
# A laser reads the position of an aeroplane once a second, each time a little off. Averaging a few readings takes
# the noise down, and the newest should count most, for the aeroplane moves on. So we slide a short list of weights
# $w$ along the readings $x$; at each place we multiply pair by pair and add up:
#
# $$s_t = \sum_{a=0}^{k-1} x_{t+a}\, w_a$$
#
# The newest reading meets the last weight. By hand, with seven weights and the first seven of twelve readings:
#
# | reading | weight | product |
# |---|---|---|
# | 1.00 | 0.01 | 0.010 |
# | 1.10 | 0.01 | 0.011 |
# | 1.20 | 0.02 | 0.024 |
# | 1.40 | 0.02 | 0.028 |
# | 1.70 | 0.04 | 0.068 |
# | 1.80 | 0.40 | 0.720 |
# | 1.90 | 0.50 | 0.950 |
# | | sum | **1.811** |
#
# Twelve readings leave room for $12 - 7 + 1 = 6$ such sums. (Lecture A counts time backwards,
# $s_t=\sum_a x_{t-a}w_{-a}$, which is the same. Its printed results are off: 1.80 should be 1.811, and the last
# three, 2.16, 2.28, 2.42, should be 2.269, 2.413, 2.569.)

# %% nbgrader={"grade": false, "grade_id": "weighted_average", "locked": false, "schema_version": 3, "solution": true, "task": false}
def weighted_average(x, w):
    """Slide the weights along the readings: one weighted sum for each place where all weights fit.

    x: readings, (T,), the newest last.   w: weights, (k,), the newest last. They need not sum to 1.
    Returns an array, (T − k + 1,), float64: the plain weighted sums, not divided by anything.
    Raises ValueError if x or w has not exactly one axis, or if w is longer than x.
    """
    ### BEGIN SOLUTION
    x, w = np.asarray(x, dtype=np.float64), np.asarray(w, dtype=np.float64)
    if x.ndim != 1 or w.ndim != 1:
        raise ValueError(f"x and w need one axis each, not {x.ndim} and {w.ndim}")
    if len(w) > len(x):
        raise ValueError(f"{len(w)} weights do not fit on {len(x)} readings")
    places = range(len(x) - len(w) + 1)
    return np.array([np.sum(x[place : place + len(w)] * w) for place in places])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "weighted_average-1", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
readings = np.array([1.00, 1.10, 1.20, 1.40, 1.70, 1.80, 1.90, 2.10, 2.20, 2.40, 2.50, 2.70])
weights = np.array([0.01, 0.01, 0.02, 0.02, 0.04, 0.40, 0.50])
check.close(
    weighted_average(readings, weights),
    [1.811, 1.967, 2.112, 2.269, 2.413, 2.569],
    mistakes={
        "The weights run backwards: the newest reading must meet the last weight.":
            [1.087, 1.196, 1.345, 1.578, 1.781, 1.888],
        "The last place is missing: T readings leave T − k + 1 places for k weights.":
            [1.811, 1.967, 2.112, 2.269, 2.413],
        "The results are rounded; keep all digits.": [1.81, 1.97, 2.11, 2.27, 2.41, 2.57],
        "These are the lecture's printed numbers, the last three of which are wrong.":
            [1.80, 1.96, 2.11, 2.16, 2.28, 2.42],
    },
)
check.passed("weighted_average")

# %% nbgrader={"grade": true, "grade_id": "weighted_average-2", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
readings, weights = np.array([3.0, 1, 4, 1, 5]), np.array([1, 2, 0.5])
check.close(
    weighted_average(readings, weights),
    [7, 9.5, 8.5],
    mistakes={
        "The sum was divided by the sum of the weights. Here the weights are taken as they are.":
            [2, 19 / 7, 17 / 7],
        "This is the plain mean of each window: the weights have no effect.": [8 / 3, 2, 10 / 3],
        "The window jumps by its own length; it must move on by one reading.": [7],
        "The readings were padded with zeros; only places where all weights fit count.":
            [1.5, 6.5, 7, 9.5, 8.5],
    },
)
check.dtype(weighted_average(np.arange(5), np.array([1, 2])), np.float64)
check.raises(ValueError, lambda: weighted_average(np.ones(2), np.ones(3)), when="there are more weights than readings")
check.raises(ValueError, lambda: weighted_average(np.ones((3, 3)), np.ones(2)), when="the readings have two axes")
check.unchanged(weighted_average, readings, weights, name="weighted_average")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(11)
for length, size in [(30, 4), (6, 6), (9, 1)]:
    readings, weights = hidden_rng.normal(size=length), hidden_rng.normal(size=size)
    check.close(weighted_average(readings, weights), np.correlate(readings, weights, "valid"))
check.raises(ValueError, lambda: weighted_average(np.ones(3), np.ones((2, 2))), when="the weights have two axes")
### END HIDDEN TESTS
check.passed("weighted_average")

# %% [markdown]
# Now a longer flight with a worse sensor. What do equal weights buy, and what do they cost?

# %%
truth, readings = datasets.track(noise=0.0, steps=60), datasets.track(noise=0.3, steps=60)
newest_most, equal = np.array([0.01, 0.01, 0.02, 0.02, 0.04, 0.40, 0.50]), np.full(7, 1 / 7)
seconds = np.arange(60)
draw.lines(
    {
        "true position": (seconds, truth),
        "newest counts most": (seconds[6:], weighted_average(readings, newest_most)),
        "equal weights": (seconds[6:], weighted_average(readings, equal)),
    },
    points={"readings": (seconds, readings)},
    title="Equal weights are smoother, but late", x_label="time in seconds", y_label="position in km",
)

# %% [markdown]
# Equal weights take out most of the noise but come three seconds late; the other list keeps up, and keeps more noise.
# One operation, two behaviours: the weights alone decide. Such a list of weights is a **kernel** (or **filter**).
#
# Can one result depend on five readings if a window sees three? Apply it twice; each entry is the result when only
# that reading is 1:

# %%
three = np.ones(3)
[weighted_average(weighted_average(only_one, three), three).item() for only_one in np.eye(5)]

# %% [markdown]
# All five do. Readings 1 and 5 never meet in the first pass, yet both count in the second: this is how small
# windows, stacked, come to see far.

# %% [markdown]
# ## 2 · How does a window slide over a picture?
#
# *18 minutes*
#
# The same way, in two directions. Lay the kernel on the top left corner, multiply each number with the one below it,
# add up, write down one number; go one column to the right; at the end of the row go one row down.
# In letters, a 3×4 picture and a 2×2 kernel give 2×3 numbers:
#
# $$\begin{bmatrix}a&b&c&d\\e&f&g&h\\i&j&k&l\end{bmatrix}\star\begin{bmatrix}w&x\\y&z\end{bmatrix}=$$
#
# $$\begin{bmatrix}aw+bx+ey+fz & bw+cx+fy+gz & cw+dx+gy+hz\\ ew+fx+iy+jz & fw+gx+jy+kz & gw+hx+ky+lz\end{bmatrix}$$
#
# $$S_{ij}=\sum_{a=0}^{k_h-1}\sum_{b=0}^{k_w-1} I_{i+a,\,j+b}\,K_{ab}$$
#
# This is called **cross-correlation**; "valid" means that the window never leaves the picture. A kernel of $k_h$ rows
# fits into $H$ rows at $H-k_h+1$ places, and likewise for columns.

# %% nbgrader={"grade": false, "grade_id": "correlate2d", "locked": false, "schema_version": 3, "solution": true, "task": false}
def correlate2d(image, kernel):
    """Slide the kernel over the image as it is: at each place the sum of the products.

    image: (H, W).   kernel: (kh, kw), need not be square.
    Returns (H − kh + 1, W − kw + 1), float64, whatever the dtype of the arguments.
    Raises ValueError if image or kernel has not exactly two axes, or if the kernel does not fit into the image.
    """
    ### BEGIN SOLUTION
    image, kernel = np.asarray(image, dtype=np.float64), np.asarray(kernel, dtype=np.float64)
    if image.ndim != 2 or kernel.ndim != 2:
        raise ValueError(f"image and kernel need two axes each, not {image.ndim} and {kernel.ndim}")
    kh, kw = kernel.shape
    height, width = image.shape[0] - kh + 1, image.shape[1] - kw + 1
    if height < 1 or width < 1:
        raise ValueError(f"a kernel of shape {kernel.shape} does not fit into an image of shape {image.shape}")
    result = np.empty((height, width))
    for row in range(height):
        for column in range(width):
            result[row, column] = np.sum(image[row : row + kh, column : column + kw] * kernel)
    return result
    ### END SOLUTION


# %% [markdown]
# The first check is lecture D's example, which you can follow in the figure further down; the second is lecture C's.

# %% nbgrader={"grade": true, "grade_id": "correlate2d-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
image = np.array([[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]])
kernel = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
check.close(correlate2d(image, kernel), [[4, 3, 4], [2, 4, 3], [2, 3, 4]], mistakes={
    "The last row and column are missing: H − kh + 1 rows fit, and W − kw + 1 columns.":
        [[4, 3], [2, 4]],
    "The picture was padded with zeros; the window stays inside the picture.":
        [[2, 2, 3, 1, 1], [1, 4, 3, 4, 1], [1, 2, 4, 3, 3], [1, 2, 3, 4, 1], [0, 2, 2, 1, 1]],
    "This is the matrix product of window and kernel; multiply number by number.":
        [[10, 11, 10], [7, 11, 11], [7, 9, 10]],
    "This is the mean of the products; their sum is asked.":
        np.array([[4, 3, 4], [2, 4, 3], [2, 3, 4]]) / 9,
})

image = np.array([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]])
kernel = np.array([[0, 1, 2], [2, 2, 0], [0, 1, 2]])
check.close(correlate2d(image, kernel), [[12, 12, 17], [10, 17, 19], [9, 6, 14]], mistakes={
    "The kernel was turned by 180°; slide it as it is.": [[18, 20, 19], [10, 9, 17], [11, 8, 14]],
    "The kernel was transposed (rows taken for columns).": [[17, 15, 20], [11, 13, 19], [8, 6, 12]],
})
check.passed("correlate2d")

# %% [markdown]
# Next the letters, with numbers for them; a kernel that is not square; and an edge detector on lecture D's 6×6 picture.

# %% nbgrader={"grade": true, "grade_id": "correlate2d-2", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
image = np.array([[1, 2, 0, 3], [4, 0, 1, 2], [0, 5, 2, 1]])
check.close(correlate2d(image, np.array([[1, 2], [3, -1]])), [[17, 1, 7], [-1, 15, 10]], mistakes={
    "The kernel was turned by 180°; slide it as it is.": [[13, -1, 13], [1, 15, 10]],
    "The kernel was transposed (rows taken for columns).": [[15, 1, 9], [-1, 11, 10]],
})
check.close(correlate2d(image, np.array([[1, 0, 2], [-1, 3, 0]])), [[-3, 11], [21, 5]], mistakes={
    "The kernel was turned by 180°; slide it as it is.": [[15, -1], [1, 12]],
    "Height and width are exchanged: H − kh + 1 rows fit, and W − kw + 1 columns.": [[-3, 11, 5]],
})
image = np.array([[3, 0, 1, 2, 7, 4], [1, 5, 8, 9, 3, 1], [2, 7, 2, 5, 1, 3],
                  [0, 1, 3, 1, 7, 8], [4, 2, 1, 6, 2, 8], [2, 4, 5, 2, 3, 9]])
vertical = np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]])
edges = [[-5, -4, 0, 8], [-10, -2, 2, 3], [0, -2, -4, -7], [-3, -2, -3, -16]]
check.close(correlate2d(image, vertical), edges)
### BEGIN HIDDEN TESTS
sobel, scharr = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]]), np.array([[3, 0, -3], [10, 0, -10], [3, 0, -3]])
check.close(correlate2d(image, sobel), [[-12, -8, 5, 16], [-10, 0, 3, 5], [-3, -2, -8, -14], [0, -6, -4, -18]])
check.close(
    correlate2d(image, scharr),
    [[-64, -40, 35, 80], [-30, 8, 13, 23], [-21, -6, -40, -70], [12, -34, -16, -62]],
)
image = np.array([[5, 2, 3, 1, 2, 4], [2, 4, 1, 0, 3, 1], [5, 1, 0, 2, 8, 3],
                  [0, 2, 1, 5, 2, 4], [2, 7, 0, 0, 2, 1], [1, 3, 2, 8, 7, 0]])
check.close(
    correlate2d(image, np.array([[1, 2, -1], [0, 1, 2], [-2, 1, 0]])),
    [[3, 6, 11, 10], [12, 7, 19, 11], [14, -4, 5, 27], [11, -5, 17, 0]],
)
hidden_rng = np.random.default_rng(21)
for image_shape, kernel_shape in [((6, 9), (3, 2)), ((7, 4), (1, 4)), ((4, 5), (4, 5)), ((5, 3), (1, 1))]:
    image, kernel = hidden_rng.normal(size=image_shape), hidden_rng.normal(size=kernel_shape)
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel_shape)
    check.close(correlate2d(image, kernel), np.einsum("ijab,ab->ij", windows, kernel))
### END HIDDEN TESTS
check.passed("correlate2d")

# %% nbgrader={"grade": true, "grade_id": "correlate2d-3", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
bright = np.full((3, 4), 200, dtype=np.uint8)  # 8-bit numbers end at 255
check.close(correlate2d(bright, np.full((2, 2), 2, dtype=np.uint8)), np.full((2, 3), 1600.0), mistakes={
    "200 · 2 does not fit into 8 bits: convert to floats before you multiply.": np.full((2, 3), 576),
})
check.close(correlate2d(bright, np.full((3, 3), 1 / 16)), [[112.5, 112.5]], mistakes={
    "The result was cut to whole numbers: it needs an array of floats.": [[112, 112]],
})
check.dtype(correlate2d(bright, np.eye(2, dtype=np.uint8)), np.float64)
check.raises(ValueError, lambda: correlate2d(np.ones((3, 4)), np.ones((4, 2))), when="the kernel does not fit")
check.raises(ValueError, lambda: correlate2d(np.ones((5, 5, 3)), np.ones((2, 2))), when="the image has three axes")
check.unchanged(correlate2d, np.arange(12.0).reshape(3, 4), np.array([[1.0, 2.0]]), name="correlate2d")
### BEGIN HIDDEN TESTS
check.raises(ValueError, lambda: correlate2d(np.ones((4, 3)), np.ones((2, 4))), when="the kernel does not fit")
check.raises(ValueError, lambda: correlate2d(np.ones((4, 4)), np.ones(2)), when="the kernel has one axis")
check.close(correlate2d(np.full((2, 2), 100, dtype=np.int8), np.full((1, 1), 3, dtype=np.int8)), np.full((2, 2), 300))
### END HIDDEN TESTS
check.passed("correlate2d")

# %% [markdown]
# Here is the window at work, with **your** results on the right. The nine products are written as
# *picture · kernel*; bold ones are not zero.

# %%
image = np.array([[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]])
kernel = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
draw.window(image, kernel, correlate2d(image, kernel), steps=[(0, 0), (0, 1), (1, 0), (2, 2)],
            title="One window, nine products, one number")

# %% [markdown]
# The number is largest where the picture holds most of the kernel's ×.
#
# ### What does a kernel do to a photograph?
#
# Add up a kernel's numbers and you know what it does where nothing changes: on a flat patch of brightness 1 the result
# *is* that sum. Sum 1 keeps the brightness, sum 0 turns flat patches to nothing and leaves edges, sum 9 is nine
# times too bright.

# %%
ring, cross = np.ones((3, 3)), np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
middle = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]])
kernels = {
    "identity": middle,
    "box blur": ring / 9,
    "Gaussian blur": np.outer([1, 2, 1], [1, 2, 1]) / 16,
    "sharpen": 5 * middle - cross,
    "all ones": ring,
    "corners": np.array([[1, 0, -1], [0, 0, 0], [-1, 0, 1]]),
    "Laplace": cross - 4 * middle,
    "outline": 9 * middle - ring,
    "Sobel": np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]]),
}

# %%
photo = datasets.photo("china")[::3, ::3].mean(axis=2) / 255
draw.images(
    [correlate2d(photo, kernel) for kernel in kernels.values()],
    [f"{name}: sum {np.sum(kernel):.0f}" for name, kernel in kernels.items()],
    signed=[np.sum(kernel) == 0 for kernel in kernels.values()],
    title="Nine kernels, one photograph",
)

# %% [markdown]
# Blurs average, sharpening exaggerates differences, and kernels with sum 0 answer to edges only: orange above zero,
# blue below. (Lecture A also shows the outline kernel with all signs changed, −8 in the middle.) Two of the lectures'
# kernels need a word: "all ones" is shown as a blur in lecture A, but it blurs only after division by 9; and lecture
# B's $\left[\begin{smallmatrix}0&1&0\\1&4&1\\0&1&0\end{smallmatrix}\right]$ sums to 8, so it lost either a factor 1/8
# (then it smooths) or a sign (with −4 it is Laplace's).
#
# ### A kernel is a small picture of what it looks for
#
# Of all windows of the same length (as vectors), the sum of products is largest for the window that *equals* the
# kernel. So a kernel is a **template**. Cut one out of the outlines, and let your function look for it:

# %%
soft = correlate2d(correlate2d(photo, kernels["Gaussian blur"]), kernels["Gaussian blur"])
outlines = correlate2d(soft, kernels["outline"])
found = correlate2d(outlines, outlines[20:36, 40:64])  # a corner of the roof
row, column = np.unravel_index(found.argmax(), found.shape)
print(f"cut out at row 20, column 40; best match at row {row}, column {column}")

# %%
draw.images([outlines, found / found.max()], ["a template cut out", "how well it fits at each place"], columns=2,
            signed=[True, False], frames=[(20, 40, 16, 24), (row - 6, column - 6, 13, 13)],
            title="A template finds itself")

# %% [markdown]
# It fits best where it came from (a result stands where its window's *top left corner* is), and a little wherever else
# a roof runs down like this one. Windows of a photograph are not equally long, so one with more contrast could win;
# here none does. Templates can be tiny: three on a diagonal, or three in a column, make line detectors.

# %%
strokes = np.zeros((26, 42))
strokes[4:22, 6] = strokes[12, 12:24] = 1
strokes[range(4, 22), range(21, 39)] = strokes[range(4, 22), range(40, 22, -1)] = 1
upright, oblique = np.array([[0, 1, 0], [0, 1, 0], [0, 1, 0]]), np.eye(3)

# %%
pictures = [strokes, correlate2d(strokes, upright) / 3, correlate2d(strokes, oblique) / 3]
draw.images(pictures, ["strokes", "looks for |", "looks for \\"], title="A detector answers to what it resembles")

# %% [markdown]
# Each detector answers in full to its own kind of stroke and faintly to the others.

# %% [markdown]
# ## 3 · Why is it called a convolution?
#
# *10 minutes*
#
# In mathematics a **convolution** looks at the *preceding* neighbours, $I_{i-a,\,j-b}$, where we took the succeeding
# ones. That is the same as turning the kernel by 180° before it slides. We write $*$ for it, and $\star$ for
# correlation:
#
# $$(I * K)_{ij} = \sum_{a,b} I_{i-a,\,j-b}\,K_{ab}$$
#
# $$(I \star K)_{ij} = \sum_{a,b} I_{i+a,\,j+b}\,K_{ab}$$
#
# "Valid" keeps the $i, j$ for which every index exists, so the first sum begins at $i=k_h-1$, $j=k_w-1$; turning the
# kernel spares you that.
#
# By hand, on a picture that is a single bright dot: correlation leaves the kernel turned by 180°, convolution leaves
# the kernel itself.
#
# $$\begin{bmatrix}0&0&0\\0&1&0\\0&0&0\end{bmatrix}\star\begin{bmatrix}1&2\\3&4\end{bmatrix}=\begin{bmatrix}4&3\\2&1\end{bmatrix}$$
#
# $$\begin{bmatrix}0&0&0\\0&1&0\\0&0&0\end{bmatrix}*\begin{bmatrix}1&2\\3&4\end{bmatrix}=\begin{bmatrix}1&2\\3&4\end{bmatrix}$$
#
# Keras, PyTorch and the rest all compute the correlation and call it convolution, and so do we when we say
# "convolutional layer". Where the difference matters, we write `correlate` and `convolve`. (Lecture A prints both
# sums in one line; they are two formulas.)

# %% nbgrader={"grade": false, "grade_id": "convolve2d", "locked": false, "schema_version": 3, "solution": true, "task": false}
def convolve2d(image, kernel):
    """True convolution, valid: the kernel is turned by 180°, then slides.

    image: (H, W).   kernel: (kh, kw).   Returns (H − kh + 1, W − kw + 1), float64.
    Raises ValueError if the kernel does not fit or the image has not two axes. You may call your correlate2d.
    """
    ### BEGIN SOLUTION
    kernel = np.asarray(kernel)
    if kernel.ndim != 2:
        raise ValueError(f"the kernel needs two axes, not {kernel.ndim}")
    return correlate2d(image, kernel[::-1, ::-1])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "convolve2d-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
dot = np.zeros((5, 5))
dot[2, 2] = 1
kernel = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
check.close(convolve2d(dot, kernel), [[1, 2, 3], [4, 5, 6], [7, 8, 9]], mistakes={
    "This is the correlation: the kernel was not turned.": [[9, 8, 7], [6, 5, 4], [3, 2, 1]],
    "The kernel was transposed; turn it by 180° instead.": [[9, 6, 3], [8, 5, 2], [7, 4, 1]],
    "The kernel was turned upside down only; left and right change places too.":
        [[3, 2, 1], [6, 5, 4], [9, 8, 7]],
    "Only left and right changed places; top and bottom do so too.": [[7, 8, 9], [4, 5, 6], [1, 2, 3]],
    "The kernel was turned by 90°; it takes 180°.": [[3, 6, 9], [2, 5, 8], [1, 4, 7]],
    "The kernel was turned by 90° (clockwise); it takes 180°.": [[7, 4, 1], [8, 5, 2], [9, 6, 3]],
    "Negative indices count from the end: the sum begins at i = kh − 1, j = kw − 1.":
        [[0, 0, 0], [0, 0, 0], [0, 0, 1]],
})
check.unchanged(convolve2d, dot, kernel, name="convolve2d")
check.passed("convolve2d")

# %% nbgrader={"grade": true, "grade_id": "convolve2d-2", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
image = np.array([[1, 2, 0, 3], [4, 0, 1, 2], [0, 5, 2, 1]])
check.close(convolve2d(image, np.array([[1, 0, 2], [-1, 3, 0]])), [[15, -1], [1, 12]], mistakes={
    "This is the correlation: the kernel was not turned.": [[-3, 11], [21, 5]],
    "The kernel was turned upside down only; left and right change places too.": [[11, 2], [0, 10]],
    "Only left and right changed places; top and bottom do so too.": [[1, 8], [22, 7]],
})
check.raises(ValueError, lambda: convolve2d(np.ones((3, 4)), np.ones((4, 2))), when="the kernel does not fit")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(31)
for image_shape, kernel_shape in [((6, 9), (3, 2)), ((7, 4), (2, 4)), ((4, 5), (4, 5))]:
    image, kernel = hidden_rng.normal(size=image_shape), hidden_rng.normal(size=kernel_shape)
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel_shape)
    check.close(convolve2d(image, kernel), np.einsum("ijab,ab->ij", windows, kernel[::-1, ::-1]))
check.raises(ValueError, lambda: convolve2d(np.ones((5, 5, 3)), np.ones((2, 2))), when="the image has three axes")
### END HIDDEN TESTS
check.passed("convolve2d")

# %% [markdown]
# ### Predict, then run
#
# A **ramp**: every row is 0 1 2 3 4 5 6 7, one step brighter per column. Lay Sobel's kernel on it,
#
# $$\begin{bmatrix}0&1&2&3&\cdots\\0&1&2&3&\cdots\\0&1&2&3&\cdots\end{bmatrix}\qquad
# \begin{bmatrix}1&0&-1\\2&0&-2\\1&0&-1\end{bmatrix}$$
#
# once as a correlation, once as a convolution. Each result is one number, repeated. Which two? Work them out on paper,
# write `prediction = [of the correlation, of the convolution]`, and only then run on.

# %% nbgrader={"grade": false, "grade_id": "prediction", "locked": false, "schema_version": 3, "solution": true, "task": false}
# prediction = [..., ...]
### BEGIN SOLUTION
prediction = [-8, 8]
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "prediction-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check.shape(prediction, (2,), name="prediction")
### BEGIN HIDDEN TESTS
check.close(prediction, [-8, 8], name="prediction", mistakes={
    "The two are swapped: correlation takes the kernel as it is, convolution turns it.": [8, -8],
    "Only one row was counted: the kernel's rows weigh 1, 2 and 1.": [-2, 2],
    "The two columns that count are two steps apart, not one.": [-4, 4],
    "The rows weigh 1, 2 and 1; here each was counted once.": [-6, 6],
    "A kernel with sum 0 gives 0 where the picture is flat; a ramp is not flat.": [0, 0],
    "Turning this kernel by 180° changes its sign, so the two differ.": [-8, -8],
    "Turning this kernel by 180° changes its sign, and the correlation is not the positive one.":
        [8, 8],
})
### END HIDDEN TESTS
print("Written down. Now run the next cell.")

# %%
ramp, sobel = np.tile(np.arange(8.0), (5, 1)), kernels["Sobel"]
print("you said:   ", prediction)
print("correlation:", np.unique(correlate2d(ramp, sobel)))
print("convolution:", np.unique(convolve2d(ramp, sobel)))

# %% [markdown]
# Turning this kernel by 180° swaps its sign, and so the sign of all it finds: brightness that grows to the right counts
# as negative in one and positive in the other. The two agree whenever the kernel looks the same after half a turn, as
# every blur above does. A network that *learns* its kernels does not care: it would simply learn them turned.

# %% [markdown]
# ## 4 · What about colour, many pictures and many kernels?
#
# *18 minutes*
#
# A colour picture is a stack of three planes, `(H, W, 3)`. The kernel then gets three planes as well; each slides over
# its own plane, and **the three results are added**, with one more number, the **bias** $b$. So one kernel
# gives one plane, however many channels come in. With $F$ kernels, each with its own bias, there are $F$ planes, the
# **feature maps**: the channels of the next layer's input.
#
# $$y_{nijf} = b_f + \sum_{a}\sum_{b}\sum_{c} x_{n,\,i+a,\,j+b,\,c}\; w_{abcf}$$
#
# | array | shape | here and in Keras |
# |---|---|---|
# | pictures `x` | `(N, H, W, C)` | N pictures, C channels |
# | kernels `w` | `(kh, kw, C, F)` | F kernels, each as deep as the picture |
# | biases `b` | `(F,)` | one for each kernel |
# | result `y` | `(N, H − kh + 1, W − kw + 1, F)` | F feature maps for each picture |
#
# By hand, lecture B's example with one channel and bias 1:
#
# $$\begin{bmatrix}1&0&3\\-2&0&0\\0&2&-1\end{bmatrix}\star\begin{bmatrix}2&0\\-1&1\end{bmatrix}+1=
# \begin{bmatrix}5&1\\-1&-2\end{bmatrix}$$
#
# The first number: $2\cdot1+0\cdot0+(-1)(-2)+1\cdot0+1=5$.

# %% nbgrader={"grade": false, "grade_id": "conv_layer", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv_layer(x, w, b):
    """A convolutional layer, as networks have it: correlation, summed over channels, plus a bias.

    x: (N, H, W, C).   w: (kh, kw, C, F).   b: (F,).
    Returns (N, H − kh + 1, W − kw + 1, F), float64.
    Raises ValueError if x, w, b have not 4, 4 and 1 axes, if the channels of x and w or the numbers of
    kernels in w and b differ, or if the kernels do not fit into the pictures.
    Loops are fine here; you may call your correlate2d.
    """
    ### BEGIN SOLUTION
    x, w, b = (np.asarray(array, dtype=np.float64) for array in (x, w, b))
    if (x.ndim, w.ndim, b.ndim) != (4, 4, 1):
        raise ValueError(f"x, w, b need 4, 4 and 1 axes, not {x.ndim}, {w.ndim} and {b.ndim}")
    (kh, kw, channels, filters), (count, height, width, _) = w.shape, x.shape
    if x.shape[3] != channels or b.shape != (filters,):
        raise ValueError(f"shapes do not match: x {x.shape}, w {w.shape}, b {b.shape}")
    if kh > height or kw > width:
        raise ValueError(f"a {kh}×{kw} kernel does not fit into {height}×{width} pictures")
    y = np.empty((count, height - kh + 1, width - kw + 1, filters))
    for n in range(count):
        for f in range(filters):
            y[n, :, :, f] = b[f] + sum(correlate2d(x[n, :, :, c], w[:, :, c, f]) for c in range(channels))
    return y
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "conv_layer-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
x = np.array([[1, 0, 3], [-2, 0, 0], [0, 2, -1]]).reshape(1, 3, 3, 1)
w = np.array([[2, 0], [-1, 1]]).reshape(2, 2, 1, 1)
check.close(conv_layer(x, w, np.array([1])), [[[[5], [1]], [[-1], [-2]]]], mistakes={
    "The bias is missing.": [[[[4], [0]], [[-2], [-3]]]],
    "The bias was added to every product; add it once, to the sum.": [[[[8], [4]], [[2], [1]]]],
    "The kernel was turned by 180°; layers slide it as it is.": [[[[2], [4]], [[4], [-3]]]],
})
check.passed("conv_layer")

# %% [markdown]
# Two pictures, two channels, two kernels: small enough to follow with a pencil.

# %% nbgrader={"grade": true, "grade_id": "conv_layer-2", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
x = np.arange(24).reshape(2, 2, 3, 2) % 7  # 2 pictures of 2×3 pixels with 2 channels
w = np.arange(16).reshape(2, 2, 2, 2) % 5 - 1  # 2 kernels of 2×2 with 2 channels
b = np.array([10, -20])
check.close(conv_layer(x, w, b), [[[[36, 1], [38, -8]]], [[[20, 17], [36, 1]]]], mistakes={
    "The kernels were turned by 180°; layers slide them as they are.":
        [[[[33, -17], [28, 2]]], [[[38, -15], [33, -17]]]],
    "The kernels were transposed: rows taken for columns.":
        [[[[37, -18], [32, 1]]], [[[28, 5], [37, -18]]]],
    "Only the first channel was used; all channels are added up.":
        [[[[29, -2], [25, -15]]], [[[19, 4], [29, -2]]]],
    "Only the last channel was kept; add each to those before it.":
        [[[[17, -17], [23, -13]]], [[[11, -7], [17, -17]]]],
    "The axes of w are (kh, kw, C, F): channel and kernel were exchanged.":
        [[[[30, -20], [34, -3]]], [[[33, 12], [30, -20]]]],
    "The bias was added once per channel; add it once.":
        [[[[46, -19], [48, -28]]], [[[30, -3], [46, -19]]]],
    "The bias was added to every product; add it once, to the sum.":
        [[[[106, -139], [108, -148]]], [[[90, -123], [106, -139]]]],
    "Every kernel got the first bias; each has its own.":
        [[[[36, 31], [38, 22]]], [[[20, 47], [36, 31]]]],
    "The bias is missing.": [[[[26, 21], [28, 12]]], [[[10, 37], [26, 21]]]],
    "The channels were averaged; they are added up.":
        [[[[23, -9.5], [24, -14]]], [[[15, -1.5], [23, -9.5]]]],
    "Only the first picture was filled in.": [[[[36, 1], [38, -8]]], [[[0, 0], [0, 0]]]],
    "Only the first picture came out.": [[[[36, 1], [38, -8]]]],
})
check.passed("conv_layer")

# %% [markdown]
# Now the shapes: 6×6×3 and two 3×3×3 kernels give 4×4×2 (lecture D, whose handwriting turned into fractions).

# %% nbgrader={"grade": true, "grade_id": "conv_layer-3", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
check.shape(conv_layer(np.ones((5, 9, 7, 3)), np.ones((4, 2, 3, 6)), np.ones(6)), (5, 6, 6, 6), mistakes={
    "There is one map per input channel; each kernel gives one map, the sum over its channels.":
        (5, 6, 6, 3),
    "There is one map per input channel and kernel; each kernel gives one map.": (5, 6, 6, 18),
    "kh and kw were exchanged.": (5, 8, 4, 6),
    "The last row and column are missing: H − kh + 1 rows fit, and W − kw + 1 columns.": (5, 5, 5, 6),
    "The result is as large as the picture; the window must stay inside it.": (5, 9, 7, 6),
})
check.shape(conv_layer(np.ones((1, 6, 6, 3)), np.ones((3, 3, 3, 2)), np.ones(2)), (1, 4, 4, 2))
ones = np.ones((2, 5, 4, 3))
layer = conv_layer
check.raises(ValueError, lambda: layer(ones, np.ones((3, 3, 2, 4)), np.ones(4)), when="the channels of x and w differ")
check.raises(ValueError, lambda: layer(ones, np.ones((3, 3, 3, 4)), np.ones(1)), when="w and b differ in the kernels")
check.raises(ValueError, lambda: layer(ones, np.ones((3, 5, 3, 4)), np.ones(4)), when="the kernels do not fit")
check.raises(ValueError, lambda: layer(ones[0], np.ones((3, 3, 3, 4)), np.ones(4)), when="x has three axes")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(41)
for x_shape, w_shape in [((3, 6, 5, 2), (3, 2, 2, 4)), ((2, 4, 7, 4), (1, 3, 4, 4)), ((1, 3, 3, 3), (3, 3, 3, 1))]:
    x, w, b = (hidden_rng.normal(size=shape) for shape in (x_shape, w_shape, w_shape[3:]))
    windows = np.lib.stride_tricks.sliding_window_view(x, w_shape[:2], axis=(1, 2))
    check.close(conv_layer(x, w, b), np.einsum("nijcab,abcf->nijf", windows, w) + b)
    check.unchanged(conv_layer, x, w, b, name="conv_layer")
bright = np.full((1, 2, 2, 2), 200, dtype=np.uint8)
check.close(conv_layer(bright, np.ones((2, 2, 2, 1), dtype=np.uint8), np.zeros(1, dtype=np.uint8)), [[[[1600]]]])
check.close(conv_layer(bright, np.full((2, 2, 2, 1), 1 / 64), np.array([0.25])), [[[[25.25]]]])
check.dtype(conv_layer(bright, np.ones((2, 2, 2, 1), dtype=np.uint8), np.zeros(1)), np.float64)
check.raises(ValueError, lambda: conv_layer(ones, np.ones((3, 3, 3)), np.ones(3)), when="w has three axes")
check.raises(ValueError, lambda: conv_layer(ones, np.ones((6, 1, 3, 4)), np.ones(4)), when="the kernels do not fit")
check.raises(ValueError, lambda: conv_layer(ones, np.ones((3, 3, 3, 4)), np.ones((4, 1))), when="b has two axes")
### END HIDDEN TESTS
check.passed("conv_layer")

# %% [markdown]
# Five kernels for a colour picture. The usual last touch of a layer is **ReLU**, pixel by pixel: keep what is
# positive, put zero for the rest. Then a map shows only where its kernel *found* something.

# %%
flower = datasets.photo("flower")[::3, ::3] / 255
grey = np.full(3, 1 / 3)
w = np.stack([
    kernels["Sobel"][:, :, None] * grey,
    kernels["Sobel"].T[:, :, None] * grey,
    kernels["box blur"][:, :, None] * [1, -0.5, -0.5],  # red against green and blue
    kernels["box blur"][:, :, None] * [-1, 1, 0],  # green against red
    kernels["outline"][:, :, None] * grey,
], axis=3)
maps = conv_layer(flower[None], w, np.array([0, 0, -0.05, 0, -0.2]))[0]
relu = np.maximum(maps, 0)

# %%
names = ["vertical edges", "horizontal edges", "red", "green", "outlines"]
draw.images([flower, *(relu[..., f] / relu[..., f].max() for f in range(5))], ["picture", *names],
            title="Five kernels, five feature maps")

# %% [markdown]
# Each map keeps the one thing that its kernel asks for.
#
# ### How many numbers must such a layer learn?
#
# Each kernel has $k_h k_w C$ weights and one bias, so a layer has $F\,(k_h k_w C + 1)$ parameters, **whatever the
# size of the picture**. A dense layer pays for every pixel: each of its units is a template as large as the picture,
# $a_k=\sum_i w_{ki}\,x_i+b_k$. (Lecture E's linear classifier has ten, one for each class.)
#
# | picture | dense layer | convolutional layer |
# |---|---|---|
# | 32×32×3 | 1 unit: 3,073 | 1 kernel 5×5: 76 |
# | 32×32×3 | 20 units: 61,460 | 20 kernels 5×5: 1,520 |
# | 32×32×3 | 15,680 units: 48,184,640 | 20 kernels 5×5: 1,520 |
# | 128×128×3 | 64 units: 3,145,792 | 64 kernels 3×3: 1,792 |
# | 200×200×3 | 100 units: 12,000,100 | 100 kernels 3×3: 2,800 |
# | 200×200 | 40,000 units: 1,600,040,000 | 100 kernels 10×10: 10,100 |
#
# The third row is the fair one: 20 maps of 28×28 hold 15,680 numbers. Fewer weights, more outputs, so each weight
# works more often. (Lectures B and C leave out the biases: 3,145,728 and 64·27 = 1,728 in B, I·O·K in C, which also
# says "2B" for the last row. Lecture D asks for ten 3×3×3 kernels: 280 parameters.)
#
# Layers stack: the second one's kernels are as deep as the first has maps.

# %%
pictures = rng.random((1, 32, 32, 3))
first, second = rng.normal(size=(5, 5, 3, 6)), rng.normal(size=(5, 5, 6, 10))
hidden = np.maximum(conv_layer(pictures, first, np.zeros(6)), 0)
print(pictures.shape, "→", hidden.shape, "→", conv_layer(hidden, second, np.zeros(10)).shape)
print("parameters:", first.size + 6, "and", second.size + 10)

# %% [markdown]
# ### What happens when the picture moves?

# %%
left, moved = photo[:, 30:], photo[:, :-30]  # the same scene, 30 columns further to the right
x = np.stack([left, moved])[..., None]
edges = conv_layer(x, kernels["Sobel"][:, :, None, None], np.zeros(1))[..., 0]
draw.images([left, moved, *edges], ["picture", "moved by 30", "its map", "map of the moved"],
            columns=2, signed=[False, False, True, True], title="The map moves along with the picture")

# %%
print("map moved along:", np.allclose(edges[0][:, :-30], edges[1][:, 30:]))
print("map the same:   ", np.allclose(edges[0], edges[1]))

# %% [markdown]
# The same kernel works everywhere, so what moves in the picture moves in the map. That is **equivariance**. The
# lectures say "translation *invariant*", which would mean that the map stays the same; only a summary such as its
# largest number can be that, and notebook 03 comes back to it.

# %% [markdown]
# ## 5 · Can we do without the loops?
#
# *12 minutes*
#
# A layer of a dense network multiplies by a matrix. So does a convolution: feed it the 16 pictures
# that have a single 1 among 4×4 pixels, and each answer is a column of its matrix.

# %%
kernel = np.array([[1, 2], [3, 4]])
answers = [correlate2d(pixel.reshape(4, 4), kernel).ravel() for pixel in np.eye(16)]
matrix = np.stack(answers, axis=1)
draw.numbers([matrix], title="A 2×2 kernel on 4×4 pixels, as a 9×16 matrix", labels=("pixel 1 … 16", "output 1 … 9"))

# %% [markdown]
# In a dense layer all 144 numbers would be free. Here the first output sees pixels 1, 2, 5 and 6 and no others
# (**sparse connections**), and the same four weights return in every row (**shared weights**). It is an affine map
# like any other, with nearly all of its numbers fixed at zero.
#
# That matrix is mostly zeros, so computers go the other way round: copy each window into a row of a table, and multiply
# the table by the kernels, written as columns. The trick is called **im2col**. For the letters:
#
# $$\begin{bmatrix}a&b&e&f\\b&c&f&g\\c&d&g&h\\e&f&i&j\\f&g&j&k\\g&h&k&l\end{bmatrix}\begin{bmatrix}w\\x\\y\\z\end{bmatrix}$$
#
# Six windows, one product, six results. NumPy can lay out all windows at once. Look where the new axes go:

# %%
windows = np.lib.stride_tricks.sliding_window_view(np.zeros((2, 7, 6, 3)), (4, 5), axis=(1, 2))
windows.shape  # pictures, rows, columns, channels, and then kh, kw

# %% [markdown]
# `transpose` puts axes in another order; `reshape` then joins neighbouring axes, and −1 stands for whatever is left.
# A row of the table has to list its numbers in the same order as `w`, whose axes are `(kh, kw, C)`. Your result must
# be the one of `conv_layer`, and at least 20 times as fast as Python loops.

# %% nbgrader={"grade": false, "grade_id": "conv_layer_im2col", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv_layer_im2col(x, w, b):
    """The same as conv_layer, by matrix products: no Python loop over rows and columns.

    A loop over the places in the kernel is fine.

    x: (N, H, W, C).   w: (kh, kw, C, F).   b: (F,).
    Returns (N, H − kh + 1, W − kw + 1, F), float64.
    Raises ValueError as conv_layer does.
    """
    ### BEGIN SOLUTION
    x, w, b = (np.asarray(array, dtype=np.float64) for array in (x, w, b))
    if (x.ndim, w.ndim, b.ndim) != (4, 4, 1):
        raise ValueError(f"x, w, b need 4, 4 and 1 axes, not {x.ndim}, {w.ndim} and {b.ndim}")
    kh, kw, channels, filters = w.shape
    if x.shape[3] != channels or b.shape != (filters,):
        raise ValueError(f"shapes do not match: x {x.shape}, w {w.shape}, b {b.shape}")
    if kh > x.shape[1] or kw > x.shape[2]:
        raise ValueError(f"a {kh}×{kw} kernel does not fit into {x.shape[1]}×{x.shape[2]} pictures")
    windows = np.lib.stride_tricks.sliding_window_view(x, (kh, kw), axis=(1, 2)).transpose(0, 1, 2, 4, 5, 3)
    table = windows.reshape(-1, kh * kw * channels)
    return (table @ w.reshape(-1, filters) + b).reshape(*windows.shape[:3], filters)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "conv_layer_im2col-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
letters = np.array([[1, 2, 0, 3], [4, 0, 1, 2], [0, 5, 2, 1]]).reshape(1, 3, 4, 1)
w = np.array([[1, 2], [3, -1]]).reshape(2, 2, 1, 1)
check.close(conv_layer_im2col(letters, w, np.zeros(1))[0, :, :, 0], [[17, 1, 7], [-1, 15, 10]], mistakes={
    "The kernel was turned by 180°; layers slide it as it is.": [[13, -1, 13], [1, 15, 10]],
})

x = np.arange(24).reshape(1, 3, 4, 2) % 7
w = np.arange(24).reshape(2, 3, 2, 2) % 5 - 1
check.close(conv_layer_im2col(x, w, np.array([10, -20])), [[[[36, 22], [63, 32]], [[39, 20], [45, 2]]]], mistakes={
    "The table lists a window as (C, kh, kw), while w is in the order (kh, kw, C).":
        [[[[41, 12], [61, 15]], [[44, 10], [57, 34]]]],
    "w was reshaped to (F, …) and transposed, which mixes the kernels: F is its last axis.":
        [[[[40, 12], [72, 10]], [[49, 11], [39, 23]]]],
    "The kernels were turned by 180°; layers slide them as they are.":
        [[[[46, 12], [45, 29]], [[49, 10], [48, 20]]]],
    "The bias is missing.": [[[[26, 42], [53, 52]], [[29, 40], [35, 22]]]],
    "Rows and columns of the maps are exchanged.": [[[[36, 22], [39, 20]], [[63, 32], [45, 2]]]],
    "The product was transposed before it got its shape: F must stay the last axis.":
        [[[[36, 63], [39, 45]], [[22, 32], [20, 2]]]],
})
check.passed("conv_layer_im2col")

# %% nbgrader={"grade": true, "grade_id": "conv_layer_im2col-2", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check.shape(conv_layer_im2col(np.ones((5, 9, 7, 3)), np.ones((4, 2, 3, 6)), np.ones(6)), (5, 6, 6, 6))
ones = np.ones((2, 5, 4, 3))
layer = conv_layer_im2col
check.raises(ValueError, lambda: layer(ones, np.ones((3, 3, 2, 4)), np.ones(4)), when="the channels of x and w differ")
check.raises(ValueError, lambda: layer(ones, np.ones((3, 3, 3, 4)), np.ones(1)), when="w and b differ in the kernels")
check.raises(ValueError, lambda: layer(ones, np.ones((3, 5, 3, 4)), np.ones(4)), when="the kernels do not fit")
check.raises(ValueError, lambda: layer(ones[0], np.ones((3, 3, 3, 4)), np.ones(4)), when="x has three axes")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(51)
for x_shape, w_shape in [((3, 6, 5, 2), (3, 2, 2, 4)), ((2, 4, 7, 4), (1, 3, 4, 4)), ((1, 3, 3, 3), (3, 3, 3, 1))]:
    x, w, b = (hidden_rng.normal(size=shape) for shape in (x_shape, w_shape, w_shape[3:]))
    windows = np.lib.stride_tricks.sliding_window_view(x, w_shape[:2], axis=(1, 2))
    right = np.einsum("nijcab,abcf->nijf", windows, w) + b
    check.close(conv_layer_im2col(x, w, b), right)
    check.unchanged(conv_layer_im2col, x, w, b, name="conv_layer_im2col")
bright = np.full((1, 2, 2, 2), 200, dtype=np.uint8)
check.close(layer(bright, np.ones((2, 2, 2, 1), dtype=np.uint8), np.zeros(1, dtype=np.uint8)), [[[[1600]]]])
check.dtype(layer(bright, np.ones((2, 2, 2, 1), dtype=np.float32), np.zeros(1, dtype=np.float32)), np.float64)
check.raises(ValueError, lambda: layer(ones, np.ones((3, 3, 3)), np.ones(3)), when="w has three axes")
### END HIDDEN TESTS
check.passed("conv_layer_im2col")

# %% [markdown]
# For the speed: a large grey picture with one kernel first, then 4 pictures of 64×64×8 with 16 kernels of 3×3, which
# makes 246,016 windows times kernels. The loops below do nothing but multiply and add, and go through the first picture
# alone: who does all four in a fifth of that time is 20 times as fast.

# %% nbgrader={"grade": true, "grade_id": "conv_layer_im2col-3", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
def one_picture_in_python(x, w):
    for row in range(x.shape[1] - 2):
        for column in range(x.shape[2] - 2):
            for f in range(w.shape[3]):
                np.sum(x[0, :3, :3] * w[..., 0])

for x_shape, w_shape, ratio in [((1, 202, 202, 1), (3, 3, 1, 1), 5), ((4, 64, 64, 8), (3, 3, 8, 16), 5)]:
    x, w, b = np.ones(x_shape), np.ones(w_shape), np.zeros(w_shape[3])
    check.faster(lambda: conv_layer_im2col(x, w, b), lambda: one_picture_in_python(x, w), ratio,
                 name="conv_layer_im2col", hint="Is there still a Python loop over rows and columns?")
check.passed("conv_layer_im2col")

# %% [markdown]
# And your own loops against your own table, on a smaller input:

# %%
import time

x, w, b = rng.random((2, 32, 32, 8)), rng.random((3, 3, 8, 8)), np.zeros(8)
seconds = {}
for name, layer in {"conv_layer": conv_layer, "conv_layer_im2col": conv_layer_im2col}.items():
    start = time.perf_counter()
    layer(x, w, b)
    seconds[name] = time.perf_counter() - start
ratio = seconds["conv_layer"] / seconds["conv_layer_im2col"]
draw.bars(seconds, title=f"The same numbers, at {ratio:.0f} times the price", x_label="seconds (logarithmic)",
          unit=" s", logarithmic=True)

# %% [markdown]
# The table holds each pixel up to nine times, so it buys speed with memory. Libraries do much the same, in
# blocks that fit the processor's cache.

# %% [markdown]
# ## 6 · Who chooses the numbers in a kernel?
#
# *10 minutes*
#
# For decades, engineers did: lecture D shows Sobel's and Scharr's. For an edge at 70° there is no such table. But
# suppose we have a picture $x$ and the wanted answer $y$. Then we can *learn* $K$: begin with zeros, look at the error,
# and change each weight a little against its share of the error. With the mean squared error over the $n$ numbers of
# $y$,
#
# $$L=\frac1n\sum_{ij}E_{ij}^2,\qquad E = x\star K-y$$
#
# $$\frac{\partial L}{\partial K_{ab}}=\frac2n\sum_{ij}E_{ij}\;x_{i+a,\,j+b}$$
#
# Look closely at the last sum: it is a correlation again, of $x$ with $E$ as the kernel.
#
# By hand: $x=\begin{bmatrix}1&0&1\end{bmatrix}$, $y=\begin{bmatrix}2&1\end{bmatrix}$, a kernel of 1×2.
# At zero, $E=\begin{bmatrix}-2&-1\end{bmatrix}$ and the gradient is
#
# $$\frac22\begin{bmatrix}-2\cdot1-1\cdot0 & -2\cdot0-1\cdot1\end{bmatrix}=\begin{bmatrix}-2&-1\end{bmatrix}$$
#
# A step goes against it, with a **rate** $\eta$:
#
# $$K\leftarrow K-\eta\,\frac{\partial L}{\partial K}$$
#
# With $\eta=\frac12$ the first step gives $\begin{bmatrix}1&0.5\end{bmatrix}$, the second
# $\begin{bmatrix}1.5&0.75\end{bmatrix}$, on the way to $\begin{bmatrix}2&1\end{bmatrix}$, the answer.
#
# How long a step? For $x$ in [0, 1] a rate of $1/(k_h k_w)$ never makes the error grow; ten times as much makes it
# explode, a tenth takes ten times as long.

# %% nbgrader={"grade": false, "grade_id": "learn_kernel", "locked": false, "schema_version": 3, "solution": true, "task": false}
def learn_kernel(x, y, kernel_shape, steps):
    """Find the kernel that makes y out of x: gradient descent on the mean squared error, from zeros.

    x: (H, W), numbers in [0, 1].   y: (H − kh + 1, W − kw + 1), the wanted correlate2d(x, kernel).
    kernel_shape: (kh, kw).   steps: how many steps of plain gradient descent; 0 gives the zeros.
    Choose the rate yourself; 1/(kh·kw) works.
    Returns the kernel, (kh, kw), float64.
    Raises ValueError if x has not two axes, if kh or kw is below 1 or too large for x, or if y has another
    shape than the correlation.
    """
    ### BEGIN SOLUTION
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    kh, kw = kernel_shape
    if x.ndim != 2 or min(kh, kw) < 1 or kh > x.shape[0] or kw > x.shape[1]:
        raise ValueError(f"no {kh}×{kw} kernel can slide over x of shape {x.shape}")
    if y.shape != (x.shape[0] - kh + 1, x.shape[1] - kw + 1):
        raise ValueError(f"y has shape {y.shape}, which is not that of the correlation")
    kernel, rate = np.zeros((kh, kw)), 1 / (kh * kw)
    for _ in range(steps):
        error = correlate2d(x, kernel) - y
        kernel -= rate * 2 / y.size * correlate2d(x, error)
    return kernel
    ### END SOLUTION


# %% [markdown]
# Any sensible rate will do: the first check looks at where the first step *points*, the second at where it all ends.

# %% nbgrader={"grade": true, "grade_id": "learn_kernel-1", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
x, y = np.array([[1, 0, 1]]), np.array([[2, 1]])
none, one, two = (learn_kernel(x, y, (1, 2), steps) for steps in (0, 1, 2))
for kernel in (none, one, two):
    check.shape(kernel, (1, 2), name="the kernel")
check.true(np.all(none == 0), "The kernel after 0 steps is not zero.",
           hint="Begin with zeros, and take as many steps as asked.")
direction = one / np.linalg.norm(one)
check.close(direction, np.array([[2, 1]]) / 5**0.5, name="the direction of the first step", mistakes={
    "This goes uphill: a step goes against the gradient, so mind its sign.":
        np.array([[-2, -1]]) / 5**0.5,
    "The sum in the gradient is a correlation; here the error was turned by 180° first.":
        np.array([[1, 2]]) / 5**0.5,
})
check.true(not np.allclose(two, one) or np.allclose(one, [[2, 1]]), "Two steps lead no further than one.",
           hint="Has the number of steps no effect?")
check.true(not np.allclose(two, 2 * one), "The second step repeats the first.",
           hint="Compute the error anew in every step.")
check.passed("learn_kernel")

# %% nbgrader={"grade": true, "grade_id": "learn_kernel-2", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
x = np.array([[1, 0, 0, 1, 1, 0, 1, 0, 1, 1]])
y = np.array([[2, 3, 2, 1, 5, -1, 5, 2]])  # from the kernel 2, −1, 3
wanted = np.array([[2, -1, 3]])
learned = learn_kernel(x, y, (1, 3), 1000)
check.shape(learned, (1, 3), name="the kernel")
check.true(np.all(np.abs(learned) < 100), "The kernel explodes.",
           hint="The steps are too long: divide by the number of errors, choose a lower rate.")
check.true(np.linalg.norm(learned) > 3, "After 1000 steps it is still on its way.",
           hint="The steps are too short: choose a higher rate.")
check.close(learned, wanted, atol=0.02, name="the kernel", mistakes={
    "It is turned by 180°: is there a convolution where a correlation is needed?": [[3, -1, 2]],
})
check.raises(ValueError, lambda: learn_kernel(x, y, (1, 4), 5), when="y has another shape than the correlation")
check.raises(ValueError, lambda: learn_kernel(x, y, (0, 3), 5), when="the kernel has no rows")
check.unchanged(learn_kernel, x, y, (1, 3), 5, name="learn_kernel")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(1155)
for kernel_shape in [(3, 2), (2, 3)]:
    x, wanted = (hidden_rng.random((5, 6)) < 0.5).astype(float), hidden_rng.normal(size=kernel_shape)
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel_shape)
    y = np.einsum("ijab,ab->ij", windows, wanted)
    downhill = np.einsum("ij,ijab->ab", y, windows)
    one = learn_kernel(x, y, kernel_shape, 1)
    check.shape(one, kernel_shape, name="the kernel")
    check.close(one / np.linalg.norm(one), downhill / np.linalg.norm(downhill), name="the direction of the first step")
    learned = learn_kernel(x, y, kernel_shape, 1000)
    check.true(np.all(np.abs(learned) < 100), "The kernel explodes.",
               hint="The steps are too long: 1/(kh·kw) is a rate that suits every kernel.")
    check.close(learned, wanted, atol=0.05, name="the kernel", mistakes={
        "It is turned by 180°: is there a convolution where a correlation is needed?":
            wanted[::-1, ::-1],
    })
check.raises(ValueError, lambda: learn_kernel(np.ones((3, 3)), np.ones((1, 1)), (4, 4), 5), when="the kernel does not fit")
check.raises(ValueError, lambda: learn_kernel(np.ones(5), np.ones(4), (1, 2), 5), when="x has one axis")
check.raises(ValueError, lambda: learn_kernel(np.ones((3, 3)), np.ones(4), (2, 2), 5), when="y has one axis")
### END HIDDEN TESTS
check.passed("learn_kernel")

# %% [markdown]
# Now the edge at 70°, a blend of the two Sobel kernels. Your function sees random dots and the answers, nothing else.

# %%
angle = np.radians(70)
wanted = np.cos(angle) * kernels["Sobel"] + np.sin(angle) * kernels["Sobel"].T
dots = (rng.random((24, 24)) < 0.5).astype(float)
answers = correlate2d(dots, wanted)

# %%
path = {steps: learn_kernel(dots, answers, (3, 3), steps) for steps in (0, 1, 3, 10, 30, 100, 300)}
errors = {steps: np.mean((correlate2d(dots, kernel) - answers) ** 2) for steps, kernel in path.items()}
draw.learning({steps: path[steps] for steps in (0, 3, 30, 300)}, errors, wanted,
              title="From zeros to an edge detector")

# %% [markdown]
# No one told it what an edge is. A convolutional network does this with all its kernels at once, and with a goal that
# is further away: the right label at the end.

# %% [markdown]
# ## 7 · In your own words
#
# *7 minutes*
#
# A thought experiment, with its facts first. Take a fixed shuffle of the pixels, the same for every picture.

# %%
shuffle = rng.permutation(photo.size)
shuffled = photo.ravel()[shuffle].reshape(photo.shape)
unit = rng.normal(size=photo.size)  # one unit of a dense layer
print("dense unit, weights shuffled too:", np.isclose(unit @ photo.ravel(), unit[shuffle] @ shuffled.ravel()))
draw.images([correlate2d(picture, kernels["Gaussian blur"]) for picture in (photo, shuffled)],
            ["blurred", "shuffled, then blurred"], columns=2, title="To a kernel, neighbours matter")

# %% [markdown]
# **Question (5 points, read by a person).** Every picture of a data set is shuffled by the same permutation, in
# training and in testing. A *dense* network learns just as well as before. Why? And what becomes of a *convolutional*
# one? Name the two assumptions that it makes about pictures (section 5 shows both), and say for each whether and how
# the shuffle breaks it. Five to eight sentences.

# %% [markdown] nbgrader={"grade": true, "grade_id": "written", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# A dense unit has one weight for every pixel and does not know which pixels are neighbours; shuffle the weights in
# the same way as the pixels and every sum is what it was, so training finds a net that is just as good (1 point).
#
# A convolutional layer assumes that what is useful is **local**, so that a small window is enough (1 point), and that
# what is useful in one place is useful in **every place**, so that the weights can be shared (1 point).
#
# The shuffle breaks both. Pixels that belong together lie far apart: a 3×3 window sees nine unrelated pixels, and no
# edge is left in it (1 point). And a feature that moves in the picture no longer moves in the shuffled one: it
# becomes another pattern at each place, so one shared kernel cannot find it. The net would need windows as large as
# the picture and weights of their own for each place, which is a dense layer (1 point).
# ### END SOLUTION

# %% [markdown]
# ## Where this comes from, and words to know
#
# *Three minutes, nothing to solve.*
#
# **The eye.** Hubel and Wiesel recorded from the visual cortex (V1) of cats (1959, 1962) and monkeys (1968), and later
# received a Nobel Prize: a cell there answers to one small region, its **receptive field**; *simple* cells want an edge
# of one orientation, *complex* cells accept it wherever it lies in their field. Further in, things grow more abstract:
# LGN (dots, light against dark) → V1 (orientation, disparity, some colour) → V4 (colour, shape, curvature) → VTC
# (objects), much like edges → textures and parts → objects in a deep net. For size: 86 billion neurons with some 10,000
# connections each make nearly $10^{15}$ (a quadrillion; lecture A's $10^{12}$ would be a trillion).
#
# | in the brain | in a network |
# |---|---|
# | receptive field: a neuron sees a patch | local windows |
# | specialised neurons for simple features | kernels, the same over the whole picture |
# | concepts, layer upon layer | layers upon layers |
# | a threshold before firing | activation functions, ReLU |
# | higher neurons ignore exact position | pooling (03) |
# | several kinds of features at once | several kernels |
# | tired neurons fall silent | dropout, regularisation |
# | long connections skip stages | residual connections |
#
# **The task behind it.** From H×W×3 whole numbers, 0 to 255, to one label, whatever the *viewpoint*, *scale*,
# *deformation*, *occlusion*, *illumination*, *background clutter* and *variation within the class*. Nobody can write
# that down as rules; the **data-driven approach** learns it from labelled examples. Flattened for a dense net, a
# picture loses which pixels are neighbours, and such nets stop improving after four or five layers; convolutional ones
# have gone to 152.
#
# **Words**
#
# * *Kernel*, *filter*, *feature detector*: the same thing. *Feature map*, *activation map*: what one kernel gives,
#   after the activation.
# * *Types of layer*: convolution, pooling, fully connected (dense).
# * *Choices* for a convolution: the kernel's size (mostly odd, 1, 3, 5, 7, so that there is a middle pixel; from the
#   same corner, a 5×5 window contains the 3×3 one), the number of kernels, stride and padding (02). Its *depth* is no
#   choice, it is the input's.
# * *Centred window*: the same numbers, written for an odd kernel around a pixel,
#   $\sum_{a=-\lfloor k/2\rfloor}^{\lfloor k/2\rfloor} I_{i+a}K_{\lfloor k/2\rfloor+a}$ (lecture A prints other limits and flips the picture).
# * *Axes*: a 2-D filter slides over a 2-D *input* (A says "output"), never along the depth, so one kernel over a volume
#   gives a flat map. Sound has one axis to slide along, pictures two, scans three, an unordered list of features none.
#   Kernels are `(k, C, F)`, `(kh, kw, C, F)`, `(kd, kh, kw, C, F)` in Keras, $(n, m, k_1,\dots,k_N)$, outputs first,
#   in lecture C.
#
# ## What you built
#
# A moving average, a correlation and a convolution; from them a convolutional layer with channels, kernels and
# biases, whose every number you can trace to a window; the same layer as one matrix product; and the learning that
# fills in the kernels. `keras.layers.Conv2D` does just this, with padding and stride, which are next: **02 Padding,
# stride and output size**.
#
# ## Go further
#
# * Compare with Keras: `keras.ops.conv(x, w)` takes the very same arrays, `(N, H, W, C)` and `(kh, kw, C, F)`. For
#   which dtype do the results agree to six digits?
# * A box blur of 15×15 needs 225 products per pixel, two blurs of 15×1 and 1×15 need 30. For which kernels does
#   that work? (Look at `np.linalg.matrix_rank(kernel)`.)
# * Let `learn_kernel` work on the photograph instead of dots. Why does it take so much longer? (Look at the
#   eigenvalues of the windows' covariance.)
