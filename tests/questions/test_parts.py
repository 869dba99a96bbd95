"""Attribution, regret, families and edits on problems whose answers are known."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from premortem import facts, questions
from premortem.case import default
from premortem.ensemble.run import draw
from premortem.propositions import positions
from premortem.questions import archetypes, edits
from premortem.questions import attribution as attribution_module
from premortem.questions._paired import is_known, paired
from premortem.questions.attribution import least, shapley
from premortem.questions.margins import margins_of
from premortem.questions.robustness import (
    best_in_all,
    pareto,
    performance,
    rank_ranges,
    rankings,
    regret,
    robustness,
    summary,
)
from tests.examples import examples
from tests.questions.own import PLACES, flat, study_of, uniform


def flags(share, n=20_000):
    return np.arange(n) < round(share * n)


@examples(0.8)
@given(st.lists(st.floats(-0.1, 0.1), min_size=2, max_size=5), st.integers(0, 99))
def test_shapley_values_are_the_single_effects_where_items_do_not_interact(effects, seed):
    found = shapley(lambda frozen: flags(0.5 - sum(effects[i] for i in frozen)), len(effects), 4, seed)
    for one, effect in zip(found, effects, strict=True):
        assert one.effect == pytest.approx(effect, abs=2e-4)
    whole = 0.5 - flags(0.5 - sum(effects)).mean()
    assert sum(e.effect for e in found) == pytest.approx(whole, abs=1e-6)


def test_shapley_shares_a_joint_effect_equally():
    """The share falls by 0.4 only when both items are frozen."""
    found = shapley(lambda frozen: flags(0.1 if len(frozen) == 2 else 0.5), 2)
    assert [e.effect for e in found] == pytest.approx([0.2, 0.2])


@given(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=2, max_size=40))
def test_a_paired_interval_is_students_of_95_in_100(difference):
    found = paired(np.array(difference))
    alike = len({*difference}) == 1
    low, high = (difference[0],) * 2 if alike else ttest_1samp(difference, 0).confidence_interval(0.95)
    assert (found.effect, found.low, found.high) == pytest.approx((np.mean(difference), low, high))


def test_paired_intervals_cover_the_truth_about_as_often_as_they_say():
    rng, inside = np.random.default_rng(1), 0
    for _ in range(400):
        one = paired((rng.random(500) < 0.4).astype(float) - (rng.random(500) < 0.3))
        inside += one.low <= 0.1 <= one.high
    assert 0.92 <= inside / 400 <= 0.98


def test_an_item_is_least_at_the_end_that_it_declares_whatever_the_model_finds(study):
    row = study.priors["wafer_growth"]
    low, high = row.quantile(np.array([0.05, 0.95]))
    assert least(row, raised=True) == pytest.approx(low)
    assert least(row, raised=False) == pytest.approx(high)
    assert least(study.priors["stacks_per_die"], raised=True) == 4.0


@examples(1.2)
@given(st.integers(2, 5), st.integers(0, 1000))
def test_regret_is_never_negative_and_zero_for_the_best(policies, seed):
    rng = np.random.default_rng(seed)
    regrets = regret({str(p): rng.normal(size=50) for p in range(policies)})
    assert min(r.min() for r in regrets.values()) == 0
    assert (np.min(list(regrets.values()), axis=0) == 0).all()


def test_robustness_metrics_may_disagree_and_each_is_what_it_says():
    safe, bold = np.full(1000, 0.2), np.where(np.arange(1000) < 900, 0.4, -0.9)
    measures = {"safe": safe, "bold": bold}
    scored = robustness(measures, {"safe": np.zeros(1000, bool), "bold": bold > 0})
    ranked = rankings(scored)
    assert ranked["maximin"][0] == "safe"
    assert ranked["minimax_regret"][0] == "safe"
    assert ranked["expected"][0] == "bold"
    assert ranked["satisficing"][0] == "bold"
    assert scored["mean_regret"]["bold"] == pytest.approx(-0.11)


def test_the_measure_weighs_assumptions_as_asked():
    margins = {"A1": np.array([1.0]), "A2": np.array([-1.0])}
    assert performance(margins) == pytest.approx([0.0])
    assert performance(margins, {"A1": 3.0, "A2": 1.0}) == pytest.approx([0.5])


def test_a_policy_beaten_everywhere_is_not_in_the_pareto_set():
    assert pareto({"a": [1, 2], "b": [2, 1], "c": [1, 1]}) == ["a", "b"]


@pytest.mark.parametrize(
    ("shares", "best"),
    [
        ({"a": [0.9, 0.5], "b": [0.8, 0.5], "c": [0.1, 0.2]}, ["a"]),
        ({"a": [0.9, 0.5], "b": [0.8, 0.6]}, []),
        ({"a": [0.9, 0.501], "b": [0.8, 0.504]}, ["a"]),  # no more than is shown
        ({"a": [0.9, 0.5], "b": [0.9, 0.5]}, ["a", "b"]),
    ],
)
def test_a_policy_gives_nothing_up_only_where_no_other_does_better_in_any_assumption(shares, best):
    assert best_in_all(shares) == best


def test_planted_families_are_found_and_medoids_belong_to_them():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 4, 1200)
    features = rng.normal(size=(1200, 12)) * 0.3 + np.eye(4).repeat(3, axis=1)[truth] * 4
    found = archetypes.families(features)
    assert len(found.medoids) == 4
    assert found.stability[4] > 0.95
    np.testing.assert_array_equal(found.labels[found.medoids], np.arange(4))
    np.testing.assert_array_equal(found.assign(features), found.labels)


def test_a_signpost_is_the_reading_that_sorts_best():
    early = np.stack([np.arange(100.0), np.tile([0.0, 1.0], 50)])
    name, cut, side, accuracy = archetypes.separating(early, ["a", "b"], (np.arange(100) >= 60).astype(int), 1)[0]
    assert (name, side) == ("a", "above")
    assert cut == pytest.approx(59, abs=3)
    assert accuracy > 0.95


def test_sources_after_the_day_do_not_press():
    early, late = positions.pressure(date(2025, 2, 26), default()), positions.pressure(date(2026, 6, 1), default())
    assert sum(late.values()) > sum(early.values())
    known = positions.known_positions(date(2025, 2, 26), default())
    assert known["known_on"].max() <= date(2025, 2, 26)
    assert ("Microsoft", "tier caps") not in set(known.select("actor", "clause_family").iter_rows())


def test_f036_what_cannot_be_proved_on_the_day_presses_on_nothing():
    """Net pressure is recomputed here from the table by hand: rows without a day, or with a later one, count for nothing."""
    day = date(2025, 2, 26)
    rows = [r for r in facts.read("positions").to_dicts() if r["clause_family"] == "tier caps"]
    every = sum(r["position"] * r["salience"] for r in rows)
    proved = sum(r["position"] * r["salience"] for r in rows if r["known_on"] is not None and r["known_on"] <= day)
    assert positions.pressure(day, default())["tier caps"] == pytest.approx(abs(proved) / 2)
    assert positions.pressure(day, default())["tier caps"] < 5.2 < abs(every) / 2
    assert "letter April 2025" not in set(positions.known_positions(day, default())["source"])


def test_f036_a_position_without_a_day_counts_on_none():
    undated = facts.read("positions").filter(pl.col("known_on").is_null()).select("actor", "clause_family").rows()
    known = positions.known_positions(date(2030, 1, 1), default()).select("actor", "clause_family").rows()
    assert len(undated) > 5
    assert not set(undated) & set(known)


def test_f036_a_later_stand_takes_the_place_of_an_earlier_one():
    """The White House: for tighter limits in February 2025, split by the end of July."""
    house = (pl.col("actor") == "White House 2025") & (pl.col("clause_family") == "below-threshold ban")
    stands = [
        positions.known_positions(day, default()).filter(house)["position"].to_list()
        for day in (date(2025, 2, 26), date(2025, 8, 1))
    ]
    assert stands == [[1], [0]]


def test_ties_in_a_ranking_count_as_a_fair_draw():
    edited = np.array([True, False, False, False, True, True, False, False])
    assert edits._hits(np.arange(8.0, 0, -1), edited) == 2
    assert edits._hits(np.zeros(8), edited) == pytest.approx(5 * 3 / 8, abs=0.05)
    assert edits._hits(np.array([3.0, 2, 1, 1, 1, 1, 1, 1]), edited) == pytest.approx(1 + 3 * 2 / 6)


def test_f047_the_regret_of_a_policy_worse_by_five_everywhere_is_five():
    rng = np.random.default_rng(0)
    worse = rng.normal(size=500) * 3
    measures = {
        "worse": performance({"A1": worse}),
        "better": performance({"A1": worse + 5.0}),
    }
    summed = summary(regret(measures))
    assert summed["worse"] == pytest.approx({"mean": 5.0, "p90": 5.0, "max": 5.0})
    assert summed["better"] == {"mean": 0.0, "p90": 0.0, "max": 0.0}
    scored = robustness(measures, {name: m > 0 for name, m in measures.items()})
    assert scored["maximin"]["worse"] == worse.min()  # maximin is the worst future, not one in a hundred
    assert scored["expected"]["better"] - scored["expected"]["worse"] == pytest.approx(5.0)


def better_by_five(values, levers):
    """Five better where a policy pulls coercion, in every future."""
    return {"y": flat(np.sin(5 * values[PLACES[0]]) * 3 + 5.0 * (levers.coercion.max() > 0))}


def test_f047_compare_tells_it_in_the_margins_unit(tmp_path):
    study = study_of(tmp_path / "mine", better_by_five, uniform(2))
    run = study.run(["as-written", "maximal"], futures=600, out=tmp_path / "out")
    found = questions.compare(run, time=False)
    assert vars(found.regret["as-written"]) == pytest.approx({"mean": 5.0, "p90": 5.0, "max": 5.0}, abs=1e-5)
    assert found.regret_by_assumption["A1"] == pytest.approx({"as-written": 5.0, "maximal": 0.0}, abs=1e-5)


def game(items, seed):
    """A game of chance among items that interact: a future holds when its weighted sum of frozen items stays in bounds."""
    rng = np.random.default_rng(seed)
    weight, pair = rng.normal(size=items), rng.normal(size=(items, items))

    def share(frozen):
        z = np.zeros(items)
        z[list(frozen)] = 1.0
        return 1 / (1 + np.exp(-(0.5 * weight @ z + 0.4 * z @ pair @ z)))

    return share


def exact(share, items):
    """Shapley values by their definition, over all subsets."""
    from itertools import combinations
    from math import factorial

    every, found = range(items), np.zeros(items)
    for i in every:
        for size in range(items):
            weight = factorial(size) * factorial(items - size - 1) / factorial(items)
            for rest in combinations([j for j in every if j != i], size):
                found[i] += weight * (share(frozenset(rest)) - share(frozenset({*rest, i})))
    return found


def test_f050_intervals_of_shapley_values_by_eight_permutations_cover_the_truth_as_often_as_they_say():
    """Items enough that permutations are drawn; sums of normal scores with 3 degrees of freedom covered 81%."""
    items, inside = 7, []
    for seed in range(60):
        share = game(items, seed)
        truth, chances = exact(share, items), np.random.default_rng([seed, 1]).random(400)
        found = shapley(lambda frozen, u=chances, s=share: u < s(frozen), items, 8, seed)
        inside += [one.low <= t <= one.high for one, t in zip(found, truth, strict=True)]
    assert 0.92 <= np.mean(inside) <= 0.985


def flips(rng, futures, against, share):
    """Changes of flags in so many futures: of a `share` of them, a part `against` the others."""
    return np.where(rng.random(futures) < share, np.where(rng.random(futures) < against, -1.0, 1.0), 0.0)


def test_effects_that_stop_when_they_are_known_cover_the_truth_nearly_as_often_as_those_of_all_futures(monkeypatch):
    """Over items of many sizes, those near the least that counts among them: of all futures 94% are covered, by the rule 93%."""
    monkeypatch.setattr(attribution_module, "LOT", 512)
    shares, inside, used = [0.0, 0.005, 0.02, 0.05, 0.1, 0.3, 0.5], [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        all_of_it = [flips(rng, 2048, 0.1, share) for share in shares]
        asked = np.zeros(len(shares), int)

        def change(item, lot, held=all_of_it, asked=asked):
            asked[item] += lot.stop - lot.start
            return held[item][lot]

        for share, one in zip(shares, attribution_module.effects_alone(change, len(shares), 2048), strict=True):
            inside.append(one.low - 1e-12 <= 0.8 * share <= one.high + 1e-12)
        used.append(asked)
    assert np.mean(inside) >= 0.92
    often = np.mean(used, axis=0)
    assert often[0] == 512, "nothing changed in the first lot"
    assert often[2] > 1536, "near what counts, every future is asked"
    assert often[-1] < 1400, "a tenth of a large effect is known early"


def test_an_effect_that_few_flags_change_is_not_known_from_a_few_futures():
    assert not is_known(np.zeros(64), 0.015, 0.1)
    assert is_known(np.zeros(512), 0.015, 0.1)
    assert not is_known(np.full(512, np.nan), 0.015, 0.1)


def test_what_stops_early_tells_an_interval_that_holds_what_all_futures_tell(a_run, monkeypatch):
    study, pulled = a_run.study, a_run.study.levers(a_run.policies[0])
    values = draw(study.priors, "sobol", 3, 0, 1024)
    given = study, 1, pulled, values, margins_of(study, values, pulled)[1], 1
    stopped = {r.item: r for r in attribution_module.attribution(*given, in_company=False) if r.modelled}
    monkeypatch.setattr(attribution_module, "LITTLE", 0.0)
    monkeypatch.setattr(attribution_module, "PART", 0.0)
    whole = {r.item: r for r in attribution_module.attribution(*given, in_company=False) if r.modelled}
    assert stopped.keys() == whole.keys()
    assert any(row != whole[item] for item, row in stopped.items()), "all were asked of every future"
    for item, row in stopped.items():
        assert row.low <= whole[item].effect <= row.high


@pytest.mark.parametrize("items", [2, 3, 4, 5])
def test_f050_few_items_have_their_exact_shapley_values(items):
    share = game(items, items)
    n = 20_000
    found = shapley(lambda frozen: np.arange(n) < share(frozen) * n, items)
    assert [one.effect for one in found] == pytest.approx(exact(share, items), abs=3e-4)


def test_the_ranks_that_sampling_leaves_open_hold_the_better_policy_apart_and_leave_equals_open():
    rng = np.random.default_rng(3)
    future = rng.normal(size=4_000)
    measures = {"better": future + 1, "twin": future.copy(), "worse": future + 0.0}
    holds = {name: m > 0 for name, m in measures.items()}
    ranks = rank_ranges(measures, holds, np.arange(4_000))
    for metric in ("mean_regret", "satisficing", "expected", "maximin"):
        assert ranks[metric] == {"better": (1, 1), "twin": (2, 3), "worse": (2, 3)}


@given(st.integers(1, 15))
def test_where_a_replicate_has_no_future_every_rank_is_open(futures):
    measures = {"a": np.arange(futures, dtype=float), "b": np.zeros(futures)}
    ranks = rank_ranges(measures, {n: m > 0 for n, m in measures.items()}, np.arange(futures))
    assert {r for by in ranks.values() for r in by.values()} == {(1, 2)}


def test_what_is_run_without_an_item_is_run_once_for_all_assumptions_that_have_it(second_run, monkeypatch):
    study, policy = second_run.study, second_run.policies[0]
    values = second_run.values(attribution_module.LOT)  # a lot: each item is asked of it once
    margins, asked, known = margins_of(study, values, study.levers(policy)), [], {}
    monkeypatch.setattr(
        attribution_module, "margins_of", lambda *given: asked.append(given[1].shape) or margins_of(*given)
    )
    given = study, 0, study.levers(policy), values, margins[0], 1
    first = attribution_module.attribution(*given, in_company=False, known=known)
    ran = len(asked)
    assert ran == len({row.item for row in first if row.modelled}) > 0
    assert attribution_module.attribution(*given, in_company=False, known=known) == first
    assert len(asked) == ran
    # futures that failed are left out, so that what is known of all of them is of others
    failed = np.where(np.arange(values.shape[1]) < 8, np.nan, margins[0])
    attribution_module.attribution(*given[:4], failed, 1, in_company=False, known=known)
    assert asked[ran:] == [(len(values), values.shape[1] - 8)] * ran
