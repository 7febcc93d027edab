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
# # VGG
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](@@COLAB@@)
#
# After this notebook you can
#
# * build VGG16, VGG19 and small relatives of theirs from one block, and say in which layers their parameters are and
#   in which their work;
# * compute how far any layer of any network sees, and say why three 3×3 kernels are better than one of 7×7;
# * train a network on colour pictures, with augmentation where it belongs.
#
# **Time:** about 85 minutes. **You need:** sizes, parameters and multiplications of layers (02), pooling (03), and how
# a model is built, compiled and fitted in Keras (04).
#
# **How it works.** As before: fill in a stub, run the checks below it, read what they say, try again. The checks give
# 95 points, a short text at the end gives 5.
#
# **House rules.** Arguments stay as they were. Counts come out as whole numbers. Arguments that make no sense raise a
# `ValueError` whose message says why.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
# @@INSTALL@@
import os

from convkit import check, datasets, draw, draw_vgg, nets, quiet, session

with quiet.startup():
    import keras
import numpy as np

SEED = 0
session.start("pictures: drawn ones, or CIFAR-10", full="section 5 trains on all of CIFAR-10 in some minutes")

# %% [markdown]
# **Quick or full?** Section 5 trains a network. `"quick"` takes drawn pictures and 15 seconds on any computer, and is
# what gets graded; `"full"` takes the 50,000 photographs of CIFAR-10 and wants a GPU.

# %%
SCALE = "quick"

# %% nbgrader={"grade": false, "grade_id": "scale", "locked": true, "schema_version": 3, "solution": false, "task": false}
# Grading is always quick, whatever stands above.
FULL = globals().get("SCALE") == "full" and os.environ.get("CONVKIT_SOURCE") != "sample"

# %% [markdown]
# ## 1 · Why should a kernel be small?
#
# *10 minutes*
#
# The first layer of AlexNet (2012) has kernels of 11×11 pixels, that of ZFNet (2013) 7×7. (Lecture E gives 7×7 for
# AlexNet.) VGG, second in the ImageNet competition of 2014, has **3×3 throughout**. How can a network of such short
# sight compete?
#
# Stack them. One number of a first 3×3 layer depends on three pixels in a row. Three neighbours of it depend on five,
# three of *those* on seven:
#
# | layers of 3×3 | pixels that one result depends on, in a row |
# |---|---|
# | 1 | 3 |
# | 2 | 5 |
# | 3 | 7 |
#
# So three layers see as far as one of 7×7. What do they cost? Let $C$ channels go in and come out everywhere. A
# kernel of 3×3 has $3\cdot3\cdot C$ weights and a bias, and there are $C$ of them in each of three layers:
#
# $$3\cdot C\,(9C+1)=27C^2+3C\qquad\text{against}\qquad C\,(49C+1)=49C^2+C.$$

# %% nbgrader={"grade": false, "grade_id": "stacked_vs_single", "locked": false, "schema_version": 3, "solution": true, "task": false}
def stacked_vs_single(channels):
    """Parameters of three 3×3 layers, one after the other, and of one 7×7 layer; biases included.

    channels: how many go into each layer, and come out of it.
    Returns (stacked, single), two whole numbers.
    Raises ValueError if channels is below 1.
    """
    ### BEGIN SOLUTION
    if channels < 1:
        raise ValueError(f"there must be at least 1 channel, not {channels}")

    def parameters(kernel):
        return channels * (kernel * kernel * channels + 1)

    return 3 * parameters(3), parameters(7)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "stacked_vs_single-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check.equal(stacked_vs_single(5), (690, 1230), mistakes={
    "The biases are missing: each kernel has one.": (675, 1225),
    "One bias a layer is not enough: each of its kernels has one.": (678, 1226),
    "Only the last of the three layers has biases here; all three have.": (680, 1230),
    "This is one layer of 3×3; stacked are three.": (230, 1230),
    "These are two layers of 3×3; three see as far as one of 7×7.": (460, 1230),
    "A kernel goes through all channels that come in: it has k · k · C weights.": (150, 250),
    "A kernel has k · k places, not k.": (240, 180),
    "The two are swapped: first the stack, then the single layer.": (1230, 690),
})
check.passed("stacked_vs_single")

# %% nbgrader={"grade": true, "grade_id": "stacked_vs_single-2", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check.equal(stacked_vs_single(1), (30, 50))
check.raises(ValueError, lambda: stacked_vs_single(0), when="there are 0 channels")
### BEGIN HIDDEN TESTS
for channels in (3, 64, 256, 512):
    square = channels * channels
    check.equal(stacked_vs_single(channels), (27 * square + 3 * channels, 49 * square + channels))
check.raises(ValueError, lambda: stacked_vs_single(-4), when="there are -4 channels")
### END HIDDEN TESTS
check.passed("stacked_vs_single")

# %%
counts = {f"{channels} channel{'s'[:channels > 1]}": stacked_vs_single(channels) for channels in (1, 3, 16, 64, 512)}
draw.bars({name: 100 - 100 * stacked / single for name, (stacked, single) in counts.items()}, unit=" %",
          title="Three 3×3 layers save nearly half of a 7×7's parameters", x_label="parameters saved")

# %% [markdown]
# The saving grows to $1-\frac{27}{49}=45\,\%$, and at every pixel the multiplications ($27C^2$ against $49C^2$)
# fall by the same share. There is a third gain: after each layer comes a ReLU, so the stack has three of them and
# the single layer one (lecture E counts four and two, with the one *before*). What are they good for? Leave them
# out, and see.

# %%
def correlate(image, kernel):
    """01's correlate2d."""
    return np.einsum("ijab,ab->ij", np.lib.stride_tricks.sliding_window_view(image, kernel.shape), kernel)

first, second = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]]), np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
# One kernel that does the work of two: its entry [i, j] collects all ways to reach pixel [i, j] through both.
both = correlate(np.pad(first, 2), second[::-1, ::-1])
draw.numbers([first, second, both], ["first", "then", "both in one"],
             title="Without ReLU, two 3×3 layers are one 5×5 layer")

# %%
image = np.random.default_rng(0).normal(size=(9, 8))
np.allclose(correlate(correlate(image, first), second), correlate(image, both))

# %% [markdown]
# Without a ReLU in between, two layers are *one* 5×5 kernel, and not every 5×5 kernel can be had so: 18 numbers
# cannot give all choices of 25. With it, they can say "this edge here, *and* that one there", which no single kernel
# can. (Lecture A says that a 5×5 kernel costs 2.78 times as much "so" it is better to stack: $\frac{25}9=2.78$
# compares it with *one* 3×3. Against two it is $\frac{25}{18}=1.39$, a saving of 28 %.)

