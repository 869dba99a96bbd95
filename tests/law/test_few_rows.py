"""Few rows are decided without queries: as many rows are, and a ladder that takes over what was told is the whole one."""

import csv
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem.case import default
from premortem.law import book as rules
from premortem.law import engine, row_defaults, worked_cases
from premortem.law.clauses import clause_tests
from premortem.law.clauses.candidate_clauses import operative
from premortem.law.fields import column_texts
from premortem.law.ladder import steps
from premortem.law.transactions import frame_of, parse

CASE = default()
BOOK = rules.load("history", CASE)
PLACES = ("CHN", "SGP", "IRN", "FRA", "ARE")
CASES = [*csv.DictReader((Path(__file__).parent / "cases.csv").read_text().splitlines())][::29]
ROWS = st.fixed_dictionaries(
    {
        "item": st.sampled_from(("H100 SXM", "H100", "H20", "RTX 4090", "hbm", "sme_tool")),
        "destination": st.sampled_from(PLACES),
        "quantity": st.integers(1, 5_000),
        "date": st.dates(date(2022, 6, 1), date(2026, 12, 1)),
    },
    optional={
        "consignee": st.sampled_from(("Huawei Technologies", "Nova Stellar", "Inspur Grp", "TBD")),
        "end_user": st.sampled_from(("Yangtze Memory", "Nova Stellar")),
        "headquarters": st.sampled_from(PLACES),
        "end_use": st.sampled_from(("military", "data_centre")),
        "listed": st.booleans(),
    },
)


@given(st.lists(ROWS, min_size=1, max_size=6))
def test_few_rows_are_completed_and_decided_as_many_are(rows):
    frame = frame_of([parse(row, CASE) for row in rows], CASE)
    lazy = row_defaults.complete(frame, BOOK)
    few = row_defaults.completed(frame, BOOK)
    assert few.equals(lazy.collect().select(few.columns))
    assert engine.judge(few, BOOK).equals(engine.judge(lazy, BOOK))


@given(st.lists(ROWS, min_size=2, max_size=6))
def test_a_row_among_others_is_decided_as_alone(rows):
    frame = frame_of([parse(row, CASE) for row in rows], CASE)
    together = engine.judge(row_defaults.completed(frame, BOOK), BOOK)
    for i in range(len(rows)):
        alone = engine.judge(row_defaults.completed(frame[i : i + 1], BOOK), BOOK)
        assert alone.row(0, named=True) == {name: together[name][i] for name in alone.columns}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case_id"])
def test_a_ladder_that_takes_over_what_was_told_is_the_whole_one(case):
    asked = worked_cases.arguments(case["args"], CASE)
    book = rules.load(asked.pop("under", "history"), CASE)
    row = {"date": date(2026, 9, 1)} | parse(asked, CASE)
    later = {**row, "date": row["date"] + timedelta(400)}
    fields = row_defaults.completed(frame_of([row, later, {**row, "destination": "FRA"}], CASE), book)
    judged = engine.judged(fields, book)
    known, answer = tuple(operative(book, row["date"], row["date"])), judged.answers.row(0, named=True)
    whole = clause_tests.met(fields[:1], judged.answers[:1], known, book.vocabulary)
    short = clause_tests.met_by_first(judged.rows, fields[:1], judged.answers[:1], known)
    assert steps(short, 0, answer) == steps(whole, 0, answer)
    shown = [c.id for c, near in zip(known, whole.near[:, 0], strict=True) if near]
    assert all(short.tests[t.column] == whole.tests[t.column] for c in shown for t in whole.asked[c])


@given(st.lists(st.sampled_from(("a", "b", None)), min_size=1))
def test_texts_are_told_once_each_however_many_rows_there_are(texts):
    column = pl.Series(texts, dtype=pl.String)
    many = pl.concat([column] * (column_texts.FEW // len(texts) + 1))
    assert set(column_texts.texts_of(column)) == set(column_texts.texts_of(many)) == {text for text in texts if text}
