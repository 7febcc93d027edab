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
# # YOLO
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](@@COLAB@@)
#
# After this notebook you can
#
# * turn any number of objects into one target of fixed size, and the answer of a network back into boxes;
# * write a detector's loss, its clean-up and its grade from their definitions, and know what each part is for;
# * train a detector that you built from end to end, and see it find things in scenes that it never saw.
#
# **Time:** about 90 minutes. **You need:** building and training networks with Keras (04, 05), boxes and IoU (09).
#
# **How it works.** Fill in a stub, run the checks below it, read what they say, try again. The checks give 95 points,
# a short text at the end gives 5. The trained detector is judged by what it finds in pictures that it never saw.
#
# **House rules.** Boxes are (x1, y1, x2, y2), fractions of the picture, origin top left; grids are `[row, column]`.
# Arguments stay as they were. Arrays from NumPy come out new and as `float64`. Arguments that make no sense raise a
# `ValueError` whose message says why.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
# @@INSTALL@@
import os, time

import numpy as np
from convkit import boxed_photos, check, draw, draw_boxes, draw_yolo, photo_detector, quiet, scenes, session

with quiet.startup():
    import keras
from keras import layers, ops

SEED = 0
session.start("pictures: drawn scenes", full="section 6 trains on more and larger scenes in some minutes")

# %% [markdown]
# **Quick or full?** Section 6 trains a detector. `"quick"` takes 2,500 small scenes and about half a minute on any computer, and
# is what gets graded; `"full"` takes more and larger scenes and a wider network, and wants a GPU.

# %%
SCALE = "quick"

# %% nbgrader={"grade": false, "grade_id": "data", "locked": true, "schema_version": 3, "solution": false, "task": false}
# Grading is always quick, whatever stands above.
FULL = globals().get("SCALE") == "full" and os.environ.get("CONVKIT_SOURCE") != "sample"
SIZE, COUNT, EPOCHS, BATCH, WIDTHS = (
    (112, 12_000, 30, 64, (32, 64, 128, 192, 256)) if FULL else (56, 2_500, 5, 32, (16, 32, 64, 64)))
NAMES = ("disc", "square", "triangle")

# %% nbgrader={"grade": false, "grade_id": "scenes", "locked": true, "schema_version": 3, "solution": false, "task": false}
def draw_scenes(count, seed, size, objects=(1, 6)):
    """Scenes with one to six objects of three classes, some of them partly hidden."""
    kinds = [scenes.ObjectClass(name, name) for name in NAMES]
    return scenes.make(count, seed, size=size, classes=kinds, objects=objects, radius=(0.12, 0.22))

# %% nbgrader={"grade": false, "grade_id": "part", "locked": true, "schema_version": 3, "solution": false, "task": false}
def part(count, seed):
    """(images, labels, boxes): uint8 (count, SIZE, SIZE, 3), and two lists with an array for each picture."""
    chunks = [draw_scenes(min(500, count - start), seed + start, SIZE) for start in range(0, count, 500)]
    labels, boxes = [], []
    for chunk in chunks:
        seen = chunk.boxes[:, 2] > chunk.boxes[:, 0]  # a few objects are wholly hidden by others
        for picture in range(len(chunk)):
            own = seen & (chunk.pictures == picture)
            labels.append(chunk.labels[own])
            boxes.append(chunk.boxes[own])
    return np.concatenate([chunk.images for chunk in chunks]), labels, boxes

# %% nbgrader={"grade": false, "grade_id": "parts", "locked": true, "schema_version": 3, "solution": false, "task": false}
train, validation = part(COUNT, 1_000_000), part(200, 2_000_000)
print(f"{len(train[0]):,} pictures to learn from, {len(validation[0])} to look at · full scale: {FULL}")

# %% [markdown]
# ## 1 · How can one pass find any number of things?
#
# *5 minutes*
#
# 09 asked where *the* object is: four numbers, one answer. Nobody knows beforehand how many objects a street has. The
# first good answer was **R-CNN**: let another program, which learns nothing, propose some 2,000 regions of the picture
# that may hold something, and send **each** through a classifier. That works, with 2,000 forward passes a picture, many
# over the same pixels. **YOLO**, *you only look once*, needs **one**: divide the picture into a grid of
# $S\times S$ cells, and let the one output have room for an answer in each of them. An object belongs to the cell in
# which its **centre** lies; that cell is responsible for it. Here $S=7$:

# %%
scene = draw_scenes(1, 3, 224, objects=(6, 6))
draw_yolo.grid(scene.images[0], scene.boxes, 7, title="Each object belongs to the cell of its centre")

# %% [markdown]
# Orange cells are responsible, dots are centres. An object may reach far beyond its cell: the cell says *who answers*,
# not how large the answer is. Each cell answers with
#
# * $B$ **candidate boxes** of five numbers: x, y, w, h and a **confidence**;
# * $C$ **class probabilities**, one set for the whole cell.
#
# Together $S\times S\times(5B+C)$ numbers. By hand for this notebook, where $B=2$ and $C=3$ (disc, square, triangle): a
# cell has $5\cdot2+3=13$ numbers, the picture $7\cdot7\cdot13=637$, and $7\cdot7\cdot2=98$ boxes.
#
# **Predict, then run.** The paper's detector for Pascal VOC has $S=7$, $B=2$ and the $C=20$ classes of VOC. How many
# numbers come out of it for a picture, and how many boxes? Write them down first.

# %%
prediction = {"numbers": None, "boxes": None}

# %%
S, B, C = 7, 2, 20
print("you said:", prediction)
print(f"{S}×{S}×{5 * B + C} = {S * S * (5 * B + C):,} numbers, {S * S * B} boxes")

# %% [markdown]
# 1,470 numbers for 98 boxes. (ImageNet's task for detectors had 200 classes, its task for classifiers 1,000. With more
# classes $C$ grows, and nothing else.) Two boxes a cell, but one set of classes: a cell can name *one* object. That is
# YOLO's price, and section 2 will meet it.
#
# The tool of all that follows is 09's **intersection over union**. Two squares of 2×2 that share 1×1 have an IoU of
# $1/(4+4-1)=1/7$:

# %% nbgrader={"grade": false, "grade_id": "iou", "locked": true, "schema_version": 3, "solution": false, "task": false}
def iou(a, b):
    """Intersection over union of each box of a, (M, 4), with each of b, (N, 4): (M, N). As in 09; 0/0 is 0."""
    a, b = (np.reshape(np.asarray(boxes, dtype=np.float64), (-1, 4)) for boxes in (a, b))
    sides = np.minimum(a[:, None, 2:], b[None, :, 2:]) - np.maximum(a[:, None, :2], b[None, :, :2])
    both = np.prod(np.maximum(sides, 0), axis=-1)
    first, second = (np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), axis=-1) for boxes in (a, b))
    either = first[:, None] + second[None, :] - both
    return np.divide(both, either, out=np.zeros_like(both), where=either > 0)

print(iou([[0, 0, 2, 2]], [[1, 1, 3, 3], [0, 0, 2, 2], [2, 0, 4, 2]]))

# %% [markdown]
# ## 2 · What is the right answer of a cell?
#
# *15 minutes*
#
# Training needs the wanted output of each picture, with as many numbers whatever is in it. For each object, its cell gets
#
# $$(x,\;y,\;w,\;h,\;1,\;\text{one-hot class})$$
#
# and all other cells are zero. x and y say where in **the cell** the centre is, from 0 at its left (or top) to 1; w and h
# are fractions of **the picture**, as an object may be larger than a cell. One box will do in the target: $5+C$ numbers.
#
# By hand: a grid of 4×4, a triangle (class 2 of 3) with the box (0.4, 0.1, 0.8, 0.3). Its centre is (0.6, 0.2); in units
# of cells $(4\cdot0.6,\;4\cdot0.2)=(2.4,\;0.8)$. So it is in **row 0, column 2**, at x = 0.4 and y = 0.8 of that cell:
#
# $$\text{target}[0,2]=(0.4,\;0.8,\;0.4,\;0.2,\;1,\;0,\;0,\;1)$$
#
# Four cases that a rule must settle:
#
# * **Two centres in one cell**: the larger box wins (by area; of two equal ones the first), the other is lost.
# * **A centre at 1.0 exactly**, at the right or lower border: there is no cell $S$, so it belongs to the last one, with x
#   (or y) = 1.
# * **A box without area** (x1 = x2 or y1 = y2): nothing can be seen of it, it is left out.
# * **Nonsense** is refused: x1 > x2, or a centre outside the picture. A box may *reach* over the border, if the
#   object is cut off there.

# %% nbgrader={"grade": false, "grade_id": "encode", "locked": false, "schema_version": 3, "solution": true, "task": false}
def encode(boxes, labels, grid, classes):
    """The target of one picture.

    boxes: (n, 4), x1, y1, x2, y2 as fractions of the picture; n may be 0.   labels: (n,), from 0 to classes − 1.
    grid: S, 1 or more.   classes: C, 1 or more.
    Returns (S, S, 5 + C), float64: in the cell [row, column] of each centre x and y in the cell, w and h of the
    picture, 1, the class one-hot; 0 elsewhere. Of two centres in one cell the larger box wins, a tie keeps the
    first. A centre at 1.0 belongs to the last cell. Boxes without area are left out.
    Raises ValueError if grid or classes is below 1, if there are not as many labels as boxes, for a label that is
    no class, a box with x1 > x2 or y1 > y2, or a centre outside the picture.
    """
    ### BEGIN SOLUTION
    boxes, labels = np.reshape(np.asarray(boxes, dtype=np.float64), (-1, 4)), np.asarray(labels, dtype=np.int64)
    if grid < 1 or classes < 1:
        raise ValueError(f"there must be a cell and a class, not {grid} and {classes}")
    if labels.shape != (len(boxes),) or np.any((labels < 0) | (labels >= classes)):
        raise ValueError(f"{len(boxes)} boxes need as many labels from 0 to {classes - 1}")
    centres, sizes = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    if not np.all((sizes >= 0) & (centres >= 0) & (centres <= 1)):
        raise ValueError("a box needs x1 ≤ x2, y1 ≤ y2, and its centre in the picture")
    target = np.zeros((grid, grid, 5 + classes))
    areas = np.prod(sizes, axis=1)
    for index in np.argsort(-areas, kind="stable"):
        column, row = np.minimum((centres[index] * grid).astype(int), grid - 1)
        if areas[index] > 0 and target[row, column, 4] == 0:
            target[row, column, :2] = centres[index] * grid - (column, row)
            target[row, column, 2:4] = sizes[index]
            target[row, column, [4, 5 + labels[index]]] = 1
    return target
    ### END SOLUTION