# %% [markdown]
# ## 2 · How far does a layer see?
#
# *15 minutes*
#
# All pixels that can influence a number are its **receptive field**. With square windows it is a square, and its side
# says how large. For three 3×3 layers it is 7. And with poolings or strides in between? Go from the input to the
# output and keep two numbers: the field $r$, and the **jump** $j$, which says how many pixels apart two neighbours of
# the current layer lie. In a window of $k$ numbers, the last lies $k-1$ steps of $j$ pixels from the first, and each
# sees $r$ pixels:
#
# $$r\leftarrow r+(k-1)\,j,\qquad\text{and only then}\qquad j\leftarrow j\,s.$$
#
# By hand, beginning with one pixel, $r=1$ and $j=1$:
#
# | layer | k | s | field r | jump j after it |
# |---|---|---|---|---|
# | 3×3 | 3 | 1 | 1 + 2 · 1 = 3 | 1 |
# | 3×3 | 3 | 1 | 3 + 2 · 1 = 5 | 1 |
# | 2×2 pooling, stride 2 | 2 | 2 | 5 + 1 · 1 = 6 | 2 |
# | 3×3 | 3 | 1 | 6 + 2 · 2 = **10** | 2 |
#
# Padding plays no part: with it some of the field may lie outside the picture, but the field is no larger.

# %% nbgrader={"grade": false, "grade_id": "receptive_field", "locked": false, "schema_version": 3, "solution": true, "task": false}
def receptive_field(layers):
    """How many pixels of the input, along one axis, can influence one number of the output.

    layers: a list of (kernel, stride), whole numbers, from the input to the output. A pooling layer counts like a
    convolution: (2, 2) for 2×2 windows with stride 2. An empty list means the pixel itself: 1.
    Returns a whole number.
    Raises ValueError if a kernel or a stride is below 1.
    """
    ### BEGIN SOLUTION
    field, jump = 1, 1
    for kernel, stride in layers:
        if kernel < 1 or stride < 1:
            raise ValueError(f"kernel and stride must be at least 1, not {kernel} and {stride}")
        field += (kernel - 1) * jump
        jump *= stride
    return field
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "receptive_field-1", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
stacks = [
    [(3, 1)],
    [(3, 1), (3, 1)],
    [(3, 1), (3, 1), (3, 1)],
    [(3, 1), (3, 1), (2, 2), (3, 1)],  # the table
    [(7, 2), (3, 2), (5, 1)],
    [(5, 1), (2, 2), (3, 3), (1, 1), (4, 2)],
]
check.equal([receptive_field(layers) for layers in stacks], [3, 5, 7, 10, 27, 28], name="the list of fields", mistakes={
    "The strides have no effect: after a stride, neighbours lie further apart.": [3, 5, 7, 8, 13, 11],
    "The stride of a layer widens the fields of later layers, not its own: first r, then j.":
        [3, 5, 7, 11, 37, 55],
    "Only the last stride counted; strides multiply up.": [3, 5, 7, 10, 19, 13],
    "A window of k adds k − 1 steps, not k: the first place is there already.": [4, 7, 10, 15, 34, 44],
    "The kernels were multiplied: windows overlap, so each adds k − 1 steps.": [3, 9, 27, 54, 105, 120],
    "The list was read from the output to the input.": [3, 5, 7, 12, 19, 62],
    "This is an area, in pixels; asked is the number along one axis.": [9, 25, 49, 100, 729, 784],
    "The field begins with one pixel, r = 1.": [2, 4, 6, 9, 26, 27],
    "These are the jumps.": [1, 1, 1, 2, 4, 12],
    "This is the field of the last layer's input: the last layer is missing.": [1, 3, 5, 6, 11, 10],
    "The strides were added up; they multiply.": [3, 7, 13, 20, 33, 39],
})
check.passed("receptive_field")

# %% nbgrader={"grade": true, "grade_id": "receptive_field-2", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
check.equal(receptive_field([]), 1)
check.equal(receptive_field([(1, 1), (1, 3), (2, 1)]), 4)
check.raises(ValueError, lambda: receptive_field([(3, 1), (3, 0)]), when="a stride is 0")
check.raises(ValueError, lambda: receptive_field([(0, 1)]), when="a kernel is 0")
check.unchanged(receptive_field, [(3, 1), (2, 2)], name="receptive_field")
### BEGIN HIDDEN TESTS
def seen(layers):
    """From the output back to the input: the pixels under each window."""
    first = last = 0
    for kernel, stride in reversed(layers):
        first, last = first * stride, last * stride + kernel - 1
    return last - first + 1

hidden_rng = np.random.default_rng(51)
for depth in (1, 2, 4, 7, 10):
    layers = [tuple(pair) for pair in hidden_rng.integers([1, 1], [8, 4], size=(depth, 2)).tolist()]
    check.equal(receptive_field(layers), seen(layers))
check.equal(receptive_field([(5, 1), (2, 2), (5, 1), (2, 2), (5, 1)]), 32)
check.equal(receptive_field([(3, 2)] * 20), 2**21 - 1)
check.raises(ValueError, lambda: receptive_field([(3, 1), (-3, 1), (3, 1)]), when="a kernel is -3")
check.raises(ValueError, lambda: receptive_field([(3, -1)]), when="a stride is -1")
### END HIDDEN TESTS
check.passed("receptive_field")

# %% [markdown]
# Is it true? Ask a network. All its weights are 1, and the picture is black but for one white pixel: the number in
# the middle of the output then counts the *ways* that lead to it from this pixel. Once for each pixel:

# %%
def ways(depth, size=7):
    """How many ways lead from each pixel to the middle of the output of so many 3×3 layers."""
    ones = {"padding": "same", "use_bias": False, "kernel_initializer": "ones"}
    net = keras.Sequential([keras.Input((size, size, 1)), *(keras.layers.Conv2D(1, 3, **ones) for _ in range(depth))])
    one_pixel_white = np.eye(size * size).reshape(-1, size, size, 1)
    counts = keras.ops.convert_to_numpy(net(one_pixel_white))
    return counts[:, size // 2, size // 2, 0].reshape(size, size)

# %%
draw.numbers([ways(depth) for depth in (1, 2, 3)],
             [f"{depth} layer{'s'[:depth > 1]}: {receptive_field([(3, 1)] * depth)} wide" for depth in (1, 2, 3)],
             title="The field is a square, and its middle counts most")

# %% [markdown]
# Zero where the field ends, just as computed. And a corner of the 7×7 pixels has *one* way to be heard, the middle
# pixel 49: what counts in practice is smaller than the field. (Lecture A has the smallest case: with windows of
# three, $x_1$ and $x_5$ never meet in the first layer, but they do in the second, in its number $g_3$, whose field is
# 5.)
#
# Now VGG16: 13 layers of 3×3, in five blocks, each of which ends with 2×2 pooling. Guess how far the last block sees;
# the pictures are 224 pixels wide.

# %% nbgrader={"grade": false, "grade_id": "vgg16_blocks", "locked": true, "schema_version": 3, "solution": false, "task": false}
VGG16 = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]  # of each block: filters, and how many convolutions

def pairs(blocks):
    """The (kernel, stride) of each layer of these blocks."""
    return [pair for _, convolutions in blocks for pair in [(3, 1)] * convolutions + [(2, 2)]]

# %%
photo = datasets.photo("china")[110:334, 40:264]
draw_vgg.fields(photo, {f"block {count}": receptive_field(pairs(VGG16[:count])) for count in range(1, 6)},
                title="What one number at the end of each block sees")

