# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Probe
#
# The assignment that the difficult submissions answer.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import numpy as np
from convkit import check

x = np.arange(4.0)

# %% nbgrader={"grade": false, "grade_id": "double", "locked": false, "schema_version": 3, "solution": true, "task": false}
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    # canary-7c41-solution
    return 2 * x
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "double-1", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check.close(
    double(x),
    [0, 2, 4, 6],
    mistakes={"It was squared, not doubled.": [0, 1, 4, 9]},
    name="double(x)",
)
check.passed("double")

# %% nbgrader={"grade": true, "grade_id": "double-2", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
# canary-7c41-comment
assert double(3653005075603706) == 7306010151207412, "canary-7c41-message 7306010151207412"
check.close(double(np.array([[-1.5, 2.5]])), [[-3.0, 5.0]])
check.unchanged(double, np.arange(3.0))
### END HIDDEN TESTS

# %% nbgrader={"grade": false, "grade_id": "total", "locked": false, "schema_version": 3, "solution": true, "task": false}
def total(values):
    """The sum of a list of numbers; TypeError for a text."""
    ### BEGIN SOLUTION
    return sum(values)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "total-1", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
def agrees(values, expected):
    assert total(values) == expected, f"total({values}) should be {expected}"


agrees([1, 2], 3)
### BEGIN HIDDEN TESTS
agrees([3653005075603706, 3653005075603706], 7306010151207412)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "total-2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
for result, expected in zip(map(total, [[1, 2, 3], [], [10, -4]]), [6, 0, 6]):
    assert result == expected
check.raises(TypeError, lambda: total("12"), when="the values are a text")
### END HIDDEN TESTS

# %% nbgrader={"grade": false, "grade_id": "shout", "locked": false, "schema_version": 3, "solution": true, "task": false}
def shout(text):
    """The text in capitals, with an exclamation mark."""
    ### BEGIN SOLUTION
    return text.upper() + "!"
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "shout-1", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check.equal(shout("hi"), "HI!")

# %% nbgrader={"grade": true, "grade_id": "shout-2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
check.equal(shout("canary-7c41-expected"), "CANARY-7C41-EXPECTED!")
### END HIDDEN TESTS

# %% nbgrader={"grade": false, "grade_id": "apply", "locked": false, "schema_version": 3, "solution": true, "task": false}
def apply(function, values):
    """The list of function(value) for all values."""
    ### BEGIN SOLUTION
    return [function(value) for value in values]
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "apply-1", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check.equal(apply(lambda value: value + 1, [1, 2]), [2, 3])

# %% nbgrader={"grade": true, "grade_id": "apply-2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
secret = "canary-7c41-closure"
seen = []


def watched(value):
    """canary-7c41-docstring"""
    seen.append(value)
    return value * len(secret)


assert apply(watched, [1, 2]) == [19, 38]
assert seen == [1, 2]
### END HIDDEN TESTS

# %% nbgrader={"grade": false, "grade_id": "prediction", "locked": false, "schema_version": 3, "solution": true, "task": false}
prediction = None
### BEGIN SOLUTION
prediction = 4
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "prediction-1", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
assert prediction == 4, "canary-7c41-prediction"
### END HIDDEN TESTS

# %% nbgrader={"grade": false, "grade_id": "honest", "locked": false, "schema_version": 3, "solution": true, "task": false}
def honest(x):
    """x + 1. It is always answered rightly, and must earn its points in spite of all that stands before it."""
    ### BEGIN SOLUTION
    return x + 1
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "honest-1", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check.close(honest(x), [1, 2, 3, 4])

# %% nbgrader={"grade": true, "grade_id": "honest-2", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
### BEGIN HIDDEN TESTS
assert [honest(number) for number in range(5)] == [1, 2, 3, 4, 5]
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": true, "grade_id": "written", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# Because.
