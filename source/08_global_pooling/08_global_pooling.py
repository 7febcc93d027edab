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
# # Global pooling
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](@@COLAB@@)
#
# After this notebook you can
#
# * say where a network keeps its parameters, and replace the layer that wastes most of them;
# * compare two networks fairly, and say what is won and lost if only *whether* counts and not *where*;
# * show where a classifier looks, with weights that it already has, and on pictures of any size.
#
# **Time:** about 90 minutes. **You need:** pooling and what a shift does to it (03), building and training a network
# with Keras (04, 05).
#
# **How it works.** Fill in a stub, run the checks below it, read what they say, try again. The checks give 95 points,
# a short text at the end gives 5. Trained networks are judged by what they do on pictures that they never saw.
#
# **House rules.** Arguments stay as they were, models too. Arrays from NumPy come out new and as `float64`.
# Arguments that make no sense raise a `ValueError` whose message says why.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
# @@INSTALL@@
import os

import numpy as np
from convkit import check, datasets, draw, draw_attention, quiet, scenes, session

with quiet.startup():
    import keras
from keras import layers

SEED = 0
session.start("pictures: drawn ones, or CIFAR-10", full="section 4 trains on all of CIFAR-10 in some minutes")

# %% [markdown]
# **Quick or full?** Section 4 trains two networks. `"quick"` takes drawn pictures and half a minute on any computer, and
# is what gets graded; `"full"` takes the 50,000 photographs of CIFAR-10 and wider networks, and wants a GPU. It is meant
# for section 4 alone: what sections 5 to 7 show are drawn pictures, which a net trained on photographs does not know.

# %%
SCALE = "quick"

# %% nbgrader={"grade": false, "grade_id": "data", "locked": true, "schema_version": 3, "solution": false, "task": false}
# Grading is always quick, whatever stands above.
FULL = globals().get("SCALE") == "full" and os.environ.get("CONVKIT_SOURCE") != "sample"
EPOCHS, BATCH, WIDTHS = (20, 256, (64, 128, 256, 256, 256)) if FULL else (4, 32, (12, 24, 48, 48, 48))

def part(split, limit):
    """(images, labels) of CIFAR-10, or of its sample."""
    data = datasets.load("cifar10", "real" if FULL else "sample", split=split, limit=None if FULL else limit)
    return data.images, data.labels

# %% nbgrader={"grade": false, "grade_id": "parts", "locked": true, "schema_version": 3, "solution": false, "task": false}
train, validation = part("train", 4000), part("test", 1000)

# %% [markdown]
# ## 1 · Where are all the parameters?
#
# *8 minutes*
#
# Lecture E puts a network for CIFAR-10 together: five convolutions, two poolings, then the last maps, (3, 3, 64),
# are flattened into one long vector, and two dense layers follow.

# %% nbgrader={"grade": false, "grade_id": "lecture_net", "locked": true, "schema_version": 3, "solution": false, "task": false}
def lecture_net():
    """Lecture E's net for CIFAR-10, untrained."""
    return keras.Sequential([
        keras.Input((32, 32, 3)),
        layers.Conv2D(32, 3, activation="relu", name="conv1"),
        layers.Conv2D(32, 3, activation="relu", name="conv2"),
        layers.MaxPooling2D(name="pool1"),
        layers.Conv2D(64, 3, activation="relu", name="conv3"),
        layers.Conv2D(64, 3, activation="relu", name="conv4"),
        layers.MaxPooling2D(name="pool2"),
        layers.Conv2D(64, 3, activation="relu", name="conv5"),
        layers.Flatten(name="flatten"),
        layers.Dense(1024, activation="relu", name="dense"),
        layers.Dense(10, activation="softmax", name="classes"),
    ])

# %% [markdown]
# Which of its ten layers is the expensive one? Count as in 02. By hand, the first and the ninth:
#
# | layer | weights | biases | parameters |
# |---|---|---|---|
# | `conv1`: 3×3, 3 → 32 | 3 · 3 · 3 · 32 = 864 | 32 | 896 |
# | `dense`: 3 · 3 · 64 = 576 → 1,024 | 576 · 1,024 = 589,824 | 1,024 | 590,848 |
#
# All together are 703,594, so `dense` has $590{,}848/703{,}594=84\,\%$ of them. Let a function find out such a thing
# for any model; Keras helps with `count_params()`, which a layer has as well as a model (05). A layer in which nothing
# is learned, such as a pooling, has the share 0.

# %% nbgrader={"grade": false, "grade_id": "parameter_share", "locked": false, "schema_version": 3, "solution": true, "task": false}
def parameter_share(model):
    """Which share of a model's parameters each of its layers holds.

    model: a built Keras model. All its layers (`model.layers`) and all parameters count, trainable or not.
    Returns {layer name: share}, fractions that sum to 1.
    Raises ValueError if the model has no parameters at all.
    """
    ### BEGIN SOLUTION
    total = model.count_params()
    if total == 0:
        raise ValueError("a model without parameters has no shares")
    return {layer.name: layer.count_params() / total for layer in model.layers}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "parameter_share-1", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
small = keras.Sequential([
    keras.Input((4, 4, 1)),
    layers.Conv2D(1, 3, name="conv"),    # 3 · 3 + 1 = 10 parameters
    layers.Flatten(name="flatten"),      # 2 · 2 = 4 numbers, nothing to learn
    layers.Dense(6, name="dense"),       # (4 + 1) · 6 = 30 parameters
])
shares = parameter_share(small)
check.true(isinstance(shares, dict), f"Asked is a dict {{layer name: share}}; {shares!r} came back.",
           None if shares is not None else "Is the `return` missing?")
check.equal(sorted(shares, key=str), ["conv", "dense", "flatten"], name="the sorted list of keys", mistakes={
    "Layers without parameters are missing: every layer counts, their share is 0.": ["conv", "dense"],
    "The keys are the kinds of the layers; take their names, for two layers may be of one kind.":
        ["Conv2D", "Dense", "Flatten"],
    "Only the dense layers are there: every layer counts.": ["dense"],
    "The sum is no layer; leave it out.": ["conv", "dense", "flatten", "total"],
})
check.close([shares["conv"], shares["flatten"], shares["dense"]], [0.25, 0, 0.75], name="the list of shares", mistakes={
    "The shares are in percent; asked are fractions that sum to 1.": [25, 0, 75],
    "These are the numbers of parameters; divide them by the number of all.": [10, 0, 30],
    "The biases are not counted.": [9 / 33, 0, 24 / 33],
    "These are shares of the layers, not of the parameters.": [1 / 3, 1 / 3, 1 / 3],
    "The numbers were divided by those of the largest layer, not of all layers.": [1 / 3, 0, 1],
    "These are the shares of the arrays, of which a layer has a kernel and a bias: count the numbers in them.":
        [0.5, 0, 0.5],
    "These are shares of the layers' outputs, not of their parameters.": [4 / 14, 4 / 14, 6 / 14],
})
check.passed("parameter_share")

# %% [markdown]
# Now lecture E's net, then a net that is partly frozen: its frozen weights are parameters like the others.

# %% nbgrader={"grade": true, "grade_id": "parameter_share-2", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
net = lecture_net()
shares = parameter_share(net)
check.between(shares["dense"], 0.83975, 0.83977, name="the share of the layer dense", mistakes={
    "The shares were rounded; keep all digits.": 0.84,
})
check.between(sum(shares.values()), 1 - 1e-9, 1 + 1e-9, name="the sum of all shares", mistakes={
    "The shares were rounded; keep all digits.": (0.9, 1 - 1e-8),
})
net.get_layer("dense").trainable = False
check.between(parameter_share(net)["dense"], 0.83975, 0.83977, name="the share of the layer dense, frozen", mistakes={
    "Frozen weights were left out; all parameters count, trainable or not.": 0,
    "The frozen weights were counted in the layer, but not in the sum.": (5, 6),
})
check.raises(ValueError, lambda: parameter_share(keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten()])),
             when="the model has no parameters")