# %%
alexnet = [(11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1), (3, 2)]
nets_to_compare = {"VGG16": pairs(VGG16), "AlexNet": alexnet, "3×3, no pooling": [(3, 1)] * 13}
draw.lines({name: (range(len(layers) + 1), [receptive_field(layers[:depth]) for depth in range(len(layers) + 1)])
            for name, layers in nets_to_compare.items()},
           title="It is the poolings that make it see far", x_label="layers, with poolings",
           y_label="receptive field in pixels")

# %% [markdown]
# 13 small kernels alone see 27 pixels. Each pooling doubles the jump, so that the last block sees 212 of 224 pixels,
# AlexNet's last pooling 195, and LeNet's C5 32, all of its picture with the border. (Lecture E says that VGG19 has
# two or three 3×3 layers in a row, for a field of 5 or 7. It has two or *four*, for 5 or 9.)

# %% [markdown]
# ## 3 · How is a network of sixteen layers written down?
#
# *20 minutes*
#
# As five blocks and a head. A **block** is some convolutions, all alike, then a pooling that halves the map:
#
# | layer | settings |
# |---|---|
# | `Conv2D`, one or more | 3×3, stride 1, "same" padding, ReLU |
# | `MaxPooling2D` | 2×2, stride 2, no padding |
#
# So a map of 9×6 stays 9×6 through the convolutions and leaves as 4×3. Write a function that makes such a block, with
# `keras.Sequential`. It needs no input shape: Keras builds the block when it first sees pictures.
#
# One choice is free, how the weights begin. With ReLU, `kernel_initializer="he_uniform"` keeps the numbers about as
# large from layer to layer. The rule was published in 2015, after VGG, whose authors trained 11 layers first and put in
# the others later.

# %% nbgrader={"grade": false, "grade_id": "vgg_block", "locked": false, "schema_version": 3, "solution": true, "task": false}
def vgg_block(filters, convs):
    """A block of VGG: so many 3×3 convolutions with "same" padding and ReLU, then 2×2 max pooling.

    filters: of each convolution.   convs: how many of them.
    Returns a keras.Sequential of convs + 1 layers: each ReLU is the activation of its convolution.
    Raises ValueError if filters or convs is below 1.
    """
    ### BEGIN SOLUTION
    if filters < 1 or convs < 1:
        raise ValueError(f"a block needs at least 1 filter and 1 convolution, not {filters} and {convs}")
    options = {"padding": "same", "activation": "relu", "kernel_initializer": "he_uniform"}
    return keras.Sequential([
        *(keras.layers.Conv2D(filters, 3, **options) for _ in range(convs)),
        keras.layers.MaxPooling2D(2),
    ])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "vgg_block-1", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def conv(filters, **other):
    """What the check asks of a convolution."""
    return "Conv2D", {"filters": filters, "kernel_size": (3, 3), "strides": (1, 1), "padding": "same",
                      "activation": "relu", "use_bias": True} | other

def pool(**other):
    return "MaxPooling2D", {"pool_size": (2, 2), "strides": (2, 2), "padding": "valid"} | other

block = vgg_block(6, 3)
check.true(not isinstance(block, (list, tuple)), "The result is a list of layers.",
           hint="Put the layers into a model: `keras.Sequential([…])`.")
check.true(len({layer.name for layer in block.layers}) == len(block.layers), "A layer stands in the block twice.",
           hint="`[layer] * convs` is one layer several times, with one set of weights: make a new one for each place.")
check.layers(block, [conv(6), conv(6), conv(6), pool()], name="the block", mistakes={
    "It pools after each convolution; a block pools once, at its end.":
        [conv(6), pool(), conv(6), pool(), conv(6), pool()],
    "There is one convolution, whatever `convs` says, or one layer several times: make a new one for each place.":
        [conv(6), pool()],
    "The pooling is missing.": [conv(6), conv(6), conv(6)],
    "The kernels are 5×5; VGG has 3×3 throughout.": [conv(6, kernel_size=(5, 5))] * 3 + [pool()],
    "The padding is \"valid\", so each convolution takes two rows and two columns.":
        [conv(6, padding="valid")] * 3 + [pool()],
    "The convolutions have no activation: without ReLU they are together no more than one large kernel.":
        [conv(6, activation="linear")] * 3 + [pool()],
    "The ReLUs stand as layers of their own; give each to its convolution, `activation=\"relu\"`.":
        [conv(6, activation="linear"), ("ReLU", {})] * 3 + [pool()],
    "Only the last convolution has its ReLU; each needs one.":
        [conv(6, activation="linear")] * 2 + [conv(6), pool()],
    "The number of filters doubles inside the block; it doubles from block to block, if at all.":
        [conv(6), conv(12), conv(24), pool()],
    "The pooling moves by 1, so the map is not halved.": [conv(6)] * 3 + [pool(strides=(1, 1))],
    "The windows of the pooling are 3×3.": [conv(6)] * 3 + [pool(pool_size=(3, 3))],
    "The windows of the pooling are 3×3 and move by 3.":
        [conv(6)] * 3 + [pool(pool_size=(3, 3), strides=(3, 3))],
    "The pooling takes means; VGG's takes maxima.":
        [conv(6)] * 3 + [("AveragePooling2D", pool()[1])],
    "The last convolution has stride 2, and there is no pooling.": [conv(6)] * 2 + [conv(6, strides=(2, 2))],
    "The pooling is padded: of 9 rows it leaves 5, where VGG drops what fills no window.":
        [conv(6)] * 3 + [pool(padding="same")],
    "filters and convs were exchanged.": [conv(3)] * 6 + [pool()],
})
check.passed("vgg_block")

# %% nbgrader={"grade": true, "grade_id": "vgg_block-2", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
block = vgg_block(5, 2)
check.shape(block(np.ones((2, 9, 6, 3), dtype="float32")), (2, 4, 3, 5))
check.parameters(block, (27 * 5 + 5) + (45 * 5 + 5), name="the block", mistakes={
    "The convolutions have no bias.": 27 * 5 + 45 * 5,
})
check.raises(ValueError, lambda: vgg_block(8, 0), when="convs is 0")
check.raises(ValueError, lambda: vgg_block(0, 2), when="filters is 0")
### BEGIN HIDDEN TESTS
hidden_rng = np.random.default_rng(52)
for filters, convs, shape in [(4, 1, (2, 7, 5, 3)), (3, 4, (1, 4, 9, 2)), (6, 2, (3, 8, 6, 1))]:
    block = vgg_block(filters, convs)
    check.layers(block, [conv(filters)] * convs + [pool()], name="the block")
    x = hidden_rng.normal(size=shape).astype("float32")
    y = x
    block(x)
    weights = [hidden_rng.normal(size=w.shape, scale=0.5).astype("float32") for w in block.get_weights()]
    check.equal(len(weights), 2 * convs, name="the number of the block's weight arrays")
    block.set_weights(weights)
    for kernel, bias in zip(weights[::2], weights[1::2]):
        y = keras.ops.relu(keras.ops.add(keras.ops.conv(y, kernel, padding="same"), bias))
    check.close(block(x), keras.ops.convert_to_numpy(keras.ops.max_pool(y, 2, 2)), rtol=1e-3, atol=1e-4)
first, second = vgg_block(2, 1), vgg_block(2, 1)
check.true(first.layers[0].name != second.layers[0].name, "Two blocks share a layer.",
           hint="Make new layers in each call of vgg_block.")
