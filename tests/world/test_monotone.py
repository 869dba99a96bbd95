"""What an expert would demand: the direction in which each cause moves its effect, in every future of the prior.

A row moves one uncertainty by a factor, or one lever, and names an outcome that must never go the wrong way. Totals up to
each quarter are compared where what one quarter lacks is made up in another. Seven feedbacks run against some rows by
design, and are held still where they do (`still`):

- budgets answer the return (`roi_feedback`, and a bust, `capex_form`): a slower rival raises returns, thus US spending, thus what is there to copy;
- answers that nobody can serve bid compute away from training (`training_yields`): a slower rival leaves answers dear, fewer are
  asked for, and more of the fleet trains what is there to copy;
- the US copies a breakthrough of China's after the same lag (`breakthrough_1_owner`);
- what one place cannot power moves to another (`offshore_shift`) and uses the cap there up;
- what finds power sooner uses caps up sooner: more is refused then, of which a part is never built (`reroute_share`), and some of
  what is for sale turns sovereign (`sovereign_push`);
- a richer market asks for more answers: where they are scarce, buyers that answer little to price pay less for more (`elasticity`),
  and dear US answers send third markets to Chinese ones (`price_weight`);
- less compute abroad leaks less to China, so what enlarges Tier 2 enlarges China's stock (smuggling and renting).

Exceptions, looked at and left out:

- `compute_drag` shortens imitation while the hardware lead is below that of 2022, from which it is counted; so more of it
  may raise China's capability in those years;
- a longer `us_open_lag` lowers the closed frontier too, which may use what is open; so the gap between them may shrink a
  little, though the best open model never gets better;
- a higher share for one country (`uveu_country_max`) lets a place short of power crowd others out under the 25% for all;
  so Tier 2 may power less in total, though never less of its demand is cleared.
"""

import numpy as np
import pytest

from premortem.cases.us_ai_2025 import world
from tests.world.moves import STILL, put

