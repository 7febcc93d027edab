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
# # LeNet
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](@@COLAB@@)
#
# After this notebook you can
#
# * build and compile LeNet, the network that read cheques, in Keras, and say where each of its 61,706 parameters is;
# * train a network, and tell from a handful of numbers whether it has learned, and if not, what went wrong;
# * look inside: kernels, feature maps, and the digits that it takes for others.
#
# **Time:** about 90 minutes. **You need:** convolution (01), sizes and parameters (02), pooling (03). No Keras yet:
# what you need of it is explained here.
#
# **How it works.** As before: fill in a stub, run the checks below it, read what they say, try again. The checks give
# 95 points, a short text at the end gives 5.
#
# **House rules.** Arguments stay as they were. Arrays for a network are `float32`, counts are whole numbers. Arguments
# that make no sense raise a `ValueError` whose message says why.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
# @@INSTALL@@
import os

from convkit import check, datasets, draw, draw_lenet, quiet, session

with quiet.startup():
    import keras
import numpy as np

SEED = 0
session.start("pictures: handwritten digits", full="all of MNIST takes a minute or two")

# %% [markdown]
# **Quick or full?** `"quick"` takes 1,442 digits and seconds on any computer, and is what gets graded. `"full"` takes
# the 60,000 digits of MNIST (a download of 11 MB) and is worth a GPU, though a CPU trains on them in two minutes.

# %%
SCALE = "quick"

# %% [markdown]
# ## 1 · What does a network get to see of a digit?
#
# *10 minutes*
#
# In the late 1980s a group at Bell Labs set out to read the handwritten ZIP codes on letters. Nobody could write down
# rules for what makes a 4 a 4. Their way is called **data-driven**: collect many pictures, have people say what each
# is, and let a program find out the rest. Here are such pictures, grey values from 0 to 255, each with its **label**:

# %% nbgrader={"grade": false, "grade_id": "digits", "locked": true, "schema_version": 3, "solution": false, "task": false}
FULL = globals().get("SCALE") == "full" and os.environ.get("CONVKIT_SOURCE") != "sample"
digits = datasets.load("mnist", None if FULL else "sample")

# %%
draw.images(digits.images[:20], [str(label) for label in digits.labels[:20]], columns=10,
            title="Twenty digits and their labels")

# %% [markdown]
# No two writers agree on the 1 or the 7, and still you read them all. Lecture C lists what makes it hard for a
# program: the thing is seen from another side, larger or smaller, bent, partly covered, lit differently, in front of
# clutter; and things of one class differ among themselves. Digits on paper spare us all but bending, size and the
# differences within a class.
#
# A network wants numbers of about the size of 1, not 255: its first weights are drawn to suit such inputs. (LeNet below
# sends the sums of its first layer through tanh. With 0–255, four in five of those that see any ink come out at ±1 from
# the start, where the curve is flat, and the kernels hardly learn.) And a convolution wants to know how many channels
# there are, so a grey picture gets an axis of length 1. By hand, one picture of 1×4 pixels:
#
# $$\begin{bmatrix}0&51&102&255\end{bmatrix}\ \text{uint8}\;(1,1,4)\quad\longrightarrow\quad
# \begin{bmatrix}0&0.2&0.4&1\end{bmatrix}\ \text{float32}\;(1,1,4,1)$$

# %% nbgrader={"grade": false, "grade_id": "prepare_digits", "locked": false, "schema_version": 3, "solution": true, "task": false}
def prepare_digits(images, labels):
    """Pictures and labels as a network wants them.

    images: uint8, (N, H, W), 0 to 255.   labels: whole numbers, (N,).
    Returns (pictures, labels): float32, (N, H, W, 1), 0 to 1, and int64, (N,); new arrays.
    Raises ValueError if images are not uint8 (they may be prepared already) or do not have three axes, or if there are
    not as many labels as images.
    """
    ### BEGIN SOLUTION
    images, labels = np.asarray(images), np.asarray(labels)
    if images.dtype != np.uint8 or images.ndim != 3:
        raise ValueError(f"images must be uint8 with three axes, not {images.dtype} of shape {images.shape}")
    if labels.shape != images.shape[:1]:
        raise ValueError(f"{len(images)} images need as many labels, not an array of shape {labels.shape}")
    return images[..., None].astype("float32") / 255, labels.astype("int64")
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "prepare_digits-1", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
row = np.array([[[0, 51, 102, 255]]], dtype=np.uint8)
prepared = prepare_digits(row, np.array([7], dtype=np.uint8))
check.true(isinstance(prepared, tuple) and len(prepared) == 2, "Two things are to be returned: pictures and labels.")
check.shape(prepared[0], (1, 1, 4, 1), name="the array of pictures", mistakes={
    "The axis of the channels is missing: a grey picture has one channel.": (1, 1, 4),
    "The channels come last in Keras, not second.": (1, 1, 1, 4),
    "A picture must keep its rows and columns; here they are one vector.": (1, 4),
})
check.close(prepared[0][0, 0, :, 0], [0, 0.2, 0.4, 1], name="the row of grey values", mistakes={
    "These are still 0 to 255: divide by 255.": [0, 51, 102, 255],
    "Divide by 255, the largest grey value, so that white becomes exactly 1.": np.array([0, 51, 102, 255]) / 256,
    "A whole division (`//`) makes everything but white 0.": [0, 0, 0, 1],
    "Asked is 0 to 1, not −1 to 1.": [-1, -0.6, -0.2, 1],
    "They were divided by 255 twice.": np.array([0, 0.2, 0.4, 1]) / 255,
    "Black and white are swapped.": [1, 0.8, 0.6, 0],
})
check.dtype(prepared[0], np.float32, name="the array of pictures")
check.shape(prepared[1], (1,), name="the array of labels", mistakes={
    "The labels are one-hot; asked are the whole numbers themselves.": (1, 10),
    "A label needs no axis of its own.": (1, 1),
})
check.equal(prepared[1], [7], name="the array of labels")
check.dtype(prepared[1], np.int64, name="the array of labels")
check.passed("prepare_digits")

