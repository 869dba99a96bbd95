"""Scores futures: margins of every condition, which fails first, shares that hold with intervals, and the board."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.errors import BadInput, raise_all
from premortem.propositions import tally
from premortem.propositions.assumption import Assumption
from premortem.propositions.expressions import Expression

Array = NDArray[Any]
# Row of the board for all assumptions at once.
ALL = "all"
# What fails first, or alone, in a board's frame: a row a condition of the assumption (of `all`: an assumption).
CAUSES = pl.List(pl.Struct({"condition": pl.String, "share": pl.Float64}))


class Scorer:
    """Compiled propositions. `margins` and `reduce` are pure functions for JAX; thresholds are arguments, never
    constants.
    """

    def __init__(
        self,
        assumptions: Sequence[Assumption],
        outcomes: frozenset[str],
        labels: tuple[str, ...],
    ) -> None:
        """`labels` are the steps of the clock."""
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
                        into[f"{a.id}.{c.id}"] = Expression(text, a.file, key, outcomes, frozenset({"limit"}), labels)
                    except BadInput as error:
                        errors.append(error)
        raise_all(errors)

    @property
    def conditions(self) -> tuple[str, ...]:
        """Names of all conditions, `X1.lead_widens` and so on."""
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
        """Margins of assumptions as they stand at each step, each of shape (step, future)."""
        found = {name: e(outcomes, {"limit": thresholds[name]}) for name, e in self._over_time.items()}
        return self._smallest(found)

    def reduce(
        self, outcomes: Mapping[str, jax.Array], thresholds: Mapping[str, Any]
    ) -> tuple[dict[str, jax.Array], dict[str, jax.Array]]:
        """What a run keeps: scalars of each future (margins) and series (outcomes, margins over time)."""
        national = {name: series for name, series in outcomes.items() if series.ndim == 2}
        margins = {f"margin.{name}": m for name, m in self.margins(outcomes, thresholds).items()}
        fans = {f"margin.{name}": m for name, m in self.over_time(outcomes, thresholds).items()}
        return margins, fans | national

    def _smallest(self, by_condition: Mapping[str, jax.Array]) -> dict[str, jax.Array]:
        return {a.id: jnp.stack([by_condition[f"{a.id}.{c.id}"] for c in a.condition]).min(0) for a in self.assumptions}


def board(
    margins: Mapping[str, Mapping[str, Array]],
    assumptions: Sequence[Assumption],
    replicates: int,
    weights: Array | None = None,
) -> pl.DataFrame:
    """Assumption by policy: share that holds, interval, and per condition the share of failures it causes first and
    alone.

    `margins` holds by policy the columns of a run, `margin.X1` and `margin.X1.lead_widens`. The row `all` is all at
    once. A future with a margin that is no number has `failed`: it is counted so, and in no share.
    """
    parts = {policy: [columns] for policy, columns in margins.items()}
    return board_of_parts(parts, assumptions, replicates, None if weights is None else [weights])


def board_of_parts(
    margins: Mapping[str, Iterable[Mapping[str, Array]]],
    assumptions: Sequence[Assumption],
    replicates: int,
    weights: Sequence[Array] | None = None,
) -> pl.DataFrame:
    """The board from columns that come part by part, in the order of the futures; it holds one part at a time."""
    rows = []
    for policy, parts in margins.items():
        counted = [_Row(a.id, tuple(c.id for c in a.condition), f"margin.{a.id}.", replicates) for a in assumptions]
        counted.append(_Row(ALL, tuple(a.id for a in assumptions), "margin.", replicates))
        for i, columns in enumerate(parts):
            for row in counted:
                row.add(columns, None if weights is None else weights[i])
        rows += [row.as_dict(policy) for row in counted]
    return pl.DataFrame(rows, schema_overrides={"fails_on": CAUSES, "alone": CAUSES})


def _listed(shares: Mapping[str, float]) -> list[dict[str, Any]]:
    """Shares of failures as rows: a column for each condition of every assumption would be empty but for a few."""
    return [{"condition": name, "share": part} for name, part in shares.items()]


class _Row:
    """A row of the board while it is counted: what holds where every one of `names` has a margin above zero."""

    def __init__(self, subject: str, names: tuple[str, ...], prefix: str, replicates: int) -> None:
        self.subject, self.prefix = subject, prefix
        self.share, self.causes = tally.Share(replicates), tally.Causes(names)

    def add(self, columns: Mapping[str, Array], weights: Array | None) -> None:
        margins = {name: columns[self.prefix + name] for name in self.causes.names}
        failed = ~np.all([np.isfinite(m) for m in margins.values()], axis=0)
        self.share.add(np.all([m > 0 for m in margins.values()], axis=0), weights, failed)
        known = {name: m[~failed] for name, m in margins.items()} if failed.any() else margins
        self.causes.add(known, None if weights is None else weights[~failed])

    def as_dict(self, policy: str) -> dict[str, Any]:
        interval = (None if np.isnan(x) else x for x in self.share.interval())
        first, alone = self.causes.shares()
        found: dict[str, Any] = dict(zip(("holds", "low", "high"), interval, strict=True))
        found |= {"fails_on": _listed(first), "alone": _listed(alone), "failed": self.share.failed}
        return {"assumption": self.subject, "policy": policy} | found
