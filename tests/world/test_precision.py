"""Single against double precision, and a GPU against the processor: what rounding does to outcomes and verdicts."""

import jax
import jax.numpy as jnp
import numpy as np
import polars as pl
import pytest

from premortem.cases.us_ai_2025 import world
from premortem.ensemble.compiled import device_of
from premortem.errors import BadInput

# Largest relative error of a series, by future and quarter, in 99 of 100 values; and share of verdicts that may turn.
USUAL, TURNED = 2e-4, 1e-3


@pytest.mark.slow
def test_single_precision_changes_outcomes_in_the_fourth_digit_at_most_and_hardly_a_verdict(
    simulate, futures, levers, study
):
    pulled = levers["as-written"]
    single = simulate(futures, pulled)
    with jax.enable_x64(True):
        double = jax.jit(world.simulate)(jnp.asarray(futures, jnp.float64), pulled)
        assert double["goodwill"].dtype == jnp.float64
        verdicts = [study.scorer.margins(o, study.scorer.thresholds) for o in (single, double)]
    assert_alike(double, single, *verdicts)


def test_a_gpu_gives_the_outcomes_and_verdicts_of_the_processor(futures, levers, study):
    try:
        gpu = jax.devices("gpu")[0]
    except RuntimeError as error:
        pytest.skip(f"no GPU here: {str(error).splitlines()[0]}")
    asked = jnp.asarray(futures), levers["as-written"]
    found = [jax.jit(world.simulate)(*jax.device_put(asked, device)) for device in (jax.devices("cpu")[0], gpu)]
    here, there = [{name: np.asarray(series) for name, series in o.items()} for o in found]
    verdicts = [study.scorer.margins(o, study.scorer.thresholds) for o in (here, there)]
    assert_alike(here, there, *verdicts)


def test_a_run_on_a_gpu_has_the_board_and_the_verdicts_of_the_processors(study, tmp_path):
    """Every verdict and every number that a run keeps, under two policies; the last part is short."""
    try:
        device_of("gpu")
    except BadInput as error:
        pytest.skip(f"no GPU here: {error}")
    policies, futures = ["as-written", "maximal"], 20_000
    runs = [study.run(policies, futures, out=tmp_path / kind, device=kind) for kind in ("cpu", "gpu")]
    here, there = (run.board().sort("policy", "assumption")["holds"].to_numpy() for run in runs)
    assert len(here) == len(there) > 10
    assert np.abs(here - there).max() <= TURNED
    for policy in policies:
        exact, rough = (kept(run, policy) for run in runs)
        verdicts = [{n: c for n, c in found.items() if n.startswith("margin.")} for found in (exact, rough)]
        assert_alike(exact, rough, *verdicts)


def kept(run, policy):
    """All that a run keeps of its futures under a policy, in their order: an outcome's dates together, (date, future)."""
    parts = sorted((run.folder / policy).glob("part-*.parquet"))
    frame, found = pl.concat([pl.read_parquet(part) for part in parts]).drop("future"), {}
    for column in frame.columns:
        found.setdefault(column if column.startswith("margin.") else column.split("@")[0], []).append(frame[column])
    return {name: np.stack(columns) for name, columns in found.items()}


def assert_alike(exact, rough, *verdicts):
    """Hardly an outcome differs by more than is usual, and hardly a verdict turns."""
    worst = {name: usual_error(np.asarray(exact[name]), np.asarray(rough[name], float)) for name in exact}
    assert not {name: error for name, error in worst.items() if error > USUAL}
    turned = np.mean([(np.asarray(verdicts[0][n]) > 0) != (np.asarray(verdicts[1][n]) > 0) for n in verdicts[0]])
    assert turned <= TURNED


def usual_error(exact, rough):
    """Relative error that 99 in 100 values stay within; values near nought count as a thousandth of the largest."""
    scale = np.maximum(np.abs(exact), 1e-3 * np.abs(exact).max() or 1.0)  # of a column of nothing but 0, as it is
    return float(np.quantile(np.abs(rough - exact) / scale, 0.99))


def test_a_mechanism_that_rounds_too_much_would_be_told(futures, simulate, levers):
    exact = {name: np.asarray(series) for name, series in simulate(futures, levers["as-written"]).items()}
    rough = exact | {"goodwill": np.asarray(exact["goodwill"], np.float16).astype(np.float32)}
    with pytest.raises(AssertionError, match="goodwill"):
        assert_alike(exact, rough, {"A": np.ones(1)}, {"A": np.ones(1)})
