"""Trains the MobileNet that 06 builds on where there is no download: on drawn scenes, from a seed.

    OMP_NUM_THREADS=1 KERAS_BACKEND=torch python data/train_mobilenet.py      about ten minutes on one core

Writes `convkit/data/mobilenet_scenes.weights.h5`, which an installed convkit has, and `data/train_mobilenet.log` beside
this file. The classes are six shapes with four fillings each; hearts and crescents are left for the assignment.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import os
import platform
import tempfile
import time
from pathlib import Path

import keras

from convkit import scenes

HERE = Path(__file__).resolve().parent
WEIGHTS = HERE.parent / "convkit" / "data" / "mobilenet_scenes.weights.h5"
LOG = HERE / "train_mobilenet.log"

SHAPES = ("disc", "ring", "square", "triangle", "cross", "star")
FILLINGS = ("plain", "striped", "checked", "dotted")
CLASSES = tuple(scenes.ObjectClass(f"{filling} {shape}", shape, filling) for shape in SHAPES for filling in FILLINGS)
SIZE, ALPHA = 64, 0.25
SEED, BATCH, RATE = 0, 64, 0.003


def build() -> tuple[keras.Model, keras.Model]:
    """MobileNet without its top, and the classifier around it, which takes pictures 0–255."""
    shape = (SIZE, SIZE, 3)
    base = keras.applications.MobileNet(alpha=ALPHA, weights=None, include_top=False, input_shape=shape)
    layers = keras.layers
    stack = [
        layers.RandomFlip("horizontal_and_vertical", seed=SEED),
        layers.Rescaling(1 / 127.5, offset=-1),  # what keras.applications.mobilenet.preprocess_input does
        base,
        layers.GlobalAveragePooling2D(),
        layers.Dense(len(CLASSES), activation="softmax"),
    ]
    return base, keras.Sequential([keras.Input(shape), *stack])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=24_000)
    parser.add_argument("--epochs", type=int, default=11)
    arguments = parser.parse_args()
    keras.utils.set_random_seed(SEED)
    train = scenes.make(arguments.pictures, seed=SEED + 1, size=SIZE, classes=CLASSES)
    unseen = scenes.make(1000, seed=SEED + 2, size=SIZE, classes=CLASSES)
    base, model = build()
    steps = arguments.epochs * math.ceil(len(train) / BATCH)
    rate = keras.optimizers.schedules.CosineDecay(0.0, steps - 500, warmup_target=RATE, warmup_steps=500)
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])

    lines = [
        f"MobileNet, alpha {ALPHA}, {base.count_params():,} parameters, "
        f"on scenes of {SIZE}×{SIZE}, {len(CLASSES)} classes",
        f"seed {SEED}, {len(train):,} pictures, batches of {BATCH}, Adam at {RATE} with a cosine down to 0",
        f"Keras {keras.__version__} with {keras.backend.backend()}, {os.cpu_count()} cores, {platform.machine()}",
        "epoch  seconds  loss   accuracy  unseen: loss  accuracy",
    ]
    print(*lines, sep="\n", flush=True)
    started = time.perf_counter()

    def note(epoch: int, logs: dict[str, float]) -> None:
        line = "{:5}  {:7.0f}  {loss:.3f}  {accuracy:.3f}     {val_loss:.3f}         {val_accuracy:.3f}"
        lines.append(line.format(epoch + 1, time.perf_counter() - started, **logs))
        print(lines[-1], flush=True)

    model.fit(
        train.images,
        train.labels,
        batch_size=BATCH,
        epochs=arguments.epochs,
        validation_data=(unseen.images, unseen.labels),
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=note)],
        verbose=0,
    )
    with tempfile.TemporaryDirectory(dir=WEIGHTS.parent) as folder:
        path = Path(folder, WEIGHTS.name)
        base.save_weights(path)
        lines.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {WEIGHTS.name}, {path.stat().st_size:,} bytes")
        path.replace(WEIGHTS)
    print(lines[-1])
    LOG.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
