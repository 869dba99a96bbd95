"""Two thousand live futures are the same futures that a run stores, under the numbers that were moved."""

from dataclasses import replace

import numpy as np
import pytest

from premortem.app.nudges import moves_world
from premortem.app.routes.board import movers
from premortem.app.view_state import FUTURES, State
from premortem.ensemble.compiled import Kept
from premortem.propositions import score

VIEW = State("as-written")


def holds(live, view, name):
    return next(r["holds"] for r in live.rows(view) if r["assumption"] == name)


def test_live_margins_are_those_of_a_stored_run(live, small_run):
    stored = small_run.margins("as-written")
    here = live.margins(State("as-written", seed=small_run.seed))
    assert set(here) == set(stored)
    for name, margin in here.items():
        np.testing.assert_allclose(margin, stored[name][:FUTURES], rtol=2e-3, atol=2e-3)


def test_rows_are_the_board_of_these_margins(live, study):
    expected = score.board({"as-written": live.margins(VIEW)}, study.assumptions, 16)
    assert [r["holds"] for r in live.rows(VIEW)] == expected["holds"].to_list()
    assert [(r["low"] <= r["holds"] <= r["high"]) for r in live.rows(VIEW)] == [True] * 6


def test_a_moved_threshold_changes_only_its_assumption_and_in_its_direction(live):
    loose = replace(VIEW, thresholds=(("A2.models_contained", 0.5),))
    strict = replace(VIEW, thresholds=(("A2.models_contained", 0.05),))
    assert holds(live, strict, "A2") < holds(live, VIEW, "A2") < holds(live, loose, "A2")
    assert holds(live, strict, "A4") == holds(live, VIEW, "A4")


def test_a_changed_clause_number_simulates_what_a_policy_with_it_would(live, study):
    changed = replace(VIEW, levers=(("diffusion.country_allocation.tpp", 0.0),))
    book = study.law("as-written").with_number("diffusion.country_allocation", "tpp", 0.0)
    assert live.book(changed) == book
    assert moves_world(live, changed, "diffusion.country_allocation.tpp")
    assert holds(live, changed, "A4") != holds(live, VIEW, "A4")


def test_a_number_that_the_world_does_not_read_is_told_apart(live):
    name = "oct2022.us_persons.nand_layers"
    changed = replace(VIEW, levers=((name, 129.0),))
    assert not moves_world(live, changed, name)


def test_a_belief_keeps_the_prior_inside_its_range(live, study):
    i = study.priors.names.index("imitation_lag")
    base = live.values(VIEW)
    low, high = np.quantile(base[i], [0.2, 0.6])
    inside = live.values(replace(VIEW, beliefs=(("imitation_lag", float(low), float(high)),)))
    assert inside[i].min() >= low - 1e-6
    assert inside[i].max() <= high + 1e-6
    kept = base[i][(base[i] >= low) & (base[i] <= high)]
    np.testing.assert_allclose(
        np.quantile(inside[i], [0.25, 0.5, 0.75]), np.quantile(kept, [0.25, 0.5, 0.75]), rtol=0.02
    )
    others = np.delete(np.arange(len(base)), i)
    assert np.array_equal(inside[others], base[others])


def test_one_value_pins_an_uncertainty(live, study):
    i = study.priors.names.index("imitation_lag")
    assert np.ptp(live.values(replace(VIEW, beliefs=(("imitation_lag", 0.5, 0.5),)))[i]) == 0


def test_the_fan_agrees_with_the_share_that_breaks(live):
    fan = live.fan(VIEW, "A2")
    assert [q["quarter"] for q in fan][:2] == ["2025Q1", "2025Q2"]
    for q in fan:
        assert q["p5"] <= q["p25"] <= q["p50"] <= q["p75"] <= q["p95"]
        assert (q["p50"] <= 0) == (q["breaks"] >= 0.5) or abs(q["p50"]) < 0.02


def test_the_record_weighs_futures_and_says_how_many_are_left(live):
    weighed = replace(VIEW, weights="record")
    found = live.record(weighed)
    assert 0 < found.effective <= FUTURES
    assert found.values.sum() == pytest.approx(1)
    expected = float(found.values[live.margins(VIEW)["margin.A1"] > 0].sum())
    told = {r["assumption"]: r["holds"] for r in live.own_rows(weighed)}
    assert told["A1"] == pytest.approx(expected)


def test_the_record_knows_only_what_was_known(live):
    early, late = (
        live.record(replace(VIEW, weights="record", asof=day)) for day in (VIEW.asof.replace(year=2024), VIEW.asof)
    )
    assert {r.label for r in early.used} < {r.label for r in late.used}


@pytest.mark.parametrize("count", [6_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_more_futures_agree_with_two_thousand_within_their_intervals(live, count):
    few, many = live.rows(VIEW), live.rows(replace(VIEW, n=count))
    for a, b in zip(few, many, strict=True):
        assert b["high"] - b["low"] < a["high"] - a["low"] + 1e-9
        assert a["low"] - 0.02 <= b["holds"] <= a["high"] + 0.02


@pytest.mark.slow
def test_movers_are_the_largest_changes_that_a_tenth_brings(live):
    found = movers(live, VIEW)
    assert [r["kind"] for r in found] == ["lever"] * 5 + ["belief"] * 5
    for kind in ("lever", "belief"):
        sizes = [abs(r["change"]) for r in found if r["kind"] == kind]
        assert sizes == sorted(sizes, reverse=True)
    top = found[0]
    name, now = top["key"].removeprefix("l."), 0.2
    if name == "strength.compute_governance":
        moved = replace(VIEW, levers=((name, now + 0.1),))
        assert top["change"] == pytest.approx(
            holds(live, moved, top["assumption"]) - holds(live, VIEW, top["assumption"]), abs=1e-6
        )


def test_what_is_asked_twice_is_made_once_and_the_oldest_goes():
    made = []
    kept = Kept(2)
    for key in ("a", "a", "b", "c", "a"):
        kept.get(key, lambda k=key: made.append(k) or k)
    assert made == ["a", "b", "c", "a"]


def test_a_failure_is_not_kept():
    kept = Kept(2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 / 0)
    assert kept.get("a", lambda: 5) == 5