# %% nbgrader={"grade": true, "grade_id": "prepare_digits-2", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
two = np.array([[[0, 20, 40], [60, 80, 100]], [[10, 10, 10], [10, 50, 10]]], dtype=np.uint8)
pictures, labels = prepare_digits(two, np.array([3, 3], dtype=np.uint8))
check.shape(pictures, (2, 2, 3, 1), name="the array of pictures")
check.close(pictures[..., 0], two / 255, name="the array of pictures", mistakes={
    "Each picture was divided by its own maximum. Divide all by 255: a pale digit stays pale.":
        two / two.max(axis=(1, 2), keepdims=True),
    "All pictures were divided by the largest value among them, which is not always 255.": two / 100,
    "Each picture was moved so that its mean is 0; only divide by 255.":
        two / 255 - two.mean(axis=(1, 2), keepdims=True) / 255,
})
check.equal(labels, [3, 3], name="the array of labels")
check.raises(ValueError, lambda: prepare_digits(two / 255, labels), when="images are floats, prepared already")
check.raises(ValueError, lambda: prepare_digits(two[0], labels), when="images have shape (2, 3)")
check.raises(ValueError, lambda: prepare_digits(two, labels[:1]), when="there are 2 images and 1 label")
check.unchanged(prepare_digits, two, np.array([3, 3], dtype=np.uint8), name="prepare_digits")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(41)
for count, height, width in [(3, 28, 28), (1, 5, 7), (4, 6, 2)]:
    images = hidden_rng.integers(0, 200, size=(count, height, width), dtype=np.uint8)
    numbers = hidden_rng.integers(0, 10, size=count, dtype=np.uint8)
    pictures, labels = prepare_digits(images, numbers)
    check.close(pictures, images.reshape(count, height, width, 1) / 255, name="the array of pictures")
    check.equal(labels, numbers.astype(int), name="the array of labels")
    check.dtype(pictures, np.float32, name="the array of pictures")
    check.dtype(labels, np.int64, name="the array of labels")
check.raises(ValueError, lambda: prepare_digits(images[..., None], labels), when="images have shape (4, 6, 2, 1)")
check.raises(ValueError, lambda: prepare_digits(images, np.append(labels, 1)), when="there are 4 images and 5 labels")
### END HIDDEN TESTS
check.passed("prepare_digits")

# %% [markdown]
# Whoever learns answers by heart has learned nothing. So keep pictures back: a **validation** part of one sixth, to
# watch the training by, and a **test** part that is looked at once, at the very end. That one is not in this notebook
# at all: the tests that grade you have it. (MNIST is 60,000 pictures to learn from and 10,000 for the test. The
# 50,000 of lecture E are what remains after a validation part has been taken away.)

