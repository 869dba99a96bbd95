"""A change of a share between two cases over the same futures, with its interval."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Array = NDArray[Any]
LEVEL = 0.95


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
