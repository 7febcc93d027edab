"""What the reference of 06 reaches: on drawn hearts and crescents, and on photos of cats and dogs."""

from __future__ import annotations

import os
import time
import warnings
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np

from convkit import transfer
from convkit.nets import device

ALPHA = "CONVKIT_ALPHA"  # the width of MobileNet at full scale, 1 if it is not set
SIDE, EPOCHS = 180, 15
Array = np.ndarray[Any, Any]


def sample(solution: SimpleNamespace, seed: int) -> dict[str, float]:
    """Shares of right answers on 400 new things."""
    few, unseen = transfer.drawn(25, seed=60), transfer.drawn(200, seed=61, takes=1)
    train, _ = solution.split(few.images, few.labels, few.groups, 0.2, seed)
    new = transfer.drawn(200, 40_000 + seed, takes=1)
    started = time.process_time()
    results = solution.compare(solution.new_base(), train, (unseen.images, unseen.labels), seed)
    seconds = time.process_time() - started
    figures = {name: _right(model, new.images, new.labels) for name, (_, model) in results.items()}
    return figures | {"frozen less scratch": figures["frozen"] - figures["scratch"], "CPU seconds": seconds}


def full_scale(solution: SimpleNamespace) -> dict[str, float | str]:
    """Both methods on cats and dogs, and a dense net on pixels beside them.

    Raises DatasetError where the photos are neither in the folder that CONVKIT_CATS_DOGS names nor to be downloaded.
    """
    train, new = transfer.photos("train", size=SIDE, limit=1000), transfer.photos("validation", size=SIDE, limit=500)
    alpha = float(os.environ.get(ALPHA, "1"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras takes the weights for 224 pixels, and says so
        base = keras.applications.MobileNet(
            alpha=alpha, weights="imagenet", include_top=False, input_shape=(SIDE, SIDE, 3)
        )
    settings = solution.compare.__globals__  # the very names that the notebook's SCALE sets
    settings["FLIP"] = "horizontal"
    settings["recipe"] |= {"batch_size": 32, "head_epochs": EPOCHS, "tune_epochs": 3, "tune_rate": 1e-5}
    figures: dict[str, float | str] = {"training photos": len(train), "validation photos": len(new), "alpha": alpha}
    keras.utils.set_random_seed(0)
    started = time.perf_counter(), time.process_time()
    features, known = (solution.extract_features(base, part.images) for part in (train, new))
    figures["maps"] = "×".join(map(str, features.shape[1:]))
    heads = {}
    for pooling in ("max", "flatten"):
        heads[pooling] = _fitted(solution.build_head(features.shape[1:], pooling), features, train.labels, 1e-3)
        figures[f"Method 1, {pooling}: validation accuracy"] = _right(heads[pooling], known, new.labels)
    figures["Method 1: seconds"] = time.perf_counter() - started[0]
    figures["Method 1: CPU seconds"] = time.process_time() - started[1]
    started = time.perf_counter(), time.process_time()
    tuned = solution.build_finetune(base, settings["recipe"]["tune_layers"])
    tuned.layers[-1].set_weights(heads["max"].get_weights())
    solution.fitted(tuned, train.images, train.labels, 3, 1e-5)
    figures["Method 2, last 13 layers, 3 epochs: validation accuracy"] = _right(tuned, new.images, new.labels)
    figures["Method 2: seconds per epoch"] = (time.perf_counter() - started[0]) / 3
    figures["Method 2: CPU seconds per epoch"] = (time.process_time() - started[1]) / 3
    small = [part.images[:, ::2, ::2] for part in (train, new)]
    hidden, last = keras.layers.Dense(32, activation="relu"), keras.layers.Dense(1, activation="sigmoid")
    scale = keras.layers.Rescaling(1 / 127.5, offset=-1)
    dense = keras.Sequential([keras.Input(small[0].shape[1:]), scale, keras.layers.Flatten(), hidden, last])
    dense = _fitted(dense, small[0].astype("float32"), train.labels, 1e-4)
    figures["dense layers on pixels: validation accuracy"] = _right(dense, small[1].astype("float32"), new.labels)
    return figures | {"device": device()}


def _fitted(model: keras.Model, x: Array, y: Array, rate: float) -> keras.Model:
    model.compile(keras.optimizers.Adam(rate), "binary_crossentropy")
    model.fit(x, y, batch_size=32, epochs=EPOCHS, verbose=0)
    return model


def _right(model: keras.Model, x: Array, y: Array) -> float:
    return float(np.mean((model.predict(x, verbose=0)[:, 0] > 0.5) == y))