### BEGIN HIDDEN TESTS
inputs = keras.Input((6, 5, 2), name="picture")
x = layers.BatchNormalization(name="norm")(layers.Conv2D(3, (2, 3), use_bias=False, name="conv")(inputs))
x = layers.Dropout(0.5, name="drop")(layers.Conv2D(3, 1, name="again")(x))
tail = keras.Sequential([keras.Input((5, 3, 3)), layers.Flatten(), layers.Dense(2), layers.Dense(1)], name="tail")
shares = parameter_share(keras.Model(inputs, tail(x)))
wanted = {"picture": 0, "conv": 36, "norm": 12, "again": 12, "drop": 0, "tail": 92 + 3}
shares.pop("picture", None)  # the input is no layer that one would count, though Keras lists it
wanted.pop("picture")
check.equal(sorted(shares, key=str), sorted(wanted), name="the sorted list of keys")
total = sum(wanted.values())
names = list(wanted)
check.close([shares[name] for name in names], [wanted[name] / total for name in names], name="the list of shares",
            mistakes={
    "Frozen or counted statistics were left out: all parameters count, trainable or not.":
        [36 / 149, 6 / 149, 12 / 149, 0, 95 / 149],
})
### END HIDDEN TESTS
check.passed("parameter_share")

# %%
shares = parameter_share(lecture_net())
draw.bars({name: 100 * share for name, share in shares.items()}, marked=["dense"],
          title="One dense layer holds 84 % of lecture E's net", x_label="share of the parameters, %", unit=" %")

# %% [markdown]
# The five convolutions, which do the seeing, share 15 %. The rest is there because flattening gives the dense layer
# a weight of its own for every number at **every place**: a stripe at the top left and the same stripe at the bottom
# right are two different inputs to it. More parameters need more pictures, or the net learns its pictures by heart.
# (In VGG16's first dense layer it is 7 · 7 · 512 · 4,096 = 102,760,448 weights, of 138 million parameters in all.)

# %% [markdown]
# ## 2 · Must a classifier know where?
#
# *10 minutes*
#
# *Is there a wheel?* is what the classifier asks, not *where is it?* A feature map answers for every place; so keep
# one number of each map and forget the place. This is 03's pooling with one window as large as the map, **global
# pooling**, and lecture E gives this reason for it: each plane of the last layer says whether a pattern is present,
# the numbers within the plane where it is, and the latter does not matter here.
#
# By hand, two maps of 2×3 pixels:
#
# $$\begin{bmatrix}0&2&1\\0&8&7\end{bmatrix}\qquad\begin{bmatrix}1&1&1\\1&1&1\end{bmatrix}$$
#
# | | first map | second map |
# |---|---|---|
# | max: *is it anywhere?* | 8 | 1 |
# | average: *how much of it is there?* | 18/6 = 3 | 6/6 = 1 |
#
# Six numbers become one, for each map and each picture by itself: (N, H, W, C) → (N, C).

# %% nbgrader={"grade": false, "grade_id": "global_pool", "locked": false, "schema_version": 3, "solution": true, "task": false}
def global_pool(x, mode):
    """One number for each map of each picture.

    x: feature maps, (N, H, W, C).   mode: "max" or "average".
    Returns (N, C), float64.
    Raises ValueError if x has not four axes, or if mode is another word.
    """
    ### BEGIN SOLUTION
    x = np.asarray(x, dtype=np.float64)
    summaries = {"max": np.max, "average": np.mean}
    if x.ndim != 4:
        raise ValueError(f"x needs four axes, not {x.ndim}")
    if mode not in summaries:
        raise ValueError(f"there is no mode {mode!r}")
    return summaries[mode](x, axis=(1, 2))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "global_pool-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
x = np.stack([[[0, 2, 1], [0, 8, 7]], [[1, 1, 1], [1, 1, 1]]], axis=-1)[None]  # (1, 2, 3, 2)
largest, mean = global_pool(x, "max"), global_pool(x, "average")
check.shape(largest, (1, 2), mistakes={
    "Keep the axis of the pictures and that of the channels, and no other.": (1, 1, 1, 2),
    "The pictures and their axis were lost: N comes out as it went in.": (2,),
    "Rows were summarised, columns were not: both axes must go.": (1, 3, 2),
    "The axes are (N, H, W, C), the channels last: one number comes out for each channel.": (1, 3),
})
check.close(largest, [[8, 1]], mistakes={
    "The wrong axes: these are the maxima of the rows, over columns and channels.": [[2, 8]],
    "For \"max\", these are the means.": [[3, 1]],
    "For \"max\", these are the sums.": [[18, 6]],
    "Channels were mixed: all channels went into one maximum.": [[8, 8]],
})
check.close(mean, [[3, 1]], mistakes={
    "The wrong axes: these are the means of the rows, over columns and channels.": [[1, 3]],
    "These are the sums; divide by the number of pixels.": [[18, 6]],
    "For \"average\", these are the maxima.": [[8, 1]],
    "The means were divided by the number of rows only.": [[9, 3]],
    "The mean was taken over the channels as well.": [[2, 2]],
})
check.passed("global_pool")

# %% [markdown]
# Next two pictures of 3×2 pixels with four channels. Nearly all numbers are negative.

# %% nbgrader={"grade": true, "grade_id": "global_pool-2", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
x = np.arange(48).reshape(2, 3, 2, 4) * 17 % 49 - 45
check.close(global_pool(x, "max"), [[1, -1, -3, 3], [-2, -4, 2, 0]], mistakes={
    "The maximum began at 0, which wins against negative numbers.": [[1, 0, 0, 3], [0, 0, 2, 0]],
    "These are the largest absolute values; the maximum knows a sign.": [[45, 39, 41, 43], [40, 42, 44, 38]],
    "`reshape` to (N, C, H · W) mixes the channels: in memory the channels stand next to each other.":
        [[-9, -5, -1, 3], [-10, -6, -2, 2]],
    "Both pictures were summarised into one: each picture has a row of its own.": [[1, -1, 2, 3], [1, -1, 2, 3]],
    "In all channels stands what only the first channel gives.": [[1, 1, 1, 1], [-2, -2, -2, -2]],
})
sums = np.array([[-132, -128, -124, -120], [-134, -130, -126, -122]])
check.close(global_pool(x, "average"), sums / 6, mistakes={
    "These are the sums; divide by the number of pixels.": sums,
    "`reshape` to (N, C, H · W) mixes the channels: in memory the channels stand next to each other.":
        np.array([[-162, -138, -114, -90], [-164, -140, -116, -92]]) / 6,
    "The means are cut to whole numbers: the result needs floats.": [[-22, -21, -20, -20], [-22, -21, -21, -20]],
    "The number of pixels is H · W of one picture, not N · H · W.": sums / 12,
})
check.raises(ValueError, lambda: global_pool(x[0], "max"), when="x has shape (3, 2, 4)")
check.raises(ValueError, lambda: global_pool(x, "sum"), when="mode is \"sum\"")
check.unchanged(global_pool, x, "average", name="global_pool")
check.passed("global_pool")

