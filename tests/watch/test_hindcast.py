"""The hindcast's scores against closed forms and brute force, and what it does with what it cannot score."""

import dataclasses
import json
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from premortem.case import default
from premortem.watch import hindcast, hindcast_words, quantities, reading_files
from premortem.watch.event_scores import EventScored, score_by_chains
from premortem.watch.hindcast_results import Hindcast
from premortem.watch.reading_scores import Baseline, Scored
from premortem.watch.readings import Reading, Readings
from premortem.watch.scores import baselines, brier, crps, quantiles

NOTE, LATER = date(2025, 2, 26), date(2026, 2, 1)
KNOWN = quantities.shipped_quantities(default())


def reading(value, on=date(2025, 12, 31), known_on=LATER, quantity="capex_big4_year"):
    return Reading(quantity, on, value, None, None, known_on, "a source", "high")


def by_hand(x, y, w):
    w = w / w.sum()
    pairs = np.abs(x[:, None] - x[None])
    return w @ np.abs(x - y) - 0.5 * w @ pairs @ w


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=30), st.floats(-60, 60), st.integers(0, 99))
def test_crps_by_sorting_is_crps_by_all_pairs(values, observed, seed):
    x, w = np.array(values), np.random.default_rng(seed).random(len(values)) + 0.01
    assert crps(x, observed, w) == pytest.approx(by_hand(x, observed, w), abs=1e-9)
    assert crps(x, observed) == pytest.approx(by_hand(x, observed, np.ones(len(x))), abs=1e-9)


@pytest.mark.parametrize("y", [-1.0, 0.0, 2.5])
def test_crps_of_a_normal_sample_is_the_closed_form(y):
    """Gneiting, Raftery, Westveld and Goldman 2005, equation 5."""
    x = norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    exact = y * (2 * norm.cdf(y) - 1) + 2 * norm.pdf(y) - 1 / np.sqrt(np.pi)
    assert crps(x, y) == pytest.approx(exact, abs=1e-4)


def test_crps_of_a_point_is_its_absolute_error():
    assert crps(np.array([3.0]), 5.0) == 2.0


def test_crps_rewards_the_honest_spread():
    rng = np.random.default_rng(0)
    truths = rng.standard_normal(400)
    score = {s: np.mean([crps(s * rng.standard_normal(500), y) for y in truths]) for s in (0.2, 1.0, 4.0)}
    assert score[1.0] < min(score[0.2], score[4.0])


def test_weighted_quantiles_of_whole_weights_are_those_of_repeats():
    x, w = np.array([5.0, 1.0, 3.0]), np.array([1, 2, 3])
    repeated = np.repeat(x, w)
    assert quantiles(x, (0.05, 0.5, 0.95), w) == tuple(np.quantile(repeated, (0.05, 0.5, 0.95), method="inverted_cdf"))


def test_brier_is_the_squared_error():
    assert (brier(0.5, True), brier(1.0, True), brier(0.2, False)) == pytest.approx((0.25, 0.0, 0.04))


def test_baselines_carry_the_last_value_and_the_line():
    earlier = [reading(v, on=date(y, 12, 31)) for y, v in ((2022, 100.0), (2023, 120.0), (2024, 140.0))]
    last, line = baselines(earlier, date(2025, 12, 31))
    assert last == 140
    assert line == pytest.approx(160, abs=0.1)
    assert baselines(earlier[:1], date(2025, 12, 31)) == (100.0, None)
    assert baselines([], date(2025, 12, 31)) == (None, None)


def test_baselines_never_see_what_came_out_later():
    secret = reading(390, on=date(2024, 12, 31), known_on=LATER)
    open_ = reading(230, on=date(2023, 12, 31), known_on=date(2024, 2, 1))
    found = score(Readings((secret, open_, reading(413)), (), ()), np.full(500, 400.0))
    assert [o.crps_persistence for o in found.observables if o.date.year == 2025] == [183.0]


def score(readings, column, **more):
    columns = {f"capex_big4_year@{year}": column for year in (2023, 2024, 2025)}
    return hindcast.hindcast(readings, columns, NOTE, KNOWN, **more)


def test_coverage_of_a_right_model_is_what_it_says():
    rng = np.random.default_rng(4)
    q, inside = KNOWN["capex_big4_year"], []
    for truth in rng.normal(5.8, 0.2, 300):
        sd = np.hypot(q.error, q.spread)
        seen = reading(float(np.exp(truth + sd * rng.standard_normal())))
        found = score(Readings((seen,), (), ()), np.exp(rng.normal(5.8, 0.2, 2000)))
        inside.append(found.coverage90)
    assert 0.85 <= np.mean(inside) <= 0.95