# %% [markdown]
# Two small helpers, for the checks:

# %% nbgrader={"grade": false, "grade_id": "helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
def cells(filled, grid, classes):
    """A target that is zero but for {(row, column): values}."""
    target = np.zeros((grid, grid, 5 + classes))
    for place, values in filled.items():
        target[place] = values
    return target

def numbers(*values):
    """One picture of one cell, (1, 1, 1, …), float32."""
    return np.array(values, dtype="float32").reshape(1, 1, 1, -1)

# %% nbgrader={"grade": true, "grade_id": "encode-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
right = cells({(0, 2): (0.4, 0.8, 0.4, 0.2, 1, 0, 0, 1)}, 4, 3)
check.close(encode([[0.4, 0.1, 0.8, 0.3]], [2], 4, 3), right, mistakes={
    "The cell's rows and columns are exchanged: x counts columns, and the grid is `[row, column]`.":
        cells({(2, 0): (0.4, 0.8, 0.4, 0.2, 1, 0, 0, 1)}, 4, 3),
    "The centre is given as fractions of the picture, not of the cell.":
        cells({(0, 2): (0.6, 0.2, 0.4, 0.2, 1, 0, 0, 1)}, 4, 3),
    "The centre is measured in cells from the picture's corner; from the cell's own corner it is less than 1.":
        cells({(0, 2): (2.4, 0.8, 0.4, 0.2, 1, 0, 0, 1)}, 4, 3),
    "The size is measured in cells; w and h are fractions of the picture.":
        cells({(0, 2): (0.4, 0.8, 1.6, 0.8, 1, 0, 0, 1)}, 4, 3),
    "This is the cell of the top left corner; the centre decides.":
        cells({(0, 1): (1.4, 0.8, 0.4, 0.2, 1, 0, 0, 1)}, 4, 3),
    "x and y are exchanged in the cell, and so are w and h.":
        cells({(0, 2): (0.8, 0.4, 0.2, 0.4, 1, 0, 0, 1)}, 4, 3),
    "The second corner stands where width and height belong.":
        cells({(0, 2): (0.4, 0.8, 0.8, 0.3, 1, 0, 0, 1)}, 4, 3),
    "The fifth number does not say that there is an object.":
        cells({(0, 2): (0.4, 0.8, 0.4, 0.2, 0, 0, 0, 1)}, 4, 3),
    "The class is not one-hot: it is a 1 at place 5 + label.":
        cells({(0, 2): (0.4, 0.8, 0.4, 0.2, 1, 0, 0, 0)}, 4, 3),
})
check.passed("encode")

# %% [markdown]
# Now the cases: a centre on the border, then four objects on a grid of 2×2, three of which want the same cell.

# %% nbgrader={"grade": true, "grade_id": "encode-2", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
try:
    at_the_border = encode([[0.8, 0.25, 1.2, 0.85]], [0], 5, 2)
except IndexError:
    at_the_border = None
check.true(at_the_border is not None, "A centre at x = 1.0 raises an IndexError on a grid of 5×5.",
           "There is no cell number 5, they count from 0 to 4: such a centre belongs to the last one.")
check.close(at_the_border, cells({(2, 4): (1, 0.75, 0.4, 0.6, 1, 1, 0)}, 5, 2), mistakes={
    "A centre at x = 1.0 wraps round to the first column; it belongs to the last one.":
        cells({(2, 0): (0, 0.75, 0.4, 0.6, 1, 1, 0)}, 5, 2),
    "The object is lost. A centre at 1.0 belongs to the last column.": cells({}, 5, 2),
    "In the last column x is measured from a column that is not there: it is 1, not 0.":
        cells({(2, 4): (0, 0.75, 0.4, 0.6, 1, 1, 0)}, 5, 2),
})
four = [[0.1, 0.1, 0.2, 0.2], [0, 0, 0.38, 0.36], [0.15, 0.1, 0.25, 0.3], [0.6, 0.5, 0.9, 0.9]]
alone = (0.5, 0.4, 0.3, 0.4, 1, 0, 1, 0)
right = cells({(0, 0): (0.38, 0.36, 0.38, 0.36, 1, 0, 1, 0), (1, 1): alone}, 2, 3)
check.close(encode(four, [0, 1, 2, 1], 2, 3), right, mistakes={
    "Of two centres in one cell the larger one wins; here the last one does.":
        cells({(0, 0): (0.4, 0.4, 0.1, 0.2, 1, 0, 0, 1), (1, 1): alone}, 2, 3),
    "Of two centres in one cell the larger one wins; here the smaller, or the first, does.":
        cells({(0, 0): (0.3, 0.3, 0.1, 0.1, 1, 1, 0, 0), (1, 1): alone}, 2, 3),
    "A cell has two classes or more: whoever wins takes the whole cell.":
        cells({(0, 0): (0.38, 0.36, 0.38, 0.36, 1, 1, 1, 1), (1, 1): alone}, 2, 3),
})
check.passed("encode")

# %% nbgrader={"grade": true, "grade_id": "encode-3", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check.close(encode(np.zeros((0, 4)), [], 7, 3), cells({}, 7, 3), name="the target of a picture without objects")
check.close(encode([[0.3, 0.2, 0.3, 0.6], [0.5, 0.5, 0.7, 0.5]], [0, 1], 3, 2), cells({}, 3, 2),
            name="the target of boxes without area")
check.raises(ValueError, lambda: encode([[0.8, 0.1, 0.4, 0.3]], [0], 4, 3), when="x1 is greater than x2")
check.raises(ValueError, lambda: encode([[0.9, 0.1, 1.3, 0.3]], [0], 4, 3), when="a centre is outside the picture")
check.raises(ValueError, lambda: encode([[0.4, 0.1, 0.8, 0.3]], [3], 4, 3), when="a label is 3, of 3 classes")
check.raises(ValueError, lambda: encode([[0.4, 0.1, 0.8, 0.3]], [], 4, 3), when="a box has no label")
check.unchanged(encode, np.array([[0.4, 0.1, 0.8, 0.3]]), np.array([2]), 4, 3, name="encode")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(101)
for grid, classes, count in [(7, 3, 6), (3, 5, 1), (1, 1, 4), (7, 20, 50), (13, 2, 50)]:
    corners = np.sort(hidden_rng.random((count, 2, 2)), axis=1)
    crowd, names = corners.reshape(count, 4), hidden_rng.integers(0, classes, count)
    places, wanted = {}, {}
    for box, label in zip(crowd.tolist(), names.tolist()):
        x, y, area = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, (box[2] - box[0]) * (box[3] - box[1])
        place = int(y * grid), int(x * grid)
        if area > places.get(place, 0):
            places[place] = area
            one_hot = [float(label == number) for number in range(classes)]
            wanted[place] = (x * grid - place[1], y * grid - place[0], box[2] - box[0], box[3] - box[1], 1, *one_hot)
    check.close(encode(crowd, names, grid, classes), cells(wanted, grid, classes), name=f"the target of {count} objects")
tied = [[0.1, 0.1, 0.3, 0.2], [0.15, 0.1, 0.25, 0.3], [0.1, 0.1, 0.3, 0.2]]
check.close(encode(tied, [1, 0, 0], 1, 2)[0, 0], [0.2, 0.15, 0.2, 0.1, 1, 0, 1], name="the cell of equally large boxes")
check.close(encode([[0.9, 0.8, 1.1, 1.2]], [0], 3, 1), cells({(2, 2): (1, 1, 0.2, 0.4, 1, 1)}, 3, 1),
            name="the target of a centre in the lower right corner")
check.dtype(encode([[0, 0, 1, 1]], [0], 4, 3), np.float64)
for grid, classes in [(0, 3), (4, 0)]:
    check.raises(ValueError, lambda: encode(np.zeros((0, 4)), [], grid, classes), when=f"grid is {grid}, classes {classes}")
check.raises(ValueError, lambda: encode([[0, 0.5, 0.2, 0.4]], [0], 4, 3), when="y1 is greater than y2")
check.raises(ValueError, lambda: encode([[0, 0, 0.2, 0.4]], [-1], 4, 3), when="a label is −1")
check.raises(ValueError, lambda: encode([[0, -0.6, 0.2, 0.4]], [0], 4, 3), when="a centre is above the picture")
### END HIDDEN TESTS
check.passed("encode")

# %% [markdown]
# How much does the rule of one object a cell cost? Count the lost ones, on finer and finer grids:

# %%
def lost(grid):
    """Which share of the objects of 300 scenes has no cell of its own?"""
    kept = sum(encode(boxes, labels, grid, 3)[..., 4].sum() for labels, boxes in zip(train[1][:300], train[2]))
    return 100 * (1 - kept / sum(len(boxes) for boxes in train[2][:300]))

sizes = np.arange(1, 15)
draw.lines({"": (sizes, [lost(grid) for grid in sizes])}, x_label="grid S (S×S cells)", y_label="objects lost, %",
           title="With 7×7 cells, hardly any object is lost")

