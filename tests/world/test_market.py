"""The market by hand."""

from types import SimpleNamespace

import jax.numpy as jnp
import numpy as np
import pytest

from premortem.cases.us_ai_2025.world import market
from tests.world.hand import P, one, pulled


def test_markup_that_survives_by_hand():
    # a gap equal to `erosion_months` leaves 1 - 1/e = 0.632; the kink at zero is negligible at 6 months
    assert float(market.markup_kept(one(6.0), P(erosion_months=6.0))[0]) == pytest.approx(1 - np.exp(-1), rel=1e-4)


MARKET = P(
    markup_max=1.7,
    erosion_months=6.0,
    unit_cost_2024=27.0,
    token_weight_growth=0.8,
    cost_fall=0.28,
    efficiency_growth=1.1,
    open_cost_ratio=0.08,
    market_multiple=3.5,
    market_speed=0.28,
    elasticity=1.0,
    market_ceiling=1200.0,
    closed_share_2024=0.85,
    open_pull=0.4,
    revenue_2024=7.0,
    third_market_share=0.4,
    rnd_2024=10.0,
    rnd_growth=0.75,
    rnd_fade=0.4,
    discount_rate=0.1,
    cn_model_bias=-3.5,
    price_weight=0.8,
    quality_weight=1.0,
    trust_weight=1.0,
    cn_uptake_speed=0.8,
    hosting_share=0.3,
    open_default_weight=0.0,
    clearing_form=0.0,
    worth_of_weight=1.0,
    uses_opened=0.0,
    answers_share_2024=0.3,
    answers_share_most=0.8,
    rnd_tied=0.0,
)


def test_chinese_share_after_a_quarter_by_hand():
    # target: -3.5 + 0.8 x ln 20 - 1 x 6/12 - 1 x (0.2 + 0.6) + 0.1 = -3.5 + 2.396586 - 0.5 - 0.8 + 0.1 = -2.303414
    # logit: -3.5 + 0.25 x 0.8 x 1.196586 = -3.260683; share: 0.036956; serving is no limit
    share, logit = market.cn_share(
        one(-3.5),
        one(20.0),
        SimpleNamespace(gap_months_cn=one(6.0), china=one(0.0), us_open=one(0.0)),
        one(10.0),
        one(0.1),
        one(0.6),
        pulled(chinese_model_limits=0.2),
        MARKET,
    )
    assert float(logit[0]) == pytest.approx(-3.260683, rel=1e-5)
    assert float(share[0]) == pytest.approx(0.036956, rel=1e-3)


def test_the_best_open_model_abroad_is_the_one_that_others_build_on():
    # an e-fold ahead of the US open line: 0.4 x tanh(1) = 0.304638 on the target, a fifth of it (0.25 x 0.8) in a quarter
    given = one(-3.5), one(1.0)
    rest = one(10.0), one(0.0), one(0.6), pulled(chinese_model_limits=0.0), P(MARKET, open_default_weight=0.4)
    level, ahead = (
        market.cn_share(*given, SimpleNamespace(gap_months_cn=one(0.0), china=one(x), us_open=one(0.0)), *rest)[1]
        for x in (0.0, 1.0)
    )
    assert float(ahead[0] - level[0]) == pytest.approx(0.2 * 0.304638, rel=1e-4)


def test_an_app_cannot_answer_more_than_it_can_serve():
    # a bare half of the market is wanted, a tenth can be served by itself and no host may help
    share, _ = market.cn_share(
        one(0.0),
        one(1.0),
        SimpleNamespace(gap_months_cn=one(0.0), china=one(0.0), us_open=one(0.0)),
        one(0.1),
        one(0.0),
        one(0.0),
        pulled(chinese_model_limits=1.0),
        P(MARKET, cn_uptake_speed=0.0),
    )
    # softmin(0.5, 0.1) = 0.1 x (1 + 0.2^4)^(-1/4) = 0.09996
    assert float(share[0]) == pytest.approx(0.09996, rel=1e-3)


# A fleet in which there is room for every answer.
ROOMY = market.Fleet(one(1e6), one(1.0))


def trade(gap, year=2024.5, p=MARKET, fleet=ROOMY, lost=0.0, **levers):
    standing = SimpleNamespace(gap_months_open=one(gap), gap_months_cn=one(gap), china=one(0.0), us_open=one(0.0))
    pulled_ = pulled(**({"chinese_model_limits": 0.0} | levers))
    return market.trade(
        market.start(p), fleet, standing, one(10.0), one(0.0), one(0.6), one(lost), pulled_, jnp.float32(year), p
    )


def test_the_market_of_mid_2024_without_a_rival_by_hand():
    # no rival: price 27 x 2.7 = 72.9, one unit of tokens, closed labs' revenue 7 less the Chinese part of 0.4 of it
    _, sold = trade(gap=1000.0)
    assert float(sold.price[0]) == pytest.approx(72.9, rel=1e-4)
    assert float(sold.tokens[0]) == pytest.approx(1.0, rel=1e-4)
    assert float(sold.revenue_closed[0]) == pytest.approx(7.0 * (1 - 0.4 * float(sold.cn_model_share[0])), rel=1e-3)
    assert float(sold.gross_profit_closed[0] / sold.revenue_closed[0]) == pytest.approx(1.7 / 2.7, rel=1e-4)
    assert float(sold.price_open[0]) == pytest.approx(27 * 0.08, rel=1e-5)


