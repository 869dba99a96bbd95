"""Attribution: how much each driver and arrestor moves the share that holds, alone (paired) and in company (Shapley)."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from itertools import permutations as all_orders
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Array = NDArray[Any]
# Which futures hold when a set of items is frozen at its neutral end: item numbers to flags of shape (future,), NaN where a
# future failed.
Holds = Callable[[frozenset[int]], Array]
LEVEL = 0.95
# How a future that failed is noted among flags.
FAILED = -1


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


def shapley(holds: Holds, items: int, permutations: int = 8, seed: int = 0) -> list[Effect]:
    """Shapley value of each item (a group of parameters and levers) for the share that holds (Shapley 1953).

    By antithetic permutations over the same futures, or by all of them where that asks for no more sets; effects add up to the share
    as it is less the share with all items neutral. The 95% intervals count both the futures and the permutations drawn: t intervals
    with the degrees of freedom of Satterthwaite 1946, since few permutations tell little of their own spread.
    """
    rng = np.random.default_rng(seed)
    known: dict[frozenset[int], Array] = {}

    def flags(frozen: frozenset[int]) -> Array:
        if frozen not in known:
            held = np.asarray(holds(frozen), float)
            known[frozen] = np.where(np.isnan(held), FAILED, held).astype(np.int8)
        return known[frozen]

    every = 2**items <= permutations * (items - 1) + 2
    pairs = _halves(items) if every else [rng.permutation(items) for _ in range(max(permutations // 2, 1))]
    table = np.array([(_walk(flags, order) + _walk(flags, order[::-1])) / 2 for order in pairs])  # (pair, item, future)
    table = table[:, :, np.all([held != FAILED for held in known.values()], axis=0)]
    by_future, by_pair = table.mean(0), table.mean(2)
    n, p = by_future.shape[1], len(pairs)
    spread = [(by_future.var(1, ddof=1) / n, n - 1)]
    if not every:
        # a single pair tells nothing of how pairs differ: then no interval is sure
        spread.append((by_pair.var(0, ddof=1) / p, p - 1) if p > 1 else (np.full(items, np.inf), 1))
    return [_effect(float(m), [(float(v[i]), d) for v, d in spread]) for i, m in enumerate(by_future.mean(1))]


def _halves(items: int) -> list[Array]:
    """All orders, one of each with its reverse."""
    return [np.array(order) for order in all_orders(range(items)) if order[0] <= order[-1]]


def _effect(mean: float, parts: list[tuple[float, int]]) -> Effect:
    """A mean with the t interval of a sum of variances, each with its degrees of freedom."""
    variance = sum(v for v, _ in parts)
    if not 0 < variance < np.inf:
        return Effect(mean, mean - variance, mean + variance)
    degrees = variance**2 / sum(v**2 / d for v, d in parts)
    half = float(stdtrit(degrees, (1 + LEVEL) / 2) * np.sqrt(variance))
    return Effect(mean, mean - half, mean + half)


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
