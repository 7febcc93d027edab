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
# # Localization
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](@@COLAB@@)
#
# After this notebook you can
#
# * describe a box with four numbers, and say with one number how right a box is;
# * change pictures without losing their boxes;
# * build and train a network that says at the same time *what* is in a picture and *where*, and judge it.
#
# **Time:** about 80 minutes. **You need:** training a network with Keras (04, 05), global pooling (08).
#
# **How it works.** Fill in a stub, run the checks below it, read what they say, try again. The checks give 95 points,
# a short text at the end gives 5. The trained network is judged by what it finds in pictures that it never saw.
#
# **House rules.** Arguments stay as they were. Arrays of boxes come out new and as `float64`. Arguments that make no
# sense raise a `ValueError` whose message says why.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
# @@INSTALL@@
import os

import numpy as np
from convkit import check, draw, draw_boxes, pets, quiet, scenes, session

with quiet.startup():
    import keras
from keras import layers, ops

SEED = 0
session.start(
    "pictures: drawn ones, or pets",
    full="section 7 finds the heads of 3,700 cats and dogs, in some minutes once the photos are there")

# %% [markdown]
# **Quick or full?** Section 7 trains a network. `"quick"` takes drawn scenes and a quarter of a minute on any computer,
# and is what gets graded; `"full"` takes the photographs of the Oxford-IIIT Pet data (a download of 0.8 GB, once) and
# a MobileNet that knows ImageNet, and wants a GPU.

# %%
SCALE = "quick"

# %% nbgrader={"grade": false, "grade_id": "data", "locked": true, "schema_version": 3, "solution": false, "task": false}
# Grading is always quick, whatever stands above.
FULL = globals().get("SCALE") == "full" and os.environ.get("CONVKIT_SOURCE") != "sample"
NAMES = ("nothing", "cat", "dog") if FULL else ("nothing", "disc", "square", "star")  # a label is a place in here
SETTINGS = {"quick": (6, 32, 3e-3), "full": (16, 32, 1e-3)}  # epochs, pictures a batch, learning rate
EPOCHS, BATCH, RATE = SETTINGS["full" if FULL else "quick"]
KINDS = [kind for name in ("disc", "square", "star") for kind in scenes.SHAPE_CLASSES if kind.name == name]

def drawn(count, seed):
    """(images, labels, boxes): one object each, but for one picture in six; its box is all zero."""
    empty = count // 6
    full = scenes.make(count - empty, seed, size=96, classes=KINDS, radius=(0.17, 0.38))
    none = scenes.make(empty, seed + 1, size=96, classes=KINDS, objects=(0, 0))
    order = np.random.RandomState(seed).permutation(count)
    labels, boxes = np.zeros(count, dtype=np.int64), np.zeros((count, 4))
    labels[full.pictures], boxes[full.pictures] = full.labels + 1, full.boxes
    return np.concatenate([full.images, none.images])[order], labels[order], boxes[order]

# %% nbgrader={"grade": false, "grade_id": "parts", "locked": true, "schema_version": 3, "solution": false, "task": false}
train, validation = pets.heads(224) if FULL else (drawn(2500, 90), drawn(500, 92))
print(f"{len(train[0]):,} pictures to learn from, {len(validation[0]):,} for validation:", ", ".join(NAMES))

# %% [markdown]
# ## 1 · What can one ask of a picture?
#
# *5 minutes*
#
# So far one word was the answer. There is more to ask, and each question needs another kind of answer:
#
# | task | question | answer |
# |---|---|---|
# | classification | What is it? | one class |
# | **classification + localization** | What is it, and where? | one class and one box |
# | detection | What is there, how many, and where? | any number of boxes, each with a class |
# | semantic segmentation | What does each pixel belong to? | a class for each pixel |
#
# Where the number of objects is known beforehand (here: one or none), a network with a fixed number of outputs will do:
# localization, this notebook. Where it is not, it is detection: 10. The ImageNet competition of 2014 asked both,
# localization with 1,000 classes and detection with 200.

# %%
several = scenes.make(3, 5, size=96, classes=KINDS, objects=(3, 4))
shown = several.pictures == 1
mask = several.masks[shown].any(axis=0)
one, _, box = drawn(12, 4)
segmented = np.where(mask[..., None], several.images[1], several.images[1] // 4)
draw_boxes.boxes([one[2], several.images[1], segmented], [box[2:3], several.boxes[shown], np.zeros((0, 4))],
                 captions=["localization", "detection", "segmentation"], columns=3,
                 title="Three answers to the question where")

# %% [markdown]
# Four numbers are enough for an upright box: two opposite corners. (Lecture E says "the 4 corners", which would be
# eight numbers, half of them for nothing.) Here they are `(x1, y1, x2, y2)`: left, top, right, bottom. x goes to the
# right, y goes **down**, the origin is the picture's top left corner. Two units are in use: **pixels**, and
# **fractions** of the picture's width and height. Fractions stay the same when a picture is enlarged, so networks get
# those.
#
# The same box can be told by its centre and size, `(cx, cy, width, height)`; 10 needs that. By hand, in fractions:
#
# $$(0.1,\ 0.2,\ 0.5,\ 0.8)\quad\leftrightarrow\quad
# \left(\tfrac{0.1+0.5}{2},\ \tfrac{0.2+0.8}{2},\ 0.5-0.1,\ 0.8-0.2\right)=(0.3,\ 0.5,\ 0.4,\ 0.6)$$
#
# Write both ways. Boxes always come as rows of an array, (n, 4), and n may be 0. One cell, two functions.

# %% nbgrader={"grade": false, "grade_id": "to_cxcywh", "locked": false, "schema_version": 3, "solution": true, "task": false}
def to_cxcywh(boxes):
    """Corners to centre and size.

    boxes: (n, 4), rows of x1, y1, x2, y2 in any unit. It is arithmetic alone: with x2 < x1 the width is negative.
    Returns (n, 4), rows of cx, cy, width, height in the same unit, float64.
    Raises ValueError if boxes is not (n, 4).
    """
    ### BEGIN SOLUTION
    boxes = as_boxes(boxes)
    low, high = boxes[:, :2], boxes[:, 2:]
    return np.concatenate([(low + high) / 2, high - low], axis=1)
    ### END SOLUTION


def to_xyxy(boxes):
    """Centre and size to corners: the way back.

    boxes: (n, 4), rows of cx, cy, width, height in any unit.
    Returns (n, 4), rows of x1, y1, x2, y2 in the same unit, float64.
    Raises ValueError if boxes is not (n, 4).
    """
    ### BEGIN SOLUTION
    boxes = as_boxes(boxes)
    centre, size = boxes[:, :2], boxes[:, 2:]
    return np.concatenate([centre - size / 2, centre + size / 2], axis=1)


def as_boxes(boxes):
    """(n, 4), float64; ValueError where it is something else."""
    boxes = np.asarray(boxes, dtype=np.float64)
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(f"boxes must be (n, 4), not {boxes.shape}")
    return boxes
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "to_cxcywh-1", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
check.close(to_cxcywh([[0.1, 0.2, 0.5, 0.8]]), [[0.3, 0.5, 0.4, 0.6]], name="to_cxcywh", mistakes={
    "The first two numbers are still the corner; asked is the centre.": [[0.1, 0.2, 0.4, 0.6]],
    "These are half the width and half the height.": [[0.3, 0.5, 0.2, 0.3]],
    "The sum of the corners must be halved to give the centre.": [[0.6, 1, 0.4, 0.6]],
    "y came before x: the order is cx, cy, width, height.": [[0.5, 0.3, 0.6, 0.4]],
    "1 was added to width and height: x2 − x1 is the width.": [[0.3, 0.5, 1.4, 1.6]],
    "Size came before centre.": [[0.4, 0.6, 0.3, 0.5]],
    "The boxes came back as they were.": [[0.1, 0.2, 0.5, 0.8]],
})
check.close(to_xyxy([[0.3, 0.5, 0.4, 0.6]]), [[0.1, 0.2, 0.5, 0.8]], name="to_xyxy", mistakes={
    "The first two numbers were taken as a corner; they are the centre.": [[0.3, 0.5, 0.7, 1.1]],
    "The whole size was taken to both sides; half of it belongs on each.": [[-0.1, -0.1, 0.7, 1.1]],
    "y came before x.": [[0.2, 0.1, 0.8, 0.5]],
    "1 was taken away: x2 is x1 + width.": [[0.1, 0.2, -0.5, -0.2]],
    "The boxes came back as they were.": [[0.3, 0.5, 0.4, 0.6]],
})
check.passed("to_cxcywh")

# %% [markdown]
# Several boxes in pixels, none at all, and back again.

# %% nbgrader={"grade": true, "grade_id": "to_cxcywh-2", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
boxes = np.array([[10, 20, 41, 30], [0, 5, 3, 96], [7, 7, 7, 9]])
check.close(to_cxcywh(boxes), [[25.5, 25, 31, 10], [1.5, 50.5, 3, 91], [7, 8, 0, 2]], mistakes={
    "The numbers were cut to whole ones: centres need halves.": [[25, 25, 31, 10], [1, 50, 3, 91], [7, 8, 0, 2]],
    "1 was added to width and height: x2 − x1 is the width.": [[25.5, 25, 32, 11], [1.5, 50.5, 4, 92], [7, 8, 1, 3]],
})
check.close(to_xyxy(to_cxcywh(boxes)), boxes, name="there and back")
check.shape(to_cxcywh(np.zeros((0, 4))), (0, 4))
check.unchanged(to_cxcywh, boxes.astype(float), name="to_cxcywh")
check.unchanged(to_xyxy, boxes.astype(float), name="to_xyxy")
for function in (to_cxcywh, to_xyxy):
    check.raises(ValueError, lambda: function([0.1, 0.2, 0.5, 0.8]), when="boxes has shape (4,)")
    check.raises(ValueError, lambda: function(np.zeros((2, 5))), when="boxes has shape (2, 5)")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(91)
boxes = hidden_rng.uniform(-3, 5, size=(40, 4))
centred = to_cxcywh(boxes)
check.close(centred, np.stack([boxes[:, [0, 2]].mean(axis=1), boxes[:, [1, 3]].mean(axis=1),
                               boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]], axis=1), name="to_cxcywh")
