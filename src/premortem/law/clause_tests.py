"""For each row, which tests of clauses it meets and so which clauses apply; the same code serves one row and a ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.law.binding import in_force, silences
from premortem.law.clause import Clause
from premortem.law.conditions import identifiers, parts
from premortem.law.truth import MET, NOT_MET, Rows, Truth, numbered
from premortem.law.vocabulary import Vocabulary

Flags = NDArray[np.bool_]
MANY = 127  # more tests than a clause has


class Asked(NamedTuple):
    """A test of a clause: its text, the column that tells whether it is met, and whether the clause hangs on it to apply."""

    text: str
    column: str
    applies: bool
    looks_at: frozenset[str]  # names that are no numbers of the clause's


@dataclass(frozen=True)
class Met:
    """How far each row meets the tests of some clauses: arrays have a row a test or a clause, and a column a row."""

    clauses: tuple[Clause, ...]
    asked: Mapping[str, Sequence[Asked]]  # tests by a clause's id
    tests: Mapping[str, Truth]  # by a test's column: `MET`, `NOT_MET`, or `UNKNOWN` where a field is missing
    defined: Mapping[str, Truth]  # flags that clauses define
    force: Flags
    applies: Flags
    near: Flags  # in force, and applies or misses by one of several tests
    against: NDArray[np.int8]  # tests on which a clause hangs to apply that are not met

    @cached_property
    def least(self) -> list[int]:
        """Of each clause, the fewest tests that are not met in a row in which it is in force; `MANY` where it is in none."""
        return np.where(self.force, self.against, np.int8(MANY)).min(axis=1, initial=MANY).tolist()


def met(fields: pl.DataFrame, answers: pl.DataFrame, clauses: tuple[Clause, ...], words: Vocabulary) -> Met:
    """How far completed rows meet the tests of these clauses; `answers` are what was decided of them."""
    asked, columns, places = tests_of(clauses)
    rows = Rows(fields, words)
    rows.define(clauses)
    if words.classes.field:
        rows.settle(words.classes.field, numbered(answers[words.classes.field]))
    none = np.full(rows.height, np.nan)
    for name in words.totals:
        rows.settle(name, answers[name].to_numpy() if name in answers.columns else none)
    told = np.array([rows.test(text, c) for text, c in columns.values()], np.int8).reshape(len(columns), rows.height)
    unmet, ruled_out = told != MET, told == NOT_MET
    shape = (len(clauses), rows.height)
    missed, vain, against = np.empty(shape, np.int8), np.empty(shape, bool), np.empty(shape, np.int8)
    for i, (of, applying) in enumerate(places):
        missed[i] = unmet[of].sum(axis=0, dtype=np.int8)
        vain[i] = unmet[applying].any(axis=0)
        against[i] = ruled_out[applying].sum(axis=0, dtype=np.int8)
    may_miss = np.array([[min(1, len(of) - 1)] for of, _ in places], np.int8)
    days = fields["date"].to_numpy()
    force = in_force(clauses, days)
    applies = force & ~vain
    for i, c in enumerate(clauses):
        for silent in silences(c, days):
            applies[i] &= ~silent
    return Met(
        clauses,
        asked,
        dict(zip(columns, told, strict=True)),
        {flag: rows.column(flag) for flag in words.defined},
        force,
        applies,
        applies | (force & (missed <= may_miss)),
        against,
    )


class Tests(NamedTuple):
    """Every test of some clauses, for all of their rows at once."""

    asked: dict[str, list[Asked]]  # by the clause's id
    columns: dict[str, tuple[str, Clause]]  # each test by name, once, with a clause that makes it
    places: list[tuple[list[int], list[int]]]  # of each clause, which of these it makes, and on which it hangs to apply


@lru_cache(64)
def tests_of(clauses: tuple[Clause, ...]) -> Tests:
    """The tests of clauses that each make one at least."""
    asked: dict[str, list[Asked]] = {c.id: [] for c in clauses}
    columns: dict[str, tuple[str, Clause]] = {}
    for c in clauses:
        for applies, texts in ((True, parts(c.applies)), (False, parts(c.within))):
            for text in texts:
                looked_at = frozenset(identifiers(text))
                own = not c.numbers.keys().isdisjoint(looked_at)
                column = f"{c.id}: {text}" if own else f": {text}"
                asked[c.id].append(Asked(text, column, applies, looked_at - c.numbers.keys()))
                columns.setdefault(column, (text, c))
    place = {column: i for i, column in enumerate(columns)}
    places = [
        ([place[test.column] for test in own], [place[test.column] for test in own if test.applies])
        for own in asked.values()
    ]
    return Tests(asked, columns, places)
