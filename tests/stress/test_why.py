"""Scenario discovery, sensitivity, breaking points, attribution, regret and edits against judges and planted truths."""

import json
import warnings

import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from SALib.analyze import sobol as salib_sobol

from premortem import analysis
from premortem.errors import BadInput
from premortem.stress import archetypes, attribute, breaking, discover, edits, regret, sensitivity

NAMES = [f"x{i}" for i in range(8)]


def planted(n=20_000, seed=0, noise=0.05):
    """Breaks inside x0 > 0.6 and x1 < 0.4, with noise on both sides."""
    rng = np.random.default_rng(seed)
    x = rng.random((8, n))
    inside = (x[0] > 0.6) & (x[1] < 0.4)
    return x, inside ^ (rng.random(n) < noise)


def test_a_planted_box_is_found_with_its_limits_and_no_others():
    x, breaks = planted()
    box = discover.discover(x, NAMES, breaks, most=1).boxes[0]
    assert set(box.limits) == {"x0", "x1"}
    assert box.limits["x0"][0] == pytest.approx(0.6, abs=0.04)
    assert box.limits["x1"][1] == pytest.approx(0.4, abs=0.04)
    assert max(box.p_values.values()) < 1e-6
    coverage, density = discover.out_of_sample(box, *planted(seed=9)[:1], NAMES, planted(seed=9)[1])
    assert density == pytest.approx(box.density, abs=0.03)
    assert coverage == pytest.approx(box.coverage, abs=0.05)


def test_two_planted_boxes_are_covered_by_two():
    rng = np.random.default_rng(2)
    x = rng.random((8, 30_000))
    breaks = ((x[0] > 0.8) & (x[1] < 0.4)) | ((x[2] < 0.2) & (x[3] > 0.6))
    found = discover.discover(x, NAMES, breaks, most=2)
    assert [set(b.limits) for b in found.boxes] in ([{"x0", "x1"}, {"x2", "x3"}], [{"x2", "x3"}, {"x0", "x1"}])


@pytest.mark.parametrize("seed", range(5))
def test_in_data_without_structure_it_says_that_it_finds_none(seed):
    rng = np.random.default_rng(seed)
    found = discover.discover(rng.random((8, 5000)), NAMES, rng.random(5000) < 0.3)
    assert found.boxes == ()
    assert "no structure" in found.verdict


def test_prim_is_as_good_as_that_of_the_ema_workbench_at_the_same_coverage():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the workbench warns of extras that are not installed
        from ema_workbench.analysis import prim

    x, breaks = planted(4000, seed=4, noise=0.1)
    ours = discover.discover(x, NAMES, breaks, most=1).boxes[0]
    theirs = prim.Prim(
        pd.DataFrame(x.T, columns=NAMES), breaks, threshold=0.1, peel_alpha=0.05, mass_min=0.02
    ).find_box()
    curve = theirs.peeling_trajectory
    same = curve[(curve["coverage"] - ours.coverage).abs() < 0.05]
    assert ours.density >= same["density"].max() - 0.02


def test_ties_categories_and_constants_are_handled():
    rng = np.random.default_rng(1)
    x = rng.random((8, 6000))
    x[3], x[4] = rng.integers(0, 3, 6000), 1.0
    breaks = (x[3] == 2) & (rng.random(6000) < 0.8)
    box = discover.discover(x, NAMES, breaks, most=1).boxes[0]
    assert box.limits["x3"][0] == 2
    assert "x4" not in box.limits


def test_weights_count_as_repeated_futures():
    x, breaks = planted(3000, seed=5)
    weights = np.where(np.arange(3000) < 1500, 2.0, 1.0)
    doubled = np.concatenate([x, x[:, :1500]], axis=1)
    one = discover.discover(x, NAMES, breaks, most=1, weights=weights).boxes[0]
    two = discover.discover(doubled, NAMES, np.concatenate([breaks, breaks[:1500]]), most=1).boxes[0]
    assert set(one.limits) == set(two.limits)
    assert one.density == pytest.approx(two.density, abs=0.03)


