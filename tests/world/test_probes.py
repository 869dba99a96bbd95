"""Probes of the world that a referee made: each was answered wrongly once."""

import jax
import numpy as np
import pytest
from scipy.stats import spearmanr

from premortem.case import default
from premortem.cases.us_ai_2025 import world
from premortem.ensemble.evidence import evidence
from premortem.propositions.assumption import shipped_assumptions
from tests.world.moves import STILL, put

AS_WRITTEN = "as-written"
# From this quarter on a lever is moved: 2025Q2.
FROM = 9
STEPS = world.steps()
# What one quarter lacks another makes up, so that makes are compared by their totals.
TO_2028 = slice(None, STEPS.index("2028Q4") + 1)
Y2028 = slice(STEPS.index("2028Q1"), STEPS.index("2028Q4") + 1)


def pull(levers, **values):
    """Levers put at a value from 2025Q2 on."""
    moved = {}
    for name, value in values.items():
        moved[name] = getattr(levers, name).copy()
        moved[name][FROM:] = value
    return levers._replace(**moved)


@pytest.fixture(scope="module")
def margins(study):
    """Margins of assumptions and conditions of simulated outcomes."""
    return jax.jit(lambda o: study.scorer.margins(o, study.scorer.thresholds))


@pytest.fixture(scope="module")
def holds(simulate, margins):
    """Share of futures in which an assumption or one of its conditions holds; of all of them where none is named."""

    def share(values, levers, assumption=None):
        found = {name: float((np.asarray(m) > 0).mean()) for name, m in margins(simulate(values, levers)).items()}
        return found[assumption] if assumption else found

    return share


def test_f019_the_prior_of_energy_efficiency_agrees_with_its_source():
    found = {row.name: row for row in evidence(default())}["energy_efficiency_growth"]
    assert found.verdict == "agrees"
    assert found.shipped == pytest.approx(np.log([1.3, 1.4, 1.5]), abs=1e-3)


def test_f020_better_legal_chips_give_china_more_compute(simulate, futures, levers):
    got = []
    for h100e, serving in ((0.15, 1.2), (1.0, 1.0), (2.3, 2.4), (5.0, 5.0)):
        pulled = pull(levers[AS_WRITTEN], cn_free_h100e=h100e, cn_free_serving=serving)
        got.append(np.asarray(simulate(futures, pulled)["cn_total"])[Y2028].mean())
    assert (np.diff(got) > 0.02 * got[0]).all(), got


def test_f021_heavier_answers_move_a_margin(simulate, margins, futures, study, levers):
    heavy = put(study, futures, token_weight_growth=2 * futures[study.priors.names.index("token_weight_growth")])
    before, after = (margins(simulate(v, levers[AS_WRITTEN])) for v in (futures, heavy))
    assert max(float(np.abs(before[a] - after[a]).mean()) for a in ("A2", "A3", "A5")) > 0.01


def test_f022_no_more_is_sold_than_the_fleet_can_serve(outcomes, study, futures):
    p = dict(zip(study.priors.names, futures, strict=True))
    for o in outcomes.values():
        fleet = o["stock_us"].sum(1) * (1 - o["training_share"])
        room = p["answers_share_most"] / p["answers_share_2024"] * fleet / fleet[STEPS.index("2024Q2")]
        later = slice(STEPS.index("2024Q3"), None)
        assert (o["served"][later] <= room[later] * (1 + 1e-4)).all()


def test_f023_chips_matter_to_the_lead(simulate, futures, study, levers, outcomes):
    gap = outcomes[AS_WRITTEN]["gap_months_cn"][8:28].mean(0)
    assert spearmanr(gap, futures[study.priors.names.index("imitation_lag")])[0] < 0.8
    free = pull(levers[AS_WRITTEN], cn_free_h100e=2.3, cn_free_serving=2.4, hbm_ban=0, tools_denied=0, fdd=0)
    lost = gap - np.asarray(simulate(futures, free)["gap_months_cn"])[8:28].mean(0)
    assert np.quantile(lost, 0.9) > 1.0


def test_f024_more_chinese_compute_in_2022_does_not_protect_the_lead(holds, futures, study, levers):
    low, high = (
        holds(put(study, futures, cn_stock_2022=(u,)), levers[AS_WRITTEN], "A3.lead_lasts") for u in (0.02, 0.98)
    )
    assert high - low <= 0.01


def test_f025_shutting_out_a_country_does_not_slow_the_us_open_line(simulate, futures, study, levers):
    """It lags the US frontier as before; the frontier itself may lose a little, since it copies a slower China."""
    still = put(study, futures, **STILL)

    def behind(levers):
        o = simulate(still, levers)
        return np.asarray(o["capability_us"] - o["capability_us_open"])[Y2028].mean(0)

    more = behind(pull(levers[AS_WRITTEN], api_limits=1.0)) - behind(levers[AS_WRITTEN])
    assert np.quantile(np.abs(more), 0.95) < 0.02


