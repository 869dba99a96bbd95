"""What `stress`, `compare`, `edits` and `futures` say of a small stored run."""

import json
import logging
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from premortem import facts, questions
from premortem.briefing import assumption as brief_assumption
from premortem.case import default
from premortem.errors import BadInput, BadInputs, MissingData
from premortem.progress import LOG
from premortem.questions import clause_sweeps, describe, margins, move, nearest_break, time
from premortem.questions.attribution import attribution as items_told
from premortem.questions.breaking_points import Place, _kinds, single_thresholds
from premortem.questions.move import Standing
from premortem.study import Study


@pytest.fixture(scope="module")
def told_meanwhile():
    """What was said of how far the stress of `result` was."""
    said = []
    listener = logging.Handler(logging.INFO)
    listener.emit = lambda record: said.append(record.getMessage())
    before = LOG.level
    LOG.addHandler(listener)
    LOG.setLevel(logging.INFO)
    yield said
    LOG.removeHandler(listener)
    LOG.setLevel(before)


@pytest.fixture(scope="module")
def result(a_run, told_meanwhile):
    return questions.stress(a_run, a_run.study.assumptions[3].id, samples=64)


def test_a_stress_says_how_far_it_is(result, told_meanwhile):
    said = told_meanwhile[-4:]
    assert all(line.startswith(f"{result.assumption}: ") for line in said)
    assert [line.split(": ")[1].split()[0] for line in said] == ["seeking", "measuring", "seeking", "trying"]


def test_stress_gives_the_keys_of_the_contract(result):
    told = result.as_dict()
    assert {"boxes", "sensitivity", "breaking", "thresholds", "attribution", "check", "warnings"} <= set(told)
    json.dumps(told, allow_nan=False)
    for box in told["boxes"]:
        assert {"coverage", "density", "mass", "limits", "p_values", "sentence", "found_again", "reason"} <= set(box)
    assert {"param", "first", "total", "low", "high"} <= set(told["sensitivity"][0])
    assert {"param", "value", "from", "sentence"} <= set(told["thresholds"][0])
    assert {"item", "kind", "effect", "modelled", "shapley"} <= set(told["attribution"][0])


def test_boxes_keep_their_density_on_new_futures(result):
    assert result.boxes
    for box in result.boxes:
        n = 5000 * box.mass
        own = 1.96 * np.sqrt(box.density * (1 - box.density) / n)
        error = np.hypot(own, box.out_of_sample.error)
        assert box.density_out_of_sample == pytest.approx(box.density, abs=error + 0.01)


def test_the_tree_limits_what_the_boxes_limit(result):
    tree = result.check.cart
    assert tree.agrees
    assert set(tree.shared) <= {name for box in result.boxes for name in box.limits}


def test_no_first_index_is_shown_below_zero(result):
    for row in result.sensitivity:
        assert row.first >= 0 or row.first_high < 0
        assert row.low <= row.total <= row.high


@pytest.mark.parametrize("number", range(5))
def test_every_breaking_point_is_where_the_model_says_zero(a_run, number):
    study, pulled = a_run.study, a_run.study.levers(a_run.policies[0])
    points = questions.breaking_points(a_run, study.assumptions[number].id, a_run.policies[0])
    assert points
    for point in points:
        assert abs(point.margin_after) < 1e-3
        values = study.priors.central.copy()
        for param, (start, to) in point.moves.items():
            i = study.priors.names.index(param)
            assert values[i, 0] == pytest.approx(start)
            values[i, 0] = to
            bounds = study.priors[param].quantile(np.array([0.0013, 0.9987]))
            assert bounds[0] - 1e-6 <= to <= bounds[1] + 1e-6
        found = margins.margins_of(study, values, pulled)[number, 0]
        assert abs(found) < 5e-3  # moves too small to tell are left out of the list
        assert point.distance_all_free <= point.distance + 1e-6


def test_a_given_future_breaks_from_its_own_values(a_run):
    name = a_run.study.assumptions[1].id
    point = questions.breaking_points(a_run, name, a_run.policies[0], top=1, start=17)[0]
    values = a_run.parameters()[:, 17]
    for param, (start, _) in point.moves.items():
        assert start == pytest.approx(values[a_run.study.priors.names.index(param)])
    assert point.story.startswith(f"From future 17, {name}")
    with pytest.raises(BadInput, match="no such future"):
        questions.breaking_points(a_run, name, start=5000)


