"""Scenario discovery on large runs: boxes sought among some futures and measured on all, part by part."""

import numpy as np
import pytest

from premortem.analysis import large
from premortem.ensemble.part import PART


@pytest.fixture(scope="module")
def run(study, tmp_path_factory):
    """Two parts, the second one short."""
    return study.run(["as-written"], futures=PART + 4000, seed=3, out=tmp_path_factory.mktemp("large") / "out")


def test_boxes_are_measured_on_every_future_as_by_hand(run):
    found, measured = large.discover_in(run, "A2", "as-written", most=2, sought=8000)
    names, values = list(run.study.priors.names), run.parameters()
    breaks = run.columns("as-written", ["margin.A2"])["margin.A2"] <= 0
    left = np.ones(values.shape[1], bool)
    assert len(measured) == len(found.boxes) >= 1
    for m in measured:
        held = left & m.box.holds(values, names)
        assert m.mass == pytest.approx(held.mean())
        assert m.density == pytest.approx(breaks[held].mean())
        assert m.coverage == pytest.approx(breaks[held].sum() / breaks.sum())
        assert m.density == pytest.approx(m.box.density, abs=0.05)
        left &= ~held


def test_a_run_that_was_verified_and_then_damaged_is_named(run):
    from premortem.errors import MissingData

    run.verify()
    path = run.folder / "futures" / "part-00001.parquet"
    before = path.read_bytes()
    try:
        path.write_bytes(before[:-1])
        with pytest.raises(MissingData, match="futures/part-00001"):
            run.verify()
    finally:
        path.write_bytes(before)
