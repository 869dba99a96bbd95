"""Measures of how robust policies are over the same futures: regret, ranks and what sampling leaves open of them, and the
Pareto set.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from premortem.questions._paired import LEVEL

Array = NDArray[Any]
# Parts of the futures by whose spread it is told whether two scores differ: as many as a design has replicates, in their order.
PARTS = 16


def performance(margins: Mapping[str, Array], weights: Mapping[str, float] | None = None) -> Array:
    """Weighted mean over assumptions of their margins, in the margins' own unit, shape (future,): the measure of a policy in a
    future; NaN in a future that failed.
    """
    by_weight = np.array([1.0 if weights is None else weights[name] for name in margins])
    counted = np.stack([np.asarray(m, float) for m in margins.values()])[by_weight > 0]
    measure = np.average(counted, axis=0, weights=by_weight[by_weight > 0])
    return np.asarray(np.where(np.isfinite(measure), measure, np.nan))


def comparable(measures: Mapping[str, Array]) -> tuple[NDArray[np.bool_], list[str]]:
    """Futures that failed under none of the policies that can be compared, and those policies: all but what failed everywhere."""
    known = {name: np.isfinite(m) for name, m in measures.items()}
    compared = [name for name, flags in known.items() if flags.any()]
    return np.all([known[name] for name in compared], axis=0) if compared else np.zeros(0, np.bool_), compared


def regret(measures: Mapping[str, Array]) -> dict[str, Array]:
    """What each policy gives up against the best policy in the same future, in the measure's unit, never negative, shape
    (future,). A future that failed under a policy is NaN there, and is no best for the others.
    """
    best = np.fmax.reduce(list(measures.values()))
    return {name: best - m for name, m in measures.items()}


def summary(regrets: Mapping[str, Array]) -> dict[str, dict[str, float]]:
    """Mean, 90th percentile and maximum of each policy's regret."""
    return {
        n: {"mean": float(r.mean()), "p90": float(np.quantile(r, 0.9)), "max": float(r.max())}
        for n, r in regrets.items()
    }


def robustness(measures: Mapping[str, Array], all_hold: Mapping[str, Array]) -> dict[str, dict[str, float]]:
    """Policies by several robustness metrics, more is better in each.

    Mean, 90th percentile and maximum of regret (negative); maximin (the measure in the worst future);
    satisficing (the share of futures in which every assumption holds); expected measure.
    """
    regrets = summary(regret(measures))
    return {
        "mean_regret": {n: -r["mean"] for n, r in regrets.items()},
        "p90_regret": {n: -r["p90"] for n, r in regrets.items()},
        "minimax_regret": {n: -r["max"] for n, r in regrets.items()},
        "maximin": {n: float(m.min()) for n, m in measures.items()},
        "satisficing": {n: float(h.mean()) for n, h in all_hold.items()},
        "expected": {n: float(m.mean()) for n, m in measures.items()},
    }


def rankings(scored: Mapping[str, Mapping[str, float]]) -> dict[str, list[str]]:
    """Policies best first by each metric; the metrics may disagree. What is no number comes last."""
    return {metric: sorted(by, key=lambda n: (np.isnan(by[n]), -by[n])) for metric, by in scored.items()}


def rank_ranges(
    measures: Mapping[str, Array], all_hold: Mapping[str, Array], place: NDArray[np.int64]
) -> dict[str, dict[str, tuple[int, int]]]:
    """First and last rank of each policy by each metric that sampling leaves open.

    `place` are the places of these futures in their design, of which every sixteenth is of one replicate. Two scores differ
    where the 95% t interval of their difference over the replicates leaves out 0.
    """
    names, parts = list(measures), [place % PARTS == part for part in range(PARTS)]
    if min(part.sum() for part in parts) == 0:
        return {metric: dict.fromkeys(names, (1, len(names))) for metric in robustness(measures, all_hold)}
    scored = [
        robustness({n: m[part] for n, m in measures.items()}, {n: h[part] for n, h in all_hold.items()})
        for part in parts
    ]
    found = {}
    for metric in scored[0]:
        by_part = np.array([[of_part[metric][name] for name in names] for of_part in scored])
        ahead = by_part[:, :, None] - by_part[:, None, :]  # (part, policy, other policy)
        half = stdtrit(PARTS - 1, (1 + LEVEL) / 2) * ahead.std(0, ddof=1) / np.sqrt(PARTS)
        better = ahead.mean(0) > half
        found[metric] = {
            name: (1 + int(better[:, i].sum()), len(names) - int(better[i].sum())) for i, name in enumerate(names)
        }
    return found


def best_in_all(shares: Mapping[str, Sequence[float]]) -> list[str]:
    """Policies than which no other does better in any assumption, in whole percents as they are shown; none where each choice gives
    something up.
    """
    table = {name: np.round(values, 2) for name, values in shares.items()}
    return [name for name, mine in table.items() if all((mine >= other).all() for other in table.values())]


def unbeaten(shares: Mapping[str, Sequence[float]]) -> list[str]:
    """The Pareto set of shares in whole percents, as they are shown: of two that read alike none is beaten by what does not show."""
    return pareto({name: [round(share, 2) for share in of] for name, of in shares.items()})


def pareto(shares: Mapping[str, Sequence[float]]) -> list[str]:
    """Policies that no other beats in one assumption without losing in another, in the order given."""
    table = {name: np.asarray(values) for name, values in shares.items()}
    return [
        name
        for name, mine in table.items()
        if not any((other >= mine).all() and (other > mine).any() for rival, other in table.items() if rival != name)
    ]
