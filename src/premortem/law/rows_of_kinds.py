"""Rows that share kinds: what no running total touches is worked out once a kind, and the rest row by row."""

from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.law.clauses.clause import Clause
from premortem.law.clauses.conditions import identifiers
from premortem.law.clauses.truth import Rows, Truth
from premortem.text.syntax import parse


class RowsOfKinds(Rows):
    """Rows as conditions look at them, of which `of` tells the kind; `frame` holds what running totals look at."""

    def __init__(self, kinds: Rows, of: NDArray[np.intp], frame: pl.DataFrame) -> None:
        super().__init__(frame, kinds.words)
        self.kinds, self.of = kinds, of

    def spread(self, of_kinds: Any) -> Any:
        """What is told of kinds, of each row."""
        return of_kinds[self.of]

    def met(self, text: str, clause: Clause) -> Truth:
        """Whether each row meets a condition of a clause; a clause that demands nothing is met."""
        if self._totals.isdisjoint(identifiers(text)):
            return np.asarray(self.spread(self.kinds.met(text, clause)))
        return super().met(text, clause)

    def test(self, text: str, clause: Clause) -> Truth:
        """Whether each row meets one test of a clause."""
        if self._totals.isdisjoint(identifiers(text)):
            return np.asarray(self.spread(self.kinds.test(text, clause)))
        return self._truth(parse(text), clause)

    def figure(self, clause: Clause, key: str) -> Any:
        """A number of a clause on each row's date, NaN where it says none; one number where it is always the same."""
        value = self.kinds.figure(clause, key)
        return self.spread(value) if np.ndim(value) else value

    def column(self, name: str) -> Any:
        """A field's values: as `settle` takes them."""
        if name not in self._columns and name not in self.frame.columns:
            found = self.kinds.column(name)
            of_text = isinstance(found, tuple)
            self.settle(name, (self.spread(found[0]), found[1]) if of_text else self.spread(found))
        return super().column(name)

    def _between(self, first: date | None, last: date | None) -> NDArray[np.bool_]:
        """Rows whose date lies between two days, both included."""
        return np.asarray(self.spread(self.kinds._between(first, last)))
