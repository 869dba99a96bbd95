"""China's chips by hand."""

from types import SimpleNamespace
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
import pytest

from premortem.cases.us_ai_2025.world import chips
from premortem.cases.us_ai_2025.world.inputs import chip
from tests.world.hand import P, one, pulled
from tests.world.moves import STILL as STILL_BUDGETS
from tests.world.moves import put

POLITICS = SimpleNamespace(alignment=one(0.4), held=one(0.75))


def test_service_withdrawn_and_not_replaced_by_hand():
    # US: 0.5 x 1 = 0.5; allied: 0.5 x 0.75 x 0.4 = 0.15; withdrawn 0.65
    # skill: 0.2 + 0.25 x 0.2 x 0.65 x 0.8 = 0.226; gap: 0.65 x (1 - 0.226) = 0.5031, of it fresh 0.15 x 0.774 = 0.1161
    p = P(foreign_service_share=0.5, local_learning=0.2)
    gap, fresh, skill = chips.servicing(one(0.2), pulled(us_servicing=1.0, allied_servicing=0.75), POLITICS, p)
    assert float(skill[0]) == pytest.approx(0.226, rel=1e-5)
    assert float(gap[0]) == pytest.approx(0.5031, rel=1e-5)
    assert float(fresh[0]) == pytest.approx(0.1161, rel=1e-5)


def test_fabs_run_on_parts_in_store_and_then_partly_stand_still_by_hand():
    # of 0.5 of allied service 0.1 is gone and parts are half used: 0.5 x exp(-0.25 / 0.5 x 0.1 / 0.2) = 0.389400
    # runs: 1 - 0.2 x 0.1 / 0.5 x (1 - 0.389400) = 0.975576
    parts, uptime = chips.keep_running(
        one(0.5), one(0.1), P(parts_years=0.5, uptime_loss=0.2, foreign_service_share=0.5)
    )
    assert float(parts[0]) == pytest.approx(0.389400, rel=1e-5)
    assert float(uptime[0]) == pytest.approx(0.975576, rel=1e-5)
    # where allies withdraw nothing, nothing is used up and all runs
    parts, uptime = chips.keep_running(
        one(0.5), one(0.0), P(parts_years=0.5, uptime_loss=0.2, foreign_service_share=0.5)
    )
    assert (float(parts[0]), float(uptime[0])) == (0.5, 1.0)


def test_what_is_denied_is_first_met_from_store_by_hand():
    # 0.3 years of growth in store cover a half; a window of 0.2 adds 1.5 x 0.2 x 0.5 = 0.15 a year, denial of 0.8 takes 0.4
    # 0.3 + 0.25 x (0.15 - 0.4) = 0.2375; denial that bites: 0.8 x 0.8 x 0.5 = 0.32
    tools, denied = chips.store_tools(one(0.3), one(0.8), one(0.8), jnp.float32(2027.0), P(tool_hoard=1.5))
    assert float(tools[0]) == pytest.approx(0.2375, rel=1e-5)
    assert float(denied[0]) == pytest.approx(0.32, rel=1e-5)
    # before mid-2024 the record holds what was bought: the store stays
    tools, _ = chips.store_tools(one(0.3), one(0.8), one(0.8), jnp.float32(2023.1), P(tool_hoard=1.5))
    assert float(tools[0]) == pytest.approx(0.3, rel=1e-4)


def test_wafers_two_years_on_by_hand():
    # growth 0.45 x exp(-0.2 x 2) x (1 - 0.5 x 0.6) = 0.45 x 0.670320 x 0.7 = 0.211151; decay 0.1 x 0.5 = 0.05
    # 40 x exp(0.25 x 0.161151) = 40 x 1.041110 = 41.6444
    p = P(wafer_growth=0.45, wafer_fade=0.2, tool_dependence=0.5, tool_decay=0.1)
    got = chips.wafer_capacity(one(40.0), one(0.5), one(0.6), jnp.float32(2026.5), p)
    assert float(got[0]) == pytest.approx(41.6444, rel=1e-4)


def test_yield_after_a_quarter_by_hand():
    # 0.20 + 0.25 x 0.6 x (1 - 0.5 x 0.2) x (0.65 - 0.20) = 0.20 + 0.25 x 0.54 x 0.45 = 0.26075
    p = P(yield_rate=0.6, gap_drag=0.5, yield_max=0.65)
    got = chips.yield_learning(one(0.2), one(0.2), jnp.float32(2025.1), p)
    assert float(got[0]) == pytest.approx(0.26075, rel=1e-5)


def test_a_line_that_is_better_than_its_prior_allows_stays_as_good():
    p = P(yield_rate=0.6, gap_drag=0.5, yield_max=0.2)
    assert float(chips.yield_learning(one(0.25), one(0.0), jnp.float32(2026.0), p)[0]) == pytest.approx(0.25)


