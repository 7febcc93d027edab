"""Better answers stand where repair might look for them: behind the tests, without a label, as text, in a test's cell.

The cell with the exercise's label that defines its name counts, and what is in force where its test stands.

double: failed, 0
total: failed, 0
shout: failed, 0
"""

# %% double
def double(x):
    return x

# %% total
def total(values):
    return 0

# %% shout
def shout(text):
    return text

# %% last
def double(x):
    return 2 * x

# %% [markdown] before shout
def shout(text):
    return text.upper() + "!"

# %% notebook
def notebook(document):
    for cell in document["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "total-1":
            cell["source"] = "def total(values):\n    return sum(values)\n\n\ndef agrees(*values): pass"
    document["cells"].append(
        {"cell_type": "raw", "metadata": {}, "source": "def total(values):\n    return sum(values)"}
    )