def test_a_single_threshold_turns_the_central_future(a_run):
    study, pulled = a_run.study, a_run.study.levers(a_run.policies[0])
    place = Place(study)
    rows = single_thresholds(place, 1, pulled)
    assert rows
    i = study.priors.names.index(rows[0].param)
    both = np.repeat(place.values[:, None], 2, axis=1)
    step = 0.01 * (rows[0].value - rows[0].start)
    both[i] = rows[0].value - step, rows[0].value + step
    before, after = margins.margins_of(study, both, pulled)[1]
    assert np.sign(before) != np.sign(after)


def test_clause_numbers_are_tried_and_told_in_words(a_run, result):
    rows = {r.param: r for r in result.thresholds if r.kind == "clause"}
    tried = clause_sweeps.amounts(a_run.study.case)
    assert set(rows) == {*tried.amounts, *tried.lines} != set()
    for row in rows.values():
        assert row.says in row.sentence


def test_a_number_that_decides_is_found_where_it_does(study, monkeypatch):
    """With a judge that breaks below 40% of the country cap, the threshold is 40% of it."""
    legal = study.levers("as-written").allocation_mh

    def judged(at):
        capped = legal < legal.max()
        ratio = float((at.levers.allocation_mh[capped] / legal[capped]).mean()) if capped.any() else 1.0
        return dict.fromkeys(("A1", "A2", "A3", "A4", "A5"), np.full(at.values.shape[1], ratio - 0.4))

    monkeypatch.setattr(Standing, "margins", property(judged))
    monkeypatch.setattr(move, "_run", lambda at: at)  # the judge asks for no futures
    every, named = clause_sweeps.amounts(study.case), ("diffusion.country_allocation.tpp", "diffusion.lpp.tpp_year")
    few = (
        {name: every.amounts[name] for name in named},
        {"oct2023.3a090b.tpp_low": every.lines["oct2023.3a090b.tpp_low"]},
    )
    tried = every.model_copy(update=dict(zip(("amounts", "lines"), few, strict=True)))
    monkeypatch.setattr(clause_sweeps, "amounts", lambda case: tried)
    rows = {r.param: r for r in clause_sweeps.clause_thresholds(Place(study), 3, "as-written")}
    assert set(rows) == {*named, "oct2023.3a090b.tpp_low"}
    row = rows["diffusion.country_allocation.tpp"]
    assert row.start == pytest.approx(790e6)
    assert row.value == pytest.approx(0.4 * 790e6, rel=0.01)
    assert row.sentence.startswith("the country cap breaks A4 below 316 million TPP")
    assert rows["diffusion.lpp.tpp_year"].value is None


def test_effects_of_items_stand_in_their_intervals_and_unmodelled_ones_are_listed(a_run, result):
    for row in result.attribution:
        if row.modelled:
            assert row.low <= row.effect <= row.high
            assert row.shapley_low <= row.shapley <= row.shapley_high
    first = questions.explain(a_run, a_run.study.assumptions[0].id, a_run.policies[0]).attribution
    unmodelled = {i.id for kind, i in a_run.study.assumptions[0].items if kind != "watch" and not i.modelled}
    assert unmodelled <= {r.item for r in first if not r.modelled}
    assert all(r.effect is None and r.why for r in first if not r.modelled)


def test_an_assumption_without_drivers_or_arrestors_has_nothing_to_attribute(study, futures):
    import copy

    bare = copy.copy(study)
    bare.assumptions = tuple(a.model_copy(update={"driver": (), "arrestor": ()}) for a in study.assumptions)
    pulled = study.levers("as-written")
    stored = questions.margins_of(study, futures, pulled)[1]
    assert items_told(bare, 1, pulled, futures, stored, 1) == ()


@pytest.mark.slow
def test_a_settled_assumption_is_said_and_still_has_breaking_points(small_run, monkeypatch):
    columns = type(small_run).columns

    def settled(self, policy, names=None, first=None):
        found = columns(self, policy, names, first)
        return {k: np.full_like(v, -1.0) if k == "margin.A4" else v for k, v in found.items()}

    monkeypatch.setattr(type(small_run), "columns", settled)
    result = questions.stress(small_run, "A4", "as-written", samples=64)
    assert result.boxes == ()
    assert "breaks in every future" in result.verdict
    assert any("breaks in all 5,000 futures" in said for said in result.warnings)
    assert result.check.cart is None
    assert result.breaking


def test_all_assumptions_share_the_runs_of_one_sensitivity(study):
    every = questions.sensitivities(study, "as-written", samples=64)
    assert set(every) == {a.id for a in study.assumptions}
    with pytest.raises(BadInput, match="samples: "):
        questions.sensitivities(study, "as-written", samples=10)


