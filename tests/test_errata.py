"""docs/errata.md: every bold number in it is what comes out here, to its last printed digit."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from places import ROOT

from autograder.solutions import load_solution

ONE, TWO, THREE = (load_solution(name) for name in ("01_convolution", "02_padding_stride", "03_pooling"))
size, conv, macs = TWO.output_size, TWO.conv_params, TWO.conv_macs
Layer = tuple[object, ...]

# Numbers with thousands commas, decimals, or a minus of either kind.
NUMBER = re.compile(r"[−-]?\d{1,3}(?:,\d{3})+|[−-]?\d+(?:\.\d+)?")
PAGE = (ROOT / "docs" / "errata.md").read_text(encoding="utf-8")


def printed() -> dict[str, list[str]]:
    """The bold numbers of each entry, as they are printed, by the entry's name in italics."""
    body = PAGE[PAGE.index("\n## ") :]
    entries = re.findall(r"^- \*(.+?)\*: (.*?)(?=^- |^#|\Z)", body, re.MULTILINE | re.DOTALL)
    assert len({name for name, _ in entries}) == len(entries), "two entries have one name"
    assert sum(text.count("**") for _, text in entries) == body.count("**"), "a bold number stands outside the entries"
    numbers = {name: NUMBER.findall(" ".join(re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL))) for name, text in entries}
    return {name: found for name, found in numbers.items() if found}


def dense(inputs: int, units: int) -> int:
    return int(conv(1, 1, inputs, units))


def same(n: int, k: int, stride: int) -> int:
    return int(size(n + sum(TWO.same_padding(n, k, stride)), k, stride))


def parameters(input_shape: tuple[int, int, int], layers: list[Layer]) -> list[int]:
    """The parameters of each layer, by 02's `trace_shapes`."""
    return [count for _, _, count in TWO.trace_shapes(input_shape, layers)]


def vgg(convolutions: tuple[int, ...]) -> list[int]:
    layers: list[Layer] = []
    for filters, count in zip((64, 128, 256, 512, 512), convolutions, strict=True):
        layers += [("conv", filters, 3, 1, "same")] * count + [("pool", 2, 2)]
    return parameters((224, 224, 3), [*layers, ("dense", 4096), ("dense", 4096), ("dense", 1000)])


VGG16, VGG19 = vgg((2, 2, 3, 3, 3)), vgg((2, 2, 4, 4, 4))
LENET = parameters((28, 28, 1), [
    ("conv", 6, 5, 1, "same"), ("pool", 2, 2), ("conv", 16, 5, 1, "valid"), ("pool", 2, 2),
    ("dense", 120), ("dense", 84), ("dense", 10),
])  # fmt: skip
ALEXNET = parameters((227, 227, 3), [
    ("conv", 96, 11, 4, 0), ("pool", 3, 2), ("conv", 256, 5, 1, 2), ("pool", 3, 2),
    ("conv", 384, 3, 1, 1), ("conv", 384, 3, 1, 1), ("conv", 256, 3, 1, 1), ("pool", 3, 2),
    ("dense", 4096), ("dense", 4096), ("dense", 1000),
])  # fmt: skip