check.close(to_xyxy(centred), boxes, name="there and back")
check.dtype(to_xyxy(boxes.astype("float32")), np.float64)
check.close(to_cxcywh(np.array([[200, 10, 250, 90]], dtype=np.uint8)), [[225, 50, 50, 80]], name="to_cxcywh", mistakes={
    "uint8 ran over: make floats first.": [[97, 50, 50, 80]],
})
check.shape(to_xyxy(np.zeros((0, 4))), (0, 4))
### END HIDDEN TESTS
check.passed("to_cxcywh")

# %% [markdown]
# ## 2 · When is a box right?
#
# *20 minutes*
#
# No box is right to the last pixel. The usual measure is **intersection over union** (IoU): the area that two boxes
# share, divided by the area that they cover together. It is 1 for the same box, 0 for boxes that do not meet, and it
# does not matter in which unit one measures.
#
# By hand, a = (0, 0, 4, 2) and b = (2, 1, 5, 4), counting squares:
#
# | | x | y | area |
# |---|---|---|---|
# | a | 0–4 | 0–2 | 4 · 2 = 8 |
# | b | 2–5 | 1–4 | 3 · 3 = 9 |
# | shared | 2–4: from the larger x1 to the smaller x2 | 1–2 | 2 · 1 = 2 |
# | together | | | 8 + 9 − 2 = 15, the shared part counts once |
#
# IoU = 2/15. Where boxes do not meet, "the smaller x2" lies left of "the larger x1", and the length must be clamped
# to 0, in x **and** in y: two negative lengths have a positive product. Some old code adds 1 to each length, because it
# takes the numbers as the first and last pixel. Here they are edges, and nothing is added.
#
# Compare all with all: m boxes with n boxes give an (m, n) matrix. With `a[:, None]` and `b[None]` NumPy does that without a loop.

