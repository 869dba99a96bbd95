"""Politics by hand."""

import pytest

from premortem.cases.us_ai_2025.world import politics
from tests.world.hand import P, one, pulled


def test_goodwill_after_a_quarter_by_hand():
    # losses: 0.08 x 0.5 (tiers) + 0.2 x 0.5 (unmet) + 0.25 x 0.4 (coercion) = 0.24; gain: 0.1 x 0.5 (deals) = 0.05
    # 0.5 + 0.25 x (0.25 x (0.6 - 0.5) - 0.24 x 0.5 + 0.05 x 0.5) = 0.5 + 0.25 x (0.025 - 0.12 + 0.025) = 0.4825
    p = P(
        goodwill_loss_tiers=0.08,
        goodwill_loss_caps=0.2,
        goodwill_loss_coercion=0.25,
        goodwill_gain_deals=0.1,
        goodwill_recovery=0.25,
        goodwill_start=0.6,
        alignment_gain=1.5,
        alignment_resistance=1.0,
        loophole_rate=0.4,
        patch_lag=0.75,
        exploit_years=0.25,
        window_surge=2.0,
    )
    got = politics.politics(one(0.5), one(0.5), one(0.5), one(0.0), pulled(coercion=0.4, deals=0.5), p)
    assert float(got.goodwill[0]) == pytest.approx(0.4825, rel=1e-5)
    # alignment uses the new goodwill: sigmoid(1.5 x (0.4825 + 0.4 - 1)) = sigmoid(-0.17625) = 0.456051
    assert float(got.alignment[0]) == pytest.approx(0.456051, rel=1e-5)


def test_coercion_buys_alignment_today_and_costs_goodwill_tomorrow():
    p = P(
        goodwill_loss_tiers=0.0,
        goodwill_loss_caps=0.0,
        goodwill_loss_coercion=0.25,
        goodwill_gain_deals=0.1,
        goodwill_recovery=0.25,
        goodwill_start=0.6,
        alignment_gain=1.5,
        alignment_resistance=1.0,
        loophole_rate=0.4,
        patch_lag=0.75,
        exploit_years=0.25,
        window_surge=2.0,
    )
    mild = politics.politics(one(0.6), one(0.0), one(0.0), one(0.0), pulled(coercion=0.0, deals=0.0), p)
    hard = politics.politics(one(0.6), one(0.0), one(0.0), one(0.0), pulled(coercion=1.0, deals=0.0), p)
    # one quarter of full coercion: 0.6 - 0.25 x 0.25 x 0.6 = 0.5625
    assert float(mild.goodwill[0]) == pytest.approx(0.6)
    assert float(hard.goodwill[0]) == pytest.approx(0.5625, rel=1e-5)
    assert hard.alignment[0] > mild.alignment[0]


def test_control_that_holds_by_hand():
    # over 0.75 years, at 0.25 years to be used: 1 - (1 - exp(-3)) / 3 = 0.683262 of a loophole; at 0.4 a year and twice the usual flow
    # 0.4 x 2 x 0.683262 x 0.75 = 0.409957 of what holds leaks: 1 / 1.409957 = 0.709241
    p = P(loophole_rate=0.4, patch_lag=0.75, exploit_years=0.25, window_surge=2.0)
    assert float(politics.share_held(p)[0]) == pytest.approx(0.709241, rel=1e-5)


def test_what_leaks_is_where_opening_and_patching_settle():
    """dx/dt = rate x surge x used x (1 - x) - x / lag is 0 there."""
    p = P(loophole_rate=0.4, patch_lag=0.75, exploit_years=0.25, window_surge=2.0)
    leak = 1 - float(politics.share_held(p)[0])
    assert 0.4 * 2.0 * 0.683262 * (1 - leak) - leak / 0.75 == pytest.approx(0, abs=1e-5)
