"""Sobol indices against analytic values and against SALib on the same samples."""

import numpy as np
import pytest
from SALib.analyze import sobol as salib_sobol

from premortem import questions
from premortem.questions.sensitivity import blocks, indices, rank_correlation
from tests.chance import shared_state
from tests.questions.own import INPUTS, PLACES, flat, study_of, uniform

ISHIGAMI_FIRST, ISHIGAMI_TOTAL = np.array([0.3139, 0.4424, 0.0]), np.array([0.5576, 0.4424, 0.2437])


def ishigami(u):
    x = np.pi * (2 * u - 1)
    return (np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0]))[None]


def found(model, parameters, n, seed):
    a, b = blocks(parameters, n, seed)
    mixed = [np.where((np.arange(parameters) == i)[:, None], b, a) for i in range(parameters)]
    y_a, y_b, y_ab = model(a), model(b), np.stack([model(x) for x in mixed])
    return [indices(y_a[k], y_b[k], y_ab[:, k], seed) for k in range(len(y_a))]


def test_sobol_indices_of_ishigami_equal_the_analytic_ones():
    one = found(ishigami, 3, 8192, seed=1)[0]
    np.testing.assert_allclose(one.first, ISHIGAMI_FIRST, atol=0.01)
    np.testing.assert_allclose(one.total, ISHIGAMI_TOTAL, atol=0.025)


def test_bootstrap_intervals_hold_the_analytic_indices_about_as_often_as_they_say():
    inside = []
    for seed in range(40):
        one = found(ishigami, 3, 256, seed)[0]
        inside += list((one.low <= ISHIGAMI_TOTAL) & (one.high >= ISHIGAMI_TOTAL))
        inside += list((one.first_low <= ISHIGAMI_FIRST) & (one.first_high >= ISHIGAMI_FIRST))
    assert np.mean(inside) >= 0.9


def test_sobol_indices_of_sobol_g_equal_the_analytic_ones():
    a = np.array([0.0, 1.0, 4.5, 9.0])
    partial = 1 / (3 * (1 + a) ** 2)
    variance = np.prod(1 + partial) - 1
    one = found(lambda u: np.prod((np.abs(4 * u - 2) + a[:, None]) / (1 + a[:, None]), axis=0)[None], 4, 16384, 2)[0]
    total = partial * np.array([np.prod(np.delete(1 + partial, i)) for i in range(4)]) / variance
    np.testing.assert_allclose(one.first, partial / variance, atol=0.02)
    np.testing.assert_allclose(one.total, total, atol=0.02)


def test_sobol_indices_equal_those_of_salib_on_the_same_samples():
    """SALib takes a seed of 0 for none, and then draws from NumPy's shared state: its seed here is 1."""
    a, b = blocks(3, 1024, seed=3)
    y_ab = np.stack([ishigami(np.where(np.arange(3)[:, None] == i, b, a))[0] for i in range(3)])
    ours = indices(ishigami(a)[0], ishigami(b)[0], y_ab)
    y = np.column_stack([ishigami(a)[0], *y_ab, ishigami(b)[0]]).ravel()
    problem = {"num_vars": 3, "names": list("abc"), "bounds": [[0, 1]] * 3}
    judge = salib_sobol.analyze(problem, y, calc_second_order=False, seed=1)
    np.testing.assert_allclose(ours.total, judge["ST"], atol=5e-3)
    np.testing.assert_allclose(ours.first, judge["S1"], atol=5e-3)
    np.testing.assert_allclose(ours.high - ours.low, 2 * judge["ST_conf"], rtol=0.3)


@pytest.mark.parametrize("left_behind", [0, 1, 2])
def test_f109_the_judge_of_the_indices_says_the_same_whatever_ran_before(left_behind):
    held = np.random.get_state()  # noqa: NPY002
    try:
        np.random.seed(left_behind)  # noqa: NPY002
        before = shared_state()
        test_sobol_indices_equal_those_of_salib_on_the_same_samples()
        assert shared_state() == before
    finally:
        np.random.set_state(held)  # noqa: NPY002


def test_several_outputs_share_their_runs_and_keep_their_own_indices():
    both = found(lambda u: np.concatenate([ishigami(u), 3 - 2 * ishigami(u)]), 3, 512, seed=4)
    np.testing.assert_allclose(both[0].total, both[1].total)  # an index does not see shift and scale
    np.testing.assert_allclose(both[0].first, both[1].first)


def test_a_constant_output_has_no_indices():
    one = found(lambda u: np.full((1, u.shape[1]), 2.0), 3, 64, seed=0)[0]
    assert np.isnan(one.total).all()


def test_rank_correlation_knows_direction_and_constants():
    x = np.random.default_rng(0).random((3, 500))
    x[2] = 1.0
    found = rank_correlation(x, np.exp(x[0]) - 0.001 * x[1])
    assert found[0] == pytest.approx(1.0, abs=0.01)
    assert abs(found[1]) < 0.15
    assert found[2] == 0.0


def ishigami_model(values, levers):
    x = [values[i] for i in PLACES[:3]]
    return {"y": flat(np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0]))}


def test_f046_ishigami_as_a_margin_has_its_analytic_indices_however_far_from_zero(tmp_path):
    """The margin runs from -10 to 17: cut off within -2 and 2 its first indices would be .26, .31 and .07."""
    study = study_of(tmp_path / "mine", ishigami_model, uniform(3, -np.pi, np.pi))
    rows = {row.param: row for row in questions.sensitivities(study, "as-written", samples=4096)["A1"]}
    found = [rows[name] for name in INPUTS[:3]]
    np.testing.assert_allclose([row.first_estimate for row in found], ISHIGAMI_FIRST, atol=0.03)
    np.testing.assert_allclose([row.total for row in found], ISHIGAMI_TOTAL, atol=0.04)


def test_f049_indices_without_the_runs_that_failed_are_those_of_salib_on_what_is_left():
    """Whole samples fail, so that what is left is what SALib sees."""
    a, b = blocks(3, 1024, seed=3)
    y_a, y_b = ishigami(a)[0], ishigami(b)[0]
    y_ab = np.stack([ishigami(np.where(np.arange(3)[:, None] == i, b, a))[0] for i in range(3)])
    gone = np.arange(1024) >= 960
    ours = indices(np.where(gone, np.nan, y_a), np.where(gone, np.inf, y_b), np.where(gone, np.nan, y_ab))
    y = np.column_stack([y_a, *y_ab, y_b])[~gone].ravel()
    problem = {"num_vars": 3, "names": list("abc"), "bounds": [[0, 1]] * 3}
    judge = salib_sobol.analyze(problem, y, calc_second_order=False, seed=1)
    np.testing.assert_allclose(ours.total, judge["ST"], atol=0.02)
    np.testing.assert_allclose(ours.first, judge["S1"], atol=0.02)
    assert ours.failed == 64 * 5
