"""The reference of 10 against slow and independent implementations, on every backend; what the prose claims."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from backends import each_backend, run_on
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from places import Reference

from convkit import scenes

os.environ.setdefault("CONVKIT_SOURCE", "sample")
Array = np.ndarray[Any, Any]

pytestmark = pytest.mark.xdist_group("10_yolo")
SOLUTION = Reference("10_yolo")
unit = st.floats(0, 1, width=32)


@pytest.fixture(scope="module")
def keras() -> ModuleType:
    import keras

    return keras


def boxes_of(centres_and_sizes: list[tuple[float, float, float, float]]) -> Array:
    x, y, w, h = np.reshape(np.array(centres_and_sizes, dtype=float), (-1, 4)).T
    return np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=1)


# --- encode and decode -------------------------------------------------------------------------------------


@st.composite
def pictures_without_collisions(draw: st.DrawFn) -> tuple[Array, Array, int, int]:
    """Boxes of a non-square picture in whole pixels, each with a centre in a cell of its own, as fractions."""
    grid, classes = draw(st.integers(1, 9)), draw(st.integers(1, 6))
    height, width = draw(st.integers(40, 300)), draw(st.integers(301, 700))
    cells = draw(st.lists(st.tuples(st.integers(0, grid - 1), st.integers(0, grid - 1)), unique=True, max_size=50))
    boxes = []
    for row, column in cells:
        x, y = ((place + draw(st.floats(0.01, 0.99))) / grid for place in (column, row))
        w, h = (draw(st.integers(1, length)) / length for length in (width, height))
        boxes.append((x, y, w, h))
    labels = draw(st.lists(st.integers(0, classes - 1), min_size=len(boxes), max_size=len(boxes)))
    return boxes_of(boxes), np.array(labels, dtype=int), grid, classes


@settings(deadline=None)
@given(pictures_without_collisions())
def test_what_encode_writes_decode_reads(picture: tuple[Array, Array, int, int]) -> None:
    boxes, labels, grid, classes = picture
    target = SOLUTION.encode(boxes, labels, grid, classes)
    found, scores, names = SOLUTION.decode(target, 1, 0.5)
    assert target.shape == (grid, grid, 5 + classes)
    assert len(found) == len(boxes)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    order = np.lexsort(np.floor(centres * grid).T)  # by row, then column
    np.testing.assert_allclose(found, boxes[order], atol=1e-9)
    np.testing.assert_array_equal(names, labels[order])
    np.testing.assert_array_equal(scores, np.ones(len(boxes)))


@settings(deadline=None)
@given(st.lists(st.tuples(unit, unit, unit, unit), min_size=50, max_size=50), st.integers(1, 8))
def test_fifty_objects_the_largest_of_each_cell_stays(given_boxes: list[tuple[float, ...]], grid: int) -> None:
    boxes, labels = boxes_of(given_boxes), np.arange(50) % 4  # type: ignore[arg-type]
    target = SOLUTION.encode(boxes, labels, grid, 4)
    winners: dict[tuple[int, int], int] = {}
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    for index, box in enumerate(boxes):
        x, y = (box[:2] + box[2:]) / 2
        place = min(int(y * grid), grid - 1), min(int(x * grid), grid - 1)
        if areas[index] > 0 and (place not in winners or areas[index] > areas[winners[place]]):
            winners[place] = index
    assert target[..., 4].sum() == len(winners)
    for place, index in winners.items():
        np.testing.assert_allclose(target[place][2:4], boxes[index, 2:] - boxes[index, :2], atol=1e-12)
        assert target[place][5:].tolist() == [float(number == labels[index]) for number in range(4)]


@pytest.mark.parametrize("box", [(0.3, 0.2, 0.3, 0.6), (0.1, 0.5, 0.9, 0.5), (1.0, 1.0, 1.0, 1.0)])
def test_boxes_without_area_are_left_out(box: tuple[float, ...]) -> None:
    assert not SOLUTION.encode([box], [0], 7, 3).any()


@pytest.mark.parametrize(("x1", "x2"), [(0.8, 1.2), (1.0 - 2**-53, 1.0)])
def test_a_centre_at_one_is_in_the_last_cell(x1: float, x2: float) -> None:
    target = SOLUTION.encode([[x1, 0.1, x2, 0.2]], [1], 7, 3)
    assert target[1, 6, 4] == 1
    assert target[1, 6, 0] == pytest.approx(1)
    np.testing.assert_allclose(SOLUTION.decode(target, 1, 0.5)[0], [[x1, 0.1, x2, 0.2]], atol=1e-12)


def test_voc_s_output_is_counted() -> None:
    """7×7×30 = 1,470 numbers, 98 boxes; here 13 in a cell, 637 in all."""
    assert (7 * 7 * (5 * 2 + 20), 7 * 7 * 2, 5 * 2 + 3, 7 * 7 * 13) == (1470, 98, 13, 637)
    assert len(SOLUTION.decode(np.ones((7, 7, 30)), 2, 0.5)[0]) == 98
    assert SOLUTION.iou([[0, 0, 2, 2]], [[1, 1, 3, 3]])[0, 0] == pytest.approx(1 / 7)


# --- the loss ----------------------------------------------------------------------------------------------


def terms(truth: Array, guess: Array, count: int, target: Array | None = None, chosen: Array | None = None) -> Array:
    """The five sums of the paper's formula (place, size, confidence, idle, classes) without weights, term by term.

    target, chosen: IoUs and responsible boxes to be held fixed, (N, S, S, B) and (N, S, S); else those of `guess`.
    """
    sums, grid = np.zeros(5), truth.shape[1]
    for n, row, column in np.ndindex(*truth.shape[:3]):
        x, y, w, h, is_object = truth[n, row, column, :5]
        boxes = guess[n, row, column, : 5 * count].reshape(count, 5)
        overlap = overlaps(truth[n, row, column], boxes, grid) if target is None else target[n, row, column]
        best = int(np.argmax(overlap)) if chosen is None else chosen[n, row, column]
        for number, (bx, by, bw, bh, confidence) in enumerate(boxes):
            if not is_object or number != best:
                sums[3] += confidence**2
                continue
            sums[0] += (bx - x) ** 2 + (by - y) ** 2
            sums[1] += (math.sqrt(max(bw, 0)) - math.sqrt(w)) ** 2 + (math.sqrt(max(bh, 0)) - math.sqrt(h)) ** 2
            sums[2] += (confidence - overlap[number]) ** 2
        if is_object:
            sums[4] += np.sum((guess[n, row, column, 5 * count :] - truth[n, row, column, 5:]) ** 2)
    return sums / len(truth)


def overlaps(cell: Array, boxes: Array, grid: int) -> Array:
    """IoU of each of the cell's boxes with its object, the cell lying at the origin, in units of the picture."""
    x, y, w, h = cell[0] / grid, cell[1] / grid, cell[2], cell[3]
    found = []
    for bx, by, bw, bh, _ in boxes:
        bw, bh = max(bw, 0), max(bh, 0)
        across = min(x + w / 2, bx / grid + bw / 2) - max(x - w / 2, bx / grid - bw / 2)
        down = min(y + h / 2, by / grid + bh / 2) - max(y - h / 2, by / grid - bh / 2)
        both = max(across, 0) * max(down, 0)
        union = w * h + bw * bh - both
        found.append(both / union if union > 0 else 0.0)
    return np.array(found)


