"""Rooms with Keras and its backend imported before the fork: warm, repeatable, and within their limits."""

from __future__ import annotations

import resource
import time
from dataclasses import replace

import pytest
from small import MEGABYTE

from autograder.rooms.broken import Broken
from autograder.rooms.limits import Limits
from autograder.rooms.server import RoomServer

pytestmark = pytest.mark.slow

READY_CPU_SECONDS = 0.1

TRAIN = """
import keras, numpy as np
images = np.random.rand(64, 8, 8, 1).astype("float32")
labels = np.arange(64) % 2
inputs = keras.Input((8, 8, 1))
hidden = keras.layers.Flatten()(keras.layers.Conv2D(4, 3, activation="relu")(inputs))
model = keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(hidden))
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(images, labels, epochs=2, verbose=0)
print(repr(float(history.history["loss"][-1])), repr(float(model.get_weights()[0].sum())))
"""


@pytest.fixture(scope="module")
def keras_rooms():
    with RoomServer(replace(Limits(), memory_bytes=400 * MEGABYTE)) as rooms:
        rooms.student_room().close()
        yield rooms


def test_training_works_and_gives_the_same_numbers_in_every_room(keras_rooms, shown):
    results = []
    for _ in range(2):
        with keras_rooms.student_room() as room:
            outcome = room.run(TRAIN)
            assert (outcome.broken, outcome.error) == (None, None)
            results.append(shown(outcome))
    assert results[0] == results[1]


def test_tensors_beyond_the_memory_limit_are_named(keras_rooms):
    with keras_rooms.student_room() as room:
        assert room.run("import keras; a = keras.ops.ones((20_000_000,))").broken is None
        outcome = room.run("tensors = []\nwhile True: tensors.append(keras.ops.ones((5_000_000,)))")
        assert outcome.broken is Broken.MEMORY


def test_one_tensor_far_beyond_the_memory_limit_is_named(keras_rooms):
    with keras_rooms.student_room() as room:
        outcome = room.run("import keras; keras.ops.ones((2_000_000_000,))")  # TensorFlow tries for ten seconds
        assert (outcome.broken, outcome.alive) == (Broken.MEMORY, True)


def test_a_figure_is_shown_though_pyplot_was_imported_before_the_fork(keras_rooms):
    with keras_rooms.student_room() as room:
        outcome = room.run("import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
        assert "image/png" in outcome.outputs[-1].data


def test_the_fork_server_has_one_thread(keras_rooms):
    assert keras_rooms._servers[0].ready["threads"] == 1


def test_a_warm_kernel_costs_little_to_start(keras_rooms, shown, capsys):
    measured = []
    usage = "sum(resource.getrusage(resource.RUSAGE_SELF)[:2])"
    for _ in range(5):
        own = resource.getrusage(resource.RUSAGE_SELF)
        begin = time.perf_counter()
        with keras_rooms.student_room() as room:
            inside = float(shown(room.run(f"import resource; print({usage})")))
            seconds = time.perf_counter() - begin
            cells = [room.run("1").seconds for _ in range(20)]
        after = resource.getrusage(resource.RUSAGE_SELF)
        here = after.ru_utime + after.ru_stime - own.ru_utime - own.ru_stime
        measured.append((inside + room.process.fork_cpu_seconds, seconds, sorted(cells)[10], here))
        time.sleep(0.3)
    cpu, wall, cell, here = (sorted(column)[0] for column in zip(*measured, strict=True))
    with capsys.disabled():
        print(f"\nwarm kernel: {cpu * 1000:.0f} ms CPU to its first answer, after {wall * 1000:.0f} ms;", end=" ")
        print(f"a cell {cell * 1000:.1f} ms; the coordinator's part for 21 cells {here * 1000:.0f} ms CPU")
    assert cpu <= READY_CPU_SECONDS