# %% [markdown]
# At $S=7$ hardly any of these objects is lost. For a flock of birds it would be otherwise; the paper names it as its
# weakness.
#
# ## 3 · What do the network's numbers say?
#
# *10 minutes*
#
# Now the way back. In a cell's $5B+C$ numbers the $B$ boxes come first, (x, y, w, h, confidence) each, then the class
# probabilities. Lecture E gives them a meaning: a box's confidence shall be $P(\text{object})\cdot\text{IoU}$, high only
# where there is an object *and* the box fits it; a class probability is $P(\text{class}\mid\text{object})$: if there is
# an object, of which class is it? Their product is what we want to know of a box, its **score**:
#
# $$P(\text{class}\mid\text{object})\cdot P(\text{object})\cdot\text{IoU}=P(\text{class})\cdot\text{IoU}$$
#
# By hand, in a grid of 2×2 with $B=2$, $C=3$, the cell in row 1 and column 0:
#
# | | x | y | w | h | confidence |
# |---|---|---|---|---|---|
# | box 1 | 0.5 | 0.25 | 0.4 | 0.2 | 0.5 |
# | box 2 | 0.5 | 0.5 | 0.5 | 0.3 | 0.8 |
#
# and class probabilities 0.1, 0.2, 0.5. Its best class is 2, so the scores are $0.5\cdot0.5=0.25$ and $0.8\cdot0.5=0.4$.
# The centre of box 2 lies at $((0.5+0)/2,\;(0.5+1)/2)=(0.25,\;0.75)$, so its corners are (0, 0.6) and (0.5, 0.9). With a
# threshold of 0.3 it is kept and box 1 is not.

# %% nbgrader={"grade": false, "grade_id": "decode", "locked": false, "schema_version": 3, "solution": true, "task": false}
def decode(prediction, boxes_per_cell, threshold):
    """The boxes in one picture's prediction.

    prediction: (S, S, 5B + C), in each cell B × (x, y, w, h, confidence), then C class probabilities, C ≥ 1.
    boxes_per_cell: B.   threshold: boxes with score ≥ threshold are kept.
    Returns (boxes, scores, labels): (n, 4) as x1, y1, x2, y2, fractions of the picture, not clipped to it; (n,), the
    confidence times the probability of the cell's best class; (n,) whole numbers, that class. Cells in reading order
    (row by row), the boxes of a cell in theirs; shapes (0, 4), (0,), (0,) if nothing is kept.
    Raises ValueError if prediction has not three axes, is not square, or has no channel left for a class, or if
    boxes_per_cell is below 1.
    """
    ### BEGIN SOLUTION
    prediction = np.asarray(prediction, dtype=np.float64)
    if prediction.ndim != 3 or prediction.shape[0] != prediction.shape[1]:
        raise ValueError(f"a prediction is (S, S, 5B + C), not {prediction.shape}")
    if boxes_per_cell < 1 or prediction.shape[2] <= 5 * boxes_per_cell:
        raise ValueError(f"{prediction.shape[2]} channels cannot be {boxes_per_cell} boxes and at least one class")
    grid, cut = len(prediction), 5 * boxes_per_cell
    boxes, classes = prediction[..., :cut].reshape(grid, grid, boxes_per_cell, 5), prediction[..., cut:]
    scores = boxes[..., 4] * classes.max(axis=-1, keepdims=True)
    rows, columns, numbers = np.nonzero(scores >= threshold)
    kept = boxes[rows, columns, numbers]
    centres = (kept[:, :2] + np.stack([columns, rows], axis=1)) / grid
    corners = np.concatenate([centres - kept[:, 2:4] / 2, centres + kept[:, 2:4] / 2], axis=1)
    return corners, scores[rows, columns, numbers], classes.argmax(axis=-1)[rows, columns]
    ### END SOLUTION


# %% [markdown]
# The checks take the cell from above and another one, in row 0 and column 1:

# %% nbgrader={"grade": false, "grade_id": "answer", "locked": true, "schema_version": 3, "solution": false, "task": false}
answer = np.zeros((2, 2, 13))
answer[1, 0] = (0.5, 0.25, 0.4, 0.2, 0.5,  0.5, 0.5, 0.5, 0.3, 0.8,  0.1, 0.2, 0.5)
answer[0, 1] = (0.25, 0.5, 0.2, 0.5, 0.6,  0.75, 0.5, 0.3, 0.4, 0.5,  0.9, 0.05, 0.05)

# %% nbgrader={"grade": true, "grade_id": "decode-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
found = decode(answer, 2, 0.3)
check.true(isinstance(found, tuple) and len(found) == 3, "Asked are three arrays: boxes, scores, labels.",
           None if found is not None else "Is the `return` missing?")
check.close(found[1], [0.54, 0.45, 0.4], name="the array of scores", mistakes={
    "The score is the confidence alone; it is confidence × class probability.": [0.6, 0.5, 0.5, 0.8],
    "The score is the probability of the class alone; it is confidence × class probability.": [0.9, 0.9, 0.5],
    "The threshold was compared with the confidence; it is for the score.": [0.54, 0.45, 0.25, 0.4],
    "Only one box of each cell came out; each of its boxes has a score.": [0.54, 0.4],
    "The cells come column by column; reading order is row by row.": [0.4, 0.54, 0.45],
})
check.close(found[0], [[0.525, 0, 0.725, 0.5], [0.725, 0.05, 1.025, 0.45], [0, 0.6, 0.5, 0.9]],
            name="the array of boxes", mistakes={
    "The cell's rows and columns are exchanged: x belongs to the column.":
        [[0.025, 0.5, 0.225, 1], [0.225, 0.55, 0.525, 0.95], [0.5, 0.1, 1, 0.4]],
    "These are centre and size; asked are two corners.":
        [[0.625, 0.25, 0.2, 0.5], [0.875, 0.25, 0.3, 0.4], [0.25, 0.75, 0.5, 0.3]],
    "The centre is in units of cells; divide by S.":
        [[1.15, 0.25, 1.35, 0.75], [1.6, 0.3, 1.9, 0.7], [0.25, 1.35, 0.75, 1.65]],
    "Width and height were divided by S; the size is a fraction of the picture already.":
        [[0.575, 0.125, 0.675, 0.375], [0.8, 0.15, 0.95, 0.35], [0.125, 0.675, 0.375, 0.825]],
    "x and y are those of the cell: add the place of its cell, and divide by S.":
        [[0.15, 0.25, 0.35, 0.75], [0.6, 0.3, 0.9, 0.7], [0.25, 0.35, 0.75, 0.65]],
    "Boxes were clipped to the picture; leave them as they are.":
        [[0.525, 0, 0.725, 0.5], [0.725, 0.05, 1, 0.45], [0, 0.6, 0.5, 0.9]],
})
check.equal(found[2], [0, 0, 2], name="the array of labels")
check.passed("decode")

# %% nbgrader={"grade": true, "grade_id": "decode-2", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check.close(decode(answer, 2, 0.54)[1], [0.54], name="the scores for the threshold 0.54", mistakes={
    "A score exactly as high as the threshold is kept.": np.zeros(0),
})
nothing = decode(answer, 2, 0.99)
check.shape(nothing[0], (0, 4), name="the array of boxes, if there are none", mistakes={
    "An array of no boxes still has four columns.": (0,),
})
check.shape(nothing[1], (0,), name="the array of scores, if there are none")
check.shape(nothing[2], (0,), name="the array of labels, if there are none")
check.dtype(decode(answer, 2, 0.3)[2], np.integer, name="the array of labels")
check.raises(ValueError, lambda: decode(answer[..., :10], 2, 0.3), when="no channel is left for a class")
check.raises(ValueError, lambda: decode(answer[:1], 2, 0.3), when="the grid is not square")
check.unchanged(decode, answer, 2, 0.3, name="decode")
check.passed("decode")

# %% [markdown]
# There and back: a target is a prediction with $B=1$, and whatever `encode` writes down, `decode` must read: the
# same boxes, sorted by their cells.

# %% nbgrader={"grade": true, "grade_id": "decode-3", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
placed = np.array([[0.1, 0.05, 0.5, 0.2], [0.7, 0.3, 0.95, 0.4], [0.05, 0.6, 0.3, 0.9], [0.5, 0.5, 0.9, 0.96]])
target = cells({(0, 2): (0.1, 0.875, 0.4, 0.15, 1, 0, 1), (2, 5): (0.775, 0.45, 0.25, 0.1, 1, 1, 0),
                (5, 1): (0.225, 0.25, 0.25, 0.3, 1, 0, 1), (5, 4): (0.9, 0.11, 0.4, 0.46, 1, 1, 0)}, 7, 2)
boxes_back, scores_back, labels_back = decode(target, 1, 0.5)
check.close(boxes_back, placed, name="the boxes of a target")
check.close(scores_back, np.ones(4), name="the scores of a target")
check.equal(labels_back, [1, 0, 1, 0], name="the labels of a target")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(102)
for grid, count, classes, level in [(7, 2, 3, 0.4), (3, 1, 1, 0.2), (4, 3, 5, 0.6), (1, 2, 2, 0.0), (7, 2, 20, 0.7)]:
    answer_ = hidden_rng.random((grid, grid, 5 * count + classes)) * 1.2 - 0.1
    wanted = []
    for row in range(grid):
        for column in range(grid):
            probabilities = answer_[row, column, 5 * count:].tolist()
            for number in range(count):
                x, y, w, h, confidence = answer_[row, column, 5 * number:5 * number + 5]
                x, y, score = (x + column) / grid, (y + row) / grid, confidence * max(probabilities)
                if score >= level:
                    wanted.append((x - w / 2, y - h / 2, x + w / 2, y + h / 2, score, probabilities.index(max(probabilities))))
    wanted = np.reshape(wanted, (-1, 6))
    found_ = decode(answer_, count, level)
    for column, name in enumerate(["boxes", "scores", "labels"]):
        check.close(found_[column], [wanted[:, :4], wanted[:, 4], wanted[:, 5]][column], name=f"the array of {name}")
check.close(decode(answer_.astype("float32"), 2, 0.7)[1], wanted[:, 4], name="the array of scores", rtol=1e-4)
check.dtype(decode(np.zeros((7, 7, 13), dtype="float32"), 2, 0.5)[0], np.float64, name="the array of boxes")
check.raises(ValueError, lambda: decode(answer_[0], 2, 0.3), when="prediction has two axes")
check.raises(ValueError, lambda: decode(answer_, 0, 0.3), when="boxes_per_cell is 0")
### END HIDDEN TESTS
check.passed("decode")

# %%
target = encode(scene.boxes, scene.labels, 7, 3)
boxes, scores, labels = decode(target, 1, 0.5)
names = [[NAMES[label] for label in both] for both in (scene.labels, labels)]
draw_boxes.boxes([scene.images[0]] * 2, [scene.boxes, boxes], labels=names, columns=2,
                 captions=["given to encode", "what decode reads"], title="Written into the grid, and read from it")

