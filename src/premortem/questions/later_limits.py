"""The limits of assumptions asked of the end of the horizon: a day's brief looks further ahead than the year that they were set for."""

from dataclasses import dataclass

import numpy as np

from premortem.case import year_of
from premortem.questions.day_limits import judged_to
from premortem.questions.futures_under_policies import Futures
from premortem.text.result import Result
from premortem.watch.weights import Weights, weighted_shares


@dataclass(frozen=True, repr=False)
class Rolled(Result):
    """An assumption by the same limits at a later step than the one that they were set for: the share of futures in which it holds there,
    with its interval; None where the weights have collapsed.
    """

    assumption: str
    year: int  # for which its limits were set
    step: str  # of which they are asked here
    holds: float | None
    low: float | None
    high: float | None


def at_the_end(found: Futures, weights: Weights, policy: str) -> tuple[Rolled, ...]:
    """Assumptions that are judged before the last year of the horizon, asked of its last step under a policy."""
    study, step = found.study, found.study.steps[-1]
    years = {a.id: judged_to(a) for a in study.assumptions if judged_to(a) < year_of(step)}
    if not years:
        return ()
    model, levers, count = study.compiled, study.levers(policy), found.count
    holds = {name: np.zeros(count, bool) for name in years}
    for chunk in model.chunks(found.values, levers, few=count):
        margins = model.over_time(chunk, model.thresholds)
        for name, flags in holds.items():
            flags[chunk.start : chunk.start + chunk.count] = margins[name][-1] > 0
    told = weighted_shares(holds, weights)
    return tuple(Rolled(name, year, step, *told[name]) for name, year in years.items())
