"""Decides frames of transactions: the same expressions for one row and for ten million.

Order: classify the item; is a licence required; VEU authorisation; exceptions; review policy. The first clause that
speaks decides. A test on a field that is not there is neither met nor unmet: when a decision hangs on it, the outcome
says which field it needs. A running total counts only what its own clause let through.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

import polars as pl

from premortem.regime.binding import binds, dated_numbers, within
from premortem.regime.clause import DECIDING, Clause, Rulebook
from premortem.regime.countries import atlas
from premortem.regime.expressions import identifiers
from premortem.regime.needs import needing
from premortem.regime.totals import Totals, start, total_after
from premortem.regime.transactions import complete
from premortem.regime.vocabulary import FIELDS

NOT_REQUIRED, RETURNED = "no_licence_required", "returned"
UNCLASSIFIED = "none"
# Rows decided at once: enough for speed, few enough for memory.
BATCH = 500_000
# While rows are decided, a verdict is a number: 2 i for clause i's `then`, 2 i + 1 for its `otherwise`, -(i + 1) when a
# field that clause i tests is missing, and these two.
FREE, BACK = 10_000, 10_001
CODE = pl.Int16
DAY = timedelta(days=1)
# Plans that are kept, one for each set of clauses met.
PLANS = 64
# Columns by which a ledger tells of rows that undo others.
UNDOING = ("_row", "_undoes", "_back")


def decide(given: pl.DataFrame, book: Rulebook, totals: Totals | None = None) -> pl.DataFrame:
    """Outcome, deciding clause, ECCN and totals after the shipment, a row a transaction, in the order of `given`.

    Without `totals` every row stands alone. With them rows must be in date order, and totals run on from row to row and
    from call to call; columns `_row`, `_undoes` and `_back` (units that come back) tell of returned and amended ones.
    """
    return pl.concat([judge(complete(part, book), book, totals) for part in given.iter_slices(BATCH)], how="diagonal")


def operative(book: Rulebook, first: date = date.min, last: date = date.max) -> list[Clause]:
    """Clauses that can decide something between two days, in order."""
    return [
        c
        for c in book.clauses
        if c.stage != "context"
        and c.complies
        and c.complies <= last
        and (c.ends is None or c.ends >= max(first, c.complies))
    ]


def turning_days(book: Rulebook) -> list[date]:
    """Days on which the answer to some transaction may change: a clause or a number begins or has ended, or a place
    changes its group or tier.
    """
    turns = set(atlas(book.moves).breaks)
    for clause in operative(book):
        turns |= {day for day in (clause.complies, clause.ends and clause.ends + DAY) if day}
        for dated in (d for numbers in clause.numbers.values() for d in numbers):
            turns |= {day for day in (dated.start, dated.end and dated.end + DAY) if day}
    return sorted(turns)


def judge(fields: pl.LazyFrame, book: Rulebook, totals: Totals | None = None) -> pl.DataFrame:
    """The same for a frame that has every field (`complete`)."""
    days = fields.select(pl.col("date").min().alias("first"), pl.col("date").max().alias("last")).collect()
    clauses = tuple(operative(book, *days.row(0)))
    given = fields.collect_schema().names()
    frame = fields.select([*_looked_at(clauses), *(c for c in UNDOING if c in given)])
    for step in _steps(clauses, "_undoes" in given):
        if isinstance(step, Clause) and totals is not None:
            whole = frame.collect()
            frame = whole.lazy().with_columns(pl.lit(total_after(whole, step, totals)).alias("_after"))
        elif isinstance(step, Clause):  # nothing else was shipped but what the row itself tells
            frame = frame.with_columns(_after=pl.when(pl.col("_asked")).then(start(step) + pl.col("shipment_tpp")))
        else:
            frame = frame.with_columns(step)
    worded = frame.select(_worded(clauses)).collect()
    if (worded["_code"] < 0).any():
        worded = needing(worded, fields, clauses)
    if "asks" in given:  # an item or a place that could be several: nothing else can be said
        asks = fields.select("asks").collect()["asks"]
        worded = worded.with_columns(
            outcome=pl.coalesce(asks, "outcome"), clause=pl.when(asks.is_null()).then(pl.col("clause"))
        )
    return worded.drop("_code", "_class")


Step = list[pl.Expr] | Clause


@lru_cache(PLANS)
def _steps(clauses: tuple[Clause, ...], undoes: bool) -> tuple[Step, ...]:
    """Columns to add one after the other, from classification to verdict; a clause stands where its total is due."""
    totals = [c.total.into for c in clauses if c.total]
    steps: list[Step] = [dated_numbers(clauses), *_classified(clauses), *_required(clauses, undoes)]
    steps.append([pl.lit(None, pl.Float64).alias(into) for into in dict.fromkeys(totals)])
    waiting: list[pl.Expr] = []
    for i, c in enumerate(clauses):
        if c.stage in DECIDING and c.total is None:
            waiting.append(_verdict(i, c, _applies(c)))
        elif c.stage in DECIDING and c.total:
            into = c.total.into
            steps += [
                _decided(waiting),
                [(pl.col("_code").is_null() & _applies(c)).alias("_asked")],
                c,
                [pl.coalesce("_after", into).alias(into)],
            ]
            waiting = [_verdict(i, c, pl.col("_asked"))]
    return (*steps, _decided(waiting))


def _decided(verdicts: list[pl.Expr]) -> list[pl.Expr]:
    """The verdict so far, else that of the first of these clauses that speaks."""
    return [pl.coalesce("_code", *verdicts).alias("_code")]


@lru_cache(PLANS)
def _looked_at(clauses: tuple[Clause, ...]) -> list[str]:
    """Fields that the clauses' conditions and totals look at: the others need not be worked out."""
    wanted = {"date", "shipment_tpp", "tpp"}
    for c in clauses:
        wanted |= {name for name in identifiers(f"{c.applies} {c.within}") if name in FIELDS}
        if c.total:
            wanted |= {*c.total.per, c.total.start} | ({c.total.less} if c.total.less else set())
    return sorted(wanted - {"eccn"} - {c.total.into for c in clauses if c.total})


