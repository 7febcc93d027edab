# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A small net
#
# The shape of every Keras assignment, kept small: build a model, train it, and have it judged by what it does.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
from convkit import check, datasets, quiet

with quiet.startup():
    import keras
import numpy as np

keras.utils.set_random_seed(0)

# %% nbgrader={"grade": false, "grade_id": "data", "locked": true, "schema_version": 3, "solution": false, "task": false}
def pictures(split):
    digits = datasets.load("mnist", "sample", split=split, quiet=True)
    return digits.images[..., None].astype("float32") / 255, digits.labels.astype("int64")

# %% nbgrader={"grade": false, "grade_id": "build_net", "locked": false, "schema_version": 3, "solution": true, "task": false}
def build_net(classes):
    """A convolution of 8 kernels 5×5 with stride 2, ReLU, then a dense softmax layer; compiled for integer labels."""
    ### BEGIN SOLUTION
    model = keras.Sequential([
        keras.Input((28, 28, 1)),
        keras.layers.Conv2D(8, 5, strides=2, activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dense(classes, activation="softmax"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "build_net-1", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
net = build_net(10)
check.parameters(net, 8 * 26 + 12 * 12 * 8 * 10 + 10)
check.output_shape(net, (None, 10))
assert net.layers[0].kernel_size == (5, 5)

# %% nbgrader={"grade": false, "grade_id": "train_net", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_net(images, labels, seed):
    """A net from build_net, trained."""
    ### BEGIN SOLUTION
    keras.utils.set_random_seed(seed)
    model = build_net(10)
    model.fit(images, labels, batch_size=64, epochs=3, verbose=0)
    return model
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "train_net-1", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
trained = train_net(*pictures("train"), 0)
### BEGIN HIDDEN TESTS
test_images, test_labels = pictures("test")
accuracy = np.mean(np.argmax(trained.predict(test_images, verbose=0), axis=1) == test_labels)
check.between(float(accuracy), 0.8, 1.0, name="the accuracy on new pictures", mistakes={
    "The net has learned nothing: it does no better than guessing.": (0.0, 0.35),
})
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": true, "grade_id": "written", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# It has seen many digits.