# %% nbgrader={"grade": true, "grade_id": "global_pool-3", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check.dtype(global_pool(np.arange(12, dtype=np.uint8).reshape(1, 2, 3, 2), "max"), np.float64)
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(81)
for shape in [(1, 4, 7, 3), (3, 5, 2, 6), (2, 1, 1, 4), (4, 1, 6, 1), (2, 9, 9, 2)]:
    x = hidden_rng.normal(size=shape) - 1
    check.close(global_pool(x, "max"), [[x[n, :, :, c].max() for c in range(shape[3])] for n in range(shape[0])])
    check.close(global_pool(x, "average"),
                [[x[n, :, :, c].sum() / (shape[1] * shape[2]) for c in range(shape[3])] for n in range(shape[0])])
bright = np.full((1, 20, 30, 1), 250, dtype=np.uint8)
check.close(global_pool(bright, "average"), [[250]])
for mode in ("Max", "avg", None, "sum"):
    check.raises(ValueError, lambda: global_pool(x, mode), when=f"mode is {mode!r}")
check.raises(ValueError, lambda: global_pool(x[0, 0], "average"), when="x has shape (9, 2)")
check.raises(ValueError, lambda: global_pool(x[None], "average"), when="x has shape (1, 2, 9, 9, 2)")
### END HIDDEN TESTS
check.passed("global_pool")

# %% [markdown]
# What does the classifier lose, and what does it win? Take four feature maps that anybody can compute: how much the
# brightness changes from a pixel to each of four neighbours. Compute them for a picture, for the same picture moved
# (what leaves comes back on the other side), and for another one:

# %%
def edge_maps(picture):
    """(1, H, W, 4), in percent: change from above, from the left, along both diagonals; opposite edges are joined."""
    grey = picture.mean(axis=-1) / 2.55
    steps = [(1, 0), (0, 1), (1, 1), (1, -1)]
    return np.stack([np.abs(grey - np.roll(grey, step, axis=(0, 1))) for step in steps], axis=-1)[None]

pictures = {"a picture": train[0][0], "moved": np.roll(train[0][0], (6, 10), axis=(0, 1)), "another": train[0][1]}
draw.images(list(pictures.values()), list(pictures), title="Two of them show the same thing")

# %%
pooled = {mode: np.concatenate([global_pool(edge_maps(picture), mode) for picture in pictures.values()])
          for mode in ("max", "average")}
draw.numbers([table.T for table in pooled.values()], list(pooled), title="Moved, the pooled numbers stay",
             labels=("a picture · moved · another", "feature map"))

# %%
at_rest, moved, _ = (edge_maps(picture).ravel() for picture in pictures.values())
print(f"flattened, {np.mean(np.isclose(at_rest, moved)):.0%} of {at_rest.size:,} numbers stay where they were")

# %% [markdown]
# In both tables the first two columns are equal: global pooling of maps that move along (*equivariant*, 03) does not
# notice the move, it is *invariant*. Flattened, hardly a number is where it was. So a dense layer behind `Flatten` has
# to learn everything anew at every place; behind global pooling, never. What is lost is the place: from the pooled
# numbers nobody can tell it any more.

# %% [markdown]
# ## 3 · What does that do to a network?
#
# *15 minutes*
#
# Put global pooling in the place of `Flatten`, and the dense layer behind it gets 64 numbers instead of 576:
#
# | lecture E's `dense` | inputs | parameters |
# |---|---|---|
# | behind Flatten | 3 · 3 · 64 = 576 | 576 · 1,024 + 1,024 = 590,848 |
# | behind global pooling | 64 | 64 · 1,024 + 1,024 = 66,560 |
#
# The number of its weights is divided by the number of places, 3 · 3 = 9. Write the surgeon: a function that takes a
# `Sequential` model, whatever its layers are, and returns a **new** one with global pooling for its `Flatten`.
#
# * What stands before is kept, with its weights: they are **copied**, so that training one model later leaves the
#   other alone.
# * What stands behind is there again with the same settings (units, activation, …) but **fresh** weights: those of
#   the first dense layer would not fit, and those of the later ones were learned for what it gave them.
#
# Three things of Keras help: a layer without its weights is `type(layer).from_config(layer.get_config())`;
# `layer.get_weights()` and `layer.set_weights(…)` read and write its arrays, once the model is built (it is if it
# begins with a `keras.Input`; `model.input_shape[1:]` is its shape); the layers that you want are
# `layers.GlobalMaxPooling2D()` and `layers.GlobalAveragePooling2D()`.

# %% nbgrader={"grade": false, "grade_id": "swap_head", "locked": false, "schema_version": 3, "solution": true, "task": false}
def swap_head(model, mode):
    """A new model with global pooling in the place of the model's Flatten layer.

    model: a built keras.Sequential with one Flatten among its layers; it stays as it was.   mode: "max" or "average".
    Returns a keras.Sequential, not compiled: the layers before the pooling with copies of the model's weights, those
    behind it with the same settings and fresh weights.
    Raises ValueError if mode is another word, or if the model is not Sequential or has no Flatten.
    """
    ### BEGIN SOLUTION
    pools = {"max": layers.GlobalMaxPooling2D, "average": layers.GlobalAveragePooling2D}
    if mode not in pools:
        raise ValueError(f"there is no mode {mode!r}")
    is_flatten = [isinstance(layer, layers.Flatten) for layer in model.layers]
    if not isinstance(model, keras.Sequential) or not any(is_flatten):
        raise ValueError("only a Sequential model with a Flatten layer has a head to be swapped")
    place = is_flatten.index(True)
    fresh = [type(layer).from_config(layer.get_config()) for layer in model.layers]
    fresh[place] = pools[mode]()
    swapped = keras.Sequential([keras.Input(model.input_shape[1:]), *fresh])
    for layer, original in zip(fresh[:place], model.layers):
        layer.set_weights(original.get_weights())
    return swapped
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "swap_head-1", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
start = ["Conv2D", "Conv2D", "MaxPooling2D", "Conv2D", "Conv2D", "MaxPooling2D", "Conv2D"]

def kinds(*names):
    return [(name, {}) for name in (*start, *names)]

pooled_net = swap_head(lecture_net(), "max")
check.layers(pooled_net, kinds("GlobalMaxPooling2D", "Dense", "Dense"), mistakes={
    "Flatten is still there; the pooling takes its place.": kinds("Flatten", "Dense", "Dense"),
    "Flatten is still there, behind the pooling; the pooling takes its place.":
        kinds("GlobalMaxPooling2D", "Flatten", "Dense", "Dense"),
    "Flatten is still there, before the pooling.": kinds("Flatten", "GlobalMaxPooling2D", "Dense", "Dense"),
    "This is average pooling; the mode is \"max\".": kinds("GlobalAveragePooling2D", "Dense", "Dense"),
    "That pools windows of 2×2; global pooling keeps one number of each map.":
        kinds("MaxPooling2D", "Flatten", "Dense", "Dense"),
    "The hidden dense layer is gone: all later layers are there again.": kinds("GlobalMaxPooling2D", "Dense"),
    "The later layers are gone: they are there again, fresh.": kinds("GlobalMaxPooling2D"),
    "Flatten is gone, but nothing took its place.": kinds("Dense", "Dense"),
})
check.parameters(pooled_net, 179_306, mistakes={
    "The number of units of the hidden dense layer is not that of the given model.": 103_256,
})
check.output_shape(pooled_net, (None, 10))
check.layers(swap_head(lecture_net(), "average"), kinds("GlobalAveragePooling2D", "Dense", "Dense"), mistakes={
    "The mode has no effect: this is max pooling.": kinds("GlobalMaxPooling2D", "Dense", "Dense"),
})
check.passed("swap_head")

