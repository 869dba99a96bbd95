"""Running totals of a ledger: what a clause has let through so far, in date order, from batch to batch."""

from dataclasses import dataclass, field
from typing import Any

import numba
import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.law.clauses.binding import limit, limit_number
from premortem.law.clauses.clause import Clause
from premortem.law.fields.vocabulary import Vocabulary

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


def total_after(frame: pl.DataFrame, clause: Clause, totals: Totals, words: Vocabulary) -> NDArray[np.float64]:
    """The clause's total after each row that it decides; NaN for the others."""
    total, running = clause.total, totals.of(clause)
    assert total is not None
    keys = [*(pl.col(k) for k in total.per), *window(clause)]
    none, asked = pl.lit(-1, pl.Int64), pl.col("_asked").fill_null(False)
    work = (
        frame.lazy()
        .select(
            *keys,
            _asked=asked,
            _at=pl.int_range(pl.len()),
            _start=start(clause),
            _amount=pl.col(words.measure.all).fill_null(float("nan")),
            _limit=limit(clause, words).fill_null(float("-inf")),
            _row=pl.col("_row").cast(pl.Int64) if totals.rows else none,
            _undoes=pl.col("_undoes").fill_null(-1) if totals.rows else none,
            _back=pl.coalesce("_back", float("inf")) * pl.col(words.measure.one) if totals.rows else pl.lit(0.0),
        )
        .filter(pl.col("_asked") | (pl.col("_undoes") >= 0))
        .collect()
    )
    of = {c: work[c].to_numpy() for c in WORK}
    found = np.full(frame.height, np.nan)
    found[of["_at"]] = _run(
        _groups(work, running), of["_asked"], of["_start"], of["_amount"], of["_limit"], of["_row"], of["_undoes"],
        of["_back"], running.so_far, running.drew, running.drew_from,
    )  # fmt: skip
    return found


def start(clause: Clause) -> pl.Expr:
    """What a row tells of the total before it."""
    assert clause.total is not None
    return pl.col(clause.total.start) - (pl.col(clause.total.less) if clause.total.less else 0)


def window(clause: Clause) -> list[pl.Expr]:
    """What starts a total anew: the calendar year, or the next of the limit's dated values."""
    total = clause.total
    assert total is not None
    if total.window == "year":
        return [pl.col("date").dt.year().alias("_window")]
    if total.window == "number":
        starts = [d.start for d in clause.numbers[limit_number(clause)] if d.start]
        return [sum(((pl.col("date") >= s).cast(pl.Int32) for s in starts), pl.lit(0, pl.Int32)).alias("_window")]
    return []


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