def test_the_mixed_runs_of_a_sensitivity_differ_from_the_first_in_one_uncertainty(study, monkeypatch):
    seen = []

    def judge(_, values, __):
        seen.append(values.copy())
        return np.zeros((5, values.shape[1]))

    monkeypatch.setattr("premortem.questions.sensitivity.margins_of", judge)
    assert all(rows == () for rows in questions.sensitivities(study, "as-written", samples=64).values())
    values = np.concatenate(seen, axis=1).reshape(len(study.priors.rows), -1, 64)
    a, b, mixed = values[:, 0], values[:, 1], values[:, 2:]
    free = [i for i, row in enumerate(study.priors.rows) if row.varies]
    for k, i in enumerate(free):
        np.testing.assert_array_equal(mixed[i, k], b[i])
        others = np.arange(len(values)) != i
        np.testing.assert_array_equal(mixed[others, k], a[others])


def test_uncertainties_that_move_together_are_mixed_before_they_are_mapped(study, monkeypatch):
    seen = []
    whole = np.eye(len(study.priors.rows))
    i, j = (study.priors.names.index(n) for n in ("wafer_growth", "wafers_2024"))
    whole[i, j] = whole[j, i] = 0.9
    root = np.linalg.cholesky(whole)
    copula = type("Together", (), {"mix": staticmethod(lambda z: root @ z)})()

    def judge(_, values, __):
        seen.append(values)
        return np.zeros((5, values.shape[1]))

    together = type(study)()
    together.priors = replace(study.priors, copula=copula)
    monkeypatch.setattr("premortem.questions.sensitivity.margins_of", judge)
    questions.sensitivities(together, "as-written", samples=64)
    values = np.concatenate(seen, axis=1)
    assert np.corrcoef(values[i], values[j])[0, 1] > 0.8


@pytest.mark.slow
def test_shadow_prices_by_gradient_equal_finite_differences(study):
    found = questions.heavy_edits(study)
    json.dumps(found.as_dict(), allow_nan=False)  # a slope that is no number is told as none
    smooth = [r for r in found.clauses if r.method == "gradient" and r.index > 0]
    assert len(smooth) >= 4
    for row in smooth:
        for a, price in row.shadow_price.items():
            assert price == pytest.approx(row.finite_difference[a], rel=0.1, abs=2e-4)
    assert {"rank_correlation", "top5_hits", "baselines", "chance_top5_hits"} <= set(found.as_dict()["hindcast"])
    names = {"age (newest first)", "length (longest first)", "alphabetical", "stakeholder pressure alone"}
    assert set(found.hindcast.baselines) == names


def test_compare_gives_the_keys_of_the_contract_and_paired_intervals(small_run):
    found = questions.compare(small_run)
    assert {"regret", "pareto", "rankings", "time_asymmetry"} <= set(found.as_dict())
    assert {"mean", "p90", "max"} == set(found.as_dict()["regret"]["as-written"])
    for by in found.differences.values():
        for d in by.values():
            assert d.low <= d.change <= d.high
    change = found.shares["maximal"]["A2"] - found.shares["as-written"]["A2"]
    assert found.differences["maximal"]["A2"].change == pytest.approx(change)


def test_a_policy_that_the_run_has_not_is_simulated_over_its_futures(small_run):
    found = questions.compare(small_run, ["as-written", "streamlined"], time=False)
    assert found.simulated_now == ("streamlined",)
    again = margins.margins_of(small_run.study, small_run.parameters(), small_run.study.levers("as-written"))
    stored = small_run.columns("as-written", ["margin.A2"])["margin.A2"]
    np.testing.assert_array_equal(again[1] > 0, stored > 0)


def test_weights_of_assumptions_are_read_and_refused(small_run):
    assert questions.weights_of(["a1=2", "A3=0"]) == {"A1": 2.0, "A3": 0.0}
    with pytest.raises(BadInput, match="not a weight"):
        questions.weights_of(["A1"])
    with pytest.raises(BadInput, match="A1 is weighed more than once"):
        questions.weights_of(["A1=1", "A1=2"])
    with pytest.raises(BadInput, match="no such weight"):
        questions.compare(small_run, weights={"A9": 1.0}, time=False)


def test_futures_have_distinct_names_real_members_and_shares_that_add_up(a_run):
    found = questions.futures(a_run)
    rows = found.archetypes
    for policy in a_run.policies:
        assert sum(row.share[policy] for row in rows) == pytest.approx(1.0)
    assert len({row.name for row in rows}) == len(rows)
    assert {"name", "share", "box", "medoid", "signposts"} <= set(rows[0].as_dict())
    assert all(0 <= row.medoid < found.futures_seen for row in rows)
    with pytest.raises(BadInput, match="k: "):
        questions.futures(a_run, 1)


