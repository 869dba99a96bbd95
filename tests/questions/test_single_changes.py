"""One thing moved, all else as it stands: the primitive, its standard steps, its curves, and where they are reached from."""

import json
from datetime import date
from importlib import import_module
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import premortem as pm
from premortem import questions
from premortem.ensemble.part import draw
from premortem.errors import BadInput, BadInputs
from premortem.questions.move import Standing, _years_on
from premortem.questions.single_changes import _step
from premortem.study import Study
from tests.questions.own import INPUTS, PLACES, flat, study_of, uniform

FIRST = PLACES[0]
KEY = f"p.{INPUTS[0]}"


def sums(values, levers):
    """The first input less the second, and what a policy pulls of coercion in its last quarter."""
    return {"y": flat(values[FIRST] - values[PLACES[1]] + np.asarray(levers.coercion)[-1])}


@pytest.fixture(scope="module")
def at(tmp_path_factory):
    study = study_of(tmp_path_factory.mktemp("sums") / "mine", sums, uniform(2, -1.0, 1.0))
    return questions.standing(study, "as-written")


def test_a_moved_uncertainty_is_that_value_in_every_future_and_nothing_else_moves(at):
    there = questions.moved(at, KEY, 0.5)
    assert (there.values[FIRST] == np.float32(0.5)).all()
    assert (np.delete(there.values, FIRST, 0) == np.delete(at.values, FIRST, 0)).all()
    assert there.book is at.book
    assert at.margins["A1"] == pytest.approx(there.margins["A1"] + at.values[FIRST] - 0.5, abs=1e-5)


def test_a_strength_that_the_model_reads_moves_every_margin_by_as_much(at):
    there = questions.moved(at, "l.strength.coercion", 0.3)
    now = at.book.strength("coercion", at.study.case.settings.day.replace(year=2032))
    assert there.margins["A1"] - at.margins["A1"] == pytest.approx(0.3 - now, abs=1e-5)


def test_a_threshold_moves_nothing_but_the_verdict(at):
    name = next(iter(at.thresholds))
    there = questions.moved(at, f"t.{name}", float(at.thresholds[name]) + 0.25)
    assert there.chunks is at.chunks
    assert not np.array_equal(there.margins["A1"], at.margins["A1"])


def test_a_curve_crosses_one_half_where_its_share_does(at):
    found = questions.curve(at, KEY, [-2.0, 2.0])
    shares = found.holds["A1"]
    assert shares[0] < 0.5 < shares[1]
    there = found.crosses("A1")
    assert -2.0 < there < 2.0
    assert np.interp(there, found.values, shares) == pytest.approx(0.5)


def test_a_curve_of_a_threshold_is_what_each_of_its_values_gives(at):
    name = next(iter(at.thresholds))
    tried = [float(at.thresholds[name]) + step for step in (-0.5, 0.0, 0.5)]
    found = questions.curve(at, f"t.{name}", tried)
    each = [questions.moved(at, f"t.{name}", x).holds for x in tried]
    assert {k: list(v) for k, v in found.holds.items()} == {k: [share[k] for share in each] for k in at.holds}
    assert len({*found.holds["A1"]}) > 1


