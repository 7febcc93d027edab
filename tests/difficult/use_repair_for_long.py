"""Three hundred cells that nearly go on in one another, look like the course's, and define and need each other's names.

double: passed, 5
"""

# %% double
def double(x):
    return 2 * x

# %% notebook
def notebook(document):
    code = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    test = next(c for c in document["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == "apply-2")
    document["cells"].remove(test)
    for number in range(100):
        document["cells"].append({**code, "id": f"a{number}", "source": "    return (" + "1," * 40})
        document["cells"].append({**code, "id": f"b{number}", "source": f"secret = {number}\nseen = []\nassert apply(watched, [1, 2]) =="})
        reads = ", ".join(f"n{other}" for other in range(number, number + 20))
        document["cells"].append({**code, "id": f"c{number}", "source": f"def total(v):\n    n{number} = 1\n    return [{reads}]\n\n\nraise NotImplementedError()"})