def test_misses_come_first_and_are_counted():
    seen = Readings((reading(400.0), reading(4000.0, on=date(2024, 12, 31))), (), ())
    found = score(seen, np.exp(np.random.default_rng(0).normal(np.log(400), 0.1, 4000)))
    assert found.coverage90 == 0.5
    assert [m.observed for m in found.misses] == [4000.0]
    assert found.as_dict()["observables"][0]["observed"] == 4000.0
    json.dumps(found.as_dict())


def test_what_was_known_on_the_day_is_not_scored():
    found = score(Readings((reading(400.0, known_on=NOTE),), (), ()), np.full(100, 400.0))
    assert not found.observables
    assert found.as_dict()["coverage90"] is None


def test_what_cannot_be_scored_is_listed_with_why():
    strange = reading(1.0, quantity="moon_landings")
    far = reading(1.0, on=date(2040, 1, 1))
    event = reading(1.0, quantity="first_contact")
    found = score(Readings((far,), (event,), (strange,)), np.full(100, 400.0))
    assert {n["quantity"] for n in found.not_scored} == {"moon_landings", "capex_big4_year", "first_contact"}


def test_skill_is_positive_for_a_model_that_beats_its_baseline():
    earlier = [reading(230.0, on=date(2024, 12, 31), known_on=date(2025, 2, 10))]
    seen = Readings((*earlier, reading(413.0)), (), ())
    good = score(seen, np.exp(np.random.default_rng(0).normal(np.log(400), 0.1, 4000)))
    bad = score(seen, np.full(4000, 30.0))
    assert good.beats("persistence") == 1.0
    assert good.skill("persistence") > 0 > bad.skill("persistence")


def test_events_are_scored_by_the_share_of_futures():
    happened = dataclasses.replace(reading(1.0), quantity="diffusion_rule_rescinded")
    found = score(Readings((), (happened,), ()), np.full(10, 1.0), events={"diffusion_rule_rescinded": lambda day: 0.3})
    assert found.events_brier == pytest.approx(0.49)


def test_the_record_of_baselines_reads_known_quantities():
    assert all(r.known_on <= NOTE for r in hindcast.record(default()))


def chain(group, share, came, base, stood=False):
    return EventScored("e", NOTE, share, came, brier(share, came), stood=stood, group=group, base_rate=base)


def test_brier_by_chains_is_that_of_the_model_and_of_each_rival_with_every_chain_counted_once():
    """By hand: chain a of two events counts half each. Model (0.04 + 0.16) / 2 and 0.81; base (0.25 + 0.25) / 2 and 0.01."""
    events = [chain("a", 0.8, True, 0.5), chain("a", 0.6, True, 0.5), chain("b", 0.9, False, 0.1)]
    found = score_by_chains(events)
    assert found.model == pytest.approx((0.1 + 0.81) / 2)
    assert found.base_rates == pytest.approx((0.25 + 0.01) / 2)
    assert found.unchanged == pytest.approx((1.0 + 0.0) / 2)
    assert found.model_error == pytest.approx(np.std([0.1, 0.81], ddof=1) / np.sqrt(2))
    assert (found.right, found.right_base_rates, found.right_unchanged) == (2, 3, 1)
    said = hindcast_words.events(Hindcast(NOTE, (), tuple(events), ()))
    assert (
        "0.455 (standard error 0.35): worse than one half for all, which gets 0.25, by less than so few chains" in said
    )
    assert "base rates call 3" in said


def test_the_median_of_gains_is_not_moved_by_one_forecast_that_was_sure_and_wrong():
    def against(name, gain):
        theirs = Baseline(1.0, -gain, True, 0, 1, 2, "", "")
        return Scored(
            name,
            NOTE,
            "u",
            1,
            0,
            1,
            2,
            True,
            0.5,
            0.5,
            None,
            None,
            "s",
            "high",
            "outcome",
            name,
            log_score=0.0,
            baselines={"last value": theirs},
        )

    won = Hindcast(NOTE, tuple(against(f"g{i}", gain) for i, gain in enumerate([1.0, 2.0, 135.0])), (), ()).wins[
        "last value"
    ]
    assert (won.log_score_gain, won.log_score_gain_median) == (pytest.approx(46.0), pytest.approx(2.0))
    assert won.crps_ratio_median == pytest.approx(0.5)


def test_quarters_and_their_year_count_as_one_group():
    held = reading_files.shipped_readings(default()).mapped
    spent = {r.group for r in held if r.quantity.startswith("capex_") and r.kind == "outcome" and r.on.year == 2025}
    assert spent == {"capex2025"}
