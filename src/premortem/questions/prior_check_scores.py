"""The prior predictive check: can the priors produce the record up to February 2025?"""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import polars as pl

from premortem import facts
from premortem.case import Case
from premortem.propositions.expressions import Expression

# The record must lie in the central 95% of the prior.
CENTRAL = (0.025, 0.5, 0.975)


def check(outcomes: Mapping[str, jax.Array], labels: tuple[str, ...], case: Case) -> pl.DataFrame:
    """One row a recorded quantity: what was recorded, the prior's 2.5, 50 and 97.5%, and whether the record is inside.

    Inside means that the recorded range and the prior's central 95% overlap. `outcomes` are unweighted futures of the
    prior, series of shape (quarter, future).
    """
    names = frozenset(outcomes)
    rows: list[dict[str, Any]] = []
    for row in facts.read("history_checks", case).to_dicts():
        expression = Expression(row["expression"], "history_checks.csv", row["quantity"], names, frozenset(), labels)
        low, median, high = np.quantile(np.asarray(jnp.asarray(expression(outcomes, {}))), CENTRAL)
        inside = row["low"] <= high and row["high"] >= low
        kept = {k: row[k] for k in ("quantity", "unit", "recorded", "source", "confidence")}
        rows.append(kept | {"low": low, "median": median, "high": high, "inside": bool(inside)})
    return pl.DataFrame(rows)