# %% nbgrader={"grade": false, "grade_id": "parts", "locked": true, "schema_version": 3, "solution": false, "task": false}
pictures, labels = prepare_digits(digits.images, digits.labels)
order = np.random.default_rng(SEED).permutation(len(labels))  # shuffled, pictures and labels together
first, last = np.split(order, [len(order) * 5 // 6])
train, validation = (pictures[first], labels[first]), (pictures[last], labels[last])
print(f"to learn from: {len(train[1]):,}   to watch it by: {len(validation[1]):,}")

# %% [markdown]
# ## 2 · What did the first famous network look like?
#
# *20 minutes*
#
# First a network in Keras at its very smallest. A `Sequential` is a list of layers, each given what the one before
# returns. This one lays each picture out as a vector (`Flatten`, lecture A's and B's step from maps to a vector) and
# has one `Dense` layer: ten weighted sums of all 784 pixels, one for each digit. **Softmax** turns ten scores into
# probabilities, all positive and together 1: $p_i=e^{s_i}/\sum_j e^{s_j}$.
#
# `compile` says how to learn. The **loss** is a number that is small when the answers are good, here the cross-entropy,
# $-\ln p$ of the probability $p$ that the right digit gets: 0 for a probability of 1, 0.105 for 0.9, 2.303 for 0.1.
# Labels can be whole numbers, as ours, or *one-hot*: ten numbers, a 1 in the label's place and 0 elsewhere. For whole
# numbers Keras calls this loss `sparse_categorical_crossentropy`. `metrics=["accuracy"]` counts right answers as well.
# `fit` learns from pictures and labels, `evaluate` gives loss and accuracy, `predict` the ten probabilities. (Section
# 4 explains Adam, epochs and batches.)

# %%
keras.utils.set_random_seed(SEED)
linear = keras.Sequential([
    keras.Input((28, 28, 1)),
    keras.layers.Flatten(),
    keras.layers.Dense(10, activation="softmax"),
])
linear.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
linear.fit(*train, epochs=2 if FULL else 10, batch_size=64, verbose=0)
loss, accuracy = linear.evaluate(*validation, verbose=0)
print(f"{100 * accuracy:.0f} % of the validation part are right")

# %%
templates = keras.ops.convert_to_numpy(linear.layers[1].kernel).reshape(28, 28, 10)
draw.images(list(templates.transpose(2, 0, 1)), [str(digit) for digit in range(10)], columns=5, signed=True,
            title="One dense layer: a template for each digit")

# %% [markdown]
# Ten templates: ink on orange speaks for the digit, on blue against it. The 0 is plain to see, with its empty middle.
# On these centred digits that goes far, but a template knows its digit in *one place*. We come back to that.
#
# LeNet-5 (LeCun, Bottou, Bengio, Haffner 1998) looks at small windows instead, and shares the weights of all windows:
# what lecture B calls *feature detectors*, and you call kernels. With 28×28 pictures:
#
# | | layer | output |
# |---|---|---|
# | C1 | convolution, 6 kernels 5×5, padding `"same"`, then tanh | 28×28×6 |
# | S2 | average pooling, 2×2 | 14×14×6 |
# | C3 | convolution, 16 kernels 5×5, no padding, then tanh | 10×10×16 |
# | S4 | average pooling, 2×2 | 5×5×16 |
# | flatten | all maps as one vector | 400 |
# | C5 | dense, 120 units, then tanh | 120 |
# | F6 | dense, 84 units, then tanh | 84 |
# | output | dense, 10 units, then softmax | 10 |
#
# The original has a border of two pixels round each digit, 32×32, and no padding in C1, which comes to the same. Its C5
# is a convolution whose 5×5 kernels fit once on a 5×5 map: that *is* a dense layer, so lecture C's table, where all is
# `conv2d`, and lecture E, which counts 2 convolutions, mean the same five layers with weights. (Lecture B lists 2 dense
# layers; there are 3.)
#
# The layers that you need, behind a `keras.Input` as above: `keras.layers.Conv2D(kernels, size, padding=…,
# activation=…)`, `AveragePooling2D(size)`, `Flatten()`, `Dense(units, activation=…)`. Padding is `"valid"`, none,
# unless you say `"same"`. Every layer takes a `name=…`.

# %% nbgrader={"grade": false, "grade_id": "build_lenet", "locked": false, "schema_version": 3, "solution": true, "task": false}
def build_lenet(activation="tanh"):
    """LeNet for 28×28 grey digits, untrained and compiled.

    activation: that of C1, C3, C5 and F6, by name.
    Returns a new keras.Sequential each time: the eight layers of the table above, in that order, each activation
    inside its layer (`activation=…`), softmax at the end; compiled with the cross-entropy for whole-number labels,
    `metrics=["accuracy"]`, which a cell below prints, and an optimizer of your choice.
    Name the layers as in the table (`name="C1"`) and the figures below will be easy to read.
    """
    ### BEGIN SOLUTION
    layers = keras.layers
    model = keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(6, 5, padding="same", activation=activation, name="C1"),
        layers.AveragePooling2D(2, name="S2"),
        layers.Conv2D(16, 5, activation=activation, name="C3"),
        layers.AveragePooling2D(2, name="S4"),
        layers.Flatten(name="flatten"),
        layers.Dense(120, activation=activation, name="C5"),
        layers.Dense(84, activation=activation, name="F6"),
        layers.Dense(10, activation="softmax", name="output"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
    ### END SOLUTION


# %% [markdown]
# First the sizes and the number of parameters:

# %% nbgrader={"grade": true, "grade_id": "build_lenet-1", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
net = build_lenet()
check.output_shape(net, (None, 10), mistakes={
    "The maps were not flattened before the dense layers.": (None, 5, 5, 10),
    "The last layer is missing.": (None, 84),
})
check.equal(net.input_shape, (None, 28, 28, 1), name="the model's input shape", mistakes={
    "The pictures are 28×28 here; C1 is padded instead.": (None, 32, 32, 1),
})
check.parameters(net, 61_706, mistakes={
    "C1 has no padding: with `valid` 28 becomes 24, and S4 gives 4×4 maps.": 44_426,
    "C3 is padded as well: only C1 is `same`, so S4 gives 7×7 maps.": 107_786,
    "The kernels are 3×3 instead of 5×5.": 81_194,
    "The biases are missing.": 61_470,
    "F6, of 84 units, is missing.": 51_902,
    "The two numbers of kernels are swapped: 6 in C1, 16 in C3.": 31_956,
    "The pooling moves on by one pixel: its stride is its size.": 942_986,
    "Both poolings are missing.": 1_119_386,
})
check.passed("build_lenet")

# %% [markdown]
# Two nets with equal numbers of parameters can differ. Now the kinds of layers, and the activation of each:

# %% nbgrader={"grade": true, "grade_id": "build_lenet-2", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
net = build_lenet()
kinds = [type(layer).__name__ for layer in net.layers if type(layer).__name__ != "InputLayer"]
check.equal(
    kinds,
    ["Conv2D", "AveragePooling2D", "Conv2D", "AveragePooling2D", "Flatten", "Dense", "Dense", "Dense"],
    name="the list of layers",
    mistakes={
        "LeNet takes the mean of each window, not the maximum.":
            ["Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten", "Dense", "Dense", "Dense"],
        "C5 as a convolution computes the same; here it is asked as Flatten and Dense.":
            ["Conv2D", "AveragePooling2D", "Conv2D", "AveragePooling2D", "Conv2D", "Flatten", "Dense", "Dense"],
        "The activations stand as layers of their own; give them to their layers, `activation=…`.":
            ["Conv2D", "Activation", "AveragePooling2D", "Conv2D", "Activation", "AveragePooling2D", "Flatten",
             "Dense", "Activation", "Dense", "Activation", "Dense"],
        "The activation stands behind the pooling; it belongs to the convolution before it.":
            ["Conv2D", "AveragePooling2D", "Activation", "Conv2D", "AveragePooling2D", "Activation", "Flatten",
             "Dense", "Dense", "Dense"],
    },
)
applied = [net.layers[place].activation.__name__ for place in (0, 2, 5, 6, 7)]
check.equal(applied, ["tanh", "tanh", "tanh", "tanh", "softmax"], name="the list of activations", mistakes={
    "The last layer has no softmax: its outputs are not yet probabilities.": ["tanh"] * 4 + ["linear"],
    "A sigmoid each does not make ten probabilities that sum to 1; softmax does.": ["tanh"] * 4 + ["sigmoid"],
    "The last layer has a softmax, not the activation of the others.": ["tanh"] * 5,
    "The convolutions lack their activation.": ["linear", "linear", "tanh", "tanh", "softmax"],
    "The dense layers lack their activation: two in a row are then no more than one.":
        ["tanh", "tanh", "linear", "linear", "softmax"],
    "Without an argument the activation is tanh, as in 1998.": ["relu"] * 4 + ["softmax"],
})
applied = [build_lenet("relu").layers[place].activation.__name__ for place in (0, 2, 5, 6, 7)]
check.equal(applied, ["relu"] * 4 + ["softmax"], name="the list of activations for \"relu\"", mistakes={
    "The argument `activation` has no effect.": ["tanh"] * 4 + ["softmax"],
    "The argument reached the convolutions only.": ["relu", "relu", "tanh", "tanh", "softmax"],
    "The argument reached the last layer too, which always has softmax.": ["relu"] * 5,
})
### BEGIN HIDDEN TESTS
def lenet_layers(activation):
    kernels = {"kernel_size": (5, 5), "strides": (1, 1), "activation": activation, "use_bias": True}
    window = ("AveragePooling2D", {"pool_size": (2, 2), "strides": (2, 2), "padding": "valid"})
    return [
        ("Conv2D", {"filters": 6, "padding": "same", **kernels}), window,
        ("Conv2D", {"filters": 16, "padding": "valid", **kernels}), window, ("Flatten", {}),
        ("Dense", {"units": 120, "activation": activation}), ("Dense", {"units": 84, "activation": activation}),
        ("Dense", {"units": 10, "activation": "softmax"}),
    ]

check.layers(net, lenet_layers("tanh"))
check.layers(build_lenet(activation="relu"), lenet_layers("relu"))
check.layers(build_lenet("sigmoid"), lenet_layers("sigmoid"))
### END HIDDEN TESTS
check.passed("build_lenet")

# %% [markdown]
# ### Predict, then run
#
# Your network is untrained, its weights are small and random, so that it guesses. What is its loss, with ten digits?
# Write the number down first. (And how many of a hundred digits will it get right?)

# %%
prediction = None  # your number

# %%
print("you said:", prediction)
loss, accuracy = build_lenet().evaluate(*validation, verbose=0)
print(f"the loss is {loss:.2f}, {100 * accuracy:.0f} of 100 are right")

# %% [markdown]
# $-\ln\frac1{10}=2.303$, and ten of a hundred. Both come out beside that, for a random network has small preferences.
# The loss is the first thing to look at before any training: **a first loss far from $\ln(\text{classes})$ means a
# mistake**, such as a last layer that does not fit the loss, or pictures from 0 to 255.
#
# The second: **can it learn twenty pictures by heart?** No network that works fails at that, and it takes a second. The
# twenty pictures of this check are pure noise; nothing but learning by heart can help.

# %% nbgrader={"grade": true, "grade_id": "build_lenet-3", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
noise, answers = np.random.default_rng(4).random((20, 28, 28, 1)).astype("float32"), np.arange(20) % 10
net = build_lenet()
check.true(net.compiled, "The model is not compiled.", "Call `model.compile(…)` before you return it.")
loss_name = net.loss if isinstance(net.loss, str) else getattr(net.loss, "name", getattr(net.loss, "__name__", "?"))
check.equal(loss_name, "sparse_categorical_crossentropy", name="the loss", mistakes={
    "This loss wants one-hot labels; for whole numbers there is `sparse_categorical_crossentropy`.":
        "categorical_crossentropy",
    "This loss is for two classes.": "binary_crossentropy",
    "The squared error is for numbers, not for classes. (LeNet was trained so; cross-entropy came later.)":
        "mean_squared_error",
    "The squared error, under its short name, is for numbers, not for classes.": "mse",
})

def loss_of(net, labels, outputs):
    losses = keras.losses.get(net.loss)(labels, outputs)
    return float(np.mean(keras.ops.convert_to_numpy(losses)))

perfect = loss_of(net, np.arange(10), np.eye(10, dtype="float32"))
check.between(perfect, 0, 0.01, name="the loss of perfect answers", mistakes={
    "It is 1.46, the least that softmax twice can reach: `from_logits=True` is for a last layer without softmax.":
        (1.45, 1.47),
})
check.between(loss_of(net, answers, net(noise)), 2.0, 2.6, name="the first loss", mistakes={
    "The last layer does not fit the loss, which wants probabilities, as softmax makes them.": (2.8, 20.0),
})
net.compile(keras.optimizers.Adam(0.003), net.loss)
last_loss = net.fit(noise, answers, epochs=40, batch_size=20, verbose=0).history["loss"][-1]
check.between(last_loss, 0, 0.3, name="the loss on twenty pictures learned by heart", mistakes={
    "It stays where it was: are the layers trainable?": (2.2, 2.8),
})
check.passed("build_lenet")

# %% nbgrader={"grade": true, "grade_id": "build_lenet-4", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
first, second = build_lenet(), build_lenet()
kernels = [keras.ops.convert_to_numpy(net.layers[0].kernel) for net in (first, second)]
check.true(bool(np.abs(kernels[0] - kernels[1]).max() > 0.01), "Two calls give the same kernels.",
           "Each call must build new layers, with random weights of their own.")
### BEGIN HIDDEN TESTS
probabilities = keras.ops.convert_to_numpy(first(noise))
check.close(probabilities.sum(axis=1), np.ones(20), name="the sum of the ten outputs", atol=1e-4)
check.between(float(np.abs(probabilities - 0.1).mean()), 0, 0.08, name="the distance of the outputs from 0.1")
for activation in ("relu", "tanh"):
    net = build_lenet(activation)
    check.between(loss_of(net, answers, net(noise)), 2.0, 2.6, name="the first loss")
check.true(all(weight.trainable for weight in first.weights), "Not all weights are trainable.")
### END HIDDEN TESTS
check.passed("build_lenet")

# %% [markdown]
# ## 3 · Where are its 61,706 numbers?
#
# *15 minutes*
#
# From 02 you know how to count. $k_h\times k_w$ kernels over $C$ channels, $F$ of them, each with a bias; a dense layer
# from $n$ numbers to $m$ units:
#
# $$\text{convolution: } (k_h\,k_w\,C+1)\,F\qquad\text{dense: } (n+1)\,m$$
#
# By hand: C1 has $(5\cdot5\cdot1+1)\cdot6=156$ parameters, C3 has $(5\cdot5\cdot6+1)\cdot16=2{,}416$. Where $n$ comes
# from flattened maps of $O\times O$ with $N$ channels it is $O^2N$ (lecture A gives two formulas for dense layers, of
# which this is the first). Without a bias, the + 1 goes. Pooling, flattening, dropout: nothing.
#
# A Keras layer knows what you need: `layer.name`, `layer.input.shape`, `layer.output.shape` (both with the batch axis
# in front, `None`), `layer.kernel_size`, `layer.filters`, `layer.units`, `layer.use_bias`, and `layer.weights`, an
# empty list if it has none. The last number of `layer.input.shape` is $C$ of a convolution and $n$ of a dense layer,
# even of one that stands on maps: it sums over the last axis alone. `model.layers` is the list of layers, without the
# input.

# %% nbgrader={"grade": false, "grade_id": "layer_table", "locked": false, "schema_version": 3, "solution": true, "task": false}
def layer_table(model):
    """Name, output shape and parameters of each layer, counted by the formulas above, not by Keras.

    model: a keras.Sequential with a known input shape.
    Returns a list with a tuple (name, output shape without the batch axis, parameters) for each layer in order.
    The input is no layer. Layers without weights have 0 parameters.
    Raises ValueError for a layer with weights that is neither a Conv2D nor a Dense.
    """
    ### BEGIN SOLUTION
    table = []
    for layer in model.layers:
        inputs = layer.input.shape[-1]
        if isinstance(layer, keras.layers.Conv2D):
            rows, columns = layer.kernel_size
            parameters = (rows * columns * inputs + layer.use_bias) * layer.filters
        elif isinstance(layer, keras.layers.Dense):
            parameters = (inputs + layer.use_bias) * layer.units
        elif layer.weights:
            raise ValueError(f"no formula for a {type(layer).__name__}")
        else:
            parameters = 0
        table.append((layer.name, layer.output.shape[1:], parameters))
    return table
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "layer_table-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
small = keras.Sequential([
    keras.Input((7, 9, 4)),
    keras.layers.Conv2D(3, (2, 4), activation="relu", name="edges"),
    keras.layers.MaxPooling2D(2, name="half"),
    keras.layers.Flatten(name="flat"),
    keras.layers.Dense(5, name="scores"),
])
table = layer_table(small)
check.equal([row[0] for row in table], ["edges", "half", "flat", "scores"], name="the list of names")
check.equal([row[1] for row in table], [(6, 6, 3), (3, 3, 3), (27,), (5,)], name="the list of shapes", mistakes={
    "The batch axis (`None`) is still in front.": [(None, 6, 6, 3), (None, 3, 3, 3), (None, 27), (None, 5)],
    "These are the shapes that go *into* the layers.": [(7, 9, 4), (6, 6, 3), (3, 3, 3), (27,)],
    "All shapes are tuples, those of vectors as well: (5,), not 5.": [(6, 6, 3), (3, 3, 3), 27, 5],
})
check.equal([row[2] for row in table], [99, 0, 0, 140], name="the list of parameters", mistakes={
    "The biases are missing: each kernel and each unit has one.": [96, 0, 0, 135],
    "One bias a layer is not enough: each kernel and each unit has one.": [97, 0, 0, 136],
    "A kernel goes through all channels of its input; here it was counted as one deep.": [27, 0, 0, 140],
    "The depth of a kernel is the channels that go in, not those that come out.": [75, 0, 0, 140],
    "The kernel is not square: it has 2 rows and 4 columns.": [51, 0, 0, 140],
    "The kernel is not square: it has 2 rows, and not 4.": [195, 0, 0, 140],
    "The same weights serve the whole map: do not multiply by its size.": [99 * 36, 0, 0, 140],
})
check.equal(table, [("edges", (6, 6, 3), 99), ("half", (3, 3, 3), 0), ("flat", (27,), 0), ("scores", (5,), 140)])
check.passed("layer_table")

# %% [markdown]
# Now a network of lecture E, for colour pictures of 32×32. The check has the table that the lecture prints; yours must
# be the same.

# %% nbgrader={"grade": false, "grade_id": "cifar", "locked": true, "schema_version": 3, "solution": false, "task": false}
layers = keras.layers
cifar = keras.Sequential([
    keras.Input((32, 32, 3)),
    layers.Conv2D(32, 3, activation="relu"), layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(2),
    layers.Conv2D(64, 3, activation="relu"), layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2),
    layers.Conv2D(64, 3, activation="relu"), layers.Flatten(),
    layers.Dense(1024, activation="relu"), layers.Dense(10, activation="softmax"),
])

# %% nbgrader={"grade": true, "grade_id": "layer_table-2", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
check.equal([row[1:] for row in layer_table(cifar)], [
    ((30, 30, 32), 896), ((28, 28, 32), 9_248), ((14, 14, 32), 0), ((12, 12, 64), 18_496), ((10, 10, 64), 36_928),
    ((5, 5, 64), 0), ((3, 3, 64), 36_928), ((576,), 0), ((1024,), 590_848), ((10,), 10_250),
], name="the table without names")
bare = keras.Sequential([keras.Input((5, 5, 3)), layers.Conv2D(4, 3, use_bias=False), layers.Dropout(0.5),
                         layers.Flatten(), layers.Dense(7, use_bias=False)])
check.equal([row[2] for row in layer_table(bare)], [108, 0, 0, 252], name="the list of parameters", mistakes={
    "These layers have no biases: look at `layer.use_bias`.": [112, 0, 0, 259],
})
normed = keras.Sequential([keras.Input((5, 5, 3)), layers.BatchNormalization()])
check.raises(ValueError, lambda: layer_table(normed), when="a layer with weights is a BatchNormalization")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(42)
for _ in range(4):
    kernels, units = hidden_rng.integers(1, 9, size=(3, 2)), hidden_rng.integers(2, 40, size=2)
    net = keras.Sequential([
        keras.Input((int(hidden_rng.integers(20, 30)), int(hidden_rng.integers(30, 40)), int(kernels[0, 0]))),
        layers.Conv2D(int(kernels[0, 1]), (3, 5), strides=(1, 2), padding="same"),
        layers.Activation("tanh"),
        layers.AveragePooling2D((2, 3), strides=(2, 1)),
        layers.Conv2D(int(kernels[1, 0]), (4, 2), use_bias=bool(kernels[1, 1] % 2)),
        layers.GlobalMaxPooling2D() if kernels[2, 0] % 2 else layers.Flatten(),
        layers.Dense(int(units[0])), layers.Dropout(0.2), layers.Dense(int(units[1]), use_bias=bool(units[1] % 2)),
    ])
    wanted = [(layer.name, tuple(layer.output.shape[1:]), layer.count_params()) for layer in net.layers]
    check.equal(layer_table(net), wanted)
wide = keras.Sequential([keras.Input((4, 6, 5)), layers.Dense(3, name="per_pixel")])
check.equal(layer_table(wide), [("per_pixel", (4, 6, 3), 18)])
check.raises(ValueError, lambda: layer_table(keras.Sequential([keras.Input((4, 3)), layers.LSTM(2)])),
             when="a layer with weights is an LSTM")
### END HIDDEN TESTS
check.passed("layer_table")

# %%
table = layer_table(build_lenet())
draw_lenet.stacks(table, title="LeNet: maps get smaller, and there are more")

# %%
tables = {"LeNet": table, "lecture E": layer_table(cifar)}
for name, rows in tables.items():
    total = sum(row[2] for row in rows)
    largest = max(row[2] for row in rows)
    print(f"{name}: {total:,} parameters, {100 * largest / total:.0f} % of them in one layer")

draw.bars({row[0]: row[2] for row in table if row[2]}, title="Most of LeNet is its first dense layer",
          x_label="parameters", marked=["C5"])

# %% [markdown]
# Two nets, and the same in both: most of the parameters sit where maps become a vector, 78 % in LeNet and 84 % in
# lecture E's net. The convolutions, which do the seeing, are small, since they share their weights. (08 does away with
# the flattening.) Two more nets of the lectures, whose numbers you can check in your head or with your function:
#
# * Lecture A's, on one channel: 25, 50 and 75 kernels 3×3, each convolution padded and pooled: 28→14→7→3, so
#   $3\cdot3\cdot75=675$ numbers enter the dense layers, of 512 and 24 units. That makes 403,799 parameters; 300 more,
#   of a kind of layer that comes later (batch normalisation), make it 404,099.
# * Lecture D's, a figure that is lost, evidently 39×39×3 → 37×37×10 → 17×17×20 → 7×7×40: then $7\cdot7\cdot40=1960$
#   numbers go into the softmax layer. Which kernels and strides give that? (3×3 with stride 1, then 5×5 with stride 2,
#   twice.)

# %% [markdown]
# ## 4 · How does it learn, and how do I see that it has?
#
# *20 minutes*
#
# All lectures describe the same loop (A: "general methodology", C: five steps). Define the network, draw its first
# weights at random, and then, over and over, for a **batch** of pictures:
#
# 1. *forward*: what does the network answer?
# 2. the *loss*: how bad is that?
# 3. *backward*: the gradient of the loss, for each weight (01 did it by hand for one kernel);
# 4. *update*: a small step down. The **learning rate** says how small. The **optimizer** says how exactly: 01 stepped
#    straight along the gradient, Adam suits the step of each weight to the gradients that it has seen lately.
#
# Once through all pictures is an **epoch**. `model.fit(pictures, labels, epochs=…, batch_size=…)` is this loop. Lecture
# C's exercise 2-4 asks what the learning rate does, 0.1, 0.01 or 0.001. Say which is best, then run (to `compile` again
# sets another optimizer):

# %%
few, epochs = (train[0][:1200], train[1][:1200]), 6
histories = {}
for rate in (0.1, 0.01, 0.001):
    keras.utils.set_random_seed(SEED)
    net = build_lenet()
    net.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    histories[rate] = net.fit(*few, epochs=epochs, batch_size=64, validation_data=validation, verbose=0).history

# %%
draw.lines({f"learning rate {rate}": (np.arange(1, epochs + 1), history["loss"]) for rate, history in histories.items()}
           | {"a guess, ln 10": ([1, epochs], [np.log(10)] * 2)},
           title="0.1 is worse than guessing", x_label="epoch", y_label="loss on the training part")
for rate, history in histories.items():
    print(f"{rate}: {100 * history['val_accuracy'][-1]:.0f} % of the validation part are right")

# %% [markdown]
# With 0.1 each step jumps over the valley, again and again. 0.01 comes down fastest; 0.001 is on its way, but six
# epochs are few for it. (For another optimizer other rates are right: plain gradient descent is fine with 0.1 here, and
# with 0.001 hardly moves.) A good habit is to begin with a high rate and let it fall to 0, since what is left to do at
# the end is fine work: `keras.optimizers.schedules.CosineDecay(0.004, steps)` in the place of a number does that, where
# `steps` is how many updates there will be, epochs times batches in an epoch.
#
# What to look at if a network does not learn:
#
# | what you see | what it mostly is |
# |---|---|
# | the first loss is not ln 10 | last layer and loss don't fit; pictures not scaled (worst with ReLU) |
# | it cannot learn twenty pictures by heart | a mistake in the network or the loss |
# | the loss becomes NaN, or stays at 2.3 | the learning rate is too high, or much too low |
# | the loss creeps down from 2.3, validation part a guess | pictures and labels in different order, learned by heart |
# | training part good, validation part less so | **overfitting**: too few pictures, or too long |
# | both too good to be true | validation pictures among those learned from: a **leak** |

# %% nbgrader={"grade": false, "grade_id": "train_lenet", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_lenet(train, validation, seed):
    """A trained LeNet.

    train, validation: pairs (pictures, labels) as `prepare_digits` gives them.
    seed: the same seed must give the same network; call `keras.utils.set_random_seed(seed)` first.
    Returns the model, as `build_lenet` makes it, trained on train. Validation may be watched, also to decide when to
    stop, but never be learned from.
    At least 95 % of new digits must be right; about ten seconds are enough.
    """
    ### BEGIN SOLUTION
    images, labels = train
    keras.utils.set_random_seed(seed)
    model = build_lenet()
    epochs, batch_size = (12, 32) if len(images) < 10_000 else (20, 256)
    rate = keras.optimizers.schedules.CosineDecay(0.004, epochs * -(-len(images) // batch_size))
    model.compile(keras.optimizers.Adam(rate), model.loss, metrics=["accuracy"])
    model.fit(images, labels, batch_size=batch_size, epochs=epochs, validation_data=validation, verbose=0)
    return model
    ### END SOLUTION


# %% nbgrader={"grade": false, "grade_id": "train", "locked": true, "schema_version": 3, "solution": false, "task": false}
model = train_lenet(train, validation, SEED)

# %% [markdown]
# The checks ask what the model *does*. How you got there, and what `fit` printed, counts for nothing.

# %% nbgrader={"grade": true, "grade_id": "train_lenet-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check.parameters(model, 61_706)
check.output_shape(model, (None, 10))
check.trained(model.predict(validation[0], verbose=0), validation[1], 0.95, classes=10,
              train=(model.predict(train[0], verbose=0), train[1]))
check.passed("train_lenet")

# %% [markdown]
# When you are graded, the test part decides: 355 digits that nobody has used so far.

# %% nbgrader={"grade": true, "grade_id": "train_lenet-2", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
check.output_shape(model, (None, 10))
### BEGIN HIDDEN TESTS
def answers_for(split):
    part = datasets.load("mnist", "sample", split=split, quiet=True)
    scaled = part.images[..., None].astype("float32") / 255
    return model.predict(scaled, verbose=0), part.labels.astype("int64")

check.trained(*answers_for("test"), 0.95, train=answers_for("train"), classes=10)
### END HIDDEN TESTS
check.passed("train_lenet")

# %% [markdown]
# Last: the same seed must give the same network, and another seed another one. And nothing may be learned from the
# validation part. How can one see that? Learn from digits without any nine, watch by nines alone: the network must not
# know them afterwards.

# %% nbgrader={"grade": true, "grade_id": "train_lenet-3", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
no_nines, nines = np.flatnonzero(train[1] < 9)[:120], np.flatnonzero(train[1] == 9)[:30]
parts = [(train[0][chosen], train[1][chosen]) for chosen in (no_nines, nines)]
first, second, other = [train_lenet(*parts, seed) for seed in (1, 1, 2)]
answered = keras.ops.convert_to_numpy(first(parts[1][0])).argmax(axis=1)
check.between(float(np.mean(answered == 9)), 0, 0.1, name="the share of nines that it knows", mistakes={
    "It has learned from the validation part: a leak. Give `fit` the training part only.": (0.2, 1.0),
})
outputs = [keras.ops.convert_to_numpy(net(parts[0][0])) for net in (first, second, other)]
check.close(outputs[1], outputs[0], name="the second network with seed 1", atol=0.02)
check.true(bool(np.abs(outputs[2] - outputs[0]).max() > 0.02), "Another seed gives the same network.",
           "The seed must be the argument, set before the network is built: `keras.utils.set_random_seed(seed)`.")
check.passed("train_lenet")

# %% [markdown]
# A template knows its digit in one place. What about the network? Move the validation pictures sideways:

# %%
def accuracy_when_moved(net, pixels):
    moved = np.roll(validation[0], pixels, axis=2)
    return np.mean(net.predict(moved, verbose=0).argmax(axis=1) == validation[1])

# %%
pixels = np.arange(-4, 5)
draw.lines({name: (pixels, [100 * accuracy_when_moved(net, shift) for shift in pixels])
            for name, net in (("your LeNet", model), ("one dense layer", linear))},
           title="Move the digit: the templates fail first", x_label="pixels to the right", y_label="% right")

# %% [markdown]
# The dense layer falls apart at two pixels. LeNet holds out longer, but do not believe that its convolutions make it
# indifferent to position: 03 showed that they only move along, and trained on centred digits it loses a sixth to a
# third at two pixels. It keeps nearly all if it *saw* moved digits in training. That trick, **augmentation**, belongs
# to 05; try `keras.layers.RandomTranslation` if you are curious.

# %% [markdown]
# ## 5 · Which digits does it confuse?
#
# *8 minutes*
#
# Nearly all are right, but which are not? A **confusion matrix** counts: row = the truth, column = the answer. By hand,
# for three classes, truths 0 0 1 2 2 2 and answers 0 1 1 2 2 0:
#
# $$\begin{bmatrix}1&1&0\\0&1&0\\1&0&2\end{bmatrix}$$
#
# On the diagonal stands what is right, 4 of 6. Row 2: three twos, one taken for a 0.

# %% nbgrader={"grade": false, "grade_id": "confusion_matrix", "locked": false, "schema_version": 3, "solution": true, "task": false}
def confusion_matrix(y_true, y_pred, classes):
    """How often each class gets each answer.

    y_true, y_pred: whole numbers from 0 to classes − 1, (N,), lists or arrays; N may be 0.
    classes: how many classes there are.
    Returns whole numbers, (classes, classes): entry [t, p] is how many of class t were called p.
    Raises ValueError if the two differ in length, if a number is not one of the classes, or if classes is below 1.
    """
    ### BEGIN SOLUTION
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.ndim != 1 or y_true.shape != y_pred.shape:
        raise ValueError(f"as many answers as truths are needed, not {y_true.shape} and {y_pred.shape}")
    if classes < 1 or any(np.any((labels < 0) | (labels >= classes)) for labels in (y_true, y_pred)):
        raise ValueError(f"there must be classes, and all labels from 0 to {classes - 1}")
    matrix = np.zeros((classes, classes), dtype=np.int64)
    for truth, answer in zip(y_true, y_pred):
        matrix[truth, answer] += 1
    return matrix
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "confusion_matrix-1", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
truths, answers = np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 2, 0])
matrix = confusion_matrix(truths, answers, 3)
check.shape(matrix, (3, 3))
check.equal(matrix, np.array([[1, 1, 0], [0, 1, 0], [1, 0, 2]]), mistakes={
    "Rows and columns are swapped: rows are the truth.": np.array([[1, 0, 1], [1, 1, 0], [0, 0, 2]]),
    "Pairs that come again are not counted: `matrix[y_true, y_pred] += 1` adds 1 to each place only once.":
        np.array([[1, 1, 0], [0, 1, 0], [1, 0, 1]]),
    "Only right answers were counted.": np.array([[1, 0, 0], [0, 1, 0], [0, 0, 2]]),
    "Only wrong answers were counted.": np.array([[0, 1, 0], [0, 0, 0], [1, 0, 0]]),
    "These are shares of each row; asked are counts.": np.array([[0.5, 0.5, 0], [0, 1, 0], [1 / 3, 0, 2 / 3]]),
    "These are shares of all; asked are counts.": np.array([[1, 1, 0], [0, 1, 0], [1, 0, 2]]) / 6,
})
check.dtype(matrix, np.integer)
check.passed("confusion_matrix")

# %% nbgrader={"grade": true, "grade_id": "confusion_matrix-2", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
matrix = confusion_matrix([1, 3, 1, 1], [3, 3, 3, 0], 5)
check.shape(matrix, (5, 5), mistakes={
    "Only the classes that occur were counted; the matrix always has all of them.": (2, 2),
    "Only the classes that occur were counted; there are more, all of which have a row and a column.": (3, 3),
    "The size is the largest label; there are more classes than occur here.": (4, 4),
})
wanted = np.zeros((5, 5), dtype=int)
wanted[[1, 3, 1], [3, 3, 0]] = 2, 1, 1
check.equal(matrix, wanted, mistakes={
    "Rows and columns are swapped: rows are the truth.": wanted.T,
    "Pairs that come again are not counted: `matrix[y_true, y_pred] += 1` adds 1 to each place only once.":
        np.minimum(wanted, 1),
})
check.raises(ValueError, lambda: confusion_matrix([0, 1], [0], 2), when="there are two truths and one answer")
check.raises(ValueError, lambda: confusion_matrix([0, 2], [0, 1], 2), when="a truth is 2 and there are 2 classes")
check.raises(ValueError, lambda: confusion_matrix([0, 1], [0, -1], 2), when="an answer is −1")
check.unchanged(lambda t, p: confusion_matrix(t, p, 3), truths, answers, name="confusion_matrix")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(43)
for count, classes in [(200, 10), (50, 3), (7, 1), (0, 4)]:
    truths, answers = hidden_rng.integers(0, classes, size=(2, count))
    wanted = np.bincount(truths * classes + answers, minlength=classes**2).reshape(classes, classes)
    check.equal(confusion_matrix(truths, answers, classes), wanted)
check.raises(ValueError, lambda: confusion_matrix([0, 0], [0, 3], 3), when="an answer is 3 and there are 3 classes")
### END HIDDEN TESTS
check.passed("confusion_matrix")

# %%
answers = model.predict(validation[0], verbose=0).argmax(axis=1)
draw_lenet.confusion(confusion_matrix(validation[1], answers, 10), digits.class_names,
                     title="What the network takes for what")

# %%
sure = model.predict(validation[0], verbose=0)[np.arange(len(answers)), validation[1]]  # of the truth
hardest = np.argsort(sure)[:10]
draw.images(list(validation[0][hardest, :, :, 0]), [f"{validation[1][i]}: {100 * sure[i]:.0f} %" for i in hardest],
            columns=5, title="The ten hardest: how sure it is of the truth")

# %% [markdown]
# Below 50 % the answer may be another digit; some of these you would get wrong yourself. One number of accuracy hides
# all this: whether it fails at one digit or at all, and what a wrong answer costs (a 1 read as a 7 on a cheque).

# %% [markdown]
# ## 6 · What happens to one digit inside?
#
# *10 minutes*
#
# A network is one layer after the other, so call them yourself and keep each result. Two things to remember: a layer
# wants a batch, so a single picture needs an axis in front; and a layer returns a tensor, which
# `keras.ops.convert_to_numpy` makes an array. (`model.input_shape` has the batch axis too: `(None, 28, 28, 1)`.)

# %% nbgrader={"grade": false, "grade_id": "activations", "locked": false, "schema_version": 3, "solution": true, "task": false}
def activations(model, image):
    """What each layer makes of one picture.

    model: a keras.Sequential.   image: (H, W, C), one picture as the model wants it, without a batch axis.
    Returns a dict, in the order of the layers: {layer name: array}, (h, w, c) of maps and (units,) of vectors, without
    a batch axis. The input is not in it. Dropout does nothing, as in predicting.
    Raises ValueError if the image has not the shape of the model's input.
    """
    ### BEGIN SOLUTION
    image = np.asarray(image, dtype="float32")
    if image.shape != tuple(model.input_shape[1:]):
        raise ValueError(f"the model wants a picture of shape {model.input_shape[1:]}, not {image.shape}")
    values, found = image[None], {}
    for layer in model.layers:
        values = layer(values)
        found[layer.name] = keras.ops.convert_to_numpy(values)[0]
    return found
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "activations-1", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
tiny = keras.Sequential([
    keras.Input((2, 3, 1)),
    keras.layers.Conv2D(1, (1, 2), activation="relu", name="edges"),
    keras.layers.Flatten(name="flat"),
    keras.layers.Dense(2, name="sums"),
])
tiny.set_weights([np.array([-1.0, 1.0]).reshape(1, 2, 1, 1), np.zeros(1), np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]]),
                  np.array([0, 0.5])])
