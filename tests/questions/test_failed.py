"""Futures that failed: their margin is no number. They are counted apart, win nothing and spread into nothing."""

import numpy as np
import pytest

from premortem import questions
from premortem.errors import MissingData
from premortem.propositions import score
from premortem.propositions.tally import Share
from premortem.questions._paired import paired
from premortem.questions.attribution import shapley
from premortem.questions.robustness import comparable, performance, rankings, robustness
from premortem.questions.sensitivity import indices
from tests.questions.own import PLACES, flat, study_of, uniform


def failing(values, levers):
    """Fails in the lowest 5.5% of the first input."""
    x = values[PLACES[0]]
    return {"y": flat(np.where(x < 0.055, np.nan, x - 0.5 + 0.2 * values[PLACES[1]]))}


def failed_in(run):
    """How many futures of the run fail, by what was drawn for them."""
    return int((run.parameters()[PLACES][0] < 0.055).sum())


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("failing") / "mine"
    return study_of(folder, failing, uniform(2)).run(["as-written", "maximal"], futures=2000, out=folder / "out")


def ranked(bad):
    """Two policies of 1,000 futures: one good in all, one bad in all but for a single future that fails."""
    good, poor = np.full(1000, 1.0), np.full(1000, -1.0)
    poor[17] = bad
    return {"poor": poor, "good": good}


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_f048_a_future_that_fails_makes_no_winner(bad):
    measures = {name: performance({"A1": m}) for name, m in ranked(bad).items()}
    whole, compared = comparable(measures)
    assert whole.sum() == 999
    alike = {name: m[whole] for name, m in measures.items()}
    scored = robustness(alike, {name: m > 0 for name, m in alike.items()})
    assert all(order[0] == "good" for order in rankings(scored).values())
    assert compared == ["poor", "good"]
    assert rankings({"any": {"poor": np.nan, "good": -5.0}}) == {"any": ["good", "poor"]}


def test_f048_compare_counts_failed_futures_apart(run, monkeypatch):
    columns = type(run).columns

    def partly(self, policy, names=None, first=None):
        found = columns(self, policy, names, first)
        return {k: np.full_like(v, np.nan) if policy == "as-written" else v for k, v in found.items()}

    found = questions.compare(run, time=False)
    count = failed_in(run)
    assert found.failed == {"as-written": count, "maximal": count}
    assert found.compared_in == 2000 - count
    assert any(f"{count} of 2,000 futures failed" in said for said in found.warnings)
    x = run.parameters()[PLACES]
    known = x[0] >= 0.055
    share = (x[0] - 0.5 + 0.2 * x[1] > 0)[known].mean()
    assert found.shares["as-written"]["A1"] == pytest.approx(share, abs=1e-3)
    monkeypatch.setattr(type(run), "columns", partly)
    never = questions.compare(run, time=False)
    assert all(order == ("maximal", "as-written") for order in never.rankings.values())
    assert never.regret["as-written"].mean is None


def test_f048_the_board_counts_a_failed_future_neither_as_holding_nor_as_breaking(run):
    row = run.board_rows()[0]
    x = run.parameters()[PLACES]
    known = x[0] >= 0.055
    assert row.failed == failed_in(run) > 100
    assert row.holds == pytest.approx((x[0] - 0.5 + 0.2 * x[1] > 0)[known].mean(), abs=1e-3)
    assert sum(row.fails_on.values()) == pytest.approx(1.0)
    nothing = Share()
    nothing.add(np.zeros(5, bool), failed=np.ones(5, bool))
    assert np.isnan(nothing.interval()[0])
    rows = score.board(
        {"p": {"margin.A1": np.full(4, np.nan), "margin.A1.above": np.full(4, np.nan)}}, run.study.assumptions, 0
    )
    assert rows["holds"].to_list() == [None, None]
    assert rows["failed"].to_list() == [4, 4]


@pytest.mark.slow
def test_f049_sensitivities_say_how_many_runs_failed_and_speak_of_the_others(run):
    found = questions.stress(run, "A1", "as-written", samples=512)
    assert any("runs" in said and "failed" in said and "%" in said for said in found.warnings)
    assert not any("same in every future" in said for said in found.warnings)
    assert found.sensitivity[0].failed > 0
    assert found.failed == failed_in(run)
    # of the futures that do not fail the margin is additive: x1 on (0.055, 1), 0.2 x2 on (0, 1)
    parts = np.array([(1 - 0.055) ** 2 / 12, 0.04 / 12])
    assert [row.first for row in found.sensitivity] == pytest.approx(parts / parts.sum(), abs=0.03)
    # the first box breaks where x1 is low, and not where it failed
    assert found.boxes[0].density > 0.9


def test_f049_too_many_failures_are_no_answer_and_a_constant_margin_is_still_told_as_such():
    y = np.random.default_rng(0).normal(size=(2, 256))
    y_ab = np.random.default_rng(1).normal(size=(3, 256))
    y[0, :3] = np.nan
    y_ab[1] = np.nan
    found = indices(y[0], y[1], y_ab)
    assert found.failed == 3 + 256
    assert found.runs == 5 * 256
    assert np.isnan(found.total).all()
    same = indices(np.ones(64), np.ones(64), np.ones((2, 64)))
    assert (same.failed, np.isnan(same.total).all()) == (0, True)


def mostly_failing(values, levers):
    return {"y": flat(np.where(values[PLACES[0]] < 0.4, np.nan, values[PLACES[1]] - 0.5))}


def test_f049_indices_are_refused_where_too_many_runs_failed(tmp_path):
    study = study_of(tmp_path / "mine", mostly_failing, uniform(2))
    with pytest.raises(MissingData, match=r"runs \(\d+\.\d%\) failed.*cannot be told"):
        questions.sensitivities(study, "as-written", samples=64)


def test_f048_failed_futures_are_in_no_paired_difference():
    found = paired(np.array([1.0, np.nan, 0.0, 1.0, np.nan]))
    assert found.effect == pytest.approx(2 / 3)
    assert np.isnan(paired(np.full(3, np.nan)).effect)
    values = shapley(lambda frozen: np.where(np.arange(100) < 10, np.nan, 1.0 if not frozen else 0.0), 1)
    assert values[0].effect == pytest.approx(1.0)
