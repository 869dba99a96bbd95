"""Power by hand."""

from types import SimpleNamespace

import jax.numpy as jnp
import numpy as np
import pytest

from premortem.cases.us_ai_2025.world import energy
from premortem.cases.us_ai_2025.world import outcomes as outcomes_
from premortem.cases.us_ai_2025.world.inputs import DT, chip, region_ids, regions, times
from tests.world.hand import P, by_region, one, places, pulled
from tests.world.moves import STILL, put


def test_power_of_an_h100_equivalent_a_year_on_by_hand():
    # 1.15 x exp(-0.26) = 0.886709 kW
    p = P(kw_2024=1.15, energy_efficiency_growth=0.26)
    assert float(energy.kw_per_h100e(jnp.float32(2025.5), p)[0]) == pytest.approx(0.886709, rel=1e-5)


def test_electricity_of_a_load_by_hand():
    # 10 GW x 8.76 x 0.7 = 61.32 TWh a year
    assert float(energy.twh(one(10.0), P(utilisation=0.7))[0]) == pytest.approx(61.32, rel=1e-5)


def test_new_power_by_hand():
    # US surplus 81.1 TWh a year = 9.25799 average GW; claim 0.4 + 0.6 x 0.2 x 0.3 = 0.436; no surge: 4.03648 GW a year
    # a region without surplus builds the floor: 0.006 x 100 / 8.76 x 0.436 = 0.0298630
    p = P(power_floor=0.006, ai_claim=0.4, permitting_effect=0.3, surge=0.0)
    world = places(["us", "other"], electricity=[4273, 100], surplus=[81.1, -3])
    got = energy.new_power(pulled(permitting=0.2), jnp.float32(2026.0), world, p)
    assert list(map(float, got[:, 0])) == pytest.approx([4.03648, 0.0298630], rel=1e-4)


def test_flexible_room_by_hand():
    # the US: 98 GW x 0.25 = 24.5; a region with a quarter of its electricity has a quarter of it
    p = P(flexible_gw=98.0, flexibility_used=0.25)
    got = energy.flexible_room(places(["us", "other"], electricity=[4000, 1000]), p)
    assert list(map(float, got[:, 0])) == pytest.approx([24.5, 6.125], rel=1e-5)


ONE_PLACE = places(["us"], electricity=[1000], surplus=[8.76 * 4])
TIGHT = P(
    kw_2024=1.0,
    energy_efficiency_growth=0.0,
    utilisation=0.7,
    retirement=0.2,
    power_floor=0.0,
    ai_claim=0.5,
    permitting_effect=0.0,
    surge=0.0,
    flexible_gw=0.0,
    flexibility_used=0.0,
    offshore_shift=0.3,
)


def test_connecting_in_one_place_by_hand():
    # new power: 4 GW x 0.5 = 2 GW a year = 0.25 x 2 / 0.7 = 0.714286 MH a quarter; 1 MH is wanted, half of it training
    # training: softmin(0.5, 0.714286) = 0.5 x 1.2401^(-1/4) = 0.473814
    # the rest: softmin(0.5, 0.714286 - 0.473814 = 0.240472) = 0.240472 x (1 + 0.480944^4)^(-1/4) = 0.237361
    powered, _ = energy.connect(
        by_region(1.0),
        by_region(0.0),
        by_region(0.0),
        by_region(0.0),
        one(0.5),
        pulled(permitting=0.0),
        jnp.float32(2025.0),
        ONE_PLACE,
        TIGHT,
    )
    assert float(powered.additions[0, 0]) == pytest.approx(0.473814 + 0.237361, rel=1e-3)
    assert float(powered.stranded[0]) == pytest.approx(1 - 0.711175, rel=2e-3)


def test_what_one_place_strands_moves_in_part_to_a_place_with_room():
    # 1 MH in a place without power: 0.3 of it moves, as far as the room that caps leave there; the rest is stranded
    world = places(["us", "ally"], electricity=[1000, 1000], surplus=[0, 8760])
    room = by_region(0.0, 10.0)
    powered, _ = energy.connect(
        by_region(1.0, 0.0),
        room,
        room * 0,
        room * 0,
        one(0.5),
        pulled(permitting=0.0),
        jnp.float32(2025.0),
        world,
        TIGHT,
    )
    assert list(map(float, powered.additions[:, 0])) == pytest.approx([0.0, 0.3], abs=1e-3)
    assert float(powered.stranded[0]) == pytest.approx(0.7, abs=1e-3)


def test_inference_uses_flexible_room_and_uses_it_up():
    # 7 GW of flexible room, no new power: 10 MH at 0.7 average GW each, all inference: softmin(10, 10) = 8.40896 MH
    p = P(TIGHT, flexible_gw=7.0, flexibility_used=1.0)
    world = places(["us"], electricity=[1000], surplus=[0])
    none = by_region(0.0)
    powered, used = energy.connect(
        by_region(10.0), none, none, none, one(0.0), pulled(permitting=0.0), jnp.float32(2024.0), world, p
    )
    assert float(powered.additions[0, 0]) == pytest.approx(8.40896, rel=1e-3)
    assert float(used[0, 0]) == pytest.approx(0.7 * 8.40896, rel=1e-3)


