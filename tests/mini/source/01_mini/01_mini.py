# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Mini

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import numpy as np
x = np.arange(3.0)

# %% nbgrader={"grade": false, "grade_id": "double", "locked": false, "schema_version": 3, "solution": true, "task": false}
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    # canary-5b1e-solution
    return 2 * x
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "double-1", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
assert np.allclose(double(x), [0, 2, 4]), "should be [0 2 4]"

# %% nbgrader={"grade": true, "grade_id": "double-2", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
assert double(5) == 10, "canary-5b1e-hidden"
### END HIDDEN TESTS

# %% nbgrader={"grade": false, "grade_id": "prediction", "locked": false, "schema_version": 3, "solution": true, "task": false}
prediction = None
### BEGIN SOLUTION
prediction = 4
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "prediction-1", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
assert prediction == double(2)

# %% [markdown] nbgrader={"grade": true, "grade_id": "written", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# Because.

# %%
print(double(x))
