"""Decides frames of transactions: the same expressions for one row and for ten million.

Order: classify the item; is a licence required; VEU authorisation; exceptions; review policy. The first clause that
speaks decides. A test on a field that is not there is neither met nor unmet: when a decision hangs on it, the outcome
says which field it needs. A running total counts only what its own clause let through.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numba
import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.regime.clause import DECIDING, Clause, Rulebook
from premortem.regime.expressions import condition, identifiers
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
# Columns by which a ledger tells of rows that undo others.
UNDOING = ("_row", "_undoes", "_back")
# Fields that are worked out from one that may be missing.
IMPLIED = {
    "packaged_in_d5": "packaged_in",
    "country_tpp_after": "tpp",
    "consignee_tpp_after": "tpp",
    "installed_tpp_after": "tpp",
}
# Columns of the work on a running total; the others are its keys.
WORK = ("_asked", "_at", "_start", "_amount", "_limit", "_row", "_undoes", "_back")


@dataclass
class Running:
    """A clause's totals so far by place, consignee or year; and what each row of a ledger drew, where rows may be undone."""

    groups: dict[tuple[Any, ...], int] = field(default_factory=dict)
    so_far: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    drew: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    drew_from: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))


@dataclass
class Totals:
    """Running totals of every clause that keeps one, carried from batch to batch of a ledger of `rows` rows."""

    rows: int = 0  # 0: no row undoes another, so nothing is kept by row
    by_clause: dict[str, Running] = field(default_factory=dict)

    def of(self, clause: Clause) -> Running:
        """The totals of one clause."""
        new = Running(drew=np.zeros(self.rows), drew_from=np.full(self.rows, -1))
        return self.by_clause.setdefault(clause.id, new)


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


def binds(clause: Clause) -> pl.Expr:
    """Whether a clause applies to a row on its date; null when a field that it tests is missing."""
    assert clause.complies is not None
    force = pl.col("date") >= clause.complies
    force = force & (pl.col("date") <= clause.ends) if clause.ends else force
    # on a day for which one of its numbers says nothing, the clause is silent
    tested = identifiers(f"{clause.applies} {clause.within}")
    said = [pl.col(f"{clause.id}.{k}").is_not_null() for k in clause.numbers if k in tested and _changes(clause, k)]
    return pl.all_horizontal(force, *said) & condition(clause.applies, names(clause))


def names(clause: Clause) -> dict[str, str]:
    """How a condition spells the clause's numbers: a figure, or a column where the figure changes with the date."""
    return {
        key: f'"{clause.id}.{key}"' if _changes(clause, key) else f"{dated[0].value:.17g}"
        for key, dated in clause.numbers.items()
    }


def dated_numbers(clauses: Sequence[Clause]) -> list[pl.Expr]:
    """Columns for the numbers that change with the date; null on a day for which a clause says none."""
    return [_number(c, key) for c in clauses for key in c.numbers if _changes(c, key)]


def _changes(clause: Clause, key: str) -> bool:
    dated = clause.numbers[key]
    return len(dated) > 1 or dated[0].start is not None or dated[0].end is not None


def _number(clause: Clause, key: str) -> pl.Expr:
    value = pl.lit(None, pl.Float64)
    for d in clause.numbers[key]:
        inside = (pl.col("date") >= (d.start or date.min)) & (pl.col("date") <= (d.end or date.max))
        value = pl.when(inside).then(pl.lit(d.value)).otherwise(value)
    return value.alias(f"{clause.id}.{key}")


def judge(fields: pl.LazyFrame, book: Rulebook, totals: Totals | None = None) -> pl.DataFrame:
    """The same for a frame that has every field (`complete`)."""
    days = fields.select(pl.col("date").min().alias("first"), pl.col("date").max().alias("last")).collect()
    clauses = operative(book, *days.row(0))
    numbered = list(enumerate(clauses))
    looked_at = _looked_at(clauses, fields.collect_schema().names())
    frame = fields.select(looked_at).with_columns(dated_numbers(clauses))
    frame = _required(_classified(frame, numbered), numbered)
    waiting: list[tuple[int, Clause]] = []
    for i, c in numbered:
        if c.stage in DECIDING:
            if c.total:
                frame = _counted(_spoken(frame, waiting), i, c, totals)
                waiting = []
            else:
                waiting.append((i, c))
    worded = _worded(_spoken(frame, waiting), clauses).collect()
    if (worded["_code"] < 0).any():
        worded = _needing(worded, fields, clauses)
    return worded.drop("_code", "_class")


