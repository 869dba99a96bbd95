"""The rulebook as a notebook meets it: `book("as-written").as_of("2025-06-01").decide(...)`."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from premortem.regime.book import Book, load
from premortem.regime.decide import Decision, Transaction, explain
from premortem.regime.diff import show
from premortem.regime.ledger import decide_ledger
from premortem.regime.timeline import timeline
from premortem.regime.transactions import parse_date


@dataclass(frozen=True)
class Rulebook:
    """A rulebook under a policy, and the day on which a transaction without a date of its own is decided."""

    book: Book
    day: date | None = None

    def as_of(self, day: str | date) -> "Rulebook":
        """The same rulebook on a day. Raises `BadInput` for a day for which no rule is held."""
        return replace(self, day=parse_date(day))

    def decide(self, transaction: Transaction) -> Decision:
        """One decision, explained; on this rulebook's day where one is set."""
        fields = dict(transaction.fields) | ({"date": self.day} if self.day else {})
        return explain(Transaction(fields), self.book)

    def ledger(self, shipments: pl.DataFrame) -> pl.DataFrame:
        """A table with outcome, deciding clause and headroom a row; never drops a row."""
        return decide_ledger(shipments, self.book)

    def timeline(self, transaction: Transaction) -> pl.DataFrame:
        """How the transaction would have been decided over time: first and last day, outcome, clause."""
        return pl.DataFrame(timeline(transaction, self.book), orient="row")

    def clauses(self) -> pl.DataFrame:
        """Clauses in force on the day, as a frame."""
        rows = show(self.book, self.day or date.today())
        return pl.DataFrame([{k: v for k, v in row.items() if k != "numbers"} for row in rows])


def book(policy: str | Path = "history") -> Rulebook:
    """The rulebook under a shipped policy, by name, or under a policy file."""
    return Rulebook(load(policy))
