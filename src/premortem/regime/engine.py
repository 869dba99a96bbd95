"""Decides frames of transactions: the same expressions for one row and for ten million.

Order: classify the item; is a licence required; VEU authorisation; exceptions; review policy. The first clause that
speaks
decides. A running total counts only what its own clause let through.
"""

from datetime import date
from typing import Any

import numba
import numpy as np
import polars as pl

from premortem.regime.book import Book, Clause
from premortem.regime.expressions import arithmetic, compiled
from premortem.regime.transactions import complete

NOT_REQUIRED = "no_licence_required"
UNCLASSIFIED = "none"
# Rows decided at once: enough for speed, few enough for memory.
BATCH = 500_000
# Fields that an outcome can hang on and that have no default: without them the answer is what is needed.
ESSENTIAL = {
    "chip": ("tpp",),
    "hbm_stack": ("density_gb_s_mm2",),
    "logic_die": ("node_nm",),
    "closed_weights": ("ops",),
    "sme_tool": ("fab_node_nm",),
    "servicing": ("fab_node_nm",),
}

Totals = dict[str, dict[tuple[Any, ...], float]]


def decide(given: pl.DataFrame, book: Book, totals: Totals | None = None) -> pl.DataFrame:
    """Outcome, deciding clause, ECCN and totals after the shipment, a row a transaction, in the order of `given`.

    Rows must be in date order where running totals matter; `totals` carries them from batch to batch.
    """
    totals = {} if totals is None else totals
    batches = [_decide(complete(part, book), book, totals) for part in given.iter_slices(BATCH)]
    return pl.concat(batches, how="diagonal")


def force(clause: Clause) -> pl.Expr:
    """Whether a clause binds on a row's date."""
    assert clause.complies is not None
    binds = pl.col("date") >= clause.complies
    return binds & (pl.col("date") <= clause.ends) if clause.ends else binds


def number_expr(clause: Clause, key: str) -> pl.Expr:
    """A clause's number on a row's date; null on a day for which it says none."""
    dated = clause.numbers[key]
    if len(dated) == 1 and dated[0].start is None and dated[0].end is None:
        return pl.lit(dated[0].value)
    value = pl.lit(None, pl.Float64)
    for d in dated:
        inside = (pl.col("date") >= (d.start or date.min)) & (pl.col("date") <= (d.end or date.max))
        value = pl.when(inside).then(pl.lit(d.value)).otherwise(value)
    return value


def names(clause: Clause) -> dict[str, str]:
    """Columns that hold a clause's numbers."""
    return {key: f"{clause.id}.{key}" for key in clause.numbers}


def operative(book: Book, first: date = date.min, last: date = date.max) -> list[Clause]:
    """Clauses that can decide something between two days, in order."""
    return [
        c
        for c in book.clauses
        if c.stage != "context"
        and c.complies
        and c.complies <= last
        and (c.ends is None or c.ends >= max(first, c.complies))
    ]


def _decide(frame: pl.DataFrame, book: Book, totals: Totals) -> pl.DataFrame:
    days = frame["date"]
    clauses = operative(book, days.min(), days.max())  # type: ignore[arg-type]  # a date column
    frame = frame.with_columns([number_expr(c, k).alias(f"{c.id}.{k}") for c in clauses for k in c.numbers])
    stage = {s: [c for c in clauses if c.stage == s] for s in ("classify", "requires", "veu", "exception", "review")}
    # `none` here is a verdict (a route that rebuts the presumption), so the first match counts, whatever it says
    classified = pl.coalesce(
        [pl.when(_binds(c)).then(pl.lit(c.then)) for c in stage["classify"]] + [pl.lit(UNCLASSIFIED)]
    )
    frame = frame.with_columns(eccn=classified)
    required = pl.coalesce(
        [pl.when(_binds(c)).then(pl.lit(c.id)) for c in stage["requires"]] + [pl.lit(None, pl.String)]
    )
    frame = frame.with_columns(required_by=required)
    frame = frame.with_columns(
        outcome=pl.when(_needs().is_not_null())
        .then(_needs())
        .when(pl.col("required_by").is_null())
        .then(pl.lit(NOT_REQUIRED)),
        clause=pl.lit(None, pl.String),
    )
    for c in [*stage["veu"], *stage["exception"], *stage["review"]]:
        frame = _let(frame, c, totals)
    kept = ["outcome", "clause", "eccn", "required_by", "shipment_tpp"]
    after = [c.total.into for c in clauses if c.total and c.total.into in frame.columns]
    return frame.select(*kept, *dict.fromkeys(after))


