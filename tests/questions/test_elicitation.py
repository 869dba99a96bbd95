"""Experts' quantiles of the priors that decide the board: read, pooled, told apart, and each fault in one line."""

import json
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem import cli, questions
from premortem.ensemble import experts
from premortem.ensemble.experts import POOLED, SHIPPED, Opinion
from premortem.ensemble.run import draw
from premortem.errors import BadInput, BadInputs

U = np.linspace(0.001, 0.999, 999)
# One on a log scale, one of shares, and one that may be negative.
LOG, SHARE, FREE = "loophole_rate", "enforcement", "cn_model_bias"


def table(tmp_path, *rows, header="expert,prior,p5,p50,p95"):
    path = tmp_path / "experts.csv"
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def said(name, *values, chances=(0.05, 0.5, 0.95), expert="ana"):
    return Opinion(expert, name, chances, values)


@pytest.mark.parametrize(
    ("name", "values"), [(LOG, (0.1, 0.2, 0.9)), (SHARE, (0.2, 0.3, 0.9)), (FREE, (-3.0, -1.0, 2.0))]
)
def test_quantiles_are_met_and_values_rise_within_what_can_be(study, name, values):
    prior = study.priors[name]
    np.testing.assert_allclose(
        experts.quantile(said(name, *values), prior, np.array([0.05, 0.5, 0.95])), values, rtol=1e-9
    )
    found = experts.quantile(said(name, *values), prior, U)
    assert np.all(np.diff(found) > 0)
    if name == SHARE:
        assert 0 < found[0] <= found[-1] < 1
    if name == LOG:
        assert found[0] > 0


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=5, unique=True))
def test_any_rising_quantiles_make_a_rising_function(study, values):
    rising = sorted(values)
    if min(np.diff(rising)) < 1e-6:
        return
    chances = tuple(np.linspace(0.1, 0.9, len(rising)))
    assert np.all(np.diff(experts.quantile(said(FREE, *rising, chances=chances), study.priors[FREE], U)) > 0)


def test_a_normal_by_its_quantiles_is_that_normal(study):
    from scipy.special import ndtri

    found = experts.quantile(said(FREE, *(2 + 3 * ndtri([0.05, 0.5, 0.95]))), study.priors[FREE], U)
    np.testing.assert_allclose(found, 2 + 3 * ndtri(U), atol=1e-9)


def test_pooled_is_the_mean_of_the_distribution_functions_and_of_one_it_is_that_one(study):
    prior, low, high = study.priors[FREE], said(FREE, -3.0, -2.0, -1.0), said(FREE, 1.0, 2.0, 3.0, expert="bo")
    both = experts.pooled([low, high], prior, U)
    # far apart, each has one half
    np.testing.assert_allclose(both[U < 0.49], experts.quantile(low, prior, 2 * U[U < 0.49]), atol=2e-3)
    np.testing.assert_allclose(both[U > 0.51], experts.quantile(high, prior, 2 * U[U > 0.51] - 1), atol=2e-3)
    np.testing.assert_allclose(experts.pooled([low], prior, U), experts.quantile(low, prior, U), atol=2e-3)


def test_experts_differ_in_nothing_but_what_they_tell_of(study):
    values = draw(study.priors, "sobol", 3, 0, 256)
    opinions = (said(LOG, 0.2, 0.5, 1.0), said(SHARE, 0.5, 0.7, 0.9, expert="bo"))
    ana = experts.believed(values, study.priors, opinions, "ana")
    place = study.priors.names.index(LOG)
    same = [i for i in range(len(values)) if i != place]
    np.testing.assert_array_equal(ana[same], values[same])
    np.testing.assert_array_equal(np.argsort(ana[place]), np.argsort(values[place]))
    both = experts.believed(values, study.priors, opinions, POOLED)
    assert not np.array_equal(both[study.priors.names.index(SHARE)], values[study.priors.names.index(SHARE)])


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (f"ana,{LOG},0.5,0.2,0.9", f"row 2: ana's quantiles of {LOG} cross: p5 is 0.5 and p50 is 0.2; allowed: p5 below p50"),
        (f"ana,{LOG},-0.5,0.2,0.9", f"row 2: ana: {LOG} cannot be -0.5; allowed: between 0 and inf 1/yr"),
        (f"ana,{SHARE},0.5,0.7,1.2", f"row 2: ana: {SHARE} cannot be 1.2"),
        (f"ana,{LOG},0.5,,", f"row 2: ana gives fewer than two quantiles of {LOG}"),
        ("ana,loophole_rat,0.1,0.2,0.3", f"no such uncertainty: loophole_rat; allowed: a name in params.csv; did you mean {LOG}"),
        ("ana,lead_form,0.1,0.2,0.3", "lead_form has no quantiles: it is categorical"),
        (f"{POOLED},{LOG},0.1,0.2,0.3", "row 2: expert: is no name of an expert"),
        (f"ana,{LOG},0.1,many,0.3", "row 2: p50: is not a number"),
        (f"ana,{LOG},0.1,0.2,0.3\nana,{LOG},0.1,0.2,0.4", f"ana: tells of {LOG} twice"),
    ],
)  # fmt: skip
def test_an_opinion_that_cannot_be_is_told_in_one_line(tmp_path, study, row, says):
    with pytest.raises((BadInput, BadInputs)) as told:
        experts.read(table(tmp_path, row), study.priors)
    assert says in str(told.value)


def test_a_column_that_is_no_quantile_is_told_with_what_is_allowed(tmp_path, study):
    with pytest.raises((BadInput, BadInputs), match="p100: no such column"):
        experts.read(table(tmp_path, f"ana,{LOG},0.1,0.2", header="expert,prior,p5,p100"), study.priors)


def test_the_dozen_that_decide_come_strongest_first_and_make_a_form(study, tmp_path):
    rows = questions.deciding_priors(study, futures=512)
    assert len(rows) == 12
    effects = [abs(row.effect) for row in rows]
    assert effects == sorted(effects, reverse=True)
    form = tmp_path / "form.csv"
    questions.write_form(rows, form)
    read = experts.read(form, study.priors)
    assert [o.prior for o in read] == [row.prior for row in rows]
    with pytest.raises(BadInput):
        questions.write_form(rows, form)


def test_the_board_by_expert_has_them_apart_and_pooled_and_says_what_nobody_tells(tmp_path, study, capsys, monkeypatch):
    path = table(tmp_path, "ana,price_weight,1.2,1.3,1.5", "bo,price_weight,0.3,0.4,0.5")
    monkeypatch.setattr(sys, "argv", ["premortem", "experts", str(path), "--futures", "512", "--json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    told = json.loads(capsys.readouterr().out)
    assert [board["expert"] for board in told["boards"]] == [SHIPPED, "ana", "bo", POOLED]
    holds = {b["expert"]: {c["assumption"]: c["holds"] for c in b["cells"]} for b in told["boards"]}
    assert holds["ana"]["A2"] < holds[POOLED]["A2"] < holds["bo"]["A2"]
    assert holds["ana"]["A5"] == holds["bo"]["A5"] == holds[SHIPPED]["A5"], "which nobody's opinion moves"
    assert "price_weight" not in told["untold"]
    assert told["told"] == {"ana": ["price_weight"], "bo": ["price_weight"]}