# %% [markdown]
# Six objects went through 7×7×8 numbers and came back. What is left is a network that computes such numbers from pixels.
#
# ## 4 · How wrong is a prediction?
#
# *20 minutes*
#
# YOLO's loss is a sum of squares, that is its charm; what is squared is decided with care. A cell is **full** if the
# target has an object in it. Of a full cell's $B$ boxes only one is **responsible**: the one with the **highest IoU**
# with the object, of equals the first. All other boxes, those of empty cells among them, are **idle**. With hats for
# what the truth says, a picture costs
#
# $$\begin{aligned}
# &\lambda_\text{coord}\sum_{\text{responsible}}\Big[(x-\hat x)^2+(y-\hat y)^2\Big]\\
# +\;&\lambda_\text{coord}\sum_{\text{responsible}}\Big[(\sqrt w-\sqrt{\hat w})^2+(\sqrt h-\sqrt{\hat h})^2\Big]\\
# +\;&\sum_{\text{responsible}}(\text{confidence}-\text{IoU})^2\\
# +\;&\lambda_\text{noobj}\sum_{\text{idle}}\text{confidence}^2\\
# +\;&\sum_{\text{full cells}}\;\sum_{\text{classes}}(p-\hat p)^2
# \end{aligned}$$
#
# and the loss is the **mean over the pictures** of a batch. Why like that?
#
# * **Roots**: 0.02 too wide is a lot for a small box, little for a large one. (Of a negative w take the root of 0.)
# * **Confidence → IoU**: it shall say how well the box fits, so its target is the IoU that the box has *now*, as section 3 asked.
# * **λ_noobj = 0.5, λ_coord = 5**: nearly all of the 98 boxes are idle and shout *zero*; they are turned down,
#   and the few numbers that say where are turned up. An idle box pays whether its cell is full or empty.
# * **Classes** are asked of full cells only. (Lecture E speaks of a softmax; the paper, and we, take squares of plain
#   numbers.)
#
# By hand, $S=1$, $B=2$, $C=2$. Truth: centre (0.5, 0.5), size 0.64 × 0.25, class 0. Box 1 says (0.6, 0.5, 0.36, 0.25,
# confidence 0.7) and lies wholly within it: IoU $=0.09/0.16=0.5625$, so it is responsible. Box 2 says (0.1, 0.1, 0.01, 0.01,
# 0.2). Classes 0.8, 0.1.
#
# | | |
# |---|---|
# | place | $5\cdot0.1^2=0.05$ |
# | size | $5\cdot(0.6-0.8)^2=0.2$ |
# | confidence, responsible | $(0.7-0.5625)^2=0.0189$ |
# | confidence, idle | $0.5\cdot0.2^2=0.02$ |
# | classes | $0.2^2+0.1^2=0.05$ |
# | **together** | **0.3389** |
#
# Write it with `keras.ops` (`ops.reshape`, `ops.maximum`, `ops.sum`, `ops.argmax`, `ops.one_hot`, …), which works on
# whole tensors of TensorFlow, JAX or PyTorch and can be differentiated: no loop over cells. (A reshape to
# $(N,S,S,B,5)$ lays the boxes of a cell side by side.) Two traps:
#
# * x, y are in cells and w, h in pictures: bring both to the **same unit** before you compute an IoU.
# * The slope of $\sqrt w$ at 0 is infinite. Take $\sqrt{\max(w,10^{-12})}$: the same number, and a finite gradient.
#
# One more decision: the IoU is a *target*, as the paper says. A target does not move to please the prediction, so put
# it in `ops.stop_gradient(…)`.

# %% nbgrader={"grade": false, "grade_id": "yolo_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def yolo_loss(y_true, y_pred, boxes_per_cell=2, lambda_coord=5.0, lambda_noobj=0.5):
    """YOLO's loss, the mean over the pictures; vectorised, with keras.ops alone.

    y_true: (N, S, S, 5 + C), targets as `encode` makes them.   y_pred: (N, S, S, 5B + C).   boxes_per_cell: B.
    Both are tensors in training, in the checks NumPy arrays of float32.
    Returns a scalar tensor, float32. Responsible is the box with the highest IoU, the first of equals. The IoU that
    is the target of its confidence counts as a constant in the gradient; the gradient is finite everywhere.
    Raises ValueError if the two have not four axes each, not the same grid, or not the same number of classes.
    """
    ### BEGIN SOLUTION
    if len(y_true.shape) != 4 or len(y_pred.shape) != 4 or y_true.shape[1:3] != y_pred.shape[1:3]:
        raise ValueError("needed are a target (N, S, S, 5 + C) and a prediction (N, S, S, 5B + C), "
                         f"not {y_true.shape} and {y_pred.shape}")
    cut, grid = 5 * boxes_per_cell, y_pred.shape[1]
    if y_true.shape[-1] - 5 != y_pred.shape[-1] - cut or y_true.shape[-1] <= 5:
        raise ValueError(f"{y_true.shape[-1]} and {y_pred.shape[-1]} channels have not the same classes")
    y_true, y_pred = (ops.convert_to_tensor(y, dtype="float32") for y in (y_true, y_pred))
    boxes = ops.reshape(y_pred[..., :cut], (-1, grid, grid, boxes_per_cell, 5))
    truth, full = y_true[..., None, :4], y_true[..., 4:5]

    def corners(box):
        half = ops.maximum(box[..., 2:4], 0.0) / 2
        return box[..., :2] / grid - half, box[..., :2] / grid + half

    (low, high), (true_low, true_high) = corners(boxes), corners(truth)
    sides = ops.minimum(high, true_high) - ops.maximum(low, true_low)
    both = ops.prod(ops.maximum(sides, 0.0), axis=-1)
    either = ops.prod(high - low, axis=-1) + ops.prod(true_high - true_low, axis=-1) - both
    overlap = ops.stop_gradient(both / ops.maximum(either, 1e-12))
    responsible = full * ops.one_hot(ops.argmax(overlap, axis=-1), boxes_per_cell, dtype="float32")

    def root(value):
        return ops.sqrt(ops.maximum(value, 1e-12))

    place = ops.square(boxes[..., :2] - truth[..., :2])
    size = ops.square(root(boxes[..., 2:4]) - root(truth[..., 2:4]))
    confidence = boxes[..., 4]
    each_box = (responsible * (lambda_coord * ops.sum(place + size, axis=-1) + ops.square(confidence - overlap))
                + lambda_noobj * (1 - responsible) * ops.square(confidence))
    classes = full * ops.square(y_pred[..., cut:] - y_true[..., 5:])
    each_picture = ops.sum(each_box, axis=(1, 2, 3)) + ops.sum(classes, axis=(1, 2, 3))
    return ops.mean(each_picture)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "yolo_loss-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
truth = numbers(0.5, 0.5, 0.64, 0.25, 1, 1, 0)
guess = numbers(0.6, 0.5, 0.36, 0.25, 0.7,  0.1, 0.1, 0.01, 0.01, 0.2,  0.8, 0.1)
check.close(yolo_loss(truth, guess), 0.33890625, name="the loss", rtol=1e-4, mistakes={
    "The roots are missing: w and h were compared as they are.": 0.530906,
    "The target of the confidence is 1 here; it is the IoU that the box has.": 0.41,
    "All boxes of a full cell are held responsible; only the one with the highest IoU is.": 5.208907,
    "The weight `lambda_noobj` is missing: idle boxes count half.": 0.358906,
    "The weight `lambda_coord` is missing: place and size count five times.": 0.138906,
    "The idle box of a full cell pays nothing; it pays λ_noobj like all idle ones.": 0.318906,
    "Either the classes are missing, or the place is.": 0.288906,
    "The confidence of the responsible box is missing.": 0.32,
})
check.shape(yolo_loss(truth, guess), (), name="the loss")
check.passed("yolo_loss")

# %% [markdown]
# Now two pictures with 3×3 cells, where units and empty cells matter. Three of the 18 cells are full.

# %% nbgrader={"grade": false, "grade_id": "two-pictures", "locked": true, "schema_version": 3, "solution": false, "task": false}
two_guesses = (np.arange(2 * 3 * 3 * 13) * 29 % 97 / 97).reshape(2, 3, 3, 13).astype("float32")
first = cells({(0, 1): (0.2, 0.7, 0.3, 0.4, 1, 0, 1, 0), (2, 0): (0.5, 0.5, 0.6, 0.2, 1, 1, 0, 0)}, 3, 3)
second = cells({(1, 2): (0.9, 0.1, 0.25, 0.5, 1, 0, 0, 1)}, 3, 3)
two_truths = np.stack([first, second]).astype("float32")

# %% nbgrader={"grade": true, "grade_id": "yolo_loss-2", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check.close(yolo_loss(two_truths, two_guesses), 6.506439, name="the loss", rtol=1e-4, mistakes={
    "The roots are missing: w and h were compared as they are.": 7.54263,
    "The target of the confidence is 1 here; it is the IoU that the box has.": 7.04602,
    "All boxes of a full cell are held responsible; only the one with the highest IoU is.": 11.72076,
    "The weight `lambda_noobj` is missing: idle boxes count half.": 9.41591,
    "The weight `lambda_coord` is missing: place and size count five times.": 5.68282,
    "The idle box of a full cell pays nothing; it pays λ_noobj like all idle ones.": 6.41222,
    "The IoU mixes different units: x and y of the cell, w and h of the picture. Divide x and y by S.": 6.55672,
    "The box with the highest confidence is held responsible; the one with the highest IoU is.": 8.33413,
    "Classes of empty cells were counted; they are asked of full cells only.": 13.80031,
    "This is the sum over the pictures; take the mean.": 13.01288,
    "This is the mean over the cells as well; sum over them, and take the mean over the pictures only.": 0.72294,
})
check.passed("yolo_loss")

# %% [markdown]
# The gradient is what training sees. The locked cell finds it by one step of gradient descent: a model whose only
# output is the prediction itself, the learning rate 1, and the difference is the slope. Some boxes have w = 0.

