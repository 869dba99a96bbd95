"""Scores futures: margins of every condition, which fails first, shares that hold with intervals, and the board."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import stdtrit

from premortem.errors import BadInput, raise_all
from premortem.stress.expressions import Expression
from premortem.stress.propositions import Assumption

Array = NDArray[Any]
# Quarters at which every national outcome is kept for each future.
KEPT_AT = ("2024Q4", "2025Q4", "2026Q4", "2028Q4", "2030Q4", "2032Q4")
# Row of the board for all assumptions at once.
ALL = "all"
# Two-sided level of every interval.
LEVEL = 0.95


class Scorer:
    """Compiled propositions. `margins` and `reduce` are pure functions for JAX; thresholds are arguments, never
    constants.
    """

    def __init__(self, assumptions: Sequence[Assumption], outcomes: frozenset[str], labels: tuple[str, ...]) -> None:
        self.assumptions, self.labels = tuple(assumptions), labels
        errors: list[BadInput] = []
        self._margins: dict[str, Expression] = {}
        self._over_time: dict[str, Expression] = {}
        for a in assumptions:
            for c in a.condition:
                for name, text, into in (
                    ("margin", c.margin, self._margins),
                    ("over_time", c.over_time, self._over_time),
                ):
                    key = f"condition.{c.id}.{name}"
                    try:
                        into[f"{a.id}.{c.id}"] = Expression(
                            text, f"{a.id.lower()}.toml", key, outcomes, frozenset({"limit"}), labels
                        )
                    except BadInput as error:
                        errors.append(error)
        raise_all(errors)

    @property
    def conditions(self) -> tuple[str, ...]:
        """Names of all conditions, `A1.lead_widens` and so on."""
        return tuple(self._margins)

    @property
    def thresholds(self) -> dict[str, np.float32]:
        """Threshold of each condition."""
        return {f"{a.id}.{c.id}": np.float32(c.limit.value) for a in self.assumptions for c in a.condition}

    def margins(self, outcomes: Mapping[str, jax.Array], thresholds: Mapping[str, Any]) -> dict[str, jax.Array]:
        """Margins of conditions and of assumptions (their smallest), each of shape (future,)."""
        found = {name: e(outcomes, {"limit": thresholds[name]}) for name, e in self._margins.items()}
        return found | self._smallest(found)

    def over_time(self, outcomes: Mapping[str, jax.Array], thresholds: Mapping[str, Any]) -> dict[str, jax.Array]:
        """Margins of assumptions as they stand in each quarter, each of shape (quarter, future)."""
        found = {name: e(outcomes, {"limit": thresholds[name]}) for name, e in self._over_time.items()}
        return self._smallest(found)

    def reduce(
        self, outcomes: Mapping[str, jax.Array], thresholds: Mapping[str, Any]
    ) -> tuple[dict[str, jax.Array], dict[str, jax.Array]]:
        """What a run keeps: scalars of each future (margins, outcomes at dates) and series (outcomes, margins over
        time).
        """
        national = {name: series for name, series in outcomes.items() if series.ndim == 2}
        at = {f"{name}@{q}": s[self.labels.index(q)] for name, s in national.items() for q in KEPT_AT}
        margins = {f"margin.{name}": m for name, m in self.margins(outcomes, thresholds).items()}
        fans = {f"margin.{name}": m for name, m in self.over_time(outcomes, thresholds).items()}
        return margins | at, fans | national

    def _smallest(self, by_condition: Mapping[str, jax.Array]) -> dict[str, jax.Array]:
        return {a.id: jnp.stack([by_condition[f"{a.id}.{c.id}"] for c in a.condition]).min(0) for a in self.assumptions}


def share_interval(holds: Array, replicates: int, weights: Array | None = None) -> tuple[float, float, float]:
    """Share that holds and its 95% interval.

    With replicates (randomised quasi-Monte Carlo, future i in replicate i mod `replicates`) a t interval over their
    means;
    else Wilson 1927, with the effective number of futures when weighted.
    """
    values = holds.astype(float)
    share = float(np.average(values, weights=weights))
    if replicates > 1 and values.size >= 2 * replicates and weights is None:
        means = [values[r::replicates].mean() for r in range(replicates)]
        half = stdtrit(replicates - 1, 0.5 + LEVEL / 2) * np.std(means, ddof=1) / np.sqrt(replicates)
        if half > 0:
            return share, max(share - half, 0.0), min(share + half, 1.0)
    n = values.size if weights is None else weights.sum() ** 2 / (weights**2).sum()
    return share, *_wilson(share, n)


def _wilson(share: float, n: float) -> tuple[float, float]:
    z = 1.959963984540054  # normal score of 97.5%
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # rounding must not put the share itself outside
    return min(max(float(middle - half), 0.0), share), max(min(float(middle + half), 1.0), share)


def board(
    margins: Mapping[str, Mapping[str, Array]],
    assumptions: Sequence[Assumption],
    replicates: int,
    weights: Array | None = None,
) -> pl.DataFrame:
    """Assumption by policy: share that holds, interval, and per condition the share of failures it causes first and
    alone.

    `margins` holds by policy the columns of a run, `margin.A1` and `margin.A1.lead_widens`. The row `all` is all at
    once.
    """
    rows = []
    for policy, columns in margins.items():
        every = np.ones(len(next(iter(columns.values()))), bool)
        for a in assumptions:
            holds = columns[f"margin.{a.id}"] > 0
            every &= holds
            first, alone = fails(columns, a, weights)
            rows.append(_row(a.id, policy, holds, first, alone, replicates, weights))
        failing = {a.id: columns[f"margin.{a.id}"] for a in assumptions}
        first, alone = _causes(failing, weights)
        rows.append(_row(ALL, policy, every, first, alone, replicates, weights))
    return pl.DataFrame(rows)


def fails(
    columns: Mapping[str, Array], a: Assumption, weights: Array | None = None
) -> tuple[dict[str, float], dict[str, float]]:
    """Shares of an assumption's failures by condition: in which it has the smallest margin, and in which it fails
    alone.
    """
    return _causes({c.id: columns[f"margin.{a.id}.{c.id}"] for c in a.condition}, weights)


def _causes(margins: Mapping[str, Array], weights: Array | None) -> tuple[dict[str, float], dict[str, float]]:
    names, stacked = list(margins), np.stack(list(margins.values()))
    weight = np.ones(stacked.shape[1]) if weights is None else weights
    broken = stacked.min(0) <= 0
    total = weight[broken].sum()
    if total == 0:
        return dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    worst = stacked.argmin(0)
    lonely = (stacked <= 0).sum(0) == 1
    first = {n: float(weight[broken & (worst == i)].sum() / total) for i, n in enumerate(names)}
    alone = {n: float(weight[lonely & (stacked[i] <= 0)].sum() / total) for i, n in enumerate(names)}
    return first, alone


def _row(
    name: str,
    policy: str,
    holds: Array,
    first: dict[str, float],
    alone: dict[str, float],
    replicates: int,
    weights: Array | None,
) -> dict[str, Any]:
    share, low, high = share_interval(holds, replicates, weights)
    return {
        "assumption": name,
        "policy": policy,
        "holds": share,
        "low": low,
        "high": high,
        "fails_on": first,
        "alone": alone,
    }