def _looked_at(clauses: Sequence[Clause], given: Sequence[str]) -> list[str]:
    """Fields that the clauses' conditions and totals look at: the others need not be worked out."""
    wanted = {"date", "shipment_tpp", "tpp"} | {c for c in UNDOING if c in given}
    for c in clauses:
        wanted |= {name for name in identifiers(f"{c.applies} {c.within}") if name in FIELDS}
        if c.total:
            wanted |= {*c.total.per, c.total.start} | ({c.total.less} if c.total.less else set())
    return sorted(wanted - {"eccn"} - {c.total.into for c in clauses if c.total})


def _classified(frame: pl.LazyFrame, numbered: list[tuple[int, Clause]]) -> pl.LazyFrame:
    """The frame with `_class` (the clause that classifies, or the one that cannot) and `eccn`, null when not known."""
    asked = [(i, c, binds(c)) for i, c in numbered if c.stage == "classify"]
    # `none` is a verdict too (a route that rebuts a presumption), so the first match counts, whatever it says
    speaks = [pl.when(b).then(pl.lit(i, CODE)).when(b.is_null()).then(pl.lit(-i - 1, CODE)) for i, _, b in asked]
    frame = frame.with_columns(_class=pl.coalesce(*speaks, pl.lit(FREE, CODE)))
    known = {i: c.then for i, c, _ in asked} | {FREE: UNCLASSIFIED}
    eccn = pl.col("_class").replace_strict(known, default=None, return_dtype=pl.String)
    return frame.with_columns(eccn=eccn)


def _required(frame: pl.LazyFrame, numbered: list[tuple[int, Clause]]) -> pl.LazyFrame:
    """The frame with `_by` (the clause that asks for a licence) and the verdict of rows for which none does."""
    asked = [(i, binds(c)) for i, c in numbered if c.stage == "requires"]
    yes = [pl.when(b).then(pl.lit(i, CODE)) for i, b in asked]
    unknown = [pl.when(b.is_null()).then(pl.lit(-i - 1, CODE)) for i, b in asked]
    closed = [binds(c) for _, c in numbered if c.stage == "condition"]
    frame = frame.with_columns(
        _by=pl.coalesce(*yes, *unknown, pl.lit(None, CODE)),
        _closed=pl.any_horizontal(*closed, pl.lit(False)),
    )
    code: pl.Expr = (
        pl.when(pl.col("_by").is_null()).then(pl.lit(FREE, CODE)).when(pl.col("_by") < 0).then(pl.col("_by"))
    )
    if "_undoes" in frame.collect_schema():
        code = pl.when(pl.col("_back").is_not_null()).then(pl.lit(BACK, CODE)).otherwise(code)
    return frame.with_columns(_code=code)


def _applies(clause: Clause) -> pl.Expr:
    """Whether a clause speaks to a row; a VEU authorisation does not where one of its conditions closes it."""
    return binds(clause) & ~pl.col("_closed") if clause.stage == "veu" else binds(clause)


def _spoken(frame: pl.LazyFrame, waiting: list[tuple[int, Clause]]) -> pl.LazyFrame:
    """The frame after clauses without a running total have decided the open rows, the first that speaks."""
    verdicts = [_verdict(i, c, _applies(c), _within(c)) for i, c in waiting]
    return frame.with_columns(_code=pl.coalesce("_code", *verdicts)) if verdicts else frame


def _within(clause: Clause) -> pl.Expr:
    return condition(clause.within, names(clause)) if clause.within else pl.lit(True)