# %% nbgrader={"grade": false, "grade_id": "slopes", "locked": true, "schema_version": 3, "solution": false, "task": false}
def slopes(truth, guess):
    """The gradient of yolo_loss at the prediction `guess`."""
    answer_of_one = layers.Dense(guess.size, use_bias=False)  # its weights are the prediction
    net = keras.Sequential([keras.Input((1,)), answer_of_one, layers.Reshape(guess.shape[1:])])
    net.set_weights([guess.reshape(1, -1)])
    net.compile(keras.optimizers.SGD(1.0), yolo_loss)
    net.fit(np.ones((1, 1), "float32"), truth, verbose=0)
    return guess - net.get_weights()[0].reshape(guess.shape)

# %% nbgrader={"grade": false, "grade_id": "flat", "locked": true, "schema_version": 3, "solution": false, "task": false}
flat_truth = cells({(0, 1): (0.5, 0.5, 0.4, 0.3, 1, 0, 1), (1, 0): (0.2, 0.6, 0.3, 0.2, 1, 1, 0)}, 2, 2)
flat_truth = flat_truth[None].astype("float32")
flat_guess = np.full((1, 2, 2, 12), 0.5, dtype="float32")
flat_guess[0, 0, 1] = (0.4, 0.5, 0.36, 0.3, 0.8,  0.5, 0.5, 0, 0, 0.4,  0.3, 0.6)
flat_guess[0, 1, 0, [2, 7]] = 0
steep = slopes(flat_truth, flat_guess)

# %% nbgrader={"grade": true, "grade_id": "yolo_loss-3", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check.true(bool(np.all(np.isfinite(steep))), "The gradient has numbers that are not finite, where a box has w = 0.",
           "The slope of the root is infinite at 0, and 0 · ∞ is NaN: take the root of max(w, 1e-12).")
where, right = steep[0, 0, 1, [0, 2]], [-1, -0.270463]
check.close(where, right, name="the slopes for x and w of the responsible box", rtol=1e-3, mistakes={
    "The IoU moves with the box, as if it were no target: `ops.stop_gradient` is missing.": [-1.133835, -0.288071],
})
where, right = steep[0, 0, 1, [4, 9]], [0.065116, 0.4]
check.close(where, right, name="the slopes for the two confidences", rtol=1e-3, atol=1e-5)
check.raises(ValueError, lambda: yolo_loss(flat_truth, flat_guess, 1), when="the numbers of classes differ")
check.raises(ValueError, lambda: yolo_loss(flat_truth[:, :1], flat_guess), when="the grids differ")
check.passed("yolo_loss")

# %% nbgrader={"grade": true, "grade_id": "yolo_loss-4", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check.close(yolo_loss(flat_truth, flat_guess, 2, 0.0, 0.0), 1.00106, name="the loss with both weights 0", rtol=1e-4)
### BEGIN HIDDEN TESTS
def slow_loss(truth, guess, count, coord, noobj):
    """The paper's formula, cell by cell and box by box."""
    total, grid = 0.0, truth.shape[1]
    for picture, row, column in np.ndindex(*truth.shape[:3]):
        real, said = truth[picture, row, column].astype(float), guess[picture, row, column].astype(float)
        boxes_ = [said[5 * j:5 * j + 5] for j in range(count)]
        x, y, w, h = real[:4]
        overlaps = []
        for bx, by, bw, bh, _ in boxes_:
            bw, bh = max(bw, 0), max(bh, 0)
            across = min(x / grid + w / 2, bx / grid + bw / 2) - max(x / grid - w / 2, bx / grid - bw / 2)
            down = min(y / grid + h / 2, by / grid + bh / 2) - max(y / grid - h / 2, by / grid - bh / 2)
            both_ = max(across, 0) * max(down, 0)
            overlaps.append(both_ / max(w * h + bw * bh - both_, 1e-12))
        chosen = overlaps.index(max(overlaps)) if real[4] else None
        for j, (bx, by, bw, bh, confidence) in enumerate(boxes_):
            if j != chosen:
                total += noobj * confidence ** 2
                continue
            total += coord * ((bx - x) ** 2 + (by - y) ** 2 + (max(bw, 0) ** 0.5 - w ** 0.5) ** 2
                              + (max(bh, 0) ** 0.5 - h ** 0.5) ** 2) + (confidence - overlaps[j]) ** 2
        if real[4]:
            total += float(np.sum((said[5 * count:] - real[5:]) ** 2))
    return total / len(truth)

hidden_rng = np.random.default_rng(103)
for pictures, grid, count, classes in [(3, 7, 2, 3), (2, 4, 3, 1), (4, 3, 1, 5), (1, 1, 2, 2), (2, 7, 2, 20)]:
    truth_ = hidden_rng.random((pictures, grid, grid, 5 + classes))
    truth_[..., 2:4] *= 0.6
    truth_[..., 4] = hidden_rng.random((pictures, grid, grid)) < 0.4
    truth_[..., 5:] = truth_[..., 5:] == truth_[..., 5:].max(axis=-1, keepdims=True)
    truth_ = (truth_ * truth_[..., 4:5]).astype("float32")
    guess_ = (hidden_rng.random((pictures, grid, grid, 5 * count + classes)) * 1.2 - 0.1).astype("float32")
    for coord, noobj in [(5.0, 0.5), (1.0, 2.0), (0.0, 1.0)]:
        wanted = slow_loss(truth_, guess_, count, coord, noobj)
        check.close(yolo_loss(truth_, guess_, count, coord, noobj), wanted, name="the loss", rtol=1e-3)
empty = np.zeros((2, 7, 7, 8), "float32")
check.close(yolo_loss(empty, np.full((2, 7, 7, 13), 0.5, "float32")), 98 * 0.5 * 0.25, name="the loss of empty pictures")
check.close(yolo_loss(empty, np.zeros((2, 7, 7, 13), "float32")), 0, name="the loss of silence, with nothing there")
check.raises(ValueError, lambda: yolo_loss(empty[0], np.zeros((2, 7, 7, 13), "float32")), when="y_true has three axes")
### END HIDDEN TESTS
check.passed("yolo_loss")

# %% [markdown]
# What does the root do? Take boxes of two widths, predicted up to 0.15 too wide or too narrow, and ask your loss:

# %%
off = np.linspace(-0.15, 0.15, 31)

def cost(width):
    """The loss of a box that is right but for its width, which is off by so much."""
    truth = numbers(0.5, 0.5, width, 0.5, 1, 1)
    guesses = [numbers(0.5, 0.5, width + error, 0.5, min(width, width + error) / max(width, width + error), 1)
               for error in off]
    return [float(yolo_loss(truth, guess, 1)) for guess in guesses]

draw.lines({f"a box of width {width}": (off, cost(width)) for width in (0.2, 0.8)}, x_label="error of the width",
           y_label="loss", title="The same error costs a small box more")

# %% [markdown]
# Without the root both curves would be the same parabola.
#
# ## 5 · Who is right, if boxes overlap, and how good is a detector?
#
# *20 minutes*
#
# Two boxes a cell, and neighbouring cells that see the same object: a detector finds a thing several times. **Non-max
# suppression** cleans up, *per class*: take the box with the highest score, keep it, throw away all of its class whose IoU
# with it is **above** a threshold; go on with the best of the rest until nothing is left. What was thrown away
# suppresses nobody.
#
# By hand, with the threshold 0.5:
#
# | index | box | score | class | |
# |---|---|---|---|---|
# | 0 | (0.10, 0.7, 0.40, 0.9) | 0.3 | 0 | far from all: kept, last |
# | 1 | (0.20, 0.1, 0.60, 0.5) | 0.8 | 0 | IoU with 3 is 0.6: gone |
# | 2 | (0.12, 0.1, 0.52, 0.5) | 0.7 | 1 | another class than 3: kept |
# | 3 | (0.10, 0.1, 0.50, 0.5) | 0.9 | 0 | the best: kept |
# | 4 | (0.32, 0.1, 0.72, 0.5) | 0.6 | 0 | IoU with 3 is 0.29, and 1 is gone: kept |
#
# So the indices that stay, best first over all classes, are 3, 2, 4, 0.

# %% nbgrader={"grade": false, "grade_id": "non_max_suppression", "locked": false, "schema_version": 3, "solution": true, "task": false}
def non_max_suppression(boxes, scores, labels, iou_threshold=0.5):
    """Which boxes stay.

    boxes: (n, 4).   scores, labels: (n,).   iou_threshold: a better box of the same class that stays suppresses a
    box if their IoU is above it.
    Returns the indices of those that stay, whole numbers (m,), best score first over all classes; of equal scores
    the one that came first is the better.
    Raises ValueError if the three have not the same length.
    """
    ### BEGIN SOLUTION
    boxes, scores, labels = np.reshape(boxes, (-1, 4)), np.asarray(scores), np.asarray(labels)
    if not len(boxes) == len(scores) == len(labels):
        raise ValueError(f"{len(boxes)} boxes, {len(scores)} scores and {len(labels)} labels do not belong together")
    overlap = iou(boxes, boxes)
    kept = []
    waiting = np.argsort(-scores, kind="stable")
    while waiting.size:
        best, waiting = waiting[0], waiting[1:]
        kept.append(best)
        waiting = waiting[(labels[waiting] != labels[best]) | (overlap[best, waiting] <= iou_threshold)]
    return np.array(kept, dtype=np.int64)
    ### END SOLUTION


# %% nbgrader={"grade": false, "grade_id": "five", "locked": true, "schema_version": 3, "solution": false, "task": false}
five = np.array([[0.1, 0.7, 0.4, 0.9], [0.2, 0.1, 0.6, 0.5], [0.12, 0.1, 0.52, 0.5], [0.1, 0.1, 0.5, 0.5],
                 [0.32, 0.1, 0.72, 0.5]])  # the table above
five_scores, five_labels = np.array([0.3, 0.8, 0.7, 0.9, 0.6]), np.array([0, 0, 1, 0, 0])

