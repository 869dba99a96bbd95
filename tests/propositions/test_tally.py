"""Counts over futures in parts are those of all at once, and intervals are those of the books."""

import numpy as np
import pytest
from scipy.stats import binomtest

from premortem.propositions.tally import Causes, Share, most_often, wilson

DICE = np.random.default_rng(3)


@pytest.mark.parametrize(("held", "of"), [(0, 20), (1, 20), (13, 50), (50, 50), (999, 1000)])
def test_the_interval_of_wilson_is_that_of_scipy(held, of):
    theirs = binomtest(held, of).proportion_ci(method="wilson")
    assert wilson(held / of, of) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@pytest.mark.parametrize("replicates", [0, 4])
@pytest.mark.parametrize("weighted", [False, True])
def test_futures_counted_in_parts_give_the_same_share_and_interval(replicates, weighted):
    holds, weights = DICE.random(96) < 0.6, DICE.random(96)
    whole, parts = Share(replicates), Share(replicates)
    whole.add(holds, weights if weighted else None)
    for at in (slice(0, 30), slice(30, 31), slice(31, 96)):
        parts.add(holds[at], weights[at] if weighted else None)
    assert parts.interval() == pytest.approx(whole.interval(), rel=1e-12)
    assert whole.interval()[0] == pytest.approx(np.average(holds, weights=weights if weighted else None))


def test_a_future_that_failed_neither_holds_nor_breaks():
    counted, without = Share(), Share()
    counted.add(np.array([True, True, False, True]), failed=np.array([False, True, False, False]))
    without.add(np.array([True, False, True]))
    assert counted.interval() == without.interval()
    assert counted.failed == 1


def test_a_future_that_failed_is_in_no_replicate():
    counted = Share(2)
    counted.add(np.array([True, True, False, True]), failed=np.array([False, True, False, False]))
    assert counted.by_replicate.tolist() == [[2, 1], [1, 1]]  # those that are known, and of them those that hold


def test_a_share_of_no_future_is_no_number():
    assert np.isnan(Share().interval()).all()


def test_replicates_that_agree_tell_a_narrower_interval_than_as_many_independent_futures():
    holds = (
        np.tile([True, True, True, False], 25).reshape(-1, 4).T.ravel()
    )  # each of four replicates holds as often, but for one
    holds[0] = not holds[0]
    replicated, plain = Share(4), Share()
    replicated.add(holds)
    plain.add(holds)
    low, high = replicated.interval()[1:]
    assert low <= replicated.interval()[0] <= high
    assert (low, high) != plain.interval()[1:]


def test_causes_are_counted_among_failures_alone():
    causes = Causes(("a", "b"))
    causes.add({"a": np.array([1.0, -1.0, -3.0, 2.0]), "b": np.array([2.0, 1.0, -1.0, -2.0])})
    first, alone = causes.shares()
    assert first == pytest.approx({"a": 2 / 3, "b": 1 / 3})
    assert alone == pytest.approx({"a": 1 / 3, "b": 1 / 3})


def test_weights_count_in_what_failures_are_due_to():
    causes = Causes(("a", "b"))
    causes.add({"a": np.array([-1.0, 1.0]), "b": np.array([1.0, -1.0])}, np.array([3.0, 1.0]))
    assert causes.shares()[0] == pytest.approx({"a": 0.75, "b": 0.25})


def test_nothing_causes_failures_where_nothing_failed():
    causes = Causes(("a",))
    causes.add({"a": np.ones(3)})
    assert causes.shares() == ({"a": 0.0}, {"a": 0.0})
    assert most_often(causes.shares()[0]) is None
    assert most_often({}) is None
    assert most_often({"a": 0.2, "b": 0.5}) == ("b", 0.5)
