"""Sobol indices of the assumptions' margins: which uncertainties share out their variance."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.case import Levers
from premortem.ensemble.run import CHUNK
from premortem.errors import BadInput, MissingData
from premortem.questions import sobol_indices
from premortem.questions.margins import check_varies, margins_of
from premortem.study import Study

Array = NDArray[Any]
# Base samples of the Sobol indices: by default, and the least and most that may be asked for.
SAMPLES, LEAST_SAMPLES, MOST_SAMPLES = 512, 64, 65_536
# Above this share of runs that failed the others are no fair sample of what the priors give.
MOST_FAILED = 0.1


@dataclass(frozen=True)
class Measured:
    """Indices of one margin as rows, largest total first, and in words what a reader must know of them; no rows where they cannot be told."""

    rows: list[dict[str, Any]]
    said: str = ""
    failed: bool = False  # too many runs for the rest to mean anything


def sensitivities(
    study: Study, policy: str, samples: int = SAMPLES, seed: int = 1, pulled: Levers | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Sobol indices of every assumption's margin, as it stands, by its id, largest total first.

    All assumptions share the same `samples` x (uncertainties that vary + 2) runs. `first` is shown as 0 where its
    interval reaches below 0: a negative estimate is sampling error, kept in `first_estimate`. Runs that failed are counted in
    `failed` and left out. A margin that does not vary has no indices and gets an empty list. Raises `BadInput` where every
    uncertainty is fixed, `MissingData` where too many runs failed.
    """
    found = measured(study, policy, samples, seed, pulled)
    if failed := [m.said for m in found.values() if m.failed]:
        raise MissingData("; ".join(failed))
    return {name: m.rows for name, m in found.items()}


def measured(
    study: Study, policy: str, samples: int = SAMPLES, seed: int = 1, pulled: Levers | None = None
) -> dict[str, Measured]:
    """The same with what must be said of each."""
    if not LEAST_SAMPLES <= samples <= MOST_SAMPLES:
        allowed = f"{LEAST_SAMPLES} to {MOST_SAMPLES:,}"
        raise BadInput("command line", "--samples", f"{samples} is out of range", got=samples, allowed=allowed)
    levers = pulled or study.levers(policy)
    free = [i for i, row in enumerate(study.priors.rows) if row.varies]
    check_varies(study)
    y = _runs(study, levers, free, *sobol_indices.blocks(len(free), samples, seed))
    found = [sobol_indices.indices(y[k, 0], y[k, 1], y[k, 2:], seed) for k in range(len(y))]
    names = [study.priors.names[i] for i in free]
    return {x.id: _measured(x.id, names, one) for x, one in zip(study.assumptions, found, strict=True)}


def _measured(subject: str, names: list[str], found: sobol_indices.Indices) -> Measured:
    some = f"{found.failed:,} of {found.runs:,} runs ({found.failed / found.runs:.1%}) failed: the margin of {subject} is no number there"
    if found.failed > MOST_FAILED * found.runs:
        return Measured([], f"{some}; Sobol indices cannot be told", failed=True)
    if np.isnan(found.total).any():
        same = f"the margin of {subject} is the same in every future{' that did not fail' if found.failed else ''}"
        return Measured([], f"{same}: it has no sensitivities{f'; {some}' if found.failed else ''}")
    return Measured(_rows(names, found), f"{some}; its Sobol indices speak of the others" if found.failed else "")


def _values(study: Study, free: list[int], u: Array) -> Array:
    whole = np.full((len(study.priors.rows), u.shape[1]), 0.5)
    whole[free] = u
    return study.priors.ppf(whole)[free].astype(np.float32)


def _runs(study: Study, levers: Levers, free: list[int], a: Array, b: Array) -> Array:
    """Margins at A, at B and at A with each column from B, (assumption, 2 + parameter, sample), in whole
    chunks. Columns are mixed as values, which saves mapping them again; where uncertainties move together, as chances.
    """
    together = study.priors.copula is not None
    fixed = np.full(len(study.priors.rows), 0.5) if together else study.priors.central[:, 0]
    if not together:
        a, b = _values(study, free, a), _values(study, free, b)
    n, blocks = a.shape[1], len(free) + 2
    out = np.empty((len(study.assumptions), blocks * n), np.float32)
    for start in range(0, blocks * n, CHUNK):
        where = np.arange(start, min(start + CHUNK, blocks * n))
        block, sample = where // n, where % n
        values = np.repeat(fixed[:, None], len(where), axis=1)
        values[free] = np.where(block == 1, b[:, sample], a[:, sample])
        for k in np.unique(block[block > 1]):
            mine = block == k
            values[free[k - 2], mine] = b[k - 2, sample[mine]]
        drawn = study.priors.ppf(values) if together else values
        out[:, where] = margins_of(study, drawn, levers)
    return out.reshape(len(out), blocks, n).astype(float)


def _rows(names: list[str], found: sobol_indices.Indices) -> list[dict[str, Any]]:
    rows = [
        {
            "param": name,
            "first": max(float(found.first[k]), 0.0) if found.first_low[k] <= 0 else float(found.first[k]),
            "total": float(found.total[k]),
            "low": float(found.low[k]),
            "high": float(found.high[k]),
            "first_low": float(found.first_low[k]),
            "first_high": float(found.first_high[k]),
            "first_estimate": float(found.first[k]),
            "failed": found.failed,
        }
        for k, name in enumerate(names)
    ]
    return sorted(rows, key=lambda r: -r["total"])
