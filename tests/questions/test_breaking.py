"""Breaking points against analytic limit states and brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem import questions
from premortem.errors import MissingData
from premortem.questions import nearest_break
from tests.examples import examples
from tests.questions.own import PLACES, flat, study_of, uniform


def of(margin, gradient):
    """Slope and value of a margin written in numpy with its gradient by hand."""
    return (lambda z: (margin(z), gradient(z))), margin


def plane(c, a):
    return of(lambda z: c - a @ z, lambda z: np.repeat(-a[:, None], z.shape[1], axis=1))


def parabola():
    return of(
        lambda z: 2.5 - z[0] - 0.3 * z[1] ** 2,
        lambda z: np.stack([-np.ones_like(z[0]), -0.6 * z[1]]),
    )


@examples(1.2)
@given(st.lists(st.floats(-2, 2), min_size=2, max_size=5), st.floats(0.3, 2.0))
def test_the_nearest_break_of_a_plane_is_its_analytic_distance(slopes, distance):
    """Margin c - a.z with c = distance x |a|: the nearest zero lies along a."""
    a = np.array(slopes)
    if np.linalg.norm(a) < 0.5:
        a[0] = 1.0
    point = nearest_break.search(*plane(distance * np.linalg.norm(a), a), np.ones(len(a)))[0]
    assert point.distance == pytest.approx(distance, rel=1e-3)
    assert point.least == pytest.approx(distance, rel=1e-3)
    assert abs(point.margin_after) < 1e-3
    for i, score in point.scores.items():
        assert score == pytest.approx(distance * a[i] / np.linalg.norm(a), abs=5e-3)


@pytest.mark.parametrize("rho", [0.8, -0.8])
def test_with_correlated_scores_the_nearest_break_of_a_plane_is_its_analytic_distance(rho):
    """Margin c - a.z and correlation R: with z = T u, R = T T', the plane in u lies c / |T'a| away, at z = c R a / a'Ra."""
    a, c, together = np.array([1.0, 0.5, 0.2]), 1.5, np.eye(3)
    together[0, 1] = together[1, 0] = rho
    point = nearest_break.search(*plane(c, a), np.ones(3), correlation=together)[0]
    assert point.distance == pytest.approx(c / np.sqrt(a @ together @ a), rel=1e-3)
    place = c * together @ a / (a @ together @ a)
    assert [point.scores[i] for i in range(3)] == pytest.approx(place, abs=5e-3)
    apart = nearest_break.search(*plane(c, a), np.ones(3))[0].distance
    assert (point.distance < apart) == (rho > 0)


def test_from_a_given_start_the_distance_is_measured_from_there():
    a, start = np.array([1.0, 2.0]), np.array([0.5, -0.5])
    point = nearest_break.search(*plane(3.0, a), np.ones(2), start)[0]
    assert point.distance == pytest.approx((3.0 - a @ start) / np.linalg.norm(a), rel=1e-3)


def test_a_future_that_breaks_is_mended_by_the_nearest_move():
    a = np.array([1.0, 1.0])
    point = nearest_break.search(*plane(-1.0, a), np.ones(2))[0]
    assert point.margin_before < 0
    assert point.distance == pytest.approx(1 / np.sqrt(2), rel=1e-3)


def test_the_nearest_break_of_a_curved_margin_equals_brute_force():
    point = nearest_break.search(*parabola(), np.ones(2))[0]
    grid = np.linspace(-3, 3, 1201)
    x, y = np.meshgrid(grid, grid)
    brute = np.sqrt(x**2 + y**2)[2.5 - x - 0.3 * y**2 <= 0].min()
    assert point.distance == pytest.approx(brute, abs=0.01)


def test_moves_stay_in_bounds_and_what_is_stopped_is_said():
    """Margin 5 - 2 z0 - z1: the unbounded nearest point is (2, 1); with a steeper need z0 must stop at its bound."""
    steep = plane(7.5, np.array([2.0, 1.0]))  # unbounded: (3, 1.5)
    point = nearest_break.search(*plane(8.0, np.array([2.0, 1.0])), np.ones(2))[0]
    assert point.scores[0] == pytest.approx(nearest_break.BOUND)
    assert point.scores[1] == pytest.approx(2.0, abs=0.01)
    assert point.at_bound == (0,)
    assert nearest_break.search(*steep, np.ones(2))[0].distance == pytest.approx(7.5 / np.sqrt(5), rel=1e-3)


def test_what_may_not_move_does_not():
    point = nearest_break.search(*plane(1.0, np.array([5.0, 1.0])), np.array([0.0, 1.0]))[0]
    assert set(point.scores) == {1}


def test_a_margin_that_cannot_break_within_bounds_gives_no_point():
    assert nearest_break.search(*plane(100.0, np.ones(3)), np.ones(3)) == []


def test_few_moves_are_never_nearer_than_all_of_them():
    a = np.linspace(1, 2, 12)
    point = nearest_break.search(*plane(4.0, a), np.ones(12), most_moves=3)[0]
    assert len(point.scores) == 3
    assert point.least == pytest.approx(4 / np.linalg.norm(a), rel=1e-3)
    assert point.distance > point.least


def test_single_thresholds_by_hand():
    _, value = plane(1.0, np.array([1.0, -0.5, 0.1]))
    found = nearest_break.thresholds(value, np.array([1.0, 1.0, 1.0]))
    assert found[0] == pytest.approx(1.0, abs=1e-3)
    assert found[1] == pytest.approx(-2.0, abs=1e-3)
    assert np.isnan(found[2])
    assert np.isnan(nearest_break.thresholds(value, np.array([0.0, 1.0, 1.0]))[0])


