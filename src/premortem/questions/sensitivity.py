"""Sobol indices of the assumptions' margins: which uncertainties share out their variance; and rank correlations for a quick look.

First order by Saltelli 2010 on centred outputs, total by Jansen 1999. A bootstrap resample is a row of multinomial
weights, so all replicates of all indices are a few matrix products. A small negative first-order index is sampling
error: its interval holds zero. Runs that failed, whose output is no number, are left out and counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.case import Levers
from premortem.ensemble.design import uniforms
from premortem.ensemble.run import CHUNK
from premortem.errors import BadInput, MissingData
from premortem.questions.margins import check_varies, margins_of
from premortem.study import Study
from premortem.text.result import Result

Array = NDArray[Any]
# Bootstrap resamples of an index, and what its interval holds.
RESAMPLES = 200
LEVEL = 0.95
# Base samples of the Sobol indices: by default, and the least and most that may be asked for.
SAMPLES, LEAST_SAMPLES, MOST_SAMPLES = 512, 64, 65_536
# Above this share of runs that failed the others are no fair sample of what the priors give.
MOST_FAILED = 0.1


@dataclass(frozen=True)
class Indices:
    """Indices of one output, each of shape (parameter,), with intervals of the first and the total order; how many of its `runs` failed."""

    first: Array
    total: Array
    low: Array
    high: Array
    first_low: Array
    first_high: Array
    runs: int = 0
    failed: int = 0


@dataclass(frozen=True, repr=False)
class Sensitivity(Result):
    """Sobol indices of one uncertainty [share of the margin's variance]: what it plays alone (`first`) and with its company (`total`), with
    their 95% intervals (`low` and `high` those of the total); how many runs failed.
    """

    param: str
    first: float
    total: float
    low: float
    high: float
    first_low: float
    first_high: float
    first_estimate: float
    failed: int


@dataclass(frozen=True)
class Measured:
    """Indices of one margin as rows, largest total first, and in words what a reader must know of them; no rows where they cannot be told."""

    rows: tuple[Sensitivity, ...]
    said: str = ""
    failed: bool = False  # too many runs for the rest to mean anything


def sensitivities(
    study: Study, policy: str, samples: int = SAMPLES, seed: int = 1, pulled: Levers | None = None
) -> dict[str, tuple[Sensitivity, ...]]:
    """Sobol indices of every assumption's margin, as it stands, by its id, largest total first.

    All assumptions share the same `samples` x (uncertainties that vary + 2) runs. `first` is shown as 0 where its
    interval reaches below 0: a negative estimate is sampling error, kept in `first_estimate`. Runs that failed are counted in
    `failed` and left out. A margin that does not vary has no indices and gets none. Raises `BadInput` where every
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
    y = _runs(study, levers, free, *blocks(len(free), samples, seed))
    found = [indices(y[k, 0], y[k, 1], y[k, 2:], seed) for k in range(len(y))]
    names = [study.priors.names[i] for i in free]
    return {x.id: _measured(x.id, names, one) for x, one in zip(study.assumptions, found, strict=True)}


def _measured(subject: str, names: list[str], found: Indices) -> Measured:
    some = f"{found.failed:,} of {found.runs:,} runs ({found.failed / found.runs:.1%}) failed: the margin of {subject} is no number there"
    if found.failed > MOST_FAILED * found.runs:
        return Measured((), f"{some}; Sobol indices cannot be told", failed=True)
    if np.isnan(found.total).any():
        same = f"the margin of {subject} is the same in every future{' that did not fail' if found.failed else ''}"
        return Measured((), f"{same}: it has no sensitivities{f'; {some}' if found.failed else ''}")
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


def _rows(names: list[str], found: Indices) -> tuple[Sensitivity, ...]:
    rows = [
        Sensitivity(
            param=name,
            first=max(float(found.first[k]), 0.0) if found.first_low[k] <= 0 else float(found.first[k]),
            total=float(found.total[k]),
            low=float(found.low[k]),
            high=float(found.high[k]),
            first_low=float(found.first_low[k]),
            first_high=float(found.first_high[k]),
            first_estimate=float(found.first[k]),
            failed=found.failed,
        )
        for k, name in enumerate(names)
    ]
    return tuple(sorted(rows, key=lambda r: -r.total))


def blocks(parameters: int, n: int, seed: int) -> tuple[Array, Array]:
    """Chances of the two base samples A and B, each (parameter, n), addressed by index of one Sobol design of twice
    the width.
    """
    u = uniforms("sobol", 2 * parameters, seed, 0, n)
    return u[:parameters], u[parameters:]


def indices(y_a: Array, y_b: Array, y_ab: Array, seed: int = 0) -> Indices:
    """Indices from outputs at A, at B, both (n,), and at A with column i from B, (parameter, n); bootstrap over the
    n. All are NaN for a constant output, which has no variance to share out. An index counts the samples whose three runs it needs
    are numbers.
    """
    good = np.isfinite(y_a) & np.isfinite(y_b)
    fine = good & np.isfinite(y_ab)  # (parameter, n)
    runs, failed = y_a.size + y_b.size + y_ab.size, sum(int((~np.isfinite(y)).sum()) for y in (y_a, y_b, y_ab))
    none = np.full(len(y_ab), np.nan)
    nothing = Indices(none, none, none, none, none, none, runs, failed)
    if not fine.any(1).all():
        return nothing
    weights = _resamples(len(y_a), seed)
    both = (y_a[good].mean() + y_b[good].mean()) / 2
    a, b = np.where(good, y_a - both, 0.0), np.where(good, y_b - both, 0.0)
    ab = np.where(fine, y_ab - both, 0.0)
    counted, each = weights @ good, weights @ fine.T
    variance = weights @ ((a**2 + b**2) / 2) / counted - (weights @ ((a + b) / 2) / counted) ** 2
    if variance[0] <= 1e-12 * max(both**2, 1e-12):
        return nothing
    first = weights @ (fine * b * (ab - a)).T / each / variance[:, None]
    total = weights @ (fine * (a - ab) ** 2 / 2).T / each / variance[:, None]
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    t, f = np.quantile(total[1:], tails, axis=0), np.quantile(first[1:], tails, axis=0)
    return Indices(first[0], total[0], t[0], t[1], f[0], f[1], runs, failed)


@lru_cache(maxsize=4)
def _resamples(n: int, seed: int) -> Array:
    """Equal weights, then a row of weights a bootstrap resample, (1 + resample, n)."""
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), RESAMPLES)
    return np.vstack([np.full(n, 1 / n), drawn / n])


def rank_correlation(values: Array, output: Array) -> Array:
    """Spearman correlation of each parameter with an output, shape (parameter,); 0 for a constant one."""
    ranks = np.argsort(np.argsort(values, axis=1), axis=1).astype(float)
    out = np.argsort(np.argsort(output)).astype(float)
    ranks -= ranks.mean(1, keepdims=True)
    out -= out.mean()
    spread = np.sqrt((ranks**2).sum(1) * (out**2).sum())
    constant = values.max(1) == values.min(1)
    return np.where(constant, 0.0, ranks @ out / np.maximum(spread, 1e-300))


def goes_with(values: Array, margins: Mapping[str, Array]) -> list[tuple[str, float]]:
    """For each uncertainty, (parameter, future), the assumption whose margin its rank goes with most, and that correlation."""
    ids = list(margins)
    found = np.stack([rank_correlation(values, margins[k]) for k in ids]).T
    most = np.abs(found).argmax(1)
    return [(ids[k], float(row[k])) for k, row in zip(most, found, strict=True)]
