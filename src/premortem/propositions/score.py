"""Scores futures: margins of every condition, which fails first, shares that hold with intervals, and the board."""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from types import MappingProxyType
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.ensemble.priors import Prior
from premortem.errors import BadInput, raise_all
from premortem.propositions import interpretations, tally
from premortem.propositions.assumption import Assumption
from premortem.propositions.expressions import Expression
from premortem.propositions.form_shares import FormShares
from premortem.text.result import Document

Array = NDArray[Any]
# The threshold of each condition by its name: one number, or one a row where a program is run along several.
Thresholds: TypeAlias = Mapping[str, np.float32 | NDArray[np.float32] | jax.Array]
# Row of the board for all assumptions at once.
ALL = "all"
# A verdict that so few futures do not share is decided by how things are set up, not by what is uncertain.
DECIDED = 0.005
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

    def margins(self, outcomes: Mapping[str, jax.Array], thresholds: Thresholds) -> dict[str, jax.Array]:
        """Margins of conditions and of assumptions (their smallest), each of shape (future,)."""
        found = {name: e(outcomes, {"limit": thresholds[name]}) for name, e in self._margins.items()}
        return found | self._smallest(found)

    def over_time(self, outcomes: Mapping[str, jax.Array], thresholds: Thresholds) -> dict[str, jax.Array]:
        """Margins of assumptions as they stand at each step, each of shape (step, future)."""
        found = {name: e(outcomes, {"limit": thresholds[name]}) for name, e in self._over_time.items()}
        return self._smallest(found)

    def reduce(
        self, outcomes: Mapping[str, jax.Array], thresholds: Thresholds
    ) -> tuple[dict[str, jax.Array], dict[str, jax.Array]]:
        """What a run keeps: scalars of each future (margins) and series (outcomes, margins over time)."""
        national = {name: series for name, series in outcomes.items() if series.ndim == 2}
        margins = {f"margin.{name}": m for name, m in self.margins(outcomes, thresholds).items()}
        fans = {f"margin.{name}": m for name, m in self.over_time(outcomes, thresholds).items()}
        return margins, fans | national

    @property
    def readings(self) -> dict[str, dict[str, tuple[np.float32, ...]]]:
        """Limits of every interpretation, by column and condition."""
        return interpretations.limits(self.assumptions)

    def interpreted(self, outcomes: Mapping[str, jax.Array], limits: interpretations.Limits) -> dict[str, jax.Array]:
        """Margins of assumptions by the limits of interpretations, each of shape (future,), by column."""
        found = {}
        for column, asked in limits.items():
            counts = jnp.maximum if interpretations.asks_least(column) else jnp.minimum
            each = [
                reduce(counts, (self._margins[name](outcomes, {"limit": value}) for value in ends))
                for name, ends in asked.items()
            ]
            found[column] = jnp.stack(each).min(0)
        return found

    def _smallest(self, by_condition: Mapping[str, jax.Array]) -> dict[str, jax.Array]:
        return {a.id: jnp.stack([by_condition[f"{a.id}.{c.id}"] for c in a.condition]).min(0) for a in self.assumptions}


def board(
    margins: Mapping[str, Mapping[str, Array]],
    assumptions: Sequence[Assumption],
    replicates: int,
    weights: Array | None = None,
    forms: Mapping[Prior, Array] = MappingProxyType({}),
) -> pl.DataFrame:
    """Assumption by policy: share that holds, interval, and per condition the share of failures it causes first and
    alone.

    `margins` holds by policy the columns of a run, `margin.X1` and `margin.X1.lead_widens`, and `margin.X1@hawk` where shares by
    interpretations are wanted; `forms` the values of the forms that the futures are in. The row `all` is all at
    once. A future with a margin that is no number has `failed`: it is counted so, and in no share.
    """
    known = {form.name: values for form, values in forms.items()}
    parts = {policy: [{**columns, **known}] for policy, columns in margins.items()}
    return board_of_parts(parts, assumptions, replicates, None if weights is None else [weights], [*forms])


def board_of_parts(
    margins: Mapping[str, Iterable[Mapping[str, Array]]],
    assumptions: Sequence[Assumption],
    replicates: int,
    weights: Sequence[Array] | None = None,
    forms: Sequence[Prior] = (),
) -> pl.DataFrame:
    """The board from columns that come part by part, in the order of the futures; it holds one part at a time.

    Where there are `forms`, the columns hold their values too, and shares are told by them.
    """
    rows = []
    for policy, parts in margins.items():
        counted = [
            _Row(a.id, {c.id: c.failure for c in a.condition}, f"margin.{a.id}.", replicates, forms, [a])
            for a in assumptions
        ]
        counted.append(
            _Row(ALL, {a.id: f"{a.id} breaks" for a in assumptions}, "margin.", replicates, forms, assumptions)
        )
        for i, columns in enumerate(parts):
            for row in counted:
                row.add(columns, None if weights is None else weights[i])
        rows += [row.as_dict(policy) for row in counted]
    return pl.DataFrame(
        rows,
        schema_overrides={"fails_on": CAUSES, "alone": CAUSES, **dict.fromkeys(("fails_words", "decided"), pl.String)},
    )