def _verdict(i: int, clause: Clause, applies: pl.Expr, within: pl.Expr) -> pl.Expr:
    met = applies & within
    yes, unknown, no = (pl.lit(code, CODE) for code in (2 * i, -i - 1, 2 * i + 1))
    known = pl.when(met).then(yes).when(met.is_null()).then(unknown)
    return known.when(applies).then(no) if clause.otherwise else known


def _counted(frame: pl.LazyFrame, i: int, clause: Clause, totals: Totals | None) -> pl.LazyFrame:
    """The frame after a clause with a running total has decided; only shipments that fit are counted."""
    assert clause.total is not None
    into = clause.total.into
    frame = frame.with_columns(_asked=pl.col("_code").is_null() & _applies(clause))
    if totals is None:  # nothing else was shipped but what the row itself tells
        alone = _start(clause) + pl.col("shipment_tpp")
        after: pl.Expr = pl.when(pl.col("_asked")).then(alone)
    else:
        whole = frame.collect()
        frame, after = whole.lazy(), pl.lit(_after(whole, clause, totals))
    there = into in frame.collect_schema()
    frame = frame.with_columns(pl.coalesce(after, into).alias(into) if there else after.alias(into))
    return frame.with_columns(_code=pl.coalesce("_code", _verdict(i, clause, pl.col("_asked"), _within(clause))))


def _after(frame: pl.DataFrame, clause: Clause, totals: Totals) -> pl.Series:
    """The clause's total after each row that it decides; null for the others."""
    total, running = clause.total, totals.of(clause)
    assert total is not None
    limit = condition(clause.within.removeprefix(f"{total.into} <= "), names(clause))
    keys = [*(pl.col(k) for k in total.per), *_window(clause)]
    none, asked = pl.lit(-1, pl.Int64), pl.col("_asked").fill_null(False)
    work = (
        frame.lazy()
        .select(
            *keys,
            _asked=asked,
            _at=pl.int_range(pl.len()),
            _start=_start(clause),
            _amount=pl.col("shipment_tpp").fill_null(float("nan")),
            _limit=limit.fill_null(float("-inf")),
            _row=pl.col("_row").cast(pl.Int64) if totals.rows else none,
            _undoes=pl.col("_undoes").fill_null(-1) if totals.rows else none,
            _back=pl.coalesce("_back", float("inf")) * pl.col("tpp") if totals.rows else pl.lit(0.0),
        )
        .filter(pl.col("_asked") | (pl.col("_undoes") >= 0))
        .collect()
    )
    of = {c: work[c].to_numpy() for c in WORK}
    after = np.full(frame.height, np.nan)
    after[of["_at"]] = _run(
        _groups(work, running), of["_asked"], of["_start"], of["_amount"], of["_limit"], of["_row"], of["_undoes"],
        of["_back"], running.so_far, running.drew, running.drew_from,
    )  # fmt: skip
    return pl.Series(after).fill_nan(None)


def _start(clause: Clause) -> pl.Expr:
    """What a row tells of the total before it."""
    assert clause.total is not None
    return pl.col(clause.total.start) - (pl.col(clause.total.less) if clause.total.less else 0)


def _window(clause: Clause) -> list[pl.Expr]:
    """What starts a total anew: the calendar year, or the next of the limit's dated values."""
    total = clause.total
    assert total is not None
    if total.window == "year":
        return [pl.col("date").dt.year().alias("_window")]
    if total.window == "number":
        starts = [d.start for d in clause.numbers[limit_number(clause)] if d.start]
        return [sum(((pl.col("date") >= s).cast(pl.Int32) for s in starts), pl.lit(0, pl.Int32)).alias("_window")]
    return []


def limit_number(clause: Clause) -> str:
    """Name of the number that limits a clause's running total."""
    asked = identifiers(clause.within)
    return next(key for key in clause.numbers if key in asked)


