# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Probe of models
#
# For the submissions whose difficulty is a Keras model.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import keras
import numpy as np
from convkit import check

# %% nbgrader={"grade": false, "grade_id": "adder", "locked": false, "schema_version": 3, "solution": true, "task": false}
def adder():
    """A model with one dense layer and no bias that adds its two inputs."""
    ### BEGIN SOLUTION
    return keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")]
    )
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "adder-1", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check.output_shape(adder(), (None, 1))
check.parameters(adder(), 2)

# %% nbgrader={"grade": true, "grade_id": "adder-2", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
sums = np.asarray(adder()(np.array([[1.0, 2.0], [30.0, 12.0]])))
assert sums.tolist() == [[3.0], [42.0]], "canary-7c41-model"
### END HIDDEN TESTS

# %% nbgrader={"grade": false, "grade_id": "honest", "locked": false, "schema_version": 3, "solution": true, "task": false}
def honest(x):
    """x + 1."""
    ### BEGIN SOLUTION
    return x + 1
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "honest-1", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
assert honest(1) == 2
