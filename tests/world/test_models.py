"""The race of models by hand."""

import jax.numpy as jnp
import numpy as np
import pytest

from premortem.cases.us_ai_2025.world import models
from tests.world.hand import P, one, pulled


def test_a_lag_of_half_a_year_reads_the_capability_of_two_quarters_ago():
    history = jnp.arange(13, dtype=jnp.float32)[:, None] * -1.0 + 10.0  # newest first: 10, 9, 8 ...
    assert float(models._past(history, jnp.asarray([0.5]))[0]) == pytest.approx(9.0)
    assert float(models._past(history, jnp.asarray([0.375]))[0]) == pytest.approx(9.5)


def test_training_share_half_way_by_hand():
    p = P(training_share_2024=0.5, training_share_2032=0.3, training_yields=0.5)
    assert float(models.training_share(jnp.float32(2028.5), one(0.0), p)[0]) == pytest.approx(0.4)
    assert float(models.training_share(jnp.float32(2023.0), one(0.0), p)[0]) == pytest.approx(0.5)
    # an e-fold more is asked for than can be served: 0.4 x exp(-0.5)
    assert float(models.training_share(jnp.float32(2028.5), one(1.0), p)[0]) == pytest.approx(0.4 * np.exp(-0.5))


def test_restriction_by_hand():
    # free: (1 - 0.6) x (1 - 0.5) x (1 - 1 x 0.1) = 0.18; lengthening: 0.5 x (1 - 0.18) = 0.41
    p = P(restriction_power=0.5, weights_leak=0.1)
    levers = pulled(open_weights_limits=0.6, api_limits=0.5, weights_control=1.0)
    assert float(models.restriction(levers, p)[0]) == pytest.approx(0.41, rel=1e-5)


BREAKS = P(
    breakthrough_1_time=2026.0,
    breakthrough_1_size=0.4,
    breakthrough_1_owner=2,
    breakthrough_2_time=2030.0,
    breakthrough_2_size=1.0,
    breakthrough_2_owner=0,
)


def test_breakthroughs_come_to_their_owners_on_their_dates():
    # on its date a breakthrough is half in; a year later it is in
    assert float(models.breakthroughs(models.CHINA, jnp.float32(2026.0), BREAKS)[0]) == pytest.approx(0.2)
    assert float(models.breakthroughs(models.CHINA, jnp.float32(2027.0), BREAKS)[0]) == pytest.approx(0.4, rel=1e-4)
    assert float(models.breakthroughs(models.US_CLOSED, jnp.float32(2029.0), BREAKS)[0]) == pytest.approx(0.0, abs=1e-4)
    assert float(models.breakthroughs(models.US_OPEN, jnp.float32(2031.0), BREAKS)[0]) == 0.0


RACE = P(
    efficiency_growth=1.0,
    training_share_2024=0.5,
    training_share_2032=0.5,
    training_yields=0.0,
    stock_2022=1.0,
    cn_stock_2022=0.1,
    imitation_lag=0.5,
    spillover_lag=0.5,
    us_open_lag=1.0,
    compute_drag=0.0,
    restriction_power=0.5,
    weights_leak=0.0,
    **(BREAKS | {"breakthrough_1_size": 0.0, "breakthrough_2_size": 0.0}),
)
FREE = pulled(open_weights_limits=0.0, api_limits=0.0, weights_control=0.0)


def run(p, levers, us=1.0, china=1e-6, quarters=24):
    """The race from 2025 with compute that stands still, so that efficiency alone moves the frontier."""
    state = models.start(p)
    for q in range(quarters):
        state, standing = models.race(state, one(0.5), one(us), one(china), levers, jnp.float32(2025 + q / 4), p)
    return standing


def test_an_imitator_of_half_a_year_is_six_months_behind():
    """China has no compute of its own: what it can do is the frontier of half a year ago, at a pace of 1 a year."""
    standing = run(RACE, FREE)
    assert float(standing.gap_months_cn[0]) == pytest.approx(6.0, rel=0.02)


def test_limits_on_weights_lengthen_the_imitators_lag_by_hand():
    # all limits: lag 0.5 x (1 + 0.5) = 0.75 yr = 9 months; the US open line is behind by 1 x 1.5 yr
    levers = pulled(open_weights_limits=1.0, api_limits=1.0, weights_control=1.0)
    assert float(run(RACE, levers).gap_months_cn[0]) == pytest.approx(9.0, rel=0.02)


def test_capability_is_log_compute_plus_efficiency_by_hand():
    # ln(1 x 0.5) + 1 x (2030.75 - 2024.5) = -0.693147 + 6.25 = 5.556853; nobody else is near
    assert float(run(RACE, FREE).us[0]) == pytest.approx(5.556853, abs=0.01)


def test_equal_compute_and_no_lags_leave_no_gap():
    p = P(RACE, spillover_lag=0.0)
    standing = run(p, FREE, us=1.0, china=1.0)
    assert abs(float(standing.gap_months_cn[0])) < 0.5


def test_the_best_open_model_is_the_better_of_two():
    standing = run(RACE, FREE)
    assert standing.open[0] >= standing.china[0] - 1e-5
    assert float(standing.gap_months_open[0]) <= float(standing.gap_months_cn[0]) + 1e-3
    assert np.isfinite(float(standing.gap_months_open[0]))