# %% nbgrader={"grade": false, "grade_id": "iou", "locked": false, "schema_version": 3, "solution": true, "task": false}
def iou(a, b):
    """Intersection over union of each box of a with each of b.

    a, b: (m, 4) and (n, 4), rows of x1, y1, x2, y2, both in the same unit; they may reach beyond the picture.
    A box with x2 ≤ x1 or y2 ≤ y1 is empty: its area is 0.
    Returns (m, n), float64, from 0 to 1; 0 where both are empty (0/0).
    Raises ValueError if a is not (m, 4), or b not (n, 4).
    """
    ### BEGIN SOLUTION
    a, b = as_boxes(a)[:, None], as_boxes(b)[None]

    def area(low, high):
        return np.prod(np.maximum(high - low, 0), axis=-1)

    shared = area(np.maximum(a[..., :2], b[..., :2]), np.minimum(a[..., 2:], b[..., 2:]))
    together = area(a[..., :2], a[..., 2:]) + area(b[..., :2], b[..., 2:]) - shared
    return np.divide(shared, together, out=np.zeros_like(shared), where=together > 0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "iou-1", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
check.close(iou([[0, 0, 4, 2]], [[2, 1, 5, 4]]), [[2 / 15]], mistakes={
    "The shared part was counted twice in the union: take it away once.": [[2 / 17]],
    "1 was added to the lengths: coordinates are edges, x2 − x1 is the width.": [[6 / 25]],
    "The area of a was taken twice, that of b not at all.": [[2 / 14]],
    "The area of b was taken twice, that of a not at all.": [[2 / 16]],
    "That is the shared area; divide it by the union.": [[2]],
    "It was divided by the smaller of the two areas.": [[2 / 8]],
    "It was divided by the area of b.": [[2 / 9]],
    "The boxes were taken as (x, y, width, height); they are two corners.": [[2 / 26]],
    "The boxes were taken as (cx, cy, width, height); they are two corners.": [[3 / 25]],
    "That is twice the shared area over the sum of the areas (Dice), not over the union.": [[4 / 17]],
})
check.passed("iou")

# %% [markdown]
# Next two boxes with three. The second of the three lies to the right of a, the third to the right and below.

# %% nbgrader={"grade": true, "grade_id": "iou-2", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
a, b = [[0, 0, 4, 2], [1, 1, 3, 5]], [[2, 1, 5, 4], [5, 0, 7, 2], [5, 4, 6, 6]]
result = iou(a, b)
check.shape(result, (2, 3), mistakes={
    "The boxes of a belong to the rows, those of b to the columns.": (3, 2),
    "Each box of a is compared with each of b: that is a matrix.": (6,),
    "Only the best of each row was kept.": (2,),
})
check.close(result, [[2 / 15, 0, 0], [3 / 14, 0, 0]], mistakes={
    "Negative lengths were not clamped to 0.": [[2 / 15, -1 / 7, 1 / 4], [3 / 14, -1 / 7, -1 / 6]],
    "The width was not clamped to 0, only the height.": [[2 / 15, -1 / 7, 0], [3 / 14, -1 / 7, -1 / 6]],
    "Only the area was made positive: two negative lengths have a positive product.":
        [[2 / 15, 0, 1 / 4], [3 / 14, 0, 0]],
    "The absolute value of the length was taken; a negative length means that they do not meet.":
        [[2 / 15, 1 / 5, 1 / 4], [3 / 14, 1 / 5, 1 / 4]],
})
check.close(iou([[0, 0, 4, 2]], [[1, 3, 3, 5]]), [[0]], name="the IoU of two boxes, one below the other", mistakes={
    "The height was not clamped to 0.": [[-2 / 14]],
})
check.close(iou([[0, 0, 4, 2]], [[5, 1, 7, 2]]), [[0]], name="the IoU of two boxes side by side", mistakes={
    "The width was not clamped to 0.": [[-1 / 11]],
})
check.passed("iou")

# %% [markdown]
# And odd boxes: empty ones, none at all, fractions, boxes beyond the picture.

# %% nbgrader={"grade": true, "grade_id": "iou-3", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
empty = [[0.5, 0.2, 0.5, 0.6], [0.6, 0.2, 0.4, 0.6]]  # no width; x2 left of x1
check.close(iou(empty, empty), np.zeros((2, 2)), name="the IoU of empty boxes", mistakes={
    "0/0 gave NaN: the IoU of two empty boxes is 0.": np.full((2, 2), np.nan),
})
check.close(iou(empty, [[0, 0, 1, 1]]), [[0], [0]], name="the IoU of empty boxes with the whole picture")
check.close(iou([[-0.5, 0, 0.5, 1]], [[0, 0, 1, 1]]), [[1 / 3]], name="the IoU of a box beyond the picture", mistakes={
    "The box was clipped to the picture: boxes count as they are.": [[0.5]],
})
check.shape(iou(np.zeros((0, 4)), [[0, 0, 1, 1]]), (0, 1))
check.unchanged(iou, np.array([[0.0, 0, 4, 2]]), np.array([[2.0, 1, 5, 4]]), name="iou")
check.raises(ValueError, lambda: iou([0, 0, 4, 2], [[2, 1, 5, 4]]), when="a has shape (4,)")
check.raises(ValueError, lambda: iou([[0, 0, 4, 2]], [[2, 1, 5]]), when="b has shape (1, 3)")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(92)

def counted(a, b):
    """IoU of boxes with whole numbers by counting unit squares."""
    squares = [{(x, y) for x in range(x1, x2) for y in range(y1, y2)} for x1, y1, x2, y2 in (a, b)]
    both = squares[0] | squares[1]
    return len(squares[0] & squares[1]) / len(both) if both else 0.0

def some(count, low, high):
    corner = hidden_rng.integers(low, high, size=(count, 2))
    return np.concatenate([corner, corner + hidden_rng.integers(0, 9, size=(count, 2))], axis=1)

for m, n in [(5, 7), (12, 3), (30, 30)]:
    a, b = some(m, 0, 12), some(n, -6, 12)
    check.close(iou(a, b), [[counted(one, other) for other in b] for one in a])
    check.close(iou(a / 20, b / 20), [[counted(one, other) for other in b] for one in a])
check.close(iou(np.array([[10, 10, 200, 200]], dtype=np.uint8), np.array([[20, 10, 210, 200]], dtype=np.uint8)),
            [[180 / 200]], name="the IoU of boxes of uint8")
check.shape(iou(np.zeros((3, 4)), np.zeros((0, 4))), (3, 0))
check.raises(ValueError, lambda: iou(np.zeros((2, 2, 4)), np.zeros((2, 4))), when="a has shape (2, 2, 4)")
### END HIDDEN TESTS
check.passed("iou")

# %% [markdown]
# **Predict, then run.** A box is moved to the right by half its width. Half of it still covers the old place. What is
# the IoU of the two? And if it is moved down by half its height as well? Write your guesses, and only then run on.

# %%
guess = {"right": None, "right and down": None}  # IoU, 0 to 1

# %%
print("you said:", guess)
shift = np.linspace(0, 1, 41)
right = [iou([[0, 0, 1, 1]], [[s, 0, 1 + s, 1]])[0, 0] for s in shift]
both = [iou([[0, 0, 1, 1]], [[s, s, 1 + s, 1 + s]])[0, 0] for s in shift]
draw.lines({"to the right": (shift, right), "to the right and down": (shift, both)}, y_label="IoU",
           x_label="shift, in widths of the box", title="IoU falls fast: half a width leaves one third")

# %% [markdown]
# One third and one seventh: what leaves the shared part joins the union. So an IoU of 0.5, which is what "found" usually
# means, allows a third of a width in one direction, and only a fifth or so in both.
#
# ## 3 · What happens to boxes when pictures change?
#
# *12 minutes*
#
# Photographs come in all sizes and a network takes one, so they are resized; and a mirrored picture is a free second
# picture (05). A class survives both. A box does not: it has to go along. In these two functions boxes are in
# **pixels**, as data sets store them.
#
# By hand, a picture of 40×60 (height × width) and the box (6, 10, 30, 20):
#
# * resized to 80×20, x goes with the width, times 20/60, and y with the height, times 80/40: (2, 20, 10, 40);
# * flipped left to right, x becomes 60 − x. The left edge at 6 becomes the *right* edge at 54, so the two change
#   places: (30, 10, 54, 20).
#
# `keras.ops.image.resize(image, size, interpolation="bilinear")` resizes. It gives back the kind of number that it
# got, and would round `uint8`: give it `float32`. `keras.ops.convert_to_numpy` makes an array of what it returns.

# %% nbgrader={"grade": false, "grade_id": "resize_with_boxes", "locked": false, "schema_version": 3, "solution": true, "task": false}
def resize_with_boxes(image, boxes, size):
    """A picture in another size, with its boxes.

    image: (H, W, C).   boxes: (n, 4), rows of x1, y1, x2, y2 in pixels.   size: (height, width), at least 1 each.
    Returns (image, boxes): float32 (height, width, C), bilinear and not rounded; float64 (n, 4), not rounded.
    Raises ValueError if image or boxes have other shapes, or a length is below 1.
    """
    ### BEGIN SOLUTION
    boxes, (height, width) = as_boxes(boxes), size
    if np.ndim(image) != 3 or height < 1 or width < 1:
        raise ValueError(f"needed: a picture (H, W, C) and a size of at least (1, 1), not {size}")
    across, down = width / np.shape(image)[1], height / np.shape(image)[0]
    resized = ops.image.resize(np.asarray(image, dtype="float32"), (height, width), interpolation="bilinear")
    return ops.convert_to_numpy(resized), boxes * (across, down, across, down)
    ### END SOLUTION


def flip_with_boxes(image, boxes):
    """A picture flipped left to right, with its boxes.

    image: (H, W, C), any kind of number.   boxes: (n, 4), rows of x1, y1, x2, y2 in pixels.
    Returns (image, boxes), both new, boxes float64. A box with x1 ≤ x2 still has x1 ≤ x2.
    Raises ValueError if image or boxes have other shapes.
    """
    ### BEGIN SOLUTION
    boxes = as_boxes(boxes)
    if np.ndim(image) != 3:
        raise ValueError(f"needed: a picture (H, W, C), not {np.shape(image)}")
    x1, y1, x2, y2 = boxes.T
    width = np.shape(image)[1]
    return np.array(image)[:, ::-1].copy(), np.stack([width - x2, y1, width - x1, y2], axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "resize_with_boxes-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
small, box = np.array([[[0], [10]], [[20], [30]]], dtype=np.uint8), [[6, 10, 30, 20]]
resized, moved = resize_with_boxes(np.zeros((40, 60, 3), dtype=np.uint8), box, (80, 20))
check.shape(resized, (80, 20, 3), mistakes={
    "`size` is (height, width), as in `image.shape`.": (20, 80, 3),
    "Take the axis of the batch away.": (1, 80, 20, 3),
})
check.close(moved, [[2, 20, 10, 40]], name="the resized box", mistakes={
    "The box stayed as it was.": [[6, 10, 30, 20]],
    "x was scaled by the height and y by the width.": [[12, 10 / 3, 60, 20 / 3]],
    "It was divided by the factors, not multiplied.": [[18, 5, 90, 10]],
    "All four numbers were scaled by the width.": [[2, 10 / 3, 10, 20 / 3]],
    "All four numbers were scaled by the height.": [[12, 20, 60, 40]],
    "Only the first corner was scaled.": [[2, 20, 30, 20]],
    "These are fractions; asked are pixels of the new picture.": [[0.1, 0.25, 0.5, 0.5]],
})
wanted = [[[0], [2.5], [7.5], [10]], [[20], [22.5], [27.5], [30]]]
check.close(resize_with_boxes(small, box, (2, 4))[0], wanted, atol=1e-4, name="the resized picture", mistakes={
    "It was rounded: make `float32` of the picture before it is resized.":
        [[[0], [2], [7], [10]], [[20], [22], [27], [30]]],
    "It was rounded: make `float32` of the picture before it is resized, not after.":
        [[[0], [2], [8], [10]], [[20], [22], [28], [30]]],
    "That is \"nearest\"; asked is \"bilinear\".": [[[0], [0], [10], [10]], [[20], [20], [30], [30]]],
    "Pixels were scaled to the range from 0 to 1.": np.array(wanted) / 255,
})
check.passed("resize_with_boxes")

# %% nbgrader={"grade": true, "grade_id": "resize_with_boxes-2", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
row = np.zeros((40, 60, 3), dtype=np.uint8)
row[5, :, 0] = np.arange(60)
flipped, moved = flip_with_boxes(row, box)
check.close(moved, [[30, 10, 54, 20]], name="the flipped box", mistakes={
    "The left edge became the right one, so x1 and x2 must change places.": [[54, 10, 30, 20]],
    "The box stayed as it was.": [[6, 10, 30, 20]],
    "That is W − 1 − x, which is right for the numbers of pixels; the edges of a box go to W − x.": [[29, 10, 53, 20]],
    "That is a flip from top to bottom.": [[6, 20, 30, 30]],
    "The height was taken for the width.": [[10, 10, 34, 20]],
    "That is 1 − x, which is right for fractions; these are pixels.": [[-29, 10, -5, 20]],
})
check.close(flipped[5, :, 0], np.arange(60)[::-1], name="row 5 of the flipped picture", mistakes={
    "The picture was not flipped.": np.arange(60),
    "That is a flip from top to bottom.": np.zeros(60),
})
check.passed("resize_with_boxes")

# %% nbgrader={"grade": true, "grade_id": "resize_with_boxes-3", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check.dtype(resize_with_boxes(small, box, (3, 5))[0], np.float32, name="the resized picture")
check.close(resize_with_boxes(np.zeros((30, 70, 1)), [[1, 2, 3, 4]], (10, 11))[1],
            [[11 / 70, 2 / 3, 33 / 70, 4 / 3]], name="the resized box", mistakes={
    "The box was rounded; keep all digits.": [[0, 1, 0, 1]],
    "The box was rounded down; keep all digits.": [[0, 0, 0, 1]],
})
for function in (lambda *given: resize_with_boxes(*given, (5, 7)), flip_with_boxes):
    check.shape(function(np.zeros((4, 6, 2)), np.zeros((0, 4)))[1], (0, 4))
    check.unchanged(function, np.ones((4, 6, 2)), np.array([[1.0, 2, 3, 4]]))
    check.raises(ValueError, lambda: function(np.zeros((4, 6)), [[1, 2, 3, 4]]), when="image has shape (4, 6)")
    check.raises(ValueError, lambda: function(np.zeros((4, 6, 2)), [1, 2, 3, 4]), when="boxes has shape (4,)")
check.raises(ValueError, lambda: resize_with_boxes(np.zeros((4, 6, 2)), [[1, 2, 3, 4]], (0, 5)), when="size is (0, 5)")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(93)
for (height, width), size in [((7, 12), (14, 9)), ((9, 5), (20, 31))]:
    image, boxes = hidden_rng.uniform(0, 255, (height, width, 2)), hidden_rng.uniform(-2, 12, (6, 4))
    across, down = size[1] / width, size[0] / height
    resized, moved = resize_with_boxes(image, boxes, size)
    check.shape(resized, (*size, 2))
    check.close(moved, np.stack([boxes[:, 0] * across, boxes[:, 1] * down, boxes[:, 2] * across, boxes[:, 3] * down], axis=1))
    flipped, moved = flip_with_boxes(image, boxes)
    check.close(flipped, np.stack([image[:, width - 1 - x] for x in range(width)], axis=1), name="the flipped picture")
    check.close(moved[:, [2, 0]], width - boxes[:, [0, 2]], name="x2 and x1 of the flipped boxes")
    check.close(moved[:, [1, 3]], boxes[:, [1, 3]], name="y1 and y2 of the flipped boxes")
    again, back = flip_with_boxes(flipped, moved)
    check.close(back, boxes, name="the boxes flipped twice")
ramp = np.arange(8.0)[None, :, None] * np.ones((4, 1, 3))
check.close(resize_with_boxes(ramp, np.zeros((0, 4)), (4, 16))[0][2, 2:-2, 1], np.arange(12) / 2 + 0.75, atol=1e-3,
            name="the middle of a resized ramp")
### END HIDDEN TESTS
check.passed("resize_with_boxes")

# %%
three = scenes.make(3, 8, size=(96, 144), classes=KINDS, radius=(0.2, 0.35))
pixels = three.boxes * (144, 96, 144, 96)
changed = [resize_with_boxes(three.images[0], pixels[:1], (96, 96)), flip_with_boxes(three.images[1], pixels[1:2]),
           flip_with_boxes(*resize_with_boxes(three.images[2], pixels[2:3], (72, 144)))]
pictures = [image.astype("uint8") for image, _ in changed]
fractions = [np.array([w, h, w, h]) for h, w in [picture.shape[:2] for picture in pictures]]
draw_boxes.boxes(pictures, [box / by for (_, box), by in zip(changed, fractions)],
                 [pixels[n:n + 1] / by for n, by in enumerate(fractions)], columns=3,
                 captions=["narrower", "flipped", "lower and flipped"], names=("went along", "left as it was"),
                 title="A box that stays behind teaches a lie")

# %% [markdown]
# Nothing crashes when boxes are forgotten; the network just learns the background, and the loss stays high. So look at
# some pictures *with their boxes* behind every step that changes them.
#
# ## 4 · How can one net say both?
#
# *12 minutes*
#
# Class and box come from the same maps, so both share one convolutional **base**, and two **heads** stand on it
# (lecture E: "a two-headed ConvNet"):
#
# * `label`: a dense layer with softmax, one unit a class;
# * `box`: a dense layer with four units. Fractions lie between 0 and 1, and so does a **sigmoid**.
#
# The heads want different things from the maps. *What* does not depend on the place, so the label may pool globally (08). *Where*
# is all that the box is about: global pooling would throw it away, so the box head flattens the maps, and a hidden
# dense layer of 64 ReLU units combines the places.
#
# The base is given. At quick scale it is four convolutions that turn 96×96 pixels into 6×6 places; at full scale a
# MobileNet that has learned from ImageNet and stays as it is (transfer learning, 06), and a 1×1 convolution after it.

# %% nbgrader={"grade": false, "grade_id": "base", "locked": true, "schema_version": 3, "solution": false, "task": false}
def pretrained(input_shape):
    """A MobileNet that knows ImageNet and learns nothing more: pictures from −1 to 1 → 768 maps."""
    mobilenet = keras.applications.MobileNet(input_shape=input_shape, alpha=0.75, include_top=False)
    mobilenet.trainable = False
    return mobilenet

def narrowed(maps):
    """Those maps, mixed into 16: the box head has 48 times fewer weights then, with which to learn photos by heart."""
    return layers.Conv2D(16, 1, activation="relu")(layers.Dropout(0.5)(maps))

def base(pictures):
    """The last maps of a stack of convolutions on pictures 0–255 (a `keras.Input`)."""
    x = layers.Rescaling(1 / 127.5, offset=-1)(pictures)
    if FULL and pictures.shape[1] == 224:  # the checks below build smaller nets
        return narrowed(pretrained(pictures.shape[1:])(x, training=False))
    x = layers.Conv2D(12, 5, strides=2, padding="same", activation="relu")(x)
    for filters in (24, 48, 64):
        x = layers.MaxPooling2D()(x)
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    return x

# %% nbgrader={"grade": false, "grade_id": "build_localizer", "locked": false, "schema_version": 3, "solution": true, "task": false}
def build_localizer(input_shape, classes):
    """A net with two heads on one base(), untrained.

    input_shape: (H, W, 3), pictures from 0 to 255.   classes: how many, 1 or more.
    Returns a Keras model with two outputs, in this order: "label", (classes,), softmax, and "box", (4,), sigmoid. These
    are the names of their layers. The box head sees where in the maps something is.
    Raises ValueError if classes is below 1, or input_shape has not three entries.
    """
    ### BEGIN SOLUTION
    if classes < 1 or len(input_shape) != 3:
        raise ValueError(f"needed: (H, W, 3) and at least one class, not {input_shape} and {classes}")
    inputs = keras.Input(input_shape)
    maps = base(inputs)
    label = layers.Dense(classes, activation="softmax", name="label")(layers.GlobalMaxPooling2D()(maps))
    hidden = layers.Dense(64, activation="relu")(layers.Flatten()(maps))
    box = layers.Dense(4, activation="sigmoid", name="box")(hidden)
    return keras.Model(inputs, [label, box])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "build_localizer-1", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
net = build_localizer((96, 64, 3), 5)
check.output_shape(net, [(None, 5), (None, 4)], mistakes={
    "The outputs came the other way round: first the label, then the box.": [(None, 4), (None, 5)],
    "There is one output; asked are two, `keras.Model(inputs, [label, box])`.": (None, 9),
    "Only the box is there.": (None, 4),
    "Only the label is there.": (None, 5),
    "The number of classes was not taken from the argument.": [(None, 4), (None, 4)],
    "The number of classes was not taken from the argument; it was 3.": [(None, 3), (None, 4)],
    "The box has eight numbers, four corners; two corners say it all.": [(None, 5), (None, 8)],
    "The box head was not flattened: there is a box for each place.": [(None, 5), (None, 6, 4, 4)],
})
check.equal(list(net.output_names), ["label", "box"], name="the list of the outputs' names", mistakes={
    "The names came the other way round.": ["box", "label"],
})
check.equal(tuple(net.input_shape), (None, 96, 64, 3), name="the input shape", mistakes={
    "The input shape was not taken from the argument.": (None, 96, 96, 3),
})
check.passed("build_localizer")

# %% [markdown]
# What do the outputs look like? Softmax gives probabilities, a sigmoid numbers between 0 and 1, whatever the picture.

# %% nbgrader={"grade": true, "grade_id": "build_localizer-2", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
def ask(model, images):
    """(probabilities, boxes) as arrays."""
    return [np.array(ops.convert_to_numpy(part)) for part in model(np.asarray(images, dtype="float32"))]

net = build_localizer((96, 64, 3), 5)
pictures = np.random.default_rng(1).integers(0, 256, size=(8, 96, 64, 3))
label, box = ask(net, pictures)
check.true(not np.allclose(box.sum(axis=1), 1, atol=1e-3), "The four numbers of the box always add up to 1.",
           "Softmax is for numbers that exclude each other; the box needs a sigmoid.")
# All weights larger, so that numbers leave the range from 0 to 1 where nothing keeps them in it.
net.set_weights([3 * w + np.linspace(-1, 1, w.size).reshape(w.shape) * (w.ndim == 1) for w in net.get_weights()])
label, box = ask(net, pictures)
check.true(bool(np.allclose(label.sum(axis=1), 1, atol=1e-3) and label.min() >= 0),
           "The label output is not probabilities that add up to 1.",
           "The classes exclude each other: the label needs softmax, not sigmoid, and not nothing.")
check.true(bool(box.min() >= 0 and box.max() <= 1), "The box output leaves the range from 0 to 1.",
           "Fractions of a picture lie between 0 and 1: the box needs a sigmoid.")
check.passed("build_localizer")

# %% nbgrader={"grade": true, "grade_id": "build_localizer-3", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
count = sum("Conv2D" in type(layer).__name__ for layer in net.layers)
check.equal(count, 4, name="the number of convolutions", mistakes={
    "There are two bases; both heads stand on one.": 8,
    "There are none: the heads stand on base(inputs).": 0,
})
net = build_localizer((192, 192, 3), 2)
places = np.full((2, 192, 192, 3), 128.0)  # a patch, and the same patch 48 pixels further to the right
for n, left in enumerate((64, 112)):
    places[n, 80:96, left:left + 16] = np.random.default_rng(2).integers(0, 256, size=(16, 16, 3))
_, box = ask(net, places)
check.true(not np.allclose(box[0], box[1], atol=1e-6, rtol=1e-5),
           "The box stays exactly the same when everything in the picture moves.",
           "Global pooling throws away where something is, and that is what the box is about: flatten the maps instead.")
check.raises(ValueError, lambda: build_localizer((96, 96, 3), 0), when="classes is 0")
check.raises(ValueError, lambda: build_localizer((96, 96), 4), when="input_shape is (96, 96)")
### BEGIN HIDDEN TESTS
for shape, classes in [((64, 96, 3), 2), ((48, 48, 3), 7)]:
    net = build_localizer(shape, classes)
    check.output_shape(net, [(None, classes), (None, 4)])
    check.equal(tuple(net.input_shape), (None, *shape), name="the input shape")
    label, box = ask(net, np.random.default_rng(3).integers(0, 256, size=(3, *shape)))
    check.close(label.sum(axis=1), np.ones(3), rtol=1e-3, name="the sums of the label output")
first, second = build_localizer((48, 48, 3), 3), build_localizer((48, 48, 3), 3)
check.true(not np.array_equal(first.get_weights()[0], second.get_weights()[0]), "Two models have the same weights.",
           "Each call builds a new model, with layers of its own.")
### END HIDDEN TESTS
check.passed("build_localizer")

# %%
net = build_localizer(train[0].shape[1:], len(NAMES))
parts = {"base": sum(layer.count_params() for layer in net.layers if "onv" in layer.name or "mobile" in layer.name),
         "label head": net.get_layer("label").count_params()}
parts["box head"] = net.count_params() - sum(parts.values())
draw.bars({name: count / 1000 for name, count in parts.items()}, x_label="parameters, thousands",
          title="Where costs more parameters than what")

# %% [markdown]
# ## 5 · What is the loss of an empty picture?
#
# *10 minutes*
#
# The two heads have two losses, and training minimises a weighted sum: cross-entropy for the label, and for the box the
# mean squared error (L2) of its four numbers, as in lecture E.
#
# One picture in six shows nothing. Its label is 0, "nothing", but what is the box of nothing? There is none, and
# whatever the net says must cost nothing. If zeros were taken as its box, the net would learn to draw boxes towards
# the corner whenever it is in doubt. So the box loss is **masked**: it is the mean over the pictures *with* an object.
#
# By hand, two pictures:
#
# | picture | true box | predicted | squared errors | mean of four | present |
# |---|---|---|---|---|---|
# | 1 | 0.2, 0.2, 0.6, 0.6 | 0.3, 0.2, 0.6, 0.8 | 0.01, 0, 0, 0.04 | 0.0125 | 1 |
# | 2 | nothing there | 0.4, 0.4, 0.4, 0.4 | do not count | | 0 |
#
# The loss is 0.0125, not half of it: one picture counts. Where no picture counts, it is 0, not 0/0, for one NaN in one
# batch would ruin all weights. Write it with `keras.ops` (`ops.mean`, `ops.square`, `ops.sum`, `ops.maximum`,
# `ops.cast`), so that training can take its gradient; these take NumPy arrays as well.

# %% nbgrader={"grade": false, "grade_id": "localization_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def localization_loss(boxes_true, boxes_pred, present):
    """Mean squared error of the boxes, over the pictures with an object.

    boxes_true, boxes_pred: (N, 4), arrays or tensors.   present: (N,), 1 where a picture has an object, else 0.
    Returns one number (or a tensor with one): the mean over the four numbers, then over the pictures with present 1;
    0 if there are none.
    Raises ValueError if the boxes are not both (N, 4), or present has not one axis.
    """
    ### BEGIN SOLUTION
    if tuple(boxes_true.shape) != tuple(boxes_pred.shape) or len(boxes_pred.shape) != 2 or boxes_pred.shape[1] != 4:
        raise ValueError(f"needed: two times (N, 4), not {boxes_true.shape} and {boxes_pred.shape}")
    if len(present.shape) != 1:
        raise ValueError(f"present must be (N,), not {present.shape}")
    errors = ops.mean(ops.square(boxes_true - boxes_pred), axis=1)
    counts = ops.cast(present, errors.dtype)
    return ops.sum(errors * counts) / ops.maximum(ops.sum(counts), 1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "localization_loss-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
true = np.array([[0.2, 0.2, 0.6, 0.6], [0, 0, 0, 0]])
pred = np.array([[0.3, 0.2, 0.6, 0.8], [0.4, 0.4, 0.4, 0.4]])
check.close(localization_loss(true, pred, np.array([1, 0])), 0.0125, mistakes={
    "The empty picture was counted: only pictures with present 1 are.": 0.08625,
    "The sum was divided by all pictures; divide by those with present 1.": 0.00625,
    "The four squared errors were added; take their mean.": 0.05,
    "That is the root of the mean squared error.": 0.0125**0.5,
    "That is the mean absolute error; asked is the squared one.": 0.075,
    "It counts the empty picture, not the other.": 0.16,
    "There is a loss for each picture; asked is one number.": [0.0125, 0],
    "There is a loss for each picture; asked is one number, and the empty one is not masked.": [0.0125, 0.16],
})
check.passed("localization_loss")

# %% nbgrader={"grade": true, "grade_id": "localization_loss-2", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check.close(localization_loss(true, pred, np.array([0, 0])), 0, name="the loss of empty pictures", mistakes={
    "0/0 is NaN: where no picture counts, the loss is 0.": np.nan,
    "Nothing is masked: these pictures are all empty.": 0.08625,
})
tensors = [ops.convert_to_tensor(np.asarray(part, dtype="float32")) for part in (true, pred, [1, 1])]
check.close(localization_loss(*tensors), 0.08625, rtol=1e-4, name="the loss of two full pictures, as tensors")
check.raises(ValueError, lambda: localization_loss(true, pred, np.ones((2, 1))), when="present has shape (2, 1)")
check.raises(ValueError, lambda: localization_loss(true, pred[0], np.ones(2)), when="boxes_pred has shape (4,)")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(95)
true, pred = hidden_rng.uniform(size=(2, 30, 4))
for present in (hidden_rng.integers(0, 2, size=30), np.eye(30)[3], np.ones(30), hidden_rng.uniform(size=30) < 0.3):
    rows = np.flatnonzero(present)
    wanted = sum(sum((true[n, k] - pred[n, k]) ** 2 for k in range(4)) / 4 for n in rows) / len(rows)
    check.close(localization_loss(true, pred, present), wanted, rtol=1e-4)
    anything = np.where(np.asarray(present, dtype=bool)[:, None], true, 17.0)
    check.close(localization_loss(anything, pred, present), wanted, rtol=1e-4, name="the loss, with other boxes for empty pictures")
check.unchanged(localization_loss, true, pred, np.ones(30), name="localization_loss")
check.raises(ValueError, lambda: localization_loss(true[:, :3], pred[:, :3], np.ones(30)), when="the boxes have shape (30, 3)")
### END HIDDEN TESTS
check.passed("localization_loss")

# %% [markdown]
# A present of shape (N, 1) would not crash: (N,) times (N, 1) is (N, N), every error times every mask, a wrong number
# that looks like a loss. That is what the `ValueError` is for.
#
# ## 6 · One number for a whole net
#
# *8 minutes*
#
# Training minimises squared errors, but nobody wants to know those: one pixel off is little for a large box and much
# for a small one. The IoU tells. For a net it is averaged over the pictures **row by row**: the first predicted box
# with the first true one, and so on. And since a box with an IoU of 0.5 or more usually counts as found, the share
# of these is the second number. By hand, three pictures with the IoUs 2/15, 0.5 and 1: the mean is 49/90 ≈ 0.544, and 2 of 3
# are found.

# %% nbgrader={"grade": false, "grade_id": "mean_iou", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mean_iou(boxes_true, boxes_pred):
    """The mean IoU of boxes with the true ones, row by row.

    boxes_true, boxes_pred: (n, 4), rows of x1, y1, x2, y2; row k of one belongs to row k of the other.
    Returns a number from 0 to 1; 0.0 if there are no rows.
    Raises ValueError if they are not both (n, 4).
    """
    ### BEGIN SOLUTION
    rows = row_ious(boxes_true, boxes_pred)
    return float(np.mean(rows)) if len(rows) else 0.0


def row_ious(boxes_true, boxes_pred):
    """(n,): the IoU of each row; not the diagonal of one (n, n) matrix, which is large for many pictures."""
    true, pred = as_boxes(boxes_true), as_boxes(boxes_pred)
    if len(true) != len(pred):
        raise ValueError(f"there are {len(true)} true boxes and {len(pred)} predicted ones")
    return np.array([iou(one[None], other[None])[0, 0] for one, other in zip(true, pred)])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "mean_iou-1", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
true = np.array([[0, 0, 4, 2], [0, 0, 3, 2], [1, 1, 2, 2]])
pred = np.array([[2, 1, 5, 4], [0, 0, 1.5, 2], [1, 1, 2, 2]])
check.close(mean_iou(true, pred), 49 / 90, mistakes={
    "That is the mean of all boxes with all; asked is row by row, the diagonal of that matrix.": 88 / 315,
    "That is the IoU of the mean boxes; asked is the mean of the IoUs.": 22 / 51,
    "That is the sum; divide by the number of rows.": 49 / 30,
    "For each true box the best of all predicted ones was taken; asked is its own.": 0.625,
    "All shared areas were divided by all unions; asked is the mean of the IoUs.": 6 / 22,
    "There is an IoU for each row; asked is their mean.": [2 / 15, 0.5, 1],
})
check.passed("mean_iou")

# %% nbgrader={"grade": true, "grade_id": "mean_iou-2", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check.close(mean_iou(np.zeros((0, 4)), np.zeros((0, 4))), 0, name="the mean IoU of no boxes", mistakes={
    "The mean of nothing is NaN; asked is 0.": np.nan,
})
check.unchanged(mean_iou, true.astype(float), pred, name="mean_iou")
check.raises(ValueError, lambda: mean_iou(true, pred[:2]), when="there are 3 true boxes and 2 predicted ones")
check.raises(ValueError, lambda: mean_iou(true, pred[:1]), when="there are 3 true boxes and 1 predicted one")
check.raises(ValueError, lambda: mean_iou(true[0], pred[0]), when="the boxes have shape (4,)")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(96)
corner = hidden_rng.uniform(0, 0.5, size=(2, 50, 2))
true, pred = np.concatenate([corner, corner + hidden_rng.uniform(0.2, 0.5, size=(2, 50, 2))], axis=2)
rows = []
for a, b in zip(true, pred):
    shared = max(min(a[2], b[2]) - max(a[0], b[0]), 0) * max(min(a[3], b[3]) - max(a[1], b[1]), 0)
    rows.append(shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared))
