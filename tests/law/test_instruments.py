"""Every instrument that was handed over: held by which clauses, or not and why, with cases on both sides of what it turns on.

Numbers and days of the clauses themselves are pinned by `test_coverage`; `instrument_cases.csv` pins what stands elsewhere: the
engine, tables, cautions, questions.
"""

import csv
from functools import cache
from pathlib import Path

import pytest

from premortem.case import default
from premortem.law import book as rules
from premortem.law import memo, worked_cases
from premortem.law.clauses.clause_files import raw_clauses
from premortem.law.decide import Decision, Transaction, explain
from tests.law.looked_up import looked_up
from tests.law.test_law import handed

CASE = default()
MAY_GO = {"true": True, "false": False, "none": None}


def table(name):
    return list(csv.DictReader((Path(__file__).parent / name).read_text("utf-8").splitlines()))


INSTRUMENTS = table("instruments.csv")
# Where an instrument is held that is no clause.
ELSEWHERE = ("engine", "table", "caution", "not held")


@cache
def book(policy):
    return rules.load(policy)


def answer(args: str) -> Decision:
    fields = worked_cases.arguments(args, CASE)
    policy = fields.pop("under", "history")
    return explain(Transaction(looked_up(fields)), book(policy))


@pytest.mark.parametrize("row", INSTRUMENTS, ids=lambda row: row["instrument"])
def test_an_instrument_is_held_by_clauses_that_exist_or_says_why_not(row):
    if row["held"].startswith(ELSEWHERE):
        assert row["how"]
        return
    assert {*row["held"].split()} <= raw_clauses(CASE).keys()


def test_every_handed_instrument_is_in_the_table():
    told = [row["id"] for row in handed("data/law/instruments.csv")]
    assert not told or sorted(told) == sorted(row["instrument"] for row in INSTRUMENTS)


def test_what_no_clause_holds_has_cases():
    bare = {row["instrument"] for row in INSTRUMENTS if row["held"].startswith(("engine", "table", "caution"))}
    assert bare <= {row["instrument"] for row in table("instrument_cases.csv")} | {"class.density"}


@pytest.mark.parametrize(
    "row", table("instrument_cases.csv"), ids=lambda row: f"{row['instrument']} {row['args']}"[:90]
)
def test_an_instrument_decides_on_both_sides_of_what_it_turns_on(row):
    found = answer(row["args"])
    assert found.outcome in row["outcome"].split("|")
    if row["may_go"]:
        assert found.may_go is MAY_GO[row["may_go"]]
    said = memo.text(found) + found.classed
    assert (row["says"].removeprefix("-") in said) is not row["says"].startswith("-")
