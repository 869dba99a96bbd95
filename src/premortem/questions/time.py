"""Time asymmetry: how long controls lag what they control, and what a quarter more or less of time changes."""

from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem import facts
from premortem.case import Case, Levers
from premortem.ensemble.run import draw
from premortem.errors import MissingData
from premortem.questions._paired import paired
from premortem.questions.margins import margins_of
from premortem.study import Study

Array = NDArray[Any]
# Futures in which time is moved.
MOVED = 8192
# A quarter [yr]; the shortest lag that a faster regulator may reach [yr]; and quarters of earlier announcement.
QUARTER, SHORTEST, EARLIER = 0.25, 0.05, 2
DAYS_A_MONTH = 365.25 / 12
AS_IS, FASTER = "as it is", "loopholes patched a quarter faster"


def time_asymmetry(study: Study, policy: str | None = None) -> pl.DataFrame:
    """How the shares that hold move when the regulator patches a quarter faster or slower, and when the memory ban is
    known two quarters earlier or not before it bites: one row a case and assumption.

    `change` is paired over the same futures with its 95% interval; `rescued` the share of all futures that break as it
    is and hold in the case, `lost` the reverse.
    """
    policy = policy or study.case.settings.baseline
    values, pulled = draw(study.priors, "sobol", 0, 0, MOVED), study.levers(policy)
    cases = {
        AS_IS: (values, pulled),
        FASTER: (_patched(study, values, -QUARTER), pulled),
        "loopholes patched a quarter slower": (_patched(study, values, QUARTER), pulled),
        "memory ban announced two quarters earlier": (values, _warned(pulled, EARLIER)),
        "memory ban without warning": (values, pulled._replace(hbm_warning=np.zeros_like(pulled.hbm_warning))),
    }
    margins = {name: margins_of(study, *case) for name, case in cases.items()}
    known = np.all([np.isfinite(m) for m in margins.values()], axis=(0, 1))
    if not known.any():
        raise MissingData(f"{policy}: every future failed, so time changes nothing that can be told")
    holds = {name: m[:, known] > 0 for name, m in margins.items()}
    rows = [
        _row(name, a.id, held[i], holds[AS_IS][i])
        for name, held in holds.items()
        for i, a in enumerate(study.assumptions)
    ]
    return pl.DataFrame(rows)


def _row(case: str, assumption: str, held: Array, before: Array) -> dict[str, Any]:
    change = paired(held.astype(float) - before.astype(float))
    return {
        "case": case,
        "assumption": assumption,
        "holds": float(held.mean()),
        "change": change.effect,
        "low": change.low,
        "high": change.high,
        "rescued": float((held & ~before).mean()),
        "lost": float((~held & before).mean()),
    }


def _patched(study: Study, values: Array, by: float) -> Array:
    moved = values.copy()
    lag = study.priors.names.index("patch_lag")
    moved[lag] = np.maximum(values[lag] + by, SHORTEST)
    return moved


def _warned(pulled: Levers, quarters: int) -> Levers:
    """The memory ban known so many quarters earlier; as it is where there is none."""
    warned = pulled.hbm_warning.copy()
    first = int(np.argmax(warned > 0))
    warned[max(first - quarters, 0) : first] = 1.0
    return pulled._replace(hbm_warning=warned)


def lags(case: Case, as_of: date | None = None) -> list[dict[str, Any]]:
    """Months that each control lagged what it controls, from the dated events up to a day: control, kind, both events,
    both days, months.
    """
    when = {row["title"]: row["date"] for row in facts.read("events", case).to_dicts()}
    rows = [
        {
            **row,
            "from": str(when[row["began"]]),
            "to": str(when[row["ended"]]),
            "months": round((when[row["ended"]] - when[row["began"]]).days / DAYS_A_MONTH, 1),
        }
        for row in facts.read("control_lags", case).to_dicts()
        if as_of is None or when[row["ended"]] <= as_of
    ]
    return sorted(rows, key=lambda r: (r["kind"], -r["months"]))


def simulated_lag(study: Study) -> dict[str, float]:
    """Months from a loophole to its patch as the prior has it: 5, 50 and 95%."""
    low, middle, high = 12 * study.priors["patch_lag"].quantile(np.array([0.05, 0.5, 0.95]))
    return {"p5": float(low), "p50": float(middle), "p95": float(high)}


def time_told(study: Study, policy: str) -> dict[str, Any]:
    """Time asymmetry as `premortem compare --json` prints it: the lags, and what time changes under a policy."""
    return {
        "policy": policy,
        "lags": lags(study.case),
        "simulated_patch_lag_months": simulated_lag(study),
        "cases": time_asymmetry(study, policy).to_dicts(),
        "faster": FASTER,
        "futures": MOVED,
    }
