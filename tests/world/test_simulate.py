"""Properties of the simulated world over the full prior, and mechanisms against numbers worked by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from premortem import world
from premortem.ensemble.run import draw
from premortem.regime.levers import Levers
from premortem.world import chips, market, models, politics, smooth, supply
from premortem.world.inputs import DT, by_name

CHINA = world.region_ids().index("CHN")


@pytest.fixture(scope="module")
def simulate():
    return jax.jit(world.simulate)


@pytest.fixture(scope="module")
def outcomes(simulate, futures, levers):
    return {name: jax.device_get(simulate(futures, pulled)) for name, pulled in levers.items()}


def test_no_future_gives_a_non_finite_outcome(outcomes):
    for policy, o in outcomes.items():
        broken = [name for name, series in o.items() if not np.isfinite(series).all()]
        assert not broken, (policy, broken)


def test_stocks_flows_and_shares_stay_within_their_bounds(outcomes):
    signed = (
        "gap_months_cn",
        "gap_months_open",
        "ai_growth",
        "ai_convexity",
        "us_surge_ratio",
        "compute_demand_elasticity",
    )
    free = ("capability_us", "capability_cn", "capability_open")
    for o in outcomes.values():
        for name, series in o.items():
            if name not in signed + free:
                assert series.min() >= -1e-6, name
        for name in (
            "cn_yield",
            "goodwill",
            "alignment",
            "held",
            "us_stack_share",
            "conditioned_share",
            "t2_share_cn",
            "cn_model_share",
            "gross_margin",
            "share_us_territory",
            "cn_hbm_bound",
        ):
            assert o[name].max() <= 1 + 1e-5, name


def test_no_chips_from_nowhere_in_china(outcomes, study, futures):
    """Stock in China = what it had + home-made + bought + smuggled - exported - retired, quarter by quarter."""
    p = by_name(futures)
    for o in outcomes.values():
        stock, left = p.cn_stock_2022, 1 - DT * p.retirement
        for q in range(40):
            gained = sum(o[k][q] for k in ("cn_domestic", "cn_foundry_leak", "cn_below_threshold", "cn_smuggled"))
            stock = stock * left + gained - o["cn_exports"][q]
        np.testing.assert_allclose(o["stock_cn"][-1, CHINA], stock, rtol=2e-3, atol=1e-5)


def test_us_aligned_additions_never_exceed_what_was_offered(outcomes):
    """All additions up to a quarter, with what was smuggled on, are at most all that was made up to it."""
    for o in outcomes.values():
        placed = (o["us_supply"] + o["cn_smuggled"]).cumsum(0)
        made = o["us_offered"].cumsum(0)
        assert (placed <= made * (1 + 1e-4)).all()


def test_one_future_equals_the_same_future_among_many(simulate, futures, levers):
    alone = simulate(futures[:, 7:8], levers["as-written"])
    among = simulate(futures, levers["as-written"])
    for name, series in alone.items():
        np.testing.assert_allclose(series[..., 0], among[name][..., 7], rtol=2e-3, atol=1e-5, err_msg=name)


@pytest.fixture(scope="module")
def margins_and_more(futures, levers):
    """All outcomes of 32 futures, summed over time and futures: what a parameter or lever must move."""
    some = futures[:, :32]

    def totals(values, pulled):
        return jnp.stack([jnp.abs(series).sum() for series in world.simulate(values, pulled).values()])

    return jax.jit(totals), some


def test_every_parameter_has_an_effect_on_some_outcome(margins_and_more, levers, study):
    totals, some = margins_and_more
    before = {policy: totals(some, levers[policy]) for policy in ("as-written", "maximal", "history")}
    idle = []
    for i, row in enumerate(study.priors.rows):
        if not row.varies:
            continue
        moved = some.copy()
        moved[i] = row.low + 0.9 * (row.high - row.low) if row.distribution != "categorical" else (some[i] + 1) % 3
        if all(np.allclose(totals(moved, levers[p]), before[p], rtol=1e-7) for p in before):
            idle.append(row.name)
    assert not idle


def test_every_lever_has_an_effect_on_some_outcome(margins_and_more, levers):
    totals, some = margins_and_more
    idle = []
    for name in Levers._fields:
        effect = False
        for policy in ("as-written", "maximal", "history"):
            pulled = levers[policy]
            series = getattr(pulled, name).copy()
            series[9:] = series[9:] * 0.5 + 0.02
            moved = totals(some, pulled._replace(**{name: series}))
            effect |= not np.allclose(moved, totals(some, pulled), rtol=1e-7)
        if not effect:
            idle.append(name)
    assert not idle


def test_silent_broadcasts_and_promotions_are_refused(futures, levers):
    with jax.numpy_rank_promotion("raise"):
        jax.eval_shape(world.simulate, jax.ShapeDtypeStruct((len(futures), 4), jnp.float32), levers["as-written"])


def test_gradients_are_finite(futures, levers):
    def total(values):
        o = world.simulate(values, levers["as-written"])
        return (
            o["cn_model_share"][23].sum()
            + o["us_stack_share"][23].sum()
            + o["roi_closed"][-1].sum()
            + o["ai_growth"][30].sum()
        )

    gradient = jax.grad(total)(jnp.asarray(futures[:, :64]))
    assert np.isfinite(np.asarray(gradient)).all()


def _with(futures, study, **changes):
    moved = futures.copy()
    for name, factor in changes.items():
        moved[study.priors.names.index(name)] *= factor
    return moved


@pytest.mark.parametrize(
    ("parameter", "outcome", "never"),
    [
        ("imitation_lag", "capability_cn", "up"),
        ("hbm_leak", "cn_ascend_units", "down"),
        ("yield_max", "cn_yield", "down"),
        ("tool_decay", "cn_wafers", "up"),
        ("loophole_rate", "held", "up"),
        ("cost_2024", "us_offered", "up"),
        ("smuggling_share", "cn_smuggled", "down"),
        ("goodwill_loss_caps", "goodwill", "up"),
        ("kw_2024", "us_supply", "up"),
    ],
)
def test_monotone_as_an_expert_would_demand(simulate, futures, levers, study, parameter, outcome, never):
    """Held fixed: the answer of budgets to returns, by which a slower rival raises US spending and with it what is copied.

    Totals up to each quarter are compared, since what lacks power one quarter is built in another.
    """
    fixed = _with(futures, study, roi_feedback=0.0)
    before = np.asarray(simulate(fixed, levers["as-written"])[outcome]).cumsum(0)
    after = np.asarray(simulate(_with(fixed, study, **{parameter: 1.1}), levers["as-written"])[outcome]).cumsum(0)
    slack = 2e-3 * np.abs(before) + 1e-5
    assert ((after <= before + slack) if never == "up" else (after >= before - slack)).all()


def test_a_higher_cap_never_lowers_what_tier_2_has_taken_in(simulate, futures, levers):
    pulled = levers["as-written"]
    tier2 = [i for i, x in enumerate(world.regions().other[:, 0]) if x]
    before = np.asarray(simulate(futures, pulled)["unmet"])[:, tier2].sum((0, 1))
    after = np.asarray(simulate(futures, pulled._replace(allocation_mh=pulled.allocation_mh * 2))["unmet"])[
        :, tier2
    ].sum((0, 1))
    assert (after <= before * (1 + 1e-3) + 1e-5).all()


def test_more_service_withdrawn_never_raises_the_yield(simulate, futures, levers):
    pulled = levers["as-written"]
    before = np.asarray(simulate(futures, pulled)["cn_yield"])[12]
    after = np.asarray(simulate(futures, pulled._replace(allied_servicing=np.ones(40, np.float32)))["cn_yield"])[12]
    assert (after <= before + 1e-5).all()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_any_batch_of_the_prior_is_finite_and_conserves(simulate, study, levers, seed):
    values = draw(study.priors, "montecarlo", seed, 0, 512)
    o = simulate(values, levers["maximal"])
    assert all(np.isfinite(np.asarray(series)).all() for series in o.values())
    assert (
        np.asarray((o["us_supply"] + o["cn_smuggled"]).cumsum(0)) <= np.asarray(o["us_offered"].cumsum(0)) * (1 + 1e-4)
    ).all()


# Smooth functions against the hard ones, and mechanisms by hand.


@given(a=st.floats(0, 1e4), b=st.floats(0, 1e4))
def test_softmin_is_never_above_either_and_within_16_percent_of_the_smaller(a, b):
    soft = float(smooth.softmin(jnp.float32(a), jnp.float32(b)))
    hard = min(a, b)
    assert soft <= hard * (1 + 1e-5) + 1e-9
    assert soft >= hard * 2**-0.25 * (1 - 1e-4) - 1e-6


@given(x=st.floats(-50, 50))
def test_ramp_is_within_its_scale_of_the_hard_kink(x):
    assert -1e-5 <= float(smooth.ramp(jnp.float32(x), 0.5)) - max(x, 0) <= 0.5 * np.log(2) + 1e-5


def test_growth_that_fades_adds_up_to_one_over_the_fade():
    assert float(smooth.faded_years(jnp.float32(1000.0), jnp.float32(0.25))) == pytest.approx(4.0)
    assert float(smooth.faded_years(jnp.float32(-2.0), jnp.float32(0.25))) == pytest.approx(-2.0)


class P(dict):
    """Parameters by attribute for one future."""

    def __getattr__(self, name):
        return jnp.asarray([self[name]], jnp.float32)


def test_yield_after_a_quarter_by_hand():
    # 0.20 + 0.25 x 0.6 x (1 - 0.5 x 0.2) x (0.65 - 0.20) = 0.20 + 0.25 x 0.54 x 0.45 = 0.26075
    p = P(yield_rate=0.6, gap_drag=0.5, yield_max=0.65)
    got = chips.yield_learning(jnp.asarray([0.2]), jnp.asarray([0.2]), jnp.float32(2025.1), p)
    assert float(got[0]) == pytest.approx(0.26075, rel=1e-5)


def test_control_that_holds_by_hand():
    # exp(-0.4 x 0.75) = exp(-0.3) = 0.740818
    assert float(politics.held(P(loophole_rate=0.4, patch_lag=0.75))[0]) == pytest.approx(0.740818, rel=1e-5)


def test_markup_that_survives_by_hand():
    # a gap equal to `erosion_months` leaves 1 - 1/e = 0.632; the kink at zero is negligible at 6 months
    assert float(market.markup_kept(jnp.asarray([6.0]), P(erosion_months=6.0))[0]) == pytest.approx(
        1 - np.exp(-1), rel=1e-4
    )


def test_cost_a_year_on_by_hand():
    # 40 x exp(-0.3 x 1) = 29.633
    assert float(supply.cost(jnp.float32(2025.5), P(cost_2024=40.0, cost_fall=0.3))[0]) == pytest.approx(
        29.6327, rel=1e-5
    )


def test_a_lag_of_half_a_year_reads_the_capability_of_two_quarters_ago():
    history = jnp.arange(13, dtype=jnp.float32)[:, None] * -1.0 + 10.0  # newest first: 10, 9, 8 ...
    assert float(models._past(history, jnp.asarray([0.5]))[0]) == pytest.approx(9.0)
    assert float(models._past(history, jnp.asarray([0.375]))[0]) == pytest.approx(9.5)


def test_priors_rest_on_what_was_known_before_the_note(study):
    late = [row.name for row in study.priors.rows if row.known_on.isoformat() > "2025-02-26"]
    assert not late


def test_the_record_lies_within_the_central_95_percent_of_the_prior(study, levers):
    from premortem.stress import history

    values = draw(study.priors, "sobol", 0, 0, 4096)
    o = jax.jit(world.simulate)(values, levers["as-written"])
    table = history.check({k: v for k, v in o.items() if v.ndim == 2}, world.quarter_labels())
    outside = table.filter(~table["inside"])["quantity"].to_list()
    assert not outside
