"""Properties of the whole simulated world over the full prior."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem.case import default
from premortem.cases.us_ai_2025 import world
from premortem.cases.us_ai_2025.world.inputs import DT, named_parameters
from premortem.cases.us_ai_2025.world.policy_levers import Levers
from premortem.ensemble.run import draw
from tests.examples import examples

CHINA = world.region_ids().index("CHN")


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
    free = ("capability_us", "capability_cn", "capability_open", "capability_us_open")
    for o in outcomes.values():
        for name, series in o.items():
            if name not in signed + free:
                assert series.min() >= -1e-6 * max(1.0, series.max()), name  # rounding of what is subtracted
        for name in (
            "cn_yield",
            "goodwill",
            "alignment",
            "held",
            "us_chip_share",
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
    p = named_parameters(futures)
    for o in outcomes.values():
        stock, left = p.cn_stock_2022, 1 - DT * p.retirement
        for q in range(40):
            gained = sum(o[k][q] for k in ("cn_domestic", "cn_foundry_leak", "cn_below_threshold", "cn_smuggled"))
            stock = stock * left + gained - o["cn_exports"][q]
        np.testing.assert_allclose(o["stock_cn"][-1, CHINA], stock, rtol=2e-3, atol=1e-5)


def test_nobody_places_chips_that_nobody_made(outcomes, study, futures):
    """Of every maker: US-aligned (the test below), China's exports, and partners' own."""
    p = named_parameters(futures)
    years = np.arange(2023.125, 2033, 0.25)[:, None]
    for o in outcomes.values():
        assert (o["sovereign"] <= DT * p.own_chips_2028 * (np.maximum(years - 2026, 0) / 2 + 0.05) + 1e-6).all()
        np.testing.assert_allclose(o["chinese_abroad"].sum(1), o["cn_exports"], rtol=1e-4, atol=1e-7)
        assert (o["cn_exports"] <= (o["cn_domestic"] + o["cn_foundry_leak"]) * (1 + 1e-4) + 1e-7).all()


def test_every_die_is_packaged_or_waits_or_ages(outcomes, study, futures):
    """Dies made at home and abroad = packaged + kept for memory + aged, over all quarters."""
    p = named_parameters(futures)
    for o in outcomes.values():
        made = o["cn_smic_dies"] + o["cn_foundry_dies"]
        before = np.concatenate([np.zeros_like(made[:1]), o["cn_die_bank"][:-1]])
        waited = before * (1 - DT * p.die_decay) + made - o["cn_ascend_units"]
        np.testing.assert_allclose(o["cn_die_bank"], waited, rtol=2e-3, atol=1e-5)


def test_the_world_without_controls_is_the_same_world_until_they_are_lifted(outcomes):
    lifted = world.steps().index("2025Q2")
    for o in outcomes.values():
        stocks = (o["cn_stock"][:lifted], o["cn_stock_without"][:lifted])
        np.testing.assert_allclose(*stocks, rtol=1e-4)
        with_, without = o["cn_made"], o["cn_made_without"]
        np.testing.assert_allclose(with_[:lifted], without[:lifted], rtol=1e-4)
        assert (with_.cumsum(0) <= without.cumsum(0) * (1 + 1e-3) + 1e-5).mean() > 0.99


def test_us_aligned_additions_never_exceed_what_was_offered(outcomes):
    """All additions up to a quarter, with what was smuggled on, are at most all that was made up to it."""
    for o in outcomes.values():
        placed = (o["us_supply"] + o["cn_smuggled"]).cumsum(0)
        made = o["us_offered"].cumsum(0)
        assert (placed <= made * (1 + 1e-4)).all()


def test_a_future_does_not_depend_on_its_neighbours(simulate, futures, levers, outcomes):
    """The same futures in another order are the same futures."""
    order = np.random.default_rng(0).permutation(futures.shape[1])
    shuffled = simulate(futures[:, order], levers["as-written"])
    for name, series in outcomes["as-written"].items():
        np.testing.assert_allclose(shuffled[name], series[..., order], rtol=2e-3, atol=1e-5, err_msg=name)


POLICIES = ("as-written", "maximal", "history")
# Futures that are looked at for each parameter; as many parameters go into one call as fit the batch that the room has compiled.
EACH = 32


def totals(simulate, values, pulled):
    """All outcomes, each summed over time and place, shape (outcome, future): what a parameter or lever must move."""
    outcomes = simulate(values, pulled).values()
    return np.stack([np.abs(np.asarray(series)).reshape(-1, values.shape[1]).sum(0) for series in outcomes])


def as_before(now, before):
    """Whether the futures stayed as they were, shape (future,)."""
    return np.isclose(now, before, rtol=1e-7, equal_nan=True).all(0)


def test_every_parameter_has_an_effect_on_some_outcome(simulate, futures, levers, study):
    at_once = futures.shape[1] // EACH
    some = np.tile(futures[:, :EACH], at_once)
    free = [(i, row) for i, row in enumerate(study.priors.rows) if row.varies]
    idle = {row.name for _, row in free}
    for policy in POLICIES:
        before = totals(simulate, some, levers[policy])
        for first in range(0, len(free), at_once):
            few = free[first : first + at_once]
            moved = some.copy()
            for k, (i, row) in enumerate(few):
                own = slice(EACH * k, EACH * (k + 1))
                high = row.low + 0.9 * (row.high - row.low)
                moved[i, own] = high if row.distribution != "categorical" else (some[i, own] + 1) % 3
            same = as_before(totals(simulate, moved, levers[policy]), before).reshape(at_once, EACH).all(1)
            idle -= {row.name for (_, row), stays in zip(few, same, strict=False) if not stays}
    assert not idle


def test_every_lever_has_an_effect_on_some_outcome(simulate, futures, levers):
    before = {policy: totals(simulate, futures, levers[policy]) for policy in POLICIES}

    def moves(name, policy):
        series = getattr(levers[policy], name).copy()
        series[9:] = series[9:] * 0.5 + 0.02
        now = totals(simulate, futures, levers[policy]._replace(**{name: series}))
        return not as_before(now, before[policy]).all()

    assert [name for name in Levers._fields if not any(moves(name, policy) for policy in POLICIES)] == []


def test_silent_broadcasts_and_promotions_are_refused(futures, levers):
    with jax.numpy_rank_promotion("raise"):
        jax.eval_shape(world.simulate, jax.ShapeDtypeStruct((len(futures), 4), jnp.float32), levers["as-written"])


def some_outcomes(values, pulled):
    """A sum that every mechanism has a part in."""
    o = world.simulate(values, pulled)
    return (
        o["cn_model_share"][23].sum()
        + o["us_stack_share"][23].sum()
        + o["roi_closed"][-1].sum()
        + o["ai_growth"][30].sum()
    )


@pytest.mark.slow
def test_slopes_are_finite_and_those_of_the_hard_way(futures, levers, study):
    """Forward slopes along a direction, against the difference of two runs in double precision."""
    pulled = levers["as-written"]
    smooth = np.array([row.distribution != "categorical" for row in study.priors.rows])[:, None]
    direction = np.random.default_rng(0).normal(size=(len(futures), 1)) * np.abs(futures[:, :16]) * 0.01 * smooth
    with jax.enable_x64(True):
        at, along = jnp.asarray(futures[:, :16], jnp.float64), jnp.asarray(direction, jnp.float64)
        both = jax.jit(lambda v, d: jax.jvp(lambda x: some_outcomes(x, pulled), (v,), (d,)))
        _, slope = both(at, along)
        step = 1e-4
        above, below = both(at + step * along, along)[0], both(at - step * along, along)[0]
        by_hand = (above - below) / (2 * step)
    assert np.isfinite(float(slope))
    assert float(slope) == pytest.approx(float(by_hand), rel=2e-3)


@pytest.mark.slow
def test_gradients_are_finite(futures, levers):
    gradient = jax.jit(jax.grad(some_outcomes))(jnp.asarray(futures[:, :64]), levers["as-written"])
    assert np.isfinite(np.asarray(gradient)).all()


@examples(0.6)
@given(seed=st.integers(0, 10_000))
def test_any_batch_of_the_prior_is_finite_and_conserves(simulate, study, levers, seed):
    values = draw(study.priors, "montecarlo", seed, 0, 512)
    o = simulate(values, levers["maximal"])
    assert all(np.isfinite(np.asarray(series)).all() for series in o.values())
    assert (
        np.asarray((o["us_supply"] + o["cn_smuggled"]).cumsum(0)) <= np.asarray(o["us_offered"].cumsum(0)) * (1 + 1e-4)
    ).all()


def test_priors_rest_on_what_was_known_before_the_note(study):
    late = [row.name for row in study.priors.rows if row.known_on.isoformat() > "2025-02-26"]
    assert not late


def test_the_record_lies_within_the_central_95_percent_of_the_prior(study, simulate, levers):
    from premortem.questions.prior_check import check

    values = draw(study.priors, "sobol", 0, 0, 4096)
    batches = [simulate(values[:, k : k + 512], levers["as-written"]) for k in range(0, 4096, 512)]
    national = [name for name, series in batches[0].items() if series.ndim == 2]
    o = {name: np.concatenate([batch[name] for batch in batches], 1) for name in national}
    table = check(o, world.steps(), default())
    outside = table.filter(~table["inside"])["quantity"].to_list()
    assert not outside