def test_too_few_futures_and_settled_assumptions_are_said_not_boxed():
    x, breaks = planted(200)
    assert "needed are" in discover.discover(x, NAMES, breaks).verdict
    x, _ = planted(5000)
    assert discover.discover(x, NAMES, np.zeros(5000, bool)).boxes == ()
    assert discover.discover(x, NAMES, np.ones(5000, bool)).boxes == ()


def ishigami(u):
    x = np.pi * (2 * u - 1)
    return (np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0]))[None]


def test_sobol_indices_of_ishigami_equal_the_analytic_ones():
    found = sensitivity.run(ishigami, 3, 8192, seed=1)[0]
    np.testing.assert_allclose(found.first, [0.3139, 0.4424, 0.0], atol=0.01)
    np.testing.assert_allclose(found.total, [0.5576, 0.4424, 0.2437], atol=0.025)
    assert (found.low <= np.array([0.5576, 0.4424, 0.2437])).all()
    assert (np.array([0.5576, 0.4424, 0.2437]) <= found.high).all()


def test_sobol_indices_of_sobol_g_equal_the_analytic_ones():
    a = np.array([0.0, 1.0, 4.5, 9.0])
    partial = 1 / (3 * (1 + a) ** 2)
    total_variance = np.prod(1 + partial) - 1
    found = sensitivity.run(
        lambda u: np.prod((np.abs(4 * u - 2) + a[:, None]) / (1 + a[:, None]), axis=0)[None], 4, 16384, seed=2
    )[0]
    np.testing.assert_allclose(found.first, partial / total_variance, atol=0.02)


def test_sobol_indices_equal_those_of_salib_on_the_same_samples():
    a, b = sensitivity.blocks(3, 1024, seed=3)
    y_ab = np.stack([ishigami(np.where(np.arange(3)[:, None] == i, b, a))[0] for i in range(3)])
    ours = sensitivity.indices(ishigami(a)[0], ishigami(b)[0], y_ab)
    y = np.column_stack([ishigami(a)[0], *y_ab, ishigami(b)[0]]).ravel()
    judge = salib_sobol.analyze(
        {"num_vars": 3, "names": list("abc"), "bounds": [[0, 1]] * 3}, y, calc_second_order=False, seed=0
    )
    np.testing.assert_allclose(ours.total, judge["ST"], atol=0.02)
    np.testing.assert_allclose(ours.first, judge["S1"], atol=0.05)


def test_the_nearest_break_of_a_plane_is_its_analytic_distance():
    """Margin 3 - a.z: the nearest zero lies along a, at 3 / |a|."""
    a = np.array([1.0, 2.0, 0.0, -1.0])
    slope = breaking.slope_of(lambda z: 3 - jnp.asarray(a, jnp.float32) @ z)
    point = breaking.search(slope, np.ones(4), starts=6)[0]
    assert point.distance == pytest.approx(3 / np.linalg.norm(a), rel=1e-3)
    assert abs(point.margin_after) < 1e-3
    for i, score in point.scores.items():
        assert score == pytest.approx(3 * a[i] / (a @ a), abs=5e-3)


def test_the_nearest_break_of_a_curved_margin_equals_brute_force():
    def margin(z):
        return 2.5 - z[0] - 0.3 * z[1] ** 2

    point = breaking.search(breaking.slope_of(margin), np.ones(2), starts=16)[0]
    grid = np.linspace(-4, 4, 801)
    x, y = np.meshgrid(grid, grid)
    brute = np.sqrt(x**2 + y**2)[2.5 - x - 0.3 * y**2 <= 0].min()
    assert point.distance == pytest.approx(brute, abs=0.02)


def test_a_margin_that_cannot_break_within_bounds_gives_no_point():
    assert breaking.search(breaking.slope_of(lambda z: 100 + z[0]), np.ones(3)) == []


def test_single_thresholds_by_hand():
    found = breaking.thresholds(breaking.slope_of(lambda z: 1 - z[0] + 0.25 * z[1]), np.array([1.0, 1.0, 1.0]))
    assert found[0] == pytest.approx(1.0, abs=1e-3)
    assert found[1] == pytest.approx(-4.0, abs=1e-3)
    assert np.isnan(found[2])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-0.3, 0.3), min_size=2, max_size=5))
