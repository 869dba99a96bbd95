"""Policies against each other: regret, robustness, the Pareto set."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from premortem.errors import BadInput
from premortem.stress import regret
from premortem.study import Run


def compare(run: Run, policies: Sequence[str] | None = None) -> dict[str, Any]:
    """Regret and robustness of the run's policies: the keys of `premortem compare --json`."""
    chosen = list(policies or [p for p in run.policies if p != "history"])
    unknown = [p for p in chosen if p not in run.policies]
    if unknown:
        raise BadInput(
            "command line", "POLICY", f"not in this run: {unknown[0]}", got=unknown[0], allowed=", ".join(run.policies)
        )
    if len(chosen) < 2:
        raise BadInput(
            "command line",
            "POLICY",
            "needs two policies or more",
            got=", ".join(chosen),
            allowed=", ".join(run.policies),
        )
    ids = [a.id for a in run.study.assumptions]
    margins = {p: {k: run.columns(p, [f"margin.{k}"])[f"margin.{k}"] for k in ids} for p in chosen}
    measures = {p: regret.performance(m) for p, m in margins.items()}
    every = {p: np.all([m > 0 for m in by.values()], axis=0) for p, by in margins.items()}
    shares = {p: [float((by[k] > 0).mean()) for k in ids] for p, by in margins.items()}
    rankings = regret.rankings(measures, every)
    winners = {metric: order[0] for metric, order in rankings.items()}
    by_assumption = {
        k: {p: float(r.mean()) for p, r in regret.regret({q: np.clip(margins[q][k], -1, 1) for q in chosen}).items()}
        for k in ids
    }
    return {
        "regret": regret.summarise(regret.regret(measures)),
        "pareto": regret.pareto(shares),
        "rankings": rankings,
        "disagree": len(set(winners.values())) > 1,
        "winners": winners,
        "shares": {p: dict(zip(ids, s, strict=True)) for p, s in shares.items()},
        "regret_by_assumption": by_assumption,
        "futures": run.futures,
    }
