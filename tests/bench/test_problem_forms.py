"""The lake that is timed is one lake: in loops, in batches and compiled."""

import numpy as np
import pytest

from premortem.bench import lake


def test_the_forms_of_the_lake_give_the_same_outcomes():
    runs = {
        form: lake.lake_problem(getattr(lake, form)).run({"rule": lake.RULE}, futures=48, seed=2)
        for form in ("batch", "compiled")
    }
    assert [run.evaluator.kind for run in runs.values()] == ["in batches", "compiled by JAX"]
    tables = {form: run.table() for form, run in runs.items()}
    names = [*lake.RANGES]
    loops = [lake.one(*row, **lake.RULE) for row in tables["batch"][names].head(3).to_numpy()]
    arrays = [lake.vector(*row, **lake.RULE) for row in tables["batch"][names].head(3).to_numpy()]
    for one, other in zip(loops, arrays, strict=True):
        assert other == pytest.approx(one, rel=1e-9)
    for table in tables.values():
        near = np.isclose(table.max_p, tables["batch"].max_p, rtol=1e-2)
        assert near.mean() > 0.9  # single precision may tip a lake that stands on its edge
        np.testing.assert_allclose(table.utility.head(3), [one["utility"] for one in loops], rtol=2e-2)
        np.testing.assert_allclose(table.max_p.head(3), [one["max_p"] for one in loops], rtol=2e-2)


def test_the_stock_is_called_one_future_at_a_time():
    run = lake.stock_problem().run({"rule": {"order": 40.0}}, futures=16, seed=2)
    assert run.evaluator.kind == "one future a call"
    assert (run.table().lost >= 0).all()
