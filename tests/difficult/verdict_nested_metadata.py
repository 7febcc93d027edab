"""Metadata nested so deeply that reading the file works and going through it does not.

double: failed, 0
"""

# %% double
def double(x):
    return x

# %% notebook
def notebook(document):
    import json

    for cell in document["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "double":
            cell["metadata"]["nbgrader"]["deep"] = "DEEP"
    return json.dumps(document).replace('"DEEP"', "[" * 900 + "]" * 900).encode()
