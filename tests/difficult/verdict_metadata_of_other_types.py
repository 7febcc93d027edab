"""Every field of the file has a type that it should not have; what can be found of the answers still counts.

double: passed, 5
"""

# %% double
def double(x):
    return 2 * x

# %% notebook
def notebook(document):
    document.update(metadata=[1], nbformat_minor="x")
    odd = [None, [], {}, ["a"], 1.5, True, {"grade_id": {}}]
    for number, value in enumerate(odd):
        document["cells"].append({"cell_type": "code", "source": value, "metadata": value, "outputs": value, "id": value})
        nbgrader = {"grade_id": value, "points": value, "solution": value}
        document["cells"].append({"cell_type": value, "source": ["x = 1"], "metadata": {"nbgrader": nbgrader}})
        document["cells"].append({"cell_type": "code", "source": "1", "execution_count": value, "metadata": {"nbgrader": value}})
    document["cells"] += [None, 3, "cell", []]