# %% [markdown]
# 703,594 → 179,306, as in lecture E, which takes the maximum. Now the weights: give all of them new values first, as
# if the net were trained, then see which of them the new net has, and whether it has them for itself.

# %% nbgrader={"grade": true, "grade_id": "swap_head-2", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
net = keras.Sequential([
    keras.Input((8, 6, 2)), layers.Conv2D(3, (2, 3)), layers.BatchNormalization(), layers.Conv2D(4, 3),
    layers.Flatten(), layers.Dense(5), layers.Dense(5),
])
net.set_weights([np.linspace(0.1, 0.9, weights.size).reshape(weights.shape) for weights in net.get_weights()])
before, names = [weights.copy() for weights in net.get_weights()], [layer.name for layer in net.layers]
other = swap_head(net, "average")
check.true(other is not net, "The model that was given came back: build a new one, the given one stays as it was.")
check.true([layer.name for layer in net.layers] == names,
           "The given model has other layers than before: build a new model, the given one stays as it was.")
same = [np.array_equal(old, new) for old, new in zip(before[:8], other.get_weights()[:8])]
check.true(all(same[:2]), "The first convolution has other weights than the given model's.",
           "Weights before the pooling are copied: `from_config` makes a layer with fresh ones.")
check.true(all(same), "A layer between the first and the pooling has other weights than the given model's.",
           "Copy the weights of every layer before the pooling; batch norm has four arrays, statistics included.")
check.true(not np.array_equal(other.layers[-1].get_weights()[0], before[-2]),
           "The last layer's weights were copied too.", "Layers behind the pooling begin with fresh weights.")
other.set_weights([np.zeros(weights.shape) for weights in other.get_weights()])
check.true(all(np.array_equal(old, now) for old, now in zip(before, net.get_weights())),
           "Setting the new model's weights to 0 changes the given model.",
           "They share layers: make new ones with `from_config`, and copy the weights.")
check.passed("swap_head")

# %% nbgrader={"grade": true, "grade_id": "swap_head-3", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
block = keras.Sequential([layers.Conv2D(3, 3, padding="same", activation="relu"), layers.MaxPooling2D()])
net = keras.Sequential([
    keras.Input((12, 9, 2)), layers.Rescaling(1 / 255), block, layers.Conv2D(4, (1, 3), strides=2, activation="tanh"),
    layers.Flatten(), layers.Dropout(0.3), layers.Dense(7, activation="relu", use_bias=False),
    layers.Dense(3, activation="softmax"),
])
check.layers(swap_head(net, "max"), [
    ("Rescaling", {}), ("Sequential", {}), ("Conv2D", {"kernel_size": (1, 3), "strides": (2, 2), "activation": "tanh"}),
    ("GlobalMaxPooling2D", {}), ("Dropout", {"rate": 0.3}),
    ("Dense", {"units": 7, "activation": "relu", "use_bias": False}), ("Dense", {"units": 3, "activation": "softmax"}),
])
check.raises(ValueError, lambda: swap_head(net, "sum"), when="mode is \"sum\"")
check.raises(ValueError, lambda: swap_head(swap_head(net, "max"), "max"), when="the model has no Flatten")
### BEGIN HIDDEN TESTS
pictures = np.random.default_rng(82).normal(size=(3, 12, 9, 2)) * 100
maps = keras.ops.convert_to_numpy(keras.Model(net.inputs[0], net.layers[2].output)(pictures))
for mode, wanted in [("max", maps.max(axis=(1, 2))), ("average", maps.mean(axis=(1, 2)))]:
    other = swap_head(net, mode)
    pooled = keras.Model(other.inputs[0], other.layers[3].output)(pictures)
    check.close(pooled, wanted, name=f"the output of the pooling layer for {mode!r}", rtol=1e-4, atol=1e-5)
    check.output_shape(other, (None, 3))
    check.parameters(other, net.count_params() - (net.layers[4].input.shape[1] - 4) * 7)
x = inputs = keras.Input((12, 9, 2))
for layer in (layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(3)):
    x = layer(x)
check.raises(ValueError, lambda: swap_head(keras.Model(inputs, x), "max"), when="the model is not Sequential")
check.raises(ValueError, lambda: swap_head(net, None), when="mode is None")
### END HIDDEN TESTS
check.passed("swap_head")

# %% [markdown]
# Lecture E meets the same thing twice more: behind MobileNet it puts 256 units on maps of (5, 5, 1024), and VGG's
# first dense layer has 4,096 units on (7, 7, 512). Its text says that MobileNet's maps are pooled, its table shows them
# flattened. What is the difference?

# %%
def head(feature_shape, units, classes):
    return keras.Sequential([keras.Input(feature_shape), layers.Flatten(), layers.Dense(units), layers.Dense(classes)])

def both(net):
    return [model.count_params() for model in (net, swap_head(net, "max"))]

counts = {"lecture E's net": both(lecture_net()), "MobileNet's head": both(head((5, 5, 1024), 256, 1))}
counts["VGG, first dense"] = [7 * 7 * 512 * 4096, 512 * 4096]  # weights; two of these would fill the memory

# %%
draw.bars({f"{name}, {way}": count for name, pair in counts.items() for way, count in zip(("flat", "pooled"), pair)},
          marked=[f"{name}, flat" for name in counts], logarithmic=True,
          title="Flattening: 4, 25 and 49 times the parameters", x_label="parameters (each step is ten times as many)")

# %% [markdown]
# 703,594 or 179,306; 6,554,113 (the table) or 262,657 (the text); 102,760,448 or 2,097,152. The first dense layer
# has as many times the weights as there were places: 9, 25 and 49 times.
#
# ## 4 · Does it see as well?
#
# *15 minutes*
#
# Lecture E says that there is "no appreciable decrease in the performance". Such a sentence wants an experiment in
# which *only the head* differs: the same pictures, the same convolutions with the same first weights, the same
# optimizer settings, as many epochs. And the verdict is spoken on pictures that neither net has seen.
#
# Both nets begin with these layers; `base()` makes new ones at each call.

# %% nbgrader={"grade": false, "grade_id": "base", "locked": true, "schema_version": 3, "solution": false, "task": false}
def base():
    """New layers that turn pictures, 0 to 255 and of any size, into maps a quarter as high and as wide."""
    stack = [layers.Rescaling(1 / 255)]
    for place, width in enumerate(WIDTHS):
        stack.append(layers.Conv2D(width, 3, padding="same", activation="relu"))
        if place < 2:
            stack.append(layers.MaxPooling2D())
        if place < len(WIDTHS) - 1:
            stack.append(layers.BatchNormalization(momentum=0.9))
    return stack

def optimizer(pictures):
    """A new Adam whose learning rate falls from 0.003 to 0 during EPOCHS passes over so many pictures."""
    steps = EPOCHS * -(-pictures // BATCH)
    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.003, steps))

# %% [markdown]
# (`BatchNormalization` brings each map to mean 0 and deviation 1 over the batch. It makes training so much faster that
# a few epochs will do.) Behind the base stand `Flatten` or global **average** pooling, and one dense softmax layer with
# ten units: the shortest head there is. Section 6 needs just this one.
#
# The loss is 04's, `"sparse_categorical_crossentropy"`. Three traps: an optimizer belongs to one model, so each net
# needs its own; `swap_head` returns a model that is not compiled; and it copies the weights as they are at that moment,
# so swap before you train, or one net gets the other's training as well.

