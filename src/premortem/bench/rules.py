"""The rulebook: rows a second with running totals, single decisions, and the same law in pandas and by variables."""

import numpy as np
import polars as pl

from premortem.bench import law
from premortem.bench.timing import Row, median, paired, row
from premortem.law import book as rules
from premortem.law.decide import Transaction, explain
from premortem.law.engine import decide
from premortem.law.ledger import decisions
from premortem.law.transactions import frame_of

QUICK, FULL = 100_000, 10_000_000


def shipments(rows: int, seed: int = 0) -> pl.DataFrame:
    """Random shipments of known chips to eight places over five years."""
    rng = np.random.default_rng(seed)
    days = np.arange("2022-06", "2027-12", dtype="datetime64[D]")
    return pl.DataFrame(
        {
            "item": rng.choice(["H100 SXM", "H20", "B200", "RTX 4090", "L40S", "A100 80GB SXM"], rows),
            "quantity": rng.integers(1, 500, rows),
            "destination": rng.choice(["ARE", "CHN", "IND", "FRA", "SGP", "BRA", "VNM", "SAU"], rows),
            "date": rng.choice(days, rows),
            "consignee": rng.choice([f"c{i}" for i in range(200)], rows),
        }
    )


def rows(quick: bool) -> list[Row]:
    """Rows a second against the whole rulebook with running totals, one explained decision, and the law written twice more."""
    book = rules.load("as-written")
    count = QUICK if quick else FULL
    table = shipments(count)
    seconds = median(lambda: decisions.decide_ledger(table, book), 3 if quick else 1)
    one = Transaction(item="H100 SXM", quantity=2000, destination="ARE", date="2025-06-01")
    bare = frame_of([one.fields], one.case)
    explained, decided = paired(lambda: explain(one, book), lambda: decide(bare, book), 9)
    return [
        row(
            "ledger against the whole rulebook",
            count / seconds,
            1 / explained,
            "rows/s",
            "the same engine, one explained decision a call",
        ),
        row("one explained decision", explained, decided, "s", "the same without ladder and nearby changes", False),
        *law.rows(quick),
    ]
