"""Attribution: how much each driver and arrestor moves the share that holds, alone (paired) and in company (Shapley)."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
# Which futures hold when a set of items is frozen at its neutral end: item numbers to flags of shape (future,).
Holds = Callable[[frozenset[int]], NDArray[np.bool_]]
Z95 = 1.96


@dataclass(frozen=True)
class Effect:
    """Change of the share that holds when an item is as it is rather than frozen, with its 95% interval."""

    effect: float
    low: float
    high: float


def paired(difference: Array) -> Effect:
    """Mean of a paired difference of flags, with its 95% interval."""
    mean, error = float(difference.mean()), float(difference.std(ddof=1) / np.sqrt(len(difference)))
    return Effect(mean, mean - Z95 * error, mean + Z95 * error)


def shapley(holds: Holds, items: int, permutations: int = 8, seed: int = 0) -> list[Effect]:
    """Shapley value of each item (a group of parameters and levers) for the share that holds (Shapley 1953).

    By antithetic permutations over the same futures; effects add up to the share as it is less the share with all items
    neutral. The 95% intervals count both the futures and the permutations drawn.
    """
    rng = np.random.default_rng(seed)
    known: dict[frozenset[int], Array] = {}

    def flags(frozen: frozenset[int]) -> Array:
        if frozen not in known:
            known[frozen] = holds(frozen).astype(np.int8)
        return known[frozen]

    pairs = []
    for _ in range(max(permutations // 2, 1)):
        order = rng.permutation(items)
        pairs.append((_walk(flags, order) + _walk(flags, order[::-1])) / 2)
    table = np.array(pairs)  # (pair, item, future)
    by_future, by_pair = table.mean(0), table.mean(2)
    variance = by_future.var(1, ddof=1) / by_future.shape[1]
    if len(pairs) > 1:
        variance = variance + by_pair.var(0, ddof=1) / len(pairs)
    means, errors = by_future.mean(1), Z95 * np.sqrt(variance)
    return [Effect(float(m), float(m - e), float(m + e)) for m, e in zip(means, errors, strict=True)]


def _walk(flags: Callable[[frozenset[int]], Array], order: Array) -> Array:
    """What each item adds in each future when items are frozen one after another, (item, future)."""
    sets = [frozenset(int(i) for i in order[:k]) for k in range(len(order) + 1)]
    rows = {int(i): flags(a).astype(float) - flags(b) for i, (a, b) in zip(order, pairwise(sets), strict=True)}
    return np.array([rows[i] for i in range(len(order))])


def neutral_end(correlation: float, kind: str, low: float, high: float) -> float:
    """End of a prior at which an item is weakest: for an arrestor the end that helps the assumption, for a driver the
    other.
    """
    helps_high = correlation >= 0
    return high if helps_high == (kind == "arrestor") else low
