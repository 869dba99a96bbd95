"""Whether the priors of a study can produce the record up to the day of the case, and the bands that mechanisms give."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem import facts
from premortem.case import Case
from premortem.ensemble import bands
from premortem.ensemble.run import draw
from premortem.propositions.expressions import Expression
from premortem.study import Study

Array = NDArray[Any]
# Futures of a check, enough for the tails of a 95% interval; and the policy of the record, under which 2023 and 2024 are as
# they were.
CHECKED = 4096
# The record must lie in the central 95% of the prior.
CENTRAL = (0.025, 0.5, 0.975)


@cache
def prior_check(study: Study) -> pl.DataFrame:
    """One row a recorded quantity: the record, the prior's 2.5, 50 and 97.5%, whether the two meet (`inside`), and whether priors were
    chosen to meet it (`calibrated`), so that it tests nothing.
    """
    return check(_outcomes(study), study.steps, study.case)


def prior_bands(study: Study, names: tuple[str, ...]) -> pl.DataFrame:
    """Bands over the futures of the prior by step: series, quarter, p5, p25, p50, p75, p95; national series only."""
    outcomes = _outcomes(study)
    frames = []
    for name in names:
        frames.append(pl.DataFrame({"series": name, "quarter": list(study.steps)} | bands.of(outcomes[name])))
    return pl.concat(frames)


@cache
def _outcomes(study: Study) -> dict[str, Array]:
    """Every national series of the futures of a check, (step, future)."""
    values = draw(study.priors, "sobol", 0, 0, CHECKED)
    chunks = list(study.compiled.chunks(values, study.levers(study.case.settings.baseline)))
    return {
        name: np.concatenate([np.asarray(chunk.series[name])[:, : chunk.count] for chunk in chunks], axis=1)
        for name in sorted(study.simulate.names)
    }


def check(outcomes: Mapping[str, jax.Array | Array], labels: tuple[str, ...], case: Case) -> pl.DataFrame:
    """One row a recorded quantity: what was recorded, the prior's 2.5, 50 and 97.5%, whether the record is inside, and whether priors
    were chosen to meet it.

    Inside means that the recorded range and the prior's central 95% overlap. `outcomes` are unweighted futures of the
    prior, series of shape (step, future).
    """
    names = frozenset(outcomes)
    given = {name: jnp.asarray(series) for name, series in outcomes.items()}
    rows: list[dict[str, Any]] = []
    for row in facts.rows("history_checks", case):
        expression = Expression(row["expression"], "history_checks.csv", row["quantity"], names, frozenset(), labels)
        low, median, high = np.quantile(np.asarray(expression(given, {})), CENTRAL)
        inside = row["low"] <= high and row["high"] >= low
        kept = {k: row[k] for k in ("quantity", "unit", "recorded", "source", "confidence")}
        found = {"low": low, "median": median, "high": high, "inside": bool(inside)}
        rows.append(kept | found | {"calibrated": row.get("calibrated") == "yes"})
    return pl.DataFrame(rows)
