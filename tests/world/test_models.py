"""The race of models by hand."""

import jax.numpy as jnp
import numpy as np
import pytest

from premortem.cases.us_ai_2025.world import models
from tests.world.hand import P, one, pulled


def test_a_lag_of_half_a_year_reads_the_capability_of_two_quarters_ago():
    history = jnp.arange(13, dtype=jnp.float32)[:, None] * -1.0 + 10.0  # newest first: 10, 9, 8 ...
    assert float(models._past(history, jnp.asarray([0.5]))[0]) == pytest.approx(8.0)
    assert float(models._past(history, jnp.asarray([0.375]))[0]) == pytest.approx(8.5)
    assert float(models._past(history, jnp.asarray([9.0]))[0]) == pytest.approx(-2.0)  # all that is remembered: 3 years


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
    lead_form=0,
    lead_at_reading=10.0,
    follower_saving=5.0,
    copy_months=6.0,
    wait_share=0.5,
    compute_needed=0.0,
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


LIMITS = pulled(open_weights_limits=1.0, api_limits=1.0, weights_control=1.0)


def following(form, own=0.0, lead=0.0, longer=1.0, open_to_copy=-9.0, **values):
    """China's capability beside a frontier that grew by 1 a year to 5: three months ago it was 4.75, six months ago 4.5."""
    us = 5.0 - 0.25 * jnp.arange(13, dtype=jnp.float32)[:, None]
    given = (one(x) for x in (open_to_copy, lead, longer))
    return float(models.follow(one(own), us, *given, P(RACE, lead_form=form, efficiency_growth=0.17, **values))[0])


def test_a_follower_that_lags_by_hand():
    # half a year behind: 4.5; a lead e times that of the reading makes it 0.5 x exp(0.4) = 0.745912 yr: 4.254088
    assert following(0) == pytest.approx(4.5, abs=1e-4)
    assert following(0, lead=1.0, compute_drag=0.4) == pytest.approx(4.254088, abs=1e-4)


def test_ideas_multiply_a_followers_own_compute_by_hand():
    # far behind, copying saves the most, ln 5 = 1.609438: 2 + 1.609438 x (1 + (1.609438 / 2.75)^4)^(-1/4) = 3.565417
    assert following(1, own=2.0) == pytest.approx(3.565417, abs=1e-4)
    # limits that make it harder by half save ln 5 / 1.5 = 1.072959; the source is 4.5 months back, at 4.625
    assert following(1, own=2.0, longer=1.5) == pytest.approx(
        2 + 1.072959 * (1 + (1.072959 / 2.625) ** 4) ** -0.25, abs=1e-4
    )


def test_a_follower_that_distils_by_hand():
    # three months waited: 4.75; and three months below at a pace of 0.17 + 0.83 = 1 a year: 4.5
    assert following(2) == pytest.approx(4.5, abs=1e-4)
    # an e-fold of lead beyond the reading costs 0.4 x 1.001343 (the smooth ramp): 4.099463
    assert following(2, lead=1.0, compute_needed=0.4) == pytest.approx(4.099463, abs=1e-4)
    # what is open is copied at half of that: 4.4 - 0.2 x 1.001343 = 4.199731, and the smooth maximum of both, 4.231151
    both = 0.1 * np.log(np.exp(40.99463) + np.exp(41.99731))
    assert following(2, lead=1.0, compute_needed=0.4, open_to_copy=4.4) == pytest.approx(both, abs=1e-4)


@pytest.mark.parametrize("form", [0, 1, 2])
def test_no_form_passes_what_it_copies_and_own_compute_never_hurts(form):
    """Beyond the source by no more than the scale of the smooth maximum; the lead in hardware as own compute has it."""
    values = [
        following(form, own=own, lead=5.0 - own, compute_needed=0.3, compute_drag=0.1) for own in np.linspace(0, 8, 33)
    ]
    assert (np.diff(values) > -1e-4).all()
    assert all(v <= max(own, 4.75) + 0.1 for v, own in zip(values, np.linspace(0, 8, 33), strict=True))


def test_only_its_own_limits_slow_the_us_open_line():
    # china is far behind, so that the US line is what the world has: a block on access leaves it as it was
    shut = pulled(open_weights_limits=0.0, api_limits=1.0, weights_control=1.0)
    free, shut, own = (run(P(RACE, imitation_lag=3.0), levers) for levers in (FREE, shut, LIMITS))
    assert float(shut.us_open[0]) == float(free.us_open[0])
    assert float(own.us_open[0]) < float(free.us_open[0]) - 0.4  # half a year more of lag


def test_limits_on_weights_lengthen_the_imitators_lag_by_hand():
    # all limits: lag 0.5 x (1 + 0.5) = 0.75 yr = 9 months; the US open line is behind by 1 x 1.5 yr
    assert float(run(RACE, LIMITS).gap_months_cn[0]) == pytest.approx(9.0, rel=0.02)


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