# %% nbgrader={"grade": true, "grade_id": "non_max_suppression-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
stay = non_max_suppression(five, five_scores, five_labels)
check.equal(stay, np.array([3, 2, 4, 0]), name="the array of indices", mistakes={
    "Boxes of other classes suppress each other: only those of the same class do.": np.array([3, 4, 0]),
    "The boxes were taken in the order in which they came; the best score goes first.": np.array([0, 1, 2]),
    "The worst come first: sort from the highest score to the lowest.": np.array([0, 4, 2, 3]),
    "It is the other way round: boxes that overlap go, those that do not stay.": np.array([3, 1, 2]),
    "Boxes that were suppressed themselves suppress others: what is gone has no say.": np.array([3, 2, 0]),
    "Only one box of each class stays; those that do not overlap with it stay as well.": np.array([3, 2]),
    "The indices come class by class; asked is the best first over all classes.": np.array([3, 4, 0, 2]),
    "The indices come in rising order; asked is the best first.": np.array([0, 2, 3, 4]),
})
check.passed("non_max_suppression")

# %% nbgrader={"grade": true, "grade_id": "non_max_suppression-2", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
half = [[0, 0, 1, 1], [0, 0, 1, 0.5]]  # their IoU is 0.5
check.equal(non_max_suppression(half, [0.4, 0.9], [2, 2]), np.array([1, 0]), name="the array of indices", mistakes={
    "An IoU of exactly the threshold suppresses nobody; it must be above.": np.array([1]),
})
stay = non_max_suppression(half, [0.4, 0.9], [2, 2], 0.49)
check.equal(stay, np.array([1]), name="the indices for the threshold 0.49")
stay = non_max_suppression([half[0]] * 3, [0.7, 0.7, 0.7], [1, 1, 1])
check.equal(stay, np.array([0]), name="the array of indices", mistakes={
    "Among boxes of equal scores the first stays; here the last did.": np.array([2]),
})
check.shape(non_max_suppression(np.zeros((0, 4)), [], []), (0,), name="the indices of no boxes")
check.dtype(non_max_suppression(np.zeros((0, 4)), [], []), np.integer, name="the indices of no boxes")
check.raises(ValueError, lambda: non_max_suppression(half, [0.4], [2, 2]), when="a box has no score")
check.unchanged(non_max_suppression, five, five_scores, five_labels, name="non_max_suppression")
check.passed("non_max_suppression")

# %% nbgrader={"grade": true, "grade_id": "non_max_suppression-3", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
once = non_max_suppression(five, five_scores, five_labels)
again = non_max_suppression(five[once], five_scores[once], five_labels[once])
check.equal(again, np.arange(len(once)), name="the indices, if all that stays is given again")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(104)
for count, classes, level in [(1, 1, 0.5), (12, 2, 0.5), (40, 3, 0.3), (60, 1, 0.7), (50, 4, 0.0), (30, 2, 1.0)]:
    low = hidden_rng.random((count, 2)) * 0.5
    crowd = np.concatenate([low, low + 0.1 + hidden_rng.random((count, 2)) * 0.4], axis=1)
    points, names = hidden_rng.integers(0, 20, count) / 20, hidden_rng.integers(0, classes, count)
    overlap = iou(crowd, crowd)
    stay = []
    for index in sorted(range(count), key=lambda i: (-points[i], i)):
        if all(names[i] != names[index] or overlap[i, index] <= level for i in stay):
            stay.append(index)
    check.equal(non_max_suppression(crowd, points, names, level), np.array(stay), name=f"the indices of {count} boxes")
flat = [[0.2, 0.2, 0.2, 0.6], [0.2, 0.2, 0.2, 0.6], [0.1, 0.1, 0.5, 0.9]]
check.equal(non_max_suppression(flat, [0.5, 0.9, 0.7], [0, 0, 0]), np.array([1, 2, 0]), name="the indices, two boxes without area")
check.raises(ValueError, lambda: non_max_suppression(half, [0.4, 0.5], [2]), when="a box has no label")
### END HIDDEN TESTS
check.passed("non_max_suppression")

# %% [markdown]
# Step by step on the scene of section 1: around each object three noisy boxes, as a detector would find them.

# %%
noise = np.random.default_rng(5)
noisy = np.repeat(scene.boxes, 3, axis=0) + noise.normal(scale=0.02, size=(3 * len(scene.boxes), 4))
points, names = noise.uniform(0.3, 1, len(noisy)), np.repeat(scene.labels, 3)
kept = non_max_suppression(noisy, points, names)
draw_yolo.suppression(scene.images[0], noisy, points, names, kept, steps=6,
                      title=f"{len(noisy)} boxes come, {len(kept)} stay")

# %% [markdown]
# Each step keeps the best box that is left (thick) and throws away those that say the same (dashed). White boxes wait
# for their turn, thin orange ones were kept before.
#
# **And the grade?** A detection is *right* if it hits a truth of its class with IoU ≥ 0.5. Take the detections of one class
# in all pictures, best score first. Behind each, two shares: **precision**, how many of those so far are right, and
# **recall**, how many of all truths are found. A low threshold finds more and errs more, so both together make a
# curve, and the area under it is the **average precision**, AP.
#
# The rules: a detection belongs to the truth of its picture that it overlaps **most**. If that one is **taken** by a
# better detection, or the IoU is below the threshold, or the picture has no truth, it is false. At each recall, the best
# precision at that recall **or a higher one** counts: that takes the dents out (*interpolation at all points*; boxes are
# fractions, so nothing adds a pixel to a side, as some programs do). By hand, five truths, two of which nobody finds; picture 3 is
# empty, and the third detection hits the truth that the first has taken:
#
# | score | picture | | precision | recall | interpolated |
# |---|---|---|---|---|---|
# | 0.90 | 0 | right | 1/1 | 1/5 | 1 |
# | 0.85 | 3 | false: empty | 1/2 | 1/5 | – |
# | 0.80 | 0 | false: taken | 1/3 | 1/5 | – |
# | 0.70 | 1 | right | 2/4 | 2/5 | 3/5 |
# | 0.60 | 0 | right | 3/5 | 3/5 | 3/5 |
#
# Recall grows three times, by 1/5 each: $\text{AP}=\frac15\cdot1+\frac15\cdot\frac35+\frac15\cdot\frac35=0.44$.

# %% nbgrader={"grade": false, "grade_id": "average_precision", "locked": false, "schema_version": 3, "solution": true, "task": false}
def average_precision(detections, truths, iou_threshold=0.5):
    """The average precision of one class, interpolated at all points.

    detections: a list of (picture, score, box), a box being four numbers, in any order; equal scores keep theirs.
    truths: {picture: (n, 4)}, the true boxes of each picture; n may be 0, and a picture may be missing.
    iou_threshold: a detection with this IoU or more is right, if the truth that it overlaps most is not taken.
    Returns a float from 0 to 1; 0.0 if there are no truths, or no detections.
    """
    ### BEGIN SOLUTION
    count = sum(len(boxes) for boxes in truths.values())
    taken = {picture: np.zeros(len(boxes), dtype=bool) for picture, boxes in truths.items()}
    right = []
    for picture, _, box in sorted(detections, key=lambda detection: -detection[1]):
        right.append(False)
        if len(taken.get(picture, ())):
            overlap = iou([box], truths[picture])[0]
            best = np.argmax(overlap)
            if overlap[best] >= iou_threshold and not taken[picture][best]:
                taken[picture][best] = right[-1] = True
    if not any(right):
        return 0.0
    found = np.cumsum(right)
    precision = found / np.arange(1, len(right) + 1)
    interpolated = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(interpolated[right]) / count)
    ### END SOLUTION


# %% nbgrader={"grade": false, "grade_id": "five-truths", "locked": true, "schema_version": 3, "solution": false, "task": false}
truths = {0: np.array([[0.1, 0.1, 0.5, 0.5], [0.6, 0.6, 0.9, 0.9]]),
          1: np.array([[0.2, 0.2, 0.6, 0.6], [0.7, 0.1, 0.9, 0.3]]),
          2: np.array([[0.3, 0.3, 0.7, 0.7]])}
detections = [(3, 0.85, [0.2, 0.2, 0.6, 0.6]), (1, 0.7, [0.2, 0.2, 0.6, 0.6]), (0, 0.9, [0.1, 0.1, 0.5, 0.5]),
              (0, 0.8, [0.12, 0.1, 0.52, 0.5]), (0, 0.6, [0.6, 0.6, 0.9, 0.9])]

# %% nbgrader={"grade": true, "grade_id": "average_precision-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check.close(average_precision(detections, truths), 0.44, mistakes={
    "One truth was counted twice: the first detection takes it, the next one of it is false.": 0.68,
    "The detections were taken in the order in which they came; the best score goes first.": 0.3866667,
    "The interpolation is missing: at each recall counts the best precision at that or a higher one.": 0.42,
    "That is the mean at eleven points of the recall, an older convention; take all points.": 0.4909091,
    "The right ones were divided by the number of detections that are right, not by the number of truths.": 0.7333333,
    "Truths in pictures in which nothing was found do not count; they are missed, and count.": 0.55,
    "A detection was compared with the truths of other pictures.": 0.52,
    "That is the precision (or the recall) at the end: it has no order and no area.": 0.6,
})
check.passed("average_precision")

# %% [markdown]
# Cases: an IoU of exactly 0.5; a detection whose truth is taken while it overlaps another one too; nothing there at all.

# %% nbgrader={"grade": true, "grade_id": "average_precision-2", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
unit = {0: np.array([[0.0, 0.0, 1.0, 1.0]])}
check.close(average_precision([(0, 0.9, [0, 0, 1, 0.5])], unit), 1, mistakes={
    "An IoU of exactly the threshold is enough.": 0,
})
check.close(average_precision([(0, 0.9, [0, 0, 1, 0.5])], unit, 0.6), 0, name="the result for the threshold 0.6")
side_by_side = {0: np.array([[0.0, 0.0, 0.6, 1.0], [0.2, 0.0, 0.8, 1.0]])}
two_of_one = [(0, 0.9, [0, 0, 0.6, 1]), (0, 0.8, [0.05, 0, 0.65, 1])]
check.close(average_precision(two_of_one, side_by_side), 0.5, mistakes={
    "The truth that it overlaps most is taken, and the detection was given the next one; it is false.": 1,
})
check.close(average_precision([], truths), 0, name="the result without detections")
check.close(average_precision(detections, {}), 0, name="the result without truths")
check.close(average_precision(detections, {0: np.zeros((0, 4))}), 0, name="the result if no picture has a truth")
check.unchanged(average_precision, detections, truths, name="average_precision")
check.passed("average_precision")

