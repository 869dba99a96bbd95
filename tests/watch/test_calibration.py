"""Places of readings, the record as one, and Brier's score in parts: against hand-worked and known cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem.watch.calibration import histogram, joint
from premortem.watch.event_scores import decompose


def test_a_histogram_counts_each_group_once():
    bins = histogram([0.05, 0.1, 0.95, 0.5], ["a", "a", "a", "b"])
    assert [b.groups for b in bins] == pytest.approx([2 / 3, 0, 1, 0, 1 / 3])
    assert [b.expected for b in bins] == pytest.approx([2 / 5] * 5)


def test_places_of_a_right_model_fill_the_bins_alike():
    places = np.random.default_rng(0).random(5000)
    bins = histogram(places.tolist(), [str(i) for i in range(5000)])
    np.testing.assert_allclose([b.groups for b in bins], 1000, atol=100)
    assert all(b.least < b.expected < b.most for b in bins)


def test_no_places_no_histogram():
    assert histogram([], []) == ()


def test_the_record_of_a_right_model_lies_anywhere_among_its_futures():
    rng = np.random.default_rng(1)
    root = np.linalg.cholesky(np.array([[1, 0.8, 0.2], [0.8, 1, 0.2], [0.2, 0.2, 1]]))
    futures = root @ rng.standard_normal((3, 2000))
    places = [joint(futures, root @ rng.standard_normal(3), ["a", "b", "c"]).place for _ in range(60)]
    assert 0.35 < np.mean(places) < 0.65
    assert np.std(places) > 0.2


def test_a_record_far_out_is_further_than_all_futures():
    futures = np.random.default_rng(2).standard_normal((4, 2000))
    assert joint(futures, np.full(4, 5.0), list("abcd")).place > 0.99


def test_readings_that_move_together_are_worth_one_and_apart_are_worth_all():
    rng = np.random.default_rng(3)
    one = rng.standard_normal(4000)
    same = np.stack([one, one + 1e-3 * rng.standard_normal(4000), one + 1e-3 * rng.standard_normal(4000)])
    assert joint(same, np.zeros(3), ["a"] * 3).effective_readings == pytest.approx(1, abs=0.01)
    assert joint(rng.standard_normal((3, 4000)), np.zeros(3), list("abc")).effective_readings == pytest.approx(
        3, abs=0.05
    )


def test_correlation_that_the_record_shares_scores_better_than_ranges_alone():
    rng = np.random.default_rng(4)
    one = rng.standard_normal(3000)
    futures = np.stack([one + 0.2 * rng.standard_normal(3000) for _ in range(4)])
    found = [joint(futures, np.full(4, rng.standard_normal()), list("abcd")) for _ in range(20)]
    assert np.mean([f.energy_score for f in found]) < np.mean([f.energy_score_uncorrelated for f in found])


def test_weights_move_the_futures_that_the_record_is_laid_beside():
    x = np.random.default_rng(5).standard_normal((2, 4000))
    near = np.exp(-0.5 * ((x - 2) ** 2).sum(0) / 0.1)
    plain, weighted = joint(x, np.full(2, 2.0), ["a", "b"]), joint(x, np.full(2, 2.0), ["a", "b"], near / near.sum())
    assert weighted.place < 0.9 < plain.place


def test_brier_in_parts_is_what_a_hand_works_out():
    """Two bins: 0.1 said of two, of which none came; 0.9 said of two, of which one came. Base 1/4.

    Reliability (0.01 + 0.16) / 2 = 0.085; resolution (1/16 + 1/16) / 2 = 0.0625; uncertainty 3/16; score their sum, 0.21.
    """
    found = decompose([0.1, 0.1, 0.9, 0.9], [False, False, True, False])
    assert found.reliability == pytest.approx(0.085)
    assert found.resolution == pytest.approx(0.0625)
    assert found.uncertainty == pytest.approx(0.1875)
    assert found.within == pytest.approx(0)
    assert found.score == pytest.approx(0.21)


def test_brier_in_parts_weighs_events_as_told():
    whole = decompose([0.2, 0.2, 0.8], [True, False, True])
    by_chain = decompose([0.2, 0.2, 0.8], [True, False, True], np.array([0.5, 0.5, 1.0]))
    assert by_chain.score == pytest.approx((0.5 * 0.64 + 0.5 * 0.04 + 0.04) / 2)
    assert by_chain.score != pytest.approx(whole.score)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_the_parts_add_up_to_the_score(pairs):
    shares, came = zip(*pairs, strict=True)
    d = decompose(shares, came)
    assert d.score == pytest.approx(np.mean([(p - y) ** 2 for p, y in pairs]))
    assert d.score == pytest.approx(d.reliability - d.resolution + d.uncertainty + d.within)
    assert min(d.reliability, d.resolution, d.uncertainty) >= 0