check.raises(ValueError, lambda: vgg_block(-2, 1), when="filters is -2")
check.raises(ValueError, lambda: vgg_block(4, -1), when="convs is -1")
### END HIDDEN TESTS
check.passed("vgg_block")

# %% [markdown]
# ### The whole network
#
# Blocks, one after the other; then the maps are flattened, and dense layers follow, which end in one probability
# for each class. By hand, for pictures of 12×9 with 3 channels, the blocks `[(4, 1), (6, 2)]`, one hidden dense
# layer of 10 units and 5 classes:
#
# | | shape after it | parameters |
# |---|---|---|
# | block of 4 filters, 1 convolution | 6×4×4 | (9 · 3 + 1) · 4 = 112 |
# | block of 6 filters, 2 convolutions | 3×2×6 | (9 · 4 + 1) · 6 + (9 · 6 + 1) · 6 = 222 + 330 |
# | flatten | 36 | 0 |
# | dense, ReLU | 10 | (36 + 1) · 10 = 370 |
# | dense, softmax | 5 | (10 + 1) · 5 = 55 |
# | | | **1,089** |

# %% nbgrader={"grade": false, "grade_id": "build_vgg", "locked": false, "schema_version": 3, "solution": true, "task": false}
def build_vgg(blocks, dense, input_shape, classes):
    """A network of VGG's kind: blocks, flatten, dense layers.

    blocks: a list of (filters, convs), one for each vgg_block.
    dense: a list with the units of each hidden dense layer (ReLU); may be empty.
    input_shape: (height, width, channels).   classes: units of the last layer (softmax).
    Returns a model, not compiled. Layers: the input, the blocks, Flatten, and the dense layers; no others.
    Raises ValueError if there is no block, if the picture is too small for the poolings (12×3 for two of them: 6×1,
    and then no window fits), or if a number of filters, convolutions, units or classes is below 1.
    """
    ### BEGIN SOLUTION
    if not blocks or min([*dense, classes]) < 1:
        raise ValueError(f"blocks {blocks}, units {dense} and {classes} classes: none may be missing or below 1")
    if min(input_shape[:2]) < 2 ** len(blocks):
        raise ValueError(f"pictures of shape {input_shape} are too small for {len(blocks)} poolings")
    return keras.Sequential([
        keras.Input(input_shape),
        *(vgg_block(filters, convs) for filters, convs in blocks),
        keras.layers.Flatten(),
        *(keras.layers.Dense(units, activation="relu", kernel_initializer="he_uniform") for units in dense),
        keras.layers.Dense(classes, activation="softmax"),
    ])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "build_vgg-1", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
net = build_vgg([(4, 1), (6, 2)], [10], (12, 9, 3), 5)
check.output_shape(net, (None, 5), mistakes={
    "Flatten is missing: the dense layers work on each place of the map alone.": (None, 3, 2, 5),
    "The last layer has 1000 units, whatever `classes` says.": (None, 1000),
    "The last layer, with `classes` units, is missing.": (None, 10),
})
check.parameters(net, 1089, mistakes={
    "Each block has one convolution, whatever `convs` says.": 759,
    "All blocks have the filters of the first one; each has its own.": 112 + 2 * 148 + 250 + 55,
    "The last block does not pool.": 112 + 222 + 330 + (144 + 1) * 10 + 55,
    "The dense layers have no bias.": 1089 - 15,
    "The hidden dense layers are missing.": 112 + 222 + 330 + 37 * 5,
    "The maps were pooled globally; VGG flattens them.": 112 + 222 + 330 + 70 + 55,
    "The pictures were taken for square: height and width are the first two numbers of `input_shape`.":
        112 + 222 + 330 + (54 + 1) * 10 + 55,
})
check.passed("build_vgg")

# %% [markdown]
# Next the kinds and settings of all layers. `opened` looks into the blocks; it works for any model that holds models,
# and you may use it as well.

# %% nbgrader={"grade": false, "grade_id": "opened", "locked": true, "schema_version": 3, "solution": false, "task": false}
def opened(model):
    """The layers of a model in order; where one is itself a model, its layers instead."""
    parts = [opened(layer) if hasattr(layer, "layers") else [layer] for layer in model.layers]
    return [layer for part in parts for layer in part if type(layer).__name__ != "InputLayer"]

# %% nbgrader={"grade": true, "grade_id": "build_vgg-2", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
def conv(filters):
    """What the check asks of a convolution."""
    return "Conv2D", {"filters": filters, "kernel_size": (3, 3), "padding": "same", "activation": "relu"}

def dense(units, activation):
    return "Dense", {"units": units, "activation": activation}

POOL, FLAT = ("MaxPooling2D", {"pool_size": (2, 2), "strides": (2, 2)}), ("Flatten", {})

net = build_vgg([(4, 1), (6, 2)], [10, 8], (12, 9, 3), 5)
flat = keras.Sequential([keras.Input((12, 9, 3)), *opened(net)])
front, tail = [conv(4), POOL, conv(6), conv(6), POOL, FLAT], [dense(10, "relu"), dense(8, "relu")]
check.layers(flat, [*front, *tail, dense(5, "softmax")], mistakes={
    "The last layer has no softmax, so its outputs are no probabilities.": [*front, *tail, dense(5, "linear")],
    "The last layer has ReLU; probabilities come from softmax.": [*front, *tail, dense(5, "relu")],
    "The last layer has sigmoid: with several classes of which one is right, it is softmax.":
        [*front, *tail, dense(5, "sigmoid")],
    "The hidden dense layers have no ReLU.":
        [*front, dense(10, "linear"), dense(8, "linear"), dense(5, "softmax")],
    "The hidden dense layers have softmax; only the last one has.":
        [*front, dense(10, "softmax"), dense(8, "softmax"), dense(5, "softmax")],
    "Only the first hidden dense layer is there.": [*front, dense(10, "relu"), dense(5, "softmax")],
    "The hidden dense layers came in reverse order.":
        [*front, dense(8, "relu"), dense(10, "relu"), dense(5, "softmax")],
    "Dropout was not asked for here; it belongs to training.":
        [*front, dense(10, "relu"), ("Dropout", {}), dense(8, "relu"), ("Dropout", {}), dense(5, "softmax")],
    "The blocks came in reverse order.":
        [conv(6), conv(6), POOL, conv(4), POOL, FLAT, *tail, dense(5, "softmax")],
})
check.raises(ValueError, lambda: build_vgg([], [10], (12, 9, 3), 5), when="there is no block")
check.raises(ValueError, lambda: build_vgg([(4, 1)] * 3, [], (12, 7, 3), 5),
             when="the picture is 12×7 and there are three blocks: 12×7 → 6×3 → 3×1 → no window fits")
### BEGIN HIDDEN TESTS
net = build_vgg([(3, 2)], [], (5, 4, 1), 7)
check.equal([tuple(w.shape) for w in net.get_weights()], [(3, 3, 1, 3), (3,), (3, 3, 3, 3), (3,), (12, 7), (7,)],
            name="the list of the shapes of all weights")
