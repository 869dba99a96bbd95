"""What each driver and arrestor of an assumption carries, alone and in company; and what is not modelled."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.case import Levers
from premortem.propositions.assumption import Item
from premortem.questions import shapley, sobol_indices
from premortem.questions.margins import SMALL, margins_of
from premortem.study import Study

Array = NDArray[Any]
Kinded = Sequence[tuple[str, Item]]
# Futures in which items are frozen one at a time; sets of them are frozen in the first `SMALL`.
FROZEN = 4096
# Chances at which a parameter is frozen: the ends of its prior.
ENDS = np.array([0.05, 0.95])


def attribution(
    study: Study, place: int, pulled: Levers, values: Array, margins: Array, seed: int, *, in_company: bool = True
) -> list[dict[str, Any]]:
    """Effect of each driver and arrestor on the share that holds, largest first; unmodelled ones are listed so.

    `values` and `margins` are futures of this policy, at least `FROZEN` of them. `effect` is the share that holds with
    the item as it is less the share with it frozen at its neutral end, in the same futures; `shapley` the same averaged
    over the company of the other items.
    """
    known = np.isfinite(margins)
    if not known.any():
        return [_failed(kind, item) for kind, item in study.assumptions[place].items if kind != "watch"]
    values, margins = (values, margins) if known.all() else (values[:, known], margins[known])
    items = [(kind, item) for kind, item in study.assumptions[place].items if kind != "watch"]
    acting = [(kind, item) for kind, item in items if item.modelled and (item.parameters or item.levers)]
    correlation = dict(zip(study.priors.names, sobol_indices.rank_correlation(values, margins), strict=True))
    rows = [_unmodelled(kind, item) for kind, item in items if (kind, item) not in acting]
    holds = holder(study, place, pulled, values[:, :FROZEN], acting, correlation)
    base = holds(frozenset())
    few = holder(study, place, pulled, values[:, :SMALL], acting, correlation)
    shared = shapley.shapley(few, len(acting), seed=seed) if in_company and acting else [None] * len(acting)
    for i, ((kind, item), company) in enumerate(zip(acting, shared, strict=True)):
        alone = shapley.paired(base - holds(frozenset({i})))
        row = {"item": item.id, "kind": kind, "effect": alone.effect, "low": alone.low, "high": alone.high}
        if company:
            row |= {"shapley": company.effect, "shapley_low": company.low, "shapley_high": company.high}
        rows.append(row | {"modelled": True, "statement": item.statement})
    return sorted(rows, key=lambda r: -abs(r["effect"] or 0.0))


def _failed(kind: str, item: Item) -> dict[str, Any]:
    return _unmodelled(kind, item) | {"why": "every future failed: the margin is no number"}


def _unmodelled(kind: str, item: Item) -> dict[str, Any]:
    why = item.why or "bound to facts only, to no parameter or lever of the model"
    row = {"item": item.id, "kind": kind, "effect": None, "low": None, "high": None, "modelled": False}
    return row | {"statement": item.statement, "why": why}


def holder(
    study: Study, place: int, pulled: Levers, values: Array, items: Kinded, correlation: dict[str, float]
) -> shapley.Holds:
    """Which futures hold (NaN where one fails) when items are frozen: their parameters at the neutral end, their levers at rest."""

    def holds(frozen: frozenset[int]) -> Array:
        moved, changed = values.copy(), {}
        for i in sorted(frozen):
            kind, item = items[i]
            for name in item.parameters:
                row = study.priors[name]
                ends = row.quantile(ENDS) if row.varies else np.array([row.low, row.low])
                end = shapley.neutral_end(correlation[name], kind, float(ends[0]), float(ends[1]))
                moved[study.priors.names.index(name)] = end
            for name in item.levers:
                changed[name] = np.full_like(getattr(pulled, name), study.case.world.AT_REST.get(name, 0.0))
        margins = margins_of(study, moved, pulled._replace(**changed))[place]
        return np.where(np.isfinite(margins), margins > 0, np.nan)

    return holds