def _binds(clause: Clause) -> pl.Expr:
    return force(clause) & compiled(clause.applies, names(clause))


def _needs() -> pl.Expr:
    """`needs:FIELD` for a row whose outcome hangs on a field that is not there."""
    tests = [
        pl.when(
            (pl.col("kind") == kind)
            & pl.col(field).is_null()
            & ~((pl.col("item") == "MI308X") & (pl.col("date") >= date(2025, 4, 9)))
        ).then(pl.lit(f"needs:{field}"))
        for kind, fields in ESSENTIAL.items()
        for field in fields
    ]
    return pl.coalesce([*tests, pl.lit(None, pl.String)])


def _let(frame: pl.DataFrame, clause: Clause, totals: Totals) -> pl.DataFrame:
    """The frame after one clause has decided the open rows that it applies to."""
    asked = pl.col("outcome").is_null() & _binds(clause)
    if clause.total:
        frame = _add_up(frame, clause, asked, totals)
    met = compiled(clause.within, names(clause)) if clause.within else pl.lit(True)
    verdict = pl.when(met).then(pl.lit(clause.then)).otherwise(pl.lit(clause.otherwise or None, pl.String))
    frame = frame.with_columns(_verdict=pl.when(asked).then(verdict))
    return frame.with_columns(
        outcome=pl.coalesce("outcome", "_verdict"),
        clause=pl.when(pl.col("_verdict").is_not_null()).then(pl.lit(clause.id)).otherwise(pl.col("clause")),
    ).drop("_verdict")


def _add_up(frame: pl.DataFrame, clause: Clause, asked: pl.Expr, totals: Totals) -> pl.DataFrame:
    """The frame with the clause's running total after each shipment; only shipments that fit are counted."""
    total = clause.total
    assert total is not None
    left, limit = (side.strip() for side in clause.within.split("<=", 1))
    keys = [pl.col(k) for k in total.per]
    if total.window == "year":
        keys.append(pl.col("date").dt.year().alias("_window"))
    elif total.window == "number":
        key = next(k for k in clause.numbers if k in limit)
        starts = [d.start for d in clause.numbers[key] if d.start]
        keys.append(sum(((pl.col("date") >= s).cast(pl.Int32) for s in starts), pl.lit(0, pl.Int32)).alias("_window"))
    start = pl.col(total.start) - (pl.col(total.less) if total.less else 0)
    work = frame.select(
        *keys,
        asked.alias("_asked"),
        start.alias("_start"),
        pl.col("shipment_tpp").fill_null(0.0),
        arithmetic(limit, names(clause)).fill_null(float("-inf")).alias("_limit"),
    )
    groups = (
        work.select(pl.struct(k.meta.output_name() for k in keys).rank("dense").cast(pl.Int64) - 1)
        .to_series()
        .to_numpy()
    )
    one_each = work.with_columns(_group=pl.Series(groups)).unique("_group").sort("_group")
    labels = one_each.select(k.meta.output_name() for k in keys).rows()
    held = totals.setdefault(clause.id, {})
    so_far = np.array([held.get(label, 0.0) for label in labels])
    asked_, start_, amount, limit_ = (work[c].to_numpy() for c in ("_asked", "_start", "shipment_tpp", "_limit"))
    after = _run(groups, asked_, start_, amount, limit_, so_far)
    held.update(zip(labels, so_far.tolist(), strict=True))
    column = pl.Series(left, after).fill_nan(None)
    return frame.with_columns(column if left not in frame.columns else pl.coalesce(column, pl.col(left)).alias(left))


@numba.njit(cache=True)
def _run(groups: Any, asked: Any, start: Any, amount: Any, limit: Any, so_far: Any) -> Any:
    after = np.full(len(groups), np.nan)
    for i in range(len(groups)):
        if asked[i]:
            total = start[i] + so_far[groups[i]] + amount[i]
            after[i] = total
            if total <= limit[i]:
                so_far[groups[i]] += amount[i]
    return after