def test_in_each_form_the_lead_at_deepseek_r1_is_within_the_central_95_percent(simulate, futures, study, levers):
    """o1-preview on 12 September 2024, R1 on 20 January 2025: 4 months (3 to 6)."""
    for form, category in enumerate(study.priors["lead_form"].categories):
        o = simulate(put(study, futures, lead_form=form), levers[AS_WRITTEN])
        low, high = np.quantile(np.asarray(o["gap_months_cn"])[STEPS.index("2025Q1")], [0.025, 0.975])
        assert low < 4 < high, category.name


@pytest.mark.parametrize("form", [0, 1, 2])
def test_in_no_form_does_more_compute_at_home_put_china_further_behind(simulate, futures, study, levers, form):
    """Chips that China buys, tripled; what US budgets would answer is held still."""
    fixed = put(study, futures, **STILL, lead_form=form, beijing_form=0)
    more = put(study, fixed, h20_2024=3 * futures[study.priors.names.index("h20_2024")])
    before, after = (np.asarray(simulate(v, levers[AS_WRITTEN])["gap_months_cn"]) for v in (fixed, more))
    assert (after <= before + 0.02 * np.abs(before) + 0.02).all()
    assert form == 0 or (after < before - 1e-3).any()


def test_f026_a1_turns_on_a_lower_leak_only_where_there_is_less_to_stop(simulate, futures, study, levers):
    """A1 once broke where foreign foundries had made 62% less for China in 2024, since that year stood under its ratio. Now no year
    before the controls are lifted stands in a margin. That the leak has no effect at all, as was asked first, would be wrong: due
    diligence of foundries stops it, so that controls cut more where it is large.
    """
    named = [c.margin for a in study.assumptions if a.id == "A1" for c in a.condition]
    assert not any(str(year) in margin for margin in named for year in (2023, 2024))
    leaked = futures[study.priors.names.index("foundry_dies_2024")]
    more, less = (
        simulate(v, levers[AS_WRITTEN]) for v in (futures, put(study, futures, foundry_dies_2024=0.38 * leaked))
    )
    for name in ("cn_made", "cn_made_without"):
        before, after = (np.asarray(o[name])[TO_2028].sum(0) for o in (more, less))
        assert (after <= before * (1 + 1e-4)).all(), name
        assert (after < before * 0.999).any(), name


def test_f027_capital_spending_may_grow_faster_in_2026_than_in_2025(outcomes):
    years = np.log(outcomes[AS_WRITTEN]["capex"].reshape(10, 4, -1).sum(1))  # 2023 to 2032
    growth = np.diff(years, axis=0)
    assert 0.15 < (growth[2] > growth[1]).mean() < 0.6


def test_f028_policies_differ_by_their_law(holds, futures, study, levers):
    """With every instrument as in the policy as written, boards that differ by over a point somewhere; two once did."""
    by_hand = {name: getattr(levers[AS_WRITTEN], name) for name in study.law(AS_WRITTEN).vocabulary.instruments}
    shares = [holds(futures, levers[p]._replace(**by_hand)) for p in study.policies]
    boards = np.array([[found[a.id] for a in study.assumptions] for found in shares])
    apart = [i for i, board in enumerate(boards) if (np.abs(boards[:i] - board).max(1) > 0.01).all()]
    assert len(apart) > 2, boards


def test_f029_rescinding_does_not_decide_a4_by_construction(holds, futures, levers):
    assert holds(futures, levers["rescinded"], "A4.conditions_bind") > 0.02


def test_f030_sovereign_compute_is_bought_from_somebody(outcomes, study, futures):
    p = dict(zip(study.priors.names, futures, strict=True))
    for o in outcomes.values():
        assert (4 * o["sovereign"][Y2028].mean(0) <= p["own_chips_2028"] * 1.6 + 1e-6).all()


def test_f031_a_faster_regulator_cuts_what_china_makes(simulate, futures, study, levers):
    """In every future fewer dies find memory up to 2028. What would be made without controls is less too, by a hair, since the lag is
    that of the years before they are lifted as well; and what memory holds up in one year is made in another. So not every future
    has the cut of 2028 larger, as was asked first; all have that of all years, to a point.
    """
    lag = futures[study.priors.names.index("patch_lag")]
    fast, slow = (simulate(put(study, futures, patch_lag=lag + more), levers[AS_WRITTEN]) for more in (0.0, 1.0))
    fewer, more = (np.asarray(o["cn_ascend_units"])[TO_2028].sum(0) for o in (fast, slow))
    assert (fewer <= more * (1 + 1e-4)).all()

    def cut(o, when):
        return 1 - np.asarray(o["cn_made"])[when].sum(0) / np.asarray(o["cn_made_without"])[when].sum(0)

    since = slice(FROM, TO_2028.stop)
    assert (cut(fast, since) >= cut(slow, since) - 0.01).all()
    assert np.mean(cut(fast, Y2028) > 1 / 3) - np.mean(cut(slow, Y2028) > 1 / 3) > 0.01


