"""Scenario discovery against planted boxes, noise, another library and its own resamples."""

import warnings
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from premortem.questions import _chance, _refining, _search, _trees, peeling, scenario_discovery
from tests.examples import examples

NAMES = [f"x{i}" for i in range(8)]


def held(sample, t):
    """Which futures lie in each box of a trajectory, by the bins that it keeps."""
    within = (sample.bins >= t.first[:, :, None]) & (sample.bins <= t.last[:, :, None])
    kept = (t.kept[:, :, None] >> sample.bins.astype(np.int64)[None] & 1).astype(bool)
    return np.where(sample.nominal[None, :, None], kept, within).all(1)


def planted(n=8000, seed=0, noise=0.05):
    """Breaks inside x0 > 0.6 and x1 < 0.4, with noise on both sides."""
    rng = np.random.default_rng(seed)
    x = rng.random((8, n))
    inside = (x[0] > 0.6) & (x[1] < 0.4)
    return x, inside ^ (rng.random(n) < noise)


def ring(n=4000, seed=3):
    """Breaks beyond a curve in two of eight dimensions, which no box fits exactly."""
    rng = np.random.default_rng(seed)
    x = rng.random((8, n))
    return x, (x[0] ** 2 + x[1] ** 2 > 1) & (rng.random(n) < 0.9)


def corners(n=4000, seed=5):
    """Two boxes of different size, with noise."""
    rng = np.random.default_rng(seed)
    x = rng.random((8, n))
    inside = ((x[0] > 0.8) & (x[1] < 0.5)) | ((x[2] < 0.3) & (x[3] > 0.5))
    return x, inside ^ (rng.random(n) < 0.08)


def test_a_planted_box_is_found_with_its_limits_and_no_others():
    x, breaks = planted()
    box = scenario_discovery.discover(x, NAMES, breaks, most=1).boxes[0]
    assert set(box.limits) == {"x0", "x1"}
    assert box.limits["x0"][0] == pytest.approx(0.6, abs=0.04)
    assert box.limits["x1"][1] == pytest.approx(0.4, abs=0.04)
    assert max(box.p_values.values()) < 1e-6
    assert box.found_again == {"x0": 1.0, "x1": 1.0}
    fresh, fresh_breaks = planted(seed=9)
    coverage, density = scenario_discovery.out_of_sample(box, fresh, NAMES, fresh_breaks)
    assert density == pytest.approx(box.density, abs=0.04)
    assert coverage == pytest.approx(box.coverage, abs=0.06)


def test_two_planted_boxes_are_covered_by_two():
    rng = np.random.default_rng(2)
    x = rng.random((8, 8000))
    breaks = ((x[0] > 0.8) & (x[1] < 0.4)) | ((x[2] < 0.2) & (x[3] > 0.6))
    found = scenario_discovery.discover(x, NAMES, breaks, most=2)
    assert [set(b.limits) for b in found.boxes] in ([{"x0", "x1"}, {"x2", "x3"}], [{"x2", "x3"}, {"x0", "x1"}])


def test_in_data_without_structure_it_says_that_it_finds_none():
    """In each set chance alone passes the test in one of twenty: more than two of eight would be passed in one of two hundred cases."""
    said = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        found = scenario_discovery.discover(rng.random((8, 2500)), NAMES, rng.random(2500) < 0.3, resample=False)
        said.append("no structure" in found.verdict)
        assert bool(found.boxes) != said[-1]
    assert sum(said) >= 6


