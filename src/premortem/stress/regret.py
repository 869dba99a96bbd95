"""Regret and robustness over policies: what each gives up against the best policy in the same future."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
# Margins beyond this count as this: a future far beyond a threshold is not worth more than one safely beyond it.
CLIP = 1.0


def performance(margins: Mapping[str, Array], weights: Mapping[str, float] | None = None) -> Array:
    """Weighted mean over assumptions of margins within -1 and 1, shape (future,): the measure of a policy in a future."""
    by_weight = [1.0 if weights is None else weights[name] for name in margins]
    return np.average([np.clip(m, -CLIP, CLIP) for m in margins.values()], axis=0, weights=by_weight)


def regret(measures: Mapping[str, Array]) -> dict[str, Array]:
    """What each policy gives up against the best policy in the same future, never negative, shape (future,)."""
    best = np.max(list(measures.values()), axis=0)
    return {name: best - m for name, m in measures.items()}


def summarise(regrets: Mapping[str, Array]) -> dict[str, dict[str, float]]:
    """Mean, 90th percentile and maximum of each policy's regret."""
    return {
        n: {"mean": float(r.mean()), "p90": float(np.quantile(r, 0.9)), "max": float(r.max())}
        for n, r in regrets.items()
    }


def scores(measures: Mapping[str, Array], all_hold: Mapping[str, Array]) -> dict[str, dict[str, float]]:
    """Policies by several robustness metrics, more is better in each.

    Mean, 90th percentile and maximum of regret (negative); maximin (the measure in the worst 1% of futures);
    satisficing (the share of futures in which every assumption holds); expected measure.
    """
    regrets = regret(measures)
    return {
        "mean_regret": {n: -float(r.mean()) for n, r in regrets.items()},
        "p90_regret": {n: -float(np.quantile(r, 0.9)) for n, r in regrets.items()},
        "minimax_regret": {n: -float(r.max()) for n, r in regrets.items()},
        "maximin": {n: float(np.quantile(m, 0.01)) for n, m in measures.items()},
        "satisficing": {n: float(h.mean()) for n, h in all_hold.items()},
        "expected": {n: float(m.mean()) for n, m in measures.items()},
    }


def rankings(scored: Mapping[str, Mapping[str, float]]) -> dict[str, list[str]]:
    """Policies best first by each metric; the metrics may disagree."""
    return {metric: sorted(by, key=lambda n: -by[n]) for metric, by in scored.items()}


def pareto(shares: Mapping[str, Sequence[float]]) -> list[str]:
    """Policies that no other beats in one assumption without losing in another, in the order given."""
    table = {name: np.asarray(values) for name, values in shares.items()}
    return [
        name
        for name, mine in table.items()
        if not any((other >= mine).all() and (other > mine).any() for rival, other in table.items() if rival != name)
    ]
