"""Checks that say why: each passes in silence or raises CheckFailed with a reason.

from convkit import check
check.close(correlate2d(image, kernel), [[4, 3, 4], …], mistakes={"The kernel was turned by 180°.": …})
check.passed("correlate2d")
"""

from convkit.check.arrays import close, dtype, shape
from convkit.check.calls import faster, raises, unchanged
from convkit.check.detection import detected
from convkit.check.exact import equal
from convkit.check.failure import CheckFailed
from convkit.check.located import located
from convkit.check.models import layers, output_shape, parameters
from convkit.check.single import between, passed, true
from convkit.check.training import trained

__all__ = [
    "CheckFailed",
    "between",
    "close",
    "detected",
    "dtype",
    "equal",
    "faster",
    "layers",
    "located",
    "output_shape",
    "parameters",
    "passed",
    "raises",
    "shape",
    "trained",
    "true",
    "unchanged",
]
