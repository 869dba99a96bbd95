"""Rival forms of the world: fixed one by one, told as bands on the board, and found by `stress`."""

import json

import numpy as np
import pytest

from premortem.cli import main
from premortem.ensemble.priors import Prior
from premortem.ensemble.run import draw
from premortem.errors import BadInput, BadInputs
from premortem.propositions.form_shares import FormShares
from premortem.propositions.score import decided
from premortem.questions.form_dependence import form_dependence
from premortem.study import Study, forms_of_run


def form(name, *values, **more):
    told = {"module": "m", "unit": "category", "low": 0, "central": "", "high": len(values) - 1, "confidence": "low"}
    told |= {"meaning": "a form", "binds": "X1", "basis": "judgement", "known_on": "2025-01-01"}
    return Prior.model_validate({"name": name, **told, "distribution": f"categorical: {', '.join(values)}"} | more)


TWO = form("a_form", "one", "two"), form("b_form", "left", "middle", "right")


def test_values_without_chances_are_as_likely_as_each_other():
    assert [c.chance for c in TWO[1].categories] == pytest.approx([1 / 3] * 3)


def test_a_prior_over_forms_that_does_not_sum_is_refused():
    with pytest.raises(ValueError, match="each above 0, together 1"):
        form("a_form", "one 0.4", "two 0.4")


def test_a_fixed_form_is_drawn_in_every_future_and_does_not_vary():
    fixed = TWO[1].fixed_at("middle")
    assert not fixed.varies
    assert set(fixed.quantile(np.linspace(0.001, 0.999, 99))) == {1.0}
    assert fixed.category(1.0) == "middle"


def test_the_band_over_forms_by_hand():
    """Shares 0.2 and 0.4 by one form; the other adds 0, 0.1 and 0.3: 0.4333 in all, and combinations from 0.2 to 0.7. Of 600 futures
    chance spreads shares by 0.24556 / 600 for each value but one: 4.1% of the one form's 0.01, 5.3% of the other's 0.015556.
    """
    shares = FormShares(TWO)
    for a in (0, 1):
        for b, more in enumerate((0.0, 0.1, 0.3)):
            holds = np.arange(100) < round(100 * (0.2 + 0.2 * a + more))
            shares.add({"a_form": np.full(100, a), "b_form": np.full(100, b)}, holds)
    of_a, of_b = np.sqrt(1 - 0.24556 / 600 / 0.01), np.sqrt(1 - 2 * 0.24556 / 600 / 0.015556)
    low, high = 0.43333 - 0.1 * of_a - 0.13333 * of_b, 0.43333 + 0.1 * of_a + 0.16667 * of_b
    assert shares.band() == pytest.approx((low, high), abs=1e-4)
    assert shares.by_value()["a_form"] == pytest.approx({"one": 0.2 + 0.4 / 3, "two": 0.4 + 0.4 / 3})


def test_a_form_that_changes_nothing_has_no_band():
    """Of 200 boards of 2,000 futures, in which four forms of three values do nothing, four in a thousand show a band, by chance."""
    rng, forms = np.random.default_rng(5), tuple(form(f"{name}_form", "one", "two", "three") for name in "abcd")
    wide = 0
    for _ in range(200):
        shares = FormShares(forms)
        shares.add({f.name: rng.integers(0, 3, 2000) for f in forms}, rng.random(2000) < 0.7)
        low, high = shares.band()
        assert low <= shares.held[0] / 2000 <= high
        wide += high - low > 0
    assert wide <= 5


def test_a_form_that_matters_keeps_its_band():
    """A form by which shares differ by 0.2, in few futures and in many: the band is neither wide by chance nor narrow on purpose."""
    rng, found = np.random.default_rng(6), []
    for _ in range(100):
        shares, values = FormShares(TWO), {f.name: rng.integers(0, len(f.categories), 2000) for f in TWO}
        shares.add(values, rng.random(2000) < 0.4 + 0.2 * values["a_form"])
        found.append(np.diff(shares.band())[0])
    assert np.mean(found) == pytest.approx(0.2, abs=0.01)


