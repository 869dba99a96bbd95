"""The benchmarks measure what they say: the peers' forms of the model are the model, and operations are counted right."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from premortem.bench import roofline, simulation, timing
from premortem.bench.plain import in_numpy
from premortem.cases.us_ai_2025 import politics_by_hand as mechanism
from premortem.ensemble.part import draw


@pytest.mark.slow
@pytest.mark.parametrize("futures", [1, 64])
def test_the_numpy_form_of_the_world_is_the_world(study, futures):
    values = draw(study.priors, "sobol", 5, 0, futures)
    given = simulation.policy_inputs(study)
    scalars, series = in_numpy(study.model(), values, given)(values)
    want_scalars, want_series = jax.jit(study.model())(values, given)
    assert scalars.keys() == want_scalars.keys()
    assert series.keys() == want_series.keys()
    for name, want in (want_scalars | want_series).items():
        got = series[name] if name in series else scalars[name]
        np.testing.assert_allclose(got, want, rtol=1e-2, atol=1e-3, err_msg=name)


def test_an_operation_that_the_numpy_form_does_not_know_is_named():
    with pytest.raises(NotImplementedError, match="sort"):
        in_numpy(lambda v, _: jnp.sort(v), np.ones((2, 3), np.float32), None)


def test_the_hand_written_mechanisms_are_the_mechanism(study):
    values = draw(study.priors, "sobol", 5, 0, 500)
    p = np.stack([values[study.priors.names.index(name)] for name in mechanism.NAMES])
    want = np.asarray(jax.jit(mechanism.in_jax)(p))
    assert want.std() > 0.01
    np.testing.assert_allclose(mechanism.in_numpy(p), want, rtol=1e-4)
    np.testing.assert_allclose(mechanism.in_numba(p), want, rtol=1e-4)


def test_operations_are_counted_an_element_each():
    def model(values, _):
        def step(x, _):
            return x * 2.0 + jnp.exp(x), None

        return jax.lax.scan(step, values, None, 10)[0]

    easy, hard, kept = roofline.operations(model, np.ones((3, 50), np.float32), None)
    assert (easy, hard, kept) == (10 * 2 * 3, 10 * 3, 4 * 3)


def test_operations_of_a_checkpointed_step_are_those_of_the_step():
    def model(values, _):
        return jax.checkpoint(lambda x: x * 2.0 + jnp.exp(x))(values)

    assert roofline.operations(model, np.ones((3, 50), np.float32), None) == (2 * 3, 3, 4 * 3)


def test_operations_of_the_world_can_be_counted(study):
    values = draw(study.priors, "sobol", 5, 0, 8)
    easy, hard, kept = roofline.operations(study.model(), values, simulation.policy_inputs(study))
    assert easy > hard > 0
    assert kept > 0


def test_a_ratio_is_above_one_where_ours_is_better():
    assert timing.row("x", 200.0, 100.0, "futures/s", "peer")["ratio"] == 2.0
    assert timing.row("x", 1.0, 4.0, "s", "peer", False)["ratio"] == 4.0
    assert timing.row("x", 1.0, None, "s", "not installed", False)["ratio"] is None


@pytest.mark.slow
def test_quick_benchmarks_with_peers_have_every_figure():
    from premortem import bench

    rows = {r["name"]: r for r in bench.run(quick=True, with_peers=True)}
    for kind in ("sequential", "multiprocessing"):
        assert (
            rows[f"simulation beside ema_workbench {kind}"]["ratio"] > 0
        )  # how far above, a benchmark says and no test
    assert all({"name", "ours", "peer", "ratio", "unit", "peer_is"} <= set(r) for r in rows.values())