def two_halves() -> int:
    """AlexNet on two cards: the second, fourth and fifth convolution see half of the maps each."""
    halved = ((5, 96, 256), (3, 384, 384), (3, 384, 256))
    return sum(ALEXNET) - sum(conv(k, k, maps, filters) - conv(k, k, maps // 2, filters) for k, maps, filters in halved)


def resnet18() -> tuple[int, int]:
    """All parameters, and the weights of the three shortcuts that are 1×1 convolutions. Batch norm is everywhere."""
    stages = (64, 128, 256, 512)
    shortcuts = [(1, narrow, wide) for narrow, wide in pairwise(stages)]
    layers = [(7, 3, 64), *[(3, 64, 64)] * 4, *shortcuts]
    for narrow, wide in pairwise(stages):
        layers += [(3, narrow, wide), *[(3, wide, wide)] * 3]
    weights = [conv(k, k, maps, filters, bias=False) for k, maps, filters in layers]
    norms = sum(2 * filters for *_, filters in layers)
    return sum(weights) + norms + dense(512, 1000), sum(conv(1, 1, *ends, bias=False) for _, *ends in shortcuts)


# Inception modules: inputs; 1×1; 1×1 before 3×3, 3×3; 1×1 before 5×5, 5×5; 1×1 after the pooling.
INCEPTION_3A = (192, 64, 96, 128, 16, 32, 32)
INCEPTION = (
    INCEPTION_3A, (256, 128, 128, 192, 32, 96, 64), (480, 192, 96, 208, 16, 48, 64),
    (512, 160, 112, 224, 24, 64, 64), (512, 128, 128, 256, 24, 64, 64), (512, 112, 144, 288, 32, 64, 64),
    (528, 256, 160, 320, 32, 128, 128), (832, 256, 160, 320, 32, 128, 128), (832, 384, 192, 384, 48, 128, 128),
)  # fmt: skip


def inception(module: tuple[int, ...], *, bias: bool) -> int:
    inputs, one, before_three, three, before_five, five, pooled = module
    parts = ((1, inputs, one), (1, inputs, before_three), (3, before_three, three))
    parts += ((1, inputs, before_five), (5, before_five, five), (1, inputs, pooled))
    return sum(conv(k, k, maps, filters, bias=bias) for k, maps, filters in parts)


def googlenet() -> int:
    stem = conv(7, 7, 3, 64) + conv(1, 1, 64, 64) + conv(3, 3, 64, 192)
    return int(stem + sum(inception(module, bias=True) for module in INCEPTION) + dense(1024, 1000))


def bottlenecks() -> float:
    """Millions of products on 28×28×256, with 64 maps before the 3×3, before the 5×5 and after the pool."""
    branches = [(1, 256, 128), (1, 256, 64), (3, 64, 192), (1, 256, 64), (5, 64, 96), (1, 256, 64)]
    return sum(macs(28, 28, k, k, maps, filters) for k, maps, filters in branches) / 1e6


def mobilenet_maps(side: int) -> int:
    """The side of MobileNet's last maps in Keras: once `same`, then four times one zero after, and no other padding."""
    side = size(side, 3, 2, padding=1) if side % 2 else side // 2
    for _ in range(4):
        side = size(side + 1, 3, 2)
    return side


def losses(target: tuple[float, ...], probabilities: tuple[float, ...]) -> list[float]:
    """Two-class cross-entropy summed over the classes, the formula without brackets, and the softmax loss."""
    pairs = list(zip(target, probabilities, strict=True))
    both = -sum(t * math.log(p) + (1 - t) * math.log(1 - p) for t, p in pairs)
    as_printed = -sum(t * math.log(p) - (1 - t) * math.log(1 - p) for t, p in pairs)
    return [both, as_printed, -sum(t * math.log(p) for t, p in pairs)]


def slope_of_a_shared_weight() -> float:
    step, (first, second), weight, target = 1e-6, (1, 2), 3.0, 10
    loss = [0.5 * (w * first + w * second - target) ** 2 for w in (weight + step, weight - step)]
    return (loss[0] - loss[1]) / (2 * step)


def stays_when_moved() -> float:
    def in_pairs(image: np.ndarray) -> np.ndarray:
        pooled: np.ndarray = THREE.pool2d(image[None, :, :, None], (2, 2))[0, :, :, 0]
        return pooled

    picture = np.random.default_rng(0).normal(size=(600, 600))
    return float(100 * THREE.shift_stability(in_pairs, picture, [1])[0])


def stacked(kernel: int, stride: int) -> list[int]:
    sizes = [55]
    for _ in range(3):
        sizes.append(size(sizes[-1], kernel, stride))
    return sizes[1:]


def same_with_both_pools() -> list[int]:
    assert stacked(3, 2) == stacked(2, 2)
    return stacked(3, 2)


def depthwise(filters: int) -> float:
    return float(9 * filters / (9 + filters))  # of k²·N products, k² + N are left for each input channel


def sides_of_five() -> list[int]:
    fives = [side for side in range(96, 257) if mobilenet_maps(side) == 5]
    return [fives[0], fives[-1], mobilenet_maps(150), mobilenet_maps(224)]


AEROPLANE = ([1.00, 1.10, 1.20, 1.40, 1.70, 1.80, 1.90, 2.10, 2.20, 2.40, 2.50, 2.70],
             [0.01, 0.01, 0.02, 0.02, 0.04, 0.40, 0.50])  # fmt: skip
SOBEL, LAPLACE = [[1, 0, -1], [2, 0, -2], [1, 0, -1]], [[0, 1, 0], [1, -4, 1], [0, 1, 0]]

RIGHT: dict[str, Callable[[], list[float]]] = {
    "A, the aeroplane": lambda: list(ONE.weighted_average(*AEROPLANE)),
    "A, the centred sum": lambda: [
        len(range(math.floor(-3 / 2), math.floor(3 / 2) + 1)), len(range(-(3 // 2), 3 // 2 + 1)),
    ],
    "A, the blur of ones": lambda: [ONE.correlate2d(np.ones((3, 3)), np.ones((3, 3))).item()],
    "B, the common filter": lambda: [ONE.correlate2d(np.ones((3, 3)), [[0, 1, 0], [1, 4, 1], [0, 1, 0]]).item()],
    "B, shared weights": lambda: [slope_of_a_shared_weight()],
    "A, connections in the brain": lambda: [86e9 * 1e4 / 1e12],
    "C, the parameters of a dense layer": lambda: [conv(1, 1, 200 * 200, 40_000, bias=False)],
    "D, two kernels on a picture with three channels": lambda: list(
        ONE.conv_layer(np.zeros((1, 6, 6, 3)), np.zeros((3, 3, 3, 2)), np.zeros(2)).shape[1:]
    ),
    "B, padding": lambda: [size(4, 3, 1, padding=0)],
    "E, W = 10, F = 3, S = 1": lambda: [size(10, 3, 1), size(10, 3, 2), same(10, 3, 2)],
    "E, weights and biases": lambda: [conv(3, 3, 3, 32)],
    "E, the example of padding": lambda: [same(10, 3, 2)],
    "E, a window of 2×2 on 5×5 with stride 2": lambda: [size(5 + 1, 2, 2)] * 2,
    "E, 1,520 and 61,460 parameters": lambda: [dense(32 * 32 * 3, 28 * 28 * 20)],
    "E, AlexNet's input": lambda: [
        (224 - 11) / 4 + 1, next(n for n in range(200, 300) if (n - 11) % 4 == 0 and size(n, 11, 4) == 55),
        size(224, 11, 4, padding=2),
    ],
    "A and E, AlexNet's parameters": lambda: [sum(ALEXNET), two_halves()],
    "E, AlexNet's fourth layer": lambda: [conv(3, 3, 384, 384), conv(3, 3, 256, 384)],
    "D, average pooling": lambda: [
        THREE.pool2d(np.array([[4.0, 5], [6, 5]]).reshape(1, 2, 2, 1), (2, 2), mode="average").item()
    ],
    "C, overlapping pools reduce the network": same_with_both_pools,
    "B and D, invariance of pooling": lambda: [stays_when_moved()],
    "B, C and E, how many layers": lambda: [sum(LENET)],
    "C, cross-entropy": lambda: losses((1, 0, 0), (0.4, 0.1, 0.5)),
    "A, VGG16's parts": lambda: [sum(VGG16[:-3]), sum(VGG16[-3:]), sum(VGG16)],
    "E, VGG's parameters": lambda: [sum(VGG19)],
    "E, blocks of VGG19": lambda: [1 + 4 * (3 - 1)],
    "B, what takes the memory": lambda: [100 * sum(VGG16[-3:]) / sum(VGG16)],
    "A, one 5×5 or two 3×3": lambda: [25 / 18, 100 - 100 * 18 / 25],
    "A, 3×3 as 1×3 and 3×1": lambda: [
        np.linalg.matrix_rank(np.array(SOBEL)), np.linalg.matrix_rank(np.array(LAPLACE)), 100 - 100 * 6 / 9,
    ],
    "E, AlexNet's training set": lambda: [1.2e6 / 60_000],
    "E, the head on MobileNet": lambda: [
        dense(5 * 5 * 1024, 256) + dense(256, 1), dense(1024, 256) + dense(256, 1),
    ],
    "E, features of (5, 5, 1024)": sides_of_five,
    "E, the network for reviews": lambda: [
        size(500, 7), size(500, 7) // 5, size(size(500, 7) // 5, 7),
        10_000 * 128 + conv(1, 7, 128, 32) + conv(1, 7, 32, 32) + dense(32, 1),
    ],
    "E, ResNet has no dense layer": lambda: [dense(512, 1000)],
    "B, GoogLeNet has no dense layer and 5 million parameters": lambda: [dense(1024, 1000)],
    "E, what a box is": lambda: [4 * 2],
    "E, the sizes": lambda: [7 * 7 * 30, 7 * 7 * 2],
    "C, ResNet18's parameters": lambda: list(resnet18()),
    "C, ResNet18's first layer": lambda: [size(227, 7, 2, padding=1), size(224, 7, 2, padding=3)],
    "A, the module 3a of Inception": lambda: [
        inception(INCEPTION_3A, bias=False), 28 * 28 * inception(INCEPTION_3A, bias=False),
    ],
    "E, Inception with bottlenecks": lambda: [bottlenecks()],
    "B and E, GoogLeNet beside VGG16": lambda: [googlenet(), sum(VGG16) / googlenet()],
    "E, grouped convolutions": lambda: [
        macs(1, 1, 3, 3, 32 * 4, 32 * 4), 32 * macs(1, 1, 3, 3, 4, 4),
    ],
    "E, depthwise separable convolutions": lambda: [depthwise(32), depthwise(256)],
    "E, ResNet's bottleneck": lambda: [
        9 / (0.5 + 9 / 4 + 0.5), conv(1, 1, 256, 64, bias=False) * 2 + conv(3, 3, 64, 64, bias=False),
    ],
    "E, from 22 to 152 layers": lambda: [152 / 22],
}  # fmt: skip


def test_every_bold_number_is_computed_and_nothing_else() -> None:
    assert set(printed()) == set(RIGHT)


@pytest.mark.parametrize("entry", RIGHT)
def test_the_number_is_right_to_its_last_digit(entry: str) -> None:
    shown = printed()[entry]
    numbers = [float(text.replace(",", "").replace("−", "-")) for text in shown]
    decimals = [len(text.partition(".")[2]) for text in shown]
    assert [round(float(value), places) for value, places in zip(RIGHT[entry](), decimals, strict=True)] == numbers


def test_what_is_said_of_moving_pictures() -> None:
    """A convolution's map moves along with the picture; a global maximum stays as it is."""
    rng = np.random.default_rng(0)
    picture, kernel = rng.normal(size=(9, 12)), rng.normal(size=(3, 3))
    moved = np.roll(picture, 1, axis=1)
    before, after = ONE.correlate2d(picture, kernel), ONE.correlate2d(moved, kernel)
    np.testing.assert_allclose(after[:, 1:], before[:, :-1])
    assert not np.allclose(after, before)
    assert moved.max() == picture.max()


def test_pixels_that_climb_and_pixels_that_go_the_printed_way() -> None:
    """For what is sought, x ← x + η∂L/∂x gains, and the minus that is printed loses."""
    wanted, picture = np.array([3.0, -2, 1]), np.zeros(3)
    gain = [float(wanted @ (picture + sign * 0.1 * wanted)) for sign in (1, -1)]
    assert gain[0] > wanted @ picture > gain[1]