def _listed(shares: Mapping[str, float]) -> list[dict[str, Any]]:
    """Shares of failures as rows: a column for each condition of every assumption would be empty but for a few."""
    return [{"condition": name, "share": part} for name, part in shares.items()]


class _Row:
    """A row of the board while it is counted: what holds where all of `failures`, by name and how each reads, have margins above zero; and
    what holds by each interpretation `of` its assumptions.
    """

    def __init__(
        self,
        subject: str,
        failures: Mapping[str, str],
        prefix: str,
        replicates: int,
        forms: Sequence[Prior],
        of: Sequence[Assumption],
    ) -> None:
        self.subject, self.failures, self.prefix = subject, failures, prefix
        # by the name of each, the columns of all assumptions: the shipped reading of one that is not read so
        self.read = {
            name: [
                interpretations.column(a.id, name) if name in interpretations.names(a) else f"margin.{a.id}" for a in of
            ]
            for name in dict.fromkeys(name for a in of for name in interpretations.names(a))
        }
        self.by_reading: dict[str, tally.Share] = {}
        self.share, self.causes = tally.Share(replicates), tally.Causes(tuple(failures))
        self.forms = FormShares(tuple(forms)) if forms else None

    def add(self, columns: Mapping[str, Array], weights: Array | None) -> None:
        margins = {name: columns[self.prefix + name] for name in self.causes.names}
        failed = ~np.all([np.isfinite(m) for m in margins.values()], axis=0)
        holds = np.all([m > 0 for m in margins.values()], axis=0)
        self.share.add(holds, weights, failed)
        known = {name: m[~failed] for name, m in margins.items()} if failed.any() else margins
        left = None if weights is None else weights[~failed]
        self.causes.add(known, left)
        for name, needed in self.read.items():
            if columns.keys() >= {*needed}:
                held = np.all([columns[column] > 0 for column in needed], axis=0)
                self.by_reading.setdefault(name, tally.Share()).add(held, weights, failed)
        if self.forms:
            self.forms.add({f.name: columns[f.name][~failed] for f in self.forms.forms}, holds[~failed], left)

    def as_dict(self, policy: str) -> Document:
        share, low, high = (None if np.isnan(x) else x for x in self.share.interval())
        first, alone = self.causes.shares()
        most = tally.most_often(first)
        by_forms = self.forms.band() if self.forms and share is not None else None
        by_form = self.forms.by_value() if self.forms else None
        by_reading = {} if share is None else {name: held.interval()[0] for name, held in self.by_reading.items()}
        return {
            "assumption": self.subject,
            "policy": policy,
            "holds": share,
            "low": low,
            "high": high,
            "fails_on": _listed(first),
            "alone": _listed(alone),
            "fails_words": self.failures[most[0]] if most else None,
            "failed": self.share.failed,
            "bands": {
                "sampling": None if share is None else [low, high],
                "interpretations": _band([share, *by_reading.values()]) if by_reading and share is not None else None,
                "forms": None if by_forms is None else list(by_forms),
            },
            "by_form": by_form,
            "by_interpretation": by_reading or None,
            "decided": decided(share, first, [*by_reading.values(), *_shares(by_form)]),
        }


def _band(shares: Sequence[float]) -> list[float]:
    return [min(shares), max(shares)]


def _shares(by_form: Mapping[str, Mapping[str, float]] | None) -> list[float]:
    return [share for values in (by_form or {}).values() for share in values.values()]


def decided(share: float | None, first: Mapping[str, float], otherwise: Sequence[float] = ()) -> str | None:
    """Why a verdict is decided by definition; None where it is not: futures hardly differ, neither by the shipped reading nor by any
    interpretation nor in any form of the world (`otherwise`), and what fails first.
    """
    if share is None:
        return None
    if all(x >= 1 - DECIDED for x in (share, *otherwise)):
        return "decided by definition: it holds in all but half a per cent of futures or fewer, whatever is uncertain and however it is read"
    if all(x <= DECIDED for x in (share, *otherwise)):
        most = max(first, key=lambda name: first[name])
        return f"decided by definition: it holds in half a per cent of futures or fewer, whatever is uncertain and however it is read; {most} fails first"
    return None