def test_a_faster_regulator_rescues_what_it_changes(study):
    rows = questions.time_asymmetry(study).to_dicts()
    base = {r["assumption"]: r["holds"] for r in rows if r["case"] == time.AS_IS}
    for row in rows:
        assert row["holds"] == pytest.approx(base[row["assumption"]] + row["rescued"] - row["lost"])
        assert row["low"] <= row["change"] <= row["high"]
    by = {(r["case"], r["assumption"]): r["change"] for r in rows}
    assert by["loopholes patched a quarter faster", "A4"] > 0 > by["loopholes patched a quarter slower", "A4"]


def test_a_case_without_times_to_move_says_so_in_one_line():
    with pytest.raises(MissingData, match=r"eu_gpai holds no time\.toml"):
        questions.time_asymmetry(Study(case="eu_gpai"))


def test_what_a_case_moves_in_time_is_refused_by_name_where_it_is_not_there(study, monkeypatch):
    cases = {
        "faster": time.Shift(uncertainty="patch_lagg", by=-0.25),
        "earlier": time.Shift(lever="stockpile_alarm", earlier=2),
    }
    monkeypatch.setattr(time, "shifts", lambda case: time.Shifts(lag="patch_lag", fastest="fastest", cases=cases))
    with pytest.raises(BadInputs) as refused:
        questions.time_asymmetry(study)
    said = str(refused.value)
    assert "time.toml: fastest: no such name; did you mean faster?" in said
    assert "time.toml: cases.faster.uncertainty: no such name; did you mean patch_lag?" in said
    assert "time.toml: cases.earlier.lever: no such name" in said


def test_lags_are_months_between_dated_events_and_known_by_the_day():
    rows = questions.lags(default())
    assert len(rows) == facts.read("control_lags").height
    by = {r.control: r.months for r in rows if r.kind == "loophole to patch"}
    assert by["link-speed limit of October 2022 (H800)"] == 7.9  # 21 March to 17 November 2023
    assert all(r.to <= "2025-02-26" for r in questions.lags(default(), default().settings.day))


def test_a_run_of_other_inputs_is_refused_with_what_differs(small_run):
    manifest = small_run.manifest | {"inputs": small_run.manifest["inputs"] | {"parameters": "other"}}
    other = replace(small_run)
    other.manifest = manifest
    with pytest.raises(BadInput, match="made with other parameters"):
        questions.stress(other, "A1")


def test_unknown_assumptions_and_policies_are_named(small_run):
    with pytest.raises(BadInput, match="no such assumption"):
        questions.stress(small_run, "A9")
    with pytest.raises(BadInput, match="not in this run"):
        questions.stress(small_run, "A1", "streamlined")
    with pytest.raises(BadInput, match="two policies"):
        questions.compare(small_run, ["as-written"])
    with pytest.raises(BadInput, match="did you mean streamlined"):
        questions.compare(small_run, ["as-written", "streamline"])


@pytest.mark.parametrize(
    ("name", "start", "to", "said"),
    [
        ("hbm_domestic_start", 2027.0, 2026.0833, "comes 11 months earlier (Jan 2027 to Feb 2026)"),
        ("imitation_lag", 0.5, 0.25, "is 3 months shorter (6 months to 3 months)"),
        ("enforcement", 0.67, 0.57, "is 10 points lower (67% to 57%)"),
        ("wafer_growth", 0.45, 0.54, "is 15 points a year higher (56.8% a year to 71.6% a year)"),
        ("wafers_2024", 20.0, 30.0, "is 50% higher (20 thousand a month to 30 thousand a month)"),
        ("cn_model_bias", -3.5, -3.0, "count is 1.8 points higher (2.93% to 4.74%)"),
        ("ai_share_rise", 0.4, 0.3, "is 14 points a year lower (49.2% a year to 35% a year)"),
        ("market_multiple", 3.5, 3.0, "goes from 33.1 times to 20.1 times"),
    ],
)
def test_moves_read_in_units_that_people_use(study, name, start, to, said):
    assert describe.move(study.priors[name], start, to).endswith(said)


def test_limits_of_boxes_read_as_phrases(study):
    lag, owner = study.priors["imitation_lag"], study.priors["breakthrough_1_owner"]
    assert describe.limit(lag, (0.4, 9.0)).endswith("is over 4.8 months")
    assert describe.limit(lag, (0.0, 0.4)).endswith("is under 4.8 months")
    assert describe.limit(owner, frozenset({2.0})) == "owner of breakthrough 1 is China"
    assert describe.limit(study.priors["hbm_domestic_start"], (0.0, 2026.5)).endswith("is before Jul 2026")


