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
# # Transfer learning with MobileNet
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](@@COLAB@@)
#
# After this notebook you can
#
# * teach a network a new task with 40 pictures a class, by building on what another one has learned;
# * do it in two ways, and say what each costs and what augmentation can do in it;
# * freeze a network so that it is frozen, batch normalisation included, and test that it is.
#
# **Time:** about 90 minutes. **You need:** building and training networks with Keras (04, 05); global pooling as a
# layer (03, 08) in one place.
#
# **How it works.** Fill in a stub, run the checks below it, read what they say, try again. The checks give 95 points,
# a short text at the end gives 5. Trained networks are judged by what they do on pictures that they never saw.
#
# **House rules.** Arguments stay as they were, except where a function says otherwise. Arguments that make no sense
# raise a `ValueError` whose message says why.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
# @@INSTALL@@
import logging, os, time, warnings

import numpy as np
from convkit import check, draw, draw_transfer, quiet, scenes, session, transfer

with quiet.startup():
    import keras
from keras import layers
logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns where several models predict one after the other

SEED = 0
session.start(
    "pictures: drawn ones, or cats and dogs",
    full="photos of cats and dogs, in some minutes once they are there")

# %% [markdown]
# **Quick or full?** `"quick"` takes drawn pictures and a small MobileNet that this course has trained on others of
# them. It needs no download, runs on any computer, and is what gets graded. `"full"` takes MobileNet with its ImageNet
# weights and photos of cats and dogs: two downloads, the weights (17 MB) and the photos (825 MB), and a GPU is welcome.
# `ALPHA` is the width of MobileNet at full scale: 1, 0.75, 0.5 or 0.25.

# %%
SCALE = "quick"
ALPHA = 1.0

# %% nbgrader={"grade": false, "grade_id": "data", "locked": true, "schema_version": 3, "solution": false, "task": false}
# Grading is always quick, whatever stands above.
FULL = globals().get("SCALE") == "full" and os.environ.get("CONVKIT_SOURCE") != "sample"
SIDE = 180 if FULL else 64  # pixels
FLIP = "horizontal" if FULL else "horizontal_and_vertical"  # which mirror images a picture may be replaced by

def new_base():
    """MobileNet without its top, with what it has learned: from ImageNet, or from drawn scenes."""
    width, weights = (globals().get("ALPHA", 1.0), "imagenet") if FULL else (0.25, transfer.weights())
    with warnings.catch_warnings():  # for 180 pixels, Keras takes the weights for 224 and says so
        warnings.simplefilter("ignore")
        return keras.applications.MobileNet(
            alpha=width, weights=weights, include_top=False, input_shape=(SIDE, SIDE, 3))

# %% nbgrader={"grade": false, "grade_id": "pictures", "locked": true, "schema_version": 3, "solution": false, "task": false}
few = transfer.photos("train", limit=1000) if FULL else transfer.drawn(25, seed=60)
new = transfer.photos("validation", limit=500) if FULL else transfer.drawn(200, seed=61, takes=1)
unseen = (new.images, new.labels)  # never to learn from
base = new_base()

# %% [markdown]
# ## 1 · Must every network begin at nothing?
#
# *8 minutes*
#
# A net that tells 24 kinds of drawn things apart was trained on 24,000 pictures: discs, rings, squares, triangles,
# crosses and stars, each plain, striped, checked or dotted. Now somebody wants to tell **hearts from crescents**, and
# has 50 pictures of each.

# %%
old = scenes.make(300, 7, size=64, classes=[scenes.ObjectClass(shape, shape) for shape in transfer.SHAPES])
firsts = [int(np.argmax(old.labels == label)) for label in range(len(transfer.SHAPES))]
draw.images([*old.images[firsts], *few.images[:6]],
            [*transfer.SHAPES, *(few.class_names[label] for label in few.labels[:6])],
            columns=6, labels=("", ""), title="Above what the old net knows, below the new task")

# %% [markdown]
# In classical machine learning each task is learned alone, and the second begins where the first began. A network is
# easier to take apart. Lecture D's six steps, with its wild and domestic animals:
#
# | step | here |
# |---|---|
# | 1. build a deep model on a large dataset | MobileNet on 24,000 drawn things, or on ImageNet |
# | 2. label a much smaller set for the new task | 50 hearts, 50 crescents |
# | 3. remove the last layers | `include_top=False` |
# | 4. put new ones in their place | a **head** for two classes |
# | 5. freeze what remains, the **base** | `trainable = False` |
# | 6. train the head alone | with the small set |
#
# The last layer must go: its 24 numbers mean stars and rings. The layers below it answer to edges, corners and
# stripes, which hearts have as well; the earlier, the more general. It pays where both tasks have the same kind of
# input, the old one had far more data, and its low-level features are of use for the new one. (Steps 5 and 6 are *feature extraction*. Lecture D calls everything *fine-tuning*; usually that is
# what comes when step 5 is loosened, section 6.)

# %%
print(f"the base: {base.count_params():,} parameters, {base.input_shape[1:]} → {base.output_shape[1:]}")

# %% [markdown]
# ## 2 · Which pictures may judge?
#
# *12 minutes*
#
# Each thing was photographed twice, a little apart and in another light. If one of the two is learned from and the
# other one judges, then the net is asked what it has seen. Pictures of one thing, one patient, one film are a
# **group**, and a group stays on one side. By hand, ten pictures of five things:
#
# | | | | | | | | | | | |
# |---|---|---|---|---|---|---|---|---|---|---|
# | label | 0 | 0 | 0 | 0 | 0 | 0 | 1 | 1 | 1 | 1 |
# | group | 7 | 7 | 3 | 3 | 8 | 8 | 4 | 4 | 9 | 9 |
#
# A fifth of them is to be held out. Taken by chance, two pictures most likely leave their twins behind. Taken by group
# it is 7, 3 or 8 and nothing of class 1, or 4 or 9 and nothing of class 0. So the share is taken **in each class**
# (*stratified*), as near to it as whole groups allow: of class 0 a fifth is 1.2 pictures, which is nearer to one group
# of two than to none; of class 1 it is 0.8, which is nearer to none.

# %% nbgrader={"grade": false, "grade_id": "split", "locked": false, "schema_version": 3, "solution": true, "task": false}
def split(images, labels, groups, validation=0.2, seed=0):
    """A part to learn from and a part to judge by, with no group in both.

    images: (N, H, W, C).   labels, groups: (N,), whole numbers; all pictures of a group have one label.
    validation: the share to hold out, above 0 and below 1; in each class right to the nearest whole group.
    seed: chooses which groups; the same seed gives the same parts.
    Returns (train, validation), each a pair (images, labels).
    Raises ValueError if the three lengths differ, or if validation is not above 0 and below 1.
    """
    ### BEGIN SOLUTION
    images, labels, groups = np.asarray(images), np.asarray(labels), np.asarray(groups)
    if not len(images) == len(labels) == len(groups):
        raise ValueError(f"{len(images)} pictures have {len(labels)} labels and {len(groups)} groups")
    if not 0 < validation < 1:
        raise ValueError(f"validation must be between 0 and 1, not {validation}")
    random = np.random.default_rng(seed)
    held_out = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        missing = validation * np.sum(labels == label)
        for group in random.permutation(np.unique(groups[labels == label])):
            size = np.sum(groups == group)
            if size < 2 * missing:  # then we are nearer with this group than without it
                held_out |= groups == group
                missing -= size
    return (images[~held_out], labels[~held_out]), (images[held_out], labels[held_out])
    ### END SOLUTION


# %% [markdown]
# In the check, picture number $i$ has the number $i$ in every pixel, so that each can be found again. There are 16
# pictures of class 0 and 8 of class 1, two of each thing.

# %% nbgrader={"grade": false, "grade_id": "look_at_parts", "locked": true, "schema_version": 3, "solution": false, "task": false}
def look_at_parts(parts, labels, groups):
    """Check what split has made of pictures that are filled with their own number; returns the numbers held out."""
    check.true(isinstance(parts, tuple) and [len(part) for part in parts] == [2, 2],
               "Asked are two pairs, (train, validation), each (images, labels).")
    found = [np.asarray(images)[:, 0, 0, 0].astype(int) for images, _ in parts]
    check.true(not set(found[0]) & set(found[1]), "Some pictures are in both parts.",
               hint="Each picture belongs on one side: draw without replacement.")
    check.equal(sorted(np.concatenate(found).tolist()), list(range(len(labels))), name="the list of all pictures")
    for numbers, (_, own) in zip(found, parts):
        check.true(np.array_equal(own, labels[numbers]), "The labels are not those of their pictures.",
                   hint="Pictures and labels were put into another order, each by itself: use one index for both.")
    check.true(not set(groups[found[0]]) & set(groups[found[1]]), "A group is on both sides.",
               hint="The net would be judged by things that it has seen: choose whole groups, not pictures.")
    return found[1]

