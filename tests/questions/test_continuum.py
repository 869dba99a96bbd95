"""Futures that fall into no families are told as quadrants of the two lines along which they differ most."""

import numpy as np
import pytest

from premortem import questions
from premortem.questions import archetypes


def one_cloud(seed: int = 3) -> np.ndarray:
    """Futures of six features that differ most along the first three together, then along the last three."""
    rng = np.random.default_rng(seed)
    first, second = 3.0 * rng.normal(size=2000), 1.5 * rng.normal(size=2000)
    return np.repeat([first, second], 3, axis=0).T + 2.0 * rng.normal(size=(2000, 6))


def test_axes_are_those_along_which_futures_differ_most():
    axes = archetypes.families(one_cloud()).axes
    np.testing.assert_allclose(axes.loadings @ axes.loadings.T, np.eye(6), atol=1e-9)
    assert axes.shares.sum() == pytest.approx(1)
    assert np.all(np.diff(axes.shares) <= 0)
    np.testing.assert_allclose(axes.loadings[0], [3**-0.5] * 3 + [0] * 3, atol=0.1)
    assert np.abs(axes.loadings[1][:3]).max() < 0.1


def test_a_continuum_is_cut_at_the_medians_of_its_two_strongest_axes():
    features = one_cloud()
    found = archetypes.families(features)
    assert found.continuum
    assert len(found.medoids) == 4
    np.testing.assert_array_equal(found.labels[found.medoids], np.arange(4))
    np.testing.assert_array_equal(found.assign(features), found.labels)
    first, second = features[:, :3].mean(1), features[:, 3:].mean(1)
    for quadrant, (right, above) in enumerate([(False, False), (True, False), (False, True), (True, True)]):
        member = found.labels == quadrant
        assert ((first[member] > np.median(first)) == right).mean() > 0.95
        assert ((second[member] > np.median(second)) == above).mean() > 0.95


def test_a_number_that_is_asked_for_makes_no_families_of_a_continuum():
    found = archetypes.families(one_cloud(), k=6)
    assert list(found.silhouette) == [6]
    assert len(found.medoids) == 4


def test_quadrants_are_named_by_the_ends_of_the_axes_that_cut_them(a_run):
    result = questions.futures(a_run)
    assert result.axes[0].share >= result.axes[1].share
    if result.continuum:
        first, second = result.axes[:2]
        ends = {(one, other) for one in (first.low, first.high) for other in (second.low, second.high)}
        assert {tuple(a.name.lower().split(", ")) for a in result.archetypes} == {
            tuple(end.lower() for end in pair) for pair in ends
        }
        assert all(len(a.share) == len(a_run.policies) for a in result.archetypes)
    document = result.as_dict()
    assert {"name", "low", "high", "share"} <= document["axes"][0].keys()