def test_a_price_war_by_hand():
    # a rival 6 months behind leaves 0.632121 of the markup: price 27 x (1 + 1.074606) = 56.01436
    # tokens at elasticity 1: 72.9 / 56.01436 = 1.301452; closed share falls by 0.632121^0.4 = 0.832397
    _, sold = trade(gap=6.0)
    assert float(sold.price[0]) == pytest.approx(56.01436, rel=1e-4)
    assert float(sold.tokens[0]) == pytest.approx(1.301452, rel=1e-4)
    expected = 7.0 * 0.832397 * (1 - 0.4 * float(sold.cn_model_share[0]))
    assert float(sold.revenue_closed[0]) == pytest.approx(expected, rel=1e-3)


def test_a_quarter_of_returns_by_hand():
    # a year and a half on: research 10 x exp(0.75 x (1 - exp(-0.6)) / 0.4) = 10 x exp(0.845978) = 23.30256;
    # discounted for a quarter: 0.25 x exp(-0.15) x 23.30256 = 5.014171
    ledger, sold = trade(gap=6.0, year=2026.0)
    assert float(sold.rnd_closed[0]) == pytest.approx(23.30256, rel=1e-4)
    assert float(ledger.research[0]) == pytest.approx(5.014171, rel=1e-4)


def test_research_that_is_tied_follows_the_fleet_that_trains_by_hand():
    # tied whole: a fleet that costs 2.5 times that of mid-2024 costs 10 x 2.5; by half: 10 x exp(0.845978 / 2) x sqrt(2.5)
    whole, half = (market.research(one(2.5), jnp.float32(1.5), P(MARKET, rnd_tied=tied)) for tied in (1.0, 0.5))
    assert float(whole[0]) == pytest.approx(25.0, rel=1e-5)
    assert float(half[0]) == pytest.approx(10 * np.exp(0.845978 / 2) * np.sqrt(2.5), rel=1e-5)


def test_customers_who_are_turned_away_are_lost_revenue():
    _, all_ = trade(gap=6.0)
    _, some = trade(gap=6.0, lost=0.02)
    assert float(some.revenue_closed[0] / all_.revenue_closed[0]) == pytest.approx(0.98)


def test_fleets_are_counted_from_mid_2024():
    early, _ = trade(gap=6.0, year=2024.125, fleet=market.Fleet(one(2.0), one(3.0)))
    assert (float(early.fleet_2024[0]), float(early.training_2024[0])) == (2.0, 3.0)
    late, _ = trade(gap=6.0, year=2025.125, fleet=market.Fleet(one(2.0), one(3.0)))
    assert (float(late.fleet_2024[0]), float(late.training_2024[0])) == (1.0, 1.0)


def test_answers_that_no_fleet_can_serve_are_not_sold():
    # ten times as much would be asked for as in mid-2024; the room is 0.8 / 0.3 = 2.67 times the compute
    p = P(MARKET, market_multiple=100.0, token_weight_growth=0.0, cost_fall=0.0, efficiency_growth=0.0)
    _, sold = trade(gap=6.0, year=2026.0, p=p, fleet=market.Fleet(one(1.0), one(1.0)))
    assert float(sold.compute_demand[0]) > 10
    assert float(sold.served[0]) == pytest.approx(0.8 / 0.3, rel=1e-3)
    assert float(sold.tokens[0]) == pytest.approx(0.8 / 0.3, rel=1e-3)


@pytest.mark.parametrize(("form", "dearer"), [(0.0, False), (1.0, False), (2.0, True)])
def test_hosts_of_open_models_pay_what_clouds_charge_by_hand(form, dearer):
    """No growth of any kind but of demand: an open answer costs 27 x 0.08, times the scarcity where clouds earn it."""
    p = P(
        MARKET, market_multiple=100.0, token_weight_growth=0.0, cost_fall=0.0, efficiency_growth=0.0, clearing_form=form
    )
    _, sold = trade(gap=6.0, year=2026.0, p=p, fleet=market.Fleet(one(1.0), one(1.0)))
    scarcity = float(sold.scarcity[0])
    assert scarcity > 2
    assert float(sold.price_open[0]) == pytest.approx(27 * 0.08 * (scarcity if dearer else 1.0), rel=1e-4)


def test_whether_cheaper_answers_raise_compute_is_an_outcome():
    """Jevons: with a demand elasticity above 1 compute demand rises with efficiency, below 1 it falls."""

    def growth(elasticity):
        p = P(MARKET, elasticity=elasticity, market_multiple=0.0, token_weight_growth=0.0, cost_fall=0.0)
        before, after = trade(6.0, 2026.0, p)[1], trade(6.0, 2027.0, p)[1]
        return float(jnp.log(after.compute_demand / before.compute_demand)[0])

    # a year of efficiency of 1.1: tokens rise by elasticity x 1.1, compute by (elasticity - 1) x 1.1
    assert growth(1.5) == pytest.approx(0.55, rel=1e-3)
    assert growth(0.7) == pytest.approx(-0.33, rel=1e-3)


def test_the_return_of_hyperscalers_by_hand():
    # 0.9 x 0.6 x value 2 over capital twice that of 2024 (2 x 0.42 x 230 = 193.2): 0.54
    p = P(cloud_return_2024=0.6, ai_capex_share=0.42, capex_2024=230.0)
    got = market.hyperscaler_return(one(2.0), one(193.2), one(0.9), p)
    assert float(got[0]) == pytest.approx(0.54, rel=1e-5)