image = np.array([[0, 2, 1], [4, 4, 7]], dtype=np.float32).reshape(2, 3, 1)
found = activations(tiny, image)
check.true(isinstance(found, dict) and list(found) == ["edges", "flat", "sums"],
           "Asked is a dict with the names of the layers, in their order: \"edges\", \"flat\", \"sums\".")
check.shape(found["edges"], (2, 2, 1), name="found[\"edges\"]", mistakes={
    "The batch axis is still in front: take the first of the batch.": (1, 2, 2, 1),
    "The axis of the channels is gone; maps keep all three axes.": (2, 2),
    "This is the shape of the picture itself: a layer stands beside its input.": (2, 3, 1),
})
check.close(found["edges"][:, :, 0], [[2, 0], [0, 3]], name="found[\"edges\"]", mistakes={
    "These are the numbers before the activation.": [[2, -1], [0, 3]],
    "The picture was divided by 255; it comes as the model wants it.": np.array([[2, 0], [0, 3]]) / 255,
})
check.close(found["flat"], [2, 0, 0, 3], name="found[\"flat\"]")
check.close(found["sums"], [5, 3.5], name="found[\"sums\"]")
check.passed("activations")

# %% nbgrader={"grade": true, "grade_id": "activations-2", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
deep = keras.Sequential([
    keras.Input((9, 8, 2)),
    keras.layers.Conv2D(3, 3, activation="tanh", name="first"),
    keras.layers.Dropout(0.5, name="dropped"),
    keras.layers.MaxPooling2D(2, name="second"),
    keras.layers.Flatten(name="third"),
    keras.layers.Dense(4, activation="softmax", name="last"),
])
image = np.random.default_rng(5).normal(size=(9, 8, 2)).astype("float32")
found = activations(deep, image)
check.equal({name: np.shape(values) for name, values in found.items()},
            {"first": (7, 6, 3), "dropped": (7, 6, 3), "second": (3, 3, 3), "third": (27,), "last": (4,)},
            name="the dict of shapes")
