"""Labels of exercises on tests, of tests on exercises, and one label on hundreds of cells.

double: passed, 5
total: missing, 0
shout: failed, 0
"""

# %% double
def double(x):
    return 2 * x

# %% shout
def shout(text):
    return text

# %% notebook
def notebook(document):
    label = {"grade": False, "solution": True, "locked": False, "schema_version": 3, "task": False}
    exchanged = {"double": "double-1", "double-1": "double", "honest-1": "shout-2"}
    for cell in list(document["cells"]):
        data = cell["metadata"].get("nbgrader", {})
        if data.get("grade_id") in exchanged:
            data["grade_id"] = exchanged[data["grade_id"]]
        if data.get("grade_id") == "total":
            document["cells"].remove(cell)
    for number in range(300):
        extra = {"cell_type": "code", "id": f"extra-{number}", "outputs": [], "execution_count": number}
        text = f"def help_{number}():\n    return help_{number + 1}()"
        document["cells"].append({**extra, "metadata": {"nbgrader": {**label, "grade_id": "shout"}}, "source": text})
