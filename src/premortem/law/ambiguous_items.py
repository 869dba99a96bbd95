"""Spellings that could mean several items: where each of them has the same answer and none may go, nobody is asked which is meant.

A permission is never given so: what it rests on may be another for each.
"""

from collections.abc import Sequence

import polars as pl

from premortem.law.clauses.clause import Rulebook
from premortem.law.engine import decide, judge
from premortem.law.equivalent_rows import kinds
from premortem.law.fields import items
from premortem.law.fields.column_texts import FEW, texts_of
from premortem.law.fields.named_fields import Fields, flag_of, text_of
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import NEEDS
from premortem.law.row_defaults import completed
from premortem.law.transactions import could_mean


def possible(given: Fields, book: Rulebook) -> tuple[str, ...]:
    """The items that a transaction's item could be; none where it is clear, or its measure is told, which needs no catalogue."""
    item, case = text_of(given, "item"), book.case
    if items.could_be(item, case) is None or given.get(book.vocabulary.measure.one) is not None:
        return ()
    return could_mean(item, case, flag_of(given, transfers(case).items.parts))


def settled(given: pl.DataFrame, book: Rulebook) -> pl.Series:
    """The items of typed rows; of a spelling that could mean several with one answer, the first of them."""
    found, measure, parts = given["item"], book.vocabulary.measure.one, transfers(book.case).items.parts
    for name in texts_of(given["item"]):
        if items.could_be(name, book.case) is None:
            continue
        # a measure that is given needs no catalogue
        named = (pl.col("item") == name) & (pl.col(measure).is_null() if measure in given.columns else True)
        for told in (None, True, False) if parts in given.columns else (None,):
            flag = pl.col(parts).eq_missing(pl.lit(told, pl.Boolean)) if parts in given.columns else pl.lit(True)
            at = given.select(named & flag).to_series().fill_null(False).arg_true()
            choices = could_mean(name, book.case, told)
            if len(at) and choices:
                found = found.scatter(at.filter(_have_one_answer(given[at], choices, book)), choices[0])
    return found


def _have_one_answer(rows: pl.DataFrame, choices: tuple[str, ...], book: Rulebook) -> pl.Series:
    """Rows that have one answer, which frees nothing and hangs on no running total, whichever of some items they are of."""
    every = _decided(pl.concat([rows.with_columns(item=pl.lit(choice)) for choice in choices]), book)
    return one_answer([*every.iter_slices(rows.height)], book)


def one_answer(answers: Sequence[pl.DataFrame], book: Rulebook) -> pl.Series:
    """Rows of which all these answers are one, frees nothing and hangs on no running total."""
    words, totals = book.vocabulary, [c.id for c in book.clauses if c.total]
    first, *others = answers
    asking = [outcome for outcome in words.outcomes if outcome not in words.free and not outcome.startswith(NEEDS)]
    one = first["outcome"].is_in(asking) & ~first["clause"].is_in(totals).fill_null(False)
    for other in others:
        one &= first["outcome"].eq_missing(other["outcome"]) & first["clause"].eq_missing(other["clause"])
    return one


def _decided(rows: pl.DataFrame, book: Rulebook) -> pl.DataFrame:
    """Rows as each is decided alone."""
    alone = rows.select(c for c in rows.columns if c in book.vocabulary.fields)
    if alone.height <= FEW:
        return judge(completed(alone, book), book)
    return decide(alone, book, kinds=kinds(alone, book))
