"""The rulebook: rows a second with running totals, beside single decisions and a rule by hand in pandas."""

from typing import Any

import numpy as np
import polars as pl

from premortem.bench.timing import Row, median, row
from premortem.regime import book as rules
from premortem.regime import ledger
from premortem.regime.decide import Transaction, explain

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
    """Rows a second against the whole rulebook with running totals, beside single decisions and a hand-written pandas rule."""
    book = rules.load("as-written")
    count = QUICK if quick else FULL
    table = shipments(count)
    seconds = median(lambda: ledger.decide_ledger(table, book), 3 if quick else 1)
    one = Transaction(item="H100 SXM", quantity=2000, destination="ARE", date="2025-06-01")
    single = 1 / median(lambda: explain(one, book), 5)
    frame = table.head(200_000).to_pandas()
    by_hand = median(lambda: _by_hand(frame), 3)
    return [
        row(
            "ledger against the whole rulebook",
            count / seconds,
            single,
            "rows/s",
            "the same engine, one explained decision a call",
        ),
        row(
            "ledger against one pandas rule",
            count / seconds,
            len(frame) / by_hand,
            "rows/s",
            "3A090.a and two review policies alone, by hand in pandas",
        ),
    ]


def _by_hand(frame: Any) -> Any:
    """One paragraph and its review policies in vectorised pandas: a small part of what the rulebook decides."""
    tpp = {"H100 SXM": 15824, "H20": 2368, "B200": 36000, "RTX 4090": 5285, "L40S": 5864, "A100 80GB SXM": 4992}
    listed = frame["item"].map(tpp) >= 4800
    bound = frame["date"] >= np.datetime64("2023-11-17")
    denied = listed & bound & frame["destination"].isin(["CHN"])
    approved = listed & bound & frame["destination"].isin(["ARE", "VNM", "SAU"])
    return np.select(
        [denied, approved], ["licence:presumption_of_denial", "licence:presumption_of_approval"], "no_licence_required"
    )