# %% nbgrader={"grade": true, "grade_id": "average_precision-3", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
perfect = [(picture, 1.0, box) for picture, boxes in truths.items() for box in boxes]
check.close(average_precision(perfect, truths), 1, name="the result of a perfect detector")
### BEGIN HIDDEN TESTS
def slow_precision(found, real, level):
    """Straight from the definition, without arrays."""
    count, free, hits = sum(map(len, real.values())), {p: [True] * len(b) for p, b in real.items()}, []
    for index in sorted(range(len(found)), key=lambda i: (-found[i][1], i)):
        picture, _, box = found[index]
        overlaps = iou([box], real[picture])[0].tolist() if len(real.get(picture, ())) else [-1]
        best = overlaps.index(max(overlaps))
        hit = max(overlaps) >= level and free[picture][best]
        if hit:
            free[picture][best] = False
        hits.append(hit)
    shares = [sum(hits[:k + 1]) / (k + 1) for k in range(len(hits))]
    return sum(max(shares[k:]) for k in range(len(hits)) if hits[k]) / count if count else 0.0

hidden_rng = np.random.default_rng(105)
for pictures, level in [(1, 0.5), (6, 0.5), (10, 0.3), (10, 0.75), (3, 0.1)]:
    real, found_ = {}, []
    for picture in range(pictures):
        low = hidden_rng.random((hidden_rng.integers(0, 5), 2)) * 0.6
        real[picture] = np.concatenate([low, low + 0.15 + hidden_rng.random(low.shape) * 0.25], axis=1)
        for box in [*real[picture], *real[picture], *hidden_rng.random((2, 4)).cumsum(axis=1) / 4]:
            found_.append((picture, float(hidden_rng.integers(1, 10) / 10), (box + hidden_rng.normal(size=4) * 0.02).tolist()))
    found_ = [found_[index] for index in hidden_rng.permutation(len(found_))] + [(99, 0.95, [0.1, 0.1, 0.4, 0.4])]
    check.close(average_precision(found_, real, level), slow_precision(found_, real, level))
### END HIDDEN TESTS
check.passed("average_precision")

# %% [markdown]
# The mean of the AP over the classes is the **mAP** (here at an IoU of 0.5: mAP@0.5), the number by which detectors are
# compared. Now there is a grade, there can be training.
#
# ## 6 · Does it learn to find things?
#
# *10 minutes*
#
# The layers up to the 7×7 maps are given. As in the paper, most are 3×3 convolutions with a leaky ReLU, which lets a tenth of
# negative numbers through; batch normalisation (05, 08) came later, and makes five epochs enough. `optimizer` raises the
# learning rate slowly, for the first steps of a detector are wild, then lets it fall. `watch` notes what the network answers to 100
# validation pictures, before training and after each epoch; section 7 wants to see it.

# %% nbgrader={"grade": false, "grade_id": "base", "locked": true, "schema_version": 3, "solution": false, "task": false}
def base():
    """New layers that turn pictures of SIZE×SIZE, 0 to 255, into 7×7 maps."""
    stack = [layers.Rescaling(1 / 127.5, offset=-1)]
    for place, width in enumerate(WIDTHS):
        kernel, stride = (3, 1) if place else (5, 2)
        stack += [layers.Conv2D(width, kernel, strides=stride, padding="same", use_bias=False),
                  layers.BatchNormalization(momentum=0.9), layers.LeakyReLU(negative_slope=0.1)]
        if place and SIZE >> (place + 1) >= 7:
            stack.append(layers.MaxPooling2D())
    return stack

# %% nbgrader={"grade": false, "grade_id": "optimizer", "locked": true, "schema_version": 3, "solution": false, "task": false}
def optimizer(pictures):
    """A new Adam for EPOCHS passes over so many pictures.

    The learning rate rises to 0.005 in a tenth of the steps, then falls to 0.
    """
    steps = EPOCHS * -(-pictures // BATCH)
    rise = max(1, steps // 10)
    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(
        0.0005, max(1, steps - rise), warmup_target=0.005, warmup_steps=rise))

# %% nbgrader={"grade": false, "grade_id": "watch", "locked": true, "schema_version": 3, "solution": false, "task": false}
class Watch(keras.callbacks.Callback):
    """Keeps the answers to some pictures, before training and after each epoch."""

    def __init__(self, images):
        super().__init__()
        self.images, self.answers = images, []

    def on_train_begin(self, logs=None):
        self.answers = [keras.ops.convert_to_numpy(self.model.predict_on_batch(self.images))]

    def on_epoch_end(self, epoch, logs=None):
        self.answers.append(keras.ops.convert_to_numpy(self.model.predict_on_batch(self.images)))

watch = Watch(validation[0][:100])

# %% [markdown]
# What is missing: the head, the targets, the fit. **Head:** a convolution 1×1 with $5B+C=13$ maps does for each cell
# what a dense layer would, with the same weights for all cells; a **sigmoid** keeps its numbers between 0 and 1, as all
# of them should be. (The paper has two dense layers and no sigmoid there; ours is smaller and steadier.) **Targets:** your
# `encode`, with $S=7$, $C=3$. **Loss:** your `yolo_loss`, handed to `compile` as it is.

# %% nbgrader={"grade": false, "grade_id": "train_yolo", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_yolo(train, validation, seed):
    """A trained detector for three classes, S = 7, B = 2.

    train, validation: (images, labels, boxes): uint8 (N, SIZE, SIZE, 3), 0 to 255, as they are, and two lists with an
    array for each picture, (n,) and (n, 4).
    seed: for all random numbers (`keras.utils.set_random_seed`).
    The model is base() and a 1×1 convolution with 13 sigmoid maps; optimizer(len(images)), yolo_loss, EPOCHS epochs
    in batches of BATCH on the training part alone, `callbacks=[watch]`; validation is only looked at.
    Returns the trained model: pictures 0 to 255 in, (7, 7, 13) out.
    """
    ### BEGIN SOLUTION
    def prepared(images, labels, boxes):
        targets = [encode(own, names, 7, 3) for names, own in zip(labels, boxes)]
        return images, np.stack(targets).astype("float32")

    keras.utils.set_random_seed(seed)
    images, targets = prepared(*train)
    model = keras.Sequential([
        keras.Input(images.shape[1:]), *base(), layers.Conv2D(5 * 2 + 3, 1, activation="sigmoid"),
    ])
    model.compile(optimizer(len(images)), yolo_loss)
    model.fit(images, targets, batch_size=BATCH, epochs=EPOCHS, validation_data=prepared(*validation),
              callbacks=[watch], verbose=0)
    return model
    ### END SOLUTION


# %% [markdown]
# It is trained once, here, in about half a minute on a CPU; checks and figures below use it. Asked is an mAP@0.5 of
# 0.45 or more on scenes that it never saw; the visible check, which does without the functions of section 5, asks that
# 45 % of the objects are found in their own cells.

# %% nbgrader={"grade": false, "grade_id": "training", "locked": true, "schema_version": 3, "solution": false, "task": false}
started = time.perf_counter()
model = train_yolo(train, validation, SEED)
print(f"{time.perf_counter() - started:.0f} seconds")

# %% nbgrader={"grade": false, "grade_id": "judge", "locked": true, "schema_version": 3, "solution": false, "task": false}
def answers(model, images):
    """The model's predictions, (N, 7, 7, 13)."""
    return model.predict(images, batch_size=250, verbose=0)

# %% nbgrader={"grade": true, "grade_id": "train_yolo-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check.output_shape(model, (None, 7, 7, 13), mistakes={
    "There is one map too few or too many: two boxes of five numbers and three classes are 13.": (None, 7, 7, 12),
    "The maps were flattened; the head is a 1×1 convolution.": (None, 637),
    "The head has 5B maps, the classes are missing.": (None, 7, 7, 10),
    "The head has 5 + C maps, as if there were one box a cell; there are two.": (None, 7, 7, 8),
})
outputs = answers(model, validation[0])
check.true(bool(np.isfinite(outputs).all()), "The model answers with numbers that are not finite.",
           "The loss became NaN in training: is its gradient finite where w is 0?")
check.true(bool(outputs.min() >= 0 and outputs.max() <= 1), "The model's numbers are not all between 0 and 1.",
           "The last layer needs `activation=\"sigmoid\"`.")
check.passed("train_yolo")

# %% nbgrader={"grade": true, "grade_id": "train_yolo-2", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
known = answers(model, train[0][:200]), train[1][:200], train[2][:200]
check.detected(outputs, validation[1], validation[2], 0.45, train=known)
### BEGIN HIDDEN TESTS
unseen = draw_scenes(300, 3_000_000, SIZE)
hits, count = [], np.zeros(3)
for picture, said in enumerate(answers(model, unseen.images).astype(float)):
    own = (unseen.pictures == picture) & (unseen.boxes[:, 2] > unseen.boxes[:, 0])
    real, names_ = unseen.boxes[own], unseen.labels[own]
    count += np.bincount(names_, minlength=3)
    free = np.ones(len(real), dtype=bool)
    candidates = []
    for row, column in np.ndindex(7, 7):
        label = int(said[row, column, 10:].argmax())
        for number in range(2):
            x, y, w, h, confidence = said[row, column, 5 * number:5 * number + 5]
            x, y, score = (x + column) / 7, (y + row) / 7, confidence * said[row, column, 10 + label]
            if score >= 0.02:
                candidates.append((score, label, (x - w / 2, y - h / 2, x + w / 2, y + h / 2)))
    kept_ = []
    for score, label, box in sorted(candidates, key=lambda one: -one[0]):
        if all(label != other or iou([box], [better])[0, 0] <= 0.5 for _, other, better in kept_):
            kept_.append((score, label, box))
            overlap = np.where(names_ == label, iou([box], real)[0], 0) if len(real) else np.zeros(1)
            best = int(overlap.argmax())
            right = bool(overlap[best] >= 0.5 and free[best])
            if right:
                free[best] = False
            hits.append((score, label, right))
precisions = []
for label in range(3):
    right = np.array([hit for _, own_label, hit in sorted(hits, key=lambda one: -one[0]) if own_label == label])
    shares = np.cumsum(right) / np.arange(1, len(right) + 1)
    precisions.append(np.sum(np.maximum.accumulate(shares[::-1])[::-1][right]) / count[label] if right.any() else 0.0)
