"""Transactions that one book after another is asked about: what no clause can change of them is worked out once."""

from typing import NamedTuple

import polars as pl

from premortem.case import Case
from premortem.law.clauses.candidate_clauses import few_held
from premortem.law.clauses.clause import Clause, Rulebook
from premortem.law.clauses.truth import Rows
from premortem.law.engine import Given, judged
from premortem.law.fields.places import TierChange
from premortem.law.fields.vocabulary import Vocabulary, vocabulary
from premortem.law.row_defaults import complete


class Questions:
    """Transactions, each by itself, of a case in which a policy makes the given moves of places."""

    def __init__(self, transactions: pl.DataFrame, case: Case, moves: tuple[TierChange, ...]) -> None:
        self._moves, words = moves, vocabulary(case)
        self._fields = complete(transactions, _Places(moves, case)).collect()
        self._given = Given(Rows(self._fields, words), few_held(self._fields, words))

    def answers(self, book: Rulebook) -> pl.DataFrame:
        """What a book with these moves decides, as `engine.decide` does without totals. Raises `ValueError` for one with others."""
        if book.moves != self._moves:
            raise ValueError("a book with other moves of places")
        return judged(self._fields, book, given=self._given).answers


class _Places(NamedTuple):
    """A rulebook of no clauses: all that the fields of a transaction hang on."""

    moves: tuple[TierChange, ...]
    case: Case
    clauses: tuple[Clause, ...] = ()

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of the case."""
        return vocabulary(self.case)