def test_searches_stay_within_the_bound_of_the_priors():
    assert nearest_break.BOUND == 3.0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("cost_fall", 0.336, "28.5% a year"),
        ("energy_efficiency_growth", 0.336, "28.5% a year"),
        ("tool_decay", 0.1, "9.52% a year"),
        ("wafer_growth", 0.788, "120% a year"),
        ("efficiency_growth", 1.1, "200% a year"),
        ("discount_rate", 0.1, "10.5% a year"),
        ("retirement", 0.2, "20% a year"),
        ("goodwill_loss_caps", 0.2, "20% a year"),
    ],
)
def test_a_log_rate_is_told_as_what_a_year_makes_of_it_and_no_other_rate_is(study, name, value, said):
    assert describe.amount(study.priors[name], value) == said


def test_the_rates_that_the_world_compounds_and_no_others_have_the_unit_of_log_rates(study):
    """A year of each is read off the world's own code: `exp(rate * years)`, or a growth of what is itself in logs."""
    compounded = {
        "wafer_growth", "wafer_fade", "tool_decay", "die_growth", "cn_spend_growth", "tier2_ambition",
        "home_need_growth", "cost_fall", "efficiency_growth", "token_weight_growth", "rnd_growth", "rnd_fade",
        "discount_rate", "energy_efficiency_growth", "surge", "base_growth", "capex_growth", "capex_fade",
        "capex_long_run", "roi_feedback", "cash_growth", "capex_hump",
    }  # fmt: skip
    assert {p.name for p in study.priors.rows if p.unit == "ln/yr"} == compounded
    assert not [p.name for p in study.priors.rows if "log growth" in p.meaning]


def test_no_logarithm_is_told_raw_and_no_meaning_speaks_of_one(study):
    """What is told rises with the value, and is not the value."""
    logs = [row for row in study.priors.rows if row.unit.startswith(("ln", "logit"))]
    assert len(logs) >= 20
    for row in logs:
        assert "log" not in row.meaning.split(), row.name
        assert "disadvantage" not in row.meaning, row.name
        ends = [float(re.match(r"[\d.]+", describe.amount(row, x))[0]) for x in (row.low, row.high)]
        assert ends[0] < ends[1], row.name
        assert re.fullmatch(r"[\d.]+(% a year|%| times)( a year)?( more each year)?", describe.amount(row, row.high)), (
            row.name
        )


def test_the_brief_tells_a_single_move_as_stress_does(a_run):
    study, policy = a_run.study, a_run.policies[0]
    pulled = study.levers(policy)
    alone = questions.turns(study, policy)
    turned = [number for number, a in enumerate(study.assumptions) if alone[a.id]]
    assert len(turned) > 1, "where nothing turns alone, nothing can be compared"
    for number in turned[:2]:
        a = study.assumptions[number]
        stressed = single_thresholds(Place(study), number, pulled)
        for told, row in zip(alone[a.id][:3], stressed, strict=False):
            assert told.says in row.sentence
        said = brief_assumption._little(alone[a.id])
        assert alone[a.id][0].says in said
        assert not re.search(r"\b(rises|falls) from\b", said)


def test_the_ends_of_a_move_are_told_with_the_digits_that_part_them(study):
    lag, elasticity = study.priors["imitation_lag"], study.priors["elasticity"]
    assert describe.move(lag, 13.0 / 12, 12.85 / 12).endswith("(13.0 months to 12.8 months)")
    assert describe.move(elasticity, 1.0511, 1.0524).endswith("goes from 1.051 to 1.052")


def test_nearest_breaks_that_tell_the_same_moves_are_told_once():
    def row(distance, **moves):
        return SimpleNamespace(distance=distance, moves=moves)

    first = row(0.10, capex=(0.4, 0.5), power=(0.3, 0.2), price=(1.0, 1.1), cost=(0.2, 0.3), little=(0.0, 0.1))
    alike = row(0.11, capex=(0.4, 0.6), price=(1.0, 1.2), power=(0.3, 0.1), cost=(0.2, 0.4), other=(0.0, 0.1))
    opposite = row(0.5, capex=(0.4, 0.3), power=(0.3, 0.2), price=(1.0, 1.1), cost=(0.2, 0.3))
    assert _kinds([first, alike, opposite]) == (first, opposite)
