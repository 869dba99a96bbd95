"""Futures drawn anew: against conjugate cases with exact answers, with what the likelihood rules out, and how many they are worth."""

import numpy as np
import pytest
from scipy.stats import binom, multivariate_normal, norm

from premortem.errors import MissingData
from premortem.watch import smc


def reading(weights, value, sd):
    """A reading of a sum of scores with a normal error."""
    w = np.asarray(weights)[None]

    def misfits(z):
        return (w @ z - value) / sd

    return misfits


def exact(weights, value, sd):
    """Mean and covariance of the posterior, and log evidence (Bishop 2006, 2.116)."""
    w = np.asarray(weights, float)[None]
    spread = np.linalg.inv(np.eye(w.shape[1]) + w.T @ w / sd**2)
    return (
        (spread @ w.T * value / sd**2)[:, 0],
        spread,
        norm.logpdf(value, 0, np.sqrt(w @ w.T + sd**2).item()) - norm.logpdf(0, 0, sd),
    )


@pytest.mark.parametrize(("value", "sd"), [(1.0, 0.5), (4.0, 0.05), (-5.0, 0.2)])
def test_a_sharp_reading_far_out_gives_the_exact_posterior_where_weights_would_collapse(value, sd):
    weights = [1.0, 0.5, 0.0, -0.8]
    found = smc.draw(reading(weights, value, sd), 4, 4000, seed=1)
    mean, spread, evidence = exact(weights, value, sd)
    np.testing.assert_allclose(found.z.mean(1), mean, atol=0.08)
    np.testing.assert_allclose(np.cov(found.z), spread, atol=0.08)
    assert found.log_evidence == pytest.approx(evidence, abs=0.25)


def test_a_hundred_unknowns_of_which_three_are_read():
    rng = np.random.default_rng(2)
    seen = rng.standard_normal((3, 100)) * (np.arange(100) < 6)
    values, sd = np.array([2.0, -1.0, 3.0]), 0.1
    found = smc.draw(lambda z: (seen @ z - values[:, None]) / sd, 100, 3000, seed=3)
    spread = np.linalg.inv(np.eye(100) + seen.T @ seen / sd**2)
    mean = spread @ seen.T @ values / sd**2
    np.testing.assert_allclose(found.z.mean(1)[:6], mean[:6], atol=0.12)
    np.testing.assert_allclose(found.z[6:].std(1), 1, atol=0.1)
    exact_evidence = multivariate_normal.logpdf(values, np.zeros(3), seen @ seen.T + sd**2 * np.eye(3))
    exact_evidence -= 3 * norm.logpdf(0, 0, sd)
    assert found.log_evidence == pytest.approx(exact_evidence, abs=0.6)


def test_intervals_cover_the_truth_as_often_as_those_of_the_exact_posterior():
    """Over truths drawn by the prior, 90% intervals of a score; and their middles and widths are those of the exact posterior."""
    rng = np.random.default_rng(4)
    spread = np.sqrt(1 - 1 / (3 + 0.3**2))
    inside, exactly, off, wide = 0, 0, [], []
    for i in range(60):
        truth = rng.standard_normal(3)
        value = truth.sum() + 0.3 * rng.standard_normal()
        z = smc.draw(reading([1, 1, 1], value, 0.3), 3, 400, seed=i).z
        low, high = np.quantile(z[0], [0.05, 0.95])
        middle = value / (3 + 0.3**2)
        inside += low <= truth[0] <= high
        exactly += abs(truth[0] - middle) <= norm.ppf(0.95) * spread
        off.append(z[0].mean() - middle)
        wide.append(z[0].std())
    assert abs(inside - exactly) <= 5
    assert abs(np.mean(off)) < 4 * spread / np.sqrt(400 * 60)
    assert np.std(off) < 2 * spread / np.sqrt(400)
    assert np.mean(wide) == pytest.approx(spread, rel=0.03)


def test_a_narrow_ridge_is_walked_along_by_short_steps_where_fresh_draws_all_fail():
    """A ring, to which no normal is near: its radius is right, and all of it is reached."""

    def misfits(z):
        return (np.hypot(z[:1], z[1:]) - 2.5) / 0.05

    found = smc.draw(misfits, 2, 2000, seed=9)
    assert np.hypot(*found.z).mean() == pytest.approx(2.5, abs=0.03)
    angles = np.arctan2(found.z[1], found.z[0])
    assert np.histogram(angles, 8, (-np.pi, np.pi))[0].min() > 100


def test_futures_that_are_ruled_out_never_come_back():
    def misfits(z):
        return np.where(z[:1] > 1.5, (z[:1] - 2.0) / 0.3, np.nan)

    found = smc.draw(misfits, 2, 3000, seed=5)
    assert (found.z[0] > 1.5).all()


def test_what_no_future_comes_near_is_one_clear_line():
    with pytest.raises(MissingData, match="no future comes near what was read"):
        smc.draw(lambda z: np.full((1, z.shape[1]), np.nan), 2, 200, seed=6)


def test_the_same_seed_draws_the_same_futures():
    one, other = (smc.draw(reading([1, 1], 3.0, 0.1), 2, 300, seed=7) for _ in range(2))
    np.testing.assert_array_equal(one.z, other.z)


def test_a_longer_draw_begins_with_the_shorter_one_and_its_roots_stand_for_each_lot(monkeypatch):
    monkeypatch.setattr(smc, "TOGETHER", 100)
    few, more = (smc.draw(reading([1, 1], 3.0, 0.1), 2, count, seed=7) for count in (100, 250))
    np.testing.assert_array_equal(more.z[:, :100], few.z)
    np.testing.assert_array_equal(more.roots[100:200], few.roots)
    assert more.alike < few.alike + 0.05, "later lots are no nearer to the first ancestors"


