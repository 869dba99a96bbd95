"""Sensitivity: Sobol indices of first and total order with bootstrap intervals, and rank correlations for a quick look.

First order by Saltelli 2010 on centred outputs, total by Jansen 1999. A bootstrap resample is a row of multinomial
weights, so all replicates of all indices are a few matrix products. A small negative first-order index is sampling
error: its interval holds zero. Runs that failed, whose output is no number, are left out and counted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.ensemble.design import uniforms

Array = NDArray[Any]
RESAMPLES = 200
LEVEL = 0.95


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


def blocks(parameters: int, n: int, seed: int) -> tuple[Array, Array]:
    """Chances of the two base samples A and B, each (parameter, n), addressed by index of one Sobol design of twice
    the width.
    """
    u = uniforms("sobol", 2 * parameters, seed, 0, n)
    return u[:parameters], u[parameters:]


def run(model: Callable[[Array], Array], a: Array, b: Array, seed: int) -> list[Indices]:
    """Indices of every output of `model`, which maps inputs (parameter, m) to outputs (output, m).

    `a` and `b` are the two base samples, chances or values. All outputs share the same runs: n x (parameters + 2).
    """
    y_a, y_b = model(a), model(b)
    y_ab = np.empty((len(a), *y_a.shape))
    mixed = a.copy()
    for i in range(len(a)):
        mixed[i] = b[i]
        y_ab[i] = model(mixed)
        mixed[i] = a[i]
    return [indices(y_a[k], y_b[k], y_ab[:, k], seed) for k in range(y_a.shape[0])]


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
