"""Cells with the grade_id of tests, of locked cells and of exercises stand in the notebook several times.

double: failed, 0
total: passed, 4
"""

# %% double
def double(x):
    return x

# %% total
def total(values):
    return sum(values)

# %% notebook
def notebook(document):
    import copy

    for grade_id, text in (("double-1", "pass"), ("setup", "np = None"), ("double-2", "pass"), ("honest-1", "1/0")):
        for cell in list(document["cells"]):
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id:
                other = copy.deepcopy(cell)
                other.update(source=text, id=f"again-{grade_id}", execution_count=99)
                document["cells"] += [other, copy.deepcopy(other)]