y = keras.ops.convert_to_numpy(net(np.random.default_rng(53).normal(size=(4, 5, 4, 1)).astype("float32")))
check.close(y.sum(axis=1), np.ones(4), name="the array of sums of the probabilities", rtol=1e-4)
for wrong in [([(4, 0)], [10], 5), ([(0, 1)], [10], 5), ([(4, 1)], [0], 5), ([(4, 1)], [10], 0)]:
    check.raises(ValueError, lambda: build_vgg(wrong[0], wrong[1], (12, 9, 3), wrong[2]),
                 when=f"blocks, dense and classes are {wrong}")
check.unchanged(build_vgg, [(4, 1), (6, 2)], [10], (12, 9, 3), 5, name="build_vgg")
nineteen = [*VGG16[:2], (256, 4), (512, 4), (512, 4)]
check.parameters(build_vgg(nineteen, [], (32, 32, 3), 2), 20_024_384 + 2 * 513, name="VGG19 without its dense part")
### END HIDDEN TESTS
check.passed("build_vgg")

# %% [markdown]
# And now the real one. It takes a few seconds: 138 million random numbers have to be drawn, and half a gigabyte of
# memory filled.

# %% nbgrader={"grade": false, "grade_id": "vgg16", "locked": true, "schema_version": 3, "solution": false, "task": false}
vgg16 = build_vgg(VGG16, [4096, 4096], (224, 224, 3), 1000)

# %% nbgrader={"grade": true, "grade_id": "build_vgg-3", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
check.output_shape(vgg16, (None, 1000))
check.parameters(vgg16, 138_357_544, name="VGG16")
table = [
    1_792, 36_928, 0, 73_856, 147_584, 0, 295_168, 590_080, 590_080, 0, 1_180_160, 2_359_808, 2_359_808, 0,
    2_359_808, 2_359_808, 2_359_808, 0, 0, 102_764_544, 16_781_312, 4_097_000,
]
check.equal([layer.count_params() for layer in opened(vgg16)], table, name="the list of each layer's parameters")
check.passed("build_vgg")

# %%
for layer in opened(vgg16):
    print(f"{type(layer).__name__:13} {'×'.join(map(str, layer.output.shape[1:])):>12} {layer.count_params():>12,}")

# %% [markdown]
# That is lecture C's table: 22 rows and the input, 16 of them with parameters, which is what the 16 counts. The
# maps leave the blocks as 112²·64, 56²·128, 28²·256, 14²·512 and 7²·512: where the side is halved, the filters
# double, up to 512.
#
# ### Predict, then run
#
# VGG19 is VGG16 with *four* convolutions in each of its last three blocks. How many parameters has it? Find the
# number with what stands in the table above, and write it down before you run on.

# %%
prediction = None  # parameters of VGG19

# %%
VGG19 = [(64, 2), (128, 2), (256, 4), (512, 4), (512, 4)]
print("you said:", prediction)
print(f"it has:   {build_vgg(VGG19, [4096, 4096], (224, 224, 3), 1000).count_params():,}")

# %% [markdown]
# Three layers more: 590,080 + 2,359,808 + 2,359,808. (So lecture C's 138 million and lecture E's 144 million are
# both right, of two networks.)

# %% [markdown]
# ## 4 · Where are the parameters, and where is the work?
#
# *15 minutes*
#
# A convolution uses its weights again at every place, a dense layer uses each of them once. So the layer with the
# most parameters need not be the one that takes the most time. Count **MACs**: a multiplication and the addition
# that goes with it. Each number that comes out of a layer needs as many as there are weights in its window:
#
# $$\underbrace{H'W'C_{out}}_{\text{numbers that come out}}\cdot\;\underbrace{k_hk_wC_{in}}_{\text{weights in a window}}
# \qquad\text{dense:}\quad\text{units}\cdot\text{inputs}$$
#
# By hand, a picture of 6×5 with 2 channels: 4 kernels of 3×3 without padding give 4×3 places,
# $4\cdot3\cdot4\cdot(3\cdot3\cdot2)=864$. Ten dense units behind them, $48\cdot10=480$. Together 1,344; biases,
# poolings and activations are not counted. (A dense layer that gets maps, not a vector, works along the channels, at
# each place anew: $\text{places}\cdot\text{units}\cdot\text{channels}$.)
#
# Blocks are models in a model, so your function has to look into them. What it can ask a layer: `layer.kernel.shape`,
# `layer.output.shape` (its first entry, the number of pictures, is `None`).

# %% nbgrader={"grade": false, "grade_id": "model_macs", "locked": false, "schema_version": 3, "solution": true, "task": false}
def model_macs(model):
    """Multiplications with weights that a model does for one picture.

    model: any Keras model of ordinary convolutions (Conv2D), dense layers (Dense), layers without weights, and models
    of such layers. Without Flatten before it, a Dense layer works at each place of the maps.
    Returns a whole number. Biases do not count.
    Raises ValueError if the model does not know the size of its pictures (None in its input shape).
    """
    ### BEGIN SOLUTION
    if None in model.input_shape[1:]:
        raise ValueError(f"the size of the pictures must be known, not {model.input_shape}")
    macs = 0
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            macs += model_macs(layer)
        elif isinstance(layer, (keras.layers.Conv2D, keras.layers.Dense)):
            places = np.prod(layer.output.shape[1:-1], dtype=int)
            macs += int(places * np.prod(layer.kernel.shape, dtype=int))
    return macs
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "model_macs-1", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
net = keras.Sequential([
    keras.Input((6, 5, 2)),
    keras.layers.Conv2D(4, 3, activation="relu"),
    keras.layers.Flatten(),
    keras.layers.Dense(10, activation="softmax"),
])
check.equal(model_macs(net), 1344, mistakes={
    "The convolution was counted at each place of its input; it has fewer places here.": 2640,
    "These are the parameters: a convolution uses its weights again at every place.": 566,
    "The biases were counted; asked are the multiplications alone.": 1402,
    "These are the weights of one place: a convolution uses them again at every place.": 552,
    "The dense layer is missing.": 864,
    "The convolution is missing.": 480,
    "The channels that come in are missing: a kernel goes through all of them.": 432 + 480,
    "The channels that come out are missing: each kernel does the same work.": 216 + 480,
    "A kernel of 3×3 has nine places, not three.": 288 + 480,
    "Additions were counted as well: a MAC is one multiplication with its addition.": 2688,
    "Only the rows were counted, not rows times columns.": 72 * 4 + 480,
    "Only the columns were counted, not rows times columns.": 72 * 3 + 480,
    "The result counts the numbers that come out, not the multiplications behind them.": 58,
})
check.passed("model_macs")

# %% [markdown]
# Now models inside models, strides, and a map that is not square:

