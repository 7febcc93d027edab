"""The course's source, the released and submitted notebooks and the gradebook are opened by their full names.

double: missing, 0
shows: found: []
"""

# %% first
import os

found = []
for folder in ("@@COURSE@@", "@@REPOSITORY@@", "@@REPOSITORY@@/tests/difficult/course", "/root", "/srv", "/mnt"):
    for name in ("", "source/01_probe/01_probe.py", "source", "gradebook.db", "submitted", "course.toml", ".git",
                 "submitted/neighbour/01_probe/01_probe.ipynb", "autograder/grading.py", "tests/test_difficult.py"):
        path = os.path.join(folder, name)
        try:
            found.append((path, sorted(os.listdir(path)) if os.path.isdir(path) else open(path, "rb").read(100)))
        except OSError:
            pass
# The folders that lead to what is shown exist, but hold nothing else.
found = [(path, names) for path, names in found if not set(names) <= {"convkit", "autograder", ".venv", "main", "__init__.py", "rooms", "Python", ".pyenv", "versions"}]
print("found:", found)