check.close(found["dropped"], found["first"], name="found[\"dropped\"]")
check.close(found["last"], keras.ops.convert_to_numpy(deep(image[None]))[0], name="found[\"last\"]", rtol=1e-4)
check.raises(ValueError, lambda: activations(deep, image[None]), when="the image has a batch axis")
check.raises(ValueError, lambda: activations(deep, image[:, :, 0]), when="the image has shape (9, 8)")
### BEGIN HIDDEN TESTS
for seed, shape in [(1, (9, 8, 2)), (2, (9, 8, 2))]:
    image = np.random.default_rng(seed).normal(size=shape).astype("float32")
    found = activations(deep, image)
    probe = keras.Model(deep.inputs[0], [layer.output for layer in deep.layers])
    for layer, values in zip(deep.layers, probe(image[None])):
        wanted = keras.ops.convert_to_numpy(values)[0]
        check.close(found[layer.name], wanted, name=f"found[\"{layer.name}\"]", rtol=1e-4)
check.unchanged(lambda picture: activations(deep, picture), image, name="activations")
check.raises(ValueError, lambda: activations(deep, image[1:]), when="the image has shape (8, 8, 2), not (9, 8, 2)")
### END HIDDEN TESTS
check.passed("activations")

# %%
digit = validation[0][int(np.flatnonzero(validation[1] == 2)[0])]
draw_lenet.through(digit, activations(model, digit), title="A two on its way through LeNet")

