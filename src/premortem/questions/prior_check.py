"""Whether the priors of a study can produce the record up to February 2025, and the bands that mechanisms give."""

from functools import cache
from typing import Any

import jax
import polars as pl

from premortem.ensemble import bands
from premortem.ensemble.run import draw, use_compilation_cache
from premortem.questions import prior_check_scores

# Futures of a check, enough for the tails of a 95% interval; and the policy of the record, under which 2023 and 2024 are as
# they were.
CHECKED = 4096


@cache
def prior_check(study: Any) -> pl.DataFrame:
    """One row a recorded quantity: the record, the prior's 2.5, 50 and 97.5%, and whether the two meet (`inside`)."""
    national = {k: v for k, v in _outcomes(study).items() if v.ndim == 2}
    return prior_check_scores.check(national, study.steps, study.case)


def prior_bands(study: Any, names: tuple[str, ...]) -> pl.DataFrame:
    """Bands over the futures of the prior by quarter: series, quarter, p5, p25, p50, p75, p95; national series only."""
    outcomes = _outcomes(study)
    frames = []
    for name in names:
        frames.append(pl.DataFrame({"series": name, "quarter": list(study.steps)} | bands.of(outcomes[name])))
    return pl.concat(frames)


@cache
def _outcomes(study: Any) -> dict[str, jax.Array]:
    use_compilation_cache()
    values = draw(study.priors, "sobol", 0, 0, CHECKED)
    return jax.jit(study.simulate)(values, study.levers(study.case.settings.baseline))
