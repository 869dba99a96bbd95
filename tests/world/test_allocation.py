"""Allocation by hand: demand, caps, the Chinese offer, leaks."""

from types import SimpleNamespace

import jax.numpy as jnp
import pytest

from premortem.cases.us_ai_2025.world import allocation
from tests.world.hand import P, by_region, one, places, pulled

WORLD = places(["us", "ally", "other", "china"])
POLITICS = SimpleNamespace(alignment=one(0.5), held=one(0.75), goodwill=one(0.6))


def fleet(stock, licensed=0.0, uveu=0.0, lpp_open=0.0):
    """A fleet whose licensed and universal-VEU compute stands in the one Tier-2 region."""
    nothing, there = by_region(0, 0, 0, 0), by_region(0, 0, 1, 0)
    return allocation.Fleet(by_region(*stock), nothing, licensed * there, uveu * there, one(lpp_open), one(0.0))


def test_demand_shares_by_hand():
    # in mid-2024: 0.08 allied, 0.06 Tier 2, the rest the US, none in China
    p = P(tier1_share_2024=0.08, tier2_share_2024=0.06, tier2_ambition=0.6, capex_fade=0.35)
    got = allocation.demand_share(jnp.float32(2024.5), WORLD, p)[:, 0]
    assert list(map(float, got)) == pytest.approx([0.86, 0.08, 0.06, 0.0], rel=1e-5)


def test_ambition_shifts_demand_by_hand():
    # two years at no fade (1e-6): a region of ambition 1 grows by exp(0.6 x 2) = 3.320117 against one of ambition 0
    # Tier 2: 0.06 x 3.320117 / (0.86 + 0.08 + 0.06 x 3.320117) = 0.199207 / 1.139207 = 0.174864
    p = P(tier1_share_2024=0.08, tier2_share_2024=0.06, tier2_ambition=0.6, capex_fade=1e-3)
    world = places(["us", "ally", "other", "china"], ambition=[0, 0, 1, 0])
    assert float(allocation.demand_share(jnp.float32(2026.5), world, p)[2, 0]) == pytest.approx(0.174864, rel=2e-3)


CAPS = {
    "tier2": [0, 0, 1, 0],
    "uveu_country_max": 0.07,
    "uveu_outside_max": 0.25,
    "uveu_us_min": 0.5,
    "raise_max": 1.0,
    "lpp_mh": 0.0,
    "nveu_mh": 0.0,
}
NO_PATHS = P(uveu_share=0.0, lpp_consignees=0.0, nveu_uptake=0.0)


def test_the_country_allocation_binds_by_hand():
    # 790 million TPP / 15,824 = 0.049924 MH, raised by alignment 0.5 to 0.074887; far less than the 0.5 MH asked for
    cap = 790 / 15824
    licensed, uveu = allocation._within_caps(
        fleet([60, 20, 20, 0]),
        by_region(0, 0, 0.5, 0),
        POLITICS,
        pulled(**CAPS, allocation_mh=[0, 0, cap, 0]),
        WORLD,
        NO_PATHS,
    )
    assert float(licensed[2, 0]) == pytest.approx(0.074887, rel=1e-3)
    assert float(uveu.sum()) == pytest.approx(0.0, abs=1e-6)


def test_a_cap_counts_what_came_in_before():
    # a cap of 0.1 with 0.08 taken in leaves 0.02
    licensed, _ = allocation._within_caps(
        fleet([60, 20, 20, 0], licensed=0.08),
        by_region(0, 0, 0.5, 0),
        POLITICS,
        pulled(**(CAPS | {"raise_max": 0.0}), allocation_mh=[0, 0, 0.1, 0]),
        WORLD,
        NO_PATHS,
    )
    assert float(licensed[2, 0]) == pytest.approx(0.02, rel=1e-3)


def test_lpp_and_national_veus_widen_the_path_by_hand():
    # 10 firms x 0.0017 MH opened since the caps + 0.5 VEUs x 0.02 MH = 0.027 MH on top of an allocation of 0.05
    p = P(uveu_share=0.0, lpp_consignees=10.0, nveu_uptake=0.5)
    licensed, _ = allocation._within_caps(
        fleet([60, 20, 20, 0], lpp_open=0.0017),
        by_region(0, 0, 5.0, 0),
        POLITICS,
        pulled(**(CAPS | {"raise_max": 0.0, "nveu_mh": 0.02}), allocation_mh=[0, 0, 0.05, 0]),
        WORLD,
        p,
    )
    assert float(licensed[2, 0]) == pytest.approx(0.077, rel=1e-3)


def test_seven_percent_in_one_country_binds_a_universal_veu_by_hand():
    # the fleet of VEUs is 0.6 x 100 = 60 MH: 7% is 4.2; with 4.1 placed, 0.1 is left of the 3 that they ask for
    p = P(uveu_share=0.6, lpp_consignees=0.0, nveu_uptake=0.0)
    _, uveu = allocation._within_caps(
        fleet([60, 20, 20, 0], uveu=4.1),
        by_region(0, 0, 5.0, 0),
        POLITICS,
        pulled(**CAPS, allocation_mh=[0, 0, 0, 0]),
        WORLD,
        p,
    )
    assert float(uveu[2, 0]) == pytest.approx(0.1, rel=1e-3)


