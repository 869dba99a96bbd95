"""Margins by the program that keeps no series, beside those of a run."""

from dataclasses import replace

import numpy as np

from premortem.ensemble.part import draw
from premortem.study import Study


def test_margins_without_series_are_those_of_a_run_to_single_precision(small_run):
    study, policy = small_run.study, small_run.policies[0]
    values = small_run.parameters(first=600)
    found = study.compiled.margins(values, study.levers(policy))
    for k, a in enumerate(study.assumptions):
        kept = small_run.columns(policy, [f"margin.{a.id}"], 600)[f"margin.{a.id}"]
        np.testing.assert_allclose(found[k], kept, atol=1e-5)
        assert ((found[k] > 0) == (kept > 0)).mean() > 0.999


def test_two_studies_of_one_world_with_other_thresholds_have_margins_of_their_own():
    """Programs are shared by what they compute; thresholds are handed to them, never held."""
    compiled = Study().compiled
    name = next(iter(compiled.thresholds))
    other = replace(compiled, thresholds={**compiled.thresholds, name: np.float32(compiled.thresholds[name] * 1.5)})
    values = draw(compiled.priors, "sobol", 1, 0, 64)
    here, there = (m.margins(values, m.example) for m in (compiled, other))
    assert not np.array_equal(here, there)
