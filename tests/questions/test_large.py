"""Scenario discovery on large runs: boxes sought among some futures and measured on all, part by part."""

import numpy as np
import pytest

from premortem import questions
from premortem.errors import BadInput
from premortem.questions import _bounded_memory, scenario_discovery
from premortem.study import Study
from tests.parts import PART

SOUGHT = 5_000


@pytest.fixture(scope="module")
def run(small_parts, tmp_path_factory):
    """Three parts, the last one short, of the case whose world is small."""
    out = tmp_path_factory.mktemp("large") / "out"
    return Study(case="eu_gpai").run(["as-amended"], futures=2 * PART + 2000, seed=3, out=out)


@pytest.fixture
def small_ceiling(monkeypatch):
    """A run counts as large from 6,000 futures on, and its first 5,000 are looked at: more than a part."""
    monkeypatch.setattr(_bounded_memory, "LARGE", 6_000)
    monkeypatch.setattr(_bounded_memory, "SOUGHT", SOUGHT)


def test_boxes_of_a_large_run_are_sought_in_its_first_futures_and_measured_on_all(run, small_ceiling):
    found = questions.explain(run, "E2", "as-amended")
    names, values = list(run.study.priors.names), run.parameters()
    breaks = run.columns("as-amended", ["margin.E2"])["margin.E2"] <= 0
    assert found.futures == values.shape[1]
    assert found.sought_in == SOUGHT
    assert found.breaks == pytest.approx(breaks.mean())
    left = np.ones(values.shape[1], bool)
    assert len(found.boxes) >= 1
    for box in found.boxes:
        held = left.copy()
        for name, (low, high) in box.limits.items():
            x = values[names.index(name)]
            held &= (x >= np.float32(low)) & (x <= np.float32(high))
        assert box.mass == pytest.approx(held.mean())
        assert box.density == pytest.approx(breaks[held].mean())
        assert box.coverage == pytest.approx(breaks[held].sum() / breaks.sum())
        left &= ~held
    assert found.boxes[0].as_dict()["limits"] == _limits(
        scenario_discovery.discover(values[:, :SOUGHT], names, breaks[:SOUGHT], most=1, seed=1).boxes[0]
    )


def _limits(box):
    return {name: list(pair) for name, pair in box.limits.items()}


def test_the_first_futures_of_a_run_are_a_run_of_their_own(run):
    head = run.head(5_000)
    assert head.futures == 5_000
    np.testing.assert_array_equal(head.parameters(), run.parameters()[:, :5_000])
    assert sum(len(part["future"]) for part in head.parts("as-amended", ["future"])) == 5_000
    assert head.board().height == run.board().height
    assert len(head.columns("as-amended", ["future"], first=7_000)["future"]) == 5_000


def test_a_small_run_is_looked_at_whole(run):
    assert _bounded_memory.in_memory(run) is run


def test_a_ceiling_looks_at_fewer_futures_and_is_refused_below_what_is_worth_it(run):
    study = run.study
    each = _bounded_memory.A_VALUE * len(study.priors.names)
    tight = study.stored(run.folder, memory=_bounded_memory.BESIDE + 6_000 * each)
    assert _bounded_memory.in_memory(tight).futures == 6_000
    with pytest.raises(BadInput, match="less than an analysis needs"):
        _bounded_memory.in_memory(study.stored(run.folder, memory=_bounded_memory.BESIDE))


def test_comparing_and_weighing_a_large_run_look_at_its_first_futures(run, small_ceiling):
    assert questions.compare(run, ["as-amended", "as-adopted"], time=False).futures == SOUGHT
    assert len(questions.weigh_run(run, run.study.case.settings.day).values) == SOUGHT
    board = questions.board_of(run, run.study.case.settings.day)
    assert board.weights.effective_futures <= SOUGHT


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
