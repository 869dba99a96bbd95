"""Every number and every day of every clause that decides is pinned by worked cases on both sides of it."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from zlib import crc32

import polars as pl
import pytest

from premortem.case import default
from premortem.law import book as rules
from premortem.law import worked_cases
from premortem.law.clauses.clause import Clause
from premortem.law.clauses.conditions import identifiers
from premortem.law.decide import Transaction, explain
from premortem.law.engine import decide
from premortem.law.transactions import frame_of, parse
from tests.law.looked_up import looked_up

CASE = default()

CASES = [
    worked_cases.arguments(c["args"], CASE)
    for c in csv.DictReader((Path(__file__).parent / "cases.csv").read_text().splitlines())
]
POLICIES = tuple(dict.fromkeys(c.get("under", "history") for c in CASES))
# A share of a number by which it is moved: cases must lie nearer to it than that.
NUDGE = 0.01
DAY = timedelta(days=1)
FIRST_DAY = date(2020, 1, 1)
Change = Callable[[Clause], Clause]
# A side of a number or a day: its name, the change, and the first and last day on which that can be seen.
Side = tuple[str, Change, date, date]

# Sides on which no case can lie, each with its reason.
LOOSE = {
    "diffusion.nveu.ceiling 6.33e+08 +": "the first quarter of 2025 ended before compliance",
    "diffusion.nveu.ceiling 6.33e+08 -": "the first quarter of 2025 ended before compliance",
    "fdd.fabricator.limit_no_hbm 30 -": "the limit with memory allows as much",
    "fdd.osat.limit_no_hbm 30 -": "the limit with memory allows as much",
    "oct2023.3a090b.density_high 5.92 +": "paragraph .a speaks first",
    "oct2023.3a090b.tpp_high 4800 +": "paragraph .a speaks first",
    "oct2023 ends 2024-04-03 +": "exception ACA speaks first",
    "ear complies 2022-10-07 -": "there was nothing to be freed from",
    "el.sdn complies 2024-03-21 +": "no list that is shipped holds such a party",
    "el complies 2024-03-21 -": "no list that is shipped holds such a party",
    "el.sdn_blocked ends 2024-03-20 -": "no list that is shipped holds such a party",
    "el ends 2024-03-20 +": "no list that is shipped holds such a party",
    "el.military_list complies 2020-12-23 +": "no list that is shipped holds such a party",
    "el complies 2020-12-23 -": "no list that is shipped holds such a party",
    "syria2025 complies 2025-09-02 -": "the stricter policy of the day before counts",
    "definitions complies 2022-10-07 -": "no clause asks before that day",
    "definitions ends 2025-01-30 +": "the test that follows takes all that this one takes",
    "fdd.designer_limit complies 2025-01-31 +": "the exceptions that it shuts began on 15 May 2025",
    "fdd complies 2025-05-15 -": "before that day nothing asked for a licence that it could review",
    "technology ends 2023-11-16 +": "the clause that follows takes all that this one takes",
    "oct2023.service_review complies 2023-11-17 +": "the general rule of review says the same",
    "letters ends 2022-10-06 +": "the rule of the day after takes all that the letter takes",
    "tgl complies 2022-10-21 -": "there was nothing to be freed from",
    "tgl complies 2025-09-29 -": "there was nothing to be freed from",
    "tgl.affiliates ends 2025-11-28 -": "the rule is stayed from 10 November 2025",
    "tgl ends 2025-11-28 +": "the rule is stayed from 10 November 2025",
    "tgl.affiliates.share 0.5 -": "below that share the rule asks for nothing",
    "options.below_threshold_review.bandwidth 1400 -": "the clause that asks for the licence tests the same number",
}


@cache
def frame(policy: str) -> pl.DataFrame:
    rows = [{k: v for k, v in c.items() if k != "under"} for c in CASES if c.get("under", "history") == policy]
    return frame_of([parse(row, CASE) for row in rows], CASE)


def answers(book: rules.Book, first: date = date.min, last: date = date.max) -> pl.DataFrame:
    """Outcome, deciding clause, clause that asked, and classification of a policy's cases between two days."""
    asked = frame(book.name).filter(pl.col("date").is_between(first, last))
    found = decide(asked, book).select("outcome", "clause", "required_by", "eccn")
    return pl.concat([asked.select("date"), found], how="horizontal")


