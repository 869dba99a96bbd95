"""Single against double precision: what rounding does to outcomes and verdicts."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from premortem import world

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
    worst = {}
    for name, exact in double.items():
        exact, rough = np.asarray(exact), np.asarray(single[name], float)
        scale = np.maximum(np.abs(exact), 1e-3 * np.abs(exact).max())
        worst[name] = float(np.quantile(np.abs(rough - exact) / scale, 0.99))
    assert not {name: error for name, error in worst.items() if error > USUAL}
    turned = np.mean([(np.asarray(verdicts[0][n]) > 0) != (np.asarray(verdicts[1][n]) > 0) for n in verdicts[0]])
    assert turned <= TURNED