@pytest.mark.slow
@pytest.mark.parametrize("problem", [planted, ring, corners])
@pytest.mark.usefixtures("ema")
def test_prim_is_as_dense_as_that_of_the_ema_workbench_at_the_same_coverage(problem):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the workbench warns of extras that are not installed
        from ema_workbench.analysis import prim

    x, breaks = problem(4000)
    sample = peeling.prepared(x, breaks, np.ones(4000))
    ours = peeling.peel(sample, np.ones(4000, bool))
    coverage, density = ours.caught / breaks.sum(), ours.caught / ours.mass
    theirs = (
        prim.Prim(pd.DataFrame(x.T, columns=NAMES), breaks, threshold=0.1, peel_alpha=0.05, mass_min=0.02)
        .find_box()
        .peeling_trajectory
    )
    for level in np.arange(0.3, 0.96, 0.05):
        best = theirs["density"][theirs["coverage"] >= level].max()
        assert density[coverage >= level].max() >= best - 0.01
    curve = [s for s in _search.searched(sample, NAMES, np.ones(4000, bool)) if s.mass >= theirs["mass"].min()]
    beaten = [
        s
        for s in curve
        if ((theirs["res_dim"] <= s.restricted) & (theirs["coverage"] >= s.coverage) & (theirs["density"] > s.density + 0.01)).any()
    ]  # fmt: skip
    assert not beaten
    for box in theirs[theirs["res_dim"] > 0].itertuples():
        assert max(s.density for s in curve if s.coverage >= box.coverage - 1e-9) >= box.density - 0.01


def test_the_box_chosen_is_the_best_point_of_its_curve_whose_limits_are_all_significant():
    x, breaks = planted()
    box = scenario_discovery.discover(x, NAMES, breaks, most=1).boxes[0]
    step = box.curve[box.chosen]
    assert (step.coverage, step.density, step.limits) == (box.coverage, box.density, box.limits)
    fine = [s for s in box.curve if s.significant and 0 < s.restricted <= _search.MOST_LIMITS]
    best = max(_search.worth(s.coverage, s.density, breaks.mean()) for s in fine)
    assert _search.worth(step.coverage, step.density, breaks.mean()) == pytest.approx(best)
    assert all(p <= 0.05 for p in step.p_values.values())


@given(seed=st.integers(0, 10_000), dims=st.integers(1, 5), rate=st.floats(0.1, 0.7))
def test_masses_and_breaks_of_the_curve_are_those_of_its_boxes(seed, dims, rate):
    rng = np.random.default_rng(seed)
    x = np.round(rng.random((dims, 600)), 2)  # with ties
    breaks = rng.random(600) < rate * (0.3 + x[0])
    weight = rng.integers(1, 4, 600).astype(float)
    sample = peeling.prepared(x, breaks, weight)
    t = peeling.peel(sample, np.ones(600, bool))
    for inside, mass, caught in zip(held(sample, t), t.mass, t.caught, strict=True):
        assert weight[inside].sum() == pytest.approx(mass)
        assert weight[inside & breaks].sum() == pytest.approx(caught)
        assert mass >= peeling.LEAST_MASS * weight.sum()


def test_bins_of_many_futures_lose_nothing_to_every_value_being_one(monkeypatch):
    rng = np.random.default_rng(4)
    x = rng.random((6, 30_000))
    x[2], x[3] = np.round(x[2], 1), np.exp(3 * rng.normal(size=30_000))  # with ties, and far from even
    breaks = ((x[0] > 0.7) & (x[3] > 1)) ^ (rng.random(30_000) < 0.1)
    weight = rng.random(30_000)

    def curve():
        sample = peeling.prepared(x, breaks, weight)
        return sample, peeling.peel(sample, np.ones(30_000, bool))

    sample, binned = curve()
    for inside, mass, caught in zip(held(sample, binned), binned.mass, binned.caught, strict=True):
        assert weight[inside].sum() == pytest.approx(mass)
        assert weight[inside & breaks].sum() == pytest.approx(caught)
    monkeypatch.setattr(peeling, "SAMPLED", 30_000)
    _, every = curve()
    for level in np.arange(0.4, 0.91, 0.1) * weight[breaks].sum():
        best, other = ((t.caught / t.mass)[t.caught >= level].max() for t in (binned, every))
        assert best >= other - 0.01