def test_chips_that_replace_retired_ones_need_no_new_power():
    # 140 GW rated at 0.7 are 98 average GW, 28 of them in flexible room; a twentieth retires a quarter: 0.05 x 70 = 3.5 GW is there
    # again, 5 MH at 0.7 GW each; no new power, so that 1 MH of training gets softmin(1, 5) = 0.99960; flexible room 28 x 0.95 = 26.6
    world = places(["us"], electricity=[1000], surplus=[0])
    powered, used = energy.connect(
        by_region(1.0), by_region(0.0), by_region(28.0), by_region(140.0), one(1.0), pulled(permitting=0.0),
        jnp.float32(2024.0), world, TIGHT,
    )  # fmt: skip
    assert float(powered.additions[0, 0]) == pytest.approx(0.99960, rel=1e-4)
    assert float(used[0, 0]) == pytest.approx(26.6, rel=1e-5)


def test_no_more_power_is_drawn_in_the_us_than_was_there_built_or_flexible(outcomes, futures, study):
    p = SimpleNamespace(**dict(zip(study.priors.names, futures, strict=True)))
    at, us = regions(), region_ids().index("USA")
    for policy, o in outcomes.items():
        pulled_ = study.levers(policy)
        built = [
            DT * np.asarray(energy.new_power(SimpleNamespace(permitting=pulled_.permitting[q]), year, at, p))[us]
            for q, year in enumerate(np.asarray(times()))
        ]
        most = np.cumsum(built, 0) + np.asarray(energy.flexible_room(at, p))[us]
        load = o["gw"][:, us] * p.utilisation
        assert (load[1:] <= (load[0] + most[1:]) * (1 + 1e-3)).all(), policy


def test_power_of_chinas_additions_by_hand():
    # 1 MH of Ascends draws an Ascend's power per TPP, a million H20 an H20's each, at 1 kW an H100 equivalent
    ascend, h20 = chip("Ascend 910B"), chip("H20")
    p = P(kw_2024=1.0, energy_efficiency_growth=0.0, die_growth=0.0)
    got = energy.chinese_power(one(1.0), one(1.0), one(0.5), jnp.float32(2024.5), p)
    assert float(got[0]) == pytest.approx(ascend.power / ascend.h100e + h20.power + 0.5, rel=1e-5)


def test_a_chinese_die_saves_power_by_its_design_alone():
    # four years on, at 8% a year: exp(-0.32) of an Ascend's power per TPP, whatever chips of finer nodes draw
    ascend, p = chip("Ascend 910B"), P(kw_2024=1.0, energy_efficiency_growth=0.336, die_growth=0.08)
    got = energy.chinese_power(one(1.0), one(0.0), one(0.0), jnp.float32(2028.5), p)
    assert float(got[0]) == pytest.approx(ascend.power / ascend.h100e * 0.726149, rel=1e-4)


def test_the_load_that_is_wished_for_counts_each_chip_once_by_hand():
    # 100 GW, a twentieth retires; of 10 MH wanted in the US and 5 abroad 4 in 5 were not waiting already: 95 + 8 x 1 kW
    p = P(retirement=0.2, kw_2024=1.0, energy_efficiency_growth=0.0)
    world = places(["us", "ally"])
    got = energy.wished_load(one(100.0), by_region(10.0, 5.0), one(0.8), jnp.float32(2026.0), world, p)
    assert float(got[0]) == pytest.approx(103.0)


def test_what_flexible_room_leaves_to_be_supplied_by_hand():
    # drawn: 0.5 of 10 GW to the end of 2024, then 110: of 50 added half is answers, room 98 x 0.25 = 24.5: softmin(25, 24.5) = 20.8095
    years = times()[:, None]
    wished = jnp.where(years < 2025, 10.0, 110.0)
    p = P(utilisation=0.5, flexible_gw=98.0, flexibility_used=0.25)
    got = outcomes_.firm_twh_wished(wished, 0.5 + 0 * wished, places(["us"], electricity=[4000]), p)
    assert float(got[7, 0]) == pytest.approx(5 * 8.76, rel=1e-5)
    assert float(got[8, 0]) == pytest.approx((55 - 20.8095) * 8.76, rel=1e-4)


def test_flexible_room_lowers_what_is_asked_for_and_a_shortage_does_not_refute_it(simulate, futures, levers, study):
    """A5's condition, in every future: all of the flexible room for AI never raises the peak. Where AI can claim a fifth of the surplus or
    seven tenths, what it asks for by 2030 is the same to a tenth, though so much less of it finds power.
    """
    o = {
        name: {key: np.asarray(series) for key, series in simulate(put(study, futures, **STILL, **values), levers["as-written"]).items()}
        for name, values in {
            "none": {"flexibility_used": 0.0},
            "all": {"flexibility_used": 1.0},
            "scarce": {"ai_claim": 0.2, "flexibility_used": 0.0},
            "plenty": {"ai_claim": 0.7, "flexibility_used": 0.0},
        }.items()
    }  # fmt: skip
    none, all_ = (o[name]["us_surge_ratio"][8:].max(0) for name in ("none", "all"))
    assert (all_ <= none * 1.001).all()
    assert np.median(all_ / none) < 0.7
    scarce, plenty = (o[name]["us_wished_gw"][30] for name in ("scarce", "plenty"))
    assert np.allclose(scarce, plenty, rtol=0.1)
    assert np.median(o["scarce"]["ai_gw_us"][30] / o["plenty"]["ai_gw_us"][30]) < 0.9
