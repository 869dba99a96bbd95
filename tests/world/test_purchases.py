"""China as a buyer by hand."""

import jax.numpy as jnp
import numpy as np
import pytest

from premortem.cases.us_ai_2025.world import purchases
from premortem.cases.us_ai_2025.world.inputs import chip
from tests.world.hand import P, one, pulled

BUYER = P(
    cn_spend_growth=0.5,
    capex_fade=0.35,
    h20_2024=0.15,
    case_grant=0.4,
    cn_price_pass=0.0,
    cost_fall=0.28,
    cn_quality_pull=0.0,
    beijing_form=0,
    beijing_year=2026.0,
    beijing_quota=0.5,
    refusal_depth=0.8,
)
H20 = chip("H20")
# The root of 0.149646 x 1.194030 (TPP and bandwidth over an H100's): what an H20 costs over an H100.
WORTH = np.sqrt(H20.h100e * H20.serving)


def bought(h100e, serving, held=1.0, year=2024.5, p=BUYER, case=(0.0, 0.0), granted=1.0):
    levers = pulled(
        cn_free_h100e=h100e, cn_free_serving=serving, cn_case_h100e=case[0], cn_case_serving=case[1], cn_granted=granted
    )
    return purchases.buy_chips(purchases.buying_power(jnp.float32(year), p), levers, one(held), p)


def test_china_buys_in_mid_2024_what_it_bought():
    # 0.15 MH a year of H20 (2,368 TPP: 0.149646 of an H100): 0.0375 MH a quarter, 0.250592 million chips
    got = bought(H20.h100e, H20.serving)
    assert float(got.mh[0]) == pytest.approx(0.0375, rel=1e-4)
    assert float(got.units[0]) == pytest.approx(0.250592, rel=1e-4)


def test_a_worse_chip_is_not_bought_in_greater_numbers_by_hand():
    # half an H20 in both measures: as many units, half the compute; nothing comes back while the control holds
    got = bought(H20.h100e / 2, H20.serving / 2)
    assert float(got.units[0]) == pytest.approx(0.250592, rel=1e-4)
    assert float(got.mh[0]) == pytest.approx(0.01875, rel=1e-4)
    # where a fifth of the control does not hold, a fifth of what was lost returns: 0.01875 + 0.2 x 0.01875 = 0.0225
    assert float(bought(H20.h100e / 2, H20.serving / 2, held=0.8).mh[0]) == pytest.approx(0.0225, rel=1e-4)


def test_a_case_by_case_chip_counts_as_far_as_licences_are_granted_by_hand():
    # nothing free, an H20 case by case: 0.4 x 0.5 x 0.0375 = 0.0075
    got = bought(0.0, 0.0, case=(H20.h100e, H20.serving), granted=0.5)
    assert float(got.mh[0]) == pytest.approx(0.0075, rel=1e-4)


def test_money_goes_further_as_compute_gets_cheaper_by_hand():
    # two years on, half of the fall passed on: spending exp(0.5 x (1 - exp(-0.7)) / 0.35) = exp(0.719164), price exp(-0.28)
    p = P(BUYER, cn_price_pass=0.5)
    grown = purchases.buying_power(jnp.float32(2026.5), p) / purchases.buying_power(jnp.float32(2024.5), p)
    assert float(grown[0]) == pytest.approx(np.exp(0.719164 + 0.28), rel=1e-4)


def test_better_chips_draw_more_money_by_hand():
    # an H100 costs 1 and is worth 1 / WORTH times an H20: 0.250592 x WORTH x (1 / WORTH)^0.4 million of them
    got = bought(1.0, 1.0, p=P(BUYER, cn_quality_pull=0.4))
    assert float(got.mh[0]) == pytest.approx(0.250592 * WORTH * WORTH**-0.4, rel=1e-4)
    better = [float(bought(x, x, p=P(BUYER, cn_quality_pull=0.4)).mh[0]) for x in (0.5, 1.0, 2.3, 5.0)]
    assert (np.diff(better) > 0).all()


@pytest.mark.parametrize(
    ("form", "kept"),
    [(0, 1.0), (1, 0.1 / 0.0375 * (1 + (0.1 / 0.0375) ** 4) ** -0.25), (2, 0.2)],
)
def test_what_beijing_lets_in_by_hand(form, kept):
    # quotas: 0.5 for each MH made at home, 0.2 of them: 0.1 MH, where 0.0375 are wanted: the smooth minimum; refusal: 1 - 0.8
    wanted = bought(H20.h100e, H20.serving)
    p = P(BUYER, beijing_form=form)
    before, after = (purchases.let_in(wanted, one(0.2), jnp.float32(year), p) for year in (2025.25, 2027.0))
    assert float(before.mh[0]) == pytest.approx(0.0375, rel=1e-4)
    assert float(after.mh[0]) == pytest.approx(0.0375 * kept, rel=1e-3)
    assert float(after.units[0] / wanted.units[0]) == pytest.approx(float(after.mh[0] / wanted.mh[0]), rel=1e-5)


def test_a_quota_that_binds_by_hand():
    # 0.5 for each of 0.002 MH made at home: 0.001
    wanted = bought(H20.h100e, H20.serving)
    got = purchases.let_in(wanted, one(0.002), jnp.float32(2027.0), P(BUYER, beijing_form=1))
    assert float(got.mh[0]) == pytest.approx(0.001, rel=1e-4)