def test_ai_share_of_wafers_by_hand():
    # by 2031 the state's part is in (sigmoid(5 / 0.45) = 0.99999): (0.05 + 0.06) x (1 - 0.1 x 0.5) = 0.1045
    p = P(ai_wafer_share=0.05, state_steering=0.06, fdd_contention=0.1)
    assert float(chips.ai_share(jnp.float32(2031.0), one(0.5), p)[0]) == pytest.approx(0.1045, rel=1e-4)


MEMORY = P(
    hbm_stockpile=6.0,
    hbm_leak=0.03,
    hbm_domestic_start=2026.5,
    hbm_domestic_ramp=8.0,
    hbm_tool_dependence=0.5,
    hbm_list_delay=1.0,
)


def test_memory_before_the_ban_is_the_need_and_a_stockpile_by_hand():
    # need 2, and one quarter of warning of two: 6 x 1 / 2 = 3
    got = chips.hbm_inflow(one(2.0), one(1.0), one(0.0), pulled(hbm_ban=0.0, hbm_warning=1.0), one(0.75), MEMORY)
    assert float(got[0]) == pytest.approx(5.0, rel=1e-3)


def test_memory_after_the_ban_is_a_leak_and_home_supply_by_hand():
    # the leak is 0.03 / 0.75 = 0.04 of a quarter's old imports of 6 / 2 = 3: 0.12; home: 0.25 x 16 = 4
    got = chips.hbm_inflow(one(2.0), one(1.0), one(16.0), pulled(hbm_ban=1.0, hbm_warning=0.0), one(0.75), MEMORY)
    assert float(got[0]) == pytest.approx(4.12, rel=1e-3)


def test_china_gets_of_foreign_memory_what_makers_can_spare_and_no_more_is_shipped_than_is_made():
    # US-aligned supply of 2 MH at a B200's eight stacks; a need as large gets a half, a third of it three quarters, and with what the
    # others keep that is all that is made
    made = 2 * 8 / chip("B200").h100e
    for need, got in ((made, 1 / 2), (made / 3, 3 / 4), (0.0, 1.0)):
        share = float(chips.shared_memory(one(need), one(2.0))[0])
        assert share == pytest.approx(got, rel=1e-5)
        assert share * need + share * made == pytest.approx(made if need else share * made, rel=1e-5)


def test_fewer_us_aligned_chips_leave_china_less_memory_without_controls(simulate, futures, levers, study):
    """In every future: makers that ship less share out less; under the ban nothing of it reaches China. A die counts by the design of the
    quarter that packages it, so that one which waits may count more: designs stand still here.
    """
    dear = futures.copy()
    dear[study.priors.names.index("cost_2024")] *= 1.5
    before, after = (
        {name: np.asarray(o[name]) for name in ("cn_made_without", "cn_made")}
        for o in (
            simulate(put(study, values, **STILL_BUDGETS, die_growth=0.0), levers["as-written"])
            for values in (futures, dear)
        )
    )
    less, same = (after[name].cumsum(0) / before[name].cumsum(0) for name in ("cn_made_without", "cn_made"))
    assert (less <= 1 + 1e-4).all()
    assert (less[23] < 0.99).mean() > 0.2
    assert np.allclose(same, 1, rtol=1e-5)


def memory_line(denied, until=2030.5, held=0.8):
    """Capacity of home-made memory by quarter from 2025 on [million stacks a year], where tools are `denied` to it."""
    capacity, found = one(0.0), []
    for year in np.arange(2025.125, until + 0.126, 0.25):
        capacity = chips.hbm_capacity(capacity, jnp.float32(denied(year)), one(held), jnp.float32(year), MEMORY)
        found.append(float(capacity[0]))
    return np.array(found)


def test_home_made_memory_under_the_law_of_the_note_by_hand():
    # no tool is denied beyond that law: 8 million stacks a year more each year since mid-2026, 4.125 years: 33
    assert memory_line(lambda year: chips.DENIED_THEN)[-1] == pytest.approx(33.0, rel=1e-3)


def test_home_made_memory_without_tools_by_hand():
    # all denied from the start and four fifths held: a start 0.8 years later, and 8 x (1 - 0.5 x 0.8) = 4.8 a year more each
    # year: 4.8 x 3.325 = 15.96; none denied: 8 x (1 + 0.4) = 11.2 from mid-2026: 11.2 x 4.125 = 46.2
    assert memory_line(lambda year: 1.0)[-1] == pytest.approx(15.96, rel=1e-3)
    assert memory_line(lambda year: 0.0)[-1] == pytest.approx(46.2, rel=1e-3)


def test_a_later_denial_of_tools_for_memory_leaves_more_and_unbuilds_nothing():
    lines = [
        memory_line(lambda year, day=day: 1.0 if year > day else chips.DENIED_THEN) for day in (2025, 2026, 2027, 2029)
    ]
    assert (np.diff([line[-1] for line in lines]) > 0).all()
    assert all((np.diff(line) >= 0).all() for line in lines)


