"""Limits of boxes: a range of numbers with both ends in it, or a set of categories."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Flags = NDArray[np.bool_]
Limit = tuple[float, float] | frozenset[float]
Limits = Mapping[str, Limit]


def within(limits: Limits, values: Mapping[str, Array]) -> Flags:
    """Which futures lie in all limits; `values` by name, each (future,). Expects one limit at least."""
    return np.asarray(np.all([_holds(limit, values[name]) for name, limit in limits.items()], axis=0))


def _holds(limit: Limit, x: Array) -> Flags:
    # limits are values of single precision: compare as such, or an edge falls outside of its own box
    x = np.asarray(x, np.float32)
    if isinstance(limit, frozenset):
        return np.isin(x, np.asarray(sorted(limit), np.float32))
    return np.asarray((x >= np.float32(limit[0])) & (x <= np.float32(limit[1])))


def ends(limit: Limit) -> tuple[float, float]:
    """The least and the largest value that a limit leaves."""
    return (min(limit), max(limit)) if isinstance(limit, frozenset) else limit
