"""Which tests of clauses each row meets, and so which clauses apply to it: one way for a single row and for a ledger's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.law.binding import in_force, laid_down, names, silences
from premortem.law.clause import Clause
from premortem.law.conditions import condition, identifiers, parts
from premortem.law.row_defaults import AS_WRITTEN
from premortem.law.vocabulary import Vocabulary

Flags = NDArray[np.bool_]
# What is told of a test.
NOT_MET, MET, UNKNOWN = 0, 1, 2
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
    tests: Mapping[str, NDArray[np.int8]]  # by a test's column: `MET`, `NOT_MET`, or `UNKNOWN` where a field is missing
    force: Flags
    applies: Flags
    near: Flags  # in force, and applies or misses by one of several tests
    against: NDArray[np.int8]  # tests on which a clause hangs to apply that are not met

    @cached_property
    def least(self) -> list[int]:
        """Of each clause, the fewest tests that are not met in a row in which it is in force; `MANY` where it is in none."""
        return np.where(self.force, self.against, np.int8(MANY)).min(axis=1, initial=MANY).tolist()


def tried(
    fields: pl.DataFrame, answers: Mapping[str, Any], clauses: tuple[Clause, ...], words: Vocabulary
) -> pl.DataFrame:
    """Completed rows with every test of these clauses worked out; `answers` are what was decided of one row, or columns of
    several.
    """
    settled = {name: pl.lit(answers.get(name)).cast(pl.Float64) for name in words.totals}
    if words.classes.field:
        settled[words.classes.field] = pl.lit(answers["eccn"]).cast(pl.String)
    frame = fields.lazy().with_columns(*laid_down(clauses, words), **settled)
    return frame.with_columns(tests_of(clauses, words).columns.values()).collect(optimizations=AS_WRITTEN)


def met(frame: pl.DataFrame, clauses: tuple[Clause, ...], words: Vocabulary) -> Met:
    """How far the rows of a frame that was `tried` meet the tests of these clauses."""
    asked, columns, at, first, counts = tests_of(clauses, words)
    told = _told(frame.select(*columns))
    each = told[at]  # clause after clause
    missed = np.add.reduceat(each != MET, first, dtype=np.int8)
    vain = np.add.reduceat((each != MET) & counts, first, dtype=np.int8)
    against = np.add.reduceat((each == NOT_MET) & counts, first, dtype=np.int8)
    may_miss = np.minimum(1, np.diff([*first, len(at)]) - 1)[:, None]
    days = frame["date"].to_numpy()
    force = in_force(clauses, days)
    applies = force & (vain == 0)
    for i, c in enumerate(clauses):
        for silent in silences(c, days):
            applies[i] &= ~silent
    return Met(
        clauses,
        asked,
        dict(zip(columns, told, strict=True)),
        force,
        applies,
        applies | (force & (missed <= may_miss)),
        against,
    )


def _told(tests: pl.DataFrame) -> NDArray[np.int8]:
    """`MET`, `NOT_MET` or `UNKNOWN` of each test, shape (test, row)."""
    missing = [name for name in tests.columns if tests.get_column(name).null_count()]
    filled = tests.with_columns(pl.col(missing).cast(pl.Int8).fill_null(UNKNOWN)) if missing else tests
    told = [test.to_numpy() for test in filled.get_columns()]
    return np.array(told, np.int8).reshape(len(told), tests.height)


class Tests(NamedTuple):
    """Every test of some clauses, for all of their rows at once."""

    asked: dict[str, list[Asked]]  # by the clause's id
    columns: dict[str, pl.Expr]  # which tell what is met, by name; a test that several clauses make is worked out once
    at: NDArray[np.int64]  # column of each test, clause after clause
    first: NDArray[np.int64]  # place of each clause's first test among these
    counts: Flags  # whether the clause hangs on the test to apply, shape (test, 1)


@lru_cache(64)
def tests_of(clauses: tuple[Clause, ...], words: Vocabulary) -> Tests:
    """The tests of clauses that each make one at least."""
    asked: dict[str, list[Asked]] = {c.id: [] for c in clauses}
    columns: dict[str, pl.Expr] = {}
    for c in clauses:
        for applies, texts in ((True, parts(c.applies)), (False, parts(c.within))):
            for text in texts:
                looked_at = frozenset(identifiers(text))
                own = not c.numbers.keys().isdisjoint(looked_at)
                column = f"{c.id}: {text}" if own else f": {text}"
                asked[c.id].append(Asked(text, column, applies, looked_at - c.numbers.keys()))
                if column not in columns:
                    columns[column] = condition(text, names(c), words).alias(column)
    place = {column: i for i, column in enumerate(columns)}
    tests = [test for own in asked.values() for test in own]
    sizes = np.array([len(own) for own in asked.values()], np.int64)
    return Tests(
        asked,
        columns,
        np.array([place[test.column] for test in tests], np.int64),
        np.cumsum(sizes) - sizes,
        np.array([[test.applies] for test in tests], bool).reshape(len(tests), 1),
    )
