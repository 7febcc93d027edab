"""When two arrays count as the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from convkit.check.values import Array, known_array


@dataclass(frozen=True)
class Tolerance:
    """Two finite numbers are close if |a − e| ≤ absolute + relative · |e|; NaN is close to NaN alone."""

    relative: float
    absolute: float

    def __post_init__(self) -> None:
        for value in (self.relative, self.absolute):
            if not (np.isfinite(value) and value >= 0):
                raise ValueError(f"a tolerance must be a finite number ≥ 0, not {value}")

    def differs(self, actual: Array, expected: Array) -> Array:
        """A mask, True where two arrays of the same shape differ."""
        a, e = actual.astype(np.float64), expected.astype(np.float64)
        with np.errstate(all="ignore"):
            near = np.abs(a - e) <= self.absolute + self.relative * np.abs(e)
        near &= np.isfinite(a) & np.isfinite(e)
        same = (a == e) | (np.isnan(a) & np.isnan(e))
        return np.asarray(~(near | same))

    def same(self, actual: Array, expected: Array) -> bool:
        """Same shape and everywhere close."""
        return actual.shape == expected.shape and not self.differs(actual, expected).any()


def matching_mistakes(
    actual: Array, expected: Array, mistakes: Mapping[str, ArrayLike] | None, tolerance: Tolerance
) -> str | None:
    """The reasons whose wrong value `actual` is, as one text, or None.

    Raises ValueError if a mistake is the expected value: then it would be no mistake.
    """
    reasons = []
    for reason, value in (mistakes or {}).items():
        wrong = known_array(value, f"the mistake {reason!r}")
        if tolerance.same(wrong, expected):
            raise ValueError(f"this mistake gives the expected value: {reason!r}")
        if tolerance.same(actual, wrong):
            reasons.append(reason)
    return " Or: ".join(reasons) or None
