"""The first field that a decision lacks, as `needs:FIELD`: one that a clause tests and nobody gave."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.law.clauses.clause import Clause
from premortem.law.clauses.conditions import identifiers
from premortem.law.fields.groups import grouped
from premortem.law.fields.vocabulary import NEEDS, Vocabulary

# More than the clauses on which a row may hang.
FEWER = 1025


def needing(
    worded: pl.DataFrame,
    of: NDArray[np.intp],
    kinds: pl.LazyFrame | pl.DataFrame,
    classed: NDArray[np.int16],
    clauses: tuple[Clause, ...],
    words: Vocabulary,
) -> pl.DataFrame:
    """The frame with `needs:FIELD` as the outcome of rows that hang on a field that is not there.

    `of` tells the kind of each row, `kinds` their fields, `classed` what their classification hangs on (`engine`).
    """
    code = worded["_code"].to_numpy()
    at = np.flatnonzero(code < 0)
    # rows of one kind that hang on one clause lack the same field
    same = grouped(of[at] * np.intp(FEWER) - code[at], len(classed) * FEWER)
    codes = pl.Series("_code", code[at][same.first])
    needed = _needed(clauses, tuple(codes.unique().sort()), words)
    names = [name for name in sorted(needed.meta.root_names()) if name != "_code"]
    hanging = kinds.lazy().with_columns(pl.Series("_class", classed)).select(pl.col(names).gather(of[at][same.first]))
    needs = hanging.with_columns(codes).select(needed).collect().to_series()
    return worded.with_columns(outcome=worded["outcome"].scatter(at, needs.gather(same.of)))


@lru_cache(256)
def _needed(clauses: tuple[Clause, ...], codes: tuple[int, ...], words: Vocabulary) -> pl.Expr:
    """The first missing field that the clause which could not be judged asks for, of those that the codes tell."""
    verdicts = []
    for code in codes:
        c = clauses[-code - 1]
        told = [_missing(name, clauses, words) for name in dict.fromkeys(identifiers(f"{c.applies} {c.within}"))]
        verdicts.append(pl.when(pl.col("_code") == code).then(pl.coalesce(*told)))
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
            pl.when(pl.col("date").is_between(c.begins, c.ends or date.max)).then(_missing(n, (), words))
            for c in clauses
            if c.stage == "define" and c.then == name and c.begins
            for n in dict.fromkeys(identifiers(c.applies))
        ]
        return pl.coalesce(*told, pl.lit(None, pl.String))
    asked = (words.fields[name].asks or name) if name in words.fields else name
    if asked in words.given:
        return pl.when(pl.col(asked).is_null()).then(pl.lit(f"{NEEDS}{asked}"))
    return pl.lit(None, pl.String)