# %% nbgrader={"grade": false, "grade_id": "train_both", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_both(train, validation, seed):
    """Two nets that differ in their head alone, trained alike.

    train, validation: pairs of images, uint8 (N, H, W, 3), as they are from 0 to 255, and labels (N,), 0 to 9.
    seed: for all random numbers (`keras.utils.set_random_seed`).
    Each is base(), Flatten or global average pooling, and 10 softmax units; both begin with the same untrained base.
    Each has an optimizer(len(images)) of its own and EPOCHS epochs in batches of BATCH on the training part alone;
    validation is only looked at.
    Returns (flattening, pooling), both trained.
    """
    ### BEGIN SOLUTION
    images, labels = train
    keras.utils.set_random_seed(seed)
    flattening = keras.Sequential([
        keras.Input(images.shape[1:]), *base(), layers.Flatten(), layers.Dense(10, activation="softmax"),
    ])
    pooling = swap_head(flattening, "average")
    for model in (flattening, pooling):
        model.compile(optimizer(len(images)), "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.fit(images, labels, batch_size=BATCH, epochs=EPOCHS, validation_data=validation, verbose=0)
    return flattening, pooling
    ### END SOLUTION


# %% [markdown]
# Both are trained once, here, in about half a minute on a CPU; checks and figures below use them.
# Asked are 50 % right answers of the flattening net and 65 % of the pooling net, on pictures that they never saw.

# %% nbgrader={"grade": false, "grade_id": "training", "locked": true, "schema_version": 3, "solution": false, "task": false}
flattening, pooling = train_both(train, validation, SEED)

# %% nbgrader={"grade": false, "grade_id": "judge", "locked": true, "schema_version": 3, "solution": false, "task": false}
def answers(model, images):
    """The model's probabilities, (N, 10)."""
    return model.predict(images, batch_size=500, verbose=0)

def share_right(model, images, labels):
    return float(np.mean(answers(model, images).argmax(axis=1) == labels))

# %% nbgrader={"grade": true, "grade_id": "train_both-1", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
ends = [[type(layer).__name__ for layer in model.layers[-2:]] for model in (flattening, pooling)]
check.equal(ends, [["Flatten", "Dense"], ["GlobalAveragePooling2D", "Dense"]], name="the list of the two heads", mistakes={
    "The two nets came the other way round: first the flattening one.":
        [["GlobalAveragePooling2D", "Dense"], ["Flatten", "Dense"]],
    "The second net takes the maximum; asked is global average pooling.":
        [["Flatten", "Dense"], ["GlobalMaxPooling2D", "Dense"]],
    "Both nets flatten.": [["Flatten", "Dense"], ["Flatten", "Dense"]],
    "Both nets pool.": [["GlobalAveragePooling2D", "Dense"], ["GlobalAveragePooling2D", "Dense"]],
    "There is more than one dense layer; asked is the shortest head.": [["Dense", "Dense"], ["Dense", "Dense"]],
})
for name, model in [("the flattening net", flattening), ("the pooling net", pooling)]:
    check.output_shape(model, (None, 10), name=f"the output shape of {name}")
pairs = zip(flattening.get_weights()[:2], pooling.get_weights()[:2])
check.true(not all(np.array_equal(one, other) for one, other in pairs),
           "Both nets have the very same weights in their first convolution.",
           "They share layers, so that training the second spoils the first; or neither was trained.")
check.passed("train_both")

# %% nbgrader={"grade": true, "grade_id": "train_both-2", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
known = answers(flattening, train[0][:1000]), train[1][:1000]
check.trained(answers(flattening, validation[0]), validation[1], 0.5, train=known, name="the flattening net")
### BEGIN HIDDEN TESTS
new = scenes.ten_classes(1000, 808)
check.trained(answers(flattening, new.images), new.labels, 0.5, train=known, classes=10, name="the flattening net")
by_heart = share_right(flattening, *validation) - share_right(flattening, new.images, new.labels)
check.true(by_heart < 0.09, "The flattening net knows the validation part far better than other new pictures.",
           "Validation was trained on: fit sees the training part alone, or the comparison says nothing.")
### END HIDDEN TESTS
check.passed("train_both")

# %% nbgrader={"grade": true, "grade_id": "train_both-3", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
known = answers(pooling, train[0][:1000]), train[1][:1000]
check.trained(answers(pooling, validation[0]), validation[1], 0.65, train=known, name="the pooling net")
### BEGIN HIDDEN TESTS
new = scenes.ten_classes(1000, 808)
check.trained(answers(pooling, new.images), new.labels, 0.65, train=known, classes=10, name="the pooling net")
lost = share_right(flattening, new.images, new.labels) - share_right(pooling, new.images, new.labels)
check.true(lost < 0.05, "The pooling net is far behind the flattening one on new pictures.",
           "With the same budget it is not. Do both get the same pictures, epochs and optimizer settings?")
### END HIDDEN TESTS
check.passed("train_both")

# %%
pair = {"flattening": flattening, "pooling": pooling}
right = {f"{name}, {what}": 100 * share_right(net, *data) for name, net in pair.items()
         for what, data in [("pictures it learned from", (train[0][:1000], train[1][:1000])), ("new ones", validation)]}
draw.bars(right, marked=list(right)[1::2], unit=" %", x_label="right answers, %",
          title="The flattening net loses more on new pictures")

# %%
print({name: f"{net.count_params():,} parameters" for name, net in pair.items()})

# %% [markdown]
# "No appreciable decrease": with these few pictures it is even a gain. The flattening net loses far more on the way
# from its own pictures to new ones, because it learned each shape at the places where it happened to stand. The pooling
# net cannot: global pooling is a **regularizer**, it keeps a net from learning its pictures by heart, and it costs
# nothing. With more and more pictures the difference shrinks, and the saving of parameters is what remains. Here it is
# small, for there is no hidden dense layer: 30,730 parameters behind Flatten, 490 behind the pooling. (Measured with
# 10,000 photographs of CIFAR-10 and six epochs: 64.0 % of new ones right with flattening, 64.8 % with pooling, and of
# their own 91 % and 76 %.)
#
# ## 5 · And when the thing moves?
#
# *8 minutes*
#
# **Predict, then run.** Take new scenes whose object leaves at least 8 columns free at its right, and move them to the
# right by 1 to 8 pixels (a quarter of the picture); what leaves comes back at the left. Which share of the
# answers is still the same at 8, for each of the two nets? Write your two guesses, and only then run on.

# %%
guess = {"flattening": None, "pooling": None}  # share of the answers that stay at 8 pixels, 0 to 1

# %%
moving = scenes.ten_classes(1500, 7)
moving = moving.images[moving.boxes[:, 2] <= 0.75]
pixels = np.arange(9)

def stay(net):
    """Which share of the answers is the same after each move as it was at rest?"""
    said = [answers(net, np.roll(moving, shift, axis=2)).argmax(axis=1) for shift in pixels]
    return [np.mean(now == said[0]) for now in said]

# %%
print("you said:", guess)
draw.lines({f"{name} net": (pixels, stay(net)) for name, net in pair.items()}, x_label="picture moved by … pixels",
           y_label="share of answers that stay", title="Behind global pooling, a move changes few answers")

# %% [markdown]
# 03 measured numbers, this is the whole classifier. The maps move along (*equivariant*), the mean of a map stays
# (*invariant*), so the scores hardly change. Why not exactly? Two poolings have a stride of 2, so maps move along
# only at multiples of 4 pixels; and the zeros around the picture (`same` padding) tell a convolution where the border
# is. The flattening net has to have seen the object at its new place.
#
# ## 6 · Where does it look?
#
# *20 minutes*
#
# Global pooling throws *where* away. Is it lost? Let $A_c$ be the maps that go into the average pooling ($c$ counts
# them), $n$ the number of places in one, and $w_c$ the dense layer's weights from each map to one class, whose bias is
# $b$. The class's score before the softmax, its **logit**, is
#
# $$\text{logit}=\sum_c w_c\cdot\frac1n\sum_{\text{places}}A_c+b=\frac1n\sum_{\text{places}}
# \underbrace{\sum_c w_c\,A_c}_{\text{CAM}}+b$$
#
# Weighted sum and mean may change places. What is under the brace is a picture, the **class activation map** (CAM): what
# each place has to say for this class. Its mean plus $b$ is the logit, so it is no guess at what the net might look at:
# it is the score, before it was added up.
#
# By hand, two maps of 2×3, weights 3 and −1, $b=0.5$:
#
# $$A_1=\begin{bmatrix}4&0&2\\0&0&0\end{bmatrix}\quad A_2=\begin{bmatrix}2&3&0\\0&0&1\end{bmatrix}\quad
# 3A_1-A_2=\begin{bmatrix}10&-3&6\\0&0&-1\end{bmatrix}$$
#
# Its mean is 12/6 = 2, the logit 2.5. The other way: the maps' means are 1 and 1, and 3 · 1 − 1 · 1 + 0.5 = 2.5.
#
# You need the maps: `keras.Model(model.inputs[0], tensor)` is a model that stops at an inner `tensor`, such as the
# `.input` of a layer. It takes a batch and gives a tensor, as in 04; `keras.ops.convert_to_numpy` makes an array. A
# dense layer's `get_weights()` are its kernel, (maps, classes), and its bias.

# %% nbgrader={"grade": false, "grade_id": "class_activation_map", "locked": false, "schema_version": 3, "solution": true, "task": false}
def class_activation_map(model, image, class_index):
    """What each place of the last maps says for a class.

    model: its last two layers are a GlobalAveragePooling2D and a Dense.
    image: one picture (H, W, C), as the model takes it.   class_index: a whole number from 0.
    Returns (h, w), as large as the maps before the pooling, float: the mean plus the class's bias is its logit.
    Raises ValueError if the model ends in other layers, if image has not three axes, or if there is no such class.
    """
    ### BEGIN SOLUTION
    ends = [type(layer).__name__ for layer in model.layers[-2:]]
    if ends != ["GlobalAveragePooling2D", "Dense"]:
        raise ValueError(f"the model must end in global average pooling and one dense layer, not in {ends}")
    pool, dense = model.layers[-2:]
    if np.ndim(image) != 3 or not 0 <= class_index < dense.units:
        raise ValueError(f"needed: a picture (H, W, C) and a class from 0 to {dense.units - 1}")
    maps = keras.Model(model.inputs[0], pool.input)(np.asarray(image)[None])
    kernel, _ = dense.get_weights()
    return keras.ops.convert_to_numpy(maps)[0] @ kernel[:, class_index]
    ### END SOLUTION


# %% [markdown]
# First the example: a net whose maps are its picture (a 1×1 convolution that changes nothing), two classes.

# %% nbgrader={"grade": true, "grade_id": "class_activation_map-1", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
net = keras.Sequential([
    keras.Input((2, 3, 2)), layers.Conv2D(2, 1, use_bias=False), layers.GlobalAveragePooling2D(),
    layers.Dense(2, activation="softmax"),
])
net.set_weights([np.eye(2)[None, None], np.array([[3, -2], [-1, 1]]), np.array([0.5, -1])])
image = np.stack([[[4, 0, 2], [0, 0, 0]], [[2, 3, 0], [0, 0, 1]]], axis=-1).astype("float32")
cam = class_activation_map(net, image, 0)
check.shape(cam, (2, 3), mistakes={
    "One picture was asked for: take the axis of the batch away.": (1, 2, 3),
    "The maps were not summed over the channels.": (2, 3, 2),
    "That is the map of every class.": (1, 2, 3, 2),
    "It was averaged over the places: that is the logit, not the map.": (),
    "Height and width were exchanged.": (3, 2),
})
check.close(cam, [[10, -3, 6], [0, 0, -1]], mistakes={
    "The maps were added without the class's weights.": [[6, 3, 2], [0, 0, 1]],
    "The maps were averaged without the class's weights.": [[3, 1.5, 1], [0, 0, 0.5]],
    "These are the weights from the first map to all classes; take the column of the class.":
        [[8, -6, 6], [0, 0, -2]],
    "That is the other class.": [[-6, 3, -4], [0, 0, 1]],
    "Negative weights were set to 0: they say what speaks against the class.": [[12, 0, 6], [0, 0, 0]],
    "Negative numbers were set to 0 (a ReLU): the mean is not the logit any more.": [[10, 0, 6], [0, 0, 0]],
    "The weights lost their sign.": [[14, 3, 6], [0, 0, 1]],
    "The bias was added at every place; it belongs to the logit.": [[10.5, -2.5, 6.5], [0.5, 0.5, -0.5]],
    "It was scaled to the range from 0 to 1: leave the numbers as they are.":
        np.array([[13, 0, 9], [3, 3, 2]]) / 13,
    "It was divided by its largest number: leave the numbers as they are.": [[1, -0.3, 0.6], [0, 0, -0.1]],
    "It was divided by the number of places; the mean does that.": np.array([[10, -3, 6], [0, 0, -1]]) / 6,
    "This is the first map alone, times its weight.": [[12, 0, 6], [0, 0, 0.0001]],
})
check.passed("class_activation_map")

# %% [markdown]
# Then a net with random weights and a stride, whose maps are smaller than its pictures. Its answers tell whether
# means and biases add up to logits, for all three classes: the softmax of the logits must be what the net says.

# %% nbgrader={"grade": true, "grade_id": "class_activation_map-2", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
net = keras.Sequential([
    keras.Input((7, 12, 3)), layers.Conv2D(5, 3, strides=2, activation="relu"),
    layers.Conv2D(6, 2, bias_initializer="normal"), layers.GlobalAveragePooling2D(),
    layers.Dense(3, activation="softmax", bias_initializer="normal"),
])
image = (np.arange(252).reshape(7, 12, 3) * 37 % 101 / 25 - 2).astype("float32")
cams = [class_activation_map(net, image, index) for index in range(3)]
check.shape(cams[0], (2, 4), mistakes={
    "The map was enlarged to the picture's size; asked is the size of the last maps.": (7, 12),
    "These are maps of an earlier layer; take those that go into the pooling.": (3, 5),
    "Height and width were exchanged.": (4, 2),
})
scores = np.exp([cam.mean() + bias for cam, bias in zip(cams, net.get_weights()[-1])])
check.close(scores / scores.sum(), keras.ops.convert_to_numpy(net(image[None]))[0], rtol=1e-3, atol=1e-5,
            name="the softmax of the means plus the biases")
check.raises(ValueError, lambda: class_activation_map(net, image, 3), when="class_index is 3 and there are 3 classes")
check.raises(ValueError, lambda: class_activation_map(net, image, -1), when="class_index is -1")
check.raises(ValueError, lambda: class_activation_map(net, image[None], 0), when="image has shape (1, 7, 12, 3)")
check.raises(ValueError, lambda: class_activation_map(swap_head(lecture_net(), "average"), np.zeros((32, 32, 3)), 0),
             when="the model has two dense layers behind the pooling")
check.passed("class_activation_map")

# %% nbgrader={"grade": true, "grade_id": "class_activation_map-3", "locked": true, "points": 9, "schema_version": 3, "solution": false, "task": false}
image = (np.arange(252).reshape(7, 12, 3) * 37 % 101 / 25 - 2).astype("float32")
check.unchanged(lambda image: class_activation_map(net, image, 1), image, name="class_activation_map")
weights = net.get_weights()
class_activation_map(net, image, 1)
check.true(all(np.array_equal(old, now) for old, now in zip(weights, net.get_weights())),
           "The model's weights were changed; it stays as it was.")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(83)

def through(x, stack):
    for layer in stack:
        x = layer(x)
    return keras.ops.convert_to_numpy(x)

for shape, activation in [((9, 6, 2), "softmax"), ((5, 14, 4), None), ((None, None, 3), "sigmoid")]:
    stack = [
        layers.Rescaling(0.5), layers.Conv2D(4, (3, 2), padding="same", activation="relu"), layers.BatchNormalization(),
        layers.MaxPooling2D((1, 2)), layers.Conv2D(7, (2, 1), activation="tanh"),
    ]
    net = keras.Sequential([
        keras.Input(shape), *stack, layers.GlobalAveragePooling2D(), layers.Dense(4, activation=activation),
    ])
    net.set_weights([hidden_rng.uniform(0.1, 1, size=w.shape) * hidden_rng.choice([-1, 1], size=w.shape[-1:])
                     if w.ndim > 1 else hidden_rng.uniform(0.5, 1, size=w.shape) for w in net.get_weights()])
    image = hidden_rng.normal(size=[length or 8 for length in shape]).astype("float32")
    maps = through(image[None], stack)[0]
    for index in range(4):
        wanted = sum(maps[..., c] * net.get_weights()[-2][c, index] for c in range(7))
        a_relu = "Negative numbers were set to 0 (a ReLU): the mean is not the logit any more."
        check.close(class_activation_map(net, image, index), wanted, rtol=1e-3, atol=1e-4,
                    mistakes={a_relu: np.maximum(wanted, 0)} if wanted.min() < -0.01 else None)
inputs = keras.Input((6, 5, 2))
branches = [layers.Conv2D(3, 3, padding="same")(inputs), layers.Conv2D(2, 1)(inputs)]
last = layers.Concatenate()(branches)
net = keras.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling2D()(last)))
image = hidden_rng.normal(size=(6, 5, 2)).astype("float32")
maps = keras.ops.convert_to_numpy(keras.Model(inputs, last)(image[None]))[0]
check.close(class_activation_map(net, image, 2), maps @ net.get_weights()[-2][:, 2], rtol=1e-3, atol=1e-4)
check.raises(ValueError, lambda: class_activation_map(net, image[0], 0), when="image has shape (5, 2)")
for ending, when in [([layers.GlobalMaxPooling2D()], "the model pools with the maximum"),
                     ([layers.Flatten()], "the model flattens")]:
    other = keras.Sequential([keras.Input((6, 5, 2)), layers.Conv2D(4, 3), *ending, layers.Dense(3)])
    check.raises(ValueError, lambda: class_activation_map(other, image, 0), when=when)
