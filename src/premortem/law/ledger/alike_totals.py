"""Running totals of consignees whose names count as one: a limit that each fits alone and all together do not is asked about."""

from collections.abc import Iterator

import polars as pl

from premortem.law.clauses.binding import limit
from premortem.law.clauses.clause import Clause, Rulebook
from premortem.law.clauses.conditions import identifiers
from premortem.law.clauses.totals import start, window
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.ledger.one_party import one_party
from premortem.law.ledger.withheld import Doubt
from premortem.law.parties.clearing import CLEARED, reason_of
from premortem.law.parties.spelling import key
from premortem.text.numbers import count_noun

# Whose names may be spelt in several ways.
WHOSE = "consignee"
RESTS_ON = "{total:,.0f} {unit} with consignees of alike names, over the limit"
SAYS = (
    "Consignees of this ledger differ in a number or a legal form alone, and in {rows} they exceed a limit together that each fits alone "
    "(rests_on says how far): where they are one, count them under one name; where they are not, say so in the row's cleared: alike=reason."
)
# What a row clears where such consignees are not one.
ALIKE = "alike"


def alike_totals(good: pl.DataFrame, answers: pl.DataFrame, book: Rulebook) -> Iterator[Doubt]:
    """Of each clause with a total for a consignee the rows that fit it alone, and do not with others of alike names."""
    if WHOSE not in good.columns:
        return
    for clause in (c for c in book.clauses if c.total and WHOSE in c.total.per and c.total.into in answers.columns):
        at = (answers["clause"] == clause.id).fill_null(False).arg_true()
        if len(at) and (found := _over(good[at], answers[at], clause, book.vocabulary)) is not None:
            cells = pl.Series([None], dtype=pl.String).new_from_index(0, good.height).scatter(at, found)
            yield Doubt(cells, SAYS.format(rows=count_noun(found.count(), "row")))


def _over(rows: pl.DataFrame, answers: pl.DataFrame, clause: Clause, words: Vocabulary) -> pl.Series | None:
    """What the rows of a clause say of totals of alike names, null where these fit; None where none are alike, or all fit."""
    names = rows[WHOSE].unique().drop_nulls()
    alike = {name: one_party(name) for name in names}
    if len({*alike.values()}) == len({key(name) for name in names}):
        return None
    assert clause.total is not None
    looked_at = {clause.total.start, clause.total.less, *identifiers(clause.within)} & {*words.given}
    own = [pl.col(f).fill_null(0.0) if f in rows.columns else pl.lit(0.0).alias(f) for f in sorted(looked_at)]
    same = rows.select(
        "date",
        *(f for f in clause.total.per if f != WHOSE),
        pl.col(WHOSE).replace_strict(alike, default=None).alias(WHOSE),
        *own,
    ).with_columns(amount=answers[words.measure.all])
    whose = [*clause.total.per, *window(clause)]
    total = start(clause) + pl.col("amount").cum_sum().over(whose)
    is_over = total > limit(clause, words)
    if CLEARED in rows.columns:
        cleared = rows[CLEARED].map_elements(lambda text: bool(reason_of(ALIKE, text)), pl.Boolean)
        is_over &= ~pl.lit(cleared).fill_null(False)
    over = same.select(pl.when(is_over).then(total)).to_series()
    said = [None if much is None else RESTS_ON.format(total=much, unit=words.total_unit) for much in over]
    return pl.Series(said, dtype=pl.String) if over.count() else None