# %% nbgrader={"grade": true, "grade_id": "split-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
labels = np.array([0, 0, 1] * 8)
groups = np.array([5, 2, 8, 5, 2, 8, 1, 9, 3, 1, 9, 3, 7, 0, 6, 7, 0, 6, 4, 11, 10, 4, 11, 10])
pictures = np.zeros((24, 3, 4, 1), dtype="uint8") + np.arange(24, dtype="uint8")[:, None, None, None]
for seed in range(6):
    held_out = look_at_parts(split(pictures, labels, groups, 0.25, seed), labels, groups)
    counts = np.bincount(labels[held_out], minlength=2).tolist()
    check.true(sum(counts) != 6 or counts == [4, 2],
               f"Held out are {counts[0]} pictures of class 0, {counts[1]} of class 1.",
               hint="The share is taken of all pictures together; take it in each class: 4 of 16, 2 of 8.")
    check.equal(counts, [4, 2], name="the list of pictures held out of each class", mistakes={
        "The two parts are exchanged: first the one to learn from.": [12, 6],
    })
check.passed("split")

# %% nbgrader={"grade": true, "grade_id": "split-2", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
chosen = {tuple(sorted(look_at_parts(split(pictures, labels, groups, 0.25, seed), labels, groups)))
          for seed in range(8)}
check.true(len(chosen) > 1, "Every seed holds out the same groups.", hint="`seed` must choose the groups, by chance.")
check.raises(ValueError, lambda: split(pictures, labels[1:], groups), when="a label is missing")
check.raises(ValueError, lambda: split(pictures, labels, groups, 1.0), when="validation is 1")
### BEGIN HIDDEN TESTS
check.unchanged(split, pictures, labels, groups, 0.25, 3, name="split")
hidden_rng = np.random.default_rng(61)
for size, share in [(1, 0.2), (3, 0.2), (4, 0.35), (2, 0.6)]:
    counts = np.array([7, 12, 9])
    own_groups = np.repeat(hidden_rng.permutation(100)[: counts.sum()], size)
    own_labels = np.repeat(np.repeat([0, 1, 2], counts), size)
    order = hidden_rng.permutation(len(own_labels))
    own_labels, own_groups = own_labels[order], own_groups[order]
    numbered = np.zeros((len(order), 2, 3, 2)) + np.arange(len(order))[:, None, None, None]
    held_out = look_at_parts(split(numbered, own_labels, own_groups, share, int(size)), own_labels, own_groups)
    away = np.abs(np.bincount(own_labels[held_out], minlength=3) - share * size * counts)
    check.true(np.all(away <= size / 2 + 1e-9), "The share that is held out is not right to the nearest whole group.",
               hint="Take the share in each class, of its pictures, and neither always round up nor down.")
uneven = np.repeat(np.arange(30), hidden_rng.integers(1, 6, 30))
own_labels = uneven % 2
numbered = np.zeros((len(uneven), 2, 2, 1)) + np.arange(len(uneven))[:, None, None, None]
first, again = (look_at_parts(split(numbered, own_labels, uneven, 0.3, 5), own_labels, uneven) for _ in range(2))
check.equal(sorted(first), sorted(again), name="the sorted list of pictures held out with the same seed")
away = np.abs(np.bincount(own_labels[first], minlength=2) - 0.3 * np.bincount(own_labels))
check.true(np.all(away <= 3), "The share that is held out is off by more than a group.",
           hint="Groups are of different sizes: count pictures, not groups.")
for wrong in (0, -0.2, 1.5):
    check.raises(ValueError, lambda: split(pictures, labels, groups, wrong), when=f"validation is {wrong}")
check.raises(ValueError, lambda: split(pictures[1:], labels, groups), when="a picture is missing")
check.raises(ValueError, lambda: split(pictures, labels, groups[1:]), when="a group is missing")
### END HIDDEN TESTS
check.passed("split")

# %% nbgrader={"grade": false, "grade_id": "parts", "locked": true, "schema_version": 3, "solution": false, "task": false}
train, validation = split(few.images, few.labels, few.groups, 0.2, SEED)

# %%
def nearest(known, asked):
    """The share of pictures whose most similar known picture has the same label."""
    step = SIDE // 60  # of photos, each third pixel in a row is enough
    flat = [images[:, ::step, ::step].reshape(len(images), -1).astype("float32") for images in (known[0], asked[0])]
    distances = np.sum(flat[1] ** 2, axis=1)[:, None] - 2 * flat[1] @ flat[0].T + np.sum(flat[0] ** 2, axis=1)
    return np.mean(known[1][np.argmin(distances, axis=1)] == asked[1])

shares = []
for seed in range(20):
    order = np.random.default_rng(seed).permutation(len(few))
    leaking = [(few.images[part], few.labels[part]) for part in (order[20:], order[:20])]
    shares.append((nearest(*leaking), nearest(*split(few.images, few.labels, few.groups, 0.2, seed))))
leak, honest = 100 * np.mean(shares, axis=0)

# %%
draw.bars({"by picture": leak, "by group": honest}, marked=["by picture"], unit=" %",
          title="A leak flatters", x_label="right, if the most similar picture decides (mean of 20 splits)")

# %% [markdown]
# Comparing pixels knows nothing of hearts: split by group it guesses. Split by picture it seems to know
# nine in ten, because it finds the other photograph of the same thing. A leak never looks like a mistake; it looks like
# a good result. (Photos of cats and dogs come without groups; then each is its own.)
#
# The 20 pictures that you hold out are what one has in practice, and are few: each is 5 %. So that differences can be
# seen, this notebook judges by 400 more things, one picture of each. They are called `unseen`.
#
# ## 3 · What does the old net expect?
#
# *7 minutes*
#
# The numbers that it was trained on, and nothing warns you if it gets others. Stored pictures have 0 to 255. MobileNet
# was trained on −1 to 1:
#
# $$x\mapsto\frac{x}{127.5}-1\qquad\qquad 0\mapsto-1,\qquad 51\mapsto-0.6,\qquad 255\mapsto1.$$
#
# Other nets were trained on other numbers: VGG16 on 0 to 255 less a mean colour, blue first; some on 0 to 1. Each has
# its own `preprocess_input` in `keras.applications`. Write MobileNet's yourself.