### END HIDDEN TESTS
check.passed("class_activation_map")

# %% [markdown]
# Now the trained net, on scenes that it has never seen. Orange is what speaks for the true class; the line goes round
# what says at least half as much as the strongest place.

# %%
unseen = scenes.ten_classes(100, 12)
cams = [class_activation_map(pooling, image, label) for image, label in zip(unseen.images, unseen.labels)]
print(f"each map: {cams[0].shape[0]}×{cams[0].shape[1]} places, for {len(unseen.images[0])} rows of pixels")

# %%
names = [unseen.class_names[label] for label in unseen.labels]
draw_attention.overlays(unseen.images[:6], cams[:6], names[:6], columns=2,
                        title="What speaks for the true class, and where")

# %% [markdown]
# Some maps cover the object, others follow its outline, or lie beside it. Six pictures convince nobody. Scenes know
# which pixels belong to their object (its **mask**), so count: of all that speaks for the class, the positive part of
# the map, what share lies inside the mask? For a map that is the same everywhere, it would be the share of the picture
# that the mask takes.

# %%
def share_inside(cam, mask):
    """The share of the map's positive part that lies inside the mask (H, W); H and W are multiples of the map's."""
    rows, columns = mask.shape[0] // cam.shape[0], mask.shape[1] // cam.shape[1]
    mass = np.maximum(cam, 0).repeat(rows, axis=0).repeat(columns, axis=1)
    return np.sum(mass * mask) / max(np.sum(mass), 1e-9)  # a map may be negative throughout