def test_lots_that_hardly_moved_are_worth_hardly_more_than_one(monkeypatch):
    """Copies of futures stand under the same roots, however often they are kept again."""
    monkeypatch.setattr(smc, "TOGETHER", 200)
    first = smc.first_lot(reading([1, 1], 3.0, 0.1), 2, 200, seed=7)
    flags = first.drawn.z[0] > np.median(first.drawn.z[0])
    copies = smc.together([first.drawn] * 10)
    assert copies.worth(np.tile(flags, 10)) == pytest.approx(first.drawn.worth(flags))


def test_independent_futures_are_worth_all_and_copies_are_worth_one():
    rng = np.random.default_rng(8)
    flags = rng.random(4000) < 0.4
    assert smc.effective_number(flags, np.arange(4000)) == pytest.approx(4000)
    copies = np.repeat(rng.random(40) < 0.4, 100)
    assert smc.effective_number(copies, np.repeat(np.arange(40), 100)) == pytest.approx(40)
    assert np.isnan(smc.effective_number(np.ones(10), np.arange(10)))


def test_the_error_of_a_share_is_what_its_effective_number_says():
    """Over repeated draws a share varies by no more than sqrt(p (1 - p) / n) for its own n, within what chance allows."""
    shares, worth = [], []
    for i in range(40):
        found = smc.draw(reading([1, 0.5], 2.5, 0.2), 2, 500, seed=100 + i)
        flags = found.z[0] > 1.6
        shares.append(flags.mean())
        worth.append(found.worth(flags))
    p = np.mean(shares)
    said = np.sqrt(p * (1 - p) / np.nanmedian(worth))
    assert 0.6 < np.std(shares) / said < 1.6


def conjugate(scores, readings, sd, seed, out=0.0):
    """Readings of sums of many scores, `out` standard deviations from what the prior says where given: misfits, and the exact mean."""
    rng = np.random.default_rng(seed)
    seen = rng.standard_normal((readings, scores)) / np.sqrt(scores)
    values = seen @ rng.standard_normal(scores) + sd * rng.standard_normal(readings)
    if out:
        values = out * np.sqrt((seen**2).sum(1) + sd**2) * rng.choice([-1, 1], readings)
    spread = np.linalg.inv(np.eye(scores) + seen.T @ seen / sd**2)
    return lambda z: (seen @ z - values[:, None]) / sd, spread @ seen.T @ values / sd**2


def hold_truth(scores, readings, sd, out, draws, count, ways=6):
    """Of 95% intervals by the number that is said, for shares of half: how many cover, how many there are; the number said in the middle,
    and that by the spread of the shares.
    """
    misfits, mean = conjugate(scores, readings, sd, seed=100, out=out)
    ask = np.random.default_rng(5).standard_normal((ways, scores))
    middle = ask @ mean
    inside, off, said = 0, [], []
    for seed in range(draws):
        found = smc.draw(misfits, scores, count, seed=seed)
        for flags in ask @ found.z > middle[:, None]:
            worth = found.worth(flags)
            away = flags.mean() - 0.5
            inside += abs(away) <= norm.ppf(0.975) * 0.5 / np.sqrt(worth)
            off.append(away)
            said.append(worth)
    return inside, draws * ways, np.median(said), 0.25 / np.mean(np.square(off))


@pytest.mark.parametrize(
    ("scores", "readings", "sd", "out"), [(44, 30, 0.2, 2.0), pytest.param(120, 25, 0.3, 0.0, marks=pytest.mark.slow)]
)
def test_many_sharp_readings_are_covered_as_often_as_the_effective_number_says(scores, readings, sd, out):
    """Moves around the futures' own mean and spread alone covered 36% and 86% of these, and said ten times what they were worth."""
    inside, of, said, true = hold_truth(scores, readings, sd, out, draws=3, count=1024)
    assert inside >= binom.ppf(0.001, of, 0.95)
    assert said < 3 * true


def test_futures_that_are_kept_again_each_time_they_were_moved_are_worth_what_is_said(monkeypatch):
    monkeypatch.setattr(smc, "TOGETHER", 512)
    inside, of, said, true = hold_truth(44, 15, 0.2, 2.0, draws=5, count=2000)
    assert inside >= binom.ppf(0.001, of, 0.95)
    assert 512 < said < 3 * true
    found = smc.draw(conjugate(44, 15, 0.2, seed=100, out=2.0)[0], 44, 2000, seed=1)
    assert found.z.shape == (44, 2000)
    assert len(found.roots) == 2000
    assert len(np.unique(found.z[0])) > 1200, "moved between"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scores", "readings", "sd", "out"),
    [(44, 1, 0.5, 0.0), (120, 25, 0.5, 0.0), (120, 25, 0.3, 0.0), (44, 15, 0.2, 2.0), (44, 30, 0.2, 2.0), (44, 30, 0.05, 0.0)],
)  # fmt: skip
def test_what_many_futures_are_said_to_be_worth_is_what_they_are_worth(scores, readings, sd, out):
    inside, of, said, true = hold_truth(scores, readings, sd, out, draws=40, count=2048)
    assert inside >= 0.9 * of
    assert said < 1.5 * true


def test_moves_that_run_out_before_ancestors_are_forgotten_are_said_so_in_what_futures_are_worth(monkeypatch):
    monkeypatch.setattr(smc, "STEPS", np.array([0.05]))
    found = smc.draw(reading([1, 1], 3.0, 0.1), 2, 300, seed=7)
    assert found.alike > 0.5
    flags = found.z[0] > np.median(found.z[0])
    assert found.worth(flags) < 0.4 * smc.effective_number(flags, found.roots)
