"""Boxes over unordered categories: the set of categories in which breaks are more common."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

Array = NDArray[Any]
# A set counts where breaks differ between categories with a p-value below this, shared among them.
LEVEL = 0.05
# Most categories of a dimension without order that are looked at one by one.
MOST_CATEGORIES = 50


@dataclass(frozen=True)
class CategorySet:
    """Categories of a dimension without order in which breaks are more common than elsewhere: how dense in breaks, and what share of them."""

    name: str
    categories: tuple[float, ...]
    coverage: float
    density: float
    mass: float


def set_of(name: str, x: Array, breaks: NDArray[np.bool_], weight: Array) -> CategorySet | None:
    """The categories in which breaks are more common than in all futures, where that is beyond chance (chi-squared) and no range."""
    levels, place = np.unique(x, return_inverse=True)
    scale = weight.sum() / (weight**2).sum()  # turns weights into effective counts
    mass = np.bincount(place, weight) * scale
    caught = np.bincount(place, weight * breaks) * scale
    base = caught.sum() / mass.sum()
    if len(levels) < 3 or len(levels) > MOST_CATEGORIES or not 0 < base < 1:
        return None
    distance = float(((caught - mass * base) ** 2 / (mass * base * (1 - base))).sum())
    inside = np.flatnonzero(caught > base * mass)
    is_range = len(inside) == inside[-1] - inside[0] + 1
    if is_range or chdtrc(len(levels) - 1, distance) > LEVEL / len(levels):
        return None
    coverage, density = caught[inside].sum() / caught.sum(), caught[inside].sum() / mass[inside].sum()
    return CategorySet(
        name, tuple(map(float, levels[inside])), float(coverage), float(density), float(mass[inside].sum() / mass.sum())
    )
