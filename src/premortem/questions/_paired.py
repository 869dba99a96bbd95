"""A change of a share between two cases over the same futures, with its interval."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

Array = NDArray[Any]
LEVEL = 0.95
Z = float(ndtri((1 + LEVEL) / 2))


@dataclass(frozen=True)
class Effect:
    """Change of the share that holds when an item is as it is rather than frozen, with its 95% interval."""

    effect: float
    low: float
    high: float


def paired(difference: Array) -> Effect:
    """Mean of a paired difference of flags, with its 95% t interval; futures that failed, NaN, are left out."""
    known = difference[~np.isnan(difference)]
    if not len(known):
        return Effect(np.nan, np.nan, np.nan)
    mean, degrees = float(known.mean()), len(known) - 1
    half = float(stdtrit(degrees, (1 + LEVEL) / 2) * known.std(ddof=1) / np.sqrt(len(known))) if degrees else np.inf
    return Effect(mean, mean - half, mean + half)


def is_known(difference: Array, least: float, part: float) -> bool:
    """Whether a paired difference of flags is known well enough: half of its interval is at most `least`, or that part of its size, and the
    interval tells whether its size is `least` or more.

    By the rule of Chow and Robbins 1965: with a difference of one added to the squares, so that a few futures in which nothing
    changed do not pass for certainty. Who stops by it has an interval that covers the truth nearly as often as one of a fixed number does.
    """
    known = difference[~np.isnan(difference)]
    if not len(known):
        return False
    mean = abs(float(known.mean()))
    spread = (1 + float(((known - known.mean()) ** 2).sum())) / len(known)
    half = Z * float(np.sqrt(spread / len(known)))
    return half <= max(least, part * mean) and abs(mean - least) >= half
