"""Which tests of clauses each row meets, and so which clauses apply to it: one way for a single row and for a ledger's."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.law.binding import in_force, laid_down, names, speaks
from premortem.law.clause import Clause
from premortem.law.conditions import condition, identifiers, parts
from premortem.law.vocabulary import TOTALS

Flags = NDArray[np.bool_]
# What is told of a test.
NOT_MET, MET, UNKNOWN = 0, 1, 2
# More tests than a clause has.
MANY = 127


class Asked(NamedTuple):
    """A test of a clause: its text, the column that tells whether it is met, and whether the clause hangs on it to apply."""

    text: str
    column: str
    applies: bool
    looks_at: frozenset[str]  # names that are no numbers of the clause's


class Met(NamedTuple):
    """How far each row meets the tests of some clauses: every array has a row a row, those of clauses a column a clause."""

    clauses: tuple[Clause, ...]
    asked: Mapping[str, Sequence[Asked]]  # tests by a clause's id
    tests: Mapping[str, NDArray[np.int8]]  # by a test's column: `MET`, `NOT_MET`, or `UNKNOWN` where a field is missing
    force: Flags
    applies: Flags
    near: Flags  # in force, and applies or misses by one of several tests
    against: NDArray[np.int8]  # tests on which a clause hangs to apply that are not met
    least: Sequence[int]  # the fewest of those in a row in which the clause is in force


def tried(fields: pl.DataFrame, answers: Mapping[str, Any], clauses: tuple[Clause, ...]) -> pl.DataFrame:
    """Completed rows with every test of these clauses worked out; `answers` are what was decided of one row, or columns of
    several.
    """
    totals = {name: pl.lit(answers.get(name)).cast(pl.Float64) for name in TOTALS}
    eccn = pl.lit(answers["eccn"]).cast(pl.String)
    frame = fields.lazy().with_columns(*laid_down(clauses), eccn=eccn, **totals)
    return frame.with_columns(tests_of(clauses)[1]).collect()


def met(frame: pl.DataFrame, clauses: tuple[Clause, ...]) -> Met:
    """How far the rows of a frame that was `tried` meet the tests of these clauses."""
    asked, columns = tests_of(clauses)
    named = [expr.meta.output_name() for expr in columns]
    values = frame.select(pl.col(named).cast(pl.Int8).fill_null(UNKNOWN)).to_numpy()
    tests = dict(zip(named, values.T, strict=True))
    days = frame["date"].to_numpy()
    size = frame.height, len(clauses)
    force, applies, near = (np.zeros(size, bool) for _ in range(3))
    against = np.zeros(size, np.int8)
    for i, c in enumerate(clauses):
        own = [(tests[test.column], test.applies) for test in asked[c.id]]
        force[:, i] = in_force(c, days)
        against[:, i] = sum(told == NOT_MET for told, counts in own if counts)
        applies[:, i] = np.logical_and.reduce([speaks(c, days), *(told == MET for told, counts in own if counts)])
        near[:, i] = sum(told != MET for told, _ in own) <= min(1, len(own) - 1)
    applies &= force
    least = np.where(force, against, np.int8(MANY)).min(axis=0, initial=MANY).tolist()
    return Met(clauses, asked, tests, force, applies, applies | (near & force), against, least)


@lru_cache(64)
def tests_of(clauses: tuple[Clause, ...]) -> tuple[dict[str, list[Asked]], list[pl.Expr]]:
    """Every clause's tests by its id, and the columns that tell which are met; a test that several make is worked out once."""
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
                    columns[column] = condition(text, names(c)).alias(column)
    return asked, list(columns.values())
