"""Weights: against exact answers, over repeated truths, and against a sampler; and what is said when they collapse."""

import dataclasses
from datetime import date

import numpy as np
import pytest
from scipy.stats import norm

from premortem.case import default
from premortem.propositions.board_cells import BoardCell
from premortem.questions.weighted_board import weighted_rows
from premortem.watch import weights
from premortem.watch.quantities import Z95, Judged, Quantity
from premortem.watch.readings import Reading
from premortem.watch.weights import effective, impossible, log_likelihood, pareto_k, resample, temper, weigh

DAY = date(2025, 6, 30)


def quantity(name, spread=1e-9, scale="linear"):
    judged = Judged(value=spread, basis="made up", known_on=DAY)
    made = Quantity(
        id=name, says="", unit="million", value=f"{name}@{{quarter}}", scale=scale, error=0.5, discrepancy=judged
    )
    return made.of(default())


def reading(name, value, sd=0.5, on=DAY):
    return Reading(name, on, value, value - Z95 * sd, value + Z95 * sd, on, "", "")


def test_weights_of_a_normal_prior_and_reading_give_the_exact_posterior():
    x = np.random.default_rng(0).standard_normal(200_000)
    found = weigh({"x@2025Q2": x}, [reading("x", 1.0, 0.5)], {"x": quantity("x")})
    mean = np.dot(found.values, x)
    assert mean == pytest.approx(1 / (1 + 0.25), abs=0.01)  # precision-weighted
    assert np.dot(found.values, (x - mean) ** 2) == pytest.approx(0.25 / 1.25, rel=0.02)


def test_discrepancy_and_error_add_in_quadrature():
    x = np.linspace(-3, 3, 7)
    both = log_likelihood(x, reading("x", 0.0, 0.3), quantity("x", 0.4))
    np.testing.assert_allclose(both, -0.5 * (x / 0.5) ** 2, rtol=1e-6)


def test_each_side_of_a_reading_has_its_own_error():
    lopsided = dataclasses.replace(reading("x", 0.8), low=0.8 - Z95 * 2.0, high=0.8 + Z95 * 0.5)
    low, high = log_likelihood(np.array([0.3, 1.3]), lopsided, quantity("x"))
    assert low == pytest.approx(-0.5 * (0.5 / 2.0) ** 2, rel=1e-6)
    assert high == pytest.approx(-0.5, rel=1e-6)


def test_a_broken_future_never_counts():
    x = np.array([np.nan, 1.0, np.inf, 0.9] * 200)
    found = weigh({"x@2025Q2": x}, [reading("x", 1.0)], {"x": quantity("x")})
    assert found.values[::2].sum() == 0
    assert found.values.sum() == pytest.approx(1)


def test_credible_intervals_cover_the_truth_as_often_as_they_say():
    """Two readings of three unknowns; the third outcome, never read, is covered by its 90% interval in 90% of truths."""
    rng = np.random.default_rng(1)
    theta = rng.standard_normal((3, 8_000))
    known = {"a": quantity("a", 0.2), "b": quantity("b", 0.2)}
    columns = {"a@2025Q2": theta[0] + theta[1], "b@2025Q2": np.tanh(theta[1]) + theta[2]}
    unread = theta[0] * theta[2] + theta[1]
    truths = rng.standard_normal((3, 300))
    inside, order = 0, np.argsort(unread)
    for a, b, c in truths.T:
        seen = [
            reading("a", a + b + 0.54 * rng.standard_normal()),
            reading("b", np.tanh(b) + c + 0.54 * rng.standard_normal()),
        ]
        w = weigh(columns, seen, known).values
        low, high = unread[order][np.searchsorted(np.cumsum(w[order]), [0.05, 0.95])]
        inside += low <= a * c + b <= high
    assert 0.86 <= inside / 300 <= 0.94  # binomial: 0.9 +- 2.3 s.e.