def random_pair(seed: int, n: int = 2, grid: int = 3, count: int = 2, classes: int = 3) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    truth, guess = (
        rng.random((n, grid, grid, 5 + classes)),
        rng.random((n, grid, grid, 5 * count + classes)) * 0.9 + 0.05,
    )
    truth[..., 4] = rng.random((n, grid, grid)) < 0.5
    truth[..., 5:] = truth[..., 5:] == truth[..., 5:].max(axis=-1, keepdims=True)
    return (truth * truth[..., 4:5]).astype("float32"), guess.astype("float32")


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.integers(1, 7), st.integers(1, 3), st.integers(1, 4))
def test_the_loss_is_the_paper_s_sum_term_by_term(seed: int, grid: int, count: int, classes: int) -> None:
    truth, guess = random_pair(seed, grid=grid, count=count, classes=classes)
    place, size, confidence, idle, names = terms(truth.astype(float), guess.astype(float), count)
    for coord, noobj in [(5.0, 0.5), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)]:
        wanted = coord * (place + size) + confidence + noobj * idle + names
        assert float(SOLUTION.yolo_loss(truth, guess, count, coord, noobj)) == pytest.approx(wanted, rel=1e-4, abs=1e-5)


@settings(deadline=None, max_examples=20)
@given(arrays(np.float32, (1, 2, 2, 13), elements=st.floats(-2, 2, width=32)))
def test_any_numbers_of_a_network_have_a_finite_loss(guess: Array) -> None:
    truth, _ = random_pair(3, n=1, grid=2)
    place, size, confidence, idle, names = terms(truth.astype(float), guess.astype(float), 2)
    wanted = 5 * (place + size) + confidence + 0.5 * idle + names
    assert float(SOLUTION.yolo_loss(truth, guess)) == pytest.approx(wanted, rel=1e-3, abs=1e-4)