# %% nbgrader={"grade": false, "grade_id": "preprocess", "locked": false, "schema_version": 3, "solution": true, "task": false}
def preprocess(images):
    """Pictures as MobileNet expects them.

    images: any shape, 0 to 255, uint8 or float.
    Returns a new float32 array of the same shape, in [−1, 1].
    """
    ### BEGIN SOLUTION
    return np.asarray(images, dtype=np.float32) / np.float32(127.5) - np.float32(1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "preprocess-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
picture = np.array([[[0, 51, 102], [153, 204, 255]]], dtype="uint8")  # 1×2 pixels
check.close(preprocess(picture), [[[-1, -0.6, -0.2], [0.2, 0.6, 1]]], rtol=1e-5, atol=1e-5, mistakes={
    "These are 0 to 1: MobileNet expects −1 to 1.": [[[0, 0.2, 0.4], [0.6, 0.8, 1]]],
    "These are 0 to 2: the 1 was not subtracted.": [[[0, 0.4, 0.8], [1.2, 1.6, 2]]],
    "These are −1 to 0: divide by half of 255.": [[[-1, -0.8, -0.6], [-0.4, -0.2, 0]]],
    "These are −0.5 to 0.5: the range of MobileNet is twice as wide.": [[[-0.5, -0.3, -0.1], [0.1, 0.3, 0.5]]],
    "It was done twice.": [[[-1.0078431, -1.0047059, -1.0015686], [-0.9984314, -0.9952941, -0.9921569]]],
    "The mean was subtracted, but the result was not divided.": [[[-127.5, -76.5, -25.5], [25.5, 76.5, 127.5]]],
    "Nothing has changed.": [[[0, 51, 102], [153, 204, 255]]],
    "This is what VGG16 expects: blue first, less a mean colour.":
        [[[-1.939, -65.779, -123.68], [151.061, 87.221, 29.32]]],
    "The colours were put in the order blue, green, red; MobileNet wants red first.":
        [[[-0.2, -0.6, -1], [1, 0.6, 0.2]]],
    "Mean and spread are those of the picture itself: black must become −1, whatever else is in the picture.":
        [[[-1.46385, -0.87831, -0.29277], [0.29277, 0.87831, 1.46385]]],
})
check.equal(str(preprocess(picture).dtype), "float32", name="the dtype")
check.passed("preprocess")

# %% [markdown]
# Now darker pictures, in several shapes, and pictures that are floats already.

# %% nbgrader={"grade": true, "grade_id": "preprocess-2", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check.close(preprocess(np.array([[10, 20], [30, 40]], dtype="uint8")), np.array([[-235, -215], [-195, -175]]) / 255,
            rtol=1e-5, atol=1e-5, mistakes={
    "The largest and the smallest number of the picture decide here; always use 0 and 255.":
        [[-1, -1 / 3], [1 / 3, 1]],
    "The largest number of the picture decides here; always use 255.": [[-0.5, 0], [0.5, 1]],
})
check.unchanged(preprocess, np.array([[[0.0, 127.5, 255.0]]], dtype="float32"), name="preprocess")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(62)
for shape, dtype in [((2, 5, 4, 3), "uint8"), ((3, 2, 3), "float32"), ((1, 2, 2, 1), "float64"), ((4,), "int64")]:
    pixels = hidden_rng.integers(0, 256, size=shape).astype(dtype)
    result = preprocess(pixels)
    check.close(result, (pixels.astype("float64") - 127.5) / 127.5, rtol=1e-5, atol=1e-5)
    check.equal(str(result.dtype), "float32", name="the dtype")
    check.unchanged(preprocess, pixels, name="preprocess")
### END HIDDEN TESTS
check.passed("preprocess")

# %% [markdown]
# ## 4 · Method 1: what if every picture goes through the base once?
#
# *15 minutes*
#
# A frozen base gives the same numbers for the same picture, today and in the hundredth epoch. So let it work **once**,
# keep what comes out, the **features**, and train the head on those. Lecture E does it with maps of (5, 5, 1024); it
# does not say for which pictures. MobileNet halves the side five times, each time rounded up, so 180 → 90 → 45 → 23 →
# 12 → 6? Ask it, for MobileNet at its full width:

# %%
wide = keras.applications.MobileNet(weights=None, include_top=False, input_shape=(None, None, 3))
sides = list(range(96, 257))
maps = [wide.compute_output_shape((1, side, side, 3))[1] for side in sides]
fives = [side for side, edge in zip(sides, maps) if edge == 5]
print(f"sides with 5×5 maps: {fives[0]} to {fives[-1]}")
print("180 pixels:", wide.compute_output_shape((1, 180, 180, 3))[1:])

# %%
draw.lines({"": (sides, maps)}, title="159 to 190 pixels give MobileNet's maps of 5×5",
           x_label="side of the pictures in pixels", y_label="side of the maps")

# %% [markdown]
# Not 6: four of the five halvings are padded below and to the right by one zero, then convolved "valid", which rounds
# down (02). Now write the extraction. `base.predict(x, verbose=0)` works in batches, and in the mode that is wanted:
# **inference**, where batch normalisation uses the mean and variance that it has collected in training. (Called in
# training mode, it would use those of the pictures beside it, and one picture would have different features in
# different company.)

# %% nbgrader={"grade": false, "grade_id": "extract_features", "locked": false, "schema_version": 3, "solution": true, "task": false}
def extract_features(base, images):
    """What a base makes of pictures.

    base: a Keras model without its top, (H, W, 3) → maps; it stays as it is.   images: (N, H, W, 3), 0 to 255.
    Returns the maps as a float32 array (N, h, w, c), in the order of the pictures.
    Raises ValueError if the pictures are not of the shape (N, H, W, 3) that the base takes.
    """
    ### BEGIN SOLUTION
    wanted = base.input_shape[1:]
    if np.ndim(images) != 4 or any(n not in (None, m) for n, m in zip(wanted, np.shape(images)[1:])):
        raise ValueError(f"the base takes pictures of {wanted}, not an array of {np.shape(images)}")
    return base.predict(preprocess(images), verbose=0)
    ### END SOLUTION


# %% [markdown]
# First a base so small that you can work it out by hand: means of 2×2 pixels, then a batch normalisation that has
# collected the mean 0.5 and the variance 0.25, so that $m\mapsto(m-0.5)/\sqrt{0.25}$. Grey 0 becomes −1 and then −3;
# white, 255, becomes 1 and then 1.

# %% nbgrader={"grade": false, "grade_id": "by_hand", "locked": true, "schema_version": 3, "solution": false, "task": false}
def base_by_hand():
    """(2, 4, 3) → (1, 2, 3): means of 2×2 pixels, then batch normalisation with mean 0.5 and variance 0.25."""
    net = keras.Sequential([keras.Input((2, 4, 3)), layers.AveragePooling2D(2), layers.BatchNormalization(epsilon=0)])
    net.set_weights([np.ones(3), np.zeros(3), np.full(3, 0.5), np.full(3, 0.25)])
    return net

# %% nbgrader={"grade": true, "grade_id": "extract_features-1", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
small = base_by_hand()
grey = np.array([[[[0, 51, 102], [255, 204, 0]]], [[[102, 0, 255], [153, 51, 204]]], [[[204, 255, 0], [51, 51, 153]]]])
pictures = grey.astype("uint8").repeat(2, axis=1).repeat(2, axis=2)  # each number on 2×2 pixels
features = extract_features(small, pictures)
check.shape(features, (3, 1, 2, 3), mistakes={
    "The maps were flattened; asked are the maps.": (3, 6),
    "The maps were pooled; asked are the maps, the head pools.": (3, 3),
})
alone = extract_features(small, pictures[:1])
check.true(np.allclose(alone, features[:1], atol=1e-3), "A picture has other features when others are beside it.",
           hint="Batch normalisation works in training mode; in inference mode it uses what it has collected.")
steps = grey / 51  # 0, 1, 2, 3, 4, 5 for 0, 51, 102, 153, 204, 255
check.close(features, 0.8 * steps - 3, rtol=1e-4, atol=1e-4, mistakes={
    "The pictures were not preprocessed: the base got 0 to 255.": 102 * steps - 1,
    "The base got 0 to 1; preprocess as MobileNet does.": 0.4 * steps - 1,
    "The pictures were preprocessed twice.": 2 * (0.4 * steps - 1) / 127.5 - 3,
    "Red and blue are exchanged.": (0.8 * steps - 3)[..., ::-1],
    "This is how VGG16's pictures are preprocessed, blue first and less a mean colour.":
        2 * ((51 * steps)[..., ::-1] - [103.939, 116.779, 123.68]) - 1,
    "The order of the pictures has changed; their labels stay in the old one.": (0.8 * steps - 3)[::-1],
})
many = extract_features(small, pictures.repeat(15, axis=0))
check.close(many, (0.8 * steps - 3).repeat(15, axis=0), rtol=1e-4, atol=1e-4,
            name="the array of features of 45 pictures", mistakes={
    "Only the first batch of 32 pictures has features.": np.where(np.arange(45)[:, None, None, None] < 32, many, 0),
})
check.passed("extract_features")

# %% [markdown]
# Then the real base, all pictures to learn from, and pictures that do not fit.

