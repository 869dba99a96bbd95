"""The curves of the brief that move a threshold: they turn where the condition itself would turn."""

import numpy as np
import pytest

from premortem.briefing.threshold_curves import shift_of


@pytest.fixture(scope="module")
def outcomes(study, futures, levers):
    """Series of futures, as a run has them."""
    return next(study.compiled.chunks(futures, levers["as-written"], few=0)).series


def test_a_shifted_margin_holds_where_the_condition_holds_at_that_threshold(study, outcomes):
    scorer, turned = study.scorer, 0
    stored = scorer.margins(outcomes, scorer.thresholds)
    for a in study.assumptions:
        for c in a.condition:
            name, shift = f"{a.id}.{c.id}", shift_of(c)
            for limit in np.linspace(c.limit.low, c.limit.high, 5):
                asked = scorer.margins(outcomes, scorer.thresholds | {name: np.float32(limit)})[name]
                exact, shifted = np.asarray(asked), np.asarray(stored[name]) + shift(float(limit))
                clear = np.abs(exact) > 1e-4
                np.testing.assert_array_equal((shifted > 0)[clear], (exact > 0)[clear], err_msg=f"{name} at {limit}")
                turned += int(((exact > 0) != (np.asarray(stored[name]) > 0)).sum())
    assert turned > 100  # thresholds that turn nothing would test nothing


def test_a_margin_of_another_form_has_no_curve(study):
    c = study.assumptions[0].condition[0]
    assert shift_of(c.model_copy(update={"margin": "exp(limit) - us_supply@2028Q4"})) is None
    assert shift_of(c.model_copy(update={"margin": "limit - us_supply@2028Q4"}))(2 * c.limit.value) == c.limit.value
