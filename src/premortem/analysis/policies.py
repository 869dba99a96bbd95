"""Policies against each other over the same futures: regret, robustness, the Pareto set, paired differences."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.analysis.asymmetry import time_told
from premortem.analysis.large import in_memory
from premortem.analysis.margins import check_inputs, margins_of
from premortem.errors import BadInput, each, raise_all, unknown
from premortem.stress import regret
from premortem.stress.attribute import paired
from premortem.study import Run

Array = NDArray[Any]
Margins = dict[str, dict[str, Array]]


def compare(
    run: Run, policies: Sequence[str] | None = None, weights: Mapping[str, float] | None = None, *, time: bool = True
) -> dict[str, Any]:
    """Regret and robustness of policies: the keys of `premortem compare --json`.

    By default all policies of the run but history. A policy of the study that the run has not is simulated now, over
    the run's own futures: of a large run, or under a ceiling on memory, its first ones. `weights` by assumption weigh the measure of a policy; by default all weigh the same. With
    `time` the time asymmetry of the first policy is told too.
    """
    run = in_memory(run)
    chosen = _chosen(run, policies)
    ids = [a.id for a in run.study.assumptions]
    weighed = _weights(ids, weights)
    new = [p for p in chosen if p not in run.policies]
    margins = _margins(run, chosen, ids)
    measures = {p: regret.performance(m, weighed) for p, m in margins.items()}
    every = {p: np.all([m > 0 for m in by.values()], axis=0) for p, by in margins.items()}
    shares = {p: [float((by[k] > 0).mean()) for k in ids] for p, by in margins.items()}
    scores = regret.scores(measures, every)
    rankings = regret.rankings(scores)
    winners = {metric: order[0] for metric, order in rankings.items()}
    found = {
        "regret": regret.summarise(regret.regret(measures)),
        "pareto": regret.pareto(shares),
        "rankings": rankings,
        "scores": scores,
        "disagree": len(set(winners.values())) > 1,
        "winners": winners,
        "shares": {p: dict(zip(ids, s, strict=True)) for p, s in shares.items()},
        "regret_by_assumption": _by_assumption(margins, ids),
        "differences": _differences(margins, ids),
        "weights": weighed,
        "simulated_now": new,
        "futures": run.futures,
    }
    return found | ({"time_asymmetry": time_told(run.study, chosen[0])} if time else {})


def weights_of(texts: Sequence[str]) -> dict[str, float]:
    """Weights by assumption from texts as `A1=2`. Raises `BadInput` for anything else."""
    return dict(each(_weight, texts))


def _weight(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name.upper(), float(value)
    except ValueError:
        raise BadInput(
            "command line", "--weigh", f"not a weight: {text}", got=text, allowed="ASSUMPTION=NUMBER, as A1=2"
        ) from None


def _chosen(run: Run, policies: Sequence[str] | None) -> list[str]:
    chosen = list(dict.fromkeys(policies or [p for p in run.policies if p != "history"]))
    known = list(dict.fromkeys([*run.policies, *run.study.policies]))
    raise_all([unknown("POLICY", "not in this run or study", name, known) for name in chosen if name not in known])
    if len(chosen) < 2:
        what = "needs two policies or more"
        raise BadInput("command line", "POLICY", what, got=", ".join(chosen), allowed=", ".join(known))
    return chosen


def _weights(ids: Sequence[str], weights: Mapping[str, float] | None) -> dict[str, float]:
    given = {k.upper(): v for k, v in (weights or {}).items()}
    for name, value in given.items():
        if name not in ids or not (np.isfinite(value) and value >= 0):
            got = f"{name}={value:g}"
            raise BadInput("command line", "--weigh", "no such weight", got=got, allowed=f"{', '.join(ids)}; 0 or more")
    weighed = {k: float(given.get(k, 1.0)) for k in ids}
    if not any(weighed.values()):
        raise BadInput("command line", "--weigh", "all weights are 0", got="0", allowed="one above 0 at least")
    return weighed


def _margins(run: Run, chosen: Sequence[str], ids: Sequence[str]) -> Margins:
    if any(p not in run.policies for p in chosen):
        check_inputs(run)  # stored and new futures must be of one world
    made: Margins = {}
    for policy in chosen:
        if policy in run.policies:
            stored = run.columns(policy, [f"margin.{k}" for k in ids])
            made[policy] = {k: stored[f"margin.{k}"] for k in ids}
        else:
            fresh = margins_of(run.study, run.parameters(), run.study.levers(policy))
            made[policy] = dict(zip(ids, fresh, strict=True))
    return made


def _by_assumption(margins: Margins, ids: Sequence[str]) -> dict[str, dict[str, float]]:
    """Mean regret in each assumption's own margin, within -1 and 1."""
    clipped = {k: {p: np.clip(by[k], -regret.CLIP, regret.CLIP) for p, by in margins.items()} for k in ids}
    return {k: {p: float(r.mean()) for p, r in regret.regret(by).items()} for k, by in clipped.items()}


def _differences(margins: Margins, ids: Sequence[str]) -> dict[str, dict[str, dict[str, float]]]:
    """Change of each share that holds against the first policy, paired over the futures, with its 95% interval."""
    first, *others = margins
    held = {p: {k: (m > 0).astype(float) for k, m in by.items()} for p, by in margins.items()}
    return {p: {k: _interval(held[p][k] - held[first][k]) for k in ids} for p in others}


def _interval(difference: Array) -> dict[str, float]:
    found = paired(difference)
    return {"change": found.effect, "low": found.low, "high": found.high}