AS_WRITTEN = "as-written"
# uncertainty, factor, outcome, it never goes, what is held still
BY_UNCERTAINTY = [
    ("imitation_lag", 1.1, "capability_cn", "up", STILL),
    ("imitation_lag", 1.1, "gap_months_cn", "down", STILL | {"breakthrough_1_owner": 0.0, "breakthrough_2_owner": 0.0}),
    ("spillover_lag", 1.1, "capability_cn", "up", STILL),
    ("us_open_lag", 1.1, "capability_open", "up", STILL),
    ("yield_max", 1.05, "cn_yield", "down", {}),
    ("yield_rate", 1.1, "cn_yield", "down", {}),
    ("gap_drag", 1.1, "cn_yield", "up", {}),
    ("tool_decay", 1.1, "cn_wafers", "up", {}),
    ("tool_dependence", 1.1, "cn_wafers", "up", {}),
    ("dies_per_wafer", 1.1, "cn_smic_dies", "down", {}),
    ("hbm_domestic_start", 1.0005, "cn_ascend_units", "up", {}),  # a year later
    ("hbm_domestic_ramp", 1.1, "cn_ascend_units", "down", {}),
    ("hbm_leak", 1.1, "cn_ascend_units", "down", {}),
    ("hbm_stockpile", 1.1, "cn_ascend_units", "down", {}),
    ("fdd_effect", 1.02, "cn_foundry_dies", "up", {}),
    ("h20_2024", 1.1, "cn_below_threshold", "down", {}),
    ("smuggling_share", 1.1, "cn_smuggled", "down", STILL),
    ("loophole_rate", 1.1, "held", "up", {}),
    ("patch_lag", 1.1, "held", "up", {}),
    ("capex_growth", 1.1, "us_offered", "down", STILL),
    ("capex_2024", 1.1, "us_offered", "down", STILL),
    ("cost_2024", 1.1, "us_offered", "up", STILL),
    ("kw_2024", 1.1, "us_supply", "up", STILL),
    ("ai_claim", 1.1, "us_supply", "down", STILL),
    ("flexible_gw", 1.1, "us_supply", "down", STILL),
    ("cn_export_start", 1.0005, "cn_exports", "up", STILL),
    ("cn_price_discount", 1.1, "us_stack_share", "up", STILL),
    ("sovereign_push", 1.1, "us_stack_share", "up", STILL),
    ("enforcement", 1.05, "conditioned_share", "down", STILL),
    ("goodwill_loss_caps", 1.1, "goodwill", "up", {}),
    ("goodwill_loss_coercion", 1.1, "goodwill", "up", {}),
    ("erosion_months", 1.1, "price", "up", STILL),
    ("trust_weight", 1.1, "cn_model_share", "up", STILL),
    ("hosting_share", 1.1, "cn_model_share", "down", STILL),
    ("rnd_2024", 1.1, "roi_closed", "up", STILL),
    ("market_ceiling", 1.1, "revenue_closed", "down", STILL | {"price_weight": 0.0, "elasticity": 1.0}),
    ("utilisation", 1.05, "us_supply", "up", STILL),
]
# Rows that need a policy which pulls the lever that they answer to.
UNDER = {"goodwill_loss_coercion": "maximal"}
# From this quarter on a lever is moved: 2025Q3.
FROM = 10
# lever, what it becomes from then on, outcome, it never goes, under, what is held still
BY_LEVER = [
    ("allied_servicing", lambda x: x * 0 + 1, "cn_yield", "up", AS_WRITTEN, {}),
    ("allied_servicing", lambda x: x * 0 + 1, "cn_wafers", "up", AS_WRITTEN, {"local_learning": 0.0}),
    ("us_servicing", lambda x: x * 0, "cn_yield", "down", AS_WRITTEN, {}),
    ("tools_denied", lambda x: x * 0 + 1, "cn_wafers", "up", AS_WRITTEN, {}),
    ("hbm_ban", lambda x: x * 0, "cn_ascend_units", "down", AS_WRITTEN, {}),
    ("fdd", lambda x: x * 0, "cn_foundry_dies", "down", AS_WRITTEN, {}),
    ("allocation_mh", lambda x: x * 2, "tier2_unmet", "up", AS_WRITTEN, STILL),
    ("allocation_mh", lambda x: x * 2, "goodwill", "down", AS_WRITTEN, STILL),
    (
        "uveu_country_max",
        lambda x: x * 2,
        "tier2_unmet",
        "up",
        AS_WRITTEN,
        STILL | {"offshore_shift": 0.0, "reroute_share": 1.0},
    ),
    ("lpp_mh", lambda x: x * 2, "tier2_unmet", "up", AS_WRITTEN, STILL),
    ("nveu_mh", lambda x: x * 2, "tier2_unmet", "up", AS_WRITTEN, STILL),
    ("huawei_blocking", lambda x: x * 0 + 1, "cn_exports", "up", AS_WRITTEN, STILL),
    ("compute_governance", lambda x: x * 0 + 1, "cn_smuggled", "up", AS_WRITTEN, STILL),
    ("compute_governance", lambda x: x * 0 + 1, "conditioned_share", "down", AS_WRITTEN, STILL),
    ("end_user_rule", lambda x: x * 0, "conditioned_share", "up", "rescinded", STILL),
    ("deals", lambda x: x * 0 + 1, "goodwill", "down", "rescinded", STILL),
    ("deals", lambda x: x * 0 + 1, "conditioned_share", "down", "rescinded", STILL),
    ("coercion", lambda x: x * 0 + 1, "goodwill", "up", "rescinded", STILL),
    (
        "permitting",
        lambda x: x * 0 + 1,
        "us_supply",
        "down",
        AS_WRITTEN,
        STILL | {"sovereign_push": 0.0, "reroute_share": 1.0},
    ),
    ("chinese_model_limits", lambda x: x * 0 + 1, "cn_model_share", "up", AS_WRITTEN, STILL),
    ("open_weights_limits", lambda x: x * 0 + 1, "capability_cn", "up", AS_WRITTEN, STILL),
    ("api_limits", lambda x: x * 0 + 1, "capability_cn", "up", AS_WRITTEN, STILL),
]
# What is made up for in another quarter is compared by its total up to each.
FLOWS = {"us_offered", "us_supply", "cn_ascend_units", "cn_exports", "cn_smuggled", "tier2_unmet"}