inside = np.mean([share_inside(cam, mask) for cam, mask in zip(cams, unseen.masks)])

# %%
draw.bars({"class activation map": 100 * inside, "the same everywhere": 100 * unseen.masks.mean()}, unit=" %",
          title="It was never told where the objects are", x_label="share inside the object, % (mean of 100 scenes)")

# %% [markdown]
# About twice as much as by chance, though training knew nothing but one class for each picture. Why not more? The map
# is coarse, 8×8 places. Each has seen not its own 4×4 pixels but 34×34 (count the receptive field as in 05), which here
# is all of the picture or most of it. And it marks what *tells the class apart*, a corner or an outline rather than the
# whole thing. What it shows is what this net uses; if that were the background, you would know something about your
# data.
#
# ## 7 · What if pictures have other sizes?
#
# *8 minutes*
#
# A convolution's parameters do not depend on the picture's size (02), global pooling gives one number a map whatever
# its size, and so the dense layer always gets as many inputs as there are maps. Nothing fixes the size any more.
# Flattening did: lecture E's dense layer takes 576 numbers, no more, no less. In Keras a length that is left open is
# `None`. Take the layers of `base()` (others will do for the checks) and average pooling, so that the trained weights
# and your `class_activation_map` fit the new model.

# %% nbgrader={"grade": false, "grade_id": "build_any_size", "locked": false, "schema_version": 3, "solution": true, "task": false}
def build_any_size(classes):
    """A classifier for colour pictures of any size from 8×8 on.

    classes: how many, 1 or more.
    Returns a Keras model, untrained, with input (None, None, 3) and output (classes,), softmax: convolutions, global
    pooling (of the maps, not of pixels) and one dense layer. Pictures are not resized.
    Raises ValueError if classes is below 1.
    """
    ### BEGIN SOLUTION
    if classes < 1:
        raise ValueError(f"there must be at least one class, not {classes}")
    return keras.Sequential([
        keras.Input((None, None, 3)), *base(), layers.GlobalAveragePooling2D(),
        layers.Dense(classes, activation="softmax"),
    ])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "build_any_size-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
net = build_any_size(7)
check.equal(net.input_shape, (None, None, None, 3), name="the model's input shape", mistakes={
    "The size is fixed; leave height and width open.": (None, 32, 32, 3),
    "Only one of the two lengths is open.": (None, None, 32, 3),
    "Only the other one of the two lengths is open.": (None, 32, None, 3),
    "The number of channels is open too; a convolution must know it.": (None, None, None, None),
    "The channels are missing.": (None, None, None),
})
check.output_shape(net, (None, 7), mistakes={
    "There is a class map left: height and width must be pooled away.": (None, None, None, 7),
    "The number of classes is not taken from the argument.": (None, 10),
    "Pooling kept axes of length 1.": (None, 1, 1, 7),
})
kinds_of_layers = [type(layer).__name__ for layer in net.layers]
check.true("Resizing" not in kinds_of_layers, "The pictures are resized; then the net does not see them as they are.",
           "Global pooling needs no fixed size.")
for height, width in [(32, 32), (8, 8), (40, 17), (16, 90)]:
    probabilities = keras.ops.convert_to_numpy(net(np.ones((2, height, width, 3))))
    check.shape(probabilities, (2, 7), name=f"the output for pictures of {height}×{width}")
    check.true(np.allclose(probabilities.sum(axis=1), 1, atol=1e-4), "The outputs for a picture do not sum to 1.",
               "Probabilities do: the last layer needs softmax.")