@examples(1)
@given(seed=st.integers(0, 10_000), price=st.sampled_from([0.3, 0.6, 1.0]))
def test_a_settled_box_counts_what_it_holds_and_its_limits_are_significant(seed, price):
    rng = np.random.default_rng(seed)
    x = np.round(rng.random((4, 500)), 2)
    x[3] = rng.integers(0, 4, 500)
    breaks = rng.random(500) < 0.1 + 0.7 * ((x[0] > 0.6) & (x[3] != 1))
    weight, left = rng.integers(1, 4, 500).astype(float), np.ones(500, bool)
    sample = peeling.prepared(x, breaks, weight, [3])
    peeled = peeling.peel(sample, left)
    found = _refining.settled(sample, left, peeled, price * peeled.caught / peeled.mass)
    for inside, mass, caught in zip(held(sample, found.boxes), found.boxes.mass, found.boxes.caught, strict=True):
        assert weight[inside].sum() == pytest.approx(mass)
        assert weight[inside & breaks].sum() == pytest.approx(caught)
    limited = found.boxes.limited(sample)
    assert (np.isfinite(found.p_values) == limited).all()
    assert (found.p_values[limited] <= 0.05).all()


def test_quasi_p_values_are_the_binomial_tail():
    rng = np.random.default_rng(0)
    for n, k, rate in zip(rng.integers(1, 3000, 200), rng.random(200), rng.random(200), strict=True):
        got = _refining.quasi_p(int(n), int(k * n), rate)
        judge = binom.sf(int(k * n) - 1, n, rate)
        assert got == pytest.approx(judge, rel=1e-6, abs=1e-12) or (got == 1.0 and int(k * n) <= n * rate)


def test_ties_categories_and_constants_are_handled():
    rng = np.random.default_rng(1)
    x = rng.random((8, 6000))
    x[3], x[4] = rng.integers(0, 3, 6000), 1.0
    breaks = (x[3] == 2) & (rng.random(6000) < 0.8)
    box = scenario_discovery.discover(x, NAMES, breaks, most=1).boxes[0]
    assert box.limits["x3"] == (2, 2)
    assert "x4" not in box.limits


def test_weights_count_as_repeated_futures():
    x, breaks = planted(3000, seed=5)
    weights = np.where(np.arange(3000) < 1500, 2.0, 1.0)
    doubled = np.concatenate([x, x[:, :1500]], axis=1)
    one = scenario_discovery.discover(x, NAMES, breaks, most=1, weights=weights).boxes[0]
    two = scenario_discovery.discover(doubled, NAMES, np.concatenate([breaks, breaks[:1500]]), most=1).boxes[0]
    assert one.limits == two.limits
    assert one.density == pytest.approx(two.density)


def test_futures_of_no_weight_change_nothing():
    x, breaks = planted(3000, seed=6)
    noise = np.random.default_rng(0).random((8, 500))
    weights = np.concatenate([np.ones(3000), np.zeros(500)])
    both = scenario_discovery.discover(
        np.concatenate([x, noise], axis=1), NAMES, np.concatenate([breaks, np.ones(500, bool)]), 1, weights
    )
    alone = scenario_discovery.discover(x, NAMES, breaks, 1)
    np.testing.assert_array_equal(both.boxes[0].holds(x, NAMES), alone.boxes[0].holds(x, NAMES))


def test_too_few_futures_settled_assumptions_and_collapsed_weights_are_said_not_boxed():
    x, breaks = planted(200)
    assert "needed are 400 futures" in scenario_discovery.discover(x, NAMES, breaks).verdict
    x, breaks = planted(5000)
    assert "holds in every future" in scenario_discovery.discover(x, NAMES, np.zeros(5000, bool)).verdict
    assert "breaks in every future" in scenario_discovery.discover(x, NAMES, np.ones(5000, bool)).verdict
    assert "only 10 break" in scenario_discovery.discover(x, NAMES, np.arange(5000) < 10).verdict
    collapsed = np.where(np.arange(5000) < 40, 1.0, 1e-6)
    found = scenario_discovery.discover(x, NAMES, breaks, weights=collapsed)
    assert found.boxes == ()
    assert "40 effective futures" in found.verdict