# %% nbgrader={"grade": true, "grade_id": "model_macs-2", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
inner = keras.Sequential([keras.layers.Conv2D(5, (2, 3), strides=(1, 2), padding="same"), keras.layers.MaxPooling2D(2)])
middle = keras.Sequential([keras.layers.Conv2D(4, 3, strides=2), inner])
net = keras.Sequential([
    keras.Input((11, 14, 2)), middle, keras.layers.Flatten(), keras.layers.Dense(7), keras.layers.Dense(3),
])
check.equal(model_macs(net), 30 * 72 + 15 * 120 + 10 * 7 + 21, mistakes={
    "Layers of a model inside the model were not counted.": 91,
    "Only models in the model were looked into, not models in those.": 30 * 72 + 91,
    "The stride has no effect: count the places that come out.": 108 * 72 + 30 * 120 + 91,
    "The convolution was counted at each place of its input.": 154 * 72 + 30 * 120 + 91,
    "The places were taken for square.": 25 * 72 + 25 * 120 + 91,
})
anything = keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(4, 3)])
check.raises(ValueError, lambda: model_macs(anything), when="the model takes pictures of any size")
### BEGIN HIDDEN TESTS
def small(blocks, dense, shape):
    """A VGG of the tests' own; of zeros, which takes no time."""
    options = {"kernel_initializer": "zeros", "activation": "relu"}
    parts = [keras.Sequential([*(keras.layers.Conv2D(filters, 3, padding="same", **options) for _ in range(convs)),
                               keras.layers.MaxPooling2D(2)]) for filters, convs in blocks]
    head = [keras.layers.Dense(units, **options) for units in dense]
    return keras.Sequential([keras.Input(shape), *parts, keras.layers.Flatten(), *head])

check.equal(model_macs(small([(4, 2), (6, 1)], [5, 3], (9, 6, 2))), 54 * (72 + 144) + 12 * 216 + 12 * 5 + 15)
check.equal(model_macs(small([], [8], (3, 2, 4))), 192)
large = small(VGG16, [4096, 4096, 1000], (224, 224, 3))
check.equal(model_macs(large), 15_470_264_320, name="the MACs of VGG16")
inputs = keras.Input((8, 6, 3))
left, right = keras.layers.Conv2D(4, 1)(inputs), keras.layers.Conv2D(4, 5, padding="same", use_bias=False)(inputs)
joined = keras.layers.GlobalAveragePooling2D()(keras.layers.Add()([left, right]))
check.equal(model_macs(keras.Model(inputs, keras.layers.Dense(2)(joined))), 48 * 12 + 48 * 300 + 8)
check.equal(model_macs(keras.Sequential([keras.Input((5, 4, 3)), keras.layers.Dense(6)])), 360)
check.equal(model_macs(keras.Sequential([keras.Input((5, 4, 3)), keras.layers.MaxPooling2D(2)])), 0)
### END HIDDEN TESTS
check.passed("model_macs")

# %% [markdown]
# Where would you save, if VGG16 had to become smaller? If it had to become faster?

# %%
outer = [layer for layer in vgg16.layers if type(layer).__name__ != "InputLayer"]
parts = {f"block {number}": block for number, block in enumerate(outer[:5], start=1)}
parts |= {f"dense {number}": keras.Sequential([keras.Input(layer.input.shape[1:]), layer])
          for number, layer in enumerate(outer[6:], start=1)}
draw_vgg.shares({name: (part.count_params(), model_macs(part)) for name, part in parts.items()},
                ("parameters", "MACs"), title="The dense part has the parameters, the blocks the work")

# %%
print(f"MACs of one picture: {model_macs(vgg16):,}")
print(f"parameters of the blocks: {sum(block.count_params() for block in outer[:5]):,}")
print(f"parameters of the dense part: {sum(layer.count_params() for layer in outer[6:]):,}")

# %% [markdown]
# 89 % of the parameters do less than 1 % of the work. One layer, the first dense one, has
# $7\cdot7\cdot512\cdot4096= 102{,}760{,}448$ weights. (Lecture A says 16 million for the convolutions and 122
# million for the rest, with 1024 classes; both are off, and since the errors cancel, the sum 138 million is right.
# The exact numbers stand above.)
#
# Lecture B calls the dense part "most memory intensive". Is it? There are two kinds of memory: weights, and the
# maps that a picture leaves behind, which training keeps for the way back.

# %%
megabytes = {"weights": [4e-6 * layer.count_params() for layer in opened(vgg16)],
             "maps": [4e-6 * np.prod(layer.output.shape[1:]) for layer in opened(vgg16)]}
for kind, numbers in megabytes.items():
    print(f"{kind:7} blocks {sum(numbers[:18]):5.2f}, dense part {sum(numbers[19:]):8.4f} MB")

# %% [markdown]
# Of the weights yes: 494.6 of 553.4 MB. Of the maps no: the dense part leaves 37 kB, the blocks 60 MB a picture,
# and with a batch of 64 pictures that is 3.9 GB, seven times the weights.
#
# VGG has the most parameters and is the slowest in lecture B's chart: 15.5 billion MACs, where ResNet152, with nine
# times as many layers, needs 11.5. Its successors cut both ends: a mean over each map in place of flattening (08),
# and cheaper convolutions (06).

# %% [markdown]
# ## 5 · Can it tell a striped star from a plain one?
#
# *20 minutes*
#
# VGG16 was trained for two to three weeks on four graphics cards, with 1.2 million photographs of 1000 kinds of
# things. Here are pictures of 32×32 pixels, and a small relative will do. At quick scale they are drawn: five
# shapes, plain or striped, anywhere, turned any way, in any colours, and half of them partly covered.

# %% nbgrader={"grade": false, "grade_id": "data", "locked": true, "schema_version": 3, "solution": false, "task": false}
def part(split, limit=None):
    """(images, labels) of CIFAR-10, or of the sample in its place, and the names of the classes."""
    data = datasets.load("cifar10", "real" if FULL else "sample", split=split, limit=limit)
    return (data.images, data.labels), data.class_names

train, names = part("train")
validation, _ = part("test", limit=500)

# %%
firsts = [np.flatnonzero(train[1] == label)[0] for label in range(10)]
draw.images([train[0][first] for first in firsts], [name.replace(" ", "\n") for name in names], columns=5,
            labels=("", ""), title="One picture of each class")

# %% [markdown]
# Is it difficult? A linear classifier, which weighs each pixel on its own, is the yardstick. (For the squared error,
# with a small penalty on the weights, the best one has a formula: ridge regression.)

# %%
def flattened(images):
    """(N, 32, 32, 3), 0 to 255 → (N, 3072), about −1 to 1."""
    return images.reshape(len(images), -1).astype("float32") / 127.5 - 1

x, y = flattened(train[0][:2000]), np.eye(10)[train[1][:2000]]
weights = x.T @ np.linalg.solve(x @ x.T + 300 * np.eye(len(x)), y)
linear = np.mean(np.argmax(flattened(validation[0]) @ weights, axis=1) == validation[1])
print(f"linear classifier: {linear:.2f} of the validation pictures right; guessing: 0.10")

# %% [markdown]
# It might as well guess, at quick scale: what makes a star is not this or that pixel, but how pixels lie to each
# other.
#
# ### More pictures out of the same
#
# A star in a mirror is a star. So every time a picture is used, it may be mirrored or moved a little:
# **augmentation**. The network sees the same numbers less often, and it is harder to learn them by heart. By hand, a
# picture of 2×3 and its mirror images, left–right and top–bottom:
#
# $$\begin{bmatrix}1&2&3\\4&5&6\end{bmatrix}\qquad\begin{bmatrix}3&2&1\\6&5&4\end{bmatrix}\qquad
# \begin{bmatrix}4&5&6\\1&2&3\end{bmatrix}$$
#
# Keras has layers for it, `keras.layers.RandomFlip` and many more. They change pictures during `fit`, not in `predict`
# and `evaluate`:

