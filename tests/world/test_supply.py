"""US-aligned supply by hand."""

import jax.numpy as jnp
import numpy as np
import pytest

from premortem.cases.us_ai_2025.world import supply
from tests.world.hand import P, one

SPENDING = P(
    ai_capex_share=0.42,
    ai_share_rise=0.0,
    other_buyers=0.7,
    cost_2024=38.0,
    cost_fall=0.28,
    capex_fade=0.35,
    capex_long_run=0.05,
    roi_feedback=0.15,
    retirement=0.2,
    scarcity_pull=0.4,
    cash_growth=0.1,
    leverage=1e6,
    capex_form=0,
    capex_hump=0.2,
    capex_hump_years=1.5,
    bust_depth=0.6,
    bust_patience=2.0,
)


def spending(capex, growth=0.35, paid=None, shortfall=0.0):
    return supply.Spending(one(np.log(capex)), one(np.log(paid or capex)), one(growth), one(100.0), one(shortfall))


def test_cost_a_year_on_by_hand():
    # 40 x exp(-0.3 x 1) = 29.633
    assert float(supply.cost(jnp.float32(2025.5), P(cost_2024=40.0, cost_fall=0.3))[0]) == pytest.approx(
        29.6327, rel=1e-5
    )


def test_a_quarter_of_spending_by_hand():
    # growth: 0.35 + 0.25 x 0.35 x (0.05 - 0.35) = 0.32375; capex: 400 x exp(0.25 x 0.32375) = 433.721 bn a year
    # on AI: 433.721 x 0.42 x 1.7 = 309.677; cost: 38 x exp(-0.28 x 2.5) = 18.8702
    # compute: 0.25 x 309.677 / 18.8702 = 4.10272 MH a quarter; capital: 100 x 0.95 + 0.25 x 309.677 = 172.419
    start = spending(400.0)
    state, made = supply.spend(start, one(0.0), one(0.0), jnp.float32(2027.0), SPENDING)
    assert float(state.growth[0]) == pytest.approx(0.32375, rel=1e-4)
    assert float(jnp.exp(state.log_capex[0])) == pytest.approx(433.721, rel=1e-4)
    assert float(made[0]) == pytest.approx(4.10272, rel=1e-4)
    assert float(state.capital[0]) == pytest.approx(172.419, rel=1e-4)


def test_the_return_moves_the_growth_that_spending_fades_to():
    # the best signal is 1: the target is 0.05 + 0.15 = 0.2, so growth is 0.35 + 0.25 x 0.35 x (0.2 - 0.35) = 0.336875
    start = spending(400.0)
    state, _ = supply.spend(start, one(100.0), one(0.0), jnp.float32(2027.0), SPENDING)
    assert float(state.growth[0]) == pytest.approx(0.336875, rel=1e-4)


def test_ai_takes_its_share_of_2024_in_2024_and_a_larger_one_after():
    # logit(0.42) = -0.322773; + 0.4 x 2 x tanh(1) = 0.609275; sigmoid(0.286502) = 0.571140
    p = P(ai_capex_share=0.42, ai_share_rise=0.4)
    assert float(supply.ai_share(jnp.float32(2024.5), p)[0]) == pytest.approx(0.42, rel=1e-5)
    assert float(supply.ai_share(jnp.float32(2026.5), p)[0]) == pytest.approx(0.571140, rel=1e-4)


def test_demand_that_cannot_be_served_counts_beside_the_return():
    # tanh(-0.4 + 0.4 x 1) = 0: the return is under break-even by as much as the excess counts, and growth fades as by itself
    start = spending(400.0)
    state, _ = supply.spend(start, one(-0.4), one(1.0), jnp.float32(2027.0), SPENDING)
    assert float(state.growth[0]) == pytest.approx(0.32375, rel=1e-4)


def test_nobody_spends_more_than_cash_and_lenders_give():
    # 458 x 1.4 x exp(0.1 x 2) = 783.16 bn in mid-2026; orders of 2,000 are cut to it, orders of 100 are not
    p = P(SPENDING, leverage=0.4)
    at = [float(jnp.exp(supply.payable(one(np.log(x)), jnp.float32(2026.5), p))[0]) for x in (2000.0, 100.0)]
    assert at == pytest.approx([783.16, 100.0], rel=1e-3)
    # orders over the limit lapse: within a quarter a fourth of what they are over it, in logs
    start = spending(2000.0, growth=0.0, paid=783.16)
    state, _ = supply.spend(start, one(0.0), one(0.0), jnp.float32(2026.5), P(p, capex_fade=0.0))
    assert float(state.log_orders[0]) == pytest.approx(np.log(2000.0) - 0.25 * np.log(2000 / 783.16), rel=1e-4)


def test_spending_that_speeds_up_by_hand():
    # most, 0.2, after a year and a half; 0.2 x 2 x exp(-1) = 0.147152 after three years; nothing before mid-2025
    at = [float(supply.hump(jnp.float32(year), SPENDING)[0]) for year in (2025.0, 2027.0, 2028.5)]
    assert at == pytest.approx([0.0, 0.2, 0.147152], rel=1e-5)
    # in 2027 a quarter of 0.2 comes on top of what fades
    fades, speeds = (
        supply.spend(spending(400.0), one(0.0), one(0.0), jnp.float32(2027.0), P(SPENDING, capex_form=form))[0]
        for form in (0, 1)
    )
    assert float((speeds.log_capex - fades.log_capex)[0]) == pytest.approx(0.05, rel=1e-4)


def test_a_bust_falls_by_its_depth_and_only_where_spending_breaks():
    # returns at half of break-even for 20 quarters: 0.693147 x 5 = 3.47 ln yr, well beyond a patience of 2
    p = P(SPENDING, capex_fade=0.0, capex_hump=0.0, capex_form=2)

    def after(p):
        state = spending(400.0, growth=0.0)
        for q in range(20):
            state, _ = supply.spend(state, one(np.log(0.5)), one(0.0), jnp.float32(2026.0 + q / 4), p)
        return state

    assert float(after(p).shortfall[0]) == pytest.approx(5 * np.log(2), rel=1e-3)
    assert float(after(p).log_orders[0]) == pytest.approx(np.log(400.0) - 0.6, abs=2e-3)
    assert float(after(P(p, bust_patience=5.0)).log_orders[0]) > np.log(400.0) - 0.01
    assert float(after(P(p, capex_form=1)).log_orders[0]) == pytest.approx(np.log(400.0), abs=1e-3)