def test_shapley_values_add_up_and_equal_single_effects_where_items_do_not_interact(effects):
    base = 0.5

    def holds(frozen):
        share = base - sum(effects[i] for i in frozen)
        return np.arange(100_000) < share * 100_000

    found = attribute.shapley(holds, len(effects), permutations=4)
    assert sum(e.effect for e in found) == pytest.approx(base - holds(frozenset(range(len(effects)))).mean(), abs=1e-6)


def test_regret_is_never_negative_and_zero_for_the_best():
    rng = np.random.default_rng(0)
    measures = {name: rng.normal(size=500) for name in "abc"}
    regrets = regret.regret(measures)
    assert min(r.min() for r in regrets.values()) == 0
    assert (np.min(list(regrets.values()), axis=0) == 0).all()
    assert regret.pareto({"a": [1, 2], "b": [2, 1], "c": [1, 1]}) == ["a", "b"]


def test_planted_families_are_found_and_named_members_belong_to_them():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 4, 1200)
    features = rng.normal(size=(1200, 12)) * 0.3 + np.eye(4).repeat(3, axis=1)[truth] * 4
    found = archetypes.families(features)
    assert len(found.centres) == 4
    for family in range(4):
        assert found.labels[found.medoid(features, family)] == family


def test_sources_after_the_day_do_not_press():
    from datetime import date

    early, late = edits.pressure(date(2025, 2, 26)), edits.pressure(date(2026, 6, 1))
    assert sum(late.values()) > sum(early.values())
    assert edits._later("OpenAI comment to OSTP 13 Mar 2025", date(2025, 2, 26))
    assert not edits._later("note Table 2; Amodei January 2025", date(2025, 2, 26))


@pytest.fixture(scope="module")
def result(small_run):
    return analysis.stress(small_run, "A4", "as-written")


def test_stress_gives_the_keys_of_the_contract(result):
    text = json.dumps(result, default=float)
    assert {"boxes", "sensitivity", "breaking", "thresholds", "attribution"} <= set(json.loads(text))
    for box in result["boxes"]:
        assert {"coverage", "density", "mass", "limits", "p_values", "sentence"} <= set(box)
    assert {"param", "first", "total", "low", "high"} <= set(result["sensitivity"][0])
    assert {"item", "kind", "effect", "modelled"} <= set(result["attribution"][0])


def test_boxes_keep_their_density_on_new_futures(result):
    assert result["boxes"]
    for box in result["boxes"]:
        assert box["density_out_of_sample"] == pytest.approx(box["density"], abs=0.08)


def test_breaking_points_are_where_the_margin_is_zero(result):
    assert result["breaking"]
    for point in result["breaking"]:
        assert abs(point["margin_after"]) < 1e-3


def test_shadow_prices_equal_finite_differences_of_half_the_step(study):
    found = analysis.heavy_edits(study)
    for row in found["clauses"]:
        if row["clause"] in ("diffusion.country_allocation", "diffusion.nveu", "diffusion.lpp"):
            for a, price in row["shadow_price"].items():
                assert row["shadow_price_half_step"][a] == pytest.approx(price, abs=6e-4)
    assert {"rank_correlation", "top5_hits", "baselines"} <= set(found["hindcast"])


def test_compare_and_futures_give_the_keys_of_the_contract(small_run):
    compared = analysis.compare(small_run)
    assert {"regret", "pareto", "rankings"} <= set(compared)
    assert {"mean", "p90", "max"} == set(compared["regret"]["as-written"])
    found = analysis.futures(small_run)
    assert sum(row["share"]["as-written"] for row in found["archetypes"]) == pytest.approx(1.0)
    assert {"name", "share", "box", "medoid", "signposts"} <= set(found["archetypes"][0])


def test_unknown_assumptions_and_policies_are_named(small_run):
    with pytest.raises(BadInput, match="no such assumption"):
        analysis.stress(small_run, "A9")
    with pytest.raises(BadInput, match="not in this run"):
        analysis.stress(small_run, "A1", "streamlined")
    with pytest.raises(BadInput, match="two policies"):
        analysis.compare(small_run, ["as-written"])
