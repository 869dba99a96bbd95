"""What each driver and arrestor carries."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.analysis.margins import margins_of
from premortem.regime.levers import UNCAPPED, Levers
from premortem.stress import attribute, sensitivity
from premortem.study import Study

Array = NDArray[Any]
# Futures in which items are frozen.
FROZEN = 4096
# Futures by whose ranks the neutral end of an item is told.
RANKED = 16_384


def attribution(
    study: Study, place: int, pulled: Levers, values: Array, breaks: Array, seed: int
) -> list[dict[str, Any]]:
    """Effect of each driver and arrestor on the share that holds, frozen at its neutral end; unmodelled ones are
    listed so.
    """
    a, names = study.assumptions[place], study.priors.names
    some = values[:, :FROZEN]
    correlation = dict(
        zip(names, sensitivity.rank_correlation(values[:, :RANKED], -breaks[:RANKED].astype(float)), strict=True)
    )
    items = [(kind, item) for kind, item in a.items if kind != "watch"]
    holds = holder(study, place, pulled, some, [(kind, item) for kind, item in items], correlation)
    base = holds(frozenset()).astype(float)
    rows: list[dict[str, Any]] = []
    for i, (kind, item) in enumerate(items):
        if not item.modelled or not (item.parameters or item.levers):
            rows.append(
                {
                    "item": item.id,
                    "kind": kind,
                    "effect": None,
                    "low": None,
                    "high": None,
                    "modelled": False,
                    "statement": item.statement,
                }
            )
            continue
        effect = attribute.paired(base - holds(frozenset({i})).astype(float))
        rows.append(
            {
                "item": item.id,
                "kind": kind,
                "effect": effect.effect,
                "low": effect.low,
                "high": effect.high,
                "modelled": True,
                "statement": item.statement,
            }
        )
    return sorted(rows, key=lambda r: -abs(r["effect"] or 0.0))


def holder(
    study: Study,
    place: int,
    pulled: Levers,
    values: Array,
    items: Sequence[tuple[str, Any]],
    correlation: dict[str, float],
) -> attribute.Holds:
    """Which futures hold when items are frozen: their parameters at the neutral end, their levers at rest."""
    rest = {"allocation_mh": UNCAPPED, "uveu_country_max": 1.0, "uveu_outside_max": 1.0}

    def holds(frozen: frozenset[int]) -> NDArray[np.bool_]:
        moved, changed = values.copy(), {}
        for i in frozen:
            kind, item = items[i]
            for name in item.parameters:
                row = study.priors[name]
                ends = row.quantile(np.array([0.05, 0.95])) if row.varies else np.array([row.low, row.low])
                moved[study.priors.names.index(name)] = attribute.neutral_end(
                    correlation[name], kind, float(ends[0]), float(ends[1])
                )
            for name in item.levers:
                changed[name] = np.full_like(getattr(pulled, name), rest.get(name, 0.0))
        return margins_of(study, moved, pulled._replace(**changed))[place] > 0

    return holds
