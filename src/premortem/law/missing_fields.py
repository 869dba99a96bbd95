"""What a decision lacks: `needs:FIELD` for the first missing field that a clause which could not be judged asks for."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from premortem.law.clause import Clause
from premortem.law.conditions import identifiers
from premortem.law.vocabulary import NEEDS, Vocabulary


def needing(worded: pl.DataFrame, fields: pl.LazyFrame, clauses: Sequence[Clause], words: Vocabulary) -> pl.DataFrame:
    """The frame with `needs:FIELD` as the outcome of rows that hang on a field that is not there."""
    frame = (
        fields.with_columns(worded["_code"], worded["_class"]).select(_needed(clauses, words).alias("needs")).collect()
    )
    return worded.with_columns(outcome=pl.coalesce("outcome", frame["needs"]))


def _needed(clauses: Sequence[Clause], words: Vocabulary) -> pl.Expr:
    """The first missing field that the clause which could not be judged asks for."""
    verdicts = []
    for i, c in enumerate(clauses):
        told = [_missing(name, clauses, words) for name in dict.fromkeys(identifiers(f"{c.applies} {c.within}"))]
        verdicts.append(pl.when(pl.col("_code") == -i - 1).then(pl.coalesce(*told)))
    return pl.coalesce(*verdicts)


def _missing(name: str, clauses: Sequence[Clause], words: Vocabulary) -> pl.Expr:
    """`needs:NAME` where a field is missing; for a class, what its classification hangs on."""
    if name == words.classes.field:
        defining = [c for c in clauses if c.stage == "define"]
        told = [
            pl.when(pl.col("_class") == -i - 1).then(
                pl.coalesce(*[_missing(n, defining, words) for n in dict.fromkeys(identifiers(c.applies))])
            )
            for i, c in enumerate(clauses)
            if c.stage == "classify"
        ]
        return pl.coalesce(*told, pl.lit(None, pl.String))
    if name in words.defined:
        told = [
            pl.when(pl.col("date").is_between(c.complies, c.ends or date.max)).then(_missing(n, (), words))
            for c in clauses
            if c.stage == "define" and c.then == name and c.complies
            for n in dict.fromkeys(identifiers(c.applies))
        ]
        return pl.coalesce(*told, pl.lit(None, pl.String))
    asked = (words.fields[name].asks or name) if name in words.fields else name
    if asked in words.given:
        return pl.when(pl.col(asked).is_null()).then(pl.lit(f"{NEEDS}{asked}"))
    return pl.lit(None, pl.String)