# %% [markdown]
# Orange is above zero, blue below. From top to bottom: six views of the digit, each with other strokes and sides of
# strokes lit up; the same in half the size; sixteen views of 10×10, in few of which a person would see a two, and these
# in half the size; then 120 and 84 numbers, and an answer. From layer to layer it is clearer *what* is there, and less
# clear *where*.
#
# And the kernels that made the six views:

# %%
kernels = keras.ops.convert_to_numpy(model.layers[0].kernel)
draw.images(list(kernels[:, :, 0].transpose(2, 0, 1)), [f"kernel {i}" for i in range(6)], signed=True,
            title="What C1 has learned to look for", labels=("column of the kernel", "row of the kernel"))

# %% [markdown]
# Several have orange on one side and blue on the other: they answer to edges of that direction, like Sobel's in 01, but
# nobody wrote these down. Lecture A says of LeNet that it "replaced manual feature extraction"; this is what that
# means.

# %% [markdown]
# ## 7 · In your own words
#
# *5 minutes*
#
# **Question (5 points, read by a person).** A friend has trained a LeNet on digits and writes: "Loss 0.01, accuracy
# 100 %! But on my own handwriting it is right only one time in ten." Give three different explanations that fit this,
# and for each the one look or experiment that would confirm it or rule it out. Use what you have in this notebook: the
# first loss, the validation part, the confusion matrix, the activations, moved pictures. Then say which you would try
# first, and why. Six to ten sentences.