@pytest.mark.slow
def test_overconfident_errors_are_caught_by_that_check():
    rng = np.random.default_rng(2)
    x = rng.standard_normal(20_000)
    inside = 0
    for truth in rng.standard_normal(200):
        seen = reading("x", truth + 0.5 * rng.standard_normal(), sd=0.1)  # says 0.1, is 0.5
        w = weigh({"x@2025Q2": x}, [seen], {"x": quantity("x")}).values
        order = np.argsort(x)
        low, high = x[order][np.searchsorted(np.cumsum(w[order]), [0.05, 0.95])]
        inside += low <= truth <= high
    assert inside / 200 < 0.5


def test_collapsing_weights_are_tempered_to_the_floor_and_said_so():
    x = np.random.default_rng(3).standard_normal(5_000)
    found = weigh({"x@2025Q2": x}, [reading("x", 2.5, 0.001)], {"x": quantity("x")}, floor=300)
    assert found.untempered < 30
    assert found.effective == pytest.approx(300, rel=0.02)
    assert 0 < found.tempering < 1
    assert "collapse" in found.warnings[0]


def test_weights_that_do_not_collapse_are_not_tempered():
    x = np.random.default_rng(3).standard_normal(5_000)
    found = weigh({"x@2025Q2": x}, [reading("x", 0.3, 1.0)], {"x": quantity("x")})
    assert found.tempering == 1
    assert not found.warnings


def test_no_readings_weigh_every_future_alike():
    found = weigh({"x@2025Q2": np.arange(1000.0)}, [], {"x": quantity("x")})
    np.testing.assert_allclose(found.values, 1e-3, rtol=1e-6)
    assert found.effective == pytest.approx(1000)


def test_readings_without_a_column_are_named():
    late = reading("x", 1.0, on=date(2031, 1, 1))
    found = weigh({"x@2025Q2": np.arange(1000.0)}, [late], {"x": quantity("x")})
    assert found.left_out == (late.label,)


def test_an_impossible_reading_says_what_futures_reach():
    columns, known = {"x@2025Q2": np.linspace(0, 1, 500)}, {"x": quantity("x")}
    said = str(impossible(columns, [reading("x", 9.0, 0.2)], known)[0])
    assert "impossible under the model" in said
    assert "0 to 1 million" in said
    assert not impossible(columns, [reading("x", 0.5, 0.2)], known)


def test_tempering_keeps_the_largest_power_that_will_do():
    logs = -0.5 * (np.random.default_rng(0).standard_normal(4000) * 8).astype(np.float32) ** 2
    power, _ = temper(logs, 1500)
    at = [effective(np.exp(p * (logs - logs.max()))) for p in (power, min(power * 1.01, 1))]
    assert at[0] >= 1499 > at[1]


@pytest.mark.parametrize("shape", [0.2, 0.5, 1.0])
def test_the_pareto_shape_of_known_tails_is_found(shape):
    u = np.random.default_rng(7).random(100_000)
    assert pareto_k((1 - u) ** -shape) == pytest.approx(shape, abs=0.12)


def test_weighted_shares_and_intervals():
    holds = {"A1": np.arange(1000) < 400}
    assert weights.shares(holds)["A1"][0] == pytest.approx(0.4)
    uneven = np.where(np.arange(1000) < 400, 2.0, 1.0)
    share, low, high = weights.shares(holds, uneven / uneven.sum())["A1"]
    assert share == pytest.approx(800 / 1400)
    assert low < share < high


