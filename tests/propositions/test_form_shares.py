"""Shares by forms of the world: counted in parts as at once, and a band only of what is more than chance."""

import numpy as np
import pytest

from premortem.ensemble.priors import Prior
from premortem.propositions.form_shares import FormShares

DICE = np.random.default_rng(5)


def form(name, *values):
    """A form of the world with as likely values of these names."""
    return Prior(
        name=name, module="", unit="kind", low=0.0, central=None, high=len(values) - 1.0, meaning=name, binds="", basis="", known_on="2025-01-01",
        confidence="low", distribution=f"categorical: {', '.join(values)}",
    )  # fmt: skip


def counted(forms, values, holds, weights=None, parts=1):
    found = FormShares(forms)
    for at in np.array_split(np.arange(len(holds)), parts):
        found.add({k: v[at] for k, v in values.items()}, holds[at], None if weights is None else weights[at])
    return found


@pytest.fixture(scope="module")
def clearing():
    return form("clearing_form", "open", "shut")


def test_a_share_by_value_is_that_of_its_futures(clearing):
    values, holds = np.array([0.0, 0.0, 1.0, 1.0]), np.array([True, True, True, False])
    found = counted((clearing,), {"clearing_form": values}, holds)
    assert found.by_value() == {"clearing_form": {"open": 1.0, "shut": 0.5}}


def test_a_value_that_no_future_has_is_not_told(clearing):
    found = counted((clearing,), {"clearing_form": np.zeros(3)}, np.array([True, False, True]))
    assert found.by_value() == {"clearing_form": {"open": pytest.approx(2 / 3)}}
    assert found.band() is None


@pytest.mark.parametrize("weighted", [False, True])
def test_futures_counted_in_parts_give_the_same_band(clearing, weighted):
    values = DICE.integers(0, 2, 400).astype(float)
    holds, weights = DICE.random(400) < 0.2 + 0.6 * values, DICE.random(400) if weighted else None
    whole, parts = (counted((clearing,), {"clearing_form": values}, holds, weights, n) for n in (1, 7))
    assert parts.band() == pytest.approx(whole.band(), rel=1e-9)
    assert whole.band() == pytest.approx((0.2, 0.8), abs=0.1)


def test_what_sampling_alone_gives_is_no_band(clearing):
    values, holds = np.tile([0.0, 1.0], 200), DICE.random(400) < 0.5
    found = counted((clearing,), {"clearing_form": values}, holds)
    open_, shut = found.by_value()["clearing_form"].values()
    assert open_ != shut
    assert found.band() == pytest.approx((holds.mean(), holds.mean()), rel=1e-12)


def test_effects_of_two_forms_add_up_within_nothing_and_all(clearing):
    other = form("other_form", "mild", "harsh")
    a, b = (v.astype(float) for v in np.divmod(np.arange(800) % 4, 2))
    holds = (a + b) == 0
    low, high = counted((clearing, other), {"clearing_form": a, "other_form": b}, holds).band()
    assert low == 0.0
    assert 0.7 < high <= 1.0


def test_without_forms_there_is_no_band():
    assert counted((), {}, np.array([True, False])).band() is None