check.close(mean_iou(true, pred), sum(rows) / 50)
check.close(mean_iou(true[:1], pred[:1]), rows[0])
check.close(mean_iou(true, np.zeros((50, 4))), 0, name="the mean IoU with empty boxes")
### END HIDDEN TESTS
check.passed("mean_iou")

# %% nbgrader={"grade": false, "grade_id": "share_above", "locked": false, "schema_version": 3, "solution": true, "task": false}
def share_above(boxes_true, boxes_pred, threshold=0.5):
    """The share of rows whose IoU is at least threshold.

    boxes_true, boxes_pred: (n, 4), as in mean_iou.   threshold: from 0 to 1; an IoU of just that counts.
    Returns a number from 0 to 1; 0.0 if there are no rows.
    Raises ValueError if they are not both (n, 4), or if threshold is below 0 or above 1.
    """
    ### BEGIN SOLUTION
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must be from 0 to 1, not {threshold}")
    rows = row_ious(boxes_true, boxes_pred)
    return float(np.mean(rows >= threshold)) if len(rows) else 0.0
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "share_above-1", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
true = np.array([[0, 0, 4, 2], [0, 0, 3, 2], [1, 1, 2, 2]])
pred = np.array([[2, 1, 5, 4], [0, 0, 1.5, 2], [1, 1, 2, 2]])
check.close(share_above(true, pred), 2 / 3, mistakes={
    "An IoU of just 0.5 counts: at least, not above.": 1 / 3,
    "That is the number of rows; asked is their share.": 2,
    "That is a percentage; asked is a share from 0 to 1.": 200 / 3,
    "That is whether the mean IoU is large enough; asked is the share of rows.": 1,
    "All boxes were compared with all; asked is row by row.": 2 / 9,
})
check.close(share_above(true, pred, 0.1), 1, name="the share above 0.1", mistakes={
    "The threshold was not taken from the argument.": 2 / 3,
    "All boxes were compared with all; asked is row by row.": 5 / 9,
})
check.close(share_above(true, pred, 0.9), 1 / 3, name="the share above 0.9", mistakes={
    "The threshold was not taken from the argument, or these are the ones below it.": 2 / 3,
})
check.passed("share_above")