def test_resampled_futures_follow_their_weights():
    w = np.array([0.1, 0.0, 0.6, 0.3])
    counts = np.bincount(resample(w, 10_000, seed=0), minlength=4)
    np.testing.assert_allclose(counts / 10_000, w, atol=2e-4)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_weights_agree_with_a_sampler_on_a_reduced_problem():
    """The same posterior by NUTS (blackjax): three unknowns, two readings, one of them bent."""
    import blackjax
    import jax
    import jax.numpy as jnp

    def outcomes(t):
        return t[0] + t[1], jnp.tanh(t[1]) + t[2]

    def log_posterior(t):
        a, b = outcomes(t)
        return -0.5 * (t @ t) - 0.5 * ((a - 0.8) / 0.5) ** 2 - 0.5 * ((b + 0.4) / 0.5) ** 2

    key = jax.random.key(0)
    warm = blackjax.window_adaptation(blackjax.nuts, log_posterior)
    (state, tuned), _ = warm.run(key, jnp.zeros(3), 1000)
    step = jax.jit(blackjax.nuts(log_posterior, **tuned).step)
    draws = []
    for one in jax.random.split(jax.random.key(1), 6000):
        state, _ = step(one, state)
        draws.append(np.asarray(state.position))
    sampled = np.array(draws).T
    theta = np.random.default_rng(0).standard_normal((3, 200_000))
    known = {"a": quantity("a"), "b": quantity("b")}
    columns = {"a@2025Q2": theta[0] + theta[1], "b@2025Q2": np.tanh(theta[1]) + theta[2]}
    w = weigh(columns, [reading("a", 0.8), reading("b", -0.4)], known).values
    np.testing.assert_allclose(theta @ w, sampled.mean(1), atol=0.04)
    np.testing.assert_allclose(np.sqrt((theta - (theta @ w)[:, None]) ** 2 @ w), sampled.std(1), rtol=0.05)


@pytest.mark.parametrize("futures", [5_000, 20_000])
def test_f052_a_reading_that_few_futures_agree_with_gives_no_share_and_no_interval(futures):
    """Prior N(0, 1), reading 2.5 +- 0.02: truly P(theta > 2.4) is 1 - 3e-7; tempered weights said 24%."""
    theta = np.random.default_rng(0).standard_normal(futures)
    found = weigh({"x@2025Q2": theta}, [reading("x", 2.5, 0.02)], {"x": quantity("x")})
    assert found.collapsed
    assert weights.weighted_shares({"A1": theta > 2.4}, found) == {"A1": (None, None, None)}
    assert any("Cannot answer" in said for said in found.warnings)


def test_f052_where_enough_futures_agree_the_interval_holds_the_exact_posterior():
    """A reading of 1.2 +- 0.1 on N(0, 1): the posterior is normal, and its share known."""
    theta = np.random.default_rng(1).standard_normal(20_000)
    found = weigh({"x@2025Q2": theta}, [reading("x", 1.2, 0.1)], {"x": quantity("x")})
    assert not found.collapsed
    share, low, high = weights.weighted_shares({"A1": theta > 1.25}, found)["A1"]
    truth = 1 - norm.cdf((1.25 - 1.2 / 1.01) / np.sqrt(0.01 / 1.01))
    assert low <= truth <= high
    assert share == pytest.approx(truth, abs=0.05)


def test_f052_the_rows_of_a_weighted_board_keep_their_keys_and_lose_their_values():
    theta = np.random.default_rng(0).standard_normal(5_000)
    found = weigh({"x@2025Q2": theta}, [reading("x", 2.5, 0.02)], {"x": quantity("x")})
    cell = BoardCell("A1", "p", 0.2, 0.1, 0.3, {"a": 1.0}, {})
    (told,) = weighted_rows([cell], found)
    assert told.as_dict().keys() == cell.as_dict().keys()
    assert (told.holds, told.low, told.high, told.fails_on) == (None, None, None, {})
    assert weighted_rows([cell], None) == (cell,)


def test_a_change_is_noise_by_the_sampling_of_both_sides():
    """Newcombe 1998, table II, case (a), method 10: 56 of 70 against 48 of 80 differ by 0.2, 0.0524 to 0.3339."""
    (p, q) = (weights.shares({"x": np.arange(n) < k})["x"] for k, n in ((48, 80), (56, 70)))
    assert weights.change_of(p, q) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert not weights.is_noise(p, q)
    few = (0.59, 0.54, 0.64)  # 375 effective futures before
    assert weights.is_noise(few, (0.54, 0.52, 0.56)), "inside neither interval of the other, and yet noise"
    assert not weights.is_noise(few, (None, None, None))
