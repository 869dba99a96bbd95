"""Attribution: how much each driver and arrestor moves the share that holds, alone (paired) and in company (Shapley)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
# Which futures hold when a set of items is frozen at its neutral end: item numbers to flags of shape (future,).
Holds = Callable[[frozenset[int]], NDArray[np.bool_]]


@dataclass(frozen=True)
class Effect:
    """Change of the share that holds when an item is frozen, with the 95% interval of the paired difference."""

    effect: float
    low: float
    high: float


def alone(holds: Holds, items: int) -> list[Effect]:
    """Effect of each item by itself: share with it as it is, less share with it neutral, over the same futures."""
    base = holds(frozenset()).astype(float)
    return [paired(base - holds(frozenset({i})).astype(float)) for i in range(items)]


def paired(difference: Array) -> Effect:
    """Mean of a paired difference of flags, with its 95% interval."""
    mean, error = float(difference.mean()), float(difference.std(ddof=1) / np.sqrt(len(difference)))
    return Effect(mean, mean - 1.96 * error, mean + 1.96 * error)


def shapley(holds: Holds, items: int, permutations: int = 8, seed: int = 0) -> list[Effect]:
    """Shapley value of each item for the share that holds, by antithetic permutations, with 95% intervals over them.

    Effects add up to the share as it is less the share with all items neutral.
    """
    rng = np.random.default_rng(seed)
    known: dict[frozenset[int], float] = {}

    def share(frozen: frozenset[int]) -> float:
        if frozen not in known:
            known[frozen] = float(holds(frozen).mean())
        return known[frozen]

    rows = []
    for _ in range(max(permutations // 2, 1)):
        order = rng.permutation(items)
        for walk in (order, order[::-1]):
            row = np.zeros(items)
            sets = [frozenset(int(i) for i in walk[:k]) for k in range(items + 1)]
            for i, (before, after) in zip(walk, pairwise(sets), strict=True):
                row[i] = share(before) - share(after)
            rows.append(row)
    table = np.array(rows)
    error = 1.96 * table.std(0, ddof=1) / np.sqrt(len(table)) if len(table) > 1 else np.zeros(items)
    return [Effect(float(m), float(m - e), float(m + e)) for m, e in zip(table.mean(0), error, strict=True)]


def neutral_end(correlation: float, kind: str, low: float, high: float) -> float:
    """End of a prior at which an item is weakest: for an arrestor the end that helps the assumption, for a driver the
    other.
    """
    helps_high = correlation >= 0
    return high if helps_high == (kind == "arrestor") else low


def ranked(names: Sequence[str], effects: Sequence[Effect]) -> list[tuple[str, Effect]]:
    """Items by size of effect, largest first."""
    return sorted(zip(names, effects, strict=True), key=lambda pair: -abs(pair[1].effect))
