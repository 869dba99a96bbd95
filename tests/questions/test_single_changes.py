"""One thing moved, all else as it stands: the primitive, its standard steps, its curves, and where they are reached from."""

import json

import numpy as np
import pytest

import premortem as pm
from premortem import questions
from premortem.errors import BadInput, BadInputs
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