# %% nbgrader={"grade": true, "grade_id": "share_above-2", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check.close(share_above(np.zeros((0, 4)), np.zeros((0, 4))), 0, name="the share of no boxes", mistakes={
    "The mean of nothing is NaN; asked is 0.": np.nan,
})
check.raises(ValueError, lambda: share_above(true, pred, 50), when="threshold is 50")
check.raises(ValueError, lambda: share_above(true, pred, -0.1), when="threshold is -0.1")
check.raises(ValueError, lambda: share_above(true, pred[:2]), when="there are 3 true boxes and 2 predicted ones")
### BEGIN HIDDEN TESTS
width = np.linspace(0.05, 1, 20)
true = np.tile([0.0, 0, 1, 1], (20, 1))
pred = np.stack([np.zeros(20), np.zeros(20), width, np.ones(20)], axis=1)  # the IoUs are the widths
for threshold in (0, 0.33, 0.5, 0.77, 1):
    check.close(share_above(true, pred, threshold), sum(w >= threshold for w in width) / 20, name=f"the share above {threshold}")
check.unchanged(share_above, true, pred, name="share_above")
### END HIDDEN TESTS
check.passed("share_above")

# %% [markdown]
# ## 7 · Train it
#
# *15 minutes*
#
# Keras hands two tensors to a loss, the truth and the prediction of one output. The mask has to come along with the
# truth, so `targets` puts it into a fifth column; take it apart again in a function of two arguments, which calls
# your `localization_loss`. `compile` takes losses and their weights by the outputs' names.