def test_a_knob_turns_where_its_value_changes_sign():
    assert nearest_break.knob_threshold(lambda x: x - 0.7, 0.0, 2.0, 20) == pytest.approx(0.7, abs=1e-5)
    assert nearest_break.knob_threshold(lambda x: x + 1, 0.0, 2.0) is None


def count(z):
    """A count: 2.5 less one for each whole standard score of the first and two for each of the second; its slope is 0."""
    return 2.5 - np.floor(np.maximum(z[0], 0.0)) - 2 * np.floor(np.maximum(z[1], 0.0))


def test_f051_a_margin_that_goes_by_steps_breaks_where_the_step_is():
    point = nearest_break.search(lambda z: (count(z), np.zeros_like(z)), count, np.ones(4))[0]
    assert point.jumps
    assert point.margin_after <= 0 < point.margin_before
    assert point.scores == pytest.approx({0: 1.0, 1: 1.0}, abs=1e-3)  # by hand: one step of each
    assert point.distance == pytest.approx(np.sqrt(2), abs=2e-3)


@pytest.mark.parametrize(("lanes", "together"), [(3, 7), (3, 64), (16, 512), (5, 4)])
def test_several_halvings_in_one_call_end_where_one_at_a_time_does(lanes, together):
    turn, calls = np.random.default_rng(lanes).random(lanes), []

    def beyond(middles):
        calls.append(middles.size)
        return middles >= turn

    ends = np.zeros(lanes), np.ones(lanes)
    alone = nearest_break._bisected(beyond, *ends)
    assert len(calls) == nearest_break.BISECTIONS
    calls.clear()
    np.testing.assert_array_equal(nearest_break._bisected(beyond, *ends, together), alone)
    np.testing.assert_allclose(alone[1], turn, atol=2.0**-nearest_break.BISECTIONS)
    assert max(calls) <= max(together, lanes)
    assert len(calls) < nearest_break.BISECTIONS or together < 3 * lanes


@pytest.mark.parametrize("margin", [parabola(), (lambda z: (count(z), np.zeros_like(z)), count)])
def test_a_break_is_the_same_however_many_futures_a_call_takes(margin):
    """By slopes, and by sampled futures that are taken back."""
    slope, value = margin
    free = np.ones(2)
    asked = []

    def counted(z):
        asked.append(z.shape[1])
        return value(z)

    alone = nearest_break.search(slope, counted, free)
    times = len(asked)
    asked.clear()
    assert nearest_break.search(slope, counted, free, together=512) == alone
    assert alone
    assert len(asked) < times / 2


def test_f051_of_120_equal_inputs_all_move_when_six_do_not_reach():
    a = np.ones(120)
    point = nearest_break.search(*plane(22.0, a), np.ones(120))[0]  # six at their bound of 3 make 18
    assert abs(point.margin_after) < 1e-3
    assert 6 < len(point.scores) <= 12
    assert point.least == pytest.approx(22 / np.sqrt(120), rel=1e-3)
    whole = nearest_break.search(*plane(300.0, a), np.ones(120))[0]
    assert whole.distance == pytest.approx(300 / np.sqrt(120), rel=1e-2)
    assert len(whole.scores) >= 100


def test_f048_a_future_that_fails_is_no_break():
    def value(z):
        return np.where(z[0] > 1.0, np.nan, 5.0 - z[1])

    assert nearest_break.search(lambda z: (value(z), np.stack([0 * z[0], -1 + 0 * z[0]])), value, np.ones(2)) == []
    assert np.isnan(nearest_break.thresholds(value, np.ones(2))).all()


def steps(values, levers):
    return {"y": flat(2.5 - np.floor(4 * values[PLACES[0]] + 0.5) - np.floor(3 * values[PLACES[1]]))}


def safe(values, levers):
    return {"y": flat(9 + values[PLACES[0]])}


def test_f051_a_count_is_found(tmp_path):
    study = study_of(tmp_path / "steps", steps, uniform(3))
    run = study.run(["as-written"], futures=500, out=tmp_path / "steps" / "out")
    point = questions.breaking_points(run, "A1")[0]
    assert point.jumps
    values = study.priors.central.copy()
    for name, (_, to) in point.moves.items():
        values[study.priors.names.index(name)] = to
    before, after = (steps(v, None)["y"][0, 0] for v in (study.priors.central, values))
    assert (before > 0) != (after > 0)


def test_f051_no_breaking_point_is_told_in_words(tmp_path):
    run = study_of(tmp_path / "safe", safe, uniform(3)).run(["as-written"], futures=500, out=tmp_path / "out")
    with pytest.raises(MissingData, match=r"no breaking point found.*3 standard scores"):
        questions.breaking_points(run, "A1")


@pytest.mark.slow
def test_f051_stress_says_that_there_is_no_breaking_point(tmp_path):
    run = study_of(tmp_path / "safe", safe, uniform(3)).run(["as-written"], futures=500, out=tmp_path / "out")
    told = questions.stress(run, "A1", samples=64)
    assert told.breaking == ()
    assert any("no breaking point found" in said for said in told.warnings)


@pytest.mark.parametrize("together", [2, 100, 1000])
def test_several_bisections_in_a_call_end_where_they_do_one_by_one(together):
    calls = []

    def value(z):
        calls.append(z.shape[1])
        return np.stack([z.sum(0) - 0.7, 1 - z[0] ** 2 - z[2] ** 3, np.where(z[1] > -1.3, 1.0, np.nan)])

    free = np.array([1.0, 1.0, 1.0, 0.0])
    alone, one_by_one = nearest_break.thresholds(value, free), len(calls)
    np.testing.assert_array_equal(nearest_break.thresholds(value, free, together=together), alone)
    assert np.isfinite(alone).sum() >= 4
    assert together == 2 or len(calls) - one_by_one < one_by_one  # of two futures in a call nothing is gained