def test_what_is_moved_by_default_comes_with_the_largest_change_first(at):
    sizes = [abs(change.changes[change.most]) for change in questions.single_changes(at)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 0


def test_what_the_world_does_not_read_changes_nothing(at):
    (change,) = questions.single_changes(at, ["l.strength.deals"])
    assert set(change.changes.values()) == {0.0}


@pytest.mark.parametrize(
    "key", ["", "p.nothing", "l.no.such", "l.strength.nothing", "d.nothing", "t.A1.nothing", "x.y"]
)
def test_a_key_of_nothing_is_refused(at, key):
    with pytest.raises(BadInput):
        questions.curve(at, key)


@given(day=st.dates(date(1990, 1, 1), date(2100, 12, 31)), years=st.floats(-50, 50), whole=st.integers(-50, 50))
def test_a_day_moves_by_whole_years_to_its_anniversary_and_by_a_part_of_one_in_between(day, years, whole):
    there = _years_on(day, float(whole), "d.x")
    assert (there.year - day.year, there.month) == (whole, day.month)
    assert there.day == day.day or (day.day == 29 and there.day == 28)
    assert _years_on(day, 0.0, "d.x") == day
    first, between, following = (_years_on(day, y, "d.x") for y in (floor(years), years, floor(years) + 1))
    assert first <= between <= following


@pytest.mark.parametrize("years", [-3000.0, 9000.0])
def test_a_day_does_not_move_out_of_the_calendar(at, years):
    with pytest.raises(BadInput, match=r"leads out of the calendar.*years"):
        questions.moved(at, f"d.{next(c.id for c in at.book.clauses if c.complies)}", years)


@pytest.mark.parametrize(
    ("case", "key"), [("us_ai_2025", "d.diffusion.country_allocation"), ("eu_gpai", "d.power.enforce")]
)
def test_a_day_is_moved_on_the_command_line_in_either_case(case, key, monkeypatch, capsys):
    from premortem import cli

    monkeypatch.setattr(import_module("premortem.questions.single_changes"), "TRIED", 3)
    told = {}
    for more in ([], ["--json"]):
        monkeypatch.setattr("sys.argv", ["premortem", "move", key, "--case", case, *more])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == 0
        told[bool(more)] = capsys.readouterr().out
    found = json.loads(told[True])
    assert (found["key"], found["unit"], found["now"], found["values"]) == (key, "yr", 0, [0, 0.5, 1])
    assert all(len(shares) == 3 for shares in found["holds"].values())
    assert [line.split()[0] for line in told[False].splitlines() if line.strip().endswith("%")] == ["0", "0.50", "1.0"]


@pytest.mark.parametrize("case", ["us_ai_2025", "eu_gpai"])
def test_a_standard_step_is_a_tenth_of_a_range_of_a_number_and_of_the_chances(case):
    study = Study(case=case)
    policy = study.case.settings.baseline
    values = draw(study.priors, "sobol", 7, 0, 64)
    resting = Standing(study, study.law(policy), study.levers(policy), values, study.scorer.thresholds, ())
    for name, strength in resting.book.vocabulary.instruments.items():
        now = resting.book.strength(name, study.case.clock.last_day)
        to, said = _step(resting, f"l.strength.{name}")
        assert abs(to - now) == pytest.approx((strength.high - strength.low) / 10)
        assert strength.low <= to <= strength.high
        assert said == ("a tenth stronger" if to > now else "a tenth weaker")
        assert to > now or now + (strength.high - strength.low) / 10 > strength.high
    for c in resting.book.clauses:
        for number, (first, *_) in c.numbers.items():
            now, (to, _) = resting.book.number(c.id, number), _step(resting, f"l.{c.id}.{number}")
            assert to == pytest.approx(min(1.1 * now, 1.0 if first.unit == "share" else np.inf))
    smooth = [
        len({*drawn.tolist()}) == len(drawn) for drawn in values
    ]  # one of a few values has no percentile of its own
    free = [i for i, row in enumerate(study.priors.rows) if row.varies and smooth[i]]
    there = np.array([_step(resting, f"p.{study.priors.rows[i].name}")[0] for i in free])
    moved_to = values.copy()
    moved_to[free] = there
    before, after = study.priors.cdf(values)[free], study.priors.cdf(moved_to)[free]
    inside = before < 0.89
    assert after[inside] - before[inside] == pytest.approx(0.1, abs=2e-3)


def test_python_and_the_command_line_tell_the_same(study, capsys, monkeypatch):
    from premortem import cli

    monkeypatch.setattr("sys.argv", ["premortem", "move", "t.A2.models_contained", "--json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    told = json.loads(capsys.readouterr().out)
    found = pm.response_curve(pm.standing(study), "t.A2.models_contained")
    assert told["holds"] == {k: list(v) for k, v in found.holds.items()}
    assert told["values"] == list(found.values)


def test_numbers_to_try_are_read_as_any_file_is_and_every_fault_is_told_by_its_key(tmp_path):
    from premortem.questions._amounts import Amounts, amounts

    assert amounts(tmp_path) == Amounts()
    (tmp_path / "amounts.toml").write_text(
        '[multiples]\namount = ["twice"]\n[amounts]\n"rule.cap" = { says = "the cap", scal = 2 }\n', encoding="utf-8"
    )
    with pytest.raises(BadInputs) as refused:
        amounts(tmp_path)
    said = str(refused.value)
    assert "amounts.toml: multiples.amount.0: 'twice' is not a number" in said
    assert "amounts.toml: amounts.rule.cap.unit: is missing" in said
    assert "did you mean scale?" in said