def series(outcomes, name):
    if name == "tier2_unmet":
        tier2 = [i for i, x in enumerate(world.regions().other[:, 0]) if x]
        found = np.asarray(outcomes["unmet"])[:, tier2].sum(1)
    else:
        found = np.asarray(outcomes[name])
    return found.cumsum(0) if name in FLOWS else found


def wrong_way(before, after, never):
    """Share of futures in which an outcome ever went the wrong way by more than rounding."""
    slack = 2e-3 * np.abs(before) + 1e-5
    wrong = after > before + slack if never == "up" else after < before - slack
    return wrong.any(0).mean()


@pytest.mark.parametrize(("uncertainty", "factor", "outcome", "never", "still"), BY_UNCERTAINTY)
def test_an_uncertainty_moves_its_outcome_one_way(
    simulate, futures, levers, study, uncertainty, factor, outcome, never, still
):
    fixed = put(study, futures, **still)
    moved = fixed.copy()
    moved[study.priors.names.index(uncertainty)] *= factor
    pulled = levers[UNDER.get(uncertainty, AS_WRITTEN)]
    before, after = (series(simulate(v, pulled), outcome) for v in (fixed, moved))
    assert wrong_way(before, after, never) == 0
    assert not np.allclose(before, after, rtol=1e-6, atol=0), "nothing moved, so nothing was tested"


@pytest.mark.parametrize(("lever", "becomes", "outcome", "never", "policy", "still"), BY_LEVER)
def test_a_lever_moves_its_outcome_one_way(
    simulate, futures, levers, study, lever, becomes, outcome, never, policy, still
):
    fixed, pulled = put(study, futures, **still), levers[policy]
    path = getattr(pulled, lever).copy()
    path[FROM:] = becomes(path[FROM:])
    before = series(simulate(fixed, pulled), outcome)
    after = series(simulate(fixed, pulled._replace(**{lever: path})), outcome)
    assert wrong_way(before, after, never) == 0
    assert not np.allclose(before, after, rtol=1e-6, atol=0), "nothing moved, so nothing was tested"


def test_a_higher_cap_never_lowers_what_tier_2_has_taken_in(simulate, futures, levers, study):
    """Compared with leaks to China held still; power and reroutes are left as they are."""
    fixed, pulled = put(study, futures, **STILL), levers[AS_WRITTEN]
    tier2 = [i for i, x in enumerate(world.regions().other[:, 0]) if x]

    def taken(levers):
        return np.asarray(simulate(fixed, levers)["additions"])[:, tier2].sum(1).cumsum(0)

    assert wrong_way(taken(pulled), taken(pulled._replace(allocation_mh=pulled.allocation_mh * 2)), "down") == 0


@pytest.mark.parametrize("beijing", [0, 2])
def test_a_ban_below_the_threshold_never_raises_what_china_buys(simulate, futures, levers, study, beijing):
    """By both measures: TPP, and memory bandwidth. Quotas of Beijing's are left out: they follow what is made at home, which other
    clauses of the two policies move, and count TPP, so that they let in more of lesser chips.
    """
    fixed = put(study, futures, beijing_form=beijing)
    free, banned = (simulate(fixed, levers[policy]) for policy in ("rescinded", "maximal"))
    for name in ("cn_below_threshold", "h20_units"):
        assert wrong_way(np.asarray(free[name]), np.asarray(banned[name]), "up") == 0
    less = np.asarray(banned["cn_below_threshold"])[12:] < np.asarray(free["cn_below_threshold"])[12:]
    assert less.all() if beijing == 0 else less.mean() > 0.8  # a refusal in full leaves nothing to ban


def test_more_smuggling_never_lowers_chinas_stock(simulate, futures, levers, study):
    fixed = put(study, futures, **STILL)
    moved = fixed.copy()
    moved[study.priors.names.index("smuggling_share")] *= 1.1
    china = world.region_ids().index("CHN")
    before, after = (np.asarray(simulate(v, levers[AS_WRITTEN])["stock_cn"])[:, china] for v in (fixed, moved))
    assert wrong_way(before, after, "down") == 0