def test_the_us_floor_halts_tier_1_when_half_is_abroad():
    # 0.6 of a fleet of 100 is 60; half of it may be abroad and is: 0.6 x 50 = 30. The VEUs' 0.6 of the demand stops.
    p = P(uveu_share=0.6, lpp_consignees=0.0, nveu_uptake=0.0)
    share = allocation._within_us_floor(fleet([50, 50, 0, 0]), by_region(1, 1, 0, 0), pulled(uveu_us_min=0.5), WORLD, p)
    assert list(map(float, share[:, 0])) == pytest.approx([1.0, 0.4, 1.0, 1.0], rel=1e-3)


EXPORTER = P(
    cn_home_need_2024=4.0,
    home_need_growth=0.0,
    cn_export_bias=0.05,
    cn_export_start=2025.0,
    cn_price_discount=0.2,
    uveu_share=0.6,
)


def test_a_short_china_exports_its_bias_alone_by_hand():
    # home need 1 MH a quarter against 0.3 made: nothing to spare; 0.05 x 0.3 = 0.015, blocked by 1 x 0.75: 0.00375
    taken, _ = allocation.chinese_offer(
        by_region(0, 1, 1, 0),
        by_region(0, 0, 1, 0),
        one(0.3),
        POLITICS,
        pulled(huawei_blocking=1.0, prc_condition=0.0),
        jnp.float32(2030.0),
        WORLD,
        EXPORTER,
    )
    assert float(taken.sum()) == pytest.approx(0.00375, rel=1e-2)


def test_the_offer_goes_to_refused_and_to_contested_demand_by_hand():
    # contested: allowed 1 x 0.2 in each of two regions; refused: 1 in one of them: 0.2 : 1.2, so 1 / 7 and 6 / 7
    taken, contested = allocation.chinese_offer(
        by_region(0, 1, 1, 0),
        by_region(0, 0, 1, 0),
        one(0.3),
        POLITICS,
        pulled(huawei_blocking=0.0, prc_condition=0.0),
        jnp.float32(2030.0),
        WORLD,
        EXPORTER,
    )
    assert list(map(float, taken[:, 0] / taken.sum())) == pytest.approx([0, 1 / 7, 6 / 7, 0], rel=1e-4)
    assert float(contested.sum() / taken.sum()) == pytest.approx(0.4 / 1.4, rel=1e-4)


def test_nothing_is_exported_before_exports_begin():
    taken, _ = allocation.chinese_offer(
        by_region(0, 1, 1, 0),
        by_region(0, 0, 1, 0),
        one(0.3),
        POLITICS,
        pulled(huawei_blocking=0.0, prc_condition=0.0),
        jnp.float32(2022.0),
        WORLD,
        EXPORTER,
    )
    assert float(taken.sum()) < 1e-6


def test_leaks_by_hand():
    # Tier-2 additions of 0.5; governance 0.2 x 0.75 closes 0.15: smuggled 0.5 x 0.12 x 0.85 = 0.051, rented 0.02975
    p = P(smuggling_share=0.12, cloud_share=0.07, shadow_budget=0.5)
    levers, held = pulled(compute_governance=0.2), one(0.75)
    smuggled, rented = allocation.leaks(by_region(1, 1, 0.5, 0), one(100.0), levers, held, WORLD, p)
    assert float(smuggled.sum()) == pytest.approx(0.051, rel=1e-5)
    assert float(rented[0]) == pytest.approx(0.02975, rel=1e-5)
    # where China can buy 0.02 MH legally, half as much is paid for what is smuggled: 0.01 (the smooth minimum: 0.009996)
    smuggled, _ = allocation.leaks(by_region(1, 1, 0.5, 0), one(0.02), levers, held, WORLD, p)
    assert float(smuggled.sum()) == pytest.approx(0.009996, rel=1e-4)


def test_denial_leaves_demand_unmet_and_part_of_it_is_built_at_home():
    # 1 MH: 0.86 US, 0.08 allied, 0.06 denied; unsold 0.06, of which 0.5 goes to the US and Tier 1 by their demand
    p = P(
        tier1_share_2024=0.08,
        tier2_share_2024=0.06,
        tier2_ambition=0.6,
        capex_fade=0.35,
        sovereign_push=0.0,
        sovereign_us_share=0.8,
        own_chips_2028=0.0,
        reroute_share=0.5,
        lpp_consignees=0.0,
        nveu_uptake=0.0,
        **(EXPORTER | {"cn_export_bias": 0.0, "cn_price_discount": 0.0, "uveu_share": 0.0}),
    )
    levers = pulled(
        **(CAPS | {"tier2": [0, 0, 0, 0], "uveu_us_min": 0.0, "uveu_country_max": 1.0, "uveu_outside_max": 1.0}),
        denied=[0, 0, 1, 0],
        allocation_mh=[1e3] * 4,
        huawei_blocking=0.0,
        prc_condition=0.0,
    )
    placed, _, _ = allocation.place(
        fleet([60, 20, 20, 0]), one(1.0), one(0.0), one(0.1), POLITICS, levers, jnp.float32(2024.5), WORLD, p
    )
    assert list(map(float, placed.unmet[:, 0])) == pytest.approx([0, 0, 0.06, 0], abs=1e-4)
    assert float(placed.allowed[0, 0]) == pytest.approx(0.86 + 0.03 * 0.86 / 0.94, rel=1e-3)
    assert float(placed.allowed[1, 0]) == pytest.approx(0.08 + 0.03 * 0.08 / 0.94, rel=1e-3)