def _classified(clauses: Sequence[Clause]) -> list[list[pl.Expr]]:
    """`_class` (the clause that classifies, or the one that cannot) and `eccn`, null when not known."""
    asked = [(i, c, binds(c)) for i, c in enumerate(clauses) if c.stage == "classify"]
    # `none` is a verdict too (a route that rebuts a presumption), so the first match counts, whatever it says
    speaks = [pl.when(b).then(pl.lit(i, CODE)).when(b.is_null()).then(pl.lit(-i - 1, CODE)) for i, _, b in asked]
    known = {i: c.then for i, c, _ in asked} | {FREE: UNCLASSIFIED}
    eccn = pl.col("_class").replace_strict(known, default=None, return_dtype=pl.String)
    return [[pl.coalesce(*speaks, pl.lit(FREE, CODE)).alias("_class")], [eccn.alias("eccn")]]


def _required(clauses: Sequence[Clause], undoes: bool) -> list[list[pl.Expr]]:
    """`_by` (the clause that asks for a licence) and the verdict of rows for which none does."""
    asked = [(i, binds(c)) for i, c in enumerate(clauses) if c.stage == "requires"]
    yes = [pl.when(b).then(pl.lit(i, CODE)) for i, b in asked]
    unknown = [pl.when(b.is_null()).then(pl.lit(-i - 1, CODE)) for i, b in asked]
    closed = [binds(c) for c in clauses if c.stage == "condition"]
    by = pl.coalesce(*yes, *unknown, pl.lit(None, CODE)).alias("_by")
    code: pl.Expr = (
        pl.when(pl.col("_by").is_null()).then(pl.lit(FREE, CODE)).when(pl.col("_by") < 0).then(pl.col("_by"))
    )
    if undoes:
        code = pl.when(pl.col("_back").is_not_null()).then(pl.lit(BACK, CODE)).otherwise(code)
    return [[by, pl.any_horizontal(*closed, pl.lit(False)).alias("_closed")], [code.alias("_code")]]


def _applies(clause: Clause) -> pl.Expr:
    """Whether a clause speaks to a row; a VEU authorisation does not where one of its conditions closes it."""
    return binds(clause) & ~pl.col("_closed") if clause.stage == "veu" else binds(clause)


def _verdict(i: int, clause: Clause, applies: pl.Expr) -> pl.Expr:
    met = applies & within(clause)
    yes, unknown, no = (pl.lit(code, CODE) for code in (2 * i, -i - 1, 2 * i + 1))
    known = pl.when(met).then(yes).when(met.is_null()).then(unknown)
    return known.when(applies).then(no) if clause.otherwise else known


@lru_cache(PLANS)
def _worded(clauses: tuple[Clause, ...]) -> list[pl.Expr]:
    """Verdicts as words: outcome, clause, ECCN, and the clause that asked for a licence."""
    outcomes = {FREE: NOT_REQUIRED, BACK: RETURNED}
    deciding: dict[int, str] = {}
    for i, c in enumerate(clauses):
        outcomes |= {2 * i: c.then} | ({2 * i + 1: c.otherwise} if c.otherwise else {})
        deciding |= {2 * i: c.id, 2 * i + 1: c.id}
    asking = {i: c.id for i, c in enumerate(clauses)}
    words = {"outcome": ("_code", outcomes), "clause": ("_code", deciding), "required_by": ("_by", asking)}
    return [
        *(pl.col(c) for c in ("_code", "_class", "eccn", "shipment_tpp")),
        *(pl.col(into) for into in dict.fromkeys(c.total.into for c in clauses if c.total)),
        *(
            pl.col(code).replace_strict(known, default=None, return_dtype=pl.String).alias(name)
            for name, (code, known) in words.items()
        ),
    ]
