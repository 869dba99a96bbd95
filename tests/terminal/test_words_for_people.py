"""What people read in a terminal names things in words, and no share passes for a verdict that it is not."""

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from premortem.case import default
from premortem.law.book import load
from premortem.propositions.verdicts import DEPENDS
from premortem.questions._amounts import label
from premortem.questions.edits import HeavyEdits, Priced
from premortem.questions.instrument_costs import InstrumentCost, instrument_costs
from premortem.questions.time import PriorLag, TimeAsymmetry, TimeCase, shifts
from premortem.terminal import board, compare, edits
from premortem.text.numbers import in_words


def said(monkeypatch, module, show, width=400) -> str:
    out = io.StringIO()
    monkeypatch.setattr(module, "Console", lambda **_: Console(file=out, width=width, highlight=False))
    show()
    return out.getvalue()


def test_a_share_whose_verdict_depends_is_marked_under_every_policy(monkeypatch, small_run):
    text = said(monkeypatch, board, lambda: board.print_board(small_run))
    table, foot, _ = text.partition(f"\n{board.MARK} ")
    depending = sum(row.verdict.startswith(DEPENDS) for row in small_run.board_rows())
    assert 0 < depending < len(small_run.board_rows())
    assert table.count(board.MARK) == depending
    assert foot
    assert "this share alone is no verdict" in text


def test_the_board_says_who_the_readers_are_and_what_the_forms_are(monkeypatch, small_run):
    text = said(monkeypatch, board, lambda: board.print_board(small_run))
    assert "where all agree" not in text
    verdicts = " ".join(row.verdict for row in small_run.board_rows() if row.policy == small_run.policies[0])
    assert "(hawk)" in verdicts
    assert "the same assumption by another reader's limits" in text
    if "clearing" in verdicts:
        assert "clearing: who earns the scarcity of answers" in text


def test_every_value_of_a_form_has_words(study):
    told = study.case.text.forms
    assert {prior.name: [c.name for c in prior.categories] for prior in study.form_priors} == {
        form: [*values] for form, values in told.items()
    }


def costs_told(costs) -> str:
    out = io.StringIO()
    compare.print_costs(Console(file=out, width=400, highlight=False), costs)
    return out.getvalue()


def test_costs_are_told_in_their_unit_beside_who_bears_them(study):
    rows = instrument_costs(study, "maximal")
    text = costs_told({"maximal": rows})
    assert (
        "  API limits (maximal 1), borne by closed labs, who lose customers: share of closed labs' revenue lost" in text
    )
    assert "Permitting (maximal 0.2), borne by officials, and neighbours of what is built: no cost is modelled." in text
    assert "falls on" not in text
    for row in rows:
        assert tuple(amount.name for amount in row.amounts) == row.costs
        for amount in row.amounts:
            assert amount.p5 < amount.p50 < amount.p95
            assert amount.unit == study.priors[amount.name].unit
            assert amount.says in text


def test_policies_with_the_same_instrument_share_a_line():
    rows = {name: (InstrumentCost("deals", effort, (), "officials", False, "deals"),) for name, effort in (("a", 0.3), ("b", 1.0))}  # fmt: skip
    assert "  Deals (a 0.3, b 1), borne by officials: no cost is modelled." in costs_told(rows)


def test_a_faster_regulator_is_told_with_what_then_breaks_and_in_points():
    cases = tuple(TimeCase("faster", k, 0.5, up - down, up - down, up - down, up, down) for k, up, down in (("A1", 0.017, 0.0), ("A5", 0.0, 0.001)))  # fmt: skip
    told = TimeAsymmetry(
        "p", (), "a patch takes", PriorLag(1, 2, 3), cases, "faster", 100, {"faster": "since so it is"}
    )
    out = io.StringIO()
    compare._print_time(Console(file=out, width=400, highlight=False), told)
    assert "Faster: A1 +1.7 (+1.7 to +1.7), A5 -0.1 (-0.1 to -0.1); since so it is." in out.getvalue()
    assert "points of futures that then hold, and that then break: A1 1.7 and 0 and A5 0 and 0.1." in out.getvalue()


def test_what_surprises_when_time_is_moved_is_explained():
    cases = shifts(default()).cases
    assert all(case.why for name, case in cases.items() if case.lever)


@pytest.mark.parametrize("method", ["gradient", "finite difference: the margin jumps or bends within 10%"])
def test_clause_numbers_go_by_their_words_and_a_mark_is_explained_where_there_is_one(monkeypatch, method):
    number = "oct2023.3a090b.tpp_low"
    clause, _, parameter = number.rpartition(".")
    names = {(clause, parameter): "Lower chip line"}
    words = label(load("as-written", default()), names, clause, parameter)
    row = Priced(clause, parameter, "", {"A2": -0.01}, {}, None, method, 1.0, 2.0, 0.5, 1, "", words)
    acts = SimpleNamespace(verdict="none", acts=())
    none = SimpleNamespace(
        scored=1, edited=1, rank_correlation=0, top5_hits=0, baselines={}, chance_top5_hits=0, verdict="it did", acts=1, by_act=acts
    )  # fmt: skip
    found = HeavyEdits("p", "2025-02-26", "", 0, (row,), (), none)
    text = said(monkeypatch, edits, lambda: edits.print_edits(found))
    assert words.startswith("Lower chip line: ")
    assert words in text
    assert number not in text
    marks = 0 if method == "gradient" else 2
    assert text.count("*") == marks


def test_names_keep_their_capitals():
    capitals = default().text.capitals
    names = ("no_euv", "us_persons", "duv_route", "api_limits", "eu_split", "time")
    assert [in_words(name, capitals) for name in names] == [
        "no EUV", "US persons", "DUV route", "API limits", "EU split", "time",
    ]  # fmt: skip
