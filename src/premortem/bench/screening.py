"""Screening: a check of five named parties against a list of 50,000 names in the published form, and names looked up by the
thousand, both beside their budgets.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from premortem import facts
from premortem.bench.timing import Row, row
from premortem.case import Case, Firms, Timed, default
from premortem.facts import live
from premortem.facts.fetch import Fetched
from premortem.files import writer
from premortem.law import book as rules
from premortem.law.decide import Transaction, explain
from premortem.law.fields.transfers import transfers
from premortem.law.ledger import decisions
from premortem.law.parties.pulled_lists import with_pulled
from premortem.text.result import Document

QUICK, FULL = 10_000, 50_000
# Longest that a warm check may take [ms], and how often it is timed, each time with other names.
BUDGET, TIMES = 25.0, 40
# Distinct consignees of a ledger, and the longest that it may take to resolve 100,000 [s].
QUICK_LEDGER, FULL_LEDGER, LEDGER_BUDGET = 10_000, 100_000, 10.0


def rows(quick: bool) -> list[Row]:
    """Warm checks of a shipment with five named parties that were never looked up before, and a ledger of such consignees."""
    count = QUICK if quick else FULL
    timed = default().timed
    assert timed
    with fetched(count) as case:
        book = rules.load("", case)
        told = [
            sorted(_checks(names(timed.FIRMS, 5 * (TIMES + 3), seed), book, of))
            for seed, of in enumerate(timed.CHECKED, 1)
        ]
    found = []
    for of, taken in zip(timed.CHECKED, told, strict=True):
        what = f"check of {' to '.join(of.values())} with five parties against {count:,} listed names"
        found += [
            row(f"{what}, median", statistics.median(taken), BUDGET, "ms", "its budget", more_is_better=False),
            row(f"{what}, slowest of {TIMES}", taken[-1], BUDGET, "ms", "its budget", more_is_better=False),
        ]
    return [*found, _ledger(timed, QUICK_LEDGER if quick else FULL_LEDGER)]


def _ledger(timed: Timed, count: int) -> Row:
    """Rows a second of a ledger in which each consignee is another, that was never looked up before."""
    table = pl.DataFrame(
        {**timed.CHECKED[0], "quantity": 1, "date": "2026-09-01", "consignee": names(timed.FIRMS, count, seed=3)}
    )
    book = rules.load("", default())
    began = time.perf_counter()
    decisions.decide_ledger(table, book)
    taken = time.perf_counter() - began
    return row("ledger of distinct consignees", count / taken, FULL_LEDGER / LEDGER_BUDGET, "rows/s", "its budget")


def _checks(named: list[str], book: rules.Book, shipment: Mapping[str, str]) -> Iterator[float]:
    """Milliseconds of each check, after three that make things warm."""
    roles = ("exporter", "intermediate", "consignee", "end_user", "parent")
    for i in range(TIMES + 3):
        parties = dict(zip(roles, named[5 * i : 5 * i + 5], strict=True))
        began = time.perf_counter()
        explain(
            Transaction({**parties, **shipment}, case=book.case, quantity=10, date=date(2026, 9, 1)),
            book,
        )
        if i >= 3:
            yield 1000 * (time.perf_counter() - began)


def names(firms: Firms, count: int, seed: int = 0) -> list[str]:
    """So many invented names of firms: a place, a word of two to four syllables, a trade, a legal form."""
    dice = np.random.default_rng(seed)
    words = ["".join(dice.choice(firms.syllables, dice.integers(2, 5))).capitalize() for _ in range(count)]
    parts = (dice.choice(firms.places, count), words, dice.choice(firms.trades, count), dice.choice(firms.forms, count))
    return [" ".join(part) for part in zip(*parts, strict=True)]


def published(firms: Firms, count: int, seed: int = 0) -> Document:
    """A screening list in its published form, with every third entry under a second name too: so many names in all."""
    made = iter(names(firms, count, seed))
    entries = []
    for i, name in enumerate(made):
        also = [next(made, name)] if i % 3 == 0 else []
        entries.append(
            {"name": name, "alt_names": also, "source": firms.lists[i % len(firms.lists)], "start_date": "2020-01-01"}
        )
    return {"results": entries, "total": len(entries)}


@contextmanager
def fetched(count: int) -> Iterator[Case]:
    """The leading case with such a list, kept in a folder of its own as if it had been pulled."""
    case, was = default(), live.home
    assert case.timed
    document = published(case.timed.FIRMS, count)
    source = transfers(case).parties.pulled.source
    with tempfile.TemporaryDirectory() as folder:
        live.home = lambda: Path(folder)
        try:
            known = {source: facts.sources(case)[source].model_copy(update={"least_rows": 1})}
            facts.pull([source], known=known, get=lambda *to: served(document, to[1]))
            yield with_pulled(case)
        finally:
            live.home = was


def served(document: Document, path: Path) -> Fetched:
    """A published document as if it had been fetched to a path."""
    writer.put(path, json.dumps(document), parents=True)
    return Fetched(path, "", "")
