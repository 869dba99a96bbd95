"""Permissions of a ledger that are withheld for what its table says and no field holds."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from premortem.law.fields.vocabulary import Vocabulary
from premortem.text.numbers import count_noun


class Doubt(NamedTuple):
    """What keeps permissions of the decided rows from being a plain yes."""

    rests_on: pl.Series  # on what, of each row, as a cell says it; null where on nothing
    says: str  # as it is said once of the whole ledger; "" where the cells say enough
    always: bool = False  # whether it stands beside any answer, a permission or not


def doubt_of(rows: pl.Series, rests_on: str, says: str) -> Doubt:
    """One that is the same of all of some rows."""
    return Doubt(rows.replace_strict({True: rests_on}, default=None, return_dtype=pl.String), says)


def doubt_of_each(said: Mapping[int, str], height: int, says: str, heading: str, *, always: bool = False) -> Doubt:
    """One of a column that rests on something of their own in some rows, by their number, of a table so high; `says` has places for the
    `heading` and for how many `rows` they are.
    """
    rests_on = pl.Series([said.get(i) for i in range(height)], dtype=pl.String)
    return Doubt(rests_on, says.format(heading=heading, rows=count_noun(len(said), "row")), always)


def withhold(answers: pl.DataFrame, doubts: Sequence[Doubt], words: Vocabulary) -> pl.DataFrame:
    """Answers whose permissions hang on the doubts as well."""
    for doubt in doubts:
        told = pl.lit(doubt.rests_on.is_not_null())
        hangs = told & pl.col("outcome").is_in([*words.free])
        rests = pl.concat_str("rests_on", pl.lit(doubt.rests_on), separator="; ", ignore_nulls=True)
        answers = answers.with_columns(
            pl.when(hangs).then(pl.lit(None, pl.Boolean)).otherwise("may_go").alias("may_go"),
            pl.when(told if doubt.always else hangs).then(rests).otherwise("rests_on").alias("rests_on"),
        )
    return answers