# %% nbgrader={"grade": false, "grade_id": "settings", "locked": true, "schema_version": 3, "solution": false, "task": false}
BOX_WEIGHT = 30  # squared errors of fractions are small: without it, the label would get all the attention

def targets(labels, boxes):
    """What the two outputs are compared with; the last column for the box is 1 where there is an object."""
    present = (labels > 0)[:, None]
    return {"label": labels, "box": np.concatenate([boxes, present], axis=1).astype("float32")}

def optimizer(pictures):
    """Adam, with a learning rate that falls to 0 until the last step."""
    steps = EPOCHS * -(-pictures // BATCH)
    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, steps))

# %% nbgrader={"grade": false, "grade_id": "train_localizer", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_localizer(train, validation, seed):
    """A localizer, built, compiled and trained.

    train, validation: triples of images (N, H, W, 3), 0 to 255, labels (N,) with 0 for "nothing" and at most
    len(NAMES) − 1, and boxes (N, 4), fractions; those of label 0 do not count.
    seed: for all random numbers (`keras.utils.set_random_seed`).
    It gets an optimizer(len(images)), cross-entropy plus BOX_WEIGHT times the masked box loss, and EPOCHS epochs in
    batches of BATCH on the training part alone; validation is only looked at.
    Returns the trained model, with the outputs of build_localizer.
    """
    ### BEGIN SOLUTION
    images, labels, boxes = train
    keras.utils.set_random_seed(seed)
    model = build_localizer(images.shape[1:], len(NAMES))

    def box_loss(truth, predicted):
        return localization_loss(truth[:, :4], predicted, truth[:, 4])

    model.compile(
        optimizer(len(images)),
        loss={"label": "sparse_categorical_crossentropy", "box": box_loss},
        loss_weights={"label": 1, "box": BOX_WEIGHT},
    )
    seen = validation[0], targets(*validation[1:])
    model.fit(images, targets(labels, boxes), batch_size=BATCH, epochs=EPOCHS, validation_data=seen, verbose=0)
    return model
    ### END SOLUTION