# %% [markdown] nbgrader={"grade": true, "grade_id": "written", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# Three explanations with an experiment each, 1 point for each that is sound, for instance:
#
# The 100 % were measured on the pictures that it was trained on (or on validation pictures that were among them), and
# it has learned them by heart: measure on pictures kept apart; if training and validation differ much, that is it.
#
# One time in ten is guessing: pictures and labels were shuffled apart, and learned by heart; look at some with their
# labels, or at the validation part, where the accuracy would be a guess too.
#
# The own handwriting is prepared in another way: 0 to 255 instead of 0 to 1, black ink on white paper, not centred or
# of another size. Draw it beside a training picture, look at its smallest and largest number, and compare the
# activations: maps that are ±1 everywhere show wrong scaling. Moving a validation digit shows what position does.
#
# Labels of the own digits are mixed up (counted from 1, say): the confusion matrix then has its large numbers beside
# the diagonal instead of on it.
#
# The last two points: the friend's numbers are told apart by part (training, validation, new); and an order with a
# reason, cheap looks first (draw a picture as the network sees it, with its label), expensive experiments later.
# ### END SOLUTION

# %% [markdown]
# ## Where this comes from, and words to know
#
# *Three minutes, nothing to solve.*
#
# **1959–1980.** Hubel and Wiesel find cells in the visual cortex that answer to edges (01). Fukushima builds the
# *Cognitron* (1975) after them and, with shared weights, the *Neocognitron* (1980): layers of small windows that take
# turns with layers that blur position. That is a ConvNet in all but one thing: it is not trained by backpropagation.
#
# **1989–1998.** LeCun and his group at Bell Labs put the two together, first for ZIP codes, then, as LeNet-5 ("Gradient
# Based Learning Applied to Document Recognition"), in machines that read the amounts on cheques; not signatures, as
# lecture E has it. The original differs a little from yours: each map of C3 sees only some of S2, each map of a pooling
# has a weight and a bias, which makes 60,000 parameters; and the last layer was compared with drawn digits by squared
# error. It read 99.2 % of MNIST's test digits, among the best of its time, once it had seen distorted ones in training;
# yours, without any, can reach 98.7 % (`SCALE = "full"`, twenty epochs). Today: ReLU for tanh, the maximum for the
# mean, softmax with cross-entropy.
#
# **1998–2012.** Little happens. Larger networks need more pictures than there are, and faster machines. Then ImageNet
# comes, 1.2 million pictures of 1000 classes for the yearly competition (20 times MNIST's 60,000, not the "two orders
# of magnitude" of lecture E), and graphics cards; and AlexNet, in its plan a larger LeNet, wins in 2012 by far.
#
# **Words.** *Feature detector*, *kernel*, *filter*: one set of weights that slides. *Feature map*, *activation map*:
# what it finds, and where. *Subsampling*: LeNet's word for pooling. *Logits*: the scores before softmax.
# *Hyperparameters*: what you choose (kernels, rates, epochs), as against parameters, which are learned.
#
# ## What you built
#
# One of the first networks that earned money: you prepared its digits, built it, counted its parameters, trained it,
# saw its mistakes, and looked inside. Next: **05 VGG**, where the same parts are stacked sixteen high.
#
# ## Go further
#
# * `build_lenet("relu")`: does it learn faster? And with `MaxPooling2D`? Change one thing at a time, with three seeds.
# * Train on 100, 300 and 1000 digits and draw the validation accuracy: what would ten times as many pictures bring?
# * `order = np.arange(len(labels))` in section 1 makes the last sixth of the digits the validation part, and accuracy
#   falls by some points. Who wrote the last digits? What does that say about shuffling, and about new users?
# * Photograph your own handwriting, cut it to 28×28, white on black, and try the network on it. If it fails, section 7
#   has a list for you.