def test_a_form_that_is_fixed_has_one_share_and_no_band():
    shares = FormShares(TWO[:1])
    shares.add({"a_form": np.ones(10)}, np.arange(10) < 3)
    assert shares.by_value() == {"a_form": {"two": 0.3}}
    assert shares.band() is None


def test_a_verdict_that_nothing_uncertain_turns_is_said_to_be_decided():
    assert decided(0.3, {"cap": 1.0}) is None
    assert "cap fails first" in decided(0.001, {"cap": 0.9, "rest": 0.1})
    assert decided(1.0, {"cap": 0.0}).startswith("decided by definition")
    assert decided(1.0, {"cap": 0.0}, [0.999, 0.99]) is None, "another reader sees it break"
    assert decided(0.001, {"cap": 1.0}, [0.0, 0.2]) is None, "in one form of the world it holds"


@pytest.mark.parametrize("forms", [{"clearing": "nobody"}, {"clearing_form": "nobodys"}])
def test_a_form_or_value_that_does_not_exist_is_refused_with_the_nearest(forms):
    with pytest.raises((BadInput, BadInputs), match=r"no such (form|value)"):
        Study(forms=forms)


@pytest.mark.parametrize(
    "told", ["clearing_form", "clearing_form=", "clearing_form=nobody --form clearing_form=labs", "x=y"]
)
def test_a_form_that_is_typed_wrongly_exits_2(told, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["premortem", "run", "--futures", "8", "--form", *told.split(), "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert json.loads(capsys.readouterr().out)["error"]["key"] == "--form"


def test_a_case_without_forms_refuses_one():
    with pytest.raises((BadInput, BadInputs), match="no such form of eu_gpai"):
        Study(case="eu_gpai", forms={"us_stance": "contest"})


def test_a_fixed_form_is_the_mixture_restricted_to_its_futures(study):
    """Other uncertainties are drawn alike, so that only the form differs."""
    fixed = draw(Study(forms={"lead_form": "multiplied"}).priors, "sobol", 3, 0, 64)
    drawn = draw(study.priors, "sobol", 3, 0, 64)
    place = study.priors.names.index("lead_form")
    assert (fixed[place] == 1).all()
    same = drawn[place] == 1
    assert 0 < same.sum() < 64
    assert (fixed[:, same] == drawn[:, same]).all()


def test_f038_every_share_of_a_board_lies_in_its_band_and_between_its_forms(small_run):
    for row in small_run.board_rows():
        low, high = row.bands["forms"]
        assert low <= row.holds <= high
        assert row.bands["sampling"] == [row.low, row.high]
        low, high = row.bands["interpretations"]
        assert low <= row.holds <= high
        assert low <= min(row.by_interpretation.values()) <= max(row.by_interpretation.values()) <= high
        assert row.decided is None or not 0.005 < row.holds < 0.995
        fails = {c.id: c.failure for a in small_run.study.assumptions if a.id == row.assumption for c in a.condition}
        most = max(row.fails_on, key=lambda name: row.fails_on[name])
        assert row.fails_words == (fails[most] if fails else f"{most} breaks")
        for shares in row.by_form.values():
            assert min(shares.values()) <= row.holds <= max(shares.values())
            assert low - 1e-9 <= min(shares.values()) + 0.02


def test_stress_says_which_form_a_verdict_hangs_on(small_run):
    rows = form_dependence(small_run, "A3", "as-written")
    assert {row.form for row in rows} == set(small_run.study.case.settings.forms)
    assert [row.spread for row in rows] == sorted((row.spread for row in rows), reverse=True)
    assert rows[0].says.startswith(f"A3 hangs on '{rows[0].meaning}': it holds in ")
    said = small_run.study.case.text.forms[rows[0].form]
    assert all(f"where {words}" in rows[0].says for words in said.values())


def test_a_run_keeps_the_forms_that_it_fixed(tmp_path, home):
    of = Study(forms={"capex_form": "fades"})
    made = of.run(["as-written"], futures=64, out=tmp_path / "out")
    assert forms_of_run(tmp_path / "out") == {"capex_form": "fades"}
    assert made.board_rows()[0].by_form["capex_form"].keys() == {"fades"}
    assert (made.parameters(["capex_form"]) == 0).all()
