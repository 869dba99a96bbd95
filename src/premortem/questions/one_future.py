"""One future by its seed and index, simulated again and described step by step; bit for bit as in the run that held it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.ensemble import run as ensemble
from premortem.ensemble.design import check_seed
from premortem.ensemble.part import called, draw
from premortem.errors import BadInput
from premortem.propositions.assumption import Assumption
from premortem.study import Study, chosen_of
from premortem.text.result import Result, Shown

Array = NDArray[Any]


@dataclass(frozen=True, repr=False)
class ConditionAt(Shown):
    """A condition in one future; its margin is None where it is no number."""

    condition: str
    says: str
    fails: str
    margin: float | None
    holds: bool


@dataclass(frozen=True, repr=False)
class AssumptionAt(Shown):
    """An assumption in one future, with its conditions."""

    assumption: str
    name: str
    margin: float | None
    holds: bool
    conditions: tuple[ConditionAt, ...]


@dataclass(frozen=True, repr=False)
class Under(Shown):
    """One future under one policy: verdicts, every national series step by step, and what of them is not finite."""

    policy: str
    assumptions: tuple[AssumptionAt, ...]
    series: dict[str, list[float | None]]
    non_finite: list[str]


@dataclass(frozen=True, repr=False)
class Drawn(Shown):
    """An uncertainty in one future, its median, and how far from it this future lies [standard normal scores]; None for a category."""

    param: str
    meaning: str
    unit: str
    value: float
    median: float
    score: float | None


@dataclass(frozen=True, repr=False)
class OneFuture(Result):
    """A future of a design: its uncertainties, furthest from their medians first, and what it comes to under each policy."""

    future: int
    seed: int
    quarters: tuple[str, ...]
    parameters: tuple[Drawn, ...]
    policies: tuple[Under, ...]


def one_future(study: Study, index: int, policies: str | Sequence[str] | None = None, seed: int = 7) -> OneFuture:
    """A future of the study's design: parameters furthest from their medians first, and under each policy the margins
    of
    assumptions and conditions and every national series. Writes nothing.

    Raises `BadInput` for an index that no run can have, and for an unknown policy.
    """
    check_seed(seed)
    if not 0 <= index < ensemble.MOST:
        raise BadInput("command line", "--only", "is out of range", got=index, allowed=f"0 to {ensemble.MOST - 1:,}")
    chosen = chosen_of("one_future", policies, study.policies)
    # the whole chunk around it, since bits differ between shapes
    size = called(study.compiled.forward)
    start = index // size * size
    values = draw(study.priors, "sobol", seed, start, size)
    under = []
    for name in chosen:
        (chunk,) = study.compiled.chunks(values, study.levers(name), few=0)
        at = {key: float(value[index - start]) for key, value in chunk.columns().items()}
        paths = {key: np.asarray(value)[:, index - start] for key, value in chunk.series.items()}
        under.append(_under(name, at, paths, study.assumptions))
    parameters = _parameters(study, values[:, index - start])
    return OneFuture(index, seed, study.steps, parameters, tuple(under))


def _under(name: str, at: Mapping[str, float], paths: Mapping[str, Array], assumptions: Sequence[Assumption]) -> Under:
    """The future under one policy; what is not finite is named, and given as nothing."""
    broken = sorted(
        {*(k for k, v in at.items() if not np.isfinite(v)), *(k for k, v in paths.items() if not np.isfinite(v).all())}
    )
    series = {key: [_finite(x) for x in path] for key, path in paths.items()}
    return Under(name, tuple(_assumption(a, at) for a in assumptions), series, broken)


def _assumption(a: Assumption, at: Mapping[str, float]) -> AssumptionAt:
    margin = at[f"margin.{a.id}"]
    conditions = [
        ConditionAt(c.id, c.says, c.failure, _finite(m), m > 0)
        for c in a.condition
        for m in [at[f"margin.{a.id}.{c.id}"]]
    ]
    return AssumptionAt(a.id, a.name, _finite(margin), margin > 0, tuple(conditions))


def _parameters(study: Study, values: Array) -> tuple[Drawn, ...]:
    """Each uncertainty with its median and how far from it this future lies, in standard normal scores, furthest
    first; categories have no such distance.
    """
    scores = study.priors.to_normal(values[:, None].astype(float))[:, 0]
    medians = study.priors.central[:, 0]
    rows = [
        Drawn(
            row.name,
            row.meaning,
            row.unit,
            float(values[i]),
            float(medians[i]),
            None if row.distribution == "categorical" else float(scores[i]),
        )
        for i, row in enumerate(study.priors.rows)
    ]
    return tuple(sorted(rows, key=lambda r: -abs(r.score or 0.0)))


def _finite(x: Any) -> float | None:
    return float(x) if np.isfinite(x) else None