check.raises(ValueError, lambda: build_any_size(0), when="classes is 0")
check.passed("build_any_size")

# %% nbgrader={"grade": true, "grade_id": "build_any_size-2", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
hidden_rng = np.random.default_rng(84)
net = build_any_size(4)
picture = hidden_rng.integers(0, 256, size=(1, 24, 20, 3)).astype("float32")
stripes = np.sort(picture, axis=1)  # the same pixel values in each channel and column, in another order
one, other = (keras.ops.convert_to_numpy(net(pixels)) for pixels in (picture, stripes))
check.true(not np.allclose(one, other, atol=1e-7),
           "Two pictures with the same pixels in another order get the same answer.",
           "Pixels were pooled before any convolution: then only the mean colour is left. Or is every answer equal?")
check.true(any("Conv" in type(layer).__name__ for layer in net.layers), "There is no convolution in it.")
### BEGIN HIDDEN TESTS
for classes in (2, 12):
    net = build_any_size(classes)
    check.output_shape(net, (None, classes))
    for height, width in [(8, 31), (57, 9), (64, 96)]:
        pictures = hidden_rng.integers(0, 256, size=(3, height, width, 3)).astype("float32")
        together = keras.ops.convert_to_numpy(net(pictures))
        check.shape(together, (3, classes), name=f"the output for pictures of {height}×{width}")
        alone = np.concatenate([keras.ops.convert_to_numpy(net(picture[None])) for picture in pictures])
        check.close(together, alone, rtol=1e-3, atol=1e-5, name="the answers to three pictures, together and alone")
check.raises(ValueError, lambda: build_any_size(-3), when="classes is -3")
### END HIDDEN TESTS
check.passed("build_any_size")

# %% [markdown]
# Training it would be nothing new: the *trained* weights of the pooling net fit, for none of them knows the size. So
# the net that has only seen single objects on 32×32 pixels looks at a scene of 64×96 with several, and its maps answer
# a question each.

# %%
large = build_any_size(10)
large.set_weights(pooling.get_weights())
street = scenes.make(1, seed=3, size=(64, 96), objects=(4, 4), radius=(0.14, 0.2))
names = [street.class_names[label] for label in street.labels]
asked = dict(zip(names, street.labels))

# %%
draw_attention.overlays([street.images[0]] * len(asked),
                        [class_activation_map(large, street.images[0], label) for label in asked.values()],
                        [f"where is a {name}?" for name in asked], columns=2,
                        title="One net, one picture, one map for each question")

# %% [markdown]
# From *whether* back to *where*, and more sharply than before, because 34×34 pixels are now a part of the picture: a
# first step towards 09 and 10, which learn to answer with boxes. (The score for the whole large picture is a mean over
# six times as many places, most of them without the object, so it says less than in training. Answers to any size are
# not equally good answers.)
#
# ## 8 · In your own words
#
# *5 minutes*
#
# **Question (5 points, read by a person).** A colleague replaces `Flatten` by global average pooling in two networks.
# The first tells which of 20 road signs is in a picture; the second tells in which of the nine equal fields of a large
# lawn, three by three and seen from above, a ball lies. What becomes of the number of parameters, what of the behaviour with few
# training pictures, and which of the two will work? Why does the pooled net still have class activation maps that
# say where something is? And if the map for "ship" always lies on the water, what have you learned, and what would you
# do? Six to eight sentences.

# %% [markdown] nbgrader={"grade": true, "grade_id": "written", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# The first dense layer loses its weights for each place, by a factor of H · W; the convolutions keep theirs (1 point).
#
# With few pictures that is a gain: fewer weights, and none of them belongs to a place, so a sign learned at one place
# is known at all; the flattening net learns its pictures by heart and needs many more (1 point).
#
# The signs will work, since only *whether* a pattern is there counts. The ball will not, or badly: it gives the same
# means wherever on the lawn it lies, and what is asked is the place. ("Partly", because zeros around the picture and
# the edge of the lawn tell something near the border, is as good an answer if it is reasoned; 1 point.)
#
# Maps keep the place up to the pooling, and mean and weighted sum may be exchanged: the logit is the mean of the map
# of weighted sums (plus bias). So the map before the mean says what each place contributes (1 point).
#
# If "ship" lies on the water, the net uses the water and not the ship: they were never apart in the training pictures.
# It will fail on a ship in a dock, and call empty water a ship. Collect ships without water and water without ships,
# and test on them (1 point).
# ### END SOLUTION

# %% [markdown]
# ## Where this comes from, and words to know
#
# *Three minutes, nothing to solve.*
#
# Lin, Chen and Yan replaced the dense layers by global average pooling in 2013 (*Network in Network*), and called it a
# regularizer, for it has no weights with which to learn pictures by heart. Since then nearly every convolutional
# classifier ends like the last four of these:
#
# | net | behind the last maps | all parameters | of these behind the maps |
# |---|---|---|---|
# | VGG16 | Flatten, 4,096, 4,096, 1,000 | 138,357,544 | 89 % |
# | GoogLeNet (Inception v1) | global average, 1,000 | 6,998,552 | 15 % |
# | InceptionV3 | global average, 1,000 | 23,851,784 | 9 % |
# | ResNet50 | global average, 1,000 | 25,636,712 | 8 % |
# | MobileNet | global average, 1×1 convolution to 1,000 | 4,253,864 | 24 % |
#
# Lecture E speaks of global *max* pooling in GoogLeNet and its like; they take the average, as lecture B says. E also
# says that they have no dense layers: one is left, for the classes. And B's 5 million parameters, 27 times less than
# VGG16, are 7 million and 20 times, counted from the published table. Look into one of them; MobileNet's last layer
# with weights is a 1×1 convolution on one pixel, which is a dense layer by another name:

# %%
mobilenet = keras.applications.MobileNet(weights=None)
shares = parameter_share(mobilenet)
for layer in mobilenet.layers[-5:]:
    print(f"{type(layer).__name__:24} {shares[layer.name]:>4.0%}")

# %% [markdown]
# **Maximum or average?** The maximum asks for the one best place, and training hears only of it (03); the average
# asks how much there is, every place hears of it, and only the average gives exact class activation maps. Nets that
# look for something small, or for words in a text (07), often take the maximum.
#
# **Words.** *Head*: what stands behind the convolutional *base*. *Logit*: a class's score before the softmax. *Weakly
# supervised*: learned from less than what is asked for, here places from class names. *Regularizer*: whatever keeps a
# net from learning its pictures by heart.
#
# ## What you built
#
# A count that finds where a net keeps its parameters; global pooling, and a surgeon that puts it into any
# `Sequential` model; an honest comparison of two nets; class activation maps that are exact; and a classifier for
# pictures of any size. Your `global_pool` is `keras.layers.GlobalMaxPooling2D` and `GlobalAveragePooling2D`. Next:
# **09 Localization**, where the net is told where things are.
#
# ## Go further
#
# * Take a picture that the pooling net gets wrong, and look at the maps of the class that it named and of the true
#   one. What misled it?
# * Train `swap_head(…, "max")` on the same budget. Is it better or worse, and does it move as well?
# * B. Zhou and others, *Learning Deep Features for Discriminative Localization* (2016), is the paper behind section 6.
#   With a network, `keras.applications.ResNet50()` brings its ImageNet weights, and your `class_activation_map` works
#   on it as it is (224×224, `keras.applications.resnet50.preprocess_input`).
