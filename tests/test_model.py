"""The compiled model of a study: few futures as many, and slopes that are numbers."""

import numpy as np
import pytest

from premortem.ensemble.part import CALLED
from premortem.ensemble.run import draw
from premortem.questions._shadow_prices import slopes_along
from premortem.study import Study, model


@pytest.fixture(scope="module")
def users_chunks():
    """Chunks of the size that users have; other tests run smaller ones."""
    patch = pytest.MonkeyPatch()
    patch.setattr(model, "SMALL", 512)
    yield
    patch.undo()


@pytest.fixture(params=["eu_gpai", pytest.param("us_ai_2025", marks=pytest.mark.slow)])
def at(request):
    """The study of each case, levers of one of its policies, and 512 futures; the world of the second compiles in a tenth of the time."""
    study = Study(case=request.param)
    return study, study.levers(study.policies[0]), draw(study.priors, "sobol", 11, 0, 512)


def test_few_futures_have_the_bits_that_they_have_in_a_run(at, users_chunks):
    study, pulled, futures = at
    many = np.tile(futures, 1 + model.FEW // futures.shape[1])
    for few in (1, 37, 512):
        here, there = (next(study.compiled.chunks(x, pulled)) for x in (futures[:, :few], many))
        alone, among = here.columns(), there.columns()
        assert here.count == few
        assert there.count == CALLED
        assert alone.keys() == among.keys()
        different = [name for name in alone if alone[name].tobytes() != among[name][:few].tobytes()]
        assert not different


def test_slopes_along_every_lever_are_numbers(study, levers, futures):
    slopes = slopes_along(study, futures, levers["as-written"], (levers["rescinded"], levers["as-written"]))
    assert slopes.shape == (len(study.assumptions), futures.shape[1])
    assert np.isfinite(slopes).all()
    assert (slopes != 0).any(axis=1).all()


def test_slopes_along_every_parameter_are_numbers(at):
    study, pulled, futures = at
    z = study.priors.to_normal(futures[:, :8])
    free, middle = np.ones(len(z)), np.zeros(len(z))
    for place in range(len(study.assumptions)):
        margins, gradients = study.compiled.slopes(place, z, middle, free, pulled)
        assert margins.shape == (8,)
        assert gradients.shape == z.shape
        assert np.isfinite(margins).all()
        assert np.isfinite(gradients).all()
        assert gradients.any()
