"""Time asymmetry: how long controls lag what they control, and what more or less time changes."""

from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from premortem import facts
from premortem.case import Case, Levers
from premortem.ensemble.run import draw
from premortem.errors import MissingData
from premortem.files.typed import Strict, read_typed
from premortem.questions._paired import paired
from premortem.questions.margins import margins_of
from premortem.study import Study

Array = NDArray[Any]
# Futures in which time is moved.
MOVED = 8192
DAYS_A_MONTH = 365.25 / 12
AS_IS, FILE = "as it is", "time.toml"


class Moved(Strict):
    """A case of more or less time: the lag moved by so many years, or a warning known so many steps earlier, or never."""

    name: str
    by: float = 0.0
    warning: str = ""
    earlier: int | None = Field(default=None, ge=1)


class Moves(Strict):
    """What `time.toml` of a case says: the uncertainty that is a regulator's lag [yr], and the cases of more or less time."""

    lag: str
    shortest: float
    faster: str
    case: tuple[Moved, ...]


def moves_of(case: Case) -> Moves | None:
    """How a case moves time; None where it does not say."""
    return read_typed(case / FILE, Moves) if (case / FILE).is_file() else None


def time_asymmetry(study: Study, policy: str | None = None) -> pl.DataFrame:
    """How the shares that hold move with more or less time, by `time.toml` of the case: one row a case and assumption.

    `change` is paired over the same futures with its 95% interval; `rescued` the share of all futures that break as it
    is and hold in the case, `lost` the reverse. Raises `MissingData` where the case says nothing of time.
    """
    told = moves_of(study.case)
    if told is None:
        raise MissingData(f"{study.case.name} holds no {FILE}, so what more or less time changes is not told")
    policy = policy or study.case.settings.baseline
    values, pulled = draw(study.priors, "sobol", 0, 0, MOVED), study.levers(policy)
    cases = {AS_IS: (values, pulled)} | {m.name: _moved(study, values, pulled, m, told) for m in told.case}
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


def _moved(study: Study, values: Array, pulled: Levers, move: Moved, told: Moves) -> tuple[Array, Levers]:
    """Values and levers with time moved."""
    if not move.warning:
        moved, lag = values.copy(), study.priors.names.index(told.lag)
        moved[lag] = np.maximum(values[lag] + move.by, told.shortest)
        return moved, pulled
    warned = getattr(pulled, move.warning).copy()
    if move.earlier is None:
        warned[:] = 0.0
    else:  # as it is where there is none
        first = int(np.argmax(warned > 0))
        warned[max(first - move.earlier, 0) : first] = 1.0
    return values, pulled._replace(**{move.warning: warned})


def lags(case: Case, as_of: date | None = None) -> list[dict[str, Any]]:
    """Months that each control lagged what it controls, from the dated events up to a day: control, kind, both events,
    both days, months.
    """
    when = {row["title"]: row["date"] for row in facts.rows("events", case)}
    rows = [
        {
            **row,
            "from": str(when[row["began"]]),
            "to": str(when[row["ended"]]),
            "months": round((when[row["ended"]] - when[row["began"]]).days / DAYS_A_MONTH, 1),
        }
        for row in facts.rows("control_lags", case)
        if as_of is None or when[row["ended"]] <= as_of
    ]
    return sorted(rows, key=lambda r: (r["kind"], -r["months"]))


def simulated_lag(study: Study) -> dict[str, float]:
    """Months from a loophole to its patch as the prior has it: 5, 50 and 95%."""
    told = moves_of(study.case)
    if told is None:
        return {}
    low, middle, high = 12 * study.priors[told.lag].quantile(np.array([0.05, 0.5, 0.95]))
    return {"p5": float(low), "p50": float(middle), "p95": float(high)}


def time_told(study: Study, policy: str) -> dict[str, Any] | None:
    """Time asymmetry as `premortem compare --json` prints it: the lags, and what time changes under a policy; None where the case
    says nothing of time.
    """
    told = moves_of(study.case)
    if told is None:
        return None
    return {
        "policy": policy,
        "lags": lags(study.case),
        "simulated_patch_lag_months": simulated_lag(study),
        "cases": time_asymmetry(study, policy).to_dicts(),
        "faster": told.faster,
        "futures": MOVED,
    }