# %% nbgrader={"grade": true, "grade_id": "extract_features-2", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
features = extract_features(base, train[0])
check.shape(features, (len(train[0]), *base.output_shape[1:]))
check.raises(ValueError, lambda: extract_features(base, train[0][0]), when="there is one picture without the axis N")
check.raises(ValueError, lambda: extract_features(base, train[0][:2, :40]), when="the pictures have 40 rows")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(63)
net = keras.Sequential([
    keras.Input((8, 6, 3)), layers.Conv2D(4, 3, strides=2), layers.BatchNormalization(), layers.ReLU(6.0),
    layers.Dropout(0.5), layers.DepthwiseConv2D(2),
])
net.set_weights([hidden_rng.uniform(0.2, 1, w.shape) for w in net.get_weights()])
pixels = hidden_rng.integers(0, 256, size=(70, 8, 6, 3), dtype="uint8")
before = [*net.get_weights()]
wanted = keras.ops.convert_to_numpy(net(pixels.astype("float32") / 127.5 - 1, training=False))
for images in (pixels, pixels.astype("float32")):
    check.unchanged(lambda pixels: extract_features(net, pixels), images, name="extract_features")
    check.close(extract_features(net, images), wanted, rtol=1e-3, atol=1e-4, mistakes={
        "The order of the pictures has changed; their labels stay in the old one.": wanted[::-1],
    })
check.true(all(np.array_equal(old, now) for old, now in zip(before, net.get_weights())),
           "Extraction has changed the base.", hint="Nothing is to be fitted, and no call to be made in training mode.")
check.raises(ValueError, lambda: extract_features(net, pixels[..., :1]), when="the pictures have one channel")
### END HIDDEN TESTS
check.passed("extract_features")

# %%
known = extract_features(base, unseen[0])

def plane(numbers):
    """(N, …) → (N, 2): the two directions in which the numbers differ most (principal components)."""
    flat = numbers.reshape(len(numbers), -1).astype("float64")
    flat -= flat.mean(axis=0)
    spread, directions = np.linalg.eigh(flat @ flat.T)  # ascending: the last two spread most
    return directions[:, [-1, -2]] * np.sqrt(spread[[-1, -2]])

# %%
draw_transfer.clouds({"as pixels": plane(unseen[0]), "as features": plane(known.max(axis=(1, 2)))}, unseen[1],
                     few.class_names, title="New things, which the base has never seen")

# %% [markdown]
# Each dot is a picture; the plane is the one in which they differ most. As pixels they differ in brightness and
# colour, and the classes lie in one another. As features they begin to come apart, in 2 directions of 256 already,
# though nobody has told this net of hearts. From which depth on? Cut the base at several layers, pool each map to its maximum, and
# let a linear classifier (ridge regression, as in 05) learn from the training pictures:

# %%
def linear(known, labels, asked, answers):
    """The accuracy of the best linear classifier for the known features on the asked ones; inputs (N, c)."""
    middle, scale = known.mean(axis=0), known.std(axis=0) + 1e-3
    x, y = (known - middle) / scale, 2.0 * labels - 1
    weights = x.T @ np.linalg.solve(x @ x.T + 30 * np.eye(len(x)), y - y.mean())
    return np.mean(((asked - middle) / scale @ weights + y.mean() > 0) == answers)

blocks = [1, 3, 5, 7, 9, 11, 12, 13]
cut = keras.Model(base.input, [layers.GlobalMaxPooling2D()(base.get_layer(f"conv_pw_{block}_relu").output)
                               for block in blocks])
levels = [cut.predict(preprocess(images), verbose=0) for images in (train[0], unseen[0])]
depth = [100 * linear(learned, train[1], asked, unseen[1]) for learned, asked in zip(*levels)]

# %%
draw.lines({"": (blocks, depth)}, title="How far up should one cut?",
           x_label="block of MobileNet after which it is cut", y_label="new pictures right, %")

# %% [markdown]
# Early layers know edges and colours: too little. The deeper, the better here, where old and new task are so alike.
# The less alike they are, the sooner the curve turns, for the last layers have come to think in the old classes. That is
# why lecture D removes the upper layers, and why section 6 lets some of them learn on.
#
# ## 5 · What goes on top?
#
# *10 minutes*
#
# A **head**. Lecture E's text says: global max pooling, a dense layer with 256 units, one output. Its summary shows
# Flatten in place of the pooling. It matters. By hand, for maps of (5, 5, 1024):
#
# | | Flatten | global max pooling |
# |---|---|---|
# | numbers that come in | 5 · 5 · 1,024 = 25,600 | 1,024 |
# | dense, 256 | 25,600 · 256 + 256 = 6,553,856 | 1,024 · 256 + 256 = 262,400 |
# | dense, 1 | 257 | 257 |
# | **parameters** | **6,554,113** | **262,657** |
#
# 25 times fewer, to be learned from 80 pictures. Between the two dense layers stands dropout: in training, half of the
# 256 numbers, chosen by chance, are 0. One output with a sigmoid is the probability of class 1.