# %%
change = keras.Sequential([keras.layers.RandomFlip(), keras.layers.RandomTranslation(0.1, 0.1)])
picture = train[0][firsts[-1]].astype("float32") / 255
changed = keras.ops.convert_to_numpy(change(np.stack([picture] * 7), training=True))
draw.images([picture, *changed], ["as it is", *["in training"] * 7], columns=4, labels=("", ""),
            title="One picture, as the network may meet it")

# %% [markdown]
# One trap: unlike dropout, these layers *do* change pictures when a model is simply called, `model(images)`, as long as
# it does not say `training=False`. It is safest to keep them out of the model that you hand on: put `model` behind
# them in a second `keras.Sequential`, fit that one, and return `model`; its weights are the trained ones.
#
# The change must not change the answer: a mirrored truck is a truck, a truck on its roof is a rare sight, and a 6
# upside down is a 9. (The drawn things are turned any way, so there both flips are right.) And augmentation is for
# **training pictures alone**. Validation pictures stand for those that will come; change them, and they tell about
# something else.
#
# One more thing that a deep net wants is a **learning rate** that is small at first, then large, then smaller and
# smaller (*warm-up* and *cosine decay*), so that it neither breaks at the start nor jumps about at the end.

# %% nbgrader={"grade": false, "grade_id": "recipe", "locked": true, "schema_version": 3, "solution": false, "task": false}
RECIPES = {
    "quick": {"blocks": [(16, 1), (32, 1), (64, 1), (128, 1)], "dense": [], "modern": False, "dropout": 0,
              "flip": "horizontal_and_vertical", "shift": 0, "batch_size": 32, "epochs": 5, "learning_rate": 4e-3},
    "full": {"blocks": [(64, 2), (128, 2), (256, 3), (512, 3)], "dense": [512], "modern": True, "dropout": 0.4,
             "flip": "horizontal", "shift": 0.125, "batch_size": 256, "epochs": 40, "learning_rate": 3e-3},
}
recipe = dict(RECIPES["full" if FULL else "quick"])

def new_net():
    """An untrained net by the recipe, from your build_vgg; "modern": with batch normalisation and dropout."""
    net = build_vgg(recipe["blocks"], recipe["dense"], (32, 32, 3), 10)
    return nets.modern(net, recipe["dropout"]) if recipe["modern"] else net

def learning_rates(steps):
    """The recipe's learning rate: up for a tenth of the steps, then down along a cosine."""
    top, warm_up = recipe["learning_rate"], steps // 10
    return keras.optimizers.schedules.CosineDecay(top / 10, steps - warm_up, warmup_target=top, warmup_steps=warm_up)

# %% [markdown]
# Now train one. `new_net()` gives the untrained net. `recipe` says the batch size, the epochs, which flips, in the
# words of `RandomFlip(recipe["flip"])`, and by what share of its side a picture may move (0: not at all). It works;
# you may use it or your own. `keras.optimizers.Adam(learning_rates(steps))`, with `steps` the number of batches in
# all epochs, is an optimizer with that learning rate. The model takes pictures *as they are stored*, so
# `keras.layers.Rescaling(1 / 127.5, offset=-1)` belongs into it. (Batch normalisation and dropout, which only the
# full net has, stand under "Words to know".)

