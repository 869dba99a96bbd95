"""One future by its seed and index, made anew and told quarter by quarter: the same bits as in the run that held it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.ensemble import run as ensemble
from premortem.ensemble.part import CHUNK, Spec, compiled, draw
from premortem.errors import BadInput
from premortem.propositions.assumption import Assumption
from premortem.study import Study, listed

Array = NDArray[Any]


def one_future(study: Study, index: int, policies: str | Sequence[str] | None = None, seed: int = 7) -> dict[str, Any]:
    """A future of the study's design: parameters furthest from their medians first, and under each policy the margins
    of
    assumptions and conditions and every national series. Writes nothing.

    Raises `BadInput` for an index that no run can have, and for an unknown policy.
    """
    if not 0 <= index < ensemble.MOST:
        raise BadInput("command line", "--only", "is out of range", got=index, allowed=f"0 to {ensemble.MOST - 1:,}")
    chosen = tuple(dict.fromkeys(listed(policies) or study.policies))
    pulled = {name: (study.levers(name), study.scorer.thresholds) for name in chosen}
    key = f"only-{sorted(study.hashes(chosen).items())}"
    spec = Spec(key, Path(), study.model(), study.priors, pulled, "sobol", seed, 1)
    # the whole chunk around it, since bits differ between shapes
    start = index // CHUNK * CHUNK
    values = draw(study.priors, "sobol", seed, start, CHUNK)
    run = compiled(spec)
    under = []
    for name in chosen:
        scalars, series = run(values, pulled[name])
        at = {key: float(value[index - start]) for key, value in scalars.items()}
        paths = {key: np.asarray(value)[:, index - start] for key, value in series.items()}
        under.append(_under(name, at, paths, study.assumptions))
    return {
        "future": index,
        "seed": seed,
        "quarters": list(study.steps),
        "parameters": _parameters(study, values[:, index - start]),
        "policies": under,
    }


def _under(
    name: str, at: Mapping[str, float], paths: Mapping[str, Array], assumptions: Sequence[Assumption]
) -> dict[str, Any]:
    """The future under one policy; what is not finite is named, and given as nothing."""
    broken = sorted(
        {*(k for k, v in at.items() if not np.isfinite(v)), *(k for k, v in paths.items() if not np.isfinite(v).all())}
    )
    return {
        "policy": name,
        "assumptions": [_assumption(a, at) for a in assumptions],
        "series": {key: [_finite(x) for x in path] for key, path in paths.items()},
        "non_finite": broken,
    }


def _assumption(a: Assumption, at: Mapping[str, float]) -> dict[str, Any]:
    margin = at[f"margin.{a.id}"]
    conditions = [
        {"condition": c.id, "says": c.says, "fails": c.failure, "margin": _finite(m), "holds": m > 0}
        for c in a.condition
        for m in [at[f"margin.{a.id}.{c.id}"]]
    ]
    return {
        "assumption": a.id,
        "name": a.name,
        "margin": _finite(margin),
        "holds": margin > 0,
        "conditions": conditions,
    }


def _parameters(study: Study, values: Array) -> list[dict[str, Any]]:
    """Each uncertainty with its median and how far from it this future lies, in standard normal scores, furthest
    first; categories have no such distance.
    """
    scores = study.priors.to_normal(values[:, None].astype(float))[:, 0]
    medians = study.priors.central[:, 0]
    rows = [
        {
            "param": row.name,
            "meaning": row.meaning,
            "unit": row.unit,
            "value": float(values[i]),
            "median": float(medians[i]),
            "score": None if row.distribution == "categorical" else float(scores[i]),
        }
        for i, row in enumerate(study.priors.rows)
    ]
    return sorted(rows, key=lambda r: -abs(r["score"] or 0.0))


def _finite(x: Any) -> float | None:
    return float(x) if np.isfinite(x) else None
