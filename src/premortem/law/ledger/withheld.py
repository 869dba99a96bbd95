"""Permissions of a ledger that are withheld for what its table says and no field holds."""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from premortem.law.vocabulary import Vocabulary


class Doubt(NamedTuple):
    """What keeps a permission from being a plain yes, and in which of the decided rows."""

    rests_on: str  # as a cell says it
    says: str  # as it is said once of the whole ledger; "" where the cells say enough
    rows: pl.Series  # whether it is so of each row


def withhold(answers: pl.DataFrame, doubts: Sequence[Doubt], words: Vocabulary) -> pl.DataFrame:
    """Answers whose permissions hang on the doubts as well."""
    for doubt in doubts:
        hangs = pl.lit(doubt.rows) & pl.col("outcome").is_in([*words.free])
        rests = pl.concat_str("rests_on", pl.lit(doubt.rests_on), separator="; ", ignore_nulls=True)
        answers = answers.with_columns(
            pl.when(hangs).then(pl.lit(None, pl.Boolean)).otherwise("may_go").alias("may_go"),
            pl.when(hangs).then(rests).otherwise("rests_on").alias("rests_on"),
        )
    return answers
