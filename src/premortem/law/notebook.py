"""The rulebook as a notebook meets it: `book(POLICY).as_of("2025-06-01").decide(...)`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import polars as pl

from premortem.argument_types import checked_methods
from premortem.case import Case, default
from premortem.errors import BadInput
from premortem.law.book import Book, load
from premortem.law.book_differences import Differences
from premortem.law.compare_books import diff, show
from premortem.law.decide import Decision, Transaction, explain
from premortem.law.fields.named_fields import Fields
from premortem.law.fields.places import iso3
from premortem.law.ledger.decisions import decide_ledger
from premortem.law.timeline import timeline
from premortem.law.transactions import parse_date
from premortem.text.layout import fit
from premortem.text.tables import Table

if TYPE_CHECKING:  # slow to load, and only a user who has a frame of it needs it
    import pandas as pd

# A table of shipments: a frame of Polars or pandas, or a list of rows as dicts.
Shipments: TypeAlias = "pl.DataFrame | pd.DataFrame | Sequence[Fields]"


@checked_methods
@dataclass(frozen=True)
class Rulebook:
    """A rulebook under a policy, and the day on which a transaction without a date of its own is decided."""

    book: Book
    day: date | None = None

    def __repr__(self) -> str:
        return fit(f"Rulebook {self.book.name}, {len(self.book.as_of(self._on))} clauses in force on {self._on}")

    def _repr_html_(self) -> str:
        clauses = self.clauses().select("clause", "says", "citation")
        return Table(clauses, {}, repr(self), clauses.height)._repr_html_()

    @property
    def _on(self) -> date:
        return self.day or date.today()

    def as_of(self, day: str | date) -> "Rulebook":
        """The same rulebook on a day. Raises `BadInput` for a day for which no rule is held."""
        return replace(self, day=parse_date(day, self.book.case))

    def decide(self, transaction: Transaction | Fields) -> Decision:
        """One decision, explained, of a transaction or of its fields; on this rulebook's day where one is set."""
        given = transaction.fields if isinstance(transaction, Transaction) else transaction
        if not isinstance(given, Mapping):
            got, allowed = type(given).__name__, "a Transaction, or a dict of fields"
            raise BadInput("transaction", "", "is none", got=got, allowed=allowed)
        fields = dict(given) | ({"date": self.day} if self.day else {})
        return explain(Transaction(fields, case=self.book.case), self.book)

    def ledger(self, shipments: Shipments) -> pl.DataFrame:
        """A table with outcome, deciding clause, headroom, `may_go` and what that rests on a row; never drops a row.

        A table without a column `date` is decided on this rulebook's day, where one is set.
        """
        table = frame(shipments)
        if self.day and "date" not in table.columns:
            table = table.with_columns(date=pl.lit(self.day))
        return decide_ledger(table, self.book)

    def timeline(self, transaction: Transaction) -> pl.DataFrame:
        """How the transaction would have been decided over time: first and last day, outcome, clause."""
        return pl.DataFrame(timeline(transaction, self.book), orient="row")

    def clauses(self) -> pl.DataFrame:
        """Clauses in force on the day, as a frame."""
        rows = show(self.book, self._on)
        return pl.DataFrame([{k: v for k, v in row.items() if k != "numbers"} for row in rows])

    def numbers(self, clause: str = "") -> pl.DataFrame:
        """Numbers of the clauses, or of those whose id begins with `clause`: value, unit, first and last day, citation."""
        return self.book.numbers().filter(pl.col("clause").str.starts_with(clause)).drop("says")

    def tier(self, country: str) -> int:
        """Tier of a country on the day, whether or not a clause that uses tiers is in force. Raises `BadInput`."""
        return self.book.tier(iso3(country, "country", self.book.case), self._on)

    def diff(self, other: "Rulebook") -> Differences:
        """What changes from this rulebook and day to another: the keys of `premortem regime diff --json`."""
        return diff((self.book, self._on), (other.book, other._on))


def book(policy: str | Path = "", case: Case | None = None) -> Rulebook:
    """The rulebook of a case (by default the leading one) under one of its policies, by name (by default the law as it
    stood), or under a policy file.
    """
    case = case or default()
    return Rulebook(load(policy or case.settings.stands, case))


def frame(table: Shipments) -> pl.DataFrame:
    """A table as a Polars frame; values of several types in one column of rows are read as their text.

    Raises `BadInput` for what is no table.
    """
    if isinstance(table, pl.DataFrame):
        return table
    if type(table).__module__.partition(".")[0] == "pandas":
        return _of_pandas(cast("pd.DataFrame", table))
    if not isinstance(table, Sequence) or not all(isinstance(row, Mapping) for row in table):
        got, allowed = type(table).__name__, "a frame of Polars or pandas, or a list of rows as dicts"
        raise BadInput("ledger", "", "is no table", got=got, allowed=allowed)
    names = dict.fromkeys(name for row in table for name in row)
    return pl.DataFrame({name: _column([row.get(name) for row in table]) for name in names})


def _column(values: list[Any]) -> pl.Series:
    types = {type(value) for value in values if value is not None}
    return pl.Series(values if len(types) < 2 else [None if value is None else str(value) for value in values])


def _of_pandas(table: "pd.DataFrame") -> pl.DataFrame:
    mixed = [name for name in table if table[name].dtype.name == "object"]
    told = {name: _column(table[name].where(table[name].notna(), None).tolist()) for name in mixed}
    return (
        pl.from_pandas(table.drop(columns=mixed))
        .with_columns(told[name].alias(str(name)) for name in mixed)
        .select(table.columns)
    )