def test_f031_allied_servicing_bites_where_logic_binds(simulate, futures, levers):
    """Where memory binds nothing that is done to fabs shows; where logic does, service that is asked to stop costs output."""
    before, after = (simulate(futures, pull(levers[AS_WRITTEN], allied_servicing=effort)) for effort in (0.0, 1.0))
    bound = np.asarray(before["cn_hbm_bound"])[Y2028].mean(0) < 0.5
    made = [np.asarray(o["cn_ascend_units"])[TO_2028].sum(0) for o in (before, after)]
    assert 0.05 < bound.mean() < 0.5
    assert (made[1] <= made[0] * (1 + 1e-4)).all()
    cut = 1 - np.asarray(after["cn_made"])[Y2028].sum(0) / np.asarray(before["cn_made"])[Y2028].sum(0)
    assert np.median(cut[bound]) > 0.015 > 5 * abs(np.median(cut[~bound]))


def test_a_higher_yield_is_cut_more_where_memory_binds(simulate, futures, study, levers):
    """The note has yields rise against controls. Here they raise what China makes, and more so what it would make with all the memory
    that it asks for: the scarcer the memory, the more a control on it takes from better fabs.
    """
    low, high = (simulate(put(study, futures, yield_max=(u,)), levers[AS_WRITTEN]) for u in (0.02, 0.98))
    made = [np.asarray(o["cn_ascend_units"])[TO_2028].sum(0) for o in (low, high)]
    assert (made[1] >= made[0] * (1 - 1e-4)).all()
    cut = [
        1 - np.asarray(o["cn_made"])[Y2028].sum(0) / np.asarray(o["cn_made_without"])[Y2028].sum(0) for o in (low, high)
    ]
    assert (cut[1] - cut[0]).mean() > 0.05


def test_the_lead_of_a1_is_told_against_what_would_have_been(simulate, margins, futures, levers):
    """With every control lifted the two worlds are nearly one, and the condition fails; over 2024 the lead widens all the same."""
    controls = ("us_servicing", "allied_servicing", "tools_denied", "hbm_ban", "hbm_warning", "fdd")
    lifted = dict.fromkeys(controls, 0.0)
    o = simulate(futures, pull(levers["rescinded"], **lifted, cn_free_h100e=2.3, cn_free_serving=2.4))
    assert (np.asarray(margins(o)["A1.lead_widens"]) > 0).mean() < 0.1
    ratio = np.asarray(o["us_aligned_stock"] / o["cn_stock"])
    assert (ratio[STEPS.index("2028Q4")] > ratio[STEPS.index("2024Q4")]).mean() > 0.5


def test_tools_for_memory_bite_the_more_the_sooner_they_are_denied(simulate, futures, levers):
    """CXMT listed, so that no maker's tools reach it: less is made at home in 2028, the less the earlier, and nothing before changes."""
    pulled = levers[AS_WRITTEN]
    made = [np.asarray(simulate(futures, pulled)["cn_ascend_units"])]
    for quarter in ("2027Q3", "2026Q3", "2025Q3"):
        denied = pulled.dram_tools_denied.copy()
        denied[STEPS.index(quarter) :] = 1.0
        made.append(np.asarray(simulate(futures, pulled._replace(dram_tools_denied=denied))["cn_ascend_units"]))
        assert np.array_equal(made[-1][: STEPS.index(quarter)], made[0][: STEPS.index(quarter)])
    totals = np.array([m[TO_2028].sum(0) for m in made])
    assert (np.diff(totals, axis=0) <= 1e-4 * totals[0]).all()
    assert totals[3].sum() < 0.7 * totals[0].sum()


def test_tracking_cuts_the_rented_compute_that_china_trains_on(simulate, futures, study, levers):
    still = put(study, futures, **STILL, smuggling_share=0.0)
    without, tracked = (simulate(still, pull(levers[AS_WRITTEN], compute_governance=x)) for x in (0.0, 1.0))
    less = np.asarray(tracked["capability_cn"])[Y2028] < np.asarray(without["capability_cn"])[Y2028]
    assert less.mean() > 0.9


def test_load_above_published_forecasts_is_as_common_as_a5_and_the_model_page_say(outcomes):
    """LBNL's 325 to 580 TWh for US data centres in 2028 and the IEA's 700 to 1,260 for the world's in 2030 (quantities 78 and 80)."""
    o = outcomes[AS_WRITTEN]
    above = [(o[name][at : at + 4].mean(0) > most).mean() for name, at, most in
             (("us_datacentre_twh", 20, 580), ("world_datacentre_twh", 28, 1260))]  # fmt: skip
    assert above == pytest.approx([0.28, 0.49], abs=0.05)
    (item,) = [i for a in shipped_assumptions(default()) for _, i in a.items if i.id == "w_linear_history"]
    assert all(share in item.disagrees for share in ("28%", "49%"))