def _groups(work: pl.DataFrame, running: Running) -> NDArray[np.int64]:
    """Number of each row's group, the same in every batch; grows the totals for groups that are new."""
    keys = [c for c in work.columns if c not in WORK]
    labels = work.select(keys).unique(maintain_order=True)
    numbers = [running.groups.setdefault(label, len(running.groups)) for label in labels.rows()]
    running.so_far = np.pad(running.so_far, (0, len(running.groups) - len(running.so_far)))
    numbered = labels.with_columns(_group=pl.Series(numbers, dtype=pl.Int64))
    joined = work.select(keys).join(numbered, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return joined["_group"].to_numpy()


@numba.njit(cache=True)
def _run(
    groups: Any, asked: Any, start: Any, amount: Any, limit: Any, row: Any, undoes: Any, back: Any,
    so_far: Any, drew: Any, drew_from: Any,
) -> Any:  # fmt: skip
    after = np.full(len(groups), np.nan)
    for i in range(len(groups)):
        earlier = undoes[i]
        if earlier >= 0 and drew_from[earlier] >= 0:
            given_back = min(drew[earlier], back[i])
            so_far[drew_from[earlier]] -= given_back
            drew[earlier] -= given_back
        if asked[i]:
            total = start[i] + so_far[groups[i]] + amount[i]
            after[i] = total
            if total <= limit[i]:
                so_far[groups[i]] += amount[i]
                if row[i] >= 0:
                    drew[row[i]] = amount[i]
                    drew_from[row[i]] = groups[i]
    return after


def _worded(frame: pl.LazyFrame, clauses: Sequence[Clause]) -> pl.LazyFrame:
    """Verdicts as words: outcome, clause, ECCN, and the clause that asked for a licence."""
    outcomes = {FREE: NOT_REQUIRED, BACK: RETURNED}
    deciding: dict[int, str] = {}
    for i, c in enumerate(clauses):
        outcomes |= {2 * i: c.then} | ({2 * i + 1: c.otherwise} if c.otherwise else {})
        deciding |= {2 * i: c.id, 2 * i + 1: c.id}
    asking = {i: c.id for i, c in enumerate(clauses)}
    after = dict.fromkeys(c.total.into for c in clauses if c.total)
    return frame.select(
        "_code",
        "_class",
        "eccn",
        "shipment_tpp",
        *after,
        outcome=pl.col("_code").replace_strict(outcomes, default=None, return_dtype=pl.String),
        clause=pl.col("_code").replace_strict(deciding, default=None, return_dtype=pl.String),
        required_by=pl.col("_by").replace_strict(asking, default=None, return_dtype=pl.String),
    )


def _needing(worded: pl.DataFrame, fields: pl.LazyFrame, clauses: Sequence[Clause]) -> pl.DataFrame:
    """The frame with `needs:FIELD` as the outcome of rows that hang on a field that is not there."""
    frame = fields.with_columns(worded["_code"], worded["_class"]).select(_needed(clauses).alias("needs")).collect()
    return worded.with_columns(outcome=pl.coalesce("outcome", frame["needs"]))


def _needed(clauses: Sequence[Clause]) -> pl.Expr:
    """The first missing field that the clause which could not be judged asks for."""
    verdicts = []
    for i, c in enumerate(clauses):
        told = [_missing(name, clauses) for name in dict.fromkeys(identifiers(f"{c.applies} {c.within}"))]
        verdicts.append(pl.when(pl.col("_code") == -i - 1).then(pl.coalesce(*told)))
    return pl.coalesce(*verdicts)


def _missing(name: str, clauses: Sequence[Clause]) -> pl.Expr:
    """`needs:NAME` where a field is missing; for the ECCN, what its classification hangs on."""
    if name == "eccn":
        told = [
            pl.when(pl.col("_class") == -i - 1).then(
                pl.coalesce(*[_missing(n, ()) for n in dict.fromkeys(identifiers(c.applies))])
            )
            for i, c in enumerate(clauses)
            if c.stage == "classify"
        ]
        return pl.coalesce(*told, pl.lit(None, pl.String))
    asked = IMPLIED.get(name, name)
    if asked in FIELDS and FIELDS[asked].given:
        return pl.when(pl.col(asked).is_null()).then(pl.lit(f"needs:{asked}"))
    return pl.lit(None, pl.String)
