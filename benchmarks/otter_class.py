"""Grade a class with Otter-Grader, one notebook after the other in one process; run with the Python of its environment.

python benchmarks/otter_class.py AUTOGRADER_ZIP NOTEBOOK …   prints {"notebook": points, …}
"""

import json
import sys

from otter.api import grade_submission

archive, *notebooks = sys.argv[1:]
print(json.dumps({path: grade_submission(path, archive, quiet=True).total for path in notebooks}))