# %% [markdown]
# It is trained once, here; checks and figures below use it. Asked are a mean IoU of 0.6 (0.4 for photographs) and
# 85 % right labels, on pictures that it never saw.

# %% nbgrader={"grade": false, "grade_id": "training", "locked": true, "schema_version": 3, "solution": false, "task": false}
# At full scale with copies, cut and flipped by your functions: photos with boxes are few.
model = train_localizer(
    pets.with_copies(train, 3, SEED, resize_with_boxes, flip_with_boxes) if FULL else train, validation, SEED)

# %% nbgrader={"grade": false, "grade_id": "judge", "locked": true, "schema_version": 3, "solution": false, "task": false}
def answers(model, images):
    """(probabilities (N, classes), boxes (N, 4)) of a localizer."""
    label, box = model.predict(images, batch_size=250, verbose=0)
    return label, box

def found_and_true(model, part):
    """The predicted and the true boxes of the pictures with an object."""
    images, labels, boxes = part
    there = labels > 0
    return answers(model, images[there])[1], boxes[there]

# %% nbgrader={"grade": true, "grade_id": "train_localizer-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
known = found_and_true(model, [part[:500] for part in train])
check.located(*found_and_true(model, validation), 0.4 if FULL else 0.6, train=known)
### BEGIN HIDDEN TESTS
check.located(*found_and_true(model, drawn(600, 909)), 0.6, train=known)
### END HIDDEN TESTS
check.passed("train_localizer")