FABS = P(
    foreign_service_share=0.5,
    local_learning=0.0,
    wafer_growth=0.0,
    wafer_fade=0.2,
    tool_dependence=0.5,
    tool_decay=0.0,
    yield_rate=0.0,
    gap_drag=0.5,
    yield_max=0.65,
    ai_wafer_share=0.05,
    state_steering=0.0,
    fdd_contention=0.0,
    fdd_effect=0.9,
    foundry_dies_2024=0.4,
    dies_per_wafer=80.0,
    stacks_per_die=4.0,
    die_h100e_2024=0.32,
    die_growth=0.0,
    die_decay=0.0,
    uptime_loss=0.2,
    parts_years=0.5,
    tool_hoard=0.0,
    **MEMORY,
)
STILL = {
    "us_servicing": 1.0,
    "allied_servicing": 0.0,
    "tools_denied": 0.0,
    "dram_tools_denied": chips.DENIED_THEN,
    "hbm_warning": 0.0,
}


def fabs(hbm_stock, home_bank=0.0, foreign_bank=0.0):
    """40 thousand wafers a month at a yield of 0.3, no local skill, no tools in store and all parts."""
    stocks = one(hbm_stock), one(home_bank), one(foreign_bank)
    return chips.Fabs(one(40.0), one(0.0), one(0.3), one(0.0), one(1.0), one(0.0), *stocks)


def test_logic_and_memory_meet_in_packages_by_hand():
    # home dies: 40 thousand wafers a month x 3 months x 80 x 0.3 x 0.05 = 0.144 million; foreign: 0.25 x 0.4 = 0.1
    # memory: a stock of 0.976 million stacks feeds 0.244 million dies, as many as there are (inflow 0: ban, no leak yet)
    # equal amounts: 0.244 x 2^(-1/4) = 0.205179; in H100e: x 0.32 = 0.065657; 0.144 / 0.244 of it from home dies
    p = P(FABS, hbm_leak=0.0)
    start = fabs(hbm_stock=0.976)
    state, out = chips.make_chips(
        start, pulled(**STILL, hbm_ban=1.0, fdd=0.0), POLITICS, one(1.0), jnp.float32(2024.375), p
    )
    assert float(out.smic_dies[0]) == pytest.approx(0.144, rel=1e-4)
    assert float(out.foundry_dies[0]) == pytest.approx(0.1, rel=1e-5)
    assert float(out.packaged[0]) == pytest.approx(0.205179, rel=1e-3)
    assert float(out.domestic_mh[0]) == pytest.approx(0.065657 * 0.144 / 0.244, rel=1e-3)
    # what is not used is kept: 0.976 - 4 x 0.205179 = 0.155284
    assert float(state.hbm_stock[0]) == pytest.approx(0.155284, rel=2e-3)


def test_dies_without_memory_wait_and_are_packaged_later_by_hand():
    # a stock of 0.4 million stacks feeds 0.1 million dies; 0.144 + 0.1 are new and 0.3 + 0.1 waited, of which a quarter of a
    # tenth aged: 0.2925 and 0.0975; of 0.634 million dies 0.1 are packaged (the smooth minimum: 0.0999846)
    p = P(FABS, hbm_leak=0.0, die_decay=0.1)
    start = fabs(hbm_stock=0.4, home_bank=0.3, foreign_bank=0.1)
    state, out = chips.make_chips(
        start, pulled(**STILL, hbm_ban=1.0, fdd=0.0), POLITICS, one(1.0), jnp.float32(2024.375), p
    )
    assert float(out.packaged[0]) == pytest.approx(0.0999846, rel=1e-3)
    assert float(state.home_bank[0]) == pytest.approx(0.4365 * (1 - 0.0999846 / 0.634), rel=1e-3)
    # conservation: what was there and made is packaged or waits
    assert float((state.home_bank + state.foreign_bank + out.packaged)[0]) == pytest.approx(0.634, rel=1e-5)


def test_controls_on_production_are_lifted_from_the_day_of_the_note():
    class Levers(NamedTuple):
        us_servicing: float = 1.0
        allied_servicing: float = 0.5
        tools_denied: float = 0.6
        dram_tools_denied: float = 0.5
        hbm_ban: float = 1.0
        hbm_warning: float = 0.0
        fdd: float = 1.0
        deals: float = 0.3

    before, after = (chips.lifted(Levers(), jnp.float32(year)) for year in (2025.125, 2025.375))
    assert before == Levers()
    assert after == Levers(0, 0, 0, 0, 0, 0, 0, 0.3)


def test_foundry_due_diligence_stops_dies_as_far_as_it_works_and_holds():
    # 0.1 x (1 - 1 x 0.9 x 0.75) = 0.0325
    start = fabs(hbm_stock=1.0)
    _, out = chips.make_chips(
        start, pulled(**STILL, hbm_ban=1.0, fdd=1.0), POLITICS, one(1.0), jnp.float32(2025.5), FABS
    )
    assert float(out.foundry_dies[0]) == pytest.approx(0.0325, rel=1e-5)


def test_a_die_two_years_on_by_hand():
    # 0.32 x exp(0.08 x 2) = 0.375523
    got = chips.die_h100e(jnp.float32(2026.5), P(die_h100e_2024=0.32, die_growth=0.08))
    assert float(got[0]) == pytest.approx(0.375523, rel=1e-4)