# %% nbgrader={"grade": false, "grade_id": "build_head", "locked": false, "schema_version": 3, "solution": true, "task": false}
def build_head(feature_shape, pooling):
    """Lecture E's head for two classes.

    feature_shape: (h, w, c), of one picture's maps.   pooling: "flatten", or "max" for global max pooling.
    Returns a model, not compiled: Flatten or the pooling, dense 256 with ReLU, dropout 0.5, dense 1 with sigmoid.
    Raises ValueError for another pooling, or if feature_shape has not three numbers.
    """
    ### BEGIN SOLUTION
    kinds = {"flatten": layers.Flatten, "max": layers.GlobalMaxPooling2D}
    if pooling not in kinds:
        raise ValueError(f"pooling must be one of {list(kinds)}, not {pooling!r}")
    if len(feature_shape) != 3:
        raise ValueError(f"maps of one picture have three lengths, not {feature_shape}")
    return keras.Sequential([
        keras.Input(feature_shape),
        kinds[pooling](),
        layers.Dense(256, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(1, activation="sigmoid"),
    ])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "build_head-1", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
for pooling, expected in [("flatten", 6_554_113), ("max", 262_657)]:
    head = build_head((5, 5, 1024), pooling)
    check.output_shape(head, (None, 1), mistakes={
        "Flatten or pooling is missing: the dense layers work at each place alone.": (None, 5, 5, 1),
        "There are two outputs; asked is one, the probability of class 1.": (None, 2),
        "The last dense layer is missing.": (None, 256),
    })
    check.parameters(head, expected, mistakes={
        "The dense layer with 256 units is missing.": 25_601 if pooling == "flatten" else 1_025,
        "Both kinds of head flatten." if pooling == "max" else "Both kinds of head pool.":
            6_554_113 if pooling == "max" else 262_657,
        "The dense layers have no bias.": expected - 257,
    })
check.passed("build_head")

# %% nbgrader={"grade": true, "grade_id": "build_head-2", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
def parts_of_head(first, hidden="relu", rate=0.5, last="sigmoid"):
    """What the check asks of a head."""
    return [(first, {}), ("Dense", {"units": 256, "activation": hidden}), ("Dropout", {"rate": rate}),
            ("Dense", {"units": 1, "activation": last})]

for pooling, first in [("max", "GlobalMaxPooling2D"), ("flatten", "Flatten")]:
    right = parts_of_head(first)
    check.layers(build_head((2, 3, 8), pooling), right, name="the head", mistakes={
        "This pools with the mean; asked is the maximum.": parts_of_head("GlobalAveragePooling2D"),
        "The dropout is missing.": [right[0], right[1], right[3]],
        "The dropout stands before the first dense layer.": [right[0], right[2], right[1], right[3]],
        "The last layer has no sigmoid, so its output is no probability.": parts_of_head(first, last="linear"),
        "Softmax over one output is always 1.": parts_of_head(first, last="softmax"),
        "The hidden layer has no ReLU: two dense layers without one are no more than one.":
            parts_of_head(first, hidden="linear"),
    })
check.raises(ValueError, lambda: build_head((5, 5, 1024), "average"), when="pooling is \"average\"")
check.raises(ValueError, lambda: build_head((1024,), "max"), when="feature_shape is (1024,)")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(64)
for shape in [(2, 3, 8), (4, 1, 5)]:
    for pooling in ("max", "flatten"):
        head = build_head(shape, pooling)
        head.set_weights([hidden_rng.normal(size=w.shape, scale=0.1) for w in head.get_weights()])
        first, offset, second, shift = head.get_weights()
        maps = hidden_rng.normal(size=(6, *shape)).astype("float32")
        flat = maps.max(axis=(1, 2)) if pooling == "max" else maps.reshape(6, -1)
        logits = np.maximum(flat @ first + offset, 0) @ second + shift
        check.close(head(maps, training=False), 1 / (1 + np.exp(-logits)), rtol=1e-3, atol=1e-4)
check.raises(ValueError, lambda: build_head((5, 5, 1024), "Max"), when="pooling is \"Max\"")
check.raises(ValueError, lambda: build_head((1, 5, 5, 16), "flatten"), when="feature_shape is (1, 5, 5, 16)")
### END HIDDEN TESTS
check.passed("build_head")

# %% [markdown]
# Now Method 1 from beginning to end: features once, then a head that learns from them, in this cell also with a clock.
# (`recipe` stands for the numbers that a training needs; they work.)

# %% nbgrader={"grade": false, "grade_id": "recipe", "locked": true, "schema_version": 3, "solution": false, "task": false}
FROZEN = 0.8  # accuracy on new pictures that the frozen model must reach
recipe = {"batch_size": 64, "head_epochs": 15, "scratch_epochs": 15, "tune_epochs": 5, "tune_layers": 13,
          "rate": 1e-3, "tune_rate": 1e-5} if FULL else {
          "batch_size": 16, "head_epochs": 15, "scratch_epochs": 6, "tune_epochs": 4, "tune_layers": 13,
          "rate": 1e-3, "tune_rate": 1e-4}

def fitted(model, x, y, epochs, rate):
    """The model, compiled for two classes and fitted."""
    model.compile(keras.optimizers.Adam(rate), "binary_crossentropy", metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)  # TensorFlow takes seconds longer if fit does it
    model.fit(x, y, recipe["batch_size"], epochs, verbose=0)
    return model

def fresh_copy(base):
    """The same architecture with fresh weights. Its batch norm collects faster (0.9 for 0.99): there are few steps."""
    new = keras.models.clone_model(base)
    for layer in new.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = 0.9
    return new

def right(model, x, y):
    """The share of right answers of a model with one output."""
    return float(np.mean((model.predict(x, verbose=0)[:, 0] > 0.5) == y))

# %%
keras.utils.set_random_seed(SEED)
clock = time.perf_counter()
features = extract_features(base, train[0])
head = fitted(build_head(features.shape[1:], "max"), features, train[1], recipe["head_epochs"], recipe["rate"])
method_1 = {"seconds": time.perf_counter() - clock, "right": 100 * right(head, known, unseen[1])}
print(f"Method 1: {method_1['seconds']:.1f} s, {method_1['right']:.1f} % of new pictures right")

# %% [markdown]
# ## 6 · Method 2: what if the base is a part of the model?
#
# *20 minutes*
#
# Then pictures go in, not features, and each epoch may show other pictures: **augmentation** (05). Features are kept
# *of the pictures as they were*. (Augment before you extract, and you have some more pictures, fixed for ever, not new
# ones in each epoch.) And only now can the base itself learn on: **fine-tuning**, usually of its last layers, with
# small steps. The model is, from pictures 0–255 to a probability:
#
# augmentation → preprocessing → base → head
#
# Augmentation is one or more layers, as in 05: `layers.RandomFlip(FLIP)`, for one, where `FLIP` from above names the
# mirror images that a picture may be replaced by. Preprocessing is a layer, too,
# `layers.Rescaling(1 / 127.5, offset=-1)`, so that whoever gets the model cannot forget it.
# Which layers of the base learn, its last `n`, say their flags. `layer.trainable = False` freezes one, and
# `base.trainable = False` all of them at once. Count all kinds of layers as they stand in `base.layers`:

# %%
for layer in base.layers[-8:]:
    print(f"{layer.name:18} {type(layer).__name__:18} {layer.count_params():>7,}")

# %% [markdown]
# ### The trap
#
# Batch normalisation does two things. It *uses* a mean and a variance, and in training it *collects* them: after each
# batch, `moving_mean` goes a little way towards the batch's own. No gradient moves them, and
# yet they change what the net says. 80 pictures must not rewrite what was collected from 24,000. How does one stop it?
# Many courses say: call the base with `training=False`. **Predict, then run**: one `fit` of a model that is built so,
# with all layers trainable. Will the moving means be what they were?

# %%
prediction = None  # True: they stay; False: they move

# %%
def means_of(net):
    """All moving means of a net, one after the other."""
    return np.concatenate([keras.ops.convert_to_numpy(layer.moving_mean) for layer in net.layers
                           if isinstance(layer, layers.BatchNormalization)])

def fit_once(training_false, frozen):
    """How far the moving means move in one fit, in percent; a model on a copy of the base."""
    copy = new_base()
    for layer in copy.layers:
        layer.trainable = not (frozen and isinstance(layer, layers.BatchNormalization))
    before, inputs = means_of(copy), keras.Input(copy.input_shape[1:])
    maps = copy(layers.Rescaling(1 / 127.5, offset=-1)(inputs), **({"training": False} if training_false else {}))
    model = keras.Model(inputs, build_head(copy.output_shape[1:], "max")(maps))
    model.compile("sgd", "binary_crossentropy", run_eagerly=True)  # two steps are not worth a graph
    model.fit(train[0][:32], train[1][:32], epochs=2, verbose=0)
    after = means_of(copy)
    print(f"training=False: {training_false!s:5}  frozen: {frozen!s:5}  first mean {before[0]:.4f} → {after[0]:.4f}")
    return 100 * np.linalg.norm(after - before) / np.linalg.norm(before)

# %%
moved = {"neither": fit_once(False, False), "training=False": fit_once(True, False),
         "trainable=False": fit_once(False, True), "both": fit_once(True, True)}
print("you said that they stay with training=False:", prediction)

# %%
draw.bars(moved, marked=["training=False"], unit=" %", title="What keeps batch norm's moving means as they were",
          x_label="how far they moved in one fit of two steps, %")

# %% [markdown]
# A little in two steps; a training has hundreds, and each takes the means 1 % of the way to those of its batch.
# `training=False` alone does **nothing** here: in Keras 3, `fit` calls the whole model in training mode, and that
# overrides what the base was called with. (In older Keras it helped, hence the advice.) What helps is
# `trainable = False` on **every** batch normalisation: such a layer works in inference mode, whatever the mode of the
# model. *Every* one: also those among the last layers that are to learn.
#
# Now build it. Set the flags of the base that you are given (this function may change them: that is what it is
# for), and compile **after** that: what trains is settled when a model is compiled and first fitted.

# %% nbgrader={"grade": false, "grade_id": "build_finetune", "locked": false, "schema_version": 3, "solution": true, "task": false}
def build_finetune(base, trainable_layers):
    """Augmentation, preprocessing, base and head in one model.

    base: a model without its top, (H, W, 3) → maps. It itself becomes a part of the model, and its flags are set.
    trainable_layers: so many of base.layers, counted from the end, all kinds of layers, learn; 0: none. Of them batch
    normalisations do not learn either: neither weights nor statistics of any of them change in a fit.
    Returns a model that takes pictures 0 to 255 and gives the probability of class 1, (None, 1), by the head
    build_head(…, "max"); compiled with binary cross-entropy. At least one layer augments (keras.layers.Random…).
    Raises ValueError if trainable_layers is below 0 or above the number of base.layers.
    """
    ### BEGIN SOLUTION
    if not 0 <= trainable_layers <= len(base.layers):
        raise ValueError(f"a base of {len(base.layers)} layers has no last {trainable_layers}")
    base.trainable = True
    frozen = len(base.layers) - trainable_layers
    for place, layer in enumerate(base.layers):
        layer.trainable = place >= frozen and not isinstance(layer, layers.BatchNormalization)
    model = keras.Sequential([
        keras.Input(base.input_shape[1:]),
        layers.RandomFlip(FLIP),
        layers.RandomTranslation(0.05, 0.05),
        layers.Rescaling(1 / 127.5, offset=-1),
        base,
        build_head(base.output_shape[1:], "max"),
    ])
    model.compile(keras.optimizers.Adam(1e-4), "binary_crossentropy", metrics=["accuracy"])
    return model
    ### END SOLUTION


# %% [markdown]
# The checks use a small base of eight layers, of which two are batch normalisations. First which of them learn:

# %% nbgrader={"grade": false, "grade_id": "small_base", "locked": true, "schema_version": 3, "solution": false, "task": false}
def small_base():
    """(16, 16, 3) → (4, 4, 6): eight layers as in MobileNet, places 2 and 6 are batch normalisations."""
    x = inputs = keras.Input((16, 16, 3))
    for layer in [layers.Conv2D(4, 3, strides=2, padding="same"), layers.BatchNormalization(), layers.ReLU(6.0),
                  layers.DepthwiseConv2D(3, strides=2, padding="same"), layers.Conv2D(6, 1),
                  layers.BatchNormalization(), layers.ReLU(6.0)]:
        x = layer(x)
    net = keras.Model(inputs, x, name="small_base")
    rng = np.random.default_rng(7)
    net.set_weights([rng.normal(size=w.shape, scale=1.6 / w[..., 0].size ** 0.5) if w.ndim > 1
                     else rng.uniform(0.5, 1, w.shape) for w in net.get_weights()])
    return net

def opened(model):
    """The layers of a model in order; where one is itself a model, its layers instead."""
    parts = [opened(layer) if hasattr(layer, "layers") else [layer] for layer in model.layers]
    return [layer for part in parts for layer in part if type(layer).__name__ != "InputLayer"]

# %% nbgrader={"grade": true, "grade_id": "build_finetune-1", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
HEAD = 4  # arrays of the head: two kernels, two biases
own = small_base()
model = build_finetune(own, 3)  # the last three: a convolution, a batch normalisation, a ReLU
check.output_shape(model, (None, 1))
check.true(any(layer is own.layers[1] for layer in opened(model)), "The given base is not in the model.",
           hint="A copy has other flags and, once trained, other weights: put the given base into it.")
check.equal([len(layer.trainable_weights) for layer in own.layers], [0, 0, 0, 0, 0, 2, 0, 0],
            name="the list of how many arrays learn, for each layer of the base", mistakes={
    "Batch normalisations among the last layers must be frozen too.": [0, 0, 0, 0, 0, 2, 2, 0],
    "All batch normalisations learn; none should.": [0, 0, 2, 0, 0, 2, 2, 0],
    "The whole base learns: it was not frozen.": [0, 2, 2, 0, 2, 2, 2, 0],
    "The whole base learns, but for batch normalisation: freeze all but the last layers.": [0, 2, 0, 0, 2, 2, 0, 0],
    "The first layers learn, and the last are frozen; it should be the other way round.": [0, 2, 0, 0, 0, 0, 0, 0],
    "The first layers learn, batch normalisation among them.": [0, 2, 2, 0, 0, 0, 0, 0],
    "Nothing learns in the base, whatever `trainable_layers` says.": [0, 0, 0, 0, 0, 0, 0, 0],
    "Only layers that have weights were counted; count all kinds of layers.": [0, 2, 0, 0, 2, 2, 0, 0],
    "Batch normalisations were left out of the count; count all kinds of layers.": [0, 0, 0, 0, 2, 2, 0, 0],
})
none, everything = small_base(), small_base()
check.equal(len(build_finetune(none, 0).trainable_weights), HEAD,
            name="the number of arrays that learn with 0 layers of the base", mistakes={
    "With 0 the whole base learns: `base.layers[:-0]` is the empty list.": HEAD + 10,
    "With 0 the whole base but its batch normalisations learns: `base.layers[:-0]` is the empty list.": HEAD + 6,
    "The head must learn.": 0,
})
check.equal(len(build_finetune(everything, 8).trainable_weights), HEAD + 6,
            name="the number of arrays that learn with all 8 layers", mistakes={
    "Batch normalisations learn too; none should.": HEAD + 10,
})
check.passed("build_finetune")

# %% [markdown]
# Then what it says: the same as your head on the base's features, for pictures from 0 to 255. And how it is compiled:

# %% nbgrader={"grade": true, "grade_id": "build_finetune-2", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
own = small_base()
model = build_finetune(own, 3)
kinds = [type(layer).__name__ for layer in opened(model)]
check.true(any(kind.startswith(("Rand", "AugMix")) for kind in kinds), "No layer augments.",
           hint="That is what Method 2 is for: `layers.RandomFlip(FLIP)` or another.")
check.equal([kind for kind in kinds if kind in ("Flatten", "GlobalMaxPooling2D", "GlobalAveragePooling2D")],
            ["GlobalMaxPooling2D"], name="the list of pooling layers", mistakes={
    "The head flattens: it is built with \"max\" here.": ["Flatten"],
    "The head pools with the mean: it is built with \"max\" here.": ["GlobalAveragePooling2D"],
})
pixels = np.random.default_rng(8).integers(0, 256, size=(20, 16, 16, 3)).astype("float32")
dense = [layer for layer in opened(model) if type(layer).__name__ == "Dense"]

def by_hand(x):
    """The probability of class 1 by the model's own head, if x goes into the base."""
    pooled = keras.ops.max(own(x, training=False), axis=(1, 2))
    return keras.ops.convert_to_numpy(dense[1](dense[0](pooled)))

check.close(model(pixels, training=False), by_hand(pixels / 127.5 - 1), rtol=1e-3, atol=1e-4,
            name="the array of probabilities", mistakes={
    "The base gets the pictures as they are, 0 to 255: preprocessing is missing.": by_hand(pixels),
    "The base gets 0 to 1; MobileNet expects −1 to 1.": by_hand(pixels / 255),
    "The pictures are preprocessed twice.": by_hand((pixels / 127.5 - 1) / 127.5 - 1),
})
check.true(getattr(model, "compiled", False) and getattr(model, "optimizer", None) is not None,
           "The model is not compiled.", hint="`model.compile(…)` after the flags are set.")
loss = model.loss if isinstance(model.loss, str) else type(model.loss).__name__
check.true(loss.lower().replace("_", "") == "binarycrossentropy", f"The loss is {loss}.",
           hint="One probability for two classes: binary cross-entropy.")
check.raises(ValueError, lambda: build_finetune(small_base(), -1), when="trainable_layers is -1")
check.raises(ValueError, lambda: build_finetune(small_base(), 9), when="trainable_layers is 9, of 8 layers")
check.passed("build_finetune")

# %% [markdown]
# Last a `fit`, and what it leaves behind. What may change is the last layers and the head; the statistics of no batch
# normalisation.

# %% nbgrader={"grade": true, "grade_id": "build_finetune-3", "locked": true, "points": 9, "schema_version": 3, "solution": false, "task": false}
def changed_by_fit(trainable_layers):
    """For each layer of a small base, whether a fit changes any of its arrays, and whether moving statistics change."""
    own = small_base()
    model = build_finetune(own, trainable_layers)
    before = [[array.copy() for array in layer.get_weights()] for layer in own.layers]
    rng = np.random.default_rng(trainable_layers)
    pixels, labels = rng.integers(0, 256, size=(16, 16, 16, 3)).astype("float32"), np.arange(16) % 2
    model.fit(pixels, labels, batch_size=8, epochs=2, verbose=0)
    return [any(not np.array_equal(old, now) for old, now in zip(arrays, layer.get_weights()))
            for arrays, layer in zip(before, own.layers)]

changed = changed_by_fit(3)
check.true(not (changed[2] or changed[6]), "The fit has changed a batch normalisation.",
           hint="`training=False` does not help, since fit overrides it: every batch normalisation needs "
                "`trainable = False`, also among the last layers.")
check.equal(changed, [False, False, False, False, False, True, False, False],
            name="the list that says for each layer of the base whether it has changed", mistakes={
    "Nothing has changed in the base.": [False] * 8,
})
### BEGIN HIDDEN TESTS
for count, wanted in [(0, []), (1, []), (2, []), (4, [4, 5]), (5, [4, 5]), (8, [1, 4, 5])]:
    own = small_base()
    own.trainable = bool(count % 2)  # whatever the flags were before
    model = build_finetune(own, count)
    learns = [place for place, layer in enumerate(own.layers) if layer.trainable_weights]
    check.equal(learns, wanted, name=f"the list of places of layers that learn, of the last {count}")
    check.equal(len(model.trainable_weights), HEAD + sum(len(layer.trainable_weights) for layer in own.layers),
                name="the number of arrays that learn")
changed = changed_by_fit(8)
check.equal(changed, [False, True, False, False, True, True, False, False],
            name="the list that says for each layer of the base whether it has changed")
large = keras.applications.MobileNet(alpha=0.25, weights=None, include_top=False, input_shape=(32, 32, 3))
model = build_finetune(large, 13)
check.equal(sum(bool(layer.trainable_weights) for layer in large.layers), 4,
            name="the number of layers that learn, of the last 13")
check.equal(sum(layer.trainable for layer in large.layers if isinstance(layer, layers.BatchNormalization)), 0,
            name="the number of batch normalisations that learn")
for wrong in (-3, len(large.layers) + 1):
    check.raises(ValueError, lambda: build_finetune(large, wrong), when=f"trainable_layers is {wrong}")
### END HIDDEN TESTS
check.passed("build_finetune")

# %% [markdown]
# Your augmentation at work, on one picture. Would each of them still be called what it is?

# %%
augment = keras.Sequential([layers.RandomFlip(FLIP), layers.RandomTranslation(0.05, 0.05)])
again = keras.ops.convert_to_numpy(augment(np.stack([train[0][0]] * 7).astype("float32"), training=True))
draw.images([train[0][0], *again.astype("uint8")], ["stored", *["augmented"] * 7], columns=4, labels=("", ""),
            title="With Method 2, each epoch sees other pictures")

# %% [markdown]
# ### Side by side
#
# Method 2 with nothing of the base learning, so that only the way differs: as many epochs, the same head.

# %%
keras.utils.set_random_seed(SEED)
clock = time.perf_counter()
whole = fitted(build_finetune(new_base(), 0), *train, recipe["head_epochs"], recipe["rate"])
method_2 = {"seconds": time.perf_counter() - clock, "right": 100 * right(whole, *unseen)}

# %%
draw_transfer.side_by_side({"Method 1: features once": method_1, "Method 2: all in one model": method_2},
                           {"seconds": "seconds", "right": "new pictures right, %"},
                           title="The price of augmentation, and what it brings")

# %% [markdown]
# | | Method 1 | Method 2 |
# |---|---|---|
# | the base works | once a picture | once a picture **and epoch** |
# | augmentation | no, or a fixed number of changed copies, made before | new in every epoch |
# | the base can learn | no | yes |
# | to be handed on | base and head and the rule in between | one model |
#
# Take Method 1 to try things out, and while the features are good enough; Method 2 where pictures are few and a change
# makes a credible new one, or where the base must learn on.
#
# ## 7 · Is it worth it?
#
# *15 minutes*
#
# Three nets of the same architecture, the same 80 pictures:
#
# * **scratch**: MobileNet with fresh weights, everything learns;
# * **frozen**: the base with its weights, only a head learns, in whichever of the two ways;
# * **finetuned**: the frozen one, in which then the last layers learn on, in small steps. *First the head, then the
#   base*: the large gradients of an untrained head would ruin what the base knows.
#
# Three traps. `build_finetune` freezes batch normalisation, as it must for a base that knows something; a fresh one has
# to collect statistics first, so in the first net every layer of the base is unfrozen again (one by one: where
# `base.trainable` is True already, setting it changes nothing), then it is compiled. The base that `compare` is given
# stays as it was, so train *copies*: `fresh_copy(base)` and `keras.models.clone_model(base)` have fresh weights, and
# `copy.set_weights(base.get_weights())` gives it those of the base. And the validation pictures judge, nothing else;
# below, `compare` gets the 400 of `unseen` for them.
#
# `fitted(model, x, y, epochs, rate)` and `right(model, x, y)` stand above, and so does `recipe`.

# %% nbgrader={"grade": false, "grade_id": "compare", "locked": false, "schema_version": 3, "solution": true, "task": false}
def compare(base, train, validation, seed):
    """A network from scratch, one on a frozen base, and one that is fine-tuned.

    base: MobileNet with its weights and without its top; it stays as it is.
    train, validation: pairs (images, labels): (N, H, W, 3), uint8, 0 to 255, and (N,), 0 or 1.
    seed: a whole number; begin with keras.utils.set_random_seed(seed).
    Returns {"scratch": (accuracy, model), "frozen": (…), "finetuned": (…)}: three models as build_finetune makes them,
    trained on the training part, and their shares of right answers, 0 to 1, on the validation part.
    Raises ValueError if there are not as many labels as pictures in the training part.
    """
    ### BEGIN SOLUTION
    images, labels = train
    if len(images) != len(labels):
        raise ValueError(f"{len(images)} pictures have {len(labels)} labels")
    keras.utils.set_random_seed(seed)

    fresh = fresh_copy(base)
    scratch = build_finetune(fresh, len(fresh.layers))
    for layer in fresh.layers:
        layer.trainable = True
    fitted(scratch, images, labels, recipe["scratch_epochs"], recipe["rate"])

    def copy():
        new = keras.models.clone_model(base)
        new.set_weights(base.get_weights())
        return new

    features = extract_features(base, images)
    head = fitted(build_head(features.shape[1:], "max"), features, labels, recipe["head_epochs"], recipe["rate"])
    frozen = build_finetune(copy(), 0)
    frozen.layers[-1].set_weights(head.get_weights())

    finetuned = build_finetune(copy(), recipe["tune_layers"])
    finetuned.set_weights(frozen.get_weights())
    fitted(finetuned, images, labels, recipe["tune_epochs"], recipe["tune_rate"])

    models = {"scratch": scratch, "frozen": frozen, "finetuned": finetuned}
    return {name: (right(model, *validation), model) for name, model in models.items()}
    ### END SOLUTION


# %% [markdown]
# The next cell trains all three once, in a quarter of a minute; the checks and figures below use them.

# %% nbgrader={"grade": false, "grade_id": "answers", "locked": true, "schema_version": 3, "solution": false, "task": false}
def answers(model, images):
    """The model's outputs for pictures, as an array; nothing is augmented."""
    batches = [images[start : start + 200].astype("float32") for start in range(0, len(images), 200)]
    return np.concatenate([keras.ops.convert_to_numpy(model(batch, training=False)) for batch in batches])

def inner(model):
    """The base in a model."""
    return next((layer for layer in model.layers if len(getattr(layer, "layers", [])) > 20), None)

# %% nbgrader={"grade": false, "grade_id": "results", "locked": true, "schema_version": 3, "solution": false, "task": false}
results = compare(base, train, unseen, SEED)

# %% nbgrader={"grade": true, "grade_id": "compare-1", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
check.equal(sorted(results), ["finetuned", "frozen", "scratch"], name="the sorted list of names")
for name, (accuracy, model) in results.items():
    check.output_shape(model, (None, 1), name=f"the output shape of {name}")
    check.true(inner(model) is not None, f"There is no base in the model {name}.",
               hint="Hand on whole models, as build_finetune makes them, not heads.")
    new_share, known_share = (np.mean((answers(model, x)[:, 0] > 0.5) == y) for x, y in (unseen, train))
    reasons = {"That is in percent; asked is a share, 0 to 1.": (1.02, 101)}
    if known_share > new_share + 0.03:
        known_range = (known_share - 0.01, known_share + 0.01)
        reasons["That is its accuracy on the training part; the validation part judges."] = known_range
    check.between(accuracy, new_share - 0.01, new_share + 0.01, name=f"the accuracy of {name}", mistakes=reasons)
kept = inner(results["frozen"][1]).get_weights()
check.true(all(np.allclose(old, now, atol=1e-6) for old, now in zip(base.get_weights(), kept)),
           "In the frozen model, the base has changed.",
           hint="Was it fine-tuned as well? Models that share one base share what it learns: give each a copy.")
check.passed("compare")

# %% nbgrader={"grade": true, "grade_id": "compare-2", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def moving_means(net):
    """All moving means of a net, one after the other."""
    return np.concatenate([keras.ops.convert_to_numpy(layer.moving_mean) for layer in net.layers
                           if isinstance(layer, layers.BatchNormalization)])

def correct(name, x, y):
    """The share of right answers of one of the three."""
    return np.mean((answers(results[name][1], x)[:, 0] > 0.5) == y)

def kernels(net):
    """The kernels of its first and of its last convolution."""
    convolutions = (layers.Conv2D, layers.DepthwiseConv2D)
    found = [layer.get_weights()[0] for layer in net.layers if isinstance(layer, convolutions)]
    return found[0], found[-1]

(first, last), (old_first, old_last) = kernels(inner(results["scratch"][1])), kernels(base)
check.true(np.mean(np.abs(first - old_first)) > 0.3 * np.mean(np.abs(old_first)),
           "The net from scratch has the weights of the base.", hint="It begins with fresh ones: `fresh_copy(base)`.")
check.true(np.abs(moving_means(inner(results["scratch"][1]))).max() > 0,
           "The net from scratch has collected no mean and no variance.",
           hint="build_finetune freezes batch normalisation: set `trainable` of each layer of a fresh base, "
                "compile, and fit.")
tuned = inner(results["finetuned"][1])
check.true(np.allclose(moving_means(tuned), moving_means(base), atol=1e-6),
           "Fine-tuning has changed the statistics of batch normalisation.")
first, last = kernels(tuned)
check.true(np.abs(last - old_last).max() > 1e-7, "The last layers of the finetuned base are as they were.",
           hint="Some layers of it must learn: build_finetune(copy, n) with n above 0, then fit.")
check.between(correct("frozen", *unseen), FROZEN, 1, name="the accuracy of frozen", mistakes={
    "It has hardly learned: do the labels stand in the order of their pictures?": (0, FROZEN - 0.05),
})
for name in ("frozen", "finetuned"):
    check.true(correct(name, *train) > correct(name, *unseen) - 0.02,
               f"The model {name} knows the validation pictures better than those that it is to learn from.",
               hint="It has learned from the validation part; that part judges, and nothing else.")
check.between(correct("frozen", *unseen) - correct("scratch", *unseen), 0.15, 1, name="what frozen gains over scratch")
check.raises(ValueError, lambda: compare(base, (train[0], train[1][1:]), unseen, 1), when="a label is missing")
### BEGIN HIDDEN TESTS
judge = transfer.drawn(200, seed=20_606, takes=1)
hidden = {name: correct(name, judge.images, judge.labels) for name in results}
check.between(hidden["frozen"], FROZEN, 1, name="the accuracy of frozen on new pictures")
check.between(hidden["frozen"] - hidden["scratch"], 0.15, 1, name="what frozen gains over scratch on new pictures")
check.between(hidden["finetuned"], hidden["frozen"] - 0.03, 1, name="the accuracy of finetuned on new pictures")
for name, chance in (("scratch", 0.15), ("frozen", 0.08)):  # of 400 pictures less 400: four standard deviations
    check.true(correct(name, *unseen) < hidden[name] + chance,
               f"The model {name} knows the validation pictures, but not new ones.",
               hint="It has learned from the validation part; that part judges, and nothing else.")
### END HIDDEN TESTS
check.passed("compare")

# %%
draw.bars({name: 100 * accuracy for name, (accuracy, _) in results.items()}, marked=["scratch"], unit=" %",
          title="The same architecture, the same 80 pictures", x_label="new pictures right")

# %%
outputs = answers(results["finetuned"][1], unseen[0])[:, 0]
wrong = np.flatnonzero((outputs > 0.5) != unseen[1])[:8]
draw.images(unseen[0][wrong], [f"said: {few.class_names[int(outputs[i] > 0.5)]}" for i in wrong], columns=4,
            labels=("", ""), title="What the fine-tuned net still gets wrong")

# %% [markdown]
# From scratch the net guesses at new pictures, whatever it has made of its 80 (15 epochs in place of 6 do not help).
# With a base that knows shapes, 80 are enough. Fine-tuning changes little here, up or down: the base knows such
# pictures already, and 80 are few to teach it more. Lecture D's rule: little data, keep the weights fixed; enough
# data, train them all. Lecture E reports for cats and dogs 97 % with MobileNet's features and 60 % for dense layers
# on pixels.
#
# How few are enough? With Method 1 the question costs nothing, for the features are there:

# %%
all_of_class = len(train[1]) // 2
counts = [2, 5, 10, 20, all_of_class]
picked = [np.concatenate([np.flatnonzero(train[1] == label)[:count] for label in (0, 1)]) for count in counts]
pooled, pooled_new = extract_features(base, train[0]).max(axis=(1, 2)), known.max(axis=(1, 2))
shares = [100 * linear(pooled[own], train[1][own], pooled_new, unseen[1]) for own in picked]

# %%
draw.lines({"linear classifier on features": (counts, shares),
            "network from scratch": ([all_of_class], [100 * results["scratch"][0]])},
           title="How many pictures does a new task need?",
           x_label="training pictures of each class", y_label="new pictures right, %")

# %% [markdown]
# ## 8 · In your own words
#
# *5 minutes*
#
# **Question (5 points, read by a person).** A clinic has 120 X-ray pictures of 60 patients, two of each, and wants
# to tell whether a bone is broken. A colleague takes MobileNet with its ImageNet weights, holds out every fifth picture,
# writes `base.trainable = False` for the first training, and for the second sets the last 40 layers to
# `trainable = True` and calls the base with `training=False`. He reports 96 %. What is wrong with the 96 %? What
# happens to batch normalisation in his second training, and how do you find out? Would you choose Method 1 or 2, and
# which augmentation? And how far are photos of cats good for X-rays? Six to eight sentences.

# %% [markdown] nbgrader={"grade": true, "grade_id": "written", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# Two pictures of a patient may lie on both sides, so the 96 % partly show that patients are recognised; split by
# patient, in each class by the same share. With 24 pictures the figure is rough as well (1 point).
#
# The batch normalisations among the last 40 layers are trainable, and `fit` overrides `training=False`: their moving
# means and variances drift towards those of small batches of X-rays (1 point). One finds out by keeping
# `layer.moving_mean` before a fit and comparing after it; the cure is `trainable = False` on each of them (1 point).
#
# Method 1 first, since it shows in seconds what the features are good for; then Method 2, since 120 pictures are few:
# small moves and turns, perhaps brightness, mirror images only if left and right do not matter to the question (1 point).
#
# Input of the same form, much data there and little here: that fits. Edges and textures are of use; the upper layers
# know fur and eyes and will help less, so cut lower or fine-tune, and compare with a net trained on X-rays (1 point).
# ### END SOLUTION

# %% [markdown]
# ## Where this comes from, and words to know
#
# *Three minutes, nothing to solve.*
#
# **MobileNet** (Howard and others, 2017) was made for phones, robots, cars. Where a convolution of 3×3 mixes places and
# channels at once, it does one after the other: a **depthwise** convolution, 3×3 for each channel alone, then a
# **pointwise** one, 1×1 through all channels. That is $9C+CF$ weights for $9CF$: eight to nine times fewer. Each of the
# two is followed by batch normalisation and ReLU. The 1×1×128×256 in the table of the paper is 32,768 weights, 128
# channels in and 256 out. Counting both kinds there are 28 layers with weights:

# %%
whole_net = keras.applications.MobileNet(weights=None)
kinds = [type(layer).__name__ for layer in whole_net.layers if layer.weights]
print({kind: kinds.count(kind) for kind in sorted(set(kinds))})
pointwise = tuple(whole_net.get_layer("conv_pw_4").kernel.shape)
print(f"{whole_net.count_params():,} parameters; the kernel of one of its 1×1 layers: {pointwise}")

# %% [markdown]
# Before its last layer it takes the mean over each map (global pooling, 08). With 4,253,864 parameters it is the
# smallest of the networks in lecture E; its successor MobileNetV2 is smaller still, 3,538,984.
#
# **Where else it works.** Features of ImageNet serve for sounds drawn as pictures (spectrograms), and networks with
# shortcuts, ResNets, carry over to text and speech. It is the first thing to try in practice: take an open
# implementation with its weights, transfer, augment.
#
# **Words.** *Base*: what is kept. *Head*: what is put on top. *Feature extraction*: the base is frozen. *Fine-tuning*:
# some of it learns on. *Pretraining*: how it got its weights. *Group*: pictures that know each other. *Inference*: using
# a net, as opposed to training it.
#
# ## What you built
#
# A split without leaks; features of a base, with the preprocessing that it expects; the head of lecture E in two
# sizes; a model for fine-tuning in which batch normalisation stays what it was, and a test that shows it; a comparison that
# says what a pretrained base is worth. Next: **07**, convolution along a text.
#
# ## Go further
#
# * F. Chollet, *Deep Learning with Python*, section 8.3, does both methods on cats and dogs with VGG16, where there is no
#   batch normalisation to go wrong; 8.2 trains from scratch.
# * Put `SCALE = "full"` and see how near you come to lecture E's 97 %. Which photos are still wrong?
# * Augment before you extract, ten copies of each picture, with Method 1. How much of Method 2's gain do you get, and at
#   which price?