check.between(float(np.mean(precisions)), 0.45, 1, name="the mAP@0.5 on new scenes", mistakes={
    "It finds next to nothing.": (0, 0.05),
})
### END HIDDEN TESTS
check.passed("train_yolo")

# %% [markdown]
# ## 7 · What has it learned?
#
# *5 minutes*
#
# Look at what `watch` noted. Your loss is linear in its two weights, so the weights can be used as switches: with both 0,
# what is left is the confidence of responsible boxes and the classes, and predictions with the true classes take these
# away too.

# %%
looked_at = np.stack([encode(own, names, 7, 3) for names, own in zip(*validation[1:])])[:100].astype("float32")

def terms(answer):
    """The terms of the loss, as they are added up."""
    told = np.concatenate([answer[..., :10], looked_at[..., 5:]], axis=-1)  # the classes are right
    rest = float(yolo_loss(looked_at, told, 2, 0.0, 0.0))
    return {"place and size": float(yolo_loss(looked_at, told, 2, 5.0, 0.0)) - rest,
            "confidence, responsible": rest,
            "confidence, idle": float(yolo_loss(looked_at, told, 2, 0.0, 0.5)) - rest,
            "classes": float(yolo_loss(looked_at, answer, 2, 0.0, 0.0)) - rest}

# %%
history = [terms(answer) for answer in watch.answers]
draw.lines({name: (np.arange(len(history)), [now[name] for now in history]) for name in (history or [{}])[0]},
           logarithmic=True, x_label="epoch", y_label="part of the loss of a picture",
           title="First silence, then places, then names")

# %% [markdown]
# Before training the idle boxes cost most: 98 voices say *maybe*. Silence is learned in the first epoch, which makes the
# few responsible boxes too quiet as well, so their part rises. Then come the places, and last the classes. Now the whole
# chain on new scenes: network, `decode`, `non_max_suppression`.

# %%
new = part(200, 4_000_000)

def detect(prediction, threshold):
    """Boxes, scores and labels of one picture, cleaned up."""
    boxes, scores, labels = decode(prediction, 2, threshold)
    kept = non_max_suppression(boxes, scores, labels)
    return boxes[kept], scores[kept], labels[kept]

predictions = answers(model, new[0])

# %%
stages = [[decode(one, 2, 0.0)[0], decode(one, 2, 0.15)[0], detect(one, 0.15)[0]] for one in predictions[:30]]
busy = int(np.argmax([len(sure) - len(kept) for _, sure, kept in stages]))  # where most are suppressed
captions = [f"{what}: {len(boxes)}" for what, boxes in zip(["all", "score ≥ 0.15", "what stays"], stages[busy])]
draw_boxes.boxes([new[0][busy]] * 3, stages[busy], columns=3, captions=captions, title="From 98 boxes to an answer")

# %%
shown = [detect(prediction, 0.3) for prediction in predictions[:6]]
said = [[f"{NAMES[label]} {score:.1f}" for label, score in zip(labels, scores)] for _, scores, labels in shown]
draw_boxes.boxes(new[0][:6], [boxes for boxes, _, _ in shown], new[2][:6], columns=3, labels=said,
                 title="Found in scenes that it never saw")

# %% [markdown]
# Where two boxes stay on one object, they name it differently, or overlap by half or less.
#
# And how good is it? One AP for each class on these 200 scenes, with a low threshold, so that the curve goes as far as it
# can. The curve of the discs comes out of your function too: a detection that is right makes the AP of all detections up to
# it grow, one that is false does not.

# %%
found, real = {label: [] for label in range(3)}, {label: {} for label in range(3)}
for picture, prediction in enumerate(predictions):
    for box, score, label in zip(*detect(prediction, 0.02)):
        found[label].append((picture, score, box))
    for label in range(3):
        real[label][picture] = new[2][picture][new[1][picture] == label]

# %%
ap = [average_precision(found[label], real[label]) for label in range(3)]
print(" · ".join(f"{name} {value:.2f}" for name, value in zip(NAMES, ap)), f"· mAP@0.5 = {np.mean(ap):.2f}")

# %%
best_first = sorted(found[0], key=lambda one: -one[1])[:250]
areas = [average_precision(best_first[:number], real[0]) for number in range(len(best_first) + 1)]
right = np.cumsum(np.diff(areas) > 1e-12)
precision, recall = right / np.arange(1, len(right) + 1), right / sum(map(len, real[0].values()))
highest = [precision[place:].max() for place in range(len(precision))]
draw.lines({"precision": (recall, precision), "interpolated": (recall, highest)},
           x_label="recall: share of the discs found", y_label="precision: share of detections right",
           title="More found, more mistaken: the curve of the discs")

# %% [markdown]
# Left the sure ones, nearly all right; to the right lower and lower scores, which find a few more discs and cry *disc* at
# other things. Where to stop, that is the threshold, depends on what a miss and a false alarm cost; AP judges all
# thresholds at once.
#
# What about *once*? Measure one forward pass, and what 2,000 of them would take, R-CNN's way:

# %%
one = new[0][:1]
model.predict_on_batch(one)
started = time.perf_counter()
for _ in range(10):
    detect(model.predict_on_batch(one)[0], 0.2)
seconds = (time.perf_counter() - started) / 10
print(f"a picture takes {1000 * seconds:.1f} ms, suppression included; 2,000 regions would take "
      f"{2000 * seconds:.0f} s")

# %% [markdown]
# **And photographs?** If there is a folder of photos with a table of boxes (the form is that of `convkit.boxed_photos`),
# named in the environment variable `CONVKIT_COCO128`, the next cell trains with your loss on them, in a minute or two: a
# frozen MobileNet (06) makes the 7×7 maps, and a small head learns. Elsewhere it does nothing.

# %%
kinds, folder = ("person", "car", "chair"), os.environ.get("CONVKIT_COCO128")
if folder:
    photos = boxed_photos.read_folder(folder, photo_detector.SIZE, classes=kinds)
    own = [photos.pictures == picture for picture in range(len(photos))]
    labels, boxes = [photos.labels[rows] for rows in own], [photos.boxes[rows] for rows in own]
    half = sum(file.startswith("train/") for file in photos.files)
    learned = photos.images[:half], labels[:half], boxes[:half]
    detector = photo_detector.train(learned, len(kinds), encode, yolo_loss)

# %%
if folder:
    largest = np.array([np.prod(found[:, 2:] - found[:, :2], axis=1).max(initial=0) for found in boxes])
    best_first = np.argsort(-largest)  # the photos with the largest objects: three learned from, three new
    chosen = [*best_first[best_first < half][:3], *best_first[best_first >= half][:3]]
    shown = [detect(answer, 0.25) for answer in detector.answers(photos.images[chosen])]
    draw_boxes.boxes(photos.images[chosen], [found for found, _, _ in shown], [boxes[p] for p in chosen], columns=3,
                     labels=[[kinds[label] for label in names] for _, _, names in shown],
                     title="Above photos learned from, below new ones")

# %% [markdown]
# Measured with 71 photos of COCO: an AP of 0.72 for persons in the photos that it learned from, 0.02 in new ones. It has
# learned them by heart, as any net would. The paper's net learned its first layers from 1.2 million photos, then boxes from
# thousands of VOC's.
#
# ## 8 · In your own words
#
# *5 minutes*
#
# **Question (5 points, read by a person).** A drone counts sheep from above with a detector like yours: 7×7 cells, two boxes
# a cell, one class. (a) Sheep stand close together, and too few are counted: name two different reasons, one in the grid and one
# in non-max suppression, and a remedy for each. (b) After a change to the loss the detector finds nothing, all confidences are
# near 0; λ_noobj was set to 5. Explain. (c) A colleague reports "precision 98 %". What else do you want to know, and
# why is AP a fairer number? Six to eight sentences.

# %% [markdown] nbgrader={"grade": true, "grade_id": "written", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# The grid: a cell names one object, so of several sheep with their centres in one cell all but the largest are lost. A finer
# grid (or pictures cut into parts, or lower flight) helps (1 point).
#
# Suppression: two sheep whose boxes overlap with an IoU above 0.5 are taken for one, and the box with the lower score goes. A higher
# IoU threshold helps, at the price of sheep that are counted twice (1 point).
#
# The idle boxes: nearly all of the 98 boxes are idle, and each pays λ_noobj times its squared confidence. With 5 in the place of
# 0.5 their silence is worth more than the few responsible boxes' confidence; the cheapest answer is near zero everywhere (1 point; half of it
# for "empty cells outweigh full ones" without the sum).
#
# Precision says how many of the detections are right, not how many sheep are found: with a high threshold it can be
# 98 % while most are missed. Recall is needed, and the threshold and the IoU at which a hit counts (1 point).
#
# AP is the area under precision over recall, so it judges all thresholds at once and counts what was never found; nobody can
# choose the threshold at which the number looks best (1 point).
# ### END SOLUTION

# %% [markdown]
# ## What you built
#
# A detector from end to end: targets in which any number of objects fits, YOLO's loss with its five terms, decoding,
# non-max suppression, average precision, and a network that finds things in one pass. It runs on TensorFlow, JAX and
# PyTorch. The YOLO of 2015 has $C=20$ and 24 convolutions, 20 of which learned from ImageNet's photos for a week before.
#
# **Words.** *Responsible*: the one box that must answer for an object. *Confidence*: P(object) · IoU. *Score*: confidence times
# class probability. *Non-max suppression*: of boxes that say the same, the best stays. *mAP@0.5*: mean of the
# classes' AP, a hit being an IoU of 0.5.
#
# ## Go further
#
# * J. Redmon and others, *You Only Look Once* (2016): section 2 is what you wrote. Later versions predict boxes relative to
#   typical shapes (*anchors*), on several grids; the COCO benchmark averages AP over IoU thresholds from 0.5 to 0.95, which your
#   function computes with its third argument.
# * Put `lambda_noobj` to 5 and to 0.05 and train again. Which error becomes more frequent, and was your answer in section 8
#   right?
# * How many photos does it take? `convkit.photo_detector` trains on any folder with boxes: draw AP against the number of
#   photos, on those that it learned from and on new ones.
