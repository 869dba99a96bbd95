"""For each row, which tests of clauses it meets and so which clauses apply; the same code serves one row and a ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.law.clauses.binding import in_force, silences
from premortem.law.clauses.clause import Clause
from premortem.law.clauses.conditions import identifiers, parts
from premortem.law.clauses.truth import MET, NOT_MET, Rows, Truth
from premortem.law.fields.column_texts import numbered
from premortem.law.fields.vocabulary import Vocabulary

Flags = NDArray[np.bool_]
MANY = 127  # more tests than a clause has
SHOWN = 1  # tests by which a clause of several may be missed and still be shown


class Asked(NamedTuple):
    """A test of a clause: its text, the column that tells whether it is met, and whether the clause hangs on it to apply."""

    text: str
    column: str
    applies: bool
    looks_at: frozenset[str]  # names that are no numbers of the clause's


class Places(NamedTuple):
    """Of one clause after the other, which tests it makes."""

    of: NDArray[np.intp]
    starts: NDArray[np.intp]  # where each clause's begin
    applying: NDArray[np.int8]  # 1 where the clause hangs on the test to apply; shape (test, 1)


class Tests(NamedTuple):
    """Every test of some clauses, for all of their rows at once."""

    asked: dict[str, list[Asked]]  # by the clause's id
    columns: dict[str, tuple[str, Clause]]  # each test by name, once, with a clause that makes it
    places: Places


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
    rows = Rows(fields, words)
    rows.define(clauses)
    if words.classes.field:
        rows.settle(words.classes.field, numbered(answers[words.classes.field]))
    _settle_totals(rows, answers)
    tests = tests_of(clauses)
    return _met(rows, clauses, tests, {column: rows.test(*test) for column, test in tests.columns.items()})


def met_by_first(decided: Rows, fields: pl.DataFrame, answers: pl.DataFrame, clauses: tuple[Clause, ...]) -> Met:
    """The same of the first of rows while they were decided, whose fields and answer are given alone; tests of a clause that
    misses by two others, so that no ladder shows it, stand as not met untried.
    """
    row = decided.first(fields)
    _settle_totals(row, answers)
    tests = tests_of(clauses)
    return _met(row, clauses, tests, _tried(row, tests))


def _settle_totals(rows: Rows, answers: pl.DataFrame) -> None:
    """Give rows the running totals after them, where any was kept."""
    none = np.full(rows.height, np.nan)
    for name in rows.words.totals:
        rows.settle(name, answers[name].to_numpy() if name in answers.columns else none)


def _tried(row: Rows, tests: Tests) -> dict[str, Truth]:
    """By column, tests of one row that tell which clauses apply, or miss by one of several."""
    told: dict[str, Truth] = {}
    for own in tests.asked.values():
        left = min(len(own), SHOWN + 1)
        for test in own:
            if test.column not in told:
                told[test.column] = row.test(*tests.columns[test.column])
            left -= told[test.column][0] != MET
            if not left:
                break
    return told


def _met(rows: Rows, clauses: tuple[Clause, ...], tests: Tests, tried: Mapping[str, Truth]) -> Met:
    asked, columns, (of, starts, applying) = tests
    untried = np.full(rows.height, NOT_MET, np.int8)
    told = np.array([tried.get(column, untried) for column in columns], np.int8).reshape(len(columns), rows.height)
    unmet, ruled_out = (told != MET).view(np.int8)[of], (told == NOT_MET).view(np.int8)[of]
    against = np.add.reduceat(ruled_out & applying, starts, dtype=np.int8)
    vain = np.maximum.reduceat(unmet & applying, starts).view(bool)
    missed = np.add.reduceat(unmet, starts, dtype=np.int8)
    may_miss = np.minimum(SHOWN, np.diff(starts, append=len(of)) - 1)[:, None]
    days = rows.frame["date"].to_numpy()
    force = in_force(clauses, days)
    applies = force & ~vain
    for i, c in enumerate(clauses):
        for silent in silences(c, days):
            applies[i] &= ~silent
    return Met(
        clauses,
        asked,
        dict(zip(columns, told, strict=True)),
        {flag: rows.column(flag) for flag in rows.words.defined},
        force,
        applies,
        applies | (force & (missed <= may_miss)),
        against,
    )


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
    made = [test for own in asked.values() for test in own]
    starts = np.cumsum([0, *(len(own) for own in asked.values())])[:-1]
    applying = np.array([test.applies for test in made], np.int8)[:, None]
    of = np.array([place[test.column] for test in made], np.intp)
    return Tests(asked, columns, Places(of, starts, applying))