def test_a_tree_finds_the_planted_limits_too():
    x, breaks = planted()
    leaf = _trees.densest_leaf(x, NAMES, breaks)
    assert leaf.limits["x0"][0] == pytest.approx(0.6, abs=0.03)
    assert leaf.limits["x1"][1] == pytest.approx(0.4, abs=0.03)
    inside = np.all(
        [(x[NAMES.index(n)] > lo) & (x[NAMES.index(n)] <= hi) for n, (lo, hi) in leaf.limits.items()], axis=0
    )
    assert leaf.density == pytest.approx(breaks[inside].mean(), abs=1e-6)


def test_f045_breaks_in_a_set_of_categories_are_boxed_as_that_set():
    rng = np.random.default_rng(0)
    owner = rng.integers(0, 3, 3000).astype(float)
    values = np.stack([owner, rng.random(3000), rng.random(3000)])
    breaks = (owner != 1) & (rng.random(3000) < 0.9)
    box = scenario_discovery.discover(values, ["owner", "a", "b"], breaks, nominal=["owner"]).boxes[0]
    assert box.limits == {"owner": frozenset({0.0, 2.0})}
    assert box.density == pytest.approx(0.9, abs=0.02)
    assert box.coverage == 1.0
    shuffled = rng.permutation(breaks)
    assert not scenario_discovery.discover(values, ["owner", "a", "b"], shuffled, nominal=["owner"]).boxes


@pytest.mark.slow
def test_f044_a_planted_box_is_found_in_nearly_all_sets_and_noise_in_few():
    """Breaks half inside and 5% outside, 500 futures, ten dimensions; and as many breaks at random."""
    found = {True: 0, False: 0}
    for seed in range(30):
        rng = np.random.default_rng(seed)
        x = rng.random((10, 500))
        inside = (x[0] < 0.4) & (x[1] > 0.6)
        for real in found:
            breaks = rng.random(500) < (np.where(inside, 0.5, 0.05) if real else 0.12)
            test = _chance.chance(peeling.prepared(x, breaks, np.ones(500)), seed)
            found[real] += test.p < _chance.LEVEL
    assert found[True] >= 27
    assert found[False] <= 4  # 5% of 30 would be exceeded by chance in one of 30 cases


def test_the_power_told_is_large_for_many_futures_and_small_for_few():
    rng = np.random.default_rng(3)
    x, breaks = rng.random((6, 1500)), rng.random(1500) < 0.3
    many, few = (_chance.chance(peeling.prepared(x[:, :n], breaks[:n], np.ones(n)), 1).power for n in (1500, 60))
    assert many >= 0.9
    assert few <= 0.5


def test_masses_of_the_curve_of_a_search_fall_and_no_point_of_it_is_beaten():
    x, breaks = planted(1500)
    curve = scenario_discovery.discover(x, NAMES, breaks, most=1).curve
    measures = np.array([(s.coverage, s.density, -s.restricted) for s in curve])
    at_least = (measures[None] >= measures[:, None] - 1e-12).all(2)
    assert (at_least.sum(1) == 1).all()  # itself alone
    assert all(a.mass >= b.mass for a, b in pairwise(curve))
    for i, s in enumerate(curve):
        inside = np.all([(x[NAMES.index(k)].astype(np.float32) >= lo) & (x[NAMES.index(k)].astype(np.float32) <= hi) for k, (lo, hi) in s.limits.items()], axis=0)  # fmt: skip
        assert s.density == pytest.approx(breaks[inside].mean()), i
        assert s.coverage == pytest.approx(breaks[inside].sum() / breaks.sum()), i


def test_no_structure_claims_only_what_was_tested():
    rng = np.random.default_rng(1)
    breaks = rng.random(1000) < 0.3
    verdict = scenario_discovery.discover(rng.random((4, 1000)), list("abcd"), breaks).verdict
    assert "no structure found" in verdict
    assert f"1,000 futures of which {breaks.sum()} break" in verdict
    assert "weaker structure may be missed" in verdict
    assert "dealt out at random" in verdict
    assert "times the odds of breaking" in verdict