# %% nbgrader={"grade": false, "grade_id": "train_vgg", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_vgg(train, validation, seed):
    """A small VGG, trained with augmentation.

    train, validation: pairs (images, labels): (N, 32, 32, 3), uint8, 0 to 255, and (N,), whole numbers, 0 to 9.
    seed: a whole number. The same seed gives the same model, so begin with keras.utils.set_random_seed(seed).
    Returns a model that takes pictures as they are stored, 0 to 255, and gives 10 probabilities; asked twice, by predict
    or with training=False, it answers the same. Nothing is learned from the validation pictures.
    At least 85 % of new pictures must be right, and as many of mirrored ones (at full scale 60 %).
    Raises ValueError if there are not as many labels as pictures.
    """
    ### BEGIN SOLUTION
    images, labels = train
    if len(images) != len(labels):
        raise ValueError(f"{len(images)} pictures have {len(labels)} labels")
    keras.utils.set_random_seed(seed)
    changes = [keras.layers.RandomFlip(recipe["flip"])]
    if recipe["shift"]:
        changes.append(keras.layers.RandomTranslation(recipe["shift"], recipe["shift"]))
    model = keras.Sequential([
        keras.Input((32, 32, 3)),
        keras.layers.Rescaling(1 / 127.5, offset=-1),
        new_net(),
    ])
    training = keras.Sequential([keras.Input((32, 32, 3)), *changes, model])
    steps = recipe["epochs"] * -(-len(images) // recipe["batch_size"])
    optimizer = keras.optimizers.Adam(learning_rates(steps))
    training.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    training.fit(images, labels, recipe["batch_size"], recipe["epochs"], verbose=0, validation_data=validation)
    return model
    ### END SOLUTION


# %% [markdown]
# The next cell trains your model once, which takes a quarter of a minute; all checks and figures below use this one.

# %% nbgrader={"grade": false, "grade_id": "answers", "locked": true, "schema_version": 3, "solution": false, "task": false}
def answers(model, images):
    """The model's outputs for pictures, as an array; nothing is augmented."""
    batches = [images[start : start + 500] for start in range(0, len(images), 500)]
    return np.concatenate([keras.ops.convert_to_numpy(model(batch, training=False)) for batch in batches])

# %% nbgrader={"grade": false, "grade_id": "model", "locked": true, "schema_version": 3, "solution": false, "task": false}
model = train_vgg(train, validation, SEED)

# %% [markdown]
# First its form, and what it knows of the validation pictures:

# %% nbgrader={"grade": true, "grade_id": "train_vgg-1", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
check.output_shape(model, (None, 10))
images, labels = validation
outputs = answers(model, images)
scaled = answers(model, images / 255)
share, share_scaled = (np.mean(np.argmax(found, axis=1) == labels) for found in (outputs, scaled))
check.true(share_scaled < share + 0.02, "The model knows pictures better after they were divided by 255.",
           hint="It gets them as they are stored, 0 to 255: the scaling must be a layer of the model.")
check.close(outputs.sum(axis=1), np.ones(len(images)), rtol=1e-3, name="the array of sums of the probabilities")
check.trained(outputs, labels, 0.6 if FULL else 0.85, train=(answers(model, train[0][:1000]), train[1][:1000]))
check.passed("train_vgg")

# %% [markdown]
# Then the same pictures in a mirror, and pictures that nobody has seen. (They are drawn when your work is graded,
# with a seed that is not told.)

# %% nbgrader={"grade": true, "grade_id": "train_vgg-2", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
check.trained(answers(model, images[:, :, ::-1]), labels, 0.6 if FULL else 0.85, name="the model in the mirror")
### BEGIN HIDDEN TESTS
from convkit import scenes

new = scenes.ten_classes(1000, seed=20_555)
first = (answers(model, train[0][:1000]), train[1][:1000])
check.trained(answers(model, new.images), new.labels, 0.85, train=first)
### END HIDDEN TESTS
check.passed("train_vgg")

# %% [markdown]
# Last, a very short training (two, when your work is graded) on 80 pictures of eight classes; those for validation
# are all of a ninth. A model that knows this class must have learned from them; that, and whether the same seed gives
# the same model, is looked at when your work is graded.

# %% nbgrader={"grade": true, "grade_id": "train_vgg-3", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
few, others = np.flatnonzero(train[1] < 8)[:80], np.flatnonzero(train[1] == 8)[:160]
small, other_class = [(train[0][chosen], train[1][chosen]) for chosen in (few, others)]
kept = [array.copy() for array in small + other_class]
one = train_vgg(small, other_class, 2)
same = [np.array_equal(array, copy) for array, copy in zip(small + other_class, kept)]
check.true(all(same), "train_vgg changes its arguments.", hint="`images[…] = …` changes `images` itself: use a copy.")
check.raises(ValueError, lambda: train_vgg((small[0], small[1][1:]), other_class, 2),
             when="there are 80 pictures and 79 labels")
### BEGIN HIDDEN TESTS
again = train_vgg(small, other_class, 2)
difference = np.abs(answers(again, train[0][:100]) - answers(one, train[0][:100])).max()
check.true(difference < 0.02, "Two trainings with one seed gave two models.",
           hint="The same seed must give the same model: begin with `keras.utils.set_random_seed(seed)`.")
ninth = np.mean(answers(one, train[0][train[1] == 8][:200])[:, 8])
check.between(ninth, 0, 0.3, name="the probability of a class that only the validation part has", mistakes={
    "The model has learned from the validation part; it is there to judge by.": (0.31, 1),
})
### END HIDDEN TESTS
check.passed("train_vgg")

# %%
outputs = answers(model, validation[0])
guesses, sure = np.argmax(outputs, axis=1), np.max(outputs, axis=1)
shown = [*np.flatnonzero(guesses == validation[1])[:6], *np.flatnonzero(guesses != validation[1])[:6]]
draw.images([validation[0][i] for i in shown],
            [f"{names[guesses[i]]}\n{'right' if guesses[i] == validation[1][i] else 'no: ' + names[validation[1][i]]}"
             for i in shown], title="What your net says about pictures it never saw", columns=3, labels=("", ""))

# %%
right = {names[label]: 100 * np.mean(guesses[validation[1] == label] == label) for label in range(10)}
draw.bars(right, unit=" %", title="Which classes are the hard ones?", x_label="right among the validation pictures",
          marked=sorted(right, key=right.get)[:2])

# %% [markdown]
# At quick scale, the linear classifier did no better than guessing. Your net, with less than 0.03 % of VGG16's work,
# should know about nine of ten or more, wherever they lie and however they are turned. Its last block sees the whole
# picture:

# %%
print(f"right: {np.mean(guesses == validation[1]):.2f}; {model.count_params():,} parameters,",
      f"{model_macs(model):,} MACs a picture")
print(f"receptive field {receptive_field(pairs(recipe['blocks']))} pixels, the pictures have 32")

# %% [markdown]
# ### What the real ones reach
#
# On CIFAR-10 (`SCALE = "full"`), published networks of this kind, with batch normalisation and dropout, get about 0.93
# of the test photographs right. VGG with its 1000 classes: in 7.3 % of the photographs the right name is not among its first
# five guesses; AlexNet, two years earlier, 15.3 %. (The competition of 2014 had two more tasks: 200 kinds of things
# to detect, and one thing of 1000 to be found with its place, which VGG won; 09 and 10.)

# %% [markdown]
# ## 6 · In your own words
#
# *5 minutes*
#
# **Question (5 points, read by a person).** Somebody wants VGG16 on a phone, which has room for 64 MB of weights
# and not much time. Three changes are proposed: (a) leave out the two hidden dense layers and put a mean over each
# map before the last one; (b) replace each pair of 3×3 layers by one 5×5 layer; (c) pool after *each* convolution.
# Say for each what it does to the parameters, to the MACs and to the receptive field, with your functions or by
# estimate, and which you would take. And why must the pictures by which you compare the three not be augmented? Six
# to nine sentences.

# %% [markdown] nbgrader={"grade": true, "grade_id": "written", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# (a) takes away nearly all of the dense part: 14.7 million parameters and 0.5 million of the last layer stay, 61 MB
# instead of 553, so it fits. The MACs fall by less than 1 %, the receptive field of the maps stays (1 point).
#
# (b) keeps the field of a pair, 5, but costs 25/18 = 1.39 times its parameters and MACs, and one ReLU is lost: it
# is worse in every respect (1 point).
#
# (c) leaves the parameters of the convolutions as they are and makes the maps small early, so that MACs fall much;
# the field grows far beyond the picture. But after seven or eight poolings no pixel of 224 is left, so it cannot be
# done for 13 convolutions, and where things are is lost very early (1 point).
#
# I would take (a), and for the time fewer filters, since blocks have the work: half the filters are a quarter of the
# parameters and MACs (1 point).
#
# The pictures for comparison stand for those that will come; changed ones tell about something else, differ from
# one comparison to the next, and may make a model look worse (or, if it was trained on them, better) than it is (1
# point).
# ### END SOLUTION

# %% [markdown]
# ## Words to know
#
# **Block**: convolutions of one kind, then a pooling. **Receptive field**: all pixels that can influence a number.
# **MAC**: a multiplication and an addition. **Augmentation**: changed copies of training pictures, with the same
# label. **Dropout**: in training, a random half of the units is silent; VGG has it before its last two dense layers,
# which makes four kinds of layers (convolution, max pooling, dropout, fully connected, that is, dense). **Batch
# normalisation** (2015): each channel gets mean 0 and variance 1 over the batch, so that deep nets train from
# scratch. *Names*: 16 and 19 count layers with weights. VGG is the Visual Geometry Group in Oxford; the competition
# was in 2014, the paper (Simonyan and Zisserman, *Very Deep Convolutional Networks for Large-Scale Image
# Recognition*, [arXiv:1409.1556](https://arxiv.org/abs/1409.1556)) was presented in 2015, hence lecture B's year.
#
# ## What you built
#
# The block, and from it VGG16, VGG19 and a small relative; how far each layer sees, what it holds and what it
# costs; and a training with augmentation, judged on pictures that were kept away from it. Yours is
# `keras.applications.VGG16(weights=None)` to the last parameter. Next: **06 Transfer learning**, where a network
# that others have trained does the work, and **08 Global pooling**, where the large dense layer goes.
#
# ## Go further
#
# * Train without augmentation as well. How far apart are training part and validation part with it, and without?
# * With `weights="imagenet"`, `keras.applications.VGG16` comes trained (550 MB). Show it the temple of section 2:
#   `preprocess_input` of `keras.applications.vgg16` prepares the picture, `decode_predictions` gives the names.
# * A field of 212 pixels on paper: how much of it counts? Let `ways` answer for the layers of two blocks, with
#   `AveragePooling2D` between. (Luo and others, *Understanding the Effective Receptive Field*,
#   [arXiv:1701.04128](https://arxiv.org/abs/1701.04128).)
