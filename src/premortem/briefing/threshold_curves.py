"""How often a condition of an assumption would hold with another threshold, as curves."""

from collections.abc import Callable

import numpy as np
import polars as pl

from premortem.briefing.content import Figure
from premortem.charts import figures
from premortem.propositions.assumption import Assumption, Condition
from premortem.questions.findings import title_of
from premortem.study import Run
from premortem.text import phrases
from premortem.text.units import quantity

# Thresholds tried for a curve.
TRIED = 25


def curve(run: Run, a: Assumption, c: Condition, policy: str, shift: Callable[[float], float]) -> Figure:
    """Share of futures in which one condition holds, against its threshold: the margin shifts with the threshold
    alone.
    """
    margin = run.columns(policy, [f"margin.{a.id}.{c.id}"])[f"margin.{a.id}.{c.id}"]
    limits = np.linspace(c.limit.low, c.limit.high, TRIED)
    rows = [{"limit": float(x), "holds": float((margin + shift(x) > 0).mean()), "used": False} for x in limits]
    rows.append({"limit": c.limit.value, "holds": float((margin > 0).mean()), "used": True})
    low, high = rows[0]["holds"], rows[TRIED - 1]["holds"]
    least, most, used = (quantity(x, c.limit.unit) for x in (c.limit.low, c.limit.high, c.limit.value))
    return Figure(
        f"threshold-{a.id}-{c.id}",
        f"\u2018{phrases.lower_first(c.says)}\u2019: {phrases.holds(low)} with the threshold at {least}, in {phrases.share(high)} "
        f"with it at {most}",
        figures.threshold_curve(pl.DataFrame(rows), c.limit.unit),
        f"{title_of(run, policy)}. Threshold in use: {used}; {c.limit.basis}.",
        f"The condition {phrases.holds(low)} at a threshold of {least} and in {phrases.share(high)} at "
        f"{most}; in use is {used}.",
    )


def shift_of(c: Condition) -> Callable[[float], float] | None:
    """What to add to a condition's margin so that it turns where another threshold would turn it, from the form of its
    expression; none for a form that is not known, whose thresholds a stored margin cannot tell.
    """
    value = c.limit.value

    def logit(x: float) -> float:
        return float(np.log(x / (1 - x)))

    if "logit(limit)" in c.margin:
        sign = 1 if c.margin.startswith("logit(limit)") else -1
        return lambda x: sign * (logit(x) - logit(value))
    if "log(limit)" in c.margin:
        sign = 1 if c.margin.startswith("log(limit)") else -1
        return lambda x: sign * float(np.log(x) - np.log(value))
    if c.margin.startswith("log(1 - limit)"):
        return lambda x: float(np.log1p(-x) - np.log1p(-value))
    if c.margin.endswith("/ limit - 1") and value > 0:
        return lambda x: 1 - x / value
    if c.margin.startswith("limit - "):
        return lambda x: x - value
    if c.margin.endswith(" - limit"):
        return lambda x: value - x
    return None
