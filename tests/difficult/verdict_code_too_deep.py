"""Code so deeply nested that compilers give up, in cells whose labels are gone, so that the grader reads it.

The cells are found by the look of their lines, and so an exercise is told what its own cell came to.

double: missing|error|timeout|out of memory, 0
total: error|missing|timeout|out of memory, 0
"""

# %% double
def double(x):
    return 2 * x

# %% total
def total(values):
    return sum(values)

# %% notebook
def notebook(document):
    endings = {"double": "1" + "+1" * 50_000, "total": "-" * 50_000 + "1"}
    for cell in document["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in endings:
            cell["source"] += "\nvalue = " + endings[name]
            cell["metadata"] = {}