# %% nbgrader={"grade": true, "grade_id": "train_localizer-2", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
known = answers(model, train[0][:500])[0], train[1][:500]
check.trained(answers(model, validation[0])[0], validation[1], 0.85, train=known, classes=len(NAMES))
### BEGIN HIDDEN TESTS
new = drawn(600, 909)
check.trained(answers(model, new[0])[0], new[1], 0.85, train=known, classes=len(NAMES))
check.located(*found_and_true(model, new), 0.3, name="the model, whose labels are good,")
### END HIDDEN TESTS
check.passed("train_localizer")

# %% [markdown]
# How good is it, by your own functions?

# %%
images, labels, boxes = [part[validation[1] > 0] for part in validation]
scores, found = answers(model, images)
print(f"mean IoU {mean_iou(boxes, found):.3f} · found (IoU ≥ 0.5) {share_above(boxes, found):.1%} · "
      f"right labels {np.mean(scores.argmax(axis=1) == labels):.1%}")

# %%
overlap = np.array([iou(found[n:n + 1], boxes[n:n + 1])[0, 0] for n in range(len(boxes))])
draw_boxes.histogram(overlap, marked=0.5, x_label="IoU of predicted and true box", y_label="pictures",
                     title="Most boxes are nearly right, few are lost")

# %%
ranks = np.argsort(-overlap)
chosen = np.concatenate([ranks[:4], ranks[-4:]])
draw_boxes.boxes(images[chosen], found[chosen], boxes[chosen], title="The four best boxes, and the four worst",
                 captions=[f"{NAMES[scores[n].argmax()]}, IoU {overlap[n]:.2f}" for n in chosen])

# %% [markdown]
# Look at the worst ones before you look at any more numbers: mistakes have reasons. An object as bright as what is
# behind it, a bar across it, a line of the background taken for a part of it. And small objects: the same error of
# some pixels costs them more.

# %%
size = to_cxcywh(boxes)[:, 2:].mean(axis=1)
bins = np.digitize(size, np.quantile(size, [1 / 3, 2 / 3]))
error = np.sqrt(np.mean((found - boxes) ** 2, axis=1))
rows = {}
for n, name in enumerate(["small", "middle", "large"]):
    rows[f"{name}, mean IoU"] = 100 * overlap[bins == n].mean()
    rows[f"{name}, error"] = 100 * error[bins == n].mean()
draw.bars(rows, unit=" %", marked=[row for row in rows if "error" in row], x_label="% (error: of the picture's side)",
          title="About the same error, another IoU")

# %% [markdown]
# Does it know when nothing is there? The label says so; the box says *something* always, and nobody has told it what.
# So read the label first, and the box only if there is something.

# %%
empty = scenes.make(4, 94, size=validation[0].shape[1], classes=KINDS, objects=(0, 0)).images
scores, guessed = answers(model, empty)
draw_boxes.boxes(empty, guessed, captions=[f"{NAMES[s.argmax()]} {s.max():.2f}" for s in scores],
                 title="The box of nothing means nothing")

# %% [markdown]
# ## 8 · Real photographs
#
# *3 minutes, nothing to solve*
#
# The same two heads work on photographs, if the base knows photographs: a MobileNet trained on ImageNet and frozen, as
# in lecture E ("a pre-trained convolutional base", 06). 295 photos of the Oxford-IIIT Pet data have a box around the
# head of a cat or dog; every fifth was held out. `source/09_localization/measure.py` in the course's repository does it,
# and `docs/results.md` holds its numbers.
#
# Cat or dog is easy, for ImageNet has many of both. *Where* is hard: few boxes are soon learned by heart. Four ways were
# tried on the training photos alone, three quarters to learn from and the rest to judge by, each quarter once.
# The mean IoU:
#
# | maps for the heads | photos | learned | new |
# |---|---|---|---|
# | all 768 | and 7 copies | 0.49 | 0.33 |
# | mixed into 16 by a 1×1 convolution | and flipped ones | 0.70 | 0.38 |
# | the same | and 7 copies, cut and flipped by `resize_with_boxes` and `flip_with_boxes` | 0.64 | 0.44 |
# | the same, behind dropout of 0.5, twice as long | and 7 copies | 0.58 | **0.53** |
#
# In the first row the head has 2.4 million weights, and 29 % of its answers were 0 or 1, where a sigmoid has next to no
# gradient. From the second row on, each way knows its own photos less well than the one before, and new ones better.
# Trained once more on all training photos, the last one reached 0.62 on the 59 that were held out; one box for all, 0.30.
#
# ## Your turn to explain
#
# Two localizers were tested on the same 100 pictures. A has a mean squared error (box loss) of 0.0020, B one of 0.0030,
# and yet B has the higher mean IoU. How can that be? Make up two objects with numbers that show it, or reason with
# sizes. Which of the two would you take to find one bird in the sky, where a box is right from an IoU of 0.5 on? And
# why would neither of the two numbers tell you that a net draws boxes into pictures that are empty? Six to eight sentences.

# %% [markdown] nbgrader={"grade": true, "grade_id": "written", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# The squared error is measured in fractions of the picture, the IoU in relation to the object: an error of 0.05 on
# each edge hardly matters for a box 0.6 wide and is fatal for one 0.1 wide (1 point).
#
# Numbers, such as: a shift of 0.05 to the right of a box 0.6 wide leaves an IoU of 0.55/0.65 = 0.85, of one 0.1 wide
# 0.05/0.15 = 0.33, at the same squared error (1 point).
#
# So B may be more exact for small objects and worse for large ones, where it costs much squared error and little IoU;
# or B has a few boxes that are very wrong: an IoU cannot fall below 0, a squared error grows on (1 point for either).
#
# B, if its boxes of small objects are better, for birds are small; to be decided by the share of boxes with an IoU of
# 0.5 and more *on pictures of birds*, not by a mean over all (1 point).
#
# Both numbers are taken over pictures with an object: the loss is masked and the IoU needs a true box. Empty pictures
# must be judged by the label, or by precision and recall as in detection (1 point).
# ### END SOLUTION

# %% [markdown]
# ## What you built
#
# Boxes in two ways and the road between, IoU, pictures that change with their boxes, a net with two heads on one base,
# a loss that knows when to be silent, and the two numbers by which localizers are judged. Your `iou` is what 10 needs
# for everything: its targets, its loss, its suppression of doubles and its score. Next: **10 YOLO**, any number of objects.
#
# ## Go further
#
# * Replace `Flatten` by `GlobalAveragePooling2D` in the box head and train again. It is worse, but not as bad as one box
#   for all: find out what tells it where things are (the zeros of `same` padding are one suspect).
# * Train with flipped copies: `flip_with_boxes` wants pixels, so scale there and back. What does it win?
# * Train on the IoU itself: 1 − IoU as the loss, written with `keras.ops`. What is its gradient for boxes that do not
#   meet? H. Rezatofighi and others, *Generalized Intersection over Union* (2019), mend that.
