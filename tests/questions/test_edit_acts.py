"""The ranking scored by acts: numbers that one act edited are one observation."""

from datetime import date
from types import SimpleNamespace

import polars as pl
import pytest

from premortem import facts
from premortem.case import default
from premortem.questions import answers_of_run
from premortem.questions._edit_acts import after, by_act
from premortem.questions.edits import TOP, scored


def row(clause, parameter, edited, day="", what="unchanged"):
    return {"clause": clause, "parameter": parameter, "edited": edited, "date": day, "what": what}


EDITS = [
    row("a", "1", 1, "2025-05-13", "dropped"),
    row("a", "2", 1, "2025-05-13", "dropped"),
    row("b", "1", 0.5, "2026-01-15", "overtaken"),
    row("c", "1", 1, "2026-03-01", "replaced"),
    row("d", "1", 0),
    row("d", "2", 0),
]


def test_ten_numbers_of_one_act_are_one_observation():
    found = by_act([(r["clause"], r["parameter"]) for r in EDITS], EDITS)
    assert [(a.date, a.numbers, a.edited) for a in found.acts] == [
        ("2025-05-13", 2, 1.0),
        ("2026-01-15", 1, 0.5),
        ("2026-03-01", 1, 1.0),
    ]
    assert found.untouched == 1
    assert [a.place for a in found.acts] == pytest.approx([0.1, 0.4, 0.6])


def test_the_correlation_by_acts_is_of_means_by_hand():
    """Places 0.1, 0.4, 0.6, 0.9 with degrees 1, 0.5, 1, 0: ranks 4, 3, 2, 1 of earliness and 3.5, 2, 3.5, 1 of editing."""
    found = by_act([(r["clause"], r["parameter"]) for r in EDITS], EDITS)
    assert found.rank_correlation == pytest.approx(3 / (5 * 4.5) ** 0.5)


def test_one_act_is_too_few_for_a_score():
    found = by_act([("a", "1"), ("d", "1")], EDITS)
    assert found.rank_correlation is None
    assert found.verdict == "Edited by 1 act: too few for a score of the ranking."


def test_what_was_edited_by_a_day_is_not_scored_as_foretold_on_it():
    coded = facts.read("clause_edits", default())
    late = after(coded, date(2026, 11, 26))
    assert late.height == coded.filter(pl.col("edited") <= 0).height >= TOP
    assert after(coded, date(2025, 2, 26)).height == coded.height
    ranked = coded.select("clause", "parameter").with_row_index("rank", offset=1)
    ranked = ranked.with_columns(pressure=pl.lit(0.0), index=pl.lit(0.0))
    days = dict.fromkeys(coded["clause"], date(2024, 1, 1))
    found = scored(ranked, days, dict.fromkeys(coded["clause"], ""), late)
    assert (found.edited, found.acts, found.top5_hits) == (0, 0, 0)


def test_the_brief_prices_clauses_in_the_futures_of_its_run_as_the_command_does(monkeypatch):
    asked = []
    run = SimpleNamespace(study=SimpleNamespace(simulate=SimpleNamespace(function=len)))
    monkeypatch.setattr(
        answers_of_run, "heavy_edits", lambda study, policy, run=None: asked.append((study, policy, run))
    )
    answers_of_run.edited(run, "as-written")
    assert asked == [(run.study, "as-written", run)]