def within(table: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    return table.filter(pl.col("date").is_between(first, last))


def numbers(clause: Clause) -> Iterator[Side]:
    """Each number that the clause tests, a little higher and a little lower."""
    for key in sorted(set(identifiers(f"{clause.applies} {clause.within}")) & set(clause.numbers)):
        for i, d in enumerate(clause.numbers[key]):
            for sign in (1, -1):

                def change(c: Clause, key: str = key, i: int = i, sign: int = sign) -> Clause:
                    dated = c.numbers[key]
                    moved = dated[i].model_copy(update={"value": dated[i].value * (1 + sign * NUDGE)})
                    return c.model_copy(update={"numbers": c.numbers | {key: (*dated[:i], moved, *dated[i + 1 :])}})

                span = (d.start or clause.complies or date.min, d.end or clause.ends or date.max)
                yield f"{clause.id}.{key} {d.value:g} {'+' if sign > 0 else '-'}", change, *span


def shorter(clause: Clause) -> Iterator[Side]:
    """The clause in force a day less at either end."""
    if clause.complies and clause.complies >= FIRST_DAY:
        later = clause.complies + DAY
        yield (
            f"{clause.id} complies {clause.complies} +",
            lambda c: c.model_copy(update={"complies": later}),
            clause.complies,
            later,
        )
    if clause.ends:
        earlier = clause.ends - DAY
        yield (
            f"{clause.id} ends {clause.ends} -",
            lambda c: c.model_copy(update={"ends": earlier}),
            earlier,
            clause.ends,
        )


def longer(clause: Clause) -> Iterator[Side]:
    """All of an instrument's clauses of one day in force a day more, which one alone need not show."""
    if clause.complies and clause.complies >= FIRST_DAY:
        day = clause.complies
        yield (
            f"{clause.instrument} complies {day} -",
            lambda c: c.model_copy(update={"complies": day - DAY}) if c.complies == day else c,
            day - DAY,
            day,
        )
    if clause.ends:
        last = clause.ends
        yield (
            f"{clause.instrument} ends {last} +",
            lambda c: c.model_copy(update={"ends": last + DAY}) if c.ends == last else c,
            last,
            last + DAY,
        )


def decides(clause: Clause) -> bool:
    """Whether it has a say in the outcome; a question has one in whether it may go, which `QUESTIONS` pins."""
    return (
        clause.stage not in ("context", "question")
        and bool(clause.complies)
        and not (clause.ends and clause.ends < clause.complies)
    )


# Numbers and days fall into so many parts, each as good as another: the first is looked at in the fast suite, all in the slow one.
PARTS = 8


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.slow) for part in range(1, PARTS))])
def test_every_number_and_day_is_pinned_by_cases_on_both_sides(part):
    pinned: set[str] = set()
    asked: set[str] = set()
    for policy in POLICIES:
        book = rules.load(policy)
        before = answers(book)
        for clause in filter(decides, book.clauses):
            for of, name, change, first, last in [
                *((clause.id, *x) for x in [*numbers(clause), *shorter(clause)]),
                *((clause.instrument, *x) for x in longer(clause)),
            ]:
                if crc32(name.encode()) % PARTS != part:
                    continue
                asked.add(name)
                if name in pinned:
                    continue
                moved = tuple(change(c) if of in (c.id, c.instrument) else c for c in book.clauses)
                told = within(before, first, last)
                if told.height and not answers(replace(book, clauses=moved), first, last).equals(told):
                    pinned.add(name)
    known = {name for name in LOOSE if crc32(name.encode()) % PARTS == part}
    loose = asked - pinned - known
    assert not loose, "\n".join(sorted(loose))
    assert known <= asked - pinned, "no longer loose: " + ", ".join(sorted(known & pinned))


# The day on which each question begins, and a shipment that may go the day before.
TOOL = {"item": "sme_tool", "listed": True, "end_use": "fab", "fab_node_nm": 40, "destination": "DEU"}
AT_HOME = {"designer_hq": "USA", "from": "USA", "exporter_hq": "USA", "end_use": "data_centre"}
ABROAD = {"item": "sme_tool", "listed": False, "end_use": "fab", "fab_node_nm": 40, "us_technology": False, "us_chip_inside": False, "exporter_hq": "JPN", "destination": "DEU"}  # fmt: skip
T4 = {"item": "T4", "end_use": "data_centre", "destination": "IND"}
QUESTIONS = {
    "rescission.text": ({"item": "H100 SXM", "end_use": "data_centre", "destination": "IND"}, date(2026, 5, 12)),
    "ear.listed_tool_worldwide": (TOOL, date(2024, 9, 6)),
    "eda2022.elsewhere": (TOOL | {"item": "software", "destination": "PAK"}, date(2022, 10, 14)),
    "technology.deemed": (
        {"item": "technology", "technology_of": "3A090.a", "deemed": True, "destination": "IND"} | AT_HOME,
        date(2022, 10, 21),
    ),
    "cloud.customer": ({"item": "cloud", "end_use": "data_centre", "destination": "CHN"}, date(2025, 5, 13)),
    "foreign.japan": (ABROAD | {"made_in": "JPN"}, date(2023, 7, 23)),
    "foreign.netherlands": (ABROAD | {"made_in": "NLD"}, date(2023, 9, 1)),
    "foreign.malaysia": (T4 | {"from": "MYS"}, date(2025, 7, 14)),
    "foreign.korea": (T4 | {"from": "KOR"}, date(2026, 9, 1)),
    "h20.others": (
        {"item": "H20", "exporter": "reseller", "end_use": "data_centre", "destination": "CHN"},
        date(2025, 4, 9),
    ),
    "oct2022.supercomputer_untold": (T4 | {"quantity": 20_000, "destination": "CHN"}, date(2022, 10, 21)),
    "oct2022.supercomputer_untold_macau": (T4 | {"quantity": 20_000, "destination": "MAC"}, date(2023, 1, 17)),
    "oct2023.supercomputer_untold": (T4 | {"quantity": 20_000, "destination": "LBN"}, date(2023, 11, 17)),
}


@pytest.mark.parametrize("clause", QUESTIONS)
def test_a_question_is_asked_from_its_day_on_and_not_before(clause):
    fields, day = QUESTIONS[clause]
    seats = dict.fromkeys(("headquarters", "parent_headquarters"), fields["destination"])
    told = {
        d: explain(Transaction(looked_up({**fields, **seats, "ownership": 0, "date": d})), rules.load("history"))
        for d in (day - DAY, day)
    }
    assert [decision.may_go for decision in told.values()] == [True, None]
    assert {decision.outcome for decision in told.values()} == {"no_licence_required"}


def test_every_question_that_begins_within_the_days_held_is_pinned():
    asking = (
        c
        for c in rules.load("history").clauses
        if c.stage == "question" and c.complies >= FIRST_DAY and not (c.ends and c.ends < c.complies)
    )
    # on the day on which its question begins the place leaves D:5: `test_read_paragraphs` pins its days; of an owner another
    # question asks before: `instrument_cases.csv` has both
    assert {c.id for c in asking} - {"cambodia2025.group", "affiliates.owner"} == {*QUESTIONS}
