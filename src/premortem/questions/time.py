"""Time asymmetry: how long controls lag what they control, and what more or less time would change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem import facts
from premortem.case import Case, Levers
from premortem.ensemble.run import draw
from premortem.errors import BadInput, MissingData, nearest, raise_all
from premortem.files.typed import Strict, read_typed
from premortem.questions._paired import paired
from premortem.questions.margins import margins_of
from premortem.study import Study
from premortem.text.result import FROM, Result

Array = NDArray[Any]
# Futures in which time is moved.
MOVED = 8192
DAYS_A_MONTH = 365.25 / 12
AS_IS, FILE = "as it is", "time.toml"


@dataclass(frozen=True, repr=False)
class Lag(Result):
    """How long a control lagged what it controls [months], between two dated events; days in ISO form."""

    control: str
    kind: str
    began: str
    ended: str
    start: str = field(metadata=FROM)
    to: str
    months: float


@dataclass(frozen=True, repr=False)
class PriorLag(Result):
    """How long a control lags in the model, by its prior: 5, 50 and 95% [months]."""

    p5: float
    p50: float
    p95: float


@dataclass(frozen=True, repr=False)
class TimeCase(Result):
    """An assumption when time is moved: the share of futures that holds, its change from what it is as it stands with the 95% interval,
    and the shares of futures that are `rescued` and `lost`.
    """

    case: str
    assumption: str
    holds: float
    change: float
    low: float
    high: float
    rescued: float
    lost: float


@dataclass(frozen=True, repr=False)
class TimeAsymmetry(Result):
    """The lags of controls in the record, and what more or less time changes under a policy, over so many `futures`."""

    policy: str
    lags: tuple[Lag, ...]
    simulated_lag: str  # what takes so long in the model
    simulated_patch_lag_months: PriorLag
    cases: tuple[TimeCase, ...]
    faster: str  # the case of time in which controls come soonest
    futures: int
    why: Mapping[str, str]  # by case, why it changes what it does where that surprises


class Shift(Strict):
    """What is moved in a case of time: an uncertainty by some years, or a lever that moves earlier by some steps, or rests."""

    uncertainty: str = ""
    by: float = 0.0  # [yr]
    least: float = 0.0  # the shortest that it may come to [yr]
    lever: str = ""
    earlier: int = 0  # steps; 0 lets it rest
    why: str = ""  # why it changes what it does, a clause


class Shifts(Strict):
    """What a case tries of time."""

    says: str = "a control lags by"  # what the lag is, a phrase that a number of months follows
    lag: str  # the uncertainty that says how long that takes [yr]
    fastest: str
    cases: dict[str, Shift]


@cache
def shifts(case: Case) -> Shifts:
    """What is tried of time, as the case has it. Raises `MissingData` where it does not say."""
    if not (case / FILE).is_file():
        raise MissingData(f"{case.name} holds no {FILE}, so what more or less time changes is not told")
    return read_typed(case / FILE, Shifts)


def _shifts_of(study: Study, pulled: Levers) -> Shifts:
    """What the case tries of time. Raises `BadInput`, every fault at once, for what names no uncertainty, lever or case of time."""
    told = shifts(study.case)
    check_shifts(told, study.priors.names, pulled._fields)
    return told


def check_shifts(told: Shifts, names: Sequence[str], levers: Sequence[str]) -> None:
    """Raises `BadInput`, every fault at once, for what names no uncertainty, lever or case of time."""
    asked: list[tuple[str, str, Sequence[str]]] = [
        ("lag", told.lag, names),
        ("fastest", told.fastest, tuple(told.cases)),
    ]
    for name, shift in told.cases.items():
        field = "uncertainty" if shift.uncertainty else "lever"
        asked.append((f"cases.{name}.{field}", getattr(shift, field), names if shift.uncertainty else levers))
    wrong = [(key, got, known) for key, got, known in asked if got not in known]
    raise_all([BadInput(FILE, key, "no such name", got=got, hint=nearest(got, known)) for key, got, known in wrong])


def time_asymmetry(study: Study, policy: str | None = None) -> pl.DataFrame:
    """How the shares that hold move when time is moved as the case says, such as a rule that comes a step earlier: one row a
    case of time and assumption.

    `change` is paired over the same futures with its 95% interval; `rescued` the share of all futures that break as it
    is and hold in the case, `lost` the reverse. Raises `MissingData` for a case without `time.toml`.
    """
    return pl.DataFrame([row.as_dict() for row in _cases(study, policy)])


def _cases(study: Study, policy: str | None) -> tuple[TimeCase, ...]:
    policy = policy or study.case.settings.baseline
    values, pulled = draw(study.priors, "sobol", 0, 0, MOVED), study.levers(policy)
    cases = {AS_IS: (values, pulled)}
    cases |= {name: _shifted(study, shift, values, pulled) for name, shift in _shifts_of(study, pulled).cases.items()}
    margins = {name: margins_of(study, *case) for name, case in cases.items()}
    known = np.all([np.isfinite(m) for m in margins.values()], axis=(0, 1))
    if not known.any():
        raise MissingData(f"{policy}: every future failed, so time changes nothing that can be told")
    holds = {name: m[:, known] > 0 for name, m in margins.items()}
    return tuple(
        _case(name, a.id, held[i], holds[AS_IS][i])
        for name, held in holds.items()
        for i, a in enumerate(study.assumptions)
    )


def _case(name: str, assumption: str, held: Array, before: Array) -> TimeCase:
    change = paired(held.astype(float) - before.astype(float))
    rescued, lost = float((held & ~before).mean()), float((~held & before).mean())
    return TimeCase(name, assumption, float(held.mean()), change.effect, change.low, change.high, rescued, lost)


def _shifted(study: Study, shift: Shift, values: Array, pulled: Levers) -> tuple[Array, Levers]:
    """Values and levers with one thing moved in time; as they are where a lever never moves."""
    if shift.uncertainty:
        place, moved = study.priors.names.index(shift.uncertainty), values.copy()
        moved[place] = np.maximum(values[place] + shift.by, shift.least)
        return moved, pulled
    if not shift.earlier:
        return values, pulled._replace(**{shift.lever: np.zeros_like(getattr(pulled, shift.lever))})
    lever = getattr(pulled, shift.lever).copy()
    first = int(np.argmax(lever > 0))
    lever[max(first - shift.earlier, 0) : first] = 1.0
    return values, pulled._replace(**{shift.lever: lever})


def lags(case: Case, as_of: date | None = None) -> tuple[Lag, ...]:
    """How long each control lagged what it controls, from the dated events up to a day: by kind, the longest first."""
    when = {row["title"]: row["date"] for row in facts.rows("events", case)}
    rows = [
        Lag(
            **row,
            start=str(when[row["began"]]),
            to=str(when[row["ended"]]),
            months=round((when[row["ended"]] - when[row["began"]]).days / DAYS_A_MONTH, 1),
        )
        for row in facts.rows("control_lags", case)
        if as_of is None or when[row["ended"]] <= as_of
    ]
    return tuple(sorted(rows, key=lambda r: (r.kind, -r.months)))


def simulated_lag(study: Study) -> PriorLag:
    """Months that a control lags in the model, by its prior: 5, 50 and 95%."""
    low, middle, high = 12 * study.priors[shifts(study.case).lag].quantile(np.array([0.05, 0.5, 0.95]))
    return PriorLag(float(low), float(middle), float(high))


def time_told(study: Study, policy: str) -> TimeAsymmetry | None:
    """Time asymmetry as `premortem compare --json` prints it: the lags, and what time changes under a policy; None where the case
    says nothing of time.
    """
    if not (study.case / FILE).is_file():
        return None
    cases = _cases(study, policy)
    return TimeAsymmetry(
        policy=policy,
        lags=lags(study.case),
        simulated_lag=shifts(study.case).says,
        simulated_patch_lag_months=simulated_lag(study),
        cases=cases,
        faster=shifts(study.case).fastest,
        futures=MOVED,
        why={name: case.why for name, case in shifts(study.case).cases.items() if case.why},
    )
