"""Weighted futures thinned to fewer: means stay right, heavy ones stay as they are."""

import numpy as np
import pytest

from premortem.watch.weights import effective, thinned


@pytest.fixture
def weights():
    drawn = np.random.default_rng(3).gamma(0.3, size=5000)
    return drawn / drawn.sum()


def test_few_futures_stay_as_they_are():
    held = np.array([0.25, 0.0, 0.75])
    at, left = thinned(held, 10, 0)
    assert at.tolist() == [0, 2]
    assert left.tolist() == [0.25, 0.75]


def test_heavy_futures_keep_their_weight_and_light_ones_share_the_rest(weights):
    at, left = thinned(weights, 1000, 0)
    light = left[left < weights[at] * (1 - 1e-9)], left[left > weights[at] * (1 + 1e-9)]
    assert len(at) == len(set(at.tolist())) == 1000
    assert (np.diff(at) > 0).all()
    assert left.sum() == pytest.approx(1.0)
    assert not len(light[0])  # none becomes lighter
    assert np.ptp(light[1]) < 1e-12  # those drawn for others weigh alike
    assert np.isin(np.argsort(-weights)[:100], at).all()


def test_means_stay_right_on_average(weights):
    values = np.random.default_rng(4).normal(size=len(weights)) + 1
    means = [np.dot(values[at], left) for at, left in (thinned(weights, 500, seed) for seed in range(200))]
    error = np.std(means) / np.sqrt(len(means))
    assert np.mean(means) == pytest.approx(np.dot(values, weights), abs=4 * error)


def test_hardly_any_worth_is_lost(weights):
    _, left = thinned(weights, 2500, 0)
    assert effective(left) > 0.97 * effective(weights)


def test_equal_weights_are_drawn_alike():
    at, left = thinned(np.full(4000, 1 / 4000), 400, 0)
    assert len(set(at.tolist())) == 400
    np.testing.assert_allclose(left, 1 / 400)