def gradient(truth: Array, guess: Array, compiled: bool = False) -> Array:
    import tensorflow as tf

    def slope(y_true: Any, y_pred: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(y_pred)
            loss = SOLUTION.yolo_loss(y_true, y_pred)
        return tape.gradient(loss, y_pred)

    function = tf.function(slope, jit_compile=True) if compiled else slope
    return np.asarray(function(tf.constant(truth), tf.constant(guess)))


@pytest.mark.parametrize("seed", range(3))
def test_the_gradient_is_that_of_finite_differences_with_the_targets_held_fixed(seed: int) -> None:
    truth, guess = random_pair(seed, n=1)
    fixed = np.array(
        [[[overlaps(cell, said[:10].reshape(2, 5), 3) for cell, said in zip(*rows, strict=True)]
          for rows in zip(*pair, strict=True)] for pair in zip(truth.astype(float), guess.astype(float), strict=True)]
    )  # fmt: skip
    chosen = fixed.argmax(axis=-1)

    def loss(moved: Array) -> float:
        place, size, confidence, idle, names = terms(truth.astype(float), moved, 2, fixed, chosen)
        return float(5 * (place + size) + confidence + 0.5 * idle + names)

    found = gradient(truth, guess)
    for index in np.ndindex(guess.shape):
        step = np.zeros(guess.shape)
        step[index] = 1e-5
        wanted = (loss(guess + step) - loss(guess - step)) / 2e-5
        assert found[index] == pytest.approx(wanted, rel=1e-3, abs=1e-3), index


@pytest.mark.parametrize("value", [0.0, -0.3, 1e-12, 1e-30, 0.5])
@pytest.mark.parametrize("compiled", [False, True])
def test_the_gradient_is_finite_where_a_width_or_height_is_nothing(value: float, compiled: bool) -> None:
    truth, guess = random_pair(5)
    guess[..., [2, 3, 7, 8]] = value
    assert np.isfinite(gradient(truth, guess, compiled)).all()
    if value == 0:
        np.testing.assert_array_equal(gradient(truth, guess, compiled)[..., [2, 3, 7, 8]], 0)


def test_the_example_by_hand() -> None:
    parts = [5 * 0.1**2, 5 * (0.6 - 0.8) ** 2, (0.7 - 0.5625) ** 2, 0.5 * 0.2**2, 0.2**2 + 0.1**2]
    truth = np.array([0.5, 0.5, 0.64, 0.25, 1, 1, 0]).reshape(1, 1, 1, 7)
    guess = np.array([0.6, 0.5, 0.36, 0.25, 0.7, 0.1, 0.1, 0.01, 0.01, 0.2, 0.8, 0.1]).reshape(1, 1, 1, 12)
    assert round(sum(parts), 4) == 0.3389
    np.testing.assert_allclose(terms(truth, guess, 2) * (5, 5, 1, 0.5, 1), parts)


BACKEND_PROGRAM = """
import json, sys
import numpy as np
from autograder.solutions import load_solution
solution = load_solution("10_yolo")
import keras
pair = np.load(sys.argv[1])
truth, guess = pair["truth"], pair["guess"]
net = keras.Sequential([
    keras.Input((1,)), keras.layers.Dense(guess.size, use_bias=False), keras.layers.Reshape(guess.shape[1:])])
net.set_weights([guess.reshape(1, -1)])
net.compile(keras.optimizers.SGD(1.0), solution.yolo_loss, jit_compile=keras.backend.backend() != "torch")
net.fit(np.ones((1, 1), "float32"), truth, verbose=0)
slope = guess.ravel() - net.get_weights()[0].ravel()
solution.train_yolo.__globals__.update(EPOCHS=1, WIDTHS=(4, 4, 4), BATCH=8)
few = solution.part(16, 5)
model = solution.train_yolo(few, solution.part(8, 6), 0)
answer = model.predict(few[0][:2], verbose=0)
boxes, scores, labels = solution.decode(answer[0], 2, 0.0)
print(json.dumps({"backend": keras.backend.backend(), "loss": float(solution.yolo_loss(truth, guess)),
                  "slope": slope.tolist(), "shape": answer.shape, "boxes": len(boxes),
                  "finite": bool(np.isfinite(answer).all())}))
"""


@pytest.mark.slow
@each_backend
def test_the_loss_its_gradient_and_training_are_the_same_on_each_backend(backend: str, tmp_path: Path) -> None:
    truth, guess = random_pair(9, n=1)
    guess[0, 0, 0, [2, 7]] = 0
    np.savez(tmp_path / "pair.npz", truth=truth, guess=guess)
    found = json.loads(run_on(backend, BACKEND_PROGRAM, str(tmp_path / "pair.npz")).splitlines()[-1])
    assert found["backend"] == backend
    assert found["loss"] == pytest.approx(float(SOLUTION.yolo_loss(truth, guess)), rel=1e-5)
    np.testing.assert_allclose(found["slope"], gradient(truth, guess).ravel(), rtol=1e-3, atol=1e-4)
    assert (found["shape"], found["boxes"], found["finite"]) == ([2, 7, 7, 13], 98, True)


# --- suppression -------------------------------------------------------------------------------------------

# Facts of the ONNX operator's published test cases (NonMaxSuppression): six boxes on a line in three clusters.
ONNX_BOXES = np.array(
    [[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, -0.1, 1, 0.9], [0, 10, 1, 11], [0, 10.1, 1, 11.1], [0, 100, 1, 101]]
)
ONNX_SCORES = np.array([0.9, 0.75, 0.6, 0.95, 0.5, 0.3])


def test_onnx_suppresses_by_iou() -> None:
    kept = SOLUTION.non_max_suppression(ONNX_BOXES, ONNX_SCORES, np.zeros(6), 0.5)
    assert kept.tolist() == [3, 0, 5]


def test_onnx_identical_boxes_leave_one() -> None:
    kept = SOLUTION.non_max_suppression(np.repeat(ONNX_BOXES[:1], 10, axis=0), np.full(10, 0.9), np.zeros(10), 0.5)
    assert kept.tolist() == [0]


def test_onnx_single_box_and_two_classes() -> None:
    assert SOLUTION.non_max_suppression(ONNX_BOXES[:1], [0.9], [0], 0.5).tolist() == [0]
    boxes, scores = np.concatenate([ONNX_BOXES] * 2), np.concatenate([ONNX_SCORES] * 2)
    kept = SOLUTION.non_max_suppression(boxes, scores, np.repeat([0, 1], 6), 0.5)
    assert sorted(kept.tolist()) == [0, 3, 5, 6, 9, 11]  # 3, 0, 5 of either class


@st.composite
def crowds(draw: st.DrawFn) -> tuple[Array, Array, Array, float]:
    count = draw(st.integers(0, 50))
    numbers = draw(arrays(np.float64, (count, 4), elements=st.floats(0, 1, width=16)))
    boxes = np.concatenate([numbers[:, :2], numbers[:, :2] + numbers[:, 2:]], axis=1)
    scores = draw(arrays(np.float64, count, elements=st.sampled_from([0.1, 0.4, 0.7, 0.9])))
    labels = draw(arrays(np.int64, count, elements=st.integers(0, 2)))
    return boxes, scores, labels, draw(st.sampled_from([0.0, 0.3, 0.5, 0.8, 1.0]))


@settings(deadline=None)
@given(crowds())
def test_suppression_keeps_just_those_that_no_better_kept_box_covers(crowd: tuple[Array, Array, Array, float]) -> None:
    boxes, scores, labels, threshold = crowd
    kept = SOLUTION.non_max_suppression(boxes, scores, labels, threshold).tolist()
    rank = {index: (-scores[index], index) for index in range(len(boxes))}
    assert kept == sorted(kept, key=rank.__getitem__)
    overlap = SOLUTION.iou(boxes, boxes)
    for index in range(len(boxes)):
        covered = any(
            rank[other] < rank[index] and labels[other] == labels[index] and overlap[other, index] > threshold
            for other in kept
        )
        assert (index in kept) != covered


@settings(deadline=None, max_examples=40)
@given(crowds())
def test_suppression_is_that_of_tensorflow_for_each_class(crowd: tuple[Array, Array, Array, float]) -> None:
    import tensorflow as tf

    boxes, _, labels, threshold = crowd
    scores = (
        np.linspace(0.9, 0.1, len(boxes)) if len(boxes) else np.zeros(0)
    )  # no ties, where TensorFlow's order is its own
    kept = SOLUTION.non_max_suppression(boxes, scores, labels, threshold)
    for label in range(3):
        own = np.flatnonzero(labels == label)
        with_area = own[np.prod(boxes[own, 2:] - boxes[own, :2], axis=1) > 0]
        if len(own) != len(with_area) or not len(own):
            continue
        overlap = SOLUTION.iou(boxes[own], boxes[own])
        if np.any(np.abs(overlap - threshold) < 1e-5):  # float32 there
            continue
        wanted = tf.image.non_max_suppression(boxes[own], scores[own], len(own), threshold)
        assert [index for index in kept if labels[index] == label] == own[np.asarray(wanted)].tolist()


# --- average precision -------------------------------------------------------------------------------------


def area_under_the_curve(hits: list[bool], count: int) -> float:
    """All points, no +1: for each level of recall in 1/count … 1 the best precision at that recall or a higher one."""
    curve = [(sum(hits[: k + 1]) / count, sum(hits[: k + 1]) / (k + 1)) for k in range(len(hits))]
    best = [max((p for r, p in curve if r >= level / count - 1e-9), default=0.0) for level in range(1, count + 1)]
    return sum(best) / count


@settings(deadline=None)
@given(st.lists(st.booleans(), max_size=30), st.integers(0, 5))
def test_average_precision_is_the_area_under_the_interpolated_curve(hits: list[bool], missed: int) -> None:
    """Each detection in a picture of its own: the matching is trivial, the area is not."""
    count = sum(hits) + missed
    truths = {k: np.array([[0.1, 0.1, 0.4, 0.5]] * int(hit)).reshape(-1, 4) for k, hit in enumerate(hits)}
    truths |= {-1 - k: np.array([[0.1, 0.1, 0.4, 0.5]]) for k in range(missed)}
    detections = [(k, 1 - k / 100, (0.1, 0.1, 0.4, 0.5)) for k in range(len(hits))]
    wanted = area_under_the_curve(hits, count) if count else 0.0
    assert SOLUTION.average_precision(detections[::-1], truths) == pytest.approx(wanted)


@settings(deadline=None)
@given(st.permutations(range(8)))
def test_the_order_of_detections_does_not_matter_where_scores_differ(order: list[int]) -> None:
    rng = np.random.default_rng(2)
    truths = {0: boxes_of([(0.3, 0.3, 0.2, 0.2), (0.6, 0.6, 0.3, 0.3)]), 1: boxes_of([(0.5, 0.5, 0.4, 0.2)])}
    everything = [
        (p, 0.9 - k / 10, truths[p][k % len(truths[p])] + rng.normal(size=4) / 60) for k, p in enumerate([0, 1] * 4)
    ]
    assert SOLUTION.average_precision([everything[k] for k in order], truths) == SOLUTION.average_precision(
        everything, truths
    )


def test_the_worked_example() -> None:
    assert area_under_the_curve([True, False, False, True, True], 5) == pytest.approx(0.44)


# --- what the prose says -----------------------------------------------------------------------------------


def test_hardly_an_object_is_lost_on_a_grid_of_seven() -> None:
    _, labels, boxes = SOLUTION.part(300, 1_000_000)
    kept = sum(SOLUTION.encode(own, names, 7, 3)[..., 4].sum() for own, names in zip(boxes, labels, strict=True))
    assert kept / sum(map(len, boxes)) > 0.995
    alone = sum(SOLUTION.encode(own, names, 1, 3)[..., 4].sum() for own, names in zip(boxes, labels, strict=True))
    assert alone == 300


def test_the_base_ends_in_seven_by_seven_maps_at_both_scales(keras: ModuleType) -> None:
    space = SOLUTION.base.__globals__
    for size, widths in [(56, (16, 32, 64, 64)), (112, (32, 64, 128, 192, 256))]:
        kept = space["SIZE"], space["WIDTHS"]
        space |= {"SIZE": size, "WIDTHS": widths}
        try:
            net = keras.Sequential([keras.Input((size, size, 3)), *SOLUTION.base()])
        finally:
            space["SIZE"], space["WIDTHS"] = kept
        assert net.output_shape == (None, 7, 7, widths[-1])


def test_pictures_of_the_sample_have_one_to_six_objects_of_three_classes() -> None:
    _, labels, boxes = SOLUTION.part(100, 7)
    assert {len(own) for own in boxes} <= set(range(7))
    assert set(np.concatenate(labels)) == {0, 1, 2}
    assert all((own[:, 2:] > own[:, :2]).all() for own in boxes)
    assert {kind.name for kind in scenes.SHAPE_CLASSES} >= set(SOLUTION.NAMES)


@pytest.mark.parametrize(
    "call",
    [
        lambda: SOLUTION.encode([[0, 0, 1, 1]], [0], 0, 3),
        lambda: SOLUTION.encode([[0, 0, 1, 1]], [3], 7, 3),
        lambda: SOLUTION.encode([[0, 0, 1, 1]], [0, 1], 7, 3),
        lambda: SOLUTION.encode([[0.5, 0, 0.4, 1]], [0], 7, 3),
        lambda: SOLUTION.encode([[1.5, 0, 1.7, 1]], [0], 7, 3),
        lambda: SOLUTION.encode([[np.nan, 0, 1, 1]], [0], 7, 3),
        lambda: SOLUTION.decode(np.zeros((7, 7, 10)), 2, 0.5),
        lambda: SOLUTION.decode(np.zeros((7, 6, 13)), 2, 0.5),
        lambda: SOLUTION.yolo_loss(np.zeros((1, 7, 7, 8)), np.zeros((1, 7, 7, 14))),
        lambda: SOLUTION.yolo_loss(np.zeros((1, 7, 7, 5)), np.zeros((1, 7, 7, 10))),
        lambda: SOLUTION.yolo_loss(np.zeros((7, 7, 8)), np.zeros((7, 7, 13))),
        lambda: SOLUTION.non_max_suppression(np.zeros((2, 4)), [0.5], [0, 0]),
    ],
)
def test_nonsense_is_refused_with_a_sentence(call: Any) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        call()
